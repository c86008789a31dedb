"""One venue through ccxt: every question patient, every answer a JSON one, every fault one line.

ccxt is imported when the first venue is asked, and by no other command.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import Any

from xlhedge.errors import InputError, MachineError, NotTold, Stopped, VenueError
from xlhedge.market.contracts import VENUES, venue_name
from xlhedge.market.faults import retry_after, status_of, told, worth_another_try

__all__ = ["BACKOFF", "CLOCK", "LONGEST_WAIT", "TRIES", "Client", "exchange_of"]

TRIES = 4
"""How often a question is asked before it is given up."""
BACKOFF = 1.0
"""Seconds before the second try where the venue says none; twice as many before each later one."""
LONGEST_WAIT = 60.0
"""Seconds that a venue may ask to be left alone; where it asks for more, it is given up."""
CLOCK = 30.0
"""Seconds by which this machine's clock may differ from a venue's without a word."""

_MISSING = 'asking venues takes two more packages; type: pip install "xlhedge[market]"'


def exchange_of(venue: str, settings: Mapping[str, Any]) -> Any:
    """The client that ccxt has for a venue.

    Args:
        venue: its name, such as "binance".
        settings: ccxt's settings, such as keys.

    Raises:
        MachineError: ccxt is not installed.
        InputError: it knows no such venue.
    """
    try:
        import ccxt
    except ModuleNotFoundError:
        raise MachineError(_MISSING) from None
    if venue not in ccxt.exchanges:
        known = ", ".join(VENUES)
        raise InputError(f'"{venue}" is no venue that can be asked; type one of {known}')
    return getattr(ccxt, venue)(dict(settings))


class Client:
    """A venue that can be asked.

    Args:
        venue: its name, such as "binance".
        warn: takes a line at once about what holds it up.
        answered: is called with each answer.
        stopped: set when nobody waits for answers any more.
        settings: ccxt's settings: options, and keys.

    Attributes:
        name: how the column `exchange` spells it.
        exchange: ccxt's client, whose methods `ask` calls.
        calls: how many requests were answered.
        behind: seconds by which this machine's clock is behind the venue's.
    """

    def __init__(
        self,
        venue: str,
        warn: Callable[[str], None],
        answered: Callable[[], None],
        stopped: Event,
        settings: Mapping[str, Any],
    ) -> None:
        self.name = venue_name(venue)
        self.exchange = exchange_of(venue, settings)
        # Its list of coins is behind a key; a key in hand, ccxt would sign a question for it.
        self.exchange.has["fetchCurrencies"] = False
        # A key goes to the venue and to nobody whom it sends us to.
        self.exchange.session.max_redirects = 0
        self._once = self.exchange.fetch
        self.exchange.fetch = self._patiently
        self._warn, self._answered, self._stopped = warn, answered, stopped
        self._gone = ""
        self.calls = 0
        self.behind = 0.0

    @property
    def now(self) -> datetime:
        """The time at the venue, naive and in UTC, to the second."""
        moment = datetime.fromtimestamp(time.time() + self.behind, UTC)
        return moment.replace(tzinfo=None, microsecond=0)

    def ask(self, method: str, *arguments: Any, **named: Any) -> Any:
        """What one of ccxt's methods returns.

        Raises:
            VenueError: the venue did not answer, or not as it should have.
        """
        if self._gone:
            raise VenueError(self._gone)
        try:
            return getattr(self.exchange, method)(*arguments, **named)
        except Exception as error:
            line = told(self.name, error)
            if type(error).__name__ == "NotSupported":
                raise NotTold(line) from error
            if worth_another_try(error):  # and no try helped: no other question is asked
                self._gone = line
            raise VenueError(line) from error

    def _patiently(self, url: str, method: str = "GET", *more: Any, **named: Any) -> Any:
        """In the place of ccxt's own fetch: once more where that may help, JSON or an error."""
        for attempt in range(1, TRIES + 1):
            if self._stopped.is_set():
                raise Stopped
            try:
                answer = self._once(url, method, *more, **named)
            except Exception as error:
                wait = retry_after(error, time.time())
                wait = BACKOFF * 2 ** (attempt - 1) if wait is None else wait
                again = method == "GET" and attempt < TRIES and worth_another_try(error)
                if not again or wait > LONGEST_WAIT:
                    raise
                self._pause(error, wait)
                continue
            if not isinstance(answer, dict | list):
                why = "answers with a page and not with data; try again later, or look whether it "
                raise VenueError(f"{self.name}: {why}may be reached from where you are")
            self._note_answer()
            return answer
        raise AssertionError

    def _pause(self, error: Exception, wait: float) -> None:
        status = status_of(error)
        why = f"HTTP {status}" if status else "no connection"
        self._warn(f"{self.name}: {why}; asks again in {wait:.3g} s")
        self._stopped.wait(wait)

    def _note_answer(self) -> None:
        self.calls += 1
        date = (self.exchange.last_response_headers or {}).get("Date", "")
        try:
            behind = parsedate_to_datetime(date).timestamp() - time.time()
        except (TypeError, ValueError):
            behind = 0.0
        # The header is in whole seconds, and a while on its way.
        self.behind = behind if abs(behind) > CLOCK else 0.0
        self._answered()
