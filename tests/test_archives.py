"""Archives: what packs them, and that it packs nothing else."""

from __future__ import annotations

import io
import sys
import zlib
from types import SimpleNamespace
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xlhedge.batch.work import versions
from xlhedge.files import packed_by, zipped

PARTS = {"a/b.xml": "<a>" + "é5" * 5_000 + "</a>", "é.txt": b"\0\xff", "empty": ""}


def by_zipfile(parts):
    """What Python's own module makes of the same."""
    archive = io.BytesIO()
    with ZipFile(archive, "w") as target:
        for name, content in parts.items():
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            target.writestr(info, content, ZIP_DEFLATED)
    return archive.getvalue()


def test_archives_are_those_of_the_standard_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "deflate", None)
    assert packed_by() == f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
    assert zipped(PARTS) == by_zipfile(PARTS)


def test_what_comes_again_is_packed_as_it_stands_each_time(monkeypatch):
    monkeypatch.setitem(sys.modules, "deflate", None)
    for parts in (PARTS, {**PARTS, "é.txt": b"other"}, PARTS, {"b": PARTS["a/b.xml"]}):
        assert zipped(parts, again=parts.keys()) == by_zipfile(parts)


def test_libdeflate_packs_the_same_content_where_it_is(monkeypatch):
    """A stand-in for the package, which packs otherwise than zlib does at its level."""

    def deflate_compress(data, level):
        packer = zlib.compressobj(level - 4, zlib.DEFLATED, -zlib.MAX_WBITS)
        return bytearray(packer.compress(data) + packer.flush())

    monkeypatch.setitem(sys.modules, "deflate", SimpleNamespace(deflate_compress=deflate_compress))
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"of {name}")
    packed = zipped(PARTS)
    assert packed_by() == "deflate of deflate"
    versions.cache_clear()
    said = versions()  # --resume keeps no report that zlib has packed
    versions.cache_clear()
    assert "deflate of deflate" in said
    assert packed != by_zipfile(PARTS)
    with ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    texts = {name: part.encode() if isinstance(part, str) else part for name, part in PARTS.items()}
    assert found == texts
