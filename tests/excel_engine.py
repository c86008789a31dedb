"""An engine of xlwings' over a workbook's file, in the place of Excel: every call is recorded."""

from contextlib import contextmanager

import openpyxl
import xlwings as xw
from openpyxl.utils import get_column_letter, range_boundaries
from xlwings import base_classes, utils


class Engine:
    """What xlwings asks of an engine."""

    name, type = "test", "desktop"

    def __init__(self, path, values):
        self.calls = []
        self.fail_at = None
        self.book = openpyxl.load_workbook(path)
        self.stored = values
        self.path = path
        self.state = {"calculation": "automatic", "screen_updating": True, "status_bar": False}
        self.apps = Apps(self)

    @staticmethod
    def clean_value_data(data, datetime_builder, empty_as, number_builder, err_to_str):
        del datetime_builder, empty_as, number_builder, err_to_str
        return data

    @staticmethod
    def prepare_xl_data_element(x, options):
        del options
        return x

    def record(self, what, *about):
        self.calls.append((what, *about))
        if self.fail_at is not None and len(self.written()) > self.fail_at:
            self.fail_at = None
            raise RuntimeError("Excel is busy")

    def written(self):
        """The cells that were written, in order: sheet, cell, value."""
        return [each[1:] for each in self.calls if each[0] == "write"]


class Apps(base_classes.Apps):
    def __init__(self, engine):
        self.engine = engine
        self.app = App(engine)

    def keys(self):
        return [1]

    def __iter__(self):
        return iter([self.app])

    def __len__(self):
        return 1

    def __getitem__(self, _):
        return self.app


def _state(name):
    def get(self):
        return self.engine.state[name]

    def put(self, value):
        self.engine.record("set", name, value)
        self.engine.state[name] = value

    return property(get, put)


class App(base_classes.App):
    def __init__(self, engine):
        self._engine = engine

    engine = property(lambda self: self._engine)
    books = property(lambda self: Books(self.engine))
    pid = property(lambda _: 1)
    calculation, screen_updating = _state("calculation"), _state("screen_updating")
    status_bar = _state("status_bar")


class Books(base_classes.Books):
    def __init__(self, engine):
        self.engine = engine

    active = property(lambda self: Book(self.engine))

    def __iter__(self):
        return iter([Book(self.engine)])

    def __len__(self):
        return 1

    def __call__(self, _):
        return Book(self.engine)


class Book(base_classes.Book):
    def __init__(self, engine):
        self.engine = engine

    name = property(lambda self: self.engine.path.name)
    app = property(lambda self: App(self.engine))
    sheets = property(lambda self: Sheets(self.engine))
    names = property(lambda self: Names(self.engine))


class Names(base_classes.Names):
    def __init__(self, engine):
        self.all = [Name(engine, each) for each in engine.book.defined_names.values()]

    def __iter__(self):
        return iter(self.all)

    def __len__(self):
        return len(self.all)

    def __call__(self, index):
        return self.all[index - 1]


class Name(base_classes.Name):
    def __init__(self, engine, defined):
        self.engine, self.defined = engine, defined

    name = property(lambda self: self.defined.name)

    @property
    def refers_to_range(self):
        ((sheet, cells),) = self.defined.destinations
        return Range(self.engine, self.engine.book[sheet], cells.replace("$", ""))


class Sheets(base_classes.Sheets):
    def __init__(self, engine):
        self.engine = engine

    def __len__(self):
        return len(self.engine.book.worksheets)

    def __iter__(self):
        return iter([Sheet(self.engine, each) for each in self.engine.book.worksheets])

    def __call__(self, key):
        book = self.engine.book
        return Sheet(self.engine, book[key] if isinstance(key, str) else book.worksheets[key - 1])


class Sheet(base_classes.Sheet):
    def __init__(self, engine, sheet):
        self.engine, self.sheet = engine, sheet

    name = property(lambda self: self.sheet.title)
    book = property(lambda self: Book(self.engine))
    visible = property(lambda self: self.sheet.sheet_state == "visible")
    tables = property(lambda self: Tables(self.engine, self.sheet))

    @property
    def used_range(self):
        return Range(self.engine, self.sheet, self.sheet.calculate_dimension())

    def range(self, first, second=None):
        return Range(self.engine, self.sheet, first, second)


