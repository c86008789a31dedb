"""The VBA of our Excel add-in: its text, and what its functions do when LibreOffice runs them.

LibreOffice runs all of the generated VBA but the help for the function wizard, which only Excel
has. In the place of Python a stand-in for ``XLPy``, in Basic, tells what it was asked, or gives an
answer that the first argument asks for, of the shapes in which xlwings hands answers over.

What LibreOffice does otherwise than Excel: it shows an error of ``CVErr`` as the text
"Error 2036", reads a cell's error as 0, and passes 0 for an argument left out between others. So
the calls with errors and such arguments are made from Basic. And it does not say which cell is
calling, and takes any error for an argument left out: two more stand-ins.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from engines import LibreOffice
from vba import run_in_libreoffice

from xlhedge.errors import HedgeError
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts import addin_udfs
from xlhedge.hosts.excel import wrappers
from xlhedge.hosts.spelling import spelled

SOURCES = wrappers.our_modules()
EXPLAINING = [entry for entry in FUNCTIONS if entry.parameters[0].quantity.kind == "any"]
COMPUTING = [entry for entry in FUNCTIONS if entry not in EXPLAINING]
FIRST, SECOND = COMPUTING[0], COMPUTING[5]
by_name = pytest.mark.parametrize("entry", FUNCTIONS, ids=lambda entry: entry.name)
computing = pytest.mark.parametrize("entry", COMPUTING, ids=lambda entry: entry.name)

# ----------------------------------------------------------------------------- what stands in Excel


PYTHON = {
    "Sheet1": """\
Option Explicit

Public Function CallUDF(module As Variant, name As Variant, arguments As Variant, _
        Optional workbook As Variant, Optional caller As Variant) As Variant
    Dim asked As Variant, grid(0 To 1, 0 To 2) As Variant, place As Long, echo As String
    asked = arguments(0)
    If IsArray(asked) Then
    ElseIf Left$(CStr(asked), 1) = "!" Then
        place = InStr(asked, "@")
        SetCaller Mid$(asked, place + 1)
        Select Case Left$(asked, place - 1)
        Case "!number"
            CallUDF = 2.5
        Case "!true"
            CallUDF = True
        Case "!text"
            CallUDF = "contango"
        Case "!error"
            CallUDF = "#XLERR2042|" & name & ": why"
        Case "!passed"
            CallUDF = "#XLERR2042|" & name & ": its cell holds #N/A"
        Case "!row"
            CallUDF = Array("#XLERR2036|first", 1.5, "#XLERR2007|by zero")
        Case "!grid"
            grid(0, 0) = "#XLERR2036|first"
            grid(0, 1) = 2.5
            grid(0, 2) = "contango"
            grid(1, 0) = True
            grid(1, 1) = "#XLERR2015|middle"
            grid(1, 2) = "#XLERR2042|last"
            CallUDF = grid
        Case "!raise"
            Err.Raise 1000, , "Traceback" & vbCrLf & "ModuleNotFoundError: xlhedge"
        End Select
        Exit Function
    End If
    echo = module & " " & name & " " & IsMissing(workbook) & IsMissing(caller)
    For place = LBound(arguments) To UBound(arguments)
        echo = echo & "; " & Described(arguments(place))
    Next place
    CallUDF = echo
End Function

Private Function Described(value As Variant) As String
    Dim down As Long, across As Long
    If Not IsArray(value) Then
        Described = TypeName(value) & " " & CStr(value)
        Exit Function
    End If
    Described = "["
    For down = LBound(value, 1) To UBound(value, 1)
        For across = LBound(value, 2) To UBound(value, 2)
            Described = Described & Described1(value(down, across)) & ","
        Next across
        Described = Described & "/"
    Next down
    Described = Described & "]"
End Function

Private Function Described1(value As Variant) As String
    Described1 = TypeName(value) & " " & CStr(value)
End Function
"""
}
XLWINGS = {
    "xlwings": """\
Option Explicit
Public tries As Long
Public ended As Long
Private calling As String

Public Function XLPy()
    tries = tries + 1
    Set XLPy = Sheet1
End Function

Public Sub KillPy()
    ended = ended + 1
End Sub

