"""Tiers and the margin ladder: numbers worked out by hand, and what real spreadsheets compute."""

import io
import re
import zipfile
from collections import Counter
from datetime import datetime

import pytest
from openpyxl import load_workbook
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from portfolios import letter_of
from stored import differences, poisoned, stored

from xlhedge.analysis import analyse
from xlhedge.analysis.margin import MarginRow
from xlhedge.portfolio import Holding, Instrument, Portfolio, Settings, Short, Tier
from xlhedge.samples import SAMPLES
from xlhedge.sheets.input_cells import NOTHING_TYPED
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

LADDER = ("add_10", "add_20", "add_30", "add_50")
LINEAR = ((0, 0.004), (250_000, 0.01), (350_000, 0.02))
NAME, FLOOR, RATE = (letter_of("Tiers", name) for name in ("instrument", "floor", "mm_rate"))
COINS = ((0, 0.01), (0.8, 0.05))


def tiers(name, steps):
    return [Tier(instrument=name, floor=floor, mm_rate=rate) for floor, rate in steps]


def perpetual(name="PERP", price=60_000, **more):
    base = {"underlying": "BTC", "funding_rate": 0.0001, "index_price": price}
    return Instrument(instrument=name, futures_price=price, **base | more)


def portfolio(instruments, shorts, rows=(), **settings):
    return Portfolio(
        settings=Settings(
            as_of=datetime(2026, 3, 2), horizon_date=datetime(2026, 4, 1), **settings
        ),
        holdings=[Holding(asset="BTC", quantity=1, spot_price=60_000)],
        instruments=instruments,
        shorts=shorts,
        tiers=rows,
    )


def one(terms, short, steps=(), **settings):
    """The row of one short."""
    rows = tiers(terms.instrument, steps)
    short = Short(**{"instrument": terms.instrument, "entry_price": 60_000} | short)
    (row,) = analyse(portfolio([terms], [short], rows, **settings)).margin
    return row


def figures(row, names):
    return [row[name] for name in names]


