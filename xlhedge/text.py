r"""Values as text, and somebody else's text as harmless text: on a terminal, in CSV and XML.

A workbook's cells say that they are text (`xlhedge.xlsx.cell`) and hold it as typed; only a
sentence that quotes it must keep its own direction.

What a terminal obeys or hides is written out: control characters (ANSI escapes begin with one),
line and paragraph separators, and Unicode's format characters, which turn the direction of what
follows or take no room (U+202E, U+200B). Letters of right-to-left scripts stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

__all__ = [
    "as_percent",
    "cited",
    "counted",
    "csv_cell",
    "harmless",
    "in_attribute",
    "in_xml",
    "means_percent",
    "one_line",
    "percent",
    "rounded",
    "shown",
    "straight",
    "typed",
]

_T = TypeVar("_T")

_IN_ATTRIBUTES = str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})

_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode's names for what `harmless` writes out
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LEFT_TO_RIGHT = "\u200e"
# A spreadsheet computes a cell that begins so, also behind spaces and what takes no room. And where
# lists are separated by semicolons it splits the line there, if no quote opens the cell.
_NO_ROOM = r"\s\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_SIGN = re.compile(r"[=+\-@＝＋－＠]")
_RUN = re.compile(rf"(^|;)(?=[{_NO_ROOM}]*{_SIGN.pattern})")


def shown(value: Any) -> str:
    """A value as people read it: a number with all its digits, TRUE, a date, text as it is.

    Example:
        >>> [shown(value) for value in (60_000.0, True, "linear", datetime(2026, 3, 27))]
        ['60000', 'TRUE', 'linear', '2026-03-27']
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    return value if isinstance(value, str) else f"{value:.15g}"


def typed(value: Any, between: str = ",") -> str:
    """A value as it is typed in a formula: text in quotes, a range in braces.

    Example:
        >>> typed([0.5, True, "linear"])
        '{0.5,TRUE,"linear"}'
    """
    if isinstance(value, list | tuple):
        return "{" + between.join(typed(each, between) for each in value) + "}"
    return f'"{value}"' if isinstance(value, str) else shown(value)


def cited(value: Any) -> str:
    r"""Whatever somebody handed over, as a message quotes it: in one line that is not long.

    Example:
        >>> print(cited("1\t2"), cited(True), cited(2j))
        "1\t2" TRUE 2j
    """
    text = f'"{value[:61]}"' if isinstance(value, str) else str(value)
    return one_line(text.upper() if text in ("True", "False") else text)


def one_line(text: str) -> str:
    """A text from a file as a message shows it, in one line that is not long."""
    text = text if len(text) <= 60 else text[:57] + "..."
    return text if text.isprintable() else ascii(text)[1:-1]


def harmless(text: str) -> str:
    r"""A text for a terminal, in one line: what would be obeyed or hidden is written out.

    Line breaks and tabs are written out, too, so that a file's name cannot pretend to be a line of
    ours. For text of several lines and for rows of cells ask for each of them.

    Args:
        text: any text, such as a message that quotes a name.

    Example:
        >>> print(harmless("BTC\x1b[31m\n\u202e1"))
        BTC\x1b[31m\n\u202e1
        >>> harmless("Größe × 2, 買い 🚀")
        'Größe × 2, 買い 🚀'
    """
    if text.isprintable():
        return text
    return "".join(
        _written_out(letter) if unicodedata.category(letter) in _OBEYED else letter
        for letter in text
    )


def straight(text: str) -> str:
    r"""A text that turns the direction of nothing that is written behind it.

    In a sentence a name with a right-to-left override would show the figures after it backwards:
    what turns is written out. Letters of right-to-left scripts keep their own direction; a sentence
    that begins with them gets a mark that nobody sees, as all of it would run from the right.

    Args:
        text: any text.

    Example:
        >>> print(straight("Short 3 of A\u202e, worth 1,234.00 USD."))
        Short 3 of A\u202e, worth 1,234.00 USD.
    """
    if text.isascii():
        return text
    shown = _TURNING.sub(lambda found: _written_out(found[0]), text)
    strong = (way for way in map(unicodedata.bidirectional, shown) if way in {"L", "R", "AL"})
    return shown if next(strong, "L") == "L" else f"{_LEFT_TO_RIGHT}{shown}"


