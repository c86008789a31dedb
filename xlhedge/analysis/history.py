"""What the table History says of a portfolio as it stands.

Historical simulation: today's coins and today's short go through every bar, so the figures say what
the same hedge would have done, not what was earned. Fees, margin calls and liquidation are left
out. Names match whatever their case.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from xlhedge.analysis.backtest import Comparison, Position, replay
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.price_series import Track, tracks_of
from xlhedge.analysis.risk import conventions
from xlhedge.analysis.signals import (
    Breach,
    Funding,
    Ratios,
    Signals,
    breach_of,
    funding_of,
    ratios_of,
    signals_of,
)
from xlhedge.analysis.typical import TypicalMove, typical_moves
from xlhedge.functions.formulas.risk import rank_at_risk
from xlhedge.portfolio import Instrument, Portfolio

__all__ = ["AssetHistory", "History", "alarms_of", "history"]

_DAY = timedelta(days=1)
_OFF = 0.1
"""By what part hours may differ before it is told."""
_A_DAY = 24.5
"""Hours that no interval of a venue is longer than."""


@dataclass(frozen=True, slots=True)
class AssetHistory:
    """The history of one holding and its short, or of a short that hedges no holding.

    Args:
        position: what is held and short today, and its bars.
        comparison: hedged against unhedged.
        ratios: the ratios in use beside those that the history would have liked.
        funding: what the settled rates would have paid.
        signals: what the last bars and rates say of unwinding.
    """

    position: Position
    comparison: Comparison
    ratios: Ratios
    funding: Funding
    signals: Signals

    @property
    def name(self) -> str:
        """The asset, or else the instrument."""
        return self.position.name

    @property
    def hedge_symbol(self) -> str | None:
        """Whose bars are the instrument's: its own, or its underlying's; None: nobody's."""
        future = self.position.future
        return future.symbol if future else None

    @property
    def own_bars(self) -> bool:
        """Whether they are the instrument's own: those of the underlying show no basis risk."""
        instrument, symbol = self.position.instrument, self.hedge_symbol
        future = self.position.future
        if instrument is None or symbol is None or future is self.position.spot:
            return False
        return symbol.casefold() == instrument.instrument.casefold()


@dataclass(frozen=True, slots=True)
class History:
    """All that the table History says of a portfolio.

    Args:
        assets: the holdings, in order, and then shorts that hedge none.
        total: all of them together that have a history.
        covered: the names of these.
        left_out: the names of the others, if they have coins or a short.
        alarms: whether funding costs an instrument's position too much, by its name.
        typical: how far each underlying typically moves until the horizon, by name.
        caveats: what to know before trusting the figures, a line each.
    """

    assets: tuple[AssetHistory, ...]
    total: Comparison
    covered: tuple[str, ...]
    left_out: tuple[str, ...]
    alarms: Mapping[str, Breach]
    typical: Mapping[str, TypicalMove]
    caveats: tuple[str, ...]

    @property
    def funding_received(self) -> float:
        """What settled rates would have paid all of today's shorts, in quote; + is income."""
        return math.fsum(each.funding.received or 0.0 for each in self.assets)


