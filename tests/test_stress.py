"""Scenarios in time: the way to a price, the expiry, and what is said beside each P&L."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sent_in
from books import PORTFOLIOS, report, saved, template
from openpyxl import load_workbook
from stored import differences, poisoned, stored, with_serials

from xlhedge.analysis import analyse
from xlhedge.analysis.scenario_lines import LineRow
from xlhedge.errors import HedgeError
from xlhedge.functions.formulas.scenario import LEGS
from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

AS_OF = datetime(2026, 3, 2, 8)
FALL = {"asset": "*", "price_shock": -0.3}
HEDGES_NOTHING = "expires within it; after that nothing hedges"


def book(*rows, terms=None, short=None, quantity=1.0):
    """A bitcoin at 60,000, short by one 10×: 6,000 of margin, maintenance 0.4 %, fee 0.05 %."""
    instrument = {"instrument": "PERP", "underlying": "BTC", "futures_price": 60_000,
                  "funding_rate": 0.0001, "mm_rate": 0.004, "taker_fee": 0.0005}  # fmt: skip
    lot = {"instrument": "PERP", "contracts": 1.0, "entry_price": 60_000, "margin": 6_000}
    return analyse(
        Portfolio(
            settings=Settings(as_of=AS_OF, horizon_date=AS_OF + timedelta(days=92)),
            holdings=(
                Holding(asset="BTC", quantity=quantity, spot_price=60_000, instrument="PERP"),
            ),
            instruments=(Instrument(**instrument | (terms or {})),),
            shorts=(Short(**lot | (short or {})),),
            scenarios=tuple(Scenario(**{"scenario": "S"} | row) for row in rows),
        )
    )


def stress(*rows, **more):
    (found,) = book(*rows, **more).scenarios
    return found


def expiring(days, price, **more):
    """The same with a future at that price that expires in so many days."""
    terms = {"expiry": AS_OF + timedelta(days=days), "futures_price": price, "funding_rate": None}
    return more | {"terms": terms, "short": {"entry_price": price, "margin": 30_000}}


class TestTheWay:
    def test_a_fall_alone_costs_a_full_hedge_its_closing_fee(self):
        found = stress(FALL)
        assert found.legs.net == pytest.approx(-60_000 * 0.7 * 0.0005)
        assert (found.liquidation, found.liquidated) == ("", ())

    def test_after_a_spike_that_liquidates_the_coins_fall_naked(self):
        """Liquidated at 66,000 ÷ 1.004, a rise of 9.6 %: 18,000 of the coins and the 6,000 go."""
        found = stress(FALL | {"spike": 0.12})
        assert found.legs == pytest.approx((-18_000, -6_000, 0, 0, 0, -24_000))
        assert (found.liquidation, found.liquidated) == ("liquidated", ("PERP",))
        assert found.told == "PERP: liquidated"

    @pytest.mark.parametrize(("spike", "said"), [(0.095, ""), (0.0957, "liquidated"), (-0.9, "")])
    def test_a_spike_counts_from_the_liquidation_price_on(self, spike, said):
        """(60,000 + 6,000) ÷ 1.004 = 65,737.05, which is 9.5618 % above 60,000."""
        assert stress(FALL | {"spike": spike}).liquidation == said

    def test_a_spike_is_of_its_asset_s_futures_and_of_those_without_their_own_row(self):
        common = FALL | {"spike": 0.12}
        assert stress(common, FALL | {"asset": "BTC"}).liquidation == ""
        assert stress(FALL, common | {"asset": "BTC"}).liquidation == "liquidated"

    def test_a_long_future_is_liquidated_by_a_dip_on_the_way_up(self):
        rows = {"asset": "*", "price_shock": 0.1, "spike": -0.2}
        found = stress(rows, short={"contracts": -1.0}, quantity=-1.0)
        assert found.legs == pytest.approx((-6_000, -6_000, 0, 0, 0, -12_000))

    def test_of_an_inverse_short_the_spike_takes_the_coins_posted(self):
        """0.1 BTC of margin on 60,000 at 60,000: they are worth 42,000 each after the fall."""
        found = stress(
            FALL | {"spike": 0.2},
            terms={"contract_type": "inverse", "contract_size": 1},
            short={"contracts": 60_000, "margin": 0.1},
        )
        assert found.liquidated == ("PERP",)
        assert found.legs.net == pytest.approx(1 * 42_000 - 1.1 * 60_000)

    def test_at_nothing_an_inverse_short_has_earned_what_the_coins_have_lost(self):
        found = stress(
            {"asset": "*", "price_shock": -1.0},
            terms={"contract_type": "inverse", "contract_size": 1, "taker_fee": 0},
            short={"contracts": 60_000, "margin": 0.5},
        )
        assert found.legs.net == pytest.approx(-1.5 * 60_000 + 60_000)


class TestWhatIsUnknown:
    @pytest.mark.parametrize(
        ("missing", "move", "said"),
        [
            ("margin", {"price_shock": 0.01}, "liquidation unknown"),
            ("mm_rate", {"price_shock": 0.01}, "liquidation unknown"),
            ("margin", {"price_shock": -0.3}, ""),
            ("margin", {"price_shock": -0.3, "spike": 0.01}, "liquidation unknown"),
            ("margin", {"price_shock": -0.01, "basis_shock": 0.02}, "liquidation unknown"),
        ],
    )
    def test_it_is_said_where_a_move_is_against_the_short(self, missing, move, said):
        blank = {missing: None}
        changes = {"short": blank} if missing == "margin" else {"terms": blank}
        found = stress({"asset": "*"} | move, **changes)
        assert (found.liquidation, found.liquidated) == (said, ())
        assert found.unknown == (("PERP",) if said else ())

    def test_a_venue_s_price_without_the_margin_lost_at_it_is_not_enough(self):
        short = {"margin": None, "liquidation_price": 66_000}
        found = stress({"asset": "*", "price_shock": 0.2}, short=short)
        assert (found.liquidation, found.legs.short) == ("liquidation unknown", -12_000)


class TestExpiry:
    @pytest.mark.parametrize("shock", [-0.5, 0.0, 0.4])
    @pytest.mark.parametrize("price", [66_000, 57_000])
    def test_one_coin_short_to_the_expiry_earns_the_basis_at_any_settlement(self, shock, price):
        row = {"asset": "*", "price_shock": shock, "days": 30}
        found = stress(row, **expiring(30, price))
        fee = 0.0005 * 60_000 * (1 + shock)  # it is closed at the settlement price
        assert found.legs.net == pytest.approx(price - 60_000 - fee)
        assert found.expiring == ("PERP",)
        assert found.told == f"PERP: {HEDGES_NOTHING}"

    def test_whatever_basis_was_typed_it_is_gone(self):
        row = {"asset": "*", "price_shock": -0.5, "basis_shock": 0.3, "days": 40}
        found = stress(row, **expiring(30, 66_000))
        assert found.legs.basis == pytest.approx(-66_000 * (60_000 / 66_000 - 1) * 0.5)

    @pytest.mark.parametrize(("days", "gone"), [(29.9, False), (30, True)])
    def test_a_day_before_it_the_basis_stays(self, days, gone):
        found = stress({"asset": "*", "price_shock": 0, "days": days}, **expiring(30, 66_000))
        assert found.legs.basis == pytest.approx(6_000 if gone else 0)
        assert bool(found.expiring) is gone

    def test_a_convergence_may_liquidate(self):
        """A future 20 % under its index rises by a quarter; 6,000 of margin are 12.5 %."""
        more = expiring(10, 48_000)
        more["short"] |= {"margin": 6_000}
        found = stress({"asset": "*", "price_shock": 0, "days": 10}, **more)
        assert (found.liquidated, found.legs.short) == (("PERP",), -6_000)
        assert found.told == f"PERP: liquidated; PERP: {HEDGES_NOTHING}"


class TestOffSpot:
    """An inverse future at 66,000 of a coin at 60,000: 0.8 BTC held, 0.2 posted, 66,000 of face."""

    def net(self, **move):
        terms = {"contract_type": "inverse", "contract_size": 1, "futures_price": 66_000,
                 "taker_fee": 0, "expiry": AS_OF + timedelta(days=30), "mm_rate": None,
                 "funding_rate": None}  # fmt: skip
        short = {"contracts": 66_000, "entry_price": 66_000, "margin": 0.2}
        return stress({"asset": "*"} | move, terms=terms, short=short, quantity=0.8).legs.net

    @pytest.mark.parametrize("shock", [-0.6, 0.0, 0.5])
    def test_while_the_basis_is_in_proportion_it_nets_to_nothing(self, shock):
        assert self.net(price_shock=shock) == pytest.approx(0, abs=1e-9)

    @pytest.mark.parametrize("shock", [-0.6, 0.0, 0.5])
    def test_by_the_expiry_a_coin_is_worth_its_future_of_today(self, shock):
        assert self.net(price_shock=shock, days=30) == pytest.approx(66_000 - 60_000)

    @pytest.mark.parametrize(("shock", "basis"), [(-0.3, -0.05), (0.2, 0.1)])
    def test_any_other_basis(self, shock, basis):
        """The coins are worth S′ each, and N ÷ F′ − N ÷ F are won."""
        spot, future = 60_000 * (1 + shock), 66_000 * (1 + shock + basis)
        wealth = (1 + 66_000 / future - 66_000 / 66_000) * spot
        assert self.net(price_shock=shock, basis_shock=basis) == pytest.approx(wealth - 60_000)


class TestStablecoins:
    def fall(self, quote="USDT", **more):
        analysis = book(**more)
        tables = analysis.portfolio
        settings = replace(tables.settings, quote_currency=quote)
        return analyse(replace(tables, settings=settings)).depegs

    def test_short_and_margin_lose_a_tenth(self):
        """60,000 short in USDT that is worth 54,000 of them less, and 30,000 posted."""
        (found,) = self.fall(short={"margin": 30_000})
        assert (found.currency, found.loss) == ("USDT", pytest.approx(6_000 + 3_000))
        assert (found.liquidation, found.told) == ("", "")

    def test_a_rise_of_a_ninth_liquidates_what_has_less(self):
        (found,) = self.fall()
        assert (found.liquidated, found.loss) == (("PERP",), 6_000)
        assert found.told == "PERP: liquidated"

    def test_without_margin_nobody_knows(self):
        (found,) = self.fall(short={"margin": None})
        assert (found.liquidation, found.loss) == ("liquidation unknown", pytest.approx(6_000))

    def test_dollars_and_coins_are_no_stablecoins(self):
        assert self.fall("USD") == ()
        inverse = {"contract_type": "inverse", "contract_size": 1}
        (found,) = self.fall(terms=inverse, short={"contracts": 60_000, "margin": 1})
        assert found.loss == 0

    def test_a_contract_s_own_quote_counts(self):
        """A book in dollars with shorts in USDC, which are worth 0.98 of them now."""
        analysis = book(terms={"quote": "USDC", "index_price": 61_224.49},
                        short={"margin": 30_000})  # fmt: skip
        tables = analysis.portfolio
        at_parity = replace(tables, settings=replace(tables.settings, stablecoin_parity=0.98))
        (found,) = analyse(at_parity).depegs
        assert (found.currency, found.loss) == ("USDC", pytest.approx(0.98 * (6_000 + 3_000)))

    def test_the_report_shows_it_below_the_scenarios(self, tmp_path):
        tables = book(FALL).portfolio
        tables = replace(tables, settings=replace(tables.settings, quote_currency="USDT"))
        report_book(analyse(tables)).save(tmp_path / "report.xlsx")
        sheet = load_workbook(tmp_path / "report.xlsx", data_only=True)["Stress"]
        rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
        assert rows["USDT at 0.90 USD"][6:10:3] == (-6_000, "PERP: liquidated")
        assert rows["USDT at 0.90 USD"][7] == "liquidated"


def test_what_is_lost_in_another_currency_is_lost_at_its_parity():
    analysis = book(FALL | {"spike": 0.2}, terms={"quote": "USDC", "index_price": 60_000})
    tables = analysis.portfolio
    at_parity = replace(tables, settings=replace(tables.settings, stablecoin_parity=0.98))
    (found,) = analyse(at_parity).scenarios
    assert found.legs.short == pytest.approx(-0.98 * 6_000)


# ------------------------------------------------------------------------------- where it is shown


def test_the_report_says_it_beside_each_p_and_l(tmp_path):
    analysis = book(FALL | {"spike": 0.12, "scenario": "Up, down"}, FALL)
    report_book(analysis).save(tmp_path / "report.xlsx")
    sheets = load_workbook(tmp_path / "report.xlsx", data_only=True)
    rows = {row[0]: row for row in sheets["Key figures"].iter_rows(values_only=True)}
    assert rows["Worst scenario"][1:4] == (-24_000, "ACT", "liquidated: Up, down")
    assert rows["P&L at +20 % of the underlying"][3].startswith("liquidated: ")
    assert not rows["P&L at -20 % of the underlying"][3].startswith("liquid")
    scenarios = [[*row] for row in sheets["Stress"].iter_rows(values_only=True)]
    heads = scenarios[3]
    sums = {row[0]: dict(zip(heads, row, strict=True)) for row in scenarios[4:6]}
    assert heads.index("Liquidation") == heads.index("Net") + 1
    assert sums["Up, down"]["Liquidation"] == "liquidated"
    assert sums["Up, down"]["What happens"] == "PERP: liquidated"
    assert sums["S"]["Liquidation"] is None


def test_the_template_says_it_beside_each_p_and_l(tmp_path):
    analysis = book(FALL | {"spike": 0.12, "scenario": "Up, down"}, FALL)
    template_book(analysis).save(tmp_path / "book.xlsx")
    sheets = load_workbook(tmp_path / "book.xlsx", data_only=True)
    heads, *rows = sheets["Stress"].iter_rows(4, 6, values_only=True)
    first, second = (dict(zip(heads, row, strict=True)) for row in rows)
    assert heads.index("Liquidation") == heads.index("Net") + 1
    assert (first["Net"], first["Liquidation"], first["Liquidated: shorts, accounts"]) == (
        -24_000, "liquidated", 1)  # fmt: skip
    assert (second["Liquidation"] or "", second["Liquidated: shorts, accounts"]) == ("", 0)
    start = {row[0]: row for row in sheets["Start"].iter_rows(values_only=True)}
    assert start["Worst scenario"][3].startswith("liquidated: ")


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_spreadsheets_compute_the_ways_alike(edition, libreoffice, ironcalc, tmp_path):
    analysis = analyse(PORTFOLIOS["ways"])
    # It has what it is meant to have.
    assert {each.liquidation for each in analysis.scenarios} == {
        "", "liquidated", "liquidation unknown"}  # fmt: skip
    assert any(each.expiring for each in analysis.scenarios)
    path = saved(template("ways", edition), tmp_path / "book.xlsx")
    engine = libreoffice if edition == "addin" else ironcalc
    expected = stored(path) if edition == "addin" else with_serials(stored(path))
    computed = engine.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []


def test_spreadsheets_compute_the_report_on_the_ways_alike(plain_libreoffice, tmp_path):
    path = saved(report("ways"), tmp_path / "report.xlsx")
    computed = plain_libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, stored(path)) == []


def test_a_word_follows_what_is_typed(libreoffice, tmp_path):
    """More margin, and the spike is survived: word, net and Start follow."""
    path = tmp_path / "book.xlsx"
    template_book(book(FALL | {"spike": 0.12})).save(path)
    edited = load_workbook(path)
    edited["Shorts"]["D6"] = 30_000
    assert edited["Shorts"]["D5"].value == "margin"
    edited.save(path)
    values = libreoffice.values(path)
    assert values["Stress"]["G5"] == pytest.approx(-60_000 * 0.7 * 0.0005)
    start = values["Start"]
    (said,) = (start[f"D{cell[1:]}"] for cell in start if start[cell] == "Worst scenario")
    assert said.startswith("Profit or loss in the worst")
    assert "H5" not in values["Stress"]


# -------------------------------------------------------------------------------- what was sent in


def test_ten_times_leverage_is_gone_by_a_fifth():
    found = analyse(sent_in.portfolio("ten-x.json"))
    rise, fall = found.scenarios
    assert (rise.liquidation, rise.legs.net) == ("liquidated", pytest.approx(12_000 - 6_000))
    assert (fall.liquidation, found.at_once(0.2).liquidation) == ("", "liquidated")
    way = replace(found.portfolio, scenarios=(Scenario(scenario="S", **FALL, spike=0.12),))
    assert analyse(way).scenarios[0].legs.net == pytest.approx(-24_000)


def test_what_expires_tomorrow_converges():
    (found,) = analyse(sent_in.portfolio("expires-tomorrow.json")).scenarios
    assert found.legs.basis == pytest.approx(-3_156)
    assert found.told == f"BTC-Q: {HEDGES_NOTHING}"


class TestLines:
    def test_a_line_is_made_whenever_it_is_asked_for_and_is_the_same(self):
        lines = stress(FALL).lines
        holding, short = lines
        assert (holding.line, short.line) == ("BTC", "PERP, short")
        assert (lines[0], lines[-1], lines[1:]) == (holding, short, (short,))
        assert lines[1] is not lines[1]
        assert lines == stress(FALL).lines
        assert lines != stress(FALL | {"price_shock": -0.2}).lines
        with pytest.raises(IndexError):
            lines[2]

    def test_its_legs_are_those_that_its_own_figures_have(self):
        """A row in which no leg stands yet works each out by itself, with the functions."""
        for line in stress(FALL | {"spike": 0.12, "days": 10, "basis_shock": 0.01}).lines:
            stated = {each.name: getattr(line, each.name) for each in LineRow.figures}
            legs = {leg: stated.pop(leg) for leg in LEGS}
            alone = LineRow(line.f, **stated)
            assert {leg: getattr(alone, leg) for leg in legs} == legs

    def test_of_several_scenarios_the_one_is_told_that_cannot_be_worked_out(self):
        rows = [FALL | {"scenario": name} for name in "ABC"]
        rows[1]["price_shock"] = 1e305
        with pytest.raises(HedgeError, match=r"^Scenarios\[1\] price_shock: SCENARIO_ATTRIB"):
            book(*rows)
