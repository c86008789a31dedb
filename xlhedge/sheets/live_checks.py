"""What is missing or looks mistyped in the template's inputs: a live formula for each question.

The formulas look at fixed ranges with comparisons only: a name that begins with > is no criterion
of COUNTIF, and MATCH over an array is not computed everywhere. The stored counts are Python's own,
taken from the portfolio.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.doubts import exceeds, over_hedged, unsized, without_size
from xlhedge.analysis.figures import BLANK, Figure
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import OrderRow, UnderlyingRow
from xlhedge.functions.algebra import Carrier, Expression, where
from xlhedge.portfolio import TABLES, Portfolio, Table
from xlhedge.portfolio.bands import BANDS, Band, BandCells
from xlhedge.sheets.account_checks import account_questions
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import Tables
from xlhedge.sheets.table import FigureTable

__all__ = ["Check", "checks"]


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the inputs.

    Args:
        title: what is counted.
        count: how often it is so; 0 is well.
        formula: the same as a formula, which may compute with whole ranges.
        remedy: what to do about it.
    """

    title: str
    count: int
    formula: str
    remedy: str


def checks(inputs: Inputs, tables: Tables, analysis: Analysis) -> list[Check]:
    """Every check, in the order in which people mend things.

    Args:
        inputs: where the inputs stand.
        tables: the computed tables, which know whose liquidation is unknown.
        analysis: what the inputs are.
    """
    portfolio = analysis.portfolio
    return [
        *_missing(inputs, portfolio),
        *_names(inputs, portfolio),
        *(Check(title, 0, *rest) for title, *rest in account_questions(inputs, tables)),
        *_shorts(tables[MarginRow], analysis),
        *_dates(inputs, portfolio),
        *_bands(inputs, tables, portfolio),
        *_too_short(inputs, tables, analysis),
        Check(
            "Rows typed too far down to count",
            0,
            "+".join(f"COUNTA({inputs.below(name, key)})" for name, key in _KEYS.items()),
            "Only the yellow cells count: make a new template with xlhedge template --from.",
        ),
    ]


_KEYS = {
    table.name: next(column.name for column in table.columns if column.required)
    for table in TABLES.values()
    if not table.upright
}
"""The first column of each table that must be filled."""


def _missing(inputs: Inputs, portfolio: Portfolio) -> Iterator[Check]:
    assets = inputs.column("Holdings", "asset")
    yield Check(
        "No holdings yet",
        int(not portfolio.holdings),
        f"IF(COUNTA({assets})=0,1,0)",
        "Type what you hold in Portfolio, table Holdings.",
    )
    index = _cells(inputs, "Instruments", "instrument", "index_price", "underlying")
    held = {holding.asset.lower() for holding in portfolio.holdings}
    unpriced = sum(
        row.index_price is None and row.underlying.lower() not in held
        for row in portfolio.instruments
    )
    no_index = f'({index[0]}<>"")*({index[1]}="")*(1-{_among(index[2], assets)})'
    yield Check(
        "Missing prices",
        _count_blank(portfolio, price=True) + unpriced,
        f"{_blank_text(inputs, price=True)}+SUM({no_index})",
        "Fill spot_price, futures_price, entry_price or close; an instrument whose underlying is "
        "not held needs its index_price, too.",
    )
    settings = [column for column in TABLES["Settings"].columns if column.required]
    unset = [f'({inputs.setting(column.name)}="")' for column in settings]
    yield Check(
        "Other cells that must be filled",
        _count_blank(portfolio, price=False)
        + sum(not getattr(portfolio.settings, column.name) for column in settings),
        "+".join([_blank_text(inputs, price=False), *unset]),
        "Fill as_of and horizon_date in Settings, and in each row the cells that are not optional.",
    )
    kind, expiry, rate, size = _cells(
        inputs, "Instruments", "contract_type", "expiry", "funding_rate", "contract_size"
    )
    name = inputs.column("Instruments", "instrument")
    yield Check(
        "Terms that a contract needs",
        sum(row.expiry is None and row.funding_rate is None for row in portfolio.instruments)
        + sum(
            row.contract_type == "inverse" and "contract_size" not in row.given
            for row in portfolio.instruments
        ),
        f'SUM(({name}<>"")*(({expiry}="")*({rate}="")+({kind}="inverse")*({size}="")))',
        "A perpetual needs its funding_rate (0 if it pays none), an inverse contract its "
        "contract_size.",
    )


