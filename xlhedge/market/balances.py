"""What is in the wallets of an account: what its cross positions share, and coins that are held.

ccxt's own totals are no help: they have unrealised P&L in them, or are what may be withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from xlhedge.errors import InputError, MachineError
from xlhedge.market.positions import OpenPosition
from xlhedge.market.quotes import told_number
from xlhedge.market.told_rows import rows_told
from xlhedge.portfolio.tables import DOLLARS

__all__ = ["MarginWallets", "free_of_isolated", "spot_of", "wallets_of"]


@dataclass(frozen=True, slots=True)
class MarginWallets:
    """The wallets of an account.

    Args:
        margin: what keeps cross positions alive, by coin, without their unrealised P&L.
        idle: what lies beside it and keeps nothing alive, by coin.
        haircuts: the part of a coin's value that the venue does not count, where it tells.
        shared: whether all positions share all wallets; otherwise each has that of its own coin.
        isolated: the margin mode of all positions, where the account has one; None where each
            position has its own.
        apart: whether the margin of isolated positions is outside of them already.
        notes: what to know of them.
    """

    margin: Mapping[str, float]
    idle: Mapping[str, float] = field(default_factory=dict)
    haircuts: Mapping[str, float] = field(default_factory=dict)
    shared: bool = False
    isolated: bool | None = None
    apart: bool = False
    notes: tuple[str, ...] = ()


def wallets_of(venue: str, client: Any) -> MarginWallets:
    """The wallets that positions of an account are margined from.

    Args:
        venue: the venue, as on the command line.
        client: ccxt's client of it, with a key and with all of its markets.

    Raises:
        InputError: the account is of a kind that our tables cannot tell.
        MachineError: a balance was not told.
    """
    return _WALLETS.get(venue, _of_others)(client)


def free_of_isolated(wallets: MarginWallets, positions: Iterable[OpenPosition]) -> MarginWallets:
    """The wallets without what isolated positions have of their own."""
    if wallets.apart:
        return wallets
    posted: dict[str, float] = defaultdict(float)
    for each in positions:
        posted[each.settle] += each.margin or 0
    margin, idle = (
        {coin: balance - posted[coin] for coin, balance in part.items()}
        for part in (wallets.margin, wallets.idle)
    )
    return replace(wallets, margin=margin, idle=idle)


def spot_of(venue: str, client: Any) -> dict[str, float]:
    """The coins that are held at a venue outside of its futures, by coin.

    Raises:
        MachineError: a balance was not told.
    """
    if venue == "bybit":  # one wallet for everything, which `wallets_of` tells
        return {}
    answer = client.fetch_balance({"type": "spot"})
    rows = [{"coin": coin, "total": total} for coin, total in answer["total"].items()]
    if not rows and not _has_list(answer["info"]):
        raise MachineError("did not tell what is held")
    return _balances(rows, "coin", lambda row: told_number(row["total"]))


def _of_binance(client: Any) -> MarginWallets:
    """Those of USD-M and of COIN-M futures; in USD-M a BNB for fees keeps nothing alive."""
    usd = rows_told(client.fetch_balance({"subType": "linear"})["info"], "assets", what=_BALANCES)
    coin = rows_told(client.fetch_balance({"subType": "inverse"})["info"], "assets", what=_BALANCES)
    shared = client.fapiPrivateGetAccountConfig().get("multiAssetsMargin")
    if not isinstance(shared, bool):
        raise MachineError("does not tell whether its assets are shared (multiAssetsMargin)")
    if shared:
        raise InputError(
            "multi-assets mode is not read: its haircuts are not told; type the account by hand"
        )
    usd_wallets = _balances(usd, "asset", lambda row: told_number(row.get("crossWalletBalance")))
    settled = {each["settle"] for each in client.markets.values() if each.get("linear")}
    coins = _balances(coin, "asset", lambda row: told_number(row.get("crossWalletBalance")))
    margin = {name: balance for name, balance in usd_wallets.items() if name in settled}
    idle = {name: balance for name, balance in usd_wallets.items() if name not in settled}
    return MarginWallets(margin | coins, idle, apart=True)


def _of_bybit(client: Any) -> MarginWallets:
    """One wallet of all coins, which are collateral where the person has switched them on."""
    account = client.privateGetV5AccountInfo().get("result") or {}
    status, mode = told_number(account.get("unifiedMarginStatus")), account.get("marginMode")
    if status is None or mode not in _BYBIT_MODES:
        raise MachineError("does not tell what kind of account it is (marginMode)")
    if status < _UNIFIED:
        raise InputError(
            "an account before unified trading 2.0 is not read; upgrade it, or type it by hand"
        )
    listed = rows_told(client.fetch_balance()["info"], "result", "list", what=_BALANCES)
    rows = rows_told(listed[0], "coin", what=_BALANCES) if listed else []
    balances = _balances(rows, "coin", lambda row: told_number(row.get("walletBalance")))
    counted = {coin for row in rows if (coin := row["coin"]) in balances and _is_collateral(row)}
    isolated = mode == "ISOLATED_MARGIN"
    margin = {} if isolated else {coin: each for coin, each in balances.items() if coin in counted}
    notes = [f"{row['coin']} is owed there" for row in rows if told_number(row.get("borrowAmount"))]
    if mode == "PORTFOLIO_MARGIN":
        notes.append("its portfolio margin is told as cross: it is liquidated by other rules")
    return MarginWallets(
        margin,
        {coin: balance for coin, balance in balances.items() if coin not in margin},
        _bybit_haircuts(client) if set(margin) - set(DOLLARS) else {},
        shared=True,
        isolated=isolated,
        notes=tuple(notes),
    )


_BALANCES = "balances"
_BYBIT_MODES = ("REGULAR_MARGIN", "ISOLATED_MARGIN", "PORTFOLIO_MARGIN")
_UNIFIED = 5
"""Bybit's number of unified trading 2.0, the first in which one wallet margins everything."""


