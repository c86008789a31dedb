"""The encoding of a part of XML: whatever it is declared to be, all that follows reads UTF-8."""

from __future__ import annotations

import codecs
import re

from xlhedge.errors import NotAWorkbook
from xlhedge.text import one_line

__all__ = ["utf_8"]

_DECLARED = re.compile(
    rb"<\?xml\s[^<>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"'][^<>]*\?>\s*"
)
_DECLARATION = re.compile(r"<\?xml\s[^<>]*\?>\s*")
_WIDE = {
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_KNOWN = re.compile("utf-8|ascii|iso8859-[0-9]+|cp125[0-8]")  # as Python calls them


def utf_8(xml: bytes, name: str) -> bytes:
    """XML as UTF-8.

    Args:
        xml: the part, in UTF-8, UTF-16, or an encoding of one byte a letter that it declares.
        name: the part's name.

    Raises:
        NotAWorkbook: it declares another encoding.
        UnicodeDecodeError: it is not in the encoding that it declares.

    Example:
        >>> utf_8('<?xml version="1.0" encoding="UTF-16"?><a>1</a>'.encode("utf-16"), "a.xml")
        b'<a>1</a>'
    """
    if wide := _WIDE.get(xml[:2]):
        return _DECLARATION.sub("", xml.decode(wide).lstrip("\ufeff"), count=1).encode()
    xml = xml.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED.match(xml)
    if not declared:
        return xml
    encoding = declared[1].decode()
    try:
        called = codecs.lookup(encoding).name
    except LookupError:
        called = ""
    if not _KNOWN.fullmatch(called):
        why = f'it is written in "{one_line(encoding)}"; save it again in a spreadsheet'
        raise NotAWorkbook(why, name)
    return xml if called == "utf-8" else xml[declared.end() :].decode(called).encode()
