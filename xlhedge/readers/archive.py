"""A workbook's file as the archive it is: checked before anything is unpacked, and no further.

Nothing here believes what the archive says of itself. A part is unpacked up to the size that its
entry claims, all parts together up to the limits, and none is ever written to disk, so that the
names in an archive lead nowhere.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812

from xlhedge.errors import DAMAGED, NotAWorkbook
from xlhedge.readers.encodings import utf_8
from xlhedge.readers.limits import Limits

__all__ = ["DAMAGE", "Archive", "Element", "parse"]

# What zipfile raises for a damaged file, and what strange content makes of the code that reads it.
DAMAGE = (BadZipFile, ZlibError, expat.ExpatError, EOFError, OSError, LookupError, ValueError)
_OLE = b"\xd0\xcf\x11\xe0"  # how .xls begins, and an encrypted workbook of any kind
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTRY = b"PK\x01\x02"  # how each entry of an archive's directory begins
_PACKED = {ZIP_STORED, ZIP_DEFLATED}
_MOST_PARTS = 5_000
_LARGEST_INDEX = 4_000_000  # bytes of a part that lists others: the workbook, relationships, tables
_MOST_ELEMENTS = 200_000  # of such a part, which are held; a table of all columns has 16,384
_KEPT, _LARGEST_KEPT = 64, 16_000  # such parts, and the bytes of one
_LONG_TAG = re.compile(rb"<[^<>]{65536}")  # all its attributes are held at once
_COSTLY = "tags, formulas and escaped letters"
_FREE, _RATIO = 8_000_000, 100  # a spreadsheet packs its parts 10 : 1, a bomb 1,000 : 1

Element = tuple[str, dict[str, str]]
"""An element of XML as it begins: its name without a prefix, and its attributes."""


class Archive:
    """The parts of a workbook's file.

    Args:
        content: the file's bytes.
        limits: how much may be unpacked, and read of it.

    Raises:
        NotAWorkbook: the file is none, is damaged, or unpacks to too much.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        if content.startswith(_OLE):
            if _ENCRYPTED in content:
                raise NotAWorkbook("it is encrypted; save it without a password")
            raise NotAWorkbook("it is an old Excel workbook; save it as .xlsx")
        if not content.startswith(b"PK"):
            raise NotAWorkbook("it is no Excel workbook (.xlsx)")
        # The directory is an object an entry to zipfile. One letter of an entry is counted sooner.
        if all(content.count(each) > _MOST_PARTS for each in (_ENTRY[:1], _ENTRY)):
            raise NotAWorkbook(f"it has more than {_MOST_PARTS:,} parts, as no workbook has")
        try:
            self._zip = ZipFile(io.BytesIO(content))
        except (*DAMAGE, NotImplementedError) as error:
            raise NotAWorkbook(DAMAGED) from error
        entries = self._zip.infolist()
        if {each.compress_type for each in entries} - _PACKED:  # as no spreadsheet packs
            raise NotAWorkbook(DAMAGED)
        self._parts = {_folded(entry.filename): entry for entry in entries}
        if len(self._parts) != len(entries):  # programs differ in which of the two they take
            raise NotAWorkbook("two of its parts have one name; save it again in a spreadsheet")
        size = sum(entry.file_size for entry in entries)
        if size > max(_FREE, _RATIO * len(content)):
            ratio = size // len(content)
            raise NotAWorkbook(f"it unpacks to {size:,} bytes, {ratio:,} times its size")
        self.limits = limits
        self._unpacked = self._spent = 0
        self._uncounted: list[tuple[bytes, Mapping[bytes, int]]] = []

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._parts

    def part(self, folder: str, target: str) -> str:
        """The name of a part that another refers to; one that leads out of the archive is none."""
        joined = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))[1:]
        return joined if joined in self else unquote(joined)

    def read(self, name: str) -> bytes:
        """A part of XML, unpacked, as UTF-8 without a declaration.

        Raises:
            NotAWorkbook: it is not what the archive says, all that was read is too much, or nobody
                knows its encoding.
        """
        entry = self._parts[_folded(name)]
        self._unpacked += entry.file_size
        why = self.limits.too_many(self._unpacked, self.limits.unpacked, "bytes, unpacked")
        if why:
            raise NotAWorkbook(why, name)
        try:
            with self._zip.open(entry) as stream:
                part = stream.read(entry.file_size + 1)  # so many are unpacked at most
        except (RuntimeError, NotImplementedError) as error:  # a password, an unknown compression
            raise NotAWorkbook(DAMAGED) from error
        if len(part) != entry.file_size:
            raise NotAWorkbook(DAMAGED)
        return utf_8(part, name)

    def spend(self, xml: bytes, costs: Mapping[bytes, int], name: str) -> None:
        """Note that some things in a part will each cost microseconds, no more than it has letters.

        They are counted once they may be too many.

        Raises:
            NotAWorkbook: they, and all that was noted before, are too many.
        """
        self._spent += len(xml)
        self._uncounted.append((xml, costs))
        if self._spent <= self.limits.cells:
            return
        for part, each in self._uncounted:
            self._spent += sum(part.count(what) * cost for what, cost in each.items()) - len(part)
        self._uncounted.clear()
        why = self.limits.too_many(self._spent, self.limits.cells, _COSTLY)
        if why:
            raise NotAWorkbook(why, name)

    def spend_on(self, xml: bytes, name: str) -> None:
        """Note that a parser goes through a part: each element costs time.

        Raises:
            NotAWorkbook: it is too much, with all that was noted before.
        """
        self.spend(xml, {b"<": 1, b"xmlns": 1}, name)

    def elements(self, name: str) -> Sequence[Element]:
        """The elements of a part that lists others, in the order in which they begin.

        Those of another namespace than the first one's are somebody's additions, and left out.
        """
        if self._parts[_folded(name)].file_size > _LARGEST_INDEX:
            raise NotAWorkbook(f"it has more than {_LARGEST_INDEX:,} bytes", name)
        xml = self.read(name)
        if xml.count(b"<") > _MOST_ELEMENTS:
            raise NotAWorkbook(f"it has more than {_MOST_ELEMENTS:,} tags", name)
        self.spend_on(xml, name)
        read = _elements if len(xml) <= _LARGEST_KEPT else _elements.__wrapped__
        return read(xml, name)

    def parse(
        self,
        xml: bytes,
        name: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """Let a parser go through a part, as `parse` does.

        Raises:
            NotAWorkbook: there is too much to go through, or as of `parse`.
            expat.ExpatError: it is no XML.
        """
        self.spend_on(xml, name)
        parse(xml, name, start, end, text)


def parse(
    xml: bytes,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Let a parser go through a part; it tells names as "namespace name".

    Raises:
        NotAWorkbook: it declares a document type, in which XML hides its bombs and its doors to
            other files.
        expat.ExpatError: it is no XML.
    """
    if _LONG_TAG.search(xml):
        raise NotAWorkbook("it has a tag that is longer than any spreadsheet's", name)

    def refuse(*_: object) -> None:
        raise NotAWorkbook("it declares a document type (DTD), as no spreadsheet does", name)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.Parse(xml, True)  # noqa: FBT003  # that is how expat learns that it has all


@lru_cache(maxsize=_KEPT)
def _elements(xml: bytes, name: str) -> Sequence[Element]:
    """Those of a part that lists others: of a desk's workbooks most have many such parts alike."""
    found: list[Element] = []
    spaces: set[str] = set()

    def start(tag: str, attributes: dict[str, str]) -> None:
        space, _, local = tag.rpartition(" ")
        if not found:
            spaces.add(space)
        if space in spaces:
            found.append((local, attributes))

    parse(xml, name, start)
    return found


def _folded(name: str) -> str:
    """A part's name as it is compared: Windows writes backslashes, and case does not count."""
    return name.replace("\\", "/").lstrip("/").lower()
