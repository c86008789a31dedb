"""The grids and the lines over the price, with liquidation, against closed forms."""

from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest
from openpyxl import load_workbook
from stored import differences, poisoned, stored, with_serials

from xlhedge.analysis import analyse
from xlhedge.analysis.carriers import ARRAYS
from xlhedge.analysis.grid_shorts import GridShort
from xlhedge.analysis.grids import GRIDS
from xlhedge.errors import HedgeError
from xlhedge.portfolio import Account, Holding, Instrument, Portfolio, Settings, Short
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

BTC = {"asset": "BTC", "quantity": 1, "spot_price": 60_000, "instrument": "PERP"}
PERP = {"instrument": "PERP", "underlying": "BTC", "futures_price": 60_000, "funding_rate": 0.0001,
        "mm_rate": 0.004}  # fmt: skip
SHORT = {"instrument": "PERP", "contracts": 1, "entry_price": 60_000, "margin": 6_000}
INVERSE = PERP | {"instrument": "INV", "contract_type": "inverse", "contract_size": 1}
FACES = {"instrument": "INV", "contracts": 60_000, "entry_price": 60_000, "margin": 0.1}
OTHER = {"asset": "ETH", "quantity": 10, "spot_price": 3_000}


def analysed(shorts=(SHORT,), instruments=(PERP,), holdings=(BTC,), accounts=(), **settings):
    base = {"as_of": datetime(2026, 3, 2), "horizon_date": datetime(2026, 4, 1)}
    return analyse(
        Portfolio(
            settings=Settings(**base | settings),
            holdings=tuple(Holding(**row) for row in holdings),
            instruments=tuple(Instrument(**row) for row in instruments),
            shorts=tuple(Short(**row) for row in shorts),
            accounts=tuple(Account(**row) for row in accounts),
        )
    )


def lines(analysis, *moves):
    """The P&L with the shorts as they stand, and what is said of it, at some moves."""
    grid = analysis.grid
    places = [grid.shocks.index(move) for move in moves]
    return [grid.held[n] for n in places], [grid.said[n] for n in places]


def cells(grid, name):
    """A grid by its two headers."""
    axes = {each.name: each for each in GRIDS}[name]
    return {
        (row, column): value
        for row, values in zip(axes.rows.values, grid.grids[name], strict=True)
        for column, value in zip(axes.columns.values or grid.shocks, values, strict=True)
    }


def words(grid, name):
    return dict(zip(grid.shocks, grid.words[name], strict=True))


# ------------------------------------------------------------------------ the price and its lines


def test_the_axis_ends_on_its_ends():
    grid = analysed((), shock_min=-0.3, shock_max=0.4, shock_step=0.15).grid
    assert grid.shocks == (-0.3, -0.15, 0.0, 0.15, 0.3, 0.4)


def test_a_short_that_is_liquidated_has_lost_its_margin():
    """At 10× and 0.4 % the price is (6,000 + 60,000) ÷ 1.004 at liquidation: +9.56 %."""
    analysis = analysed()
    assert analysis.grid.given["rise"] == pytest.approx(1.1 / 1.004 - 1)
    held, said = lines(analysis, -0.2, 0.05, 0.1, 0.2)
    # Of coins and short nothing is left while both stand; then the coins' gain less the margin.
    assert held == pytest.approx([0, 0, 6_000 - 6_000, 12_000 - 6_000])
    assert said == ["none", "none", "liquidated", "liquidated"]
    for move, number in ((-0.2, 0), (0.05, 0), (0.2, 6_000)):
        assert analysis.after(move) == pytest.approx(number)


def test_what_a_liquidation_takes_is_the_equity_of_today():
    """Entered at 50,000 with 20,000: 10,000 of it are lost already, and 10,000 can be."""
    short = SHORT | {"entry_price": 50_000, "margin": 20_000}
    held, said = lines(analysed([short]), 0.15, 0.2)  # liquidated at 70,000 ÷ 1.004: +16.2 %
    assert (held, said) == (pytest.approx([0, 12_000 - 10_000]), ["none", "liquidated"])


