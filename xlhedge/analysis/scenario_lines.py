"""The lines of a scenario: what it does to each holding and each short.

A rule is written once, over numbers here and over the template's workings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from xlhedge.analysis.accounts import CrossRow
from xlhedge.analysis.figures import BLANK, Blank, Figure, FigureRow, figure, looked_up
from xlhedge.analysis.grid_shorts import FAR, GridShort, price_move
from xlhedge.analysis.lookups import Lookups
from xlhedge.analysis.margin import MarginRow
from xlhedge.functions.algebra import Carrier, where
from xlhedge.functions.formulas.scenario import LEGS

__all__ = [
    "LEG_FIGURES",
    "UNDERLYING",
    "LineRow",
    "Move",
    "ShortTerms",
    "basis_move",
    "distance_of",
    "expires",
    "is_perpetual",
    "is_unknown",
    "way_of",
]

UNDERLYING = "*"
"""The asset of a scenario's row that moves every underlying, and each holding by its beta."""

_AT_ONCE = 1e-9
"""A distance to liquidation that is none; no buffer is 0."""
_A_MOMENT = 1e-6  # days: date-times hold no more digits


@dataclass(frozen=True, slots=True)
class Move:
    """What a scenario says of one asset.

    Args:
        price_shock: the asset's own relative move.
        basis_shock: the extra move of futures on it.
        funding_rate: funding per interval while it lasts; none = the instrument's own.
        days: how long it lasts.
        spike: the worst move of futures on it on the way, relative; none = none beyond the move.
    """

    price_shock: float
    basis_shock: float = 0.0
    funding_rate: float | None = None
    days: float = 0.0
    spike: float | None = None

    @property
    def spiked(self) -> float:
        """The worst move on the way, 0 if none is told."""
        return self.spike or 0.0


def is_perpetual(row: ShortTerms) -> Carrier:
    """Whether a short's instrument has no expiry."""
    return row.days_to_expiry >= FAR


def expires(days: Carrier, days_to_expiry: Carrier) -> Carrier:
    """Whether a short's instrument expires within a scenario."""
    return days >= days_to_expiry - _A_MOMENT


def basis_move(
    basis_shock: Carrier, price_shock: Carrier, days: Carrier, row: ShortTerms
) -> Carrier:
    """How a short's future moves against its index: by its expiry there is no basis left."""
    gone = row.convergence * (1 + price_shock)
    return where(expires(days, row.days_to_expiry), gone, basis_shock)


def is_unknown(row: ShortTerms, move: Carrier, spike: Carrier) -> Carrier:
    """Whether a short may be liquidated, for all that is known: a future's move is against it."""
    against = (row.short_notional * move > 0) | (row.short_notional * spike > 0)
    return (row.unsure > 0) & against


def distance_of(row: ShortTerms, fallen: Carrier) -> Carrier:
    """How far a short's liquidation is; that of a wallet that falls is where its positions are."""
    here = where(row.short_notional < 0, _AT_ONCE, -_AT_ONCE)
    return where(fallen, here, row.distance)


def _isolated(figure: Figure, shared: float) -> Figure:
    """What the grids take of a short, too; and what stands for it where it shares a wallet."""
    name = figure.name

    def body(row: ShortTerms, f: Lookups) -> Carrier:
        return where(row.wallet == "", lambda: getattr(f.beside(row, GridShort), name), shared)

    return Figure(figure.title, figure.look, body, ("instrument",))


class ShortTerms(FigureRow):
    """What a scenario needs of a short: a row each, as the template's workings show them."""

    table, beside = "Shorts", MarginRow

    instrument = looked_up("Instrument", "text", "beside")
    underlying = looked_up("Underlying", "text", "term")
    contract_type = looked_up("Contract type", "text", "beside")

    @figure("Days to expiry", "days", ("instrument",))
    def days_to_expiry(self, f: Lookups) -> Carrier:
        """A perpetual's are more than any scenario lasts."""
        expiry = f.beside(self, MarginRow).expiry
        return where(expiry == "", FAR, lambda: f.days_to_expiry(f.as_of, expiry))

    @figure("Move of the future when the basis is gone", "percent", ("instrument",))
    def convergence(self, f: Lookups) -> Carrier:
        short = f.beside(self, MarginRow)
        return short.index_price / short.futures_price - 1

    short_notional = looked_up("Short notional", "money", "beside")
    coin_margin = looked_up("Coins posted as margin, value", "money", "beside")
    funding_rate = looked_up("Own funding rate", "rate", "beside")
    interval_hours = looked_up("Funding interval, hours", "ratio", "beside")

    @figure("Fee rate", "rate", ("instrument",))
    def fee_rate(self, f: Lookups) -> Carrier:
        return f.beside(self, GridShort).fee_rate

    @figure("Its wallet's row in Accounts", "whole", ("instrument",))
    def wallet(self, f: Lookups) -> Carrier:
        """None where it has its own margin."""
        found = f.beside(self, CrossRow).wallet
        return where(found == "", "", found)

    unsure = _isolated(GridShort.unsure, 0)
    distance = _isolated(GridShort.distance, FAR)
    equity = _isolated(GridShort.equity, 0)


