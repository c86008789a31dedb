"""Runs of `xlhedge report` as processes, for the tests of batches."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import psutil
from books import ROOT

from xlhedge.batch.output import HIDDEN
from xlhedge.samples import SAMPLES

SMALL = ROOT / "workbooks" / "partial-hedge.xlsx"


def portfolios(folder, count, source=SMALL):
    """So many portfolios of different names in a new folder."""
    folder.mkdir(parents=True)
    for number in range(count):
        shutil.copy(source, folder / f"p{number:02}.xlsx")
    return folder


def csv_folder(folder):
    folder.mkdir(parents=True)
    for name, frame in SAMPLES["partial-hedge"].to_frames().items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


def command(*arguments):
    return [sys.executable, "-m", "xlhedge", "report", *map(str, arguments)]


def run(*arguments, **more):
    """A run, to its end."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, **more)


def events(*arguments, **more):
    """What a run with --json says, and its exit status."""
    done = run(*arguments, "--json", **more)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


HANGS = 600  # seconds after which something that must come has not


def until(condition):
    """Waits for something that must come, however busy the machine is."""
    limit = time.monotonic() + HANGS
    while not condition():
        assert time.monotonic() < limit, "it hangs"
        time.sleep(0.05)


def _interruptible():
    """A shell makes what it starts in the background ignore SIGINT, as it did us, perhaps."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*arguments, **more):
    """A run in a session of its own; `next_event` reads what it says."""
    return subprocess.Popen(
        command(*arguments, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_interruptible,  # noqa: PLW1509  # no thread runs in a test
        **more,
    )


def next_event(process):
    line = process.stdout.readline()
    return json.loads(line) if line else None


def end(process):
    """The rest of what a run says, and its exit status; one that hangs is killed."""
    guard = threading.Timer(HANGS, os.killpg, (process.pid, signal.SIGKILL))
    guard.start()
    with process:
        said, wrong = process.stdout.read(), process.stderr.read()
    guard.cancel()
    return [json.loads(line) for line in said.splitlines()], wrong, process.returncode


def session(process):
    """The processes of a run that are there."""
    found = []
    for each in psutil.process_iter():
        try:
            if os.getsid(each.pid) == process.pid and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def contents(folder):
    """Every file that is not hidden, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and HIDDEN not in path.parts
    }


def hidden(folder):
    return sorted(path.name for path in (folder / HIDDEN).iterdir())


def rows(folder):
    """The rows of a summary."""
    with (folder / "summary.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def hooked(folder, code):
    """An environment in which every Python begins with this code."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(code)
    places = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(places)}
