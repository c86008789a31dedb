"""The hedging desk inside a spreadsheet: how much to short, what is left, what it costs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.7.0"


# The command line answers --help without loading a formula, and LibreOffice ships only the core of
# the package: so nothing is imported until it is asked for.
_LAZY = {
    "HedgeError": "xlhedge.errors",
    "CellError": "xlhedge.errors",
    "Portfolio": "xlhedge.portfolio",
    "PortfolioError": "xlhedge.errors",
    "read": "xlhedge.readers",
    "Analysis": "xlhedge.analysis",
    "analyse": "xlhedge.analysis",
    "build_report": "xlhedge.jobs.commands",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if not name.startswith("_"):
        from xlhedge.functions.api import CALLABLES

        if name in CALLABLES:
            return CALLABLES[name]
    raise AttributeError(f"module 'xlhedge' has no attribute {name!r}")


def __dir__() -> list[str]:
    from xlhedge.functions.api import CALLABLES

    return sorted([*_LAZY, *CALLABLES, "__version__"])
