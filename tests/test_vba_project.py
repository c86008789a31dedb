"""The VBA project as others read it: olefile, oletools, the specification, xlwings' own add-in."""

from __future__ import annotations

import io
import random
import re
import struct
import warnings
import zipfile
from importlib.util import find_spec
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlhedge.errors import HedgeError
from xlhedge.hosts.excel.compound import compound_file
from xlhedge.hosts.excel.compression import compressed
from xlhedge.hosts.excel.project import Module, vba_project

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # oletools uses pyparsing's old names
    from oletools.olevba import VBA_Parser, decompress_stream

NONE = 0xFFFFFFFF
SIZES = (0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097, 70_000)
SLOW = settings(deadline=None)  # the first example of many bytes may take a while
MODULES = (
    Module("ThisWorkbook", "", document=True),
    Module("Sheet1", "", document=True),
    Module("Main", 'Option Explicit\n\nPublic Const PRICE As String = "5 €, 3 ¼ ñ ß"\n'),
    Module("Long", "".join(f"' line {n} of a module of many chunks\n" for n in range(3_000))),
    Module("NoLineEndAtTheEnd", "Option Explicit"),
)


def opened(file: bytes) -> olefile.OleFileIO:
    """A compound file in olefile's eyes, which raises whatever it finds to be wrong."""
    return olefile.OleFileIO(io.BytesIO(file), raise_defects=olefile.DEFECT_INCORRECT)


def streams_of(file: bytes) -> dict[str, bytes]:
    with opened(file) as ole:
        found = {
            "/".join(path): ole.openstream(path).read()
            for path in ole.listdir(streams=True, storages=False)
        }
        assert not ole.parsing_issues
    return found


def unpacked(container: bytes) -> bytes:
    return decompress_stream(bytearray(container))


def records(directory: bytes):
    """The records of a dir stream; a version's size leaves out two bytes of it."""
    at = 0
    while at < len(directory):
        kind, size = struct.unpack_from("<HI", directory, at)
        size += 2 * (kind == 0x09)
        content = directory[at + 6 : at + 6 + size]
        assert len(content) == size
        yield kind, content
        at += 6 + size


def model() -> bytes:
    """The project in xlwings' own add-in: written in the same form as ours, and in use."""
    xlam = Path(find_spec("xlwings").origin).with_name("quickstart_addin.xlam")
    with zipfile.ZipFile(xlam) as archive:
        return archive.read("xl/vbaProject.bin")


# The compound file


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_of_any_size_reads_back(size):
    content = random.Random(size).randbytes(size)  # noqa: S311  # no secret
    for path in ("A", "VBA/A", "VBA/Sub/A"):
        streams = {path: content, "other": b"x" * 100, "VBA/big": b"y" * 5_000}
        file = compound_file(streams)
        assert streams_of(file) == streams
        check_sectors(file)


@SLOW
@given(
    st.dictionaries(
        st.text("abcXYZ_ 1", min_size=1, max_size=31),
        st.tuples(st.sampled_from(SIZES), st.binary(min_size=1, max_size=5)),
        max_size=20,
    )
)
def test_streams_read_back(drawn):
    alike = {name.upper(): name for name in drawn}
    streams = {
        f"VBA/{name}": (drawn[name][1] * size)[:size]
        for name, (size, _) in ((name, drawn[name]) for name in alike.values())
    }
    file = compound_file(streams)
    assert streams_of(file) == streams
    assert len(file) % 512 == 0
    assert compound_file(dict(reversed(streams.items()))) == file
    check_sectors(file)
    check_tree(file)


def check_sectors(file: bytes) -> None:
    """Each sector of the file is used, once, and those of the allocation table are marked."""
    own = [sector for sector in struct.unpack_from("<109I", file, 76) if sector != NONE]
    assert struct.unpack_from("<I", file, 44) == (len(own),)
    table = [
        entry for sector in own for entry in struct.unpack_from("<128I", file, 512 * (sector + 1))
    ]
    count = len(file) // 512 - 1
    assert {table[sector] for sector in own} == {0xFFFFFFFD}
    assert table.count(0xFFFFFFFD) == len(own)
    assert set(table[count:]) <= {NONE}
    following = [entry for entry in table[:count] if entry < 0xFFFFFFFD]
    assert NONE not in table[:count]
    assert len(set(following)) == len(following)
    assert set(following) < set(range(count))