def csv_cell(value: _T) -> _T | str:
    r"""A value for a cell of a CSV file, so that no spreadsheet that opens the file runs it.

    Text that a spreadsheet would compute gets an apostrophe in front, which Excel shows and does
    not run. What is no text stays as it is: a number is harmless, a text that looks like one is
    not. Line breaks and other control characters are written out; all else stays as typed, so that
    names can be compared.

    Args:
        value: what the cell holds: text, a number, nothing.

    Example:
        >>> csv_cell("=cmd|' /C calc'!A0"), csv_cell("-1"), csv_cell(-1.0), csv_cell("1=1")
        ("'=cmd|' /C calc'!A0", "'-1", -1.0, '1=1')
        >>> csv_cell("x;=1"), csv_cell("a\nb"), csv_cell(None)
        ("x;'=1", 'a\\nb', None)
    """
    if not isinstance(value, str):
        return value
    shown: str = value
    if not value.isprintable():
        shown = _CONTROL.sub(lambda found: _written_out(found[0]), value)
    return _RUN.sub(r"\1'", shown) if _SIGN.search(shown) else shown


def _written_out(letter: str) -> str:
    return ascii(letter)[1:-1]


def counted(count: int, noun: str) -> str:
    """So many of something.

    Example:
        >>> counted(1, "holding"), counted(1200, "short")
        ('1 holding', '1,200 shorts')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def percent(value: float, sign: Literal["", "+"] = "") -> str:
    """A decimal as percent.

    Args:
        value: the decimal.
        sign: "+" for a move, which says its way.

    Example:
        >>> percent(0.125), percent(50), percent(0.0957, "+")
        ('12.5 %', '5,000 %', '+9.57 %')
    """
    digits = ".3g" if abs(value) < _THOUSAND else ",.0f"
    return f"{value * 100:{sign}{digits}} %"


_THOUSAND = 9.995
"""What is shown in percent with more than three digits from here on."""


def rounded(value: float) -> str:
    """An amount of money as it is read from afar: in thousands, millions or billions.

    Example:
        >>> rounded(7_554_321), rounded(-119_400), rounded(412.6), rounded(-0.2)
        ('7.6 m', '-119.4 k', '413', '0')
    """
    for unit, size in (("bn", 1e9), ("m", 1e6), ("k", 1e3)):
        if abs(value) >= size * (1 - 5e-5):
            return f"{value / size:,.1f} {unit}"
    return f"{round(value) + 0:,}"


def as_percent(number: float) -> str:
    """How so many percent are typed, in a cell, a file or an argument.

    Example:
        >>> as_percent(0.01)
        '0.01 % is written 0.01% or 0.0001'
    """
    digits, decimal = (f"{Decimal(f'{each:.12g}'):f}" for each in (number, number / 100))
    return f"{digits} % is written {digits}% or {decimal}"


def means_percent(number: float) -> str:
    """What a decimal means that looks like percent.

    Example:
        >>> means_percent(50)
        '50 means 5,000 %; 50 % is written 50% or 0.5'
    """
    return f"{shown(number)} means {number * 100:,.12g} %; {as_percent(number)}"


def in_xml(text: str) -> str:
    """A text as XML has it between tags; `xml.sax.saxutils` would bring ssl, http and email along.

    Example:
        >>> in_xml("P&L < 0")
        'P&amp;L &lt; 0'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def in_attribute(text: str) -> str:
    r"""A text as XML has it as an attribute's value, its quotes included.

    Example:
        >>> print(in_attribute("'P&L'!A1\n"))
        "'P&amp;L'!A1&#10;"
    """
    return f'"{in_xml(text).translate(_IN_ATTRIBUTES)}"'
