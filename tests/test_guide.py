"""docs/guide.md: what it says to type gives what it says, and what it links to is there.

Its tables are read by their header: "ask | type | get" holds formulas, "cell | type | why" what to
type into the template, "sheet and header | shows | that is" what the sheets then show: of Start the
value beside the header, of other sheets that of the first row under it.
"""

import re
import shlex

import pytest
from books import ROOT
from openpyxl import load_workbook
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.cli.calc import argument_of
from xlhedge.functions.evaluate import evaluate
from xlhedge.functions.registry import function

DOCS = ROOT / "docs"
TEMPLATE = ROOT / "templates" / "xlhedge-template.xlsx"
GUIDE = (DOCS / "guide.md").read_text("utf-8")
LINES = GUIDE.splitlines()
LARGEST = 300_000  # bytes of a picture


def tables(*header):
    """The rows of every table with a header, a list of tables."""
    found, rows = [], None
    for line in LINES:
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else None
        if cells is None:
            rows = None
        elif cells == list(header):
            found.append(rows := [])
        elif rows is not None and set(line) - set("|- "):
            rows.append([cell.strip("`") for cell in cells])
    return found


FORMULAS = [row for table in tables("ask", "type", "get") for row in table]
EDITS = tables("cell", "type", "why")
SHOWN = tables("sheet and header", "shows", "that is")
IN_TEMPLATE = [row for table in tables("in the template", "shows", "that is") for row in table]
MISTAKES = [row for table in tables("cell", "type", "`xlhedge check` says") for row in table]
BLOCKS = re.findall(r"^```\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.startswith("xlhedge ")]


def test_the_guide_has_what_these_tests_look_for():
    assert len(FORMULAS) > 30
    assert len(COMMANDS) > 5
    assert (len(EDITS), len(SHOWN)) == (4, 2)
    assert len(MISTAKES) > 2
    assert len(IN_TEMPLATE) > 4


def as_said(value, said):
    """Whether a value is the one that is said; after ≈ to the decimals that are said."""
    if isinstance(value, bool):
        return str(value).upper() == said
    if isinstance(value, str):
        return value == said
    if said.startswith("≈ "):
        return f"{value:.{len(said.partition('.')[2])}f}" == said[2:]
    return value == pytest.approx(float(said), rel=1e-9, abs=1e-6)


def arguments(text):
    """A call's arguments: what stands between commas, but for those in braces or quotes."""
    return re.findall(r"\s*(\{[^}]*\}|\"[^\"]*\"|[^,]+)(?:,|$)", text)


@pytest.mark.parametrize(("text", "said"), [row[1:] for row in FORMULAS])
def test_a_formula_gives_what_the_guide_says(text, said):
    name, inside = re.fullmatch(r"=(\w+)\((.*)\)", text).groups()
    value = evaluate(function(name), [argument_of(part.strip('"')) for part in arguments(inside)])
    assert as_said(value, said), value


def test_no_formula_stands_outside_the_tables():
    assert sorted(re.findall(r"`(=[A-Z_]+\(.*?\))`", GUIDE)) == sorted(row[1] for row in FORMULAS)


SHEETS = load_workbook(TEMPLATE, data_only=True)


def place_of(header):
    """The sheet and the cell that the guide means by a sheet and a header."""
    sheet, title = header.split(": ", 1)
    (found,) = (cell for row in SHEETS[sheet] for cell in row if cell.value == title)
    if sheet == "Start":
        return sheet, found.offset(column=1).coordinate
    below = SHEETS[sheet].iter_rows(min_row=found.row + 1, max_col=1)
    others = (None, "Total", "Shorts without a holding")
    row = next(cell.row for (cell,) in below if cell.value not in others)
    return sheet, f"{found.column_letter}{row}"


@pytest.mark.parametrize(("header", "said"), [row[:2] for row in IN_TEMPLATE])
def test_the_template_shows_what_the_guide_says(header, said):
    sheet, place = place_of(header)
    assert as_said(SHEETS[sheet][place].value, said)


def typed(book, cell, text):
    """Types what the guide says into a workbook."""
    sheet, place = cell.split("!")
    if text == "*(clear)*":
        for row in book[sheet][place]:
            for each in row:
                each.value = None
        return
    percent = text.endswith("%")
    value = argument_of(text.rstrip("%"))
    book[sheet][place].value = value / 100 if percent else value


def test_the_first_hedge_comes_out_as_the_guide_says(libreoffice, tmp_path):
    portfolio, instruments, no_short, short = EDITS
    book = load_workbook(TEMPLATE)
    steps = [portfolio + instruments + no_short, short]
    for number, (edits, shown) in enumerate(zip(steps, SHOWN, strict=True)):
        for cell, text, _ in edits:
            typed(book, cell, text)
        path = tmp_path / f"step-{number}.xlsx"
        book.save(path)
        values = libreoffice.values(path)
        for header, said, _ in shown:
            sheet, place = place_of(header)
            assert as_said(values[sheet][place], said), (header, values[sheet][place])


@pytest.mark.parametrize(("cell", "text", "said"), MISTAKES)
def test_check_says_what_the_guide_says(cell, text, said, tmp_path):
    book = load_workbook(TEMPLATE)
    typed(book, cell, text)
    path = tmp_path / "my-hedge.xlsx"
    book.save(path)
    result = CliRunner().invoke(app, ["check", str(path)])
    assert f"{path}: {said}" in result.output.splitlines()
    assert result.exit_code == (0 if said.startswith("warning:") else 2)


def test_every_command_runs_in_an_empty_folder(tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        if "--pdf" in command:
            request.getfixturevalue("libreoffice")
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output)
    assert (tmp_path / "out" / "my-hedge-report.xlsx").exists()
    assert (tmp_path / "out" / "my-hedge-report.pdf").exists()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`xlhedge ([^`]+)`", GUIDE))))
def test_a_command_in_a_sentence_exists(command):
    result = CliRunner().invoke(app, [*shlex.split(command), "--help"])
    assert result.exit_code == 0, result.output


def test_everything_linked_is_there():
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", GUIDE, flags=re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        else:
            assert (DOCS / target).is_file(), target


def test_every_picture_is_shown_and_small():
    text = GUIDE + (ROOT / "README.md").read_text("utf-8").replace("docs/images/", "images/")
    for picture in (DOCS / "images").iterdir():
        assert f"(images/{picture.name})" in text, picture.name
        assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert picture.stat().st_size < LARGEST