def _or(value: Carrier, otherwise: float | None) -> Carrier:
    """What a line has, or what stands for it where it has none; None is the function's default."""
    return otherwise if isinstance(value, Blank) else value


def _leg(at: int) -> Figure:
    """A leg of SCENARIO_ATTRIBUTION's, as it is."""
    return Figure(LEGS[at].capitalize(), "money", lambda row, f: f.part(row.legs, at), total=True)


class LineRow(FigureRow):
    """One row a holding or short in one scenario; what it has not is blank."""

    scenario = looked_up("Scenario", "text")
    line = looked_up("Holding or short", "text")
    quantity = looked_up("Quantity, coins", "qty")
    spot_price = looked_up("Spot price", "price")
    beta = looked_up("Beta", "ratio")
    contract_type = Figure("Contract type", "text", known=True, source="stated")
    short_notional = looked_up("Short notional", "money")
    coin_margin = looked_up("Coins posted as margin, value", "money")
    price_shock = looked_up("Price move", "percent")
    basis_shock = looked_up("Basis move", "percent")
    spike = looked_up("Worst move on the way", "percent")
    funding_rate = looked_up("Funding rate per interval", "rate")
    interval_hours = looked_up("Funding interval, hours", "ratio")
    days = looked_up("Days", "days")
    expires = looked_up("Expires within it", "text")
    fee_rate = looked_up("Fee rate", "rate")
    liquidation_buffer = looked_up("Distance to liquidation", "percent")
    equity = looked_up("Equity lost if liquidated", "money")

    @figure("Spot", "money", total=True)
    def spot(self, f: Lookups) -> Carrier:
        """Coins posted as margin are spot, too."""
        return f.part(self.legs, 0) + _or(self.coin_margin, 0) * self.price_shock

    @figure("Short", "money", total=True)
    def short(self, f: Lookups) -> Carrier:
        """Of a wallet that falls all that is in it."""
        wallet = isinstance(self.short_notional, Blank) and not isinstance(self.equity, Blank)
        return -self.equity if wallet else f.part(self.legs, 1)

    basis, funding, fees = map(_leg, range(2, 5))

    @figure("Net", "money", total=True)
    def net(self, _: Lookups) -> Carrier:
        return self.spot + self.short + self.basis + self.funding + self.fees

    liquidation = looked_up("Liquidation", "text")

    @cached_property
    def legs(self) -> Sequence[Carrier]:
        """What SCENARIO_ATTRIBUTION says: one call for all. A short is open: it is only closed."""
        # What is lost with a wallet is no short's margin, and may be a debt of its other coins.
        alone = not isinstance(self.liquidation_buffer, Blank)
        legs: Sequence[Carrier] = self.f.scenario_attribution(
            _or(self.quantity, 0),
            _or(self.spot_price, 1),
            _or(self.short_notional, 0),
            self.price_shock,
            *(
                _or(each, None)
                for each in (
                    self.basis_shock,
                    self.funding_rate,
                    self.days,
                    self.interval_hours,
                    self.fee_rate,
                    self.beta,
                    self.liquidation_buffer,
                    self.equity if alone else BLANK,
                    self.contract_type,
                    self.spike,
                )
            ),
            "close",
        )
        return legs


LEG_FIGURES = (LineRow.spot, LineRow.short, LineRow.basis, LineRow.funding, LineRow.fees)
"""The legs of a line, which add up to its net."""


def way_of(row: ShortTerms, move: Move) -> tuple[float, float, float]:
    """How a short's underlying and basis move, and the worst move of its future on the way."""
    price = price_move(move.price_shock, row.contract_type)
    return price, basis_move(move.basis_shock, price, move.days, row), move.spiked
