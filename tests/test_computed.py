"""The formulas of a sheet as programs write them, and what is stored with them."""

import pytest
from hostile import MAIN

from xlhedge.errors import CellError
from xlhedge.xlsx.computed import Computed, Formulas


def formulas(rows, prefix=""):
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    text = f"<{prefix}sheetData>{rows}</{prefix}sheetData>"
    xml = f'<{prefix}worksheet {name}="{MAIN}">{text}</{prefix}worksheet>'
    return Formulas(xml.encode(), "sheet1.xml")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="B2"><f>1+1</f><v>2.5</v></c>', 2.5),
        ('<c r="B2" t="str"><f>1+1</f><v>a&amp;b</v></c>', "a&b"),
        ('<c r="B2" t="str"><f>1+1</f><v></v></c>', ""),
        ('<c r="B2" t="b"><f>1+1</f><v>1</v></c>', True),
        ('<c r="B2" t="e"><f>1+1</f><v>#N/A</v></c>', CellError.NA),
        ('<c r="B2"><f>1+1</f></c>', None),
        ("<c/><c><f>1+1</f><v>2</v></c>", 2),
    ],
)
def test_a_formula_and_its_value(cell, value):
    assert formulas(f'<row r="2">{cell}</row>').cells == {"B2": Computed("1+1", "", value)}


def test_letters_of_xml_in_a_formula():
    found = formulas('<x:row><x:c><x:f>"&lt;"&amp;A2&gt;1</x:f></x:c></x:row>', "x:")
    assert found.cells["A1"].text == '"<"&A2>1'


def test_a_shared_formula_is_told_for_each_of_its_cells():
    rows = "".join(
        f'<row r="{n}"><c r="B{n}"><f t="shared" si="3"{more}<v>{n}</v></c></row>'
        for n, more in ((1, ' ref="B1:B3">A1+$D$1</f>'), (2, "/>"), (3, "/>"))
    )
    found = formulas(rows).cells
    assert [found[f"B{n}"].text for n in (1, 2, 3)] == ["A1+$D$1", "A2+$D$1", "A3+$D$1"]


def test_all_cells_that_an_array_formula_fills():
    first = '<c r="A1"><f t="array" ref="A1:B2">D1:E2</f><v>1</v></c><c r="B1"><v>2</v></c>'
    found = formulas(f'<row r="1">{first}</row><row r="2"><c r="A2"><v>3</v></c></row>')
    assert found.cells == {
        "A1": Computed("D1:E2", "A1:B2", 1), "B1": Computed("", "", 2), "A2": Computed("", "", 3),
    }  # fmt: skip
    assert "B2" in found
    assert "C1" not in found
