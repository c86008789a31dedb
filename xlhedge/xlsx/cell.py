"""One cell as XML text: its value, formula and look, or why they cannot stand in a workbook."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from functools import lru_cache
from numbers import Integral, Real

from openpyxl.utils import get_column_letter, quote_sheetname

from xlhedge.errors import CellError
from xlhedge.serials import serial
from xlhedge.text import in_xml

__all__ = [
    "LETTERS",
    "MAX_COLUMN",
    "MAX_FORMULA",
    "MAX_ROW",
    "cell_xml",
    "escaped",
    "formula_xml",
    "guarded",
    "marked",
    "quoted",
    "stored",
    "text_xml",
]

# Excel's limits; it calls a file that exceeds them damaged.
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
_MAX_TEXT, MAX_FORMULA = 32_767, 8_192

LETTERS = ("", *map(get_column_letter, range(1, MAX_COLUMN + 1)))
"""The letters of each column, by its number from 1."""

# Excel counts a 29 February 1900 that never was; only from 1 March on do its days agree with ours.
_FIRST_DATE = 61

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SHORT = 200


def quoted(title: str) -> str:
    """A sheet's title as formulas have it, before the exclamation mark."""
    return str(quote_sheetname(title))


@lru_cache(maxsize=4_096)  # those of a report, which the next one has again
def formula_xml(text: str, tag: str) -> str:
    """A formula in its element; nothing for a later cell of an array formula, whose tag is ""."""
    if not tag:
        return ""
    if not text or text.startswith("="):
        raise ValueError('a formula is given without its "=" and is not empty')
    if len(text) > MAX_FORMULA:
        raise ValueError(f"the formula has {len(text):,} characters; Excel takes {MAX_FORMULA:,}")
    return f"{tag}{escaped(text)}</f>"


def cell_xml(look: str, value: object, formula: str | None) -> str:
    """A cell behind its reference; no formula is a constant, "" is inside an array formula."""
    if value.__class__ is float and math.isfinite(value):  # what most cells hold
        return f"{look}>{formula or ''}<v>{value + 0.0!r}</v></c>"  # as `marked`, without the call
    if formula is None and (value is None or isinstance(value, str)):
        if not value:
            # A person cannot type a text of no characters, and ISBLANK would deny that it is blank.
            return f"{look}/>"
        inline = f'<is><t xml:space="preserve">{text_xml(value)}</t></is>'
        return f'{look} t="inlineStr">{inline}</c>'
    look, text = marked(look, value)
    return f"{look}>{formula or ''}<v>{text}</v></c>"


def marked(look: str, value: object) -> tuple[str, str]:
    """A look with the type mark that a value needs, and the value's text in the file."""
    if value.__class__ is float and math.isfinite(value):  # what most cells hold
        # A spreadsheet has no minus zero: -0.0 + 0.0 is 0.0.
        return look, repr(value + 0.0)
    kind, text = stored(value)
    return (look if kind == "n" else f'{look} t="{kind}"'), text


def stored(value: object) -> tuple[str, str]:
    """Return the type mark of a value and its text in the file."""
    if isinstance(value, str):
        return "str", text_xml(value)
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, date):
        return "n", _date(value)
    if isinstance(value, Real):
        return "n", _number(value)
    if isinstance(value, CellError):
        return "e", value.code
    item = getattr(value, "item", None)  # NumPy's bool, which is no number and no bool
    if callable(item) and isinstance(item(), bool):
        return "b", str(int(item()))
    if value is None:
        raise ValueError('a formula needs its value; one that looks empty has ""')
    raise ValueError(f"a cell cannot hold a {type(value).__name__}")


def _number(value: Real | float) -> str:
    """Write a number so that reading it gives the same one (``repr`` of NumPy's would not)."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("NaN and infinity are not numbers to a spreadsheet")
    if isinstance(value, Integral):
        return str(int(value))
    return repr(number + 0.0)


@lru_cache(maxsize=4_096)  # a history's times stand on several sheets, and in all of a batch
def _date(value: date) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise ValueError(f"{value} has a time zone; a cell cannot hold one")
    day = serial(value)
    if not day >= _FIRST_DATE:  # pandas' NaT is neither before nor after
        raise ValueError(f"{value} is no date from March 1900 on")
    return _number(day)


def text_xml(text: str) -> str:
    """A text as it stands in a cell's XML.

    Raises:
        ValueError: it cannot stand there.
    """
    return _short_text(text) if len(text) <= _SHORT else _any_text(text)


def _any_text(text: str) -> str:
    units = len(text) + sum(character > "\uffff" for character in text)  # as Excel counts them
    if units > _MAX_TEXT:
        raise ValueError(f"the text has {units:,} characters; a cell holds {_MAX_TEXT:,}")
    return escaped(guarded(text))


# Headers, units and names come again and again.
_short_text = lru_cache(maxsize=4_096)(_any_text)


def guarded(text: str) -> str:
    """Keep Excel from reading ``_x0041_`` in somebody's text as the letter it would stand for."""
    return _LOOKS_ESCAPED.sub("_x005F_", text)


def escaped(text: str) -> str:
    """A text as XML has it.

    Raises:
        ValueError: it has a character that cannot stand there.
    """
    if text.isprintable() and not ("&" in text or "<" in text or ">" in text):
        return text
    unfit = _NOT_XML.search(text)
    if unfit:
        raise ValueError(f"the character U+{ord(unfit[0]):04X} cannot stand in a workbook")
    return in_xml(text).replace("\r", "&#13;")  # a bare one would be read as a line feed
