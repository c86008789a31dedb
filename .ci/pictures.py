"""Draws docs/images: sheets of the template and of a report, computed and printed by LibreOffice.

Takes LibreOffice and poppler's pdftoppm. Every picture is a part of one sheet; the pages that it
prints on, without the white around them, stand one below the other.
"""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from xlhedge.analysis import Analysis, analyse
from xlhedge.files import zipped
from xlhedge.hosts.libreoffice import build_extension
from xlhedge.samples import SAMPLES
from xlhedge.sheets.blocks import print_nothing
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book
from xlhedge.xlsx.book import Book

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from engines import LibreOffice  # noqa: E402  # it stands beside the tests, which are no package

Rows = list[bytes]

WHITE = b"\xff\xff\xff"
MARGIN = 12  # pixels of white kept on each side
DPI, SCALE = 130, 60  # per cent: one size of letters in all pictures, and every part fits
A3 = 8  # the number of that paper in a file


class Picture(NamedTuple):
    """What a picture shows.

    Args:
        make: of an analysis, the workbook.
        sample: the sample's name.
        sheet: the sheet's title.
        areas: ranges of it; they and the pages that they take stand one below the other.
        step: between two price shocks; larger than usual where all of them should be seen.
    """

    make: Callable[[Analysis], Book]
    sample: str
    sheet: str
    areas: tuple[str, ...]
    step: float = 0.05


PICTURES = {
    "template-start": Picture(template_book, "full-hedge", "Start", ("A1:F34", "A36:F50")),
    "template-portfolio": Picture(
        template_book, "full-hedge", "Portfolio", ("A3:J8", "L3:S8", "U3:W17")
    ),
    "template-instruments": Picture(template_book, "full-hedge", "Instruments", ("A3:I7", "J4:S7")),
    "template-shorts": Picture(template_book, "full-hedge", "Shorts", ("A3:F8",)),
    "template-hedge": Picture(
        template_book,
        "treasury",
        "Hedge",
        ("A1:J15", "K7:T15", "U7:AE15"),
    ),
    "template-sensitivity": Picture(
        template_book, "treasury", "Sensitivity", ("A1:L36",), step=0.1
    ),
    "template-margin": Picture(template_book, "full-hedge", "Margin", ("A8:J10", "K8:T10")),
    "template-unwind": Picture(
        template_book, "treasury", "Unwind", ("A1:J28", "A31:J37"), step=0.2
    ),
    "report-summary": Picture(report_book, "treasury", "Summary", ("A1:W42",)),
    "report-scenarios": Picture(report_book, "treasury", "Stress", ("A1:K32",)),
    "report-history": Picture(report_book, "treasury", "Hedge history", ("A1:J42",)),
}


def drawn(picture: Picture, office: LibreOffice, folder: Path) -> bytes:
    """A picture as a PNG."""
    sample = SAMPLES[picture.sample]
    settings = replace(sample.settings, shock_step=picture.step)
    book = picture.make(analyse(replace(sample, settings=settings)))
    titles = [sheet.title for sheet in book.sheets]
    for sheet in book.sheets:
        if sheet.title != picture.sheet:
            print_nothing(sheet)
    path = folder / "picture.xlsx"
    path.write_bytes(printing(book.to_bytes(), titles.index(picture.sheet), picture))
    pages = folder / "pages"
    pages.mkdir()
    command = ("pdftoppm", "-r", str(DPI), str(office.to_pdf(path)), str(pages / "page"))
    subprocess.run(command, check=True)  # noqa: S603  # poppler, and our own arguments
    found = [trimmed(read_ppm(page.read_bytes())) for page in sorted(pages.iterdir())]
    return png([row for page in found for row in page])


def printing(content: bytes, at: int, picture: Picture) -> bytes:
    """A workbook that prints the picture's areas of its sheet at that place, and nothing around."""
    parts = {}
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    name = f"xl/worksheets/sheet{at + 1}.xml"
    xml = re.sub(r"<headerFooter.*?</headerFooter>", "", parts[name].decode(), flags=re.DOTALL)
    xml = re.sub(r"<pageSetUpPr[^>]*/>", "", xml)
    page = f'<pageSetup paperSize="{A3}" scale="{SCALE}" orientation="landscape"/>'
    parts[name] = re.sub(r"<pageSetup [^>]*/>", page, xml).encode()
    quoted = picture.sheet.replace("&", "&amp;")
    areas = ",".join(
        f"'{quoted}'!" + re.sub(r"([A-Z]+)([0-9]+)", r"$\1$\2", each) for each in picture.areas
    )
    book = parts["xl/workbook.xml"].decode()
    own = f'<definedName name="_xlnm.Print_(?:Area|Titles)" localSheetId="{at}"'
    book = re.sub(f"{own}[^>]*>[^<]*</definedName>", "", book)
    mine = f'<definedName name="_xlnm.Print_Area" localSheetId="{at}">{areas}</definedName>'
    parts["xl/workbook.xml"] = book.replace("</definedNames>", f"{mine}</definedNames>").encode()
    return zipped(parts)


def read_ppm(data: bytes) -> Rows:
    """The rows of pixels of a PPM file, three bytes each."""
    _, size, _, pixels = data.split(b"\n", 3)
    width = int(size.split()[0]) * len(WHITE)
    return [pixels[at : at + width] for at in range(0, len(pixels), width)]


def trimmed(rows: Rows) -> Rows:
    """The rows without the white around what is drawn, but for a margin."""
    inked = [at for at, row in enumerate(rows) if row.strip(b"\xff")]
    rows = rows[max(inked[0] - MARGIN, 0) : inked[-1] + MARGIN]
    right = max(len(row.rstrip(b"\xff")) for row in rows)
    left = min(len(row) - len(row.lstrip(b"\xff")) for row in rows)
    start = max(left // len(WHITE) - MARGIN, 0) * len(WHITE)
    end = (right // len(WHITE) + MARGIN) * len(WHITE)
    return [row[start:end] for row in rows]


def png(rows: Rows) -> bytes:
    """A PNG file of rows, which may differ in length."""
    width = max(map(len, rows))
    pixels = b"".join(b"\x00" + row.ljust(width, b"\xff") for row in rows)
    header = struct.pack(">IIBBBBB", width // len(WHITE), len(rows), 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def main(names: Sequence[str]) -> None:
    """Draw the pictures with these names, or all."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "office").mkdir()
        office = LibreOffice(Path(home) / "office", build_extension(Path(home) / "xlhedge.oxt"))
        for name in names or PICTURES:
            folder = Path(tempfile.mkdtemp(dir=home))
            image = drawn(PICTURES[name], office, folder)
            (ROOT / "docs" / "images" / f"{name}.png").write_bytes(image)


if __name__ == "__main__":
    main(sys.argv[1:])
