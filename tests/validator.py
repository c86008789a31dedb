"""Microsoft's Open XML validator, which `.ci/validator` installs: what it says of a file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / ".validator" / "node_modules" / "@xarsh"


def missing() -> str | None:
    """What is not installed; None if nothing is missing."""
    return None if _programs() else "Microsoft's validator; run .ci/validator"


def errors(path: Path) -> list[str]:
    """All that is wrong with a file as Microsoft 365 reads it; the program takes one a start."""
    (program,) = _programs()
    done = subprocess.run(
        [program, path.absolute(), "Microsoft365"], capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    lines = [f"{e['path']} {e['xPath']}: {e['description']}" for e in found["errors"]]
    assert found["ok"] == (not lines), found
    return lines


def _programs() -> list[Path]:
    """The one for this machine: npm installs no other."""
    return list(_FOLDER.glob("ooxml-validator-*/ooxml-validator*"))
