"""Portfolio → Analysis: the hedge of each asset, the margin of each short, grid and scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis.figures import VALUES, Figure, by_instrument, compute, sum_of
from xlhedge.analysis.hedge import HEDGE
from xlhedge.analysis.history import History, history
from xlhedge.analysis.margin import STEPS
from xlhedge.analysis.scenarios import UNDERLYING, Move, Stress, moves_of, stress
from xlhedge.analysis.sensitivity import Sensitivity, sensitivity
from xlhedge.analysis.unwind import Closing, closing, unwinding
from xlhedge.errors import HedgeError
from xlhedge.portfolio import (
    Holding,
    Instrument,
    Portfolio,
    PortfolioError,
    Problem,
    Short,
    Tier,
)

__all__ = ["Analysis", "analyse"]

Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything the sheets, the reports and the command line show of a portfolio.

    Args:
        portfolio: what was analysed.
        days: from as_of to the horizon, 0 once it has passed.
        hedge: a row a holding, by the names of `hedge.HEDGE`.
        margin: a row a short, by the names of `positions.MARGIN`.
        unassigned: what shorts that hedge no holding add, by the names of `hedge.HEDGE`.
        total: sums over the holdings and the unassigned shorts.
        grid: P&L, funding and margin over two axes.
        scenarios: the portfolio's scenarios, in order.
        unwind: a row a holding, by the names of `unwinding.UNWIND`.
        closing: closing all shorts now against keeping them.
        history: what the table History says; none where it has no rows.
    """

    portfolio: Portfolio
    days: float
    hedge: tuple[Cells, ...]
    margin: tuple[Cells, ...]
    unassigned: Cells
    total: Cells
    grid: Sensitivity
    scenarios: tuple[Stress, ...]
    unwind: tuple[Cells, ...]
    closing: Closing
    history: History | None

    @property
    def caveats(self) -> tuple[str, ...]:
        """What to know of the margin: liquidation that is near or unknown."""
        said = []
        alert = self.portfolio.settings.liquidation_alert
        for row in self.margin:
            buffer = row["liquidation_buffer"]
            if buffer is None:
                lacking = "margin" if row["tiers"] else "margin and mm_rate"
                said.append(f"{row['instrument']}: liquidation unknown without {lacking}")
            elif isinstance(buffer, float) and abs(buffer) < alert:
                said.append(f"{row['instrument']}: liquidated by a move of {buffer:+.1%}")
        return tuple(dict.fromkeys(said))

    @property
    def nearest(self) -> float | None:
        """The smallest move of a mark price that liquidates a short; none where none is known."""
        buffers = (row["liquidation_buffer"] for row in self.margin)
        return min((abs(each) for each in buffers if isinstance(each, float)), default=None)

    @property
    def worst(self) -> Stress | None:
        """The scenario with the lowest net; none without scenarios."""
        return min(self.scenarios, key=lambda result: result.legs["net"], default=None)

    def after(self, price_shock: float) -> float:
        """P&L of a sudden move of all underlyings, in quote, before fees; liquidation included."""
        moves = {UNDERLYING: Move(price_shock)}
        legs = stress(self.portfolio, self.hedge, self.margin, "", moves).legs
        return legs["spot"] + legs["short"]


def analyse(portfolio: Portfolio) -> Analysis:
    """Work out a portfolio.

    Raises:
        PortfolioError: shorts are beyond their own liquidation price, or rows make numbers that
            are too large; it says where.
    """
    settings = portfolio.settings
    days = VALUES.days_to_expiry(settings.as_of, settings.horizon_date)
    margin = _margin_rows(portfolio, days)
    with _told(portfolio, "Shorts"):
        hedge = _hedge_rows(portfolio, margin, days)
        unassigned = _unassigned(hedge, margin)
    with _told(portfolio, "Holdings"):
        total = {
            figure.name: sum_of([*hedge, unassigned], figure.name)
            for figure in HEDGE
            if figure.total
        }
    with _told(portfolio, "History"):
        past = history(portfolio, hedge, margin)
    with _told(portfolio, "Settings", 0, "shock_max"):
        grid = sensitivity(settings.shocks, hedge, margin, total)
        close = closing(grid, margin, total["funding_drag"])
    with _told(portfolio, "Holdings"):
        unwind = unwinding(portfolio, hedge, margin, past, days)
    return Analysis(
        portfolio=portfolio,
        days=days,
        hedge=hedge,
        margin=margin,
        unassigned=unassigned,
        total=total,
        grid=grid,
        scenarios=tuple(_scenarios(portfolio, hedge, margin)),
        unwind=unwind,
        closing=close,
        history=past,
    )


@contextmanager
def _told(
    portfolio: Portfolio, table: str, row: int | None = None, column: str = ""
) -> Iterator[None]:
    """What cannot be worked out is told with the place where a person can mend it."""
    try:
        yield
    except PortfolioError:
        raise
    except (HedgeError, OverflowError) as error:
        message = getattr(error, "message", "its numbers are too large")
        problem = Problem(portfolio.place(table, row, column), message, column)
        raise PortfolioError([problem]) from None


def _scenarios(
    portfolio: Portfolio, hedge: Sequence[Cells], margin: Sequence[Cells]
) -> Iterator[Stress]:
    names = [row.scenario for row in portfolio.scenarios]
    for name, moves in moves_of(portfolio).items():
        with _told(portfolio, "Scenarios", names.index(name), "price_shock"):
            yield stress(portfolio, hedge, margin, name, moves)


