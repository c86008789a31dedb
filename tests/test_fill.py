"""Figures in the named cells of a firm's own workbook: those, and not a byte besides."""

import zipfile
from dataclasses import replace
from datetime import datetime
from importlib.resources import files

import pytest
from members import changed
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.analysis.orders import OrderRow
from xlhedge.cli import app
from xlhedge.errors import PortfolioError
from xlhedge.jobs.figure_names import Names, kinds
from xlhedge.jobs.fill import filled_deck
from xlhedge.portfolio import Short
from xlhedge.samples import SAMPLES
from xlhedge.xlsx.taken_cells import TakenCells

BOOK = "treasury"
ANALYSIS = analyse(SAMPLES[BOOK])
NAMES = Names(ANALYSIS)
SHEET, WORKBOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
ORDERS = {row.instrument: row for row in ANALYSIS.orders}


def board_deck():
    """A workbook as a firm has one: formulas, a chart, a comment, a merged title, sheets beside."""
    book = Workbook()
    deck = book.active
    deck.title = "Board's deck"
    deck.merge_cells("A1:D1")
    deck["A1"] = "Hedge"
    deck["B3"].number_format = "#,##0"
    deck["B6"].number_format = "yyyy-mm-dd hh:mm"
    deck["C3"] = "=B3/1000"
    deck["C4"] = 5
    deck["C4"].comment = Comment("ours", "us")
    for column, heading in zip(
        "ABCD", ("instrument", "Action", None, "order contracts"), strict=True
    ):
        deck[f"{column}10"] = heading
    deck["C12"] = "our own note"
    deck["A16"] = "stale"
    chart = BarChart()
    chart.add_data(Reference(deck, min_col=2, min_row=3, max_row=6))
    deck.add_chart(chart, "H2")
    book.create_sheet("Notes")["A1"] = "=SUM('Board''s deck'!B3:B4)"
    return book


def named(book, names):
    for name, ref in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=ref)
    return book


def at(cells):
    return f"'Board''s deck'!{cells}"


USUAL = {
    "xlh.net_delta": at("$B$3"),
    "XLH.btc.Order": at("$B$4"),
    "xlh.BTC_PERP.liquidation_price": at("$B$5"),
    "xlh.as_of": at("$B$6"),
    "xlh.Fall_of_20__.net": at("$B$7"),
    "xlh.horizon_date": at("$B$8"),
    "xlh.orders": at("$A$10:$D$16"),
    "not_ours": at("$B$9"),
}


@pytest.fixture
def deck(tmp_path):
    """Saves a workbook, and says where it is and what it becomes when it is filled."""

    def save(book=None, names=USUAL, suffix=".xlsx"):
        path = tmp_path / f"deck{suffix}"
        named(book or board_deck(), names).save(path)
        return path, tmp_path / f"filled{suffix}"

    return save


def fill(path, output):
    made, told = filled_deck(path.read_bytes(), NAMES)
    output.write_bytes(made)
    return told


def refused(deck, names, book=None):
    path, _ = deck(book, names)
    with pytest.raises(PortfolioError) as caught:
        filled_deck(path.read_bytes(), NAMES)
    return str(caught.value).split("\n")


def cells(path):
    return load_workbook(path)["Board's deck"]


