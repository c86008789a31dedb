"""Portfolios read and worked out, and all said that looks wrong with them; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from xlhedge.analysis import Analysis, analyse
from xlhedge.analysis.alarms import alarms
from xlhedge.errors import PortfolioError
from xlhedge.jobs.presets import old_terms
from xlhedge.portfolio import Portfolio, stale
from xlhedge.readers import DEFAULT, Limits, read
from xlhedge.text import counted

__all__ = ["check_line", "read_telling", "say_all", "worked_out"]


def check_line(
    path: Path, warn: Callable[[str], None], limits: Limits = DEFAULT
) -> tuple[str, list[str]]:
    """Read and work out a portfolio; what is in it, in a line, and its alarms.

    Args:
        path: the portfolio.
        warn: takes a line about what looks wrong.
        limits: how much of it is read.

    Raises:
        HedgeError: something is wrong with it.
    """
    analysis = worked_out(path, warn, limits)
    portfolio = analysis.portfolio
    line = (
        f"{path}: ok, {counted(len(portfolio.holdings), 'holding')}, "
        f"{counted(len(portfolio.shorts), 'short')}, "
        f"{counted(len(portfolio.scenarios), 'scenario row')}"
    )
    return line, alarms(analysis)


def worked_out(path: Path, warn: Callable[[str], None], limits: Limits = DEFAULT) -> Analysis:
    """Read and work out a portfolio.

    Args:
        path: the portfolio.
        warn: takes a line about what looks wrong.
        limits: how much of it is read.

    Raises:
        HedgeError: something is wrong with it.
    """
    analysis = analyse(read_telling(path, warn, limits))
    say_all(path, "warning", analysis.caveats, warn)
    return analysis


def read_telling(path: Path, warn: Callable[[str], None], limits: Limits) -> Portfolio:
    """Read a portfolio and say what looks wrong with it.

    Args:
        path: the portfolio.
        warn: takes a line about what looks wrong.
        limits: how much of it is read.

    Raises:
        HedgeError: something is wrong with it.
    """
    try:
        portfolio = read(path, limits)
    except PortfolioError as error:
        say_all(path, "warning", error.warnings, warn)
        raise
    now = datetime.now(UTC).replace(tzinfo=None)
    say_all(path, "note", portfolio.notes, warn)
    say_all(
        path,
        "warning",
        (*portfolio.warnings, *stale(portfolio, now), *old_terms(portfolio, now)),
        warn,
    )
    return portfolio


def say_all(path: Path, kind: str, said: Iterable[object], warn: Callable[[str], None]) -> None:
    """Say each of some notes or warnings on a file, a line each."""
    for each in said:
        warn(f"{path}: {kind}: {each}")