class TestTiers:
    def test_a_linear_short_is_liquidated_in_the_tier_that_it_rises_into(self):
        row = one(perpetual(mm_rate=0.004), {"contracts": 4, "margin": 48_000}, LINEAR)
        # 240,000 at entry is in the first tier; amounts: 0, 1,500, 350,000 × 0.01 + 1,500.
        price = (48_000 + 1_500 + 240_000) / (4 * 1.01)
        assert row["liquidation_price"] == pytest.approx(price)  # 71,658: 286,634 in all
        assert figures(row, ("mm_rate", "mm_amount")) == pytest.approx([0.01, 1_500])
        assert row["liquidation_buffer"] == pytest.approx(price / 60_000 - 1)
        # At the mark the first tier holds: 240,000 × 0.4 % of an equity of 48,000.
        assert row["maintenance_margin"] == pytest.approx(960)
        assert row["margin_ratio"] == pytest.approx(0.02)
        assert row["bankruptcy_price"] == pytest.approx(72_000)
        # Loss and maintenance at 66,000 (second tier), 72,000, 78,000, and 90,000 (third).
        assert figures(row, LADDER) == pytest.approx(
            [
                0,
                48_000 + 288_000 * 0.01 - 1_500 - 48_000,
                72_000 + 312_000 * 0.01 - 1_500 - 48_000,
                120_000 + 360_000 * 0.02 - 5_000 - 48_000,
            ]
        )

    def test_what_is_added_puts_the_liquidation_where_it_is_asked(self):
        add = one(perpetual(), {"contracts": 4, "margin": 48_000}, LINEAR)["add_50"]
        row = one(perpetual(), {"contracts": 4, "margin": 48_000 + add}, LINEAR)
        assert row["liquidation_price"] == pytest.approx(90_000)
        assert row["mm_rate"] == 0.02

    def test_an_inverse_short_is_liquidated_in_the_tier_that_it_falls_into(self):
        terms = perpetual(contract_type="inverse", contract_size=1, mm_rate=0.03)
        row = one(terms, {"contracts": 60_000, "margin": 0.3}, COINS)
        # One coin at entry, in the second tier; 0.707 at the end, in the first.
        assert row["liquidation_price"] == pytest.approx(60_000 * 0.99 / 0.7)
        assert figures(row, ("mm_rate", "mm_amount")) == [0.01, 0]
        assert row["maintenance_margin"] == pytest.approx(0.05 - 0.8 * 0.04)
        assert row["margin_ratio"] == pytest.approx(0.018 / 0.3)
        assert row["bankruptcy_price"] == pytest.approx(60_000 / 0.7)
        # At 66,000 the coins are 0.909, in the second tier; at 90,000 two thirds, in the first.
        assert figures(row, LADDER) == pytest.approx([0, 0, 0, 1 / 3 + 0.01 * 2 / 3 - 0.3])
        poor = one(terms, {"contracts": 60_000, "margin": 0.06}, COINS)
        assert poor["add_10"] == pytest.approx(1 / 11 + 0.05 / 1.1 - 0.032 - 0.06)

    def test_where_no_price_liquidates_the_tier_is_that_of_the_mark(self):
        terms = perpetual(contract_type="inverse", contract_size=1)
        row = one(terms, {"contracts": 60_000, "margin": 1}, COINS)
        assert row["tier_price"] == row["liquidation_price"] == "none"
        assert row["liquidation_buffer"] == "not by a rise"
        assert figures(row, ("mm_rate", "mm_amount")) == pytest.approx([0.05, 0.032])
        assert figures(row, LADDER) == [0, 0, 0, 0]
        long = one(perpetual(mm_rate=0.01), {"contracts": -1, "margin": 60_000})
        assert long["liquidation_buffer"] == "not by a fall"
        assert long["bankruptcy_price"] == "none"

    def test_a_maintenance_margin_frozen_at_entry_keeps_the_tier_of_the_entry(self):
        terms = perpetual(mm_basis="entry")
        row = one(terms, {"contracts": 4, "margin": 48_000}, LINEAR)
        # 960 whatever the price: the first tier, though 287,040 at the end are in the second.
        assert row["liquidation_price"] == pytest.approx(60_000 + (48_000 - 960) / 4)
        assert figures(row, ("mm_rate", "mm_amount", "rate_50")) == [0.004, 0, 0.004]
        assert figures(row, LADDER) == pytest.approx([0, 960, 24_960, 72_960])
        later = one(
            perpetual(price=66_000, mm_basis="entry"), {"contracts": 4, "margin": 48_000}, LINEAR
        )
        assert later["maintenance_margin"] == pytest.approx(960)  # not of the 264,000 at the mark
        assert later["margin_ratio"] == pytest.approx(960 / 24_000)

    def test_without_margin_the_tier_is_that_of_the_mark(self):
        row = one(perpetual(), {"contracts": 5}, LINEAR)
        assert figures(row, ("mm_rate", "mm_amount")) == pytest.approx([0.01, 1_500])
        assert row["maintenance_margin"] == pytest.approx(1_500)
        for name in ("liquidation_price", "margin_ratio", "bankruptcy_price", *LADDER):
            assert row[name] is None, name
        rows = tiers("PERP", LINEAR)
        short = Short(instrument="PERP", contracts=5, entry_price=60_000)
        caveats = analyse(portfolio([perpetual()], [short], rows)).caveats
        assert "PERP: liquidation unknown without margin in Shorts" in caveats

    def test_one_tier_is_a_plain_rate(self):
        position = {"contracts": 4, "margin": 48_000}
        plain = one(perpetual(mm_rate=0.004), position)
        tiered = one(perpetual(mm_rate=0.3), position, ((0, 0.004),))
        for name in ("liquidation_price", "margin_ratio", "mm_rate", "mm_amount", *LADDER):
            assert tiered[name] == plain[name], name

    def test_scenarios_take_the_tiered_price(self):
        short = Short(instrument="PERP", contracts=4, entry_price=60_000, margin=48_000)
        analysis = analyse(portfolio([perpetual(mm_rate=0.004)], [short], tiers("PERP", LINEAR)))
        # 71,658 is a rise of 19.43 %; by the first tier's rate alone it would be 19.52 %.
        assert analysis.after(0.1945) == pytest.approx(60_000 * 0.1945 - 48_000)


