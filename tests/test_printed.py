"""How many pages a report prints, and that nothing on them is cut off."""

import pytest
from openpyxl import load_workbook
from printed import Printed

from xlhedge.analysis import analyse
from xlhedge.portfolio import Account, Holding, Instrument, Portfolio, Settings, Short
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book

PAGES = ["Summary", "Hedge", "Sensitivity", "Margin", "Funding & basis", "Inputs & audit"]
FIVE = SAMPLES["treasury"]


def coins(count):
    """A treasury of so many coins, each with a future and a short on it, in two accounts."""
    of = FIVE.settings
    names = [f"COIN{n}" for n in range(count)]
    return Portfolio(
        settings=Settings(portfolio="Many", as_of=of.as_of, horizon_date=of.horizon_date),
        holdings=[
            Holding(asset=each, quantity=1_000 + n, spot_price=12.5 * (n + 1),
                    instrument=f"{each}-PERP")
            for n, each in enumerate(names)
        ],
        accounts=[
            Account(account=each, exchange="Binance", margin_mode="cross", wallet_balance=250_000,
                    collateral="USDT")
            for each in ("Main", "Second")
        ],
        instruments=[
            Instrument(instrument=f"{each}-PERP", underlying=each, futures_price=12.51 * (n + 1),
                       funding_rate=1e-4, qty_step=0.1, mm_rate=0.01)
            for n, each in enumerate(names)
        ],
        shorts=[
            Short(instrument=f"{each}-PERP", contracts=500.5, entry_price=12.4 * (n + 1),
                  account=("Main", "Second")[n % 2])
            for n, each in enumerate(names)
        ],
        scenarios=FIVE.scenarios[:5],
    )  # fmt: skip


@pytest.fixture(scope="module")
def printed(plain_libreoffice, tmp_path_factory):
    """The report on a portfolio, printed."""

    def of(portfolio, paper, **options):
        path = tmp_path_factory.mktemp("printed") / "report.xlsx"
        report_book(analyse(portfolio), paper=paper, **options).save(path)
        return Printed(plain_libreoffice, path)

    return of


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_five_coins_print_on_a_page_a_sheet(printed, paper):
    found = printed(FIVE, paper)
    assert found.titles == [*PAGES, "Hedge history"]
    assert found.faults() == []


@pytest.mark.long  # LibreOffice tries each cell that might not fit
def test_nothing_on_the_pages_is_cut_off(printed):
    for portfolio in (FIVE, coins(20)):
        assert printed(portfolio, "a4").cut() == []


@pytest.mark.long  # likewise
def test_what_is_cut_off_is_seen(printed, plain_libreoffice):
    path = printed(FIVE, "a4").path
    book = load_workbook(path)
    book["Hedge"].column_dimensions["D"].width = 5
    book["Margin"].column_dimensions["A"].width = 4
    book["Hedge"].row_dimensions[4].height = 12
    book.save(path)
    found = Printed(plain_libreoffice, path)
    assert any("###" in fault for fault in found.faults())
    cut = found.cut()
    assert "Margin!R6C1: BTC-PERP is cut off" in cut
    assert "Hedge!R4C10: Net delta after the orders is cut off" in cut


def test_all_columns_and_sheets_print_in_full(printed):
    found = printed(FIVE, "a4", full=True)
    assert {"Orders", "Underlyings", "Unwind", "Carry", "Stress"} < set(found.titles)
    assert len(found.pages) > 20


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize(("count", "most"), [(1, 6), (20, 10)])
def test_of_many_coins_more_rows_print_and_no_other_columns(printed, count, most, paper):
    found = printed(coins(count), paper)
    assert list(dict.fromkeys(found.titles)) == PAGES
    assert len(found.pages) <= most
    assert found.faults() == []
