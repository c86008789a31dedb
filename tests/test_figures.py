"""Figures: one rule a column, whatever it is computed on, and what stands where there is none."""

import pytest
from books import ODD

from xlhedge.analysis import analyse
from xlhedge.analysis.carriers import Values
from xlhedge.analysis.figures import BLANK, Blank, FigureRow, figure, looked_up, sum_of
from xlhedge.errors import HedgeError, RowError
from xlhedge.samples import SAMPLES
from xlhedge.sheets.native_cells import Known, NativeCells
from xlhedge.sheets.sheets import SHEETS
from xlhedge.sheets.table import FigureTable


class Line(FigureRow):
    """A result that stands before what it is made of."""

    name = looked_up("Name", "text")

    @figure("Twice the half", "ratio", ("half",))
    def whole(self, _):
        return self.half * 2

    @figure("Half", "ratio")
    def half(self, _):
        return self.half_of / 2

    half_of = looked_up("Half of", "ratio")

    @figure("Of a name", "ratio")
    def by_name(self, _):
        return 1 if self.name == "BTC" else 0


def test_columns_stand_in_any_order():
    assert [each.name for each in Line.figures] == ["name", "whole", "half", "half_of", "by_name"]
    assert Line(Values(), half_of=3.0).whole == 3
    assert Line(Values()).name == BLANK


def test_a_figure_is_blank_where_one_it_is_given_is():
    line = Line.of(Values(), half_of=3.0)
    assert isinstance(line.whole, Blank)
    assert line["whole"] is None
    assert sum_of([line, Line(Values(), half_of=4.0)], Line.half_of) == 7


def test_what_cannot_be_computed_says_whose_it_is():
    line = Line(Values(), 7, half_of=float("inf"))
    with pytest.raises(RowError, match="Half is too large for a number") as told:
        line.complete()
    assert told.value.row is line
    assert isinstance(told.value, HedgeError)


def test_no_formula_of_a_report_depends_on_a_name():
    """Rows of other names have the same formulas: it would be wrong in all but one of them."""
    table = FigureTable("Lines", Line, 1, 1)
    line = Line(Values(), name="BTC", half_of=3.0).complete()
    with pytest.raises(TypeError, match="depends on a name"):
        NativeCells(Known(0, 0, 0), table).texts(table, line)


def test_a_reason_stands_where_a_number_is_not():
    """Every figure that is a number is one, or says why not by being a `Blank`."""
    done = analyse(ODD)
    rows = [*done.hedge, *done.margin, *done.unwind, *(x for s in done.scenarios for x in s.lines)]
    for row in rows:
        for each in row.figures:
            value = getattr(row, each.name)
            assert value is not None
            assert isinstance(value, str) <= (each.look == "text" or isinstance(value, Blank)), each


def test_counts_are_shown_without_decimals():
    """Whatever is whole in every row of every sample is a count, or one of these."""
    may_be_whole = ("Beta", "Leverage ×", "Funding interval, hours", "Quote per unit of its own",
                    "Wallet's unit for one of margin")  # fmt: skip
    numbers = [analyse(portfolio).numbers for portfolio in SAMPLES.values()]
    kinds = {sheet.table.row for sheet in SHEETS if sheet.table}
    for kind, each in ((row, column) for row in kinds for column in row.figures):
        values = [row[each.name] for found in numbers for row in found.rows(kind)]
        whole = all(value % 1 == 0 for value in values if isinstance(value, float | int))
        assert each.look != "ratio" or each.title in may_be_whole or not whole, each.title
