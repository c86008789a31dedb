"""The template's Start and Functions sheets: what they say is so in real spreadsheets, too."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from books import ODD, perpetual, settings, template
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from portfolios import letter_of
from stored import as_saved_by_a_spreadsheet, differences, poisoned, stored

from xlhedge.analysis import analyse
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.portfolio import Fetched, Holding, Instrument, Portfolio, Scenario, Short
from xlhedge.portfolio.bands import BANDS
from xlhedge.samples import SAMPLES
from xlhedge.sheets.functions import define_functions
from xlhedge.sheets.input_cells import FIRST_ROW, left_column, shown_headers
from xlhedge.sheets.start import VOLATILE
from xlhedge.sheets.template import template_book

LOADED, AGE, FETCHED = (cell for _, cell in sorted(VOLATILE))
TRACEABLE = [entry for entry in FUNCTIONS if entry.traceable]


def saved(portfolio, path, *, names=()):
    """The template of a portfolio as a file, with some functions as names."""
    book = template_book(portfolio and analyse(portfolio))
    define_functions(book, names)
    book.save(path)
    return path


def start_of(values):
    """What stands beside each title in column A of Start: the cells B and C."""
    cells = values["Start"] if isinstance(values, dict) else {
        cell.coordinate: cell.value for row in values["Start"].iter_rows() for cell in row
    }  # fmt: skip
    return {
        text: (cells.get(f"B{name[1:]}"), cells.get(f"C{name[1:]}"))
        for name, text in cells.items()
        if re.fullmatch(r"A\d+", name)
    }


def places_of(values):
    """The first wrong cell of each check that finds any, as the link beside it names it."""
    cells = values["Start"]
    return {
        cells[f"A{name[1:]}"]: text
        for name, text in cells.items()
        if re.match(r"F\d", name) and f"G{name[1:]}" in cells
    }


@pytest.mark.usefixtures("few_rows")
def test_it_says_whether_the_functions_are_loaded(
    libreoffice, plain_libreoffice, ironcalc, tmp_path
):
    path = saved(SAMPLES["full-hedge"], tmp_path / "full.xlsx")
    shown = load_workbook(path, data_only=True)["Start"][LOADED].value
    assert shown.startswith("Not loaded")
    assert "xlhedge excel install" in shown
    assert "xlhedge libreoffice install" in shown
    assert "365 edition" in shown
    probe = poisoned(path, tmp_path / "poisoned.xlsx")
    assert libreoffice.values(probe)["Start"][LOADED].startswith("Loaded")
    assert plain_libreoffice.values(probe)["Start"][LOADED] == shown
    assert ironcalc.values(probe)["Start"][LOADED] == shown
    named = saved(SAMPLES["full-hedge"], tmp_path / "named.xlsx", names=TRACEABLE)
    assert ironcalc.values(named)["Start"][LOADED].startswith("Loaded")


def test_without_a_recalculation_libreoffice_shows_the_bad_news(tmp_path):
    """A volatile formula: it is computed on opening whatever is stored."""
    book = load_workbook(saved(SAMPLES["full-hedge"], tmp_path / "full.xlsx"))
    assert "NOW()" in book["Start"][LOADED].value
    assert "NOW()" in book["Start"][AGE].value


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize(("days", "fresh"), [(0.2, True), (1.2, False), (-1.2, False)])
def test_it_says_how_old_the_prices_are(days, fresh, libreoffice, tmp_path):
    book = load_workbook(saved(SAMPLES["full-hedge"], tmp_path / "full.xlsx"))
    book["Portfolio"]["V7"] = f"=NOW()-{days}"
    book.save(tmp_path / "dated.xlsx")
    said = libreoffice.values(tmp_path / "dated.xlsx")["Start"][AGE]
    assert said.startswith("Fresh") is fresh


@pytest.mark.usefixtures("few_rows")
def test_it_says_how_old_the_oldest_fetched_value_is(libreoffice, ironcalc, tmp_path):
    """By the table Sources; what is stored says when that was, as no file knows what time it is."""
    hours = [Fetched(table="Instruments", row=f"BTC-{n}", venue="Binance", time=time)
             for n, time in enumerate((datetime(2026, 3, 2), datetime(2026, 3, 1, 6)))]  # fmt: skip
    bare, full = SAMPLES["full-hedge"], replace(SAMPLES["full-hedge"], sources=hours)
    for portfolio, says, computes in (
        (bare, "None was fetched", "None was fetched"),
        (
            full,
            "The oldest is of 2026-03-01 06:00 UTC: BTC-1, Binance.",
            r"The oldest is [\d.]+ ho",
        ),
    ):
        path = saved(portfolio, tmp_path / "book.xlsx")
        assert load_workbook(path, data_only=True)["Start"][FETCHED].value.startswith(says)
        for engine in (libreoffice, ironcalc):
            assert re.match(computes, engine.values(path)["Start"][FETCHED])


HEADLINES = {
    "full-hedge": {
        "Coins held, value": 60_000,
        "Short, value": 60_000,
        "Hedged": 1,
        "Net delta": 0,
        "Funding cost to the horizon": -60_000 * 0.0001 * 92 * 3,
        # margin + entry over 1 + mm_rate, against a mark of 60,000
        "Nearest liquidation": (30_000 + 60_000) / 1.004 / 60_000 - 1,
    },
    "partial-hedge": {"Hedged": 0.5, "Net delta": 30_000},
    "two-venues": {"Short, value": 0.5 * 60_030 + 0.5 * 60_012, "Net delta": -21},
    # 1 and 20 coins held, 0.25 posted; 1.25 and 20 short, a little above spot
    "cross-account": {
        "Short, value": 1.25 * 60_024 + 20 * 3_001.5,
        "Net delta": -1.25 * 24 - 20 * 1.5,
    },
    # 1.4 held and 0.6 posted; 123,600 of face at 61,800 are 2 coins
    "inverse-quarterly": {"Short, value": 120_000, "Net delta": 0, "Hedged": 1},
    "expiring-future": {"Short, value": 2 * 60_420, "Net delta": 0, "Hedged": 1},
    "long-future": {"Short, value": -2 * 60_030, "Net delta": 2 * 30},
    "treasury": {
        "Coins held, value": 7_200_000 + 4_500_000 + 3_000_000 + 900_000 + 320_000,
        "Short, value": 92 * 60_030 + 2_400_000 * 3_000 / 3_006 + 1_000 * 10 * 156.3,
    },
}


@pytest.mark.parametrize("name", SAMPLES)
def test_headlines(name, tmp_path):
    book = load_workbook(saved(SAMPLES[name], tmp_path / "book.xlsx"), data_only=True)
    shown = start_of(book)
    assert {title: shown[title][0] for title in HEADLINES[name]} == pytest.approx(HEADLINES[name])
    assert shown["Net delta"][1] == SAMPLES[name].settings.quote_currency


def test_a_wrong_input_is_counted_and_the_remedy_said(libreoffice, ironcalc, tmp_path):
    book = load_workbook(saved(SAMPLES["treasury"], tmp_path / "book.xlsx", names=TRACEABLE))
    below = FIRST_ROW + len(SAMPLES["treasury"].scenarios)
    typed = {
        "Portfolio": {
            "V7": datetime(2026, 7, 1),  # as_of, after the horizon
            "V10": 50,
            "A11": "btc",
            "B11": 1,
            "D11": 1,
            "D7": None,  # ETH's price
            "B10": None,  # XMR's quantity
            "E7": 3,
            "G9": ">0",
            "A56": "DOT",
            f"{letter_of('Accounts', 'wallet_balance')}6": 5,  # without the account's name
        },
        "Instruments": {
            "A9": "X-PERP",
            "B9": "X",
            "E9": 5,
            "F6": 0.02,
            "D8": datetime(2026, 6, 26),
        },
        "Shorts": {"A9": "BTC-*", "B9": 1, "C9": 100, "D6": None},
        "Scenarios": {
            f"A{below}": "S", f"B{below}": "NOPE", f"C{below}": -0.1,
            f"A{below + 1}": "S", f"B{below + 1}": "?", f"C{below + 1}": -0.1,
            f"A{below + 2}": "sol outage", f"B{below + 2}": "sol", f"C{below + 2}": -0.1,
            "E6": -0.05,
        },
        "Price history": {"A506": datetime(2026, 6, 1)},
    }  # fmt: skip
    for sheet, cells in typed.items():
        for cell, value in cells.items():
            book[sheet][cell] = value
    book.save(tmp_path / "typed.xlsx")
    path = as_saved_by_a_spreadsheet(tmp_path / "typed.xlsx", tmp_path / "wrong.xlsx")
    counted = {
        "No holdings yet": 0,
        "Missing prices": 2,  # ETH's, and X's index price
        "Other cells that must be filled": 2,  # XMR's quantity, and the account
        "Terms that a contract needs": 1,  # X-PERP's funding_rate
        "Unknown instruments": 2,
        "Unknown assets in Scenarios": 2,
        "Names that are there twice": 4,
        "Shorts without margin": 2,
        "Shorts without mm_rate": 0,
        "The horizon has passed": 1,
        "Futures that have expired": 1,
        "funding_rate of 1 % or more, or of -1 % or less": 2,
        "hedge_ratio above 200 %": 2,
        "Rows typed too far down to count": 2,
    }
    for engine in (libreoffice, ironcalc):
        found = start_of(engine.values(path))
        assert {title: found[title][0] for title in counted} == counted, engine
        wrong = {title for title in counted if found[title][1] != "ok"}
        assert wrong == {title for title, count in counted.items() if count}
        places = places_of(engine.values(path))
        assert {title: place for title, place in places.items() if title in counted} == {
            "Missing prices": "Portfolio!D7",
            "Other cells that must be filled": "Portfolio!B10",
            "Terms that a contract needs": "Instruments!F9",
            "Unknown instruments": "Portfolio!G9",
            "Unknown assets in Scenarios": f"Scenarios!B{below}",
            "Names that are there twice": "Portfolio!A6",
            "Shorts without margin": "Shorts!D6",
            "The horizon has passed": "Portfolio!V9",
            "Futures that have expired": "Instruments!D8",
            "funding_rate of 1 % or more, or of -1 % or less": "Instruments!F6",
            "hedge_ratio above 200 %": "Portfolio!V10",
            "Rows typed too far down to count": "Portfolio!A56",
        }
    assert "Instruments" in found["Unknown instruments"][1]


@pytest.mark.usefixtures("few_rows")
def test_what_is_only_odd_is_counted_alike(libreoffice, tmp_path):
    """A portfolio that readers let pass, with warnings: Python's counts are the formulas'."""
    odd = Portfolio(
        settings=settings(hedge_ratio=50, horizon_date=datetime(2026, 1, 1)),
        holdings=[Holding(asset="BTC", quantity=1, spot_price=9, instrument=">=1", hedge_ratio=3)],
        instruments=[
            Instrument(instrument=">=1", underlying="BTC", futures_price=9, funding_rate=0.02)
        ],
        shorts=[Short(instrument=">=1", contracts=1, entry_price=9)],
        scenarios=[Scenario(scenario="S", asset="*", price_shock=0, funding_rate=-0.02)],
    )
    path = saved(odd, tmp_path / "odd.xlsx")
    shown = start_of(load_workbook(path, data_only=True))
    counted = {
        "Shorts without margin": 1,
        "Shorts without mm_rate": 0,
        "The horizon has passed": 1,
        "funding_rate of 1 % or more, or of -1 % or less": 2,
        "hedge_ratio above 200 %": 2,
        "Unknown instruments": 0,
    }
    assert {title: shown[title][0] for title in counted} == counted
    expected = {key: value for key, value in stored(path).items() if key[0] == "Start"}
    assert differences(libreoffice.values(poisoned(path, tmp_path / "p.xlsx")), expected) == []


@pytest.mark.usefixtures("few_rows")
def test_orders_against_the_signal_are_struck(libreoffice, ironcalc, tmp_path):
    """One that adds to a hedge which should come off; not one that reduces it."""
    fewer = replace(LEAVING.holdings[0], quantity=0.5)
    for portfolio, struck in (
        (LEAVING, True),  # the horizon is reached, and 0.2 are still to be shorted
        (replace(LEAVING, holdings=(fewer,)), False),  # 0.25 are to be bought back
        (WITHOUT_SHORTS, False),
    ):
        path = saved(portfolio, tmp_path / "book.xlsx", names=TRACEABLE)
        sheet = load_workbook(path)["Orders"]
        action = get_column_letter(
            next(cell.column for row in sheet["A1:AZ8"] for cell in row if cell.value == "Action")
        )
        rules = [rule.formula[0] for each in sheet.conditional_formatting for rule in each.rules
                 if rule.dxf and rule.dxf.font and rule.dxf.font.strike]  # fmt: skip
        assert any(f'${action}6="held back"' in each for each in rules)
        for engine in (libreoffice, ironcalc):
            assert (engine.values(path)["Orders"].get(f"{action}6") == "held back") is struck


def shown_at(table, column):
    """The letter of a column where the template shows it."""
    return get_column_letter(left_column(table) + shown_headers(table).index(column))


def emptied(path, cells):
    """A copy of a template in which some cells of Holdings or Instruments are typed or blank."""
    book = load_workbook(path)
    for (table, column, row), value in cells.items():
        sheet = "Portfolio" if table in {"Holdings", "Settings"} else table
        book[sheet][f"{shown_at(table, column)}{row}"].value = value
    book.save(path)
    return as_saved_by_a_spreadsheet(path, path.with_suffix(".saved.xlsx"))


WITHOUT_SHORTS = replace(
    SAMPLES["treasury"],
    shorts=(),
    scenarios=(),
    history=(),
    instruments=(replace(SAMPLES["treasury"].instruments[0], futures_price=60_000),),
    holdings=(replace(SAMPLES["treasury"].holdings[0], quantity=2, hedge_ratio=0.3),),
)
"""2 coins, 30 % to be hedged with BTC-PERP at the coin's own price, in steps of 0.001."""
LEAVING = replace(
    WITHOUT_SHORTS,
    settings=replace(
        WITHOUT_SHORTS.settings, horizon_date=WITHOUT_SHORTS.settings.as_of, liquidation_alert=0.1
    ),
    shorts=(replace(SAMPLES["treasury"].shorts[0], contracts=0.4, margin=20_000, leverage=None),),
    tiers=(),
)
"""0.2 of them are still to be shorted, on the last day of the hedge."""
ORDER = "Order: short 0.6 BTC-PERP (Orders)"


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize(
    ("portfolio", "cells", "said"),
    [
        (None, {}, f"Type your coins on Portfolio (Portfolio!{letter_of('Holdings', 'asset')}6)"),
        (
            SAMPLES["treasury"],
            {("Instruments", "futures_price", 7): None, ("Instruments", "futures_price", 9): None},
            f"Add a price for ETH-INV (Instruments!{shown_at('Instruments', 'futures_price')}7)",
        ),
        (WITHOUT_SHORTS, {}, ORDER),
        (LEAVING, {}, "Consider taking off the hedge of BTC (Unwind)"),
        (
            SAMPLES["full-hedge"],
            {("Shorts", "margin", 6): 600},
            "Add margin or buy back: a move of 1 % liquidates a short (Margin)",
        ),
        (SAMPLES["full-hedge"], {("Shorts", "instrument", 6): "NOPE"}, "Unknown instruments: "),
    ],
)
def test_the_next_step_is_said(portfolio, cells, said, libreoffice, ironcalc, tmp_path):
    path = saved(portfolio, tmp_path / "book.xlsx", names=TRACEABLE)
    shown = load_workbook(path, data_only=True)["Start"]["B3"].value
    assert cells or shown.startswith(said)
    path = emptied(path, cells)
    for engine in (libreoffice, ironcalc):
        assert engine.values(path)["Start"]["B3"].startswith(said), engine


