"""The files that venues let people download: their headings, and what stands under each.

One `FileForm` a kind of file, and no code for any of them: `docs/venues.md` says where each one's
headings were read. Headings are compared in small letters, without a time zone in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["FORMS", "HEADINGS", "Deed", "FileForm", "form_of", "heading_and_zone", "known"]

Deed = Literal["trade", "funding", "other"]
"""What a line of a file tells: a trade, a settlement of funding, or what is of no matter here."""

Meaning = Literal[
    "",  # nothing that is read: it tells the form from others
    "time",
    "symbol",  # the contract, as the venue writes it
    "deed",
    "side",  # bought or sold, and which leg that opens or closes
    "leg",  # long or short, of accounts that hold both of one contract
    "effect",  # whether it opened or closed a position; blank of spot trades
    "quantity",  # base coins; contracts of an inverse one
    "contracts",
    "price",
    "fee",  # with its currency behind it or not
    "fee_asset",
    "realised",  # profit of the part closed, as the venue reckons it
    "position",  # what is held after it, in the unit of the quantity
    "funding",
    "change",  # of the balance: what was realised and received less the fee
    "asset",  # the currency of the amounts
    "balance",  # of that currency after it
    "leverage",
]
"""What stands under a heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    """One kind of file.

    Args:
        venue: whose it is, as the column `exchange` spells it.
        what: what people call it.
        columns: what stands under each heading that it must have to be told from others.
        more: the same of headings that some of these files lack.
        deeds: what a word under the heading of the deed means; words that are not here are told.
        deed: what every line is, where no heading tells.
        fee_sign: 1 where a fee above 0 was paid, -1 where one below 0 was.
        funding_sign: 1 where funding above 0 was received, -1 where it was paid.
        swapped: whether "sell short" closes one and "buy short" opens it.
        short_years: whether dates may begin with two digits of the year.
        holds: whether its balances are coins held, not the collateral of an account.
        nothing: why nothing is taken from it, and what to take instead.
    """

    venue: str
    what: str
    columns: Mapping[str, Meaning]
    more: Mapping[str, Meaning] = field(default_factory=dict)
    deeds: Mapping[str, Deed] = field(default_factory=dict)
    deed: Deed = "other"
    fee_sign: int = 1
    funding_sign: int = 1
    swapped: bool = False
    short_years: bool = False
    holds: bool = False
    nothing: str = ""

    def meanings(self, headings: Sequence[str]) -> dict[str, int]:
        """The numbers of the columns that are read, by what stands in them."""
        known = {**self.more, **self.columns}
        return {known[each]: at for at, each in enumerate(headings) if known.get(each)}


def _told_by(*headings: str) -> dict[str, Meaning]:
    return dict.fromkeys(headings, "")


_CLOSED = "it tells positions that are closed; open ones come from the {}"
_BYBIT_DEEDS: Mapping[str, Deed] = {
    "trade": "trade",
    "liquidation": "trade",
    "adl": "trade",
    "delivery": "trade",
    "settlement": "funding",
    "funding": "funding",
    "transfer_in": "other",
    "transfer_out": "other",
    "transferin": "other",
    "transferout": "other",
    "interest": "other",
    "currency_buy": "other",
    "currency_sell": "other",
}
_BYBIT_LOG: Mapping[str, Meaning] = {
    "time": "time",
    "currency": "asset",
    "contract": "symbol",
    "type": "deed",
    "direction": "side",
    "quantity": "quantity",
    "position": "position",
    "filled price": "price",
    "funding": "funding",
    "fee paid": "fee",
    "cash flow": "realised",
    "change": "change",
    "wallet balance": "balance",
}
_INCOME: Mapping[str, Deed] = {
    "funding_fee": "funding",
    "realized_pnl": "other",
    "commission": "other",
    "transfer": "other",
    "deposit": "other",
    "withdraw": "other",
    "insurance_clear": "other",
    "referral_kickback": "other",
    "commission_rebate": "other",
    "coin_swap_deposit": "other",
    "coin_swap_withdraw": "other",
    "auto_exchange": "other",
}
_MEXC_TRADE: Mapping[str, Meaning] = {
    "futures trading pair": "symbol",
    "direction": "side",
    "filled qty (cont.)": "contracts",
    "filled qty (crypto)": "quantity",
    "trading fee": "fee",
    "fee-payment crypto": "fee_asset",
    "closing pnl": "realised",
}

