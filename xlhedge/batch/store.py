"""What a run knows of its inputs and reports: on disk, so that memory does not grow with them.

It is a temporary database of SQLite: nobody else sees it, and it goes with the process.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from xlhedge.batch.report_names import folded

__all__ = ["RunStore", "opened"]

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE found (argument INTEGER, path BLOB, key BLOB, folded TEXT, problem TEXT);
CREATE TABLE inputs
    (position INTEGER PRIMARY KEY, path BLOB, key BLOB UNIQUE, folded TEXT, problem TEXT);
CREATE TABLE names (folded TEXT PRIMARY KEY, last INTEGER);
CREATE TABLE rows (position INTEGER PRIMARY KEY, failed INTEGER, row TEXT);
"""


@contextmanager
def opened() -> Iterator[RunStore]:
    """An empty store, for a while.

    Raises:
        OSError: the disk with the system's temporary files takes no more.
    """
    try:
        with closing(RunStore()) as store:
            yield store
    except sqlite3.Error as error:
        raise OSError(None, str(error), "temporary files") from None


class RunStore:
    """Inputs in order, names that are taken, and a row of the summary for each that is done."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")  # one transaction: it is only for us, and never ends

    def close(self) -> None:
        """Forget it all."""
        self._database.close()

    def add(self, argument: int, path: Path, problem: str = "") -> None:
        """Take an input.

        Args:
            argument: the number of the argument that names it; those of one are put in order.
            path: as a person would write it.
            problem: why it is no input.
        """
        # Names need not be text in any encoding.
        parent = _real(os.path.dirname(path))  # noqa: PTH120  # Path loses nothing, but is slow
        real = os.path.join(parent, path.name)  # noqa: PTH118  # as above
        key = None if problem else os.fsencode(os.path.normcase(real))
        fold = _folded(parent, path.name)
        told = problem.encode(errors="backslashreplace").decode()
        row = (argument, os.fsencode(path), key, fold, told)
        self._database.execute("INSERT INTO found VALUES (?, ?, ?, ?, ?)", row)

    def arrange(self) -> int:
        """Put the inputs in order, each file once; returns how many there are."""
        self._database.execute(
            "INSERT OR IGNORE INTO inputs (path, key, folded, problem) "
            "SELECT path, key, folded, problem FROM found ORDER BY argument, path"
        )
        self._database.execute("DROP TABLE found")
        self._database.execute("CREATE INDEX by_folded ON inputs (folded)")
        return int(self._database.execute("SELECT count(*) FROM inputs").fetchone()[0])

    def inputs(self) -> Iterator[tuple[int, Path, str]]:
        """Each input's position, path and problem, in order."""
        query = "SELECT position, path, problem FROM inputs ORDER BY position"
        for position, path, problem in self._database.execute(query):
            yield position, Path(os.fsdecode(path)), problem

    def name(self, stem: str, folder: Path, ending: str) -> str:
        """A file's name that no other report of the run has, and no input.

        Args:
            stem: the name it should have; a number is added where that is taken.
            folder: where the file will be.
            ending: what follows.
        """
        real = _real(str(folder))
        for last in count(self._last(stem) + 1):
            name = stem if last == 1 else f"{stem}-{last}"
            if not self._last(name) and not self._is_input(real, name + ending):
                break
        for each, number in {folded(name): 1, folded(stem): last}.items():
            self._database.execute(
                "INSERT INTO names VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
                (each, number),
            )
        return name + ending

    def _last(self, stem: str) -> int:
        """The number up to which a stem is taken; 0 where it is not."""
        query = "SELECT last FROM names WHERE folded = ?"
        found = self._database.execute(query, (folded(stem),)).fetchone()
        return found[0] if found else 0

    def _is_input(self, real: str, name: str) -> bool:
        query = "SELECT 1 FROM inputs WHERE folded = ?"
        return self._database.execute(query, (_folded(real, name),)).fetchone() is not None

    def done(self, position: int, row: Mapping[str, Any], *, failed: bool) -> None:
        """Take the summary's row of an input."""
        values = (position, failed, json.dumps(row))
        self._database.execute("INSERT INTO rows VALUES (?, ?, ?)", values)

    def rows(self, *, failed: bool = False) -> Iterator[dict[str, Any]]:
        """The summary's rows in the order of the inputs; only those that failed, or all."""
        query = "SELECT row FROM rows WHERE failed >= ? ORDER BY position"
        for (row,) in self._database.execute(query, (failed,)):
            yield json.loads(row)


@lru_cache(maxsize=256)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _folded(parent: str, name: str) -> str:
    return folded(os.path.join(parent, name)).encode(errors="replace").decode()  # noqa: PTH118
