"""CSV, JSON and text cells as people and their programs write them."""

import codecs
import json

import openpyxl
import pytest
from books import ROOT
from portfolios import SAMPLE, changed, sample, write_csv, write_json, write_workbook, wrong

from xlhedge.errors import PortfolioError
from xlhedge.jobs.commands import build_report
from xlhedge.readers import read
from xlhedge.samples import SAMPLES

HOLDINGS = "asset,quantity,spot_price\nBTC,1.5,60000.5\nSOL,100,150\n"
EXPECTED = [("BTC", 1.5, 60_000.5), ("SOL", 100, 150)]


@pytest.fixture
def folder(tmp_path):
    """A folder of CSV files, in which Holdings is what a test says."""
    bare = sample(Scenarios=[], Shorts=[], History=None, Tiers=None)
    bare["Instruments"] = [bare["Instruments"][0] | {"index_price": 1}]
    path = write_csv(tmp_path / "folder", bare)

    def written(content):
        content = content if isinstance(content, bytes) else content.encode()
        (path / "Holdings.csv").write_bytes(content)
        return path

    return written


def holdings(path):
    return [(row.asset, row.quantity, row.spot_price) for row in read(path).holdings]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}\n", '"sep={}"\r\n', "\n\nSep={}\n"])
def test_columns_are_told_by_what_stands_between_them(folder, delimiter, first):
    text = first.format(delimiter) + HOLDINGS.replace(",", delimiter)
    path = folder(text)
    assert holdings(path) == EXPECTED
    assert read(path).notes == ()
    line = 2 + first.count("\n")
    path = folder(text.replace("150", "x"))
    assert [each.partition(" ")[0] for each in wrong(path)] == [f"Holdings.csv:{line + 1}"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings_that_can_be_only_one_are_read(folder, encoding):
    path = folder(HOLDINGS.replace("SOL", "Müll–€").encode(encoding))
    assert holdings(path)[1][0] == "Müll–€"
    said = {"cp1252": "Windows-1252"}.get(encoding, "UTF-16" if "16" in encoding else "")
    expected = [f"Holdings.csv:1: it is read as {said} text"] if said else []
    assert list(map(str, read(path).notes)) == expected


def test_what_is_no_text_in_any_encoding_is_one_line(folder):
    path = folder(b"asset,quantity,spot_price\nBTC,1,\x81\x9d\n")
    assert wrong(path) == ['Holdings.csv:2: it is not UTF-8 text; save the file as "CSV UTF-8"']


def test_a_json_file_in_utf_16_or_windows_1252(tmp_path):
    tables = sample(Settings=SAMPLE["Settings"] | {"portfolio": "Schätze"})
    text = json.dumps(tables, ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        (tmp_path / "plain.json").write_bytes(text.encode(encoding))
        assert read(tmp_path / "plain.json").settings.portfolio == "Schätze"


def test_a_german_file_is_read_and_told_once_a_column(folder):
    path = folder("asset;quantity;spot_price\nBTC;1,5;60.000,50\nSOL;100;150,25\nADA;0,5;1 000,5\n")
    assert holdings(path) == [("BTC", 1.5, 60_000.5), ("SOL", 100, 150.25), ("ADA", 0.5, 1_000.5)]
    assert list(map(str, read(path).notes)) == [
        'Holdings.csv:2 quantity: "1,5" is read as 1.5, and 1 more in its column',
        'Holdings.csv:2 spot_price: "60.000,50" is read as 60000.5, and 2 more in its column',
    ]


def test_a_point_in_a_file_with_decimal_commas_is_asked_about(folder):
    path = folder("asset;quantity;spot_price\nBTC;1,5;60.000\n")
    assert wrong(path) == [
        'Holdings.csv:2 spot_price: "60.000" may be 60 or 60000; write 60 or 60000'
    ]
    assert holdings(folder("asset;quantity;spot_price\nBTC;1.5;60.000\n")) == [("BTC", 1.5, 60)]


def test_a_comma_in_quotes_between_commas_is_asked_about(folder):
    path = folder('asset,quantity,spot_price\nBTC,"1,234",60000\n')
    assert wrong(path) == [
        'Holdings.csv:2 quantity: "1,234" may be 1234 or 1.234; write 1234 or 1.2340'
    ]


@pytest.mark.parametrize("first", ["asset quantity spot_price", "x,y,z", "Coin;Menge;Preis", "{}"])
def test_a_file_whose_columns_cannot_be_told_apart_is_one_line(folder, first):
    (line,) = wrong(folder(f"{first}\n" + "BTC 1 60000\n" * 40))
    assert line.startswith("Holdings.csv:1: its columns cannot be told apart: ")
    assert line.endswith("such as asset,quantity,avg_cost")


def test_many_lines_with_other_cells_than_headers_are_one_line(folder):
    text = "asset,quantity,spot_price\n" + "".join(f"C{n},1,5,60000\n" for n in range(40))
    assert wrong(folder(text)) == [
        (
            "Holdings.csv:1: 40 of its lines, the first is line 2, have other cells than headers: "
            "it has 4 cells, its headers are 3; write decimals with a point, and text that holds "
            'the separator in "quotes"'
        )
    ]


def test_text_in_json_is_read_with_a_note(tmp_path):
    path = write_json(tmp_path / "plain.json", changed("Shorts", 0, contracts="0.500", margin="7"))
    portfolio = read(path)
    assert (portfolio.shorts[0].contracts, portfolio.shorts[0].margin) == (0.5, 7)
    assert list(map(str, portfolio.notes)) == [
        'Shorts[0] contracts: "0.500" is text, read as 0.5',
        'Shorts[0] margin: "7" is text, read as 7',
    ]


def test_text_in_cells_of_a_workbook_is_read_with_a_note_or_asked_about(tmp_path):
    tables = changed("Shorts", 0, contracts="0,5", entry_price="61000", opened="2026-3-1")
    tables["Settings"]["hedge_ratio"] = "80 %"
    path = write_workbook(tmp_path / "book.xlsx", tables)
    assert openpyxl.load_workbook(path)["Shorts"]["C2"].value == "61000"
    portfolio = read(path)
    assert (portfolio.shorts[0].contracts, portfolio.shorts[0].entry_price) == (0.5, 61_000)
    assert portfolio.settings.hedge_ratio == 0.8
    assert [note.message for note in portfolio.notes] == [
        '"80 %" is read as 0.8',
        '"0,5" is read as 0.5',
        '"61000" is text, read as 61000',
        '"2026-3-1" is read as 2026-03-01',
    ]
    path = write_workbook(tmp_path / "book.xlsx", changed("Shorts", 0, entry_price="61.000"))
    assert wrong(path) == ['Shorts!C2 entry_price: "61.000" may be 61 or 61000; write 61 or 61000']


def test_notes_and_warnings_are_there_when_something_is_wrong(tmp_path):
    tables = changed("Shorts", 0, contracts="ten")
    tables["Settings"]["hedge_ratio"] = 50
    with pytest.raises(PortfolioError) as caught:
        read(write_json(tmp_path / "plain.json", tables))
    assert [each.column for each in caught.value.problems] == ["contracts"]
    assert [each.column for each in caught.value.warnings] == ["hedge_ratio"]


@pytest.mark.parametrize("name", ["treasury.json", "treasury-csv"])
def test_the_sample_without_a_spreadsheet_is_the_sample_and_makes_a_report(name, tmp_path):
    path = ROOT / "workbooks" / name
    portfolio = read(path)
    assert portfolio == SAMPLES["treasury"]
    assert portfolio.notes == ()
    build_report(portfolio, tmp_path / "report.xlsx")
    assert openpyxl.load_workbook(tmp_path / "report.xlsx")["Summary"]["A1"].value
    assert codecs.BOM_UTF8 not in b"".join(
        each.read_bytes() for each in ([path] if path.is_file() else path.iterdir())
    )
