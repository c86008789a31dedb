"""Every sheet of the template and of the report, in their order: a new one is a writer and a line.

What a line says is said nowhere else: title, purpose and heading, the table, what stays in view and
how it prints. Contents and links on the first sheets come from here. Writers see to the cells, to
the widths of columns, and to what prints where that hangs on the content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from xlhedge.analysis import Analysis
from xlhedge.analysis.accounts import AccountRow, CrossRow
from xlhedge.analysis.carry import CarryRow
from xlhedge.analysis.figures import Figure, FigureRow
from xlhedge.analysis.grid_shorts import GridShort
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.margin import ALARM, MarginRow
from xlhedge.analysis.orders import OrderRow, UnderlyingRow
from xlhedge.analysis.unwind import UnwindRow
from xlhedge.sheets.accounts import (
    ACCOUNT_FIRST,
    write_accounts,
    write_accounts_report,
    write_cross,
)
from xlhedge.sheets.attribution import write_scenarios
from xlhedge.sheets.audit import write_audit
from xlhedge.sheets.blocks import print_nothing, room_for
from xlhedge.sheets.carry import (
    CARRY_FIRST,
    FIGURES,
    FUNDING_FIRST,
    REPEATED,
    write_carry,
    write_carry_report,
    write_funding_basis,
)
from xlhedge.sheets.changes import write_changes
from xlhedge.sheets.context import BookContext, ReportContext, TemplateContext
from xlhedge.sheets.functions import write_functions
from xlhedge.sheets.grid_cells import AXIS
from xlhedge.sheets.hedge import HELD_FIRST, write_hedge, write_hedge_report
from xlhedge.sheets.history_report import write_history
from xlhedge.sheets.input_cells import FIRST_ROW, NOTHING_TYPED
from xlhedge.sheets.input_sheets import write_inputs
from xlhedge.sheets.key_figures import TITLE, write_key_figures
from xlhedge.sheets.margin import MARGIN_FIRST, write_lots, write_margin, write_margin_report
from xlhedge.sheets.orders import (
    ORDER_FIRST,
    UNDERLYING_FIRST,
    write_orders,
    write_orders_report,
    write_underlyings,
    write_underlyings_report,
)
from xlhedge.sheets.sensitivity import SHORTS, write_sensitivity
from xlhedge.sheets.start import write_start
from xlhedge.sheets.stress import write_stress
from xlhedge.sheets.stress_rows import FIRST
from xlhedge.sheets.style import heading, set_up
from xlhedge.sheets.summary import write_summary
from xlhedge.sheets.table import FigureTable
from xlhedge.sheets.unwind import UNWIND_FIRST, write_unwind
from xlhedge.sheets.unwind_report import DELEVERAGED, write_unwind_report
from xlhedge.text import percent

__all__ = ["SHEETS", "SheetSpec", "TableSpec", "contents_of", "sheets_of", "tables_of", "write"]

BookKind = Literal["template", "report"]
_Room = Callable[[type[FigureRow]], int]
"""For how many rows of a kind there is room."""
_TEMPLATE: tuple[BookKind, ...] = ("template",)
_REPORT: tuple[BookKind, ...] = ("report",)
_APPENDIX = "Appendix, for the screen: it prints with xlhedge report --full."
_FIGURES = "B3:CZ400"
"""Below a computed sheet's heading: no sheet has figures behind or below it in an empty book."""
_PAGE = 13
"""Columns of figures that a landscape page takes."""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The table of figures on a sheet.

    Args:
        row: the kind of its rows.
        head: the row of its headers; then that of its totals, and the first one of figures.
        total: see head.
        top: see head.
        figures: its columns; all figures of a row, unless told.
        first: those of a page, which come first.
        above: the kind of rows of a block above the table, which stands farther down by them.
    """

    row: type[FigureRow]
    head: int = 4
    total: int = 5
    top: int = 6
    figures: tuple[Figure, ...] = ()
    first: tuple[Figure, ...] = ()
    above: type[FigureRow] | None = None

    def table(self, title: str, room: _Room, *, stays: bool) -> FigureTable:
        """The table on the sheet of that title: `tables_of`."""
        down = room_for(room(self.above)) if self.above else 0
        return _table(self, title, down, room(self.row), stays=stays)


@lru_cache(maxsize=256)  # most reports of a batch have them alike
def _table(spec: TableSpec, title: str, down: int, count: int, *, stays: bool) -> FigureTable:
    figures = spec.figures or spec.row.figures
    return FigureTable(
        title,
        spec.row,
        spec.top + down,
        count,
        spec.total and spec.total + down,
        spec.first + tuple(each for each in figures if each not in spec.first),
        head=spec.head + down,
        stays=stays,
    )


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """A sheet.

    Args:
        title: what it is called.
        write: its writer, which is given the sheet and the `BookContext`.
        books: in which books it stands.
        table: its table of figures.
        purpose: what it is for, in the contents; the first sheet of a book is not in them.
        note: how to read it, below its heading.
        heading: the line at its top; its title, unless told, and its writer's own if None.
        freeze: the cell below and right of what stays in view; unless told, the table's headers
            and first column do, and each page repeats those.
        repeat: the rows that each page repeats.
        wide: how many pages its width takes; as many as the table's columns take, if 0.
        tall: how many pages its height takes; as many as it needs, if 0.
        landscape: whether the longer side of the paper lies.
        when: whether it stands in the book of an analysis.
        page: its place among the pages that a report prints; the others, its appendix, stand
            behind them and print with ``--full``.
        kind: whether people type on it, or it computes from what they type, or tells of both.
    """

    title: str
    write: Callable[[Any, Any], None]
    books: tuple[BookKind, ...] = ("template", "report")
    table: TableSpec | None = None
    purpose: str = ""
    note: str = ""
    heading: str | None = ""
    freeze: str = ""
    repeat: str = ""
    wide: int = 1
    tall: int = 0
    landscape: bool = True
    when: Callable[[Analysis], bool] = lambda _: True
    page: int = 0
    kind: Literal["typed", "computed", "told"] = "computed"


_INPUTS: dict[str, Any] = {"books": _TEMPLATE, "repeat": f"{FIRST_ROW - 2}:{FIRST_ROW - 1}"}
_INPUTS |= {"freeze": f"B{FIRST_ROW}", "tall": 1, "kind": "typed"}
_HEDGE = "For each holding: what to short, what is short already, what is left."
_UNDERLYINGS = (
    "For each underlying: what moves with it, all shorts on it wherever they are, and what lacks. "
    "Gross does not let one underlying offset another."
)
_ORDERS = (
    "One order an instrument. A short order goes where the holdings say; buying back begins where "
    "funding is worst for a short."
)
_CARRY = (
    "A basis is earned by its expiry; to the horizon, in a straight line. The next contract on the "
    "same underlying is that which ends next: rolled at today's prices, fees of its way in and out "
    "in it."
)
_GRIDS = (
    "Profit and loss from the price alone, liquidation included; before funding and fees, which "
    "the scenarios have."
)
_GRID_SHORTS = TableSpec(GridShort, SHORTS, SHORTS + 1, SHORTS + 2)
_MARGIN = (
    "Each short as it stands. Marked: liquidation is near; bold: a margin ratio from "
    f"{percent(ALARM)}. Add now: what survives that rise from mark (long futures: that fall). "
    "Margin currency: quote, coins for inverse contracts."
)
_ACCOUNTS = (
    "The first row of a wallet says what it is worth and what liquidates it: a move of all its "
    "marks together, or of one underlying alone. Its unit is the quote, or the coin that it is "
    "margined in. Marked: near; bold: a margin ratio from "
    f"{percent(ALARM)}."
)
_HELD = tuple(each for each in HedgeRow.figures if each not in FIGURES or each in REPEATED)

# fmt: off
SHEETS = (
    SheetSpec("Start", write_start, _TEMPLATE, tall=1, landscape=False, kind="told",
        heading="xlhedge: the hedging desk inside a spreadsheet",
        note="Type in the yellow cells of the sheets below; read what to do in the sheets behind "
             "them."),
    SheetSpec("Portfolio", write_inputs, **_INPUTS | {"tall": 3},
        purpose="The coins that you hold, accounts, and settings. Type here first.",
        note="What you hold and how much of it to hedge. Type in the yellow cells; a row typed "
             "below a table counts. Accounts and Settings stand at the right."),
    SheetSpec("Instruments", write_inputs, **_INPUTS,
        purpose="The futures that you hedge with, and their margin tiers. Type here.",
        note="The futures you hedge with, as the venue states them. The + above the columns shows "
             "steps, fees and the others. Tiers are optional."),
    SheetSpec("Shorts", write_inputs, **_INPUTS,
        purpose="The shorts that are open. Type here.",
        note="The shorts that are open. Positive contracts are short."),
    SheetSpec("Scenarios", write_inputs, **_INPUTS,
        purpose="The moves that you want to survive. Type here.",
        note="Moves to survive. Asset * moves every underlying, and each holding by its beta."),
    SheetSpec("Price history", write_inputs, **_INPUTS,
        purpose="Past prices and funding, if you have them. Type or paste here.",
        note="Optional: bars of assets and instruments. Keep the rows of one symbol together, "
             "oldest first."),
    SheetSpec("Sources", write_inputs, **_INPUTS,
        purpose="Where fetched values came from, and when. xlhedge refresh writes it.",
        note="What xlhedge fetched at venues, and when it was so. It writes here by itself; what "
             "stands in no row was typed."),
    SheetSpec("Summary", write_summary, _REPORT, heading=None, freeze="A3", tall=1, page=1),
    SheetSpec("What changed", write_changes, _REPORT, freeze="B4", page=8,
        when=lambda each: each.changes is not None,
        purpose="Since the report before: prices, quantities, hedge, and what was earned by what",
        note="What was traded between the two dates counts at the price that average costs and "
             "entries tell; where they do not, at today's."),
    SheetSpec("Underlyings", write_underlyings, _TEMPLATE,
        TableSpec(UnderlyingRow, first=UNDERLYING_FIRST), tall=1,
        purpose="For each underlying: exposure, all shorts on it, gap, gross beside net.",
        note=_UNDERLYINGS),
    SheetSpec("Underlyings", write_underlyings_report, _REPORT, TableSpec(UnderlyingRow), wide=0,
        purpose="For each underlying: exposure, all shorts on it, gap, gross beside net",
        note=_UNDERLYINGS),
    SheetSpec("Orders", write_orders, _TEMPLATE, TableSpec(OrderRow, first=ORDER_FIRST), tall=1,
        purpose="One order an instrument, and why it is there.",
        note=f"{_ORDERS} Struck: check first what it is computed from, or held back: it would add "
             "to a hedge that should come off (signal), or whose funding is dear (funding)."),
    SheetSpec("Orders", write_orders_report, _REPORT, TableSpec(OrderRow), wide=0,
        purpose="One order an instrument, and why it is there", note=_ORDERS),
    SheetSpec("Hedge", write_hedge, _TEMPLATE,
        TableSpec(HedgeRow, 7, 8, 10, first=HELD_FIRST), tall=1,
        purpose="For each holding: what to short, what is short, what is left, what it costs.",
        note=_HEDGE),
    SheetSpec("Hedge", write_hedge_report, _REPORT, page=2, freeze="B3", wide=0,
        table=TableSpec(HedgeRow, figures=_HELD, first=HELD_FIRST, above=UnderlyingRow),
        purpose="For each holding: what to short, what is short, what is left",
        note=f"{_HEDGE} Net delta above 0 is still long, below 0 over-hedged."),
    SheetSpec("Carry", write_carry, _TEMPLATE, TableSpec(CarryRow, first=CARRY_FIRST), tall=1,
        purpose="What each short earns to the horizon, and the roll into the next contract.",
        note=_CARRY),
    SheetSpec("Margin", write_margin, _TEMPLATE,
        TableSpec(MarginRow, 8, 9, 10, first=MARGIN_FIRST), tall=1,
        purpose="For each short: margin, liquidation price, and how far away it is.",
        note=f"{_MARGIN} It follows the sheet Shorts."),
    SheetSpec("Accounts", write_accounts, _TEMPLATE,
        TableSpec(AccountRow, first=ACCOUNT_FIRST), tall=1,
        purpose="For each account: equity, maintenance, and the moves that liquidate it.",
        note=_ACCOUNTS),
    SheetSpec("Cross margin", write_cross, _TEMPLATE, TableSpec(CrossRow), tall=1,
        purpose="Workings of Accounts: each position that shares a wallet.",
        note="Each position of a cross account, in its wallet's unit. Each pass takes the margin "
             "tiers at the answer of the one before it."),
    SheetSpec("Sensitivity", write_sensitivity, _TEMPLATE, _GRID_SHORTS,
        freeze=f"B{AXIS + 1}", wide=2,
        purpose="Profit and loss by price, hedge ratio, basis, funding and leverage.",
        note=f"{_GRIDS} Columns behind the last move repeat it."),
    SheetSpec("Sensitivity", write_sensitivity, _REPORT, _GRID_SHORTS,
        page=3, freeze=f"B{AXIS + 1}", wide=2,
        purpose="Grids of price, hedge ratio, basis, funding and leverage", note=_GRIDS),
    SheetSpec("Stress", write_stress, _TEMPLATE,
        freeze=f"B{FIRST}", repeat=f"{FIRST - 1}:{FIRST - 1}",
        purpose="Each scenario: spot, short, basis, funding, fees, and what is left.",
        note="The scenarios on the portfolio as it stands, liquidation included. Fees are those of "
             f"closing: the shorts are open. {DELEVERAGED}"),
    SheetSpec("Stress", write_scenarios, _REPORT, freeze="B5", wide=2,
        purpose="Your scenarios, leg by leg and line by line",
        note="The portfolio as it stands, liquidation included. Fees are those of closing: the "
             f"shorts are open. {DELEVERAGED}"),
    SheetSpec("Funding & basis", write_funding_basis, _REPORT, page=5, freeze="B6",
        table=TableSpec(HedgeRow, figures=FIGURES, first=FUNDING_FIRST),
        purpose="What holding the hedge costs and earns",
        note="What holding the hedge costs and earns. A positive funding rate pays a short; a cost "
             "above 0, red, costs you."),
    SheetSpec("Carry", write_carry_report, _REPORT, TableSpec(CarryRow), wide=0,
        purpose="What each short earns to the horizon, and the roll into the next contract",
        note=_CARRY),
    SheetSpec("Margin", write_margin_report, _REPORT, page=4, freeze="B3", wide=0,
        table=TableSpec(MarginRow, first=MARGIN_FIRST, above=AccountRow),
        purpose="Liquidation, and the margin to add", note=_MARGIN),
    SheetSpec("Accounts", write_accounts_report, _REPORT, TableSpec(AccountRow), wide=0,
        purpose="Wallets of accounts, and the moves that liquidate them",
        note=_ACCOUNTS, when=lambda each: bool(each.accounts)),
    SheetSpec("Unwind", write_unwind, _TEMPLATE,
        TableSpec(UnwindRow, 31, 32, 33, first=UNWIND_FIRST), freeze="B6", wide=2, tall=1,
        purpose="When to take the hedge off, and unwinding now against holding.",
        note="When to take the hedge off, and why. MARKET: support confirmed; HORIZON: reached; "
             "REDEPLOY: the fall you wait for; FUNDING: it costs too much; unknown: no price "
             "history."),
    SheetSpec("Unwind", write_unwind_report, _REPORT, TableSpec(UnwindRow), wide=0,
        purpose="When to take the hedge off, and what its profit buys",
        note="When to take the hedge off and why; unknown: History does not say. MARKET: support "
             "confirmed; HORIZON: reached; REDEPLOY: the fall you wait for; FUNDING: it costs too "
             "much."),
    SheetSpec("Hedge history", write_history, _REPORT, when=lambda each: each.history is not None,
        page=7,
        purpose="What the hedge would have done to your risk",
        note="Today's coins and today's short, taken through past bars: what this hedge would have "
             "done, not what was earned. Fees, margin calls and liquidation are left out."),
    SheetSpec("Lots", write_lots, _TEMPLATE, TableSpec(LotRow, 4, 0, 5),
        purpose="To which position each row of Shorts belongs.",
        note="Rows of one instrument in one account are one position: contracts and margins add, "
             "entries average. Hedge mode keeps short and long apart."),
    SheetSpec("Functions", write_functions, _TEMPLATE, freeze="B4", kind="told",
        purpose="Every function, each with an example to play with.",
        note="Each with an example to play with: type in its blue cells. Arguments in [brackets] "
             "are optional."),
    SheetSpec(TITLE, write_key_figures, _REPORT, freeze="B5", tall=1,
        purpose="What page one is made of, and the numbers of its charts",
        note="Each figure of page one, its state and where it comes from."),
    SheetSpec("Inputs & audit", write_audit, _REPORT, freeze="A4", page=6, landscape=False,
        purpose="Every input, where from, and by which rules",
        note="What went in: from the file with this SHA-256 the same program makes the same "
             "report."),
)
# fmt: on


def sheets_of(kind: BookKind, analysis: Analysis) -> list[SheetSpec]:
    """The sheets of a book, in order: a report's pages before its appendix."""
    found = [each for each in SHEETS if kind in each.books and each.when(analysis)]
    last = len(SHEETS)
    return sorted(found, key=lambda each: each.page or last) if kind == "report" else found


