"""Windows' Python under Wine: every case through xlwings' DLL and COM, and the commands.

``make windows`` runs these, else they are skipped. Neither VBA nor Excel is run: see `windows`.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path
from subprocess import run
from types import SimpleNamespace
from zipfile import ZipFile

import com
import pytest
import windows as wine
from cases import BLANKS, ERRORS, ERRORS_IN_RANGES, FRM, RANGES, TWO_ERRORS, VALUES
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

import xlhedge
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.readers import read

if not wine.FOLDER:
    pytest.skip("`make windows` names Windows' Python", allow_module_level=True)

CASES = (*VALUES, *ERRORS, *TWO_ERRORS, *RANGES, *BLANKS, *ERRORS_IN_RANGES)
ODD = "Mäppe [1] (neu) & 'co'"
"""A folder's name; Python and the inputs stand in one of this name each."""

BINANCE = (
    "Uid,Time,Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Buyer,Maker,Trade ID,Order ID"
)
LAST_ROW = 1_048_576
EXTRA = {
    "dates": ("DAYS_TO_EXPIRY", (dt.datetime(2026, 1, 1, 12), dt.datetime(2026, 1, 3))),
    "a column of dates": (
        "DAYS_TO_EXPIRY",
        (((dt.datetime(2026, 1, 1, 12),), (46_024.0,)), 46_026.0),
    ),
    "a date for a number": ("SPOT_NOTIONAL", (dt.datetime(2026, 1, 1), 1.0)),
    "text of all kinds": ("SHORT_NOTIONAL", (1.0, 2.0, 1.0, "ü – 漢 \U0001f600")),
    "32,767 characters": ("HEDGE_EXPLAIN", ("x" * 32_767,)),
    "no such function": ("NO_SUCH_FUNCTION", (1.0,)),
}


def by_reference(*rows):
    return wine.ByReference(com.com_value2(*rows))


# How a case's arguments come: in cells or typed, and what stands for one that is left out.
WAYS = {
    "in cells": (com.com_value2, None),
    "typed": (None, None),
    "in cells, left out as VBA marks it": (com.com_value2, com.MISSING),
    "by reference": (by_reference, com.MISSING),
}


def arguments_of(case, way):
    return [
        one.Value2 if hasattr(one, "Value2") else one for one in com.com_arguments(case, *WAYS[way])
    ]


CALLS = [(case, way) for case in CASES for way in WAYS]


@pytest.fixture(scope="module")
def windows():
    folder = Path(wine.FOLDER)
    link = folder / ODD
    link.unlink(missing_ok=True)
    link.symlink_to("python")
    return wine.Windows(folder, ODD)


@pytest.fixture(scope="module")
def excel(windows, tmp_path_factory):
    """The add-in installed, all calls made, and taken away again."""
    folder = tmp_path_factory.mktemp("excel")
    said = [windows.run("excel", each, cwd=folder) for each in ("uninstall", "install", "status")]
    known = windows.configuration()
    many = [CALLS[number % len(CALLS)] for number in range(2_000)]
    asked = [(case.function, arguments_of(case, way)) for case, way in (*CALLS, *many)]
    answers = windows.calls([*asked, *EXTRA.values()], folder)
    there = [windows.home() / ".xlhedge", *windows.home().rglob("xlhedge.xlam")]
    was = [each.exists() for each in there]
    gone = windows.run("excel", "uninstall", cwd=folder)
    return SimpleNamespace(
        said=[*said[1:], gone],
        known=known,
        was=was,
        left=[each for each in there if each.exists()],
        answers=answers[: len(CALLS)],
        seconds=sum(each.seconds for each in answers[len(CALLS) : len(asked)]),
        extra=dict(zip(EXTRA, answers[len(asked) :], strict=True)),
    )


