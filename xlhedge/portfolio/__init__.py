"""A portfolio: its tables, the checks on them and across them, and pandas frames of it."""

from __future__ import annotations

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
