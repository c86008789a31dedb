"""A report as LibreOffice prints it: words and their places, and what cells show."""

import json
import subprocess
from collections import Counter
from typing import NamedTuple
from xml.etree import ElementTree as ET

from openpyxl import load_workbook


class Word(NamedTuple):
    """A word, and where it stands, in points from the upper left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


_NAME = "{http://www.w3.org/1999/xhtml}"


class Printed:
    """A workbook's PDF.

    Args:
        office: LibreOffice.
        path: the workbook.
    """

    def __init__(self, office, path):
        self._office, self.path = office, path
        said = _run("pdftotext", "-bbox", office.to_pdf(path), "-")
        self.pages = [_Page(each) for each in ET.fromstring(said).iter(f"{_NAME}page")]  # noqa: S314  # of a PDF of ours

    @property
    def titles(self):
        """The sheet of each page, by its footer."""
        return [page.title(self._sheets()) for page in self.pages]

    def _sheets(self):
        return load_workbook(self.path, read_only=True).sheetnames

    def faults(self):
        """Numbers that do not fit, words over each other or beyond the paper."""
        pages = enumerate(self.pages, 1)
        return [f"page {number}: {fault}" for number, page in pages for fault in page.faults()]

    def cut(self):
        """Cells whose text does not fit, or that the pages do not show."""
        found = []
        titles = self.titles
        for title, cells in shown(self._office, self.path).items():
            pages = [page for page, own in zip(self.pages, titles, strict=True) if own == title]
            there = Counter(word.text for page in pages for word in page.words)
            for cell, (text, cut) in cells.items():
                found += [f"{title}!{cell}: {text} is cut off"] if cut else []
                lost = [word for word in text.split() if not there[word]]
                # A word that is longer than its column is divided.
                whole = "".join(word.text for page in pages for word in page.words)
                found += [f"{title}!{cell}: {word}" for word in lost if word not in whole]
        return found


class _Page:
    def __init__(self, page):
        self.width, self.height = float(page.get("width")), float(page.get("height"))
        self.words = [
            Word(each.text, *(float(each.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")))
            for each in page.iter(f"{_NAME}word")
            if each.text
        ]

    def title(self, titles):
        """Which sheet it is of: the title begins the page's foot, which ends in "1 / 6"."""
        low = next(word.bottom for word in reversed(self.words) if word.text == "/")
        line = " ".join(word.text for word in self.words if abs(word.bottom - low) < _SAME_LINE)
        found = [each for each in titles if line.startswith(each)]
        return max(found, key=len, default=line)

    def faults(self):
        found = [f"{word.text} does not fit" for word in self.words if "###" in word.text]
        found += [
            f"{word.text} is beyond the paper"
            for word in self.words
            if not (word.left >= 0 and word.right <= self.width and word.bottom <= self.height)
        ]
        words = sorted(self.words, key=lambda word: word.left)
        for n, word in enumerate(words):
            for other in words[n + 1 :]:
                if other.left >= word.right - _TOUCH:
                    break
                if _overlap(word, other):
                    found.append(f"{word.text} lies over {other.text}")
        return found


_SAME_LINE = 2
"""Points that letters of a line may end apart."""
_TOUCH = 0.7
"""Points that words may lie over each other by: letters lean."""


def _overlap(word, other):
    down = min(word.bottom, other.bottom) - max(word.top, other.top)
    return down > 0.35 * min(word.bottom - word.top, other.bottom - other.top)


_SHOWN = """
import json
from com.sun.star.beans import PropertyValue
from com.sun.star.table import CellAddress
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
hidden = PropertyValue("Hidden", 0, True, 0)
book = desktop.loadComponentFromURL({source!r}, "_blank", 0, (hidden,))
sheets = [sheet for sheet in book.Sheets]
book.addActionLock()
book.lockControllers()
book.Sheets.insertNewByName("bench", len(sheets))
bench = book.Sheets.getByName("bench")
found, tried = {{}}, []
for sheet in sheets:
    widths = {{}}
    for a in sheet.getPrintAreas():
        part = sheet.getCellRangeByPosition(a.StartColumn, a.StartRow, a.EndColumn, a.EndRow)
        cells = part.queryContentCells(1 | 2 | 4 | 16).Cells.createEnumeration()
        while cells.hasMoreElements():
            cell = cells.nextElement()
            text, place = cell.String, cell.CellAddress
            name = f"R{{place.Row + 1}}C{{place.Column + 1}}"
            found.setdefault(sheet.Name, {{}})[name] = [text, False]
            if place.Column not in widths:
                widths[place.Column] = sheet.Columns.getByIndex(place.Column).Width
            if not text or len(text) * 230 < widths[place.Column] * 0.75:
                continue  # surely fits
            whole = sheet.createCursorByRange(cell)
            whole.collapseToMergedArea()
            at, n = whole.RangeAddress, len(tried)
            # A text may reach over empty cells at its right, as far as the page does.
            wide, right = whole.Size.Width, at.EndColumn + 1
            if not cell.IsTextWrapped and cell.FormulaResultType2 == 2 or cell.Type.value == "TEXT":
                beside = sheet.getCellByPosition
                while right <= a.EndColumn and not beside(right, at.StartRow).String:
                    wide += sheet.Columns.getByIndex(right).Width
                    right += 1
            tried.append((sheet.Name, name, text,
                          cell.IsTextWrapped, wide, whole.Size.Width, whole.Size.Height))
            bench.copyRange(CellAddress(len(sheets), n, n), cell.RangeAddress)
            own = bench.getCellByPosition(n, n)
            own.merge(False)
            if own.Type.value == "FORMULA":
                own.String = cell.String
book.removeActionLock()
for n, (_, _, _, wrapped, wide, width, _) in enumerate(tried):
    column = bench.Columns.getByIndex(n)
    if wrapped:
        column.Width = width
    else:
        column.OptimalWidth = True
bench.getCellRangeByPosition(0, 0, 0, len(tried)).Rows.OptimalHeight = True
for n, (title, cell, text, wrapped, wide, width, height) in enumerate(tried):
    needs = bench.Columns.getByIndex(n).Width, bench.Rows.getByIndex(n).Height
    cut = needs[1] > height + 60 if wrapped else needs[0] > wide + 60
    found.setdefault(title, {{}})[cell] = [text, cut]
book.close(True)
print(json.dumps(found))
"""


def shown(office, path):
    """Of the cells that print, as LibreOffice shows them: the text, and whether it is cut off.

    Each is tried in a cell of its own that grows: what that needs is compared with its place.
    """
    return json.loads(office.ask(_SHOWN.format(source=path.resolve().as_uri())))


def _run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, check=True)
    return done.stdout.decode()
