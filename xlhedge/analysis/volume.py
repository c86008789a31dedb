"""What the volume of a coin's last bars says of a support: whether it comes with buyers.

All by the functions of the registry, over the bars that SUPPORT_CONFIRMED looks back on.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from xlhedge.analysis.carriers import VALUES
from xlhedge.analysis.price_series import Track
from xlhedge.errors import Undefined
from xlhedge.functions.array_algebra import earlier
from xlhedge.functions.formulas.volume import (
    chaikin_money_flow,
    money_flow_index,
    on_balance_volume,
    relative_volume,
)
from xlhedge.functions.registry import function
from xlhedge.functions.series import Series

__all__ = ["LOOKBACK", "MULTIPLE", "TOLERANCE", "VolumeSignals", "answered", "volume_signals"]


def _default(name: str) -> float:
    """What SUPPORT_CONFIRMED takes where nothing is given."""
    of = function("SUPPORT_CONFIRMED").parameters
    return next(float(each.default) for each in of if each.name == name)


LOOKBACK = int(_default("lookback"))
"""How many bars SUPPORT_CONFIRMED looks back on."""
MULTIPLE = _default("volume_multiple")
"""From how many times the usual volume on a bar has volume behind it."""
TOLERANCE = _default("tolerance")
"""How far above a support a low has touched it, as part of it."""

_COLUMNS = ("times", "highs", "lows", "closes", "volumes")


@dataclass(frozen=True, slots=True)
class VolumeSignals:
    """The last bars of a coin and what their volume says; None where it is not known.

    Args:
        times: when the bars judged closed, oldest first.
        highs: highs of the bars judged, oldest first; a bar without one has None.
        lows: their lows; bars without a low or a volume are passed over.
        closes: their closes.
        volumes: their volumes.
        reason: why they are not judged; "" where they are.
        bars_judged: how many they are, if they are judged.
        support_held: whether the last low touched the support and its close lies above it.
        relative_volume: RELATIVE_VOLUME of the last bar.
        money_flow: CHAIKIN_MONEY_FLOW of the last `LOOKBACK` bars.
        money_flow_before: the same one bar before.
        money_flow_index: MONEY_FLOW_INDEX of the last changes.
        volume_balance: ON_BALANCE_VOLUME over the bars judged, from 0 at the first.
        price_move: the last close against the first.
    """

    times: tuple[datetime, ...] = ()
    highs: tuple[float | None, ...] = ()
    lows: tuple[float, ...] = ()
    closes: tuple[float, ...] = ()
    volumes: tuple[float, ...] = ()
    reason: str = ""
    bars_judged: float | None = None
    support_held: bool | None = None
    relative_volume: float | None = None
    money_flow: float | None = None
    money_flow_before: float | None = None
    money_flow_index: float | None = None
    volume_balance: float | None = None
    price_move: float | None = None


def volume_signals(support: float | None, spot: Track | None) -> VolumeSignals:
    """What the last bars say.

    Args:
        support: the price that supports the coin, if it has one.
        spot: the coin's bars, if there are any.
    """
    if spot is None:
        return VolumeSignals(reason="it has no bars in History")
    full = (
        (bar.time, bar.high, bar.low, bar.close, bar.volume)
        for bar in reversed(spot.bars)
        if bar.low is not None and bar.volume is not None
    )
    latest = list(islice(full, LOOKBACK + 1))[::-1]
    times, *columns = zip(*latest, strict=True) if latest else [()] * len(_COLUMNS)
    seen: dict[str, Any] = dict(zip(_COLUMNS, (times, *columns), strict=True))
    reason = ""
    if spot.bars[-1].low is None or spot.bars[-1].volume is None:
        reason = "its last bar has no low or no volume"  # an older bar's answer would be none
    elif len(latest) <= LOOKBACK:
        reason = f"it needs {LOOKBACK + 1} bars and has {len(latest)}"
    if reason:
        return VolumeSignals(**seen, reason=reason)
    highs, lows, closes, volumes = columns
    held = support and VALUES.support_confirmed(lows, closes, volumes, support, TOLERANCE, 0)
    flows: list[float | None] = [None] * 3
    if None not in highs:
        bars = [Series(each) for each in columns]
        flows = [
            answered(chaikin_money_flow, *bars)[0],
            answered(chaikin_money_flow, *map(earlier, bars))[0],
            answered(money_flow_index, *bars)[0],
        ]
    return VolumeSignals(
        **seen,
        bars_judged=float(len(latest)),
        support_held=None if support is None else bool(held),
        relative_volume=answered(relative_volume, Series(volumes))[0],
        money_flow=flows[0],
        money_flow_before=flows[1],
        money_flow_index=flows[2],
        volume_balance=answered(on_balance_volume, Series(closes), Series(volumes))[0],
        price_move=answered(lambda: closes[-1] / closes[0] - 1)[0],
    )


def answered(body: Callable[..., Any], *arguments: Any) -> tuple[float | None, str]:
    """A formula's value, or why there is none.

    The numbers have been checked as cells of History; checking each again would take most of the
    time of a long one, so this calls the formula itself and not `VALUES`.

    Args:
        body: the formula.
        arguments: as it takes them.
    """
    try:
        value = body(*arguments)
    except (ArithmeticError, ValueError):
        value = math.nan
    if isinstance(value, Undefined):
        return None, value.why
    if not math.isfinite(value):
        return None, "its prices make numbers that are too large or too small"
    return value + 0.0, ""
