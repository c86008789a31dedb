"""Whole portfolios, from their files to the cells of their reports."""

import collections
import json
import math

import openpyxl
import pytest
import whole_portfolios as whole
from hypothesis import assume, given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter, quote_sheetname
from plain_carry import carry_rows
from plain_finance import Book
from plain_grids import grids
from plain_history import history
from plain_report import CHECKS
from report_cells import (
    CARRY,
    CLOSING,
    GRIDS,
    HEDGE,
    LEGS,
    LINES,
    MARGIN,
    ORDERS,
    ROLLS,
    TOTALS,
    UNDERLYINGS,
    UNWIND,
    Report,
    by_calamine,
    by_openpyxl,
    finite,
    same,
    unwanted,
)
from reported import analysed, examples, reported

from xlhedge.analysis import analyse
from xlhedge.portfolio import TABLES, PortfolioError
from xlhedge.readers import read
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

pytestmark = pytest.mark.long


def test_most_portfolios_that_are_drawn_reach_their_report():
    seen = collections.Counter()

    @examples(150)
    @given(whole.portfolios())
    def draw(tables):
        with whole.folder() as place:
            try:
                analysis = analyse(read(whole.as_json(place / "book.json", tables)))
            except PortfolioError:
                seen["refused"] += 1
                return
        seen["worked out"] += 1
        kinds = {row["contract_type"] for row in analysis.margin}
        seen.update(kinds)
        seen["many"] += len(analysis.hedge) > 100
        seen["dated"] += any(row["expiry"] for row in analysis.margin)
        seen["long future"] += any(row["contracts"] < 0 for row in analysis.margin)
        seen["without a holding"] += bool(analysis.unassigned["short_notional"])
        seen["tiers"] += any(row["tiers"] for row in analysis.margin)
        for said in ("liquidated", "unknown", "expiring"):
            seen[said] += any(getattr(each, said) for each in analysis.scenarios)
        past = analysis.history.assets if analysis.history else ()
        seen["history"] += any(each.comparison.unhedged for each in past)
        used = [row["instrument"] for row in analysis.hedge if row["instrument"]]
        seen["shared"] += len(set(used)) < len(used)
        seen["passed"] += analysis.days == 0

    draw()
    assert seen["worked out"] > 0.8 * (seen["worked out"] + seen["refused"]), seen
    wanted = ("linear", "inverse", "many", "dated", "long future", "without a holding", "tiers",
              "liquidated", "unknown", "expiring", "history", "shared", "passed")  # fmt: skip
    assert not [kind for kind in wanted if not seen[kind]], seen


@examples(25)
@given(whole.portfolios(most=30))
def test_a_report_says_what_plain_arithmetic_says(tables):
    analysis, report = reported(tables)
    if report:
        book = Book(tables)
        for check in (*CHECKS, grids, carry_rows):
            found = check(book, report)
            assert not found, (check.__name__, found[:5], whole.told(tables))
        found = history(tables, book, report, analysis)
        assert not found, (found[:5], whole.told(tables))


@examples(10)
@given(whole.portfolios(most=200))
def test_no_cell_of_a_report_is_no_number_and_two_readers_read_the_same(tables):
    _, report = reported(tables)
    if not report:
        return
    assert unwanted(report.content) == []
    values, formulas = by_openpyxl(report.content)
    cells = by_calamine(report)
    assert finite(cells) == []
    apart = [
        (place, values.get(place), cells.get(place))
        for place in values.keys() | cells.keys()
        if not same(values.get(place), cells.get(place))
    ]
    assert apart == [], whole.told(tables)
    assert not formulas.keys() - values.keys()  # a report's formulas all show something


def _shown(value):
    """An analysis' value as a cell holds it."""
    return value + 0.0 if isinstance(value, float) else value


