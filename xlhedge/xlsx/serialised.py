"""Parts of a sheet as openpyxl writes them, each written once in the life of a process.

A report is the same design over and over: the same margins, panes, rules and looks. openpyxl is
asked for the XML of each once; after that a walk over the object's attributes finds it again.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from openpyxl.descriptors.serialisable import Serialisable
from openpyxl.xml.functions import tostring

__all__ = ["KNOWN", "MOST", "key_of", "xml_of"]

MOST = 4_096
"""Texts that are kept; a batch of ten thousand reports must not fill the memory."""

KNOWN: dict[Hashable, str] = {}
"""The texts that are kept, by what tells them apart."""

_PLAIN = (str, int, float, bool, type(None))


def xml_of(thing: Any, tag: str | None = None) -> str:
    """The XML of one of openpyxl's objects, under its own tag or another.

    Example:
        >>> from openpyxl.worksheet.page import PageMargins
        >>> xml_of(PageMargins(0.5, 0.5, 1, 1))
        '<pageMargins left="0.5" right="0.5" top="1" bottom="1" header="0.5" footer="0.5" />'
    """
    key = (tag, key_of(thing))
    known = KNOWN.get(key)
    if known is None:
        tree = thing.to_tree(tag) if tag else thing.to_tree()
        known = tostring(tree).decode() if tree is not None else ""
        if len(KNOWN) >= MOST:
            KNOWN.clear()
        KNOWN[key] = known
    return known


def key_of(thing: Any) -> Hashable:
    """What tells an object of openpyxl's from another whose XML differs."""
    kind = type(thing)
    if kind in _PLAIN:
        return thing  # type: ignore[no-any-return]  # a plain value is its own key
    if isinstance(thing, Serialisable):
        return kind, tuple((name, key_of(value)) for name, value in vars(thing).items())
    if isinstance(thing, list | tuple):
        return kind, tuple(map(key_of, thing))
    return kind, str(thing)
