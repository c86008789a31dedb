"""The encoding of a file's text: told by its first bytes, or the only one it can be."""

from __future__ import annotations

import codecs

__all__ = ["encoding_of"]

_MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What people type that Windows writes as one byte beyond ASCII, besides letters.
_TYPED = set("€£¥§°²³·×÷±«»‹›‘’‚“”„–—…•\xa0¿¡½¼¾©®™")


def encoding_of(content: bytes) -> str:
    """The name of a text's encoding, as Python knows it.

    It is UTF-8; UTF-16 where the first bytes say so, or every other of them is 0; otherwise
    Windows-1252, if that makes of it what people type.

    Raises:
        UnicodeDecodeError: it is none of them; it says where UTF-8 ends.

    Example:
        >>> [encoding_of("Münze".encode(each)) for each in ("utf-8", "utf-16", "cp1252")]
        ['utf-8', 'utf-16', 'cp1252']
    """
    start = content[:8]
    for mark, encoding in _MARKED:
        if start.startswith(mark):
            return encoding
    for zeros, encoding in ((start[::2], "utf-16-be"), (start[1::2], "utf-16-le")):
        if zeros and not any(zeros):
            return encoding
    try:
        content.decode()
    except UnicodeDecodeError:
        letters = set(content.decode("cp1252", "replace"))
        if all(each.isascii() or each.isalpha() or each in _TYPED for each in letters):
            return "cp1252"
        raise
    return "utf-8"
