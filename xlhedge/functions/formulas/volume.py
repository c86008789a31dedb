"""What volume says of a move: how much there was, and whether it came with rising prices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from xlhedge.errors import CellError, Undefined

__all__ = [
    "TEXTS",
    "chaikin_money_flow",
    "money_flow_index",
    "on_balance_volume",
    "relative_volume",
    "too_few",
]


def too_few(bars: int, wanted: int) -> Undefined | None:
    """No value, where there are fewer bars than a measure wants."""
    if bars >= wanted:
        return None
    return Undefined(CellError.NA, f"it needs {wanted} bars and has {bars}")


def relative_volume(volumes: Sequence[float], lookback: float = 20) -> float | Undefined:
    """The last bar's volume against the usual: 2 is twice the mean of the bars before it.

    Equation:
        the last of volumes ÷ the mean of the lookback volumes before it

    Question:
        Volumes of 10 and 14, and now 18. How unusual is that?

        >>> import xlhedge
        >>> xlhedge.relative_volume([10, 14, 18], 2)
        1.5

    Errors:
        #N/A with fewer than lookback + 1 bars; #DIV/0! where there was no volume before.

    Source:
        Definition; the volume test of SUPPORT_CONFIRMED.
    """
    bars = int(lookback)
    missing = too_few(len(volumes), bars + 1)
    return missing or volumes[-1] / (sum(volumes[-bars - 1 : -1]) / bars)


def chaikin_money_flow(
    highs: Sequence[float],
    lows: Sequence[float],
    closes: Sequence[float],
    volumes: Sequence[float],
    lookback: float = 20,
) -> float | Undefined:
    """Whether volume came at closes near the highs (up to 1) or near the lows (down to −1).

    A bar whose high is its low counts as 0.

    Equation:
        Σ volume × ((close − low) − (high − close)) ÷ (high − low) ÷ Σ volume, over the last
            lookback bars

    Question:
        Two bars from 10 to 20 closed at 20 and at 10, on volumes of 3 and 1. Was money coming in?

        >>> import xlhedge
        >>> xlhedge.chaikin_money_flow([20, 20], [10, 10], [20, 10], [3, 1], 2)
        0.5

    Errors:
        #N/A with fewer than lookback bars; #DIV/0! without any volume.

    Source:
        Marc Chaikin's money flow: accumulation/distribution over a number of bars.
    """
    bars = int(lookback)
    missing = too_few(len(volumes), bars)
    if missing:
        return missing
    last = [*zip(highs, lows, closes, volumes, strict=True)][-bars:]
    flow = sum(v * ((c - low) - (h - c)) / (h - low) if h != low else 0.0 for h, low, c, v in last)
    return flow / sum(volumes[-bars:])


def money_flow_index(
    highs: Sequence[float],
    lows: Sequence[float],
    closes: Sequence[float],
    volumes: Sequence[float],
    lookback: float = 14,
) -> float | Undefined:
    """How much of the money traded came with rising prices, from 0 to 100.

    Above 80 is often called overbought, below 20 oversold.

    Equation:
        100 × Σ of p × volume where p rose ÷ Σ of p × volume where it rose or fell, over the last
            lookback changes of p = (high + low + close) ÷ 3

    Question:
        A price of 10 rose to 12 on a volume of 2, then fell to 8 on one of 1. Who had the volume?

        >>> import xlhedge
        >>> price = [10, 12, 8]
        >>> xlhedge.money_flow_index(price, price, price, [5, 2, 1], 2)
        75.0

    Errors:
        #N/A with fewer than lookback + 1 bars; #DIV/0! where the price never moved, or no volume.

    Source:
        Gene Quong and Avrum Soudack (1989); TA-Lib's MFI.
    """
    bars = int(lookback)
    missing = too_few(len(volumes), bars + 1)
    if missing:
        return missing
    typical = [(h + low + c) / 3 for h, low, c in zip(highs, lows, closes, strict=True)]
    moves = [*zip(pairwise(typical), volumes[1:], strict=True)][-bars:]
    up = sum(now * volume for (then, now), volume in moves if now > then)
    down = sum(now * volume for (then, now), volume in moves if now < then)
    return 100 * up / (up + down)


def on_balance_volume(closes: Sequence[float], volumes: Sequence[float]) -> float:
    """Volume of the bars that closed higher, less that of the bars that closed lower.

    Its course against the price's counts, not its level: it starts from 0 at the first bar.

    Equation:
        Σ sign(close − the close before) × volume

    Question:
        Closes of 10, 12, 12 and 11 on volumes of 5, 4, 3 and 1. Which way did volume go?

        >>> import xlhedge
        >>> xlhedge.on_balance_volume([10, 12, 12, 11], [5, 4, 3, 1])
        3.0

    Source:
        Joseph Granville (1963). An unchanged close adds nothing.
    """
    moves = zip(pairwise(closes), volumes[1:], strict=True) if closes else ()
    return sum((((now > then) - (now < then)) * volume for (then, now), volume in moves), 0.0)


_LAST = "(place<=kept)*(place>kept-lookback)"
TEXTS = {
    "relative_volume": {
        "value": "IF(kept<lookback+1,#N/A,INDEX(volumes,kept)"
        "/(SUM(volumes*(place<kept)*(place>=kept-lookback))/lookback))",
    },
    "chaikin_money_flow": {
        "flow": "IF(highs=lows,0,volumes*((closes-lows)-(highs-closes))/(highs-lows))",
        "value": f"IF(kept<lookback,#N/A,SUM({_LAST}*flow)/SUM({_LAST}*volumes))",
    },
    "money_flow_index": {
        "typical": "(highs+lows+closes)/3",
        "previous": "XLHEDGE_BEFORE(typical,INDEX(typical,1))",
        "value": "IF(kept<lookback+1,#N/A,LET("
        f"flow,{_LAST}*typical*volumes,up,SUM(flow*(typical>previous)),"
        "down,SUM(flow*(typical<previous)),100*up/(up+down)))",
    },
    "on_balance_volume": {
        "previous": "XLHEDGE_BEFORE(closes,INDEX(closes,1))",
        "value": "SUM(((closes>previous)-(closes<previous))*volumes)",
    },
}
"""What functions of whole ranges compute, as Excel text; see `xlhedge.hosts.range_lambdas`."""
