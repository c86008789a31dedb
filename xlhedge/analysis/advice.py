"""What to do next, in words, from an analysis: orders, margin to add, hedges to take off."""

from __future__ import annotations

from collections.abc import Iterator

from xlhedge.analysis import Analysis
from xlhedge.analysis.advised import CHECK, NOTE, TODAY, Advice, Amount, by_urgency
from xlhedge.analysis.doubts import Doubts, doubted
from xlhedge.analysis.figures import BLANK, Blank
from xlhedge.analysis.hedge import DUST
from xlhedge.analysis.order_list import order_lines
from xlhedge.analysis.orders import BELOW_A_STEP, TOO_SMALL, TRADED
from xlhedge.analysis.roll_advice import rolls
from xlhedge.analysis.unwind_advice import (
    added_risk,
    dear_funding,
    held_back,
    should_unwind,
    unwinding,
)
from xlhedge.analysis.wallets import nearest_end, wallet_unit
from xlhedge.errors import Problem
from xlhedge.text import percent

__all__ = ["PLAIN", "advice", "advised", "nothing_to_do"]

_FILL_IN, _EXPOSED, _COVERED = "fill in", "still exposed", "covered"

PLAIN = (*TRADED, BELOW_A_STEP, TOO_SMALL, _EXPOSED, _COVERED, _FILL_IN)
"""What is said of any line that is not at its target or not filled in; all else is a danger."""

_SURVIVE = (30, 50)
"""Moves against a short, in percent of mark, that margin to add is worked out for: the first, or
the second where a typical move is larger."""

_WAITS = {"order": "orders", "margin": "margin", "unwind": "taking the hedge off"}
"""What advice is called that waits for a cell."""


def advice(analysis: Analysis) -> list[str]:
    """What to do, a sentence each, the most urgent first.

    A hedge that should perhaps come off is not also to be enlarged: such orders are left out. What
    is worked out with a cell that looks mistyped waits until that is checked.

    Example:
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.samples import SAMPLES
        >>> advice(analyse(SAMPLES["full-hedge"]))
        ['Nothing: every holding is at its target.']
    """
    return [each.text for each in analysis.once(_said)] or [nothing_to_do(analysis)]


def advised(analysis: Analysis) -> list[Advice]:
    """The same as records, the most urgent first; none where there is nothing to do."""
    return by_urgency(analysis.once(_said))


def _said(analysis: Analysis) -> tuple[Advice, ...]:
    return tuple(_every(analysis))


def _every(analysis: Analysis) -> Iterator[Advice]:
    doubts = analysis.once(doubted)
    yield from _to_check(doubts)
    yield from _margin(analysis, doubts)
    yield from _accounts(analysis)
    yield from unwinding(analysis, doubts)
    yield from dear_funding(analysis, doubts)
    yield from added_risk(analysis)
    yield from _without_coins(analysis)
    yield from rolls(analysis)
    yield from _orders(analysis)
    yield from held_back(analysis)
    yield from _naked(analysis)


def _to_check(doubts: Doubts) -> Iterator[Advice]:
    """Each cell that advice is worked out with and that looks mistyped, and what waits for it."""
    waits: dict[Problem, tuple[dict[str, None], dict[str, None]]] = {}
    for (concern, underlying), problems in doubts.items():
        for each in problems:
            what, on = waits.setdefault(each, ({}, {}))
            what[_WAITS[concern]] = on[underlying] = None
    for problem, (what, on) in waits.items():
        cell = " ".join(filter(None, (problem.place, problem.column)))
        rest = f" and {len(on) - 3} more" if len(on) > 3 else ""
        named, waiting = f"{', '.join(list(on)[:3])}{rest}", " or ".join(what)
        text = (
            f"Check {cell} first: {problem.message}. Until then there is no advice on "
            f"{waiting} for {named}."
        )
        urgency = TODAY if _WAITS["margin"] in what else CHECK
        yield Advice(urgency, "check", text, f"{waiting} after {cell}: {problem.message}", named)


