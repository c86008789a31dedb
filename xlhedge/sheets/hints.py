"""What an input cell says of itself: its unit, its message when selected, the note on its header.

All of it is the column's own quantity, so that it cannot differ from what the readers allow.
"""

from __future__ import annotations

from xlhedge.portfolio.columns import Column
from xlhedge.text import as_percent

__all__ = ["LONGEST_PROMPT", "note_of", "prompt_of", "unit_of"]

LONGEST_PROMPT = 255
"""Characters of a message that Excel shows at a cell; of its title 32."""


def unit_of(column: Column) -> str:
    """The unit that stands above a header, and whether its cells may stay blank.

    Example:
        >>> from xlhedge.portfolio import TABLES
        >>> [unit_of(column) for column in TABLES["Tiers"].columns]
        ['name', 'margin currency', '%']
    """
    needed = column.quantity.needed and f"needed {column.quantity.needed}"
    return column.unit if column.required else f"{column.unit}, {needed or 'optional'}"


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
        Type percent with the sign: 5 % is written 5% or 0.05.
    """
    quantity = column.quantity
    if not (quantity.trap or quantity.blank or quantity.measure.share):
        return ""
    lines = [column.help, _blank(column), _percent(column)]
    if column.kind != "text":
        lines.insert(1, f"It {column.allowed}.")
    return "\n".join(filter(None, lines))


def _blank(column: Column) -> str:
    """What a blank cell means, unless the help says so."""
    if column.required or column.quantity.blank:
        return ""
    unless = f", but not {column.quantity.needed}" if column.quantity.needed else ""
    if column.default in (None, ""):
        return f"May stay blank{unless}."
    default = column.default
    return f"Left blank it is {default if isinstance(default, str) else f'{default:g}'}{unless}."


def _percent(column: Column) -> str:
    # A cell that shows percent takes a bare 1 for 1 % in LibreOffice; not run in Excel.
    return f"Type percent with the sign: {as_percent(5)}." if column.quantity.measure.share else ""