@examples(15)
@given(whole.portfolios(most=30))
def test_every_figure_of_the_analysis_stands_under_its_header(tables):
    analysis, report = reported(tables)
    if not report:
        return
    apart = []

    def compare(where, rows, shown, titles):
        assert len(rows) == len(shown), where
        for n, (row, cells) in enumerate(zip(rows, shown, strict=True)):
            apart.extend(
                (where, n, name, _shown(row[name]), cells[name])
                for name in titles
                if not same(_shown(row[name]), cells[name])
            )

    hedge = [*analysis.hedge, analysis.unassigned]
    compare("Hedge", hedge, report.table("Hedge", HEDGE, key=1), HEDGE)
    compare("Underlyings", analysis.underlyings, report.table("Underlyings", UNDERLYINGS, key=1),
            UNDERLYINGS)  # fmt: skip
    compare("Orders", analysis.orders, report.table("Orders", ORDERS, key=1), ORDERS)
    compare("Carry", hedge, report.table("Funding & basis", CARRY, key=1), CARRY)
    compare("Carry", analysis.carry, report.table("Carry", ROLLS, key=1), ROLLS)
    compare("Margin", analysis.margin, report.table("Margin", MARGIN, key=1), MARGIN)
    compare("Unwind", analysis.unwind, report.table("Unwind", UNWIND, key=1), UNWIND)
    lines = [line for each in analysis.scenarios for line in each.lines]
    compare("Scenarios", lines, report.table("Stress", LINES), LINES)
    legs = report.table("Stress", {**LEGS, "saved": "Saved by the hedge"})
    compare("Scenarios", [each.legs._asdict() for each in analysis.scenarios], legs, LEGS)
    for sheet, titles in (("Hedge", HEDGE), ("Funding & basis", CARRY)):
        shown = {name: value for name, value in report.totals(sheet, titles).items()
                 if analysis.total[name] is not None}  # fmt: skip
        compare(f"{sheet} total", [analysis.total], [shown], shown)
    headlines = {name: report.line("Key figures", title)[0] for name, title in TOTALS.items()}
    compare("Key figures", [analysis.total], [headlines], TOTALS)
    for shock in (-0.2, 0.2):
        shown = report.line("Key figures", f"P&L at {100 * shock:+.0f} % of the underlying")[0]
        assert shown == _shown(analysis.after(shock))
    near = [abs(row["liquidation_buffer"]) for row in analysis.margin
            if isinstance(row["liquidation_buffer"], float)]  # fmt: skip
    assert report.line("Key figures", "Nearest liquidation")[0] == min(near, default="none")
    for name in GRIDS:
        assert report.grid(name)[2] == [list(map(_shown, row)) for row in analysis.grid.grids[name]]
    for name, words in analysis.grid.words.items():
        assert report.words(name) == [*words]
    assert report.line("Sensitivity", "Liquidation") == [*analysis.grid.said]
    for name, title in CLOSING.items():
        values = [_shown(value) for value in getattr(analysis.closing, name)]
        assert report.line("Unwind", title) == values
    assert apart == [], whole.told(tables)


def test_every_figure_there_is_has_a_header_that_is_looked_for():
    """So that a new figure cannot stand anywhere unseen."""
    from xlhedge.analysis.carry import CarryRow
    from xlhedge.analysis.hedge import HedgeRow
    from xlhedge.analysis.margin import MarginRow
    from xlhedge.analysis.orders import OrderRow, UnderlyingRow
    from xlhedge.analysis.scenario_lines import LineRow
    from xlhedge.analysis.unwind import UnwindRow

    assert {figure.name for figure in HedgeRow.figures} == HEDGE.keys() | CARRY.keys()
    assert {figure.name for figure in UnderlyingRow.figures} == UNDERLYINGS.keys()
    assert {figure.name for figure in CarryRow.figures} == ROLLS.keys()
    assert {figure.name for figure in OrderRow.figures} == ORDERS.keys()
    assert {figure.name for figure in MarginRow.figures} == MARGIN.keys()
    assert {figure.name for figure in UnwindRow.figures} == UNWIND.keys()
    assert {figure.name for figure in LineRow.figures} == LINES.keys()


def _named(tables):
    """With a name, which would otherwise be the file's."""
    return tables | {"Settings": {"portfolio": "One book"} | tables["Settings"]}


