"""What new things take, on a scratch copy, and nothing breaks.

An input column is a line, a computed one a figure, a sheet a writer and a line, and a function a
body and a line, with what is new among its arguments.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from contents import links
from openpyxl import load_workbook

from xlhedge.portfolio import TABLES
from xlhedge.sheets.input_cells import shown_headers

PACKAGE = Path(__file__).parent.parent / "xlhedge"
MADE = """
from pathlib import Path
from xlhedge.analysis import analyse
from xlhedge.readers import read
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

done = analyse(SAMPLES["treasury"])
template_book(done).save(Path("template.xlsx"))
report_book(done).save(Path("report.xlsx"))
assert read("template.xlsx") == SAMPLES["treasury"]
"""
ASKED = """
import xlhedge
from xlhedge.hosts.excel.wrappers import our_modules
from xlhedge.hosts.lambdas import LAMBDAS
assert xlhedge.insurance_cost(1_000, 0.1, 73) == 20
try:
    xlhedge.insurance_cost(1_000, 0.1, 0)
except xlhedge.HedgeError as error:
    assert "insured_days" in str(error)
else:
    raise AssertionError
assert "INSURANCE_COST" in {each.name for each in LAMBDAS}
assert "INSURANCE_COST" in str(our_modules())
"""
FIGURE = """
    @figure("Index above spot", "price", ("instrument",))
    def above_spot(self, _: Lookups) -> Carrier:
        return self.index_price - self.spot_price

"""
WRITER = """

def write_turnover(sheet, of):
    sheet.put(4, 1, "Holdings", "cell text")
    sheet.put(4, 2, len(of.analysis.hedge), "cell whole")

"""
SHEET = """
    SheetSpec("Turn & over", write_turnover, purpose="What was traded", note="By hand", wide=2),
"""
QUANTITIES = """
    Quantity("cover", MONEY, "Value that is insured, in quote.", Domain(at_least=0)),
    Quantity("premium", PERCENT, "Premium a year, decimal of the value (0.02 = 2 %)."),
    Quantity("insured_days", DAYS, "How long it is insured, in days.", Domain(above=0)),
"""
BODY = '''


def insurance_cost(cover: Carrier, premium: Carrier, insured_days: Carrier) -> Carrier:
    """What insuring a value costs, in quote.

    Equation:
        cover × premium × insured_days ÷ 365

    Question:
        What does insuring 1,000 for 73 days at 10 % a year cost?

        >>> import xlhedge
        >>> xlhedge.insurance_cost(1_000, 0.1, 73)
        20.0

    Source:
        None.
    """
    return cover * premium * insured_days / 365


'''
INPUTS = [f'    {n}: Annotated[float, number("mm_amount")] = 0.0\n' for n in ("x", "y")]
ADDED = (
    ("portfolio/tables.py", 'fee_discount: Annotated[float, number("discount")] = 0.0\n', *INPUTS),
    ("portfolio/tables.py", '    days: Annotated[float, number("days")] = 0.0\n',
     '    more: Annotated[float, number("days")] = 0.0\n'),
    ("analysis/hedge.py", "    index_price = INDEX_PRICE\n", FIGURE),
    ("sheets/sheets.py", "# fmt: off\n", WRITER),
    ("sheets/sheets.py", 'hedge ratio, basis, funding and leverage", note=_GRIDS),\n', SHEET),
    ("functions/vocabulary.py", "_VOCABULARY = (\n", QUANTITIES),
    ("functions/formulas/basis.py", "absolute, exp, ln, maximum, power, where\n", BODY),
    ("functions/registry.py", "Function(basis.locked_carry, (61_500, 61_500, 60_000), 1_500),\n",
     "        Function(basis.insurance_cost, (1_000, 0.1, 73), 20),\n"),
)  # fmt: skip
"""Module, the line behind which something stands, and that."""


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Both workbooks of a copy of the package that has grown by all of it."""
    folder = tmp_path_factory.mktemp("grown")
    shutil.copytree(PACKAGE, folder / "xlhedge", ignore=shutil.ignore_patterns("__pycache__"))
    for module, line, *texts in ADDED:
        path = folder / "xlhedge" / module
        before, found, after = path.read_text("utf-8").partition(line)
        assert found, line
        path.write_text("".join((before, found, *texts, after)), "utf-8")
    subprocess.run([sys.executable, "-c", MADE + ASKED], cwd=folder, check=True)
    return [load_workbook(folder / f"{name}.xlsx") for name in ("template", "report")]


def test_new_input_columns_are_a_line_each(grown):
    headers = [cell.value for cell in grown[0]["Instruments"][5]]
    ours, tiers = shown_headers("Instruments"), TABLES["Tiers"].headers
    at = ours.index("fee_discount") + 1
    assert headers == [*ours[:at], "x", "y", *ours[at:], None, *tiers]


def test_a_new_scenario_column_moves_the_assets_to_choose_from(grown):
    headers = [cell.value for cell in grown[0]["Scenarios"][5]]
    ours = TABLES["Scenarios"].headers
    at = ours.index("days") + 1
    assert headers == [*ours[:at], "more", *ours[at:], None, "Assets to choose from"]


def test_a_new_computed_column_is_a_figure(grown):
    """Its formula may read a figure that stands on another sheet of the report."""
    for book, down in zip(grown, (3, 2), strict=True):
        cells = (cell for row in book["Hedge"].iter_rows() for cell in row)
        (head,) = (cell for cell in cells if cell.value == "Index above spot")
        text = head.offset(down).value
        assert text.startswith("=")
    assert re.fullmatch(r"='Funding & basis'!\$[A-Z]+\$\d+-[A-Z]+\d+", text)


@pytest.mark.parametrize("book", [0, 1], ids=["template", "report"])
def test_a_new_sheet_is_a_writer_and_a_line(book, grown):
    titles = grown[book].sheetnames
    before = ("Sensitivity", "Orders")[book]  # behind a report's pages stands what is no page
    assert titles.index(before) < titles.index("Turn & over")
    front, sheet = grown[book][("Start", "Inputs & audit")[book]], grown[book]["Turn & over"]
    assert links(front)["Turn & over"] == ("'Turn & over'!A1", "What was traded")
    said = " ".join(str(cell.value) for cell in sheet[2])
    assert (sheet["A1"].value, "By hand" in said, sheet["B4"].value) == ("Turn & over", True, 5)
    assert (sheet.freeze_panes, sheet.page_setup.orientation) == ("A3", "landscape")
    assert book or (sheet.print_title_cols, sheet.page_setup.fitToWidth) == ("$A:$A", 2)


def test_a_new_function_is_a_body_and_a_line(grown):
    """Its host's parts were asked for in the copy; the sheet has it with its arguments."""
    said = [str(cell.value) for row in grown[0]["Functions"].iter_rows() for cell in row]
    assert "Value that is insured, in quote." in said
    assert [each for each in said if each.startswith("=INSURANCE_COST(B")]