def check_tree(file: bytes) -> None:
    """The directory as the specification wants it: sorted, and a red-black tree."""
    (start,) = struct.unpack_from("<I", file, 48)
    table = struct.unpack_from("<128I", file, 512)  # of the first sector; tests stay below it
    directory, sector = b"", start
    while sector != 0xFFFFFFFE:
        directory += file[512 * (sector + 1) : 512 * (sector + 2)]
        sector = table[sector]
    entries = [directory[at : at + 128] for at in range(0, len(directory), 128)]

    def walk(number: int, *, red_above: bool) -> tuple[int, list[str]]:
        if number == NONE:
            return 1, []
        entry = entries[number]
        (length,) = struct.unpack_from("<H", entry, 64)
        kind, color, left, right, child = struct.unpack_from("<BBIII", entry, 66)
        assert kind in {1, 2, 5}
        assert color == 1 or not red_above
        if child != NONE:
            assert entries[child][67] == 1  # the root of a tree is black
            _, names = walk(child, red_above=False)
            assert names == sorted(names, key=lambda name: (len(name), name.upper()))
        blacks, before = walk(left, red_above=color == 0)
        also, after = walk(right, red_above=color == 0)
        assert blacks == also
        return blacks + color, [*before, entry[: length - 2].decode("utf-16-le"), *after]

    walk(0, red_above=False)


@pytest.mark.parametrize("count", range(1, 40))
def test_the_directory_is_a_red_black_tree(count):
    check_tree(compound_file({f"VBA/{'n' * (number % 7)}{number}": b"" for number in range(count)}))


def test_the_largest_file_is_right_and_a_larger_one_refused():
    most = 109 * 127 * 512  # 109 sectors of the table, less what they take themselves
    content = bytes(most - 512)  # a sector is the directory
    file = compound_file({"A": content})
    assert streams_of(file) == {"A": content}
    check_sectors(file)
    with pytest.raises(HedgeError, match="too many"):
        compound_file({"A": content + b"x"})


@pytest.mark.parametrize("name", ["", "a:b", "a!b", "a\\b", "é", "x" * 32, "a\n", "a/"])
def test_other_names_are_refused(name):
    with pytest.raises(HedgeError, match="is no name"):
        compound_file({name: b""})


@pytest.mark.parametrize("names", [("A", "a"), ("A", "a/b"), ("a/b", "A")])
def test_a_name_cannot_be_there_twice(names):
    with pytest.raises(HedgeError, match="there twice"):
        compound_file(dict.fromkeys(names, b""))


# The compression


@pytest.mark.parametrize(
    ("content", "container"),
    [  # MS-OVBA 3.2: nothing to compress, usual, as much as there can be
        (
            b"abcdefghijklmnopqrstuv.",
            (
                "01 19 B0 00 61 62 63 64 65 66 67 68 00 69 6A 6B 6C 6D 6E 6F 70"
                " 00 71 72 73 74 75 76 2E"
            ),
        ),
        (
            b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
            (
                "01 2F B0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6A 01 38"
                " 08 61 6B 6C 00 30 6D 6E 6F 70 06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7A"
                " 00 3C"
            ),
        ),
        (b"a" * 73, "01 03 B0 02 61 45 00"),
    ],
)
def test_the_specifications_examples(content, container):
    """Where a text stands twice, either may be copied: the length is the specification's."""
    assert unpacked(bytes.fromhex(container)) == content
    assert unpacked(compressed(content)) == content
    assert len(compressed(content)) == len(bytes.fromhex(container))


@SLOW
@given(st.lists(st.tuples(st.binary(min_size=1, max_size=9), st.integers(1, 3_000)), max_size=6))
def test_what_repeats_reads_back(parts):
    content = b"".join(part * count for part, count in parts)
    assert unpacked(compressed(content)) == content


@SLOW
@given(st.integers(0, 2**32), st.integers(0, 2), st.integers(0, 3_600), st.integers(2, 256))
def test_what_does_not_repeat_reads_back(seed, chunks, rest, letters):
    draw = random.Random(seed)  # noqa: S311  # no secret
    content = bytes(draw.choices(range(letters), k=4096 * chunks + rest))
    assert unpacked(compressed(content)) == content


@pytest.mark.parametrize("copies", range(400, 420))
def test_what_hardly_compresses_reads_back(copies):
    """From chunks that just fit when compressed to chunks that just do not."""
    content = random.Random(copies).randbytes(4096 - 3 * copies)  # noqa: S311  # no secret
    content += b"".join(content[6 * copy : 6 * copy + 3] for copy in range(copies))
    assert unpacked(compressed(content)) == content