def _margin(analysis: Analysis, doubts: Doubts) -> Iterator[Advice]:
    alert = analysis.portfolio.settings.liquidation_alert
    quote = analysis.portfolio.settings.quote_currency
    leaving = {row.instrument for row in analysis.unwind if should_unwind(row)}
    for row in analysis.margin:
        name, buffer = row.instrument, row.liquidation_buffer
        if row.lacking and buffer == BLANK:
            text = f"Fill in {row.lacking} for {name}: nobody knows when it is liquidated."
            why = f"liquidation unknown without {row.lacking}"
            yield Advice(TODAY, _FILL_IN, text, why, name, row.account)
        if row.is_cross or ("margin", row.underlying) in doubts:
            continue
        typical = analysis.within_typical(row)
        survive = _SURVIVE[bool(typical and 100 * typical.move > _SURVIVE[0])]
        more = row[f"add_{survive}"]
        if isinstance(buffer, Blank) or not (typical or (abs(buffer) < alert and more)):
            continue
        inverse = row.contract_type == "inverse"
        own = analysis.portfolio.instrument(name).quote or quote
        unit = row.underlying if inverse else own
        way, move = "rise" if row.contracts > 0 else "fall", percent(buffer, "+")
        unless = ", unless you take it off" if name in leaving else ""
        reached = f" A typical move to the horizon is {typical}." if typical else ""
        within = f", a typical move is ±{percent(typical.move)}" if typical else ""
        why = f"a move of {move} liquidates it{within}"
        if not more:
            text = (
                f"Add margin to {name}, or hedge less{unless}: a move of {move} liquidates "
                f"it.{reached}"
            )
            yield Advice(TODAY, "hedge less", text, why, name, row.account)
            continue
        text = (
            f"Add {more:,.8g} {unit} of margin to {name}{unless}: a move of {move} "
            f"liquidates it, and that much more survives a {way} of {survive} %.{reached}"
        )
        amount = Amount(row, f"add_{survive}")
        yield Advice(TODAY, "add margin", text, why, name, row.account, value=amount, unit=unit)


def _accounts(analysis: Analysis) -> Iterator[Advice]:
    alert = analysis.portfolio.settings.liquidation_alert
    for row in analysis.accounts:
        end = nearest_end(row)
        if end is None or not (abs(end.move) < alert or analysis.account_within_typical(row)):
            continue
        survive = _SURVIVE[100 * abs(end.move) > _SURVIVE[0]]
        if more := row[f"add_{survive}"]:
            way = "rise" if row.against > 0 else "fall"
            text = (
                f"Add {more:,.8g} {wallet_unit(row)} to account {row.account}: {end} "
                f"liquidates it, and that much more survives a {way} of all by {survive} %."
            )
            amount = Amount(row, f"add_{survive}")
            yield Advice(TODAY, "add margin", text, f"{end} liquidates it", "all", row.account,
                         value=amount, unit=wallet_unit(row))  # fmt: skip
        else:
            text = f"Add margin to account {row.account}, or trade less in it: {end} liquidates it."
            yield Advice(TODAY, "trade less", text, f"{end} liquidates it", "all", row.account)


def _without_coins(analysis: Analysis) -> Iterator[Advice]:
    """Shorts that hedge nothing: nothing is held that moves with their underlying."""
    currency = analysis.portfolio.settings.quote_currency
    for row in analysis.underlyings:
        dust = abs(row.net_delta) <= DUST * abs(row.short_notional)
        if row.named or row.held or dust:
            continue
        kind, back = ("short", "Buy it back") if row.short_notional > 0 else ("long", "Sell it")
        way = "rises" if row.net_delta < 0 else "falls"
        posted = " and the coins posted for it lose" if row.coin_margin else " loses"
        text = (
            f"You hold nothing that moves with {row.underlying}: the {kind} future of "
            f"{abs(row.short_notional):,.2f} {currency} on it hedges nothing; it{posted} when "
            f"{row.underlying} {way}. {back}, or enter in Holdings what it hedges."
        )
        side, what = ("buy", "buy back") if row.short_notional > 0 else ("sell", "sell")
        why = f"no coins move with {row.underlying}: it hedges nothing"
        yield Advice(TODAY, what, text, why, row.underlying, side=side,
                     value=Amount(row, "short_notional"), unit=currency)  # fmt: skip


