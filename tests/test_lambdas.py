"""The functions as named LAMBDAs: what IronCalc computes from their texts, and how they are made.

Nothing here was run in Excel.
"""

import re
from dataclasses import replace

import pytest
from cases import Case
from drawn_calls import CASES, TRACEABLE, agrees, cases_of, outcome
from engines import CallSheet, define
from lambda_cases import calls
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.quantity import Domain
from xlhedge.functions.registry import FUNCTIONS, function
from xlhedge.functions.vocabulary import QUANTITIES
from xlhedge.hosts.lambda_helpers import HELPERS, PREFIX
from xlhedge.hosts.lambdas import LAMBDAS, LONGEST_COMMENT, comment, lambda_text, names

DIV0, NA, NUM, VALUE = CellError.DIV0, CellError.NA, CellError.NUM, CellError.VALUE
TEXTS = {entry.name: lambda_text(entry) for entry in LAMBDAS}
EVERY = {name: text for name, text, _ in names()}
LONGEST = 6_800
"""Characters of a text, of the 8,192 that Excel takes of a formula."""

# What a formula's text is made of; a text in quotes is one piece.
PIECE = re.compile(
    r'"(?:[^"]|"")*"|#[A-Z0-9/]+[!?A]|[A-Za-z_][\w.]*\(?|[\d.]+(?:E[+-]?\d+)?|<=|>=|<>|.'
)
OLDER = {
    *("ABS", "COLUMNS", "EXP", "IF", "IFERROR", "INDEX", "INT", "LN", "MATCH"),
    *("MAX", "MID", "MIN", "ROWS", "SMALL", "SUM", "TRANSPOSE", "TRIM"),
}
# Than Excel 2007; files spell them with _xlfn., and FILTER so.
NEWER = {"ISOMITTED", "LAMBDA", "LET", "MAP", "SCAN", "SEQUENCE", "_xlws.FILTER"}

IRONCALC_ONLY = (
    # It takes 1E-200 for 0 in a comparison, so that the price is not above 0.
    (Case("SPOT_NOTIONAL", (1, 1e-200), 1e-200, "a tiny price"), NUM),
    # And numbers less than 2E-16 apart for equal, so that the future does not move.
    (
        Case("MIN_VARIANCE_RATIO", (((1, 2),), ((1e-17, 3e-17),)), 5e16, "tiny moves"),
        DIV0,
    ),
)
"""What IronCalc alone computes otherwise, for a reason of its own, and its answer."""


def locals_of(text):
    return re.findall(r"_xl[po][mp]\.(\w+)", text)


def test_ironcalc_computes_the_cases(ironcalc, tmp_path):
    calls_, asked = CallSheet(), []
    define(calls_.book)
    for case in calls():
        rows = case.expected if isinstance(case.expected, tuple) else ((case.expected,),)
        # One cell is an ordinary formula, as people type it; more are an array formula.
        shape = (len(rows), len(rows[0])) if isinstance(case.expected, tuple) else None
        asked.append((case, rows, calls_.add(case.function, case.arguments, shape)))
    values = ironcalc.values(calls_.save(tmp_path / "cases.xlsx"))["Sheet"]
    wrong = [
        (case, cell, values.get(cell))
        for case, rows, cells in asked
        for wanted_row, cell_row in zip(rows, cells, strict=True)
        for wanted, cell in zip(wanted_row, cell_row, strict=True)
        if not same(values.get(cell), wanted)
    ]
    assert wrong == []
    assert {case.function for case, _, _ in asked} == set(TEXTS)


def test_ironcalc_still_has_its_own_answers(ironcalc, tmp_path):
    sheet = CallSheet()
    define(sheet.book)
    cells = [sheet.add(case.function, case.arguments)[0][0] for case, _ in IRONCALC_ONLY]
    values = ironcalc.values(sheet.save(tmp_path / "own.xlsx"))["Sheet"]
    assert [values.get(cell) for cell in cells] == [answer.code for _, answer in IRONCALC_ONLY]


