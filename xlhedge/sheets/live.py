"""Where the template's sheets find what the sensitivity grids take from other sheets."""

from __future__ import annotations

from xlhedge.analysis import Analysis
from xlhedge.functions.algebra import Expression
from xlhedge.portfolio.tables import MOST_SHOCKS
from xlhedge.sheets.computed import TOP, TOTAL, Block
from xlhedge.sheets.input_sheets import Inputs
from xlhedge.sheets.sensitivity import Asset, Sources, given

__all__ = ["live_sources"]


def live_sources(inputs: Inputs, analysis: Analysis, hedge: Block, margin: Block) -> Sources:
    """The cells that the template's Sensitivity sheet refers to."""
    lowest, highest, step = (inputs.setting(f"shock_{end}") for end in ("min", "max", "step"))
    totals = ("short_notional", "full_notional", "coin_margin")
    return Sources(
        totals={name: Expression(hedge.cell(name, TOTAL)) for name in totals},
        given=given(*(margin.cells(name) for name in ("short_notional", "mm_rate", "expiry"))),
        assets=[_asset(hedge, n, analysis) for n in range(hedge.rows)],
        axis=[
            f"ROUND(MIN({highest},{lowest}+{column}*{step}),12)" for column in range(MOST_SHOCKS)
        ],
        live=True,
    )


def _asset(hedge: Block, n: int, analysis: Analysis) -> Asset:
    quantity, price, beta = (
        Expression(hedge.cell(name, TOP + n)) for name in ("quantity", "spot_price", "beta")
    )
    value = analysis.hedge[n]["asset"] if n < len(analysis.hedge) else ""
    return Asset(hedge.cell("asset", TOP + n), (quantity, price, beta), value)
