"""One report over all portfolios of a run: their rates, and the book's place beside theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xlhedge.batch.output import Output
from xlhedge.batch.report_names import stem_of
from xlhedge.batch.store import RunStore
from xlhedge.errors import InputError
from xlhedge.files import REPORT
from xlhedge.portfolio.values import number_in
from xlhedge.readers.own import GROUP, refuse_foreign
from xlhedge.sheets.group import Consolidation, group_book

__all__ = ["consolidated", "rates_of"]


def rates_of(given: Iterable[str]) -> dict[str, float]:
    """Exchange rates as people type them.

    Raises:
        InputError: one is none.

    Example:
        >>> rates_of(["EUR=1.08"])
        {'EUR': 1.08}
    """
    rates = {}
    for text in given:
        name, _, typed = text.partition("=")
        found = number_in(typed.strip(), ".,")
        if not name.strip() or not found or not 0 < found.value < 1e100:  # finite
            raise InputError(f"--fx {text}: must be a currency and a rate above 0, as EUR=1.08")
        rates[name.strip()] = found.value
    return rates


def consolidated(
    name: str, rates: Mapping[str, float], store: RunStore, output: Output, *, force: bool = False
) -> Path:
    """Write the report on a group of all portfolios of a run that have a report.

    Args:
        name: what the group is called.
        rates: what a unit of other currencies is worth in the group's, which has none.
        store: the run's rows.
        output: the folder of the reports.
        force: whether a file is replaced that is not of xlhedge.

    Returns:
        The file.

    Raises:
        InputError: a rate is missing, or the file is somebody else's.
        OSError: it cannot be written.
    """
    members, failed = [], []
    for row in store.rows():
        if row["report"]:
            members.append(row)
        else:
            failed.append(str(row["input"]))
    currency = _currency(members, rates)
    stem = stem_of(Path(name.replace("/", "_") + REPORT), folder=False).removesuffix("-report")
    path = output.folder / store.name(stem, output.folder, REPORT)
    if not force:
        refuse_foreign(path, title=GROUP)
    ours = {row["quote_currency"] for row in members}
    known = {each: rates.get(each, 1.0) for each in sorted(ours)}
    book = group_book(Consolidation(name, currency, known, members, failed))
    output.put(path.name, book.to_bytes())
    return path


def _currency(members: Iterable[Mapping[str, Any]], rates: Mapping[str, float]) -> str:
    """The group's currency: the one that has no rate."""
    found: list[str] = sorted({row["quote_currency"] for row in members} - rates.keys())
    if len(found) != 1:
        known = f"only {' and '.join(rates)}" if rates else "none"
        why = (
            "no portfolio is in a currency without a rate"
            if not found
            else (
                f"portfolios are in {', '.join(found)}: give a rate for all but one, as --fx "
                f"{found[0]}=1.08 (given: {known})"
            )
        )
        raise InputError(f"--consolidate: {why}")
    return found[0]
