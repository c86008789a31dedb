"""Files written whole or not at all, archives alike anywhere, and which program this is."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import struct
import zlib
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED

import xlhedge
from xlhedge.errors import InputError

__all__ = [
    "REPORT",
    "SUMMARY_BOOK",
    "TEMPLATE_RULES",
    "TEMPORARY",
    "Packed",
    "exact_version",
    "is_report_name",
    "packed_by",
    "packer",
    "refuse_to_replace",
    "report_ending",
    "source_sha256",
    "whole",
    "write_bytes",
    "zipped",
]

TEMPLATE_RULES = "Template 4"
"""What a template says of itself in its properties: raise it whenever its sheets' rules change.

Of those before 4, made by xlhedge 0.3 and earlier, none says so.
"""

REPORT = "-report.xlsx"
"""What the names of reports end in that are replaced by the next one."""
SUMMARY_BOOK = "summary.xlsx"
"""What lists the reports of a run, beside them."""
_REPORT_NAME = re.compile(r"-report(-\d{4}-\d\d-\d\d)?\.xlsx$")
TEMPORARY = ".tmp"
"""What names of unfinished files end in; a kill −9 leaves them."""

_EARLIEST = (0, 33)  # the time and the day, 1980-01-01, that an archive can say
_UNIX = 3  # an archive names the system that wrote it; all of ours name the same one
_FORMAT, _UTF_8 = 20, 0x800  # the version of the format, and the mark of names beyond ASCII


def report_ending(day: date) -> str:
    """What the name of a report ends in that stays beside those of other days.

    Example:
        >>> report_ending(date(2026, 3, 2)), is_report_name("desk-report-2026-03-02.xlsx")
        ('-report-2026-03-02.xlsx', True)
    """
    return REPORT.replace(".", f"-{day.isoformat()[:10]}.")


def is_report_name(name: str) -> bool:
    """Whether a file has the name of a report, dated or not, or of their summary."""
    return name == SUMMARY_BOOK or _REPORT_NAME.search(name) is not None


def write_bytes(
    path: Path, content: bytes, folder: Path | None = None, *, private: bool = False
) -> None:
    """Write a file in one step: an error leaves what was there untouched, and nothing beside it.

    Args:
        path: the file; its folder is made if missing.
        content: all of it.
        folder: where it stands until it is finished, on the same disk; beside it if left out.
        private: whether it is for this user only.

    Raises:
        OSError: it cannot be written; it names the file that was asked for.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_bytes(Path(folder) / "a", b"all of it")
        ...     print([file.name for file in Path(folder).iterdir()])
        ['a']
    """
    with whole(path, folder, private=private) as stream:
        stream.write(content)


@contextmanager
def whole(path: Path, folder: Path | None = None, *, private: bool = False) -> Iterator[BinaryIO]:
    """Write a file in pieces; it takes its name in one step, and only if no error came between.

    Args:
        path: the file; its folder is made if missing.
        folder: as for `write_bytes`.
        private: as for `write_bytes`.

    Raises:
        OSError: it cannot be written; it names the file that was asked for.
    """
    # On the same disk, as only there replacing is one step; made by `open`, so that others may
    # read the file as the folder's owner expects (`tempfile` would forbid it).
    token = secrets.token_hex(8)
    beside = path.with_name(f".{token}{TEMPORARY}")
    temporary = folder / f"{token}{TEMPORARY}" if folder else beside
    mode = 0o600 if private else 0o666
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(temporary, "xb", opener=partial(os.open, mode=mode)) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _replace(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):  # of a disk that takes no change any more
            temporary.unlink(missing_ok=True)


def refuse_to_replace(path: Path, *, force: bool, suffix: str = "") -> None:
    """Refuse a file that is there, unless it may be replaced, and a name of another kind of file.

    What is no file may never be replaced. A link is replaced itself, and not what it leads to.

    Raises:
        InputError: it is there, or its name ends in another way.
    """
    if not path.name.lower().endswith(suffix):
        raise InputError(f"{path}: it is written as {suffix}; name a file that ends so")
    try:
        mode = path.lstat().st_mode
    except OSError:  # nothing is there, or writing will say what is wrong
        return
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise InputError(f"{path}: is no file but a folder, a pipe or a device; name a file")
    if not force:
        why = "is there already; name another file, or add --force to replace it"
        raise InputError(f"{path}: {why}")


def _replace(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except PermissionError as error:
        if not path.exists():
            raise
        # What Windows says of a file that another program has open.
        why = f"it cannot be replaced ({error.strerror}); close it where it is open, as in Excel"
        raise PermissionError(error.errno, why) from error


class Packed(NamedTuple):
    """A file as it stands in an archive.

    Args:
        data: its packed bytes.
        crc: its check sum.
        size: its length, packed.
        length: its length, unpacked.
    """

    data: bytes | bytearray
    crc: int
    size: int
    length: int


def packer() -> Callable[[str | bytes], Packed]:
    """What packs a file for `zipped`, so that its text need not be kept until all files are there.

    Example:
        >>> zipped({"a.txt": packer()("some text")}) == zipped({"a.txt": "some text"})
        True
    """
    return partial(_packed, _packer())


def zipped(parts: Mapping[str, str | bytes | Packed], again: Container[str] = ()) -> bytes:
    """A zip archive of some files by name, without the time and the system it was made on.

    Args:
        parts: the files.
        again: names of those that most archives of a process have alike: each is packed once.

    Example:
        >>> zipped({"a.txt": "some text"}) == zipped({"a.txt": b"some text"})
        True
    """
    pack, at = _packer(), 0
    files, listed = list[bytes | bytearray](), list[bytes]()
    for name, content in parts.items():
        once = _packed_once if name in again else _packed
        packed, *sums = content if isinstance(content, Packed) else once(pack, content)
        letters = name.encode()
        said = struct.pack(
            "<5H3L2H", _FORMAT, 0 if name.isascii() else _UTF_8, ZIP_DEFLATED, *_EARLIEST,
            *sums, len(letters), 0,
        )  # fmt: skip
        files += [b"PK\3\4", said, letters, packed]
        where = struct.pack("<3H2L", 0, 0, 0, 0o644 << 16, at)
        listed += [b"PK\1\2", bytes((_FORMAT, _UNIX)), said, where, letters]
        at += 4 + len(said) + len(letters) + len(packed)
    count, size = len(parts), sum(map(len, listed))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, at, 0)
    return b"".join((*files, *listed, end))


_Pack = Callable[[bytes], bytes | bytearray]


def _packed(pack: _Pack, content: str | bytes) -> Packed:
    """A file, packed."""
    data = content.encode() if isinstance(content, str) else content
    found = pack(data)
    return Packed(found, zlib.crc32(data), len(found), len(data))


_packed_once = lru_cache(maxsize=256)(_packed)


def packed_by() -> str:
    """What packs archives, with its version: it decides their bytes, not what is in them.

    Example:
        >>> packed_by().split()[0] in ("deflate", "zlib")
        True
    """
    if _packer() is _by_zlib:
        return f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
    from importlib.metadata import version

    return f"deflate {version('deflate')}"


def _packer() -> _Pack:
    """What deflates: libdeflate where it is installed, in less than half the time; else zlib."""
    try:
        import deflate  # noqa: F401  # whether it is there
    except ImportError:
        return _by_zlib
    return _by_libdeflate


def _by_libdeflate(data: bytes) -> bytes | bytearray:
    from deflate import deflate_compress

    packed: bytearray = deflate_compress(data, 5)  # a report is as small as of zlib at 6
    return packed


def _by_zlib(data: bytes) -> bytes:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


def source_sha256(package: Path) -> str:
    """The SHA-256 of the files of a package and their names, whatever line endings they have.

    Args:
        package: its folder.

    Example:
        >>> len(source_sha256(Path(xlhedge.__file__).parent))
        64
    """
    found = hashlib.sha256()
    for path in sorted(package.rglob("*"), key=Path.as_posix):
        name = path.relative_to(package).as_posix()
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith("."):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            found.update(f"{name}\n{len(content)}\n".encode() + content)
    return found.hexdigest()


@cache
def exact_version() -> str:
    """The version and the beginning of the source's hash, such as 0.2.0+1a2b3c4d.

    Example:
        >>> exact_version().startswith(f"{xlhedge.__version__}+")
        True
    """
    return f"{xlhedge.__version__}+{source_sha256(Path(__file__).parent)[:8]}"
