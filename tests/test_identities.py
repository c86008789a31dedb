"""What must hold whatever the numbers are."""

import math
import statistics

import pytest
import strategies as some
from hypothesis import assume, given
from hypothesis import strategies as st

import xlhedge as x

scenario_arguments = st.tuples(
    some.quantities,
    some.prices,
    some.notionals,
    some.shocks,
    some.small_shocks,
    some.rates,
    some.days,
    some.hours,
    some.fees,
    some.betas,
)


@given(scenario_arguments)
def test_the_legs_added_left_to_right_are_the_net(arguments):
    *legs, net = x.scenario_attribution(*arguments)
    total = 0.0
    for leg in legs:
        total += leg
    assert net == total == x.scenario_pnl(*arguments)


@given(scenario_arguments, st.floats(0.01, 1), st.floats(0, 1e9))
def test_a_liquidated_short_loses_its_margin_and_no_more(arguments, buffer, margin):
    assume(arguments[2] > 0)
    legs = x.scenario_attribution(*arguments, buffer, margin)
    alive = x.scenario_attribution(*arguments)
    shock, basis = arguments[3], arguments[4]
    if shock + basis >= buffer:
        assert (legs[1], legs[2]) == (-margin, 0)
        assert legs[4] == -arguments[8] * abs(arguments[2]) + 0.0
    else:
        assert legs == alive
    assert (legs[0], legs[3]) == (alive[0], alive[3])


@given(scenario_arguments, st.floats(0.01, 0.9), st.floats(0, 1e9))
def test_a_long_future_is_liquidated_by_a_fall(arguments, fall, margin):
    assume(arguments[2] < 0)
    legs = x.scenario_attribution(*arguments, -fall, margin)
    reached = arguments[3] + arguments[4] <= -fall
    assert legs[1] == (-margin + 0.0 if reached else x.scenario_attribution(*arguments)[1])


@given(scenario_arguments, st.floats(0.01, 1), st.floats(-1, 3))
def test_a_spike_liquidates_as_a_move_of_its_size_would(arguments, buffer, spike):
    assume(arguments[2] != 0)
    side = 1 if arguments[2] > 0 else -1
    spiked = x.scenario_attribution(*arguments, side * buffer, 7, "linear", spike)
    without = x.scenario_attribution(*arguments, side * buffer, 7)
    reached = side * spike >= buffer or side * (arguments[3] + arguments[4]) >= buffer
    assert spiked[1:3] == ([-7, 0] if reached else without[1:3])
    assert spiked[0] == without[0]


@given(
    st.floats(1e-3, 1e3), st.floats(1, 1e5), st.floats(0.5, 2), st.floats(-0.9, 3), some.fees,
    st.floats(-0.09, 0.5),
)  # fmt: skip
def test_inverse_legs_are_the_coins_at_the_later_spot_price(
    coins, spot, premium, shock, fee, basis
):
    future = spot * premium
    face, later = coins * future, spot * (1 + shock)
    later_future = future * (1 + shock + basis)
    short = x.short_notional(face, future, 1, "inverse", spot)
    legs = x.scenario_attribution(
        0, spot, short, shock, basis, 0, 0, 8, fee, 1, None, None, "inverse"
    )
    scale = short * (1 + (1 + shock) / (1 + shock + basis))
    pnl = x.short_pnl(face, future, later_future, 1, "inverse") * later
    assert some.close(legs[1] + legs[2], pnl, scale)
    traded = face / future * spot + face / later_future * later
    assert some.close(legs[4], -fee * traded, scale)
    open_already = x.scenario_attribution(
        0, spot, short, shock, basis, 0, 0, 8, fee, 1, None, None, "inverse", None, "close"
    )
    assert some.close(legs[4] - open_already[4], -fee * short, scale)


def or_none(call, *arguments):
    """A call's value; None where there is no answer."""
    try:
        return call(*arguments)
    except x.HedgeError as error:
        if error.kind is not x.CellError.NA:
            raise
        return None


