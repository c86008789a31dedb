"""The command line as a person uses it: a process, its output, its exit status."""

import hashlib
import io
import os
import subprocess
import sys
import zipfile

import pytest
from books import ROOT
from openpyxl import load_workbook
from portfolios import SAMPLE, changed, write_json

from xlhedge.batch.output import HIDDEN
from xlhedge.batch.plan import Request
from xlhedge.batch.progress import TextProgress
from xlhedge.batch.run import make_reports
from xlhedge.batch.stop import Stop
from xlhedge.readers import read
from xlhedge.samples import SAMPLES


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "xlhedge", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["HEDGE_NOTIONAL", "1", "60000", "0.5"], "30000\n"),
        (["SCENARIO_PNL", "1", "60000", "60000", "-0.2"], "0\n"),
        (["SHORT_NOTIONAL", "6", "100", "10", "inverse"], "60\n"),
        (["SHORT_NOTIONAL", "6", "100", "", "linear"], "600\n"),
        (["BASIS_REGIME", "1", "2"], "backwardation\n"),
        (["SCENARIO_ATTRIBUTION", "1", "100", "50", "-0.1"], "-10\t5\t0\t0\t0\t-5\n"),
        (["SCENARIO_PNL", "1", "100", "{0;100}", "{-0.5,1}"], "-50\t100\n0\t0\n"),
        (["NET_DELTA", "1", "{10;x}", "0"], "10\n#VALUE!\n"),
    ],
)
def test_calc(arguments, output):
    done = run("calc", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["calc", "NET_DELTA", "1", "-5", "0"],
         "xlhedge: spot_price: -5 is out of range; it must be above 0\n"),
        (["calc", "NOTHING"],
         "xlhedge: no function is called 'NOTHING'; `xlhedge functions` lists them\n"),
        (["functions", "QQQQ"],
         "xlhedge: no function is called 'QQQQ'; `xlhedge functions` lists them\n"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line(arguments, message):
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_functions_are_listed_and_explained():
    from xlhedge.functions.registry import FUNCTIONS

    listed = run("functions").stdout
    assert all(f"  {entry.name} " in listed for entry in FUNCTIONS)
    explained = run("functions", "net_delta").stdout
    assert explained.startswith("NET_DELTA(spot_qty, spot_price, short_notional, [beta=1])")
    assert "=NET_DELTA(1, 60000, 45000)  gives 15000" in explained
    assert "quote per base coin" in explained


ANY = {"pandas", "pydantic", "xlwings", "ccxt", "ssl"}
"""What no command on a single file has a use for, and would wait for."""


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (("--help",), {"numpy", "openpyxl", "xlhedge.portfolio"}),
        (("calc", "NET_DELTA", "1", "2", "3"), {"numpy", "openpyxl", "email", "rich",
                                                "xlhedge.portfolio.tables", "xlhedge.analysis"}),
        (("check", ROOT / "workbooks" / "treasury.xlsx"), {"openpyxl", "xlhedge.sheets", "rich"}),
        (("report", ROOT / "workbooks" / "treasury.xlsx"), {"rich", "distributed"}),
    ],
)  # fmt: skip
def test_a_command_loads_nothing_heavy(arguments, heavy, tmp_path):
    program = (
        "import sys\n"
        "from xlhedge.cli import app\n"
        f"try: app({list(map(str, arguments))})\n"
        "except SystemExit as end: assert not end.code\n"
        f"print(sorted({heavy | ANY} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "[]"


TREASURY = ROOT / "workbooks" / "treasury.xlsx"


def files(folder):
    """All files and folders, but for the hidden record of the reports."""
    paths = (path.relative_to(folder) for path in folder.rglob("*"))
    return sorted(str(path) for path in paths if HIDDEN not in path.parts)


def test_reports_are_written_for_all_inputs(tmp_path):
    full = ROOT / "workbooks" / "full-hedge.xlsx"
    copy = tmp_path / "copies" / "treasury.xlsx"
    copy.parent.mkdir()
    copy.write_bytes(TREASURY.read_bytes())
    done = run("report", TREASURY, full, copy, "-o", tmp_path / "out" / "new")
    assert done.returncode == 0
    assert files(tmp_path / "out" / "new") == [
        "full-hedge-report.xlsx",
        "orders.csv",
        "summary.csv",
        "summary.xlsx",
        "treasury-2-report.xlsx",  # two inputs of one name: neither report is lost
        "treasury-report.xlsx",
    ]
    assert done.stdout.splitlines()[0] == (
        f"{TREASURY} -> {tmp_path / 'out' / 'new' / 'treasury-report.xlsx'}"
    )


def test_a_bad_input_is_told_and_does_not_stop_the_others(tmp_path):
    book = load_workbook(TREASURY)
    book["Portfolio"]["B7"] = "ten"
    book["Portfolio"]["D8"] = -150
    book["Portfolio"]["G9"] = "BTC-PREP"
    bad = tmp_path / "bad.xlsx"
    book.save(bad)
    done = run("report", bad, TREASURY, "-o", tmp_path / "out")
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "warning" not in line]
    allowed = '"BTC-PERP" or "ETH-INV" or "SOL-SEP"'
    assert lines == [
        f'{bad}: Portfolio!B7 quantity: "ten" is not a number; it must be a number, such as 0.5',
        f"{bad}: Portfolio!D8 spot_price: -150 is out of range; it must be above 0",
        f'{bad}: Portfolio!G9 instrument: "BTC-PREP" is not in Instruments; it must be {allowed}',
    ]
    assert files(tmp_path / "out") == [
        *("orders.csv", "summary.csv", "summary.xlsx", "treasury-report.xlsx")
    ]


