"""OpenDocument spreadsheets are read as Excel's are: the same checks, places and limits."""

import os

import pytest
from opendocument import archive, document, sheet
from portfolios import SAMPLE, end, grid, write_json, wrong
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.readers import read

ROOM = 'unless "--max-size" allows more'
STRAY = 'the sheet is used as far as this cell; delete what is in it, or allow more with "--max-'
ERROR = "correct the cell or its formula"


def sheets_of(tables=SAMPLE, **changes):
    """The sheets of a portfolio, each a table; changed ones are XML."""
    found = []
    for name, table in tables.items():
        headers, rows = grid(name, table)
        found.append(changes.get(name) or sheet(name, [headers, *rows]))
    return "".join(found)


def shorts(cell, *more):
    """The sheet of the shorts with this cell in place of the contracts in row 2."""
    headers, rows = grid("Shorts", SAMPLE["Shorts"])
    rows[0][1] = cell
    return sheet("Shorts", [headers, *rows, *more])


@pytest.fixture
def saved(tmp_path):
    """Saves a document."""

    def save(content, **parts):
        (tmp_path / "book.ods").write_bytes(archive(content, **parts))
        return tmp_path / "book.ods"

    return save


def test_a_document_is_read_as_other_files_are(tmp_path, saved):
    portfolio = read(saved(document(sheets_of())))
    assert portfolio == read(write_json(tmp_path / "plain.json", SAMPLE))
    assert portfolio.place("Shorts", 1, "contracts") == "Shorts!B3"


@pytest.mark.parametrize(
    ("cell", "contracts"),
    [
        ('<table:table-cell office:value-type="percentage" office:value="0.05"/>', 0.05),
        ('<table:table-cell office:value-type="currency" office:value="-2.5E1"/>', -25),
        (
            (
                '<table:table-cell table:formula="of:=1+1" office:value-type="float" '
                'office:value="2"><text:p>2.00</text:p></table:table-cell>'
            ),
            2,
        ),
        (
            (
                '<table:table-cell office:value-type="float" office:value="3">'
                "<office:annotation><dc:creator>me</dc:creator><text:p>no 4</text:p>"
                "</office:annotation><text:p>3</text:p></table:table-cell>"
            ),
            3,
        ),
    ],
)
def test_numbers(saved, cell, contracts):
    portfolio = read(saved(document(sheets_of(Shorts=shorts(cell)))))
    assert portfolio.shorts[0].contracts == contracts


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            (
                '<table:table-cell table:formula="of:=1/0" office:value-type="string" '
                'office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p>'
                "</table:table-cell>"
            ),
            f"its cell holds #DIV/0!; {ERROR}",
        ),
        (
            (
                '<table:table-cell table:formula="of:=x" office:value-type="float" '
                'office:value="0"><text:p>Err:508</text:p></table:table-cell>'
            ),
            f"its cell holds Err:508; {ERROR}",
        ),
        ('<table:table-cell office:value-type="float" office:value="1_000"/>', "cannot be read"),
        ('<table:table-cell office:value-type="float" office:value="NaN"/>', "cannot be read"),
        ('<table:table-cell office:value-type="float"/>', "its value cannot be read"),
        ('<table:table-cell office:value-type="date" office:date-value="soon"/>', "cannot be read"),
        ('<table:table-cell office:value-type="boolean" office:boolean-value="true"/>', "TRUE is"),
        (
            (
                '<table:table-cell office:value-type="time" office:time-value="PT8H"><text:p>8:00'
                "</text:p></table:table-cell>"
            ),
            '"8:00" is not a number',
        ),
        ('<table:covered-table-cell office:value-type="float" office:value="9"/>', "is empty"),
    ],
)
def test_what_is_no_number_has_its_place(saved, cell, said):
    (told,) = wrong(saved(document(sheets_of(Shorts=shorts(cell)))))
    assert told.startswith("Shorts!B2 contracts: ")
    assert said in told