@given(
    st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(0, 0.1), st.floats(0, 9)), min_size=1),
    st.floats(0, 1e6), some.changes, st.floats(0, 0.01),
)  # fmt: skip
def test_a_wallet_is_liquidated_where_equity_meets_maintenance(positions, wallet, gains, fee):
    values, rates, amounts = (list(each) for each in zip(*positions, strict=True))
    gain = gains[0][0]

    def spare(move):
        needed = sum(
            abs(v) * (1 + move) * (r + fee) - a
            for v, r, a in zip(values, rates, amounts, strict=True)
        )
        return wallet + gain - sum(v * move for v in values) - needed

    move = or_none(x.cross_liquidation_buffer, wallet, values, rates, amounts, gain, fee)
    if move is None:
        assert spare(0) > 0
        assert spare(-1) > -1e-6
    elif spare(0) <= 0:
        assert move == 0
    else:
        assert move >= -1
        scale = wallet + abs(gain) + sum(abs(v) for v in values) * (1 + abs(move)) + 99
        assert some.close(spare(move), 0, scale, rel=1e-8)


def spared(position, floors, rates, fee, price):
    """What equity exceeds maintenance by, a tier's rate on the whole: written without our code."""
    short, entry, margin, size, kind = position
    faces = short * size
    value = abs(faces) * price if kind == "linear" else abs(faces) / price
    gain = faces * (entry - price) if kind == "linear" else faces * (1 / price - 1 / entry)
    rate = max((f, r) for f, r in zip(floors, rates, strict=True) if f < value or f == 0)[1]
    return margin + gain - value * (rate + fee)


@given(
    st.tuples(
        some.contracts, st.floats(1, 1e5), st.floats(0.001, 2), some.sizes, some.contract_types
    ),
    st.lists(st.floats(0.05, 20), min_size=1, max_size=6, unique=True).map(sorted),
    st.lists(st.floats(0, 0.5), min_size=7, max_size=7).map(sorted),
    st.floats(0, 0.01),
)  # fmt: skip
def test_tiers_of_the_whole_position_end_it_where_it_first_fails(drawn, ends, rates, fee):
    short, entry, share, size, kind = drawn
    value = abs(short * size) * (entry if kind == "linear" else 1 / entry)
    position = short, entry, share * value, size, kind
    floors = [0.0, *(value * end for end in ends)]
    rates = rates[: len(floors)]
    start = spared(position, floors, rates, fee, entry)
    assume(abs(start) > 1e-9 * value)
    sound = start > 0
    up = (short > 0) == sound
    terms = floors, rates, size, kind, "whole", fee
    price = or_none(x.liquidation_price_tiered, short, entry, share * value, *terms)
    if price is None:
        far = [entry * 10 ** (n / 20 if up else -n / 20) for n in range(110)]
        assert all((spared(position, floors, rates, fee, p) > 0) is sound for p in far)
        return
    assert price >= entry if up else price <= entry
    steps = [entry + (price - entry) * n / 300 for n in range(300)]
    assert all((spared(position, floors, rates, fee, p) > 0) is sound for p in steps[:-1])
    beyond = price * (1 + (1e-7 if up else -1e-7))
    assert (spared(position, floors, rates, fee, beyond) > 0) is not sound


@given(some.quantities, some.prices, some.betas)
def test_a_full_hedge_leaves_no_delta(quantity, price, beta):
    assert x.net_delta(quantity, price, x.hedge_notional(quantity, price, 1, beta), beta) == 0


@given(some.quantities, some.prices, some.ratios, some.betas)
def test_the_ratio_of_a_hedge_is_the_ratio_asked_for(quantity, price, ratio, beta):
    exposure = quantity * price * beta
    assume(abs(exposure) > 1e-6)
    hedge = x.hedge_notional(quantity, price, ratio, beta)
    found = x.hedge_ratio(x.spot_notional(quantity, price), hedge, beta)
    assert math.isclose(found, ratio, rel_tol=1e-12, abs_tol=1e-12)