def test_a_row_of_legs_is_a_row_though_it_be_of_errors(ironcalc, tmp_path):
    book = Workbook()
    define(book)
    sheet = book.active
    sheet["A1"] = "=SUM(IFERROR(SCENARIO_ATTRIBUTION(1,-100,100,-0.5),1))"
    sheet["A2"] = "=COLUMNS(SCENARIO_ATTRIBUTION(1,100,100,-0.5))"
    book.save(tmp_path / "rows.xlsx")
    assert ironcalc.values(tmp_path / "rows.xlsx")["Sheet"] == {"A1": 6, "A2": 6}


def same(got, wanted):
    wanted = wanted.code if isinstance(wanted, CellError) else wanted
    if isinstance(wanted, str) or isinstance(got, str):
        return got == wanted
    return got is not None and got == pytest.approx(wanted, rel=1e-12, abs=1e-9)


@pytest.fixture(scope="module")
def drawn():
    return {e.name: [(case, *outcome(e, case)) for case in cases_of(e)] for e in TRACEABLE}


@pytest.fixture(scope="module")
def computed(drawn, ironcalc, tmp_path_factory):
    """A sheet a function: a call for each case, and beside them one call of all in columns."""
    book = Workbook()
    book.remove(book.active)
    define(book)
    for entry in TRACEABLE:
        sheet, width = book.create_sheet(entry.name), max(1, len(entry.columns))
        columns = [get_column_letter(2 * width + 1 + n) for n in range(len(entry.parameters))]
        for at, (case, _, _) in enumerate(drawn[entry.name], 1):
            for column, cell in zip(columns, case, strict=True):
                sheet[f"{column}{at}"] = cell
            # Left out is an empty cell in every second case, and an empty argument in the others.
            texts = [
                f"{column}{at}" if cell is not None or at % 2 else ""
                for column, cell in zip(columns, case, strict=True)
            ]
            put(sheet, f"A{at}", at, width, f"={entry.name}({','.join(texts)})")
        ranges = [f"{column}1:{column}{CASES}" for column in columns]
        first = f"{get_column_letter(width + 1)}1"
        put(sheet, first, CASES, 2 * width, f"={entry.name}({','.join(ranges)})", array=True)
    path = tmp_path_factory.mktemp("lambdas") / "drawn.xlsx"
    book.save(path)
    return ironcalc.values(path)


def put(sheet, first, last_row, last_column, formula, *, array=False):
    last = f"{get_column_letter(last_column)}{last_row}"
    sheet[first] = ArrayFormula(f"{first}:{last}", formula) if array or first != last else formula


@pytest.mark.parametrize("entry", TRACEABLE, ids=lambda entry: entry.name)
@pytest.mark.parametrize("columns", [False, True], ids=["cells", "columns"])
def test_ironcalc_computes_the_same_for_drawn_arguments(entry, columns, drawn, computed):
    width, wrong = max(1, len(entry.columns)), []
    letters = [get_column_letter(n + 1 + columns * width) for n in range(width)]
    for at, (case, wanted, largest) in enumerate(drawn[entry.name], 1):
        got = [computed[entry.name].get(f"{letter}{at}") for letter in letters]
        wanted_row = wanted if isinstance(wanted, list) else [wanted] * width
        if None in got or not agrees(got, wanted_row, largest):
            wrong.append((case, wanted, got))
    assert wrong == []
    assert at == CASES


def pieces(text):
    return [piece for piece in PIECE.findall(text) if not piece.startswith('"')]


@pytest.mark.parametrize("text", EVERY.values(), ids=EVERY)
def test_functions_that_excel_2007_lacks_are_spelled_as_in_files(text):
    called = {piece[:-1] for piece in pieces(text) if piece[-1] == "(" and len(piece) > 1}
    assert called - {*EVERY} <= OLDER | {f"_xlfn.{name}" for name in NEWER}
    words = {piece for piece in pieces(text) if re.match(r"[A-Za-z_]", piece) and piece[-1] != "("}
    assert {word for word in words if not re.match(r"_xl[po][mp]\.", word)} <= {"TRUE", "FALSE"}