def _names(inputs: Inputs, portfolio: Portfolio) -> Iterator[Check]:
    instruments = inputs.column("Instruments", "instrument")
    known = {row.instrument.lower() for row in portfolio.instruments}
    named = [inputs.column(table, "instrument") for table in ("Holdings", "Shorts", "Tiers")]
    rows: list[Any] = [*portfolio.holdings, *portfolio.shorts, *portfolio.tiers]
    yield Check(
        "Unknown instruments",
        sum(row.instrument is not None and row.instrument.lower() not in known for row in rows),
        "+".join(f'SUM(({cells}<>"")*(1-{_among(cells, instruments)}))' for cells in named),
        "A holding, short or tier names an instrument that is not in Instruments: correct the "
        "name, or add the instrument.",
    )
    movers = {"*", *(row.asset.lower() for row in portfolio.holdings)}
    movers |= {row.underlying.lower() for row in portfolio.instruments}
    moved, assets = inputs.column("Scenarios", "asset"), inputs.column("Holdings", "asset")
    underlyings = inputs.column("Instruments", "underlying")
    yield Check(
        "Unknown assets in Scenarios",
        sum(row.asset.lower() not in movers for row in portfolio.scenarios),
        f'SUM(({moved}<>"")*({moved}<>"*")*(1-{_among(moved, assets)})'
        f"*(1-{_among(moved, underlyings)}))",
        "Name an asset that is held, an underlying, or * for every underlying.",
    )
    scenario = inputs.column("Scenarios", "scenario")
    pair = f'({scenario}&"|"&{moved})'
    held = f'({assets}&"|"&{inputs.column("Holdings", "place")})'
    yield Check(
        "Names that are there twice",
        _twice(f"{row.asset}|{row.place or ''}" for row in portfolio.holdings)
        + _twice(row.instrument for row in portfolio.instruments)
        + _twice(f"{row.scenario}|{row.asset}" for row in portfolio.scenarios),
        f"{_twice_text(held, assets)}+{_twice_text(instruments)}+{_twice_text(pair, scenario)}",
        "Name each asset (of each place), each instrument, and each asset of a scenario once.",
    )


def _shorts(margin: FigureTable, analysis: Analysis) -> Iterator[Check]:
    name, posted, price, mode = (
        margin.column(each)
        for each in (
            MarginRow.instrument,
            MarginRow.margin,
            MarginRow.liquidation_price,
            MarginRow.margin_mode,
        )
    )
    shared = f'({mode}="cross")'
    yield Check(
        "Shorts without margin",
        sum(row.margin == BLANK and not row.is_cross for row in analysis.margin),
        f'SUM(({name}<>"")*({posted}="")*(1-{shared}))',
        "Their liquidation is unknown, and counts as none: fill margin in Shorts.",
    )
    yield Check(
        "Shorts without mm_rate",
        sum(
            (row.margin != BLANK or row.is_cross) and row.liquidation_price == BLANK
            for row in analysis.margin
        ),
        # One whose instrument is unknown has an error there.
        f'SUM(({name}<>"")*(({posted}<>"")+{shared}>0)*IFERROR(--({price}=""),1))',
        "Their liquidation is unknown, and counts as none: fill mm_rate in Instruments.",
    )


