"""Accidents: what stands under a final name is whole, and `--resume` completes the set."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from batches import (
    contents,
    end,
    events,
    hidden,
    hooked,
    next_event,
    portfolios,
    rows,
    run,
    session,
    start,
    until,
)
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from xlhedge.batch.plan import Request
from xlhedge.batch.progress import TextProgress
from xlhedge.batch.run import make_reports
from xlhedge.batch.stop import Stop
from xlhedge.files import write_bytes

pytestmark = pytest.mark.long

# A run that is stopped from inside, when a portfolio is opened: no clock decides where it is then.
STOPPED = """
import os, signal, sys
def hook(event, arguments):
    if event == "open" and "{name}" in str(arguments[0]):
        {act}
sys.addaudithook(hook)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Portfolios and what a run that nothing happens to makes of them."""
    home = tmp_path_factory.mktemp("accidents")
    desk = portfolios(home / "desk", 8)
    told, status = events(desk, "-o", home / "out", "-j", "2")
    assert status == 0, told
    for path in (home / "out").glob("*.xlsx"):  # what others are compared with, byte by byte
        sheets = load_workbook(path, read_only=True).sheetnames
        assert sheets == CalamineWorkbook.from_path(path).sheet_names
    return desk, contents(home / "out")


def verify(out, expected):
    """Every file under a final name is whole: it is what the undisturbed run made."""
    found = contents(out) if out.exists() else {}
    for name, content in found.items():
        if name in ("summary.csv", "orders.csv"):
            assert content.endswith(b"\r\n")
            continue
        assert name == "summary.xlsx" or content == expected[name], f"{name} is not whole"
        with zipfile.ZipFile(out / name) as archive:
            assert archive.testzip() is None
    return len(found)


def complete(desk, out, expected):
    """`--resume` does the rest, and leaves nothing else."""
    told, status = events(desk, "-o", out, "--resume", "-j", "1")
    assert status == 0, told
    assert contents(out) == expected
    assert hidden(out) == ["record.sqlite3"]
    return told[-1]


# A process that has all imported and forks runs: the accidents then hit work, not imports.
HARNESS = """
import os, signal, sys, time
from pathlib import Path
from xlhedge.batch.plan import Request
from xlhedge.batch.run import make_reports
from xlhedge.batch.stop import Stop
from xlhedge.batch.progress import TextProgress

desk, out, warm, *delays = sys.argv[1:]
for _ in range(2):
    started = time.process_time()
    first = str(min(Path(desk).iterdir()))
    tell = TextProgress(lambda _: None, lambda _: None)
    make_reports(Request((first,), Path(warm), jobs=1), tell, Stop())
    second = time.process_time() - started  # what one report takes
for delay in delays:
    child = os.fork()
    if not child:
        os.setpgrp()
        request = Request((desk,), Path(out), jobs=1, resume=True)
        # Nothing takes this signal, so that it ends a process as kill -9 does, and by the time that
        # the process has worked: how busy the machine is has no say.
        signal.setitimer(signal.ITIMER_PROF, float(delay) * second)
        make_reports(request, tell, Stop())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
    sys.stdin.readline()
