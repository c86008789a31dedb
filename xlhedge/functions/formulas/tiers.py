"""Maintenance margin that rises with the position's value, tier by tier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import (
    NEVER,
    UNGIVEN,
    Carrier,
    absolute,
    excel_text,
    where,
)
from xlhedge.functions.formulas.margin import FARTHEST, liquidation_price
from xlhedge.functions.formulas.pnl import short_pnl

__all__ = ["TEXTS", "liquidation_price_tiered", "maintenance_tier"]

# Two tiers meet in one price at a floor: neither may miss it by rounding.
_NOISE = 1e-12


def maintenance_tier(
    position_value: Carrier,
    tier_floors: Sequence[float],
    tier_rates: Sequence[float],
    tier_mode: Carrier = "marginal",
) -> tuple[Carrier, ...]:
    """The maintenance rate and amount of the tier that a position falls in: one row of the two.

    A tier reaches from above its floor to the next floor, that one included. The amount makes the
    maintenance margin continuous from tier to tier; where a rate applies to the whole position, as
    OKX has it, there is none.

    Equation:
        the rate_n and amount_n of floor_n < |position_value| ≤ floor_{n+1}
        marginal: amount_1 = 0, amount_n = floor_n × (rate_n − rate_{n−1}) + amount_{n−1}
        whole: amount_n = 0

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
    return held[0], where(tier_mode == "whole", 0, held[1])


def _tiers(
    floors: Sequence[float], rates: Sequence[float]
) -> Iterator[tuple[float, float, float, float]]:
    """Floor, next floor, rate and amount of each tier."""
    floors, rates = list(floors), list(rates)
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
    tier_mode: Carrier = "marginal",
    liquidation_fee: Carrier = 0,
) -> Carrier:
    """Mark price of liquidation where the maintenance rate rises with the position's value.

    The tier that counts is the one at the liquidation price, not at entry: every tier's price is
    worked out, and the nearest to the entry whose own tier holds there is the answer. Where a
    tier's rate applies to the whole position, maintenance jumps at each floor, and equity may fall
    below it just there; a position that fails at its entry has its boundary on the way back.

    Equation:
        marginal: the P nearest to entry_price with P = LIQUIDATION_PRICE(…, rate_n, amount_n) and
            floor_n < position value at P ≤ floor_{n+1}
        whole: the first P from entry_price against the position where equity is at most
            |position value at P| × (rate_n + liquidation_fee), floor_n < the value ≤ floor_{n+1}

    Question:
        I short 4 BTC at 60,000 with 48,000; 0.4 % holds to 250,000, 1 % above. Where is the end?

        >>> import xlhedge
        >>> floors, rates = [0, 250_000], [0.004, 0.01]
        >>> price = xlhedge.liquidation_price_tiered(4, 60_000, 48_000, floors, rates)
        >>> round(price, 4)
        71658.4158

        And where the 1 % applies to the whole of it?

        >>> price = xlhedge.liquidation_price_tiered(
        ...     4, 60_000, 48_000, floors, rates, tier_mode="whole"
        ... )
        >>> round(price, 4)
        71287.1287

    Errors:
        #N/A where no price liquidates.

    Source:
        Binance and Bybit tiers, 289,500 ÷ (4 × 1.01) with the amount of 1,500 in the second; OKX,
        288,000 ÷ (4 × 1.01).
    """
    found: Carrier = Undefined(CellError.NA, "no price liquidates this position")
    nearest: Carrier = NEVER
    position = _TieredPosition(
        short_contracts, entry_price, margin, contract_size, contract_type, liquidation_fee
    )
    whole = tier_mode == "whole"
    against = position.against(tier_floors, tier_rates)
    before = 0.0
    for floor, end, rate, amount in _tiers(tier_floors, tier_rates):
        root = position.liquidated_at(rate, where(whole, 0, amount))
        candidates = []
        if not isinstance(root, Undefined):
            candidates.append((root, position.within(root, floor, end)))
        if floor:
            corner = position.price_of(floor)
            candidates.append((corner, whole & position.turns(corner, floor, before, rate)))
        for price, holds in candidates:
            ahead = (price - entry_price) * against >= -_NOISE * entry_price
            away = absolute(price - entry_price)
            better = holds & (ahead | (tier_mode == "marginal")) & (away < nearest)
            found, nearest = where(better, price, found), where(better, away, nearest)
        before = rate
    return found


