"""Open positions of an account, in our signs: a short is positive, whatever its venue says.

They are read from what the venue said, not from ccxt's own structure of it. That takes an answer
without positions for an account without any; works out a size that was not told from a value;
takes for short, or for cross, what MEXC and WEEX do not tell; has the P&L in the margin; and takes
the last change of a position for its opening.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xlhedge.errors import MachineError
from xlhedge.market.quotes import told_moment, told_number
from xlhedge.market.told_rows import rows_told

__all__ = ["OpenPosition", "positions_of"]


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """One open position.

    Args:
        symbol: ccxt's name of the contract.
        contracts: how many; positive is short, negative long.
        entry: its average entry price, in the venue's own quote per unit.
        isolated: whether it has a margin of its own; otherwise it shares its wallet's.
        margin: what is posted for it, without its P&L, if it is isolated.
        leverage: as set at the venue; None where it does not tell.
        opened: when it was opened, naive and in UTC; None where the venue does not tell.
        liquidation: the price that the venue shows; None if it shows none.
        settle: the currency or coin that it is margined in.
        hedged: whether the venue says that a long one may stand beside it.
        told: what the venue said.
    """

    symbol: str
    contracts: float
    entry: float
    isolated: bool
    margin: float | None
    leverage: float | None
    opened: datetime | None
    liquidation: float | None
    settle: str
    hedged: bool
    told: Mapping[str, Any]


def positions_of(venue: str, client: Any, *, isolated: bool | None = None) -> list[OpenPosition]:
    """All open positions of an account.

    Args:
        venue: the venue, as on the command line.
        client: ccxt's client of it, with a key and with all of its markets.
        isolated: the margin mode of all positions, where it is the account's; None where each
            position has its own.

    Raises:
        MachineError: what the venue said leaves something open that a position needs.
    """
    words = _WORDS.get(venue)
    if words is None:
        return [_of_others(each, client.markets) for each in client.fetch_positions()]
    rows = [row for row in _told(words, client) if told_number(row.get(words.size)) != 0]
    if venue == "binance" and rows:
        rows = [_with_settings(row, settings) for settings in [_settings(client)] for row in rows]
    return [_position(words, row, client, isolated=isolated) for row in rows]


@dataclass(frozen=True, slots=True)
class _VenueWords:
    """What a venue calls things.

    Args:
        asked: ccxt's methods that tell all positions, each with what is asked.
        at: where the rows of an answer stand; nowhere if it is the rows.
        size: contracts.
        entry: the average entry price.
        side: which side it is, with 1 for what is short and -1 for what is long; another word
            means the sign of the size, where positive is long.
        mode: whether a position is isolated, and what that is called.
        margin: what is posted for it; the second where there is no first.
        liquidation: the price that is shown.
        opened: when it was opened; empty where it is not told.
        value: the entry as a value, where it is not told as a price.
    """

    asked: tuple[tuple[str, Mapping[str, Any]], ...]
    at: tuple[str, ...]
    size: str
    entry: str
    side: tuple[str, Mapping[str, int]]
    mode: tuple[str, Mapping[str, bool]]
    margin: tuple[str, ...]
    liquidation: str
    opened: str = ""
    value: bool = False


_LINEAR = {"category": "linear", "limit": 200}
_WORDS: Mapping[str, _VenueWords] = {
    "binance": _VenueWords(
        (("fapiPrivateV3GetPositionRisk", {}), ("dapiPrivateGetPositionRisk", {})),
        (),
        "positionAmt",
        "entryPrice",
        ("positionSide", {"SHORT": 0, "LONG": 0, "BOTH": 0}),  # the size has the sign
        ("marginType", {"isolated": True, "ISOLATED": True, "cross": False, "CROSSED": False}),
        ("isolatedWallet",),  # isolatedMargin has the P&L in it
        "liquidationPrice",
    ),
    "bybit": _VenueWords(
        (
            ("privateGetV5PositionList", {**_LINEAR, "settleCoin": "USDT"}),
            ("privateGetV5PositionList", {**_LINEAR, "settleCoin": "USDC"}),
            ("privateGetV5PositionList", {"category": "inverse", "limit": 200}),
        ),
        ("result", "list"),
        "size",
        "avgPrice",
        ("side", {"Sell": 1, "Buy": -1}),
        ("", {}),  # the account's
        ("positionBalance", "positionIM"),
        "liqPrice",
        "openTime",  # createdTime is when the first position of that contract ever was
    ),
    "bingx": _VenueWords(
        (("swapV2PrivateGetUserPositions", {}), ("cswapV1PrivateGetUserPositions", {})),
        ("data",),
        "positionAmt",
        "avgPrice",
        ("positionSide", {"SHORT": 1, "LONG": -1, "BOTH": 0}),
        ("isolated", {"True": True, "False": False}),
        ("margin", "initialMargin"),
        "liquidationPrice",
        "createTime",
    ),
    "weex": _VenueWords(
        (("contractPrivateGetCapiV3AccountPositionAllPosition", {}),),
        (),
        "size",
        "openValue",
        ("side", {"SHORT": 1, "LONG": -1}),
        ("marginType", {"ISOLATED": True, "CROSSED": False}),
        ("isolatedMargin",),
        "liquidatePrice",
        "createdTime",
        value=True,
    ),
    "mexc": _VenueWords(
        (("contractPrivateGetPositionOpenPositions", {}),),
        ("data",),
        "holdVol",
        "openAvgPrice",
        ("positionType", {"2": 1, "1": -1}),
        ("openType", {"1": True, "2": False}),
        ("im",),
        "liquidatePrice",
        "createTime",
    ),
}


def _told(words: _VenueWords, client: Any) -> Iterator[dict[str, Any]]:
    """The rows of all answers, page by page where they have pages."""
    for method, asked in words.asked:
        page: dict[str, str] = {}
        while True:
            answer = getattr(client, method)({**asked, **page})
            yield from rows_told(answer, *words.at, what="positions")
            cursor = answer["result"].get("nextPageCursor") if "result" in words.at else ""
            if not cursor or cursor == page.get("cursor"):
                break
            page = {"cursor": cursor}


def _settings(client: Any) -> dict[str, dict[str, Any]]:
    """Leverage and margin mode of USD-M contracts, which positions of Binance do not tell."""
    rows = rows_told(client.fapiPrivateGetSymbolConfig(), what="margin modes")
    return {str(row.get("symbol")): row for row in rows}


def _with_settings(row: dict[str, Any], settings: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    own = settings.get(str(row.get("symbol")), {})
    return {name: own.get(name) for name in ("leverage", "marginType")} | row


def _position(
    words: _VenueWords, told: Mapping[str, Any], client: Any, *, isolated: bool | None
) -> OpenPosition:
    """A row as a position.

    Raises:
        MachineError: its contract is unknown, or its size, entry, side or margin was not told.
    """
    spelled = str(told.get("symbol"))
    symbol = client.safe_symbol(spelled, None, "-", "contract")
    market = client.markets.get(symbol)
    if market is None or not market.get("contract"):
        raise MachineError(f"has a position in {spelled}, which is no contract that it lists")
    size, entry = told_number(told.get(words.size)), told_number(told.get(words.entry))
    if words.value and entry is not None and size:
        entry = float(f"{entry / size:.12g}")
    name, sides = words.side
    side = sides.get(str(told.get(name)))
    if isolated is None:
        name, modes = words.mode
        isolated = modes.get(str(told.get(name)))
    margin = _margin(words, told) if isolated else None
    unsaid = {"size": size, "entry": entry or None, "side": side, "margin mode": isolated}
    if isolated:
        unsaid["margin"] = margin
    missing = [what for what, value in unsaid.items() if value is None]
    if missing or size is None or entry is None or side is None:
        raise MachineError(f"does not tell the {' and the '.join(missing)} of its {spelled}")
    return OpenPosition(
        symbol,
        side * abs(size) if side else -size,
        entry,
        bool(isolated),
        margin,
        told_number(told.get("leverage")),
        _opened(told.get(words.opened)),
        told_number(told.get(words.liquidation)) or None,
        market["settle"],
        _is_hedged(told),
        told,
    )


def _is_hedged(told: Mapping[str, Any]) -> bool:
    """Whether a venue says that the other side may be open, too: Binance and Bybit do."""
    of_binance = "isolatedWallet" in told and told.get("positionSide") in ("LONG", "SHORT")
    return of_binance or str(told.get("positionIdx")) in ("1", "2")


def _margin(words: _VenueWords, told: Mapping[str, Any]) -> float | None:
    """What is posted for an isolated position, without its P&L."""
    first, *others = words.margin
    name = first if first in told and told_number(told[first]) != 0 else [first, *others][-1]
    posted = told_number(told.get(name))
    if name == "margin" and posted is not None:  # that of BingX has the P&L in it
        profit = told_number(told.get("unrealizedProfit"))
        return None if profit is None else posted - profit
    return posted


def _opened(told: object) -> datetime | None:
    """When a position was opened; 0 is not told."""
    opened = told_number(told)
    return told_moment(opened) if opened else None


def _of_others(each: Mapping[str, Any], markets: Mapping[str, Any]) -> OpenPosition:
    """A position of a venue that nobody has tested, as ccxt has it."""
    size, entry, side = (
        told_number(each["contracts"]),
        told_number(each["entryPrice"]),
        each["side"],
    )
    if each["symbol"] not in markets or size is None or entry is None or side is None:
        raise MachineError(f"does not tell its position {each['symbol']} in full")
    isolated = each["marginMode"] == "isolated"
    return OpenPosition(
        each["symbol"],
        size if side == "short" else -size,
        entry,
        isolated,
        told_number(each["initialMargin"]) if isolated else None,
        told_number(each["leverage"]),
        None,
        told_number(each["liquidationPrice"]),
        markets[each["symbol"]]["settle"],
        bool(each["hedged"]),
        each["info"],
    )
