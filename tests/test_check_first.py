"""Orders that are computed from what looks mistyped wait until it is checked; others do not."""

import re

import pytest
from books import perpetual, settings
from openpyxl import load_workbook
from stored import differences, poisoned, stored

from xlhedge.analysis import analyse
from xlhedge.analysis.advice import advice, advised
from xlhedge.analysis.doubts import doubted, exceeds, unsized
from xlhedge.analysis.order_list import order_list
from xlhedge.portfolio import Holding, Portfolio, Short
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

BTC = Holding(asset="BTC", quantity=1, spot_price=60_000, instrument="P")
ETH = Holding(asset="ETH", quantity=10, spot_price=3_000, instrument="E")
P = perpetual("P", "BTC", 60_000, qty_step=0.001, mm_rate=0.005)
E = perpetual("E", "ETH", 3_000, qty_step=0.01, contract_size=1)
INVERSE = perpetual(
    "P", "BTC", 60_000, qty_step=1, mm_rate=0.005, contract_type="inverse", contract_size=100
)


def book(btc=BTC, p=P, shorts=(), **more):
    return Portfolio(
        settings=settings(**more), holdings=[btc, ETH], instruments=[p, E], shorts=shorts
    )


def lot(contracts=0.5, **more):
    return Short(**{"instrument": "P", "contracts": contracts, "entry_price": 60_000} | more)


def changed(row, **cells):
    return type(row)(**vars(row) | cells)


def orders(analysis):
    return {row.instrument: (row.action, row.order_contracts) for row in analysis.orders}


def test_margin_in_dollars_for_an_inverse_short_orders_nothing():
    """30,000 coins would be 1.8 billion: 18 million contracts of 100 to short for them."""
    analysis = analyse(book(p=INVERSE, shorts=[lot(600, margin=30_000)]))
    assert orders(analysis) == {"P": ("check first", 18_000_000), "E": ("short", 10)}
    first, rest = advice(analysis)
    assert first == (
        "Check Shorts[0] margin first: 30000 is margin in coins, 30,000 times the position, 1; if "
        "it is in quote, type 0.5, which is that in coins. Until then there is no advice on "
        "orders or margin for BTC."
    )
    assert rest == "Short 10 contracts of E for ETH, worth 30,000.00 USD."
    assert analysis.total.order_notional == 30_000
    (held, _) = analysis.hedge
    assert (held.action, held.order_notional) == ("check first", 0)
    assert held.residual_delta == held.net_delta == 60_000 + 30_000 * 60_000 - 60_000


DOUBTED = {
    "a ratio of 50": (book(hedge_ratio=50), "Settings hedge_ratio"),
    "its own ratio": (book(btc=changed(BTC, hedge_ratio=50)), "Holdings[0] hedge_ratio"),
    "a beta": (book(btc=changed(BTC, beta=9)), "Holdings[0] beta"),
    "coins that are owed": (book(btc=changed(BTC, quantity=-1)), "Holdings[0] quantity"),
    "a total": (
        book(btc=changed(BTC, asset="Total"), p=changed(P, index_price=60_000)),
        "Holdings[0] asset",
    ),
    "a spot price": (book(p=changed(P, index_price=66_000)), "Instruments[0] index_price"),
    "a futures price": (book(p=changed(P, futures_price=6_000)), "Instruments[0] futures_price"),
    "an entry": (book(shorts=[lot(entry_price=60)]), "Shorts[0] entry_price"),
    "a margin that does not carry": (
        book(shorts=[lot(margin=3_000, leverage=2)]),
        "Shorts[0] margin",
    ),
    "too many": (book(shorts=[lot(0.1), lot(1.5)]), "Shorts[1] contracts"),
    "contracts of no size": (book(shorts=[lot(100)]), "Instruments[0] contract_size"),
}


@pytest.mark.parametrize("name", DOUBTED)
def test_what_an_order_is_computed_from_is_checked_first(name):
    portfolio, cell = DOUBTED[name]
    analysis = analyse(portfolio)
    said = advice(analysis)
    assert [line for line in said if line.startswith(f"Check {cell} first: ")] == said[:1]
    assert not [line for line in said if "contracts of P" in line[6:] and "Check" not in line]
    assert orders(analysis)["P"][0] == "check first"
    expected = "check first" if name == "a ratio of 50" else "short"
    assert orders(analysis)["E"][0] == expected


