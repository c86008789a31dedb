"""What volume says of a move: how much there was, and whether it came with rising prices."""

from __future__ import annotations

from collections.abc import Callable

from xlhedge.errors import CellError, Undefined
from xlhedge.functions.algebra import Carrier, Expression, where
from xlhedge.functions.array_algebra import Numbers, count, earlier, last, latest, previous, total

__all__ = [
    "chaikin_money_flow",
    "money_flow_index",
    "on_balance_volume",
    "relative_volume",
    "unless_few",
    "usual_volume",
]


def unless_few(bars: Carrier, wanted: Carrier, then: Callable[[], Carrier]) -> Carrier:
    """`then`, where there are as many bars as a measure wants."""
    said = "" if isinstance(wanted, Expression) else f"it needs {wanted:.15g} bars and has {bars}"
    return where(bars < wanted, Undefined(CellError.NA, said), then)


def usual_volume(volumes: Numbers, lookback: Carrier) -> Carrier:
    """The mean volume of so many bars before the last one."""
    return total(earlier(last(volumes, lookback + 1))) / lookback


def relative_volume(volumes: Numbers, lookback: Carrier = 20) -> Carrier:
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
    return unless_few(
        count(volumes), lookback + 1, lambda: latest(volumes) / usual_volume(volumes, lookback)
    )


def chaikin_money_flow(
    highs: Numbers,
    lows: Numbers,
    closes: Numbers,
    volumes: Numbers,
    lookback: Carrier = 20,
) -> Carrier:
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
    still = highs == lows
    spread = where(still, 1, highs - lows)
    flow = where(still, 0, volumes * ((closes - lows) - (highs - closes)) / spread)
    return unless_few(
        count(volumes),
        lookback,
        lambda: total(last(flow, lookback)) / total(last(volumes, lookback)),
    )


def money_flow_index(
    highs: Numbers,
    lows: Numbers,
    closes: Numbers,
    volumes: Numbers,
    lookback: Carrier = 14,
) -> Carrier:
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
    typical = (highs + lows + closes) / 3
    flow, before = typical * volumes, previous(typical)

    def share() -> Carrier:
        up = total(last(where(typical > before, flow, 0), lookback))
        down = total(last(where(typical < before, flow, 0), lookback))
        return 100 * up / (up + down)

    return unless_few(count(volumes), lookback + 1, share)


def on_balance_volume(closes: Numbers, volumes: Numbers) -> Carrier:
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
    before = previous(closes)
    return total(((closes > before) * 1 - (closes < before) * 1) * volumes)