def _typed(tables):
    """With numbers of 15 digits, as Excel holds them; openpyxl writes no more than 16."""
    return json.loads(json.dumps(tables), parse_float=lambda text: float(f"{float(text):.15g}"))


@examples(15)
@given(whole.portfolios(most=30).map(_named).map(_typed))
def test_the_same_tables_are_the_same_portfolio_whatever_the_file(tables):
    with whole.folder() as place:
        files = (
            whole.as_json(place / "book.json", tables),
            whole.as_csv(place / "book", tables),
            whole.as_workbook(place / "book.xlsx", tables),
        )
        first, *others = map(read, files)
    for other in others:
        for name, rows in first.rows.items():  # to the last bit
            assert list(map(repr, other.rows[name])) == list(map(repr, rows)), name
        assert other == first
    try:
        analysis = analyse(first)
    except PortfolioError:
        return
    assert all(repr(analyse(other)) == repr(analysis) for other in others)


@examples(6)
@given(whole.portfolios(most=12).map(_named))
def test_a_template_filled_in_with_a_portfolio_is_that_portfolio(tables):
    analysis = analysed(tables)
    if analysis:
        with whole.folder() as place:
            template_book(analysis).save(place / "filled.xlsx")
            again = read(place / "filled.xlsx")
        for name, rows in analysis.portfolio.rows.items():  # to the last bit
            assert list(map(repr, again.rows[name])) == list(map(repr, rows)), name
        assert again == analysis.portfolio


# ------------------------------------------------------------------ what must follow from a change

SETTLED = ("margin", "funding_received", "realised_pnl", "fees_paid")
"""What Shorts says in the margin currency."""
PRICES = {
    "Holdings": ("spot_price", "avg_cost", "support_price"),
    "Instruments": ("index_price", "futures_price", "min_notional"),
    "Shorts": ("entry_price", "liquidation_price"),
    "History": ("close", "high", "low"),
}
"""What is doubled if the quote currency is worth half."""
IN_QUOTE = {
    "linear": {"Shorts": SETTLED, "Tiers": ("floor",), "Instruments": ("mm_amount",)},
    "inverse": {"Instruments": ("contract_size",)},
}
"""And of these contracts besides."""
COINS = {"Holdings": ("quantity",), "History": ("volume",)}
"""What is doubled if every position is: contracts, and what is in the margin currency."""


def _scaled(tables, factor, columns):
    """Tables with columns multiplied, by table and contract type."""
    changed = whole.copied(tables)
    kinds = {row["instrument"]: (row["contract_type"] or "linear").strip().lower()
             for row in changed["Instruments"]}  # fmt: skip
    for kind, part in columns.items():
        for table, names in part.items():
            for row in changed.get(table) or ():
                if kind == "all" or kinds.get(row.get("instrument")) == kind:
                    row |= {name: row[name] * factor for name in names
                            if row.get(name) is not None}  # fmt: skip
    return changed


def _money(analysis):
    """All figures in quote."""
    total = dict(analysis.total.items())
    total |= {f"{each.name} {leg}": value for each in analysis.scenarios
              for leg, value in each.legs._asdict().items()}  # fmt: skip
    total |= {f"held {n}": value for n, value in enumerate(analysis.grid.held)}
    for n, row in enumerate(analysis.unwind):
        total |= {f"{name} {n}": row[name] for name in ("hedge_profit", "close_fee", "spend")}
    return total


def _ratios(analysis):
    """All figures that are no money, no price and no size."""
    names = ("hedged", "share", "action", "basis_pct", "basis_annualized", "basis_regime",
             "funding_apr")  # fmt: skip
    found = [row[name] for row in analysis.hedge for name in names]
    names = ("margin_ratio", "liquidation_buffer", "rate_0", "rate_50", "mm_rate")
    found += [row[name] for row in analysis.margin for name in names]
    found += [row["signal"] for row in analysis.unwind]
    return found + [(each.liquidated, each.unknown, each.expiring) for each in analysis.scenarios]


