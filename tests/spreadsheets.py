"""Other programs that read and write workbooks, which `.ci/spreadsheets` installs."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_PACKAGES = _HERE.parent / ".spreadsheets" / "node_modules"


def missing() -> str | None:
    """What is not installed; None if nothing is missing."""
    there = shutil.which("node") and (_PACKAGES / "exceljs").is_dir() and shutil.which("ssconvert")
    return None if there else "ExcelJS, SheetJS and Gnumeric; run .ci/spreadsheets"


def opened(jobs: Sequence[tuple[str, Path, Path | None]]) -> list[dict[str, Any]]:
    """What each program found in a file, which it saves again where a target is named.

    Args:
        jobs: the program ("exceljs" or "sheetjs"), the file and the target; one start does all.
    """
    asked = [
        {"program": program, "source": str(source), "target": target and str(target)}
        for program, source, target in jobs
    ]
    command = ["node", _HERE / "spreadsheets.js"]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=600
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def gnumeric(source: Path, target: Path) -> Path:
    """A file as Gnumeric saves it; the target's suffix says in which format."""
    kind = {".xlsx": "Gnumeric_Excel:xlsx2", ".ods": "Gnumeric_OpenCalc:odf"}[target.suffix]
    command = ["ssconvert", "-T", kind, source, target]
    subprocess.run(command, capture_output=True, check=True, timeout=600)
    return target