def test_an_inverse_short_loses_coins_that_are_worth_what_they_are_then():
    """At 10× with 0.4 % the price is 60,000 × 0.996 ÷ 0.9 at liquidation: +10.67 %."""
    analysis = analysed([FACES], [INVERSE], [BTC | {"instrument": "INV"}])
    assert analysis.grid.given["rise"] == pytest.approx(0.996 / 0.9 - 1)
    held, said = lines(analysis, 0.1, 0.2)
    # One coin held and a tenth posted, less 60,000 in quote that never moves in value; then the
    # tenth is gone: the coin gains 12,000, and 0.1 coins of today's 6,000 are no more.
    assert held == pytest.approx([1.1 * 6_000 - 6_000, 12_000 - 6_000])
    assert said == ["none", "liquidated"]


def test_a_long_future_is_liquidated_by_a_fall():
    """1 coin bought at 60,000 with 6,000: 54,000 ÷ 0.996 is 9.64 % below."""
    analysis = analysed([SHORT | {"contracts": -1}])
    assert analysis.grid.given["fall"] == pytest.approx(0.9 / 0.996 - 1)
    held, said = lines(analysis, -0.2, -0.05, 0.2)
    assert held == pytest.approx([-12_000 - 6_000, -6_000, 24_000])
    assert said == ["liquidated", "none", "none"]


def test_each_short_by_its_own_distance():
    """One of 0.5 at 10× (+9.56 %), one of 0.5 at 4×: 37,500 ÷ 0.502 is +24.5 %."""
    far = SHORT | {"contracts": 0.5, "margin": 7_500}
    near = SHORT | {"contracts": 0.5, "margin": 3_000}
    instruments = PERP, PERP | {"instrument": "OTHER"}
    analysis = analysed([near, far | {"instrument": "OTHER"}], instruments)
    held, _ = lines(analysis, 0.05, 0.2, 0.3)
    assert held == pytest.approx([0, 12_000 - 3_000 - 6_000, 18_000 - 3_000 - 7_500])


@pytest.mark.parametrize("lacking", [{"margin": None}, {}])
def test_where_margin_or_rate_is_missing_it_is_unknown_not_none(lacking):
    terms = PERP if lacking else PERP | {"mm_rate": None}
    analysis = analysed([SHORT | lacking], [terms])
    held, said = lines(analysis, -0.2, 0.0, 0.2)
    assert held == pytest.approx([0, 0, 0])
    assert said == ["none", "none", "liquidation unknown"]  # a fall liquidates no short
    assert words(analysis.grid, "basis")[0.0] == "liquidation unknown"  # with a basis of +5 %
    assert words(analysis.grid, "basis")[-0.2] == "none"


def test_what_no_rise_liquidates_is_known():
    """A synthetic dollar: as many coins posted as are short."""
    analysis = analysed([FACES | {"margin": 1}], [INVERSE], [BTC | {"instrument": "INV"}])
    assert analysis.grid.given["rise"] == 1e9
    assert set(analysis.grid.said) == {"none"}


def test_after_and_the_lines_agree():
    """SCENARIO_ATTRIBUTION line by line against one array: the same P&L at every move."""
    for name, sample in SAMPLES.items():
        analysis = analyse(sample)
        for move, held in zip(analysis.grid.shocks, analysis.grid.held, strict=True):
            assert analysis.after(move) == pytest.approx(held, rel=1e-12, abs=1e-6), (name, move)


# -------------------------------------------------------------------------------- cross accounts

SHARED = {"account": "main", "margin_mode": "cross"}
ETH = PERP | {"instrument": "ETH-P", "underlying": "ETH", "futures_price": 3_000,
              "index_price": 3_000}  # fmt: skip
IN_MAIN = SHORT | {"account": "main", "margin": None}
ETH_IN_MAIN = IN_MAIN | {"instrument": "ETH-P", "contracts": 20, "entry_price": 3_000}
WIDE = {"shock_max": 1, "shock_min": -1, "shock_step": 0.1}


def shared(accounts, shorts, instruments=(PERP, ETH), holdings=(BTC, OTHER)):
    rows = [SHARED | row for row in accounts]
    return analysed(shorts, instruments, holdings, rows, **WIDE)


def test_a_cross_account_falls_as_a_whole():
    """100,000 for shorts of 60,000 each (0.4 %): a common rise of 82.6 %."""
    coins = BTC, OTHER | {"quantity": 20}
    analysis = shared([{"wallet_balance": 100_000}], [IN_MAIN, ETH_IN_MAIN], holdings=coins)
    assert analysis.grid.given["rise"] == pytest.approx(99_520 / 120_480)
    held, said = lines(analysis, 0.8, 0.9)
    assert held == pytest.approx([0, 120_000 * 0.9 - 100_000], abs=1e-6)
    assert said == ["none", "liquidated"]


