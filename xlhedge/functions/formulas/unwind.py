"""When to take the hedge off, and what to do with what it made."""

from __future__ import annotations

from xlhedge.functions.algebra import NEVER, NOISE, Carrier, absolute, join_reasons, where
from xlhedge.functions.array_algebra import Numbers, count, latest
from xlhedge.functions.formulas.scenario import spot_leg
from xlhedge.functions.formulas.volume import unless_few, usual_volume

__all__ = [
    "redeploy_avg_cost",
    "redeploy_qty",
    "support_confirmed",
    "unwind_now",
    "unwind_signal",
]


def support_confirmed(
    lows: Numbers,
    closes: Numbers,
    volumes: Numbers,
    support: Carrier,
    tolerance: Carrier = 0.005,
    volume_multiple: Carrier = 1.5,
    lookback: Carrier = 20,
) -> Carrier:
    """Whether the last closed bar tested a support and held it, with volume behind it.

    Equation:
        low ≤ support × (1 + tolerance), close > support, and volume ≥ volume_multiple × the mean
            volume of the lookback bars before it

    Question:
        The last bar dipped to 99.8 and closed at 103 on double volume. Did the support at 100 hold?

        >>> import xlhedge
        >>> lows, closes, volumes = [105, 104, 99.8], [106, 105, 103], [10, 10, 20]
        >>> xlhedge.support_confirmed(lows, closes, volumes, 100, 0.005, 1.5, 2)
        True

    Errors:
        #N/A with fewer than lookback + 1 bars.

    Source:
        The strategy's first reason to unwind: support tested and held, with volume.
    """

    def confirmed() -> Carrier:
        tested = latest(lows) <= support * (1 + tolerance)
        much = latest(volumes) >= volume_multiple * usual_volume(volumes, lookback)
        held = tested & (latest(closes) > support) & much
        return where(held, then=True, otherwise=False)

    return unless_few(count(lows), lookback + 1, confirmed)


def unwind_signal(
    days_left: Carrier = NEVER,
    funding_breach: Carrier = False,  # noqa: FBT002  # TRUE or FALSE, as cells have it
    support_confirmed: Carrier = False,  # noqa: FBT002  # as above
    price_change: Carrier = 0,
    redeploy_drop: Carrier = 0,
) -> Carrier:
    """Whether to hold the hedge, or why to take it off: the reasons joined by " + ".

    price_change is spot against the short's entry, spot ÷ entry − 1.

    Equation:
        "MARKET" if support_confirmed, "HORIZON" if days_left ≤ 0,
            "REDEPLOY" if redeploy_drop > 0 and price_change ≤ −redeploy_drop,
            "FUNDING" if funding_breach; without any "HOLD"

    Question:
        The event has passed and the price is 20 % below my short. Should I unwind?

        >>> import xlhedge
        >>> xlhedge.unwind_signal(0, False, False, -0.2, 0.15)
        'HORIZON + REDEPLOY'

    Source:
        The strategy's three reasons and its alarm.
    """
    # 48,000 ÷ 60,000 − 1 is a fall of 20 %, though not to the last bit.
    fallen = (redeploy_drop > 0) & (price_change + redeploy_drop <= NOISE)
    return join_reasons(
        [
            (support_confirmed, "MARKET"),
            (days_left <= 0, "HORIZON"),
            (fallen, "REDEPLOY"),
            (funding_breach, "FUNDING"),
        ],
        "HOLD",
    )


def unwind_now(
    spot_qty: Carrier,
    spot_price: Carrier,
    short_notional: Carrier,
    price_shock: Carrier,
    fee_rate: Carrier = 0,
    beta: Carrier = 1,
) -> Carrier:
    """P&L from here if the short is closed now and the coins are kept, in quote.

    Beside SCENARIO_PNL with the closing fee only, it shows the upside that holding on forgoes.

    Equation:
        spot_qty × spot_price × max(−1, beta × price_shock) − fee_rate × |short_notional|

    Question:
        1 BTC at 48,000, a short of 48,000, a fee of 0.05 %. I close now and it rises 25 %?

        >>> import xlhedge
        >>> xlhedge.unwind_now(1, 48_000, 48_000, 0.25, 0.0005)
        11976.0

    Source:
        The spot leg of SCENARIO_ATTRIBUTION, less the fee of closing.
    """
    coins = spot_leg(spot_qty, spot_price, price_shock, beta)
    return coins - fee_rate * absolute(short_notional)


def redeploy_qty(spend: Carrier, spot_price: Carrier, fee_rate: Carrier = 0) -> Carrier:
    """Coins that a sum of money buys, in base coins.

    Equation:
        spend × (1 − fee_rate) ÷ spot_price

    Question:
        The short made 12,000. How much does that buy at 48,000?

        >>> import xlhedge
        >>> xlhedge.redeploy_qty(12_000, 48_000)
        0.25

    Source:
        The strategy's third reason to unwind: redeployment.
    """
    return spend * (1 - fee_rate) / spot_price


def redeploy_avg_cost(
    spot_qty: Carrier,
    avg_cost: Carrier,
    spend: Carrier,
    spot_price: Carrier,
    hedge_profit: Carrier = 0,
    fee_rate: Carrier = 0,
) -> Carrier:
    """Average cost after buying more, in quote per coin.

    With hedge_profit 0 it is the accounting average; with the profit of the hedge the economic one.

    Equation:
        (spot_qty × avg_cost + spend − hedge_profit)
            ÷ (spot_qty + spend × (1 − fee_rate) ÷ spot_price)

    Question:
        1 BTC bought at 50,000; the short's 12,000 buys more at 48,000. What did my coins cost?

        >>> import xlhedge
        >>> xlhedge.redeploy_avg_cost(1, 50_000, 12_000, 48_000)
        49600.0
        >>> xlhedge.redeploy_avg_cost(1, 50_000, 12_000, 48_000, 12_000)
        40000.0

    Errors:
        #DIV/0! without any coins.

    Source:
        Weighted average cost.
    """
    coins = spot_qty + redeploy_qty(spend, spot_price, fee_rate)
    return (spot_qty * avg_cost + spend - hedge_profit) / coins
