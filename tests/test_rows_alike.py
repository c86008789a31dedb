"""Rows of a sheet that are laid out alike: each is read as if it stood alone, or refused."""

import random
import re

import pytest

from xlhedge.errors import NotAWorkbook
from xlhedge.readers.filled_rows import IS_FORMULA, NotPlain, SheetRows

NUMBER = '<c r="{}{}" s="{}"><v>{}</v></c>'
TEXT = '<c r="{}{}" s="{}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>'
SHARED_TEXT = '<c r="{}{}" s="{}" t="s"><v>{}</v></c>'
FORMULA = '<c r="{}{}" s="{}"><f>{}</f><v>1</v></c>'
SHARED_FORMULA = '<c r="{}{}" s="{}"><f t="shared" si="0"/><v>{}</v></c>'
BLANK = '<c r="{}{}" s="{}"/>'
EMPTY = '<c r="{}{}" s="{}"><v></v></c>'
OWN_STYLE = '<c r="{0}{1}" s="{1}"><v>{3}</v></c>'
LAYOUTS = [
    [NUMBER, TEXT, NUMBER, BLANK],
    [NUMBER, TEXT, BLANK, NUMBER],
    [BLANK, BLANK, BLANK],
    [EMPTY, NUMBER],
    [TEXT, FORMULA],
    [SHARED_FORMULA, TEXT],
    [TEXT, NUMBER, SHARED_TEXT],
    [OWN_STYLE, TEXT],
]
HELD = ["1", "-2.5E-05", "+7", " 8 ", "x", "&quot;9", "&lt;v&gt;", "12", 'a"b', "a>b"]
PIECES = [
    *("\0", "\1", '\0"', "\1/v", '"', "<", ">", "/", " ", "7", '8"', "A\0", ' s="12"', ' x="11"'),
    *("<v>", "</v>", "<v>1</v>", "<f>1</f>", "</c>", '<c r="B11"/>', "</row>", '<row r="11">'),
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
            own = [plain or value or text for *_, plain, value, text in alike.cells]
            assert not alike.held or not any(map(IS_FORMULA, alike.cells))
            for number, held in zip(alike.numbers, alike.held or [own], strict=True):
                for column, cell, value in zip(alike.columns, alike.cells, held, strict=True):
                    assert (number, column) not in cells
                    cells[number, column] = (*cell[1:5], value)
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