def test_a_wallet_s_equity_is_that_of_all_its_positions():
    """80,000, of which one short has lost 50,000: more than its half."""
    coins, lost = (BTC, OTHER | {"quantity": 20}), IN_MAIN | {"entry_price": 10_000}
    analysis = shared([{"wallet_balance": 80_000}], [lost, ETH_IN_MAIN], holdings=coins)
    held, said = lines(analysis, 0.2, 0.3)  # liquidated at 29,520 ÷ 120,480: +24.5 %
    assert held == pytest.approx([0, 36_000 - 30_000], abs=1e-6)
    assert said == ["none", "liquidated"]


def test_what_gains_by_the_move_falls_with_its_account():
    """Short 120,000 and long 60,000 on 12,000: (12,000 − 720) ÷ 60,720 is +18.6 %."""
    shorts = [IN_MAIN | {"contracts": 2}, ETH_IN_MAIN | {"contracts": -20}]
    analysis = shared([{"wallet_balance": 12_000}], shorts, holdings=[BTC])
    assert analysis.grid.given["rise"] == pytest.approx(11_280 / 60_720)
    assert analysis.grid.given["fall"] == -1e9
    held, said = lines(analysis, -0.5, 0.1, 0.2)
    assert held == pytest.approx([0, 0, 12_000 - 12_000], abs=1e-6)
    assert said == ["none", "none", "liquidated"]


def test_a_short_in_a_net_long_account_is_liquidated_by_a_fall():
    shorts = [IN_MAIN, ETH_IN_MAIN | {"contracts": -40}]
    analysis = shared([{"wallet_balance": 12_000}], shorts, holdings=[BTC])
    # 12,000 + 60,000 x = 720 (1 + x)
    assert analysis.grid.given["fall"] == pytest.approx(-11_280 / 59_280)
    held, said = lines(analysis, -0.3, -0.1, 0.3)
    assert held == pytest.approx([-18_000 - 12_000, -6_000 - 6_000, 36_000])
    assert said == ["liquidated", "none", "none"]
    # Of a hedge of the coin the short is all there is, and it falls with its account.
    assert words(analysis.grid, "ratio")[-0.3] == "liquidated"


def test_coins_posted_are_worth_what_they_are_when_they_are_lost():
    """1 coin counts 90 %: (54,000 − 480) ÷ (120,000 − 54,000 + 480) is +80.5 %."""
    row = {"wallet_balance": 1, "collateral": "BTC", "haircut": 0.1}
    analysis = shared([row], [IN_MAIN | {"contracts": 2}], holdings=[BTC])
    assert analysis.grid.given["rise"] == pytest.approx(53_520 / 66_480)
    held, said = lines(analysis, 0.5, 0.9)
    # A coin held and one posted are 120,000; of the posted one a tenth is left, at 114,000.
    assert held == pytest.approx([0, 114_000 + 11_400 - 120_000], abs=1e-6)
    assert said == ["none", "liquidated"]


def test_a_wallet_of_coins():
    """A tenth of a coin for 60,000: as if it were isolated."""
    shorts = [FACES | {"account": "main", "margin": None}]
    row = {"wallet_balance": 0.1, "collateral": "BTC"}
    terms = [INVERSE | {"index_price": 60_000}]
    analysis = shared([row], shorts, terms, [BTC | {"instrument": "INV"}])
    assert analysis.grid.given["rise"] == pytest.approx(0.996 / 0.9 - 1)
    held, _ = lines(analysis, 0.1, 0.2)
    assert held == pytest.approx([1.1 * 6_000 - 6_000, 12_000 - 6_000])


# ----------------------------------------------------------------------------------- by hedge ratio


def test_the_grid_at_the_hedge_ratios():
    grid = analyse(SAMPLES["partial-hedge"]).grid
    at = grid.shocks.index(-0.2)
    assert grid.unhedged[at] == pytest.approx(-12_000)
    assert grid.held[at] == pytest.approx(-6_000)
    by_ratio = {ratio: value for (ratio, move), value in cells(grid, "ratio").items()
                if move == -0.2}  # fmt: skip
    assert by_ratio == pytest.approx(
        {0: -12_000, 0.25: -9_000, 0.5: -6_000, 0.75: -3_000, 1: 0, 1.25: 3_000}
    )