def test_a_formula_without_a_value_is_told(saved):
    cell = '<table:table-cell table:formula="of:=1"/>'
    assert wrong(saved(document(sheets_of(Shorts=shorts(cell)))))[0] == (
        "Shorts!B2: a formula has no stored value; open the file in a spreadsheet, let it "
        "calculate, and save it"
    )


@pytest.mark.parametrize("formula", ["SUM([.B2:.B3])", "[.B2]+[.B3]"])
def test_a_row_of_sums_is_no_short(saved, formula):
    cell = (
        f'<table:table-cell table:formula="of:={formula}" office:value-type="float" '
        'office:value="9000.5"/>'
    )
    more = ["BTC-PERP", cell, 60_000]
    assert wrong(saved(document(sheets_of(Shorts=shorts(0.5, more))))) == [
        "Shorts!A4: it adds up the rows above it, so it is no row of the table; delete it"
    ]


def test_text_is_what_the_cell_shows(saved):
    cell = (
        '<table:table-cell office:value-type="string"><text:p>BTC<text:s/>'
        '<text:span>of <text:a>mine</text:a></text:span><text:s text:c="2"/>x<text:note>'
        "<text:p>no</text:p></text:note></text:p></table:table-cell>"
    )
    headers, rows = grid("Holdings", SAMPLE["Holdings"])
    rows[2][0] = cell
    found = read(saved(document(sheets_of(Holdings=sheet("Holdings", [headers, *rows])))))
    assert found.holdings[2].asset == "BTC of mine  x"


def test_dates(saved):
    cell = '<table:table-cell office:value-type="date" office:date-value="2026-03-01T12:30:00.5"/>'
    headers, rows = grid("Shorts", SAMPLE["Shorts"])
    rows[0][5] = cell
    found = read(saved(document(sheets_of(Shorts=sheet("Shorts", [headers, *rows])))))
    assert found.shorts[0].opened.isoformat() == "2026-03-01T12:30:00.500000"


def test_repeated_cells_and_rows_and_groups_of_them(saved):
    same = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell '
        'office:value-type="string"><text:p>BTC-PERP</text:p></table:table-cell><table:table-cell '
        'table:number-columns-repeated="2" office:value-type="float" office:value="7"/>'
        '<table:table-cell table:number-columns-repeated="16381"/></table:table-row>'
    )
    blank = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    group = f"<table:table-row-group>{blank}<table:table-rows>{same}</table:table-rows>"
    tail = blank.replace('"3"', '"1048560"')
    headers, rows = grid("Shorts", SAMPLE["Shorts"])
    lines = [headers, *rows, f"{group}</table:table-row-group>", tail]
    found = read(saved(document(sheets_of(Shorts=sheet("Shorts", lines)))))
    assert [(short.contracts, short.entry_price) for short in found.shorts[2:]] == [(7, 7)] * 2
    assert found.place("Shorts", 3, "contracts") == "Shorts!B8"


def test_what_is_no_cell_of_a_sheet_is_not_read(saved):
    other = sheet("Holdings", [["asset", "quantity", "spot_price"], ["ETH", 5, 1]])
    inner = f"<table:shapes>{other}</table:shapes>"
    tracked = f"<table:tracked-changes>{other}</table:tracked-changes>"
    headers, rows = grid("Holdings", SAMPLE["Holdings"])
    content = document(tracked + sheets_of(Holdings=sheet("Holdings", [inner, headers, *rows])))
    assert [each.asset for each in read(saved(content)).holdings] == ["BTC", "SOL", "USDT"]


def test_a_hidden_sheet_is_not_taken_for_a_table(saved):
    style = (
        '<style:style style:name="ta2" style:family="table"><style:table-properties '
        'table:display="false"/></style:style>'
    )
    headers, rows = grid("Holdings", SAMPLE["Holdings"])
    hidden = sheet("Holdings", [headers, *rows], 'table:style-name="ta2"')
    (told,) = wrong(saved(document(sheets_of(Holdings=hidden), style)))
    assert told.startswith(
        "Holdings: the table is missing; no sheet has such a name, and no row such headings; its "
    )


