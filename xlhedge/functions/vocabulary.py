"""The vocabulary: each quantity's name, unit, look, help, domain and usual range, said once.

The same quantity has the same name in every function, every host and every table. From here come
the checks in Python, the checks inside every LAMBDA text, the help in a function wizard, what the
readers of portfolios allow in a column and what its header says, and what is warned of.
"""

from __future__ import annotations

from itertools import pairwise

from xlhedge.errors import CellError
from xlhedge.functions.algebra import NEVER
from xlhedge.functions.quantity import Domain, Measure, Quantity, Rule

__all__ = ["ARGUMENTS", "MOMENT", "NAME", "QUANTITIES", "RULES", "quantity_named"]

ARGUMENTS = tuple(f"argument_{place}" for place in range(1, 16))
"""Another function's arguments, where a function takes them; no function has more than these."""

COINS = Measure("coins", "qty", "base coins")
MONEY = Measure("quote", "money", "quote")
PRICE = Measure("quote per coin", "price", "quote per base coin")
CONTRACTS = Measure("contracts", "qty", "contracts")
SHORTS = Measure("contracts", "qty")  # unspoken: of a linear contract of size 1 they are coins
CONTRACT_SIZE = Measure("coins (linear), quote (inverse)", "qty")
MARGIN = Measure("quote (linear), coins (inverse)", "qty")
COLLATERAL = Measure("margin currency", "qty")
CHANGES = Measure("quote or relative", "qty")

PERCENT = Measure("%", "percent")
RATE = Measure("%", "rate")
FUNDING = Measure("% per interval", "rate")
RATIO = Measure("ratio", "ratio")
TIMES = Measure("×", "ratio")

HOURS = Measure("hours", "ratio")
DAYS = Measure("days", "days")
SETTLEMENTS = Measure("settlements", "whole")
BARS = Measure("bars", "whole")

MOMENT = Measure("date-time, UTC", "date", kind="date")
NAME = Measure("name", "text", kind="text")
WORD = Measure("word", "text", kind="word")
SIDE = Measure("1 or -1", "whole")
FLAG = Measure("TRUE or FALSE", "text", kind="flag")
ANY = Measure("anything", "any", kind="any")

_POSITIVE = Domain(above=0)
_NOT_NEGATIVE = Domain(at_least=0)
_COUNT = Domain(at_least=1, whole=True)
_SIDES = Domain(at_least=-1, at_most=1, nonzero=True, whole=True)
_TRUTH = Domain(at_least=0, at_most=1, whole=True)
_RATE = Domain(above=-1, below=1)
_MM_RATE = Domain(at_least=0, below=1)
_MOVE = Domain(at_least=-1)
_USUAL_RATE = Domain(above=-0.01, below=0.01)
_USUAL_MOVE = Domain(at_most=3)

