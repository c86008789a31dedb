"""Reports: how fast one is written, by us and by others, and how fast a whole one is made."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from content import content_of  # noqa: E402
from engines import LibreOffice  # noqa: E402  # the tests' own program
from rivals import naive_openpyxl, xlsx_writer  # noqa: E402
from test_printed import coins  # noqa: E402  # the tests' own book
from timing import Row, medians  # noqa: E402

from xlhedge import build_report, read  # noqa: E402
from xlhedge.analysis import analyse  # noqa: E402
from xlhedge.hosts.libreoffice import build_extension  # noqa: E402
from xlhedge.sheets.report import report_book  # noqa: E402

TREASURY = ROOT / "workbooks" / "treasury.xlsx"
COINS = 500
BATCH = 4
"""Workbooks that LibreOffice converts in one start, so that its start weighs less."""


def rows() -> Iterator[Row]:
    """The lines of the table."""
    yield from _writing()
    yield from _growing()
    yield from _whole()


def _writing() -> Iterator[Row]:
    """From the analysis to the file's bytes; the rivals get the finished content as data."""
    analysis = analyse(read(TREASURY))
    report = report_book(analysis).to_bytes()
    content = content_of(report)
    with ZipFile(io.BytesIO(report)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def floor() -> None:
        with ZipFile(io.BytesIO(), "w", ZIP_DEFLATED) as archive:
            for name, part in parts.items():
                archive.writestr(name, part)

    taken = medians(
        {
            "ours": lambda: report_book(analysis).to_bytes(),
            "floor": floor,
            "xlsxwriter": lambda: xlsx_writer(content),
            "naive": lambda: naive_openpyxl(content),
        }
    )
    ours = taken["ours"]
    cells, formulas, charts = content.size
    size = f"{cells:,} cells, {formulas:,} formulas, {charts} charts"
    yield Row(f"report written from its analysis ({size})", f"{ours * 1000:.0f} ms")
    slower, faster = taken["naive"] / ours, taken["xlsxwriter"] / ours
    yield Row("  naive openpyxl takes", f"{slower:.1f} ×", "≥ 20 ×", slower >= 20)
    yield Row("  XlsxWriter takes", f"{faster:.1f} ×", "≥ 2 ×", faster >= 2)
    over = ours / taken["floor"]
    yield Row("  above zip and deflate of the same XML", f"{over:.1f} ×", "≤ 5 ×", over <= 5)


def _growing() -> Iterator[Row]:
    """What looked through all others for each would take four times as long for twice as many."""
    few, many = (coins(n, wallet=1e9) for n in (COINS, 2 * COINS))
    taken = medians({"few": lambda: analyse(few), "many": lambda: analyse(many)})
    times, what = taken["many"] / taken["few"], f"analysis of {2 * COINS} coins, each with a short"
    yield Row(what, f"{taken['many'] * 1000:.0f} ms")
    yield Row(f"  against one of {COINS}", f"{times:.1f} ×", "≤ 3 ×", times <= 3)


def _whole() -> Iterator[Row]:
    """From a file to a file: ours, and LibreOffice that computes the template anew."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "office").mkdir()
        office = LibreOffice(home / "office", build_extension(home / "xlhedge.oxt"))
        copies = [home / f"{n}.xlsx" for n in range(BATCH)]
        for copy in copies:
            copy.write_bytes(TREASURY.read_bytes())
        taken = medians(
            {
                "ours": lambda: [
                    build_report(read(copy), home / "out" / copy.name) for copy in copies
                ],
                "office": lambda: office.recalculate_all(copies),
            }
        )
    ours, faster = taken["ours"] / BATCH, taken["office"] / taken["ours"]
    yield Row("workbook in, report on the disk", f"{ours * 1000:.0f} ms")
    what = f"  LibreOffice computing the template takes, {BATCH} in one start"
    yield Row(what, f"{faster:.1f} ×", "≥ 10 ×", faster >= 10)
