"""The VBA of our Excel add-in: a function for each entry of FUNCTIONS, written from it.

Four modules, beside which xlwings' own VBA must stand in the project, for its ``XLPy``:

``HedgeFunctions``
    What cells call: ``NET_DELTA(spot_qty, …)`` and all the others.
``HedgeBridge``
    What they have in common: arguments to Python, its answer back, errors as real error values, and
    their messages kept for HEDGE_EXPLAIN. It is VBA that never changes: `BRIDGE`.
``HedgeHelp``
    Summary and arguments' help for the function wizard.
``ThisWorkbook``
    Registers that help when the add-in is opened.

The text is ASCII with short lines: VBA would read other characters in the code page of the machine.
LibreOffice runs the functions in our tests. Nothing here was run in Excel; the help cannot be run
anywhere else.
"""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.errors import HedgeError
from xlhedge.functions.registry import FUNCTIONS, Function
from xlhedge.hosts.excel.bridge import BRIDGE, ERROR_MARK
from xlhedge.hosts.excel.xlam import TITLE, WORKBOOK
from xlhedge.hosts.spelling import spelled

__all__ = ["our_modules"]

_LONGEST_HELP = 255  # characters of a help text that the function wizard takes
_PYTHON = "xlhedge.hosts.addin_udfs"

# What help texts say beyond ASCII, and what the function wizard shows instead.
_ASCII = str.maketrans(
    {
        "−": "-",
        "×": "x",
        "÷": "/",
        "≥": ">=",
        "≤": "<=",
        "–": "-",
        "…": "...",
        "Δ": "change of ",
        "·": "*",
    }
)


def our_modules() -> dict[str, str]:
    r"""The add-in's own modules by name; xlwings' module is not among them.

    Raises:
        HedgeError: a help text is too long, or has a character for which `_ASCII` has no spelling.

    Example:
        >>> list(our_modules())
        ['HedgeFunctions', 'HedgeBridge', 'HedgeHelp', 'ThisWorkbook']
        >>> print("\n".join(our_modules()["HedgeFunctions"].splitlines()[4:8]))
        Public Function SPOT_NOTIONAL(spot_qty As Variant, spot_price As Variant) As Variant
            SPOT_NOTIONAL = HedgeCall("SPOT_NOTIONAL", HedgeArguments( _
                spot_qty, spot_price))
        End Function
    """
    bridge = BRIDGE.replace("{python}", _PYTHON).replace("{mark}", ERROR_MARK)
    return {
        "HedgeFunctions": "\n".join([_FUNCTIONS_HEAD, *map(_function, FUNCTIONS)]),
        "HedgeBridge": bridge,
        "HedgeHelp": "\n".join([_HELP_HEAD, _describe_all(), *map(_description, FUNCTIONS)]),
        WORKBOOK: _OPEN,
    }


_FUNCTIONS_HEAD = """\
Option Explicit

' Written by xlhedge from its list of functions: what is changed here is lost.
"""


def _function(entry: Function) -> str:
    declared = [
        f"{'' if parameter.required else 'Optional '}{spelled(parameter)} As Variant"
        for parameter in entry.parameters
    ]
    handed = [spelled(parameter) for parameter in entry.parameters]
    # What takes anything may be asked about a cell that holds an error of ours.
    asks = entry.parameters[0].quantity.kind == "any"
    first = f"{spelled(entry.parameters[0])}, " if asks else ""
    called = f"{'HedgeExplained' if asks else 'HedgeCall'}({first}{_text(entry.name)}"
    lines = [
        f"Public Function {entry.name}({_wrapped(declared)}) As Variant",
        f"    {entry.name} = {called}, HedgeArguments( _\n        {_wrapped(handed)}))",
        "End Function",
        "",
    ]
    return "\n".join(lines)


def _wrapped(parts: Sequence[str]) -> str:
    """Parts with commas, three in a line: VBA takes 24 lines of one statement."""
    lines = [", ".join(parts[start : start + 3]) for start in range(0, len(parts), 3)]
    return ", _\n        ".join(lines)


def _text(text: str) -> str:
    """A VBA string."""
    plain = text.translate(_ASCII)
    if not (plain.isascii() and plain.isprintable()):
        raise HedgeError(f"say in _ASCII how to write the characters of {text!r}")
    return '"' + plain.replace('"', '""') + '"'


def _help(text: str) -> str:
    if len(text.translate(_ASCII)) > _LONGEST_HELP:
        raise HedgeError(f"too long for the function wizard: {text!r}")
    return _text(text)


_HELP_HEAD = f"""\
Option Explicit

' Written by xlhedge: the function wizard's help. Nothing here was run in Excel.

Public Sub HedgeRegisterHelp()
    On Error Resume Next
    HedgeDescribeAll
    If Err.Number <> 0 Then
        ' "Cannot edit a macro on a hidden workbook": so it is none for a moment.
        Err.Clear
        Application.ScreenUpdating = False
        Application.EnableEvents = False
        ThisWorkbook.IsAddin = False
        HedgeDescribeAll
        ThisWorkbook.IsAddin = True
        Application.EnableEvents = True
        Application.ScreenUpdating = True
    End If
    ' Or Excel asks on leaving whether to save the add-in.
    ThisWorkbook.Saved = True
End Sub

Private Sub HedgeDescribe(functionName As String, summary As String, arguments As Variant)
    Application.MacroOptions _
        Macro:="'" & ThisWorkbook.Name & "'!" & functionName, _
        Description:=summary, _
        Category:={_text(TITLE)}, _
        ArgumentDescriptions:=arguments
End Sub
"""


def _describe_all() -> str:
    calls = [f"    HedgeDescribe_{entry.name}" for entry in FUNCTIONS]
    return "\n".join(["Private Sub HedgeDescribeAll()", *calls, "End Sub", ""])


def _description(entry: Function) -> str:
    helps = [_help(parameter.quantity.help) for parameter in entry.parameters]
    lines = [
        f"Private Sub HedgeDescribe_{entry.name}()",
        f"    HedgeDescribe {_text(entry.name)}, _",
        f"        {_help(entry.summary)}, Array( _",
        "        " + ", _\n        ".join(helps) + ")",
        "End Sub",
        "",
    ]
    return "\n".join(lines)


_OPEN = """\
Option Explicit

Private Sub Workbook_Open()
    ' Later, when Excel has started; and no error here may stop it.
    On Error Resume Next
    Application.OnTime Now, "'" & ThisWorkbook.Name & "'!HedgeRegisterHelp"
    ThisWorkbook.Saved = True
End Sub
"""
