"""What a new column takes: a line of input or a figure, on a scratch copy, and nothing breaks."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

PACKAGE = Path(__file__).parent.parent / "xlhedge"
BUILD = """
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


@pytest.fixture
def grown(tmp_path):
    """Builds both workbooks with a copy of the package in which text stands behind a line."""

    def build(module, line, *added):
        shutil.copytree(PACKAGE, tmp_path / "xlhedge", ignore=shutil.ignore_patterns("__pycache__"))
        path = tmp_path / "xlhedge" / module
        before, found, after = path.read_text().partition(line)
        assert found, line
        path.write_text(before + found + "".join(added) + after)
        subprocess.run([sys.executable, "-c", BUILD], cwd=tmp_path, check=True)
        return [load_workbook(tmp_path / f"{name}.xlsx") for name in ("template", "report")]

    return build


def test_new_input_columns_are_a_line_each(grown):
    last = '    fee_discount: Annotated[float, number("discount")] = 0.0\n'
    added = [f'    {n}: Annotated[float, number("mm_amount")] = 0.0\n' for n in ("x", "y")]
    template, _ = grown("portfolio/tables.py", last, *added)
    headers = [cell.value for cell in template["Instruments"][5]]
    at = headers.index("fee_discount")
    assert headers[at : at + 7] == [
        "fee_discount",
        "x",
        "y",
        None,
        "instrument",
        "floor",
        "mm_rate",
    ]


def test_a_new_scenario_column_moves_the_assets_to_choose_from(grown):
    last = '    days: Annotated[float, number("days")] = 0.0\n'
    template, _ = grown("portfolio/tables.py", last, last.replace("days:", "more:"))
    headers = [cell.value for cell in template["Scenarios"][5]]
    assert headers[6:] == ["more", None, "Assets to choose from"]


FIGURE = """
    @figure("Index above spot", "price", ("instrument",))
    def above_spot(self, _: Lookups) -> Carrier:
        return self.index_price - self.spot_price

"""


def test_a_new_computed_column_is_a_figure(grown):
    """Its formula may read a figure that stands on another sheet of the report."""
    template, report = grown("analysis/hedge.py", "    index_price = INDEX_PRICE\n", FIGURE)
    for book, head, first in ((template, 7, 10), (report, 4, 6)):
        sheet = book["Hedge"]
        (at,) = (cell.column for cell in sheet[head] if cell.value == "Index above spot")
        assert sheet.cell(first, at).value.startswith("=")
    assert sheet.cell(first, at).value == "='Funding & basis'!$D$6-C6"