def history(
    portfolio: Portfolio, hedge: Sequence[HedgeRow], margin: Sequence[MarginRow], days: float
) -> History | None:
    """Work out the table History for a portfolio as it stands; None where the table has no rows.

    Args:
        portfolio: the portfolio.
        hedge: a row a holding.
        margin: a row a short.
        days: to the horizon.

    Example:
        >>> from dataclasses import replace
        >>> from xlhedge.analysis import analyse
        >>> from xlhedge.portfolio import Bar
        >>> from xlhedge.samples import SAMPLES
        >>> closes = {"2026-01-01": 100, "2026-01-02": 110, "2026-01-03": 99}
        >>> rows = tuple(Bar(time=t, symbol="BTC", close=close) for t, close in closes.items())
        >>> half = replace(SAMPLES["partial-hedge"], history=rows)
        >>> done = analyse(half)
        >>> total = history(half, done.hedge, done.margin, done.days).total
        >>> [round(pnl) for pnl in total.unhedged.pnl], [round(pnl) for pnl in total.hedged.pnl]
        ([6000, -6000], [3000, -3000])
    """
    if not portfolio.history:
        return None
    tracks = tracks_of(portfolio.history)
    rows = [*hedge, *_naked(hedge, margin)]
    sizes: Counter[str] = Counter()
    for row in margin:
        sizes[row.instrument] += row.contracts
    alarms = alarms_of(portfolio, tracks, sizes)
    assets = tuple(_asset(portfolio, row, tracks, sizes, alarms) for row in rows)
    known = [each.position for each in assets if each.comparison.hedged]
    total = replay(known)
    left_out = tuple(
        each.name
        for each in assets
        if not each.comparison.hedged and (each.comparison.worth or each.position.short)
    )
    return History(
        assets=assets,
        total=total,
        covered=tuple(position.name for position in known),
        left_out=left_out,
        alarms=alarms,
        typical=typical_moves(
            portfolio, (row.underlying for row in (*hedge, *margin)), tracks, days
        ),
        caveats=tuple(dict.fromkeys(_caveats(portfolio, tracks, assets, total, left_out))),
    )


def alarms_of(
    portfolio: Portfolio,
    tracks: Mapping[str, Track] | None = None,
    sizes: Mapping[str, float] | None = None,
) -> dict[str, Breach]:
    """The funding alarm of each instrument; without any rates it is not known of perpetuals.

    Args:
        portfolio: the portfolio.
        tracks: the bars by symbol, in small letters.
        sizes: contracts short, by instrument.
    """
    return {
        each.instrument: breach_of(
            portfolio.settings,
            each,
            _rates_of(each, tracks or {}),
            (sizes or {}).get(each.instrument, 0.0),
        )
        for each in portfolio.instruments
    }


def _naked(hedge: Sequence[HedgeRow], margin: Sequence[MarginRow]) -> Iterator[HedgeRow]:
    """A row for each instrument whose shorts no holding has a part of."""
    hedging = {row.underlying for row in hedge if row.instrument}
    for name in dict.fromkeys(row.instrument for row in margin if row.underlying not in hedging):
        held = margin[0].f.group(MarginRow, name)
        yield HedgeRow.of(
            margin[0].f,
            instrument=name,
            spot_notional=0.0,
            short_notional=held.sum(MarginRow.short_notional),
            coin_margin=held.sum(MarginRow.coin_margin),
        )


def _position(portfolio: Portfolio, row: HedgeRow, tracks: Mapping[str, Track]) -> Position:
    asset, name = row.asset or None, row.instrument or None

    def track(name: str | None) -> Track | None:
        return None if name is None else tracks.get(name.casefold())

    instrument = None if name is None else portfolio.instrument(name)
    own, beside = track(name), track(instrument.underlying if instrument else None)
    same = instrument is not None and asset == instrument.underlying
    hedged = asset is not None and instrument is not None
    return Position(
        asset=asset,
        instrument=instrument,
        spot=track(asset),
        future=own or beside,
        rates_of=_rates_of(instrument, tracks) if instrument else None,
        wanted=row.hedge_ratio * row.beta if hedged else None,
        coins=row.spot_notional + (row.coin_margin if same else 0.0),
        posted=0.0 if same else row.coin_margin,
        short=row.short_notional,
    )


def _rates_of(instrument: Instrument, tracks: Mapping[str, Track]) -> Track | None:
    """The bars whose funding rates are an instrument's: its own, or else its underlying's."""
    if instrument.expiry is not None:  # it pays none
        return None
    names = (instrument.instrument, instrument.underlying)
    found = (tracks.get(name.casefold()) for name in names)
    return next((each for each in found if each and each.rates), None)


