"""Sheets whose rows we write ourselves: every cell carries its look, its formula and its value.

openpyxl cannot store the value of a formula, and previewers, phones and pandas show such cells as
empty. So the cells live here, already as XML text; `worksheet` puts them between the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from xlhedge.errors import HedgeError
from xlhedge.text import in_attribute
from xlhedge.xlsx.cell import (
    LETTERS,
    MAX_COLUMN,
    MAX_ROW,
    cell_xml,
    formula_xml,
    guarded,
    quoted,
)
from xlhedge.xlsx.drawings import Chart, Picture
from xlhedge.xlsx.layout import Layout
from xlhedge.xlsx.row_form import RowForm, RowText
from xlhedge.xlsx.styles import PLAIN, Styles

__all__ = ["Sheet"]

_MAX_HEADER = 255
_OUTSIDE = "a sheet has rows 1 to 1,048,576 and columns 1 to 16,384"


class Sheet(Layout):
    """One sheet: its cells, and by way of `Layout` what is said beside them.

    Attributes:
        charts: What `chart` put on the sheet, and the row and column where.
        pictures: What `picture` put there, likewise.
        merged: What `merge` made one cell.
        links: The links within the workbook, as XML.
        widths: The widths of columns that were widened, in characters.
        folded: The columns that are folded away behind a + in the border.
    """

    def __init__(self, title: str, styles: Styles, taken: set[str]) -> None:
        """Use ``Book.sheet`` instead, which knows the names of looks, and those that are taken."""
        super().__init__(title, styles)
        self._taken = taken
        self.charts: list[tuple[Chart, int, int]] = []
        self.pictures: list[tuple[Picture, int, int]] = []
        self.merged: list[str] = []
        self.links: list[str] = []
        self.widths: dict[int, float] = {}
        self.folded = range(0)
        self._looks = styles.attributes
        self._cells: dict[int, dict[int, str]] = {}
        self._lines: dict[int, tuple[RowForm, str]] = {}  # rows that are one line, and no more

    def put(
        self,
        row: int,
        col: int,
        value: object,
        style: str = PLAIN,
        formula: str | None = None,
        tag: str = "<f>",
    ) -> None:
        """Write one cell; row and column count from 1, in any order, each cell once.

        Args:
            row: 1 is the first row.
            col: 1 is column A.
            value: What is stored and shown: a number (NumPy's too), text, a bool, a date or
                datetime (give it a date look), a ``CellError``, or None for an empty cell that
                still has a look. Text stays text, whatever it starts with.
            style: The name of a look registered with ``Styles.add``.
            formula: Its text without the leading ``=``; then ``value`` is its result, and an
                empty-looking result is ``""``, never None.
            tag: How its element begins; ``array`` knows others.

        Raises:
            ValueError: Naming sheet and cell: the value cannot stand in a cell (NaN, infinity,
                control characters, too long), the look is unknown, or the cell is taken.
        """
        cells = self._cells.get(row)
        if cells is None or col in cells or not 0 < col <= MAX_COLUMN:
            cells = self._row(row, col)
        try:
            source = None if formula is None else formula_xml(formula, tag)
            cell = cell_xml(self._looks[style], value, source)
        except (KeyError, ValueError) as error:
            raise self._refusal(row, col, _why(error)) from error
        cells[col] = f'<c r="{LETTERS[col]}{row}"{cell}'
        self._cells[row] = cells

    def line(
        self, row: int, form: RowForm, values: Sequence[object], styles: Sequence[str]
    ) -> None:
        """Write cells side by side: as ``put`` each, in a fraction of the time.

        Args:
            row: As for ``put``.
            form: Where they stand, and their formulas.
            values: One a cell.
            styles: Likewise.

        Raises:
            ValueError: As ``put``.
        """
        alone = row not in self._cells and row not in self._lines
        for col in form.columns[-1:] if alone else form.columns:
            self._row(row, col)
        try:
            text = form.fill(row, map(self._looks.__getitem__, styles), values)
        except (KeyError, ValueError):
            for col, formula, value, style in zip(
                form.columns, form.formulas, values, styles, strict=True
            ):  # which it is
                self.put(row, col, value, style, None if formula is None else formula.at(row))
            raise
        if alone:
            self._lines[row] = form, text
        else:
            self._cells[row] |= form.cells(text)

    def down(
        self,
        row: int,
        col: int,
        values: Iterable[object],
        style: str = PLAIN,
        formula: RowText | None = None,
    ) -> None:
        """Write cells below each other, all of one look, as ``put`` each.

        Args:
            row: The first one's.
            col: As for ``put``.
            values: One a cell.
            style: As for ``put``.
            formula: That of each, if they have one.

        Raises:
            ValueError: As ``put``.
        """
        numbers = list(values)
        if not numbers:
            return
        self._row(row, col)
        try:
            texts = RowForm(col, [formula]).below(row, self._looks[style], numbers)
        except (KeyError, ValueError):
            for at, value in enumerate(numbers, row):  # which it is
                self.put(at, col, value, style, None if formula is None else formula.at(at))
            raise
        for at, text in enumerate(texts, row):
            cells = self._cells.get(at)
            if cells is None or col in cells:
                cells = self._row(at, col)
            cells[col] = text
            self._cells[at] = cells

    def array(
        self,
        row: int,
        col: int,
        values: Iterable[Iterable[object]],
        formula: str,
        style: str | Sequence[str] = PLAIN,
    ) -> None:
        """Write one array formula over a block of cells, each with its stored value.

        Args:
            row: The block's first row.
            col: The block's first column.
            values: The results, row by row; the block takes their shape.
            formula: Its text without the leading ``=``.
            style: The look of every cell of the block, or a look for each column.

        Raises:
            ValueError: As ``put``, or the rows of ``values`` differ in length or are empty.
        """
        block = [list(line) for line in values]
        widths = {len(line) for line in block}
        if len(widths) != 1 or widths == {0}:
            raise ValueError(f"{self._place(row, col)}: an array formula needs a full rectangle")
        tag = f'<f t="array" ref="{_span(row, col, len(block), len(block[0]))}">'
        looks = [style] * len(block[0]) if isinstance(style, str) else style
        for down, line in enumerate(block):
            for right, (value, look) in enumerate(zip(line, looks, strict=True)):
                self.put(row + down, col + right, value, look, formula, tag)
                formula = tag = ""  # the first cell holds the formula of the whole block

    def table(
        self,
        name: str,
        row: int,
        col: int,
        headers: Sequence[str],
        n_rows: int,
        *,
        header_style: str = PLAIN,
        table_style: str | None = None,
    ) -> None:
        """Write the header cells of an Excel table and declare it; the body is put as usual.

        Args:
            name: What formulas call it; unique in the workbook.
            row: The row of the headers.
            col: The first column.
            headers: The columns' names, all different, upper and lower case being the same.
            n_rows: Rows of data. Excel has no table without any, so 0 reserves one blank row.
            header_style: The look of the header cells.
            table_style: Excel's own banding, such as ``TableStyleLight1``, or none.

        Raises:
            ValueError: As ``put``, or the headers are empty, too long or not all different,
                or another table has the name.
        """
        for right, header in enumerate(headers):
            if not 0 < len(header) <= _MAX_HEADER:
                raise ValueError(f"{self._place(row, col + right)}: a header has 1–255 characters")
            self.put(row, col + right, header, header_style)
        if len({header.casefold() for header in headers}) != len(headers):
            raise ValueError(f"{self._place(row, col)}: two headers of {name} are the same")
        if name.casefold() in self._taken:
            raise ValueError(f"{self._place(row, col)}: a table or name {name} already exists")
        self._taken.add(name.casefold())
        ref = _span(row, col, 1 + max(n_rows, 1), len(headers))
        # With its columns given, openpyxl does not look for the headers in its own, empty cells.
        columns = [TableColumn(id=n, name=guarded(text)) for n, text in enumerate(headers, 1)]
        table = Table(displayName=name, ref=ref, tableColumns=columns)
        table.autoFilter = AutoFilter(ref=ref)
        if table_style is not None:
            table.tableStyleInfo = TableStyleInfo(name=table_style, showRowStripes=True)
        self.tables[name] = table

    def link(self, row: int, col: int, title: str) -> None:
        """Make a cell a link to another sheet of the book; its text and look are put as usual."""
        place = f"{quoted(title)}!A1"
        self.links.append(f'<hyperlink ref="{_ref(row, col)}" location={in_attribute(place)}/>')

    def merge(self, row: int, first: int, last: int) -> None:
        """Make the cells of a row from one column to another one cell; the first one's is kept."""
        self.merged.append(f"{_ref(row, first)}:{_ref(row, last)}")

    def widen(self, col: int, width: float) -> None:
        """Make a column at least so many characters wide; it counts from 1."""
        self.widths[col] = max(self.widths.get(col, 0), width)

    def fold(self, first: int, last: int) -> None:
        """Fold columns away; a click on the + above the next one shows them."""
        self.folded = range(first, last + 1)
        self.page = replace(self.page, folds=True)

    def chart(self, chart: Chart, cell: str) -> None:
        """Put a chart on the sheet, its upper left corner at a cell."""
        self.charts.append((chart, *coordinate_to_tuple(cell)))

    def picture(self, picture: Picture, cell: str) -> None:
        """Put a picture on the sheet, its upper left corner at a cell."""
        self.pictures.append((picture, *coordinate_to_tuple(cell)))

    @property
    def extent(self) -> str:
        """The smallest range that holds every cell put here, such as ``A1:F40``."""
        if not (rows := self._cells.keys() | self._lines.keys()):
            return "A1:A1"
        first, last = min(rows), max(rows)
        forms = {form for form, _ in self._lines.values()}
        columns = set[int]().union(*self._cells.values(), *(form.columns for form in forms))
        left, right = min(columns), max(columns)
        return _span(first, left, last - first + 1, right - left + 1)

    def rows(self) -> Iterator[str]:
        """Yield each row's XML from the top."""
        for row in sorted(self._cells.keys() | self._lines.keys() | self.heights.keys()):
            if row in self._lines:
                _, body = self._lines[row]
            else:
                cells = self._cells.get(row, {})
                body = "".join([cells[col] for col in sorted(cells)])
            points = self.heights.get(row)
            height = "" if points is None else f' ht="{points:g}" customHeight="1"'
            yield f'<row r="{row}"{height}>{body}</row>'

    def _row(self, row: int, col: int) -> dict[int, str]:
        """The cells of a row in which one is to be written."""
        cells = self._cells.get(row)
        if cells is None:
            if row > MAX_ROW:  # who asks for a report may not know that it has so many
                raise HedgeError(
                    f"{self.title} would have more than the {MAX_ROW:,} rows of a sheet; "
                    "take fewer holdings, scenarios or bars"
                )
            cells = {}
            if row in self._lines:
                form, text = self._lines.pop(row)
                cells = self._cells[row] = form.cells(text)
        if row < 1 or not 0 < col <= MAX_COLUMN:
            raise self._refusal(row, col, _OUTSIDE)
        if col in cells:
            raise self._refusal(row, col, "the cell has been written already")
        return cells

    def _refusal(self, row: int, col: int, why: object) -> ValueError:
        return ValueError(f"{self._place(row, col)}: {why}")

    def _place(self, row: int, col: int) -> str:
        """Name a cell the way a person finds it; any numbers, as they may be what is wrong."""
        inside = 0 < row <= MAX_ROW and 0 < col <= MAX_COLUMN
        return f"{self.title}!{_ref(row, col) if inside else f'row {row}, column {col}'}"


def _ref(row: int, col: int) -> str:
    return f"{LETTERS[col]}{row}"


def _span(row: int, col: int, n_rows: int, n_cols: int) -> str:
    return f"{_ref(row, col)}:{_ref(row + n_rows - 1, col + n_cols - 1)}"


def _why(error: KeyError | ValueError) -> object:
    """Why a cell is not written."""
    if isinstance(error, KeyError):
        return f'there is no look "{error.args[0]}"; register it with Styles.add first'
    return error
