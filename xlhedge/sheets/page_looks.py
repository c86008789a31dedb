"""The looks of page one: its band, tiles and orders. A state's colour is never its only sign."""

from __future__ import annotations

from typing import Any

from xlhedge.analysis.states import ACT, GOOD, UNKNOWN, WATCH
from xlhedge.xlsx.styles import Styles

__all__ = ["MOST_DECIMALS", "UNITS", "register_page", "tile_look"]

_INK, _GREY, _PAPER, _WHITE, _RULE = "FF1F3A5F", "FF4A5568", "FFF3F6FA", "FFFFFFFF", "FFC9D3DF"
_COLOURS = {
    GOOD: ("FF1B5E20", "FF6FBF73"),
    WATCH: ("FF7A4B00", "FFF2B233"),
    UNKNOWN: ("FF4A5568", "FF9AA5B1"),
    ACT: ("FF8E1B12", "FFC62828"),
    "": (_GREY, "FFC9D3DF"),
}
"""Ink of a state's word, and its band: the worse, the darker in grey."""

UNITS = {"bn": (1e9, ",,,"), "m": (1e6, ",,"), "k": (1e3, ",")}
_HUGE = 1e12
"""From here on a number has too many digits for its tile."""

MOST_DECIMALS = 8
"""Decimals that contracts are shown with."""


def tile_look(kind: str, value: float | str | None) -> str:
    """The look of a tile's number.

    Args:
        kind: "money"; "gain", which shows that it is above 0; "share"; "rise" or "fall", which are
            moves by their size.
        value: the number; words are shown as they are.

    Example:
        >>> tile_look("money", 15_900_000.0), tile_look("gain", -950.0), tile_look("share", 0.57)
        ('tile money m', 'tile gain', 'tile share')
    """
    if kind not in ("money", "gain") or not isinstance(value, float | int):
        return f"tile {kind}"
    if abs(value) >= _HUGE:
        return "tile huge"
    sizes = (unit for unit, (size, _) in UNITS.items() if abs(value) >= size * (1 - 5e-5))
    return " ".join(filter(None, ("tile", kind, next(sizes, ""))))


def register_page(found: Styles) -> None:
    """Register them."""
    band: dict[str, Any] = {"paper": _INK, "vertical": "center"}
    found.add("page title", ink=_WHITE, size=18, bold=True, align="left", indent=1, **band)
    found.add("page facts", ink=_WHITE, align="right", indent=1, **band)
    found.add("page facts left", ink=_WHITE, align="left", indent=1, **band)
    found.add("page firm", ink=_GREY, size=9, align="right", vertical="center")
    card: dict[str, Any] = {"paper": _PAPER, "vertical": "center"}
    found.add("tile label", ink=_INK, size=10, bold=True, align="left", indent=1, **card)
    found.add("tile line", ink=_GREY, size=10, align="left", indent=1, **card)
    number: dict[str, Any] = {"ink": _INK, "size": 20, "bold": True, "align": "left", "indent": 1}
    formats = {
        "share": "0 %",
        "move": "0.0 %",
        "rise": '"+"0.0 %',
        "fall": '"−"0.0 %',
        "huge": "0.0E+00",
    }
    for kind, plus in (("money", ""), ("gain", "+")):
        formats[kind] = f'{plus}#,##0;"−"#,##0;0'
        for unit, (_, commas) in UNITS.items():
            shown = f'#,##0.0{commas}" {unit}"'
            formats[f"{kind} {unit}"] = f'{plus}{shown};"−"{shown};0'
    for name, number_format in formats.items():
        found.add(f"tile {name}", number_format=number_format, **number, **card)
    found.add("tile state live", ink=_GREY, bold=True, align="left", indent=1, **card)
    for state, (_, colour) in _COLOURS.items():
        dark = state in (ACT, UNKNOWN)
        found.mark(f"state {state}", bold=True, ink=_WHITE if dark else "FF000000", paper=colour)
    for name, number_format in formats.items():
        found.mark(name, number_format=number_format)
    for state, (ink, colour) in _COLOURS.items():
        found.add(f"tile state {state}", ink=ink, bold=True, align="right", indent=1, **card)
        found.add(f"tile band {state}", ink=ink, paper=colour)
    row: dict[str, Any] = {"line": _RULE, "vertical": "center"}
    found.add("order head", ink=_GREY, size=9, bold=True, **row)
    found.add("order head number", ink=_GREY, size=9, bold=True, align="right", **row)
    found.add("order text", ink="FF000000", size=10, align="left", wrap=True, **row)
    found.add("order unit", ink=_GREY, size=9, align="left", indent=1, **row)
    found.add("order strong", ink=_INK, size=10, bold=True, align="left", **row)
    right: dict[str, Any] = {"ink": "FF000000", "size": 10, "align": "right", **row}
    for decimals in range(MOST_DECIMALS + 1):
        places = "." + "0" * decimals if decimals else ""
        found.add(f"order qty {decimals}", number_format=f"#,##0{places}", **right)
    found.add("order none", **right)
    found.add("page note", ink=_GREY, size=9, align="left", vertical="center", wrap=True)