def test_what_cannot_be_compressed_is_stored():
    content = random.Random(1).randbytes(8192)  # noqa: S311  # no secret
    assert len(compressed(content)) == 1 + 2 * (2 + 4096)
    with pytest.raises(HedgeError, match="4000 bytes at the end"):
        compressed(content[:4000])


# The project


def test_every_modules_source_reads_back():
    parser = VBA_Parser("vbaProject.bin", vba_project(MODULES))
    found = {path: code for _, path, _, code in parser.extract_macros()}
    assert found == {f"VBA/{module.name}": module.text().decode("cp1252") for module in MODULES}
    for module in MODULES:
        text = found[f"VBA/{module.name}"]
        assert text.startswith(f'Attribute VB_Name = "{module.name}"\r\n')
        source = module.source.removesuffix("\n") + "\n"
        assert text.endswith("\r\n" + source.replace("\n", "\r\n"))


def test_a_source_is_its_bytes_in_windows_form():
    (text,) = [m.text() for m in MODULES if m.name == "Main"]
    assert text == (
        b'Attribute VB_Name = "Main"\r\nOption Explicit\r\n\r\n'
        b'Public Const PRICE As String = "5 \x80, 3 \xbc \xf1 \xdf"\r\n'
    )


def test_documents_have_the_attributes_of_xlwings_documents():
    streams = streams_of(model())
    for module, theirs in zip(MODULES[:2], ("ThisWorkbook", "Sheet2"), strict=True):
        text = unpacked(streams[f"VBA/{theirs}"][0x325:]).replace(b"Sheet2", b"Sheet1")
        assert module.text().split(b"\r\n")[:8] == text.split(b"\r\n")[:8]


def test_the_directory_has_the_records_of_xlwings_add_in():
    theirs = list(records(unpacked(streams_of(model())["VBA/dir"])))
    ours = list(records(unpacked(streams_of(vba_project(MODULES))["VBA/dir"])))
    assert ours[:4] == theirs[:4]
    assert ours[4] == (0x04, b"xlhedge")
    assert ours[5:11] == theirs[5:11]
    assert (ours[11][0], len(ours[11][1])) == (theirs[11][0], len(theirs[11][1]))  # a version
    assert ours[12:14] == theirs[12:14]
    assert ours[-1] == theirs[-1]

    def per_module(found):
        starts = [at for at, (kind, _) in enumerate(found) if kind == 0x19]
        return [
            found[at:end] for at, end in zip(starts, [*starts[1:], len(found) - 1], strict=True)
        ]

    ids = {tuple(kind for kind, _ in group) for group in per_module(theirs)}
    assert {tuple(kind for kind, _ in group) for group in per_module(ours)} == ids
    for module, group in zip(MODULES, per_module(ours), strict=True):
        found = dict(group)
        assert found[0x19] == found[0x1A] == module.name.encode()
        assert found[0x47] == found[0x32] == module.name.encode("utf-16-le")
        assert found[0x31] == bytes(4)  # the text begins where the stream does
        assert (0x22 in found) == module.document
    counts = [content for kind, content in ours if kind == 0x0F]
    assert counts == [struct.pack("<H", len(MODULES))]


def test_libraries_are_referred_to_by_number():
    found = list(records(unpacked(streams_of(vba_project(MODULES))["VBA/dir"])))
    names = [content for kind, content in found if kind == 0x16]
    assert names == [b"stdole", b"Office"]
    assert [content for kind, content in found if kind == 0x3E] == [
        name.decode().encode("utf-16-le") for name in names
    ]
    for content in (content for kind, content in found if kind == 0x0D):
        (size,) = struct.unpack_from("<I", content)
        assert len(content) == 4 + size + 6
        assert re.fullmatch(rb"\*\\G\{[-0-9A-F]{36}\}#2\.0#0#C:\\.+#.+", content[4 : 4 + size])
    theirs = [c for kind, c in records(unpacked(streams_of(model())["VBA/dir"])) if kind == 0x0D]
    office = [content for kind, content in found if kind == 0x0D][1]
    assert office[4:50] == theirs[0][4:50]  # the same library, wherever it lies


def test_the_streams_are_those_that_must_be():
    streams = streams_of(vba_project(MODULES))
    expected = {f"VBA/{module.name}" for module in MODULES}
    assert set(streams) == expected | {"PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT"}
    assert streams["VBA/_VBA_PROJECT"].hex() == "cc61ffff000000"
    names = b""
    for module in MODULES:
        names += module.name.encode() + b"\0" + module.name.encode("utf-16-le") + b"\0\0"
    assert streams["PROJECTwm"] == names + b"\0\0"


