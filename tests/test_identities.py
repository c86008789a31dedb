"""What must hold whatever the numbers are."""

import math

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
    legs = x.scenario_attribution(*arguments, -fall, margin)
    reached = arguments[3] + arguments[4] <= -fall
    assert legs[1] == (-margin + 0.0 if reached else x.scenario_attribution(*arguments)[1])


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
