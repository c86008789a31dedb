"""Many portfolios: what is an input, how reports are called, what is said, what a summary holds."""

import os
import pty
import subprocess
import unicodedata
from concurrent.futures import Future
from pathlib import Path

import pandas as pd
import pytest
from batches import HANGS, SMALL, contents, csv_folder, events, hooked, portfolios, rows, run
from books import ROOT
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.batch.csv_files import COLUMNS
from xlhedge.batch.dispatch import Dispatch
from xlhedge.batch.inputs import gather
from xlhedge.batch.plan import Item
from xlhedge.batch.progress import InputResult, RunResult, TextProgress
from xlhedge.batch.report_names import folded, stem_of
from xlhedge.batch.stop import Stop
from xlhedge.batch.store import RunStore
from xlhedge.batch.work import Options, ReportBytes
from xlhedge.batch.workers import Workers
from xlhedge.cli import app
from xlhedge.errors import InputError
from xlhedge.readers import load, read


def found(*arguments, manifest=None, output=None):
    """What is gathered: paths, and problems behind their paths."""
    store = RunStore()
    gather(store, [str(each) for each in arguments], manifest, output)
    return [f"{path}: {why}" if why else str(path) for _, path, why in store.inputs()]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Portfolios of every kind, and what is none."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.xlsx", "a.xlsm", "deep/er/c.json", "~$b.xlsx", ".hidden.xlsx", "notes.txt"):
        path = Path("desk", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    csv_folder(Path("desk/csvs"))
    Path("desk/csvs/inside.xlsx").write_bytes(b"")
    Path("desk/.git").mkdir()
    Path("desk/.git/d.xlsx").write_bytes(b"")
    return tmp_path


ALL = ["desk/a.xlsm", "desk/b.xlsx", "desk/csvs", "desk/deep/er/c.json"]


@pytest.mark.usefixtures("tree")
def test_a_folder_is_taken_with_the_portfolios_in_it():
    assert found("desk") == ALL
    assert found("desk/csvs") == ["desk/csvs"]
    assert found("desk/deep", "desk", "desk/b.xlsx") == [ALL[3], *ALL[:3]]  # each once


@pytest.mark.usefixtures("tree")
def test_patterns_that_no_shell_expanded():
    assert found("desk/*") == ALL
    assert found("desk/*.xlsx") == ["desk/b.xlsx"]
    # A pattern may name what is inside a portfolio; the folder alone would not.
    assert found("**/*.xlsx") == ["desk/b.xlsx", "desk/csvs/inside.xlsx"]
    Path("desk/[1].xlsx").write_bytes(b"")
    assert found("desk/[1].xlsx") == ["desk/[1].xlsx"]  # a file of that name is that file


@pytest.mark.usefixtures("tree")
def test_what_matches_nothing_is_told_with_its_place():
    Path("empty").mkdir()
    assert found("desk/*.ods", "empty", "no.xlsx") == [
        "desk/*.ods: matches no portfolio",
        "empty: there is no portfolio in it: no workbook, JSON file, or folder of CSV files",
        "no.xlsx: there is no such file or folder",
    ]


@pytest.mark.usefixtures("tree")
def test_a_mistyped_table_does_not_make_a_folder_disappear():
    Path("desk/csvs/Holdings.csv").rename("desk/csvs/Holding.csv")
    for name in ("Settings", "Instruments", "Tiers", "Shorts", "Scenarios", "History"):
        Path(f"desk/csvs/{name}.csv").unlink(missing_ok=True)
    assert found("desk/csvs") == ["desk/csvs"]


def test_links_in_a_folder_do_not_lead_out_of_it(tree):
    Path("desk/out.xlsx").symlink_to(SMALL)
    Path("desk/same.xlsx").symlink_to("b.xlsx")
    Path("desk/round").symlink_to("..")
    Path("desk/deep/here").symlink_to(".")
    os.mkfifo("desk/pipe.json")
    lead = f"it is a link that leads out of {tree / 'desk'}; name the file itself"
    assert found("desk") == [
        *ALL[:3],
        ALL[3],
        f"desk/out.xlsx: {lead}",
        f"desk/round: {lead}",
        "desk/same.xlsx",
    ]


def test_a_pipe_that_is_named_does_not_keep_us_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    done = run(tmp_path / "pipe.json", "-o", tmp_path / "out", timeout=HANGS)
    assert (
        done.stderr == f"{tmp_path / 'pipe.json'}: it is no file but a folder, a pipe or a device\n"
    )


def test_a_manifest_names_files_folders_and_patterns_from_where_it_is(tree):
    manifest = tree / "lists" / "a.txt"
    manifest.parent.mkdir()
    Path("desk").rename("lists/desk")
    manifest.write_text(
        "\ufeff# of today\n\ndesk/b.xlsx\r\n  desk/csvs\n#no\ndesk/*.xlsm\ndesk/deep", "utf-8"
    )
    named = [str(manifest.parent / each) for each in (ALL[1], ALL[2], ALL[0], ALL[3])]
    assert found(manifest=manifest) == named
    table = manifest.with_name("b.csv")
    table.write_text('# mine\nname,Path\nx,"desk/b.xlsx"\n\n#y,no\nz,desk/csvs\n')
    assert found(manifest=table) == named[:2]


def test_what_is_wrong_in_a_manifest_is_told_with_its_line(tree):
    manifest = tree / "list.txt"
    manifest.write_text("desk/b.xlsx\n../x.xlsx\n/etc\ndesk/no.json\ndesk/*.ods\na\0b\n")
    out = f"leads out of the manifest's folder, {tree}; name it on the command line instead"
    assert found(manifest=manifest) == [
        str(tree / "desk/b.xlsx"),
        f'{manifest}:2: "../x.xlsx": {out}',
        f'{manifest}:3: "/etc": {out}',
        f'{manifest}:4: "desk/no.json": there is no such file or folder',
        f'{manifest}:5: "desk/*.ods": matches no portfolio',
        f'{manifest}:6: "a\\x00b" is no name of a file',
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"x.xlsx\n\xff\n", "a.txt: it is not UTF-8 text"),
        ("a.txt", b"# nothing\n", "a.txt: names no input"),
        ("a.csv", b"file\nx.xlsx\n", 'a.csv:1: no column is called "path"'),
        ("a.csv", b"path,n\n ,2\n", "a.csv:2: path: is empty"),
        ("a.csv", b'path\n"x\n', "a.csv:2: it is not CSV"),
    ],
)
def test_a_manifest_that_is_none_is_one_line(name, content, said, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        found(manifest=tmp_path / name)
    assert said in str(error.value)
    with pytest.raises(FileNotFoundError, match="none"):
        found(manifest=tmp_path / "none")


def test_reports_are_no_inputs(tmp_path):
    desk = portfolios(tmp_path / "desk", 2)
    (desk / "my-report.xlsx").write_bytes(SMALL.read_bytes())  # a portfolio, whatever its name
    for _ in range(2):  # the second time the first one's reports are there
        told, status = events(desk, "-o", desk, "-j", "1")
        assert [Path(each["input"]).name for each in told[:-1]] == [
            "my-report.xlsx",
            "p00.xlsx",
            "p01.xlsx",
        ]
        assert status == 0
    assert (desk / "my-report.xlsx").read_bytes() == SMALL.read_bytes()
    assert len(found(desk, output=tmp_path / "elsewhere")) == 3
    inside = desk / "out"
    portfolios(inside, 1)
    assert len(found(desk, output=inside)) == 3
    assert len(found(desk)) == 4


def test_a_report_never_takes_the_name_of_an_input(tmp_path):
    for name in ("x.xlsx", "X-REPORT.xlsx"):
        (tmp_path / name).write_bytes(SMALL.read_bytes())
    done = run(tmp_path / "x.xlsx", tmp_path / "X-REPORT.xlsx", "-o", tmp_path, "-j", "1")
    assert done.returncode == 0, done.stderr
    assert sorted(contents(tmp_path)) == [
        "X-REPORT-report.xlsx",
        "X-REPORT.xlsx",
        "orders.csv",
        "summary.csv",
        "summary.xlsx",
        "x-2-report.xlsx",
        "x.xlsx",
    ]
    assert (tmp_path / "X-REPORT.xlsx").read_bytes() == SMALL.read_bytes()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("CON.xlsx", "_CON"),
        ("nul.a.json", "_nul.a"),
        ("COM¹.xlsx", "_COM¹"),
        ("console.xlsx", "console"),
        ("a. . .xlsx", "a"),
        ('<a>:"b|c?*.xlsx', "_a___b_c__"),
        ("a\x1b[2J\u202eb\n.xlsx", "a_[2J_b_"),
        ("Cafe\u0301.xlsx", "Caf\u00e9"),
        (".xlsx", "_.xlsx"),
        (" .xlsx", "portfolio"),
        ("\udcff.xlsx", "_"),
        ("=cmd.xlsx", "=cmd"),
        ("é" * 120 + ".xlsx", "é" * 100),
    ],
)
def test_names_that_every_file_system_takes(name, stem):
    assert stem_of(Path(name), folder=False) == stem


