"""What is missing or looks mistyped in the template's inputs: a live formula for each question.

The formulas look at fixed ranges with comparisons only: a name that begins with > is no criterion
of COUNTIF, and MATCH over an array is not computed everywhere. The stored counts are Python's own,
taken from the portfolio.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from xlhedge.analysis import Analysis
from xlhedge.analysis.doubts import exceeds, over_hedged, unsized, without_size
from xlhedge.analysis.figures import BLANK, Figure
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import OrderRow, UnderlyingRow
from xlhedge.functions.algebra import Expression, where
from xlhedge.portfolio import TABLES, Portfolio, Table
from xlhedge.sheets.account_checks import account_questions
from xlhedge.sheets.band_checks import band_questions
from xlhedge.sheets.input_cells import FIRST_ROW, Inputs
from xlhedge.sheets.live_cells import Tables
from xlhedge.sheets.wrong_cells import Check, WrongCells

__all__ = ["checks", "needed_first"]


def checks(inputs: Inputs, tables: Tables, analysis: Analysis) -> list[Check]:
    """Every check, in the order in which people mend things.

    Args:
        inputs: where the inputs stand.
        tables: the computed tables, which know whose liquidation is unknown.
        analysis: what the inputs are.
    """
    portfolio = analysis.portfolio
    return [
        *needed_first(inputs, portfolio),
        *account_questions(inputs, tables),
        *_shorts(inputs, tables, analysis),
        *_dates(inputs, portfolio),
        *band_questions(inputs, tables, portfolio),
        *_too_short(inputs, tables, analysis),
        Check(
            "Rows typed too far down to count",
            "Only the yellow cells count: make a new template with xlhedge template --from.",
            [
                WrongCells(
                    inputs.cell(name, key, FIRST_ROW + inputs.capacity(name)),
                    f"COUNTA({inputs.below(name, key)})",
                )
                for name, key in _KEYS.items()
            ],
        ),
    ]


def needed_first(inputs: Inputs, portfolio: Portfolio) -> list[Check]:
    """The first of them: until these are mended, no order is more than a guess."""
    return [*_missing(inputs, portfolio), *_names(inputs, portfolio)]


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
        "Type what you hold in Portfolio, table Holdings.",
        [WrongCells(assets, f"IF(COUNTA({assets})=0,1,0)", [] if portfolio.holdings else [0])],
    )
    name, index, underlying = _cells(
        inputs, "Instruments", "instrument", "index_price", "underlying"
    )
    held = {holding.asset.lower() for holding in portfolio.holdings}
    unpriced = _rows(
        row.index_price is None and row.underlying.lower() not in held
        for row in portfolio.instruments
    )
    no_index = f'({name}<>"")*({index}="")*(1-{_among(underlying, assets)})'
    yield Check(
        "Missing prices",
        "Fill spot_price, futures_price, entry_price or close; an instrument whose underlying is "
        "not held needs its index_price, too.",
        [*_blanks(inputs, portfolio, price=True), WrongCells(index, no_index, unpriced)],
    )
    settings = [column.name for column in TABLES["Settings"].columns if column.required]
    yield Check(
        "Other cells that must be filled",
        "Fill as_of and horizon_date in Settings, and in each row the cells that are not optional.",
        [
            *_blanks(inputs, portfolio, price=False),
            *(
                WrongCells(
                    inputs.typed(each),
                    f'--({inputs.setting(each)}="")',
                    [] if getattr(portfolio.settings, each) else [0],
                )
                for each in settings
            ),
        ],
    )
    kind, expiry, rate, size = _cells(
        inputs, "Instruments", "contract_type", "expiry", "funding_rate", "contract_size"
    )
    terms = portfolio.instruments
    yield Check(
        "Terms that a contract needs",
        "A perpetual needs its funding_rate (0 if it pays none), an inverse contract its "
        "contract_size.",
        [
            WrongCells(
                rate,
                f'({name}<>"")*({expiry}="")*({rate}="")',
                _rows(row.expiry is None and row.funding_rate is None for row in terms),
            ),
            WrongCells(
                size,
                f'({name}<>"")*({kind}="inverse")*({size}="")',
                _rows(
                    row.contract_type == "inverse" and "contract_size" not in row.given
                    for row in terms
                ),
            ),
        ],
    )


def _names(inputs: Inputs, portfolio: Portfolio) -> Iterator[Check]:
    instruments = inputs.column("Instruments", "instrument")
    known = {row.instrument.lower() for row in portfolio.instruments}

    def unknown(table: str) -> WrongCells:
        cells = inputs.column(table, "instrument")
        rows: Sequence[Any] = portfolio.rows[table]
        found = _rows(
            row.instrument is not None and row.instrument.lower() not in known for row in rows
        )
        return WrongCells(cells, f'({cells}<>"")*(1-{_among(cells, instruments)})', found)

    yield Check(
        "Unknown instruments",
        "A holding, short or tier names an instrument that is not in Instruments: correct the "
        "name, or add the instrument.",
        [unknown(table) for table in ("Holdings", "Shorts", "Tiers")],
    )
    movers = {"*", *(row.asset.lower() for row in portfolio.holdings)}
    movers |= {row.underlying.lower() for row in portfolio.instruments}
    moved, assets = inputs.column("Scenarios", "asset"), inputs.column("Holdings", "asset")
    underlyings = inputs.column("Instruments", "underlying")
    wrong = (
        f'({moved}<>"")*({moved}<>"*")*(1-{_among(moved, assets)})*(1-{_among(moved, underlyings)})'
    )
    yield Check(
        "Unknown assets in Scenarios",
        "Name an asset that is held, an underlying, or * for every underlying.",
        [
            WrongCells(
                moved, wrong, _rows(x.asset.lower() not in movers for x in portfolio.scenarios)
            )
        ],
    )
    scenario = inputs.column("Scenarios", "scenario")
    pair = f'({scenario}&"|"&{moved})'
    held = f'({assets}&"|"&{inputs.column("Holdings", "place")})'
    yield Check(
        "Names that are there twice",
        "Name each asset (of each place), each instrument, and each asset of a scenario once.",
        [
            WrongCells(
                assets,
                _twice_text(held, assets),
                _twice(f"{row.asset}|{row.place or ''}" for row in portfolio.holdings),
            ),
            WrongCells(
                instruments,
                _twice_text(instruments),
                _twice(row.instrument for row in portfolio.instruments),
            ),
            WrongCells(
                moved,
                _twice_text(pair, scenario),
                _twice(f"{row.scenario}|{row.asset}" for row in portfolio.scenarios),
            ),
        ],
    )


def _shorts(inputs: Inputs, tables: Tables, analysis: Analysis) -> Iterator[Check]:
    margin, lots = tables[MarginRow], tables[LotRow]
    name, posted, price, mode = (
        margin.column(each)
        for each in (
            MarginRow.instrument,
            MarginRow.margin,
            MarginRow.liquidation_price,
            MarginRow.margin_mode,
        )
    )
    typed, alone = inputs.column("Shorts", "margin"), f'--({mode}<>"cross")'
    position = f"TRANSPOSE(ROW({mode})-{margin.top - 1})"
    isolated = f"MMULT(--({lots.column(LotRow.position)}={position}),{alone})"
    positions = {row.n + 1: row for row in analysis.margin}
    yield Check(
        "Shorts without margin",
        "Their liquidation is unknown, and counts as none: fill margin in Shorts.",
        [
            WrongCells(
                typed,
                f'({lots.column(LotRow.instrument)}<>"")*({typed}="")*{isolated}',
                _rows(
                    row.margin == BLANK and not positions[row.position].is_cross
                    for row in analysis.numbers.rows(LotRow)
                ),
            )
        ],
    )
    # One whose instrument is unknown has an error there.
    unknown = f'({name}<>"")*(({posted}<>"")+({mode}="cross")>0)*IFERROR(--({price}=""),0)'
    instruments = inputs.column("Instruments", "instrument")
    lacking = {
        row.instrument
        for row in analysis.margin
        if (row.margin != BLANK or row.is_cross) and row.liquidation_price == BLANK
    }
    yield Check(
        "Shorts without mm_rate",
        "Their liquidation is unknown, and counts as none: fill mm_rate in Instruments.",
        [
            WrongCells(
                inputs.column("Instruments", "mm_rate"),
                f"--(MMULT(--({instruments}=TRANSPOSE({name})),{unknown})>0)",
                _rows(row.instrument in lacking for row in analysis.portfolio.instruments),
            )
        ],
    )


def _dates(inputs: Inputs, portfolio: Portfolio) -> Iterator[Check]:
    settings = portfolio.settings
    as_of, horizon = inputs.setting("as_of"), inputs.setting("horizon_date")
    yield Check(
        "The horizon has passed",
        "Set horizon_date after as_of, or unwind: what the hedge was for is over.",
        [
            WrongCells(
                inputs.typed("horizon_date"),
                f'({horizon}<>"")*({horizon}<{as_of})',
                _rows([settings.horizon_date < settings.as_of]),
            )
        ],
    )
    expiry = inputs.column("Instruments", "expiry")
    yield Check(
        "Futures that have expired",
        "Remove them from Instruments, or correct expiry.",
        [
            WrongCells(
                expiry,
                f'({expiry}<>"")*({expiry}<={as_of})',
                _rows(
                    row.expiry is not None and row.expiry <= settings.as_of
                    for row in portfolio.instruments
                ),
            )
        ],
    )
    name = inputs.column("Instruments", "instrument")
    tables: tuple[Sequence[Any], ...] = (portfolio.shorts, portfolio.holdings)
    hedging = {row.instrument for rows in tables for row in rows}
    used = "+".join(_among(name, inputs.column(each, "instrument")) for each in _HEDGED)
    yield Check(
        "Hedges that expire before the horizon",
        "Roll them into a later contract in time (see Carry): they hedge nothing after that.",
        [
            WrongCells(
                expiry,
                f'({expiry}<>"")*({expiry}>{as_of})*({expiry}<{horizon})*(({used})>0)',
                _rows(
                    row.expiry is not None
                    and settings.as_of < row.expiry < settings.horizon_date
                    and row.instrument in hedging
                    for row in portfolio.instruments
                ),
            )
        ],
    )


_HEDGED = ("Shorts", "Holdings")
"""The tables whose rows name instruments that hedge."""


def _too_short(inputs: Inputs, tables: Tables, analysis: Analysis) -> Iterator[Check]:
    under, orders = tables[UnderlyingRow], tables[OrderRow]

    def column(figure: Figure) -> Expression:
        return Expression((under if under.has(figure) else orders).column(figure))

    row = UnderlyingRow
    many = exceeds(*map(column, (row.cover, row.exposure, row.target_notional)))
    names = column(row.underlying)
    beyond = {name for name, _ in over_hedged(analysis)}
    yield Check(
        "Underlyings with more short than there is to hedge",
        "Short above 1.5 times the exposure: contracts, contract_size or a quantity may be "
        "mistyped, or a holding is missing.",
        [
            WrongCells(
                names.text,
                where(names != "", where(many, 1, 0), 0).text,
                _rows(each.underlying in beyond for each in analysis.underlyings),
            )
        ],
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
        "Blank or 1, contracts count as coins, and are 5 times what there is to hedge: type how "
        "many coins a contract is.",
        [
            WrongCells(
                size.text,
                where(asked, where(many, 1, 0), 0).text,
                sorted(without_size(analysis)),
            )
        ],
    )


def _rows(wrong: Iterable[bool]) -> list[int]:
    """The numbers of those that are."""
    return [n for n, each in enumerate(wrong) if each]


def _cells(inputs: Inputs, table: str, *columns: str) -> list[str]:
    return [inputs.column(table, name) for name in columns]


def _among(names: str, keys: str) -> str:
    """1 for each name that is one of the keys, else 0; array formulas only."""
    return f"(MMULT(--({names}=TRANSPOSE({keys})),ROW({keys})^0)>0)"


def _twice(names: Iterable[str]) -> list[int]:
    """Which names are there more than once; case is nothing to a spreadsheet."""
    told = [name.lower() for name in names]
    counts = Counter(told)
    return _rows(counts[name] > 1 for name in told)


def _twice_text(names: str, filled: str = "") -> str:
    same = f"MMULT(--({names}=TRANSPOSE({names})),ROW({filled or names})^0)"
    return f'({filled or names}<>"")*({same}>1)'


def _required(table: Table, *, price: bool) -> list[str]:
    """The columns of a table that must be filled: its prices, or all others."""
    required = [column for column in table.columns if column.required]
    return [c.name for c in required if (c.look == "price") is price]


def _blanks(inputs: Inputs, portfolio: Portfolio, *, price: bool) -> Iterator[WrongCells]:
    """Blank cells that must be filled, in rows where something is."""
    for name in _KEYS:
        table = TABLES[name]
        every = _required(table, price=True) + _required(table, price=False)
        if len(every) == 1:  # it is told by the others
            every = list(table.headers)
        filled = "+".join(f'({cells}<>"")' for cells in _cells(inputs, name, *every))
        rows: Sequence[Any] = portfolio.rows[name]
        for column in _required(table, price=price):
            cells = inputs.column(name, column)
            # One comparison alone is no number: to Excel and IronCalc FALSE is more than 0.
            wrong = f'(0+{filled}>0)*({cells}="")'
            yield WrongCells(cells, wrong, _rows(getattr(row, column) is None for row in rows))
