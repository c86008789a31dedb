"""A workbook's package: the archive, its content types, its relationships, its XML.

Part of the structural checker, see `structure`.
"""

# ruff: noqa: S314  # the XML is our own
from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

TYPES = "[Content_Types].xml"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

_RELATION_TYPES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/",
    "http://schemas.microsoft.com/office/",
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SHEET = f"{_OFFICE}spreadsheetml."
_MACROS = "application/vnd.ms-excel."
_BOOKS = {
    ".xlsx": f"{_SHEET}sheet.main+xml",
    ".xltx": f"{_SHEET}template.main+xml",
    ".xlsm": f"{_MACROS}sheet.macroEnabled.main+xml",
    ".xlam": f"{_MACROS}addin.macroEnabled.main+xml",
}
# What a relationship leads to: the content type, and the root of the XML.
_KINDS = {
    "worksheet": (f"{_SHEET}worksheet+xml", "worksheet"),
    "styles": (f"{_SHEET}styles+xml", "styleSheet"),
    "sharedStrings": (f"{_SHEET}sharedStrings+xml", "sst"),
    "sheetMetadata": (f"{_SHEET}sheetMetadata+xml", "metadata"),
    "table": (f"{_SHEET}table+xml", "table"),
    "comments": (f"{_SHEET}comments+xml", "comments"),
    "theme": (f"{_OFFICE}theme+xml", "theme"),
    "drawing": (f"{_OFFICE}drawing+xml", "wsDr"),
    "vmlDrawing": (f"{_OFFICE}vmlDrawing", "xml"),
    "chart": (f"{_OFFICE}drawingml.chart+xml", "chartSpace"),
    "extended-properties": (f"{_OFFICE}extended-properties+xml", "Properties"),
    "custom-properties": (f"{_OFFICE}custom-properties+xml", "Properties"),
    "core-properties": (
        "application/vnd.openxmlformats-package.core-properties+xml",
        "coreProperties",
    ),
    "vbaProject": ("application/vnd.ms-office.vbaProject", ""),
}
# What an element with an r:id (or r:embed) must lead to.
_USES = {
    "sheet": {"worksheet", "chartsheet"},
    "tablePart": {"table"},
    "drawing": {"drawing"},
    "legacyDrawing": {"vmlDrawing"},
    "legacyDrawingHF": {"vmlDrawing"},
    "hyperlink": {"hyperlink"},
    "chart": {"chart"},
    "blip": {"image"},
    "picture": {"image"},
    "pageSetup": {"printerSettings"},
    "externalReference": {"externalLink"},
}


UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError)
"""What Python raises on reading a damaged archive."""


@dataclass(frozen=True)
class Link:
    """One relationship: `target` is a part's name, or what it says where it leads outside."""

    ident: str
    kind: str
    type: str
    target: str
    spelled: str
    external: bool


def local(node: ET.Element) -> str:
    """An element's name without its namespace."""
    return node.tag.rpartition("}")[2]


class Package:
    """The archive read whole; nothing in it is trusted.

    Attributes:
        content: every part's bytes.
        trees: the root of every part that is XML and well-formed.
        links: by the part that has them ("" is the package), by id.
        broken: what kept it from being read, a line each.
    """

    def __init__(self, path: Path) -> None:
        """Read a file."""
        self.path = path
        self.entries: list[zipfile.ZipInfo] = []
        self.content: dict[str, bytes] = {}
        self.trees: dict[str, ET.Element] = {}
        self.broken: list[str] = []
        try:
            with zipfile.ZipFile(path) as archive:
                self.entries = archive.infolist()
                self.content = {entry.filename: archive.read(entry) for entry in self.entries}
        except UNREADABLE as error:
            self.broken.append(f"{path.name}: the archive cannot be read: {error}")
        for name, content in self.content.items():
            self._parse(name, content)
        self.links = {_owner(name): self._links(name) for name in self.trees if _is_rels(name)}

    def followed(self, part: str, kind: str) -> list[str]:
        """The parts of a kind that a part has relationships to."""
        links = self.links.get(part, {}).values()
        return [link.target for link in links if link.kind == kind and not link.external]

    def type_of(self, part: str) -> str | None:
        """A part's content type, or None."""
        types = self.trees.get(TYPES, ET.Element("none"))
        for node in types:
            if node.get("PartName", "").casefold() == f"/{part}".casefold():
                return node.get("ContentType")
        extension = part.rpartition(".")[2].casefold()
        for node in types:
            if node.get("Extension", "").casefold() == extension:
                return node.get("ContentType")
        return None

    def _parse(self, name: str, content: bytes) -> None:
        if name.rpartition(".")[2].casefold() not in {"xml", "rels", "vml"}:
            return
        if b"<!DOCTYPE" in content:
            self.broken.append(f"{name}: a document type is not allowed")
        try:
            self.trees[name] = ET.fromstring(content)
        except (ET.ParseError, ValueError, LookupError) as error:
            self.broken.append(f"{name}: not well-formed XML: {error}")

    def _links(self, name: str) -> dict[str, Link]:
        folder = posixpath.dirname(_owner(name))
        found = {}
        for node in self.trees[name]:
            spelled = node.get("Target", "")
            external = node.get("TargetMode") == "External"
            # An absolute target replaces the folder in the join; parts have no leading slash.
            target = posixpath.normpath(posixpath.join("/", folder, spelled))[1:]
            kind = node.get("Type", "").rpartition("/")[2]
            ident = node.get("Id", "")
            whole = spelled if external else target
            found[ident] = Link(ident, kind, node.get("Type", ""), whole, spelled, external)
        return found