SURE = {
    "over by half": book(shorts=[lot(1.5)]),
    "as wanted by a ratio": book(btc=changed(BTC, hedge_ratio=2), shorts=[lot(1.9)]),
    "five times the position": book(shorts=[lot(0.5, margin=150_000)]),
    "many coins of a linear contract": book(shorts=[lot(0.5, margin=1e9)]),
    "half the margin": book(shorts=[lot(0.5, margin=7_500, leverage=2)]),
    "a price that fell": book(shorts=[lot(0.5, entry_price=250_000, margin=125_000, leverage=1)]),
    "coin margin": book(p=INVERSE, shorts=[lot(600, margin=5)]),
    "a funding rate": book(p=changed(P, funding_rate=0.02)),
    "a price in another dollar": book(
        p=changed(P, quote="USDT", index_price=66_600, futures_price=66_600),
        stablecoin_parity=0.9,
    ),
    "a fee": book(p=changed(P, taker_fee=0.02)),
}


@pytest.mark.parametrize("name", SURE)
def test_an_order_that_is_computed_from_none_of_it_is_given(name):
    # After a fall that was waited for a hedge may come off, and is not enlarged.
    done = ("held back",) if name == "a price that fell" else ("short", "buy back")
    assert orders(analyse(SURE[name]))["P"][0] in done


def test_margin_and_unwinding_wait_as_well():
    near = book(p=changed(P, mm_rate=0.4), shorts=[lot(1, margin=30_000)])
    first, *rest = advice(analyse(near))
    assert first.startswith("Check Instruments[0] mm_rate first: 0.4 means 40 %;")
    assert first.endswith("Until then there is no advice on margin for BTC.")
    assert not [line for line in rest if line.startswith("Add ")]
    fallen = lot(1, entry_price=600_000, margin=600_000)
    said = advice(analyse(book(shorts=[fallen])))
    assert not [line for line in said if "taking off the hedge of BTC" in line]


def test_the_figures_count_what_the_sentences_name():
    """Figures ask cells by name, readers ask rows: both by the same bands."""
    for portfolio in (*(each for each, _ in DOUBTED.values()), *SURE.values(), WAITING):
        analysis = analyse(portfolio)
        waits = {name for concern, name in doubted(analysis) if concern == "order"}
        assert {row.underlying for row in analysis.underlyings if row.doubts} == waits
        counted = sum(len(each) for (what, _), each in doubted(analysis).items() if what == "order")
        assert sum(row.doubts for row in analysis.underlyings) <= counted


@pytest.mark.parametrize(
    ("portfolio", "said"),
    [
        (
            book(p=changed(P, max_leverage=10), shorts=[lot(leverage=11)]),
            (
                "Shorts[0] leverage: 11 is above max_leverage, 10; leverage is the position's "
                "value ÷ its margin"
            ),
        ),
        (book(p=changed(P, max_leverage=10), shorts=[lot(leverage=10)]), None),
        (
            book(shorts=[lot(opened="2026-03-02 00:01")]),
            (
                "Shorts[0] opened: 2026-03-02 00:01 is after as_of, 2026-03-02: day and month may "
                "be swapped, or as_of is old"
            ),
        ),
        (book(shorts=[lot(opened="2026-03-02")]), None),
        (
            book(shorts=[lot(-0.5)]),
            (
                "Shorts[0] contracts: -0.5 is a long future, which adds to the exposure: nothing "
                "is held that moves the other way; if it is a short, type 0.5"
            ),
        ),
        (book(btc=changed(BTC, beta=-1), shorts=[lot(-0.5)]), None),
        (
            book(shorts=[lot(0.5, margin=150_001)]),
            (
                "Shorts[0] margin: 150001 is 5 times the position, 30,000; the margin of a linear "
                "contract is in quote"
            ),
        ),
        (book(shorts=[lot(0.5, margin=150_000)]), None),
        (
            book(shorts=[lot(0.5, margin=7_499, leverage=2)]),
            (
                "Shorts[0] margin: 7499 at 2× is a position of 14,998; this one was 30,000: "
                "margin, leverage or contracts is mistyped"
            ),
        ),
        (
            book(p=changed(P, taker_fee=0.01)),
            "Instruments[0] taker_fee: 0.01 means 1 %; 0.01 % is written 0.01% or 0.0001",
        ),
        (
            book(btc=changed(BTC, quantity=-1)),
            (
                "Holdings[0] quantity: -1 is unusual; mostly it is at least 0; coins below 0 are "
                "owed, and the hedge of them is a long future"
            ),
        ),
    ],
)
def test_a_warning_says_what_it_would_mean_and_what_is_probably_meant(portfolio, said):
    assert [str(each) for each in portfolio.warnings] == [said] * bool(said)


@pytest.mark.parametrize(
    ("short", "exposure", "target", "beyond"),
    [(151, 100, 90, True), (150, 100, 90, False), (151, 90, 101, False), (-151, -100, 0, True),
     (151, -100, 0, False), (151, 0, 0, False)],
)  # fmt: skip
def test_more_short_than_there_is_to_hedge(short, exposure, target, beyond):
    assert exceeds(short, exposure, target) is beyond