class TestLadder:
    def test_a_long_future_falls(self):
        row = one(
            perpetual(price=48_000, mm_rate=0.01),
            {"contracts": -2, "entry_price": 50_000, "margin": 20_000},
        )
        assert row["liquidation_price"] == pytest.approx(80_000 / 1.98)
        assert row["margin_ratio"] == pytest.approx(960 / 16_000)
        # At 43,200, 38,400, 33,600 and 24,000: the loss from 50,000 and 1 % of what is left.
        assert figures(row, LADDER) == pytest.approx(
            [0, 23_200 + 768 - 20_000, 32_800 + 672 - 20_000, 52_000 + 480 - 20_000]
        )

    def test_margin_enough_needs_nothing(self):
        row = one(perpetual(mm_rate=0.01), {"contracts": 1, "margin": 30_900.01})
        assert figures(row, LADDER) == [0, 0, 0, 0]
        row = one(perpetual(mm_rate=0.01), {"contracts": 1, "margin": 30_899})
        assert row["add_50"] == pytest.approx(1)  # 30,000 and 1 % of 90,000

    def test_it_counts_from_the_mark_not_from_the_entry(self):
        row = one(perpetual(price=66_000, mm_rate=0.01), {"contracts": 1, "margin": 15_000})
        assert row["add_20"] == pytest.approx(19_200 + 792 - 15_000)  # at 79,200

    def test_without_margin_or_rate_it_is_blank(self):
        for terms, short in (
            (perpetual(), {"contracts": 1, "margin": 9_000}),
            (perpetual(mm_rate=0.01), {"contracts": 1}),
        ):
            row = one(terms, short)
            assert figures(row, ("liquidation_price", "margin_ratio", *LADDER)) == [None] * 6

    def test_an_equity_that_is_gone_is_said(self):
        terms = perpetual(mm_rate=0.003, mm_amount=2_000)
        row = one(terms, {"contracts": 1, "entry_price": 50_000, "margin": 9_950})
        assert row["margin_ratio"] == "no equity"


def test_no_two_columns_have_one_title():
    assert len({figure.title for figure in MarginRow.figures}) == len(MarginRow.figures)


# Tiers of every kind at once, and shorts that are near their end.
ODD = portfolio(
    [
        perpetual("PLAIN", mm_rate=0.01),
        perpetual("INV", contract_type="inverse", contract_size=1),
        perpetual("LIN", mm_rate=0.3),
        perpetual("ONE", price=59_000),
        perpetual("FROZEN", price=66_000, mm_basis="entry"),
        perpetual("BARE"),
        perpetual("GONE", mm_rate=0.003, mm_amount=2_000),
    ],
    [
        Short(instrument="LIN", contracts=4, entry_price=60_000, margin=48_000, account="1"),
        Short(instrument="LIN", contracts=-9, entry_price=60_000, margin=90_000, account="2"),
        Short(instrument="LIN", contracts=5, entry_price=60_000, account="3"),
        Short(instrument="LIN", contracts=0, entry_price=60_000, margin=0, account="4"),
        Short(instrument="INV", contracts=60_000, entry_price=60_000, margin=0.3, account="5"),
        Short(instrument="INV", contracts=60_000, entry_price=60_000, margin=1, account="6"),
        Short(instrument="INV", contracts=-50_000, entry_price=62_000, margin=0.06, account="7"),
        Short(instrument="ONE", contracts=1, entry_price=50_000, margin=9_950, account="8"),
        Short(instrument="FROZEN", contracts=4, entry_price=60_000, margin=48_000, account="9"),
        Short(
            instrument="PLAIN",
            contracts=1,
            entry_price=60_000,
            margin=700,
            leverage=80,
            account="10",
        ),
        Short(instrument="PLAIN", contracts=1, entry_price=60_000, margin=40_000, account="11"),
        Short(instrument="PLAIN", contracts=-1, entry_price=60_000, margin=70_000, account="12"),
        Short(instrument="BARE", contracts=1, entry_price=60_000, margin=9_000, account="13"),
        Short(instrument="BARE", contracts=1, entry_price=60_000, account="14"),
        Short(instrument="GONE", contracts=1, entry_price=50_000, margin=9_950, account="15"),
        Short(instrument="PLAIN", contracts=-1, entry_price=60_000, margin=40_000, account="16"),
    ],
    [
        *tiers("LIN", LINEAR),
        *tiers("ONE", ((0, 0.003),)),
        *tiers("INV", COINS),
        *tiers("FROZEN", LINEAR),
    ],
    liquidation_alert=0.3,
)

