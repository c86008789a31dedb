"""A portfolio against an earlier report of ours on it: which report, and what changed since.

A report repeats its inputs on its audit sheet. They are read and worked out again, so that both
dates are worked out by the same rules, whichever version made the earlier one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from xlhedge.analysis import Analysis, analyse
from xlhedge.analysis.changes import Change, Changes, coin_changes, position_changes
from xlhedge.analysis.figures import BLANK, sum_of
from xlhedge.analysis.margin import MarginRow
from xlhedge.errors import InputError, PortfolioError
from xlhedge.portfolio import Portfolio
from xlhedge.readers import Content, load
from xlhedge.readers.audit_sheet import read_report
from xlhedge.readers.own import NAMED, REPORT_LIMITS, report_on

__all__ = ["Earlier", "compared"]


@dataclass(frozen=True)
class Earlier:
    """What a report is compared with.

    Args:
        place: a report of ours, or a folder of them.

    Raises:
        InputError: there is no such place.
    """

    place: Path

    def __post_init__(self) -> None:
        if not self.place.exists():
            raise InputError(f"--against {self.place}: there is no such file or folder")

    def of(self, portfolio: Portfolio) -> Content | None:
        """The report that a portfolio is compared with: of a folder the last one before its date.

        Returns:
            The report; none if a folder has no earlier one on this portfolio.

        Raises:
            InputError: the place is none, or a file that is no earlier report on this portfolio.
        """
        if not self.place.is_dir():
            return load(self.place, REPORT_LIMITS)
        settings = portfolio.settings
        earlier = (
            (as_of, path)
            for name, as_of, path in self._reports
            if name == settings.portfolio[:NAMED] and as_of < settings.as_of
        )
        _, path = max(earlier, default=(None, None))
        return load(path, REPORT_LIMITS) if path else None

    @cached_property
    def _reports(self) -> list[tuple[str, datetime, Path]]:
        """Portfolio, date and path of each report in the folder, as it stands when first asked."""
        return list(self._found())

    def _found(self) -> Iterator[tuple[str, datetime, Path]]:
        for path in sorted(self.place.glob("*.xlsx")):
            if not path.name.startswith(("~$", ".")) and (on := report_on(path)):
                yield *on, path


def compared(analysis: Analysis, report: Content) -> Analysis:
    """An analysis with what changed since a report.

    Args:
        analysis: the portfolio, worked out.
        report: the earlier report.

    Raises:
        InputError: it is no report of ours, of another portfolio, or not earlier.
    """
    try:
        body = report.body if isinstance(report.body, bytes) else b""
        inputs = read_report(body, report.stem, REPORT_LIMITS)
        # Neither is compared, and both take time.
        before = analyse(replace(inputs, history=(), scenarios=()))
    except PortfolioError as error:
        why = "is no report of xlhedge whose inputs can be read"
        raise InputError(f"--against {report.name}: {why}: {error.problems[0]}") from None
    old, new = before.portfolio.settings, analysis.portfolio.settings
    why = ""
    if old.portfolio != new.portfolio:
        why = f'is a report on "{old.portfolio}", not on "{new.portfolio}"'
    elif old.quote_currency != new.quote_currency:
        why = f"is in {old.quote_currency}, not in {new.quote_currency}"
    elif old.as_of >= new.as_of:
        why = f"has prices of {old.as_of:%Y-%m-%d %H:%M}, which is not before these"
    if why:
        raise InputError(f"--against {report.name}: it {why}")
    changes = Changes(
        old.as_of,
        report.source,
        tuple(_figures(before, analysis)),
        tuple(_prices(before.portfolio, analysis.portfolio)),
        coin_changes(before.numbers, analysis.numbers),
        position_changes(before.numbers, analysis.numbers),
    )
    return replace(analysis, changes=changes)


_TOTALS = (
    ("spot_notional", "Coins held, value"),
    ("short_notional", "Short, value"),
    ("net_delta", "Net delta"),
    ("residual_delta", "Net delta after the orders"),
    ("order_notional", "Orders to reach the target"),
)


def _figures(before: Analysis, now: Analysis) -> Iterator[Change]:
    both = (before, now)
    for name, title in _TOTALS:
        old, new = (getattr(each.total, name) for each in both)
        yield Change(title, "money", old, new, name)
    yield Change("Gross delta", "money", before.gross_delta, now.gross_delta)
    yield Change("Hedged", "percent", before.hedged, now.hedged)
    yield Change("Nearest liquidation, move of its mark", "percent", before.nearest, now.nearest)
    for title, figure in (("Funding received", _funding), ("P&L", _pnl)):
        yield Change(f"{title} to date, open shorts", "money", figure(before), figure(now))


def _funding(of: Analysis) -> float:
    """In quote."""
    units = ((row.index_price if row.contract_type == "inverse" else 1, row) for row in of.margin)
    return float(sum(row.funding_received * unit * row.parity for unit, row in units))


def _pnl(of: Analysis) -> float:
    return sum_of(of.margin, MarginRow.pnl_to_date)


def _prices(before: Portfolio, now: Portfolio) -> Iterator[Change]:
    """Of all that has a price today, and of what had one before."""
    spot, futures = (
        ({row.asset: row.spot_price for row in each.holdings} for each in (before, now)),
        ({row.instrument: row.futures_price for row in each.instruments} for each in (before, now)),
    )
    for old, new in (spot, futures):
        for name in [*new, *(each for each in old if each not in new)]:
            yield Change(name, "price", old.get(name, BLANK), new.get(name, BLANK))
