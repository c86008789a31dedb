"""Portfolio → Analysis: what a book is worth, what hedges it, what may happen; no rendering."""

from __future__ import annotations

from xlhedge.analysis.analysis import Analysis, analyse

__all__ = ["Analysis", "analyse"]