def properties(file: bytes) -> list[str]:
    return streams_of(file)["PROJECT"].decode("cp1252").split("\r\n")


def shape(line: str) -> str:
    """A line without what differs from project to project."""
    return re.sub(r"=.*", "=", line) if not line.startswith("&") else line


def test_the_properties_are_in_the_form_of_xlwings_add_in():
    ours, theirs = properties(vba_project(MODULES)), properties(model())
    assert not [line for line in ours if "\n" in line or "\r" in line]
    starts = ("Document=", "Module=", "Class=")
    listed = [line for line in ours if line.startswith(starts)]
    assert listed == [
        "Document=ThisWorkbook/&H00000000",
        "Document=Sheet1/&H00000000",
        *("Module=Main", "Module=Long", "Module=NoLineEndAtTheEnd"),
    ]
    end = ours.index("[Workspace]")
    frame = [shape(line) for line in ours[:end] if not line.startswith(starts)]
    their_end = theirs.index("[Workspace]")
    assert frame == [shape(line) for line in theirs[:their_end] if not line.startswith(starts)]
    assert ours[end + 1 :] == [*(f"{module.name}=0, 0, 0, 0, C" for module in MODULES), ""]


def decrypted(text: str) -> tuple[int, int, bytes]:
    """Version, key and data of a value of the PROJECT stream (MS-OVBA 2.4.3.3)."""
    seed, *rest = bytes.fromhex(text)
    version, key = rest[0] ^ seed, rest[1] ^ seed
    plain, last, before = [key], rest[1], rest[0]
    for byte in rest[2:]:
        plain.append(byte ^ (before + plain[-1]) & 0xFF)
        before, last = last, byte
    data = bytes(plain[1 + (seed & 6) // 2 :])
    assert int.from_bytes(data[:4], "little") == len(data) - 4
    return version, key, data[4:]


@pytest.mark.parametrize("make", [model, lambda: vba_project(MODULES)], ids=["xlwings", "ours"])
def test_the_project_is_not_protected(make):
    said = dict(line.split("=", 1) for line in properties(make()) if "=" in line)
    key = sum(said["ID"].strip('"').encode()) & 0xFF
    found = {name: decrypted(said[name].strip('"')) for name in ("CMG", "DPB", "GC")}
    assert found == {
        "CMG": (2, key, bytes(4)),  # nothing is locked
        "DPB": (2, key, bytes(1)),  # no password
        "GC": (2, key, b"\xff"),  # shown in the editor
    }


def test_the_same_modules_give_the_same_bytes():
    assert vba_project(MODULES) == vba_project(tuple(MODULES))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a\n' − a minus", r"M, line 2: '\\u2212' cannot stand in VBA source"),
        ("\x81", r"M, line 1: '\\x81' cannot"),
        ("a\r\nb", r"M, line 1: '\\r' cannot"),
        ("a\0", r"M, line 1: '\\x00' cannot"),
        ("\n\n" + "x" * 1024, "M, line 3: 1024 characters; a line has 1023 at most"),
        ("a, _\n" * 25 + "b", "M, line 25: a line goes on"),
        ("a,\t_\n" * 25 + "b", "M, line 25: a line goes on"),
    ],
)
def test_what_vba_does_not_take_is_refused_with_its_place(source, message):
    with pytest.raises(HedgeError, match=message):
        vba_project([Module("M", source)])


def test_what_vba_just_takes_is_taken():
    source = "x" * 1023 + "\n" + ("a, _\n" * 24 + "b\n") * 2
    assert streams_of(vba_project([Module("M" * 31, source)]))


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ([Module("M" * 32, "")], "M{32}: this is no name in VBA"),
        ([Module("1st", "")], "1st: this is no name in VBA"),
        ([Module("a-b", "")], "a-b: this is no name in VBA"),
        ([Module("é", "")], "é: this is no name in VBA"),
        ([Module("Sheet2", "", document=True)], "Sheet2: a document's module must be"),
        ([Module("Main", ""), Module("MAIN", "")], 'MAIN: this name is taken by "Main"'),
        ([Module("XlHedge", "")], 'XlHedge: this name is taken by "xlhedge"'),
        ([Module("Dir", "")], 'Dir: this name is taken by "dir"'),
        ([Module("office", "")], 'office: this name is taken by "Office"'),
    ],
)
def test_names_that_vba_does_not_take_are_refused(modules, message):
    with pytest.raises(HedgeError, match=f"^{message}"):
        vba_project(modules)