Public Function GetConfig(key As String, Optional default As String = "") As Variant
    If key = "INTERPRETER_WIN" Then GetConfig = "C:\\py\\Scripts\\python.exe"
    If key = "PYTHONPATH" Then GetConfig = "C:\\py\\Lib\\site-packages"
End Function

Public Sub SetCaller(cell As String)
    calling = cell
End Sub

Public Function StandInIsMissing(Optional value As Variant) As Boolean
    If IsObject(value) Then Exit Function
    If Not IsMissing(value) Then Exit Function
    StandInIsMissing = True
    On Error GoTo done
    If Left$(CStr(value), 8) = "Error 20" Then StandInIsMissing = False
done:
End Function

Public Function StandInCaller()
    ' Excel says Error 2023 where no cell is calling.
    If calling = "" Then
        StandInCaller = CVErr(2023)
    Else
        Set StandInCaller = ThisWorkbook.Worksheets(1).Range(calling)
    End If
End Function
"""
}
UNREACHABLE = {
    "xlwings": XLWINGS["xlwings"].replace(
        "    Set XLPy = Sheet1\n",
        '    Err.Raise 1, , "Could not load xlwings64-0.37.8.dll" & vbCrLf & "from C:\\py"\n',
    ),
}
ENDED = {
    "xlwings": XLWINGS["xlwings"].replace(
        "    Set XLPy = Sheet1\n",
        '    If ended = 0 Then Err.Raise 1, , "The RPC server is unavailable"\n'
        "    Set XLPy = Sheet1\n",
    ),
}


def stand_in(source: str, *names: str) -> str:
    """The bridge with stand-ins for what is otherwise in LibreOffice."""
    for name, times in (("Application.Caller", 2), ("IsMissing", 1)):
        assert source.count(name) == times
        if name in names:
            source = source.replace(name, f"StandIn{name.rpartition('.')[2]}")
    return source


class Project:
    """Formulas and functions in Basic, computed at once.

    Args:
        modules: what stands in the place of Python, texts of modules by name.
        caller: whether the stand-in says which cell is calling.
    """

    def __init__(self, *modules: dict[str, str], caller: bool = True) -> None:
        self.sources = dict(SOURCES)
        for others in modules:
            self.sources |= others
        names = ["IsMissing", "Application.Caller"][: 1 + caller]
        self.sources["HedgeBridge"] = stand_in(SOURCES["HedgeBridge"], *names)
        self.driver = "Option Explicit\n"
        self.formulas: dict[str, str] = {}
        self.values: dict[str, object] = {}
        self.places: dict[object, str] = {}

    def add(self, key: object, formula: str, shape: tuple[int, int] | None = None) -> None:
        """A formula, in rows of its own in columns A to C."""
        row = 3 * len(self.formulas) + 1
        last = f":{'ABC'[shape[1] - 1]}{row + shape[0] - 1}" if shape else ""
        self.places[key] = f"A{row}{last}"
        self.formulas[self.places[key]] = formula

    def run(self, key: object, *lines: str) -> None:
        """A function in Basic, called by a formula; its last line sets ``result``."""
        name = f"Driver_{len(self.formulas)}_"
        body = "".join(f"    {line}\n" for line in lines)
        self.driver += (
            f"Public Function {name}() As Variant\n    Dim result As Variant, unused As Variant\n"
            f"{body}    {name} = result\nEnd Function\n"
        )
        self.add(key, f"={name}()")

    def computed(self, office: LibreOffice, folder: Path) -> dict[object, object]:
        """By key, a value or rows of them."""
        modules = {**self.sources, "Drivers": self.driver}
        found = run_in_libreoffice(office, folder, modules, self.formulas, self.values)
        return {key: self._shown(place, found) for key, place in self.places.items()}

    @staticmethod
    def _shown(place: str, found: dict[str, object]) -> object:
        first, colon, last = place.partition(":")
        if not colon:
            return found[first]
        rows = range(int(first[1:]), int(last[1:]) + 1)
        letters = "ABC"[: "ABC".index(last[0]) + 1]
        return [[found[f"{letter}{row}"] for letter in letters] for row in rows]


# ---------------------------------------------------------------------------- arguments, as they go

# Two cells, a block, a row and a column; an empty cell in each range. G1 is empty.
VALUES = {"E1": 7.5, "E2": "inverse", "F1": True, "I1": 1, "J1": 2.5}
CELLS = {
    "E1": "Double 7.5",
    "E2": "String inverse",
    "F1": "Boolean True",
    "G1": "Empty ",
    "E1:F2": "[Double 7.5,Boolean True,/String inverse,Empty ,/]",
    "I1:K1": "[Double 1,Double 2.5,Empty ,/]",
    "I1:I2": "[Double 1,/Empty ,/]",
    "0.5": "Double 0.5",
    '"linear"': "String linear",
    '""': "String ",
}


def expected_echo(entry, arguments):
    rest = ["Empty "] * (len(entry.parameters) - len(arguments))
    return "; ".join([f"xlhedge.hosts.addin_udfs {entry.name} TrueTrue", *arguments, *rest])


def required(entry):
    return sum(parameter.required for parameter in entry.parameters)


@pytest.fixture(scope="module")
def echoes(macro_libreoffice, tmp_path_factory):
    """What Python is asked, for calls of every function; with no cell calling."""
    project = Project(PYTHON, XLWINGS, caller=False)
    project.values = VALUES
    texts = [*CELLS]
    for entry in FUNCTIONS:
        most = len(entry.parameters)
        numbers = [str(n + 1) for n in range(most)]
        project.add((entry.name, "all"), f"={entry.name}({','.join(numbers)})")
        project.add((entry.name, "least"), f"={entry.name}({','.join(numbers[: required(entry)])})")
        for turn in range(0, len(texts), 3):
            given = [texts[(turn + place) % len(texts)] for place in range(most)]
            project.add((entry.name, "kinds", turn), f"={entry.name}({','.join(given)})")
        for left in range(required(entry), most):
            given = [*numbers[:left], "", *numbers[left + 1 :]]
            while given[-1] == "":
                given.pop()
            project.run((entry.name, "without", left), f"result = {entry.name}({', '.join(given)})")
        for wrong in range(most):
            given = [*numbers[:wrong], "CVErr(2042)", *numbers[wrong + 1 :]]
            project.run((entry.name, "error", wrong), f"result = {entry.name}({', '.join(given)})")
    return project.computed(macro_libreoffice, tmp_path_factory.mktemp("echoes"))


@by_name
def test_all_arguments_go_in_their_order(echoes, entry):
    numbers = [f"Double {n + 1}" for n in range(len(entry.parameters))]
    assert echoes[entry.name, "all"] == expected_echo(entry, numbers)
    assert echoes[entry.name, "least"] == expected_echo(entry, numbers[: required(entry)])


@by_name
@pytest.mark.parametrize("turn", range(0, len(CELLS), 3))
def test_cells_ranges_and_constants_go_as_they_are(echoes, entry, turn):
    said = [*CELLS.values()]
    given = [said[(turn + place) % len(said)] for place in range(len(entry.parameters))]
    assert echoes[entry.name, "kinds", turn] == expected_echo(entry, given)


@by_name
def test_an_argument_left_out_goes_as_nothing(echoes, entry):
    most = len(entry.parameters)
    for left in range(required(entry), most):
        # Basic's own whole numbers are Integers; Excel's are Doubles.
        numbers = [f"Integer {n + 1}" for n in range(most)]
        numbers[left] = "Empty "
        assert echoes[entry.name, "without", left] == expected_echo(entry, numbers)


@by_name
def test_an_error_goes_as_an_error(echoes, entry):
    most = len(entry.parameters)
    for wrong in range(most):
        numbers = [f"Integer {n + 1}" for n in range(most)]
        numbers[wrong] = "Error Error 2042"
        assert echoes[entry.name, "error", wrong] == expected_echo(entry, numbers)


# ---------------------------------------------------------------------------- answers, as they come

ANSWERS = {
    "!number": 2.5,
    "!true": 1,  # LibreOffice's TRUE
    "!text": "contango",
    "!error": "Error 2042",
    "!raise": "Error 2015",
    "!row": [["Error 2036", 1.5, "Error 2007"]],
    "!grid": [["Error 2036", 2.5, "contango"], [1, "Error 2015", "Error 2042"]],
}
"""What a cell shows, by what Python is asked for."""


def asked(entry, what):
    """The arguments of a call that makes the stand-in for Python answer so."""
    return ", ".join([f'"{what}"', *["1"] * (required(entry) - 1)])


@pytest.fixture(scope="module")
def shown(macro_libreoffice, tmp_path_factory):
    """What every function makes of each answer."""
    project = Project(PYTHON, XLWINGS)
    for entry in COMPUTING:
        for what, answer in ANSWERS.items():
            shape = (len(answer), len(answer[0])) if isinstance(answer, list) else None
            project.add((entry.name, what), f"={entry.name}({asked(entry, f'{what}@$M$5')})", shape)
    for what, answer in ANSWERS.items():
        shape = (len(answer), len(answer[0])) if isinstance(answer, list) else None
        project.add(what, f"={FIRST.name}({asked(FIRST, f'{what}@')})", shape)
    return project.computed(macro_libreoffice, tmp_path_factory.mktemp("shown"))


@computing
@pytest.mark.parametrize("what", ANSWERS)
def test_errors_are_error_values_alone_and_inside_arrays(shown, entry, what):
    assert shown[entry.name, what] == ANSWERS[what]


@pytest.mark.parametrize("what", ANSWERS)
def test_errors_are_error_values_where_no_cell_is_calling(shown, what):
    assert shown[what] == ANSWERS[what]


# ---------------------------------------------------------------------- messages, for HEDGE_EXPLAIN

(EXPLAIN,) = [entry.name for entry in EXPLAINING]


def calls(entry, what):
    return f"unused = {entry.name}({asked(entry, what)})"


def explains(cell):
    return f'result = {EXPLAIN}(ThisWorkbook.Worksheets(1).Range("{cell}"))'


# What Excel would show in these cells.
IN_CELLS = {"M1": "Error 2042", "M2": "Error 2036", "M3": "Error 2015", "M4": 2.5}
ASKED = f"xlhedge.hosts.addin_udfs {EXPLAIN} TrueTrue; "


@pytest.fixture(scope="module")
def stories(macro_libreoffice, tmp_path_factory):
    """What is explained after some calls; each with its own cells, for they share a memory."""
    project = Project(PYTHON, XLWINGS)
    project.values = {
        **IN_CELLS,
        **{f"{column}{row}": "Error 2042" for column in "NOPQR" for row in range(1, 4)},
        "S2": "Error 2036",
        "T2": 2.5,
        "U3": "Error 2042",
    }
    run = project.run
    run("kept", calls(FIRST, "!error@$M$1"), explains("M1"))
    run("never seen", explains("N1"))
    run("no cell calls", calls(FIRST, "!error@"), explains("N2"))
    run("another error stands there", calls(FIRST, "!error@$M$2"), explains("M2"))
    run("a number stands there", calls(FIRST, "!error@$M$4"), explains("M4"))
    run(
        "a value since",
        calls(FIRST, "!error@$O$1"),
        calls(FIRST, "!number@$O$1"),
        explains("O1"),
    )
    run(
        "another function's value since",
        calls(FIRST, "!error@$O$2"),
        calls(SECOND, "!number@$O$2"),
        explains("O2"),
    )
    run(
        "another cell's value since",
        calls(FIRST, "!error@$O$3"),
        calls(FIRST, "!number@$N$3"),
        explains("O3"),
    )
    run(
        "a later error",
        calls(FIRST, "!error@$P$1"),
        calls(SECOND, "!error@$P$1"),
        explains("P1"),
    )
    more = ", 1" * (required(SECOND) - 2)
    run(
        "passed on to the outer function",
        calls(FIRST, "!error@$P$2"),
        f'unused = {SECOND.name}("!passed@$P$2", CVErr(2042){more})',
        explains("P2"),
    )
    run("in a grid", calls(FIRST, "!grid@$S$2"), explains("U3"))
    run("first in a grid", calls(FIRST, "!grid@$S$2"), explains("S2"))
    run("a value in a grid", calls(FIRST, "!grid@$S$2"), explains("T2"))
    run(
        "a grid, and a value since",
        calls(FIRST, "!grid@$S$2"),
        calls(FIRST, "!number@$S$2"),
        explains("U3"),
    )
    run("in a row", calls(FIRST, "!row@$Q$9"), explains("S9"))
    project.values["S9"] = "Error 2007"
    run("a failed call", calls(FIRST, "!raise@$M$3"), explains("M3"))
    run("two cells", calls(FIRST, "!error@$Q$2"), explains("Q2:Q3"))
    run("with other arguments", calls(FIRST, "!error@$M$1"), f"{explains('M1')[:-1]}, 1)")
    project.formulas["V1"] = f"={FIRST.name}({asked(FIRST, '!error@$V$1')})"
    project.add("in a formula", f"={EXPLAIN}(V1)")
    return project.computed(macro_libreoffice, tmp_path_factory.mktemp("stories"))


@pytest.mark.parametrize(
    ("story", "said"),
    {
        "kept": f"{FIRST.name}: why",
        "another function's value since": f"{FIRST.name}: why",
        "another cell's value since": f"{FIRST.name}: why",
        "a later error": f"{SECOND.name}: why",
        "passed on to the outer function": f"{FIRST.name}: why",
        "in a grid": "last",
        "first in a grid": "first",
        "in a row": "by zero",
        "with other arguments": f"{FIRST.name}: why",
        "a failed call": "Python did not answer. In a terminal, xlhedge excel status says what is "
        "wrong and how to mend it. (Traceback  ModuleNotFoundError: xlhedge)",
        "in a formula": f"{FIRST.name}: why",
    }.items(),
)
def test_a_cell_with_an_error_of_ours_is_explained(stories, story, said):
    assert stories[story] == said


@pytest.mark.parametrize(
    "story",
    [
        "never seen",
        "no cell calls",
        "another error stands there",
        "a number stands there",
        "a value since",
        "a value in a grid",
        "a grid, and a value since",
        "two cells",
    ],
)
def test_what_is_not_kept_is_asked_of_python(stories, story):
    assert stories[story].startswith(ASKED)


@pytest.fixture(scope="module")
def crowded(macro_libreoffice, tmp_path_factory):
    """What is explained after more errors than are kept; here that is 20, and 5 of one call."""
    project = Project(PYTHON, XLWINGS)
    bridge = project.sources["HedgeBridge"]
    for line in ("MOST_KEPT As Long = 1000", "MOST_KEPT_OF_A_CALL As Long = 200"):
        assert bridge.count(line) == 1
    bridge = bridge.replace("As Long = 1000", "As Long = 20").replace(
        "As Long = 200", "As Long = 2"
    )
    project.sources["HedgeBridge"] = bridge
    project.values = {f"M{row}": "Error 2042" for row in range(1, 31)} | {"T3": "Error 2042"}
    each = calls(FIRST, "!error@").replace('@"', '@$M$" & row')
    told = [f'all = all & Left$({explains(f"M{row}")[9:]}, 13) & "/"' for row in (1, 10, 11, 30)]
    project.run(
        "many",
        *("Dim row As Long, all As String", "For row = 1 To 30", each, "Next row"),
        *told,
        "result = all",
    )
    project.run("a call's third", calls(FIRST, "!grid@$R$2"), explains("T3"))
    return project.computed(macro_libreoffice, tmp_path_factory.mktemp("crowded"))


def test_the_newest_messages_are_kept(crowded):
    kept = f"{FIRST.name}: why"[:13]
    assert crowded["many"] == "/".join([ASKED[:13], ASKED[:13], kept, kept, ""])


def test_of_a_large_array_only_the_first_messages_are_kept(crowded):
    assert crowded["a call's third"].startswith(ASKED)


@pytest.fixture(scope="module")
def unreachable(macro_libreoffice, tmp_path_factory):
    """What is shown where Python cannot be had."""
    project = Project(PYTHON, UNREACHABLE)
    project.values = {"N1": "Error 2015"}
    for entry in FUNCTIONS:
        project.add(entry.name, f"={entry.name}({asked(entry, '!number@$M$5')})")
    project.run(
        "kept",
        'SetCaller "$N$1"',
        calls(FIRST, "!number@$N$1"),
        explains("N1"),
    )
    project.run("tries", "result = tries")
    return project.computed(macro_libreoffice, tmp_path_factory.mktemp("unreachable"))


NO_PYTHON = (
    "Python did not answer. In a terminal, xlhedge excel status says what is wrong and how to mend "
    "it. (Could not load xlwings64-0.37.8.dll  from C:\\py)"
)


PATHS = {
    "C:\\py\\python.exe": True,
    "d:/py/python.exe": True,
    "\\\\server\\py\\python.exe": True,
    "pythonw": False,
    "python.exe": False,
    "": False,
    "C:python.exe": False,
    "\\py\\python.exe": False,
    ".\\py\\python.exe": False,
}


@pytest.mark.parametrize("key", ["INTERPRETER_WIN", "PYTHONPATH"])
def test_without_full_paths_no_python_is_started(key, macro_libreoffice, tmp_path):
    # cmd.exe looks for pythonw in the current folder first: where the last workbook was opened.
    line = next(line for line in XLWINGS["xlwings"].splitlines() if f'"{key}"' in line)
    missing = {"xlwings": XLWINGS["xlwings"].replace(line, "")}
    project = Project(PYTHON, missing)
    source = project.sources["HedgeBridge"]
    assert source.count("Private Function IsFull") == 1
    project.sources["HedgeBridge"] = source.replace(
        "Private Function IsFull", "Public Function IsFull"
    )
    project.add("cell", f"={FIRST.name}({asked(FIRST, '!number@A1')})")
    project.run("tries", "result = tries")
    for path in PATHS:
        project.run(path, f'result = IsFull("{path}")')
    found = project.computed(macro_libreoffice, tmp_path)
    assert (found["cell"], found["tries"]) == ("Error 2015", 0)
    assert {path: bool(found[path]) for path in PATHS} == PATHS


@by_name
def test_without_python_a_cell_shows_an_error(unreachable, entry):
    assert unreachable[entry.name] == (NO_PYTHON if entry in EXPLAINING else "Error 2015")


def test_without_python_the_message_names_the_remedy(unreachable):
    assert unreachable["kept"] == NO_PYTHON


def test_without_python_not_every_cell_waits_for_it(unreachable):
    assert 1 <= unreachable["tries"] <= 6  # each time once more, after KillPy


# ------------------------------------------------------------------------------ the text of the VBA


def unfolded(source):
    return re.sub(r" _\n\s*", " ", source)


def test_every_function_is_declared_once_and_nothing_else():
    code = unfolded(SOURCES["HedgeFunctions"])
    declared = re.findall(r"^Public Function (\w+)\((.*)\) As Variant$", code, re.MULTILINE)
    assert declared == [
        (
            entry.name,
            ", ".join(
                f"{'' if p.required else 'Optional '}{spelled(p)} As Variant"
                for p in entry.parameters
            ),
        )
        for entry in FUNCTIONS
    ]
    assert len(re.findall(r"\b(?:Function|Sub)\b", code)) == 2 * len(FUNCTIONS)


def test_only_the_functions_are_to_be_seen_in_cells():
    for name, source in SOURCES.items():
        if name != "HedgeFunctions" and re.search(r"^(Public )?Function", source, re.MULTILINE):
            assert "\nOption Private Module\n" in source


def test_a_word_has_one_spelling():
    """VBA keeps one for each, and cells would show another one than the function's."""
    xlwings = Path(find_spec("xlwings").origin).with_name("xlwings.bas").read_text("cp1252")
    names = {entry.name for entry in FUNCTIONS}
    for source in (*SOURCES.values(), xlwings):
        words = re.findall(r"[A-Za-z]\w*", re.sub(r'"(?:[^"]|"")*"', "", source))
        assert not {word for word in words if word.upper() in names and word not in names}