SLIPS = Portfolio(
    settings=settings(
        hedge_ratio=3, liquidation_alert=25, shock_max=5, shock_step=0.5, stablecoin_parity=0.5
    ),
    holdings=[
        Holding(asset="BTC", quantity=1, spot_price=60_000, instrument="P"),
        Holding(asset="WBTC", quantity=1, spot_price=60_000, instrument="P"),
        Holding(asset="Total:", quantity=-2, spot_price=60_000, instrument="P", beta=-6),
        Holding(asset="ETH", quantity=1, spot_price=2_000, place="here"),
        Holding(asset="ETH", quantity=1, spot_price=2_000, place="there"),
    ],
    instruments=[
        perpetual("P", "BTC", 60_000, max_leverage=10, interval_hours=480, mm_rate=0.4),
        perpetual("INV", "BTC", 60_000, contract_type="inverse", contract_size=100,
                  index_price=64_000, taker_fee=0.05, maker_fee=-0.02, liquidation_fee=0.01),
        perpetual("E", "ETH", 2_600, index_price=2_050),
        perpetual("F", "ETH", 2_600),
    ],
    shorts=[
        Short(instrument="P", contracts=1, entry_price=60_000_000, margin=1e8),
        Short(instrument="P", contracts=1, entry_price=60_000, margin=60_000, leverage=50),
        Short(instrument="P", contracts=-1, entry_price=60_000, margin=60_000, leverage=2,
              opened=datetime(2026, 3, 3), account="another"),
        Short(instrument="INV", contracts=600, entry_price=60_000, margin=30_000),
        Short(instrument="INV", contracts=600, entry_price=60_000, margin=0.5, leverage=1.5),
    ],
    scenarios=[
        Scenario(scenario="S", asset="*", price_shock=20, spike=12, basis_shock=-2,
                 funding_rate=0.01),
    ],
)  # fmt: skip
"""Every band is broken in it, and kept beside it."""


