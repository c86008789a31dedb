"""Page one of a report: one page whatever is in it, live numbers, and words that stand beside."""

import io
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from books import PORTFOLIOS, ROOT, report
from openpyxl import load_workbook
from structure import faults
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice, advised
from xlhedge.cli import app
from xlhedge.errors import InputError
from xlhedge.jobs.firm_settings import firm_of
from xlhedge.portfolio import Holding
from xlhedge.samples import SAMPLES
from xlhedge.sheets.blocks import print_nothing
from xlhedge.sheets.firm import Firm
from xlhedge.sheets.order_table import MOST, decimals_of
from xlhedge.sheets.page_charts import scenario_message
from xlhedge.sheets.page_looks import tile_look
from xlhedge.sheets.report import report_book
from xlhedge.sheets.tiles import tiles
from xlhedge.text import rounded

TILES = ("COINS", "HEDGED", "LIQUIDATION", "WORST CASE", "CARRY", "SINCE OPENED")
LABELS, NUMBERS = 4, 5
PAGES = re.compile(rb"/Type\s*/Page[^s]")


def page_one(content, *, values=True):
    return load_workbook(io.BytesIO(content), data_only=values)["Summary"]


def tile(sheet, label):
    """A tile's number, its state, its lines."""
    column = next(cell.column for cell in sheet[LABELS] if cell.value == label)
    lines = [sheet.cell(row, column).value for row in range(NUMBERS + 1, NUMBERS + 4)]
    return (
        sheet.cell(NUMBERS, column).value,
        sheet.cell(LABELS, column + 1).value,
        [line for line in lines if line],
    )


def many(name, count):
    """A sample with so many more holdings that nothing hedges."""
    sample = SAMPLES[name]
    coins = (Holding(asset=f"C{n}", quantity=1.0, spot_price=10.0) for n in range(count))
    return replace(sample, holdings=(*sample.holdings, *coins))


def printed(book, office, folder, paper):
    """The PDF of page one alone."""
    for sheet in book.sheets[1:]:
        print_nothing(sheet)
    path = folder / f"{paper}.xlsx"
    book.save(path)
    return office.to_pdf(path)


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", ["treasury", "long-future"])
def test_it_prints_on_one_page_and_nothing_is_too_wide(name, paper, plain_libreoffice, tmp_path):
    portfolio = many(name, 30) if name == "treasury" else SAMPLES[name]
    found = printed(
        report_book(analyse(portfolio), paper=paper), plain_libreoffice, tmp_path, paper
    )
    assert len(PAGES.findall(found.read_bytes())) == 1
    if not shutil.which("pdftotext"):
        pytest.skip("apt install poppler-utils")
    text = subprocess.run(["pdftotext", "-layout", found, "-"], capture_output=True, check=True)
    words = text.stdout.decode()
    assert "##" not in words
    assert all(label in words for label in TILES)


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_each_tile_has_a_label_a_number_and_lines(name):
    sheet, formulas = page_one(report(name)), page_one(report(name), values=False)
    for label in TILES:
        number, state, lines = tile(sheet, label)
        text = tile(formulas, label)[0]
        assert text.startswith("='Key figures'!$B$") or number in ("none", "unknown"), label
        assert number is not None, label
        assert 1 <= len(lines) <= 3, label
        unjudged = label in ("COINS", "SINCE OPENED")
        assert (state in ("", None)) == unjudged, label
        assert unjudged or state in ("GOOD", "WATCH", "ACT", "UNKNOWN")


