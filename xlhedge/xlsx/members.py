"""An archive with some of its members replaced; of all others every byte stays as it was.

`zipfile` packs anew what it copies. Here the others' packed bytes, their order, times, comments and
extra fields are taken as they stand.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator, Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from xlhedge.errors import DAMAGED, NotAWorkbook

__all__ = ["Members"]

_OLE = b"\xd0\xcf\x11\xe0"  # how .xls begins, and an encrypted workbook of any kind
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_HAS_PASSWORD, _SIZES_FOLLOW = 1, 8  # flags of a member
_ZIP64, _IN_ZIP64 = 1, 0xFFFFFFFF  # an extra field with longer sizes, and what stands for them


class Members:
    """The members of a workbook's archive.

    Args:
        content: the file's bytes.

    Raises:
        NotAWorkbook: it is none, it is encrypted or damaged, or of a kind that cannot be changed
            in its place.

    Example:
        >>> from zipfile import ZipFile
        >>> from xlhedge.files import zipped
        >>> old = Members(zipped({"a": "1", "b": "2"}))
        >>> new = Members(old.replaced({"b": b"3"}))
        >>> new.read("a"), new.read("b")
        (b'1', b'3')
    """

    def __init__(self, content: bytes) -> None:
        if content.startswith(_OLE):
            raise NotAWorkbook("it is encrypted, or an old Excel workbook; save it as .xlsx")
        try:
            with ZipFile(io.BytesIO(content)) as archive:
                self._entries = archive.infolist()
        except (BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
            raise NotAWorkbook(DAMAGED) from error
        self._content = content
        self._named = {_folded(entry.filename): entry for entry in self._entries}
        if len(self._named) != len(self._entries):  # programs differ in which of the two they take
            raise NotAWorkbook("two of its parts have one name; save it again in a spreadsheet")

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._named

    def read(self, name: str) -> bytes:
        """A member, unpacked.

        Raises:
            NotAWorkbook: it is not there, or not what the archive says.
        """
        entry = self._named.get(_folded(name))
        if entry is None or entry.flag_bits & _HAS_PASSWORD:
            raise NotAWorkbook(DAMAGED, name)
        try:
            with ZipFile(io.BytesIO(self._content)) as archive:
                return archive.read(entry)
        except (BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
            raise NotAWorkbook(DAMAGED, name) from error

    def replaced(self, changed: Mapping[str, bytes]) -> bytes:
        """The archive's bytes with other content for some members, packed as they were.

        Raises:
            NotAWorkbook: the archive is not built as spreadsheets build it.
        """
        news = {_folded(name): content for name, content in changed.items()}
        try:
            return b"".join(self._pieces(news))
        except (struct.error, ValueError) as error:
            raise NotAWorkbook(DAMAGED) from error

    def _pieces(self, news: Mapping[str, bytes]) -> Iterator[bytes]:
        content = self._content
        end = content.rindex(b"PK\x05\x06")
        *kept, size, directory, told = _END.unpack_from(content, end)
        if directory + size != end or told != len(content) - end - _END.size:
            raise NotAWorkbook("its archive is not one that spreadsheets write; save it again")
        starts = sorted(entry.header_offset for entry in self._entries)
        ends = dict(zip(starts, [*starts[1:], directory], strict=True))
        moved: dict[int, tuple[int, bytes | None, int]] = {}
        at = starts[0] if starts else 0
        yield content[:at]  # nothing, as a rule
        for entry in sorted(self._entries, key=lambda each: each.header_offset):
            start, new = entry.header_offset, news.get(_folded(entry.filename))
            piece, packed = content[start : ends[start]], 0
            if new is not None:
                body = _packed(new, entry)
                piece, packed = _local_header(content, start, new, len(body)) + body, len(body)
            moved[start] = at, new, packed
            at += len(piece)
            yield piece
        written = 0
        for header in _headers(content, directory, end):
            changed = _moved_header(header, moved)
            written += len(changed)
            yield changed
        yield _END.pack(*kept, written, at, told) + content[end + _END.size :]


def _packed(new: bytes, entry: ZipInfo) -> bytes:
    if entry.compress_type == ZIP_STORED:
        return new
    if entry.compress_type != ZIP_DEFLATED or entry.flag_bits & _HAS_PASSWORD:
        raise NotAWorkbook(DAMAGED, entry.filename)
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(new) + packer.flush()


def _local_header(content: bytes, start: int, new: bytes, packed: int) -> bytes:
    """The header before a member's bytes, as it was but for what tells those."""
    mark, needs, flags, *when, _, _, _, name, extra = _LOCAL.unpack_from(content, start)
    begin = start + _LOCAL.size
    kept = _without_zip64(content[begin + name : begin + name + extra])
    sizes = zlib.crc32(new), packed, len(new)
    head = _LOCAL.pack(mark, needs, flags & ~_SIZES_FOLLOW, *when, *sizes, name, len(kept))
    return head + content[begin : begin + name] + kept


def _headers(content: bytes, start: int, end: int) -> Iterator[bytes]:
    """The headers of the archive's directory."""
    while start < end:
        *_, name, extra, comment, _, _, _, _ = _CENTRAL.unpack_from(content, start)
        size = _CENTRAL.size + name + extra + comment
        yield content[start : start + size]
        start += size


def _moved_header(header: bytes, moved: Mapping[int, tuple[int, bytes | None, int]]) -> bytes:
    """A header of the directory for where its member is now, and for what it holds."""
    fields = list(_CENTRAL.unpack_from(header))
    if fields[16] == _IN_ZIP64:
        raise NotAWorkbook("its archive is of a kind for huge files (ZIP64); save it again")
    fields[16], new, packed = moved[fields[16]]
    names, rest = header[_CENTRAL.size :][: fields[10]], header[_CENTRAL.size + fields[10] :]
    if new is not None:
        kept = _without_zip64(rest[: fields[11]])
        rest = kept + rest[fields[11] :]
        fields[3] &= ~_SIZES_FOLLOW
        fields[7:10] = zlib.crc32(new), packed, len(new)
        fields[11] = len(kept)
    return _CENTRAL.pack(*fields) + names + rest


def _without_zip64(extra: bytes) -> bytes:
    """A member's extra fields without that of sizes which its header tells now."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        field = extra[at : at + 4 + size]
        kept += b"" if kind == _ZIP64 else field
        at += 4 + size
    return kept + extra[at:]


def _folded(name: str) -> str:
    """A member's name as it is compared: Windows writes backslashes, and case does not count."""
    return name.replace("\\", "/").lstrip("/").lower()