def break_asset(book):
    book["Portfolio"]["A7"] = "BTC"


def break_table(book):
    del book["Portfolio"].tables["Holdings"]
    for column in "ABCDEFGH":
        book["Portfolio"][f"{column}5"] = None


def break_column(book):
    table = book["Portfolio"].tables["Holdings"]
    book["Portfolio"]["D5"] = "price"
    next(c for c in table.tableColumns if c.name == "spot_price").name = "price"


def break_holdings(book):
    for row in range(6, 11):
        for column in "ABCDEFGH":
            book["Portfolio"][f"{column}{row}"] = None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (break_asset, "Portfolio!A7 asset: "),
        (break_table, "Holdings"),
        (break_column, "spot_price"),
        (break_holdings, "Portfolio!A5: the table has no row"),
    ],
)
def test_every_kind_of_bad_workbook_ends_in_one_line(change, said, tmp_path):
    book = load_workbook(TREASURY)
    change(book)
    bad = tmp_path / "bad.xlsx"
    book.save(bad)
    for command in (["check", bad], ["report", bad, "-o", tmp_path / "out"]):
        done = run(*command)
        lines = done.stderr.splitlines()
        assert done.returncode == 2
        assert said in done.stderr
        assert all(line.startswith(f"{bad}: ") for line in lines)
        assert "Traceback" not in done.stderr
    assert files(tmp_path) == ["bad.xlsx"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("foreign.xlsx", b"this is no workbook"),
        ("foreign.pdf", b"%PDF-1.7"),
        ("foreign.json", b"[1, 2"),
        ("empty.xlsx", b""),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    ],
)
def test_a_foreign_file_is_one_line(name, content, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    done = run("report", path, "-o", tmp_path / "out")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{path}: ")
    assert files(tmp_path) == [name]


def test_a_missing_file_is_one_line(tmp_path):
    done = run("check", tmp_path / "nothing.xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{tmp_path / 'nothing.xlsx'}: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "out").write_text("a file")
    done = run("report", TREASURY, "-o", tmp_path / "out")
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if "warning" not in line]
    assert len(lines) == 1
    assert str(tmp_path / "out") in lines[0]


def test_check_says_what_is_fine_and_writes_nothing(tmp_path):
    done = run("check", TREASURY, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == f"{TREASURY}: ok, 5 holdings, 3 shorts, 9 scenario rows\n"
    assert "warning: " in done.stderr  # its prices are old
    assert files(tmp_path) == []


def test_a_template_is_never_written_over_a_file(tmp_path):
    path = tmp_path / "mine.xlsx"
    assert run("template", "-o", path).returncode == 0
    committed = (ROOT / "templates" / "xlhedge-template.xlsx").read_bytes()
    with zipfile.ZipFile(path) as new, zipfile.ZipFile(io.BytesIO(committed)) as old:
        assert {n: new.read(n) for n in new.namelist()} == {n: old.read(n) for n in old.namelist()}
    path.write_text("my work")
    done = run("template", "-o", path)
    assert (done.returncode, path.read_text()) == (2, "my work")
    assert "--force" in done.stderr
    assert run("template", "-o", path, "--force").returncode == 0
    assert run("check", path).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "suffix"),
    [
        (["template", "-o", "x.xls"], ".xlsx"),
        (["template", "-o", "x"], ".xlsx"),
        (["template", "-o", "x.csv", "--force"], ".xlsx"),
        (["excel", "build", "-o", "x.xlsx"], ".xlam"),
        (["libreoffice", "build", "-o", "x.zip"], ".oxt"),
    ],
)
def test_a_file_of_another_kind_is_not_written(tmp_path, arguments, suffix):
    done = run(*arguments, cwd=tmp_path)
    name = arguments[arguments.index("-o") + 1]
    line = f"xlhedge: {name}: it is written as {suffix}; name a file that ends so\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)
    assert list(tmp_path.iterdir()) == []


