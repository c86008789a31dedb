"""The spreadsheet programs that tests run; each worker of pytest-xdist has its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import books
import pytest
import spreadsheets as other_spreadsheets
import validator as validator_program
from engines import IronCalc, LibreOffice, need
from openpyxl import Workbook
from this_machine import stay_here
from vba import libreoffice_with_macros
from venue_server import VenueServer

from xlhedge.hosts.libreoffice import build_extension
from xlhedge.sheets.input_cells import Inputs

stay_here()
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # nobody's own keys


@pytest.fixture
def venues(monkeypatch: pytest.MonkeyPatch) -> Iterator[VenueServer]:
    """The five venues on this machine; every client that is made meanwhile asks them."""
    with VenueServer().listening() as server:
        yield server.here(monkeypatch)


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Templates whose tables have room for a few rows, which take half as long to compute.

    For tests of what a sheet says of a small book; that it does so in full ones is tested of the
    samples, in all engines.
    """
    monkeypatch.setattr(Inputs, "capacity", lambda self, table: len(self.rows[table]) + 10)
    books.template.cache_clear()
    yield
    books.template.cache_clear()


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our extension of LibreOffice, as it is now."""
    return build_extension(tmp_path_factory.mktemp("extension") / "xlhedge.oxt")


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory, extension: Path) -> Iterator[LibreOffice]:
    """LibreOffice with our extension."""
    need(LibreOffice.missing())
    with closing(LibreOffice(tmp_path_factory.mktemp("libreoffice"), extension)) as office:
        yield office


@pytest.fixture(scope="session")
def plain_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibreOffice]:
    """LibreOffice without our extension, to show that it was ours that computed."""
    need(LibreOffice.missing())
    with closing(LibreOffice(tmp_path_factory.mktemp("plain-libreoffice"))) as office:
        yield office


@pytest.fixture(scope="session")
def macro_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibreOffice]:
    """LibreOffice that runs the macros of every file."""
    need(LibreOffice.missing())
    with closing(libreoffice_with_macros(tmp_path_factory.mktemp("macros"))) as office:
        yield office


@pytest.fixture(scope="session")
def ironcalc() -> IronCalc:
    """IronCalc."""
    need(IronCalc.missing())
    return IronCalc()


@pytest.fixture(scope="session")
def validator() -> None:
    """Microsoft's validator is there."""
    need(validator_program.missing())


@pytest.fixture(scope="session")
def spreadsheets() -> None:
    """ExcelJS, SheetJS and Gnumeric are there."""
    need(other_spreadsheets.missing())


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Workbook], Path]:
    """Saves an openpyxl workbook."""

    def save(book: Workbook) -> Path:
        book.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return save
