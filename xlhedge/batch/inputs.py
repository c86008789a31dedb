"""What a person names, as inputs: files, folders, patterns and manifests, one after the other."""

from __future__ import annotations

import csv
import fnmatch
import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby, islice, takewhile
from pathlib import Path, PureWindowsPath
from typing import NamedTuple, TextIO

from xlhedge.batch.report_names import is_device
from xlhedge.batch.store import RunStore
from xlhedge.errors import InputError
from xlhedge.files import is_report_name
from xlhedge.readers.own import is_report
from xlhedge.text import one_line

__all__ = ["gather"]

_HERE = Path()
_LINK_OUT = "it is a link that leads out of {}; name the file itself"
_LONGEST_NAME, _LONGEST_LINE = 4_096, 1 << 16  # characters
_MOST_FILES = 1_000


class _Input(NamedTuple):
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
    finder = _Finder(output.stat() if output and output.exists() else None)
    number = 0
    for number, argument in enumerate(arguments, 1):
        for found in finder.named(argument):
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

    output: os.stat_result | None  # the folder of the reports, if it is there

    def named(self, text: str, base: Path = _HERE) -> Iterator[_Input]:
        """The inputs that one argument names: a file or folder that is there, or a pattern.

        Args:
            text: what somebody typed.
            base: the folder from where it is seen.
        """
        path = base / text
        if os.path.lexists(path):
            if not path.is_dir():
                return iter([_Input(path)])
            why = "there is no portfolio in it: no workbook, JSON file, or folder of CSV files"
            return _or_else(self._folder(path), _Input(path, why))
        if glob.has_magic(text):
            return _or_else(self._matching(text, base), _Input(path, "matches no portfolio"))
        return iter([_Input(path, "there is no such file or folder")])

    def _matching(self, pattern: str, base: Path) -> Iterator[_Input]:
        """What a pattern matches. `**` stands for folders, and never for a link to one."""
        parts = [part for part, _ in groupby(Path(pattern).parts)]  # **/** is **
        literal = len(list(takewhile(lambda part: not glob.has_magic(part), parts)))
        root, parts = base.joinpath(*parts[:literal]), parts[literal:]
        top = os.path.realpath(root)
        seen, waiting = set(), [(root, 0)]
        while waiting:
            folder, at = state = waiting.pop()
            if state in seen:  # two ** lead there in many ways
                continue
            if parts.count("**") > 1:
                seen.add(state)
            last = at == len(parts) - 1
            if parts[at] == "**":
                if last:
                    yield from self._folder(folder)
                    continue
                waiting += [(each, at) for each in _folders(folder)]
                waiting.append((folder, at + 1))
                continue
            for path in _matches(folder, parts[at]):
                if path.is_symlink() and not _inside(path, top):
                    yield _Input(path, _LINK_OUT.format(top))
                elif not path.is_dir():
                    yield from self._file(path) if last else ()
                elif last:
                    yield from self._folder(path)
                else:
                    waiting.append((path, at + 1))

    def _folder(self, top: Path) -> Iterator[_Input]:
        """A folder as one portfolio, or the portfolios in it, at whatever depth."""
        real, waiting = os.path.realpath(top), [top]
        while waiting:
            folder = waiting.pop()
            try:
                if _is_portfolio(folder):
                    yield _Input(folder)
                    continue
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.name.startswith((".", "~$")):  # hidden, or a lock of Excel's
                            continue
                        path = folder / entry.name
                        if entry.is_dir(follow_symlinks=False):
                            if not self._is_output(entry):
                                waiting.append(path)
                        else:
                            yield from self._entry(path, entry, real)
            except OSError as error:
                yield _Input(folder, f"it cannot be read: {error.strerror or error}")

    def _is_output(self, entry: os.DirEntry[str]) -> bool:
        # By its number: to look up its real path takes as many steps as there are folders above.
        if self.output is None or entry.inode() != self.output.st_ino:
            return False
        return os.path.samestat(entry.stat(), self.output)

    def _entry(self, path: Path, entry: os.DirEntry[str], top: str) -> Iterator[_Input]:
        if entry.is_symlink() and not _inside(path, top):
            yield _Input(path, _LINK_OUT.format(top))
        elif not entry.is_dir():
            yield from self._file(path)

    def _file(self, path: Path) -> Iterator[_Input]:
        """A file that nobody named: a portfolio, by its name, and no report of ours."""
        from xlhedge.readers import READABLE

        readable = path.suffix.lower() in READABLE and not path.name.startswith("~$")
        # A link to nothing is told as what it is; a pipe or a device is passed over.
        known = path.is_file() or not path.exists()
        if readable and known and not (is_report_name(path.name) and is_report(path)):
            yield _Input(path)