def test_the_tiles_of_the_treasury():
    sheet = page_one(report("treasury"))
    analysis = analyse(SAMPLES["treasury"])
    assert tile(sheet, "HEDGED")[1] == "ACT"
    assert "target 67 %" in tile(sheet, "HEDGED")[2]
    number, state, lines = tile(sheet, "LIQUIDATION")
    assert (number, state) == (pytest.approx(0.26202752374), "WATCH")
    assert lines[0].startswith("SOL-SEP at 197.")
    number, state, lines = tile(sheet, "WORST CASE")
    assert (number, state) == (min(each.legs.net for each in analysis.scenarios), "WATCH")
    assert lines[0] == "Crash, funding turns"
    number, _, lines = tile(sheet, "SINCE OPENED")
    coins = sum(
        row.quantity * (row.spot_price - row.avg_cost)
        for row in SAMPLES["treasury"].holdings
        if row.avg_cost is not None
    )
    short = sum(row.pnl_to_date for row in analysis.margin)
    assert number == pytest.approx(coins + short)


def orders(sheet):
    """The rows under What to do, by column."""
    top = next(row for row in range(1, 40) if sheet.cell(row, 1).value == "What to do")
    rows = []
    for row in range(top + 2, top + 2 + MOST):
        if sheet.cell(row, 16).value is None:
            break
        rows.append([sheet.cell(row, at).value for at in (1, 3, 6, 7, 11, 13, 15, 16)])
    return rows


def test_the_orders_are_those_of_the_analysis_and_live():
    assert orders(page_one(report("treasury")))[:3] == [
        ["today", "short", "BTC-PERP", "Binance", 19.544, pytest.approx(1_173_226.32), "USD",
         "BTC 66 % hedged, target 80 %"],
        ["today", "short", "ETH-INV", "Bybit", 826_951, pytest.approx(825_300.3992), "USD",
         "ETH 44.6 % hedged, target 60 %"],
        ["week", "buy back", "SOL-SEP", "Deribit", 41, pytest.approx(64_083), "USD",
         "SOL 52.1 % hedged, target 50 %"],
    ]  # fmt: skip
    texts = orders(page_one(report("treasury"), values=False))[:3]
    assert all(row[4].startswith("=ABS(Orders!") and row[5].startswith("=ABS(O") for row in texts)


def test_what_has_no_room_is_counted():
    book = report_book(analyse(many("treasury", 30)))
    sheet = page_one(book.to_bytes())
    rows = orders(sheet)
    assert len(rows) == MOST - 1
    below = [cell.value for cell in sheet["A"] if str(cell.value).startswith("and ")]
    assert below == [f"and {34 - len(rows)} more (27 note): all of it is on Inputs & audit"]


def test_it_is_no_higher_than_a_page_as_wide_so_that_it_is_not_printed_smaller():
    """A4 lies 27.7 × 18.5 cm within its margins: 0.667 of its width."""
    sheet = page_one(report_book(analyse(many("treasury", 30))).to_bytes())
    last = int(sheet.print_area.rpartition("$")[2])
    points = sum(sheet.row_dimensions[row].height for row in range(1, last + 1))
    letters = [column.width for column in sheet.column_dimensions.values()]
    pixels = sum(7 * width + 5 for width in letters)  # of Calibri 11, at 96 to the inch
    assert len(letters) == 23
    assert 0.6 < points / (pixels * 72 / 96) < 0.72


@pytest.mark.parametrize(
    ("kind", "value", "look"),
    [
        ("money", 999_940.0, "tile money k"), ("money", 999_960.0, "tile money m"),
        ("gain", -1_234_567.0, "tile gain m"), ("money", 5e9, "tile money bn"),
        ("gain", 2e12, "tile huge"), ("money", 12.0, "tile money"), ("share", 3.0, "tile share"),
        ("money", "none", "tile money"),
    ],
)  # fmt: skip
def test_numbers_are_shown_in_the_unit_of_their_size(kind, value, look):
    assert tile_look(kind, value) == look


