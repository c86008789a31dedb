"""Every error of ours is of one of three kinds, and one function tells them all."""

import ast
import errno
import os
import pickle
import sqlite3
from importlib import import_module

import pytest
from house import House
from typer.testing import CliRunner

from xlhedge import errors
from xlhedge.cli import app

KINDS = (errors.InputError, errors.MachineError, errors.Stopped)
SIGNALS = {"functions/short_columns", "portfolio/rows", "readers/filled_rows", "readers/sheet_xml"}
"""Modules whose exceptions never leave them: they end a check, and nobody is told."""


def test_errors_are_defined_in_one_module_and_of_three_kinds():
    house, elsewhere = House(), set()
    for path, tree in house.trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base) for base in node.bases}
                if any(base.endswith(("Error", "Exception", "Stopped")) for base in bases):
                    elsewhere.add(house.name(path))
    assert elsewhere - SIGNALS == {"errors"}
    ours = [each for each in vars(errors).values() if isinstance(each, type)]
    raised = [each for each in ours if issubclass(each, BaseException)]
    assert {*KINDS} < {*raised}
    assert all(issubclass(each, KINDS) for each in raised)
    assert not any(issubclass(one, two) for one in KINDS for two in KINDS if one is not two)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.InputError("name an input"), ["x: name an input"]),
        (errors.MachineError("one\ntwo"), ["x: one", "x: two"]),
        (errors.Stopped(), ["x: stopped"]),
        (errors.HedgeError("is empty", argument="price"), ["x: price: is empty"]),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), ["x: No space left on device"]),
        (OSError(errno.EACCES, "Permission denied", "y"), ["y: Permission denied"]),
        (OSError("odd"), ["x: odd"]),
        (FileExistsError(17, "File exists", "y"), ["y: is a file; the output must be a folder"]),
        (MemoryError(), ["x: it takes more memory than there is"]),
        (ZeroDivisionError("a"), ["x: xlhedge failed: ZeroDivisionError: a; please report it"]),
    ],
)
def test_a_person_reads_where_and_what(error, told):
    assert errors.error_lines(error, "x") == told
    bare = [line.removeprefix("x: ") for line in told]
    assert errors.error_lines(error) == bare


@pytest.mark.parametrize(
    "error",
    [
        errors.PortfolioError([errors.Problem("A1", "is empty", "asset")]),
        errors.NotAWorkbook("it is damaged", "xl/workbook.xml"),
        errors.MachineError("x: is missing"),
        errors.Stopped("the disk is full", 2),
    ],
)
def test_errors_travel_between_processes_whole(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (KeyError("x"), 2, "xlhedge: xlhedge failed: KeyError: 'x'; please report it\n"),
        (OSError(28, "No space left on device"), 2, "xlhedge: No space left on device\n"),
        (errors.Stopped(signal=15), 143, ""),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
    ],
)
def test_what_stops_a_command_is_told_in_a_line(raised, status, told, monkeypatch):
    def fail(*_):
        raise raised

    monkeypatch.setattr(import_module("xlhedge.cli.calc"), "function", fail)
    done = CliRunner().invoke(app, ["calc", "NET_DELTA", "1", "2", "3"])
    assert (done.exit_code, done.stderr) == (status, told)


@pytest.mark.parametrize("command", [["report"], ["check"]])
def test_a_disk_without_room_for_temporary_files_is_told(command, monkeypatch, tmp_path):
    def full(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("sqlite3.connect", full)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*command, "a.xlsx"])
    assert done.exit_code == 2
    assert done.stderr == "xlhedge: temporary files: database or disk is full\n"
