"""Files that were made to do harm: each ends in one clear line, soon, in little memory."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("resource")  # symbolic links, pipes and memory as Unix has them

import hostile
import portfolios
from batches import HANGS

from xlhedge.portfolio import PortfolioError
from xlhedge.readers import Content, Limits, load, read, read_content

pytestmark = pytest.mark.long

XLHEDGE = Path(sys.executable).with_name("xlhedge")
MEASURED = Path(__file__).with_name("measured.py")


def measured(*command):
    """What a command said, when, and with how much memory."""
    done = subprocess.run(
        [sys.executable, MEASURED, *command],
        capture_output=True,
        text=True,
        check=True,
        timeout=HANGS,
    )
    return json.loads(done.stdout)


def test_every_hostile_file_ends_in_one_line_within_two_seconds_and_300_mb(tmp_path):
    home = tmp_path / "in"
    home.mkdir()
    cases = [(home / "first.json", "there is no such file or folder"), *hostile.all_of(home)]
    there = sorted(tmp_path.rglob("*"))
    inputs = (path for path, _ in cases)
    options = ("-o", tmp_path / "out", "--json", "--jobs", "1")  # each is told when it is done
    told = measured(XLHEDGE, "report", *inputs, *options)
    *outcomes, end = (json.loads(line) for line, _ in told["lines"])
    times = [time for _, time in told["lines"]]
    assert len(cases) > 100
    for outcome, (path, pattern) in zip(outcomes, cases, strict=True):
        assert (outcome["input"], outcome["report"]) == (str(path), None)
        (line,) = outcome["errors"]
        assert line == pattern or re.fullmatch(pattern, line), (path, line)
    slowest = max(
        (after - before, line)
        for (line, after), before in zip(told["lines"][1:], times, strict=False)
    )
    assert slowest[0] < 2, slowest
    assert told["megabytes"] < 300
    assert (told["status"], told["said"], end["failed"]) == (2, "", len(cases))
    assert sorted(tmp_path.rglob("*")) == there


@pytest.mark.parametrize(
    "changes",
    [
        {"../../evil.txt": b"x", "/etc/evil.txt": b"x", "C:\\evil.txt": b"x"},
        {"[Content_Types].xml": b"<Types/>"},
        {"[Content_Types].xml": b"no XML"},
        {"content.xml": b"<office:document/>", "mimetype": b"application/vnd.oasis"},
        {
            hostile.SHORTS: lambda part: part.replace(
                b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
            )
        },
        {hostile.SHORTS: hostile.rows("<row r='1048576' ht='15'/>")},
        {hostile.SHORTS: hostile.rows("<row r='1048576'><c r='XFD1048576' s='0'/></row>")},
        {
            hostile.SHORTS_TABLE: lambda part: re.sub(
                rb'(ref="A1:[A-Z]+)3"', rb'\g<1>1048576"', part
            )
        },
        {f"xl/media/{number}": b"x" for number in range(4_900)},
        {"xl/media/video": bytes(7_000_000)},
    ],
    ids=lambda changes: next(iter(changes))[:20],
)
def test_what_looks_hostile_but_does_no_harm_is_read(tmp_path, changes):
    path = tmp_path / "book.xlsx"
    path.write_bytes(hostile.book(changes))
    assert read(path) == read(portfolios.write_json(tmp_path / "plain.json", portfolios.SAMPLE))
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["book.xlsx", "plain.json"]


def test_links_inside_a_folder_and_a_link_to_a_file_are_followed(tmp_path):
    folder = portfolios.write_csv(tmp_path / "folder", portfolios.SAMPLE)
    (folder / "Shorts.csv").rename(folder / "mine.txt")
    (folder / "Shorts.csv").symlink_to("mine.txt")
    (tmp_path / "link").symlink_to(folder)
    portfolio = read(tmp_path / "link")
    assert len(portfolio.shorts) == 2
    portfolios.write_json(tmp_path / "real.json", portfolios.SAMPLE)
    (tmp_path / "link.json").symlink_to("real.json")
    assert read(tmp_path / "link.json") == portfolio


def test_limits_are_raised_by_an_option(tmp_path):
    short = json.dumps(portfolios.SAMPLE)
    path = tmp_path / "long.json"
    path.write_text(short + " " * 16_000_000, "utf-8")
    with pytest.raises(PortfolioError, match="it may have 16,000,000"):
        read(path)
    assert read(path, Limits(20)).settings.portfolio == "Treasury"
    command = [XLHEDGE, "check", path, "--max-size", "20"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    told = subprocess.run(
        [XLHEDGE, "check", path, "--max-size", "0.01"], capture_output=True, text=True, check=False
    )
    assert "it may have 10,000, unless" in told.stderr


def test_a_sheet_within_raised_limits_is_read(tmp_path):
    path = tmp_path / "book.xlsx"
    beside = f"<row r='150000'><c r='{hostile.BESIDE}150000'><v>1</v></c></row>"
    path.write_bytes(hostile.book({hostile.SHORTS: hostile.rows(beside)}))
    with pytest.raises(PortfolioError, match=rf"Shorts!{hostile.BESIDE}150000: the sheet is"):
        read(path)
    assert len(read(path, Limits(40)).shorts) == 2


def test_the_bytes_that_are_hashed_are_those_that_are_read(tmp_path):
    path = portfolios.write_workbook(tmp_path / "book.xlsx", portfolios.SAMPLE)
    content = load(path)
    told = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True)
    assert told.stdout.split()[0] == content.sha256
    path.write_bytes(b"")
    assert read_content(content).settings.portfolio == "Treasury"


def test_a_folder_s_hash_is_of_what_sha256sum_says_of_its_tables(tmp_path):
    folder = portfolios.write_csv(tmp_path / "folder", portfolios.SAMPLE)
    (folder / "notes.csv").write_text("mine", "utf-8")
    names = sorted(path.name for path in folder.iterdir() if path.name != "notes.csv")
    sums = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, check=True).stdout
    whole = subprocess.run(["sha256sum"], input=sums, capture_output=True, check=True).stdout
    content = load(folder)
    assert content.sha256 == whole.decode().split()[0]
    assert read_content(Content(content.name, dict(content.body))) == read(folder)


def test_two_files_of_one_table_are_told(tmp_path):
    folder = portfolios.write_csv(tmp_path / "folder", portfolios.SAMPLE)
    (folder / "Shorts.CSV").write_text("instrument\n", "utf-8")
    with pytest.raises(PortfolioError, match='it is there twice, as "Shorts" and "Shorts"'):
        read(folder)


def test_what_is_wrong_is_counted_and_the_first_twenty_are_told(tmp_path):
    for count, more in ((21, "and 1 more"), (5_000, "and 980 more, or even more than that")):
        tables = portfolios.sample(History=[{"time": "x", "symbol": "BTC", "close": 1}] * count)
        with pytest.raises(PortfolioError) as caught:
            read(portfolios.write_json(tmp_path / "plain.json", tables))
        lines = [str(problem) for problem in caught.value.problems]
        assert lines[0].startswith('History[0] time: "x" is not a date')
        assert lines[19].startswith('History[19] time: "x" is not a date')
        assert lines[20:] == [more]


def test_long_strings_and_formats_cost_little_and_are_read(tmp_path):
    path = tmp_path / "book.xlsx"
    cell = '<row r="{0}"><c r="{1}{0}" t="s"><v>0</v></c></row>'
    many = "".join(cell.format(n, hostile.BESIDE) for n in range(9, 1_009))
    changes = {hostile.SHORTS: hostile.rows(many)}
    strings = hostile.strings(0, 1_000_000)
    path.write_bytes(hostile.with_part("sharedStrings", "xl/sharedStrings.xml", strings, changes))
    assert len(read(path).shorts) == 2
    formats = f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 60_000}"/></numFmts>'
    uses = '<xf numFmtId="200"/>' * 2_000
    styles = f"{formats}<cellXfs>{uses}</cellXfs>"
    sheet = f'<styleSheet xmlns="{hostile.MAIN}">{styles}</styleSheet>'
    path.write_bytes(hostile.book({"xl/styles.xml": sheet.encode()}))
    assert len(read(path).shorts) == 2
