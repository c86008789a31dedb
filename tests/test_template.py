"""The template and the samples: a real spreadsheet computes from them what Python computes."""

from dataclasses import replace

import pytest
from books import COMMITTED, ROOT, same_parts, saved, template
from openpyxl import load_workbook
from stored import differences, poisoned, stored

from xlhedge.analysis import analyse
from xlhedge.analysis.hedge import HedgeRow
from xlhedge.portfolio import Holding
from xlhedge.readers import read
from xlhedge.samples import SAMPLES
from xlhedge.sheets.template import template_book


@pytest.mark.parametrize("path", COMMITTED)
def test_what_is_committed_is_what_the_code_builds(path, tmp_path):
    same_parts(ROOT / path, saved(template(*COMMITTED[path]), tmp_path / "built.xlsx"))


@pytest.mark.parametrize("name", SAMPLES)
def test_libreoffice_computes_what_python_computes(name, libreoffice, tmp_path):
    path = saved(template(name), tmp_path / "built.xlsx")
    expected = stored(path)
    assert len(expected) > 3_000
    computed = libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []
    assert {"HEDGE_NOTIONAL", "NET_DELTA", "LIQUIDATION_PRICE", "SCENARIO_PNL"} <= set(
        libreoffice.calls
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_without_the_extension_the_same_file_shows_errors(name, plain_libreoffice, tmp_path):
    path = saved(template(name), tmp_path / "built.xlsx")
    computed = plain_libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    assert computed["Hedge"]["D10"] == "#NAME?"
    assert computed["Sensitivity"]["B6"] == "#NAME?"


def test_odd_portfolios_compute_alike(libreoffice, tmp_path):
    path = saved(template("odd"), tmp_path / "odd.xlsx")
    expected = stored(path)
    heads = heads_of(path, "Hedge")
    # It has what it is meant to have: a naked short, a too small order, equal shares of 0.
    naked = expected["Hedge", f"{heads[HedgeRow.short_notional.title]}9"]
    assert naked == pytest.approx(3 * 150)
    assert expected["Hedge", f"{heads[HedgeRow.action.title]}15"] == "too small"
    assert [expected["Hedge", f"{heads[HedgeRow.share.title]}{row}"] for row in (13, 14)] == [
        0.5,
        0.5,
    ]
    assert differences(libreoffice.values(poisoned(path, tmp_path / "p.xlsx")), expected) == []


def test_the_hedge_sheet_marks_what_is_off_and_what_costs():
    sheet = load_workbook(ROOT / "workbooks/treasury.xlsx")["Hedge"]
    headers = {cell.value: cell.column_letter for cell in sheet[7]}
    marked = {
        str(each.sqref): [rule.formula[0] for rule in each.rules]
        for each in sheet.conditional_formatting
        if each.rules[0].formula
    }
    now, wanted = headers["Hedged now"], headers["Hedge ratio wanted"]
    over, under = marked[f"{now}10:{now}59"]
    assert f"${now}10>${wanted}10+0.02" in over
    assert f"${now}10<${wanted}10-0.02" in under
    for title in ("Funding cost to the horizon", "Funding cost in a year"):
        (costs,) = marked[f"{headers[title]}10:{headers[title]}59"]
        assert f"${headers[title]}10>0" in costs


@pytest.mark.parametrize("name", ["venues", "nobody's", "lots", "dated"])
def test_other_kinds_of_books_compute_alike(name, libreoffice, tmp_path):
    path = saved(template(name), tmp_path / "built.xlsx")
    computed = libreoffice.values(poisoned(path, tmp_path / "p.xlsx"))
    assert differences(computed, stored(path)) == []


@pytest.mark.parametrize("grows", [True, False])
def test_a_twelfth_holding_counts_everywhere(grows, libreoffice, tmp_path):
    treasury = SAMPLES["treasury"]
    more = [Holding(asset=f"COIN{n}", quantity=n, spot_price=10 * n, instrument="BTC-PERP")
            for n in range(6, 13)]  # fmt: skip
    eleven = replace(treasury, holdings=(*treasury.holdings, *more[:-1]))
    path, built = tmp_path / "eleven.xlsx", tmp_path / "twelve.xlsx"
    template_book(analyse(eleven)).save(path)
    book = load_workbook(path)
    sheet = book["Portfolio"]
    for column, value in {"A": "COIN12", "B": 12, "D": 120, "F": 1, "G": "BTC-PERP"}.items():
        sheet[f"{column}17"] = value
    if grows:
        table = sheet.tables["Holdings"]
        table.ref = table.autoFilter.ref = "A5:H17"
    book.save(path)
    twelve = replace(treasury, holdings=(*treasury.holdings, *more))
    assert read(path).holdings == twelve.holdings
    template_book(analyse(twelve)).save(built)
    assert differences(libreoffice.values(path), stored(built)) == []
    values = libreoffice.values(path)
    for title, cell in (("Hedge", "A21"), ("Unwind", "A44")):
        assert values[title][cell] == "COIN12"
    assert values["Hedge"]["D8"] == pytest.approx(analyse(twelve).total["spot_notional"])


@pytest.mark.parametrize("grows", [True, False])
def test_a_row_typed_below_the_table_counts(grows, libreoffice, tmp_path):
    book = load_workbook(ROOT / "workbooks/treasury.xlsx")
    sheet = book["Portfolio"]
    typed = {"A": "DOT", "B": 1_000, "D": 4, "E": 1, "F": 1.5, "G": "BTC-PERP"}
    for column, value in typed.items():
        sheet[f"{column}11"] = value
    if grows:
        table = sheet.tables["Holdings"]
        table.ref = table.autoFilter.ref = "A5:H11"
    path = tmp_path / "typed.xlsx"
    book.save(path)
    analysis = analyse(read(path))
    assert [row["asset"] for row in analysis.hedge] == ["BTC", "ETH", "SOL", "LINK", "XMR", "DOT"]
    built = tmp_path / "built.xlsx"
    template_book(analysis).save(built)
    assert differences(libreoffice.values(path), stored(built)) == []


def heads_of(path, title, row=7):
    """The letters of a sheet's columns by their headers."""
    return {
        cell.value: cell.column_letter for cell in load_workbook(path)[title][row] if cell.value
    }


def edited(path, name, **cells):
    """A copy of the treasury with some cells of a sheet changed; None clears one."""
    book = load_workbook(ROOT / "workbooks/treasury.xlsx")
    for cell, value in cells.items():
        book[name][cell] = value
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("sheet", "cell", "shows"),
    [
        ("Portfolio", "B6", HedgeRow.quantity),
        ("Portfolio", "D6", HedgeRow.spot_price),
        ("Shorts", "B6", HedgeRow.short_notional),  # contracts
        ("Instruments", "G7", HedgeRow.short_notional),  # the size of an inverse contract
        ("Instruments", "F6", HedgeRow.funding_year),  # the funding rate of a perpetual
    ],
)
def test_a_cell_that_must_be_filled_is_an_error_while_it_is_blank(
    sheet, cell, shows, libreoffice, tmp_path
):
    header = load_workbook(ROOT / "workbooks/treasury.xlsx")[sheet]
    assert header[cell].value is not None
    path = edited(tmp_path / "blank.xlsx", sheet, **{cell: None})
    values, letter = libreoffice.values(path), heads_of(path, "Hedge")[shows.title]
    assert "#N/A" in {values["Hedge"].get(f"{letter}{row}") for row in (8, 10, 11)}
    assert values["Hedge"]["F3"] == 0


def test_rows_too_far_down_and_shocks_too_many_are_told(libreoffice, tmp_path):
    path = edited(tmp_path / "far.xlsx", "Portfolio", A56="DOT", B56=1, D56=4, V13=0.01)
    values = libreoffice.values(path)["Hedge"]
    assert (values["F3"], values["G3"]) == (1, "Fill them into a new template.")
    assert (values["F4"], values["G4"]) == (101 - 21, "Raise shock_step.")
