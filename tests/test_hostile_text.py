"""Text of strangers stays text: in workbooks, on paper, in CSV files and on the terminal."""

import ast
import csv
import json
import re
import subprocess
import sys
import unicodedata
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from books import ROOT
from hostile_names import HOSTILE, LONG, PLAIN, hostile_portfolio, plain_portfolio, portfolio
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from portfolios import SAMPLE, write_csv, write_json, write_workbook
from python_calamine import CalamineWorkbook
from stored import differences, poisoned, stored, with_serials
from structure import faults

from xlhedge.analysis import analyse
from xlhedge.errors import PortfolioError
from xlhedge.hosts.pdf import to_pdfs
from xlhedge.portfolio import Portfolio
from xlhedge.readers import read
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book
from xlhedge.text import csv_cell, harmless, straight

OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.fixture(scope="module", params=["report", "template"])
def books(request, tmp_path_factory):
    """A workbook of hostile names, and the same with plain ones."""
    folder = tmp_path_factory.mktemp(request.param)
    build = report_book if request.param == "report" else template_book
    paths = folder / "hostile.xlsx", folder / "plain.xlsx"
    for path, made in zip(paths, (hostile_portfolio(), plain_portfolio()), strict=True):
        build(analyse(made)).save(path)
    return paths


def parts(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def test_every_name_arrives_as_typed_in_cells_of_text(books):
    path, _ = books
    held = {name: [] for name in HOSTILE}
    for sheet in load_workbook(path, data_only=True):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell.value, str) and unescape(cell.value) in held:
                held[unescape(cell.value)].append(cell.data_type)
    for name, types in held.items():
        assert (len(types) >= 4, set(types)) == (True, {"s"}), name
    assert set(HOSTILE) <= texts_of(path)


def texts_of(path):
    """Every text that calamine sees."""
    book = CalamineWorkbook.from_path(str(path))
    return {
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
        if isinstance(cell, str)
    }


def test_formulas_are_those_of_plain_names(books):
    # Whatever computes, checks, names, or draws is the same text whoever gave the names.
    hostile, plain = ([*formulas(path)] for path in books)
    assert len(hostile) > 500
    assert hostile == plain


def formulas(path):
    for name, text in parts(path).items():
        for found in re.finditer(
            r"<(?:\w+:)?(f|formula|formula1|formula2|definedName|cfvo|numRef|strRef)\b[^>]*>([^<]*)",
            text,
        ):
            yield name, found[1], found[2]


def test_nothing_leads_out_of_the_file(books):
    hostile, plain = (parts(path) for path in books)
    assert hostile.keys() == plain.keys()
    for name, text in hostile.items():
        assert not re.search(r"externalLink|oleObject|macro|vbaProject|\.bin$", name), name
        if name.endswith(".rels") or name == "[Content_Types].xml":
            assert text == plain[name]
            assert "TargetMode" not in text
        assert not re.search(r"<(\w+:)?(ddeLink|oleLink|externalBook|webPr|dbPr)\b", text), name
        for link in re.findall(r"<hyperlink\b[^>]*>", text):
            assert "r:id" not in link
            assert "location=" in link


def test_the_file_is_sound(books):
    assert faults(books[0]) == []


def test_spreadsheets_compute_the_names_as_they_are(
    books, request, libreoffice, plain_libreoffice, ironcalc, tmp_path
):
    # Stored results are 99 here: a name that shows has been fetched by a formula that was run.
    path, _ = books
    template = "template" in request.node.name
    office = libreoffice if template else plain_libreoffice
    target = poisoned(path, tmp_path / "poisoned.xlsx")
    expected = stored(path)
    assert not template or set(HOSTILE) <= set(expected.values())
    assert differences(office.values(target), expected) == []
    if not template:  # IronCalc knows none of our functions
        computed = {
            sheet: {cell: unescape(x) if isinstance(x, str) else x for cell, x in cells.items()}
            for sheet, cells in ironcalc.values(target).items()
        }  # it leaves what Excel reads as a letter as it is written: _x005F_x0041_
        assert differences(computed, with_serials(expected)) == []


