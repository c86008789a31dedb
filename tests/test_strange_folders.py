"""Folders, patterns and lists of strangers: what lies in them, and where they lead."""

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from batches import SMALL, contents, run

from xlhedge.batch.inputs import gather
from xlhedge.batch.store import RunStore

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and names of POSIX")


def found(*arguments, manifest=None):
    """What is gathered: paths, and problems behind their paths."""
    store = RunStore()
    gather(store, [str(each) for each in arguments], manifest, None)
    return [f"{path}: {why}" if why else str(path) for _, path, why in store.inputs()]


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_look_ups(monkeypatch):
    """Nobody lists a folder or asks whether something is there."""

    def looked(*arguments):
        raise AssertionError(arguments)

    for name in ("os.scandir", "os.listdir", "os.path.lexists"):
        monkeypatch.setattr(name, looked)


LISTS = ("summary.csv", "orders.csv", "summary.xlsx")
CORE = b"<dc:creator>xlhedge</dc:creator><dc:title>Hedge report: x</dc:title>" * 50


def zipped(core=CORE, **more):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", core, **more)
    return file.getvalue()


BROKEN = {
    "a stream that is none": zipped().replace(zipped()[47:60], b"\xff" * 13),
    "a packing nobody knows": zipped().replace(b"\x08\x00", b"\x63\x00"),
    "a bomb": zipped(CORE * 100_000),
    "cut": zipped()[:-30],
    "empty": b"",
    "locked": zipped().replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    ),
    "no archive": b"PK\x03\x04" + b"\0" * 99,
    "other letters": zipped(b"\xff\xfe<\xd8>"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_report_in_a_folder_ends_no_batch(broken, here):
    (here / "desk" / "a-report.xlsx").write_bytes(broken)
    (here / "desk" / "b.json").write_text("{}")
    for named in ("desk", "desk/*", "desk/**"):
        assert found(named) == ["desk/a-report.xlsx", "desk/b.json"]


def test_a_report_that_is_a_pipe_or_a_device_is_passed_over(here):
    os.mkfifo("desk/a-report.xlsx")
    Path("desk/c-report.xlsx").symlink_to("a-report.xlsx")
    (here / "desk" / "b.json").write_text("{}")
    assert found("desk") == ["desk/b.json"]


def test_patterns_end_where_links_go_round_or_lead_out(here):
    (here / "out").mkdir()
    for path in ("desk/in/a.json", "out/b.json"):
        (here / path).parent.mkdir(exist_ok=True)
        (here / path).write_text("{}")
    Path("desk/in/round").symlink_to("..")
    Path("desk/away").symlink_to("../out")
    away = f"it is a link that leads out of {here / 'desk'}; name the file itself"
    assert found("desk/**/*.json") == ["desk/in/a.json"]
    assert found("desk/**/**/*.json") == ["desk/in/a.json"]
    assert found("desk/*/b.json") == [f"desk/away: {away}"]
    assert found("desk/in/*/in/a.json") == [f"desk/in/round: {away.replace('/desk;', '/desk/in;')}"]
    assert found("desk/*/*.json") == [f"desk/away: {away}", "desk/in/a.json"]


@pytest.mark.usefixtures("here")
def test_folders_nested_deeper_than_python_calls_itself():
    at = os.open("desk", os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=at)
        inner = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(os.open("a.json", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)
    try:
        for named in ("desk", "desk/**", "desk/**/*.json", "desk/**/**/a.json"):
            assert found(named) == ["desk" + "/d" * 1_200 + "/a.json"]
    finally:
        subprocess.run(["/bin/rm", "-r", "desk"], check=True)  # shutil's own calls itself


@pytest.mark.parametrize(
    ("line", "why"),
    [
        *(
            (
                line,
                "leads out of the manifest's folder, {here}; name it on the command line instead",
            )
            for line in (
                *("/**", "/**/*.nomatch", "//host/share/*", r"\\host\share\a.json", "C:\\a.json"),
                *("c:a.json", "../**", "a/../../b.json", r"a\..\b.json", "**/../../*", "\\a.json"),
            )
        ),
        *((line, "is the name of a device in Windows") for line in ("nul", "a/CON.xlsx", "com1")),
        ("a\0b", "is no name of a file"),
    ],
)
@pytest.mark.usefixtures("no_look_ups")
def test_a_line_of_a_list_is_judged_by_its_text(line, why, here):
    manifest = here / "list.txt"
    manifest.write_text(line, "utf-8")
    shown = line.replace("\0", "\\x00")
    assert found(manifest=manifest) == [
        f'{manifest}:1: "{shown}" {why}'.replace('" leads', '": leads').format(here=here)
    ]


def test_lines_without_an_end_are_refused(here, no_look_ups):  # noqa: ARG001  # as above
    manifest = here / "list.txt"
    manifest.write_text("a" * 5_000)
    (said,) = found(manifest=manifest)
    assert said.endswith("is longer than 4,096 characters, as no file's name is")
    assert len(said) < 300
    for name in ("list.txt", "list.csv"):
        manifest.with_name(name).write_text("path" * 100_000)
        done = run("--manifest", name, "-o", "out")
        assert done.stderr == f"xlhedge: {name}:1: is longer than 65,536 characters\n"
        assert done.returncode == 2


def test_a_link_of_a_list_is_not_followed_out(here, request):
    manifest = here / "desk" / "list.txt"
    (here / "other").mkdir()
    Path("desk/away").symlink_to("../other")
    manifest.write_text("away\naway/a.json\naway/*\naway/**\n")
    request.getfixturevalue("no_look_ups")
    out = (
        f"leads out of the manifest's folder, {here / 'desk'}; name it on the command line instead"
    )
    assert found(manifest=manifest) == [
        f'{manifest}:{number}: "{line}": {out}'
        for number, line in enumerate(("away", "away/a.json", "away/*", "away/**"), 1)
    ]


def test_names_in_no_encoding(here):
    for name in (b"a\xff.json", b"d\xfe/b.json"):
        path = Path(os.fsdecode(b"desk/" + name)).with_suffix(".xlsx")
        path.parent.mkdir(exist_ok=True)
        shutil.copy(SMALL, path)
    Path(os.fsdecode(b"desk/d\xfe/out")).symlink_to("/")
    done = run(os.fsdecode(b"desk/d\xfe"), os.fsdecode(b"desk/a\xff.xlsx"), "-o", "out", "-q")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"desk/d\\udcfe/out: it is a link that leads out of {here}/desk/d\\udcfe; "
        "name the file itself\n"
    )
    assert set(contents(here / "out")) == {"a_-report.xlsx", "b-report.xlsx", *LISTS}


def content(path):
    """What stands at a path: its kind, its place on the disk, and the bytes of a file."""
    found = path.lstat()
    return found.st_mode, found.st_ino, path.read_bytes() if path.is_file() else b""


class TestWhatIsReplaced:
    """Only what says of itself that it is our report on that input."""

    @pytest.fixture
    def said(self, here):
        """What a run says and leaves of the report."""
        report = here / "out" / "mine-report.xlsx"
        report.parent.mkdir()
        shutil.copy(SMALL, here / "mine.xlsx")
        return lambda *more: run("mine.xlsx", "-o", "out", "-q", *more), report

    REFUSED = (
        "mine.xlsx: out/mine-report.xlsx: is not xlhedge's report on mine.xlsx; "
        "move it, or add --force to replace it\n"
    )

    def test_our_report_on_the_input_is(self, said):
        go, report = said
        assert go().returncode == go().returncode == 0
        (report.parent / ".xlhedge" / "record.sqlite3").unlink()  # which does not decide
        shutil.copy(SMALL.with_name("full-hedge.xlsx"), "mine.xlsx")
        before = report.read_bytes()
        assert (go().stderr, report.read_bytes() == before) == ("", False)

    @pytest.mark.parametrize("kind", ["text", "workbook", "other input", "link", "pipe", "folder"])
    def test_nothing_else_is_but_by_force(self, kind, said, here):
        go, report = said
        match kind:
            case "text":
                report.write_text("mine")
            case "workbook":
                shutil.copy(SMALL, report)
            case "other input":
                shutil.copy(SMALL, here / "other.xlsx")
                run("other.xlsx", "-o", "out")
                (here / "out" / "other-report.xlsx").rename(report)
            case "link":
                (here / "victim").write_text("mine")
                report.symlink_to(here / "victim")
            case "pipe":
                os.mkfifo(report)
            case "folder":
                report.mkdir()
        before = content(report)
        done = go()
        assert (done.returncode, done.stderr) == (2, self.REFUSED)
        assert content(report) == before
        forced = go("--force", "--resume")
        assert forced.returncode == (2 if kind == "folder" else 0)
        assert forced.stderr.count("\n") == (kind == "folder")
        assert (here / "victim").read_text() == "mine" if kind == "link" else True

    def test_a_pdf_of_somebody_else_is_not(self, said):
        go, report = said
        report.with_suffix(".pdf").write_bytes(b"%PDF-1.7")
        done = go("--pdf")
        assert done.returncode == 2
        assert done.stderr == self.REFUSED.replace("report.xlsx", "report.pdf")

    @pytest.mark.parametrize("kind", ["link", "pipe", "folder", "text"])
    def test_a_summary_that_is_none_is_refused(self, kind, said):
        go, report = said
        summary = report.with_name("summary.csv")
        {
            "link": lambda: summary.symlink_to("elsewhere"),
            "pipe": lambda: os.mkfifo(summary),
            "folder": summary.mkdir,
            "text": lambda: summary.write_text("mine"),
        }[kind]()
        done = go("--force")
        why = "is not of xlhedge; move it, or name another folder"
        assert (done.returncode, done.stderr) == (2, f"xlhedge: out/summary.csv: {why}\n")
        assert not report.exists()

    @pytest.mark.parametrize("name", ["record.sqlite3", "record.sqlite3-journal"])
    def test_the_record_is_not_written_through_a_link(self, name, said, here):
        go, report = said
        hidden = report.parent / ".xlhedge"
        hidden.mkdir()
        (hidden / name).symlink_to(here / "victim")
        done = go()
        assert done.returncode == 2
        assert done.stderr == (
            f"xlhedge: out/.xlhedge/{name}: is no file but a link or the like; remove it\n"
        )
        assert not (here / "victim").exists()

    @pytest.mark.parametrize("path", ["samples/full-hedge.xlsx", "full-hedge-report.xlsx"])
    def test_the_demo_replaces_only_what_is_ours(self, path, here):
        victim = here / "reports" / path
        victim.parent.mkdir(parents=True)
        victim.write_text("mine")
        done = command("demo")
        assert done.returncode != 0
        assert f"reports/{path}: is not of xlhedge; move it, or name another folder" in done.stderr
        told = [line for line in done.stderr.splitlines() if ": warning: " not in line]
        assert (len(told), victim.read_text()) == (1, "mine")


def command(*arguments, **more):
    return subprocess.run(
        [sys.executable, "-m", "xlhedge", *arguments],
        capture_output=True, text=True, check=False, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "writer",
    [
        ["template", "-o", "at.xlsx"],
        ["lambda", "-o", "at.xlsx"],
        ["excel", "build", "-o", "at.xlam"],
        ["libreoffice", "build", "-o", "at.oxt"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_file_is_never_replaced(writer, kind, here):
    at = here / writer[-1]
    os.mkfifo(at) if kind == "pipe" else at.mkdir()
    before = content(at)
    done = command(*writer, "--force")
    why = "is no file but a folder, a pipe or a device; name a file"
    assert (done.returncode, done.stderr) == (2, f"xlhedge: {at.name}: {why}\n")
    assert content(at) == before


def test_a_link_that_leads_nowhere_is_there_too(here):
    (here / "at.xlsx").symlink_to("nowhere")
    done = command("template", "-o", "at.xlsx")
    assert (done.returncode, done.stderr.count("is there already")) == (2, 1)


class TestEnds:
    """What a shell does with our streams, and to the folder that we stand in."""

    def shell(self, script):
        script = f'xlhedge() {{ "{sys.executable}" -m xlhedge "$@"; }}\n{script}'
        return subprocess.run(
            ["/bin/bash", "-o", "pipefail", "-c", script],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    @pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&- <&-"])
    def test_closed_streams(self, closed, here):
        done = self.shell(f"xlhedge report {SMALL} -o out {closed}")
        assert (done.returncode, done.stderr) == (0, "")
        assert set(contents(here / "out")) == {"partial-hedge-report.xlsx", *LISTS}

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
    @pytest.mark.parametrize(
        "arguments", ["functions", "--version", "--help", "calc NET_DELTA 1 2 3", "check b.json"]
    )
    def test_a_full_disk_behind_standard_output(self, arguments, here):
        shutil.copy(SMALL, here / "b.json")
        done = self.shell(f"xlhedge {arguments} >/dev/full")
        if arguments.startswith("check"):
            done = self.shell(f"xlhedge check {SMALL} >/dev/full")
            assert "partial-hedge.xlsx: No space" not in done.stderr
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].endswith("No space left on device")
        assert "Traceback" not in done.stderr

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
    def test_a_report_stands_though_nobody_can_be_told(self, here):
        done = self.shell(f"xlhedge report {SMALL} -o out >/dev/full")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("standard output: No space left on device")
        assert set(contents(here / "out")) == {"partial-hedge-report.xlsx", *LISTS}
        assert self.shell("xlhedge check no.json 2>/dev/full").returncode == 2

    @pytest.mark.usefixtures("here")
    def test_a_reader_that_goes(self):
        reading, writing = os.pipe()
        os.close(reading)  # as `head -1` does, which may be late
        done = subprocess.run(
            [sys.executable, "-m", "xlhedge", "functions"],
            stdout=writing, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
        os.close(writing)
        assert (done.returncode, done.stderr) == (1, b"")

    @pytest.mark.parametrize(
        "arguments", ["check a.json", "check '*'", "report a.json", "template -o t.xlsx", "demo"]
    )
    def test_a_folder_that_is_gone(self, arguments, here):
        (here / "gone").mkdir()
        done = self.shell(f"cd gone; rmdir ../gone; xlhedge {arguments}")
        assert done.returncode == 2
        assert done.stderr.endswith(
            ": the folder in which it was started is gone; start it in another\n"
        )
        assert done.stderr.count("\n") == 1
