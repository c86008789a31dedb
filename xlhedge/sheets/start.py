"""The template's first sheet: what it is, whether it works, what is missing, and the headlines."""

from __future__ import annotations

from collections.abc import Sequence

from xlhedge.analysis import Analysis
from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.figures import Figure
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.analysis.orders import UnderlyingRow
from xlhedge.functions.registry import Function, function
from xlhedge.sheets.context import NOTHING, Edition, Headline, TemplateContext
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_checks import checks, needed_first
from xlhedge.sheets.live_tiles import ROWS, write_live_tiles
from xlhedge.sheets.next_step import Step, steps
from xlhedge.sheets.orders import hedged_text
from xlhedge.sheets.stress import worst
from xlhedge.sheets.style import widen
from xlhedge.sheets.unwind import to_unwind
from xlhedge.sheets.wrong_cells import Check
from xlhedge.xlsx.cell import LETTERS
from xlhedge.xlsx.sheet import Sheet

__all__ = ["VOLATILE", "write_start"]

_NEXT, _WHAT, _LOADED, _AGE, _FETCHED, _TILES = 3, 5, 12, 13, 14, 17
_HEADLINES = _TILES + ROWS + 1

VOLATILE = {("Start", f"B{row}") for row in (_LOADED, _AGE, _FETCHED)}
"""Cells that the clock or the host decides; what is stored there is the bad news."""

_GO, _FOUND = "F", "G"
"""The columns of links to the first wrong cell of each check, and of where that is."""

_LAST, _FACTS = 6, 8
"""The last column that is seen, and that of the names of what tiles are made of."""

_PROBE = "NET_DELTA"
_WORDS = """
You hold coins and short futures against them: when prices fall, the short gains what the \
coins lose.
Type your coins, futures, shorts and scenarios into the yellow cells; everything else \
computes from them.
The sheets say how much to short, what is left over, what funding, basis, fees and margin \
cost, and what a fall or a rally does.
Shorts are positive numbers. A positive funding rate means that longs pay shorts: a short \
receives it. A cost that you receive says so.
A hedge is not free of risk: in a rally the short can be liquidated. Keep an eye on the \
nearest liquidation below.
""".strip().splitlines()
_GET: dict[Edition, str] = {
    "addin": "Not loaded: you see the numbers of when the file was written. Get the functions: "
    "xlhedge excel install (Excel on Windows), xlhedge libreoffice install, or take the 365 "
    "edition, which needs nothing. Then open this file again.",
    "365": "Not computed here: you see the numbers of when the file was written. This edition is "
    "for Excel 365, its functions are names in the file. In LibreOffice or an older Excel open the "
    "add-in edition instead.",
}
_HERE = "Loaded: every sheet computes as you type."
_FRESH = "Fresh: as_of is less than a day from this computer's clock."
_OLD = (
    "More than a day old by this computer's clock (as_of is UTC), or not dated: update the prices, "
    "the rates and as_of."
)
_LONGEST = 100
"""Letters of the names of a row and its venue; a cell holds a text, and so do its joined texts."""
_TYPED = "None was fetched: every value was typed."
_DONE = "Nothing to trade: the hedge is as wanted. Keep prices, rates and as_of up to date."
_NEAREST = "Nearest liquidation"
_LONGEST_QUOTE = 255  # characters that Excel takes between quotes in a formula


def _headlines(of: TemplateContext) -> list[Headline]:
    """The headline figures, in their sheets' order."""
    analysis, hedge, margin = of.analysis, of.tables[HedgeRow], of.tables[MarginRow]
    underlyings = of.tables[UnderlyingRow]

    def summed(title: str, figure: Figure, look: str, meaning: str) -> Headline:
        value = getattr(analysis.total, figure.name)
        return Headline(title, hedge.total(figure), value, look, "", meaning, hedge.title)

    now = NOTHING if analysis.hedged == NOWHERE else analysis.hedged
    ends = [margin.column(x) for x in (MarginRow.liquidation_buffer, MarginRow.common_buffer)]
    sizes = ",".join(f'IF({cells}<1E+300,ABS({cells}),"")' for cells in ends)
    return [
        summed("Coins held, value", HedgeRow.spot_notional, "total money",
               "Spot price × quantity, without coins posted as margin."),
        summed("Short, value", HedgeRow.short_notional, "total money",
               "All that is short; positive is short."),
        Headline(
            "Hedged", hedged_text(underlyings, NOTHING), now,
            "total percent", "% of exposure",
            "Part of the exposure that shorts on the same underlying cover.",
            underlyings.title,
        ),
        summed("Net delta", HedgeRow.net_delta, "total money",
               "What still moves with the market: above 0 long, below 0 over-hedged."),
        Headline(
            "Gross delta", underlyings.total(UnderlyingRow.gross_delta),
            analysis.gross_delta, "total money", "",
            "Net deltas of the underlyings by size: none offsets another.", underlyings.title,
        ),
        summed("Funding cost to the horizon", HedgeRow.funding_drag, "total cost",
               "At today's rates: what you pay is red, what you receive says so."),
        Headline(
            _NEAREST,
            f'IF(COUNT({",".join(ends)})=0,"{NOTHING}",MIN({sizes}))',
            analysis.nearest, "total percent", "% of mark price",
            "Move of the mark price that liquidates the first short.", margin.title,
        ),
        worst(of),
        to_unwind(of),
    ]  # fmt: skip


