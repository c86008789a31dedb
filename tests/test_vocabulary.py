"""The vocabulary: what a quantity declares holds wherever it is used, and a lack of it is told."""

import re

import pytest

from xlhedge.functions.definition import Function
from xlhedge.functions.quantity import Domain, Measure, Quantity
from xlhedge.functions.vocabulary import CONTRACTS, PERCENT, QUANTITIES
from xlhedge.portfolio.columns import Column, number, text
from xlhedge.sheets.style import FORMATS
from xlhedge.sheets.validation import note_of, unit_of

SAID = {
    "quote per coin": "quote per (base )?coin",
    "quote": "in quote",
    "coins": "in base coins",
    "quote (linear), coins (inverse)": "quote for linear, base coins for inverse",
    "coins (linear), quote (inverse)": "base coins for linear, quote for inverse",
    "%": "decimal|relative|a ratio",
    "% per interval": "decimal.*per interval|per interval.*decimal",
    "date-time, UTC": "as a date",
    "anything": "",  # whatever the explained function takes there
}
"""What a help says for a unit, if not the unit itself; so the two cannot differ."""


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=lambda quantity: quantity.name)
def test_a_help_says_the_unit_that_is_declared(quantity):
    said = [f'"{word}"' for word in quantity.options] or [quantity.unit]
    for each in said:
        assert re.search(SAID.get(each, re.escape(each)), quantity.help, re.IGNORECASE)


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=lambda quantity: quantity.name)
def test_what_is_declared_can_be_shown_typed_and_warned_of(quantity):
    assert quantity.measure.look in FORMATS
    assert not quantity.domain.whole or quantity.measure.look in ("whole", "text")
    assert (quantity.kind == "word") is bool(quantity.options)
    for end in (quantity.usual.at_least, quantity.usual.at_most):
        assert end is None or quantity.domain.admits(end)


def test_a_column_is_what_its_quantity_declares_whatever_its_help_says():
    """A help without a word that is known crashed the template."""
    lots = Column("lots", Quantity("lots", CONTRACTS, "As many as there are."), None)
    assert (unit_of(lots), lots.look, note_of(lots)) == ("contracts, optional", "qty", "")
    part = Column("part", Quantity("part", PERCENT, "What is left of it."), 1)
    assert (unit_of(part), part.look) == ("%, optional", "percent")
    assert (
        note_of(part).splitlines()[-1] == "Type percent with the sign: 5 % is written 5% or 0.05."
    )
    new = Column("new", Quantity("new", Measure("blocks", "whole"), "In blocks.", trap=True))
    assert unit_of(new) == "blocks"
    assert note_of(new) == "In blocks.\nIt must be a number."


def test_what_a_blank_means_is_said_once():
    told = Column("rate", number("rate", "Rate per year", "; blank: none."), 0.0)
    assert told.help == "Rate per year; blank: none."
    assert "Left blank" not in note_of(told)
    assert (
        note_of(Column("asset", text("Its name", "; blank: none."), "")) == "Its name; blank: none."
    )
    assert note_of(Column("asset", text("Its name."), "")) == ""
    assert "Left blank it is 0." in note_of(Column("rate", number("rate"), 0.0))


@pytest.mark.parametrize(
    ("usual", "inside", "outside"),
    [
        (Domain(at_least=-0.01, at_most=0.01), (-0.01, 0, 0.01), (-0.011, 0.011)),
        (Domain(above=-0.01, below=0.01), (-0.009, 0, 0.009), (-0.01, 0.01)),
        (Domain(at_most=2), (-9, 2), (2.1,)),
        (Domain(), (-9, 9), ()),
    ],
)
def test_a_number_is_beyond_an_end_where_it_is_not_admitted(usual, inside, outside):
    assert [usual.beyond(x) for x in (*inside, *outside)] == [0] * len(inside) + [1] * len(outside)
    assert all(map(usual.admits, inside))
    assert not any(map(usual.admits, outside))


def test_a_quantity_that_the_vocabulary_lacks_is_told_at_once():
    def lot_value(spot_price, lots_owned):
        return spot_price * lots_owned

    with pytest.raises(LookupError, match="LOT_VALUE: lots_owned is no quantity of functions/voc"):
        Function(lot_value, (1, 2), 2)
    with pytest.raises(LookupError, match="a column: lots_owned is no quantity"):
        number("lots_owned")