def _is_collateral(row: Mapping[str, Any]) -> bool:
    """Whether a coin keeps positions alive; a dollar always does."""
    switches = [row.get("marginCollateral"), row.get("collateralSwitch")]
    if row["coin"] in DOLLARS:
        return True
    if not all(isinstance(each, bool) for each in switches):
        raise MachineError(f"does not tell whether its {row['coin']} is collateral")
    return all(switches)


def _bybit_haircuts(client: Any) -> dict[str, float]:
    rows = rows_told(
        client.privateGetV5AccountCollateralInfo(), "result", "list", what="collateral"
    )
    told = {row.get("currency"): told_number(row.get("collateralRatio")) for row in rows}
    return {str(coin): round(1 - ratio, 12) for coin, ratio in told.items() if ratio is not None}


def _of_bingx(client: Any) -> MarginWallets:
    margin: dict[str, float] = {}
    for kind in ("linear", "inverse"):
        told = client.fetch_balance({"type": "swap", "subType": kind})["info"]
        rows = [
            row for row in rows_told(told, "data", what=_BALANCES) if row.get("balance") != ""
        ]  # never opened
        margin |= _balances(rows, "asset", lambda row: told_number(row.get("balance")))
    return MarginWallets(margin)


def _of_weex(client: Any) -> MarginWallets:
    told = client.fetch_balance({"type": "swap"})["info"]
    rows = rows_told(told, what=_BALANCES)
    return MarginWallets(
        _balances(rows, "asset", lambda row: told_number(row.get("balance"))),
        notes=("does not say whether its balance has unrealised P&L in it; taken as without",),
    )


def _of_mexc(client: Any) -> MarginWallets:
    rows = rows_told(client.fetch_balance({"type": "swap"})["info"], "data", what=_BALANCES)
    return MarginWallets(_balances(rows, "currency", _without_profit))


def _without_profit(row: Mapping[str, Any]) -> float | None:
    equity, profit = told_number(row.get("equity")), told_number(row.get("unrealized"))
    return None if equity is None or profit is None else equity - profit


def _of_others(client: Any) -> MarginWallets:
    total = client.fetch_balance({"type": "swap"})["total"]
    rows = [{"coin": coin, "total": each} for coin, each in total.items()]
    return MarginWallets(
        _balances(rows, "coin", lambda row: told_number(row["total"])),
        notes=("its balances may have unrealised P&L in them",),
    )


_WALLETS: Mapping[str, Callable[[Any], MarginWallets]] = {
    "binance": _of_binance,
    "bybit": _of_bybit,
    "bingx": _of_bingx,
    "weex": _of_weex,
    "mexc": _of_mexc,
}


def _has_list(told: object) -> bool:
    """Whether an answer has a list in it, be it empty: then nothing is held, and that was said."""
    if isinstance(told, dict):
        return any(_has_list(each) for each in told.values())
    return isinstance(told, list)


def _balances(
    rows: Iterable[Mapping[str, Any]],
    coin: str,
    balance: Callable[[Mapping[str, Any]], float | None],
) -> dict[str, float]:
    """What is there, by coin; coins of which there is nothing are left out.

    Raises:
        MachineError: a coin's name or balance was not told.
    """
    found: dict[str, float] = {}
    for row in rows:
        name, told = row.get(coin), balance(row)
        if not isinstance(name, str) or not name or told is None:
            raise MachineError(f"did not tell the balance of {name or 'a coin'}")
        if told:
            found[name] = found.get(name, 0.0) + told
    return found