def test_libreoffice_shows_the_names_and_makes_no_formula_of_them(books, plain_libreoffice):
    saved = plain_libreoffice.recalculate(books[0])
    assert set(HOSTILE) <= texts_of(saved)
    for _, _, text in formulas(saved):
        assert not re.search(r"cmd\||x\.invalid|(?<![$A-Z\d])1\+1|alert\(|&1&", text), text
    assert not any("TargetMode" in text for text in parts(saved).values())


@pytest.mark.parametrize(
    ("name", "foot"),
    [
        ("A & B &P&D", "A && B &&P&&D, as of 2026-03-02 00:00 UTC"),
        ("50 & 50", "50 && 50, as of 2026-03-02 00:00 UTC"),
        ("_x0041_", "_x005F_x0041_, as of 2026-03-02 00:00 UTC"),
        ("\u202e1", "\\u202e1, as of 2026-03-02 00:00 UTC"),
        ("&" * 40_00, "&&" * 99 + "…, as of 2026-03-02 00:00 UTC"),
        ("🚀" * 4_000, "🚀" * 99 + "…, as of 2026-03-02 00:00 UTC"),
    ],
)
def test_the_foot_of_a_page_says_the_name_and_obeys_no_code_in_it(name, foot, tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(named(name))).save(path)
    assert faults(path) == []
    footer = re.search(r"<oddFooter>(.*?)</oddFooter>", parts(path)["xl/worksheets/sheet1.xml"])[1]
    assert footer.replace("&amp;", "&") == f"&L&A&C{foot}&R&P / &N"


def named(name):
    plain = portfolio(PLAIN[:1], name=name, currency="USD")
    return replace(plain, history=())


def test_a_name_cannot_turn_the_sentences_that_quote_it(books):
    # An override in "Short 3 contracts of …, worth 1,234.00" would show the figure backwards. In a
    # cell of its own a name turns nothing but itself, and stands there as typed; so it does in a
    # line of its own, as in the keys of lots: instrument, account and side.
    for sheet in load_workbook(books[0], data_only=True):
        for row in sheet.iter_rows():
            for cell in row:
                text = cell.value if isinstance(cell.value, str) else ""
                *names, side = text.split("\n")
                a_key = len(names) == 2 and {*names} <= {"", *HOSTILE} and side in {"-1", "0", "1"}
                if text.removesuffix(", short") not in HOSTILE and not a_key:
                    assert not re.search("[\u202a-\u202e\u2066-\u2069]", text), cell.coordinate


def test_a_sentence_that_begins_from_the_right_is_read_from_the_left():
    # Else the sign of the number would stand at its other end.
    said = straight("שלום: a move of +10.0 %")
    assert said == "\u200eשלום: a move of +10.0 %"
    assert straight("Größe") == "Größe"
    assert straight("BTC שלום") == "BTC שלום"


def test_the_document_s_title_is_text(tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(named("</dc:title><script>&" + "x" * 30_000))).save(path)
    title = load_workbook(path).properties.title
    assert title.startswith("Hedge report: </dc:title><script>&xxx")
    assert len(title) == 255


# Paper


def test_the_pdf_shows_the_names_and_leads_nowhere(tmp_path):
    path = tmp_path / "hostile.xlsx"
    report_book(analyse(hostile_portfolio())).save(path)
    (tmp_path / "made").mkdir()
    (pdf,) = to_pdfs([path], tmp_path / "made")
    said = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True)
    text = said.stdout.decode()
    for name in HOSTILE:
        if name not in LONG and all(" " <= letter <= "~" for letter in name):
            assert name in text, name
    links = subprocess.run(["pdfinfo", "-url", pdf], capture_output=True, check=True, text=True)
    assert "://" not in links.stdout
    content = pdf.read_bytes()
    assert not re.search(rb"/(JavaScript|JS|Launch|EmbeddedFile|SubmitForm|GoToR)\b", content)