def test_python_is_called_without_a_workbook():
    for source in SOURCES.values():
        assert not re.search("Active(Workbook|Sheet|Cell|Window)", source, re.IGNORECASE)
    (call,) = re.findall(r"CallUDF\(.*\)", "".join(SOURCES.values()))
    assert call == f'CallUDF("{addin_udfs.__name__}", functionName, arguments)'


@pytest.mark.parametrize("name", SOURCES)
def test_vba_takes_the_text(name):
    source = SOURCES[name]
    assert source.isascii()
    assert max(map(len, source.splitlines())) <= 1023
    assert len(source) < 60_000
    for statement in re.findall(r"(?:.* _\n)+", source):
        assert statement.count("\n") <= 24
    for arguments in re.findall(r"Array\((.*)\)", unfolded(source)):
        assert arguments.count(",") < 60


@by_name
def test_the_function_wizard_shows_the_help(entry):
    code = unfolded(SOURCES["HedgeHelp"])
    (told,) = re.findall(
        rf"^Private Sub HedgeDescribe_{entry.name}\(\)\n    HedgeDescribe (.*)\)\nEnd Sub$",
        code,
        re.MULTILINE,
    )
    name, summary, *helps = [
        text.replace('""', '"') for text in re.findall(r'"((?:[^"]|"")*)"', told)
    ]
    assert (name, len(helps)) == (entry.name, len(entry.parameters))
    for text, said in zip(
        [entry.summary, *(p.quantity.help for p in entry.parameters)],
        [summary, *helps],
        strict=True,
    ):
        assert said == text.replace("−", "-").replace("×", "x").replace("÷", "/")
        assert len(said) <= 255
    assert len(re.findall(rf"^    HedgeDescribe_{entry.name}$", code, re.MULTILINE)) == 1


