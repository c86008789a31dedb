"""Reports: how fast one is written, by us and by others, and how fast a whole one is made."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from content import content_of  # noqa: E402
from engines import LibreOffice  # noqa: E402  # the tests' own program
from rivals import naive_openpyxl, records_of, rust_writer, xlsx_writer  # noqa: E402
from test_printed import coins  # noqa: E402  # the tests' own book
from timing import Row, medians  # noqa: E402

from xlhedge import build_report, read  # noqa: E402
from xlhedge.analysis import analyse  # noqa: E402
from xlhedge.hosts.libreoffice import build_extension  # noqa: E402
from xlhedge.sheets.report import report_book  # noqa: E402

TREASURY = ROOT / "workbooks" / "treasury.xlsx"
COINS = 500
BATCH = 4
"""Workbooks that each reads and writes in a round."""


def rows() -> Iterator[Row]:
    """The lines of the table."""
    yield from _writing()
    yield from _reading()
    yield from _growing()
    yield from _large()
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

    def ours(libdeflate: object) -> Callable[[], object]:
        def write() -> object:
            sys.modules["deflate"] = libdeflate  # type: ignore[assignment]  # none: it is not there
            return report_book(analysis).to_bytes()

        return write

    work: dict[str, Callable[[], object]] = {"ours": ours(None), "floor": floor}
    if find_spec("deflate"):
        work["libdeflate"] = ours(import_module("deflate"))
    work |= {
        "xlsxwriter": lambda: xlsx_writer(content),
        "naive": lambda: naive_openpyxl(content),
    }
    if find_spec("rustpy_xlsxwriter"):
        records = records_of(content)
        work["rust"] = lambda: rust_writer(records)
    taken = medians(work)
    own = taken["ours"]
    cells, formulas, charts = content.size
    size = f"{cells:,} cells, {formulas:,} formulas, {charts} charts"
    yield Row(f"report written from its analysis ({size})", f"{own * 1000:.0f} ms")
    slower, faster = taken["naive"] / own, taken["xlsxwriter"] / own
    yield Row("  naive openpyxl takes", f"{slower:.1f} ×", "≥ 20 ×", slower >= 20)
    yield Row("  XlsxWriter takes", f"{faster:.1f} ×", "≥ 2 ×", faster >= 2)
    plain = f"{taken['rust'] / own:.2f} ×" if "rust" in taken else "not installed"
    yield Row("  rustpy-xlsxwriter takes for the values alone, no formula, look or chart", plain)
    what = "  above zip and deflate at 6 of the same XML"
    over = own / taken["floor"]
    yield Row(what, f"{over:.1f} ×", "≤ 2 ×", over <= 2)
    if "libdeflate" in taken:
        over = taken["libdeflate"] / taken["floor"]
        yield Row(f"{what}, with libdeflate", f"{over:.1f} ×", "≤ 2 ×", over <= 2)


def _large() -> Iterator[Row]:
    """What a portfolio of many lines takes, each in a process of its own: whole, and by default."""
    for count, scenarios in ((10_000, 4), (50, 500)):
        what = f"report on {count:,} hedged holdings, {scenarios} scenarios, from the analysis on"
        for name, lines in ((what, 1_000), ("  with every line: --lines 1000000", 1_000_000)):
            taken, memory, size = _apart(count, scenarios, lines)
            yield Row(name, f"{taken:.1f} s, {memory:.0f} MB, {size / 1e6:.1f} MB file")


_APART = f"""
import resource, sys, time
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
from drawn import drawn
from xlhedge.analysis import analyse
from xlhedge.sheets.report import report_book
from xlhedge.sheets.shown import Shown
count, scenarios, lines = map(int, sys.argv[1:])
portfolio = drawn(count, scenarios)
start = time.process_time()
analysis = analyse(portfolio)
size = len(report_book(analysis, shown=Shown(analysis, lines)).to_bytes())
taken = time.process_time() - start
print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, size)
"""


def _apart(*arguments: int) -> list[float]:
    """Seconds of the processor, megabytes at most, and the size of the report."""
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-c", _APART, *map(str, arguments)], check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    return list(map(float, done.stdout.split()))


def _reading() -> Iterator[Row]:
    """A workbook's cells: all that our reader finds and checks, beside who only reads cells."""
    work: dict[str, Callable[[], object]] = {
        "ours": lambda: read(TREASURY),
        "calamine": _calamine,
        "openpyxl": _openpyxl,
    }
    if find_spec("fastexcel"):
        work["fastexcel"] = _fastexcel
    taken = medians(work)
    ours = taken["ours"]
    yield Row("treasury read, its tables found and checked", f"{ours * 1000:.0f} ms")
    others = (
        ("calamine", "calamine takes for all cells, as Python's values"),
        ("fastexcel", "fastexcel takes for the same, which stay columns in Rust"),
        ("openpyxl", "openpyxl takes, read-only, values alone"),
    )
    for name, what in others:
        yield Row(f"  {what}", f"{taken[name] / ours:.2f} ×" if name in taken else "not installed")


def _calamine() -> None:
    book = CalamineWorkbook.from_path(TREASURY)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def _openpyxl() -> None:
    for sheet in openpyxl.load_workbook(TREASURY, read_only=True, data_only=True):
        for _ in sheet.iter_rows(values_only=True):
            pass


def _fastexcel() -> None:
    import fastexcel  # an optional part of .[bench]

    book = fastexcel.read_excel(TREASURY)
    for name in book.sheet_names:
        book.load_sheet(name, header_row=None, dtypes="string")


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
        extension = build_extension(home / "xlhedge.oxt")
        copies = [home / f"{n}.xlsx" for n in range(BATCH)]
        for copy in copies:
            copy.write_bytes(TREASURY.read_bytes())
        with closing(LibreOffice(home / "office", extension)) as office:
            taken = medians(
                {
                    "ours": lambda: [
                        build_report(read(copy), home / "out" / copy.name) for copy in copies
                    ],
                    "office": lambda: [office.recalculate(copy) for copy in copies],
                }
            )
    ours, faster = taken["ours"] / BATCH, taken["office"] / taken["ours"]
    yield Row("workbook in, report on the disk", f"{ours * 1000:.0f} ms")
    what = "  LibreOffice, running, takes to open, compute and save the template"
    yield Row(what, f"{faster:.1f} ×", "≥ 10 ×", faster >= 10)