def test_notes_and_warnings_stand_beside_errors(tmp_path):
    wrong = changed("Shorts", 0, contracts="ten")
    wrong["Settings"]["hedge_ratio"] = 50
    path = write_json(tmp_path / "wrong.json", wrong)
    lines = [
        f"{path}: warning: Settings hedge_ratio: 50 means 5,000 %; 50 % is written 50% or 0.5",
        f'{path}: Shorts[0] contracts: "ten" is not a number; it must be a number, such as 0.5',
    ]
    for command in (["check", path], ["report", path, "-o", tmp_path / "out"]):
        assert run(*command).stderr.splitlines() == lines
    read_so = write_json(tmp_path / "read.json", changed("Shorts", 0, contracts="0.5"))
    note = 'Shorts[0] contracts: "0.5" is text, read as 0.5'
    assert f"{read_so}: note: {note}" in run("check", read_so).stderr.splitlines()
    done = run("report", read_so, "-o", tmp_path / "out")
    assert f"{read_so}: warning: {note}" in done.stderr.splitlines()
    audit = load_workbook(tmp_path / "out" / "read-report.xlsx")["Inputs & audit"]
    assert any(note in str(cell.value) for cell in audit["A"])


def test_an_option_takes_a_number_as_people_type_it(tmp_path):
    path = write_json(tmp_path / "plain.json", SAMPLE)
    for size, status in (("1,5", 0), ("16", 0), ("0.001", 2), ("ten", 2), ("0", 2)):
        assert run("check", path, "--max-size", size).returncode == status, size
    assert "must be a number from 0.001 to 10,000" in run("check", path, "--max-size", "ten").stderr


def test_demo_shows_the_headlines(tmp_path):
    done = run("demo", "-o", tmp_path)
    assert done.returncode == 0
    # What one sample is there to teach, once, and nothing of the age of their prices.
    places = [line.partition(": warning: ")[0] for line in done.stderr.splitlines()]
    assert places == [str(tmp_path / "samples" / "expiring-future.xlsx")]
    assert files(tmp_path) == sorted(
        ["samples"]
        + [f"samples/{name}.xlsx" for name in SAMPLES]
        + [f"{name}-report.xlsx" for name in SAMPLES]
    )
    blocks = done.stdout.strip().split("\n\n")
    assert len(blocks) == len(SAMPLES)
    assert blocks[1].splitlines() == [
        f"Partial hedge: {tmp_path / 'partial-hedge-report.xlsx'}",
        "  Spot notional                 60,000.00 USD",
        "  Short notional                30,000.00 USD",
        "  Net delta                     30,000.00 USD",
        "  Funding drag, 92 days           -828.00 USD",
        "  P&L at -20 %                  -6,000.00 USD",
        "  P&L at +20 %                   6,000.00 USD",
    ]