# By hand: +19 %, −16 %, −2.6 %, +1.3 %, +8.7 %, +0.2 % and +2.9 % are nearer than 30 %.
NEAR = [0, 1, 6, 7, 8, 9, 14]
ALARM = [9, 14]  # 600 of an equity of 700; an equity of −50


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "template.xlsx"
    template_book(analyse(ODD)).save(path)
    return path


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.xlsx"
    report_book(analyse(ODD)).save(path)
    return path


def headers(sheet, row):
    return {cell.value: cell.column_letter for cell in sheet[row] if cell.value}


TITLES = {figure.name: figure.title for figure in MarginRow.figures}


def test_the_template_computes_what_python_computes(template, libreoffice, tmp_path):
    expected = stored(template)
    computed = libreoffice.values(poisoned(template, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []
    assert {"LIQUIDATION_PRICE_TIERED", "MAINTENANCE_TIER"} <= set(libreoffice.calls)


def test_without_tiers_no_cell_calls_their_functions(libreoffice, tmp_path):
    path = tmp_path / "plain.xlsx"
    template_book(analyse(SAMPLES["partial-hedge"])).save(path)
    libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    calls = Counter(libreoffice.calls)
    assert calls["LIQUIDATION_PRICE"] > 1
    sheets = load_workbook(path)
    del sheets["Margin"]  # the reference has an example of each function
    texts = " ".join(str(c.value) for s in sheets for row in s.iter_rows() for c in row)
    for name in ("LIQUIDATION_PRICE_TIERED", "MAINTENANCE_TIER"):
        assert calls[name] <= texts.count(f"{name}("), name


@pytest.mark.parametrize("engine", ["plain_libreoffice", "ironcalc"])
def test_the_report_s_native_formulas_give_what_is_stored(report, engine, request, tmp_path):
    expected = stored(report)
    computed = request.getfixturevalue(engine).values(poisoned(report, tmp_path / "poisoned.xlsx"))
    assert differences(computed, expected) == []
    sheet = load_workbook(report)["Margin"]
    columns = headers(sheet, 4)
    tiered, plain = 6, 15
    for name in ("liquidation_price", "margin_ratio", "maintenance_margin", *LADDER):
        assert sheet[f"{columns[TITLES[name]]}{tiered}"].value.startswith("="), name
    rate = columns[TITLES["mm_rate"]]
    assert sheet[f"{rate}{tiered}"].value == 0.01  # the tier that was found
    assert sheet[f"{rate}{plain}"].value.startswith("=")


def edited(path, sheet, **cells):
    book = load_workbook(path)
    for cell, value in cells.items():
        book[sheet][cell] = value
    book.save(path)
    return path


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({f"{NAME}7": "BARE"}, [10, 11, 12, 13]),  # a row of another instrument between
        ({f"{RATE}8": None}, [10, 11, 12, 13]),  # a tier without a rate
        ({f"{FLOOR}6": None}, [10, 11, 12, 13]),  # the first without its floor
        ({f"{FLOOR}6": 10}, [10, 11, 12, 13]),  # or not from 0
        ({f"{FLOOR}7": 400_000}, [10, 11, 12, 13]),  # or not ascending
        ({f"{NAME}9": None}, [17]),  # a tier less: ONE has none, and no rate of its own
    ],
)
def test_tiers_that_cannot_be_are_no_number_in_the_sheet(cells, wrong, template, libreoffice):
    before = libreoffice.values(template)["Margin"]
    values = libreoffice.values(edited(template, "Instruments", **cells))["Margin"]
    columns = headers(load_workbook(template)["Margin"], 8)
    letters = [columns[TITLES[name]] for name in ("liquidation_price", "margin_ratio", *LADDER)]
    for row in range(10, 25):
        for letter in letters:
            value = values.get(f"{letter}{row}")
            if row in wrong:
                assert value is None or str(value).startswith("#"), (letter, row, value)
            elif f"{NAME}7" not in cells or row not in (22, 23):  # BARE has got tiers now
                assert value == before.get(f"{letter}{row}"), (letter, row)


