"""Rows of a sheet that are laid out alike: each is read as if it stood alone, or refused."""

import random
import re

import pytest

from xlhedge.errors import NotAWorkbook
from xlhedge.readers.filled_rows import NotPlain, SheetRows, held_in, with_text

NUMBER = '<c r="{}{}" s="{}"><v>{}</v></c>'
TEXT = '<c r="{}{}" s="{}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>'
SHARED_TEXT = '<c r="{}{}" s="{}" t="s"><v>{}</v></c>'
FORMULA = '<c r="{}{}" s="{}"><f>{}</f><v>1</v></c>'
EMPTY_FORMULA = '<c r="{}{}" s="{}" t="str"><f>{}</f><v></v></c>'
SPOILED_FORMULA = '<c r="{}{}" s="{}"><f a="x>">{}</f><v>1</v></c>'
SHARED_FORMULA = '<c r="{}{}" s="{}"><f t="shared" si="0"/><v>{}</v></c>'
BLANK = '<c r="{}{}" s="{}"/>'
EMPTY = '<c r="{}{}" s="{}"><v></v></c>'
OWN_STYLE = '<c r="{0}{1}" s="{1}"><v>{3}</v></c>'
LAYOUTS = [
    [NUMBER, TEXT, NUMBER, BLANK],
    [NUMBER, TEXT, BLANK, NUMBER],
    [BLANK, BLANK, BLANK],
    [EMPTY, NUMBER],
    [BLANK, EMPTY],
    [NUMBER + "\n", TEXT],
    [EMPTY_FORMULA, TEXT],
    [SPOILED_FORMULA, NUMBER],
    [TEXT, FORMULA],
    [SHARED_FORMULA, TEXT],
    [TEXT, NUMBER, SHARED_TEXT],
    [OWN_STYLE, TEXT],
]
HELD = ["1", "-2.5E-05", "+7", " 8 ", "x", "&quot;9", "&lt;v&gt;", "12", 'a"b', "a>b"]
PIECES = [
    *("\0", "\1", '\0"', "\1/v", '"', "<", ">", "/", " ", "7", '8"', "A\0", ' s="12"', ' x="11"'),
    *("<v>", "</v>", "<v>1</v>", "<f>1</f>", "</c>", '<c r="B11"/>', "</row>", '<row r="11">'),
    *('"', "</f>", "<f>", '<f a=">">', 'a="'),
    *('<row r="30"/>', '<c r="C12"><v>3</v></c>', "<!-- -->", "\n", "x", "é"),
]


def row_of(number, layout, draw):
    """A row as a spreadsheet writes it."""
    cells = [
        cell.format(name, number, style, draw.choice(HELD))
        for name, style, cell in zip("ABCD", (1, 12, 1, 3), layout, strict=False)
    ]
    look = draw.choice(["", "", "", ' spans="1:4"'])
    return f'<row r="{number}"{look}>{"".join(cells)}</row>' + draw.choice(["", "", "\n"])


def spoiled(row, draw):
    """A row into which a person, or somebody worse, has put something."""
    place, number = draw.randrange(1, len(row)), re.search("[0-9]+", row)[0]
    return draw.choice(
        [
            row[:place] + draw.choice(PIECES) + row[place + draw.choice([0, 0, 1, 5]) :],
            re.sub(f'(?<=A){number}"', "\0", row),
            re.sub(">[^<]+<", "\1", row, count=1),
            re.sub(">[^<]+<", ">z<", row, count=draw.choice([0, 1])),
            re.sub(f'"{number}"', f'"{int(number) - 1}"', row),
            re.sub(f'{number}"', f'{int(number) - 1}"', row),
        ]
    )


def found(*rows):
    """What is found in rows that stand below each other; None where they are refused."""
    xml = "".join(rows).encode()
    cells = {}
    try:
        for alike in SheetRows(xml, 0, len(xml), "s"):
            own = [each for cell in alike.cells for each in held_in(cell) if each]
            for number, held in zip(alike.numbers, alike.held or [own], strict=True):
                pieces = iter(held)
                for column, cell in zip(alike.columns, alike.cells, strict=True):
                    text, value = (each and next(pieces) for each in held_in(cell))
                    formula = with_text(cell[3], text) if text else cell[3]
                    assert (number, column) not in cells
                    cells[number, column] = (*cell[1:3], formula, cell[4], value)
                assert not [*pieces]
    except (NotPlain, NotAWorkbook):
        return None
    return cells


@pytest.mark.parametrize("seed", range(4))
def test_a_row_among_others_is_read_as_alone(seed):
    draw = random.Random(seed)  # noqa: S311  # the same rows in every run
    refused = 0
    for _ in range(250):
        layouts, first = draw.choices(LAYOUTS, k=2), draw.choice([1, 5, 9])
        numbers = [first + n for n in range(16) if draw.random() < 0.9]
        rows = [row_of(number, draw.choice(layouts), draw) for number in numbers]
        if draw.random() < 0.7:
            at = draw.randrange(len(rows))
            rows[at] = spoiled(rows[at], draw)
        together = found(*rows)  # first: what a pattern went through is kept
        alone = [found(row) for row in rows]
        told = re.findall('<row r="([0-9]+)"', "".join(rows))
        if None in alone or len(set(told)) < len(told):
            refused += 1
            assert together is None, rows
        else:
            assert together == {place: each for cells in alone for place, each in cells.items()}
    assert 50 < refused < 200


def test_thousands_of_rows_are_all_read():
    rows = [
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="C{n}"><f>A{n}</f><v>x{n}</v></c></row>'
        for n in range(1, 4_001)
    ]
    cells = found(*rows)
    assert len(cells) == 8_000
    assert all(cells[n, 1][-1] == b"%d" % n for n in range(1, 4_001))
    assert all(cells[n, 3][-3:] == (b"<f>A%d</f>" % n, b"<v", b"x%d" % n) for n in range(1, 4_001))