@given(st.lists(st.text("aAbB-2é\u0301ßſ. ", min_size=1, max_size=4), max_size=12))
def test_no_two_reports_share_a_name(names):
    store = RunStore()
    given_names = [store.name(stem_of(Path(n), folder=False), Path(), "-r.xlsx") for n in names]
    unlike = {unicodedata.normalize("NFKD", name).casefold() for name in given_names}
    assert len(unlike) == len(names)
    again = RunStore()
    assert given_names == [
        again.name(stem_of(Path(n), folder=False), Path(), "-r.xlsx") for n in names
    ]


def test_names_of_one_sort_are_numbered_in_one_go():
    store = RunStore()
    for _ in range(2_000):  # each would else try all numbers before
        name = store.name("portfolio", Path(), "")
    assert name == "portfolio-2000"
    assert folded(name) == name


def test_a_folders_hash_tells_which_file_holds_what(tmp_path):
    folder = csv_folder(tmp_path / "desk")
    before = load(folder).sha256
    shell = ("sh", "-c", "sha256sum *.csv | sha256sum")
    said = subprocess.run(shell, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == before
    (folder / "summary.csv").write_text("no table")
    (folder / "notes.txt").write_text("nor this")
    assert load(folder).sha256 == before
    shorts, tiers = folder / "Shorts.csv", folder / "Instruments.csv"
    one, other = shorts.read_bytes(), tiers.read_bytes()
    shorts.write_bytes(other)
    tiers.write_bytes(one)
    assert load(folder).sha256 != before


def renamed(path, portfolio, scenario):
    book = load_workbook(SMALL)
    book["Portfolio"]["V6"].value = portfolio
    book["Portfolio"]["V6"].data_type = "s"
    sheet = book["Scenarios"]
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == "Fall of 20 %")
    cell.value, cell.data_type = scenario, "s"
    book.save(path)


