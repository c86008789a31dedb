"""`--cluster`: a real scheduler and real workers, one of which dies; the reports are the same."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from batches import (
    contents,
    csv_folder,
    end,
    events,
    hooked,
    next_event,
    portfolios,
    run,
    start,
    until,
)
from books import ROOT

from xlhedge.files import exact_version

pytestmark = pytest.mark.long

# Dask's own warnings are none of ours.
QUIET = {"PYTHONWARNINGS": "ignore"}


class Dask:
    """A scheduler and workers, each a process of its own in a folder of its own."""

    def __init__(self, home):
        self.home = home
        self.processes = []
        self.address = ""

    def begin(self):
        self._begin("scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1")
        until(self._answered)

    def _answered(self):
        with suppress(FileNotFoundError, json.JSONDecodeError):
            self.address = json.loads((self.home / "scheduler.json").read_text())["address"]
        return self.address

    def worker(self, **more):
        folder = self.home / f"worker-{len(self.processes)}"
        folder.mkdir()
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")
        return self._begin("worker", *options, cwd=folder, **more)

    def _begin(self, kind, *options, cwd=None, env=None):
        file = ("--scheduler-file", str(self.home / "scheduler.json"))
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, *file],
            cwd=cwd or self.home,
            env=(env or os.environ) | QUIET,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path):
    if find_spec("distributed") is None:
        missing = "dask.distributed is not installed: pip install 'xlhedge[cluster]'"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    home = tmp_path / "dask"
    home.mkdir()
    cluster = Dask(home)
    try:
        cluster.begin()
        yield cluster
    finally:
        cluster.close()


def test_a_worker_is_killed_and_every_report_is_there(dask, tmp_path):
    desk = portfolios(tmp_path / "desk", 27)
    csv_folder(desk / "folder")
    (desk / "broken.xlsx").write_text("no workbook")
    (desk / "treasury.xlsx").write_bytes((ROOT / "workbooks" / "treasury.xlsx").read_bytes())
    doomed, _ = dask.worker(), dask.worker()
    # Relative paths: the workers' folders are others, so what they read came over the wire.
    process = start("desk", "-o", "out", "--cluster", dask.address, cwd=tmp_path)
    told = [next_event(process)]
    os.kill(doomed.pid, signal.SIGKILL)
    rest, wrong, status = end(process)
    assert (status, wrong) == (1, "")
    *told, last = told + rest
    assert (last["ok"], last["failed"], last["total"]) == (29, 1, 30)
    local, status = events("desk", "-o", "local", cwd=tmp_path)
    assert status == 1
    assert contents(tmp_path / "out") == contents(tmp_path / "local")
    for one, other in zip(told, local, strict=False):
        assert {**one, "report": 0, "warnings": 0} == {**other, "report": 0, "warnings": 0}
    kept, _ = events("desk", "-o", "out", "--resume", cwd=tmp_path)
    assert kept[-1]["kept"] == 29  # a local run goes on with a cluster's, and the other way round


def test_a_worker_with_another_version_is_told(dask, tmp_path):
    env = hooked(tmp_path / "hook", "import xlhedge\nxlhedge.__version__ = '9.9'\n")
    dask.worker(env=env)
    desk = portfolios(tmp_path / "desk", 1)
    done = run(desk, "-o", tmp_path / "out", "--cluster", dask.address)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("xlhedge: --cluster: tcp://127.0.0.1:")
    assert " has xlhedge 9.9+" in line
    assert f"; here is xlhedge {exact_version()}, openpyxl" in line
    assert not (tmp_path / "out").exists()


def test_without_a_scheduler_or_dask_it_is_one_line(tmp_path):
    desk = portfolios(tmp_path / "desk", 1)
    done = run(desk, "-o", tmp_path / "out", "--cluster", "nonsense")
    assert (done.returncode, done.stderr) == (
        2,
        "xlhedge: --cluster nonsense: no Dask scheduler answers there\n",
    )
    env = hooked(tmp_path / "hook", "import sys\nsys.modules['distributed'] = None\n")
    done = run(desk, "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1", env=env)
    assert (done.returncode, done.stderr) == (
        2,
        "xlhedge: --cluster: takes dask.distributed; python -m pip install 'xlhedge[cluster]'\n",
    )
    assert [path.name for path in Path(tmp_path).iterdir()] == ["desk", "hook"]
