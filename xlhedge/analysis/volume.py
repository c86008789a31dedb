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
from xlhedge.errors import HedgeError
from xlhedge.functions.registry import function

__all__ = ["LOOKBACK", "MULTIPLE", "TOLERANCE", "VolumeSignals", "volume_signals"]


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
        before = [each[:-1] for each in columns]
        flows = [
            _known(lambda: VALUES.chaikin_money_flow(*columns)),
            _known(lambda: VALUES.chaikin_money_flow(*before)),
            _known(lambda: VALUES.money_flow_index(*columns)),
        ]
    return VolumeSignals(
        **seen,
        bars_judged=float(len(latest)),
        support_held=None if support is None else bool(held),
        relative_volume=_known(lambda: VALUES.relative_volume(volumes)),
        money_flow=flows[0],
        money_flow_before=flows[1],
        money_flow_index=flows[2],
        volume_balance=_known(lambda: VALUES.on_balance_volume(closes, volumes)),
        price_move=_known(lambda: closes[-1] / closes[0] - 1),
    )


def _known(answer: Callable[[], Any]) -> float | None:
    """A measure; none of bars without any volume, or whose price never moved."""
    try:
        value = float(answer())
    except HedgeError:
        return None
    return value if math.isfinite(value) else None
