"""Reports: what independent readers see, and what a real spreadsheet computes."""

import io
import zipfile
from datetime import datetime

import pandas as pd
import pytest
from books import PORTFOLIOS, ROOT, saved
from books import report as report_of
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from stored import differences, poisoned, stored, with_serials

import xlhedge
from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.portfolio import Holding, Instrument, Portfolio, Settings, Short
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book


@pytest.fixture(params=PORTFOLIOS)
def report(request, tmp_path):
    return saved(report_of(request.param), tmp_path / "report.xlsx")


def test_libreoffice_computes_every_native_formula_to_its_stored_value(
    report, plain_libreoffice, tmp_path
):
    expected = stored(report)
    computed = plain_libreoffice.values(poisoned(report, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []


def test_ironcalc_computes_every_native_formula_to_its_stored_value(report, ironcalc, tmp_path):
    expected = with_serials(stored(report))
    computed = ironcalc.values(poisoned(report, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []


def row_of(sheet, title):
    """The row whose first cell has that text."""
    return next(row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value == title)


def test_totals_and_differences_are_formulas_and_none_is_ours(report):
    book = load_workbook(report)
    formulas = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith("=")
    ]
    texts = " ".join(text for _, _, text in formulas)
    assert not [entry.name for entry in FUNCTIONS if f"{entry.name}(" in texts]
    total = row_of(book["Hedge"], "Asset") + 1  # below the underlyings
    assert book["Hedge"][f"D{total}"].value.startswith("=SUM(")
    assert f"=Hedge!$D${total}" in {cell.value for cell in book["Key figures"]["B"]}
    numbers = [book["Summary"].cell(5, 2 + 4 * tile).value for tile in range(6)]
    assert all(isinstance(each, int | str) for each in numbers)
    assert numbers[0].startswith("='Key figures'!$B$")


def test_the_treasury_s_formulas_can_be_read():
    book = report_book(analyse(SAMPLES["treasury"]))
    sheet = load_workbook(io.BytesIO(book.to_bytes()))["Hedge"]
    head = row_of(sheet, "Asset")
    at = {cell.value: f"{cell.column_letter}{head + 2}" for cell in sheet[head]}
    coins, wanted = f"{at['Quantity, coins']}*{at['Spot price']}", at["Hedge ratio wanted"]
    cost = f"{at['Quantity, coins']}*{at['Average cost']}"
    posted = at["Coins posted as margin, value"]
    for title, formula in {
        "Spot notional": f"={coins}",
        "Unrealised P&L": f"={at['Spot notional']}-{cost}",
        "Target short": f"={coins}*{wanted}*{at['Beta']}+{wanted}*{posted}",
    }.items():
        assert sheet[at[title]].value == formula


def test_every_number_shows_without_recalculation(report):
    """Pandas through calamine, and openpyxl, see what was stored: no cell is empty for them."""
    formulas = {sheet.title: sheet for sheet in load_workbook(report).worksheets}
    for sheet in load_workbook(report, data_only=True).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if str(formulas[sheet.title][cell.coordinate].value).startswith("="):
                    assert cell.value is not None, (sheet.title, cell.coordinate)
    frame = pd.read_excel(report, sheet_name="Key figures", header=3, engine="calamine")
    values = dict(zip(frame["Figure"], frame["Value"], strict=True))
    assert isinstance(values["Net delta now"], float | int)


def test_the_headlines_are_the_analysis():
    analysis = analyse(SAMPLES["treasury"])
    book = report_book(analysis)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.to_bytes()))
    values = {row[0]: row[1] for row in rows.get_sheet_by_name("Key figures").to_python() if row[0]}
    assert values["Short, value"] == pytest.approx(analysis.total["short_notional"])
    assert values["P&L at -20 % of the underlying"] == pytest.approx(analysis.after(-0.2))
    for name, title in {
        "spot_notional": "Coins held, value",
        "net_delta": "Net delta now",
        "order_notional": "Orders to reach the target",
        "residual_delta": "Net delta after the orders",
        "funding_drag": "Funding cost to the horizon",
        "funding_year": "Funding cost in a year",
        "unrealised_pnl": "Unrealised P&L of the coins",
    }.items():
        assert values[title] == pytest.approx(analysis.total[name]), title
    assert values["P&L at +20 % of the underlying"] == pytest.approx(analysis.after(0.2))
    said = [row[0] for row in rows.get_sheet_by_name("Inputs & audit").to_python()]
    start = said.index("What to do, in full") + 1
    # 0.8 of 120 BTC and of 1.3 × 900,000 in LINK, less 92 at 60,030: 1,173,240 in thousandths.
    # 0.6 of 1,789.17 ETH are 3,220,510; × 3,006 ÷ 3,000, less 2,400,000.
    assert said[start : start + 4] == [
        "Short 19.544 contracts of BTC-PERP for BTC and LINK, worth 1,173,226.32 USD.",
        "Short 826,951 contracts of ETH-INV for ETH, worth 825,300.40 USD.",
        "Buy back 41 contracts of SOL-SEP for SOL, worth 64,083.00 USD.",
        "XMR is hedged with nothing: 320,000.00 USD stay exposed.",
    ]
    assert values["Worst scenario"] == min(s.legs.net for s in analysis.scenarios)
    scenarios = rows.get_sheet_by_name("Stress").to_python()
    assert "Saved by the hedge" in [row[8] for row in scenarios]
    sums = next(row for row in scenarios if row[0] == "Rally of 40 %")
    assert (sums[7], sums[9]) == ("liquidated", "BTC-PERP, SOL-SEP: liquidated")


def test_the_same_portfolio_gives_the_same_bytes():
    first, second = (report_book(analyse(SAMPLES["treasury"])).to_bytes() for _ in range(2))
    assert first == second


def test_a_native_chart_shows_hedged_against_unhedged(report):
    with zipfile.ZipFile(report) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        text = archive.read(charts[0]).decode()
    assert "Sensitivity!$B$5" in text
    assert "Sensitivity!$B$6" in text


def test_the_python_api_writes_a_report(tmp_path):
    portfolio = xlhedge.read(ROOT / "workbooks" / "partial-hedge.xlsx")
    analysis = xlhedge.build_report(portfolio, tmp_path / "new" / "report.xlsx")
    assert isinstance(analysis, xlhedge.Analysis)
    assert analysis == xlhedge.analyse(portfolio)
    built = report_book(analyse(SAMPLES["partial-hedge"])).to_bytes()
    assert (tmp_path / "new" / "report.xlsx").read_bytes() == built


def test_a_report_follows_an_edited_input(plain_libreoffice, tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(SAMPLES["full-hedge"])).save(path)
    book = load_workbook(path)
    head = row_of(book["Hedge"], "Asset")
    book["Hedge"][f"B{head + 2}"] = 2  # a second bitcoin
    book["Sensitivity"]["B4"] = -0.9
    book.save(path)
    values = plain_libreoffice.values(path)
    headers = {cell.value: cell.column_letter for cell in book["Hedge"][head]}
    first = {title: f"{letter}{head + 2}" for title, letter in headers.items()}
    hedge = {title: values["Hedge"].get(cell) for title, cell in first.items()}
    assert hedge["Target contracts"] == 2
    assert (hedge["Order, contracts"], hedge["Action"]) == (1, "short")
    assert hedge["Net delta after the order"] == 0
    assert values["Summary"]["B5"] == values["Key figures"]["B5"] == 120_000
    assert values["Sensitivity"]["B5"] == pytest.approx(-108_000)  # unhedged
    assert values["Sensitivity"]["B6"] == pytest.approx(-54_000)  # one of two is short


def short(**more):
    """One bitcoin, one short of it at its mark price, margin of a fifth."""
    base = {"instrument": "PERP", "contracts": 1, "entry_price": 60_000, "margin": 12_000}
    return analyse(
        Portfolio(
            settings=Settings(
                as_of=datetime(2026, 1, 1), horizon_date=datetime(2026, 2, 1), redeploy_drop=0.15
            ),
            holdings=(Holding(asset="BTC", quantity=1, spot_price=60_000, instrument="PERP"),),
            instruments=(
                Instrument(
                    instrument="PERP", underlying="BTC", futures_price=60_000,
                    funding_rate=0.0001, mm_rate=0.005,
                ),
            ),
            shorts=(Short(**base | more),),
        )
    )  # fmt: skip


def test_margin_to_add_is_said_where_liquidation_is_near():
    # Liquidated at 72,000 / 1.005, 19.4 % away; at 78,000 it takes 18,000 and half a percent of it.
    (line,) = advice(short())
    assert line == (
        "Add 6,390 USD of margin to PERP: a move of +19.4 % liquidates it, and that much more "
        "survives a rise of 30 %."
    )
    assert advice(short(margin=30_000)) == ["Nothing: every holding is at its target."]


def test_what_speaks_for_unwinding_is_said_and_no_order_beside_it():
    said = advice(short(entry_price=75_000, margin=40_000))
    assert said == ["Consider taking off the hedge of BTC: the fall you wait for is there."]
    more = advice(short(entry_price=75_000, margin=40_000, contracts=0.5))
    none = "PERP is not ordered: its order would enlarge a hedge that may come off."
    assert more == [*said, none]
    near = advice(short(entry_price=75_000, margin=100))
    assert near[0].startswith("Add ")
    assert "to PERP, unless you take it off: a move of" in near[0]
    assert near[1:] == said


def test_what_is_not_known_and_not_hedged_is_said():
    assert advice(short(margin=None)) == [
        "Fill in margin in Shorts for PERP: nobody knows when it is liquidated."
    ]
    (line,) = advice(analyse(SAMPLES["treasury"]))[-1:]
    assert line == "XMR is hedged with nothing: 320,000.00 USD stay exposed."


def test_names_of_the_totals_lead_to_them(tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(SAMPLES["treasury"])).save(path)
    book = load_workbook(path, data_only=True)
    shown = {}
    for name, defined in book.defined_names.items():
        ((sheet, cell),) = defined.destinations
        shown[name] = book[sheet][cell].value
    total = analyse(SAMPLES["treasury"]).total
    assert shown == pytest.approx(
        {f"report_{name}": value for name, value in total.items() if value is not None}
    )


def test_every_sheet_is_linked_from_the_last_page():
    book = load_workbook(io.BytesIO(report_book(analyse(SAMPLES["treasury"])).to_bytes()))
    linked = {
        cell.hyperlink.location.rpartition("!")[0].strip("'")
        for row in book["Inputs & audit"].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert linked == set(book.sheetnames) - {"Summary"}


def test_the_legs_of_a_scenario_are_sums_of_its_lines():
    for found in analyse(SAMPLES["treasury"]).scenarios:
        for leg, value in found.legs._asdict().items():
            assert value == pytest.approx(sum(line[leg] for line in found.lines), abs=1e-6)