# Readers


@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\nb", "a\tb", "a\x00b", "a\x85b", "a\ufffeb"])
def test_control_characters_are_located_errors(name, tmp_path):
    tables = json.loads(json.dumps(SAMPLE))
    tables["Scenarios"][1]["scenario"] = name
    said = ascii(name).replace("'", '"')
    message = f"scenario: {said} has a control character; it must be text"
    frames = {
        table: pd.DataFrame(
            rows if isinstance(rows, list) else {"name": [*rows], "value": [*rows.values()]}
        )
        for table, rows in tables.items()
    }
    assert lines_of(lambda: Portfolio.from_frames(frames)) == [f"Scenarios[1] {message}"]
    path = write_json(tmp_path / "a.json", tables)
    assert lines_of(lambda: read(path)) == [f"Scenarios[1] {message}"]
    if name != "a\x00b":
        folder = write_csv(tmp_path / "folder", tables)
        assert lines_of(lambda: read(folder)) == [f"Scenarios.csv:3 {message}"]


@pytest.mark.parametrize("name", ["x" * 32_768, "🚀" * 16_384])
def test_text_longer_than_a_cell_is_a_located_error(name, tmp_path):
    tables = json.loads(json.dumps(SAMPLE))
    tables["Scenarios"][1]["scenario"] = name
    message = f"scenario: has {len(name):,} characters; a cell holds at most 32,767"
    path = write_json(tmp_path / "a.json", tables)
    assert lines_of(lambda: read(path)) == [f"Scenarios[1] {message}"]
    folder = write_csv(tmp_path / "folder", tables)
    assert lines_of(lambda: read(folder)) == [f"Scenarios.csv:3 {message}"]
    book = write_workbook(tmp_path / "a.xlsx", SAMPLE)
    longer = tmp_path / "b.xlsx"  # openpyxl would cut it
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(longer, "w") as new:
        for part in old.namelist():
            text = old.read(part).decode()
            new.writestr(part, text.replace("<t>Crash</t>", f"<t>{name}</t>"))
    assert lines_of(lambda: read(longer)) == [f"Scenarios!A{row} {message}" for row in (2, 3)]


def lines_of(act):
    with pytest.raises(PortfolioError) as caught:
        act()
    return str(caught.value).splitlines()


# The terminal


@given(st.text())
def test_harmless_text_moves_nothing_and_hides_nothing(text):
    shown = harmless(text)
    assert not [letter for letter in shown if unicodedata.category(letter) in OBEYED]
    assert harmless(shown) == shown
    assert shown == text or {unicodedata.category(letter) for letter in text} & OBEYED


@pytest.fixture
def folder(tmp_path):
    """Inputs whose names and contents write to the terminal, some of them wrong."""
    for number, name in enumerate(("good\x1b[2J", "bad\n\u202eok", "gone\x1b]0;x\x07")):
        tables = json.loads(json.dumps(SAMPLE))
        tables["Settings"]["portfolio"] = "[red]\u202etxt"
        tables["Holdings"][0]["asset"] = tables["Instruments"][0]["underlying"] = "\u202eBTC"
        tables["Instruments"][1]["underlying"] = tables["History"][0]["symbol"] = "\u202eBTC"
        tables["History"][1]["symbol"] = "\u202eBTC"
        tables["Instruments"][0]["funding_rate"] = 0.5  # a warning that names its place
        tables["Shorts"][1]["margin"] = 0.6
        if number:
            tables["Holdings"][1]["instrument"] = "\u2066no such\u200b"
        if number == 2:
            tables["Holdings\x1b[31m"] = []
        write_json(tmp_path / f"{name}.json", tables)
    return tmp_path


