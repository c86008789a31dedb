"""A closed book brought up to date: what it shows then, what else of the file stays, accidents."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import datetime

import books
import pytest
import saved_elsewhere as elsewhere
import xlsxwriter
from founds import contract, found
from members import changed
from openpyxl import load_workbook
from portfolios import sample, write_workbook
from stored import as_saved_by_a_spreadsheet, differences, stored, with_serials
from typer.testing import CliRunner
from validator import errors

from xlhedge.analysis import analyse
from xlhedge.cli import app
from xlhedge.errors import InputError
from xlhedge.files import zipped
from xlhedge.hosts.excel.xlam import xlam
from xlhedge.jobs.merge import Rules
from xlhedge.jobs.refresh import ClosedBook, book_contracts, book_venues
from xlhedge.market.contracts import Contract
from xlhedge.readers import read
from xlhedge.samples import SAMPLES
from xlhedge.sheets.template import template_book

FOUND = found(
    contract("BTCUSDT", "BTC", 61_000.0),
    contract("ETHUSDT", "ETH", 3_100.0),
)
PRICES, NEW = Rules(), Rules(new=True)
WHEN = datetime(2026, 3, 28, 9, 30)


def refreshed(path, target, rules=NEW):
    """Another file with what was found in it."""
    book = ClosedBook(path)
    target.write_bytes(book.refreshed(book.merged(FOUND, rules).changes))
    return target


@pytest.mark.parametrize("edition", ["addin", pytest.param("365", marks=pytest.mark.long)])
def test_the_cells_that_compute_show_what_the_new_inputs_give(edition, tmp_path):
    """As if the template had been made of them; no spreadsheet has to compute anything."""
    old = books.saved(books.template("full-hedge", edition), tmp_path / "old.xlsx")
    new = refreshed(old, tmp_path / "new.xlsx")
    portfolio = read(new)
    template_book(analyse(portfolio), edition).save(wanted := tmp_path / "wanted.xlsx")
    assert portfolio.instruments[0].futures_price == 61_000
    assert portfolio.instruments[1].instrument == "ETHUSDT"
    assert stored(new) == stored(wanted)
    assert stored(new) != stored(old)
    assert "xl/workbook.xml" not in changed(old, new)
    assert all(name.startswith("xl/worksheets/") for name in changed(old, new))
    assert load_workbook(new, data_only=True)["Instruments"]["E6"].value == 61_000


@pytest.mark.long
def test_spreadsheets_compute_the_same(libreoffice, ironcalc, tmp_path):
    for edition, engine in (("addin", libreoffice), ("365", ironcalc)):
        old = books.saved(books.template("full-hedge", edition), tmp_path / f"{edition}.xlsx")
        new = refreshed(old, tmp_path / f"{edition}-new.xlsx")
        wanted = stored(new) if engine is libreoffice else with_serials(stored(new))
        assert differences(engine.values(new), wanted) == []


@pytest.mark.usefixtures("validator")
@pytest.mark.long
def test_microsofts_validator_finds_nothing(tmp_path):
    old = books.saved(books.template("full-hedge"), tmp_path / "old.xlsx")
    assert errors(refreshed(old, tmp_path / "new.xlsx")) == []
    mine = own_book(tmp_path / "own.xlsm")
    before = errors(mine)
    assert errors(refreshed(mine, tmp_path / "own-new.xlsm", PRICES)) == before


def own_book(path):
    """A book of a person's own: tables by headings, a formula, a chart, a note, macros."""
    with zipfile.ZipFile(io.BytesIO(xlam({"A": ""}))) as archive:
        macros = archive.read("xl/vbaProject.bin")
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet("Desk")
        money = book.add_format({"num_format": "#,##0.00", "bg_color": "#FFFFCC"})
        rows = [
            ["name", "value", None, "asset", "quantity", "spot_price"],
            ["as_of", datetime(2026, 3, 27), None, "BTC", 2, 60_000],
            ["horizon_date", datetime(2026, 6, 26)],
            [],
            ["instrument", "exchange", "underlying", "futures_price", "funding_rate"],
            ["My BTC", "binance", "BTC", 60_100, 0.0001],
            [],
            [],
            ["instrument", "contracts", "entry_price"],
        ]
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row, money if at == 5 else None)
        moves = ["scenario", "asset", "price_shock"]
        book.add_worksheet("Scenarios").write_row(0, 0, moves)
        mine = book.add_worksheet("Mine")
        mine.write_formula("A1", "=Desk!D6*2", None, 120_200)
        mine.write_comment("A1", "my note")
        mine.insert_textbox("C1", "mine")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Mine!$A$1:$A$1"})
        mine.insert_chart("C9", chart)
        book.add_vba_project(io.BytesIO(macros), is_stream=True)
    with zipfile.ZipFile(path) as archive:  # XlsxWriter asks for all formulas to be computed
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    path.write_bytes(zipped(parts))
    return path


