"""What the hedged holding gains or loses when prices move: the five legs and their sum."""

from __future__ import annotations

from xlhedge.functions.algebra import NEVER, NOISE, UNGIVEN, Carrier, absolute, maximum, where
from xlhedge.functions.formulas.funding import funding_drag

__all__ = ["LEGS", "is_liquidated", "scenario_attribution", "scenario_pnl", "spot_leg"]

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
) -> tuple[Carrier, ...]:
    """Where a scenario's P&L comes from, in quote: spot, short, basis, funding, fees, net.

    Net is the sum of the other five. One row of six numbers; column arguments give one row each.
    Fees are those of opening and of closing. If the move reaches liquidation_buffer the short has
    lost its margin, the basis no longer matters, and nothing is left to close: the coins are naked
    from there.

    Equation:
        spot = spot_qty × spot_price × max(−1, beta × price_shock)
        short = −short_notional × price_shock
        basis = −short_notional × basis_shock
        funding = −FUNDING_DRAG(short_notional, funding_rate, days, interval_hours)
        fees = −fee_rate × |short_notional| × (1 + (1 + price_shock + basis_shock))
        net = spot + short + basis + funding + fees
        with liquidation_buffer: once price_shock + basis_shock reaches liquidation_buffer,
            short = −short_margin, basis = 0, fees = −fee_rate × |short_notional|

    Question:
        1 BTC at 60,000, short 60,000, the price falls 20 % and the future 1 % more. Who paid?

        >>> import xlhedge
        >>> xlhedge.scenario_attribution(1, 60_000, 60_000, -0.2, -0.01)
        [-12000.0, 12000.0, 600.0, 0.0, 0.0, 600.0]

    Source:
        Attribution (Q − q)·ΔS − q·Δ(F − S) + funding − fees, split by relative moves.
    """
    liquidated = is_liquidated(price_shock, basis_shock, liquidation_buffer)
    spot = spot_leg(spot_qty, spot_price, price_shock, beta)
    short = where(liquidated, -short_margin, -short_notional * price_shock)
    basis = where(liquidated, 0, -short_notional * basis_shock)
    funding = -funding_drag(short_notional, funding_rate, days, interval_hours)
    closing = where(liquidated, 0, 1 + price_shock + basis_shock)
    fees = -fee_rate * absolute(short_notional) * (1 + closing)
    return spot, short, basis, funding, fees, spot + short + basis + funding + fees


def spot_leg(
    spot_qty: Carrier, spot_price: Carrier, price_shock: Carrier, beta: Carrier
) -> Carrier:
    """What the coins gain: no coin loses more than all of its value."""
    return spot_qty * spot_price * maximum(-1, beta * price_shock)


def is_liquidated(
    price_shock: Carrier, basis_shock: Carrier, liquidation_buffer: Carrier
) -> Carrier:
    """Whether a move reaches the liquidation: a rise for a short, a fall for a long future."""
    if liquidation_buffer is NEVER:
        return False
    beyond = price_shock + basis_shock - liquidation_buffer
    # A move to just that price counts as reaching it, though not to the last bit.
    return where(liquidation_buffer > 0, beyond >= -NOISE, beyond <= NOISE)


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
) -> Carrier:
    """What holding and short gain together when the price moves, in quote.

    A column of short_notional against a row of price_shock gives a whole sensitivity grid.

    Equation:
        spot_qty × spot_price × max(−1, beta × price_shock) − short_notional × price_shock
            − short_notional × basis_shock + short_notional × funding_rate × days × 24
            ÷ interval_hours − fee_rate × |short_notional| × (1 + (1 + price_shock + basis_shock))
        with liquidation_buffer: once price_shock + basis_shock reaches liquidation_buffer, the
            short and the basis lose short_margin, and the fees are fee_rate × |short_notional|

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
    )
    return legs[-1]
