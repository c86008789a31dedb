"""How much to short, and what exposure is left."""

from __future__ import annotations

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import (
    NEVER,
    UNGIVEN,
    Carrier,
    absolute,
    floor,
    minimum,
    power,
    where,
)
from xlhedge.functions.array_algebra import Numbers, centred, count, covariation, least, most, total

__all__ = [
    "hedge_contracts",
    "hedge_effectiveness",
    "hedge_notional",
    "hedge_ratio",
    "min_variance_error",
    "min_variance_ratio",
    "net_delta",
    "short_notional",
    "spot_notional",
]

# A quotient of decimals such as 0.3/0.1 misses the whole number by a few units in the last place.
_NOISE = 1e-12
_MOST_NOISE = 1e-3  # of a step: beyond 1e9 steps it must not grow into one


def spot_notional(spot_qty: Carrier, spot_price: Carrier) -> Carrier:
    """Value of the coins held, in quote.

    Equation:
        spot_qty × spot_price

    Question:
        I hold 2 BTC at 60,000. What are they worth?

        >>> import xlhedge
        >>> xlhedge.spot_notional(2, 60_000)
        120000.0

    Source:
        Definition of notional value.
    """
    return spot_qty * spot_price


def hedge_notional(
    spot_qty: Carrier, spot_price: Carrier, hedge_ratio: Carrier = 1, beta: Carrier = 1
) -> Carrier:
    """Value of futures to short for the hedge you choose, in quote.

    A full hedge of the same coin shorts what you hold; a coin hedged with another one needs beta
    times as much, because it moves beta times as far.

    Equation:
        spot_qty × spot_price × hedge_ratio × beta

    Question:
        I hold 1 BTC at 60,000 and want half of it hedged. How much do I short?

        >>> import xlhedge
        >>> xlhedge.hedge_notional(1, 60_000, 0.5)
        30000.0

        10,000 of an altcoin moves 1.4 times as far as BTC. How much BTC do I short?

        >>> xlhedge.hedge_notional(5_000, 2, 1, 1.4)
        14000.0

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapter 3 (hedging with a beta).
    """
    return spot_qty * spot_price * hedge_ratio * beta


def hedge_contracts(
    hedge_notional: Carrier,
    futures_price: Carrier,
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
    qty_step: Carrier = 0,
    rounding: Carrier = "nearest",
    index_price: Carrier = UNGIVEN,
) -> Carrier:
    """Contracts to short for a value to hedge, rounded as the venue takes orders.

    An inverse contract takes away its face in coins at the futures price; where that stands off
    spot, give index_price. The magnitude is rounded to a multiple of qty_step, so a hedge rounded
    down is never larger than asked; 0 leaves the exact number. Steps such as 0.001 are exact.

    Equation:
        linear: hedge_notional ÷ (futures_price × contract_size)
        inverse, without index_price: hedge_notional ÷ contract_size
        inverse, with index_price: hedge_notional × (futures_price ÷ index_price) ÷ contract_size
        with qty_step: rounded to a multiple of qty_step, rounding

    Question:
        I want to short 60,000 at a futures price of 60,500, in steps of 0.001 BTC, not more than
        asked. How many?

        >>> import xlhedge
        >>> xlhedge.hedge_contracts(60_000, 60_500, 1, "linear", 0.001, "down")
        0.991

        And in inverse contracts of 100 USD?

        >>> xlhedge.hedge_contracts(60_000, 60_500, 100, "inverse")
        600.0

        And 1 BTC at 60,000 with an inverse quarterly of 1 USD at 66,000?

        >>> round(xlhedge.hedge_contracts(60_000, 66_000, 1, "inverse", index_price=60_000), 9)
        66000.0

    Source:
        Contract specifications of Binance (USD-M, COIN-M) and Bybit.
    """
    index = _index_or(futures_price, index_price)
    contracts = where(
        contract_type == "inverse",
        hedge_notional * (futures_price / index) / contract_size,
        hedge_notional / (contract_size * futures_price),
    )
    return where(qty_step == 0, contracts, lambda: _to_step(contracts, qty_step, rounding))