@given(some.quantities, some.prices, some.notionals, some.betas)
def test_nothing_moves_nothing_is_lost(quantity, price, short, beta):
    arguments = (quantity, price, short, 0, 0, 0.0001, 0, 8, 0, beta)
    assert x.scenario_attribution(*arguments) == [0.0] * 6


@given(some.notionals, some.rates, some.days, some.hours)
def test_a_long_pays_what_a_short_receives(notional, rate, days, hours):
    assert x.funding_drag(notional, rate, days, hours) == -x.funding_drag(
        -notional, rate, days, hours
    )


@given(some.contracts, some.prices, some.shocks)
def test_the_short_leg_is_the_position_s_pnl(contracts, entry, shock):
    price = entry * (1 + shock)
    for kind, worth in (("linear", 1), ("inverse", price)):
        notional = x.short_notional(contracts, entry, 1, kind)
        leg = x.scenario_attribution(0, entry, notional, shock)[1]
        pnl = x.short_pnl(contracts, entry, price, 1, kind) * worth
        assert some.close(leg, pnl, notional * (1 + abs(shock)))


@given(some.notionals, some.prices, some.contract_types, some.steps)
def test_sizes_are_whole_steps_and_never_above_when_rounded_down(notional, price, kind, step):
    def size(rounding):
        return x.hedge_contracts(notional, price, 1, kind, step, rounding)

    exact = x.hedge_contracts(notional, price, 1, kind)
    assume(abs(exact / step) < 1e11)  # beyond that a step is below the float's own resolution
    noise = 1e-11 * max(abs(exact), step)
    for rounding in ("down", "nearest", "up"):
        steps = size(rounding) / step
        assert math.isclose(steps, round(steps), rel_tol=1e-11, abs_tol=1e-9)
    assert abs(size("down")) <= abs(exact) + noise < abs(size("down")) + step + 2 * noise
    assert abs(size("up")) >= abs(exact) - noise > abs(size("up")) - step - 2 * noise
    assert abs(size("nearest") - exact) <= step / 2 + noise
    assert x.hedge_contracts(-notional, price, 1, kind, step, "down") == -size("down")


@given(st.integers(0, 10**7), st.integers(0, 8), st.sampled_from(["down", "nearest", "up"]))
def test_decimal_steps_are_exact(count, digits, rounding):
    step = float(f"1e-{digits}")
    typed = float(f"{count}e-{digits}")  # the number a person types, such as 0.3
    assert x.hedge_contracts(typed, 1, 1, "linear", step, rounding) == typed


@given(some.contracts, some.prices, st.floats(0.01, 2), some.mm_rates, some.contract_types)
def test_at_the_liquidation_price_equity_is_the_maintenance_margin(
    contracts, entry, share, rate, kind
):
    value = abs(contracts) * (entry if kind == "linear" else 1 / entry)
    margin = share * value
    try:
        price = x.liquidation_price(contracts, entry, margin, rate, 0, 1, kind)
    except x.HedgeError as error:
        if error.kind is not x.CellError.NA:
            raise
        # A short is safe only if it holds the coins it shorts, a long only if it is paid in full.
        assert share >= 1 - 1e-5
        assert (contracts > 0) == (kind == "inverse")
        return
    equity = margin + x.short_pnl(contracts, entry, price, 1, kind)
    at_price = abs(contracts) * (price if kind == "linear" else 1 / price)
    assert some.close(equity, at_price * rate, max(margin, value, at_price))


@given(some.contracts.map(abs), some.prices, some.mm_rates, st.floats(-1e-15, 1e-15))
def test_a_1x_inverse_short_is_never_liquidated(contracts, entry, rate, noise):
    margin = contracts / entry * (1 + noise)
    with pytest.raises(x.HedgeError) as caught:
        x.liquidation_price(contracts, entry, margin, rate, 0, 1, "inverse")
    assert caught.value.kind is x.CellError.NA


