"""Files that were made to do harm, and the one line that each must end in."""

import json
import os
import re
import struct
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path

import portfolios
from portfolios import SAMPLE

from xlhedge.portfolio import TABLES

DAMAGED = "it is damaged or cut off; save it again in a spreadsheet"
NO_WORKBOOK = "it is no Excel workbook (.xlsx)"
COSTLY = "tags, formulas and escaped letters"
AGAIN = "save the file again in a spreadsheet"
DTD = "it declares a document type (DTD), as no spreadsheet does"
STRAY = (
    'the sheet is used as far as this cell; delete what is in it, or allow more with "--max-size"'
)
ROOM = 'unless "--max-size" allows more'
SHEET, SHORTS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet3.xml"
SHORTS_TABLE = f"xl/tables/table{1 + list(SAMPLE).index('Shorts')}.xml"
BESIDE = portfolios.end("Shorts", 2)
"""The letter of a column that no table has, on the sheet of the shorts."""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a 'ha'>"
    + "".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
OUTSIDE = "<!DOCTYPE x [<!ENTITY i SYSTEM 'file:///etc/passwd'>]>"


@cache
def parts():
    """The parts of the sample's workbook."""
    stream = BytesIO()
    portfolios.book_of(SAMPLE).save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def book(changes=None, level=6, **kinds):
    """The sample's workbook with parts changed (by functions) or added (bytes)."""
    stream = BytesIO()
    content = dict(parts())
    for name, change in (changes or {}).items():
        content[name] = change(content[name]) if callable(change) else change
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, part in content.items():
            archive.writestr(name, part, **kinds.get("how", {}).get(name, {}))
    return stream.getvalue()


def rows(*xml):
    """A change of a sheet: these rows are its last."""
    added = "".join(xml).encode()
    return lambda part: part.replace(b"</sheetData>", added + b"</sheetData>")


def typed(document):
    """A change of a part: it declares a document type, and uses an entity where it can."""

    def change(part):
        start = part.index(b"?>") + 2 if part.startswith(b"<?xml") else 0
        return part[:start] + document.encode() + part[start:].replace(b">Treasury<", b">&i;<")

    return change


def lying(content, name, size):
    """An archive whose directory and header say another size of a part."""
    found = bytearray(content)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entry = archive.getinfo(name)
    real = struct.pack("<L", entry.file_size)
    for match in re.finditer(re.escape(name.encode()), content):
        for back, at in ((46, 24), (30, 22)):
            begins = match.start() - back
            if begins >= 0 and content[begins + at : begins + at + 4] == real:
                found[begins + at : begins + at + 4] = struct.pack("<L", size)
    return bytes(found)


def flagged(content, flag):
    """An archive that says that its entries are encrypted."""
    found = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(mark), content):
            found[match.start() + at] |= flag
    return bytes(found)


def overlapping():
    """An archive of a thousand names for the same ten million bytes."""
    stream = BytesIO(book())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/0", bytes(10_000_000))
        whole = archive.getinfo("xl/media/0")
        for number in range(1, 1_000):
            copy = zipfile.ZipInfo(f"xl/media/{number}")
            for each in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(copy, each, getattr(whole, each))
            archive.filelist.append(copy)
    return stream.getvalue()


def archive_of(**contents):
    """An archive of other parts, as other formats have them."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return stream.getvalue()


def strings(count, longest):
    """Shared strings."""
    listed = "<si><t>x</t></si>" * count + f"<si><t>{'x' * longest}</t></si>"
    return f'<sst xmlns="{MAIN}">{listed}</sst>'.encode()


def with_part(kind, name, part, changes=()):
    """The sample's workbook with one more part that it refers to."""
    target = (
        f'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/{kind}" Target="/{name}"/></Relationships>'
    ).encode()
    relations = {
        "xl/_rels/workbook.xml.rels": lambda part: part.replace(b"</Relationships>", target)
    }
    return book({name: part, **relations, **dict(changes)})


