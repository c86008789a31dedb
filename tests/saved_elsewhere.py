"""The samples' workbooks as other programs save them: what each keeps, and what it drops."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pandas as pd
import spreadsheets
import xlsxwriter
from engines import LibreOffice
from openpyxl import Workbook

from xlhedge.portfolio import TABLES, Portfolio

Saved = Iterator[Path]


def by_libreoffice(source: Path, office: LibreOffice) -> Saved:
    """LibreOffice keeps Excel's tables in Excel's formats, and has none in its own."""
    yield from office.saved_as(source, "xlsx", "xlsm", "ods")


def by_gnumeric(source: Path, folder: Path) -> Saved:
    """Gnumeric drops the tables."""
    for suffix in (".xlsx", ".ods"):
        yield spreadsheets.gnumeric(source, folder / f"{source.stem}-gnumeric{suffix}")


def by_javascript(sources: list[Path], folder: Path) -> dict[str, list[Path]]:
    """ExcelJS keeps the tables, SheetJS drops them; one start of node saves all files."""
    targets: dict[str, list[Path]] = {
        "ExcelJS": [folder / f"{source.stem}-exceljs.xlsx" for source in sources],
        "SheetJS": [folder / f"{source.stem}-sheetjs.xlsx" for source in sources],
        "SheetJS, .ods": [folder / f"{source.stem}-sheetjs.ods" for source in sources],
    }
    jobs = [
        (program.partition(",")[0].lower(), source, target)
        for program, files in targets.items()
        for source, target in zip(sources, files, strict=True)
    ]
    answers = spreadsheets.opened(jobs)
    assert not [answer for answer in answers if "error" in answer], answers
    return targets


def by_openpyxl(source: Path, folder: Path) -> Saved:
    """openpyxl keeps the tables, and no formula's value."""
    target = folder / f"{source.stem}-openpyxl.xlsx"
    openpyxl.load_workbook(source).save(target)
    yield target


def by_pandas(portfolio: Portfolio, folder: Path) -> Saved:
    """pandas writes a sheet a table, with its headings in the first row."""
    target = folder / "pandas.xlsx"
    with pd.ExcelWriter(target) as writer:
        for name, frame in portfolio.to_frames().items():
            title = name if name != "History" else TABLES[name].sheet
            frame.to_excel(writer, sheet_name=title, index=False)
    yield target


def by_xlsxwriter(portfolio: Portfolio, folder: Path) -> Saved:
    """XlsxWriter with headings only: sheets of any names, the headings below a title."""
    target = folder / "xlsxwriter.xlsx"
    options = {"default_date_format": "yyyy-mm-dd hh:mm", "nan_inf_to_errors": False}
    with xlsxwriter.Workbook(target, options) as book:
        for name, frame in portfolio.to_frames().items():
            sheet = book.add_worksheet()
            sheet.write(0, 1, f"My {name.lower()}")
            sheet.write_row(2, 1, frame.columns)
            for number, row in enumerate(frame.itertuples(index=False), 3):
                for column, cell in enumerate(row, 1):
                    if not pd.isna(cell):
                        sheet.write(number, column, cell)
    yield target


def by_google_sheets(source: Path, folder: Path) -> Saved:
    """What Google Sheets exports, emulated: all but the tables and the names' comments."""
    target = folder / f"{source.stem}-google.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.startswith("xl/tables/"):
                continue
            if name == "[Content_Types].xml" or name.startswith("xl/worksheets/_rels/"):
                text = "<".join(part for part in text.split("<") if "/tables/" not in part)
            if name.startswith("xl/worksheets/sheet"):
                head, _, tail = text.partition("<tableParts")
                text = head + (tail.rpartition("</tableParts>")[2] if tail else "")
            new.writestr(name, text)
    yield target


def by_numbers(source: Path, folder: Path) -> Saved:
    """What Numbers exports, emulated: values, a sheet a grid with its name above it, a summary."""
    target = folder / f"{source.stem}-numbers.xlsx"
    book = Workbook()
    summary = book.active
    summary.title = "Export Summary"
    summary.append(
        ["This document was exported from Numbers. Each table was converted to a sheet."]
    )
    summary.append(["Numbers Sheet Name", "Numbers Table Name", "Excel Worksheet Name"])
    for sheet in openpyxl.load_workbook(source, data_only=True).worksheets:
        title = f"{sheet.title} - Table 1"[:31]
        summary.append([sheet.title, "Table 1", title])
        copy = book.create_sheet(title)
        copy.append(["Table 1"])
        for row in sheet.iter_rows(values_only=True):
            copy.append(row)
    book.save(target)
    yield target


OF_WORKBOOKS: Mapping[str, Callable[[Path, Path], Saved]] = {
    "openpyxl": by_openpyxl,
    "Google Sheets (emulated)": by_google_sheets,
    "Numbers (emulated)": by_numbers,
}
OF_TABLES: Mapping[str, Callable[[Portfolio, Path], Saved]] = {
    "pandas": by_pandas,
    "XlsxWriter, headings only": by_xlsxwriter,
}