# A paragraph each: what it is, and below it its help.
# fmt: off
_VOCABULARY = (
    # What is held and traded
    Quantity("spot_qty", COINS,
             "Coins held, in base coins; positive is a long holding.", trap=True),
    Quantity("spot_notional", MONEY, "Value of the coins held, in quote."),
    Quantity("short_notional", MONEY,
             "Value of the futures short, in quote; positive is short, negative is long."),
    Quantity("hedge_notional", MONEY,
             "Value to short, in quote; positive is short, negative is long."),
    Quantity("notional", MONEY, "Value traded, in quote."),
    Quantity("amount", MONEY, "Amount that funding may eat, in quote.", _NOT_NEGATIVE),
    Quantity("wallet_balance", MONEY,
             "Balance of the wallet that the positions share, without unrealised P&L, in quote.",
             _NOT_NEGATIVE),
    Quantity("short_values", MONEY,
             "Value of each position at its mark, a row or column, in quote; positive is short, "
             "negative is long.", series=True),
    Quantity("unrealised_pnl", MONEY,
             "Unrealised P&L of the positions, in quote: one number, or a range as long that is "
             "summed.", series=True, single=True),
    Quantity("pnl_changes", CHANGES,
             "Gains and losses of one period each, a row or column, in quote or relative; positive "
             "is a gain.", series=True),
    Quantity("funding_received", COLLATERAL,
             "Funding received since opening, in the margin currency; negative was paid."),
    Quantity("realised_pnl", COLLATERAL,
             "P&L realised since opening, by parts closed, before fees and funding, in the margin "
             "currency."),
    Quantity("fees_paid", COLLATERAL,
             "Fees paid since opening, in the margin currency; negative is a rebate."),
    Quantity("spend", MONEY, "Money to spend on coins, in quote.", _NOT_NEGATIVE),
    Quantity("hedge_profit", MONEY,
             "What the hedge has made, in quote; 0 gives the accounting average."),
    Quantity("short_contracts", SHORTS,
             "Contracts short; positive is short, negative is long. Linear with contract_size 1: "
             "base coins.", trap=True),
    Quantity("contract_size", CONTRACT_SIZE,
             "Size of one contract: base coins for linear, quote for inverse (Bybit 1, Binance "
             "COIN-M 100 or 10).", _POSITIVE, trap=True),
    Quantity("qty_step", CONTRACTS,
             "The venue's order step, in contracts; 0 = no rounding.", _NOT_NEGATIVE),
    Quantity("min_qty", CONTRACTS,
             "The venue's smallest order, in contracts; 0 = none.", _NOT_NEGATIVE),
    Quantity("min_notional", MONEY,
             "The venue's smallest order, as a value in quote; 0 = none.", _NOT_NEGATIVE),
    Quantity("volume", COINS, "Volume traded in the bar, in base coins.", _NOT_NEGATIVE),
    Quantity("contract_type", WORD,
             'Contract: "linear" (margin in quote) or "inverse" (margin in base coins).',
             options=("linear", "inverse"), trap=True),
    Quantity("rounding", WORD,
             'How to round to qty_step contracts: "nearest", "down" (toward zero) or "up".',
             options=("nearest", "down", "up")),
    Quantity("dated_sizing", WORD,
             'How a linear future that expires is sized: by "value" (right while both prices move '
             'alike), by "coins" (right when held to expiry), "auto": coins where the horizon '
             "reaches the expiry.",
             options=("auto", "value", "coins")),
    Quantity("direction", SIDE,
             "Side of the futures position: 1 or -1; 1 is a short, -1 a long future.", _SIDES),
    # Prices
    Quantity("spot_price", PRICE, "Spot price, in quote per base coin.", _POSITIVE),
    Quantity("futures_price", PRICE, "Futures price, in quote per base coin.", _POSITIVE),
    Quantity("index_price", PRICE,
             "Spot index price that the venue settles against, quote per base coin.", _POSITIVE),
    Quantity("near_price", PRICE,
             "Price of the future that expires first, in quote per base coin.", _POSITIVE),
    Quantity("far_price", PRICE,
             "Price of the future to roll into, in quote per base coin.", _POSITIVE),
    Quantity("price", PRICE,
             "Price at which the position is valued, in quote per base coin.", _POSITIVE),
    Quantity("entry_price", PRICE,
             "Average price at which the position was opened, quote per base coin.", _POSITIVE),
    Quantity("mark_price", PRICE,
             "The venue's current mark price, in quote per base coin.", _POSITIVE),
    Quantity("avg_cost", PRICE,
             "Average cost of the coins held, in quote per base coin.", _NOT_NEGATIVE),
    Quantity("support", PRICE, "Support level of the price, in quote per base coin.", _POSITIVE),
    # How much to hedge
    Quantity("hedge_ratio", PERCENT,
             "Fraction of the exposure to hedge, a ratio (0.5 = half, 1 = all).",
             _NOT_NEGATIVE, usual=Domain(at_most=2)),
    Quantity("beta", RATIO,
             "The asset's relative move per move of the hedge's underlying; a ratio, 1 for the "
             "same coin.", usual=Domain(at_least=-5, at_most=5),
             slip="a coin that moves as its underlying does has 1, one twice as far 2", trap=True),
    Quantity("short_per_spot", RATIO,
             "Units of the future short per unit of spot, a ratio. Left out: the minimum-variance "
             "ratio."),
    Quantity("spot_changes", CHANGES,
             "Changes of the spot price, a row or column, oldest first, in quote or relative.",
             series=True),
    Quantity("futures_changes", CHANGES,
             "Changes of the futures price, quote or relative as spot_changes, a range as long.",
             series=True),
    # Moves
    Quantity("price_shock", PERCENT,
             "Relative move of the hedge's underlying, decimal (-0.2 = -20 %).",
             _MOVE, usual=_USUAL_MOVE),
    Quantity("asset_shock", PERCENT,
             "Relative move of the coins, decimal (-0.2 = -20 %).", _MOVE, usual=_USUAL_MOVE),
    Quantity("hedge_shock", PERCENT,
             "Relative move of the future, decimal (-0.2 = -20 %).", _MOVE, usual=_USUAL_MOVE),
    Quantity("basis_shock", PERCENT,
             "Extra relative move of the future against its underlying, decimal (0.01 = +1 %).",
             usual=Domain(at_least=-1, at_most=1)),
    Quantity("spike", PERCENT,
             "Worst move on the way, a relative move of the underlying's futures, decimal (0.12 = "
             "+12 %). Left out: none.", _MOVE, usual=_USUAL_MOVE),
    Quantity("shock_step", PERCENT,
             "Step between two price shocks of a grid, decimal (0.1 = 10 %).", _POSITIVE),
    Quantity("price_change", PERCENT,
             "Spot price against the short's entry, spot ÷ entry − 1, decimal (-0.2 = -20 %)."),
    Quantity("short_return", PERCENT,
             "Return of the short on its entry value, decimal (0.05 = +5 %)."),
    Quantity("price_rise", PERCENT,
             "Relative move to survive, decimal (0.3 = +30 %; negative for a long future).",
             Domain(above=-1)),
    # Rates, funding and fees
    Quantity("rate", RATE, "Rate per year, decimal (0.05 = 5 %).", _RATE),
    Quantity("compounding", WORD,
             'How a rate per year is meant: "simple", "compound" or "continuous".',
             options=("simple", "compound", "continuous")),
    Quantity("day_count", DAYS, "Days in a year for annualising (365 or 360).", _POSITIVE),
    Quantity("funding_rate", FUNDING,
             "Funding rate per interval, decimal (0.0001 = 0.01 %); positive: longs pay shorts.",
             _RATE, usual=_USUAL_RATE),
    Quantity("funding_rates", FUNDING,
             "Settled funding rates, a row or column, oldest first, decimal per interval (0.0001 "
             "= 0.01 %).", _RATE, usual=_USUAL_RATE, series=True),
    Quantity("interval_hours", HOURS,
             "Hours between two funding settlements (8, 4, 2 or 1).",
             _POSITIVE, usual=Domain(at_most=24), slip="480 minutes are 8 hours"),
    Quantity("threshold", RATE,
             "Funding that the position may pay per 8 h, decimal (0.0001 = 0.01 %).",
             _NOT_NEGATIVE),
    Quantity("consecutive", SETTLEMENTS,
             "How many funding settlements in a row must breach the threshold, a whole number.",
             _COUNT),
    Quantity("fee_rate", RATE,
             "Fee per trade as a decimal of the value traded (0.0005 = 0.05 %); negative is a "
             "rebate.", _RATE, usual=_USUAL_RATE),
    Quantity("discount", PERCENT,
             "Part of the fee that the venue waives, decimal (0.1 = 10 % off).",
             Domain(at_least=0, at_most=1)),
    Quantity("fees", WORD,
             'Which fees fall due: "both", of opening and closing, or "close" (already open).',
             options=("both", "close")),
    Quantity("confidence", PERCENT,
             "Part of the periods that lose no more, decimal (0.99 = 99 %).",
             Domain(above=0, below=1)),
    # Margin
    Quantity("leverage", TIMES,
             "Position value ÷ initial margin, a ratio (10 = 10×).", _POSITIVE, trap=True),
    Quantity("margin", MARGIN,
             "Margin posted on the isolated position, in its margin currency: quote for linear, "
             "base coins for inverse.", _NOT_NEGATIVE, trap=True),
    Quantity("position_value", MARGIN,
             "Value of the position in its margin currency: quote for linear, base coins for "
             "inverse."),
    Quantity("mm_rate", PERCENT,
             "Maintenance margin rate of the tier, decimal of the position value (0.005 = 0.5 %).",
             _MM_RATE, usual=Domain(below=0.2)),
    Quantity("mm_amount", COLLATERAL,
             "Maintenance amount that the venue deducts in this tier, in the margin currency.",
             _NOT_NEGATIVE, trap=True),
    Quantity("mm_basis", WORD,
             'Price that values maintenance: "mark" (Binance, current Bybit, OKX) or "entry", '
             "frozen there (MEXC, BitMEX, KuCoin). A short from 100 with a margin of 10 and 0.5 % "
             "is liquidated at 109.45 (mark) or 109.50 (entry).",
             options=("mark", "entry")),
    Quantity("liquidation_fee", RATE,
             "Fee of closing that equity must cover beside maintenance (OKX, Gate, BitMEX, BingX, "
             "Bitget), decimal of the value at the mark (0.0005 = 0.05 %). At 0.05 % the short "
             "from 100 is liquidated at 109.40, not 109.45.",
             _MM_RATE, usual=Domain(below=0.01)),
    Quantity("margin_mode", WORD,
             'Margin of the account: "isolated", each position its own, or "cross", one wallet for '
             "all.",
             options=("isolated", "cross")),
    Quantity("position_mode", WORD,
             'Positions of the account: "one-way", one an instrument, or "hedge", a short and a '
             "long one apart.",
             options=("one-way", "hedge")),
    Quantity("collateral_price", PRICE,
             "Price of the collateral, quote per coin.", _POSITIVE),
    Quantity("haircut", PERCENT,
             "Part of the collateral's value that the venue does not count, decimal (0.05 = 5 %).",
             Domain(at_least=0, at_most=1)),
    Quantity("stablecoin_parity", RATIO,
             "Value of one USDT or USDC in USD, a ratio (1 = par); where an instrument's quote is "
             "another of the three than the portfolio's.",
             _POSITIVE, usual=Domain(at_least=0.9, at_most=1.1), slip="at par it is 1"),
    Quantity("mm_rates", PERCENT,
             "Maintenance margin rate of each position, decimal (0.005 = 0.5 %), a range as long "
             "or one for all.", _MM_RATE, series=True, single=True),
    Quantity("mm_amounts", MONEY,
             "Maintenance amount deducted for each position, in quote, a range as long or one for "
             "each.", _NOT_NEGATIVE, series=True, single=True),
    Quantity("tier_mode", WORD,
             'What a tier\'s rate applies to: "marginal", the part above its floor, or "whole", '
             "all of the position (OKX).", options=("marginal", "whole")),
    Quantity("tier_floor", COLLATERAL,
             "Position value above which the tier applies, in the margin currency.",
             _NOT_NEGATIVE, trap=True),
    Quantity("tier_floors", COLLATERAL,
             "Position value above which each tier begins, ascending from 0, in the margin "
             "currency.", _NOT_NEGATIVE, series=True),
    Quantity("tier_rates", PERCENT,
             "Maintenance margin rate of each tier, decimal (0.005 = 0.5 %), a range as long.",
             _MM_RATE, series=True),
    Quantity("liquidation_price", PRICE,
             "Price at which the venue liquidates, in quote per base coin.", _POSITIVE),
    Quantity("liquidation_buffer", PERCENT,
             "Relative move to liquidation, decimal (0.25 = +25 %; negative for a long future). "
             "Left out, or 1E9: never liquidated.", Domain(nonzero=True)),
    Quantity("liquidation_alert", PERCENT,
             "Relative distance to liquidation below which to warn, decimal (0.25 = 25 %).",
             _NOT_NEGATIVE, usual=Domain(at_most=1)),
    Quantity("rebalance_band", PERCENT,
             "No order while the gap is below this part of the underlying's exposure, decimal "
             "(0.01 = 1 %); 0 = always.", _NOT_NEGATIVE),
    Quantity("short_margin", MONEY,
             "What the short loses when liquidated: its margin plus unrealised P&L, in quote. "
             "Required with liquidation_buffer.", _NOT_NEGATIVE),
    # Time
    Quantity("as_of", MOMENT,
             "Date-time of the prices, as a date or Excel's serial number in days.", _NOT_NEGATIVE),
    Quantity("expiry", MOMENT,
             "Date-time at which the future expires, as a date or Excel's serial number in days.",
             _NOT_NEGATIVE),
    Quantity("days_to_expiry", DAYS, "Days until the future expires, decimals allowed.", _POSITIVE),
    Quantity("days_between", DAYS,
             "Days between two expiries, decimals allowed.", _POSITIVE),
    Quantity("days_left", DAYS,
             "Days left of what the hedge is for; 0 or below has passed. Left out: no horizon."),
    Quantity("days", DAYS,
             "How long the position is held, in days, decimals allowed.",
             Domain(at_least=0, at_most=36_525), trap=True),
    # When to unwind
    Quantity("redeploy_drop", PERCENT,
             "Fall of the spot price below the short's entry at which to redeploy, decimal (0.2 = "
             "20 %); 0 = never.", _NOT_NEGATIVE),
    Quantity("funding_breach", FLAG,
             "Whether funding breaches, TRUE or FALSE (1 or 0); see FUNDING_BREACH.", _TRUTH),
    Quantity("support_confirmed", FLAG,
             "Whether support is confirmed, TRUE or FALSE (1 or 0); see SUPPORT_CONFIRMED.",
             _TRUTH),
    Quantity("tolerance", PERCENT,
             "How far off still counts as equal, relative (0.005 = 0.5 %).", _NOT_NEGATIVE),
    Quantity("volume_multiple", RATIO,
             "How many times the usual volume a bar needs, a ratio (1.5 = half as much again).",
             _NOT_NEGATIVE),
    Quantity("lookback", BARS,
             "How many bars to look back on (before the last one for the usual volume), a whole "
             "number.", _COUNT),
    # Trades and bars, oldest first
    Quantity("contracts", CONTRACTS,
             "Contracts of each trade, a row or column, all of one sign, in contracts.",
             series=True),
    Quantity("prices", PRICE,
             "Price of each trade, a row or column as long, in quote per base coin.",
             _POSITIVE, series=True),
    Quantity("highs", PRICE,
             "Highest price of each bar, a row or column, oldest first, in quote per coin.",
             _POSITIVE, series=True),
    Quantity("lows", PRICE,
             "Lowest price of each bar, a row or column, oldest first, in quote per coin.",
             _POSITIVE, series=True),
    Quantity("closes", PRICE,
             "Closing price of each bar, a range as long, in quote per coin.",
             _POSITIVE, series=True),
    Quantity("volumes", COINS,
             "Volume of each bar, a range as long, in base coins.", _NOT_NEGATIVE, series=True),
    # What HEDGE_EXPLAIN takes
    Quantity("function_name", ANY, 'Name of the function to explain, as text: "NET_DELTA".'),
    *(Quantity(name, ANY, f"That function's argument {place}, in the unit it asks for; empty if it "
               "is left out.") for place, name in enumerate(ARGUMENTS, 1)),
)
# fmt: on

QUANTITIES: dict[str, Quantity] = {each.name: each for each in _VOCABULARY}


def quantity_named(name: str, of: str) -> Quantity:
    """The quantity of a name.

    Args:
        name: as it stands in the vocabulary.
        of: whose it is, for the error.

    Raises:
        LookupError: the vocabulary lacks it.

    Example:
        >>> quantity_named("spot_price", "SPOT_NOTIONAL").unit
        'quote per coin'
    """
    if name not in QUANTITIES:
        raise LookupError(f"{of}: {name} is no quantity of functions/vocabulary.py; add it there")
    return QUANTITIES[name]


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
        ("contract_type", "price_shock", "basis_shock"),
        lambda contract_type, price_shock, basis_shock: (
            (contract_type == "linear") | (price_shock + basis_shock > -1)
        ),
        "with price_shock it must leave the future of an inverse contract a price above 0",
        CellError.NUM,
    ),
    Rule(
        ("liquidation_buffer", "short_margin"),
        lambda buffer, margin: (buffer == NEVER) | (margin >= 0),
        "is required when liquidation_buffer is given",
        CellError.VALUE,
    ),
)
