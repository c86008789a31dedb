"""A workbook's file as the archive it is: checked before anything is unpacked, and no further.

Nothing here believes what the archive says of itself. A part is unpacked up to the size that its
entry claims, all parts together up to the limits, and none is ever written to disk, so that the
names in an archive lead nowhere.
"""

from __future__ import annotations

import io
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812

from xlhedge.errors import NotAWorkbook
from xlhedge.readers.limits import Limits

__all__ = ["DAMAGE", "DAMAGED", "Archive", "Element", "parse", "refuse_doctype"]

DAMAGED = "it is damaged or cut off; save it again in a spreadsheet"

# What zipfile raises for a damaged file, and what strange content makes of the code that reads it.
DAMAGE = (BadZipFile, ZlibError, expat.ExpatError, EOFError, OSError, LookupError, ValueError)
_OLE = b"\xd0\xcf\x11\xe0"  # how .xls begins, and an encrypted workbook of any kind
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTRY = b"PK\x01\x02"  # how each entry of an archive's directory begins
_DOCTYPE = b"<!DOCTYPE"
_PACKED = {ZIP_STORED, ZIP_DEFLATED}
_MOST_PARTS = 5_000
_LARGEST_INDEX = 4_000_000  # bytes of a part that lists others: the workbook, relationships, tables
_FREE, _RATIO = 8_000_000, 100  # a spreadsheet packs its parts 10 : 1, a bomb 1,000 : 1

Element = tuple[str, dict[str, str]]
"""An element of XML as it begins: its name without a prefix, and its attributes."""


class Archive:
    """The parts of a workbook's file.

    Args:
        content: the file's bytes.
        limits: how much may be unpacked.

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
        if content.count(_ENTRY) > _MOST_PARTS:  # the directory is an object an entry to zipfile
            raise NotAWorkbook(f"it has more than {_MOST_PARTS:,} parts, as no workbook has")
        try:
            self._zip = ZipFile(io.BytesIO(content))
        except (*DAMAGE, NotImplementedError) as error:
            raise NotAWorkbook(DAMAGED) from error
        entries = self._zip.infolist()
        self.names = {entry.filename: entry for entry in entries}
        if len(self.names) != len(entries) or {each.compress_type for each in entries} - _PACKED:
            # Programs differ in which of two parts of one name they take, and no spreadsheet packs
            # in any other way.
            raise NotAWorkbook(DAMAGED)
        size = sum(entry.file_size for entry in self.names.values())
        if size > max(_FREE, _RATIO * len(content)):
            ratio = size // len(content)
            raise NotAWorkbook(f"it unpacks to {size:,} bytes, {ratio:,} times its size")
        self._limits = limits
        self._unpacked = 0

    def read(self, name: str) -> bytes:
        """One part, unpacked.

        Raises:
            NotAWorkbook: it is not what the archive says, or all that was read is too much.
        """
        entry = self.names[name]
        self._unpacked += entry.file_size
        why = self._limits.too_many(self._unpacked, self._limits.unpacked, "bytes, unpacked")
        if why:
            raise NotAWorkbook(why, name)
        try:
            with self._zip.open(entry) as stream:
                part = stream.read(entry.file_size + 1)  # so many are unpacked at most
        except (RuntimeError, NotImplementedError) as error:  # a password, an unknown compression
            raise NotAWorkbook(DAMAGED) from error
        if len(part) != entry.file_size:
            raise NotAWorkbook(DAMAGED)
        return part

    def elements(self, name: str) -> list[Element]:
        """The elements of a part that lists others, in the order in which they begin."""
        if self.names[name].file_size > _LARGEST_INDEX:
            raise NotAWorkbook(f"it has more than {_LARGEST_INDEX:,} bytes", name)
        found: list[Element] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attributes: found.append(
            (tag.rpartition(":")[2], attributes)
        )
        parse(parser, self.read(name), name)
        return found


def parse(parser: expat.XMLParserType, xml: bytes, name: str) -> None:
    """Let a parser go through XML.

    Raises:
        NotAWorkbook: it declares a document type.
        expat.ExpatError: it is no XML.
    """
    parser.StartDoctypeDeclHandler = lambda *_: refuse_doctype(_DOCTYPE, name)
    parser.Parse(xml, True)  # noqa: FBT003  # that is how expat learns that it has all


def refuse_doctype(xml: bytes, name: str) -> None:
    """Refuse a document type, in which XML hides its bombs and its doors to other files.

    Raises:
        NotAWorkbook: there is one.
    """
    if _DOCTYPE in xml:
        raise NotAWorkbook("it declares a document type (DTD), as no spreadsheet does", name)