def test_a_hedge_of_another_ratio_has_its_margin_in_proportion():
    """Half hedged at 10×: all of it is a short of 60,000 with 6,000, liquidated at +9.56 %."""
    analysis = analysed([SHORT | {"contracts": 0.5, "margin": 3_000}])
    assert analysis.grid.given["times"] == pytest.approx(2)
    grid = cells(analysis.grid, "ratio")
    assert [grid[ratio, 0.2] for ratio in (0, 0.5, 1, 1.25)] == pytest.approx(
        [12_000, 12_000 - 3_000, 12_000 - 6_000, 12_000 - 7_500]
    )
    assert [grid[ratio, 0.05] for ratio in (0, 0.5, 1)] == pytest.approx([3_000, 1_500, 0])
    assert words(analysis.grid, "ratio")[0.2] == "liquidated"
    assert words(analysis.grid, "ratio")[0.05] == "none"
    row = [value for (ratio, _), value in grid.items() if ratio == 0.5]
    assert row == pytest.approx(analysis.grid.held)  # as it stands


def test_without_a_short_nobody_knows_when_a_hedge_would_be_liquidated():
    analysis = analysed(())
    grid = cells(analysis.grid, "ratio")
    assert (grid[1, 0.5], grid[0.5, -0.2]) == pytest.approx((0, -6_000))
    assert [words(analysis.grid, "ratio")[move] for move in (-0.2, 0.0, 0.2)] == [
        "none", "none", "liquidation unknown"
    ]  # fmt: skip
    assert set(analysis.grid.said) == {"none"}  # without a short, that is no question


def test_long_futures_are_no_part_of_a_hedge_of_coins():
    """1 short at 10× and 0.9 long: a full hedge is one short, not ten times both."""
    pair = [SHORT, SHORT | {"instrument": "OTHER", "contracts": -0.9, "margin": 54_000}]
    analysis = analysed(pair, [PERP, PERP | {"instrument": "OTHER"}])
    assert cells(analysis.grid, "ratio")[1, 0.2] == pytest.approx(12_000 - 6_000)


def test_coins_that_are_short_are_hedged_with_long_futures():
    short_coins = [BTC | {"quantity": -1}]
    analysis = analysed([SHORT | {"contracts": -1}], holdings=short_coins)
    assert cells(analysis.grid, "ratio")[1, -0.2] == pytest.approx(12_000 - 6_000)
    assert words(analysis.grid, "ratio")[-0.2] == "liquidated"
    assert words(analysis.grid, "ratio")[0.2] == "none"


# ----------------------------------------------------------------------------------------- by basis


def test_the_basis_moves_the_future_into_its_liquidation():
    analysis = analysed()
    grid = cells(analysis.grid, "basis")
    assert grid[0.02, 0.05] == pytest.approx(-60_000 * 0.02)
    assert grid[0.05, 0.05] == pytest.approx(3_000 - 6_000)  # 10 % in all
    assert grid[-0.05, 0.1] == pytest.approx(60_000 * 0.05)  # 5 % in all
    said = words(analysis.grid, "basis")
    assert (said[0.0], said[0.05], said[0.1]) == ("none", "liquidated", "liquidated")


def test_an_inverse_basis_is_exact():
    """60,000 in quote are 60,000 ÷ F coins: at −20 % and a basis of −1 %, F is 0.79 of today's."""
    far = FACES | {"margin": 1}
    grid = analysed([far], [INVERSE], [BTC | {"instrument": "INV"}]).grid
    # Wealth in coins: 1 held, 1 posted, and what the short gains, 1 ÷ 0.79 − 1; at 48,000 each.
    wanted = (2 + 1 / 0.79 - 1) * 48_000 - 2 * 60_000
    assert cells(grid, "basis")[-0.01, -0.2] == pytest.approx(wanted)


@pytest.mark.parametrize(("short", "terms"), [(SHORT, PERP), (FACES, INVERSE)])
def test_a_fall_to_nothing_leaves_no_room_for_the_basis(short, terms):
    """An inverse short has no number at a price of 0, and one just above it."""
    grid = analysed(
        [short], [terms], [BTC | {"instrument": terms["instrument"]}], shock_min=-1,
        shock_max=0, shock_step=0.5,
    ).grid  # fmt: skip
    basis = cells(grid, "basis")
    assert basis[-0.05, -1] == basis[0, -1] == pytest.approx(grid.held[0])
    assert grid.held[0] == pytest.approx(0 if terms is PERP else -6_000, abs=1e-6)