def contents_of(specs: Sequence[SheetSpec]) -> list[tuple[str, str]]:
    """Title and purpose of each sheet but the first, which has the contents."""
    return [(each.title, each.purpose) for each in specs[1:]]


def tables_of(
    specs: Sequence[SheetSpec], room: _Room, *, stays: bool = False
) -> dict[str, FigureTable]:
    """The tables by their sheets' titles.

    Args:
        specs: the sheets.
        room: for how many rows of a kind there is room.
        stays: whether values stay, as a report's do.
    """
    return {
        each.title: each.table.table(each.title, room, stays=stays) for each in specs if each.table
    }


def write(specs: Sequence[SheetSpec], of: BookContext) -> None:
    """Make the sheets of a book and write them, the first one last.

    What is too much for a sheet is told of the one that has it, not of the page that sums it up.
    """
    front, *others = [(each, of.book.sheet(each.title)) for each in specs]
    for each, sheet in (*others, front):
        freeze, repeat, wide = each.freeze or "A3", each.repeat, each.wide
        parts = isinstance(of, ReportContext) and not of.full  # what prints is a page, or nothing
        appendix = parts and not each.page
        above = each.table and each.table.above
        if (table := of.on.get(each.title)) and (not each.freeze or above):
            repeat = f"{table.head}:{table.head}"
            freeze = each.freeze or f"B{table.top}"
        if table and not wide:
            wide = -(-len(table.figures) // _PAGE)
        if parts:
            wide = 1
        if appendix:
            repeat = ""
        set_up(sheet, freeze, repeat, wide=wide, tall=each.tall, landscape=each.landscape)
        if isinstance(of, TemplateContext) and each.kind != "typed":
            sheet.protect()
            if each.kind == "computed":  # first: later marks and colours do not count then
                sheet.mark(_FIGURES, NOTHING_TYPED, "blank", last=True)
        each.write(sheet, of)
        if each.heading is not None:
            last = len(each.table.first) if each.table and not appendix else 0
            note = f"{_APPENDIX} {each.note}" if appendix else each.note
            heading(sheet, each.heading or each.title, note, column=1 + (wide > 1), last=last)
        if appendix:
            print_nothing(sheet)