def test_the_add_in_is_installed_looked_at_and_removed(excel):
    assert [status for status, _ in excel.said] == [0, 0, 0]
    lines = excel.said[1][1].splitlines()
    assert len(lines) == 10
    assert [line for line in lines if not line.startswith("ok ")] == []
    assert (
        f"xlhedge.xlam: xlhedge {xlhedge.__version__}, {len(FUNCTIONS)} functions"
        in excel.said[1][1]
    )
    assert ODD in excel.known["INTERPRETER_WIN"]
    assert ODD in excel.known["PYTHONPATH"]
    assert excel.was == [True, True]
    assert excel.left == []


def test_every_case(excel, pytestconfig):
    wrong = [
        (case, way, got.value)
        for (case, way), got in zip(CALLS, excel.answers, strict=True)
        if not com.agrees(case, got.value)
    ]
    pytestconfig.get_terminal_writer().line(
        f"\n{len(CASES)} cases in {len(WAYS)} ways through xlwings' DLL and COM: "
        f"{len(wrong)} mismatches; 2,000 calls {excel.seconds:.1f} s"
    )
    assert wrong == []
    assert {case.function for case in CASES} == {entry.name for entry in FUNCTIONS}


def test_dates_and_texts(excel):
    assert excel.extra["dates"].value == 1.5
    assert excel.extra["a column of dates"].value == [[2.5], [2.0]]
    assert excel.extra["a date for a number"].value.startswith("#XLERR2015|SPOT_NOTIONAL: spot_qty")
    assert "'ü – 漢 \U0001f600' is not known" in excel.extra["text of all kinds"].value
    assert len(excel.extra["32,767 characters"].value) == 32_767
    assert "has no attribute 'NO_SUCH_FUNCTION'" in excel.extra["no such function"].value.why


@pytest.fixture
def installed(windows, tmp_path):
    windows.run("excel", "install", cwd=tmp_path)
    yield windows
    windows.run("excel", "uninstall", cwd=tmp_path)


def test_a_whole_column(installed, tmp_path, pytestconfig):
    """As it comes where HedgeArguments does not cut it: the empty rest changes nothing."""
    changes = [(float(number),) for number in (FRM * 34)[:1_000]]
    worst = sorted(changes)[99][0]
    whole = [*changes, *[(None,)] * (LAST_ROW - len(changes))]
    asked = [("VALUE_AT_RISK", (tuple(rows), 0.9)) for rows in (changes, changes, whole, whole)]
    answers = installed.calls(asked, tmp_path)
    pytestconfig.get_terminal_writer().line(
        f"\na column of 1,000 cells {1_000 * answers[1].seconds:.0f} ms, "
        f"of 1,048,576 {1_000 * answers[3].seconds:.0f} ms"
    )
    assert [each.value for each in answers] == [-worst] * 4


def test_a_python_that_was_ended(installed, tmp_path):
    """It is asked for anew, or a line says why it does not come; the next Excel has it again.

    Under Wine 8 it does not come: Wine keeps who served the class, and it is gone.
    """
    call = ("NET_DELTA", (1.0, 60_000.0, 45_000.0))
    before, ended, *after = installed.calls([call, wine.END, call, call], tmp_path)
    assert (before.value, ended.value) == (15_000, "1")
    for each in after:
        lost = isinstance(each.value, wine.Failure)
        assert each.value.why.startswith("Could not activate") if lost else each.value == 15_000
    assert installed.calls([call], tmp_path)[0].value == 15_000


# --------------------------------------------------------------------------------- the commands


def parts_of(path):
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def here(*arguments, cwd):
    done = run([sys.executable, "-m", "xlhedge", *arguments], cwd=cwd, check=False)
    assert done.returncode == 0


def same(mine, other):
    ours, theirs = parts_of(mine), parts_of(other)
    assert ours.keys() == theirs.keys()
    return [name for name in ours if ours[name] != theirs[name]]


