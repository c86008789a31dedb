"""Google Sheets: our functions as one file of JavaScript for Apps Script; not run in Google Sheets.

Each function's LAMBDA is written as JavaScript (`formula_script`), checks, defaults and errors with
it, and stands behind a custom function with its help. Sheets hands over an empty cell as ``""``, a
date as a Date, an error as its text. A call without a value throws, and its cell shows #ERROR!; of
a range only the bad cells are errors: NaN, of which nobody has checked what Sheets shows.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from xlhedge.files import exact_version
from xlhedge.functions.registry import Function, Parameter
from xlhedge.hosts.formula_script import as_script
from xlhedge.hosts.lambdas import LAMBDAS, names

__all__ = ["sheets_script"]

_EXCEL = Path(__file__).with_name("spreadsheet.js")
_ANSWER = """\
  const errors = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#ERROR!"];
  const why = {
    "#VALUE!": "an argument is missing or of the wrong kind; the help says what it takes",
    "#NUM!": "an argument is out of range; the help says what it takes",
    "#N/A": "there is no such value",
    "#DIV/0!": "it divides by 0",
  };
  const day = 86400000, first = Date.UTC(1899, 11, 30);
  const typed = (x) => {
    if (x === "") return null;
    if (errors.includes(x)) return { error: x };
    if (!(x instanceof Date)) return x;
    return (x.getTime() - x.getTimezoneOffset() * 60000 - first) / day;
  };
  const argument = (x) => (Array.isArray(x) ? x.map((row) => row.map(typed)) : typed(x));
  const single = (x) => (Array.isArray(x) && x.length === 1 && x[0].length === 1 ? x[0][0] : x);
  const value = (name, given) => single(F[name](...Array.from(given, argument).map(single)));
  const answer = (name, given) => {
    const found = value(name, given);
    if (X.isError(found)) {
      throw new Error(`${found.error} ${name}: ${why[found.error] || "an argument is an error"}`);
    }
    return X.spread([found], (cell) => (X.isError(cell) ? NaN : cell));
  };
  return { value, answer };
"""


def sheets_script() -> str:
    """The file: paste it into Extensions, Apps Script; the same package gives the same text.

    Example:
        >>> text = sheets_script()
        >>> "function NET_DELTA(spot_qty, spot_price, short_notional, beta) {" in text
        True
    """
    excel = textwrap.indent(_EXCEL.read_text("utf-8"), "  ")
    bodies = "\n".join(f"  F.{name} = {as_script(text)};" for name, text, _ in names())
    custom = "\n".join(map(_custom, LAMBDAS))
    return (
        f"// xlhedge {exact_version()} for Google Sheets: Extensions, Apps Script, paste, save.\n"
        "// Written by `xlhedge script`; it reads a formula's own cells and fetches nothing.\n"
        "// Not run in Google Sheets.\n\n"
        f"const XLHEDGE_ = (() => {{\n{excel}\n"
        f"  const F = {{}};\n{bodies}\n{_ANSWER}}})();\n\n{custom}"
    )


def _custom(entry: Function) -> str:
    """A function that people type, with the help that Sheets shows of it."""
    given = ", ".join(parameter.name for parameter in entry.parameters)
    lines = [entry.summary, *map(_parameter, entry.parameters), _returned(entry), "@customfunction"]
    said = "\n".join(f" * {line.replace('*/', '* /')}" for line in lines)
    return (
        f"/**\n{said}\n */\nfunction {entry.name}({given}) {{\n"
        f'  return XLHEDGE_.answer("{entry.name}", arguments);\n}}\n'
    )


def _parameter(parameter: Parameter) -> str:
    kind = "string" if parameter.quantity.options else "number"
    kind = f"Array<Array<{kind}>>" if parameter.quantity.series else kind
    name = parameter.name if parameter.required else f"[{parameter.name}]"
    return f"@param {{{kind}}} {name} {parameter.quantity.help}"


def _returned(entry: Function) -> str:
    if entry.columns:
        return f"@return {{Array<Array<number>>}} A row: {', '.join(entry.columns)}."
    kinds = {str: "string", bool: "boolean"}
    return f"@return {{{kinds.get(type(entry.value), 'number')}}} The value."
