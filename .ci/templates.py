"""Builds the committed workbooks: the template, and the samples as filled-in templates."""

from pathlib import Path

from xlhedge.analysis import analyse
from xlhedge.desk import TEMPLATE
from xlhedge.samples import SAMPLES
from xlhedge.workbook.template import template_book

ROOT = Path(__file__).parent.parent

for name, portfolio in SAMPLES.items():
    template_book(analyse(portfolio)).save(ROOT / "workbooks" / f"{name}.xlsx")
template_book(analyse(SAMPLES[TEMPLATE])).save(ROOT / "templates" / "xlhedge-template.xlsx")