def test_a_persons_own_sheets_charts_notes_and_macros_stay_byte_for_byte(tmp_path):
    """Two parts change: the sheet with the inputs, and that the person's formulas are computed."""
    path = own_book(tmp_path / "own.xlsm")
    new = refreshed(path, tmp_path / "new.xlsm", PRICES)
    assert changed(path, new) == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}
    with zipfile.ZipFile(new) as archive:
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
        assert {"xl/vbaProject.bin", "xl/charts/chart1.xml"} <= {*archive.namelist()}
    portfolio = read(new)
    assert (portfolio.instruments[0].instrument, portfolio.instruments[0].futures_price) == (
        "My BTC", 61_000,
    )  # fmt: skip
    assert portfolio.settings.as_of == datetime(2026, 3, 28, 8, 30, 12)
    cell = load_workbook(new)["Desk"]["D6"]
    assert (cell.number_format, cell.fill.fgColor.rgb) == ("#,##0.00", "FFFFFFCC")


@pytest.mark.long
def test_what_spreadsheets_compute_of_a_persons_own_book(plain_libreoffice, ironcalc, tmp_path):
    """Twice the new price: the stored 120,200 is stale, and the file says that it is."""
    new = refreshed(own_book(tmp_path / "own.xlsm"), tmp_path / "new.xlsx", PRICES)
    for engine in (plain_libreoffice, ironcalc):
        values = engine.values(new)
        assert values["Mine"]["A1"] == 122_000
        assert values["Desk"]["D6"] == 61_000


@pytest.mark.long
def test_a_formula_of_the_persons_among_ours(ironcalc, tmp_path):
    """Ours get their values; theirs is unknown, so the spreadsheet is to compute.

    One that has not got our functions then shows errors where the stored values stand.
    """
    path = tmp_path / "book.xlsx"
    book = load_workbook(io.BytesIO(books.template("full-hedge")))
    book["Hedge"]["A200"] = "=Instruments!E6"
    book.calculation.fullCalcOnLoad = False
    book.save(path)  # openpyxl drops all stored values
    new = refreshed(path, tmp_path / "new.xlsx", PRICES)
    values = load_workbook(new, data_only=True)
    assert values["Hedge"]["A200"].value is None
    assert load_workbook(new).calculation.fullCalcOnLoad
    template_book(analyse(read(new))).save(wanted := tmp_path / "wanted.xlsx")
    assert stored(new) == {**stored(wanted), ("Hedge", "A200"): None}
    computed = ironcalc.values(as_saved_by_a_spreadsheet(new, tmp_path / "read.xlsx"))
    assert computed["Hedge"]["A200"] == 61_000
    assert "#NAME?" in computed["Hedge"].values()


