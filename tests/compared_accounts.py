"""What an analysis says of a book's positions, wallets, exposure and scenarios, beside the model.

Each difference is a `Difference`; figures that cancel are compared at the size of their parts.
"""

import math
from typing import NamedTuple

from plain_accounts import Book
from plain_exposure import underlyings
from plain_scenarios import LEGS, outcomes

from xlhedge.portfolio import TABLES, Portfolio

TOLERANCE = 1e-9
UNSETTLED = ("unknown: tiers", "")


class Difference(NamedTuple):
    """One figure that is not what the model says."""

    where: str
    figure: str
    shown: object
    wanted: object


class Comparison:
    """Collects what differs."""

    def __init__(self):
        self.found, self.seen = [], 0

    def expect(self, where, figure, shown, wanted, scale=0.0):
        """Numbers within the tolerance of their size or of their parts'; words and blanks equal."""
        self.seen += 1
        shown = None if isinstance(shown, str) and not shown else shown  # a blank cell
        if isinstance(wanted, float) and isinstance(shown, int | float):
            size = max(abs(wanted), scale, 1e-9)
            same = math.isfinite(shown) and abs(shown - wanted) <= TOLERANCE * size
        else:
            same = shown == wanted
        if not same:
            self.found.append(Difference(where, figure, shown, wanted))


def portfolio(tables):
    """A portfolio of drawn tables."""
    (settings,) = _rows(tables, "Settings")
    others = {name.lower(): _rows(tables, name) for name in TABLES if name != "Settings"}
    return Portfolio(settings=settings, **others)


def _rows(tables, name):
    rows = tables.get(name, [])
    return [TABLES[name].model(**row) for row in ([rows] if isinstance(rows, dict) else rows)]


def differences(tables, analysis):
    """All that differs, and how many figures were compared."""
    book, found = Book(tables), Comparison()
    _positions(found, book, analysis)
    _wallets(found, book, analysis)
    _venues(found, book, analysis)
    _exposure(found, book, analysis)
    _scenarios(found, book, analysis)
    return found.found, found.seen


def _positions(found, book, analysis):
    rows = {row.source_row: row for row in analysis.margin}
    found.expect("positions", "rows", sorted(rows), sorted(p.first for p in book.positions))
    for position in book.positions:
        row = rows.get(position.first)
        if row is None:
            continue
        where = f"{position.contract.name} in {position.account}"
        for name, (wanted, scale) in _always(position).items():
            found.expect(where, name, getattr(row, name), wanted, scale)
        if book.cross(position.account):
            _cross(found, where, book, position, row)
        else:
            _isolated(found, where, position, row)


def _always(position):
    """Figures of any position: what is wanted, and the size of its parts."""
    contract, made = position.contract, position.unrealised * position.contract.money
    gross = (position.worth + abs(position.contracts * contract.size)) * contract.money
    if contract.inverse:
        gross = 2 * position.worth * contract.money
    return {
        "contracts": (position.contracts, 0),
        "entry_price": (position.entry, 0),
        "position_value": (contract.value(position.contracts, contract.mark), 0),
        "short_notional": (contract.exposure(position.contracts), 0),
        "cover": (contract.cover(position.contracts), 0),
        "unrealised_pnl": (made, 2 * gross),
        "pnl_to_date": (made + position.booked * contract.money, 2 * gross),
    }


def _isolated(found, where, position, row):
    contract = position.contract
    if position.margin is None:
        found.expect(where, "margin", row.margin, None)
        return
    found.expect(where, "margin", row.margin, position.margin)
    found.expect(where, "equity", row.equity, position.equity, position.margin * contract.money)
    if not position.known:
        found.expect(where, "liquidation_price", row.liquidation_price, None)
        return
    equity = position.margin + position.unrealised
    ratio, reach = position.needed(0.0) / equity, position.reach
    found.expect(where, "margin_ratio", row.margin_ratio, ratio, ratio * position.worth / equity)
    ours = "none" if reach is None else contract.mark * (1 + reach)
    found.expect(where, "modelled_price", _shown(row.modelled_price), ours)
    if position.typed is not None:
        found.expect(where, "liquidation_price", row.liquidation_price, position.typed)
        reach = position.typed / contract.mark - 1
        if ours != "none":
            found.expect(where, "price_difference", row.price_difference, position.typed / ours - 1,
                         1.0)  # fmt: skip
    found.expect(where, "liquidation_buffer", _shown(row.liquidation_buffer),
                 "none" if reach is None else reach, 1.0)  # fmt: skip
    found.expect(where, "common_buffer", _shown(row.common_buffer),
                 "none" if reach is None else reach, 1.0)  # fmt: skip
    for rise in (10, 20, 30, 50):
        missing = max(0.0, -position.excess(position.against * rise / 100))
        found.expect(where, f"add_{rise}", getattr(row, f"add_{rise}"), missing, position.worth)