@pytest.mark.usefixtures("few_rows")
def test_every_band_is_counted_alike(libreoffice, ironcalc, tmp_path):
    path = saved(SLIPS, tmp_path / "slips.xlsx", names=TRACEABLE)
    counted = {
        "hedge_ratio above 200 %": 1,
        "liquidation_alert above 100 %": 1,
        "shock_max above 300 %": 1,
        "stablecoin_parity above 1.1, or below 0.9": 1,
        "quantity below 0": 1,
        "beta above 5, or below -5": 1,
        "interval_hours above 24": 1,
        "mm_rate of 20 % or more": 1,
        "taker_fee of 1 % or more, or of -1 % or less": 1,
        "maker_fee of 1 % or more, or of -1 % or less": 1,
        "liquidation_fee of 1 % or more": 1,
        "funding_rate of 1 % or more, or of -1 % or less": 1,
        "Long futures that add to the exposure": 1,
        "price_shock above 300 %": 1,
        "basis_shock above 100 %, or below -100 %": 1,
        "spike above 300 %": 1,
        "Coins under two names": 1,
        "Totals among the holdings": 1,
        "Index prices more than 5 % off the spot price": 1,  # 64,000; not 2,050 at 2,000
        "Futures prices more than 25 % off the index price": 2,
        "Entry prices more than 5 times off the mark": 1,
        "Margin in coins above 5 times the position": 1,  # 30,000 coins of 1
        "Margin in quote above 5 times the position": 1,  # 1e8 of 60,000
        "Leverage above max_leverage": 1,
        "Margin × leverage more than 2 times off the position": 1,  # 3,000,000 of 60,000
        "Shorts opened after as_of": 1,
    }
    assert {band.title for band in BANDS} - set(counted) == {"shock_min above 300 %"}
    shown = start_of(load_workbook(path, data_only=True))
    assert {title: shown[title][0] for title in counted} == counted
    path = as_saved_by_a_spreadsheet(path, tmp_path / "saved.xlsx")
    for engine in (libreoffice, ironcalc):
        found = start_of(engine.values(poisoned(path, tmp_path / "poisoned.xlsx")))
        assert {title: found[title][0] for title in counted} == counted, engine