def test_the_help_is_registered_after_the_start_and_stops_nothing():
    opening = SOURCES["ThisWorkbook"].splitlines()
    assert opening.index("    On Error Resume Next") < next(
        place for place, line in enumerate(opening) if "HedgeRegisterHelp" in line
    )
    registering = SOURCES["HedgeHelp"].partition("Public Sub HedgeRegisterHelp()")[2]
    registering = registering.partition("End Sub")[0].split("\n")
    steps = ["On Error Resume Next", "HedgeDescribeAll", "ThisWorkbook.IsAddin = False"]
    steps += ["HedgeDescribeAll", "ThisWorkbook.IsAddin = True", "ThisWorkbook.Saved = True"]
    found = [line.strip() for line in registering if line.strip() in steps]
    assert found == steps


def with_help(text):
    """The first function, where its first argument's help is another."""
    first = FIRST.parameters[0]
    return replace(FIRST, overrides={first.name: replace(first.quantity, help=text)})


@pytest.mark.parametrize(("text", "said"), [('a "b"', '"a ""b"""'), ("1 − 2 ≥ 3", '"1 - 2 >= 3"')])
def test_texts_are_written_as_vba_reads_them(monkeypatch, text, said):
    monkeypatch.setattr(wrappers, "FUNCTIONS", [with_help(text)])
    assert f"Array( _\n        {said}, _\n" in wrappers.our_modules()["HedgeHelp"]


