"""The Hedge history sheet against plain Python: bars, risk, ratios and realised funding."""

import datetime as dt
import itertools
import math
import statistics

from plain_finance import total
from plain_report import Complaints, share
from report_cells import blank, same

BARS = {"time": "Time, UTC", "unhedged": "P&L unhedged", "hedged": "P&L hedged",
        "value_unhedged": "Value unhedged", "value_hedged": "Value hedged"}  # fmt: skip
RATIOS = {"name": "Holding", "instrument": "Hedged with", "wanted": "Ratio wanted",
          "held": "Ratio held", "best": "Minimum-variance ratio",
          "taken": "Variance taken away at that ratio"}  # fmt: skip
FUNDING = {"name": "Holding", "short": "Short now", "settlements": "Settlements",
           "mean": "Average per 8 hours", "received": "Received by today's short"}  # fmt: skip
_NEAR = 1e-9


def _tracks(tables):
    """Closes and rates by time, for each symbol in small letters."""
    tracks = {}
    for row in tables.get("History") or ():
        closes, rates = tracks.setdefault(row["symbol"].casefold(), ({}, {}))
        time = dt.datetime.fromisoformat(row["time"])
        closes[time] = row["close"]
        if row.get("funding_rate") is not None:
            rates[time] = row["funding_rate"]
    return tracks


class Position:
    """What moves with a coin, what with a future, and what is short of it."""

    def __init__(self, book, tracks, holding, instrument):
        terms = book.instruments.get(instrument)
        own, beside = (tracks.get(name.casefold()) if name else None
                       for name in (instrument, terms and terms["underlying"]))  # fmt: skip
        self.coin = tracks.get(holding["asset"].casefold()) if holding else None
        self.future = own or beside
        lots = book.lots_on(book.follows(holding)) if holding else book.lots_of(instrument)
        part = share(book, holding).value if holding and instrument else 1.0
        self.short = part * total(lot.notional for lot in lots).value if instrument else 0.0
        posted = part * total(lot.coins for lot in lots).value if instrument else 0.0
        self.coins = holding["quantity"] * holding["spot_price"] if holding else 0.0
        self.posted = 0.0
        if holding and terms and terms["underlying"] == holding["asset"]:
            self.coins += posted
        else:
            self.posted = posted
        perpetual = terms and terms["expiry"] is None
        self.rates = next((track[1] for track in (own, beside) if perpetual and track and track[1]),
                          {})  # fmt: skip


def history(tables, book, report, analysis):
    """All of the sheet, for the positions that the analysis replays."""
    found = Complaints()
    if analysis.history is None:
        if "Hedge history" in report.sheets:
            found.append("there is a history sheet without a history")
        return found
    tracks = _tracks(tables)
    naked = dict.fromkeys(lot.terms["instrument"] for lot in book.lots
                          if lot.terms["underlying"] not in book.hedging)  # fmt: skip
    positions = [Position(book, tracks, row, row["instrument"]) for row in book.holdings]
    positions += [Position(book, tracks, None, name) for name in naked]
    replayed = [each.comparison.hedged is not None for each in analysis.history.assets]
    _funding(found, report, positions)
    used = [each for each, known in zip(positions, replayed, strict=True) if known]
    if analysis.history.total.hedged is not None:
        times, pnl, size = _bars(used)
        _compare_bars(found, report, times, pnl, size)
        _compare_risk(found, report, times, pnl, size)
    return found


def _bars(positions):
    """The times that all have, profit and loss of each bar on both sides, and their size."""
    tracks = [track[0] for each in positions for track in (each.coin, each.future) if track]
    times = sorted(set.intersection(*map(set, tracks)))
    sides, size = {"unhedged": [], "hedged": []}, 0.0
    for before, after in itertools.pairwise(times):
        alone, held = [], []
        for each in positions:
            coin, future = (track[0][after] / track[0][before] - 1 if track else 0.0
                            for track in (each.coin, each.future))  # fmt: skip
            paid = math.fsum(rate for time, rate in each.rates.items() if before < time <= after)
            alone += [each.coins * coin, each.posted * future]
            held += [-each.short * future, each.short * paid]
            moved = 1 + abs(coin) + abs(future) + abs(paid)
            size = max(size, (abs(each.coins) + abs(each.posted) + abs(each.short)) * moved)
        sides["unhedged"].append(math.fsum(alone))
        sides["hedged"].append(math.fsum(alone + held))
    return times, sides, size * len(positions)


def _compare_bars(found, report, times, pnl, size):
    rows = report.table("Hedge history", BARS)
    if not all(same(row["time"], time) for row, time in zip(rows, times, strict=True)):
        found.append(f"the bars are of {[row['time'] for row in rows]}, not {times}")
    for side, wanted in pnl.items():
        for row, number in zip(rows[1:], wanted, strict=True):
            if abs(row[side] - number) > _NEAR * size:
                found.append(f"bar {row['time']} {side}: {row[side]!r}, not {number!r}")


def _compare_risk(found, report, times, pnl, size):
    step = statistics.median((b - a) / dt.timedelta(days=1)
                             for a, b in itertools.pairwise(times))  # fmt: skip
    worth = report.table("Hedge history", {"worth": "Coins' worth today"})[0]["worth"]
    for at, (side, values) in enumerate(pnl.items()):
        ranked = sorted(values)
        count = len(ranked)
        rank = max(1, math.ceil(0.01 * count - 1e-9))
        tail = max(1.0, 0.025 * count)
        part = (tail - int(tail)) * ranked[min(int(tail), count - 1)]
        at_risk = "Worst bar, as VaR 99" if rank == 1 else "VaR 99 of one bar"
        wanted = {
            "Volatility a year": statistics.stdev(values) * math.sqrt(365 / step),
            at_risk: -ranked[rank - 1],
            "ES 97.5 of one bar": -(math.fsum(ranked[: int(tail)]) + part) / tail,
        }
        rooted = 1 + math.sqrt(365 / step)
        for title, number in wanted.items():
            shown = report.line("Hedge history", title)[at]
            if abs(shown - number) > 10 * _NEAR * size * rooted:
                found.append(f"{title} {side}: {shown!r}, not {number!r}")
        if worth:
            _compare_fall(found, report, at, values, (worth, size))


def _compare_fall(found, report, at, values, sizes):
    worth, size = sizes
    value = peak = 1.0
    deepest = 0.0
    for pnl in values:
        value = max(0.0, value * (1 + pnl / worth))
        peak = max(peak, value)
        deepest = max(deepest, 1 - value / peak)
    shown = report.line("Hedge history", "Maximum drawdown")[at]
    rounding = 100 * len(values) * _NEAR * (worth + size) * (1 + size / worth)
    if abs(shown - deepest * worth) > rounding:
        found.append(f"Maximum drawdown: {shown!r}, not {deepest * worth!r}")


def _funding(found, report, positions):
    rows = report.table("Hedge history", FUNDING)[: len(positions)]
    for each, row in zip(positions, rows, strict=True):
        if not isinstance(row["settlements"], float):  # it says why there are none
            continue
        rates = list(each.rates.values())
        received = each.short * math.fsum(rates)
        size = 1e-9 * abs(each.short) * math.fsum(map(abs, rates)) + 1e-300
        if row["settlements"] != len(rates) or abs((row["received"] or 0) - received) > size:
            found.append(f"funding of {row['name']}: {row}, not {received!r} of {len(rates)}")
    received = [row["received"] for row in rows if isinstance(row["received"], float)]
    last = report.table("Hedge history", FUNDING)[len(positions)]
    found.expect("Realised funding", "total", blank(last["received"]) or 0.0, total(received))