# ------------------------------------------------------------------------------ funding, leverage


def test_funding_by_rate_and_days():
    funding = cells(analyse(SAMPLES["partial-hedge"]).grid, "funding")
    assert funding[0.0001, 30] == pytest.approx(-30_000 * 0.0001 * 90)
    assert funding[-0.001, 7] == pytest.approx(630)


def test_which_leverage_survives_which_spike():
    grid = analysed([SHORT, FACES], [PERP, INVERSE | {"mm_rate": 0.01}]).grid
    assert (grid.given["linear_rate"], grid.given["inverse_rate"]) == (0.004, 0.01)
    linear, inverse = cells(grid, "leverage_linear"), cells(grid, "leverage_inverse")
    # 1 ÷ L of margin: at (1 + 1 ÷ L) ÷ 1.004, and in coins at 0.99 ÷ (1 − 1 ÷ L).
    assert grid.beside["leverage_linear"][:5] == pytest.approx(
        [(1 + 1 / times) / 1.004 - 1 for times in (1, 2, 3, 5, 10)]
    )
    assert grid.beside["leverage_inverse"][0] == "none"
    assert grid.beside["leverage_inverse"][1:5] == pytest.approx(
        [0.99 / (1 - 1 / times) - 1 for times in (2, 3, 5, 10)]
    )
    assert (linear[2, 0.3], linear[10, 0.05], linear[5, 0.1]) == pytest.approx((0.2, 0.05, 0.1))
    # In coins the loss is 1 − 1 ÷ 1.75 of 1; a coin is worth 1.75.
    assert inverse[2, 0.75] == pytest.approx((0.5 - (1 - 1 / 1.75)) * 1.75)
    assert (linear[2, 0.5], inverse[2, 0.5]) == pytest.approx((0, 0.25))  # 49.4 %, 98 %
    assert (linear[2, 1.0], inverse[2, 1.0], inverse[5, 0.3], inverse[1, 1.0]) == (0, 0, 0, 1)


def test_maintenance_frozen_at_entry_and_a_fee_lie_elsewhere():
    grid = analysed([SHORT], [PERP | {"mm_basis": "entry", "liquidation_fee": 0.001}]).grid
    assert (grid.given["linear_basis"], grid.given["linear_fee"]) == ("entry", 0.001)
    # 0.1 − x is 0.4 % of the entry and 0.1 % of 1 + x.
    assert grid.beside["leverage_linear"][4] == pytest.approx((0.1 - 0.004 - 0.001) / 1.001)
    # The other type has no short of its own: the usual 0.5 %, at mark.
    assert (grid.given["inverse_rate"], grid.given["inverse_basis"]) == (0.005, "mark")


# ------------------------------------------------------------------------------ closing, carriers


def test_keeping_a_short_that_is_liquidated_costs_its_margin_and_no_fee():
    analysis = analysed([SHORT], [PERP | {"taker_fee": 0.0005}])
    found, at = analysis.closing, analysis.grid.shocks.index
    assert found.fee == pytest.approx(30)
    assert found.now[at(0.2)] == pytest.approx(12_000 - 30)
    assert found.keep[at(0.2)] == pytest.approx(12_000 - 6_000)
    assert found.keep[at(0.05)] == pytest.approx(-30 * 1.05)
    received = 60_000 * 0.0001 * 90
    assert found.funded[at(0.2)] == pytest.approx(6_000 + received)


def test_closing_an_inverse_short_costs_the_same_at_any_price():
    terms = INVERSE | {"taker_fee": 0.0005}
    analysis = analysed([FACES | {"margin": 1}], [terms], [BTC | {"instrument": "INV"}])
    held = analysis.grid.held
    for keep, before in zip(analysis.closing.keep, held, strict=True):
        assert keep == pytest.approx(before - 30)  # 0.05 % of 60,000 in quote