def test_a_terminal_without_unicode_gets_no_traceback():
    done = subprocess.run(
        [sys.executable, "-m", "xlhedge", "functions", "FUNDING_DRAG"],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert b"Equation:" in done.stdout


def report_here(source, folder, **options):
    """Reports in this process, whose parts a test may replace."""
    warned = []
    with Stop() as stop:
        request = Request((str(source),), folder, **options)
        result = make_reports(request, TextProgress(lambda _: None, warned.append), stop)
    return result.status, warned


def test_an_interrupted_write_leaves_the_old_report(tmp_path, monkeypatch):
    assert report_here(TREASURY, tmp_path)[0] == 0
    old = tmp_path / "treasury-report.xlsx"
    before, there = old.read_bytes(), files(tmp_path)

    def broken(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xlhedge.files.os.fsync", broken)
    status, warned = report_here(TREASURY, tmp_path)
    assert (status, old.read_bytes() == before, files(tmp_path)) == (2, True, there)
    assert f"{old}: No space left on device; 1 of 1 inputs are not done" in warned[-1]


def test_a_report_as_a_pdf(plain_libreoffice, tmp_path):
    assert plain_libreoffice  # which makes it
    done = run("report", ROOT / "workbooks/full-hedge.xlsx", "-o", tmp_path, "--pdf")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == [
        "full-hedge-report.pdf",
        "full-hedge-report.xlsx",
        "orders.csv",
        "summary.csv",
        "summary.xlsx",
    ]
    assert (tmp_path / "full-hedge-report.pdf").read_bytes()[:5] == b"%PDF-"


def test_without_libreoffice_the_report_is_there_and_the_pdf_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("xlhedge.hosts.pdf.find_program", lambda _: None)
    status, warned = report_here(ROOT / "workbooks/full-hedge.xlsx", tmp_path, pdf=True)
    assert files(tmp_path) == [
        *("full-hedge-report.xlsx", "orders.csv", "summary.csv", "summary.xlsx")
    ]
    assert "a PDF takes LibreOffice, which was not found" in warned[-1]
    assert status == 1  # the report is there


def test_a_report_for_american_paper(tmp_path):
    for paper, number in (("a4", "9"), ("letter", "1")):
        run("report", ROOT / "workbooks/full-hedge.xlsx", "-o", tmp_path / paper, "--paper", paper)
        book = load_workbook(tmp_path / paper / "full-hedge-report.xlsx")
        assert {str(sheet.page_setup.paperSize) for sheet in book} == {number}
        assert {sheet.page_setup.fitToWidth is not None for sheet in book} == {True}
        assert all("as of 2026-03-02" in sheet.oddFooter.center.text for sheet in book)


def test_templates_empty_and_filled_in_from_a_portfolio(tmp_path):
    empty, filled = tmp_path / "empty.xlsx", tmp_path / "filled.xlsx"
    assert run("template", "-o", empty, "--empty", "--edition", "365").returncode == 0
    assert "NET_DELTA" in load_workbook(empty).defined_names
    done = run("check", empty)
    assert done.returncode == 2
    assert "Portfolio!V7 as_of: is empty" in done.stderr
    source = ROOT / "workbooks" / "treasury.xlsx"
    assert run("template", "-o", filled, "--from", source).returncode == 0
    assert read(filled) == read(source)
    both = run("template", "-o", tmp_path / "no.xlsx", "--empty", "--from", source)
    assert (both.returncode, both.stderr) == (2, "xlhedge: --empty and --from: give one of them\n")
    missing = run("template", "-o", tmp_path / "no.xlsx", "--from", tmp_path / "none.json")
    assert missing.returncode == 2
    assert "there is no such file or folder" in missing.stderr


def test_the_audit_sheet_names_the_input_and_its_hash(tmp_path):
    source = ROOT / "workbooks" / "full-hedge.xlsx"
    run("report", source, "-o", tmp_path)
    sheet = load_workbook(tmp_path / "full-hedge-report.xlsx")["Inputs & audit"]
    told = {row[0].value: row[1].value for row in sheet.iter_rows()}
    assert told["Made from"] == "full-hedge.xlsx"
    assert told["SHA-256 of the input"] == hashlib.sha256(source.read_bytes()).hexdigest()
