"""Builds the committed files: both editions of the template, the samples, and the checklist."""

import csv
import json
from importlib.resources import files
from pathlib import Path

from checklist import checklist_book

from xlhedge.analysis import analyse
from xlhedge.jobs.commands import TEMPLATE
from xlhedge.portfolio import TABLES
from xlhedge.samples import SAMPLES
from xlhedge.sheets.template import template_book

ROOT = Path(__file__).parent.parent

for path in sorted((ROOT / "workbooks").glob("*.xlsx")):
    if path.stem in SAMPLES:  # it holds some of them
        template_book(analyse(SAMPLES[path.stem])).save(path)
checklist_book().save(ROOT / "workbooks" / "excel-checklist.xlsx")
for edition, file in (("addin", "xlhedge-template"), ("365", "xlhedge-template-365")):
    template_book(analyse(SAMPLES[TEMPLATE]), edition).save(ROOT / "templates" / f"{file}.xlsx")

# One sample as people without a spreadsheet keep it: a JSON file, and a folder of CSV files.
plain = files("xlhedge.samples").joinpath("treasury.json").read_bytes()
(ROOT / "workbooks" / "treasury.json").write_bytes(plain)
folder = ROOT / "workbooks" / "treasury-csv"
folder.mkdir(exist_ok=True)
for table, rows in json.loads(plain).items():
    named = (
        [dict(zip(("name", "value"), pair, strict=True)) for pair in rows.items()]
        if (isinstance(rows, dict))
        else rows
    )
    headers = [name for name in TABLES[table].headers if any(name in row for row in named)]
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, headers, lineterminator="\n")
        writer.writeheader()
        writer.writerows(named)