def _cross(found, where, book, position, row):
    """A position of a wallet: how far its underlying alone may go, and the whole account."""
    wallet, name = book.wallet_of(position), position.contract.underlying
    _reach(found, where, "liquidation_buffer", row.liquidation_buffer, wallet, name)
    _reach(found, where, "common_buffer", row.common_buffer, wallet)
    alone = wallet.nearest(name)
    if alone is not None and not isinstance(row.modelled_price, str):
        price = position.contract.mark * (1 + alone)
        found.expect(where, "modelled_price", row.modelled_price, price)
    found.expect(where, "equity", row.equity, wallet.part(position), wallet.size * wallet.money)


def _wallets(found, book, analysis):
    rows = [row for row in analysis.accounts if row.leads and row.count]
    found.expect("wallets", "rows", len(rows), len(book.wallets))
    for wallet in book.wallets:
        number = book.accounts.index(wallet.rows[0])
        row = analysis.accounts[number]
        where = f"{wallet.account}, {wallet.coin or 'money'}"
        size, needed = wallet.size, wallet.needed() if wallet.known else None
        equity = wallet.equity()
        found.expect(where, "balance", row.balance, wallet.balance)
        found.expect(where, "unrealised", row.unrealised, equity - wallet.balance, size)
        found.expect(where, "equity", row.equity, equity, size)
        found.expect(where, "maintenance", row.maintenance, needed, size)
        if not wallet.known:
            continue
        ratio = needed / equity
        found.expect(where, "margin_ratio", row.margin_ratio, ratio, ratio * size / equity)
        _reach(found, where, "common", row.common, wallet)
        names = {position.contract.underlying for position in wallet.positions}
        nearest = min(names, key=lambda name: abs(wallet.nearest(name) or math.inf))
        _reach(found, where, "nearest_move", row.nearest_move, wallet, nearest)
        for rise in (10, 20, 30, 50):
            missing = wallet.add(rise / 100)
            found.expect(where, f"add_{rise}", getattr(row, f"add_{rise}"), missing, size)


def _venues(found, book, analysis):
    """The equity at each venue, once."""
    shown = {row.exchange: row.exchange_equity for row in reversed(analysis.accounts)}
    for venue, equity in shown.items():
        wanted = book.equity_at(venue)
        size = abs(wanted) + sum(wallet.size * wallet.money for wallet in book.wallets)
        found.expect(venue, "equity", equity, wanted, size)


def _reach(found, where, figure, shown, wallet, only=None):
    """The move of all, or of one underlying alone, that liquidates a wallet.

    Where it dies of a tier that begins, the analysis may say that it does not know; falls that
    leave less than a hundredth are not compared.
    """
    wanted, (_, floors) = wallet.nearest(only), wallet.moved(only)
    if wanted is not None and wanted < -0.99:
        return
    wanted = "none" if wanted is None else wanted
    if shown in UNSETTLED and wanted in floors:
        return
    shown = "unsettled" if shown in UNSETTLED else _shown(shown)
    found.expect(where, figure, shown, wanted, 1.0)


def _shown(value):
    """A figure's number; in words where there is none."""
    return "none" if isinstance(value, str) else value


def _exposure(found, book, analysis):
    wanted = underlyings(book)
    rows = {row.underlying: row for row in analysis.underlyings}
    found.expect("underlyings", "rows", sorted(rows), sorted(wanted))
    for name in rows.keys() & wanted.keys():
        for figure in ("exposure", "coin_margin", "short_notional", "cover", "net_delta", "gap"):
            shown = getattr(rows[name], figure)
            found.expect(name, figure, shown, wanted[name][figure], wanted[name]["scale"])


def _scenarios(found, book, analysis):
    wanted = outcomes(book)
    found.expect("scenarios", "rows", [s.name for s in analysis.scenarios], list(wanted))
    for stress in analysis.scenarios:
        outcome = wanted[stress.name]
        lines = outcome.lines
        found.expect(stress.name, "lines", len(stress.lines), len(lines))
        size = sum(abs(getattr(line, leg)) for line in lines for leg in LEGS)
        for shown, line in zip(stress.lines, lines, strict=False):
            where = f"{stress.name}, {shown.line}"
            for leg in (*LEGS, "net"):
                found.expect(where, leg, getattr(shown, leg), getattr(line, leg), size)
            found.expect(where, "liquidation", shown.liquidation, line.said)
        for leg in (*LEGS, "net"):
            found.expect(stress.name, leg, getattr(stress.legs, leg), outcome.total(leg), size)