def _is_rels(name: str) -> bool:
    return name.endswith(".rels") and "_rels" in name.split("/")


def _owner(name: str) -> str:
    """The part whose relationships a part lists; "" for the package's own."""
    folder = posixpath.dirname(posixpath.dirname(name))
    return posixpath.join(folder, posixpath.basename(name).removesuffix(".rels"))


def archive(package: Package) -> Iterator[str]:
    """Names are unique and stay inside; nothing is encrypted or oddly compressed."""
    names = [entry.filename for entry in package.entries]
    for name, count in Counter(name.casefold() for name in names).items():
        if count > 1:
            yield f"{name}: there are {count} parts of this name"
    for entry in package.entries:
        name = entry.filename
        segments = name.split("/")
        if "\\" in name or any(segment in {"", ".", ".."} for segment in segments):
            yield f"{name}: not the name of a part"
        if entry.flag_bits & 1 or entry.compress_type not in {0, zipfile.ZIP_DEFLATED}:
            yield f"{name}: encrypted, or compressed in a way that spreadsheets do not read"


def content_types(package: Package) -> Iterator[str]:
    """Every part has a type, no type is of a missing part."""
    if TYPES not in package.trees:
        yield f"{TYPES}: missing"
        return
    seen = Counter(
        (node.get("PartName") or "*." + node.get("Extension", "")).casefold()
        for node in package.trees[TYPES]
    )
    yield from (
        f"{TYPES}: {name} stands there {count} times" for name, count in seen.items() if count > 1
    )
    for node in package.trees[TYPES]:
        name = node.get("PartName")
        if name is not None and name.removeprefix("/") not in package.content:
            yield f"{TYPES}: names {name}, which is missing"
    for name in package.content:
        if name != TYPES and package.type_of(name) is None:
            yield f"{name}: has no content type"


def relationships(package: Package) -> Iterator[str]:
    """Every target exists and is what the relationship says; every part is reached."""
    for name in filter(_is_rels, package.trees):
        owner = _owner(name)
        if owner and owner not in package.content:
            yield f"{name}: belongs to {owner}, which is missing"
        idents = Counter(node.get("Id", "") for node in package.trees[name])
        yield from (f"{name}: {i} is there {n} times" for i, n in idents.items() if n > 1 or not i)
        for link in package.links[owner].values():
            yield from _target(package, name, link)
    books = package.followed("", "officeDocument")
    if len(books) != 1:
        yield f"_rels/.rels: leads to {len(books)} workbooks"
    wanted = _BOOKS.get(package.path.suffix)
    yield from (
        f"{TYPES}: {book} is {package.type_of(book)}, a {package.path.suffix} needs {wanted}"
        for book in books
        if package.type_of(book) != wanted
    )
    reached = _reached(package)
    for name in package.content:
        if name != TYPES and not _is_rels(name) and name not in reached:
            yield f"{name}: no relationship leads to it"


def _target(package: Package, name: str, link: Link) -> Iterator[str]:
    place = f"{name} {link.ident}"
    if not link.type.startswith(_RELATION_TYPES):
        yield f"{place}: {link.type!r} is no type of relationship"
    if link.external:
        return
    if link.target not in package.content:
        yield f"{place}: leads to {link.spelled}, which is missing"
    climbed = link.spelled.count("../") > _owner(name).count("/")
    if not link.spelled or "\\" in link.spelled or "//" in link.spelled or climbed:
        yield f"{place}: {link.spelled!r} is no target"
    content_type, root = _KINDS.get(link.kind, ("", ""))
    there = link.target in package.content
    if there and content_type and package.type_of(link.target) not in {content_type, None}:
        yield f"{TYPES}: {link.target} is {package.type_of(link.target)}, not {content_type}"
    tree = package.trees.get(link.target)
    if root and tree is not None and local(tree) != root:
        yield f"{link.target}: begins with <{local(tree)}>, not <{root}>"


def _reached(package: Package) -> set[str]:
    reached: set[str] = set()
    waiting = [""]
    while waiting:
        for link in package.links.get(waiting.pop(), {}).values():
            if not link.external and link.target not in reached:
                reached.add(link.target)
                waiting.append(link.target)
    return reached


def references(package: Package) -> Iterator[str]:
    """Every r:id is one of the part's relationships, of the right kind, and none is left over."""
    for name, tree in package.trees.items():
        links = package.links.get(name, {})
        used = set()
        for node in tree.iter():
            for attribute, ident in node.attrib.items():
                if not attribute.startswith(RELATIONSHIPS):
                    continue
                used.add(ident)
                wanted = _USES.get(local(node))
                if ident not in links:
                    yield f"{name}: <{local(node)}> refers to {ident}, which is no relationship"
                elif wanted and links[ident].kind not in wanted:
                    kind = links[ident].kind
                    yield f"{name}: <{local(node)}> refers to {ident}, whose kind is {kind}"
        needed = set().union(*_USES.values()) - {"printerSettings"}
        for link in links.values():
            if link.kind in needed and link.ident not in used:
                yield f"{name}: nothing uses its relationship {link.ident} to {link.spelled}"


CHECKS = (archive, content_types, relationships, references)
