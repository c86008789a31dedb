"""What an input cell says of itself: its unit, its message when selected, the note on its header.

All of it is made from the column's own words and domain, so that it cannot differ from what the
readers allow.
"""

from __future__ import annotations

import re

from xlhedge.portfolio.columns import Column

__all__ = ["LONGEST_PROMPT", "look_of", "note_of", "prompt_of", "unit_of"]

LONGEST_PROMPT = 255
"""Characters of a message that Excel shows at a cell; of its title 32."""

_LOOKS = {
    "price": "price",
    "cost": "price",
    "support": "price",
    "ratio": "percent",
    "shock": "percent",
    "discount": "percent",
    "drop": "percent",
    "alert": "percent",
    "min": "percent",
    "max": "percent",
    "step": "percent",
    "rate": "rate",
    "fee": "rate",
    "8h": "rate",
    "notional": "money",
    "days": "days",
    "beta": "ratio",
    "leverage": "ratio",
    "hours": "ratio",
    "consecutive": "ratio",
}
_OWN_LOOKS = {"mm_rate": "percent", "qty_step": "qty", "close": "price", "high": "price",
              "low": "price"}  # fmt: skip


def look_of(column: Column) -> str:
    """The kind of number that a column holds, from its name's last word.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> [look_of(column) for column in TABLES["Holdings"].columns][:4]
        ['text', 'qty', 'price', 'price']
    """
    if column.kind != "number":
        return "date" if column.kind == "date" else "text"
    return _OWN_LOOKS.get(column.name) or _LOOKS.get(column.name.rsplit("_", 1)[-1], "qty")


# The first that the help of a number has; a test asserts that each finds its own.
_UNITS = (
    ("base coins for linear, quote for inverse", "coins (linear), quote (inverse)"),
    ("quote for linear, base coins for inverse", "quote (linear), coins (inverse)"),
    ("margin currency", "margin currency"),
    ("quote per base coin", "quote per coin"),
    ("in contracts", "contracts"),
    ("Contracts short", "contracts"),
    ("in base coins", "coins"),
    ("in quote", "quote"),
    ("in days", "days"),
    ("decimal per interval|per interval.*decimal", "% per interval"),
    ("decimal", "%"),
    ("Hours", "hours"),
    ("a whole number", "settlements"),
    ("= 10×", "×"),
    ("a ratio", "ratio"),
)

# Where people go wrong: signs, units that depend, decimals and percent, what a blank means.
_TRAP = re.compile(
    r"decimal|positive|linear|margin currency|relative|without|blank|a ratio", re.IGNORECASE
)


def unit_of(column: Column) -> str:
    """The unit that stands above a header, and whether its cells may stay blank.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> [unit_of(column) for column in TABLES["Tiers"].columns]
        ['name', 'margin currency', '%']
    """
    if column.quantity.options:
        unit = " or ".join(column.quantity.options)
    elif column.kind == "number":
        unit = next(unit for words, unit in _UNITS if re.search(words, column.help))
        if unit == "ratio" and look_of(column) == "percent":
            unit = "%"  # shown as one
    else:
        unit = "date-time, UTC" if column.kind == "date" else "name"
    return unit if column.required else f"{unit}, optional"


def prompt_of(column: Column) -> str:
    """The message at a selected cell: what to type, in at most 255 characters.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> prompt_of(TABLES["Holdings"].columns[5])[-47:]
        'ratio, 1 for the same coin. Left blank it is 1.'
    """
    said = column.help
    for more in (_blank(column), _percent(column)):
        if more and len(f"{said} {more}") <= LONGEST_PROMPT:
            said = f"{said} {more}"
    return said


def note_of(column: Column) -> str:
    """The note on a header whose cells are easily typed wrongly; empty for the others.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> print(note_of(TABLES["Tiers"].columns[2]))
        Maintenance margin rate of the tier, decimal of the position value (0.005 = 0.5 %).
        It must be at least 0 and below 1.
        Type percent with the sign: 5%.
    """
    if not _TRAP.search(column.help):
        return ""
    lines = [column.help, _blank(column), _percent(column)]
    if column.kind != "text":
        lines.insert(1, f"It {column.allowed}.")
    return "\n".join(filter(None, lines))


def _blank(column: Column) -> str:
    """What a blank cell means, unless the help says so."""
    if column.required or "blank" in column.help.lower():
        return ""
    if column.default in (None, ""):
        return "May stay blank."
    default = column.default
    return f"Left blank it is {default if isinstance(default, str) else f'{default:g}'}."


def _percent(column: Column) -> str:
    # A cell that shows percent takes a bare 1 for 1 % in LibreOffice; not run in Excel.
    shown = look_of(column) in ("percent", "rate")
    return "Type percent with the sign: 5%." if shown else ""