def test_figures_stand_in_the_named_cells_and_every_other_part_is_as_it_was(deck):
    path, output = deck()
    told = fill(path, output)
    # openpyxl asks for a full calculation itself, so that the workbook's own part stays, too.
    assert changed(path, output) == {SHEET}
    filled = cells(output)
    order = ANALYSIS.hedge[0]["order_contracts"]
    assert filled["B3"].value == pytest.approx(ANALYSIS.total["net_delta"], rel=1e-14)
    assert filled["B3"].number_format == "#,##0"
    assert filled["B4"].value == pytest.approx(order, rel=1e-14)
    assert filled["B5"].value == pytest.approx(ANALYSIS.margin[0]["liquidation_price"], rel=1e-14)
    assert filled["B6"].value == ANALYSIS.portfolio.settings.as_of
    assert filled["B8"].value == "2026-06-02 08:00"  # a cell that shows no dates
    assert filled["B7"].value == pytest.approx(ANALYSIS.scenarios[0].legs.net, rel=1e-14)
    rows = [[cell.value for cell in row] for row in filled["A10:D16"]]
    assert rows[0] == ["instrument", "Action", None, "order contracts"]
    expected = [[each, row.action, row.order_contracts] for each, row in ORDERS.items()]
    assert [[a, b, d] for a, b, _, d in rows[1:4]] == expected
    assert rows[4:] == [[None] * 4] * 3  # what was there before, too: A16
    assert [row[2] for row in rows] == [None, None, "our own note", *[None] * 4]
    assert (filled["C3"].value, filled["C4"].value) == ("=B3/1000", 5)
    assert told[0] == ("xlh.net_delta", "'Board''s deck'!B3", f"{ANALYSIS.total['net_delta']:.15g}")
    assert [each[0] for each in told] == [name for name in USUAL if name != "not_ours"]


def test_other_readers_and_programs_see_them(deck, libreoffice):
    path, output = deck()
    fill(path, output)
    delta = pytest.approx(ANALYSIS.total["net_delta"])
    rows = CalamineWorkbook.from_path(str(output)).get_sheet_by_name("Board's deck").to_python()
    assert rows[2][1] == delta
    computed = libreoffice.values(output)
    assert computed["Board's deck"]["B3"] == delta
    assert computed["Board's deck"]["C3"] * 1000 == delta  # the firm's own formulas follow
    both = ANALYSIS.total["net_delta"] + ANALYSIS.hedge[0]["order_contracts"]
    assert computed["Notes"]["A1"] == pytest.approx(both)


def test_formulas_are_computed_when_it_opens_and_only_then_is_it_asked_for(deck):
    book = board_deck()
    book.calculation.fullCalcOnLoad = None
    path, output = deck(book)
    fill(path, output)
    assert changed(path, output) == {SHEET, WORKBOOK}
    assert load_workbook(output).calculation.fullCalcOnLoad
    plain = Workbook()
    plain.calculation.fullCalcOnLoad = None
    path, output = deck(plain, {"xlh.days": "Sheet!$A$1"})
    fill(path, output)
    assert changed(path, output) == {SHEET}


def test_a_workbook_with_parts_that_nobody_knows_keeps_them(deck):
    path, output = deck(suffix=".xlsm")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/vbaProject.bin", b"\0macro" * 99)
        archive.writestr("customXml/item1.xml", b"<of-somebody/>")
    fill(path, output)
    assert changed(path, output) == {SHEET}


def test_filled_again_it_is_the_same_and_a_blank_heading_row_gets_all_columns(deck, tmp_path):
    book = Workbook()
    wide = {"xlh.unwind": "Sheet!$A$1:$AZ$9", "xlh.carry": "Sheet!$A$20:$AZ$29"}
    path, output = deck(book, wide)
    fill(path, output)
    filled = load_workbook(output)["Sheet"]
    figures = NAMES.table("xlh.unwind").figures
    assert [filled.cell(1, 1 + n).value for n in range(len(figures))] == [
        figure.title for figure in figures
    ]
    again = tmp_path / "again.xlsx"
    fill(output, again)
    assert again.read_bytes() == output.read_bytes()


def test_a_name_of_one_sheet_is_filled_too_and_a_merged_cell_as_one(deck):
    book = board_deck()
    book["Notes"].defined_names["xlh.days"] = DefinedName("xlh.days", attr_text="Notes!$C$3")
    path, output = deck(book, {"xlh.portfolio": at("$A$1:$D$1"), "xlh.hedged": at("$F$1")})
    fill(path, output)
    assert load_workbook(output)["Notes"]["C3"].value == ANALYSIS.days
    assert cells(output)["A1"].value == ANALYSIS.portfolio.settings.portfolio


