"""Keys to a person's own accounts at venues: from the environment or the key ring, nowhere else."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from xlhedge.errors import InputError, MachineError

__all__ = ["Key", "key_for", "told_by"]

_SERVICE = "xlhedge"
_PARTS = ("KEY", "SECRET", "PASSPHRASE")
_WITH_PASSPHRASE = (
    "weex",
    "bitget",
    "blofin",
    "coinbaseexchange",
    "kucoin",
    "kucoinfutures",
    "okx",
)
"""Venues whose keys have a third part; all but the first are untested."""
_HIDDEN = "***"
_NAMES = ("apiKey", "secret", "password")
"""What ccxt calls the parts."""
_SILENT = logging.getLogger("xlhedge.silent")
_SILENT.disabled = True
_SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    quote_plus,
    lambda part: quote(part, safe=""),
    lambda part: json.dumps(part)[1:-1],
)
"""How a part may stand in a text: as it is, in an address, in JSON."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key to an account; nothing that prints it shows it.

    Args:
        venue: whose it is, as on the command line.
        account: which of several accounts there; empty for the only one.
        parts: key, secret and passphrase, as the venue calls them.

    Example:
        >>> Key("binance", "", ("plain", "hidden"))
        Key(venue='binance', account='')
    """

    venue: str
    account: str
    parts: tuple[str, ...] = field(repr=False)

    def given_to(self, exchange: Any) -> None:
        """Lets ccxt's client of the venue sign with it, and log nothing from then on.

        Args:
            exchange: the client, with its markets loaded: with a key ccxt asks for them otherwise.
        """
        exchange.logger = _SILENT  # ccxt logs what it sends, the key among it
        for name, part in zip(_NAMES, self.parts, strict=False):
            setattr(exchange, name, part)

    @staticmethod
    def taken_from(exchange: Any) -> None:
        """Leaves ccxt's client of a venue without any key."""
        for name in _NAMES:
            setattr(exchange, name, "")

    def without(self, text: object) -> str:
        """A text in which no part of the key stands any more, such as what a venue answered.

        Example:
            >>> Key("bybit", "", ("plain", "hidden")).without("key plain is invalid")
            'key *** is invalid'
        """
        told = str(text)
        spelled = {way(part) for part in self.parts for way in _SPELLINGS}
        for part in sorted(spelled, key=len, reverse=True):  # one may be the beginning of another
            told = told.replace(part, _HIDDEN)
        return told

    def __reduce__(self) -> tuple[type, tuple[str, ...]]:
        """No copy of it goes into a file, or to another process."""
        raise TypeError("a key is not to be stored")


def key_for(venue: str, account: str = "", environment: Mapping[str, str] | None = None) -> Key:
    """The key that a person gave for an account: of the environment, or else of the key ring.

    Args:
        venue: as on the command line, such as "binance".
        account: which of several accounts there, as `--account` names it.
        environment: where variables are looked up; the process's own if left out.

    Raises:
        InputError: there is none, or a part of it is missing.
        MachineError: this machine has no key ring to look in.

    Example:
        >>> variables = {"XLHEDGE_BYBIT_FUND_KEY": "a", "XLHEDGE_BYBIT_FUND_SECRET": "b"}
        >>> key_for("bybit", "fund", variables)
        Key(venue='bybit', account='fund')
    """
    venue = venue.casefold()
    if not all(each.isalnum() or each in "_-" for each in account):
        raise InputError(f'"{account}" is no name of an account; letters, digits, - and _ are')
    given = os.environ if environment is None else environment
    names = _variables(venue, account)
    found = [given.get(name, "").strip() for name in names]
    if not any(found):
        found = _of_ring(venue, account)
    missing = [name for name, part in zip(names, found, strict=True) if not part]
    if len(missing) == len(names):
        raise InputError(f"{_whose(venue, account)}: no key; {told_by(venue, account)}")
    if missing:
        raise InputError(
            f"{_whose(venue, account)}: the key lacks a part; set {' and '.join(missing)} as well"
        )
    return Key(venue, account, tuple(found))


def told_by(venue: str, account: str = "") -> str:
    """What a person does to give a key: the variables to set, or what to keep in the key ring.

    Example:
        >>> told_by("bybit").split(", or ")[0]
        'set XLHEDGE_BYBIT_KEY and XLHEDGE_BYBIT_SECRET'
    """
    return f"set {' and '.join(_variables(venue, account))}, or {_ring_entry(venue, account)}"


def _ring_entry(venue: str, account: str) -> str:
    """How a person keeps a key in the key ring: one entry, its parts with a space between."""
    parts = ", a space, ".join(f"the {part.lower()}" for part in _parts(venue))
    return f'type "keyring set {_SERVICE} {_entry(venue, account)}" and then {parts}'


def _parts(venue: str) -> tuple[str, ...]:
    """What the parts of a venue's keys are called."""
    return _PARTS if venue in _WITH_PASSPHRASE else _PARTS[:2]


def _variables(venue: str, account: str) -> list[str]:
    """The variables of the environment that are the parts of a key."""
    middle = "_".join(filter(None, (venue, account))).upper().replace("-", "_")
    return [f"XLHEDGE_{middle}_{part}" for part in _parts(venue)]


def _of_ring(venue: str, account: str) -> list[str]:
    """The parts of a key in the key ring, each of them empty if there is none."""
    names = _variables(venue, account)
    whose = _whose(venue, account)
    try:
        import keyring
        from keyring.errors import NoKeyringError
    except ImportError:
        raise MachineError(f"{whose}: no key; set {' and '.join(names)}") from None
    try:
        told = keyring.get_password(_SERVICE, _entry(venue, account))
    except NoKeyringError:
        why = f"{whose}: no key, and this machine has no key ring; set {' and '.join(names)}"
        raise MachineError(why) from None
    except Exception as error:  # noqa: BLE001  # locked, refused, or what its backend raises
        why = f"{whose}: the key ring does not open ({type(error).__name__}); unlock it, or set"
        raise MachineError(f"{why} {' and '.join(names)}") from None
    parts = (told or "").split()
    if len(parts) > len(names):
        words = f"{len(parts)} words, not {len(names)}"
        how = _ring_entry(venue, account)
        raise InputError(f"{whose}: the key ring's entry has {words}; {how}")
    return [*parts, *[""] * (len(names) - len(parts))]


def _entry(venue: str, account: str) -> str:
    """The user under which a key stands in the key ring: "binance", or "binance/fund"."""
    return "/".join(filter(None, (venue, account)))


def _whose(venue: str, account: str) -> str:
    """An account as messages name it: "binance", or "binance, account fund"."""
    return venue + f", account {account}" * bool(account)