def test_more_tiers_than_there_is_room_for_are_no_number(template, libreoffice):
    cells = {f"{NAME}{row}": "LIN" for row in range(6, 22)}
    cells |= {f"{FLOOR}{row}": row for row in range(7, 22)}
    cells |= {f"{RATE}{row}": 0.01 for row in range(6, 22)}
    columns = headers(load_workbook(template)["Margin"], 8)
    tiers, price = (columns[TITLES[name]] for name in ("tiers", "liquidation_price"))
    values = libreoffice.values(edited(template, "Instruments", **cells))["Margin"]
    assert (values[f"{tiers}10"], values[f"{price}10"]) == ("#VALUE!", "#VALUE!")
    values = libreoffice.values(edited(template, "Instruments", **{f"{NAME}21": None}))["Margin"]
    assert values[f"{tiers}10"] == 15
    assert values[f"{price}10"] == pytest.approx(288_000 / 4.04, abs=1)  # amounts are next to 0


def test_a_portfolio_s_own_tiers_always_have_room(libreoffice, tmp_path):
    steps = [(1_000 * n, 0.001 * (n + 1)) for n in range(20)]
    short = Short(instrument="PERP", contracts=0.2, entry_price=60_000, margin=2_400)
    path = tmp_path / "many.xlsx"
    analysis = analyse(portfolio([perpetual()], [short], tiers("PERP", steps)))
    template_book(analysis).save(path)
    expected = stored(path)
    assert differences(libreoffice.values(poisoned(path, tmp_path / "p.xlsx")), expected) == []
    # The fifteenth tier, above 14,000: its amount is 0.001 × (1,000 + 2,000 + … + 14,000).
    assert analysis.margin[0]["mm_amount"] == pytest.approx(105)


def test_no_cell_is_volatile(template):
    """A volatile cell is computed on opening, and is #NAME? where our functions are not there."""
    sheet = load_workbook(template)["Margin"]
    texts = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert not re.search(r"\b(OFFSET|INDIRECT|NOW|TODAY|RAND)\(", texts)


def test_a_blank_entry_is_no_position_that_nothing_liquidates(template, libreoffice):
    values = libreoffice.values(edited(template, "Shorts", C6=None, C10=None))["Margin"]
    columns = headers(load_workbook(template)["Margin"], 8)
    for row in (10, 14):
        for name in ("liquidation_price", "liquidation_buffer", "bankruptcy_price", "tier_price"):
            assert values[f"{columns[TITLES[name]]}{row}"] == "#N/A", (name, row)


def test_tiers_typed_too_far_down_are_told(template, libreoffice):
    values = libreoffice.values(edited(template, "Instruments", **{f"{NAME}36": "LIN"}))["Margin"]
    assert (values["B5"], values["C5"]) == (1, "Fill them into a new template.")