def repeated(columns=1, rows=1, cell='office:value-type="float" office:value="1"'):
    return (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell {cell} '
        f'table:number-columns-repeated="{columns}"/></table:table-row>'
    )


@pytest.mark.parametrize(
    ("row", "corner"),
    [
        (repeated(columns=999_999_999), "CFDGSXK4"),
        (repeated(rows=999_999_999), f"{end('Shorts')}1000000002"),
        (repeated(16_384, 1_048_576), "XFD1048579"),
    ],
)
def test_what_is_repeated_too_often_is_told_and_never_made(saved, row, corner):
    content = document(sheets_of(Shorts=shorts(1, row)))
    assert wrong(saved(content))[0].startswith(f"Shorts!{corner}: {STRAY}")


@pytest.mark.parametrize("text", ["-1", "1e9", "9999999999", "x", ""])
def test_what_is_repeated_no_number_of_times_is_damaged(saved, text):
    row = repeated().replace('columns-repeated="1"', f'columns-repeated="{text}"')
    content = document(sheets_of(Shorts=shorts(1, row)))
    assert wrong(saved(content)) == ["it is damaged or cut off; save it again in a spreadsheet"]


def test_cells_are_counted_over_all_sheets(saved):
    bombs = "".join(sheet(f"x{n}", [repeated(16_000, 60)]) for n in range(3))
    (told,) = wrong(saved(document(sheets_of() + bombs)))
    assert told.startswith("content.xml: it has 2,880,")
    assert told.endswith(f"cells in its sheets; it may have 2,000,000, {ROOM}")


def test_spaces_are_counted_before_they_are_made(saved):
    spaces = '<text:s text:c="900000000"/>'
    cell = (
        f'<table:table-cell office:value-type="string"><text:p>{spaces}</text:p></table:table-cell>'
    )
    (told,) = wrong(saved(document(sheets_of(Shorts=shorts(cell)))))
    assert told.startswith("content.xml: it has 900,000,000 spaces; it may")


def test_tags_and_bytes_are_counted(saved):
    noise = os.urandom(700_000)
    many = sheet("x", [f"<table:table-row>{'<table:table-cell/>' * 1_100_000}</table:table-row>"])
    (told,) = wrong(saved(document(sheets_of() + many), noise=noise))
    assert told.startswith("content.xml: it has ")
    assert told.endswith(ROOM)


def test_more_sheets_than_any_document_has(saved):
    (told,) = wrong(saved(document("<table:table/>" * 1_001)))
    assert told.startswith("it has 1,001 sheets; it may have 1,000")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"x", "it is no OpenDocument spreadsheet (.ods)"),
        (archive("<x/>")[:150], "it is damaged or cut off; save it again in a spread"),
        (archive("<x"), "it is damaged or cut off; save it again in a spreadsheet"),
        (
            archive("x", **{"META-INF/manifest.xml": "<m:encryption-data/>"}),
            "it is encrypted; save it without a password",
        ),
        (
            archive('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
            "content.xml: it declares a document type (DTD), as no spreadsheet does",
        ),
    ],
)
def test_files_that_are_no_document_are_one_line(tmp_path, content, told):
    (tmp_path / "bad.ods").write_bytes(content)
    (line,) = wrong(tmp_path / "bad.ods")
    assert line.startswith(told)


def test_a_text_document_is_no_spreadsheet(tmp_path):
    content = archive("<x/>", kind="application/vnd.oasis.opendocument.text")
    (tmp_path / "bad.ods").write_bytes(content)
    assert wrong(tmp_path / "bad.ods") == ["it is no OpenDocument spreadsheet (.ods)"]


def test_a_document_in_a_folder_of_inputs_is_found(tmp_path, saved):
    saved(document(sheets_of()))
    done = CliRunner().invoke(app, ["check", str(tmp_path)])
    assert (done.exit_code, "book.ods" in done.output) == (0, True)