def write_start(sheet: Sheet, of: TemplateContext) -> None:
    """Write the sheet."""
    sheet.put(_WHAT - 1, 1, "What this is", "section")
    for at, line in enumerate(_WORDS, _WHAT):
        _wide(sheet, at, line, "words")
    _write_alive(sheet, of.inputs, of.edition)
    _write_fetched(sheet, of.inputs)
    sheet.put(_TILES - 1, 1, "Where you stand", "section")
    write_live_tiles(sheet, of, _TILES, _FACTS)
    figures = _headlines(of)
    at = _write_headlines(sheet, of.inputs, of.analysis, figures)
    near = next(n for n, each in enumerate(figures, _HEADLINES + 1) if each.title == _NEAREST)
    questions = checks(of.inputs, of.tables, of.analysis)
    needed = needed_first(of.inputs, of.analysis.portfolio)
    mend = _first_wrong(questions[: len(needed)], at + 3)
    wanted = steps(of, f"$B${near}", mend)
    _write_next(sheet, [*wanted, _first_wrong(questions, at + 3)])
    at = _write_checks(sheet, at + 1, questions)
    at = _write_contents(sheet, at + 1, of.contents)
    _write_legend(sheet, at + 1)
    widen(sheet, {"A": 50} | dict.fromkeys("BCDEF", 26) | dict.fromkeys("GHI", 14))
    sheet.fold(_LAST + 1, _FACTS + 1)


def _wide(sheet: Sheet, at: int, text: str, look: str, formula: str | None = None) -> None:
    """A text over the columns to the right of a label, or over all of them."""
    first = 1 if look == "words" else 2
    sheet.put(at, first, text, look, formula)
    sheet.merge(at, first, _LAST)


def _write_next(sheet: Sheet, wanted: Sequence[Step]) -> None:
    """The first step that is to be taken; one that cannot be told is none."""
    sheet.put(_NEXT, 1, "Next step", "section")
    said = next((step.said for step in wanted if step.said), _DONE)
    text, letter = f'"{_DONE}"', LETTERS[_FACTS + 1]
    for at, step in reversed(list(enumerate(wanted, _NEXT))):  # one formula would be too long
        sheet.array(at, _FACTS + 1, [[step.said]], f'IFERROR({step.formula},"")', "working")
        text = f'IF(${letter}${at}<>"",${letter}${at},{text})'
    sheet.array(_NEXT, 2, [[said]], text, "step")
    for column in range(
        3, _LAST + 1
    ):  # it reaches over them: an array formula takes no merged cells
        sheet.put(_NEXT, column, None, "step")
    sheet.height(_NEXT, 24)


def _first_wrong(questions: Sequence[Check], first: int) -> Step:
    """To mend what the first check below found, those stand from a row on."""
    wrong = next((each for each in questions if each.count), None)
    last = first + len(questions) - 1
    rows = f"$B${first}:$B${last}"
    at = f"MIN(IF(IFERROR({rows},1)<>0,ROW({rows}),1E6))"
    title, remedy, place = (
        f"INDEX(${column}$1:${column}${last},{at})" for column in ("A", "C", _GO)
    )
    return Step(
        f"{wrong.title}: {wrong.remedy} ({wrong.place})" if wrong else "",
        f'IF({at}>=1E6,"",{title}&": "&{remedy}&IF({place}="",""," ("&{place}&")"))',
    )


def _probe(entry: Function) -> str:
    """True where the registry's example gives what the registry says; volatile."""
    call = f"{entry.name}({','.join(f'{each:g}' for each in entry.example)})"
    return f"IFERROR({call}+0*NOW()={entry.value:g},FALSE)"


def _write_alive(sheet: Sheet, inputs: Inputs, edition: Edition) -> None:
    """Whether the functions compute, and how old the prices are: stored is the bad news of both."""
    sheet.put(_LOADED - 1, 1, "Is it alive?", "section")
    sheet.put(_LOADED, 1, "Functions", "cell text")
    text = f"IF({_probe(function(_PROBE))},{_quoted(_HERE)},{_quoted(_GET[edition])})"
    _wide(sheet, _LOADED, _GET[edition], "bad", text)
    sheet.height(_LOADED, 34)
    sheet.put(_AGE, 1, "Prices", "cell text")
    text = f"IF(ABS(NOW()-{inputs.setting('as_of')})<=1,{_quoted(_FRESH)},{_quoted(_OLD)})"
    _wide(sheet, _AGE, _OLD, "bad", text)
    for row, good in ((_LOADED, _HERE), (_AGE, _FRESH)):
        sheet.mark(f"B{row}:E{row}", f'$B${row}="{good}"', "good")


