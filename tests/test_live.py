"""The workbook open in Excel, through xlwings on an engine over a file. Not run in Excel."""

from datetime import datetime

import pytest
from excel_engine import opened
from founds import contract, found, row
from openpyxl import load_workbook
from openpyxl.workbook.defined_name import DefinedName
from portfolios import sample, write_workbook
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.jobs.merge import Rules
from xlhedge.jobs.refresh import ClosedBook
from xlhedge.readers import read

FOUND = found(contract("BTCUSDT", "BTC", 61_000.0))


@pytest.fixture
def small(tmp_path):
    return write_workbook(tmp_path / "book.xlsx", sample(Sources=[]))


@pytest.fixture
def live(monkeypatch):
    """Runs the command on a file as if it were open; venues tell what is said."""

    def run(path, *options, tells=FOUND, fail_at=None, stored=(), typed=None):
        monkeypatch.setattr("xlhedge.market.fetch.fetch", lambda *_: tells)
        monkeypatch.setattr("xlhedge.cli.into.at_terminal", lambda: typed is not None)
        with opened(path, stored) as engine:
            engine.fail_at = fail_at
            done = CliRunner().invoke(app, ["live", *options], input=typed)
        run.engine = engine
        return done.exit_code, done.stdout, done.stderr

    return run


PRICES = Rules()


def closed(path, rules=PRICES, tells=FOUND):
    """What `refresh` would write into the same file: place and value."""
    return {each.place: each.now for each in ClosedBook(path).merged(tells, rules).changes}


def written(engine):
    return {f"{sheet}!{cell}": value for sheet, cell, value in engine.written()
            if cell != "Z1"}  # fmt: skip


def test_it_writes_the_cells_that_refresh_writes_and_no_others(live, small):
    status, said, wrong = live(small)
    engine = live.engine
    assert (status, wrong) == (0, "")
    assert written(engine) == closed(small)
    assert len(engine.written()) == len(written(engine))  # each once
    assert "Instruments!G2 BTC-PERP futures_price: 60030.5 → 61000" in said
    assert engine.state["status_bar"].endswith(f"{len(engine.written())} cells changed")
    engine.book.save(small)
    assert read(small).instruments[0].futures_price == 61_000
    assert read(small).settings.as_of == datetime(2026, 3, 28, 8, 30, 12)
    assert live(small)[1].endswith("nothing changes\n")
    assert live.engine.written() == []


def test_modes_are_quiet_while_it_writes_and_as_before_afterwards(live, small):
    live(small)
    calls = [each for each in live.engine.calls if each[0] in ("set", "write")]
    names = [each[:2] if each[0] == "set" else "write" for each in calls]
    first, last = names.index("write"), len(names) - names[::-1].index("write")
    assert calls[:first] == [("set", "calculation", "manual"), ("set", "screen_updating", False)]
    assert calls[last : last + 2] == [
        ("set", "calculation", "automatic"), ("set", "screen_updating", True),
    ]  # fmt: skip


@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_failure_in_the_middle_leaves_all_as_it_was(at, live, small):
    before = read(small)
    status, _, wrong = live(small, fail_at=at)
    engine = live.engine
    assert (status, "Excel is busy" in wrong, wrong.count("\n")) == (2, True, 1)
    assert engine.state["calculation"] == "automatic"
    assert engine.state["screen_updating"] is True
    assert "nothing was written" in engine.state["status_bar"]
    engine.book.save(small)
    assert read(small) == before


def test_a_formula_in_an_input_cell_stays_and_is_told(live, small):
    book = load_workbook(small)
    book["Instruments"]["G2"] = "=60000+30.5"
    book.save(small)
    status, _, wrong = live(small, stored={("Instruments", "G2"): 60_030.5})
    assert status == 0
    assert "Instruments!G2 BTC-PERP futures_price: holds a formula, which stays (61000)" in wrong
    assert "Instruments!G2" not in written(live.engine)
    assert len(written(live.engine)) > 2


def test_new_rows_go_into_spare_rows_with_the_look_of_the_last(live, small):
    """A short that the venue has and the book has not."""
    tells = found(
        contract("BTCUSDT", "BTC", 61_000.0), contract("ETHUSDT", "ETH", 3_100.0),
        row("Shorts", instrument="ETHUSDT", account="Main", contracts=2.0, entry_price=3_000.0),
    )  # fmt: skip
    rules = Rules(positions=True)
    wanted = closed(small, rules, tells)
    live(small, "--positions", tells=tells)
    assert written(live.engine) == wanted
    assert any(each[0] == "format" for each in live.engine.calls)
    live.engine.book.save(small)
    assert read(small).shorts[-1].contracts == 2


@pytest.mark.parametrize(
    ("options", "typed", "status"),
    [((), None, 2), ((), "n\n", 1), ((), "y\n", 0), (("--yes",), None, 0)],
)
def test_nothing_is_written_until_a_jump_is_confirmed(options, typed, status, live, small):
    tells = found(contract("X", "BTC", 90_000.0))
    assert live(small, *options, tells=tells, typed=typed)[0] == status
    assert bool(live.engine.written()) == (status == 0)
    assert ("nothing was written" in live.engine.state["status_bar"]) == (status != 0)


def test_currency_is_read_with_all_its_decimals(live, small):
    """Excel gives a cell of currency four decimals; a price that is the same is not written."""
    book = load_workbook(small)
    book["Instruments"]["G2"] = 60_030.123456
    book["Instruments"]["G2"].number_format = '"$"#,##0.00'
    book.save(small)
    live(small, tells=found(contract("X", "BTC", 60_030.123456)))
    assert "Instruments!G2" not in written(live.engine)


def test_it_is_told_in_a_cell_that_is_named_for_it(live, small):
    book = load_workbook(small)
    book.create_sheet("Mine")
    book.defined_names["xlh.status"] = DefinedName("xlh.status", attr_text="Mine!$Z$1")
    book.save(small)
    live(small)
    assert live.engine.book["Mine"]["Z1"].value == live.engine.state["status_bar"]


def test_what_does_not_work_out_is_not_written(live, small):
    """What is wrong is told."""
    book = load_workbook(small)
    book["Portfolio"]["B5"] = "ten"
    book.save(small)
    status, _, wrong = live(small)
    assert (status, live.engine.written()) == (2, [])
    assert "ten" in wrong


def test_without_excel_or_the_book_it_is_one_line(live, small):
    status, _, wrong = live(small, "--book", "other.xlsx")
    assert (status, wrong) == (
        2, "xlhedge: Excel does not have other.xlsx open; open it there\n",
    )  # fmt: skip
    done = CliRunner().invoke(app, ["live"])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "Excel" in done.stderr
