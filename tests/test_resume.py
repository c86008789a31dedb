"""`--resume` keeps what is the same and whole, and nothing else; no clock has a say in it."""

import hashlib
import os
import shutil
import sqlite3
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from batches import ROOT, contents, hidden, portfolios, rows, run

import xlhedge.batch.work
from xlhedge.batch.output import HIDDEN
from xlhedge.batch.plan import Request
from xlhedge.batch.run import make_reports
from xlhedge.batch.stop import Stop
from xlhedge.batch.work import versions

pytestmark = pytest.mark.long


class Told:
    """Progress that is remembered."""

    def __init__(self):
        self.results = {}

    def running(self, _):
        return Stop()  # any context

    def done(self, result):
        self.results[Path(result.input).name] = result

    def end(self, _, failures):
        self.failed = [row["input"] for row in failures]


def again(desk, out, **options):
    """A run in this process; the status of each input."""
    told = Told()
    with Stop() as stop:
        request = Request((str(desk),), out, **{"resume": True, "jobs": 1} | options)
        make_reports(request, told, stop)
    return {name: result.status for name, result in told.results.items()}


@pytest.fixture
def desk(tmp_path):
    return portfolios(tmp_path / "desk", 2)


@pytest.fixture
def out(tmp_path, desk):
    """A folder with the reports of a first run."""
    assert again(desk, tmp_path / "out", resume=False) == {"p00.xlsx": "ok", "p01.xlsx": "ok"}
    return tmp_path / "out"


def test_what_has_not_changed_is_kept(desk, out):
    before = contents(out)
    assert again(desk, out) == {"p00.xlsx": "kept", "p01.xlsx": "kept"}
    assert contents(out) == before  # the summary, too
    assert again(desk, out, resume=False) == {"p00.xlsx": "ok", "p01.xlsx": "ok"}
    assert contents(out) == before


def test_what_has_changed_is_made_again(desk, out):
    source = desk / "p00.xlsx"
    stat = source.stat()
    shutil.copy(ROOT / "workbooks" / "full-hedge.xlsx", source)
    os.utime(source, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # its time says that it has not
    assert again(desk, out) == {"p00.xlsx": "ok", "p01.xlsx": "kept"}
    assert rows(out)[0]["portfolio"] == "Full hedge"
    assert again(desk, out) == {"p00.xlsx": "kept", "p01.xlsx": "kept"}


def test_an_input_that_takes_the_name_of_another_is_not_taken_for_it(desk, out):
    assert again(desk, out, paper="letter") == {"p00.xlsx": "ok", "p01.xlsx": "ok"}
    (desk / "p00.xlsx").rename(desk / "p00.xltx")
    before = contents(out)["p00-report.xlsx"]
    assert again(desk, out, paper="letter") == {"p00.xltx": "failed", "p01.xlsx": "kept"}
    assert contents(out)["p00-report.xlsx"] == before
    again_ = again(desk, out, paper="letter", force=True)
    assert again_ == {"p00.xltx": "ok", "p01.xlsx": "kept"}


@pytest.mark.parametrize("damage", ["gone", "cut", "one bit"])
def test_a_report_that_is_not_whole_is_made_again(damage, desk, out):
    report = out / "p01-report.xlsx"
    content = report.read_bytes()
    force = damage == "cut"  # it could be anybody's, as it does not say any more whose it is
    if damage == "gone":
        report.unlink()
    elif damage == "cut":
        report.write_bytes(content[:-100])
        assert again(desk, out) == {"p00.xlsx": "kept", "p01.xlsx": "failed"}
    else:
        report.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:])
    assert again(desk, out, force=force) == {"p00.xlsx": "kept", "p01.xlsx": "ok"}
    assert report.read_bytes() == content


def test_a_link_to_what_is_on_record_is_no_report(desk, out):
    report = out / "p01-report.xlsx"
    report.rename(out / "moved.xlsx")
    report.symlink_to(out / "moved.xlsx")
    assert again(desk, out) == {"p00.xlsx": "kept", "p01.xlsx": "failed"}


def test_another_program_makes_all_again(desk, out, monkeypatch):
    monkeypatch.setattr("xlhedge.batch.plan.versions", lambda: versions() + "1")
    monkeypatch.setattr("xlhedge.batch.dispatch.versions", versions)
    assert set(again(desk, out).values()) == {"ok"}
    assert set(again(desk, out).values()) == {"kept"}


def test_a_failure_is_tried_again(desk, out):
    (desk / "bad.json").write_text("[")
    for _ in range(2):
        assert again(desk, out) == {"bad.json": "failed", "p00.xlsx": "kept", "p01.xlsx": "kept"}
    (desk / "bad.json").unlink()
    assert again(desk, out) == {"p00.xlsx": "kept", "p01.xlsx": "kept"}