def _margin_rows(portfolio: Portfolio, days: float) -> tuple[Cells, ...]:
    rows, problems = [], []
    tiers = by_instrument(map(_columns, portfolio.tiers))
    for n, short in enumerate(portfolio.shorts):
        try:
            rows.append(_margin_row(portfolio, short, tiers.get(short.instrument, ()), days))
        except HedgeError as error:
            place = portfolio.place("Shorts", n, "margin")
            problems.append(Problem(place, error.message, "margin"))
    if problems:
        raise PortfolioError(problems)
    return tuple(rows)


def _margin_row(portfolio: Portfolio, short: Short, tiers: Sequence[Cells], days: float) -> Cells:
    instrument = portfolio.instrument(short.instrument)
    known = _columns(instrument) | _columns(short)
    known |= {
        "index_price": portfolio.index_price(instrument),
        "funding_rate": instrument.funding_rate or 0.0,
        "days": days,
        "own_rate": known.pop("mm_rate"),
        "own_amount": known.pop("mm_amount"),
        "tiers": len(tiers),
        "tier_floors": [tier["floor"] for tier in tiers],
        "tier_rates": [tier["mm_rate"] for tier in tiers],
    }
    row = compute(STEPS, known)
    buffer = row["liquidation_buffer"]
    if isinstance(buffer, float) and buffer * short.contracts <= 0:
        raise HedgeError(
            f"{short.instrument} at its mark price {row['futures_price']:,.15g} is beyond its "
            f"liquidation price {row['liquidation_price']:,.6g}; correct the margin or the prices, "
            "or remove the short if the venue has closed it"
        )
    return row


def _columns(row: Instrument | Short | Holding | Tier) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.columns}


def _hedge_rows(portfolio: Portfolio, margin: Sequence[Cells], days: float) -> tuple[Cells, ...]:
    known = [_known(portfolio, holding, days) for holding in portfolio.holdings]
    own = [
        _computed(portfolio, n, HEDGE[: _OWN_TARGET + 1], row)["own_target"]
        for n, row in enumerate(known)
    ]
    weights: dict[str, list[float]] = {}
    for row, target in zip(known, own, strict=True):
        weights.setdefault(row["instrument"], []).append(target or 0.0)
    lots = by_instrument(margin)
    shorts = {
        name: _Shared(targets, lots.get(name, ()))
        for name, targets in weights.items()
        if name is not None
    }
    for row, target in zip(known, own, strict=True):
        if row["instrument"] is None:
            row |= {"share": None, "short_contracts": None, "coin_margin": 0.0}
            continue
        shared = shorts[row["instrument"]]
        share = row["share"] = shared.of(target)
        row["short_contracts"] = share * shared.contracts
        row["coin_margin"] = share * shared.coin_margin
    return tuple(_computed(portfolio, n, HEDGE, row) for n, row in enumerate(known))


class _Shared:
    """The shorts of one instrument, which its holdings share by their targets."""

    def __init__(self, targets: Sequence[float], lots: Sequence[Cells]) -> None:
        self.holdings = len(targets)
        self.net, self.gross = sum(targets), sum(map(abs, targets))
        self.contracts = sum_of(lots, "contracts")
        self.coin_margin = sum_of(lots, "coin_margin")

    def of(self, target: float) -> float:
        """The share of a holding; targets that cancel out say nothing of who holds what."""
        if abs(self.net) <= 1e-9 * self.gross:
            return 1 / self.holdings
        return target / self.net


def _computed(
    portfolio: Portfolio, n: int, figures: Sequence[Figure], known: Mapping[str, Any]
) -> Cells:
    """The figures of a holding; an error says which holding's."""
    try:
        return compute(figures, known)
    except HedgeError as error:
        place = portfolio.place("Holdings", n, "quantity")
        raise PortfolioError([Problem(place, error.message, "quantity")]) from None


_OWN_TARGET = next(at for at, figure in enumerate(HEDGE) if figure.name == "own_target")


def _known(portfolio: Portfolio, holding: Holding, days: float) -> dict[str, Any]:
    """What is looked up for a holding; blank where it has no instrument."""
    known = dict.fromkeys(figure.name for figure in HEDGE if figure.formula is None)
    if holding.instrument is not None:
        instrument = portfolio.instrument(holding.instrument)
        as_of = portfolio.settings.as_of
        known |= _columns(instrument)
        known |= {
            "index_price": portfolio.index_price(instrument),
            "funding_rate": instrument.funding_rate or 0.0,
            "days_to_expiry": instrument.expiry and VALUES.days_to_expiry(as_of, instrument.expiry),
        }
        known["hedge_ratio"] = portfolio.hedge_ratio(holding)
    return known | _columns(holding) | {"hedge_ratio": known["hedge_ratio"], "days": days}


def _unassigned(hedge: Sequence[Cells], margin: Sequence[Cells]) -> Cells:
    """What shorts add whose instrument hedges no holding: a naked short is still an exposure."""
    hedging = {row["instrument"] for row in hedge}
    naked = [row for row in margin if row["instrument"] not in hedging]
    cells = dict.fromkeys((figure.name for figure in HEDGE), None)
    short, coins = sum_of(naked, "short_notional"), sum_of(naked, "coin_margin")
    known = {
        "short_notional": short,
        "coin_margin": coins,
        "net_delta": coins - short,
        "residual_delta": coins - short,
        "funding_drag": sum_of(naked, "funding_drag"),
        "funding_year": sum_of(naked, "funding_year"),
    }
    return cells | known
