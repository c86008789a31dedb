"""What changed since a report before: what was earned by what, and which report it is."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from stored import differences, poisoned, stored, with_serials

from xlhedge.analysis import analyse
from xlhedge.analysis.changes import coin_changes, position_changes
from xlhedge.analysis.values import Numbers
from xlhedge.batch.compare import Earlier, compared
from xlhedge.batch.plan import Request
from xlhedge.batch.progress import Progress
from xlhedge.batch.run import make_reports
from xlhedge.batch.stop import Stop
from xlhedge.errors import InputError
from xlhedge.portfolio import Account, Holding, Instrument, Portfolio, Settings, Short
from xlhedge.readers import Content
from xlhedge.readers.audit_sheet import read_report
from xlhedge.readers.own import REPORT_LIMITS
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book

approx = pytest.approx
DAY = datetime(2026, 3, 1, 8)
PARTS = ("price", "basis", "trades", "funding", "fees_part")


def book(spot, future, quantity=2.0, day=0, *, cost=None, type_="linear", accounts=(), **short):
    """BTC, and a short of it unless its contracts are none."""
    size = {"contract_size": 100.0} if type_ == "inverse" else {}
    shorts = [Short(instrument="BTC-PERP", **short)] if short.get("contracts") else []
    return Portfolio(
        settings=Settings(
            portfolio="Desk", as_of=DAY + timedelta(days=day), horizon_date="2026-06-26"
        ),
        holdings=[
            Holding(
                asset="BTC",
                quantity=quantity,
                spot_price=spot,
                avg_cost=cost,
                instrument="BTC-PERP",
            )
        ],
        accounts=accounts,
        instruments=[
            Instrument(
                instrument="BTC-PERP",
                underlying="BTC",
                contract_type=type_,
                futures_price=future,
                funding_rate=0.0001,
                mm_rate=0.005,
                **size,
            )
        ],
        shorts=shorts,
    )


def lines(before, now):
    both = Numbers(before), Numbers(now)
    return coin_changes(*both), position_changes(*both)


def parts(position):
    return tuple(getattr(position, each) for each in PARTS)


def earned(before, now):
    return sum(each.pnl for group in lines(before, now) for each in group)


def test_coins_and_a_short_that_nobody_touched():
    (coin,), (short,) = lines(
        book(60_000, 60_300, contracts=1.5, entry_price=61_000, funding_received=20, fees_paid=3),
        book(57_000, 57_100, day=1, contracts=1.5, entry_price=61_000, funding_received=50,
             fees_paid=7),
    )  # fmt: skip
    assert (coin.price, coin.trades, coin.brought_in, coin.pnl) == (-6_000, 0, 0, -6_000)
    # The underlying fell by 3,000, the future by 200 more: a basis of 300 became one of 100.
    assert parts(short) == approx((4_500, 300, 0, 30, -4))
    assert short.pnl == approx(4_826)


def test_coins_that_were_bought_count_at_what_they_cost():
    # 2 at 50,000 and 1 more at 59,000 are 3 at 53,000.
    (coin,), _ = lines(
        book(60_000, 60_000, cost=50_000), book(57_000, 57_000, 3.0, day=1, cost=53_000)
    )
    assert (coin.price, coin.trades, coin.brought_in) == approx((-6_000, -2_000, 59_000))


def test_coins_that_were_sold_or_whose_cost_is_unknown_count_at_today_s_price():
    for quantity in (0.5, 3.0):
        (coin,), _ = lines(book(60_000, 60_000), book(57_000, 57_000, quantity, day=1))
        assert (coin.price, coin.trades) == (-6_000, 0)
        assert coin.brought_in == (quantity - 2) * 57_000


def test_a_short_that_grew_counts_at_its_entry():
    # 1 at 61,000 and 1 more at 59,000 are 2 at 60,000: the second one gained 2,000.
    _, (short,) = lines(
        book(60_000, 60_000, contracts=1, entry_price=61_000),
        book(57_000, 57_000, day=1, contracts=2, entry_price=60_000),
    )
    assert parts(short) == approx((3_000, 0, 2_000, 0, 0))


def test_a_short_that_was_bought_back_counts_as_booked_or_at_today_s_price():
    before = book(60_000, 60_000, contracts=2, entry_price=61_000)
    rest = {"day": 1, "contracts": 1, "entry_price": 61_000}
    # Bought back at 58,000: 3,000 realised, and 1,000 worse than today's price.
    _, (booked,) = lines(before, book(57_000, 57_000, **rest, realised_pnl=3_000))
    assert parts(booked) == approx((6_000, 0, -1_000, 0, 0))
    _, (silent,) = lines(before, book(57_000, 57_000, **rest))
    assert (silent.pnl, silent.trades, silent.realised) == approx((6_000, 0, 4_000))
    assert "today's price" in silent.told


def test_a_short_that_is_gone_counts_at_today_s_price_and_its_funding_is_not_taken_back():
    before = book(60_000, 60_000, contracts=2, entry_price=61_000, funding_received=500)
    _, (short,) = lines(before, book(57_000, 57_100, day=1))
    assert parts(short) == approx((6_000, -200, 0, 0, 0))
    assert short.pnl == approx(5_800)
    assert short.told.startswith("closed: counted at today's price")


def test_a_future_that_expired_and_is_gone_counts_at_the_index():
    before = book(60_000, 60_900, contracts=1, entry_price=61_000)
    (dated,) = before.instruments
    before = replace(
        before, instruments=[replace(dated, expiry=DAY + timedelta(hours=12), funding_rate=None)]
    )
    now = replace(
        book(57_000, 57_000, day=1),
        instruments=[],
        holdings=[Holding(asset="BTC", quantity=2, spot_price=57_000)],
    )
    _, (short,) = lines(before, now)
    assert parts(short) == approx((3_000, 900, 0, 0, 0))  # the basis went to nothing


def test_a_position_that_turned_counts_from_its_new_entry():
    _, (turned,) = lines(
        book(60_000, 60_000, contracts=1, entry_price=61_000),
        book(57_000, 57_000, day=1, contracts=-1, entry_price=56_500, leverage=2),
    )
    assert parts(turned) == approx((3_000, 0, 500, 0, 0))


def test_rows_that_were_deleted_take_no_funding_back():
    before = book(60_000, 60_000, contracts=1, entry_price=61_000, funding_received=40)
    other = Short(instrument="BTC-PERP", contracts=1, entry_price=62_000, funding_received=500)
    now = book(60_000, 60_000, day=1, contracts=1, entry_price=61_000, funding_received=45)
    _, (short,) = lines(replace(before, shorts=[*before.shorts, other]), now)
    assert short.funding == 5


def test_a_fully_hedged_coin_margined_short_earns_nothing():
    # 1 coin posted, 600 contracts of 100 dollars short at 60,000: worth 60,000 whatever comes.
    short = {"type_": "inverse", "contracts": 600, "entry_price": 60_000, "margin": 1}
    before, now = book(60_000, 60_000, 0, **short), book(48_000, 48_000, 0, day=1, **short)
    coins, (position,) = lines(before, now)
    assert sum(each.price for each in coins) == approx(-12_000)
    assert position.price == approx(12_000)
    # From here coins gained since count, too: 600·100·(1/48,000 − 1/60,000) = 0.25.
    later = book(60_000, 60_000, 0, day=2, **short)
    assert earned(now, later) == approx(0, abs=1e-6)
    assert lines(now, later)[1][0].price == approx(-12_000)


def test_coins_in_a_wallet_move_with_their_price_and_money_does_not():
    def with_wallet(spot, day):
        rows = [
            Account(account="A", margin_mode="cross", wallet_balance=each[0], collateral=each[1])
            for each in ((5_000.0, None), (0.5, "BTC"))
        ]
        return book(spot, spot, day=day, accounts=rows)

    coins, _ = lines(with_wallet(60_000, 0), with_wallet(57_000, 1))
    assert [(each.name, each.pnl) for each in coins] == [("BTC", -6_000), ("BTC", -1_500)]


prices = st.floats(20_000, 90_000).map(lambda x: round(x, 2))
amounts = st.floats(0, 200).map(lambda x: round(x, 2))


@given(
    st.lists(prices, min_size=4, max_size=4),
    prices,
    prices,
    st.floats(0.1, 3),
    st.floats(-0.9, 3),
    amounts,
    amounts,
    st.sampled_from(["linear", "inverse"]),
)
@settings(max_examples=60, deadline=None)
def test_the_parts_are_what_a_ledger_says(marks, entry, traded, held, share, got, paid, type_):
    """A ledger that follows cash, or coins, through a trade is the other side of the account."""
    spot, later, future, future_later = marks
    inverse = type_ == "inverse"
    contracts = 1_000.0 if inverse else 1.0

    def gain(number, start, end):
        return number * 100 * (1 / end - 1 / start) if inverse else number * (start - end)

    came = contracts * share
    left = contracts + came
    realised = gain(-came, entry, traded) if came < 0 else 0.0
    if came < 0 and realised == 0:
        return
    faces = (lambda x: 1 / x) if inverse else float
    mean = (contracts * faces(entry) + came * faces(traded)) / left
    average = entry if came <= 0 else faces(mean)
    funding, fees = (each / later if inverse else each for each in (got, paid))
    margin = 5.0 if inverse else None
    before = book(
        spot, future, held, cost=50_000, type_=type_, contracts=contracts, entry_price=entry,
        margin=margin,
    )  # fmt: skip
    now = book(
        later, future_later, held, day=1, cost=50_000, type_=type_, contracts=left,
        entry_price=average, margin=margin, funding_received=funding, fees_paid=fees,
        realised_pnl=realised,
    )  # fmt: skip
    unit, unit_later = (spot, later) if inverse else (1.0, 1.0)
    posted = margin or 0.0
    then = gain(contracts, entry, future) + posted
    today = then - gain(contracts, entry, future)
    today += gain(contracts, entry, future_later) + gain(came, traded, future_later)
    today += funding - fees
    ledger = held * (later - spot) + today * unit_later - then * unit
    coins, (position,) = lines(before, now)
    size = 1e-9 * (abs(ledger) + 1e6)
    assert earned(before, now) == approx(ledger, abs=size)
    assert sum(parts(position)) == approx(position.pnl, abs=size)
    assert [each.price + each.trades for each in coins] == approx(
        [each.pnl for each in coins], abs=size
    )


# The report


def report_of(portfolio):
    return report_book(analyse(portfolio)).to_bytes()


def moved(portfolio, days=1, by=0.97):
    """A portfolio some days later, at other prices, with more coins."""
    return replace(
        portfolio,
        settings=replace(portfolio.settings, as_of=portfolio.settings.as_of + timedelta(days=days)),
        holdings=[
            replace(each, spot_price=each.spot_price * by, quantity=each.quantity * 1.1)
            for each in portfolio.holdings
        ],
        instruments=[
            replace(
                each,
                futures_price=each.futures_price * by * 1.001,
                index_price=each.index_price and each.index_price * by,
            )
            for each in portfolio.instruments
        ],
        shorts=[replace(each, funding_received=12.5) for each in portfolio.shorts[1:]],
    )


def since(name):
    """A sample with what changed since a report on it."""
    sample = SAMPLES[name]
    return compared(analyse(moved(sample)), Content("old.xlsx", report_of(sample)))


@pytest.fixture(params=["two-venues", "inverse-quarterly"])
def changed(request, tmp_path):
    path = tmp_path / "changed.xlsx"
    report_book(since(request.param)).save(path)
    return path


@pytest.mark.parametrize("name", SAMPLES)
def test_the_inputs_of_a_report_are_read_from_it(name):
    sample = SAMPLES[name]
    read = read_report(report_of(sample), "x", REPORT_LIMITS)
    assert read == sample
    assert since(name).changes.since == sample.settings.as_of


def test_names_of_tables_and_columns_are_names_of_assets_too():
    names = ("Shorts", "asset", "Holdings", "none", "instrument")
    portfolio = replace(
        book(60_000, 60_000, contracts=1, entry_price=60_000),
        holdings=[Holding(asset=each, quantity=1, spot_price=5, place="asset") for each in names]
        + [Holding(asset="BTC", quantity=1, spot_price=60_000, instrument="BTC-PERP")],
    )
    assert read_report(report_of(portfolio), "x", REPORT_LIMITS) == portfolio


def test_libreoffice_computes_what_changed(changed, plain_libreoffice, tmp_path):
    computed = plain_libreoffice.values(poisoned(changed, tmp_path / "poisoned.xlsx"))
    assert differences(computed, stored(changed)) == []


def test_ironcalc_computes_what_changed(changed, ironcalc, tmp_path):
    computed = ironcalc.values(poisoned(changed, tmp_path / "poisoned.xlsx"))
    assert differences(computed, with_serials(stored(changed))) == []


def test_the_sheet_says_what_was_earned_twice(tmp_path):
    analysis = since("two-venues")
    report_book(analysis).save(tmp_path / "new.xlsx")
    sheet = load_workbook(tmp_path / "new.xlsx", data_only=True)["What changed"]
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows()}
    parts_told = [
        value[1] for key, value in rows.items() if str(key).startswith(("Coins: ", "Shorts: "))
    ]
    assert len(parts_told) == 7
    total = approx(analysis.changes.pnl)
    assert sum(parts_told) == total
    assert rows["P&L since then"][1] == total
    assert rows["Change in value, less what was brought in"][1] == total
    assert "old.xlsx" in sheet["A4"].value
    assert rows["Coins held, value"][2] == approx(analysis.total.spot_notional)


def test_without_an_earlier_report_there_is_no_such_sheet():
    assert "What changed" not in report_book(analyse(SAMPLES["two-venues"])).titles


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"portfolio": "Other"}, 'a report on "Other", not on'),
        ({"quote_currency": "USDT"}, "it is in USDT, not in USD"),
        ({"as_of": DAY + timedelta(days=400)}, "not before these"),
    ],
)
def test_a_report_that_is_not_an_earlier_one_is_refused_in_one_line(change, told):
    sample = SAMPLES["partial-hedge"]
    horizon = {"horizon_date": DAY + timedelta(days=800)}
    other = replace(sample, settings=replace(sample.settings, **horizon | change))
    with pytest.raises(InputError) as refused:
        compared(analyse(moved(sample)), Content("old.xlsx", report_of(other)))
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_no_report_is_refused_in_one_line():
    template = (Path(__file__).parent.parent / "workbooks" / "partial-hedge.xlsx").read_bytes()
    for content in (Content("x.xlsx", template), Content("x.xlsx", b""), Content("x", {})):
        with pytest.raises(InputError, match=r"x.*: is no report of xlhedge .*") as refused:
            compared(analyse(SAMPLES["partial-hedge"]), content)
        assert "\n" not in str(refused.value)


# Runs


class Told(Progress):
    def __init__(self):
        self.results = []

    def done(self, result):
        self.results.append(result)


def run(path, out, **options):
    told = Told()
    with Stop() as stop:
        make_reports(Request((str(path),), out, jobs=1, **options), told, stop)
    (result,) = told.results
    return result


@pytest.fixture
def desk(tmp_path):
    """The same portfolio on three days."""
    paths = []
    for day, price in ((1, 60_000), (2, 57_000), (3, 58_000)):
        tables = {
            "Settings": {
                "portfolio": "Desk",
                "as_of": f"2026-03-0{day} 08:00",
                "horizon_date": "2026-06-26",
            },
            "Holdings": [{"asset": "BTC", "quantity": 1, "spot_price": price}],
            "Instruments": [],
            "Shorts": [],
            "Scenarios": [],
        }
        paths.append(tmp_path / f"{day}" / "desk.json")
        paths[-1].parent.mkdir()
        paths[-1].write_text(json.dumps(tables))
    return paths


def earned_in(path):
    book = load_workbook(path, data_only=True)
    if "What changed" not in book.sheetnames:
        return None
    rows = book["What changed"].iter_rows(values_only=True)
    return next(row[1] for row in rows if row[0] == "P&L since then")


def test_dated_reports_stay_and_each_is_compared_with_the_one_before(desk, tmp_path):
    out = tmp_path / "out"
    first, third = run(desk[0], out, dated=True, against=out), run(desk[2], out, dated=True)
    assert any("no earlier report" in each for each in first.warnings)
    second = run(desk[1], out, dated=True, against=out)
    again = run(desk[2], out, dated=True, against=out)
    names = [Path(each.report).name for each in (first, second, third)]
    assert names == [f"desk-report-2026-03-0{day}.xlsx" for day in (1, 2, 3)]
    assert [earned_in(each.report) for each in (first, second, again)] == [None, -3_000, 1_000]


def test_a_report_that_is_replaced_is_compared_with_before(desk, tmp_path):
    run(desk[0], tmp_path / "out")
    report = run(desk[1], tmp_path / "out", against=tmp_path / "out").report
    assert Path(report).name == "desk-report.xlsx"
    assert earned_in(report) == -3_000


def test_what_was_compared_with_the_same_is_kept_and_else_made_again(desk, tmp_path):
    out, old = tmp_path / "out", tmp_path / "old"
    run(desk[0], old)
    options = {"dated": True, "against": old}
    assert run(desk[2], out, **options).status == "ok"
    assert run(desk[2], out, **options, resume=True).status == "kept"
    assert run(desk[2], out, dated=True, resume=True).status == "ok"
    run(desk[1], old, dated=True)
    assert run(desk[2], out, **options, resume=True).status == "ok"


def test_a_run_says_why_it_compares_with_nothing(desk, tmp_path):
    report = run(desk[1], tmp_path / "old").report
    same = run(desk[1], tmp_path / "out", against=Path(report))
    assert (same.status, len(same.errors)) == ("failed", 1)
    with pytest.raises(InputError, match="no such file or folder"):
        run(desk[1], tmp_path / "out", against=tmp_path / "nowhere")


def test_dated_reports_are_no_inputs(desk, tmp_path):
    run(desk[0], tmp_path / "1", dated=True)
    assert run(tmp_path / "1", tmp_path / "out").input == str(desk[0])


def test_the_last_report_before_a_date_is_found_by_name(desk, tmp_path):
    for path in desk:
        run(path, tmp_path / "old", dated=True)
    sample = SAMPLES["partial-hedge"]
    found = Earlier(tmp_path / "old").of(sample)
    assert found is None
    named = replace(
        sample, settings=replace(sample.settings, portfolio="Desk", as_of="2026-03-03 07:00")
    )
    assert Earlier(tmp_path / "old").of(named).name == "desk-report-2026-03-02.xlsx"