def test_no_clock_has_a_say(desk, out, monkeypatch):
    """Neither the files' times, nor the time of day."""
    before = contents(out)
    for number, path in enumerate([*desk.iterdir(), *out.iterdir()]):
        os.utime(path, (number * 1e9, number * 2e9))
    for year in (1971, 2100):
        clock = SimpleNamespace(now=partial(datetime, year, 1, 1, 0, 0, 0, 0))
        monkeypatch.setattr(xlhedge.batch.work, "datetime", clock)
        monkeypatch.setattr("time.time", lambda: 1e9)
        assert again(desk, out) == {"p00.xlsx": "kept", "p01.xlsx": "kept"}
        assert set(again(desk, out, resume=False).values()) == {"ok"}
        assert contents(out) == before


def test_a_pdf_that_is_missing_is_made(desk, out, monkeypatch):
    def printed(paths, folder):
        for path in paths:
            (folder / f"{path.stem}.pdf").write_bytes(b"%PDF-")
        return [folder / f"{path.stem}.pdf" for path in paths]

    monkeypatch.setattr(xlhedge.batch.work, "to_pdfs", printed)
    assert set(again(desk, out, pdf=True).values()) == {"ok"}
    assert set(again(desk, out, pdf=True).values()) == {"kept"}
    (out / "p00-report.pdf").unlink()
    assert again(desk, out, pdf=True) == {"p00.xlsx": "ok", "p01.xlsx": "kept"}
    assert set(again(desk, out).values()) == {"kept"}


def test_a_record_that_is_none_is_one_line(desk, out):
    record = out / HIDDEN / "record.sqlite3"
    record.write_bytes(b"no database" * 100)
    done = run(desk, "-o", out, "--resume")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"xlhedge: {record}: is damaged")
    record.unlink()
    assert set(again(desk, out).values()) == {"ok"}


def test_only_what_is_ours_is_tidied_up(desk, out, tmp_path):
    (out / HIDDEN / "0123.tmp").write_text("half a report")
    left = out / HIDDEN / "xlhedge-x.tmp"
    (left / "profile").mkdir(parents=True)
    mine = [out / "my.tmp", out / ".mine.tmp", tmp_path / "elsewhere.tmp"]
    for path in mine:
        path.write_text("mine")
    (out / HIDDEN / "link.tmp").symlink_to(tmp_path)
    again(desk, out)
    assert hidden(out) == ["record.sqlite3"]
    assert [path.read_text() for path in mine] == ["mine"] * 3


def test_a_hidden_folder_that_leads_elsewhere_is_refused(desk, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / "out" / HIDDEN).symlink_to(tmp_path / "else")
    done = run(desk, "-o", tmp_path / "out")
    assert (done.returncode, done.stderr) == (
        2,
        f"xlhedge: {tmp_path / 'out' / HIDDEN}: is a link; remove it\n",
    )
    assert list((tmp_path / "else").iterdir()) == []


def test_the_record_is_a_database_that_others_can_read(out):
    with sqlite3.connect(out / HIDDEN / "record.sqlite3") as database:
        found = database.execute("SELECT report FROM reports_1 ORDER BY report").fetchall()
    database.close()
    assert found == [("p00-report.xlsx",), ("p01-report.xlsx",)]


def test_the_hash_on_record_is_that_of_the_bytes_that_were_read(desk, tmp_path, monkeypatch):
    """The input is read once: what is saved meanwhile makes the report anew at the next run."""

    def load(path, limits):
        content = whole(path, limits)
        shutil.copy(ROOT / "workbooks" / "full-hedge.xlsx", path)
        return content

    def once(resume):
        told = Told()
        with Stop() as stop:
            make_reports(Request((str(path),), tmp_path / "out", jobs=1, resume=resume), told, stop)
        return told.results["p00.xlsx"]

    path = desk / "p00.xlsx"
    whole, before = xlhedge.batch.work.load, hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(xlhedge.batch.work, "load", load)
    first = once(resume=False)
    assert (first.status, first.sha256) == ("ok", before)
    again = once(resume=True)
    assert (again.status, again.sha256) == ("ok", hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_journal_of_a_run_that_was_killed_is_cleared_away(desk, out):
    """Killed before it had written a page, it leaves a journal that is none, and nothing to do."""
    (out / HIDDEN / "record.sqlite3-journal").write_bytes(bytes(512))
    assert set(again(desk, out).values()) == {"kept"}
    assert hidden(out) == ["record.sqlite3"]