def test_a_short_of_no_size():
    assert unsized(501, 100)
    assert not unsized(500, 100)
    assert not unsized(501, -100)


WAITING = Portfolio(
    settings=settings(),
    holdings=[
        BTC,
        ETH,
        Holding(asset="SOL", quantity=10, spot_price=150, instrument="S"),
        Holding(asset="XRP", quantity=-5, spot_price=2, instrument="X"),
        Holding(asset="LTC", quantity=5, spot_price=90, instrument="L"),
    ],
    instruments=[
        changed(INVERSE, exchange="A"),
        E,
        perpetual("S", "SOL", 150, qty_step=0.01),
        perpetual("X", "XRP", 2.5, index_price=1),
        perpetual("L", "LTC", 90),
    ],
    shorts=[
        lot(600, margin=30_000),
        lot(100, instrument="S", entry_price=150),
        lot(9, instrument="L", entry_price=90),
    ],
)
"""Of each kind one: margin, a blank size, a price and a quantity, too many; and one in order."""


def test_the_template_s_cells_say_so_in_every_engine(libreoffice, ironcalc, tmp_path):
    for edition, engine in (("addin", libreoffice), ("365", ironcalc)):
        path = tmp_path / f"{edition}.xlsx"
        template_book(analyse(WAITING), edition).save(path)
        shown = load_workbook(path, data_only=True)["Orders"]
        (header,) = [cell for cell in shown[4] if cell.value == "Action"]
        actions = [shown.cell(row, header.column).value for row in range(6, 11)]
        assert actions == ["check first", "short", "check first", "check first", "check first"]
        expected = {key: value for key, value in stored(path).items() if key[0] in SHEETS}
        computed = engine.values(poisoned(path, tmp_path / f"poisoned-{edition}.xlsx"))
        assert differences(computed, expected) == [], edition


SHEETS = ("Start", "Orders", "Underlyings", "Lots")


def struck(sheet):
    """Which cells of a report are struck when, by the rules that strike orders."""
    found = [
        (str(area.sqref), rule.formula[0])
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.dxf.font and rule.dxf.font.strike
    ]
    for span, _ in found:
        column = span[0] if span[1].isdigit() else span[:2]
        assert "Order, contracts" in [cell.value for cell in sheet[column]]
    return found


def test_the_report_strikes_what_waits(tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(WAITING)).save(path)
    book = load_workbook(path)
    for title in ("Orders", "Hedge"):
        ((_, formula),) = struck(book[title])
        assert '="check first"' in formula


def test_an_order_that_would_enlarge_a_hedge_which_may_come_off_is_struck(tmp_path):
    """No list has it, page one says why, and the sheets that compute it strike it."""
    # BTC was shorted far above today's price: the fall that is waited for is there.
    leaving = analyse(book(shorts=[lot(entry_price=75_000, margin=40_000)]))
    assert orders(leaving) == {"P": ("held back", 0.5), "E": ("short", 10)}
    assert [row.order_notional for row in leaving.orders] == [0, 30_000]
    assert leaving.underlyings[0].residual_delta == leaving.underlyings[0].net_delta
    assert [line.instrument for line in order_list(leaving)] == ["E"]
    said = {each.instrument: each.what for each in advised(leaving)}
    assert said == {"BTC": "take off?", "E": "short", "P": "held back"}
    path = tmp_path / "report.xlsx"
    report_book(leaving).save(path)
    marked, shown = load_workbook(path), load_workbook(path, data_only=True)
    for title in ("Orders", "Hedge"):
        ((span, formula),) = struck(marked[title])
        (action,) = re.findall(r'\$([A-Z]+)(?=\d+="held back")', formula)
        top = int(re.findall(r"\d+", span)[0])
        named = {shown[title].cell(at, 1).value: shown[title][f"{action}{at}"].value
                 for at in range(top, top + 2)}  # fmt: skip
        held, other = ("P", "E") if title == "Orders" else ("BTC", "ETH")
        assert named == {held: "held back", other: "short"}


def test_a_signal_from_a_mistyped_entry_speaks_against_nothing():
    """The order waits for the check, and the list says so; it does not vanish as held back."""
    typed = analyse(book(shorts=[lot(entry_price=600_000, margin=40_000)]))
    assert typed.unwind[0].signal not in ("HOLD", "no short")
    assert orders(typed)["P"] == ("check first", 0.5)
    assert typed.orders[0].against == ""
    waiting = {line.instrument: line.action for line in order_list(typed)}
    assert waiting["P"] == "check first"