def _dates(inputs: Inputs, portfolio: Portfolio) -> Iterator[Check]:
    settings = portfolio.settings
    as_of, horizon = inputs.setting("as_of"), inputs.setting("horizon_date")
    yield Check(
        "The horizon has passed",
        int(settings.horizon_date < settings.as_of),
        f'({horizon}<>"")*({horizon}<{as_of})',
        "Set horizon_date after as_of, or unwind: what the hedge was for is over.",
    )
    expiry = inputs.column("Instruments", "expiry")
    yield Check(
        "Futures that have expired",
        sum(
            row.expiry is not None and row.expiry <= settings.as_of for row in portfolio.instruments
        ),
        f'SUM(({expiry}<>"")*({expiry}<={as_of}))',
        "Remove them from Instruments, or correct expiry.",
    )
    name = inputs.column("Instruments", "instrument")
    tables: tuple[Sequence[Any], ...] = (portfolio.shorts, portfolio.holdings)
    hedging = {row.instrument for rows in tables for row in rows}
    used = "+".join(_among(name, inputs.column(each, "instrument")) for each in _HEDGED)
    yield Check(
        "Hedges that expire before the horizon",
        sum(
            row.expiry is not None
            and settings.as_of < row.expiry < settings.horizon_date
            and row.instrument in hedging
            for row in portfolio.instruments
        ),
        f'SUM(({expiry}<>"")*({expiry}>{as_of})*({expiry}<{horizon})*(({used})>0))',
        "Roll them into a later contract in time (see Carry): they hedge nothing after that.",
    )


_HEDGED = ("Shorts", "Holdings")
"""The tables whose rows name instruments that hedge."""


class _Columns(BandCells):
    """The cells of all rows of a table at once, as a band looks at them."""

    def __init__(self, table: str, inputs: Inputs, tables: Tables) -> None:
        super().__init__(table)
        self._inputs, self._tables = inputs, tables

    def own(self, column: str) -> Expression:
        if self.table == "Settings":
            return self.setting(column)
        return Expression(self._inputs.column(self.table, column))

    def term(self, column: str) -> Carrier:
        found = self._found(self._instruments, f"({self._input(column)}+0)")
        return where(found == 0, "", found)

    def setting(self, name: str) -> Expression:
        return Expression(self._inputs.setting(name))

    def inverse(self) -> Expression:
        kinds = self._input("contract_type")
        return self._found(self._instruments, f'--({kinds}="inverse")') > 0

    def spot(self) -> Carrier:
        assets, prices = _cells(self._inputs, "Holdings", "asset", "spot_price")
        same = f"--({self._input('underlying')}=TRANSPOSE({assets}))"
        count = self._found(same, f"ROW({assets})^0")
        quote = Expression(self._input("quote"))
        other = (quote != "") & (quote != self.setting("quote_currency"))
        return where((count == 0) | other, "", self._found(same, f"({prices}+0)") / count)

    def underlying(self) -> Expression:
        return Expression(self._tables[HedgeRow].column(HedgeRow.underlying))

    def exposed(self) -> Expression:
        """Of each instrument first: a look-up in an array gives numbers, not names."""
        quantity, price, beta = (
            Expression(each)
            for each in _cells(self._inputs, "Holdings", "quantity", "spot_price", "beta")
        )
        worth = (quantity + 0) * price * where(beta == "", 1, beta)
        same = f"--({self._input('underlying')}=TRANSPOSE({self.underlying().text}))"
        return self._found(self._instruments, self._found(same, worth.text).text)

    @property
    def _instruments(self) -> str:
        return f"--({self.own('instrument').text}=TRANSPOSE({self._input('instrument')}))"

    def _input(self, column: str) -> str:
        return self._inputs.column("Instruments", column)

    @staticmethod
    def _found(same: str, numbers: str) -> Expression:
        """The sum of numbers over the rows that are the same."""
        return Expression(f"MMULT({same},{numbers})")


def _bands(inputs: Inputs, tables: Tables, portfolio: Portfolio) -> Iterator[Check]:
    """A check for each title: several columns may hold one quantity."""
    found = Counter(each.band.title for each in portfolio.beyond_bands)
    titles: dict[str, list[Band]] = {}
    for band in BANDS:
        titles.setdefault(band.title, []).append(band)
    for title, bands in titles.items():
        counts = (band.beyond(_Columns(band.table, inputs, tables)).text for band in bands)
        formula = "+".join(f"SUM({count})" for count in counts)
        columns = ", ".join(f"{band.table} {band.column}" for band in bands)
        yield Check(title, found[title], formula, f"{columns}: {bands[0].remedy}")


