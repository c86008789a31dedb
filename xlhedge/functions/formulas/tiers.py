"""Maintenance margin that rises with the position's value, tier by tier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import (
    NEVER,
    UNGIVEN,
    Carrier,
    Expression,
    absolute,
    excel_text,
    where,
)
from xlhedge.functions.formulas.margin import liquidation_price

__all__ = ["TEXTS", "liquidation_price_tiered", "maintenance_tier"]

# Two tiers meet in one price at a floor: neither may miss it by rounding.
_NOISE = 1e-12


def maintenance_tier(
    position_value: Carrier, tier_floors: Sequence[float], tier_rates: Sequence[float]
) -> tuple[Carrier, ...]:
    """The maintenance rate and amount of the tier that a position falls in: one row of the two.

    A tier reaches from above its floor to the next floor, that one included. The amount makes the
    maintenance margin continuous from tier to tier.

    Equation:
        the rate_n and amount_n of floor_n < |position_value| ≤ floor_{n+1}
        amount_1 = 0, amount_n = floor_n × (rate_n − rate_{n−1}) + amount_{n−1}

    Question:
        A position of 264,000 where 0.4 % holds to 50,000, 0.5 % to 250,000, and 1 % above?

        >>> import xlhedge
        >>> xlhedge.maintenance_tier(264_000, [0, 50_000, 250_000], [0.004, 0.005, 0.01])
        [0.01, 1300.0]

    Source:
        Binance, leverage and margin of USD-M futures.
    """
    size = absolute(position_value)
    (_, _, rate, amount), *others = _tiers(tier_floors, tier_rates)
    held: tuple[Carrier, Carrier] = rate, amount
    for floor, _, rate, amount in others:  # they ascend: the last one below the size holds
        held = where(floor < size, rate, held[0]), where(floor < size, amount, held[1])
    return held


def _tiers(
    floors: Sequence[float], rates: Sequence[float]
) -> Iterator[tuple[float, float, float, float]]:
    """Floor, next floor, rate and amount of each tier."""
    amount = last = 0.0
    for floor, end, rate in zip(floors, [*floors[1:], float("inf")], rates, strict=True):
        amount += floor * (rate - last)
        last = rate
        yield floor, end, rate, amount


def liquidation_price_tiered(
    short_contracts: Carrier,
    entry_price: Carrier,
    margin: Carrier,
    tier_floors: Sequence[float],
    tier_rates: Sequence[float],
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
) -> Carrier:
    """Mark price of liquidation where the maintenance rate rises with the position's value.

    The tier that counts is the one at the liquidation price, not at entry: every tier's price is
    worked out, and the nearest to the entry whose own tier holds there is the answer.

    Equation:
        the P nearest to the entry with P = LIQUIDATION_PRICE(…, rate_n, amount_n) and
            floor_n < position value at P ≤ floor_{n+1}

    Question:
        I short 4 BTC at 60,000 with 48,000; 0.4 % holds to 250,000, 1 % above. Where is the end?

        >>> import xlhedge
        >>> floors, rates = [0, 250_000], [0.004, 0.01]
        >>> price = xlhedge.liquidation_price_tiered(4, 60_000, 48_000, floors, rates)
        >>> round(price, 4)
        71658.4158

    Errors:
        #N/A where no price liquidates.

    Source:
        Binance and Bybit tiers; 289,500 ÷ (4 × 1.01) with the amount of 1,500 in the second.
    """
    found: Carrier = Undefined(CellError.NA, "no price liquidates this position")
    nearest: Carrier = NEVER
    for floor, end, rate, amount in _tiers(tier_floors, tier_rates):
        price = liquidation_price(
            short_contracts, entry_price, margin, rate, amount, contract_size, contract_type
        )
        if isinstance(price, Undefined):
            continue
        # A price that is rounded to 0 lies in no tier.
        inverse = where(price > 0, lambda: 1 / price, UNGIVEN)  # noqa: B023  # called here
        worth = where(contract_type == "linear", price, inverse)
        value = absolute(short_contracts) * contract_size * worth
        away = absolute(price - entry_price)
        holds = (floor * (1 - _NOISE) <= value) & (value <= end * (1 + _NOISE))
        better = holds & ((nearest == NEVER) | (away < nearest))
        found, nearest = where(better, price, found), where(better, away, nearest)
    return found


_NEVER = excel_text(NEVER)
# The tiers as `_tiers` has them, and the rule that floors ascend from 0. IronCalc's INDEX takes one
# place at a time: hence MAP and SCAN.
_TABLE = {
    "ends": "MAP(SEQUENCE(ROWS(tier_floors)),LAMBDA(place,"
    f"IF(place<kept,INDEX(tier_floors,place+1),{_NEVER})))",
    "amounts": "SCAN(0,SEQUENCE(ROWS(tier_floors)),LAMBDA(before,place,before"
    "+INDEX(tier_floors,place)*(INDEX(tier_rates,place)-IF(place>1,INDEX(tier_rates,place-1),0))))",
    "ascending": "(kept>0)*(INDEX(tier_floors,1)=0)*(SUM((ends<=tier_floors)*1)=0)",
}
_TIER = "MAX(1,SUM((tier_floors<ABS(position_value))*1))"
_PRICE = liquidation_price(
    Expression("faces"),
    Expression("entry_price"),
    Expression("margin"),
    Expression("tier_rates"),
    Expression("amounts"),
    contract_type=Expression("contract_type"),
).text
TEXTS = {
    "maintenance_tier": {
        **_TABLE,
        "mm_rate": f"IF(ascending,INDEX(tier_rates,{_TIER}),#NUM!)",
        "mm_amount": f"IF(ascending,INDEX(amounts,{_TIER}),#NUM!)",
    },
    "liquidation_price_tiered": {
        **_TABLE,
        "value": "IF(ascending,LET("
        f"faces,short_contracts*contract_size,price,{_PRICE},"
        'worth,ABS(faces)*IF(contract_type="linear",price,1/price),'
        f"holds,(tier_floors*(1-{excel_text(_NOISE)})<=worth)*"
        f"(worth<=ends*(1+{excel_text(_NOISE)})),"
        f"away,IFERROR(IF(holds,ABS(price-entry_price),{_NEVER}),{_NEVER}),"
        f"nearest,MIN(away),IF(nearest<{_NEVER},INDEX(price,MATCH(nearest,away,0)),#N/A)),#NUM!)",
    },
}
"""What functions of whole ranges compute, as Excel text; see `xlhedge.hosts.range_lambdas`."""
