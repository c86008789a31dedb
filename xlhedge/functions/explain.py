"""HEDGE_EXPLAIN: what a call gives in words, or which of its arguments is wrong and why."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from xlhedge.errors import CellError, HedgeError
from xlhedge.functions.arguments import evaluate_one, taken
from xlhedge.functions.definition import Function, Parameter
from xlhedge.functions.doubts import cells_of, doubts, is_number
from xlhedge.functions.quantity import Quantity
from xlhedge.functions.ranges import is_missing
from xlhedge.serials import moment_of
from xlhedge.text import means_percent

__all__ = ["equation", "explained"]

_SHOWN_CELLS = 6


def explained(
    functions: Mapping[str, Function], function_name: Any, arguments: Sequence[Any]
) -> str:
    """A call in words; always a text.

    Args:
        functions: every function by its name.
        function_name: the function's name, as a cell holds it.
        arguments: its arguments, as cells hold them; None where one is left out.
    """
    name = _single(function_name)
    if isinstance(name, CellError):
        return f"The cell for function_name holds {name.code}; it takes a name such as NET_DELTA."
    if not isinstance(name, str) or not name.strip(" ="):
        return f"Which function? Name one as text, such as NET_DELTA. {_LISTS}"
    asked = name.strip(" =").partition("(")[0].strip()
    entry = functions.get(asked.upper())
    if entry is None:
        near = difflib.get_close_matches(asked.upper(), functions, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"No function is called {asked}.{hint} {_LISTS}"
    if any(parameter.quantity.kind == "any" for parameter in entry.parameters):
        return f"{entry.syntax}: {entry.summary}"
    return _explained(entry, list(arguments))


_LISTS = "`xlhedge functions` and the function wizard list them all."


def _explained(entry: Function, arguments: list[Any]) -> str:
    while arguments and is_missing(arguments[-1]):
        arguments.pop()
    most = len(entry.parameters)
    if len(arguments) > most:
        return (
            f"{entry.name} has no value (#VALUE!): it takes at most {most} arguments, and here "
            f"are {len(arguments)}: {entry.syntax}."
        )
    arguments += [None] * (most - len(arguments))
    arguments = [
        argument if parameter.quantity.series else _single(argument)
        for parameter, argument in zip(entry.parameters, arguments, strict=True)
    ]
    named = list(zip(entry.parameters, arguments, strict=True))
    errors = [line for parameter, argument in named for line in _held(parameter, argument)]
    if errors:
        kind = next(cell for argument in arguments for _, cell in _errors_in(argument))
        return f"{entry.name} has no value ({kind.code}): {'; '.join(errors)}. Mend that first."
    for parameter, argument in named:
        if not parameter.quantity.series and isinstance(argument, list):
            return (
                f"{parameter.name} is a range of {len(cells_of(argument))} cells, and {entry.name} "
                "has a value for each: have one explained at a time, from single cells."
            )
    try:
        value = evaluate_one(entry, arguments)
    except HedgeError as error:
        return _wrong(entry, arguments, error)
    return " ".join(
        [
            f"{entry.name} is {_value(entry, value)}: {_workings(entry, arguments)}.",
            *(f"Is that meant? {said}" for said in doubts(entry, arguments, value)),
        ]
    )


def _wrong(entry: Function, arguments: list[Any], error: HedgeError) -> str:
    """Why there is no value, and what the argument at fault is."""
    said = f"{entry.name} has no value ({error.kind.code}): "
    if error.argument is None:
        return f"{said}{error.message}. Formula: {_workings(entry, arguments)}."
    (at,) = [n for n, p in enumerate(entry.parameters) if p.name == error.argument]
    quantity = entry.parameters[at].quantity
    place = f", value {error.position[0] + 1}" if error.position else ""
    said += f"{error.argument}{place}: {error.message}. {error.argument} is: {quantity.help}"
    if is_missing(arguments[at]):
        said += f" The call is {entry.syntax}."
    numbers = [cell for cell in cells_of(arguments[at]) if is_number(cell)]
    wrong = [
        n for n in numbers if not quantity.domain.admits(n) and quantity.domain.admits(n / 100)
    ]
    if wrong and quantity.measure.share:
        said += f" {quantity.name} {means_percent(wrong[0])}."
    return said


def equation(entry: Function, values: Sequence[Any]) -> str:
    """The lines of a function's equation that apply to a call, in the arguments' names.

    A line that begins with option words, ``linear, mark:``, is for those; ``with qty_step:`` is for
    calls that give that argument, ``without index_price:`` for the others, and several of these are
    joined with commas. An indented line continues the last.
    """
    options = {word for parameter in entry.parameters for word in parameter.quantity.options}
    given = {
        f"with{'out' * bool(_left_out(value) or value == parameter.default)} {parameter.name}"
        for parameter, value in zip(entry.parameters, values, strict=True)
    }
    chosen = given | {value for value in values if isinstance(value, str)}
    lines = re.sub(r"\n\s+", " ", entry.sections["Equation"]).splitlines()
    found = []
    for line in lines:
        head, colon, tail = line.partition(": ")
        words = set(head.split(", "))
        conditional = colon and all(
            word in options or word.startswith(("with ", "without ")) for word in words
        )
        if not conditional:
            found.append(line)
        elif words <= chosen:
            found.append(tail)
    return "; ".join(found)


def _workings(entry: Function, arguments: list[Any]) -> str:
    """The equation, the same in numbers, and what each number is."""
    values = [
        value[0] if parameter.quantity.single and len(value) == 1 else value
        for parameter, value in zip(entry.parameters, taken(entry, arguments), strict=True)
    ]
    formula = equation(entry, values)
    given = [
        (parameter.quantity, value, is_missing(argument))
        for parameter, value, argument in zip(entry.parameters, values, arguments, strict=True)
        if not _left_out(value)
    ]
    numbers = {q.name: _in_formula(q, value) for q, value, _ in given if not _is_range(value)}
    replaced = re.sub(r"\w+", lambda match: numbers.get(match[0], match[0]), formula)
    replaced = re.sub(r"\|\((-[^()|]*)\)\|", r"|\1|", replaced)
    said = [formula] if replaced == formula else [formula, f"in numbers: {replaced}"]
    listed = [_listed(quantity, value, blank=blank) for quantity, value, blank in given]
    return "; ".join([*said, *([f"with {', '.join(listed)}"] if listed else [])])


def _listed(quantity: Quantity, value: Any, *, blank: bool) -> str:
    notes = []
    if _is_range(value):
        more = f"; … {len(value)} cells" if len(value) > _SHOWN_CELLS else ""
        text = f"{{{'; '.join(map(_in_words, value[:_SHOWN_CELLS]))}{more}}}"
    else:
        text = _in_formula(quantity, value).strip("()")
        if quantity.kind == "date":
            notes.append(_moment(value))
        elif quantity.measure.spoken:
            notes.append(quantity.measure.spoken)
        elif quantity.measure.share and value:
            notes.append(_percent(value))
    notes += ["left out"] * blank
    return f"{quantity.name} = {text}" + (f" ({'; '.join(notes)})" if notes else "")


def _moment(days: float) -> str:
    try:
        return f"{moment_of(days):%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError):
        return "a day that no calendar has"


def _value(entry: Function, value: Any) -> str:
    if entry.columns:
        cells = zip(entry.columns, value, strict=True)
        return ", ".join(f"{name} = {_in_words(cell)}" for name, cell in cells)
    share = entry.share and value
    return f"{_in_words(value)} ({_percent(value)})" if share else _in_words(value)


def _in_formula(quantity: Quantity, value: Any) -> str:
    if quantity.kind == "flag":
        return _in_words(bool(value))
    return f"({_in_words(value)})" if is_number(value) and value < 0 else _in_words(value)


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    return f'"{value}"' if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    text = f"{value:,.12g}"
    return f"{Decimal(text):f}" if "e-" in text else text  # 0.0000125, not 1.25e-05


def _percent(value: float) -> str:
    return f"{_number(value * 100)} %"


def _is_range(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _left_out(value: Any) -> bool:
    """Whether it stands for an argument that was not given and has no number by default."""
    return isinstance(value, float) and not math.isfinite(value)


def _single(argument: Any) -> Any:
    """A range of one cell as that cell, and arrays as lists."""
    if hasattr(argument, "tolist"):
        argument = argument.tolist()
    while isinstance(argument, list | tuple) and len(argument) == 1:
        (argument,) = argument
    return list(argument) if isinstance(argument, tuple) else argument


def _errors_in(argument: Any) -> list[tuple[int, CellError]]:
    cells = enumerate(cells_of(argument), 1)
    return [(place, cell) for place, cell in cells if isinstance(cell, CellError)]


def _held(parameter: Parameter, argument: Any) -> list[str]:
    """What is said of the errors in an argument's cells."""
    many = len(cells_of(argument)) > 1
    return [
        f"the cell for {parameter.name} holds {error.code}"
        if not many
        else f"cell {place} of {parameter.name} holds {error.code}"
        for place, error in _errors_in(argument)
    ]
