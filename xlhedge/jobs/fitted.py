"""Rows that files tell, fitted to a book: to its contracts, and to how it counts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlhedge.market.contracts import Contract, contract_of, meant
from xlhedge.market.found import Found, FoundRow
from xlhedge.portfolio import Instrument, Portfolio

__all__ = ["fitted"]

_IDENTITY = ("instrument", "exchange", "underlying", "quote", "contract_type", "expiry")


def fitted(found: Found, portfolio: Portfolio) -> Found:
    """What was found, as a book counts it.

    Files tell no prices, so that a contract which the book does not have is told and left out.
    Where the book's contract size is another one, contracts are counted in it; the size stays.

    Args:
        found: rows of positions, and of the contracts that they are in.
        portfolio: the book.
    """
    return _Fitting(found, portfolio).made()


class _Fitting:
    def __init__(self, found: Found, portfolio: Portfolio) -> None:
        self._found = found
        quote = portfolio.settings.quote_currency
        self._rows = {contract_of(row.values, quote): row for row in found.of("Instruments")}
        self._own: dict[Contract, Instrument] = {}
        for each in portfolio.instruments:
            own = contract_of({name: getattr(each, name) for name in each.given}, quote)
            if (contract := meant(own, self._rows)) is not None:
                self._own.setdefault(contract, each)

    def made(self) -> Found:
        """The rows that fit, and what does not."""
        parts: dict[str, float] = {}
        missing = list(self._found.missing)
        for contract, row in self._rows.items():
            if contract in self._own:
                size = row.values["contract_size"]
                parts[row.values["instrument"]] = size / self._own[contract].contract_size
            else:
                coin, venue = contract.underlying, contract.exchange
                missing.append(
                    f"{contract}: the book has no such contract; xlhedge market {coin} --venue "
                    f"{venue} --into adds it with its price, then import again"
                )
        rows = tuple(self._fitting(parts))
        return replace(self._found, rows=rows, missing=tuple(missing))

    def _fitting(self, parts: dict[str, float]) -> Iterator[FoundRow]:
        for row in self._found.rows:
            name = row.values.get("instrument")
            if name is None:
                yield row
            elif name in parts and row.table == "Instruments":
                values = {
                    column: row.values[column] for column in _IDENTITY if column in row.values
                }
                yield replace(row, values=values, assumed={})
            elif name in parts:
                contracts = row.values["contracts"] * parts[name]
                yield replace(row, values={**row.values, "contracts": float(f"{contracts:.15g}")})
