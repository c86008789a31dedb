"""What the hedged holding gains or loses when prices move: the five legs and their sum."""

from __future__ import annotations

import operator
from functools import reduce

from xlhedge.functions.algebra import (
    NEVER,
    NOISE,
    UNGIVEN,
    Carrier,
    absolute,
    maximum,
    where,
)
from xlhedge.functions.formulas.funding import funding_drag

__all__ = ["LEGS", "is_liquidated", "scenario_attribution", "scenario_pnl", "spot_leg"]

_UNREACHED = 1e9
"""A buffer that stands for none, where a formula cannot leave it out."""

LEGS = ("spot", "short", "basis", "funding", "fees", "net")
"""The columns of an attribution, in order."""


def scenario_attribution(
    spot_qty: Carrier,
    spot_price: Carrier,
    short_notional: Carrier,
    price_shock: Carrier,
    basis_shock: Carrier = 0,
    funding_rate: Carrier = 0,
    days: Carrier = 0,
    interval_hours: Carrier = 8,
    fee_rate: Carrier = 0,
    beta: Carrier = 1,
    liquidation_buffer: Carrier = NEVER,
    short_margin: Carrier = UNGIVEN,
    contract_type: Carrier = "linear",
    spike: Carrier = UNGIVEN,
    fees: Carrier = "both",
) -> tuple[Carrier, ...]:
    """Where a scenario's P&L comes from, in quote: spot, short, basis, funding, fees, net.

    Net is the sum of the other five. One row of six numbers; column arguments give one row each.
    The legs of an inverse contract are exact, with a short_notional that is SHORT_NOTIONAL with its
    index_price. Fees are those of opening and closing, or with "close" of closing a short that is
    open. If the move, or the spike on the way to it, reaches liquidation_buffer, the short has lost
    its margin, the basis no longer matters, and nothing is left to close: the coins are naked.

    Equation:
        spot = spot_qty × spot_price × max(−1, beta × price_shock)
        short = −short_notional × price_shock
        linear: basis = −short_notional × basis_shock
        inverse: basis = short_notional × ((1 + price_shock) ÷ (1 + price_shock + basis_shock) − 1)
        funding = −FUNDING_DRAG(short_notional, funding_rate, days, interval_hours)
        linear, both: fees = −fee_rate × |short_notional| × (1 + (1 + price_shock + basis_shock))
        linear, close: fees = −fee_rate × |short_notional| × (1 + price_shock + basis_shock)
        inverse, both: fees = −fee_rate × |short_notional|
            × (1 + (1 + price_shock) ÷ (1 + price_shock + basis_shock))
        inverse, close: fees = −fee_rate × |short_notional|
            × (1 + price_shock) ÷ (1 + price_shock + basis_shock)
        net = spot + short + basis + funding + fees
        with liquidation_buffer: once the worst of 0, price_shock + basis_shock and spike reaches
            liquidation_buffer, short = −short_margin (of an inverse contract × (1 + price_shock)),
            basis = 0, and fees are of opening only

    Question:
        1 BTC at 60,000, short 60,000, the price falls 20 % and the future 1 % more. Who paid?

        >>> import xlhedge
        >>> xlhedge.scenario_attribution(1, 60_000, 60_000, -0.2, -0.01)
        [-12000.0, 12000.0, 600.0, 0.0, 0.0, 600.0]

        And if a spike of 12 % on the way liquidates the short at +9 %, with its margin of 6,000?

        >>> call = xlhedge.scenario_attribution
        >>> call(1, 60_000, 60_000, -0.3, liquidation_buffer=0.09, short_margin=6_000, spike=0.12)
        [-18000.0, -6000.0, 0.0, 0.0, 0.0, -24000.0]

    Source:
        Attribution (Q − q)·ΔS − q·Δ(F − S) + funding − fees, split by relative moves.
    """
    liquidated = is_liquidated(
        short_notional,
        liquidation_buffer,
        price_shock + basis_shock,
        where(spike >= -1, spike, 0),
    )
    inverse = contract_type == "inverse"
    moved = 1 + price_shock
    future = 1 + price_shock + basis_shock
    closing = where(inverse, lambda: moved / future, future)  # value at closing, of today's
    lost = -short_margin * where(inverse, moved, 1)
    spot = spot_leg(spot_qty, spot_price, price_shock, beta)
    short = where(liquidated, lost, -short_notional * price_shock)
    # Not closing − 1 for linear: basis_shock alone keeps all its digits.
    basis = short_notional * where(inverse, lambda: closing - 1, -basis_shock)
    funding = -funding_drag(short_notional, funding_rate, days, interval_hours)
    paid = -fee_rate * absolute(short_notional)
    paid = paid * (where(fees == "close", 0, 1) + where(liquidated, 0, closing))
    legs = spot, short, where(liquidated, 0, basis), funding, paid
    return *legs, reduce(operator.add, legs)