FORMS = (
    FileForm(
        venue="Binance",
        what="futures trade history",
        columns={
            "time": "time",
            "symbol": "symbol",
            "side": "side",
            "price": "price",
            "quantity": "quantity",
            "fee": "fee",
            "realized profit": "realised",
            "buyer": "",
            "maker": "",
        },
        more={"position side": "leg"},
        deed="trade",
        short_years=True,
    ),
    FileForm(
        venue="Binance",
        what="futures trade history",
        columns={
            "date": "time",
            "symbol": "symbol",
            "side": "side",
            "price": "price",
            "quantity": "quantity",
            "fee": "fee",
            "realized profit": "realised",
        },
        more={"fee coin": "fee_asset", "position side": "leg"},
        deed="trade",
    ),
    FileForm(
        venue="Binance",
        what="futures transaction history",
        columns={
            "time": "time",
            "type": "deed",
            "amount": "funding",
            "asset": "asset",
            "symbol": "symbol",
            "transaction id": "",
        },
        deeds=_INCOME,
        short_years=True,
    ),
    FileForm(
        venue="Binance",
        what="futures transaction history",
        columns={
            "date": "time",
            "type": "deed",
            "amount": "funding",
            "asset": "asset",
            "symbol": "symbol",
            "transaction id": "",
        },
        deeds=_INCOME,
    ),
    FileForm(
        venue="Binance",
        what="futures position history",
        columns=_told_by(
            "symbol", "margin mode", "position side", "entry price", "max open interest"
        ),
        nothing=_CLOSED.format("futures trade history"),
    ),
    FileForm(
        venue="Binance",
        what="statement of all accounts",
        columns=_told_by("account", "operation", "coin", "change", "remark"),
        nothing="it does not tell contracts; take the futures trade history and the futures "
        "transaction history",
    ),
    FileForm(
        venue="Bybit",
        what="unified account's transaction log",
        columns={**_BYBIT_LOG, "action": "effect"},
        deeds=_BYBIT_DEEDS,
        fee_sign=-1,
    ),
    FileForm(
        venue="Bybit",
        what="derivatives account's transaction log",
        columns={**_BYBIT_LOG, "fee rate": ""},
        deeds=_BYBIT_DEEDS,
        funding_sign=-1,
    ),
    FileForm(
        venue="Bybit",
        what="funding account's log",
        columns={
            "date & time": "time",
            "coin": "asset",
            "qty": "",
            "account balance": "balance",
            "description": "",
        },
        holds=True,
    ),
    FileForm(
        venue="Bybit",
        what="closed P&L",
        columns=_told_by("contracts", "closing direction", "qty", "closed p&l"),
        nothing=_CLOSED.format("transaction log"),
    ),
    FileForm(
        venue="Bybit",
        what="closed P&L",
        columns=_told_by("market", "order quantity", "opening fee", "realized p&l"),
        nothing=_CLOSED.format("transaction log"),
    ),
    FileForm(
        venue="BingX",
        what="perpetual futures order history",
        columns={
            "time": "time",
            "pair": "symbol",
            "type": "side",
            "leverage": "leverage",
            "dealprice": "price",
            "quantity": "quantity",
            "fee": "fee",
            "realized pnl": "realised",
        },
        more={"fee coin": "fee_asset"},
        deed="trade",
        fee_sign=-1,
    ),
    FileForm(
        venue="BingX",
        what="perpetual futures transaction history",
        columns={
            "time": "time",
            "type": "deed",
            "amount": "funding",
            "newavailableamount": "",
            "assets": "asset",
            "futures": "symbol",
        },
        deeds={
            "funding fee": "funding",
            "funding_fee": "funding",
            "realized pnl": "other",
            "realized_pnl": "other",
            "trading fee": "other",
            "trading_fee": "other",
            "transfer": "other",
        },
    ),
    FileForm(
        venue="MEXC",
        what="futures trade history",
        columns={"time": "time", **_MEXC_TRADE, "filled price": "price", "role": ""},
        deed="trade",
        swapped=True,
    ),
    FileForm(
        venue="MEXC",
        what="futures order history",
        columns={
            "time": "time",
            **_MEXC_TRADE,
            "average filled price": "price",
            "leverage": "leverage",
            "status": "",
        },
        deed="trade",
        swapped=True,
    ),
    FileForm(
        venue="MEXC",
        what="futures capital flow",
        columns={
            "time": "time",
            "futures trading pair": "symbol",
            "crypto": "asset",
            "fund type": "deed",
            "fund flow type": "",
            "amount": "funding",
        },
        deeds={
            "funding": "funding",
            "funding fee": "funding",
            "funding rate": "funding",
            "fee": "other",
            "trading fee": "other",
            "close position": "other",
            "close_position": "other",
            "transfer": "other",
            "deposit": "other",
            "withdrawal": "other",
        },
    ),
    FileForm(
        venue="MEXC",
        what="futures position history",
        columns=_told_by("futures", "avg entry price", "avg close price"),
        nothing=_CLOSED.format("futures trade history"),
    ),
)
"""Every kind of file that is known."""

HEADINGS = frozenset(heading for form in FORMS for heading in (*form.columns, *form.more))
"""Every heading that is known."""

_ZONE = re.compile(r"(?P<heading>.*?)\s*\((?P<zone>UTC[^)]*|[A-Za-z]+/[A-Za-z_/+-]+)\)\s*")


def heading_and_zone(text: str) -> tuple[str, str]:
    """A heading as it is compared, and the time zone that it tells.

    Example:
        >>> heading_and_zone("Time(UTC+08:00)"), heading_and_zone(" Filled Qty (Cont.)")
        (('time', 'UTC+08:00'), ('filled qty (cont.)', ''))
    """
    found = _ZONE.fullmatch(text)
    if found:
        return _folded(found["heading"]), found["zone"]
    return _folded(text), ""


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold().removeprefix("creation ")


def form_of(headings: Iterable[str], venue: str = "") -> FileForm | None:
    """The kind of file that has these headings; of several the one that knows most of them.

    Args:
        headings: the headings as they are compared.
        venue: whose it must be, if that is known.

    Example:
        >>> form_of(["futures", "avg entry price", "avg close price"]).what
        'futures position history'
        >>> form_of(["asset", "quantity"]) is None
        True
    """
    there = set(headings)
    fits = [
        form
        for form in FORMS
        if there.issuperset(form.columns) and venue.casefold() in ("", form.venue.casefold())
    ]
    return max(fits, key=lambda form: len(there & {*form.columns, *form.more}), default=None)


def known(venue: str = "") -> str:
    """What can be imported, in one line: of each venue its files."""
    files: dict[str, dict[str, None]] = {}
    for form in FORMS:
        if not form.nothing and venue.casefold() in ("", form.venue.casefold()):
            files.setdefault(form.venue, {})[form.what] = None
    return "; ".join(f"{name}: {', '.join(what)}" for name, what in files.items())