@given(some.prices, some.prices)
def test_the_buffer_leads_from_the_mark_to_the_liquidation_price(mark, liquidation):
    assert math.isclose(
        mark * (1 + x.liquidation_buffer(mark, liquidation)),
        liquidation,
        rel_tol=1e-12,
        abs_tol=1e-9 * mark,
    )


@given(some.prices, some.prices, some.days.filter(lambda d: d > 1))
def test_the_three_ways_to_annualise_agree_on_the_growth(futures, spot, days):
    growth, years = futures / spot, days / 365
    simple = x.basis_annualized(futures, spot, days)
    continuous = x.basis_annualized(futures, spot, days, "continuous")
    assert some.close(1 + simple * years, growth, growth + 1)
    assert some.close(continuous * years, math.log(growth), 30)
    if abs(math.log(growth)) / years < 500:
        compound = x.basis_annualized(futures, spot, days, "compound")
        grown = math.exp(math.log(growth) / years)
        assert some.close(1 + compound, grown, grown + 1)


liquidations = st.tuples(
    some.contracts,
    some.prices,
    st.floats(0.01, 0.9),  # a move: up for a short, down for a long
    st.floats(0.001, 0.3),
    st.floats(0, 0.9),  # mm_amount, of the maintenance margin
    some.sizes,
    some.contract_types,
    some.mm_bases,
)


@given(liquidations)
def test_the_collateral_needed_is_liquidated_where_it_said(drawn):
    contracts, entry, move, rate, share, size, kind, basis = drawn
    rise = math.copysign(move, contracts)
    target = entry * (1 + rise)
    faces = abs(contracts) * size
    valued_at = entry if basis == "entry" else target
    amount = share * rate * (faces * valued_at if kind == "linear" else faces / valued_at)
    terms = (rate, amount, size, kind, basis)
    margin = x.collateral_needed(contracts, entry, rise, *terms)
    price = x.liquidation_price(contracts, entry, margin, *terms)
    assert math.isclose(price, target, rel_tol=1e-9)
    assert math.isclose(x.margin_ratio(contracts, entry, price, margin, *terms), 1, rel_tol=1e-7)
    back = x.collateral_needed(contracts, entry, price / entry - 1, *terms)
    assert math.isclose(back, margin, rel_tol=1e-9)