def spot_leg(
    spot_qty: Carrier, spot_price: Carrier, price_shock: Carrier, beta: Carrier
) -> Carrier:
    """What the coins gain: no coin loses more than all of its value."""
    return spot_qty * spot_price * maximum(-1, beta * price_shock)


def is_liquidated(short_notional: Carrier, liquidation_buffer: Carrier, *moves: Carrier) -> Carrier:
    """Whether one of the future's moves reaches the liquidation: up for a short, down for a long.

    No move at all is one of them: a position that is already beyond its liquidation is reached.
    """
    if liquidation_buffer is NEVER:
        return False
    side = where(short_notional > 0, 1, -1)
    # A move to just that price counts as reaching it, though not to the last bit.
    reached = [side * (move - liquidation_buffer) >= -NOISE for move in (0, *moves)]
    safe = (short_notional == 0) | (liquidation_buffer >= _UNREACHED)
    return where(safe, False, reduce(operator.or_, reached))  # noqa: FBT003  # a branch


def scenario_pnl(
    spot_qty: Carrier,
    spot_price: Carrier,
    short_notional: Carrier,
    price_shock: Carrier,
    basis_shock: Carrier = 0,
    funding_rate: Carrier = 0,
    days: Carrier = 0,
    interval_hours: Carrier = 8,
    fee_rate: Carrier = 0,
    beta: Carrier = 1,
    liquidation_buffer: Carrier = NEVER,
    short_margin: Carrier = UNGIVEN,
    contract_type: Carrier = "linear",
    spike: Carrier = UNGIVEN,
    fees: Carrier = "both",
) -> Carrier:
    """What holding and short gain together when the price moves, in quote.

    A column of short_notional against a row of price_shock gives a whole sensitivity grid.

    Equation:
        linear, both: spot_qty × spot_price × max(−1, beta × price_shock)
            − short_notional × price_shock − short_notional × basis_shock
            + short_notional × funding_rate × days × 24 ÷ interval_hours
            − fee_rate × |short_notional| × (1 + (1 + price_shock + basis_shock))
        linear, close: spot_qty × spot_price × max(−1, beta × price_shock)
            − short_notional × price_shock − short_notional × basis_shock
            + short_notional × funding_rate × days × 24 ÷ interval_hours
            − fee_rate × |short_notional| × (1 + price_shock + basis_shock)
        inverse, both: spot_qty × spot_price × max(−1, beta × price_shock)
            − short_notional × price_shock
            + short_notional × ((1 + price_shock) ÷ (1 + price_shock + basis_shock) − 1)
            + short_notional × funding_rate × days × 24 ÷ interval_hours
            − fee_rate × |short_notional|
            × (1 + (1 + price_shock) ÷ (1 + price_shock + basis_shock))
        inverse, close: spot_qty × spot_price × max(−1, beta × price_shock)
            − short_notional × price_shock
            + short_notional × ((1 + price_shock) ÷ (1 + price_shock + basis_shock) − 1)
            + short_notional × funding_rate × days × 24 ÷ interval_hours
            − fee_rate × |short_notional| × (1 + price_shock) ÷ (1 + price_shock + basis_shock)
        with liquidation_buffer: once the worst of 0, price_shock + basis_shock and spike reaches
            liquidation_buffer, short and basis lose short_margin (of an inverse contract
            × (1 + price_shock)), and the fees are those of opening only

    Question:
        1 BTC at 60,000, half of it hedged. What does a fall of 20 % do to me?

        >>> import xlhedge
        >>> xlhedge.scenario_pnl(1, 60_000, 30_000, -0.2)
        -6000.0

        Half of the unhedged 12,000: a 50 % hedge turns −20 % into −10 %.

    Source:
        As SCENARIO_ATTRIBUTION.
    """
    legs = scenario_attribution(
        spot_qty,
        spot_price,
        short_notional,
        price_shock,
        basis_shock,
        funding_rate,
        days,
        interval_hours,
        fee_rate,
        beta,
        liquidation_buffer,
        short_margin,
        contract_type,
        spike,
        fees,
    )
    return legs[-1]