@pytest.mark.parametrize(
    ("name", "ref", "told"),
    [
        ("xlh.net_delt", "$B$3", "it is no name of a figure; did you mean xlh.net_delta?"),
        ("xlh.zzz", "$B$3", "it is no name of a figure (xlhedge fill --list"),
        ("xlh.days", "#REF!", "its cells were deleted (#REF!); point it to others, or delete it"),
        ("xlh.days", "[1]Sheet1!$A$1", "it points to another file: [1]Sheet1!$A$1"),
        ("xlh.days", "$B$3,'Board''s deck'!$B$4", "it points to several areas: "),
        ("xlh.days", "Nowhere!$B$3", 'there is no sheet "Nowhere" of cells'),
        ("xlh.days", "OFFSET(Notes!$A$1,1,1)", "it points to no single area: "),
        ("xlh.days", "5", 'it points to no single area: "5"; it must be one, such as Sheet1!$B$2'),
        ("xlh.days", "$B$3:$B$4", "'Board''s deck'!B3:B4 is a range; a figure takes one cell"),
        ("xlh.days", "$C$3", "'Board''s deck'!C3 has a formula, which would come back; "),
        ("xlh.days", "$C$1", "'Board''s deck'!C1 is covered by a merged cell; unmerge that"),
        ("xlh.days", "$F$6", "'Board''s deck'!F6 has a formula, which would come back; "),
        (
            "xlh.orders",
            "$A$10:$D$12",
            (
                "the table has 3 rows, and its range 'Board''s deck'!A10:D12 has room for 2 below "
                "its headings; enlarge it"
            ),
        ),
        (
            "xlh.orders",
            "$A$20:$C$29",
            (
                f"the table has {len(OrderRow.figures)} columns, and its range "
                "'Board''s deck'!A20:C29 has 3; type those that are wanted into its first row: "
                "instrument, underlying, number, "
            ),
        ),
        (
            "xlh.orders",
            "$A$1:$D$29",
            "\"Hedge\" in 'Board''s deck'!A1 is no column of it, such as instrument",
        ),
        (
            "xlh.orders",
            "$A$1:$XFD$1048576",
            "its range 'Board''s deck'!A1:XFD1048576 is too large: it has 1,048,576 rows",
        ),
        (
            "xlh.BTC.net_delta",
            "$B$3",
            (
                "it may be either of two figures: xlh.hedge.BTC.net_delta is 2449238.70967742 and "
                "xlh.underlyings.BTC.net_delta is 2847240; name the one that is meant"
            ),
        ),
    ],
)
def test_what_cannot_be_filled_is_a_line_and_nothing_is_written(deck, name, ref, told):
    book = board_deck()
    book.active["F5"] = ArrayFormula("F5:F7", "=ROW(A1:A3)")
    text = at(ref) if ref.startswith("$") else ref
    (line,) = refused(deck, {name: text}, book)
    assert line.startswith(f"{name}: {told}")


def test_all_that_is_wrong_is_told_at_once(deck):
    names = {"xlh.one": at("$B$3"), "xlh.days": "#REF!", "xlh.hedged": at("$B$4")}
    assert [line.split(":")[0] for line in refused(deck, names)] == ["xlh.one", "xlh.days"]
    both = {"xlh.days": at("$B$4"), "xlh.hedged": at("$B$4")}
    assert refused(deck, both) == ["xlh.hedged: 'Board''s deck'!B4 is filled by another name, too"]
    assert refused(deck, {"other": at("$B$3")})[0].startswith(
        'it has no names that begin with "xlh."'
    )


def test_names_are_those_of_every_figure_of_every_row():
    """Nothing lists them by hand: each figure that the analysis has is there under its own name."""
    for table in ("hedge", "underlyings", "orders", "carry", "margin", "accounts", "unwind"):
        for row in getattr(ANALYSIS, table):
            key, *figures = row.figures
            for figure in figures:
                called = str(row[key.name]).replace("-", "_")
                (found,) = NAMES.of(f"xlh.{table}.{called}.{figure.name}")
                assert (found.value, found.meaning) == (row[figure.name], figure.title)
    names = dict(kinds())
    assert names["xlh.orders.<instrument>.order_contracts"] == "Order, contracts"
    assert names["xlh.net_delta"] == "Net delta now, all together"
    assert all(names.values())


