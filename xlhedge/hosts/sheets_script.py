"""Google Sheets: our functions as one file of JavaScript for Apps Script; not run in Google Sheets.

Each function's LAMBDA is written as JavaScript (`formula_script`), checks, defaults and errors with
it, and stands behind a custom function with its help. Sheets hands over an empty cell as ``""``, an
error as its text, and a date as the moment at which the clocks of the sheet's own time zone show
it, whatever the script's zone is. A call without a value throws, and its cell shows #ERROR!. So
does a range with one bad cell: a script can hand over no error in a cell, what Sheets makes of NaN
is written nowhere, and of a text SUM would leave out the cell and say nothing.
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
  let zone = "";
  const serial = (moment) => {
    zone = zone || SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone();
    const shown = Utilities.formatDate(moment, zone, "yyyy-MM-dd'T'HH:mm:ss.SSS");
    return (Date.parse(`${shown}Z`) - first) / day;
  };
  const typed = (x) => {
    if (x === "") return null;
    if (errors.includes(x)) return { error: x };
    return Object.prototype.toString.call(x) === "[object Date]" ? serial(x) : x;
  };
  const argument = (x) => (Array.isArray(x) ? x.map((row) => row.map(typed)) : typed(x));
  const single = (x) => (Array.isArray(x) && x.length === 1 && x[0].length === 1 ? x[0][0] : x);
  const value = (name, given) => single(F[name](...Array.from(given, argument).map(single)));
  const answer = (name, given) => {
    const most = F[name].length;
    if (given.length > most) {
      throw new Error(`#VALUE! ${name}: it takes at most ${most} arguments, not ${given.length}`);
    }
    const found = value(name, given), rows = X.rows(found), cells = rows.flat();
    const at = cells.findIndex(X.isError);
    if (at < 0) return found;
    const { error } = cells[at], wide = rows[0].length;
    const place = cells.every(X.isError)
      ? "" : ` in row ${Math.floor(at / wide) + 1}, column ${at % wide + 1} of what it gives`;
    const advice = place && "; filled down as a formula of its own, each cell has its own error";
    const reason = why[error] || "an argument is an error";
    throw new Error(`${error} ${name}${place}: ${reason}${advice}`);
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
        "/** @OnlyCurrentDoc It reads the time zone of its own sheet, for dates. */\n\n"
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


_KINDS = {"date": "Date", "flag": "boolean"}


def _parameter(parameter: Parameter) -> str:
    kind = "string" if parameter.quantity.options else _KINDS.get(parameter.quantity.kind, "number")
    kind = f"Array<Array<{kind}>>" if parameter.quantity.series else kind
    name = parameter.name if parameter.required else f"[{parameter.name}]"
    return f"@param {{{kind}}} {name} {parameter.quantity.help}"


def _returned(entry: Function) -> str:
    if entry.columns:
        return f"@return {{Array<Array<number>>}} A row: {', '.join(entry.columns)}."
    kinds = {str: "string", bool: "boolean"}
    return f"@return {{{kinds.get(type(entry.value), 'number')}}} The value."