def _orders(analysis: Analysis) -> Iterator[Advice]:
    """The orders of the list; what waits until a cell is checked is told with that cell."""
    left = {row.underlying: row.residual_delta for row in analysis.underlyings}
    named: dict[str, dict[str, None]] = {}
    for each in analysis.hedge:
        named.setdefault(each.instrument, {})[each.asset] = None
    for row, line in order_lines(analysis):
        whose = " and ".join(named.get(row.instrument, ())) or row.underlying
        places = (line.exchange, line.account)
        at = " · ".join(dict.fromkeys(filter(None, places)))
        if line.advised:
            verb = "Short" if row.action == "short" else "Buy back"
            text = (
                f"{verb} {_contracts(line.contracts)} of {row.instrument} for {whose}, "
                f"worth {line.value:,.2f} {line.quote_currency}."
            )
            yield Advice(
                line.urgency, row.action, text, line.why, row.instrument, at, line.side,
                Amount(row, "order_contracts"), Amount(row, "order_notional"), line.quote_currency,
            )  # fmt: skip
            continue
        if row.action == TOO_SMALL:
            size = row.order_contracts
            why = f"the order of {_contracts(size)} is below what {row.instrument} trades"
        elif row.action == BELOW_A_STEP:
            why = (
                f"the gap to the target, {row.part:,.2f} {line.quote_currency}, is less than one "
                f"step of {row.instrument}"
            )
        else:
            continue
        stays = f"{left[row.underlying]:,.2f} {line.quote_currency} stay exposed"
        text = f"{whose}: {why}; {stays}."
        yield Advice(line.urgency, row.action, text, why, row.instrument, at)


def _contracts(count: float) -> str:
    return f"{count:,.10g} contract{'s' * (abs(count) != 1)}"


def _naked(analysis: Analysis) -> Iterator[Advice]:
    currency = analysis.portfolio.settings.quote_currency
    rows = {row.underlying: row for row in analysis.underlyings}
    for row in analysis.hedge:
        if row.instrument or not row.spot_notional:
            continue
        value = f"{row.spot_notional:,.2f} {currency}"
        follows = rows[row.underlying]
        if not follows.short_notional:
            text, why = (
                f"{row.asset} is hedged with nothing: {value} stay exposed.",
                "nothing hedges it",
            )
            amount = Amount(row, "spot_notional")
        else:
            covered = abs(follows.net_delta) <= DUST * abs(follows.exposure)
            left = (
                f"with what is short on {row.underlying} {follows.net_delta:,.2f} {currency} stay"
            )
            rest = f"what is short on {row.underlying} covers it" if covered else f"{left} exposed"
            text = f"{row.asset} names no instrument, so nothing is ordered for it; {rest}."
            amount = Amount(follows, "net_delta")
            why = "it names no instrument: nothing is ordered for it"
            if covered:
                yield Advice(NOTE, _COVERED, text, why, row.asset)
                continue
        yield Advice(NOTE, _EXPOSED, text, why, row.asset, value=amount, unit=currency)


def nothing_to_do(analysis: Analysis) -> str:
    """What is said where there is nothing to do."""
    gaps = [row for row in analysis.underlyings if row.gap]
    if not gaps:
        return "Nothing: every holding is at its target."
    band = percent(analysis.portfolio.settings.rebalance_band)
    return f"Nothing: what is missing to the targets is below {band} of the exposure."