"""


def test_kill_9_at_any_point_of_a_batch(many, tmp_path):
    """Twenty-four times, at random, each time in a batch that the next one goes on with."""
    desk, expected = many
    chance = random.Random(7)  # noqa: S311  # always the same points
    killed = seen = 0
    for turn in range(2):
        out = tmp_path / str(turn)
        points = [str(chance.uniform(0, 2.5)) for _ in range(12)]
        harness = subprocess.Popen(
            [sys.executable, "-c", HARNESS, str(desk), str(out), str(tmp_path / "warm"), *points],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with harness:
            for _ in points:
                killed += int(harness.stdout.readline()) == -signal.SIGPROF
                seen += verify(out, expected)
                harness.stdin.write("\n")
                harness.stdin.flush()
        complete(desk, out, expected)
    assert killed > 12, "most of them were hit in the middle"
    assert seen > 12


def test_kill_9_of_a_batch_with_workers(many, tmp_path):
    """The whole group of processes, at random, a moment after a random report."""
    desk, expected = many
    chance = random.Random(11)  # noqa: S311  # always the same points
    for turn in range(4):
        process = start(desk, "-o", tmp_path / "out", "--resume", "-j", "2")
        for _ in range(turn + chance.randrange(3)):
            next_event(process)
        for _ in range(chance.randrange(5_000_000)):
            pass  # a moment, and no sleep
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        verify(tmp_path / "out", expected)
    complete(desk, tmp_path / "out", expected)


def test_kill_9_of_the_main_process_takes_its_workers_along(many, tmp_path):
    desk, expected = many
    process = start(desk, "-o", tmp_path / "out", "-j", "2")
    assert next_event(process)["status"] == "ok"
    assert len(session(process)) > 2
    process.kill()
    process.communicate()
    gone(process)
    verify(tmp_path / "out", expected)
    assert complete(desk, tmp_path / "out", expected)["kept"] >= 1


def gone(process):
    until(lambda: not session(process))


@pytest.mark.parametrize(
    ("number", "jobs"), [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGTERM, 2)]
)
def test_stopping_keeps_what_is_finished(number, jobs, many, tmp_path):
    desk, expected = many
    out = tmp_path / "out"
    # The terminal tells all of its processes, others tell the first one.
    whom = "killpg(os.getpgrp()" if number == signal.SIGINT else "kill(os.getsid(0)"
    # The seventh of eight: by then one of them has been heard of, however busy the machine is.
    code = STOPPED.format(name="p07.xlsx", act=f"os.{whom}, {number:d})")
    process = start(desk, "-o", out, "-j", jobs, env=hooked(tmp_path / "hook", code))
    told, wrong, status = end(process)
    gone(process)
    assert (status, wrong) == (128 + number, "")
    *told, last = told
    assert (last["event"], last["halted"], last["signal"]) == ("end", "stopped", number)
    assert 1 <= last["ok"] < 8
    assert [row["input"] for row in rows(out)] == [each["input"] for each in told]
    assert verify(out, expected) == last["ok"] + 3  # two summaries and the orders
    assert hidden(out) == ["record.sqlite3"]
    assert complete(desk, out, expected)["kept"] == last["ok"]


def test_stopping_before_anything_leaves_nothing(many, tmp_path):
    desk, _ = many
    act = "os.kill(os.getsid(0), signal.SIGINT); signal.pause()"
    env = hooked(tmp_path / "hook", STOPPED.format(name=".xlsx", act=act))
    process = start(desk, "-o", tmp_path / "new" / "out", "-j", "2", env=env)
    _, _, status = end(process)
    assert status == 130
    assert [path.name for path in tmp_path.iterdir()] == ["hook"]


def test_two_runs_into_one_folder(many, tmp_path):
    desk, expected = many
    first = start(desk, "-o", tmp_path / "out", "-j", "1")
    next_event(first)
    os.killpg(first.pid, signal.SIGSTOP)  # it still writes there, however long the second takes
    second = run(desk, "-o", tmp_path / "out", "--resume")
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr == (
        f"xlhedge: {tmp_path / 'out'}: another run of xlhedge writes there; wait for it, or name "
        "another folder\n"
    )
    os.killpg(first.pid, signal.SIGCONT)
    _, _, status = end(first)
    assert status == 0
    assert contents(tmp_path / "out") == expected
    complete(desk, tmp_path / "out", expected)


@pytest.fixture
def disk(tmp_path):
    """A disk of its own of 400 kB, where the system lets us have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=300k", "none", str(place))
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk takes root")
    yield place
    subprocess.run(("umount", str(place)), check=True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_disk_that_is_full(jobs, disk, many, tmp_path):
    desk, expected = many
    done = run(desk, "-o", disk / "out", "-j", jobs)
    assert done.returncode == 1
    *_, line = done.stderr.splitlines()
    assert line.startswith(str(disk / "out"))
    assert "Traceback" not in done.stderr
    assert ("No space left on device" in line) or ("database or disk is full" in line)
    assert "of 8 inputs are not done, --resume does them" in line
    assert verify(disk / "out", expected) > 1
    assert not [name for name in hidden(disk / "out") if name.endswith(".tmp")]
    subprocess.run(("mount", "-o", "remount,size=16m", str(disk)), check=True)
    assert complete(desk, disk / "out", expected)["kept"] >= 1
    shutil.rmtree(tmp_path / "out", ignore_errors=True)


def test_a_disk_that_takes_nothing(disk, many):
    desk, _ = many
    subprocess.run(("mount", "-o", "remount,ro", str(disk)), check=True)
    done = run(desk, "-o", disk / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"xlhedge: {disk / 'out'}: Read-only file system\n"


def test_a_file_that_may_not_grow(many, tmp_path):
    """What `ulimit -f` does: where no disk can be mounted, this stands for a full one."""
    desk, _ = many

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    done = run(desk / "p00.xlsx", "-o", tmp_path / "out", preexec_fn=limit)
    assert (done.returncode, done.stdout) == (2, "")
    *_, line = done.stderr.splitlines()
    assert line.endswith("p00-report.xlsx: File too large")
    assert contents(tmp_path) == {}


def test_a_report_that_may_not_be_replaced(many, tmp_path):
    """A file that the system protects, even from root: one fails, the others are written."""
    desk, expected = many
    out = tmp_path / "out"
    out.mkdir()
    locked = out / "p03-report.xlsx"
    locked.write_bytes(expected[locked.name])
    if subprocess.run(("chattr", "+i", locked), capture_output=True, check=False).returncode:
        pytest.skip("chattr takes root and a file system that knows it")
    try:
        told, status = events(desk, "-o", out, "-j", "2")
    finally:
        subprocess.run(("chattr", "-i", locked), check=True)
    assert status == 1
    (failed,) = (each for each in told[:-1] if each["status"] == "failed")
    assert failed["input"] == str(desk / "p03.xlsx")
    assert "close it where it is open, as in Excel" in failed["errors"][0]
    assert locked.read_bytes() == expected[locked.name]
    assert told[-1]["ok"] == 7
    assert rows(out)[3]["status"] == "failed"
    complete(desk, out, expected)


def test_a_report_that_is_open_in_excel(many, tmp_path, monkeypatch):
    """What Windows says of it, said here: not run on Windows."""
    desk, expected = many

    def replace(path, target):
        if target.name == "p00-report.xlsx":
            raise PermissionError(13, "The process cannot access the file", str(path))
        return whole(path, target)

    whole = Path.replace
    monkeypatch.setattr(Path, "replace", replace)
    report = tmp_path / "p00-report.xlsx"
    report.write_bytes(expected[report.name])
    warned = []
    with Stop() as stop:
        request = Request((str(desk / "p00.xlsx"), str(desk / "p01.xlsx")), tmp_path, jobs=1)
        result = make_reports(request, TextProgress(lambda _: None, warned.append), stop)
    assert (result.status, result.ok, result.failed) == (1, 1, 1)
    assert warned[-1] == (
        f"{desk / 'p00.xlsx'}: {report}: it cannot be replaced (The process cannot access the "
        "file); close it where it is open, as in Excel"
    )
    assert report.read_bytes() == expected[report.name]
    assert hidden(tmp_path) == ["record.sqlite3"]


@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
def test_an_error_at_any_step_of_writing_leaves_the_old_file(step, tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_text("old")

    def broken(*_, **__):
        raise OSError(5, "Input/output error")

    if step == "write":
        content = memoryview(b"new").cast("B")[::2]  # no disk takes it: it is not contiguous
        with pytest.raises(BufferError):
            write_bytes(path, content)
    else:
        owner = {"open": "builtins", "fsync": "os", "replace": "pathlib.Path"}[step]
        monkeypatch.setattr(f"{owner}.{step}", broken)
        with pytest.raises(OSError, match="Input/output error") as error:
            write_bytes(path, b"new")
        assert error.value.filename == str(path)
        monkeypatch.undo()
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.xlsx"]
