"""Formulas cut into pieces. Part of the structural checker, see `structure`."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
  | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!))
  | (?P<sheet>(?:'(?:[^']|'')+'|\[\d+\][^\W\d]?[\w.]*|[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!)
  | (?P<call>(?:[^\W\d]|\\)[\w.\\?]*\()
  | (?P<table>[^\W\d][\w.]*\[)
  | (?P<range>\$?[A-Z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Z]{1,3}\$?[0-9]{1,7})?(?![\w.(\[!])
      | \$?[A-Z]{1,3}:\$?[A-Z]{1,3}(?![\w.(!]) | \$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.]))
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?)
  | (?P<name>(?:[^\W\d]|\\)[\w.\\?]*)
  | (?P<space>\s+)
  | (?P<sign><=|>=|<>|[-+*/^&=<>:,;(){}%])
    """,
    re.VERBOSE,
)
_ARRAY = re.compile(
    r"""(?:[+-]?[0-9.]+(?:[Ee][+-]?[0-9]+)?|"(?:[^"]|"")*"|TRUE|FALSE|\#[A-Z0-9/]+[!?A])"""
)


class Wrong(Exception):  # noqa: N818  # it is what is wrong with a formula, not with the checker
    """What is wrong with a formula; reading it ends there."""


class Token(NamedTuple):
    """A piece of a formula."""

    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """Cut a formula into pieces; a structured reference and an array are one piece each.

    Raises:
        Wrong: there is a character that begins none, or a quote or a bracket is left open.
    """
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise Wrong(_unread(text[place:]))
        end, kind = match.end(), str(match.lastgroup)
        if kind == "table":
            end = _closing(text, end)
        elif match[0] == "{":
            end = _array_end(text, end)
            kind = "array"
        found.append(Token(kind, text[place:end]))
        place = end
    return found


def _unread(rest: str) -> str:
    meant = {
        '"': "a quote is left open",
        "'": "a quote is left open",
        "@": "a stored @, which must be _xlfn.SINGLE,",
        "#": "a stored #, which must be _xlfn.ANCHORARRAY,",
        "[": "a structured reference without its table",
    }
    return meant.get(rest[0], f"{rest[0]!r} cannot stand")


def _closing(text: str, place: int) -> int:
    """The end of a structured reference, whose first bracket was opened before a place."""
    depth = 1
    while depth and place < len(text):
        place += text[place] == "'"  # the next one is only a character
        depth += {"[": 1, "]": -1}.get(text[place : place + 1], 0)
        place += 1
    if depth:
        raise Wrong("a bracket [ is left open")
    return place


def _array_end(text: str, place: int) -> int:
    """The end of an array of constants; its rows must be of one length."""
    widths, width = [], 1
    while match := _ARRAY.match(text, place):
        place = match.end()
        sign = text[place : place + 1]
        if sign in {";", "}"}:
            widths.append(width)
            width = 0
        if sign == "}":
            if len(set(widths)) > 1:
                raise Wrong("the rows of an array differ in length")
            return place + 1
        if sign not in {",", ";"}:
            break
        place, width = place + 1, width + 1
    raise Wrong("an array {…} holds something else than constants, or is left open")
