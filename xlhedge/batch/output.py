"""The folder of the reports: one run at a time, files whole or not at all, a record of them.

The record is a database of SQLite in a hidden folder. Its lock is the system's and goes with the
process, whatever ends it; so does what a transaction has not finished. Unfinished files stand in
the same hidden folder: whoever has the lock may remove them, as they are nobody else's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from xlhedge.errors import MachineError
from xlhedge.files import TEMPORARY, write_bytes

__all__ = ["HIDDEN", "Output", "Record"]

HIDDEN = ".xlhedge"
"""The folder of the record and of unfinished files, in the folder of the reports."""

_RECORD = "record.sqlite3"
_TABLE = """
CREATE TABLE IF NOT EXISTS reports_1
    (report TEXT PRIMARY KEY, made_from TEXT, sha256 TEXT, pdf_sha256 TEXT, input TEXT, row TEXT)
"""


class Record(NamedTuple):
    """What is known of a report that stands."""

    made_from: str  # what decided its bytes, as one text
    sha256: str
    pdf_sha256: str  # empty without one
    input: str  # the input's SHA-256
    figures: Mapping[str, Any]


class Output:
    """The folder, ours alone while it is entered.

    Args:
        folder: where the reports go; made if missing.

    Raises:
        MachineError: another run has it, or what is in it is not ours.
        OSError: it cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hidden = folder / HIDDEN
        self._made: list[Path] = []  # innermost last
        self._wrote = False

    @contextmanager
    def open(self) -> Iterator[Output]:
        """Take it; what nothing came into is taken away afterwards."""
        try:
            self._make(self.folder)
            self._make(self.hidden)
            self._database = self._locked()
            try:
                self._tidy()
                yield self
            finally:
                self._database.close()
        finally:
            self._leave()

    def _make(self, folder: Path) -> None:
        if not folder.parent.exists():
            self._make(folder.parent)
        if folder.is_symlink() and folder == self.hidden:
            raise MachineError(f"{folder}: is a link; remove it")
        try:
            folder.mkdir()
            self._made.append(folder)
        except FileExistsError:
            if not folder.is_dir():
                raise

    def _locked(self) -> sqlite3.Connection:
        path = self.hidden / _RECORD
        for name in (_RECORD, *(f"{_RECORD}-{each}" for each in ("journal", "wal", "shm"))):
            beside = self.hidden / name
            if os.path.lexists(beside) and (beside.is_symlink() or not beside.is_file()):
                raise MachineError(f"{beside}: is no file but a link or the like; remove it")
        database = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("BEGIN EXCLUSIVE")  # and kept after it ends
            database.execute(_TABLE)
            # A write, be there nothing to take down: it clears the journal of a killed run.
            database.execute("PRAGMA user_version = 1")
            database.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            database.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                why = "another run of xlhedge writes there; wait for it, or name another folder"
                raise MachineError(f"{self.folder}: {why}") from None
            raise self._unusable(error) from None
        return database

    def _unusable(self, error: sqlite3.DatabaseError) -> Exception:
        path = self.hidden / _RECORD
        if error.sqlite_errorcode in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return MachineError(
                f"{path}: is damaged ({error}); delete it, and all reports are made"
            )
        return OSError(None, str(error), str(path))

    def _tidy(self) -> None:
        """Remove what a run left that was killed."""
        for path in self.hidden.iterdir():
            if path.name.endswith(TEMPORARY):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def _leave(self) -> None:
        """Remove the folders that we made, if nothing came into them."""
        if not self._wrote and self.hidden in self._made:
            shutil.rmtree(self.hidden, ignore_errors=True)
            for folder in reversed(self._made[:-1]):
                with suppress(OSError):  # somebody else uses it
                    folder.rmdir()

    def put(self, name: str, content: bytes) -> str:
        """Write a file; returns its SHA-256.

        Raises:
            OSError: it cannot be written; what was there is untouched.
        """
        write_bytes(self.folder / name, content, self.hidden)
        self._wrote = True
        return hashlib.sha256(content).hexdigest()

    def remember(self, report: str, record: Record) -> None:
        """Take down that a report stands; `commit` makes it last."""
        if not self._database.in_transaction:
            self._run("BEGIN")
        figures = json.dumps(record.figures)
        values = (report, *record[:-1], figures)
        self._run("INSERT OR REPLACE INTO reports_1 VALUES (?, ?, ?, ?, ?, ?)", values)

    def commit(self) -> None:
        """Make what was taken down last.

        Raises:
            OSError: the disk takes no more.
        """
        if self._database.in_transaction:
            self._run("COMMIT")

    def known(self, report: str) -> Record | None:
        """What is known of a report, if it stands there whole."""
        query = "SELECT made_from, sha256, pdf_sha256, input, row FROM reports_1 WHERE report = ?"
        found = self._run(query, (report,)).fetchone()
        if not found or _sha256(self.folder / report) != found[1]:
            return None
        made_from, sha256, pdf_sha256, of, row = found
        record = Record(made_from, sha256, pdf_sha256, of, json.loads(row))
        pdf = (self.folder / report).with_suffix(".pdf")
        whole = record.pdf_sha256 and _sha256(pdf) == record.pdf_sha256
        return record if whole else record._replace(pdf_sha256="")

    def _run(self, query: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._database.execute(query, values)
        except sqlite3.DatabaseError as error:
            raise self._unusable(error) from None


def _sha256(path: Path) -> str:
    try:
        # A pipe would keep us waiting, and what a link leads to is not what we wrote.
        if not stat.S_ISREG(path.lstat().st_mode):
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
