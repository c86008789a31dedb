"""Sheets whose rows we write ourselves: every cell carries its look, its formula and its value.

openpyxl designs a sheet (widths, frozen panes, tables, charts, print set-up) but cannot store the
value of a formula, and previewers, phones and pandas show such cells as empty. So the cells live
here, already as XML text, and ``package`` puts them into the file that openpyxl made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from xlhedge.workbook.cells import cell_xml, formula_xml, guarded, style_xml

__all__ = ["PLAIN", "Sheet"]

PLAIN = "plain"
"""The look a cell has if none is named: the workbook's own font, no number format."""

# Excel's limits; it calls a file that exceeds them damaged.
_MAX_ROW, _MAX_COLUMN = 1_048_576, 16_384
_MAX_HEADER = 255


class Sheet:
    """One sheet: ``design`` is openpyxl's worksheet, the cells are put here.

    Never give ``design`` a value or a style for a cell: saving refuses it, as it would be lost.

    Attributes:
        design: Column widths, row heights, frozen panes, merged cells, notes, validations,
            conditional formats, charts and print set-up, exactly as in openpyxl.
    """

    def __init__(self, design: Worksheet, styles: Mapping[str, int]) -> None:
        """Use ``Book.sheet`` instead, which knows the names of the looks."""
        self.design = design
        self._styles = styles
        self._cells: dict[tuple[int, int], str] = {}

    def put(
        self, row: int, col: int, value: object, style: str = PLAIN, formula: str | None = None
    ) -> None:
        """Write one cell; row and column count from 1, in any order, each cell once.

        Args:
            row: 1 is the first row.
            col: 1 is column A.
            value: What is stored and shown: a number (NumPy's too), text, a bool, a date or
                datetime (give it a date look), a ``CellError``, or None for an empty cell that
                still has a look. Text stays text, whatever it starts with.
            style: The name of a look registered with ``Book.style``.
            formula: Its text without the leading ``=``; then ``value`` is its result, and an
                empty-looking result is ``""``, never None.

        Raises:
            ValueError: Naming sheet and cell: the value cannot stand in a cell (NaN, infinity,
                control characters, too long), the look is unknown, or the cell is taken.
        """
        self._put(row, col, value, style, formula, "<f>")

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
                self._put(row + down, col + right, value, look, formula, tag)
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
    ) -> Table:
        """Write the header cells of an Excel table and declare it; the body is put as usual.

        Args:
            name: What formulas call it; unique in the workbook.
            row: The row of the headers.
            col: The first column.
            headers: The columns' names, all different, upper and lower case being the same.
            n_rows: Rows of data. Excel has no table without any, so 0 reserves one blank row.
            header_style: The look of the header cells.
            table_style: Excel's own banding, such as ``TableStyleLight1``, or none.

        Returns:
            The openpyxl table, for calculated columns (``tableColumns``).

        Raises:
            ValueError: As ``put``, or the headers are empty, too long or not all different.
        """
        for right, header in enumerate(headers):
            if not 0 < len(header) <= _MAX_HEADER:
                raise ValueError(f"{self._place(row, col + right)}: a header has 1–255 characters")
            self.put(row, col + right, header, header_style)
        if len({header.casefold() for header in headers}) != len(headers):
            raise ValueError(f"{self._place(row, col)}: two headers of {name} are the same")
        ref = _span(row, col, 1 + max(n_rows, 1), len(headers))
        # With its columns given, openpyxl does not look for the headers in its own, empty cells.
        columns = [TableColumn(id=n, name=guarded(text)) for n, text in enumerate(headers, 1)]
        table = Table(displayName=name, ref=ref, tableColumns=columns)
        table.autoFilter = AutoFilter(ref=ref)
        if table_style is not None:
            table.tableStyleInfo = TableStyleInfo(name=table_style, showRowStripes=True)
        self.design.add_table(table)
        return table

    def link(self, row: int, col: int, target: Sheet, cell: str = "A1") -> None:
        """Make a cell a link to a cell of another sheet; its text and look are put as usual."""
        place = f"{quote_sheetname(target.design.title)}!{cell}"
        self.design.cell(row, col).hyperlink = Hyperlink(ref=_ref(row, col), location=place)

    @property
    def extent(self) -> str:
        """The smallest range that holds every cell put here, such as ``A1:F40``."""
        if not self._cells:
            return "A1:A1"
        rows, columns = zip(*self._cells, strict=True)
        first, left = min(rows), min(columns)
        return _span(first, left, max(rows) - first + 1, max(columns) - left + 1)

    def rows(self, attributes: Mapping[int, str]) -> Iterator[str]:
        """Yield each row's XML from the top; ``attributes`` is what rows say beside a number."""
        lines: defaultdict[int, list[str]] = defaultdict(list)
        for (row, _), cell in sorted(self._cells.items()):
            lines[row].append(cell)
        for row in sorted(lines.keys() | attributes.keys()):
            yield f'<row r="{row}"{attributes.get(row, "")}>{"".join(lines[row])}</row>'

    def _put(
        self, row: int, col: int, value: object, style: str, formula: str | None, tag: str
    ) -> None:
        """Check and keep one cell; a cell inside an array formula has ``""`` for both strings."""
        try:
            _check_free(self._cells, row, col)
            look = style_xml(self._styles, style)
            source = None if formula is None else formula_xml(formula, tag)
            self._cells[row, col] = cell_xml(_ref(row, col), look, value, source)
        except ValueError as error:
            raise ValueError(f"{self._place(row, col)}: {error}") from error

    def _place(self, row: int, col: int) -> str:
        """Name a cell the way a person finds it; any numbers, as they may be what is wrong."""
        inside = 0 < row <= _MAX_ROW and 0 < col <= _MAX_COLUMN
        return f"{self.design.title}!{_ref(row, col) if inside else f'row {row}, column {col}'}"


def _ref(row: int, col: int) -> str:
    return f"{get_column_letter(col)}{row}"


def _span(row: int, col: int, n_rows: int, n_cols: int) -> str:
    return f"{_ref(row, col)}:{_ref(row + n_rows - 1, col + n_cols - 1)}"


def _check_free(cells: Mapping[tuple[int, int], str], row: int, col: int) -> None:
    if not (0 < row <= _MAX_ROW and 0 < col <= _MAX_COLUMN):
        raise ValueError("a sheet has rows 1 to 1,048,576 and columns 1 to 16,384")
    if (row, col) in cells:
        raise ValueError("the cell has been written already")