@pytest.mark.long
@pytest.mark.usefixtures("spreadsheets")
def test_books_that_other_programs_have_saved(plain_libreoffice, tmp_path):
    """Other parts stay, and the inputs are those that our own file gets."""
    source = books.saved(books.template("full-hedge"), tmp_path / "full.xlsx")
    wanted = read(refreshed(source, tmp_path / "wanted.xlsx", PRICES)).instruments
    by_javascript = elsewhere.by_javascript([source], tmp_path)
    files = [
        *(by_javascript[name][0] for name in ("SheetJS", "ExcelJS")),
        next(elsewhere.by_gnumeric(source, tmp_path)),
        next(elsewhere.by_libreoffice(source, plain_libreoffice)),
    ]
    for number, path in enumerate(files):
        new = refreshed(path, tmp_path / f"{number}.xlsx", PRICES)
        assert read(new).instruments == wanted, path
        assert all("sheet" in name or "workbook" in name for name in changed(path, new)), path


def test_what_a_venue_is_asked_for():
    portfolio = SAMPLES["full-hedge"]
    assert book_venues(portfolio) == ("binance",)
    assert book_contracts(portfolio) == {Contract("Binance", "BTC", "USD")}
    assert book_contracts(portfolio, ["bybit"]) == frozenset()


# The command


@pytest.fixture
def small(tmp_path):
    return write_workbook(tmp_path / "book.xlsx", sample(Sources=[]))


@pytest.fixture
def command(monkeypatch):
    """Runs a command for which venues tell what is said; nothing asks a network."""
    asked = []

    def run(*arguments, tells=FOUND, typed=None):
        def fetch(question, progress, warn):
            del progress, warn
            asked.append(question)
            return tells

        monkeypatch.setattr("xlhedge.market.fetch.fetch", fetch)
        monkeypatch.setattr("xlhedge.cli.into.at_terminal", lambda: typed is not None)
        done = CliRunner().invoke(app, [*map(str, arguments)], input=typed)
        return done.exit_code, done.stdout, done.stderr

    run.asked = asked
    return run


def others(path):
    return sorted(each.name for each in path.parent.iterdir() if each != path)


def test_refresh_writes_in_place_and_keeps_a_copy(small, command):
    before = small.read_bytes()
    status, said, wrong = command("refresh", small, "--history", "30d")
    (copy,) = others(small)
    assert (status, wrong) == (0, "")
    assert "Instruments!G2 BTC-PERP futures_price: 60030.5 → 61000" in said
    assert "\nSources: " in said
    assert f"wrote {small}; as it was it is {small.parent / copy}" in said
    assert (small.parent / copy).read_bytes() == before
    assert read(small).instruments[0].futures_price == 61_000
    (asked,) = command.asked
    assert (asked.venues, asked.history_days, asked.positions) == (("binance", "bybit"), 30, False)
    assert len(asked.contracts) == 2
    assert command("refresh", small)[1].endswith("nothing changes\n")
    assert len(others(small)) == 1


def test_refresh_into_another_file(small, command, tmp_path):
    before = small.read_bytes()
    target = tmp_path / "new.xlsx"
    assert command("refresh", small, "-o", target)[0] == 0
    assert (small.read_bytes(), others(small)) == (before, ["new.xlsx"])
    assert read(target).instruments[0].futures_price == 61_000
    status, _, wrong = command("refresh", small, "-o", target)
    assert (status, "is there already" in wrong) == (2, True)


JUMPED = found(contract("X", "BTC", 90_000.0))


@pytest.mark.parametrize(
    ("options", "typed", "status", "price"),
    [
        ([], None, 2, 60_030.5),
        ([], "n\n", 1, 60_030.5),
        ([], "y\n", 0, 90_000),
        (["--yes"], None, 0, 90_000),
        (["--jump", "60%"], None, 0, 90_000),
    ],
)
def test_prices_that_jump_are_asked_about(options, typed, status, price, small, command):
    done, _, wrong = command("refresh", small, *options, tells=JUMPED, typed=typed)
    assert done == status
    assert read(small).instruments[0].futures_price == price
    assert len(others(small)) == (status == 0)
    if status == 2:
        assert "spot_price: 60000 → 89910 (+50% in size)" in wrong
        assert "add --yes or a higher --jump" in wrong


@pytest.mark.parametrize("name", ["~$book.xlsx", ".~lock.book.xlsx#"])
def test_a_book_that_is_open_is_refused(name, small, command):
    (small.parent / name).touch()
    status, _, wrong = command("refresh", small)
    assert (status, "it is open in a spreadsheet; close it there" in wrong) == (2, True)
    assert command.asked == []


