"""The sample portfolios: `xlhedge demo` reports on them, `workbooks/` holds them."""

from __future__ import annotations

from xlhedge.samples.portfolios import SAMPLES

__all__ = ["SAMPLES"]