class Tables(base_classes.Tables):
    def __init__(self, engine, sheet):
        self.all = [Table(engine, sheet, each) for each in sheet.tables.values()]

    def __iter__(self):
        return iter(self.all)

    def __len__(self):
        return len(self.all)

    def __call__(self, index):
        return self.all[index - 1]


class Table(base_classes.Table):
    def __init__(self, engine, sheet, table):
        self.engine, self.sheet, self.table = engine, sheet, table

    name = property(lambda self: self.table.displayName)
    show_totals = property(lambda self: bool(self.table.totalsRowCount))
    range = property(lambda self: Range(self.engine, self.sheet, self.table.ref))


class Api:
    """What Windows gives: values as they are."""

    def __init__(self, area):
        self.area = area

    @property
    def Value2(self):  # noqa: N802  # Excel's name
        return tuple(map(tuple, self.area.values(exact=True)))


class Range(base_classes.Range):
    def __init__(self, engine, sheet, first, second=None):
        self.engine, self.ws = engine, sheet
        self.options = None
        if isinstance(first, str):
            left, top, right, bottom = range_boundaries(first)
        else:
            (top, left), (bottom, right) = first, second or first
        self.box = top, left, bottom, right

    sheet = property(lambda self: Sheet(self.engine, self.ws))
    row = property(lambda self: self.box[0])
    column = property(lambda self: self.box[1])
    api = property(Api)
    max_cells_per_read = max_cells_per_write = property(lambda _: None)

    @property
    def shape(self):
        top, left, bottom, right = self.box
        return bottom - top + 1, right - left + 1

    def __len__(self):
        return self.shape[0] * self.shape[1]

    @property
    def coords(self):
        return self.ws.title, self.row, self.column, *self.shape

    def get_address(self, *_):
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def address(self):
        return self.get_address()

    def __call__(self, row, column=None):
        if column is None:
            row, column = divmod(row - 1, self.shape[1])
            row, column = row + 1, column + 1
        return Range(self.engine, self.ws, (self.row + row - 1, self.column + column - 1))

    def _cells(self):
        top, left, bottom, right = self.box
        return self.ws.iter_rows(top, bottom, left, right)

    def values(self, *, exact=False):
        """Values as Excel gives them: currency has four decimals, unless they are exact."""

        def value(cell):
            if isinstance(cell.value, str) and cell.value.startswith("="):
                return self.engine.stored.get((self.ws.title, cell.coordinate))
            if not exact and "$" in cell.number_format and isinstance(cell.value, float):
                return round(cell.value, 4)
            return cell.value

        return [[value(cell) for cell in row] for row in self._cells()]

    @property
    def raw_value(self):
        self.engine.record("read", self.ws.title, self.box)
        return self.values()

    @raw_value.setter
    def raw_value(self, value):
        while isinstance(value, list | tuple):
            (value,) = value
        self._write(value[1:] if isinstance(value, str) and value.startswith("'") else value)

    def _write(self, value):
        assert self.shape == (1, 1)
        cell = self.ws.cell(self.row, self.column)
        self.engine.record("write", self.ws.title, cell.coordinate, value)
        cell.value = value

    def clear_contents(self):
        self._write(None)

    @property
    def formula(self):
        found = [["" if c.value is None else c.value for c in row] for row in self._cells()]
        return found[0][0] if self.shape == (1, 1) else tuple(map(tuple, found))

    @property
    def number_format(self):
        return self.ws.cell(self.row, self.column).number_format

    @number_format.setter
    def number_format(self, value):
        self.engine.record("format", self.ws.title, self.address, value)
        self.ws.cell(self.row, self.column).number_format = value


@contextmanager
def opened(path, stored=()):
    """A workbook's file as if it were open in Excel; gives the engine.

    Args:
        path: the file.
        stored: the values of its formulas, by sheet and cell.
    """
    engine = Engine(path, dict(stored))
    before = xw.engines.active
    xw.engines.active = xw.Engine(impl=engine)
    try:
        yield engine
    finally:
        xw.engines.active = before


__all__ = ["opened", "utils"]
