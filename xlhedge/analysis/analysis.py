"""Portfolio → Analysis: the hedge of each asset, the margin of each short, grid and scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.changes import Changes
from xlhedge.analysis.closing import Closing, closing
from xlhedge.analysis.cross import UNSETTLED
from xlhedge.analysis.doubts import over_hedged
from xlhedge.analysis.figures import BLANK, Blank, sum_of
from xlhedge.analysis.hedge import UNASSIGNED, HedgeRow
from xlhedge.analysis.history import History, history
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import OrderRow, UnderlyingRow, hedged
from xlhedge.analysis.scenario_lines import UNDERLYING, Move
from xlhedge.analysis.scenarios import Stress, moves_of, stresses
from xlhedge.analysis.sensitivity import Sensitivity, sensitivity
from xlhedge.analysis.stablecoin import Depeg, depegs
from xlhedge.analysis.typical import TypicalMove
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.analysis.values import Numbers
from xlhedge.analysis.wallets import fallen, nearest_end
from xlhedge.errors import HedgeError, RowError
from xlhedge.portfolio import Portfolio, PortfolioError, Problem
from xlhedge.text import percent

__all__ = ["Analysis", "NearEnd", "analyse"]

_OF_LIQUIDATION = ("index_price", "futures_price", "contract_size", "mm_rate", "mm_amount")
"""The cells of an instrument that decide when a short of it is liquidated."""
_SUDDEN = (-0.2, 0.2)
"""The sudden moves that reports and summaries tell of: they are worked out together."""
_T = TypeVar("_T")
_LINES = 50_000  # that are worked out at once
_HUGE = 1e100  # of anything: what is computed with it overflows


class NearEnd(NamedTuple):
    """A liquidation that is near.

    Args:
        about: of which position or account.
        move: of the mark that it takes.
        text: it, as a clause.
    """

    about: str
    move: float
    text: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything the sheets, the reports and the command line show of a portfolio.

    Args:
        portfolio: what was analysed.
        days: from as_of to the horizon, 0 once it has passed.
        hedge: a row a holding.
        underlyings: a row an underlying that is held or short.
        orders: a row an instrument.
        carry: a row an instrument: what its shorts earn by being held.
        margin: a row a position: lots of one instrument in one account.
        accounts: a row a collateral; the first one of a wallet has the wallet's figures.
        unassigned: what shorts add to `hedge` on whose underlying no holding names an instrument.
        total: sums over the holdings and the unassigned shorts.
        grid: P&L, funding and margin over two axes.
        scenarios: the portfolio's scenarios, in order.
        depegs: what it costs if a stablecoin that shorts are quoted in falls to 0.90 dollars.
        unwind: a row a holding.
        closing: closing all shorts now against keeping them.
        history: what the table History says; none where it has no rows.
        numbers: what all rows were computed on.
        changes: against an earlier analysis; none where there is none.
    """

    portfolio: Portfolio
    days: float
    hedge: tuple[HedgeRow, ...]
    underlyings: tuple[UnderlyingRow, ...]
    orders: tuple[OrderRow, ...]
    carry: tuple[CarryRow, ...]
    margin: tuple[MarginRow, ...]
    accounts: tuple[AccountRow, ...]
    unassigned: HedgeRow
    total: HedgeRow
    grid: Sensitivity
    scenarios: tuple[Stress, ...]
    depegs: tuple[Depeg, ...]
    unwind: tuple[UnwindRow, ...]
    closing: Closing
    history: History | None
    numbers: Numbers = field(repr=False, compare=False)
    changes: Changes | None = field(default=None, repr=False, compare=False)
    _sudden: dict[float, Stress] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _found: dict[Callable[[Analysis], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, of: Callable[[Analysis], _T]) -> _T:
        """What a function says of this analysis, worked out when it is first asked for.

        Args:
            of: the function; nobody changes what it gives.
        """
        if of not in self._found:
            self._found[of] = of(self)
        found: _T = self._found[of]
        return found

    @property
    def caveats(self) -> tuple[str, ...]:
        """What to know of the shorts: too much of them, liquidation that is near or unknown."""
        said = [*(str(problem) for _, problem in over_hedged(self)), *self.near_liquidations]
        unknown = "liquidation unknown"
        said += (
            f"{row.instrument}: {unknown} without {row.lacking}"
            for row in self.margin
            if row.lacking and row.liquidation_buffer == BLANK
        )
        said += (
            f"account {row.account}: {unknown}, its margin tiers jump there"
            for row in self.accounts
            if row.common == UNSETTLED
        )
        return tuple(dict.fromkeys(said))

    @property
    def near_liquidations(self) -> tuple[str, ...]:
        """Positions and accounts that a move within the alert, or a typical one, liquidates."""
        return tuple(dict.fromkeys(each.text for each in self.near_ends()))

    def near_ends(self) -> Iterator[NearEnd]:
        """Those of `near_liquidations`, each with its move."""
        alert = self.portfolio.settings.liquidation_alert
        for row in self.margin:
            buffer = row.liquidation_buffer
            if isinstance(buffer, Blank) or row.is_cross:
                continue
            told = f"{row.instrument}: liquidated by a move of {percent(buffer, '+')}"
            if typical := self.within_typical(row):
                told = f"{told}, and a typical one to the horizon is {typical}"
                yield NearEnd(row.instrument, buffer, told)
            elif abs(buffer) < alert:
                yield NearEnd(row.instrument, buffer, told)
        for account in self.accounts:
            end = nearest_end(account) if account.common != UNSETTLED else None
            if end and (abs(end.move) < alert or self.account_within_typical(account)):
                name = f"account {account.account}"
                yield NearEnd(name, end.move, f"{name}: liquidated by {end}")

    def within_typical(self, row: MarginRow) -> TypicalMove | None:
        """The typical move to the horizon, where one as large liquidates a position; else none.

        A position of a cross account falls by the move of its underlying, or of all together.
        """
        typical = self.history.typical.get(row.underlying) if self.history else None
        both = (row.liquidation_buffer, row.common_buffer)
        ends = [abs(each) for each in both if not isinstance(each, Blank)]
        return typical if typical and ends and min(ends) <= typical.move else None

    def account_within_typical(self, account: AccountRow) -> bool:
        """Whether a typical move to the horizon liquidates an account."""
        return any(
            self.within_typical(row)
            for row in self.margin
            if row.is_cross and row.account == account.account
        )

    @property
    def hedged(self) -> float | str:
        """What part of the exposure is hedged, each underlying by itself; "none" without any."""
        covered = sum_of(self.underlyings, UnderlyingRow.covered)
        exposed = sum_of(self.underlyings, UnderlyingRow.gross_exposure)
        share: float | str = hedged(covered, exposed, self.total.short_notional)
        return share

    @property
    def gross_delta(self) -> float:
        """The net deltas of all underlyings by size: none offsets another."""
        return sum_of(self.underlyings, UnderlyingRow.gross_delta)

    @property
    def nearest(self) -> float | None:
        """The smallest move of a mark price that liquidates a short; none where none is known.

        In a cross account it may be one of all marks together.
        """
        rows = self.margin
        buffers = (each for row in rows for each in (row.liquidation_buffer, row.common_buffer))
        return min((abs(each) for each in buffers if not isinstance(each, Blank)), default=None)

    @property
    def worst(self) -> Stress | None:
        """The scenario with the lowest net; none without scenarios."""
        return min(self.scenarios, key=lambda result: result.legs.net, default=None)

    def at_once(self, price_shock: float) -> Stress:
        """What a sudden move of all underlyings does."""
        if price_shock not in self._sudden:
            moves = _SUDDEN if price_shock in _SUDDEN else (price_shock,)
            said = {f"{move:+}": {UNDERLYING: Move(move)} for move in moves}
            self._sudden.update(zip(moves, stresses(self.numbers, said), strict=True))
        return self._sudden[price_shock]

    def after(self, price_shock: float) -> float:
        """P&L of a sudden move of all underlyings, in quote, before fees; liquidation included."""
        legs = self.at_once(price_shock).legs
        return legs.spot + legs.short


def analyse(portfolio: Portfolio) -> Analysis:
    """Work out a portfolio.

    Raises:
        PortfolioError: shorts are beyond their own liquidation price, or rows make numbers that
            are too large; it says where.
    """
    numbers = Numbers(portfolio)
    margin = _margin_rows(numbers)
    with _told(portfolio, "Shorts"):
        for each in (MarginRow.short_notional, MarginRow.cover, MarginRow.coin_margin):
            sum_of(margin, each)
    accounts = _accounts(numbers)
    with _told(portfolio, "History"):  # orders look at signals
        past = numbers.history = history(portfolio, numbers.rows(HedgeRow), margin, numbers.days)
    with _told(portfolio, "Holdings"):
        hedge = tuple(row.complete() for row in numbers.rows(HedgeRow))
        underlyings = tuple(row.complete() for row in numbers.rows(UnderlyingRow))
        orders = tuple(row.complete() for row in numbers.rows(OrderRow))
        carry = tuple(row.complete() for row in numbers.rows(CarryRow))
        unassigned = _unassigned(numbers, hedge, margin)
    with _told(portfolio, "Holdings"):
        sums = {
            each.name: sum_of([*hedge, unassigned], each) for each in HedgeRow.figures if each.total
        }
        total = HedgeRow.of(numbers, **sums)
    with _told(portfolio, "Shorts"):
        fallen = depegs(numbers)
    with _told(portfolio, "Settings", 0, "shock_max"):
        grid = sensitivity(numbers, total)
        close = closing(numbers, grid, total.funding_drag)
    with _told(portfolio, "Holdings"):
        unwind = tuple(row.complete() for row in numbers.rows(UnwindRow))
    return Analysis(
        portfolio=portfolio,
        days=numbers.days,
        hedge=hedge,
        underlyings=underlyings,
        orders=orders,
        carry=carry,
        margin=margin,
        accounts=accounts,
        unassigned=unassigned,
        total=total,
        grid=grid,
        scenarios=tuple(_scenarios(numbers)),
        depegs=fallen,
        unwind=unwind,
        closing=close,
        history=past,
        numbers=numbers,
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
        if isinstance(error, RowError) and error.row.fault:
            table, row, column = error.row.table, error.row.source_row, error.row.fault
        message = getattr(error, "message", "its numbers are too large")
        problem = Problem(portfolio.place(table, row, column), message, column)
        raise PortfolioError([problem]) from None


def _margin_rows(numbers: Numbers) -> tuple[MarginRow, ...]:
    problems = []
    for row in numbers.rows(MarginRow):
        try:
            _alive(row.complete())
        except HedgeError as error:
            problems.append(_at_fault(numbers.portfolio, row, error.message))
    if problems:
        raise PortfolioError(problems)
    return tuple(numbers.rows(MarginRow))


def _at_fault(portfolio: Portfolio, row: MarginRow, message: str) -> Problem:
    """What is wrong with a short, at the cell to mend: its instrument's, if one looks mistyped."""
    short = portfolio.shorts[row.source_row]
    names = [each.instrument for each in portfolio.instruments]
    at = names.index(short.instrument)
    odd = {(each.place, each.column): each.message for each in portfolio.warnings}
    for column in _OF_LIQUIDATION:
        place = portfolio.place("Instruments", at, column)
        value = getattr(portfolio.instruments[at], column)
        if said := odd.get((place, column)):
            return Problem(place, f"{said}; with it {message}", column)
        if value is not None and abs(value) > _HUGE:
            return Problem(place, f"{value:.15g} is too large: {message}", column)
    return Problem(portfolio.place(row.table, row.source_row, row.fault), message, row.fault)


def _alive(row: MarginRow) -> None:
    buffer = row.liquidation_buffer
    if not row.is_cross and not isinstance(buffer, Blank) and buffer * row.contracts <= 0:
        raise HedgeError(
            f"{row.instrument} at its mark price {row.futures_price:,.15g} is beyond its "
            f"liquidation price {row.liquidation_price:,.6g}; correct the margin or the prices, "
            "or remove the short if the venue has closed it"
        )


def _accounts(numbers: Numbers) -> tuple[AccountRow, ...]:
    portfolio, problems = numbers.portfolio, []
    with _told(portfolio, "Accounts"):
        rows = tuple(row.complete() for row in numbers.rows(AccountRow))
        for row in numbers.rows(CrossRow):
            row.complete()
    for row in rows:
        if row.maintenance != BLANK and row.equity <= row.maintenance:
            place = portfolio.place(row.table, row.source_row, row.fault)
            problems.append(Problem(place, fallen(row), row.fault))
    if problems:
        raise PortfolioError(problems)
    return rows


def _unassigned(
    numbers: Numbers, hedge: Sequence[HedgeRow], margin: Sequence[MarginRow]
) -> HedgeRow:
    """What shorts add that no holding has a part of: a naked short is still an exposure."""
    hedging = {row.underlying for row in hedge if row.instrument}
    naked = [row for row in margin if row.underlying not in hedging]
    others = [row for row in numbers.rows(UnderlyingRow) if row.underlying not in hedging]
    cover, coins = sum_of(naked, MarginRow.cover), sum_of(others, UnderlyingRow.coin_margin)
    return HedgeRow.of(
        numbers,
        asset=UNASSIGNED,
        short_notional=sum_of(naked, MarginRow.short_notional),
        cover=cover,
        coin_margin=coins,
        net_delta=coins - cover,
        residual_delta=coins - cover,
        funding_drag=sum_of(naked, MarginRow.funding_drag),
        funding_year=sum_of(naked, MarginRow.funding_year),
    )


def _scenarios(numbers: Numbers) -> Iterator[Stress]:
    portfolio, said = numbers.portfolio, moves_of(numbers.portfolio)
    names, every = [row.scenario for row in portfolio.scenarios], list(said)
    step = max(1, _LINES // max(1, len(portfolio.holdings) + len(portfolio.shorts)))
    for start in range(0, len(every), step):
        some = {name: said[name] for name in every[start : start + step]}
        try:
            yield from stresses(numbers, some)
        except (HedgeError, OverflowError):  # which it is
            for name, moves in some.items():
                with _told(portfolio, "Scenarios", names.index(name), "price_shock"):
                    yield from stresses(numbers, {name: moves})