def cell_with(attributes):
    return {SHORTS: rows(f"<row><c {attributes}><v>1</v></c></row>")}


def wide_table(part):
    columns = "".join(f'<tableColumn id="{n}" name="c{n}"/>' for n in range(1, 16_385))
    part = re.sub(rb'ref="[^"]*"', b'ref="A1:XFD3"', part)
    return re.sub(
        rb"<tableColumns.*</tableColumns>",
        f'<tableColumns count="16384">{columns}</tableColumns>'.encode(),
        part,
    )


def hungry(noise):
    """Workbooks that would take much time or memory to read, by the line that each must end in."""

    def head(xml):
        return {SHORTS: lambda part: part.replace(b"<sheetData>", xml.encode() + b"<sheetData>")}

    def cell(body):
        return {SHORTS: rows(f"<row r='9'><c r='A9'{body}</c></row>")}

    def costly(part, count):
        return rf"{part}: it has {count},\d{{3}},\d{{3}} {COSTLY}; it may have 1,000,000, {ROOM}"

    twice = f"Shorts!A9: it has the cell twice; {AGAIN}"
    long_tag = f"{SHORTS}: it has a tag that is longer than any spreadsheet's"
    main = f'xmlns="{MAIN}"'
    sums = "".join(
        f'<row r="{n}"><c r="{BESIDE}{n}"><f>SUM(A1)</f><v>1</v></c></row>'
        for n in range(9, 510_000)
    )
    many_tables = b"".join(
        f'<Relationship Id="q{n}" Type="x/table" Target="/{SHORTS_TABLE}"/>'.encode()
        for n in range(1_001)
    )
    related = "xl/worksheets/_rels/sheet3.xml.rels"
    formats = f"<styleSheet {main}><numFmts>{'<numFmt/>' * 1_100_000}</numFmts></styleSheet>"
    stale = lambda part: part.replace(b'fullCalcOnLoad="0"', b'fullCalcOnLoad="1"')  # noqa: E731
    blocks = "".join(
        f'<row r="{n}"><c r="{BESIDE}{n}"><f t="array" ref="A1:XFD{1_000_000 - n}"/><v>1</v></c>'
        "</row>"
        for n in range(9, 20_000)
    )
    yield "attribute", book(head(f'<x y="{"1" * 7_000_000}"/>') | noise), long_tag
    attributes = " ".join(f'a{n}=""' for n in range(1_000_000))
    yield "attributes", book(head(f"<x {attributes}/>") | noise), long_tag
    yield "depth", book(head("<x>" * 600_000 + "</x>" * 600_000) | noise), costly(SHORTS, 1)
    yield "escapes", book(cell(f" t='str'><v>{'_x0041_' * 1_100_000}</v>")), costly(SHORTS, 1)
    wide = f"<row r='9'><c r='{BESIDE}9' t='str'><v>" + "_x0041_" * 1_100_000 + "</v></c></row>"
    yield (
        "wide-escapes",
        book({SHORTS: lambda part: rows(wide)(part).decode().encode("utf-16")} | noise),
        costly(SHORTS, 1),
    )
    twins = "<c r='A9'><v>1</v></c>"
    yield "twins", book({SHORTS: rows(f"<row r='9'>{twins * 9}</row>")}), twice
    yield "cells", book({SHORTS: rows(f"<row r='9'>{twins * 100_000}</row>")}), DAMAGED
    yield "sums", book({SHORTS: rows(sums)}), costly(SHORTS, 1)
    yield "formats", book({"xl/styles.xml": formats.encode()} | noise), costly("xl/styles.xml", 1)
    yield (
        "tables",
        book({related: lambda part: part.replace(b"</Relat", many_tables + b"</Relat")}),
        "it has more than 1,000 tables",
    )
    yield (
        "blocks",
        book({"xl/workbook.xml": stale, SHORTS: rows(blocks)}),
        "its formulas fill more cells than it has",
    )
    names = "<definedName/>" * 250_000
    yield (
        "names",
        book(
            {
                "xl/workbook.xml": lambda p: p.replace(
                    b"</workbook>", names.encode() + b"</workbook>"
                )
            }
        ),
        "xl/workbook.xml: it has more than 200,000 tags",
    )


