"""What to do next, in words, from an analysis: orders, margin to add, hedges to take off."""

from __future__ import annotations

from collections.abc import Iterator

from xlhedge.analysis import Analysis
from xlhedge.analysis.figures import BLANK, Blank
from xlhedge.analysis.unwind import QUIET, UnwindRow

__all__ = ["advice"]

_SURVIVE = "30"
"""The move against a short, in percent of mark, that margin to add is worked out for."""

_REASONS = {
    "MARKET": "support is confirmed",
    "HORIZON": "the horizon is reached",
    "REDEPLOY": "the fall you wait for is there",
    "FUNDING": "funding costs too much",
}


def advice(analysis: Analysis) -> list[str]:
    """What to do, a sentence each, the most urgent first.

    A hedge that should perhaps come off is not also to be enlarged: its orders are left out.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> advice(analyse(SAMPLES["full-hedge"]))
        ['Nothing: every holding is at its target.']
    """
    said = [*_margin(analysis), *_unwinding(analysis), *_orders(analysis), *_naked(analysis)]
    return said or ["Nothing: every holding is at its target."]


def _to_unwind(row: UnwindRow) -> bool:
    return bool(row.signal) and row.signal not in QUIET


def _margin(analysis: Analysis) -> Iterator[str]:
    alert = analysis.portfolio.settings.liquidation_alert
    quote = analysis.portfolio.settings.quote_currency
    leaving = {row.instrument for row in analysis.unwind if _to_unwind(row)}
    for row in analysis.margin:
        name, buffer, more = row.instrument, row.liquidation_buffer, row.add_30
        if buffer == BLANK:
            yield f"Fill in {row.lacking} for {name}: nobody knows when it is liquidated."
        if isinstance(buffer, Blank) or abs(buffer) >= alert or not more:
            continue
        inverse = row.contract_type == "inverse"
        unit = f"coins of {name}'s underlying" if inverse else quote
        way = "rise" if row.contracts > 0 else "fall"
        unless = ", unless you take it off" if name in leaving else ""
        yield (
            f"Add {more:,.8g} {unit} of margin to {name}{unless}: a move of {buffer:+.1%} "
            f"liquidates it, and that much more survives a {way} of {_SURVIVE} %."
        )


def _unwinding(analysis: Analysis) -> Iterator[str]:
    for row in filter(_to_unwind, analysis.unwind):
        why = " and ".join(_REASONS[reason] for reason in row.signal.split(" + "))
        yield f"Consider taking off the hedge of {row.asset}: {why}."


def _orders(analysis: Analysis) -> Iterator[str]:
    currency = analysis.portfolio.settings.quote_currency
    for row, unwind in zip(analysis.hedge, analysis.unwind, strict=True):
        size, value = row.order_contracts, row.order_notional
        if _to_unwind(unwind):
            continue
        if row.action in ("short", "buy back"):
            verb = "Short" if row.action == "short" else "Buy back"
            yield (
                f"{verb} {abs(size):,.10g} contracts of {row.instrument} for {row.asset}, "
                f"worth {abs(value):,.2f} {currency}."
            )
        elif row.action == "too small":
            yield (
                f"{row.asset}: the order of {size:,.10g} contracts is below what "
                f"{row.instrument} trades; {row.residual_delta:,.2f} {currency} stay exposed."
            )


def _naked(analysis: Analysis) -> Iterator[str]:
    currency = analysis.portfolio.settings.quote_currency
    for row in analysis.hedge:
        if not row.instrument and row.spot_notional:
            value = f"{row.spot_notional:,.2f} {currency}"
            yield f"{row.asset} is hedged with nothing: {value} stay exposed."