def _orders(analysis):
    """All orders, whether they wait or not."""
    return {f"order_contracts {n}": row["order_contracts"] for n, row in enumerate(analysis.orders)}


powers = st.sampled_from([2.0**-20, 0.25, 2.0, 1024.0, 2.0**20])
"""Factors that scale without rounding: what follows must hold to the last bit."""


def _times(figures, factor):
    return {name: value if value is None else value * factor for name, value in figures.items()}


@examples(25)
@given(whole.portfolios(most=12), powers)
def test_in_another_currency_all_money_is_scaled_and_no_ratio(tables, factor):
    first = analysed(tables)
    second = analysed(_scaled(tables, factor, {"all": PRICES, **IN_QUOTE}))
    assert (first is None) == (second is None)
    if first:
        assert _money(second) == _times(_money(first), factor), whole.told(tables)
        assert _ratios(second) == _ratios(first)


IN_CONTRACTS = {"Shorts": ("contracts", *SETTLED), "Tiers": ("floor",),
                "Instruments": ("qty_step", "min_qty", "min_notional", "mm_amount")}  # fmt: skip


def _without_steps(tables):
    """Decimal steps, such as 0.001, are not scaled by powers of two."""
    changed = whole.copied(tables)
    for row in changed["Instruments"]:
        row["qty_step"] = 0.0
    return changed


@examples(25)
@given(whole.portfolios(most=12).map(_without_steps), powers)
def test_with_positions_of_another_size_all_money_is_scaled_and_no_ratio(tables, factor):
    first = analysed(tables)
    second = analysed(_scaled(tables, factor, {"all": COINS | IN_CONTRACTS}))
    assert (first is None) == (second is None)
    if first:
        assert _money(second) == _times(_money(first), factor), whole.told(tables)
        assert _ratios(second) == _ratios(first)


@examples(25)
@given(whole.portfolios(most=12).map(_without_steps), powers)
def test_with_coins_of_another_denomination_no_money_and_no_ratio_changes(tables, factor):
    """A thousand millibitcoin are a bitcoin: quantities go up as prices go down."""
    prices = {table: tuple(name for name in names if name != "min_notional")
              for table, names in PRICES.items()}  # fmt: skip
    more = _scaled(tables, factor, {
        "all": COINS,
        "inverse": {"Shorts": SETTLED, "Tiers": ("floor",), "Instruments": ("mm_amount",)},
        "linear": {"Shorts": ("contracts",), "Instruments": ("min_qty",)},
    })  # fmt: skip
    first, second = analysed(tables), analysed(_scaled(more, 1 / factor, {"all": prices}))
    assert (first is None) == (second is None)
    if first:
        assert _money(second) == _money(first), whole.told(tables)
        assert _ratios(second) == _ratios(first)


def _never_liquidated(tables):
    changed = whole.copied(tables)
    changed["Tiers"] = []
    for row in changed["Instruments"]:
        row["mm_rate"] = row["taker_fee"] = None
    for row in changed["Shorts"]:
        row["margin"], row["liquidation_price"] = 0.0, None
    return changed


@examples(25)
@given(whole.portfolios(most=12).map(_never_liquidated))
def test_the_opposite_portfolio_loses_what_this_one_gains(tables):
    opposite = whole.copied(tables)
    for row in opposite["Holdings"]:
        row["quantity"] = -row["quantity"]
    for row in opposite["Shorts"]:
        row["contracts"] = -row["contracts"]
    first, second = analysed(tables), analysed(opposite)
    assert (first is None) == (second is None)
    if first:
        # Coins below 0 are to be checked first: what is ordered for them waits.
        one_way = ["spend", "order_notional", "residual_delta"]
        if len(first.orders) > len({row["underlying"] for row in first.orders}):
            one_way.append("order_contracts")  # shorts are bought back elsewhere
        kept, other = (
            {name: value for name, value in (_money(each) | _orders(each)).items()
             if not any(word in name for word in one_way)}
            for each in (first, second)
        )  # fmt: skip
        assert other == _times(kept, -1), whole.told(tables)