@pytest.mark.parametrize(("last", "told"), [(3, "none"), (4, "1 of 4"), (8, "2 of 8")])
def test_one_scenario_liquidates_and_two_liquidate(last, told):
    """Of the treasury the fourth, "Rally of 40 %", and the seventh, "Squeeze, then back", do."""
    sample = SAMPLES["treasury"]
    analysis = analyse(replace(sample, scenarios=sample.scenarios[:last]))
    verb = "liquidate" if told.startswith("2") else "liquidates"
    cost = f'"{analysis.worst.name}" costs {rounded(-analysis.worst.legs.net)}'
    assert scenario_message(analysis) == f"{cost}; {told} {verb}"
    (tile,) = (each for each in tiles(analysis) if each.label == "WORST CASE")
    others = {3: "nothing is liquidated", 4: "1 other scenario liquidates"}
    assert tile.lines[1] == others.get(last, "2 other scenarios liquidate")


def test_sentences_and_records_say_the_same():
    for name in SAMPLES:
        analysis = analyse(SAMPLES[name])
        said, records = advice(analysis), advised(analysis)
        assert sorted(each.text for each in records) == (sorted(said) if records else [])
        assert records or said[0].startswith("Nothing")


def test_contracts_have_the_decimals_of_their_step():
    assert [decimals_of(step) for step in (1.0, 0.001, 0.5, 10.0, 1e-8)] == [0, 3, 1, 0, 8]
    sheet = page_one(report("treasury"))
    shapes = {cell.value: cell.number_format for row in sheet.iter_rows() for cell in row}
    assert (shapes[19.544], shapes[41]) == ("#,##0.000", "#,##0")


def test_a_firm_s_words_stand_on_it():
    firm = Firm("Acme group treasury", "Acme: confidential", "A. Smith")
    book = report_book(analyse(SAMPLES["treasury"]), firm=firm)
    sheet = page_one(book.to_bytes())
    assert sheet["A1"].value == "Acme group treasury"
    facts = " ".join(str(cell.value) for cell in sheet[2] if cell.value)
    assert "Treasury" in facts
    assert "checked by A. Smith" in facts
    for each in load_workbook(io.BytesIO(book.to_bytes())):
        assert "Acme: confidential" in each.oddFooter.center.text
    assert "draft" in " ".join(str(cell.value) for cell in page_one(report("treasury"))[2])


def test_the_first_chart_has_a_line_at_each_liquidation_within_its_moves():
    content = report("treasury")
    book = load_workbook(io.BytesIO(content), data_only=True)
    rows = [[cell.value for cell in row] for row in book["Key figures"].iter_rows()]
    head = next(n for n, row in enumerate(rows) if row[0] == "Position")
    marks = {row[0]: row[2:4] for row in rows[head + 1 : head + 4]}
    near = analyse(SAMPLES["treasury"]).margin
    assert marks == {row.instrument: [row.liquidation_buffer] * 2 for row in near}


def test_after_the_orders_the_treasury_loses_what_its_targets_leave():
    """Within reach of no liquidation all is linear: exposure less cover, both after the orders."""
    book = load_workbook(io.BytesIO(report("treasury")), data_only=True)
    rows = {row[0].value: row for row in book["Key figures"].iter_rows()}
    axis = [cell.value for cell in rows["Move of the underlying"][1:] if cell.value is not None]
    line = [cell.value for cell in rows["P&L after the orders"][1:] if cell.value is not None]
    analysis = analyse(SAMPLES["treasury"])
    net = sum(row.residual_delta for row in analysis.underlyings)
    worst = -0.2
    assert line[axis.index(worst)] == pytest.approx(net * worst, rel=1e-3)