def xlhedge(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "xlhedge", *map(str, arguments)],
        capture_output=True,
        check=False,
        cwd=cwd,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "{all}"],
        ["report", "{all}", "-o", "re\u202eports"],
        ["template", "--from", "{first}", "-o", "t\x1b[31m.xlsx"],
        ["template", "--from", "{last}", "-o", "t.xlsx"],
        ["calc", "NET_DELTA", "\x1b[31m\u202e", "1", "1"],
        ["calc", "NET\x1b[31m"],
        ["functions", "NET\u202e"],
        ["lambda", "NET\x9b31m"],
        ["excel", "build", "-o", "no\x1b[2Jfolder/\u202e.txt/x"],
        ["libreoffice", "build", "-o", "good\x1b[2J.json"],
    ],
    ids=" ".join,
)
def test_the_terminal_obeys_nothing_that_a_command_prints(arguments, folder):
    files = sorted(folder.glob("*.json"), reverse=True)
    sets = {"{all}": files, "{first}": files[1:2], "{last}": files[2:]}
    given = [each for argument in arguments for each in sets.get(argument, [argument])]
    done = xlhedge(*given, cwd=folder)
    said = (done.stdout + done.stderr).decode()
    assert said
    assert "please report it" not in said
    assert {letter for letter in said if unicodedata.category(letter) in OBEYED} <= set("\n")
    assert re.search(r"\\x1b|\\x9b|\\u202e", said) or done.returncode == 0


def test_one_place_prints():
    for path in (ROOT / "xlhedge").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and path.name != "lines.py":
                called = ast.unparse(node.func)
                assert called not in {"typer.echo", "typer.secho", "click.echo", "print"}, path


# CSV that a spreadsheet opens


@given(st.text())
def test_a_csv_cell_never_begins_a_formula(text):
    cell = csv_cell(text)
    for part in cell.split(";"):
        first = part.lstrip("".join(map(chr, range(0x21))) + "\u200b\u202e\ufeff\xa0")[:1]
        assert first not in set("=+-@＝＋－＠")
    assert cell.replace("'", "") == csv_cell(cell).replace("'", "")


def test_numbers_stay_numbers_in_csv():
    values = [-1, -1.5, 0.0, True, None, 1e-9]
    assert [csv_cell(value) for value in values] == values


@pytest.mark.parametrize("separator", [",", ";"])
def test_libreoffice_runs_nothing_of_our_csv(separator, plain_libreoffice, tmp_path):
    # It asks first by default; here it is told to compute what looks like a formula.
    rows = [["x", csv_cell(name), csv_cell(f"x{separator}{name}")] for name in HOSTILE]
    rows += [["x", "=1+1" if separator == "," else "x;=1+1;x", "x"]]  # to see that it would
    path = tmp_path / "summary.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    target = opened(plain_libreoffice, path, separator)
    cells = [cell for row in load_workbook(target).active.iter_rows() for cell in row]
    run = [cell.value for cell in cells if cell.data_type == "f"]
    assert run == ["=1+1"]


def opened(office, path, separator):
    """A CSV file as a person opens it, where lists are separated so, saved as a workbook."""
    question = f"""
from com.sun.star.beans import PropertyValue
def options(**given):
    made = []
    for name, value in given.items():
        made.append(PropertyValue())
        made[-1].Name, made[-1].Value = name, value
    return tuple(made)
desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
book = desktop.loadComponentFromURL({path.as_uri()!r}, "_blank", 0, options(
    Hidden=True, FilterName="Text - txt - csv (StarCalc)",
    FilterOptions="{ord(separator)},34,76,1,,1033,false,true,false,false,false,-1,true,true"))
book.storeToURL({(path.as_uri() + ".xlsx")!r}, options(FilterName="Calc MS Excel 2007 XML"))
book.close(True)
"""
    office.ask(question)
    return path.with_name(path.name + ".xlsx")
