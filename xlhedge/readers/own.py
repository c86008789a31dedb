"""Files of ours, told by what they say of themselves: their properties name us and the input."""

from __future__ import annotations

import html
import re
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from xlhedge.errors import InputError, NotAWorkbook, Problem
from xlhedge.files import TEMPLATE_RULES
from xlhedge.portfolio.places import Source
from xlhedge.readers.archive import DAMAGE, Archive
from xlhedge.readers.limits import Limits

__all__ = [
    "GROUP",
    "NAMED",
    "REPORT_LIMITS",
    "RUN",
    "is_report",
    "refuse_foreign",
    "renewal",
    "report_on",
]

REPORT_LIMITS = Limits(64)
"""No report is larger."""

_CORE = "docProps/core.xml"
_PROPERTY = re.compile(rb"<(?:\w+:)?(creator|title|subject|created)(?: [^>]*)?>([^<]*)</")
_IN_PDF = re.compile(rb"/(Author|Title|Subject) ?<FEFF([0-9A-F]*)>")  # as LibreOffice writes them
_AS_IN_WORKBOOK = {"Author": "creator", "Title": "title", "Subject": "subject"}
_REPORT, _OWN_TEMPLATE = "Hedge report: ", "xlhedge: "
_META = "meta.xml"
"""Where an OpenDocument file says it."""
GROUP, RUN = "Group report: ", "Hedge summary"
"""What the titles of a report on a group and of a run's summary begin with."""
_ALL = (_REPORT, GROUP, RUN)
NAMED = 255 - len(_REPORT)
"""Characters of a portfolio's name that a report's title holds."""


def is_report(path: Path) -> bool:
    """Whether a file says of itself that it is a report of ours or a run's summary."""
    return _is_report(_properties(path))


def _is_report(said: Mapping[str, str]) -> bool:
    return said.get("creator") == "xlhedge" and said.get("title", "").startswith(_ALL)


def report_on(path: Path) -> tuple[str, datetime] | None:
    """The portfolio that a file says to be a report of ours on, and the date of its prices.

    Returns:
        Both, the name as far as `NAMED`; none for what is no such report.
    """
    said = _properties(path)
    title = said.get("title", "")
    if said.get("creator") != "xlhedge" or not title.startswith(_REPORT):
        return None
    try:
        as_of = datetime.fromisoformat(said.get("created", ""))
    except ValueError:
        return None
    return title.removeprefix(_REPORT), as_of.replace(tzinfo=None)


def refuse_foreign(path: Path, name: str = "", title: str = "") -> None:
    """Refuse to replace what is no file of ours.

    Args:
        path: what would be replaced; where nothing is, nothing is refused.
        name: the input on which it must be a report; empty if any workbook of ours will do.
        title: what the title of a workbook of ours must begin with.

    Raises:
        InputError: it is somebody else's, or on another input.
    """
    try:
        regular = stat.S_ISREG(path.lstat().st_mode)
    except OSError:  # nothing is there, or writing will say what is wrong
        return
    if not name:
        said = _properties(path)
        ours = said.get("creator") == "xlhedge" and said.get("title", "").startswith(title)
        if not regular or not ours:
            raise InputError(f"{path}: is not of xlhedge; move it, or name another folder")
        return
    said = _properties(path) if regular else {}
    if not _is_report(said) or said.get("subject") != Source(name, "").told:
        why = f"is not xlhedge's report on {name}; move it, or add --force to replace it"
        raise InputError(f"{path}: {why}")


def renewal(archive: Archive) -> list[Problem]:
    """What to mention of a template whose sheets compute by older rules; nothing of other files.

    Args:
        archive: a spreadsheet's file.
    """
    said = _said(archive, _CORE) or _said(archive, _META)
    if not said.get("title", "").startswith(_OWN_TEMPLATE) or said.get("subject") == TEMPLATE_RULES:
        return []
    why = (
        "its sheets compute by the rules of an older xlhedge, reports on it by today's; "
        "xlhedge template --from OLD.xlsx -o NEW.xlsx renews it"
    )
    return [Problem("", why)]


def _properties(path: Path) -> dict[str, str]:
    """What a workbook or a PDF says of itself; nothing of what cannot be read within limits."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > REPORT_LIMITS.size:
            return {}
        content = path.read_bytes()
    except OSError:
        return {}
    if path.suffix.lower() != ".pdf":
        try:
            return _said(Archive(content, REPORT_LIMITS), _CORE)
        except NotAWorkbook:
            return {}
    return {
        _AS_IN_WORKBOOK[key.decode()]: bytes.fromhex(text.decode()).decode("utf-16-be")
        for key, text in _IN_PDF.findall(content)
    }


def _said(archive: Archive, part: str) -> dict[str, str]:
    """What a workbook's file says of itself, in that part."""
    try:
        core = archive.read(part)
    except (*DAMAGE, NotAWorkbook):
        return {}
    found = _PROPERTY.findall(core)
    return {key.decode(): html.unescape(text.decode(errors="replace")) for key, text in found}
