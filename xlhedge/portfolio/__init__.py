"""A portfolio: its tables, the checks on them and across them, and pandas frames of it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlhedge.errors import PortfolioError, Problem
    from xlhedge.portfolio.model import Portfolio, stale
    from xlhedge.portfolio.places import Source
    from xlhedge.portfolio.tables import (
        TABLES,
        Account,
        Bar,
        Fetched,
        Holding,
        Instrument,
        Scenario,
        Settings,
        Short,
        Table,
        Tier,
    )

__all__ = [
    "TABLES",
    "Account",
    "Bar",
    "Fetched",
    "Holding",
    "Instrument",
    "Portfolio",
    "PortfolioError",
    "Problem",
    "Scenario",
    "Settings",
    "Short",
    "Source",
    "Table",
    "Tier",
    "stale",
]

# `calc` reads numbers as files have them (`portfolio.values`), and needs no table for that.
_HOMES = {
    "Portfolio": "xlhedge.portfolio.model",
    "PortfolioError": "xlhedge.errors",
    "Problem": "xlhedge.errors",
    "Source": "xlhedge.portfolio.places",
    "stale": "xlhedge.portfolio.model",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "xlhedge.portfolio.tables")), name)
