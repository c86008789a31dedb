"""What looks mistyped and an order is computed from, in plain arithmetic over a book's tables.

Written from the bands, without the product's code: by underlying, how many cells; None where a
number is so near its band's end that either side is right.
"""

import math

_EDGE = 1e-9
_TOTALS = {"total", "totals", "grand total", "subtotal", "sum", "summe", "gesamt", "insgesamt",
           "gesamtsumme", "somme", "suma", "totale", "totaal", "итого", "合计", "合計"}  # fmt: skip


class _Count:
    """Counts what is beyond an end, and notes where one is too near to say."""

    def __init__(self):
        self.beyond, self.near = 0, False

    def above(self, number, end):
        self.near |= math.isclose(number, end, rel_tol=_EDGE, abs_tol=1e-300)
        return number > end

    def add(self, *truths):
        self.beyond += any(truths)


def of_underlying(book, name, covered, exposure, target):
    """How many cells are to be checked before orders on it.

    Args:
        book: the tables, with their defaults.
        name: the underlying.
        covered: what is short on it, as it counts in the hedge.
        exposure: what there is to hedge.
        target: what of it is to be hedged.
    """
    count = _Count()
    for holding in book.holdings:
        if book.follows(holding) == name:
            _holding(count, holding)
    for terms in book.instruments.values():
        if terms["underlying"] == name:
            count.add(count.above(book.settings["hedge_ratio"], 2))
            parity = book.settings.get("stablecoin_parity", 1.0)
            count.add(count.above(parity, 1.1), count.above(0.9, parity))
            _prices(count, book, terms)
    for lot in book.lots_on(name):
        _lot(count, lot)
    if covered * exposure > 0:
        count.add(count.above(abs(covered), 1.5 * max(abs(exposure), abs(target))))
    return None if count.near else count.beyond


def _holding(count, holding):
    count.add(holding["quantity"] < 0)
    count.add(count.above(holding["hedge_ratio"] or 0, 2))
    count.add(count.above(abs(holding["beta"]), 5))
    count.add(holding["asset"].lower().removesuffix(":") in _TOTALS)


def _prices(count, book, terms):
    """A spot price is in the portfolio's quote, and is compared with prices in that."""
    spots = [row["spot_price"] for row in book.holdings if row["asset"] == terms["underlying"]]
    alike = terms["quote"] in (None, book.settings["quote_currency"])
    if spots and alike:
        count.add(count.above(abs(terms["index_price"] / spots[0] - 1), 0.05))
    if alike or terms["typed_index"] is not None:
        count.add(count.above(abs(terms["futures_price"] / terms["index_price"] - 1), 0.25))


def _lot(count, lot):
    row, mark, entry = lot.row, lot.mark.value, lot.entry.value
    count.add(count.above(max(mark / entry, entry / mark), 5))
    if row["margin"] is None:
        return
    if lot.inverse and row["contracts"]:
        count.add(count.above(row["margin"], 5 * abs(lot.worth(lot.mark).value)))
    if row["leverage"] is not None:
        carried, value = row["margin"] * row["leverage"], abs(lot.worth(lot.entry).value)
        count.add(count.above(carried, 2 * value), count.above(value, 2 * carried))