def test_a_book_that_changed_or_was_opened_meanwhile_is_refused(small):
    book = ClosedBook(small)
    new = book.refreshed(book.merged(FOUND, PRICES).changes)
    small.write_bytes(small.read_bytes() + b" ")
    with pytest.raises(InputError, match="it was changed meanwhile"):
        book.write(new, None, WHEN)
    (owner := small.parent / "~$book.xlsx").touch()
    with pytest.raises(InputError, match="it is open in a spreadsheet"):
        book.write(new, None, WHEN)
    assert others(small) == [owner.name]


@pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions and links")
def test_who_may_read_a_book_and_where_it_is_stay(small):
    small.chmod(0o600)
    link = small.parent / "link.xlsx"
    link.symlink_to(small)
    book = ClosedBook(link)
    copy = book.write(book.refreshed(book.merged(FOUND, PRICES).changes), None, WHEN)
    assert copy.name == "book-2026-03-28-093000.xlsx"
    assert link.is_symlink()
    assert small.stat().st_mode & 0o077 == copy.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("jump", ["x", "0", "-5%", "2000%"])
def test_a_jump_that_is_none(jump, small, command):
    status, _, wrong = command("refresh", small, "--jump", jump)
    assert (status, wrong.startswith("xlhedge: --jump: ")) == (2, True)


def test_partial_answers_are_written_and_said(small, command):
    partial = type(FOUND)(FOUND.rows, ("Bybit: is down",), ("a note",))
    status, _, wrong = command("refresh", small, tells=partial)
    assert (status, wrong) == (1, "xlhedge: note: a note\nxlhedge: missing: Bybit: is down\n")
    assert read(small).instruments[0].futures_price == 61_000


def test_market_into_a_book_adds_contracts(small, command):
    assert command("market", "BTC", "ETH", "--venue", "binance", "--into", small)[0] == 0
    assert [each.instrument for each in read(small).instruments][2:] == ["ETHUSDT"]


TRADES = (
    "Date(UTC),Symbol,Side,Price,Quantity,Amount,Fee,Fee Coin,Realized Profit,Quote Asset\n"
    "2026-03-20 10:00:00,BTCUSDT,SELL,60000,0.4,24000,9.6,USDT,0,USDT\n"
)


def test_files_of_venues_into_a_book(small, command, tmp_path):
    """A part of an account: its short is brought up to date, and none is closed, or said to be."""
    trades = tmp_path / "trades.csv"
    trades.write_text(TRADES)
    before = small.read_bytes()
    status, said, wrong = command("import", trades, "--account", "Main", "--into", small)
    assert (status, wrong) == (0, "")
    assert "Shorts!B2 BTC-PERP, Main contracts: 0.5 → 0.4" in said
    (copy,) = [name for name in others(small) if name != "trades.csv"]
    assert (small.parent / copy).read_bytes() == before
    main, june = read(small).shorts
    assert (main.contracts, main.entry_price, main.fees_paid, main.margin) == (
        0.4, 60_000, 9.6, 6_100,
    )  # fmt: skip
    assert june.contracts == 9_000
    assert "--remove-closed" not in command("import", "--help")[1]


def test_books_that_cannot_be_refreshed(tmp_path, command):
    bare = [{"instrument": "A", "underlying": "BTC", "futures_price": 1, "funding_rate": 0}]
    tables = sample(Instruments=bare, Shorts=[], Tiers=None, Scenarios=[], Holdings=[
        {"asset": "BTC", "quantity": 1, "spot_price": 1}])  # fmt: skip
    path = write_workbook(tmp_path / "bare.xlsx", tables)
    for name, why in ((path, "fill in its column exchange"), (tmp_path / "a.ods", "no closed")):
        status, _, wrong = command("refresh", name)
        assert (status, why in wrong) == (2, True), wrong