def test_sums_in_another_order_are_one_figure():
    """ETH is one holding and one underlying: both tables have its delta, and add it up apart."""
    assert len(NAMES.of("xlh.ETH.net_delta")) == 1


def test_cells_without_names_of_their_own_are_counted():
    rows = (
        b"<row><c><f>1</f></c></row><row><c/><c><f>1</f></c></row>"
        b'<row r="9"><c r="D9"><f/></c></row>'
    )
    xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    taken = TakenCells(xml + rows + b"</sheetData></worksheet>", "s")
    assert {*taken.cells} == {"A1", "B2", "D9"}
    assert {*taken.styles} == {(1, 1), (2, 1), (2, 2), (9, 4)}


def test_rows_of_one_name_have_the_next_text_in_theirs():
    portfolio = SAMPLES["two-venues"]
    first = portfolio.shorts[0]
    both = (first, Short(**{**vars(first), "account": "cold", "entry_price": 50_000.0}))
    names = Names(analyse(replace(portfolio, shorts=both)))
    assert [each.value for each in names.of("xlh.BTC_BINANCE.cold.entry_price")] == [50_000.0]
    assert [each.value for each in names.of("xlh.BTC_BINANCE.Binance.entry_price")] == [61_200.0]
    assert names.of("xlh.BTC_BINANCE.entry_price") == []


def run(*arguments):
    return CliRunner().invoke(app, ["fill", *map(str, arguments)])


def test_the_command_lists_fills_and_refuses(deck, tmp_path):
    source = tmp_path / "mine.json"
    source.write_bytes((files("xlhedge.samples") / f"{BOOK}.json").read_bytes())
    listed = run("--list", "--from", source)
    assert listed.exit_code == 0
    lines = [line.split("\t") for line in listed.stdout.splitlines()]
    known = {name: (value, meaning) for name, value, meaning in lines}
    assert known["xlh.quote_currency"] == ("USD", "Currency of every price and value.")
    assert known["xlh.orders"] == ("3 rows", "the table")
    assert len(known) == len(lines)  # each name once
    for name in [name for name in known if name.startswith("xlh.BTC")][:5]:
        assert len(NAMES.of(name)) == 1
    assert "xlh.hedge.<asset>.net_delta\tNet delta now" in run("--list").stdout
    path, output = deck()
    done = run(path, "--from", source, "-o", output)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"wrote {output}"
    assert run(path, "--from", source, "-o", output).exit_code == 2  # it is there
    assert "--from: name the book" in run(path, "-o", output).stderr
    assert "name the workbook to fill, or add --list" in run("--from", source).stderr
    assert cells(output)["B6"].value == datetime(2026, 3, 2, 8)


def test_a_workbook_that_is_filled_where_it_is_is_kept_as_it_was(deck, tmp_path):
    source = tmp_path / "mine.json"
    source.write_bytes((files("xlhedge.samples") / f"{BOOK}.json").read_bytes())
    path, output = deck()
    before = path.read_bytes()
    for owner in ("~$deck.xlsx", ".~lock.deck.xlsx#"):
        (tmp_path / owner).touch()
        done = run(path, "--from", source)
        assert done.exit_code == 2
        assert (
            f"{path}: it is open in a spreadsheet; close it there (or delete {owner})"
            in done.stderr
        )
        (tmp_path / owner).unlink()
    assert path.read_bytes() == before
    done = run(path, "--from", source)
    assert done.exit_code == 0, done.stderr
    (copy,) = tmp_path.glob("deck-*.xlsx")
    assert copy.read_bytes() == before
    assert done.stdout.splitlines()[-1] == f"filled {path}; as it was it is {copy}"
    fill(copy, output)
    assert path.read_bytes() == output.read_bytes()
    named(board_deck(), {"xlh.nobody": at("$B$3")}).save(path)
    wrong = path.read_bytes()
    assert run(path, "--from", source).exit_code == 2
    assert path.read_bytes() == wrong
    assert len(list(tmp_path.glob("deck-*.xlsx"))) == 1
