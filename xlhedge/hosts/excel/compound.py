"""A compound file (MS-CFB, version 3): streams and storages in one file, as VBA projects are kept.

A file of 512-byte sectors: the allocation table, the directory, then the streams. Streams under
4096 bytes share a stream of 64-byte pieces that belongs to the root. Times are left out, so the
same streams give the same bytes.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlhedge.errors import HedgeError

__all__ = ["compound_file"]

_SECTOR, _MINI = 512, 64
_CUTOFF = 4096  # streams of this size and above have sectors of their own
_PER_SECTOR = _SECTOR // 4  # entries of an allocation table
_HEADER_TABLE = 109  # sectors of the allocation table that the header has room for
_FAT, _END, _NONE = 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_NAME = re.compile(r"[^\x00-\x1f!/:\\\x7f-\U0010ffff]{1,31}")


@dataclass(slots=True)
class _Entry:
    """A line of the directory; the numbers are those of other lines."""

    name: str
    kind: int
    content: bytes = b""
    children: dict[str, _Entry] = field(default_factory=dict)
    color: int = _BLACK
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END
    size: int = 0

    def to_bytes(self) -> bytes:
        name = f"{self.name}\0".encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            *(name, len(name), self.kind, self.color, self.left, self.right, self.child),
            *(bytes(16), 0, 0, 0),  # no class, no flags, no times
            *(0 if self.kind == _STORAGE else self.start, self.size),
        )


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """The compound file that holds the given streams.

    Args:
        streams: their contents by path; ``VBA/dir`` is the stream ``dir`` of the storage ``VBA``.

    Returns:
        The file; the same streams give the same bytes, in whatever order they come.

    Raises:
        HedgeError: a name that the format does not allow or that is there twice, or more content
            than about 7 MB.

    Example:
        >>> file = compound_file({"PROJECT": b"Name=1", "VBA/dir": bytes(5000)})
        >>> file[:8].hex(), len(file) % 512
        ('d0cf11e0a1b11ae1', 0)
    """
    entries = _directory(streams)
    mini_table, mini_stream = _mini(entries)
    root = entries[0]
    root.size = len(mini_stream)
    large = [entry for entry in entries if entry.kind == _STREAM and entry.size >= _CUTOFF]
    directory_size = -(-len(entries) * 128 // _SECTOR)
    # The directory comes before what it points to: sizes are known before the contents.
    sizes = [directory_size, *(_count(len(part), _SECTOR) for part in (mini_table, mini_stream))]
    sizes += [_count(entry.size, _SECTOR) for entry in large]
    fat_size = _fat_size(sum(sizes))
    starts, fat = [], [_FAT] * fat_size
    for size in sizes:
        starts.append(len(fat) if size else _END)
        fat += _chain(len(fat), size)
    for entry, start in zip((root, *large), starts[2:], strict=True):
        entry.start = start
    empty = struct.pack("<68xIII48x", _NONE, _NONE, _NONE)
    directory = b"".join(entry.to_bytes() for entry in entries)
    directory += empty * (directory_size * 4 - len(entries))
    contents = (_table(fat), directory, mini_table, mini_stream, *(e.content for e in large))
    header = _header(fat_size, starts[0], starts[1], sizes[1])
    return header + b"".join(_padded(content, _SECTOR) for content in contents)


def _header(fat_size: int, directory: int, mini_table: int, mini_size: int) -> bytes:
    listed = [*range(fat_size), *[_NONE] * (_HEADER_TABLE - fat_size)]
    return struct.pack(
        "<8s16sHHHHH6xIIIIIIIII109I",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6),
        *(0, fat_size, directory, 0, _CUTOFF, mini_table, mini_size),
        *(_END, 0, *listed),  # no sectors of the allocation table but those listed here
    )


def _directory(streams: Mapping[str, bytes]) -> list[_Entry]:
    """All entries, the root first, linked as the trees that the format asks for."""
    root = _Entry("Root Entry", _ROOT)
    for path, content in streams.items():
        *folders, name = path.split("/")
        storage = root
        for folder in folders:
            storage = _added(storage, _Entry(folder, _STORAGE), path)
        _added(storage, _Entry(name, _STREAM, content, size=len(content)), path)
    entries = [root]
    _list_children(root, entries)
    return entries


def _added(storage: _Entry, entry: _Entry, path: str) -> _Entry:
    """The entry, now in the storage; of a storage that is there already, that one."""
    if not _NAME.fullmatch(entry.name):
        raise HedgeError(
            f'"{entry.name}" is no name in a compound file; it must have 1 to 31 ASCII characters'
            " without / \\ : !",
            argument=path,
        )
    found = storage.children.setdefault(entry.name.upper(), entry)
    if found is not entry and not entry.kind == found.kind == _STORAGE:
        raise HedgeError("this name is there twice; capitals do not count", argument=path)
    return found


def _list_children(storage: _Entry, entries: list[_Entry]) -> None:
    """Appends what a storage holds to the directory and links it as a tree."""
    # Shorter names come first, then by capital letters: the order that readers search by.
    children = sorted(storage.children.values(), key=lambda e: (len(e.name), e.name.upper()))
    first = len(entries)
    entries += children
    storage.child = _link(children, first, range(len(children)), 0)
    for child in children:
        _list_children(child, entries)


def _link(children: Sequence[_Entry], first: int, part: range, depth: int) -> int:
    """The number of the middle child, with the others to its left and right.

    The tree is as flat as can be: all levels are full but the deepest. With the deepest red and
    the others black, it is the red-black tree that the format asks for.
    """
    if not part:
        return _NONE
    middle = len(part) // 2
    entry = children[part[middle]]
    entry.left = _link(children, first, part[:middle], depth + 1)
    entry.right = _link(children, first, part[middle + 1 :], depth + 1)
    full_levels = (len(children) + 1).bit_length() - 1
    entry.color = _RED if depth == full_levels else _BLACK
    return first + part[middle]


def _mini(entries: Iterable[_Entry]) -> tuple[bytes, bytes]:
    """The small streams, one after the other, and the table that says where each goes on."""
    table: list[int] = []
    stream = b""
    for entry in entries:
        if entry.kind == _STREAM and 0 < entry.size < _CUTOFF:
            entry.start = len(table)
            table += _chain(len(table), _count(entry.size, _MINI))
            stream += _padded(entry.content, _MINI)
    return _table(table), stream


def _fat_size(sectors: int) -> int:
    """How many sectors the allocation table takes, which lists itself too."""
    size = _count(sectors, _PER_SECTOR - 1)
    if size > _HEADER_TABLE:
        most = _HEADER_TABLE * (_PER_SECTOR - 1) * _SECTOR
        raise HedgeError(
            f"{sectors * _SECTOR} bytes are too many for this compound file; it takes up to {most}"
        )
    return size


def _chain(start: int, count: int) -> list[int]:
    """An allocation table's entries for pieces that follow one another."""
    return [*range(start + 1, start + count), _END] if count else []


def _table(entries: Sequence[int]) -> bytes:
    unused = -len(entries) % _PER_SECTOR
    return struct.pack(f"<{len(entries) + unused}I", *entries, *[_NONE] * unused)


def _count(size: int, piece: int) -> int:
    return -(-size // piece)


def _padded(content: bytes, piece: int) -> bytes:
    return content + bytes(-len(content) % piece)