def _index_or(futures_price: Carrier, index_price: Carrier) -> Carrier:
    """The index price, without one the future's own: no basis."""
    return where(index_price > 0, index_price, futures_price)


def _to_step(contracts: Carrier, qty_step: Carrier, rounding: Carrier) -> Carrier:
    steps = absolute(contracts) / qty_step
    noise = minimum(steps * _NOISE, _MOST_NOISE)
    down, up = floor(steps + noise), -floor(noise - steps)
    nearest = floor(steps + 0.5 + noise)
    whole = where(rounding == "down", down, where(rounding == "up", up, nearest))
    # 3 steps of 0.1 are 3/10, which is 0.3; 3*0.1 is 0.30000000000000004.
    per_one = floor(1 / qty_step + 0.5)
    decimal = absolute(per_one * qty_step - 1) <= _NOISE
    size = where(decimal, lambda: whole / per_one, whole * qty_step)
    return where(contracts < 0, -size, size)


def short_notional(
    short_contracts: Carrier,
    futures_price: Carrier,
    contract_size: Carrier = 1,
    contract_type: Carrier = "linear",
    index_price: Carrier = UNGIVEN,
) -> Carrier:
    """The exposure that a short futures position takes away, in quote.

    Fees, funding and margin of an inverse contract are rates of its value in coins, contracts ×
    size ÷ futures_price; at spot that is this number, if index_price is given.

    Equation:
        linear: short_contracts × contract_size × futures_price
        inverse, without index_price: short_contracts × contract_size
        inverse, with index_price: short_contracts × contract_size × (index_price ÷ futures_price)

    Question:
        I am short 600 inverse contracts of 100 USD. How much is that?

        >>> import xlhedge
        >>> xlhedge.short_notional(600, 60_500, 100, "inverse")
        60000.0

        And 66,000 of 1 USD in a quarterly at 66,000, with spot at 60,000?

        >>> round(xlhedge.short_notional(66_000, 66_000, 1, "inverse", 60_000), 9)
        60000.0

    Source:
        Contract specifications of Binance (USD-M, COIN-M) and Bybit.
    """
    faces = short_contracts * contract_size
    index = _index_or(futures_price, index_price)
    return where(contract_type == "inverse", faces * (index / futures_price), faces * futures_price)


def hedge_ratio(spot_notional: Carrier, short_notional: Carrier, beta: Carrier = 1) -> Carrier:
    """Fraction of the exposure that the short covers; above 1 is over-hedged.

    Equation:
        short_notional ÷ (spot_notional × beta)

    Question:
        I hold coins worth 60,000 and am short 45,000. How much of it is hedged?

        >>> import xlhedge
        >>> xlhedge.hedge_ratio(60_000, 45_000)
        0.75

    Errors:
        #DIV/0! with no exposure to hedge.

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapter 3.
    """
    return short_notional / (spot_notional * beta)


def net_delta(
    spot_qty: Carrier, spot_price: Carrier, short_notional: Carrier, beta: Carrier = 1
) -> Carrier:
    """Exposure left after the hedge, in quote: what a move of +100 % of the underlying would gain.

    0 is fully hedged, positive is still long, negative is over-hedged. With inverse contracts
    spot_qty includes the coin equity of the margin account (wallet + unrealised P&L).

    Equation:
        spot_qty × spot_price × beta − short_notional

    Question:
        I hold 1 BTC at 60,000 and am short 45,000. How much is still exposed?

        >>> import xlhedge
        >>> xlhedge.net_delta(1, 60_000, 45_000)
        15000.0

    Source:
        Definition of delta; J. Hull, Options, Futures, and Other Derivatives, chapter 19.
    """
    return spot_qty * spot_price * beta - short_notional


