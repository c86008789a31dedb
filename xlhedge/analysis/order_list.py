"""The orders as a list, for the person who executes them: those that are advised, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlhedge.analysis import Analysis
from xlhedge.analysis.alarms import gap_of
from xlhedge.analysis.doubts import doubted
from xlhedge.analysis.orders import OrderRow
from xlhedge.analysis.unwind_advice import enlarges

__all__ = ["ORDER_COLUMNS", "OrderLine", "order_list"]

_URGENT = 0.1
"""The gap from which an order is urgent, as a part of the underlying's exposure."""


class OrderLine(NamedTuple):
    """One order, or what it waits for.

    Args:
        urgency: "high" where the gap is a tenth of the exposure or more, or nothing is to stay
            short; else "normal".
        instrument: what is traded.
        exchange: where.
        account: where it is short already.
        side: "sell" (short more) or "buy" (buy back).
        contracts: how many, above 0.
        value: what they are worth, above 0.
        quote_currency: in what.
        action: the word on the sheet Orders.
        why: the gap that it closes.
    """

    urgency: str
    instrument: str
    exchange: str
    account: str
    side: str
    contracts: float
    value: float
    quote_currency: str
    action: str
    why: str

    @property
    def advised(self) -> bool:
        """Whether it is to be executed."""
        return self.action in ("short", "buy back")


ORDER_COLUMNS = OrderLine._fields


def order_list(analysis: Analysis) -> Iterator[OrderLine]:
    """What each instrument is to trade; an order that would enlarge a bad hedge is left out."""
    doubts = doubted(analysis)
    for row in analysis.orders:
        if row.part and not enlarges(analysis, row, doubts):
            yield _line(analysis, row)


def _line(analysis: Analysis, row: OrderRow) -> OrderLine:
    settings = analysis.portfolio.settings
    under = next(each for each in analysis.underlyings if each.underlying == row.underlying)
    urgent = abs(under.gap) >= _URGENT * under.gross_exposure or not under.target_notional
    accounts = (each.account for each in analysis.margin if each.instrument == row.instrument)
    return OrderLine(
        urgency="high" if urgent else "normal",
        instrument=row.instrument,
        exchange=analysis.portfolio.instrument(row.instrument).exchange,
        account=" + ".join(dict.fromkeys(filter(None, accounts))),
        side="sell" if row.part > 0 else "buy",
        contracts=abs(row.order_contracts),
        value=abs(row.order_notional),
        quote_currency=settings.quote_currency,
        action=row.action,
        why=gap_of(analysis, under),
    )
