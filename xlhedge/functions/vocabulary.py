"""The vocabulary: each argument's name, unit, domain and help, said once.

The same quantity has the same name in every function, every host and every table. From here come
the checks in Python, the checks inside every LAMBDA text, the help in a function wizard, and what
the readers of portfolios allow in a column.
"""

from __future__ import annotations

from itertools import pairwise

from xlhedge.errors import CellError
from xlhedge.functions.algebra import NEVER
from xlhedge.functions.quantity import Domain, Quantity, Rule

__all__ = ["ARGUMENTS", "QUANTITIES", "RULES"]

ARGUMENTS = tuple(f"argument_{place}" for place in range(1, 13))
"""Another function's arguments, where a function takes them; no function has more than these."""

_ANY = Domain()
_POSITIVE = Domain(above=0)
_NOT_NEGATIVE = Domain(at_least=0)
_RATE = Domain(above=-1, below=1)
_MOVE = Domain(at_least=-1)


def _numbers(domain: Domain, helps: dict[str, str]) -> list[Quantity]:
    return [Quantity(name, text, domain) for name, text in helps.items()]


def _words(name: str, text: str, *options: str) -> Quantity:
    return Quantity(name, text, options=options, kind="word")


_VOCABULARY = [
    *_numbers(
        _ANY,
        {
            "spot_qty": "Coins held, in base coins; positive is a long holding.",
            "spot_notional": "Value of the coins held, in quote.",
            "short_notional": "Value of the futures short, in quote; positive is short, negative "
            "is long.",
            "hedge_notional": "Value to short, in quote; positive is short, negative is long.",
            "short_contracts": "Contracts short; positive is short, negative is long. "
            "Linear with contract_size 1: base coins.",
            "beta": "The asset's relative move per move of the hedge's underlying; a ratio, 1 "
            "for the same coin.",
            "basis_shock": "Extra relative move of the future against its underlying, decimal "
            "(0.01 = +1 %).",
            "notional": "Value traded, in quote.",
            "price_change": "Spot price against the short's entry, spot ÷ entry − 1, decimal "
            "(-0.2 = -20 %).",
            "short_return": "Return of the short on its entry value, decimal (0.05 = +5 %).",
            "short_per_spot": "Units of the future short per unit of spot, a ratio. Left out: the "
            "minimum-variance ratio.",
            "hedge_profit": "What the hedge has made, in quote; 0 gives the accounting average.",
            "days_left": "Days left of what the hedge is for; 0 or below has passed. Left out: no "
            "horizon.",
            "position_value": "Value of the position in its margin currency: quote for linear, "
            "base coins for inverse.",
        },
    ),
    *_numbers(
        _POSITIVE,
        {
            "spot_price": "Spot price, in quote per base coin.",
            "futures_price": "Futures price, in quote per base coin.",
            "price": "Price at which the position is valued, in quote per base coin.",
            "entry_price": "Average price at which the position was opened, quote per base coin.",
            "mark_price": "The venue's current mark price, in quote per base coin.",
            "liquidation_price": "Price at which the venue liquidates, in quote per base coin.",
            "contract_size": "Size of one contract: base coins for linear, quote for inverse "
            "(Bybit 1, Binance COIN-M 100 or 10).",
            "interval_hours": "Hours between two funding settlements (8, 4, 2 or 1).",
            "leverage": "Position value ÷ initial margin, a ratio (10 = 10×).",
            "day_count": "Days in a year for annualising (365 or 360).",
            "days_to_expiry": "Days until the future expires, decimals allowed.",
            "support": "Support level of the price, in quote per base coin.",
            "index_price": "Spot index price that the venue settles against, quote per base coin.",
            "shock_step": "Step between two price shocks of a grid, decimal (0.1 = 10 %).",
        },
    ),
    *_numbers(
        _NOT_NEGATIVE,
        {
            "hedge_ratio": "Fraction of the exposure to hedge, a ratio (0.5 = half, 1 = all).",
            "qty_step": "The venue's order step, in contracts; 0 = no rounding.",
            "tolerance": "How far off still counts as equal, relative (0.005 = 0.5 %).",
            "margin": "Margin posted on the isolated position, in its margin currency: quote for "
            "linear, base coins for inverse.",
            "short_margin": "What the short loses when liquidated: its margin plus unrealised P&L, "
            "in quote. Required with liquidation_buffer.",
            "mm_amount": "Maintenance amount that the venue deducts in this tier, in the margin "
            "currency.",
            "avg_cost": "Average cost of the coins held, in quote per base coin.",
            "redeploy_drop": "Fall of the spot price below the short's entry at which to redeploy, "
            "decimal (0.2 = 20 %); 0 = never.",
            "amount": "Amount that funding may eat, in quote.",
            "spend": "Money to spend on coins, in quote.",
            "volume_multiple": "How many times the usual volume a bar needs, a ratio (1.5 = half "
            "as much again).",
            "threshold": "Funding that the short may pay per 8 h, decimal (0.0001 = 0.01 %).",
            "volume": "Volume traded in the bar, in base coins.",
            "min_qty": "The venue's smallest order, in contracts; 0 = none.",
            "min_notional": "The venue's smallest order, as a value in quote; 0 = none.",
            "tier_floor": "Position value above which the tier applies, in the margin currency.",
            "liquidation_alert": "Relative distance to liquidation below which to warn, decimal "
            "(0.25 = 25 %).",
        },
    ),
    *_numbers(
        _RATE,
        {
            "rate": "Rate per year, decimal (0.05 = 5 %).",
            "funding_rate": "Funding rate per interval, decimal (0.0001 = 0.01 %); positive: longs "
            "pay shorts.",
            "fee_rate": "Fee per trade as a decimal of the value traded (0.0005 = 0.05 %); "
            "negative is a rebate.",
        },
    ),
    *_numbers(
        _MOVE,
        {
            "price_shock": "Relative move of the hedge's underlying, decimal (-0.2 = -20 %).",
            "asset_shock": "Relative move of the coins, decimal (-0.2 = -20 %).",
            "hedge_shock": "Relative move of the future, decimal (-0.2 = -20 %).",
        },
    ),
    Quantity(
        "price_rise",
        "Relative move to survive, decimal (0.3 = +30 %; negative for a long future).",
        Domain(above=-1),
    ),
    Quantity(
        "lookback",
        "How many bars before the last one give the usual volume, a whole number.",
        Domain(at_least=1, whole=True),
    ),
    *(
        Quantity(name, text, Domain(at_least=0, at_most=1, whole=True), kind="flag")
        for name, text in {
            "funding_breach": "Whether funding breaches, TRUE or FALSE (1 or 0); see "
            "FUNDING_BREACH.",
            "support_confirmed": "Whether support is confirmed, TRUE or FALSE (1 or 0); see "
            "SUPPORT_CONFIRMED.",
        }.items()
    ),
    *(
        Quantity(name, text, domain, series=True)
        for name, text, domain in (
            (
                "spot_changes",
                "Changes of the spot price, a row or column, oldest first, in quote or relative.",
                _ANY,
            ),
            (
                "futures_changes",
                "Changes of the futures price, quote or relative as spot_changes, a range as long.",
                _ANY,
            ),
            (
                "funding_rates",
                (
                    "Settled funding rates, a row or column, oldest first, decimal per "
                    "interval (0.0001 = 0.01 %)."
                ),
                _RATE,
            ),
            (
                "contracts",
                "Contracts of each trade, a row or column, all of one sign, in contracts.",
                _ANY,
            ),
            (
                "prices",
                "Price of each trade, a row or column as long, in quote per base coin.",
                _POSITIVE,
            ),
            (
                "tier_floors",
                (
                    "Position value above which each tier begins, ascending from 0, in the "
                    "margin currency."
                ),
                _NOT_NEGATIVE,
            ),
            (
                "tier_rates",
                "Maintenance margin rate of each tier, decimal (0.005 = 0.5 %), a range as long.",
                Domain(at_least=0, below=1),
            ),
            (
                "lows",
                "Lowest price of each bar, a row or column, oldest first, in quote per coin.",
                _POSITIVE,
            ),
            ("closes", "Closing price of each bar, a range as long, in quote per coin.", _POSITIVE),
            ("volumes", "Volume of each bar, a range as long, in base coins.", _NOT_NEGATIVE),
        )
    ),
    Quantity(
        "days",
        "How long the position is held, in days, decimals allowed.",
        Domain(at_least=0, at_most=36_525),
    ),
    Quantity(
        "mm_rate",
        "Maintenance margin rate of the tier, decimal of the position value (0.005 = 0.5 %).",
        Domain(at_least=0, below=1),
    ),
    Quantity(
        "discount",
        "Part of the fee that the venue waives, decimal (0.1 = 10 % off).",
        Domain(at_least=0, at_most=1),
    ),
    Quantity(
        "consecutive",
        "How many funding settlements in a row must breach the threshold, a whole number.",
        Domain(at_least=1, whole=True),
    ),
    Quantity(
        "liquidation_buffer",
        "Relative move to liquidation, decimal (0.25 = +25 %; negative for a long future). Left "
        "out: never liquidated.",
        Domain(nonzero=True),
    ),
    *(
        Quantity(name, text, _NOT_NEGATIVE, kind="date")
        for name, text in {
            "as_of": "Date-time of the prices, as a date or Excel's serial number in days.",
            "expiry": "Date-time at which the future expires, as a date or Excel's serial "
            "number in days.",
        }.items()
    ),
    _words(
        "contract_type",
        'Contract: "linear" (margin in quote) or "inverse" (margin in base coins).',
        "linear",
        "inverse",
    ),
    _words(
        "rounding",
        'How to round to qty_step contracts: "nearest", "down" (toward zero) or "up".',
        "nearest",
        "down",
        "up",
    ),
    _words(
        "compounding",
        'How a rate per year is meant: "simple", "compound" or "continuous".',
        "simple",
        "compound",
        "continuous",
    ),
    _words(
        "mm_basis",
        'Price that values the maintenance margin: "mark" (Binance, Bybit) or "entry" (MEXC).',
        "mark",
        "entry",
    ),
    Quantity(
        "function_name",
        'Name of the function to explain, as text: "NET_DELTA".',
        kind="any",
    ),
    *(
        Quantity(
            name,
            f"That function's argument {place}, in the unit it asks for; empty if it is left out.",
            kind="any",
        )
        for place, name in enumerate(ARGUMENTS, 1)
    ),
]

QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in _VOCABULARY}

RULES: tuple[Rule, ...] = (
    Rule(
        ("tier_floors",),
        lambda floors: [*floors[:1]] == [0] and all(a < b for a, b in pairwise(floors)),
        "must ascend from 0",
        CellError.NUM,
    ),
    Rule(
        ("price_shock", "basis_shock"),
        lambda price_shock, basis_shock: price_shock + basis_shock >= -1,
        "with price_shock it must add up to at least -1",
        CellError.NUM,
    ),
    Rule(
        ("liquidation_buffer", "short_margin"),
        lambda buffer, margin: (buffer == NEVER) | (margin >= 0),
        "is required when liquidation_buffer is given",
        CellError.VALUE,
    ),
)
