"""What goes wrong at a venue, told in one line, without what must not be told: addresses and keys.

A line says who, what, and what to do. Of a venue's own answer only the words that it has for people
are quoted; the address that was asked may hold a signature, and stays out.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Any

from xlhedge.errors import VenueError
from xlhedge.text import one_line

__all__ = ["retry_after", "status_of", "told", "worth_another_try"]

_WORDS = re.compile(r'"(?:msg|retMsg|message)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_BUSY, _FIRST_OF_SERVER = 429, 500


def told(venue: str, error: Exception) -> str:
    """What a person reads of anything that went wrong while a venue was asked.

    Args:
        venue: who was asked.
        error: what ccxt raised, or Python in it.

    Example:
        >>> told("Bybit", KeyError("list"))
        'Bybit: its answer is not what it documents (KeyError); it may have changed: update ccxt'
    """
    if isinstance(error, VenueError):
        return str(error)
    names = [kind.__name__ for kind in type(error).__mro__]
    said = next(iter(_WORDS.findall(str(error))), "")
    quoted = f' and says "{one_line(said)}"' if said and said.casefold() != "ok" else ""
    if status := status_of(error):
        quoted = f" (HTTP {status}){quoted}"
        if status == _BUSY:
            names = ["RateLimitExceeded"]  # ccxt goes by the words of the answer, where it has some
        elif status >= _FIRST_OF_SERVER and "OnMaintenance" not in names:
            names = ["ExchangeNotAvailable"]
    for name, why in _WHY.items():
        if name in names:
            return f"{venue}: {why.format(quoted)}"
    why = f"its answer is not what it documents ({type(error).__name__}); it may have changed"
    return f"{venue}: {why}: update ccxt"


_WHY = {
    "InvalidNonce": "refuses the time{}; set this machine's clock",
    "PermissionDenied": "forbids it{}; look at the key's permissions and addresses",
    "AccountNotEnabled": "has no such account for this key{}; open it there",
    "AuthenticationError": "refuses the key{}; make a new one there",
    "OnMaintenance": "is under maintenance{}; try again later",
    "RateLimitExceeded": "is busy or has had enough of questions{}; try again in some minutes",
    "DDoSProtection": "is busy or has had enough of questions{}; try again in some minutes",
    "RequestTimeout": "did not answer in time{}; try again",
    "ExchangeNotAvailable": "does not serve this{}; try again later, or look whether it may be "
    "reached from where you are",
    "NetworkError": "cannot be reached{}; look at the network and try again",
    "BadSymbol": "does not know the contract{}; it may be delisted",
    "NotSupported": "is not asked that by ccxt{}; type it by hand",
    "ExchangeError": "refuses{}; try again, or type it by hand",
}
"""By the name of ccxt's error, the narrow ones first."""


def worth_another_try(error: Exception) -> bool:
    """Whether the same question may be answered a moment later: busy, failing, or cut off."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if "OnMaintenance" in names:
        return False
    if status := status_of(error):
        return status == _BUSY or status >= _FIRST_OF_SERVER
    return "NetworkError" in names and "InvalidNonce" not in names


def status_of(error: BaseException) -> int | None:
    """The HTTP status that an answer came with, if it is the reason of an error."""
    status = getattr(_response(error), "status_code", None)
    return status if isinstance(status, int) else None


def retry_after(error: Exception, now: float) -> float | None:
    """How many seconds a venue asks to be left alone, as its header ``Retry-After`` says.

    Args:
        error: what came of its answer.
        now: the time now, in seconds since 1970.
    """
    text = (getattr(_response(error), "headers", None) or {}).get("Retry-After", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError):
        return None


def _response(error: BaseException) -> Any:
    """The answer because of which ccxt raised an error, if there was one."""
    cause = error.__cause__ or error.__context__
    return getattr(cause, "response", None)