@pytest.mark.parametrize("text", EVERY.values(), ids=EVERY)
def test_excel_takes_its_size(text):
    assert len(text) <= LONGEST
    assert not text.startswith("=")
    depth, deepest = 0, 0
    for piece in pieces(text):
        depth += (piece[-1] == "(") - (piece == ")")
        assert depth >= 0
        deepest = max(deepest, depth)
    assert depth == 0
    assert deepest <= 64
    assert not [
        name for name in re.findall(r"\._?(\w+)", text) if re.fullmatch(r"[A-Za-z]{1,3}\d+", name)
    ]


@pytest.mark.parametrize("entry", LAMBDAS, ids=lambda entry: entry.name)
def test_arguments_are_declared_in_order_and_never_called_as_a_function(entry):
    text = TEXTS[entry.name]
    declared = re.match(r"_xlfn\.LAMBDA\((.*?),_xlfn\.LET\(", text)[1].split(",")
    functions = {other.name for other in FUNCTIONS}
    for parameter, name in zip(entry.parameters, declared, strict=True):
        prefix, spelled = name.split(".")
        assert prefix == ("_xlpm" if parameter.required else "_xlop")
        assert spelled == parameter.name + "_" * (parameter.name.upper() in functions)
    assert text.count("_xlop.") == sum(not parameter.required for parameter in entry.parameters)
    used = set(re.findall(r"_xl[po][mp]\.(\w+)", text))
    assert not {name.upper() for name in used} & (functions | {*HELPERS})


def test_helpers_begin_alike_and_nothing_else_does():
    others = {*TEXTS, *QUANTITIES, *(name for text in EVERY.values() for name in locals_of(text))}
    assert all(name.startswith(PREFIX) for name in HELPERS)
    assert not [name for name in others if name.upper().startswith(PREFIX)]
    assert all(re.fullmatch(r"[A-Z][A-Z\d_]{,254}", name) for name in EVERY)


def test_a_name_stands_behind_those_that_it_calls():
    for entries in ([LAMBDAS[0]], [function("LIQUIDATION_PRICE_TIERED")], LAMBDAS):
        known = set()
        for name, text, said in names(entries):
            called = {word[:-1] for word in pieces(text) if re.match(r"[A-Z]\w*\(", word)}
            assert called - OLDER <= known, name
            known.add(name)
            assert 0 < len(said) <= LONGEST_COMMENT
    assert [name for name, _, _ in names([LAMBDAS[0]])][-1] == "SPOT_NOTIONAL"


def test_no_helper_is_left_that_nothing_calls():
    assert {name for name, _, _ in names()} == {*HELPERS, *TEXTS}


def test_the_checks_are_those_of_the_registry():
    entry = function("SPOT_NOTIONAL")
    price = entry.parameters[1].quantity
    changed = replace(entry, overrides={"spot_price": replace(price, domain=Domain(below=7))})
    assert "XLHEDGE_BELOW_7(_xlpm.got_spot_price)" in lambda_text(changed)
    assert "XLHEDGE_ABOVE_0(_xlpm.got_spot_price)" in TEXTS["SPOT_NOTIONAL"]
    assert "IF(_xlpm.n>0,_xlpm.n,#NUM!)" in HELPERS["XLHEDGE_ABOVE_0"][0]


def test_all_have_one_but_what_takes_errors_too():
    assert [entry.name for entry in FUNCTIONS if entry not in LAMBDAS] == ["HEDGE_EXPLAIN"]
    with pytest.raises(HedgeError, match="HEDGE_EXPLAIN takes whatever a cell holds and has no"):
        lambda_text(function("HEDGE_EXPLAIN"))


def test_comments_fit_and_say_what_it_is_for():
    for entry in FUNCTIONS:
        assert entry.summary in comment(entry)
        assert len(comment(entry)) <= LONGEST_COMMENT
    assert comment(function("BASIS")).startswith("BASIS(futures_price, spot_price): How far")
