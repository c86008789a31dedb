"""What a person names, as inputs: files, folders, patterns and manifests, one after the other."""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from xlhedge.batch.store import RunStore
from xlhedge.errors import InputError
from xlhedge.files import REPORT

__all__ = ["gather"]

_LARGEST_CORE = 1 << 16  # bytes
_MOST_FILES = 1_000


class _Found(NamedTuple):
    path: Path
    problem: str = ""


def gather(
    store: RunStore, arguments: Sequence[str], manifest: Path | None, output: Path | None
) -> int:
    """Find all inputs and put them in order; one that is named twice counts once.

    Args:
        store: what takes them.
        arguments: files, folders and patterns.
        manifest: a file that names more of them.
        output: the folder of the reports, which are no inputs.

    Returns:
        How many there are, those counted that are none and why.

    Raises:
        InputError: the manifest is none, or nothing at all is named.
        OSError: the manifest cannot be read.
    """
    finder = _Finder(os.path.realpath(output) if output else "")
    number = 0
    for number, argument in enumerate(arguments, 1):
        for found in finder.named(argument, Path(argument), argument):
            store.add(number, *found)
    if manifest:
        for number, entry in enumerate(_entries(manifest), number + 1):  # noqa: B020  # goes on
            for found in _of_manifest(finder, manifest, *entry):
                store.add(number, *found)
    count = store.arrange()
    if not count:
        raise InputError(f"{manifest}: names no input" if manifest else "name an input")
    return count


@dataclass(frozen=True)
class _Finder:
    """Looks for portfolios."""

    output: str  # the real path of the folder of the reports

    def named(self, text: str, path: Path, pattern: str) -> Iterator[_Found]:
        """The inputs that one argument names: a file or folder that is there, or a pattern."""
        if os.path.lexists(path):
            if not path.is_dir():
                return iter([_Found(path)])
            why = "there is no portfolio in it: no workbook, JSON file, or folder of CSV files"
            return _or_else(self._folder(path), _Found(path, why))
        if glob.has_magic(text):
            return _or_else(self._matching(pattern), _Found(Path(text), "matches no portfolio"))
        return iter([_Found(path, "there is no such file or folder")])

    def _matching(self, pattern: str) -> Iterator[_Found]:
        for match in map(Path, glob.iglob(pattern, recursive=True)):  # noqa: PTH207  # takes whole patterns
            yield from self._folder(match) if match.is_dir() else self._file(match)

    def _folder(self, folder: Path) -> Iterator[_Found]:
        """A folder as one portfolio, or the portfolios in it."""
        return self._in_folder(folder, os.path.realpath(folder))

    def _in_folder(self, folder: Path, top: str) -> Iterator[_Found]:
        try:
            if _is_portfolio(folder):
                yield _Found(folder)
                return
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not entry.name.startswith((".", "~$")):  # hidden, or a lock of Excel's
                        yield from self._entry(folder / entry.name, entry, top)
        except OSError as error:
            yield _Found(folder, f"it cannot be read: {error.strerror or error}")

    def _entry(self, path: Path, entry: os.DirEntry[str], top: str) -> Iterator[_Found]:
        if entry.is_symlink() and not _inside(path, top):
            yield _Found(path, f"it is a link that leads out of {top}; name the file itself")
        elif entry.is_dir(follow_symlinks=False):
            if os.path.realpath(path) != self.output:
                yield from self._in_folder(path, top)
        elif not entry.is_dir():
            yield from self._file(path)

    def _file(self, path: Path) -> Iterator[_Found]:
        """A file that nobody named: a portfolio, by its name, and no report of ours."""
        from xlhedge.readers import READABLE

        readable = path.suffix.lower() in READABLE and not path.name.startswith("~$")
        ours = path.name.endswith(REPORT) and _is_report(path)
        # A link to nothing is told as what it is; a pipe or a device is passed over.
        if readable and not ours and (path.is_file() or not path.exists()):
            yield _Found(path)


def _or_else(found: Iterator[_Found], nothing: _Found) -> Iterator[_Found]:
    yield next(found, nothing)
    yield from found


def _is_portfolio(folder: Path) -> bool:
    """Whether a folder's CSV files are meant as a portfolio's tables, if with names mistyped."""
    from xlhedge.portfolio.headings import by_table

    with os.scandir(folder) as entries:
        names = (entry.name for entry in entries if entry.name.lower().endswith(".csv"))
        stems = [Path(name).stem for name in islice(names, _MOST_FILES)]
    return any(by_table(stems, only=False))


def _inside(path: Path, folder: str) -> bool:
    real = os.path.realpath(path)
    return real == folder or real.startswith(folder.rstrip(os.sep) + os.sep)


def _is_report(path: Path) -> bool:
    """Whether a workbook says of itself that it is a report of ours."""
    try:
        with ZipFile(path) as archive:
            core = archive.getinfo("docProps/core.xml")
            if core.file_size > _LARGEST_CORE:
                return False
            said = archive.read(core)
    except (BadZipFile, KeyError, OSError, ValueError, RuntimeError):
        return False
    return b"creator>xlhedge<" in said and b"title>Hedge report: " in said


def _of_manifest(finder: _Finder, manifest: Path, line: int, text: str) -> Iterator[_Found]:
    """What a line names: it must lie in the manifest's folder, as it may come from anybody."""
    place = Path(f"{manifest}:{line}")
    shown = text if text.isprintable() else ascii(text)[1:-1]
    if "\0" in text:
        yield _Found(place, f'"{shown}" is no name of a file')
        return
    folder = manifest.parent
    pattern = os.path.join(glob.escape(str(folder)), text)  # noqa: PTH118  # keeps **/
    real = os.path.realpath(folder)
    for found in finder.named(text, folder / text, pattern):
        if not _inside(found.path, real):
            why = f"leads out of the manifest's folder, {real}; name it on the command line instead"
            yield _Found(place, f'"{shown}": {why}')
            return
        yield _Found(place, f'"{shown}": {found.problem}') if found.problem else found


def _entries(manifest: Path) -> Iterator[tuple[int, str]]:
    """The lines of a manifest that name something, with their numbers from 1."""
    line = 0
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as stream:
            if manifest.suffix.lower() == ".csv":
                yield from _in_column(manifest, stream)
                return
            for line, text in enumerate(stream, 1):
                if text.strip() and not text.lstrip().startswith("#"):
                    yield line, text.strip()
    except UnicodeDecodeError:
        raise InputError(f"{manifest}: it is not UTF-8 text, below line {line}") from None


def _in_column(manifest: Path, stream: Iterator[str]) -> Iterator[tuple[int, str]]:
    reader = csv.reader(stream, strict=True)
    column = None
    try:
        for cells in reader:
            if not any(map(str.strip, cells)) or cells[0].lstrip().startswith("#"):
                continue
            if column is None:
                headers = [cell.strip().casefold() for cell in cells]
                if "path" not in headers:
                    raise InputError(f'{manifest}:{reader.line_num}: no column is called "path"')
                column = headers.index("path")
            elif column < len(cells) and cells[column].strip():
                yield reader.line_num, cells[column].strip()
            else:
                raise InputError(f"{manifest}:{reader.line_num}: path: is empty")
    except csv.Error as error:
        raise InputError(f"{manifest}:{reader.line_num}: it is not CSV: {error}") from None