@pytest.mark.parametrize(
    ("kind", "engine", "first"),
    [("template", "libreoffice", 10), ("report", "plain_libreoffice", 6)],
)
def test_rows_near_their_end_are_marked(kind, engine, first, request):
    """The conditions of the two formats, put into cells of every row."""
    path = request.getfixturevalue(kind)
    book = load_workbook(path)
    sheet = book["Margin"]
    ((cells, rules),) = [
        (str(each.sqref), each.rules)
        for each in sheet.conditional_formatting
        if NOTHING_TYPED not in str(each.rules[0].formula) and len(each.rules) > 1
    ]
    last = first + 49 if kind == "template" else first + 15
    assert cells == f"A{first}:{get_column_letter(len(MarginRow.figures))}{last}"
    alarm, near = rules
    assert alarm.dxf.font.b
    assert alarm.priority < near.priority
    for letter, rule in (("EA", alarm), ("EB", near)):
        (text,) = rule.formula
        for row in range(first, last + 1):
            place = Translator(f"={text}", f"A{first}").translate_formula(f"A{row}")
            sheet[f"{letter}{row}"] = place
    book.save(path)
    values = request.getfixturevalue(engine).values(path)["Margin"]
    for letter, rows in (("EA", ALARM), ("EB", NEAR)):
        marked = [row - first for row in range(first, last + 1) if values[f"{letter}{row}"]]
        assert marked == rows


def test_the_alert_is_the_setting(template, libreoffice):
    assert libreoffice.values(edited(template, "Portfolio", V17=0.1))["Margin"]["B4"] == 0.1
    assert load_workbook(template)["Portfolio"]["U17"].value == "liquidation_alert"


def nearest(portfolio):
    """The table of the nearest liquidations, its formulas and its chart's XML."""
    content = report_book(analyse(portfolio)).to_bytes()
    shown, written = (
        load_workbook(io.BytesIO(content), data_only=data)["Margin"] for data in (True, False)
    )
    start = [cell.value for cell in shown["A"]].index("Nearest liquidations") + 2
    rows = [
        (shown.cell(at, 1).value, shown.cell(at, 2).value, written.cell(at, 2).value)
        for at in range(start, shown.max_row + 1)
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        charts = [
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("xl/charts/chart")
        ]
    (chart,) = [text for text in charts if "Distance to liquidation" in text]
    return start, rows, chart


def test_the_nearest_liquidations_have_a_chart():
    start, rows, chart = nearest(ODD)
    assert [name for name, _, _ in rows] == [
        "PLAIN, short, 10", "ONE", "INV, long, 7", "GONE", "FROZEN", "LIN, long, 2",
        "LIN, short, 1", "INV, short, 5", "PLAIN, short, 11", "PLAIN, long, 16",
    ]  # fmt: skip
    assert [round(move, 3) for _, move, _ in rows] == [
        0.002, 0.013, -0.026, 0.029, 0.087, -0.159, 0.194, 0.414, 0.65, -0.663,
    ]  # fmt: skip
    content = io.BytesIO(report_book(analyse(ODD)).to_bytes())
    cell = load_workbook(content, data_only=True)["Margin"][rows[0][2].lstrip("=")]
    assert (cell.row, cell.value) == (15, rows[0][1])  # the distance of the tenth short
    last = start + len(rows) - 1
    assert f"<f>'Margin'!$A${start}:$A${last}</f>" in chart
    assert f"<f>'Margin'!$B${start}:$B${last}</f>" in chart
    for text in ("Short", "Move from mark"):
        assert f"{text}" in re.sub("<[^>]*>", "|", chart)
    assert '<c:delete val="0" />' in chart or '<delete val="0" />' in chart


def test_the_chart_shows_ten_at_most():
    shorts = [
        Short(
            instrument="PERP",
            contracts=1,
            entry_price=60_000,
            margin=50_000 - 1_000 * n,
            account=f"{n}",
        )
        for n in range(12)
    ]
    _, rows, _ = nearest(portfolio([perpetual(mm_rate=0.01)], shorts))
    assert [name for name, _, _ in rows] == [f"PERP, short, {n}" for n in range(11, 1, -1)]


def test_without_a_liquidation_there_is_no_chart():
    for shorts in ([], [Short(instrument="PERP", contracts=1, entry_price=60_000)]):
        book = report_book(analyse(portfolio([perpetual()], shorts)))
        sheet = load_workbook(io.BytesIO(book.to_bytes()))["Margin"]
        assert "Nearest liquidations" not in [cell.value for cell in sheet["A"]]