def png(wide=40, high=10):
    """A white picture."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)),
             (b"IDAT", zlib.compress((b"\0" + b"\xff" * wide) * high)), (b"IEND", b"")]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def test_a_logo_keeps_its_sides_in_proportion(plain_libreoffice, tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(SAMPLES["treasury"]), firm=Firm(logo=png())).save(path)
    assert faults(path) == []
    with zipfile.ZipFile(path) as archive:
        assert archive.read("xl/media/image1.png") == png()
        drawn = archive.read("xl/drawings/drawing1.xml").decode().partition("<xdr:pic>")[0]
    wide, high = map(int, re.findall(r'<xdr:ext cx="(\d+)" cy="(\d+)"/>', drawn)[-1])
    assert wide == 4 * high
    assert high <= 0.95 * 360_000
    assert plain_libreoffice.to_pdf(path).exists()


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_command_takes_a_firm_s_words(tmp_path):
    (tmp_path / "logo.png").write_bytes(png())
    shutil.copy(ROOT / "workbooks" / "full-hedge.xlsx", tmp_path / "mine.xlsx")
    own = ("--title", "Acme", "--footer", "Confidential", "--checked-by", "A. Smith",
           "--logo", tmp_path / "logo.png")  # fmt: skip
    into = ("report", tmp_path / "mine.xlsx", "-o", tmp_path / "out", "--jobs", 1)
    assert run(*into, *own).exit_code == 0
    sheet = load_workbook(tmp_path / "out" / "mine-report.xlsx")["Summary"]
    assert sheet["A1"].value == "Acme"
    assert "Confidential" in sheet.oddFooter.center.text
    with zipfile.ZipFile(tmp_path / "out" / "mine-report.xlsx") as archive:
        assert archive.read("xl/media/image1.png") == png()
    kept = run(*into, *own, "--resume", "--json").output
    assert '"kept": 1' in kept
    again = run(*into, "--resume", "--json").output  # without them it is another report
    assert '"kept": 0' in again


def test_a_firm_keeps_its_words_in_a_file(tmp_path):
    (tmp_path / "firm").mkdir()
    (tmp_path / "firm" / "logo.png").write_bytes(png())
    path = tmp_path / "firm" / "desk.toml"
    path.write_text('[report]\ntitle = "Acme"\nfooter = "Confidential"\nlogo = "logo.png"\n')
    firm = firm_of("", "", "A. Smith", None, path)
    assert firm == Firm("Acme", "Confidential", "A. Smith", png())
    assert firm_of("Typed", "", "", None, path)[:2] == ("Typed", "Confidential")
    book = ROOT / "workbooks" / "full-hedge.xlsx"
    done = run("report", book, "-o", tmp_path / "out", "-j", 1, "--settings", path)
    assert done.exit_code == 0
    assert (
        load_workbook(tmp_path / "out" / "full-hedge-report.xlsx")["Summary"]["A1"].value == "Acme"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[report]\nname = "x"', "desk.toml: name is not known; it takes a section [report] with"),
        ('[raport]\ntitle = "x"', "desk.toml: [raport] is not known"),
        ("report = 1", "desk.toml: report is not known"),
        ("[report]\ntitle = 1", "desk.toml: [report] title: 1 is no text"),
        ('[report]\ntitle = "a\\nb"', "desk.toml: [report] title: takes one line"),
        ('[report]\nlogo = "none.png"', "desk.toml: [report] logo none.png: No such file"),
        ("[report", "--settings desk.toml: "),
        (None, "--settings desk.toml: No such file"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_in_a_line(text, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("desk.toml").write_text(text)
    with pytest.raises(InputError) as raised:
        firm_of("", "", "", None, Path("desk.toml"))
    assert str(raised.value).startswith(told)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--logo", "none.png"), "--logo none.png: No such file"),
        (("--logo", "text.png"), "--logo text.png: is no PNG"),
        (("--title", "a\nb"), "--title: takes one line"),
        (("--footer", "x" * 101), "--footer: takes one line of 100"),
    ],
)
def test_what_is_wrong_with_them_is_said_before_any_work(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.png").write_text("no picture")
    found = run("report", ROOT / "workbooks" / "full-hedge.xlsx", "-o", "out", *arguments)
    assert found.exit_code != 0
    assert told in found.output + str(found.exception or "")
    assert not (tmp_path / "out").exists()