def _write_fetched(sheet: Sheet, inputs: Inputs) -> None:
    """How old the oldest fetched value is, and which; stored is when it was so."""
    row, venue, time = (inputs.column("Sources", name) for name in ("row", "venue", "time"))
    rows = inputs.rows["Sources"]
    sheet.put(_FETCHED, 1, "Fetched values", "cell text")
    first = f"MATCH(MIN({time}),{time},0)"
    age = f'TEXT(24*(NOW()-MIN({time})),"0.0")'
    where = f'LEFT(INDEX({row},{first})&", "&INDEX({venue},{first}),{_LONGEST})&"."'
    text = f'"The oldest is "&{age}&" hours old: "&{where}'
    oldest = min(rows, key=lambda each: each.time, default=None)
    said = (
        f"The oldest is of {oldest.time:%Y-%m-%d %H:%M} UTC: "
        f"{(oldest.row or '') + ', ' + oldest.venue:.{_LONGEST}}."
        if oldest
        else _TYPED
    )
    _wide(sheet, _FETCHED, said, "cell text", f'IF(COUNT({time})=0,"{_TYPED}",{text})')


def _write_headlines(
    sheet: Sheet, inputs: Inputs, analysis: Analysis, figures: Sequence[Headline]
) -> int:
    _header(sheet, _HEADLINES, ("Headline", "Value", "Unit", "How to read it", "", ""))
    settings = analysis.portfolio.settings
    at = _HEADLINES + 1
    empty = f"COUNTA({inputs.column('Holdings', 'asset')})=0"
    for figure in figures:
        _link(sheet, at, 1, figure.sheet, figure.title)
        known = bool(analysis.portfolio.holdings) and figure.value is not None
        value = figure.value if known else NOTHING
        text = f'IF({empty},"{NOTHING}",{figure.formula})'
        sheet.array(at, 2, [[value]], text, figure.look)
        if figure.unit:
            sheet.put(at, 3, figure.unit, "note")
        else:
            sheet.put(at, 3, settings.quote_currency, "note", inputs.setting("quote_currency"))
        if figure.word:
            said = f"{figure.said}: {figure.meaning}" if figure.said else figure.meaning
            text = f'IF({figure.word}="","",{figure.word}&": ")&"{figure.meaning}"'
            sheet.put(at, 4, said, "note", text)
        else:
            sheet.put(at, 4, figure.meaning, "note")
        at += 1
    return at


def _write_checks(sheet: Sheet, at: int, questions: Sequence[Check]) -> int:
    sheet.put(at, 1, "Is anything missing?", "section")
    _header(sheet, at + 1, ("Check", "Found", "What to do", "", "", "Go to"))
    sheet.merge(at + 1, 3, 5)
    go, found = LETTERS.index(_GO), LETTERS.index(_FOUND)
    first, last = at + 2, at + 1 + len(questions)
    for row, each in enumerate(questions, first):
        sheet.put(row, 1, each.title, "cell text")
        sheet.array(row, 2, [[each.count]], each.formula, "count")
        said = "ok" if each.count == 0 else each.remedy
        text = f'IFERROR(IF($B{row}=0,"ok","{each.remedy}"),"{_UNKNOWN}")'
        sheet.put(row, 3, said, "words", text)
        sheet.merge(row, 3, 5)
        sheet.put(row, go, each.place, "link", each.link(f"${_FOUND}{row}"))
        sheet.array(row, found, [[each.at]], each.at_formula, "working")
    sheet.mark(f"B{first}:B{last}", f'$C{first}="ok"', "good")
    sheet.mark(f"B{first}:E{last}", f'$C{first}<>"ok"', "bad")
    return last + 1


_UNKNOWN = "It cannot be judged while an input cell holds an error or text for a number."


def _write_contents(sheet: Sheet, at: int, contents: Sequence[tuple[str, str]]) -> int:
    sheet.put(at, 1, "The sheets", "section")
    for row, (title, purpose) in enumerate(contents, at + 1):
        _link(sheet, row, 1, title)
        sheet.put(row, 2, purpose, "note")
    return at + 1 + len(contents)


def _write_legend(sheet: Sheet, at: int) -> None:
    sheet.put(at, 1, "Colours", "section")
    shown: tuple[tuple[str, str, str], ...] = (
        ("60,000.00", "input text", "You type this: blue on pale yellow."),
        ("60,000.00", "cell text", "A formula: black. Typing over it breaks it."),
        ("ok", "good", "A check that passes."),
        ("1", "bad", "A check that does not; beside it stands what to do."),
    )
    for row, (text, look, meaning) in enumerate(shown, at + 1):
        sheet.put(row, 1, text, look)
        sheet.put(row, 2, meaning, "note")


def _header(sheet: Sheet, at: int, titles: Sequence[str]) -> None:
    for column, title in enumerate(titles, 1):
        sheet.put(at, column, title, "header" if column == 2 else "header text")


def _link(sheet: Sheet, row: int, column: int, title: str, text: str = "") -> None:
    sheet.put(row, column, text or title, "link")
    sheet.link(row, column, title)


def _quoted(text: str) -> str:
    """A text in a formula, in pieces that Excel takes."""
    pieces = (text[n : n + _LONGEST_QUOTE] for n in range(0, len(text), _LONGEST_QUOTE))
    return "&".join(f'"{piece}"' for piece in pieces)