@pytest.mark.parametrize("name", SAMPLES)
def test_the_grids_are_their_formulas_cell_by_cell(name):
    """They are computed in arrays; a cell by itself gives the same."""
    analysis = analyse(SAMPLES[name])
    grid_of, rows = analysis.grid, analysis.numbers.rows(GridShort)
    shorts = {each.name: np.array([[getattr(row, each.name)] for row in rows])
              for each in GridShort.figures}  # fmt: skip
    for grid in GRIDS:
        columns = grid.columns.values or grid_of.shocks
        coins = [0.0] * len(columns) if grid.columns.values else grid_of.unhedged
        gains = [0.0] * len(columns) if grid.columns.values else grid_of.in_full
        sides = grid_of.beside.get(grid.name) or [0.0] * len(grid.rows.values)
        for row, side, cells in zip(grid.rows.values, sides, grid_of.grids[grid.name], strict=True):
            for column, coin, gain, cell in zip(columns, coins, gains, cells, strict=True):
                axes = SimpleNamespace(
                    row=row, column=np.array([[column]]), unhedged=coin, in_full=gain,
                    beside=1e9 if side == "none" else side, shorts=SimpleNamespace(**shorts),
                    **grid_of.given,
                )  # fmt: skip
                wanted = float(np.ravel(grid.formula(ARRAYS, axes))[0])
                assert cell == pytest.approx(wanted, rel=1e-13, abs=1e-6), (grid.name, row, column)
                assert type(cell) is float


@pytest.mark.parametrize(
    ("price", "basis", "size", "told"),
    [(-0.5, -0.6, 1.0, "it must add up to at least -1"), (1e300, 0.0, 1e300, "is too large")],
)
def test_what_a_formula_over_arrays_cannot_tell_the_function_tells(price, basis, size, told):
    """Arrays of an analysis go to the formula itself, without the checks of each argument."""
    moves = np.array([[0.1, price]])
    with pytest.raises(HedgeError, match=told):
        ARRAYS.scenario_pnl(size, 1.0, 0.0, moves, basis)


MIXED = {
    "shorts": [SHORT, FACES | {"margin": 0.3}, SHORT | {"instrument": "DATED", "contracts": -0.2},
               SHORT | {"instrument": "NONE", "margin": None, "contracts": 0.1}],
    "instruments": [PERP, INVERSE, PERP | {"instrument": "DATED", "mm_basis": "entry",
                                           "expiry": datetime(2026, 6, 26), "funding_rate": 0},
                    PERP | {"instrument": "NONE"}],
    "holdings": [BTC | {"quantity": 2}, OTHER],
}  # fmt: skip
CROSS = {
    "shorts": [SHORT, IN_MAIN, ETH_IN_MAIN | {"contracts": -40},
               FACES | {"account": "main", "margin": None}],
    "instruments": [PERP, ETH, INVERSE],
    "holdings": [BTC, OTHER],
    "accounts": [SHARED | {"wallet_balance": 12_000},
                 SHARED | {"wallet_balance": 4, "collateral": "ETH", "haircut": 0.1},
                 SHARED | {"wallet_balance": 0.1, "collateral": "BTC"}],
}  # fmt: skip


@pytest.mark.parametrize("book", [{}, MIXED, CROSS])
def test_spreadsheets_compute_the_same(book, libreoffice, plain_libreoffice, ironcalc, tmp_path):
    analysis = analysed(**book)
    report, made = tmp_path / "report.xlsx", tmp_path / "template.xlsx"
    report_book(analysis).save(report)
    template_book(analysis).save(made)
    assert analysis.grid.given["rise"] < 1
    for path, engine in ((report, plain_libreoffice), (made, libreoffice)):
        computed = engine.values(poisoned(path, tmp_path / f"poisoned-{path.name}"))
        assert differences(computed, stored(path)) == []
    computed = ironcalc.values(tmp_path / "poisoned-report.xlsx")
    assert differences(computed, with_serials(stored(report))) == []


@pytest.mark.parametrize("build", [report_book, template_book])
def test_the_cells_that_include_a_liquidation_are_marked(build, tmp_path):
    """With a condition over the cells of their own sheet, which every spreadsheet takes."""
    path = tmp_path / "book.xlsx"
    build(analysed()).save(path)
    sheet = load_workbook(path)["Sensitivity"]
    marked = [
        (str(each.sqref), rule.formula[0])
        for each in sheet.conditional_formatting
        for rule in each.rules
        if rule.dxf and rule.dxf.numFmt and "†" in rule.dxf.numFmt.formatCode
    ]
    assert [cells for cells, _ in marked] == ["B42:V47", "B53:V59"]
    assert not [formula for _, formula in marked if "!" in formula]
    assert sheet["A7"].value == "Liquidation"
