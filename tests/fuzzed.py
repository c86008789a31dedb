"""What a fuzzer and its corpus try: whatever bytes a reader gets, only a `HedgeError` comes out."""

import csv
import io
import json
import zipfile
from io import BytesIO

import portfolios

from xlhedge.analysis import analyse
from xlhedge.errors import HedgeError
from xlhedge.portfolio import PortfolioError
from xlhedge.readers import Content, Limits, read_content

BETWEEN = b"\x1e\n"  # the tables of a folder in one file
FOLDER = (
    *("Settings", "Holdings", "Instruments", "Tiers", "Shorts", "Scenarios", "History"),
    *("Accounts", "Sources"),
)
"""The order of these tables: new ones are last, so that old cases keep their meaning."""
LIMITS = Limits(0.5)
KINDS = {"json": ".json", "folder": ".txt", "workbook": ".xlsx"}
"""The readers, and how the names of their cases end."""


def content_of(kind, data):
    """The content that bytes stand for."""
    if kind != "folder":
        return Content(f"fuzz{KINDS[kind]}", data)
    files = {f"{name}.csv": part for name, part in zip(FOLDER, data.split(BETWEEN), strict=False)}
    return Content("fuzz", {name: part for name, part in files.items() if part})


def outcome(kind, data):
    """What comes of bytes: "read", "refused", or "not analysed"; any other exception is a fault."""
    try:
        portfolio = read_content(content_of(kind, data), LIMITS)
    except PortfolioError as error:
        lines = [str(problem) for problem in error.problems]
        assert lines
        assert all(line and "\n" not in line and len(line) < 1_000 for line in lines), lines
        return "refused"
    str(portfolio.warnings)
    try:
        analyse(portfolio)
    except HedgeError:
        return "not analysed"
    return "read"


def seeds():
    """A good case of each kind."""
    tables = portfolios.SAMPLE
    yield "json", json.dumps(tables).encode()
    parts = []
    for name in FOLDER:
        stream = io.StringIO(newline="")
        headers, rows = portfolios.grid(name, tables[name])
        csv.writer(stream).writerows([headers, *rows])
        parts.append(stream.getvalue().encode())
    yield "folder", BETWEEN.join(parts)
    stream = BytesIO()
    portfolios.book_of(tables).save(stream)
    yield "workbook", packed(unpacked(stream.getvalue()))


def unpacked(data):
    """The parts of an archive that a reader looks at."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = [
            name
            for name in archive.namelist()
            if "docProps" not in name and "theme" not in name and not name.startswith("[")
        ]
        return {name: archive.read(name) for name in names}


def packed(parts):
    """An archive of parts; not compressed, so that a fuzzer sees what is in it."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return stream.getvalue()
