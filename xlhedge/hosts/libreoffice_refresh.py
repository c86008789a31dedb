"""What runs inside LibreOffice for the menu entry xlhedge > Refresh from venues.

A copy of the open document is saved as .xlsx into a new folder, and the Python that installed the
extension is started on it, as a list of arguments: ``xlhedge refresh COPY --json`` says which cells
would change, and writes nothing. So the rules are those of a closed book, and LibreOffice's own
Python needs neither ccxt nor the rest of the package. Then the cells are written into the document,
all or none, as one step that Undo takes back. It asks before it starts anything, and again where a
price jumps. `uno` and `unohelper` exist in LibreOffice only.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

__all__ = ["REFRESH", "create_refresh", "refresh_document"]

REFRESH = "org.xlhedge.Refresh"
"""The service that the menu entry calls."""

_TIMEOUT = 600  # seconds
_NONE = (
    "This extension does not know which Python to start.\nIn a terminal: xlhedge libreoffice "
    "install (with xlhedge[market])"
)


def refresh_document(
    document: Any, python: Sequence[str], packages: str, ask: Callable[[str], bool]
) -> str:
    """Bring an open document up to date from its venues.

    Args:
        document: a spreadsheet that is open.
        python: the command that starts Python.
        packages: the folder that it finds xlhedge in.
        ask: shows a question and says whether the answer is yes.

    Returns:
        What was done, or why not, for a message.
    """
    if not python:
        return _NONE
    if not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        return "Open the spreadsheet with your portfolio first."
    question = "Ask the venues that this workbook names?\nThis starts"
    if not ask(f"{question} {python[0]}, which talks to the network."):
        return "Nothing was asked."
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book.xlsx"
        _save(document, copy)
        told, wrong = _started([*python, "-m", "xlhedge", "refresh", str(copy), "--json"], packages)
    if told is None:
        return f"Nothing was written.\n{wrong.replace(str(copy), 'this workbook')}"
    if told["jumps"] and not ask("These prices jump. Write them?\n" + "\n".join(told["jumps"])):
        return "Nothing was written."
    _write(document, told["changes"])
    count = len(told["changes"])
    lines = [
        f"{count} cells changed; Undo takes all of them back." if count else "Nothing changes."
    ]
    return "\n".join([*lines, *told["told"][:10]])


def _save(document: Any, path: Path) -> None:
    from com.sun.star.beans import PropertyValue

    kind = PropertyValue()
    kind.Name, kind.Value = "FilterName", "Calc MS Excel 2007 XML"
    document.storeToURL(path.as_uri(), (kind,))


def _started(command: list[str], packages: str) -> tuple[dict[str, Any] | None, str]:
    """What the command says as JSON, and what it says on its error stream."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    kept.pop("LD_LIBRARY_PATH", None)  # LibreOffice's own libraries are not for another program
    try:
        done = subprocess.run(  # noqa: S603  # the Python that was recorded at install; no shell
            command,
            env={**kept, "PYTHONPATH": packages, "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
        told = json.loads(done.stdout) if done.returncode in (0, 1) else None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    return told, done.stderr.decode("utf-8", "replace")[-1_000:]


def _write(document: Any, changes: Sequence[dict[str, Any]]) -> None:
    """Write cells, all or none, as one step of Undo; nothing is shown or computed meanwhile."""
    undo = document.getUndoManager()
    automatic = document.isAutomaticCalculationEnabled()
    document.lockControllers()
    good = False
    try:
        document.enableAutomaticCalculation(False)  # noqa: FBT003  # UNO takes no names
        undo.enterUndoContext("xlhedge: refresh from venues")
        try:
            for change in changes:
                _put(document, change)
            good = True
        finally:
            undo.leaveUndoContext()
            if not good:
                undo.undo()
    finally:
        document.enableAutomaticCalculation(automatic)
        document.unlockControllers()


def _put(document: Any, change: dict[str, Any]) -> None:
    sheet = document.getSheets().getByName(change["sheet"])
    cell, value = sheet.getCellRangeByName(change["cell"]), change["now"]
    if change["like"]:
        cell.NumberFormat = sheet.getCellRangeByName(change["like"]).NumberFormat
    if value is None:
        cell.clearContents(_CONTENTS)
    elif change["is_date"]:
        day = document.NullDate
        since = datetime.fromisoformat(value) - datetime(day.Year, day.Month, day.Day)
        cell.setValue(since.total_seconds() / 86_400)
    elif isinstance(value, str):
        cell.setString(value)
    else:
        cell.setValue(value)


_CONTENTS = 1 | 2 | 4  # numbers, dates and texts; formulas are never written over


def _message(context: Any, text: str, *, question: bool = False) -> bool:
    """Show a message, or a question; whether the answer is yes."""
    from com.sun.star.awt.MessageBoxType import INFOBOX, QUERYBOX

    manager = context.ServiceManager
    desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    toolkit = manager.createInstanceWithContext("com.sun.star.awt.Toolkit", context)
    window = desktop.getCurrentFrame().getContainerWindow()
    kind, buttons = (QUERYBOX, 3) if question else (INFOBOX, 1)  # yes and no; OK
    box = toolkit.createMessageBox(window, kind, buttons, "xlhedge", text)
    return bool(box.execute() == 2)  # yes


def _trigger(context: Any) -> None:
    """What the menu entry does."""
    try:
        from xlhedge_python import PACKAGES, PYTHON  # type: ignore[import-not-found]  # at install
    except ImportError:
        PACKAGES, PYTHON = "", ()  # noqa: N806  # as there
    manager = context.ServiceManager
    desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def ask(text: str) -> bool:
        return _message(context, text, question=True)

    try:
        told = refresh_document(desktop.getCurrentComponent(), PYTHON, PACKAGES, ask)
    except Exception as error:  # noqa: BLE001  # LibreOffice would say nothing
        told = f"Nothing was written: {error}"
    _message(context, told)


def create_refresh(context: Any) -> Any:
    """The service that the menu entry calls, as UNO has it."""
    import unohelper
    from com.sun.star.task import XJobExecutor

    body = {"trigger": lambda _self, _event: _trigger(context)}
    return type("Refresh", (unohelper.Base, XJobExecutor), body)()