def test_calc(windows, tmp_path):
    assert windows.run("calc", "NET_DELTA", "1", "60000", "45000", cwd=tmp_path) == (0, "15000\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("work") / ODD
    path.mkdir()
    return path


@pytest.fixture(scope="module")
def demo(windows, folder):
    return windows.run("demo", "-o", folder / "Vorführung", cwd=folder)


def test_demo_writes_what_linux_writes(demo, folder):
    status, said = demo
    assert status == 0, said
    here("demo", "-o", folder / "linux", cwd=folder)
    names = sorted(each.relative_to(folder / "linux") for each in (folder / "linux").rglob("*.*"))
    assert len(names) == 16
    for name in names:
        assert same(folder / "linux" / name, folder / "Vorführung" / name) == []


def test_reports_of_two_processes_are_linuxs_part_by_part(windows, demo, folder):
    assert demo[0] == 0
    samples = folder / "Vorführung" / "samples"
    status, said = windows.run("report", samples, "-o", folder / "Bericht", "-j", "2", cwd=folder)
    assert status == 0, said
    here("report", samples, "-o", folder / "report", "-j", "2", cwd=folder)
    names = sorted(each.name for each in (folder / "report").glob("*-report.xlsx"))
    assert len(names) == 8
    for name in names:
        assert same(folder / "report" / name, folder / "Bericht" / name) == []


def test_check_says_ok_or_where(windows, demo, folder):
    assert demo[0] == 0
    book = folder / "Vorführung" / "samples" / "treasury.xlsx"
    assert windows.run("check", book, cwd=folder)[0] == 0
    wrong = load_workbook(book)
    wrong["Portfolio"]["B6"] = "ten"
    wrong.save(folder / "fälsch.xlsx")
    status, said = windows.run("check", folder / "fälsch.xlsx", cwd=folder)
    assert status == 2
    assert 'Portfolio!B6 quantity: "ten" is not a number; it must be a number' in said


def test_the_template_is_linuxs(windows, folder):
    status, said = windows.run("template", "-o", folder / "Vörlage.xlsx", cwd=folder)
    assert status == 0, said
    here("template", "-o", folder / "template.xlsx", cwd=folder)
    assert same(folder / "template.xlsx", folder / "Vörlage.xlsx") == []


def test_fill_writes_what_linux_writes(windows, demo, folder):
    assert demo[0] == 0
    deck = Workbook()
    deck.defined_names["xlh.net_delta"] = DefinedName("xlh.net_delta", attr_text="Sheet!$B$2")
    deck.save(folder / "Fölie.xlsx")
    shutil.copy(folder / "Fölie.xlsx", folder / "deck.xlsx")
    book = folder / "Vorführung" / "samples" / "partial-hedge.xlsx"
    filled = folder / "Fölie voll.xlsx"
    status, said = windows.run(
        "fill", folder / "Fölie.xlsx", "--from", book, "-o", filled, cwd=folder
    )
    assert status == 0, said
    here("fill", "deck.xlsx", "--from", book, "-o", "full.xlsx", cwd=folder)
    assert load_workbook(filled)["Sheet"]["B2"].value == 30_000
    assert same(folder / "full.xlsx", filled) == []


def test_import_brings_a_book_up_to_date_as_linux_does(windows, folder):
    for name in ("Büch.xlsx", "book.xlsx"):
        here("template", "-o", name, cwd=folder)
    trades = folder / "Geschäfte.csv"
    trades.write_text(
        f"{BINANCE}\n1,26-11-02 10:00:00,BTCUSDT,SELL,60000,2,120000,40USDT,0,,,2,2\n"
    )
    status, said = windows.run("import", trades, "--into", folder / "Büch.xlsx", cwd=folder)
    assert status == 0, said
    here("import", trades, "--into", "book.xlsx", cwd=folder)
    shorts = read(folder / "Büch.xlsx").shorts
    assert [(each.entry_price, each.fees_paid) for each in shorts] == [(60_000, 40)]
    assert same(folder / "book.xlsx", folder / "Büch.xlsx") == []


def test_refresh_without_a_network_is_refused_in_a_line(windows, folder):
    book = folder / "Bücher.xlsx"
    assert windows.run("template", "-o", book, cwd=folder)[0] == 0
    before = book.read_bytes()
    status, said = windows.run("refresh", book, "--venue", "binance", cwd=folder)
    assert status != 0
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    assert book.read_bytes() == before
