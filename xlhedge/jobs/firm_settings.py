"""What a firm has all its reports say: as typed, or from a file that it keeps."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from xlhedge.errors import InputError
from xlhedge.sheets.firm import Firm, read_logo
from xlhedge.text import cited

__all__ = ["firm_of"]

_LONGEST = 100
_LARGEST = 100_000  # bytes of the file
_KEYS = ("title", "footer", "logo")


def firm_of(
    title: str, footer: str, checked_by: str, logo: Path | None, settings: Path | None
) -> Firm:
    """A firm's lines; what is typed beats what the file says.

    Args:
        title: in the place of the portfolio's name; empty if not typed, as the others.
        footer: at the foot of every page.
        checked_by: who has checked the reports, which no file says for all of them.
        logo: a PNG file.
        settings: a TOML file whose section ``report`` has title, footer and logo; the logo's place
            is told from the file's.

    Raises:
        InputError: one of them is not to be had, or is too long.
    """
    kept = _section(settings) if settings else {}
    place = f"{settings}: [report]"
    lines = {}
    for name, typed in (("title", title), ("footer", footer)):
        where = f"--{name}" if typed else f"{place} {name}"
        lines[name] = _line(where, typed or kept.get(name, ""))
    picture, where = logo, f"--logo {logo}"
    if settings and not logo and "logo" in kept:
        picture, where = settings.parent / str(kept["logo"]), f"{place} logo {kept['logo']}"
    return Firm(
        lines["title"],
        lines["footer"],
        _line("--checked-by", checked_by),
        read_logo(picture, where) if picture else b"",
    )


def _section(path: Path) -> dict[str, Any]:
    """The file's section, which has known names only."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        found = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, ValueError) as error:  # TOML that is none is a ValueError
        why = getattr(error, "strerror", None) or error
        raise InputError(f"--settings {path}: {why}") from None
    if len(data) > _LARGEST:
        raise InputError(f"--settings {path}: has more than {_LARGEST:,} bytes")
    section = found.pop("report", {})
    if not isinstance(section, dict):
        found, section = {"report": section}, {}
    names = [*(f"[{name}]" if isinstance(each, dict) else name for name, each in found.items())]
    names += [name for name in section if name not in _KEYS]
    if names:
        wrong = names[0]
        known = "a section [report] with title, footer and logo"
        raise InputError(f"{path}: {wrong} is not known; it takes {known}")
    for name, value in section.items():
        if not isinstance(value, str):
            raise InputError(f'{path}: [report] {name}: {cited(value)} is no text, as "Acme"')
    return section


def _line(where: str, text: str) -> str:
    """A line which cells and footers have room for."""
    if len(text) > _LONGEST or not text.isprintable():
        raise InputError(f"{where}: takes one line of {_LONGEST} characters at most")
    return text