def test_the_summary_has_a_row_for_every_input(tmp_path):
    desk = portfolios(tmp_path / "desk", 1, ROOT / "workbooks" / "treasury.xlsx")
    renamed(desk / "=evil.xlsx", "=1+1", "x")
    (desk / "broken.xlsx").write_text("no workbook")
    done = run(desk, "-o", tmp_path / "out", "-j", "2", cwd=desk)
    assert done.returncode == 1
    text = (tmp_path / "out" / "summary.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbfinput,status,error,report,")
    evil, broken, good = rows(tmp_path / "out")
    assert tuple(good) == COLUMNS
    analysis = analyse(read(desk / "p00.xlsx"))
    assert good["portfolio"] == "Treasury"
    assert float(good["net_delta"]) == analysis.total["net_delta"]
    assert float(good["pnl_down_20"]) == analysis.after(-0.2)
    assert float(good["worst_scenario_pnl"]) == min(s.legs.net for s in analysis.scenarios)
    assert good["worst_scenario"] == "Crash, funding turns"
    buffers = [abs(row["liquidation_buffer"]) for row in analysis.margin]
    assert float(good["nearest_liquidation"]) == min(buffers)
    assert good["input_sha256"] == load(desk / "p00.xlsx").sha256
    assert good["report"] == "p00-report.xlsx"
    assert (evil["portfolio"], evil["report"]) == ("'=1+1", "'=evil-report.xlsx")
    assert (broken["status"], broken["report"], broken["net_delta"]) == ("failed", "", "")
    assert broken["error"] == "it is no Excel workbook (.xlsx)"
    frame = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert list(frame.columns) == list(COLUMNS)
    assert frame["net_delta"].dtype == float


def test_the_summary_workbook_has_the_urgent_ones_first_and_leads_to_the_reports(tmp_path):
    desk = portfolios(tmp_path / "desk", 1, ROOT / "workbooks" / "full-hedge.xlsx")
    (desk / "q00.xlsx").write_bytes((ROOT / "workbooks" / "treasury.xlsx").read_bytes())
    (desk / "a.xlsx").write_text("no workbook")
    out = tmp_path / "out"
    run(desk, "-o", out, "-j", "1", cwd=desk)
    path = out / "summary.xlsx"
    shown, typed = (load_workbook(path, data_only=only)["Summary"] for only in (True, False))
    cells = list(shown.iter_rows(min_row=5, values_only=True))
    assert [row[1] for row in cells] == [None, "q00-report.xlsx", "p00-report.xlsx"]
    assert cells[0][14] == "it is no Excel workbook (.xlsx)"
    assert cells[1][2]  # its alarms; the other has none
    assert not cells[2][2]
    listed = {row["report"]: row for row in rows(out)}
    for row in cells[1:]:
        assert row[3] == float(listed[row[1]]["nearest_liquidation"])
        assert row[7] == float(listed[row[1]]["net_delta"])
    links = [typed.cell(row, 2).value for row in (6, 7)]
    assert links == [f'=HYPERLINK("{x}","{x}")' for x in ("q00-report.xlsx", "p00-report.xlsx")]
    # Where reports go among inputs it is none of them.
    again = run(out, "-o", tmp_path / "none", cwd=desk)
    assert "no portfolio" in again.stderr or again.returncode == 2