def _or_else(found: Iterator[_Input], nothing: _Input) -> Iterator[_Input]:
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


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder that are not hidden, and no links."""
    try:
        with os.scandir(folder) as entries:
            return [
                folder / entry.name
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
            ]
    except OSError:  # as in any pattern, what cannot be read does not match
        return []


def _matches(folder: Path, part: str) -> list[Path]:
    """What is in a folder under one name, or under the names that match a pattern."""
    if not glob.has_magic(part):
        return [folder / part] if os.path.lexists(folder / part) else []
    try:
        names = fnmatch.filter(os.listdir(folder), part)  # noqa: PTH208  # names alone
    except OSError:  # as above
        return []
    hidden = part.startswith(".")
    return [folder / name for name in names if hidden or not name.startswith(".")]


def _of_manifest(finder: _Finder, manifest: Path, line: int, text: str) -> Iterator[_Input]:
    """What a line names: it must lie in the manifest's folder, as it may come from anybody."""
    place = Path(f"{manifest}:{line}")
    shown = one_line(text)
    if why := _never_a_name(text):
        yield _Input(place, f'"{shown}" {why}')
        return
    folder = manifest.parent
    real = os.path.realpath(folder)
    out = f"leads out of the manifest's folder, {real}; name it on the command line instead"
    # By its text, and then by its links, before anything in it is looked up.
    written = PureWindowsPath(text)
    if written.anchor or ".." in written.parts or not _inside(folder / text, real):
        yield _Input(place, f'"{shown}": {out}')
        return
    for found in finder.named(text, folder):
        if not found.problem and not _inside(found.path, real):
            yield _Input(place, f'"{shown}": {out}')
            return
        yield _Input(place, f'"{shown}": {found.problem}') if found.problem else found


def _never_a_name(text: str) -> str:
    """Why a line of somebody's list is looked up nowhere, on whatever system this is."""
    if len(text) > _LONGEST_NAME:
        return f"is longer than {_LONGEST_NAME:,} characters, as no file's name is"
    if "\0" in text:
        return "is no name of a file"
    if any(map(is_device, PureWindowsPath(text).parts)):
        return "is the name of a device in Windows"
    return ""


def _entries(manifest: Path) -> Iterator[tuple[int, str]]:
    """The lines of a manifest that name something, with their numbers from 1."""
    line = 0
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as stream:
            if manifest.suffix.lower() == ".csv":
                yield from _in_column(manifest, stream)
                return
            for line, text in enumerate(_lines(manifest, stream), 1):
                if text.strip() and not text.lstrip().startswith("#"):
                    yield line, text.strip()
    except UnicodeDecodeError:
        raise InputError(f"{manifest}: it is not UTF-8 text, below line {line}") from None


def _lines(manifest: Path, stream: TextIO) -> Iterator[str]:
    """The lines of a manifest; one may be a device that gives one line without an end."""
    for number in count(1):
        text = stream.readline(_LONGEST_LINE + 1)
        if len(text) > _LONGEST_LINE:
            raise InputError(f"{manifest}:{number}: is longer than {_LONGEST_LINE:,} characters")
        if not text:
            return
        yield text


def _in_column(manifest: Path, stream: TextIO) -> Iterator[tuple[int, str]]:
    reader = csv.reader(_lines(manifest, stream), strict=True)
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