def min_variance_ratio(spot_changes: Numbers, futures_changes: Numbers) -> Carrier:
    """How much to short per unit of spot so that the hedged changes vary least.

    Over relative changes it is the beta; over price changes it is futures coins per spot coin. It
    goes into beta, never also into hedge_ratio.

    Equation:
        cov(ΔS, ΔF) ÷ var(ΔF), which is Excel's SLOPE(spot_changes, futures_changes)

    Question:
        A coin moved +2 %, −2 % and +4 % while the future moved +1 %, −1 % and +2 %. Its beta?

        >>> import xlhedge
        >>> xlhedge.min_variance_ratio([0.02, -0.02, 0.04], [0.01, -0.01, 0.02])
        2.0

    Errors:
        #DIV/0! with fewer than two pairs, or where the future does not move.

    Source:
        J. Hull, Options, Futures, and Other Derivatives, chapter 3, minimum-variance hedge ratio.
    """
    return where(
        _varies(futures_changes), lambda: _slope(spot_changes, futures_changes), _STILL_FUTURE
    )


def _slope(y: Numbers, x: Numbers) -> Carrier:
    return covariation(y, x) / covariation(x, x)


def _varies(changes: Numbers) -> Carrier:
    # Not by the variance: rounding leaves a constant series a little of it.
    return least(changes) < most(changes)


_STILL_FUTURE = Undefined(CellError.DIV0, "the future's changes do not vary")
_STILL_COIN = Undefined(CellError.DIV0, "the coin's changes do not vary")


def hedge_effectiveness(
    spot_changes: Numbers, futures_changes: Numbers, short_per_spot: Carrier = UNGIVEN
) -> Carrier:
    """Share of the holding's variance that the hedge takes away; 1 is all of it, below 0 adds some.

    Equation:
        1 − Var(ΔS − h × ΔF) ÷ Var(ΔS), h = short_per_spot, or else the minimum-variance ratio

    Question:
        How much of the risk is gone if the future explains every move of the coin?

        >>> import xlhedge
        >>> xlhedge.hedge_effectiveness([0.02, -0.02, 0.04], [0.01, -0.01, 0.02])
        1.0

    Errors:
        #DIV/0! with fewer than two pairs, or where the coin or the future does not move.

    Source:
        J. Hull, chapter 3; IFRS 9 and ASC 815 use the same ratio. Equal to R² at the best h only.
    """
    given = short_per_spot > -NEVER  # without one it is no number, in Excel the least there is

    def share() -> Carrier:
        ratio = where(given, short_per_spot, lambda: _slope(spot_changes, futures_changes))
        left = spot_changes - ratio * futures_changes
        return 1 - covariation(left, left) / covariation(spot_changes, spot_changes)

    return where(
        given | _varies(futures_changes),
        lambda: where(_varies(spot_changes), share, _STILL_COIN),
        _STILL_FUTURE,
    )


def min_variance_error(spot_changes: Numbers, futures_changes: Numbers) -> Carrier:
    """How far the minimum-variance ratio may be off by chance: its standard error.

    Twice as much to either side holds the true ratio in about 19 of 20 samples.

    Equation:
        √((Var(ΔS) ÷ Var(ΔF) − h²) ÷ (n − 2)), h the minimum-variance ratio of n pairs, which is
            Excel's STEYX(spot_changes, futures_changes) ÷ √DEVSQ(futures_changes)

    Question:
        A coin moved +1, +3 and +2 % while the future moved +1, +2 and +3 %. How sure is its beta?

        >>> import xlhedge
        >>> round(xlhedge.min_variance_error([0.01, 0.03, 0.02], [0.01, 0.02, 0.03]), 9)
        0.866025404

    Errors:
        #DIV/0! with fewer than three pairs, or where the future does not move.

    Source:
        Standard error of the slope of a regression; √3 ÷ 2 here, around a beta of 0.5.
    """
    pairs = count(spot_changes)

    def error() -> Carrier:
        coins, moves = centred(spot_changes), centred(futures_changes)
        varied = total(moves * moves)
        # The residuals' own sum: Var(ΔS) ÷ Var(ΔF) − h² would cancel where the fit is good.
        left = coins - total(coins * moves) / varied * moves
        return power(total(left * left) / varied / (pairs - 2), 0.5)

    # Two points fit a line exactly.
    few = Undefined(CellError.DIV0, "two pairs say nothing of an error")
    return where(_varies(futures_changes), lambda: where(pairs < 3, few, error), _STILL_FUTURE)
