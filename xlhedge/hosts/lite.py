"""xlwings Lite: the Python of a workbook in which our functions are custom functions.

Lite is a free add-in of Excel for Windows, Mac and the web. It keeps a workbook's Python in the
workbook. No registry has a package of our name, and what a stranger may publish under it must never
be fetched: so the core stands in ``main.py`` itself, as an archive whose hash and files are named
there, and the requirements name xlwings only.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from importlib.metadata import version
from pathlib import Path

from xlhedge.files import exact_version, zipped
from xlhedge.hosts import lite_functions as component
from xlhedge.hosts.embedding import embedded

__all__ = ["ADDIN", "lite_properties", "main_py"]

ADDIN = "wa200008175"
"""xlwings Lite in Microsoft's store."""

_LINE = 100


def main_py() -> str:
    """The module that Lite runs; the same package gives the same text.

    Example:
        >>> main_py().splitlines()[-1]
        'globals().update(lite_functions(func, arg))'
    """
    parts = embedded(component)
    source = Path(component.__file__)
    parts[f"xlhedge/hosts/{source.name}"] = source.read_text("utf-8")
    parts["xlhedge/hosts/__init__.py"] = Path(source.with_name("__init__.py")).read_text("utf-8")
    archive = zipped(parts)
    sha256 = hashlib.sha256(archive).hexdigest()
    text = b64encode(archive).decode()
    lines = "\n".join(text[at : at + _LINE] for at in range(0, len(text), _LINE))
    files = "\n".join(f"#   {name}" for name in parts)
    return f'''\
# xlhedge {exact_version()}: hedging functions such as NET_DELTA in the cells of this workbook.
# Written by `xlhedge lite`; it reads no file, talks to no network and needs xlwings only.
# CORE is a zip archive of these files of xlhedge, SHA-256 {sha256}:
{files}

import base64
import hashlib
import sys
import tempfile
from pathlib import Path

from xlwings import arg, func

SHA256 = "{sha256}"
CORE = """
{lines}
"""

data = base64.b64decode(CORE)
if hashlib.sha256(data).hexdigest() != SHA256:
    raise ValueError("main.py was changed: write the workbook again with `xlhedge lite`")
archive = Path(tempfile.gettempdir()) / f"xlhedge-{{SHA256}}.zip"
archive.write_bytes(data)
for name in [name for name in sys.modules if name.split(".")[0] == "xlhedge"]:
    del sys.modules[name]  # of an older main.py, when this one runs again
sys.path.insert(0, str(archive))

from xlhedge.hosts.lite_functions import lite_functions

globals().update(lite_functions(func, arg))
'''


def lite_properties() -> dict[str, str]:
    """What Lite keeps in a workbook: its files as JSON texts, and that its pane opens with it."""
    return {
        "main.py": json.dumps(main_py()),
        "requirements.txt": json.dumps(f"xlwings=={version('xlwings')}\n"),
        "xlwingsSettingsWorkbook": json.dumps({"startupBehavior": "taskpane"}),
    }
