"""The orders as a list, for the person who executes them: those that are advised, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlhedge.analysis import Analysis
from xlhedge.analysis.advised import CHECK, NOTE, TODAY, WEEK
from xlhedge.analysis.doubts import CHECK_FIRST
from xlhedge.analysis.figures import Blank
from xlhedge.analysis.orders import TRADED, OrderRow, UnderlyingRow
from xlhedge.analysis.states import OFF_TARGET
from xlhedge.text import percent

__all__ = ["ORDER_COLUMNS", "OrderLine", "order_lines", "order_list"]


class OrderLine(NamedTuple):
    """One order, or what it waits for.

    Args:
        urgency: "today" where the gap is a tenth of the exposure or more, or nothing is to stay
            short; else "week"; "check" of one that waits, "note" of one that is too small.
        instrument: what is traded.
        exchange: where.
        account: where it is short already.
        side: "sell" (short more) or "buy" (buy back).
        contracts: how many, above 0.
        value: what they are worth, above 0.
        quote_currency: in what.
        action: the word on the sheet Orders.
        why: what is hedged of the underlying, and what is to be.
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
        return self.action in TRADED


ORDER_COLUMNS = OrderLine._fields


def order_list(analysis: Analysis) -> Iterator[OrderLine]:
    """What each instrument is to trade; an order that would enlarge a bad hedge is left out."""
    return (line for _, line in order_lines(analysis))


def order_lines(analysis: Analysis) -> Iterator[tuple[OrderRow, OrderLine]]:
    """The same, each behind the row that it is of."""
    underlyings = {each.underlying: each for each in analysis.underlyings}
    accounts: dict[str, dict[str, None]] = {}
    for each in analysis.margin:
        if each.account:
            accounts.setdefault(each.instrument, {})[each.account] = None
    for row in analysis.orders:
        if row.part and not row.against:
            held = " + ".join(accounts.get(row.instrument, ()))
            yield row, _line(analysis, row, underlyings[row.underlying], held)


def _line(analysis: Analysis, row: OrderRow, under: UnderlyingRow, account: str) -> OrderLine:
    settings = analysis.portfolio.settings
    return OrderLine(
        urgency=_urgency(under, row.action),
        instrument=row.instrument,
        exchange=analysis.portfolio.instrument(row.instrument).exchange,
        account=account,
        side="sell" if row.part > 0 else "buy",
        contracts=abs(row.order_contracts),
        value=abs(row.order_notional),
        quote_currency=settings.quote_currency,
        action=row.action,
        why=_against_target(under),
    )


def _urgency(row: UnderlyingRow, action: str) -> str:
    if action not in TRADED:
        return CHECK if action == CHECK_FIRST else NOTE
    far = abs(row.gap) >= OFF_TARGET * row.gross_exposure
    return TODAY if far or not row.target_notional else WEEK


def _against_target(row: UnderlyingRow) -> str:
    if not row.exposure or isinstance(row.hedged, Blank):
        return f"nothing of {row.underlying} is left to hedge"
    wanted = row.target_notional / row.exposure
    return f"{row.underlying} {percent(row.hedged)} hedged, target {percent(wanted)}"