@pytest.mark.parametrize("made", ["by hand", "a template"])
def test_a_summary_workbook_of_somebody_else_is_not_replaced(made, tmp_path):
    path = tmp_path / "summary.xlsx"
    if made == "by hand":
        Workbook().save(path)
    else:
        path.write_bytes(SMALL.read_bytes())
    before = path.read_bytes()
    done = run(SMALL, "-o", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"xlhedge: {path}: is not of xlhedge")
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["summary.xlsx"]


def test_a_summary_of_somebody_else_is_not_replaced(tmp_path):
    (tmp_path / "summary.csv").write_text("my,own\n")
    done = run(SMALL, "-o", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"xlhedge: {tmp_path / 'summary.csv'}: is not of xlhedge")
    assert [path.name for path in tmp_path.iterdir()] == ["summary.csv"]


def test_any_number_of_jobs_makes_the_same(tmp_path):
    desk = portfolios(tmp_path / "desk", 5)
    (desk / "p02.xlsx").write_text("no workbook")
    made, said = [], []
    for jobs in (1, 2, 3):
        out = tmp_path / str(jobs)
        done = run("desk", "-o", out, "--jobs", jobs, cwd=tmp_path)
        assert done.returncode == 1
        made.append(contents(out))
        said.append(done.stdout.replace(str(out), "out"))
    assert made[0] == made[1] == made[2]
    assert said[0] == said[1] == said[2]
    assert len(made[0]) == 4 + len(("summary.csv", "summary.xlsx", "orders.csv"))
    assert said[0].splitlines()[-1].startswith("4 of 5 reports are there, 1 input failed")


def test_failures_are_listed_at_the_end_and_quiet_says_nothing_else(tmp_path):
    desk = portfolios(tmp_path / "desk", 2)
    (desk / "a.json").write_text("[")
    done = run(desk, "-o", tmp_path / "out", "--quiet", "-j", "1")
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{desk / 'a.json'}: it is not JSON")
    loud = run(desk, "-o", tmp_path / "out", "-j", "1")
    assert loud.stderr.splitlines()[-1] == line
    assert len(loud.stdout.splitlines()) == 3


def test_a_report_without_its_pdf_counts_as_one_input_done():
    warned = []
    result = RunResult(total=3, halted="stopped")
    result.count(InputResult("a.xlsx", "failed", report="a-report.xlsx", errors=("no PDF",)))
    TextProgress(warned.append, warned.append).end(result, [])
    assert warned == ["stopped; 2 of 3 inputs are not done, --resume does them"]


def test_objects_for_machines(tmp_path):
    desk = portfolios(tmp_path / "desk", 1)
    (desk / "a\x1b[2J.json").write_text("[")
    (bad, good, last), status = events(desk, "-o", tmp_path / "out")
    assert status == last["exit_status"] == 1
    assert (bad["event"], bad["status"], bad["report"]) == ("input", "failed", None)
    assert bad["input"] == str(desk / "a\x1b[2J.json")
    assert len(bad["errors"]) == 1
    assert (good["status"], good["report"]) == ("ok", str(tmp_path / "out" / "p00-report.xlsx"))
    assert good["figures"]["net_delta"] == 30_000
    assert "days ago" in good["warnings"][0]
    assert (last["event"], last["total"], last["ok"], last["failed"]) == ("end", 2, 1, 1)


def test_nothing_in_a_name_acts_on_the_terminal(tmp_path):
    name = "a\x1b]0;owned\x07\u202e\n.json"
    (tmp_path / name).write_text("[")
    done = run(tmp_path / name, "-o", tmp_path / "out")
    (line,) = done.stderr.splitlines()
    assert line.isprintable()
    assert "a\\x1b]0;owned\\x07\\u202e\\n.json: it is not JSON" in line


