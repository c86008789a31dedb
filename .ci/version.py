"""Records the package's source for its version, in .ci/version.txt.

Where another source is recorded for it already, the version's last number is raised first: one
version is one source. For more than that, set `__version__` by hand before.
"""
# ruff: noqa: T201  # a script reports by printing

import re
from pathlib import Path

from xlhedge.files import source_sha256

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, RECORD = ROOT / "xlhedge", ROOT / ".ci" / "version.txt"
SOURCE = PACKAGE / "__init__.py"

text = SOURCE.read_text("utf-8")
version = re.search(r'(?m)^__version__ = "(.+)"$', text)[1]
recorded = RECORD.read_text("utf-8").split() if RECORD.exists() else []
if recorded != [version, source_sha256(PACKAGE)]:
    if recorded[:1] == [version]:
        *first, last = version.split(".")
        raised = ".".join([*first, str(int(last) + 1)])
        SOURCE.write_text(text.replace(f'"{version}"', f'"{raised}"', 1), "utf-8")
        version = raised
    RECORD.write_text(f"{version} {source_sha256(PACKAGE)}\n", "utf-8")
print(f"xlhedge {version} is recorded")
