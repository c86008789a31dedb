"""Where elements stand in a part's XML, byte by byte, whoever has written it.

The parser tells where each begins and ends, so that prefixes, spaces, quotes and the order of
attributes are of no matter, and what is not changed is not written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from xlhedge.errors import DAMAGED, NotAWorkbook

__all__ = ["Edit", "Tagged", "edited", "walk"]

_MAIN = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
_NAME = rb"[^\s/<>=\"']+"
_ATTRIBUTE = rb"\s+(" + _NAME + rb")\s*=\s*(\"[^\"]*\"|'[^']*')"
_TAG = re.compile(
    rb"<(" + _NAME + rb")((?:" + re.sub(rb"\((?!\?)", b"(?:", _ATTRIBUTE) + rb")*)\s*/?>"
)
_EACH = re.compile(_ATTRIBUTE)
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8|us-ascii)", re.IGNORECASE)

Edit = tuple[int, int, bytes]
"""What stands from one offset to another, and what is to stand there."""


@dataclass(slots=True)
class Tagged:
    """An element, by offsets into the bytes in which it stands.

    Args:
        start: where its start tag begins.
        inner: where that ends.
        name: its name, with its prefix.
        attributes: its attributes by name.
        close: where its end tag begins; of one that has none, where it ends.
        end: where it ends.
        number: what its reader counts it as.
        inside: what stands in it, by what its reader calls that.
    """

    start: int
    inner: int
    name: bytes
    attributes: Mapping[str, str]
    close: int = 0
    end: int = 0
    number: int = 0
    inside: dict[str | int, Tagged] = field(default_factory=dict)

    @property
    def prefix(self) -> bytes:
        """The prefix of its name, with the colon."""
        before, colon, _ = self.name.rpartition(b":")
        return before + colon

    def text(self, xml: bytes) -> bytes:
        """All of it."""
        return xml[self.start : self.end]

    def held(self, xml: bytes) -> bytes:
        """What stands between its tags."""
        return xml[self.inner : self.close]

    def opened(self, xml: bytes, without: Iterable[bytes] = (), more: bytes = b"") -> bytes:
        """Its start tag without some attributes and with more of them, for something to follow."""
        kept = [
            found[0] for found in _EACH.finditer(xml, self.start, self.inner)
            if found[1] not in without
        ]  # fmt: skip
        return b"<" + self.name + b"".join(kept) + more + b">"

    def retagged(self, xml: bytes, without: Iterable[bytes], more: bytes) -> bytes:
        """Its start tag as `opened` makes it, for what follows now."""
        tag = self.opened(xml, without, more)
        return tag[:-1] + b"/>" if xml.endswith(b"/>", self.start, self.inner) else tag

    def around(self, xml: bytes, new: bytes) -> Edit:
        """The edit that puts something before its end tag; one without end tag gets it."""
        if self.inner < self.end:
            return self.close, self.close, new
        return self.start, self.end, self.opened(xml) + new + b"</" + self.name + b">"


def edited(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """Bytes with other ones in some places, which do not overlap.

    Example:
        >>> edited(b"abcd", [(3, 4, b"D"), (1, 1, b"-")])
        b'a-bcD'
    """
    pieces, at = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [xml[at:start], new]
        at = end
    return b"".join([*pieces, xml[at:]])


def walk(
    xml: bytes,
    part: str,
    paths: Mapping[tuple[str, ...], str],
    begin: Callable[[str, Tagged], bool],
) -> None:
    """Go through a part, and tell of its elements where they begin.

    Args:
        xml: what the part holds.
        part: its name.
        paths: what elements are called, by their names on the way from the root to them.
        begin: takes what an element is called, and it; whether what stands in it matters, too.

    Raises:
        NotAWorkbook: it is no XML, none in UTF-8, or declares a document type, in which XML hides
            its bombs and its doors to other files.
    """
    _Passage(xml, part, paths, begin)


class _Passage:
    """One walk through a part."""

    def __init__(
        self,
        xml: bytes,
        part: str,
        paths: Mapping[tuple[str, ...], str],
        begin: Callable[[str, Tagged], bool],
    ) -> None:
        if _OTHER_ENCODING.match(xml.removeprefix(b"\xef\xbb\xbf")):
            raise NotAWorkbook("it is not in UTF-8; save the file again in a spreadsheet", part)
        self._xml, self._part, self._paths, self._begin = xml, part, paths, begin
        self._path: list[str] = []
        self._open: list[tuple[int, Tagged]] = []  # the elements told of, by how deep they are
        self._skipped = 0  # how many elements that do not matter are open
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        try:
            self._parser.Parse(xml, True)  # noqa: FBT003  # that is how expat learns it has all
        except expat.ExpatError as error:
            raise NotAWorkbook(DAMAGED, part) from error

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._skipped:
            self._skipped += 1
            return
        space, _, local = tag.rpartition(" ")
        self._path.append(local if space in _MAIN else "")
        kind = self._paths.get(tuple(self._path[1:]))
        if kind is None:
            return
        found = _TAG.match(self._xml, self._parser.CurrentByteIndex)
        if not found:
            raise NotAWorkbook(DAMAGED, self._part)
        element = Tagged(found.start(), found.end(), found[1], attributes)
        self._open.append((len(self._path), element))
        self._skipped = 0 if self._begin(kind, element) else 1

    def _end(self, _: str) -> None:
        if self._skipped > 1:
            self._skipped -= 1
            return
        self._skipped = 0
        if self._open and self._open[-1][0] == len(self._path):
            element = self._open.pop()[1]
            element.close = element.end = element.inner
            if not self._xml.endswith(b"/>", element.start, element.inner):
                element.close = self._parser.CurrentByteIndex
                element.end = self._xml.index(b">", element.close) + 1
        self._path.pop()

    def _refuse(self, *_: object) -> None:
        why = "it declares a document type (DTD), as no spreadsheet does"
        raise NotAWorkbook(why, self._part)
