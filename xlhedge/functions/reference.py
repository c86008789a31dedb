"""The function reference: each function explained from the registry, as plain text or Markdown."""

from __future__ import annotations

import itertools
import textwrap

from xlhedge.functions.registry import FUNCTIONS, Function, Parameter
from xlhedge.functions.vocabulary import ARGUMENTS
from xlhedge.text import shown, typed

__all__ = ["arguments_of", "entry_text", "example_call", "markdown"]

_USUAL_ERRORS = (
    "#VALUE! for text where a number belongs, an unknown word, or a required argument left out; "
    "#NUM! for a number that is not allowed; an error among the arguments is passed on."
)

_PREFACE = """\
# Function reference

Made from the registry by `make docs`; `xlhedge functions NAME` prints the same entry. Arguments in
`[brackets]` are optional. Where nothing else is said, an argument may be a range: one bad cell of
it spoils only its own result. Signs: everything named `short_` is positive when short, and a
positive funding rate means that longs pay shorts. LibreOffice hands a single empty cell over as 0,
and makes a call #VALUE! where a range holds an error.
"""


def example_call(entry: Function) -> str:
    """The registry's example as a person types it in a cell.

    Example:
        >>> from xlhedge.functions.registry import function
        >>> example_call(function("HEDGE_RATIO"))
        '=HEDGE_RATIO(60000, 45000)'
    """
    return f"={entry.name}({', '.join(map(typed, entry.example))})"


def _result(entry: Function) -> str:
    """What the registry's example gives."""
    if entry.columns:
        cells = zip(entry.columns, entry.value, strict=True)
        return ", ".join(f"{name} = {shown(value)}" for name, value in cells)
    return shown(entry.value)


def arguments_of(entry: Function) -> list[str]:
    """A line for each argument: what it is, with its unit, and what is allowed."""
    return [
        f"{_label(parameter)}: {parameter.quantity.help} It {parameter.quantity.allowed}."
        f"{_default(parameter)}"
        for parameter in entry.parameters
        if parameter.name not in ARGUMENTS[1:]  # they all are as the first
    ]


def _label(parameter: Parameter) -> str:
    return f"{parameter.name} …" if parameter.name in ARGUMENTS else parameter.name


def _default(parameter: Parameter) -> str:
    return "" if parameter.stated is None else f" Left out: {typed(parameter.stated)}."


def _errors(entry: Function) -> list[str]:
    own = entry.sections["Errors"]
    rules = [f"{r.kind.code} for {r.arguments[-1]}: {r.message}." for r, _ in entry.rules]
    takes_all = all(parameter.quantity.kind == "any" for parameter in entry.parameters)
    usual = [] if takes_all else [_USUAL_ERRORS]
    return [*([" ".join(own.split())] if own else []), *rules, *usual]


def entry_text(entry: Function) -> str:
    """A function's entry as a terminal shows it."""
    said = entry.sections
    sections = {
        "Equation": said["Equation"],
        "Arguments": "\n".join(arguments_of(entry)),
        "Errors": "\n".join(_errors(entry)),
        "Question": said["Question"],
        "In a cell": f"{example_call(entry)}  gives {_result(entry)}",
        "Source": said["Source"],
    }
    texts = [f"{head}:\n{textwrap.indent(text, '    ')}" for head, text in sections.items()]
    return "\n\n".join([entry.syntax, said[""], *texts])


def _entry_markdown(entry: Function) -> str:
    said = entry.sections
    named = [line.partition(":") for line in arguments_of(entry)]
    blocks = [
        f"### {entry.name}",
        f"```text\n{entry.syntax}\n```",
        said[""],
        f"**Equation**\n\n```text\n{said['Equation']}\n```",
        "**Arguments**\n\n" + "\n".join(f"- `{name}`:{rest}" for name, _, rest in named),
        "**Errors**\n\n" + "\n".join(f"- {line}" for line in _errors(entry)),
        "**Question**",
        *(
            f"```python\n{block}\n```" if block.startswith(">>>") else block
            for block in said["Question"].split("\n\n")
        ),
        f"**In a cell**\n\n```text\n{example_call(entry)}\n```",
        f"gives `{_result(entry)}`",
        f"**Source:** {said['Source']}",
    ]
    return "\n\n".join(blocks)


def markdown() -> str:
    """The whole reference: contents by group, then an entry for each function."""
    contents, entries = [], []
    for group, members in itertools.groupby(FUNCTIONS, lambda entry: entry.group):
        functions = list(members)
        links = "\n".join(f"- [{e.name}](#{e.name.lower()}): {e.summary}" for e in functions)
        contents.append(f"**{group}**\n\n{links}")
        entries += [f"## {group}", *map(_entry_markdown, functions)]
    return "\n\n".join([_PREFACE.strip(), *contents, *entries]) + "\n"
