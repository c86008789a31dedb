"""Builds the committed workbooks: both editions of the template, the samples, and the checklist."""

from pathlib import Path

from checklist import checklist_book

from xlhedge.analysis import analyse
from xlhedge.jobs.commands import TEMPLATE
from xlhedge.samples import SAMPLES
from xlhedge.sheets.template import template_book

ROOT = Path(__file__).parent.parent

for name, portfolio in SAMPLES.items():
    template_book(analyse(portfolio)).save(ROOT / "workbooks" / f"{name}.xlsx")
checklist_book().save(ROOT / "workbooks" / "excel-checklist.xlsx")
for edition, file in (("addin", "xlhedge-template"), ("365", "xlhedge-template-365")):
    template_book(analyse(SAMPLES[TEMPLATE]), edition).save(ROOT / "templates" / f"{file}.xlsx")