def on_a_terminal(*arguments):
    """What a run shows on a terminal of 100 columns."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(COLUMNS="100", TERM="xterm")
        os.execv(  # noqa: S606  # our own program
            os.sys.executable,
            [os.sys.executable, "-m", "xlhedge", "report", *map(str, arguments)],
        )
    said = b""
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # how Linux tells that the other end has closed
            break
        if not part:
            break
        said += part
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return said.decode(), os.waitstatus_to_exitcode(status)


def test_a_bar_on_a_terminal(tmp_path):
    desk = portfolios(tmp_path / "desk", 4)
    (desk / "p01.xlsx").write_text("no workbook")
    said, status = on_a_terminal(desk, "-o", tmp_path / "out", "-j", "1")
    assert status == 1
    assert "━" in said
    assert "4/4" in said
    assert "/s" in said
    assert "left" in said
    assert "1 failed" in said
    assert "p00-report.xlsx" in said
    quiet, _ = on_a_terminal(desk, "-o", tmp_path / "out", "-j", "1", "--quiet")
    assert "━" not in quiet
    assert quiet.count("\n") == 1


def test_a_worker_that_dies_takes_nobody_along(tmp_path):
    desk = portfolios(tmp_path / "desk", 8)
    (desk / "p03-poison.xlsx").write_bytes(SMALL.read_bytes())
    # What the system does to whoever takes the last memory.
    code = (
        "import os, signal, sys\n"
        "def hook(event, arguments):\n"
        "    if event == 'open' and 'poison' in str(arguments[0]):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(hook)\n"
    )
    env = hooked(tmp_path / "hook", code)
    told, status = events(desk, "-o", tmp_path / "out", "-j", "2", env=env, timeout=HANGS)
    assert status == 1
    failed = [each for each in told[:-1] if each["status"] == "failed"]
    assert [each["input"] for each in failed] == [str(desk / "p03-poison.xlsx")]
    assert failed[0]["errors"] == ["the process that worked on it died; it may lack memory"]
    assert told[-1]["ok"] == 8
    assert [row["status"] for row in rows(tmp_path / "out")].count("ok") == 8


def test_wrong_usage_is_one_line(tmp_path):
    assert run().stderr == "xlhedge: name an input\n"
    done = run(tmp_path, "-o", tmp_path / "out", "--manifest", tmp_path / "none.txt")
    assert (done.returncode, done.stderr) == (
        2,
        f"xlhedge: {tmp_path / 'none.txt'}: No such file or directory\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_the_documents_name_every_column_and_option():
    text = (ROOT / "docs" / "batch.md").read_text("utf-8")
    assert not [name for name in COLUMNS if f"`{name}`" not in text]
    options = ("--manifest", "--jobs", "--resume", "--cluster", "--quiet", "--json")
    assert not [name for name in options if name not in text]


class AtOnce(Workers):
    """Workers who are through with a task when it is given."""

    chunk, window = 10, 3

    def submit(self, _, sources, *__):
        done = Future()
        done.set_result([ReportBytes(sha256=each.source.name) for each in sources])
        return done


def test_nobody_waits_for_the_first_line_until_ten_reports_are_made():
    items = [Item(n, Path(f"{n}.xlsx"), source=Path(f"{n}.xlsx")) for n in range(25)]
    told = list(Dispatch(AtOnce(), Options(), Stop()).results(iter(items)))
    assert [len(chunk) for chunk in told] == [1, 10, 10, 4]
    assert [made.sha256 for chunk in told for _, made in chunk] == [
        each.path.name for each in items
    ]


@pytest.mark.parametrize(
    ("arguments", "early"),
    [
        (["a.json"], False),
        (["a.json", "b.json"], True),
        (["."], True),
        (["*.json"], True),
        (["--manifest", "list.txt"], True),
        (["a.json", "b.json", "--jobs", "1"], False),
        (["a.json", "b.json", "--resume"], False),
        (["a.json", "b.json", "--cluster", "tcp://127.0.0.1:1"], False),
    ],
)
def test_what_workers_come_of_begins_before_anything_is_read(
    arguments, early, tmp_path, monkeypatch
):
    """It imports meanwhile. Where no workers are wanted, or perhaps none, it does not begin."""

    told = []

    def made(*_):
        told.append("made")
        return RunResult()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("xlhedge.batch.workers.begin_early", lambda: told.append("begun"))
    monkeypatch.setattr("xlhedge.batch.run.make_reports", made)
    done = CliRunner().invoke(app, ["report", *arguments])
    assert told == (["begun", "made"] if early else ["made"]), done.output