def _spread(analysis):
    """The largest amount of each figure, by table and column."""
    sizes = collections.defaultdict(float)
    for table in ("hedge", "margin", "unwind"):
        for row in getattr(analysis, table):
            for name, value in row.items():
                if isinstance(value, float):
                    sizes[name] = max(sizes[name], abs(value))
    return sizes


def _mixed(tables, random):
    """The rows of each table in another order; tiers stay with those of their instrument."""
    mixed = whole.copied(tables)
    for name in mixed.keys() - {"Settings", "Tiers"}:
        random.shuffle(mixed[name])
    blocks = collections.defaultdict(list)
    for row in mixed.get("Tiers", ()):
        blocks[row["instrument"]].append(row)
    order = list(blocks)
    random.shuffle(order)
    return mixed | {"Tiers": [row for key in order for row in blocks[key]]}


@examples(25)
@given(whole.portfolios(most=12), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_nothing_to_the_figures(tables, random):
    first, second = analysed(tables), analysed(_mixed(tables, random))
    assert (first is None) == (second is None)
    if not first:
        return
    sizes, tied = _spread(first), _tied(first)
    for name, value in first.total.items():
        if value is None or (tied and name in ORDERED):
            continue
        size = math.fsum(abs(row[name] or 0.0) for row in (*first.hedge, first.unassigned))
        assert math.isclose(second.total[name], value, rel_tol=0, abs_tol=1e-6 * size), name
    others = {row["asset"]: row for row in second.hedge}
    for row in first.hedge:
        if row["share"] is None or abs(row["share"]) < 1e6:  # targets that nearly cancel out
            _alike(row, others[row["asset"]], sizes, ORDERED if row.underlying in tied else ())
    nets = {each.name: each.legs._asdict() for each in second.scenarios}
    for each in first.scenarios:
        size = math.fsum(abs(line[leg]) for line in each.lines for leg in LEGS)
        for leg, value in each.legs._asdict().items():
            assert math.isclose(nets[each.name][leg], value, rel_tol=0, abs_tol=1e-9 * size)


ORDERED = ("order_contracts", "order_notional", "residual_delta")
"""What hangs on which of two instruments stands further up, where their funding is alike."""


def _tied(analysis):
    """Underlyings of which something is bought back, where funding does not say what first."""
    rates = [(row.underlying, row.funding_8h) for row in analysis.orders if row.to_trade < 0]
    return {name for name, rate in rates if rates.count((name, rate)) > 1}


def _alike(row, other, sizes, ordered):
    for name, value in row.items():
        if name in ordered:
            continue
        if isinstance(value, float):
            size = max(sizes[name], sizes["short_notional"])
            assert abs(other[name] - value) <= 1e-6 * size, (name, row, other)
        else:
            assert other[name] == value or name == "action", (name, row, other)


@examples(25)
@given(whole.portfolios(most=12))
def test_the_sign_of_funding_is_the_sign_of_its_cost(tables):
    flipped = whole.copied(tables)
    for row in flipped["Instruments"]:
        row["funding_rate"] = row["funding_rate"] and -row["funding_rate"]
    first, second = analysed(tables), analysed(flipped)
    assert (first is None) == (second is None)
    if first:
        for name in ("funding_drag", "funding_year"):
            assert second.total[name] == -first.total[name]
            shorts = [row[name] for row in first.margin]
            assert [-row[name] for row in second.margin] == shorts


def _stepped(tables):
    """With order steps everywhere, which shorts do not keep to."""
    changed = whole.copied(tables)
    for n, row in enumerate(changed["Instruments"]):
        row["qty_step"] = (0.001, 1.0, 5.0)[n % 3]
    return changed


@examples(40)
@given(whole.portfolios(most=12).map(_stepped))
def test_an_order_goes_toward_the_target_and_never_past_it(tables):
    analysis = analysed(tables)
    for row in analysis.orders if analysis else ():
        gap, order = row["wanted_contracts"] - row["short_contracts"], row["order_contracts"]
        assert order * gap >= 0, row
        assert order * row["part"] >= 0, row
        assert abs(order) <= abs(gap) * (1 + 1e-9), row


# ------------------------------------------------------------------------------- what is refused

TEN = st.sampled_from(["ten", "1,5,x", "5 %%", True, float("inf"), float("nan"), 10**400])
NUMBERS = [
    ("Holdings", name) for name in ("quantity", "avg_cost", "spot_price", "hedge_ratio", "beta")
] + [
    ("Instruments", name)
    for name in ("futures_price", "funding_rate", "interval_hours", "contract_size", "qty_step",
                 "min_notional", "max_leverage", "mm_rate", "mm_amount", "taker_fee",
                 "fee_discount")
] + [
    ("Tiers", "floor"), ("Tiers", "mm_rate"), ("Shorts", "contracts"), ("Shorts", "entry_price"),
    ("Shorts", "margin"), ("Shorts", "leverage"), ("Scenarios", "price_shock"),
    ("Scenarios", "basis_shock"), ("Scenarios", "days"), ("History", "close"),
    ("History", "volume"), ("Settings", "hedge_ratio"), ("Settings", "shock_step"),
]  # fmt: skip
BREAKAGES = {
    **{("Holdings", name): value for name, value in
       {"asset": "x*", "spot_price": 0.0, "hedge_ratio": -0.1, "avg_cost": -1.0,
        "instrument": "nobody's", "quantity": None}.items()},
    **{("Instruments", name): value for name, value in
       {"contract_type": "quanto", "futures_price": -1.0, "funding_rate": 1.0, "mm_rate": 1.0,
        "expiry": "2026-03-27T08:00", "mm_basis": "index", "fee_discount": 1.1,
        "interval_hours": 0.0, "instrument": "a~b", "underlying": None}.items()},
    **{("Shorts", name): value for name, value in
       {"contracts": None, "entry_price": 0.0, "margin": -1.0, "instrument": "nobody's",
        "leverage": 0.0, "opened": "2/3/2026"}.items()},
    **{("Scenarios", name): value for name, value in
       {"price_shock": -1.5, "days": 40_000.0, "asset": "nobody's", "basis_shock": -99.0,
        "scenario": None}.items()},
    **{("Tiers", name): value for name, value in
       {"floor": -1.0, "mm_rate": None, "instrument": "nobody's"}.items()},
    **{("History", name): value for name, value in
       {"time": None, "close": 0.0, "low": -1.0, "funding_rate": -1.0}.items()},
    **{("Settings", name): value for name, value in
       {"as_of": None, "horizon_date": "9999-12-31", "shock_step": 1e-9, "shock_min": -2.0,
        "funding_consecutive": 1.5, "redeploy_drop": -1.0}.items()},
}  # fmt: skip
"""What is wrong in a cell, whatever the rest of the portfolio is."""


@st.composite
def broken(draw):
    """A portfolio with one to three wrong cells, and which they are: table, row, column."""
    tables = draw(whole.portfolios(most=6))
    cells = {}
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            (table, column), value = draw(st.sampled_from(list(BREAKAGES.items())))
        else:
            (table, column), value = draw(st.sampled_from(NUMBERS)), draw(TEN)
        rows = tables.get(table)
        if rows and table == "Settings":
            cells[table, 0, column] = value
        elif rows:
            at = draw(st.integers(0, len(rows) - 1))
            other = str(rows[at].get("instrument") or "").swapcase()
            if value == "nobody's" and column == "instrument" and other != other.swapcase():
                value = other  # a reference in other letters is to nothing, and is told, too
            cells[table, at, column] = value
    tables = whole.copied(tables)
    ends = [tables["Settings"].get(f"shock_{end}") for end in ("min", "max")]
    if ends[0] == ends[1] is not None and cells.get(("Settings", 0, "shock_step"), 0.0) == 1e-9:
        del cells["Settings", 0, "shock_step"]  # one shock needs no step
    for (table, row, column), value in cells.items():
        (tables[table] if table == "Settings" else tables[table][row])[column] = value
    return tables, cells


@examples(60)
@given(broken())
def test_what_is_broken_is_told_with_its_place(drawn):
    tables, cells = drawn
    with whole.folder() as place:
        path = whole.as_json(place / "book.json", tables)
        try:
            analyse(read(path))
        except PortfolioError as error:
            problems = error.problems
        else:
            assert not cells, (cells, whole.told(tables))
            return
    assert all("\n" not in str(each) and each.place for each in problems), problems
    said = {(each.place, each.column) for each in problems}
    if len({(table, row) for table, row, _ in cells}) == len(cells):  # one in a row
        for table, row, column in cells:
            where = "Settings" if table == "Settings" else f"{table}[{row}]"
            assert (where, column) in said, (cells, problems, whole.told(tables))


def _as_workbook_and_csv(tables, folder):
    """The files, and what a table's cell is called in each."""
    book = whole.as_workbook(folder / "book.xlsx", tables)
    sheets = openpyxl.load_workbook(book)

    def in_workbook(table, row, column):
        sheet = sheets[TABLES[table].sheet]
        corner = sheet[sheet.tables[table].ref][0][0]
        heads = {cell.value: cell.column for cell in sheet[sheet.tables[table].ref][0]}
        at = corner.row + 1 + row
        if table == "Settings":
            at = corner.row + 1 + list(tables[table]).index(column)
        letter = get_column_letter(heads["value" if table == "Settings" else column])
        title = quote_sheetname(sheet.title) if " " in sheet.title else sheet.title
        return f"{title}!{letter}{at}"

    def in_csv(table, row, column):
        line = list(tables[table]).index(column) if table == "Settings" else row
        return f"{table}.csv:{line + 2}"

    return (book, in_workbook), (whole.as_csv(folder / "book", tables), in_csv)


@examples(12)
@given(broken())
def test_places_are_those_of_the_workbook_and_of_the_csv_file(drawn):
    tables, cells = drawn
    plain = all(isinstance(value, str) or (type(value) is float and math.isfinite(value))
                for value in cells.values())  # fmt: skip
    assume(plain and len({(table, row) for table, row, _ in cells}) == len(cells) > 0)
    with whole.folder() as place:
        for path, named in _as_workbook_and_csv(tables, place):
            with pytest.raises(PortfolioError) as caught:
                analyse(read(path))
            said = {(each.place, each.column) for each in caught.value.problems}
            wanted = {(named(*cell), cell[2]) for cell in cells}
            assert wanted <= said, (wanted, caught.value.problems)


HUGE = st.sampled_from([1e290, 1e155, 1e308, 1e-300, 1e-160, 5e-324])


@st.composite
def absurd(draw):
    """A portfolio with numbers that no venue has ever seen."""
    tables = whole.copied(draw(whole.portfolios(most=6)))
    for _ in range(draw(st.integers(1, 3))):
        table, column = draw(st.sampled_from([
            ("Holdings", "quantity"), ("Holdings", "spot_price"), ("Instruments", "futures_price"),
            ("Instruments", "contract_size"), ("Shorts", "contracts"), ("Shorts", "margin"),
            ("Shorts", "entry_price"), ("History", "close"), ("Instruments", "qty_step"),
            ("Instruments", "interval_hours"), ("Tiers", "floor"), ("Holdings", "beta"),
        ]))  # fmt: skip
        if tables.get(table):
            row = draw(st.sampled_from(tables[table]))
            row[column] = draw(HUGE)
    return tables


@examples(30)
@given(absurd())
def test_numbers_too_large_are_refused_with_a_place_or_reported_as_numbers(tables):
    with whole.folder() as place:
        try:
            analysis = analyse(read(whole.as_json(place / "book.json", tables)))
        except PortfolioError as error:
            analysis, problems = None, error.problems
    if analysis is None:
        assert all(each.place and "\n" not in str(each) for each in problems)
        return
    content = report_book(analysis).to_bytes()
    assert unwanted(content) == []
    assert finite(by_calamine(Report(content))) == []
