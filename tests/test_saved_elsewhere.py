"""Our template and samples, saved by other programs, are the same portfolios to us."""

import zipfile

import books
import pytest
import saved_elsewhere as elsewhere

from xlhedge.analysis import analyse
from xlhedge.jobs.commands import TEMPLATE
from xlhedge.readers import read
from xlhedge.samples import SAMPLES

WORKBOOKS = {**{name: (name, "addin") for name in SAMPLES}, "template of 365": (TEMPLATE, "365")}
"""The workbooks by name: the sample in each, and the edition; the template is one of them."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """The workbooks as we write them."""
    folder = tmp_path_factory.mktemp("ours")
    return {
        name: books.saved(books.template(*of), folder / f"{name}.xlsx")
        for name, of in WORKBOOKS.items()
    }


def the_same(path, name):
    """Whether a file holds a sample, and its three headline figures."""
    portfolio, sample = read(path), SAMPLES[WORKBOOKS[name][0]]
    assert portfolio == sample, path
    found, wanted = analyse(portfolio).total, analyse(sample).total
    for figure in ("spot_notional", "short_notional", "net_delta"):
        assert getattr(found, figure) == getattr(wanted, figure), (path, figure)
    return True


def tables_of(path):
    """The parts of a file that are Excel tables."""
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if name.startswith("xl/tables/")]


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(program, marks=() if "Google" in program else pytest.mark.long)
        for program in elsewhere.OF_WORKBOOKS
    ],
)
def test_workbooks_saved_by_a_program(program, sources, tmp_path):
    for name, source in sources.items():
        files = list(elsewhere.OF_WORKBOOKS[program](source, tmp_path))
        assert files
        assert all(the_same(path, name) for path in files)
        if program != "openpyxl":
            assert not any(map(tables_of, files))


@pytest.mark.parametrize("program", elsewhere.OF_TABLES)
@pytest.mark.parametrize("name", SAMPLES)
def test_tables_written_by_a_library(program, name, tmp_path):
    (path,) = elsewhere.OF_TABLES[program](SAMPLES[name], tmp_path)
    assert the_same(path, name)
    assert not tables_of(path)


@pytest.mark.long
@pytest.mark.usefixtures("spreadsheets")
def test_workbooks_saved_by_javascript(sources, tmp_path):
    saved = elsewhere.by_javascript(list(sources.values()), tmp_path)
    for files in saved.values():
        assert all(the_same(path, name) for path, name in zip(files, sources, strict=True))


@pytest.mark.long
@pytest.mark.usefixtures("spreadsheets")
def test_workbooks_saved_by_gnumeric(sources, tmp_path):
    for name, source in sources.items():
        assert all(the_same(path, name) for path in elsewhere.by_gnumeric(source, tmp_path))


@pytest.mark.long
def test_workbooks_saved_by_libreoffice(sources, plain_libreoffice):
    for name, source in sources.items():
        saved = elsewhere.by_libreoffice(source, plain_libreoffice)
        assert all(the_same(path, name) for path in saved)
