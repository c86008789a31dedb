"""The menu entry of the LibreOffice extension, in the real program: what it starts and writes."""

import json
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from portfolios import sample, write_workbook

from xlhedge.hosts import libreoffice_refresh
from xlhedge.hosts.libreoffice import build_extension
from xlhedge.readers import read

ROOT = Path(__file__).parent.parent

# In the place of the Python of the install: the same command, for which venues tell what is said.
PYTHON = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
open({log!r}, "w").write(repr(sys.argv[1:]))
import xlhedge.market.fetch as fetch
from founds import contract, found
fetch.fetch = lambda *_: found(contract("X", "BTC", {price}))
from xlhedge.cli import main
sys.argv = ["xlhedge", *sys.argv[3:]]
main()
"""

# Runs the component's own code on a document that is open in the running LibreOffice.
REFRESH = """
import importlib.util, json, uno
from com.sun.star.beans import PropertyValue
spec = importlib.util.spec_from_file_location("refresh", {module!r})
refresh = importlib.util.module_from_spec(spec)
spec.loader.exec_module(refresh)
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
hidden = PropertyValue()
hidden.Name, hidden.Value = "Hidden", True
document = desktop.loadComponentFromURL({source!r}, "_blank", 0, (hidden,))
try:
    asked, answers = [], {answers!r}
    def ask(text):
        asked.append(text)
        return answers[len(asked) - 1]
    def value(cell):
        found = document.Sheets.getByName("Instruments").getCellRangeByName(cell)
        return found.Formula or ""
    before = value("G2")
    {spoil}
    try:
        told = refresh.refresh_document(document, {python!r}, "", ask)
    except Exception as error:
        told = "raised: " + str(error)
    after = value("G2")
    kind = PropertyValue()
    kind.Name, kind.Value = "FilterName", "Calc MS Excel 2007 XML"
    document.storeToURL({target!r}, (kind,))
    undo = document.getUndoManager()
    steps = len(undo.getAllUndoActionTitles())
    if steps:
        undo.undo()
    calm = document.isAutomaticCalculationEnabled() and not document.hasControllersLocked()
    print(json.dumps([asked, told, before, after, value("G2"), steps, calm]))
finally:
    document.close(True)
"""


@pytest.fixture
def refreshed(libreoffice, tmp_path):
    """Runs it; what it asked and told, the cell before, after and undone, steps of Undo, calm."""

    def run(path, *answers, price=61_000.0, spoil="pass", python=None):
        script = tmp_path / "python.py"
        script.write_text(PYTHON.format(
            root=str(ROOT), tests=str(ROOT / "tests"), log=str(tmp_path / "log"), price=price,
        ))  # fmt: skip
        question = REFRESH.format(
            module=libreoffice_refresh.__file__, source=path.as_uri(), answers=answers,
            python=[sys.executable, str(script)] if python is None else python, spoil=spoil,
            target=(tmp_path / "after.xlsx").as_uri(),
        )  # fmt: skip
        return json.loads(libreoffice.ask(question).splitlines()[-1])

    return run


@pytest.fixture
def small(tmp_path):
    return write_workbook(tmp_path / "book.xlsx", sample(Sources=[]))


def test_it_asks_starts_that_python_and_writes_the_cells(refreshed, small, tmp_path):
    content = small.read_bytes()
    asked, told, before, after, undone, steps, calm = refreshed(small, True)
    assert len(asked) == 1
    assert f"This starts {sys.executable}, which talks to the network" in asked[0]
    assert (before, after, undone, steps, calm) == ("60030.5", "61000", "60030.5", 1, True)
    assert "cells changed; Undo takes all of them back" in told
    started = (tmp_path / "log").read_text()
    assert started.startswith("['-m', 'xlhedge', 'refresh', ")
    assert "book.xlsx', '--json']" in started
    assert small.read_bytes() == content  # the file stays: the document is not saved
    new = read(tmp_path / "after.xlsx")
    assert new.instruments[0].futures_price == 61_000
    assert str(new.settings.as_of)[:16] == "2026-03-28 08:30"


def test_it_starts_nothing_unless_the_answer_is_yes(refreshed, small, tmp_path):
    asked, told, before, after, _, steps, _ = refreshed(small, False)
    assert (len(asked), told, after, steps) == (1, "Nothing was asked.", before, 0)
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize(("answer", "after"), [(False, "60030.5"), (True, "90000")])
def test_a_jump_is_asked_about(answer, after, refreshed, small):
    found = refreshed(small, True, answer, price=90_000.0)
    assert "futures_price: 60030.5 → 90000 (+50% in size)" in found[0][1]
    assert found[3] == after


def test_a_formula_stays_and_is_told(refreshed, small):
    book = load_workbook(small)
    book["Instruments"]["G2"] = "=60000+30.5"
    book.save(small)
    _, told, before, after, *_ = refreshed(small, True)
    assert before == after == "=60000+30.5"
    assert "Instruments!G2 BTC-PERP futures_price: holds a formula, which stays" in told


def test_a_failure_in_the_middle_leaves_all_as_it_was(refreshed, small, tmp_path):
    """A cell that cannot be written: the ones before it are taken back, modes are as before."""
    spoil = """
    put, left = refresh._put, [3]
    def fails(document, change):
        left[0] -= 1
        if not left[0]:
            raise RuntimeError("busy")
        put(document, change)
    refresh._put = fails"""
    _, told, _, _, _, _, calm = refreshed(small, True, spoil=spoil)
    assert (told, calm) == ("raised: busy", True)
    assert read(tmp_path / "after.xlsx") == read(small)


def test_a_python_that_fails_is_told(refreshed, small):
    _, told, before, after, *_ = refreshed(small, True, python=["/no/such/python"])
    assert told.startswith("Nothing was written.\n")
    assert before == after
    asked, told, *_ = refreshed(small, True, python=[])
    assert (asked, "xlhedge libreoffice install" in told) == ([], True)


def test_the_menu_and_its_service_are_there(libreoffice):
    said = libreoffice.ask("""
from com.sun.star.beans import PropertyValue
path = PropertyValue()
path.Name, path.Value = "nodepath", "/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar"
name = "com.sun.star.configuration.ConfigurationProvider"
provider = context.ServiceManager.createInstanceWithContext(name, context)
access = "com.sun.star.configuration.ConfigurationAccess"
menus = provider.createInstanceWithArguments(access, (path,))
menu = menus.getByName("org.xlhedge.menu")
entry = menu.Submenu.getByName("refresh")
print(menu.Title, entry.Title, entry.URL)
service = context.ServiceManager.createInstanceWithContext("org.xlhedge.Refresh", context)
print(hasattr(service, "trigger"))
""")
    assert said.splitlines() == [
        "xlhedge Refresh from venues service:org.xlhedge.Refresh?refresh", "True",
    ]  # fmt: skip


def test_the_python_of_the_install_is_recorded(tmp_path):
    path = build_extension(tmp_path / "a.oxt", ["/usr/bin/python3"], "/packages")
    with zipfile.ZipFile(path) as archive:
        recorded = archive.read("pythonpath/xlhedge_python.py").decode()
    assert recorded == "PYTHON = ['/usr/bin/python3']\nPACKAGES = '/packages'\n"