@given(
    some.prices,
    st.floats(-0.09, 0.9),
    st.floats(0.5, 3650),
    some.compoundings,
    st.sampled_from([360, 365]),
)
def test_the_fair_future_has_the_basis_it_was_made_of(spot, rate, days, compounding, day_count):
    terms = (days, compounding, day_count)
    future = x.fair_futures(spot, rate, *terms)
    found = x.basis_annualized(future, spot, *terms)
    assert math.isclose(found, rate, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(x.fair_futures(spot, found, *terms), future, rel_tol=1e-9)


@given(some.notionals, some.prices, st.floats(0.5, 2), st.floats(0.01, 9), some.fees)
def test_a_hedge_held_to_expiry_locks_its_carry_in(notional, spot, premium, settled, fee):
    future, shock = spot * premium, settled - 1
    converges = (spot / future - 1) * (1 + shock)
    held = x.scenario_pnl(notional / future, spot, notional, shock, converges, 0, 0, 8, fee)
    # The scenario's closing fee is on the price of then, that of the carry on the price of now.
    held += fee * abs(notional) * (spot * settled / future - 1)
    assert some.close(held, x.locked_carry(notional, future, spot, fee), notional * (1 + settled))


@given(some.contracts, some.prices, st.floats(0.01, 0.9), some.sizes, some.contract_types)
def test_at_the_bankruptcy_price_the_margin_is_gone(contracts, entry, share, size, kind):
    faces = abs(contracts) * size
    value = faces * entry if kind == "linear" else faces / entry
    price = x.bankruptcy_price(contracts, entry, share * value, size, kind)
    lost = x.short_pnl(contracts, entry, price, size, kind)
    assert some.close(share * value + lost, 0, value)


@given(
    some.contracts,
    some.prices,
    st.floats(0.01, 0.9),
    some.sizes,
    some.contract_types,
    some.ladders,
)
def test_the_tier_that_liquidates_is_the_tier_of_that_price(
    contracts, entry, share, size, kind, ladder
):
    faces = abs(contracts) * size
    margin = share * (faces * entry if kind == "linear" else faces / entry)
    price = x.liquidation_price_tiered(contracts, entry, margin, *ladder, size, kind)
    value = faces * price if kind == "linear" else faces / price
    rate, amount = x.maintenance_tier(value, *ladder)
    plain = x.liquidation_price(contracts, entry, margin, rate, amount, size, kind)
    assert math.isclose(price, plain, rel_tol=1e-8)
    single = x.liquidation_price_tiered(contracts, entry, margin, [0], [rate], size, kind)
    assert single == x.liquidation_price(contracts, entry, margin, rate, 0, size, kind)


@given(some.ladders, some.sides)
def test_the_maintenance_margin_has_no_step_between_tiers(ladder, side):
    for floor in ladder[0][1:]:
        at, above = (
            x.maintenance_margin(side * value, *x.maintenance_tier(side * value, *ladder))
            for value in (floor, floor * (1 + 1e-12))
        )
        assert some.close(at, above, floor)


@given(some.ladders, st.floats(0, 1e8))
def test_a_tier_s_amount_is_what_the_lower_tiers_do_not_charge(ladder, value):
    floors, rates = ladder
    ends = [*floors[1:], math.inf]
    slices = sum(
        rate * max(0, min(value, end) - floor)
        for floor, end, rate in zip(floors, ends, rates, strict=True)
    )
    margin = x.maintenance_margin(value, *x.maintenance_tier(value, floors, rates))
    assert some.close(margin, slices, value)


def varied(changes):
    spot, future = (list(map(float, column)) for column in zip(*changes, strict=True))
    assume(len(set(spot)) > 1)
    assume(len(set(future)) > 1)
    return spot, future


@given(some.changes, st.floats(-3, 3))
def test_no_hedge_does_better_than_the_minimum_variance_ratio(changes, other):
    spot, future = varied(changes)
    ratio, best = x.min_variance_ratio(spot, future), x.hedge_effectiveness(spot, future)
    assert some.close(best, statistics.correlation(spot, future) ** 2, 1)
    assert some.close(best, x.hedge_effectiveness(spot, future, ratio), 1)
    at_other = x.hedge_effectiveness(spot, future, other)
    variances = statistics.variance(spot), statistics.variance(future)
    assert some.close(best - at_other, (other - ratio) ** 2 * variances[1] / variances[0], 1e5)
    assert at_other <= best + 1e-9


@given(some.changes, st.floats(0.01, 100), st.floats(0.01, 100), st.integers(-99, 99))
def test_the_ratio_scales_with_the_coin_and_against_the_future(changes, coin, index, drift):
    spot, future = varied(changes)
    ratio = x.min_variance_ratio(spot, future)
    scaled = [coin * s + drift for s in spot], [index * f - drift for f in future]
    assert some.close(x.min_variance_ratio(*scaled), ratio * coin / index, 1e4 * coin / index)
    assert some.close(x.hedge_effectiveness(*scaled), x.hedge_effectiveness(spot, future), 1)


@given(some.notionals, some.rates, st.integers(1, 99), some.hours)
def test_settled_funding_is_minus_the_drag(notional, rate, settlements, hours):
    accrued = x.funding_accrued(notional, [rate] * settlements)
    drag = x.funding_drag(notional, rate, settlements * hours / 24, hours)
    assert some.close(accrued, -drag, notional * rate * settlements)
    assert x.funding_accrued([notional] * settlements, [rate] * settlements) == accrued


@given(st.floats(1, 1e9), some.sides, st.floats(1e-5, 0.01), st.floats(0, 1e6), some.hours)
def test_at_break_even_funding_has_eaten_the_amount(notional, side, rate, amount, hours):
    short, paid = side * notional, -side * rate  # a short pays a negative rate, a long a positive
    days = x.funding_breakeven_days(short, paid, amount, hours)
    assume(days <= 36_525)
    assert some.close(x.funding_drag(short, paid, days, hours), amount, amount)
    with pytest.raises(x.HedgeError) as caught:
        x.funding_breakeven_days(short, -paid, amount, hours)
    assert caught.value.kind is x.CellError.NA


@given(some.trades, some.sides, st.floats(1, 1e5), some.contract_types)
def test_the_average_entry_earns_what_the_trades_earn(trades, side, price, kind):
    contracts, prices = [side * n for n, _ in trades], [entry for _, entry in trades]
    average = x.average_entry(contracts, prices, kind)
    assert min(prices) * (1 - 1e-12) <= average <= max(prices) * (1 + 1e-12)
    total = x.short_pnl(sum(contracts), average, price, 1, kind)
    each = [x.short_pnl(n, entry, price, 1, kind) for n, entry in zip(contracts, prices)]  # noqa: B905  # pairs
    size = sum(n for n, _ in trades)
    assert some.close(total, sum(each), size * (1e5 if kind == "linear" else 1))


@given(some.contracts, some.prices, st.floats(-0.9, 0.9), some.sizes, some.contract_types)
def test_at_the_target_the_short_has_made_its_return(contracts, entry, wanted, size, kind):
    target = x.target_price(entry, wanted, kind)
    value = contracts * size * (entry if kind == "linear" else 1 / entry)
    pnl = x.short_pnl(contracts, entry, target, size, kind)
    assert some.close(pnl, wanted * value, 2 * value)


@given(
    some.quantities, some.prices, some.notionals, some.shocks, some.betas, st.floats(-0.001, 0.001)
)
def test_the_coin_s_leg_is_the_same_wherever_it_stands(quantity, price, short, shock, beta, fee):
    moved = beta * shock
    scenario = x.scenario_pnl(quantity, price, short, shock, beta=beta)
    scale = abs(quantity * price) * (1 + abs(moved)) + abs(short) * (1 + abs(shock))
    if moved >= -1:
        assert some.close(x.pair_pnl(quantity * price, short, moved, shock), scenario, scale)
    naked = x.scenario_pnl(quantity, price, 0, shock, beta=beta)
    unwound = x.unwind_now(quantity, price, short, shock, fee, beta)
    assert some.close(unwound, naked - x.trading_fee(short, fee), scale)


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1e9), st.floats(1e-3, 1e6))
def test_buying_more_moves_the_average_towards_the_price(quantity, cost, spend, price):
    bought = x.redeploy_qty(spend, price)
    average = x.redeploy_avg_cost(quantity, cost, spend, price)
    low, high = sorted((cost, price))
    assert low * (1 - 1e-12) <= average <= high * (1 + 1e-12)
    assert some.close(
        average * (quantity + bought), quantity * cost + spend, quantity * cost + spend
    )


@given(
    st.floats(1e-3, 1e6),
    st.floats(1e-3, 1e6),
    st.floats(0, 1e9),
    st.floats(1e-3, 1e6),
    st.floats(0, 1e6),
    some.fees,
)
def test_a_hedge_s_profit_lowers_what_the_coins_cost(quantity, cost, spend, price, profit, fee):
    coins = quantity + x.redeploy_qty(spend, price, fee)
    accounting = x.redeploy_avg_cost(quantity, cost, spend, price, 0, fee)
    economic = x.redeploy_avg_cost(quantity, cost, spend, price, profit, fee)
    paid = quantity * cost + spend
    assert some.close((accounting - economic) * coins, profit, paid + profit)
    assert some.close(accounting * coins, paid, paid)
    assert some.close(x.redeploy_qty(spend, price, fee) * price, spend * (1 - fee), spend)
