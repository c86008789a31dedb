"""What a key may do: one that may do more than read is refused where its venue tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from xlhedge.errors import InputError, MachineError

__all__ = ["doubt_of_key"]

_READING = ("enableReading", "enableFixReadOnly")
"""Permissions of Binance and BingX that let nobody trade; all others are refused, new ones too."""
_GRANTS = ("enable", "permit")
"""How the names of their permissions begin."""
_MUST_TELL = ("enableWithdrawals", "enableSpotAndMarginTrading", "enableFutures")
_READ_NUMBER = 2
"""Reading, among the numbered permissions of BingX."""


def doubt_of_key(venue: str, client: Any) -> str:
    """What to warn of before a key is used; nothing where its venue says that it only reads.

    Args:
        venue: the venue, as on the command line.
        client: ccxt's client of it, with the key.

    Raises:
        InputError: the key may trade, withdraw or transfer.
        MachineError: the venue was asked, and did not say what the key may do.
    """
    asked = _ASKED.get(venue)
    allowed = asked(client) if asked else None
    if allowed is None:
        return "does not tell what the key may do; make sure that it only reads"
    if names := sorted(allowed):
        raise InputError(
            f"the key may do more than read ({', '.join(names)}); make one that only reads"
        )
    return ""


def _of_binance(client: Any) -> Iterable[str]:
    return _granted(client.sapiGetAccountApiRestrictions())


def _of_bybit(client: Any) -> Iterable[str]:
    told = _dict(_dict(client.privateGetV5UserQueryApi()).get("result"))
    if str(told.get("readOnly")) == "1":
        return []
    if str(told.get("readOnly")) != "0":
        raise _silent("readOnly")
    kinds = _dict(told.get("permissions"))
    return [f"{kind} {each}" for kind, names in kinds.items() for each in names or ()] or ["writes"]


def _of_bingx(client: Any) -> Iterable[str] | None:
    """Its permissions are told by number or by name; nobody has recorded an answer."""
    told = _dict(client.accountV1PrivateGetAccountApiPermissions())
    told = _dict(told.get("data", told))
    numbers = told.get("permissions")
    if isinstance(numbers, list):
        return [f"permission {each}" for each in numbers if str(each) != str(_READ_NUMBER)]
    return _granted(told) if set(_MUST_TELL) <= told.keys() else None


_ASKED: Mapping[str, Callable[[Any], Iterable[str] | None]] = {
    "binance": _of_binance,
    "bybit": _of_bybit,
    "bingx": _of_bingx,
}
"""What each venue that tells it lets a key do beyond reading."""


def _granted(told: object) -> list[str]:
    """The permissions, of an answer that has one a name, that let a key do more than read."""
    answer = _dict(told)
    grants = {name: each for name, each in answer.items() if name.startswith(_GRANTS)}
    for name in {**dict.fromkeys(_MUST_TELL), **grants}:
        if not isinstance(answer.get(name), bool):
            raise _silent(name)
    return [name for name, granted in grants.items() if granted and name not in _READING]


def _dict(told: object) -> dict[str, Any]:
    """Part of an answer that has names; nothing told has none."""
    return told if isinstance(told, dict) else {}


def _silent(name: str) -> MachineError:
    return MachineError(f"did not tell what the key may do ({name}); it is not used")