def test_every_sheet_is_linked_and_said(tmp_path):
    book = load_workbook(saved(ODD, tmp_path / "book.xlsx"))
    start = book["Start"]
    links = {link.location for row in start.iter_rows() for c in row if (link := c.hyperlink)}
    others = book.sheetnames[1:]
    assert links == {f"'{title}'!A1" for title in others}
    assert book.sheetnames[0] == "Start"


def test_every_sheet_has_its_line(tmp_path):
    path = saved(SAMPLES["full-hedge"], tmp_path / "book.xlsx")
    book = load_workbook(path, data_only=True)
    said = start_of(book)
    assert [title for title in book.sheetnames[1:] if not said[title][0]] == []


def test_texts_between_quotes_are_short_enough_for_excel(tmp_path):
    book = load_workbook(saved(SAMPLES["full-hedge"], tmp_path / "book.xlsx"))
    texts = [
        getattr(cell.value, "text", cell.value) for row in book["Start"].iter_rows() for cell in row
    ]
    quoted = [q for text in texts if str(text).startswith("=") for q in re.findall('"[^"]*"', text)]
    assert len(quoted) > 30
    assert max(map(len, quoted)) <= 257


def calls_of(sheet):
    """Every formula of the Functions sheet with its stored cell."""
    found = {}
    for row in sheet.iter_rows(min_col=2, max_col=2):
        text = str(getattr(row[0].value, "text", row[0].value))
        if (match := re.match(r"=([A-Z_]+)\(", text)) and row[0].data_type == "f":
            found[match[1]] = row[0].coordinate
    return found


@pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
def test_the_functions_sheet_has_each_function(entry, functions_sheet):
    live, shown = functions_sheet
    texts = {str(cell.value) for row in shown.iter_rows() for cell in row}
    assert entry.syntax in texts
    assert entry.summary in texts
    assert entry.sections["Equation"] in texts
    value = shown[calls_of(live)[entry.name]].value
    assert value == (entry.value[0] if entry.columns else entry.value)


@pytest.fixture(scope="module")
def functions_sheet(tmp_path_factory):
    path = saved(None, tmp_path_factory.mktemp("functions") / "book.xlsx")
    return load_workbook(path)["Functions"], load_workbook(path, data_only=True)["Functions"]


@pytest.mark.usefixtures("few_rows")
def test_the_365_edition_brings_its_functions(ironcalc, tmp_path):
    path = tmp_path / "365.xlsx"
    path.write_bytes(template("full-hedge", "365"))
    book = load_workbook(path)
    called = set(calls_of(book["Functions"]))
    assert called == set(book.defined_names) & {entry.name for entry in FUNCTIONS}
    assert "HEDGE_EXPLAIN" not in called
    assert {entry.name for entry in TRACEABLE} <= called
    expected = {key: value for key, value in stored(path).items() if key[0] in NEW}
    computed = ironcalc.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []
    assert computed["Start"][LOADED].startswith("Loaded")


NEW = ("Start", "Functions", "Scenarios")
