"""The lines of scenarios, all worked out at once; one is made when somebody asks for it.

Thousands of holdings and shorts in a few scenarios are more lines than anybody looks at: what is
kept of them are columns of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from itertools import chain
from math import inf, isnan, nan
from types import SimpleNamespace
from typing import Any, NamedTuple, overload

import numpy as np

from xlhedge.analysis.account_lines import Wallets
from xlhedge.analysis.carriers import ARRAYS
from xlhedge.analysis.figures import BLANK, Figure, FigureRow, finite
from xlhedge.analysis.grid_shorts import FAR
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.liquidation import LIQUIDATED, said_of
from xlhedge.analysis.scenario_lines import (
    LEG_FIGURES,
    UNDERLYING,
    LineRow,
    Move,
    ShortTerms,
    distance_of,
    expires,
    is_perpetual,
    is_unknown,
    way_of,
)
from xlhedge.functions.algebra import Carrier, absolute, where
from xlhedge.functions.formulas.scenario import is_liquidated

__all__ = ["MovedRows", "StressLines", "holdings_moved", "shorts_moved"]

_LONGEST_NAME = 1_000  # of a line; it may be as long as a cell, and then nothing may follow it
_TERMS = [
    each
    for each in ShortTerms.figures
    if each not in (ShortTerms.instrument, ShortTerms.underlying, ShortTerms.wallet)
]

Moves = Mapping[str, Move]
"""What a scenario says, by asset; of `UNDERLYING` always something."""


class MovedRows(NamedTuple):
    """What a scenario does to all holdings, or to all shorts.

    Args:
        scenario: its name.
        rows: the holdings or shorts.
        line: what the line of one is called.
        own: figures of a line that are those of its row.
        columns: all its other figures; NaN stands for a blank.
    """

    scenario: str
    rows: Sequence[Any]
    line: Callable[[Any], str]
    own: tuple[Figure, ...]
    columns: Mapping[str, Sequence[Any]]

    def at(self, n: int) -> LineRow:
        """The line of row n, from 0."""
        row = self.rows[n]
        own = {each.name: getattr(row, each.name) for each in self.own}
        for name, column in self.columns.items():
            value = column[n]
            own[name] = BLANK if value.__class__ is float and isnan(value) else value
        return LineRow(row.f, scenario=self.scenario, line=self.line(row), **own)


class StressLines(Sequence[LineRow]):
    """A scenario's lines: each holding, each short, each collateral of an account.

    Args:
        holdings: what it does to the holdings.
        shorts: what it does to the shorts.
        accounts: the lines of accounts.
    """

    def __init__(self, holdings: MovedRows, shorts: MovedRows, accounts: Sequence[LineRow]) -> None:
        self.holdings, self.shorts, self.accounts = holdings, shorts, accounts

    def column(self, figure: Figure) -> Iterator[float]:
        """A leg, or the net, of each line."""
        name = figure.name
        parts = (self.holdings.columns[name], self.shorts.columns[name])
        return chain(*parts, (getattr(line, name) for line in self.accounts))

    def total(self, figure: Figure, without: Container[int] = ()) -> float:
        """The sum of a leg, or of the net.

        Args:
            figure: which.
            without: the numbers of lines that are left out, from 0.

        Raises:
            HedgeError: it is too large for a number.
        """
        values = (value for n, value in enumerate(self.column(figure)) if n not in without)
        return finite(sum(values, 0.0), f"the total of {figure.name}")

    def __len__(self) -> int:
        return len(self.holdings.rows) + len(self.shorts.rows) + len(self.accounts)

    def __iter__(self) -> Iterator[LineRow]:
        for part in (self.holdings, self.shorts):
            yield from map(part.at, range(len(part.rows)))
        yield from self.accounts

    @overload
    def __getitem__(self, at: int) -> LineRow: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[LineRow, ...]: ...

    def __getitem__(self, at: int | slice) -> LineRow | tuple[LineRow, ...]:
        if isinstance(at, slice):
            return tuple(self[n] for n in range(len(self))[at])
        n = range(len(self))[at]
        for part in (self.holdings, self.shorts):
            if n < len(part.rows):
                return part.at(n)
            n -= len(part.rows)
        return self.accounts[n]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StressLines) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of the rows

    def __repr__(self) -> str:
        return repr(tuple(self))


def holdings_moved(rows: Sequence[HedgeRow], scenarios: Mapping[str, Moves]) -> list[MovedRows]:
    """What scenarios do to holdings: each moves by its own row, or its beta times the common one.

    Args:
        rows: the holdings.
        scenarios: what moves, by the scenario's name.

    Raises:
        HedgeError: a line has no value.
    """
    own = [moves.get(row.asset) for moves in scenarios.values() for row in rows]
    common = [moves[UNDERLYING] for moves in scenarios.values() for _ in rows]
    given = _columns(rows, (LineRow.quantity, LineRow.spot_price, LineRow.beta), len(scenarios))
    columns = {
        "price_shock": np.array([(a or b).price_shock for a, b in zip(own, common, strict=True)]),
        "beta": where(np.array([each is None for each in own]), given.pop("beta"), 1.0),
    }
    columns |= _legs(LineRow(ARRAYS, **given | columns))
    figures = (LineRow.quantity, LineRow.spot_price)
    return _apart(scenarios, rows, lambda row: row.asset, figures, columns)


def shorts_moved(
    rows: Sequence[ShortTerms], scenarios: Mapping[str, Moves], wallets: Sequence[Wallets]
) -> list[MovedRows]:
    """What scenarios do to shorts, which move with their underlyings.

    Args:
        rows: the shorts.
        scenarios: what moves, by the scenario's name.
        wallets: what becomes of the accounts in each.

    Raises:
        HedgeError: a line has no value.
    """
    said = [
        moves.get(row.underlying, moves[UNDERLYING]) for moves in scenarios.values() for row in rows
    ]
    shared = [each.word(row.wallet) for each in wallets for row in rows]
    terms: Any = SimpleNamespace(**_columns(rows, _TERMS, len(scenarios)))
    move: Any = SimpleNamespace(
        **{
            name: np.array([getattr(each, name) for each in said], dtype=float)  # None is NaN
            for name in ("price_shock", "basis_shock", "funding_rate", "days", "spike", "spiked")
        }
    )
    price, basis, spike = way_of(terms, move)
    distance = distance_of(terms, np.array([word == LIQUIDATED for word in shared], dtype=bool))
    hit = is_liquidated(terms.short_notional, distance, price + basis, spike)
    unknown = is_unknown(terms, price + basis, spike)
    near = absolute(distance) < FAR
    # A future that expires pays no funding, whatever the scenario says of perpetuals.
    says = is_perpetual(terms) & ~np.isnan(move.funding_rate)
    columns: dict[str, Any] = {
        "price_shock": price,
        "basis_shock": basis,
        "funding_rate": where(says, move.funding_rate, terms.funding_rate),
        "days": move.days,
    }
    figures = (LineRow.contract_type, LineRow.short_notional, LineRow.coin_margin,
               LineRow.interval_hours, LineRow.fee_rate)  # fmt: skip
    columns |= _legs(
        LineRow(
            ARRAYS,
            **{each.name: getattr(terms, each.name) for each in figures},
            **columns,
            spike=spike,
            liquidation_buffer=distance,
            equity=where(near, terms.equity, 0.0),
        )
    )
    columns |= {
        "spike": move.spike,
        "liquidation_buffer": where(near, distance, nan),
        "equity": where(near, terms.equity, nan),
        "expires": [
            "yes" if each else BLANK for each in expires(move.days, terms.days_to_expiry).tolist()
        ],
        "liquidation": [
            word or said_of(*each)
            for word, *each in zip(shared, hit.tolist(), unknown.tolist(), strict=True)
        ],
    }
    return _apart(scenarios, rows, _short, figures, columns)


def _short(row: ShortTerms) -> str:
    return f"{row.instrument[:_LONGEST_NAME]}, short"


def _columns(rows: Sequence[FigureRow], figures: Sequence[Figure], times: int) -> dict[str, Any]:
    """Figures of rows, one behind the other for each scenario."""
    return {
        each.name: np.array([getattr(row, each.name) for row in rows] * times) for each in figures
    }


def _legs(line: LineRow) -> dict[str, Carrier]:
    """The legs of all lines, by what a row of columns says of them."""
    for each in (*LEG_FIGURES, LineRow.net):
        value = each.body(line, line.f) + np.zeros(len(line.price_shock))
        if not np.isfinite(value).all():
            finite(inf, each.title)
        setattr(line, each.name, value)
    return {each.name: getattr(line, each.name) for each in (*LEG_FIGURES, LineRow.net)}


def _apart(
    scenarios: Mapping[str, Moves],
    rows: Sequence[Any],
    line: Callable[[Any], str],
    own: tuple[Figure, ...],
    columns: Mapping[str, Any],
) -> list[MovedRows]:
    """What of columns is each scenario's."""
    # Items of a memory view are Python's own numbers, and a part of one is no copy.
    seen = {
        name: each if isinstance(each, list) else np.ascontiguousarray(each).data
        for name, each in columns.items()
    }
    return [
        MovedRows(
            name,
            rows,
            line,
            own,
            {key: each[n * len(rows) : (n + 1) * len(rows)] for key, each in seen.items()},
        )
        for n, name in enumerate(scenarios)
    ]
