"""Charts as parts of a file: drawn once by openpyxl, then only their words are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from openpyxl.xml.functions import tostring

from xlhedge.text import in_attribute, in_xml

__all__ = ["Chart", "ChartForm", "Picture", "blank", "drawing_xml", "png_size"]

_FIRST_BLANK, _LAST_BLANK = "\ue000", "\uf8ff"
_LINKED = re.compile(r'<numFmt formatCode="([^"]*)" ?/>')
_BLANK = re.compile(f"([{_FIRST_BLANK}-{_LAST_BLANK}])")


class Chart(NamedTuple):
    """A finished chart.

    Args:
        xml: its part of the file.
        width: in EMU, Excel's unit of length.
        height: likewise.
        end: the row and the column of its lower right cell, if cells say how large it is.
    """

    xml: str
    width: int
    height: int
    end: tuple[int, int] | None = None

    def until(self, row: int, column: int) -> Chart:
        """The same chart over all cells to one, however wide a program makes them."""
        return self._replace(end=(row, column))

    def sized(self, height: float, width: float) -> Chart:
        """The same chart in another size, in centimetres."""
        return Chart(self.xml, _emu(width), _emu(height))


class Picture(NamedTuple):
    """A PNG on a sheet, behind the upper left corner of a cell.

    Args:
        data: the file.
        width: in EMU.
        height: likewise.
        name: what it shows, for those who cannot see it.
    """

    data: bytes
    width: int
    height: int
    name: str

    @classmethod
    def fitted(cls, data: bytes, name: str, height: float, width: float) -> Picture:
        """A picture as large as it can be within so many centimetres, its sides in proportion."""
        wide, high = png_size(data)
        scale = min(height / high, width / wide)
        return cls(data, _emu(wide * scale), _emu(high * scale), name)


_PNG = b"\x89PNG\r\n\x1a\n"


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels.

    Raises:
        ValueError: it is none.
    """
    if not data.startswith(_PNG) or data[12:16] != b"IHDR" or len(data) < len(_PNG) + 25:
        raise ValueError("is no PNG")
    wide, high = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if not (wide and high):
        raise ValueError("is a PNG without any pixels")
    return wide, high


def _emu(centimetres: float) -> int:
    return round(centimetres * 360_000)


def blank(number: int) -> str:
    """What stands in a form for the word of a number; a character that nobody types.

    Example:
        >>> len(blank(0)), blank(0) == blank(1)
        (1, False)
    """
    return chr(ord(_FIRST_BLANK) + number)


@dataclass(frozen=True, slots=True)
class ChartForm:
    """A chart of openpyxl's whose titles, names and ranges are blank.

    Args:
        cut: its XML, cut at the blanks, which stand at every second place.
        width: in EMU.
        height: likewise.
    """

    cut: tuple[str, ...]
    width: int
    height: int

    @classmethod
    def of(cls, chart: Any, numbers: Mapping[str, str] | None = None) -> ChartForm:
        """Take the form of a chart of openpyxl's, in which `blank` stands for words.

        Args:
            chart: the chart.
            numbers: the blanks that take the place of numbers, as the chart's XML has them:
                openpyxl takes no text there.
        """
        xml = tostring(chart._write()).decode()  # noqa: SLF001  # openpyxl's own writer calls it
        # Of labels it does not say that they have a format of their own.
        xml = _LINKED.sub(r'<numFmt formatCode="\1" sourceLinked="0" />', xml)
        for number, blank_ in (numbers or {}).items():
            xml = xml.replace(f'"{number}"', f'"{blank_}"')
        return cls(tuple(_BLANK.split(xml)), _emu(chart.width), _emu(chart.height))

    def fill(self, words: Sequence[str] = ()) -> Chart:
        """The chart with its words, in the order of the blanks' numbers.

        Example:
            >>> from openpyxl.chart import BarChart
            >>> bars = BarChart()
            >>> bars.title = blank(0)
            >>> "<a:t>P &amp; L</a:t>" in ChartForm.of(bars).fill(["P & L"]).xml
            True
        """
        escaped = [in_xml(word) for word in words]
        said = list(self.cut)
        for at in range(1, len(said), 2):
            said[at] = escaped[ord(said[at]) - ord(_FIRST_BLANK)]
        return Chart("".join(said), self.width, self.height)


_HEAD = (
    '<xdr:wsDr xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">'
)


def drawing_xml(
    charts: Sequence[tuple[Chart, int, int]], pictures: Sequence[tuple[Picture, int, int]] = ()
) -> str:
    """The part that says where a sheet's charts are; the relationship rId1 is the first one's.

    Its elements have the prefix that Excel gives them: some programs know them by no other name.

    Args:
        charts: each with the row and the column of the cell of its upper left corner.
        pictures: likewise; their relationships follow those of the charts.
    """
    drawn = [_anchor(*each, n) for n, each in enumerate(charts, 1)]
    drawn += [_picture(*each, n) for n, each in enumerate(pictures, 1 + len(charts))]
    return f"{_HEAD}{''.join(drawn)}</xdr:wsDr>"


def _picture(picture: Picture, row: int, col: int, number: int) -> str:
    size = f'cx="{picture.width}" cy="{picture.height}"'
    name = in_attribute(picture.name)
    return (
        f"<xdr:oneCellAnchor>{_corner('from', row - 1, col - 1)}<xdr:ext {size}/><xdr:pic>"
        f'<xdr:nvPicPr><xdr:cNvPr id="{number}" name="Picture {number}" descr={name}/>'
        '<xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>'
        f'<xdr:blipFill><a:blip r:embed="rId{number}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/>'
        "</xdr:oneCellAnchor>"
    )


def _anchor(chart: Chart, row: int, col: int, number: int) -> str:
    kind, size = "oneCellAnchor", f'<xdr:ext cx="{chart.width}" cy="{chart.height}"/>'
    if chart.end:
        kind, size = "twoCellAnchor", _corner("to", *chart.end)
    return (
        f"<xdr:{kind}>{_corner('from', row - 1, col - 1)}{size}"
        f'<xdr:graphicFrame><xdr:nvGraphicFramePr><xdr:cNvPr id="{number}" name="Chart {number}"/>'
        "<xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm/>"
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart r:id="rId{number}"/></a:graphicData></a:graphic></xdr:graphicFrame>'
        f"<xdr:clientData/></xdr:{kind}>"
    )


def _corner(which: str, row: int, col: int) -> str:
    """Where a chart begins or ends: at the left upper corner of a cell, counted from 0."""
    return (
        f"<xdr:{which}><xdr:col>{col}</xdr:col><xdr:colOff>0</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:{which}>"
    )
