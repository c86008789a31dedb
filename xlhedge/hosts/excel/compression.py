"""The compression of VBA projects (MS-OVBA 2.4.1): chunks of 4096 bytes, each on its own.

A chunk is a row of tokens: a byte as it is, or "the n bytes that stood m bytes before". The farther
into the chunk, the more of a token's 16 bits go to m, and the fewer to n.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from xlhedge.errors import HedgeError

__all__ = ["compressed"]

_CHUNK = 4096
_SHORTEST = 3  # bytes worth a copy token


def compressed(content: bytes) -> bytes:
    """The content as a compressed container.

    Raises:
        HedgeError: the last chunk is one that grows under compression and would only fit with
            zeros after it, which a reader could not tell from content. Source text never is.

    Example:
        >>> compressed(b"a" * 73).hex(" ")  # the specification's own example
        '01 03 b0 02 61 45 00'
    """
    chunks = (content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK))
    return b"\x01" + b"".join(map(_chunk, chunks))


def _chunk(content: bytes) -> bytes:
    tokens = list(_tokens(content))
    parts = []
    for start in range(0, len(tokens), 8):
        group = tokens[start : start + 8]
        copies = sum((len(token) > 1) << place for place, token in enumerate(group))
        parts.append(bytes([copies]) + b"".join(group))
    packed = b"".join(parts)
    if len(packed) <= _CHUNK:
        return struct.pack("<H", 0xB000 | len(packed) - 1) + packed
    if len(content) < _CHUNK:
        raise HedgeError(f"{len(content)} bytes at the end cannot be compressed")
    return struct.pack("<H", 0x3FFF) + content


def _tokens(content: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        # The bits that hold a distance of up to `at`, and the longest copy that the others hold.
        bits = max((at - 1).bit_length(), 4)
        distance, length = _copy(content, at, (0xFFFF >> bits) + _SHORTEST)
        if length:
            yield struct.pack("<H", distance - 1 << 16 - bits | length - _SHORTEST)
        else:
            length = 1
            yield content[at : at + 1]
        at += length


def _copy(content: bytes, at: int, longest: int) -> tuple[int, int]:
    """How far back the longest copy of what follows begins, and its length; 0 if there is none."""
    longest = min(longest, len(content) - at)
    distance, length = 0, 0
    wanted, found = _SHORTEST, 0
    while wanted <= longest:
        # It may run into what it copies: "aaaa" is an "a" and its three followers.
        found = content.find(content[at : at + wanted], found, at + wanted - 1)
        if found < 0:
            break
        while wanted < longest and content[found + wanted] == content[at + wanted]:
            wanted += 1
        distance, length = at - found, wanted
        wanted += 1
    return distance, length
