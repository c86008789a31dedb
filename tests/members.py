"""The members of an archive as bytes: what a change of a file has left as it was."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path


def raw(content: bytes) -> dict[str, bytes]:
    """Each member as it stands in the file, its header and packed bytes, in the file's order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = sorted(archive.infolist(), key=lambda each: each.header_offset)
        ends = [*(each.header_offset for each in entries[1:]), archive.start_dir]
        return {
            each.filename: content[each.header_offset : end]
            for each, end in zip(entries, ends, strict=True)
        }


def listed(content: bytes) -> list[tuple[object, ...]]:
    """What the archive's directory says of its members, in its order, but for their sizes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [
            (each.filename, each.date_time, each.compress_type, each.external_attr, each.comment)
            for each in archive.infolist()
        ]


def changed(old: bytes | Path, new: bytes | Path) -> set[str]:
    """The members that differ; the others are alike byte by byte, and in the same order."""
    before, after = (each if isinstance(each, bytes) else each.read_bytes() for each in (old, new))
    assert listed(before) == listed(after)
    with zipfile.ZipFile(io.BytesIO(after)) as archive:
        assert archive.testzip() is None
    ours, theirs = raw(before), raw(after)
    assert list(ours) == list(theirs)
    return {name for name in ours if ours[name] != theirs[name]}