HARNESS = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from founds import contract, found
from xlhedge.jobs.merge import Rules
from xlhedge.jobs.refresh import ClosedBook

path = Path(sys.argv[2])
book = ClosedBook(path)
merged = book.merged(found(contract("X", "BTC", 61_000.0)), Rules())
left = 0
def hook(event, arguments):
    global left
    if event == "open" or event.startswith("os."):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
for number in range(1, 99):
    child = os.fork()
    if not child:
        left = number
        book.write(book.refreshed(merged.changes), None, datetime(2026, 3, 28, number % 24))
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(status, flush=True)
    if status == 0:
        break
    sys.stdin.readline()
"""


@pytest.mark.skipif(os.name != "posix", reason="takes fork")
def test_killed_at_any_point_the_book_is_whole(small):
    """At each of its calls of the system that open, write to or rename a file."""
    before, tests = small.read_bytes(), books.ROOT / "tests"
    killed = renamed = 0
    with subprocess.Popen(
        [sys.executable, "-c", HARNESS, tests, small],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as harness:  # fmt: skip
        while (status := int(harness.stdout.readline())) != 0:
            assert status == -signal.SIGKILL
            is_new = small.read_bytes() != before
            assert not is_new or read(small).instruments[0].futures_price == 61_000
            small.write_bytes(before)  # where it came to its end but for what is beside it
            killed += 1
            renamed += is_new
            harness.stdin.write("\n")
            harness.stdin.flush()
    assert killed - renamed > 4
    assert read(small).instruments[0].futures_price == 61_000


@pytest.mark.skipif(os.name != "posix", reason="takes limits of a process")
@pytest.mark.parametrize("failing", ["the copy", "the book"])
def test_on_a_full_disk_the_book_is_whole(failing, small):
    """Files may not grow as large as they have to: as on a full disk, a write comes to an error."""
    import resource

    before = small.read_bytes()
    book = ClosedBook(small)
    new = book.refreshed(book.merged(FOUND, PRICES).changes)
    if failing == "the book":
        (small.parent / "book-2026-03-28-093000.xlsx").write_bytes(before)
    there, (soft, hard) = others(small), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (min(len(before), len(new)) // 2, hard))
    try:
        with pytest.raises(OSError, match=r"File too large.*book") as caught:
            book.write(new, None, WHEN)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (caught.value.filename == str(small)) == (failing == "the book")
    assert (small.read_bytes(), others(small)) == (before, there)


def filled(path, folder):
    names = folder / "names.xlsx"
    with xlsxwriter.Workbook(names) as deck:
        deck.add_worksheet("Deck")
        deck.define_name("xlh.net_delta", "=Deck!$B$2")
    return names, ["fill", names, "--from", path]


def imported(path, folder):
    trades = folder / "trades.csv"
    trades.write_text(TRADES)
    return path, ["import", trades, "--account", "Main", "--into", path]


IN_PLACE = {
    "refresh": lambda path, _: (path, ["refresh", path]),
    "market": lambda path, _: (path, ["market", "BTC", "--venue", "binance", "--into", path]),
    "positions": lambda path, _: (path, ["positions", "--venue", "binance", "--into", path]),
    "import": imported,
    "fill": filled,
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_whatever_changes_a_file_in_place_does_it_in_one_way(name, small, command, tmp_path):
    """Refused while it is open; of a link what it leads to; a dated copy; one step."""
    path, words = IN_PLACE[name](small, tmp_path)
    before = path.read_bytes()
    (path.parent / f"~${path.name}").touch()
    status, _, wrong = command(*words)
    assert (status, "it is open in a spreadsheet; close it there" in wrong) == (2, True)
    (path.parent / f"~${path.name}").unlink()
    (link := tmp_path / "link.xlsx").symlink_to(path)
    status, said, _ = command(*[link if word == path else word for word in words])
    assert status == 0
    assert link.is_symlink()
    (copy,) = path.parent.glob(f"{path.stem}-20*.xlsx")
    assert copy.read_bytes() == before != path.read_bytes()
    assert f"as it was it is {copy}" in said
