"""Every call that the oracles make, made again in real spreadsheets."""

import inspect
import json

import numpy as np
import oracles
import pytest
from engines import CallSheet, define
from oracles import CASES, ROWS

import xlhedge
from xlhedge.functions.registry import FUNCTIONS, function


class Recorder:
    """Our functions, that remember how they were called and what they gave."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        call = getattr(xlhedge, name)
        if name.upper() not in {entry.name for entry in FUNCTIONS}:
            return call

        def recorded(*arguments, **named):
            value = call(*arguments, **named)
            names = list(inspect.signature(function(name).body).parameters)
            given = dict(zip(names, arguments, strict=False)) | named
            last = max(map(names.index, given))
            self.calls.append((name.upper(), [given.get(n) for n in names[: last + 1]], value))
            return value

        return recorded


def cell(value):
    return value.item() if isinstance(value, np.generic) else value


def as_cells(argument):
    """An argument as `engines.CallSheet` has it: a range is a tuple of rows."""
    if isinstance(argument, np.ndarray):
        argument = argument.tolist()
    if isinstance(argument, list | tuple):
        rows = [row if isinstance(row, list | tuple) else [row] for row in argument]
        return tuple(tuple(map(cell, row)) for row in rows)
    return cell(argument)


@pytest.fixture(scope="module")
def recorded():
    recorder = Recorder()
    oracles.x, kept = recorder, oracles.x
    try:
        for name, case in CASES.items():
            case(json.loads(ROWS[name]["inputs"]))
    finally:
        oracles.x = kept
    return [(name, list(map(as_cells, given)), value) for name, given, value in recorder.calls]


def book_of(calls):
    sheet, asked = CallSheet(), []
    for name, arguments, value in calls:
        rows = as_cells(value)
        if function(name).columns and isinstance(value, list) and not isinstance(value[0], list):
            rows = (tuple(value),)  # a row of results
        shape = (len(rows), len(rows[0])) if isinstance(rows, tuple) else None
        cells = sheet.add(name, arguments, shape)
        asked.append((name, arguments, rows if shape else ((rows,),), cells))
    return sheet, asked


def wrong(values, asked):
    found = []
    for name, arguments, rows, cells in asked:
        largest = max((abs(v) for row in rows for v in row if isinstance(v, float)), default=0)
        for wanted_row, names in zip(rows, cells, strict=True):
            for wanted, place in zip(wanted_row, names, strict=True):
                got = values.get(place)
                if isinstance(wanted, str):
                    same = got == wanted
                else:
                    allowed = 1e-12 * max(1, largest)
                    same = got == pytest.approx(float(wanted), rel=1e-12, abs=allowed)
                if not same:
                    found.append((name, arguments, wanted, got))
    return found


def test_enough_is_asked(recorded):
    assert len(recorded) > 100
    assert len({name for name, _, _ in recorded}) > 20


def test_ironcalc_makes_the_same_calls_with_lambdas(recorded, ironcalc, tmp_path):
    sheet, asked = book_of(recorded)
    define(sheet.book)
    values = ironcalc.values(sheet.save(tmp_path / "oracles.xlsx"))["Sheet"]
    assert wrong(values, asked) == []


def test_libreoffice_makes_the_same_calls(recorded, libreoffice, tmp_path):
    sheet, asked = book_of(recorded)
    values = libreoffice.values(sheet.save(tmp_path / "oracles.xlsx"))["Sheet"]
    assert wrong(values, asked) == []
    assert len(libreoffice.calls) == len(recorded)