def workbooks():
    """Workbooks by the line that each must end in."""
    good = book()
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    zeros = bytes(50_000_000)
    yield (
        "ratio",
        book({"xl/media/big": zeros}),
        r"it unpacks to 50,\d{3},\d{3} bytes, \d+ times its size",
    )
    yield "overlap", overlapping(), r"it unpacks to 10,000,\d{3},\d{3} bytes, [\d,]+ times its size"
    yield (
        "total",
        book({"xl/media/noise": os.urandom(700_000), SHEET: lambda part: part + b" " * 65_000_000}),
        rf"{SHEET}: it has 65,\d{{3}},\d{{3}} bytes, unpacked; it may have 64,000,000, {ROOM}",
    )
    yield (
        "small",
        lying(book({SHEET: lambda part: part + b" " * 200_000_000}, 1), SHEET, 100),
        DAMAGED,
    )
    yield "large", lying(good, SHEET, 7_000_000), DAMAGED
    yield (
        "claims",
        lying(good, SHEET, 4_000_000_000),
        r"it unpacks to 4,000,\d{3},\d{3} bytes, [\d,]+ times its size",
    )
    yield (
        "parts",
        book({f"xl/media/{n}": b"" for n in range(5_001)}, 0),
        "it has more than 5,000 parts, as no workbook has",
    )
    yield "locked", flagged(good, 1), DAMAGED
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        packed = book(how={SHEET: {"compress_type": method}})
        yield f"method{method}", packed, DAMAGED
    for n, end in enumerate((2, 10, 1_000, len(good) // 2, len(good) - 30, len(good) - 1)):
        yield f"cut{n}", good[:end], DAMAGED
    for kind, document in (("laughs", LAUGHS), ("outside", OUTSIDE)):
        for name in ("xl/workbook.xml", SHEET, "xl/tables/table1.xml", "xl/styles.xml"):
            yield f"{kind}-{Path(name).stem}", book({name: typed(document)}), f"{name}: {DTD}"
        shared = strings(1, 1).replace(b"<sst", document.encode() + b"<sst")
        line = f"xl/sharedStrings.xml: {DTD}"
        yield f"{kind}-s", with_part("sharedStrings", "xl/sharedStrings.xml", shared), line
    for n, (attributes, corner) in enumerate(
        (
            ('r="XFD1048576"', "XFD1048576"),
            ('r ="XFD1048576"', "XFD1048576"),
            ("s='0'\nr\n=\n'XFD1048576'", "XFD1048576"),
            ('r="ZZZ99"', "ZZZ99"),
        )
    ):
        yield f"far{n}", book(cell_with(attributes)), f"Shorts!{corner}: {STRAY}"
    for row in (1_048_577, 9_999_999):
        line = f"Shorts!A{row}: it has the row twice, or it cannot be there; {AGAIN}"
        yield f"row{row}", book(cell_with(f'r="A{row}"')), line
    prefixed = f"<x:row xmlns:x='{MAIN}' r='1048576'><x:c r='XFD1048576'><x:v>1</x:v></x:c></x:row>"
    yield "prefix", book({SHORTS: rows(prefixed)}), f"Shorts!XFD1048576: {STRAY}"
    yield (
        "rows",
        book({SHORTS: rows("<row r='4294967295'><c><v>1</v></c></row>")}),
        DAMAGED,
    )
    yield (
        "columns",
        book(
            {
                SHORTS: rows(
                    *(f"<row r='{n}'><c r='XFD{n}'><v>1</v></c></row>" for n in range(9, 70))
                )
            }
        ),
        (f"Shorts!XFD69: {STRAY}"),
    )
    far = (f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(9, 30_009))
    yield "far rows", book({SHORTS: rows(*far)}), f"Shorts!XFD30008: {STRAY}"
    yield "beyond", book(cell_with('r="ZZZZZZZZ1"')), DAMAGED
    noise = {"xl/media/noise": os.urandom(400_000)}
    yield (
        "flood",
        book({SHORTS: rows("<c/>" * 8_100_000)} | noise, 1),
        (rf"{SHORTS}: it has 8,\d{{3}},\d{{3}} {COSTLY}; it may have 1,000,000, {ROOM}"),
    )
    yield (
        "odd",
        book({SHORTS: rows("<x:c/>" * 2_100_000)} | noise, 1),
        (rf"{SHORTS}: it has 2,\d{{3}},\d{{3}} {COSTLY}; it may have 1,000,000, {ROOM}"),
    )
    yield (
        "wide",
        book({SHORTS_TABLE: wide_table}),
        ("Shorts!A1: it has more than 250 columns"),
    )
    yield (
        "sheets",
        book(
            {
                "xl/workbook.xml": lambda part: part.replace(
                    b"</sheets>",
                    b'<sheet name="x" sheetId="99" r:id="rId1"/>' * 1_500 + b"</sheets>",
                )
            }
        ),
        r"it has 1,506 sheets; it may have 1,000",
    )
    yield (
        "index",
        book({"xl/workbook.xml": lambda part: part + b" " * 4_000_000}),
        ("xl/workbook.xml: it has more than 4,000,000 bytes"),
    )
    yield (
        "many",
        with_part("sharedStrings", "xl/sharedStrings.xml", strings(600_000, 1), noise),
        rf"xl/sharedStrings.xml: it has 2,\d{{3}},\d{{3}} {COSTLY}; it may have 1,000,000, " + ROOM,
    )
    yield from hungry(noise)
    yield "unclosed", book({SHORTS: lambda part: part + b"<c>" * 300_000 + b"<f/>"}), DAMAGED
    line = f"Shorts!D3: the cell stands where none can be; {AGAIN}"
    yield "nested", book({SHORTS: rows("<c><f>" * 100_000)}), line
    yield "deep", book({SHORTS: rows("<x>" * 300_000)}), DAMAGED
    yield (
        "leads-out",
        book(
            {
                "xl/_rels/workbook.xml.rels": lambda part: part.replace(
                    b"/xl/worksheets/sheet1.xml", b"../../../../../etc/passwd"
                )
            }
        ),
        DAMAGED,
    )
    yield (
        "url",
        book(
            {
                "xl/_rels/workbook.xml.rels": lambda part: part.replace(
                    b'"/xl/worksheets/sheet1.xml"', b'"file:///etc/passwd" TargetMode="External"'
                )
            }
        ),
        DAMAGED,
    )
    for kind, content in {
        "pdf": b"%PDF-1.7\n" + bytes(1_000),
        "png": bytes.fromhex("89504e470d0a1a0a") + bytes(1_000),
        "ods": archive_of(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
        "docx": archive_of(**{"word/document.xml": "<w/>", "[Content_Types].xml": "<T/>"}),
        "xlsb": archive_of(**{"xl/workbook.bin": b"\x83\x01\x00"}),
        "empty": b"",
        "text": b"asset,quantity\n",
    }.items():
        yield kind, content, NO_WORKBOOK
    yield "xls", ole, "it is an old Excel workbook; save it as .xlsx"
    yield (
        "password",
        ole + "EncryptedPackage".encode("utf-16-le"),
        ("it is encrypted; save it without a password"),
    )
    yield "size", bytes(16_000_001), f"it has 16,000,001 bytes; it may have 16,000,000, {ROOM}"


def texts():
    """JSON files by the line that each must end in."""
    short = json.dumps(SAMPLE)

    def contracts(value):
        assert '"contracts": 0.5' in short
        return short.replace('"contracts": 0.5', f'"contracts": {value}')

    number = "Shorts[0] contracts: {} is not a finite number; it must be a number"
    yield (
        "deep",
        '{"Holdings": ' + "[" * 10_000 + "]" * 10_000 + "}",
        ("its lists are nested too deeply"),
    )
    for value, shown in (
        ("NaN", "nan"),
        ("Infinity", "inf"),
        ("-Infinity", "-inf"),
        ("1e400", "inf"),
        ("-1e400", "-inf"),
        ("9" * 1_000_000, "inf"),
        ("-" + "9" * 5_000, "-inf"),
    ):
        yield f"number-{value[:9]}", contracts(value), re.escape(number.format(shown))
    yield "digits", contracts("1" * 3_000_000 + ".5"), re.escape(number.format("inf"))
    yield (
        "text",
        contracts('"' + "1" * 100_000 + 'x"'),
        (r"Shorts\[0\] contracts: has 100,001 characters; a cell holds at most 32,767"),
    )
    yield (
        "ones",
        contracts('"' + "1" * 32_000 + 'x"'),
        (r'Shorts\[0\] contracts: "1{56}\.\.\. is not a number; it must be a number, such as 0.5'),
    )
    yield "twice", contracts('1, "contracts": 2'), r"Shorts\[0\] contracts: it is there twice"
    yield (
        "commas",
        '{"Holdings": [' + "1," * 7_000_000 + "1]}",
        (f"it has 7,000,002 values; it may have 1,000,000, {ROOM}"),
    )
    yield "lists", "[" * 15_000_000, f"it has 15,000,000 values; it may have 1,000,000, {ROOM}"
    yield (
        "keys",
        json.dumps({f"k{n}": [] for n in range(1_000_00)}),
        f"it has 100,000 keys; the tables of a portfolio are {len(TABLES)}",
    )
    row = [{f"c{n}": 1 for n in range(300_000)}]
    yield "wide", json.dumps({**SAMPLE, "Shorts": row}), ("Shorts: it has more than 250 columns")
    sparse = [{f"c{n % 200}": 1} for n in range(300_000)]
    yield (
        "sparse",
        json.dumps({**SAMPLE, "Shorts": sparse}),
        (f"Shorts: it has 300,000 rows; it may have 100,000, {ROOM}"),
    )
    whole = json.dumps({**SAMPLE, "Shorts": "\U0001f600" * 3_900_000}, ensure_ascii=False)
    yield "one-string", whole, "Shorts: it must be a list of rows"
    yield (
        "name",
        contracts('"\U0001f600' + "x" * 15_000_000 + '"'),
        (r"Shorts\[0\] contracts: has 15,000,001 characters; a cell holds at most 32,767"),
    )
    yield "latin", b'{"Holdings": "\x81"}', "it is not JSON: it is not UTF-8 text in line 1"
    yield "nul", "\0" * 10_000_000, "it is not JSON: .*"
    yield "size", " " * 16_000_001, f"it has 16,000,001 bytes; it may have 16,000,000, {ROOM}"


def folders(home):
    """CSV folders, each with one bad file, by the line that each must end in."""
    outside = home / "outside.csv"
    outside.write_text("instrument,contracts,entry_price\n", "utf-8")
    few = "instrument,contracts,entry_price\n"

    def folder(name):
        made = portfolios.write_csv(home / name, SAMPLE)
        return made, made / "Shorts.csv"

    contents = {
        "nul": (
            f"{few}BTC-PERP,\0,1\n",
            r'Shorts.csv:2 contracts: "\\x00" has a control character.*',
        ),
        "mixed": (
            few.encode() + b"BTC-PERP,1,\x81\n",
            'Shorts.csv:2: it is not UTF-8 text; save the file as "CSV UTF-8"',
        ),
        "utf16": (
            few.encode("utf-16")[:-1],
            'Shorts.csv:1: it is not UTF-8 text; save the file as "CSV UTF-8"',
        ),
        "letters": (
            few.encode() + b"\xe4" * 15_900_000,
            "Shorts.csv:2: it is not CSV: field larger .*",
        ),
        "quote": (f'{few}"BTC-PERP,1,1\n' + "x\n" * 1_000_000, "Shorts.csv:2: it is not CSV: .*"),
        "cell": (
            f"{few}BTC-PERP,1,{'1' * 15_000_000}\n",
            r"Shorts.csv:2: it is not CSV: field larger than field limit \(131072\)",
        ),
        "line": (
            few + "," * 15_000_000,
            f"Shorts.csv: it has 15,000,003 cells; it may have 2,000,000, {ROOM}",
        ),
        "lines": (
            few + "\n" * 15_000_000,
            f"Shorts.csv: it has 15,000,003 cells; it may have 2,000,000, {ROOM}",
        ),
        "wide": (
            ",".join(f"c{n}" for n in range(1_000_000)),
            "Shorts.csv:1: it has more than 250 columns",
        ),
        "short": (
            ",".join(f"c{n}" for n in range(200)) + "\n" + "x\n" * 300_000,
            f"Shorts.csv:1: it has 300,000 rows; it may have 100,000, {ROOM}",
        ),
        "ones": (
            f"{few}BTC-PERP,{'1' * 32_000}x,1\n",
            r'Shorts.csv:2 contracts: "1{56}\.\.\. is not a number; it must be a number, .*',
        ),
        "size": (
            few + " " * 16_000_000,
            rf"Shorts.csv: it has 16,000,033 bytes; it may have 15,99\d,\d{{3}}, {ROOM}",
        ),
        "emoji": (few + "\U0001f600" * 3_900_000, "Shorts.csv:2: it is not CSV: field larger .*"),
    }
    for name, (content, line) in contents.items():
        made, file = folder(f"csv-{name}")
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield made, line
    for name, target in {
        "out": outside,
        "zero": Path("/dev/zero"),
        "etc": Path("/etc/passwd"),
    }.items():
        made, file = folder(f"link-{name}")
        file.unlink()
        file.symlink_to(target)
        yield made, "Shorts.csv: it is a link out of the folder; put the file itself there"
    made, file = folder("pipe")
    file.unlink()
    os.mkfifo(file)
    yield made, "Shorts.csv: it is no file but a folder, a pipe or a device"
    made, file = folder("folder")
    file.unlink()
    file.mkdir()
    yield made, "Shorts.csv: it is no file but a folder, a pipe or a device"
    made, file = folder("crowd")
    for n in range(1_001):
        (made / f"{n}.csv").touch()
    yield made, f"it has {1_001 + len(SAMPLE):,} CSV files; a folder may have 1,000"


def paths(home):
    """Things that are no files, named as if they were."""
    (home / "zero.json").symlink_to("/dev/zero")
    (home / "random.xlsx").symlink_to("/dev/urandom")
    os.mkfifo(home / "pipe.xlsx")
    for name in ("zero.json", "random.xlsx", "pipe.xlsx"):
        yield home / name, "it is no file but a folder, a pipe or a device"
    (home / "loop.json").symlink_to("loop.json")
    yield home / "loop.json", "there is no such file or folder"
    with (home / "huge.json").open("wb") as stream:
        stream.truncate(1 << 40)  # nothing of it is on the disk
    yield home / "huge.json", f"it has 1,099,511,627,776 bytes; it may have 16,000,000, {ROOM}"


def all_of(home):
    """Every hostile file, written into a folder, with the pattern of its line."""
    for name, content, line in workbooks():
        (home / f"book-{name}.xlsx").write_bytes(content)
        yield home / f"book-{name}.xlsx", line
    for name, content, line in texts():
        written = content if isinstance(content, bytes) else content.encode()
        (home / f"text-{name}.json").write_bytes(written)
        yield home / f"text-{name}.json", line
    yield from folders(home)
    yield from paths(home)