@dataclass(frozen=True, slots=True)
class _TieredPosition:
    """An isolated position, as its tiers look at it."""

    short_contracts: Carrier
    entry_price: Carrier
    margin: Carrier
    contract_size: Carrier
    contract_type: Carrier
    liquidation_fee: Carrier

    @property
    def _size(self) -> Carrier:
        faces = absolute(self.short_contracts * self.contract_size)
        return where(faces == 0, UNGIVEN, faces)  # without contracts nothing below holds

    def value_at(self, price: Carrier) -> Carrier:
        # A price that is rounded to 0 is worth nothing known, and so lies in no tier.
        inverse = where(price > 0, lambda: 1 / price, UNGIVEN)
        return self._size * where(self.contract_type == "linear", price, inverse)

    def price_of(self, value: float) -> Carrier:
        linear = self.contract_type == "linear"
        return where(linear, value / self._size, self._size / value)

    def liquidated_at(self, rate: float, amount: Carrier) -> Carrier:
        return liquidation_price(
            self.short_contracts,
            self.entry_price,
            self.margin,
            rate,
            amount,
            self.contract_size,
            self.contract_type,
            liquidation_fee=self.liquidation_fee,
        )

    def within(self, price: Carrier, floor: float, end: float) -> Carrier:
        value = self.value_at(price)
        return (floor * (1 - _NOISE) <= value) & (value <= end * (1 + _NOISE))

    def against(self, floors: Sequence[float], rates: Sequence[float]) -> Carrier:
        """Which way the liquidation lies: 1 up, -1 down; back where the entry already fails."""
        value = self.value_at(self.entry_price)
        rate, _ = maintenance_tier(value, floors, rates)
        sound = self.margin > value * (rate + self.liquidation_fee)
        return where((self.short_contracts > 0) == sound, 1, -1)

    def turns(self, price: Carrier, value: float, below: float, above: float) -> Carrier:
        """Whether at a floor one of the two tiers' maintenance is covered, and the other not."""
        equity = self.margin + short_pnl(
            self.short_contracts, self.entry_price, price, self.contract_size, self.contract_type
        )
        spare = [equity > value * (rate + self.liquidation_fee) for rate in (below, above)]
        return (spare[0] != spare[1]) & (price <= FARTHEST * self.entry_price)


_NEVER = excel_text(NEVER)
_FAR = f"{excel_text(FARTHEST)}*entry_price"
_TIER = "MAX(1,SUM((tier_floors<{})*1))"
_ASCENDING = "(kept>0)*XLHEDGE_ASCENDING(tier_floors)"
_AMOUNTS = "XLHEDGE_AMOUNTS(tier_floors,tier_rates)"
_HELD = _TIER.format("ABS(position_value)")
_PRICE = (
    "LIQUIDATION_PRICE(short_contracts,entry_price,margin,tier_rates,deducted,contract_size,"
    'contract_type,"mark",liquidation_fee)'
)
TEXTS = {
    "maintenance_tier": {
        "ascending": _ASCENDING,
        "amounts": _AMOUNTS,
        "mm_rate": f"IF(ascending,INDEX(tier_rates,{_HELD}),#NUM!)",
        "mm_amount": f'IF(ascending,IF(tier_mode="whole",0,INDEX(amounts,{_HELD})),#NUM!)',
    },
    "liquidation_price_tiered": {
        "ascending": _ASCENDING,
        "amounts": _AMOUNTS,
        "ends": "XLHEDGE_ENDS(tier_floors)",
        "before": "XLHEDGE_BEFORE(tier_rates,0)",
        "value": "IF(ascending,LET("
        'whole,(tier_mode="whole")*1,deducted,(1-whole)*amounts,linear,contract_type="linear",'
        "faces,short_contracts*contract_size,size,ABS(faces),"
        f"price,{_PRICE},worth,size*IF(linear,price,1/price),"
        f"holds,(tier_floors*(1-{excel_text(_NOISE)})<=worth)*"
        f"(worth<=ends*(1+{excel_text(_NOISE)})),"
        "held,size*IF(linear,entry_price,1/entry_price),"
        f"sound,margin>held*(INDEX(tier_rates,{_TIER.format('held')})+liquidation_fee),"
        "against,IF((faces>0)=sound,1,-1),"
        f"slack,-{excel_text(_NOISE)}*entry_price,"
        f"away,IFERROR(IF(holds*(((price-entry_price)*against>=slack)+1-whole>0),"
        f"ABS(price-entry_price),{_NEVER}),{_NEVER}),"
        "corner,IFERROR(IF(linear,tier_floors/size,size/tier_floors),0),"
        "equity,margin+faces*IF(linear,entry_price-corner,1/corner-1/entry_price),"
        "covered,(equity>tier_floors*(before+liquidation_fee))*1,"
        "left,(equity>tier_floors*(tier_rates+liquidation_fee))*1,"
        f"turns,whole*(size>0)*(tier_floors>0)*(covered<>left)*(corner<={_FAR})"
        "*((corner-entry_price)*against>=slack),"
        f"beside,IFERROR(IF(turns,ABS(corner-entry_price),{_NEVER}),{_NEVER}),"
        "nearest,MIN(MIN(away),MIN(beside)),"
        f"IF(nearest<{_NEVER},IF(MIN(away)=nearest,INDEX(price,MATCH(nearest,away,0)),"
        "INDEX(corner,MATCH(nearest,beside,0))),#N/A)),#NUM!)",
    },
}
"""What functions of whole ranges compute, as Excel text; see `xlhedge.hosts.range_lambdas`."""