def _too_short(inputs: Inputs, tables: Tables, analysis: Analysis) -> Iterator[Check]:
    under, orders = tables[UnderlyingRow], tables[OrderRow]

    def column(figure: Figure) -> Expression:
        return Expression((under if under.has(figure) else orders).column(figure))

    row = UnderlyingRow
    many = exceeds(*map(column, (row.cover, row.exposure, row.target_notional)))
    names = column(row.underlying)
    yield Check(
        "Underlyings with more short than there is to hedge",
        len(list(over_hedged(analysis))),
        f"SUM({where(names != '', where(many, 1, 0), 0).text})",
        "Short above 1.5 times the exposure: contracts, contract_size or a quantity may be "
        "mistyped, or a holding is missing.",
    )
    name, size, kind = (
        Expression(each)
        for each in _cells(inputs, "Instruments", "instrument", "contract_size", "contract_type")
    )
    same = f"--({column(OrderRow.underlying).text}=TRANSPOSE({names.text}))"
    exposed = column(row.exposure)
    exposure = Expression(f"MMULT({same},{where(exposed == '', 0, exposed).text})")
    many = unsized(column(OrderRow.cover), exposure)
    asked = (name != "") & (where(size == "", 1, size) == 1) & (kind != "inverse")
    yield Check(
        "Large shorts of contract_size 1",
        len(without_size(analysis)),
        f"SUM({where(asked, where(many, 1, 0), 0).text})",
        "Blank or 1, contracts count as coins, and are 5 times what there is to hedge: type how "
        "many coins a contract is.",
    )


def _cells(inputs: Inputs, table: str, *columns: str) -> list[str]:
    return [inputs.column(table, name) for name in columns]


def _among(names: str, keys: str) -> str:
    """1 for each name that is one of the keys, else 0; array formulas only."""
    return f"(MMULT(--({names}=TRANSPOSE({keys})),ROW({keys})^0)>0)"


def _twice(names: Iterable[str]) -> int:
    """How many names are there more than once; case is nothing to a spreadsheet."""
    return sum(count for count in Counter(map(str.lower, names)).values() if count > 1)


def _twice_text(names: str, filled: str = "") -> str:
    same = f"MMULT(--({names}=TRANSPOSE({names})),ROW({filled or names})^0)"
    return f'SUM(({filled or names}<>"")*({same}>1))'


def _required(table: Table, *, price: bool) -> list[str]:
    """The columns of a table that must be filled: its prices, or all others."""
    required = [column for column in table.columns if column.required]
    return [c.name for c in required if (c.look == "price") is price]


def _count_blank(portfolio: Portfolio, *, price: bool) -> int:
    return sum(
        getattr(row, name) is None
        for table in _KEYS
        for row in portfolio.rows[table]
        for name in _required(TABLES[table], price=price)
    )


def _blank_text(inputs: Inputs, *, price: bool) -> str:
    """Blank cells that must be filled, in rows where something is."""
    return "+".join(_of_table(inputs, TABLES[name], price=price) for name in _KEYS
                    if _required(TABLES[name], price=price))  # fmt: skip


def _of_table(inputs: Inputs, table: Table, *, price: bool) -> str:
    def joined(names: list[str], sign: str) -> str:
        return "+".join(f'({cells}{sign}"")' for cells in _cells(inputs, table.name, *names))

    every = _required(table, price=True) + _required(table, price=False)
    if len(every) == 1:  # it is told by the others
        every = list(table.headers)
    wanted = _required(table, price=price)
    # One comparison alone is no number: to Excel and IronCalc FALSE is more than 0.
    return f"SUM((0+{joined(every, '<>')}>0)*({joined(wanted, '=')}))"