@pytest.mark.parametrize("text", ["ß", "a\nb", "x" * 256])
def test_a_help_that_cannot_be_written_is_refused(monkeypatch, text):
    monkeypatch.setattr(wrappers, "FUNCTIONS", [with_help("x" * 255)])
    assert "x" * 255 in wrappers.our_modules()["HedgeHelp"]
    monkeypatch.setattr(wrappers, "FUNCTIONS", [with_help(text)])
    with pytest.raises(HedgeError):
        wrappers.our_modules()


# ---------------------------------------------------------- whole columns; a Python that was ended


def test_whole_columns_and_rows_are_cut_at_what_is_used_all_the_same(macro_libreoffice, tmp_path):
    project = Project(PYTHON, XLWINGS)
    project.values = {"E1": 1, "E40": 2, "F7": 3, "H50": 4}
    sheet = "ThisWorkbook.Worksheets(1)."
    for key, address in (
        ("two columns", "E:F"),
        ("to the end", "E11:E1048576"),
        ("behind all", "E60:E1048576"),
        ("two rows", "1:2"),
        ("as it is", "E1:E60"),
    ):
        project.run(
            key,
            f'unused = HedgeArguments({sheet}Range("{address}"), {sheet}Range("F:F"))',
            'result = "one"',
            "If IsArray(unused(0)) Then _",
            '    result = UBound(unused(0), 1) & " x " & UBound(unused(0), 2)',
            'result = result & ", " & UBound(unused(1), 1)',
        )
    assert project.computed(macro_libreoffice, tmp_path) == {
        "two columns": "50 x 2, 50",
        "to the end": "40 x 1, 50",
        "behind all": "one, 50",
        "two rows": "2 x 8, 50",
        "as it is": "60 x 1, 50",
    }


def test_a_python_that_was_ended_is_forgotten_and_started_anew(macro_libreoffice, tmp_path):
    project = Project(PYTHON, ENDED)
    project.add("value", f"={FIRST.name}({asked(FIRST, '!number@$M$5')})")
    project.run("ended", "result = ended")
    found = project.computed(macro_libreoffice, tmp_path)
    assert found == {"value": 2.5, "ended": 1}