def _asset(
    portfolio: Portfolio,
    row: HedgeRow,
    tracks: Mapping[str, Track],
    sizes: Mapping[str, float],
    alarms: Mapping[str, Breach],
) -> AssetHistory:
    position = _position(portfolio, row, tracks)
    comparison = replay([position])
    support = portfolio.holdings[row.n].support_price if row.asset else None
    spot, instrument, rates_of = position.spot, position.instrument, position.rates_of
    times = comparison.sample.times
    own = alarms[instrument.instrument] if instrument else None
    names = [
        each.instrument
        for each in portfolio.instruments
        if row.asset and each.underlying == row.underlying and sizes.get(each.instrument)
    ]
    names = (names or [instrument.instrument]) if instrument else []
    return AssetHistory(
        position=position,
        comparison=comparison,
        ratios=ratios_of(position.wanted, position.held, spot, position.future, times),
        funding=funding_of(instrument, position.short, rates_of),
        signals=signals_of(support, spot, own, {name: alarms[name] for name in names}),
    )


def _caveats(
    portfolio: Portfolio,
    tracks: Mapping[str, Track],
    assets: Sequence[AssetHistory],
    total: Comparison,
    left_out: Sequence[str],
) -> Iterator[str]:
    used: dict[int, Track] = {}
    for each in assets:
        used |= {
            id(track): track for track in (*each.position.tracks, each.position.rates_of) if track
        }
    for track in tracks.values():
        if id(track) not in used:
            yield f"History: no holding and no short needs the bars of {track.symbol}"
    for each in assets:
        for said in _caveats_of(each):
            yield f"History of {each.name}: {said}"
    if left_out:
        yield f"History: the total is without {', '.join(left_out)}"
    if total.sample.left_out:
        times = "times without a bar of every symbol, which the total leaves out"
        yield f"History: {times}: {total.sample.left_out}"
    if total.hedged and rank_at_risk(total.sample.pairs) == 1:
        yield f"History: VaR 99 is {conventions(total.sample.pairs)[0]}"
    yield from _age(portfolio, list(used.values()))


def _caveats_of(each: AssetHistory) -> Iterator[str]:
    position, sample = each.position, each.comparison.sample
    instrument = position.instrument
    if each.comparison.reason:
        yield each.comparison.reason
    if instrument and each.hedge_symbol and not each.own_bars:
        stand_in = f"the bars of {each.hedge_symbol} stand for {instrument.instrument}"
        yield f"{stand_in}, whose basis risk does not show"
    if sample.left_out:
        yield f"times that only one of its symbols has, which are left out: {sample.left_out}"
    if sample.uneven:
        usual = f"steps other than the usual {sample.interval_days:g} days"
        yield f"{usual}: {sample.uneven} of {sample.pairs}"
    if each.ratios.adds_risk:
        yield each.ratios.alarm
    if instrument:
        yield from _caveats_of_funding(each.funding, instrument, position.short)


def _caveats_of_funding(funding: Funding, instrument: Instrument, short: float) -> Iterator[str]:
    if short and instrument.expiry is None and funding.reason:
        yield f"hedged without funding: {funding.reason}"
    if not funding.settlements:
        return
    interval, latest = instrument.interval_hours, funding.latest
    if abs(latest / interval - 1) > _OFF:
        yield (
            f"the last funding rate was for {latest:g} hours, and interval_hours is {interval:g}: "
            "each settlement counts by its own hours, and what funding will cost by interval_hours"
        )
    if funding.longest > _A_DAY:
        yield f"one funding rate counts for all of the {funding.longest:g} hours before it"
    if abs(funding.hours / funding.passed - 1) > _OFF:
        yield (
            f"its funding rates are for {funding.hours:g} hours of the {funding.passed:g} that "
            "passed: what was received is of these rates alone"
        )


def _age(portfolio: Portfolio, used: Sequence[Track]) -> Iterator[str]:
    """What the as-of date-time says against the last bars: unwinding is judged by them."""
    as_of = portfolio.settings.as_of
    for track in used:
        last = track.bars[-1].time
        if last > as_of:
            yield f"History: {track.symbol} goes on to {last}, after as_of, {as_of}"
        steps = [b.time for b in track.bars[-2:]]
        if last < as_of - 2 * max(steps[-1] - steps[0], _DAY):
            yield f"History: {track.symbol} ends at {last}, long before as_of, {as_of}"
