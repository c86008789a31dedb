"""`xlhedge calc`: what a person types behind it, a formula that is pasted, and what is asked."""

import math

import pytest
from typer.testing import CliRunner

from xlhedge.cli import app
from xlhedge.cli.calc import Calculation
from xlhedge.errors import HedgeError, InputError


def calc(*arguments):
    """The status, the output and the error output of a call."""
    done = CliRunner().invoke(app, ["calc", *arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "said", "warned"),
    [
        (["DAYS_TO_EXPIRY", "2026-11-26", "2027-03-31"], "125", ""),
        (["DAYS_TO_EXPIRY", "2026-11-26 12:00", "46477"], "124.5", ""),
        (["HEDGE_NOTIONAL", "1", "60000", "50%"], "30000", ""),
        (["FUNDING_DRAG", "60000", "0.01%", "30"], "-540", ""),
        (["HEDGE_NOTIONAL", "1", "60,000", "0.5"], "30000", 'note: "60,000" is read as 60000'),
        (["HEDGE_NOTIONAL", "0,5", "60000", "1"], "30000", 'note: "0,5" is read as 0.5'),
        (["NET_DELTA", "1", "$60,000", "(45,000)"], "105000",
         """note: "$60,000" is read as 60000
xlhedge: note: "(45,000)" is read as -45000
xlhedge: warning: short_notional -45,000 is a long future; a short is positive."""),
        (["HEDGE_NOTIONAL", "1", "60000", "50"], "3000000",
         "warning: hedge_ratio 50 means 5,000 %; 50 % is written 50% or 0.5."),
        (["=NET_DELTA(1;60000;45000)"], "15000", ""),
        (["NET_DELTA(1,", "60000,", "45000)"], "15000", ""),
        (["=NET_DELTA(12,60000,4)"], "719996",
         "warning: short_notional 4 is in quote, against 720,000 held: 4 coins are 240,000."),
    ],
)  # fmt: skip
def test_a_call_as_people_type_it(arguments, said, warned):
    assert calc(*arguments) == (0, f"{said}\n", f"xlhedge: {warned}\n" if warned else "")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=net_delta( 1 , 60000 , 45000 )", 15_000),
        ("=NET_DELTA(1,5; 60000,0; 45000)", 45_000),
        ("=NET_DELTA(1, 60000, SHORT_NOTIONAL(0.5, 60000)) * 2 - 50%", 59_999.5),
        ('=SHORT_NOTIONAL(6;100;;"linear")', 600),
        ("=SHORT_NOTIONAL(6,100,)", 600),
        ("=DAYS_TO_EXPIRY(DATE(2026,11,26),2027-03-31)", 125),
        ("=FUNDING_BREACH({-0.00012,-0.00015,-0.00011})", True),
        ("=AVERAGE_ENTRY({0.5;0.3};{5000;6000})", 5_375),
        ("=UNWIND_SIGNAL(0, FALSE, FALSE, -0.2, 0.15)", "HORIZON + REDEPLOY"),
        ('=HEDGE_CONTRACTS(60000,60500,1,"linear",0.001,"down")', 0.991),
        ("1+2*3^2", 19),
        ("=-2^2", 4),  # as spreadsheets have it
        ("=2^3^2", 64),
        ("=(1+2)*-3", -9),
        ("=60000×2÷4−1", 29_999),
        ("=--5%%", 0.0005),
        ("=" + "(" * 40 + "1" + ")" * 40, 1),
        ("=" + "-" * 5_000 + "1", 1),
    ],
    ids=lambda text: str(text)[:30],
)  # fmt: skip
def test_a_formula_is_worked_out(formula, value):
    found = Calculation().formula(formula)
    assert found == value if isinstance(value, str | bool) else math.isclose(found, value)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (
            "=NET_DETLA(1;2;3)",
            "no function is called 'NET_DETLA'; did you mean NET_DELTA? `xlhedge",
        ),
        ("=NET_DELTA(1;60000", 'the formula is wrong at its end: expected ";"'),
        ("=NET_DELTA(1 2)", 'the formula is wrong at "2": expected ","'),
        ("=2+", "the formula is wrong at its end: expected a value"),
        ("=1)", 'the formula is wrong at ")": expected the formula to end'),
        ("=NET_DELTA(B6,1,2)", '"B6" is a cell or a name; write its value in its place'),
        ("=SUM(1,2)", "no function is called 'SUM'"),
        ("=HEDGE_NOTIONAL(1, 60,000, 0.5)", "000 begins with 0; write a number such as 60000"),
        ("=NET_DELTA(1;60,000;3)", '"60,000" may be 60000 or 60; write 60000 or 60'),
        ("=AVERAGE_ENTRY({0,5;0,3};{1;2})", "{0,5;0,3}: write decimals with a point"),
        ("=NET_DELTA(1.2.3,4,5)", '"1.2.3" is not a number; it must be one such as 60000'),
        ("=NET_DELTA(1,2,3,4,5)", "NET_DELTA takes at most 4 arguments"),
        ('=1+"x"', 'only numbers can be computed with, and here is "x"'),
        ("=1/0", "the formula divides by 0"),
        ("=9^9^9^9", "the formula has no value, or one that is too large"),
        ("=(-8)^0.5", "the formula has no value, or one that is too large"),
        ("=1e999", '"1e999" is too large for a number'),
        ("=DATE(2026,13,1)", "DATE takes a year, a month and a day"),
        ("=" + "(" * 80, "the formula is nested too deeply"),
        ("=", "the formula is wrong at its end: expected a value"),
        ("=DAYS_TO_EXPIRY(1,)", "expiry: is empty"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_wrong_with_a_formula_is_one_line(formula, message):
    with pytest.raises((InputError, HedgeError)) as caught:
        Calculation().formula(formula)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_an_argument_says_what_to_type():
    assert calc("NET_DELTA", "1", "ten", "0") == (
        2, "", 'xlhedge: spot_price: "ten" is not a number; it must be above 0, such as 60000\n'
    )  # fmt: skip
    assert calc("NET_DELTA", "2026-11-26", "2", "0")[::2] == (
        2,
        (
            "xlhedge: spot_qty: 2026-11-26 00:00:00 is not a number; it must be a number, "
            "such as 0.5\n"
        ),
    )


def found_by(word):
    done = CliRunner().invoke(app, ["functions", word])
    return done.exit_code, {
        line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")
    }


def test_functions_are_found_by_a_word_of_their_names_or_help():
    status, names = found_by("Liquidation")
    assert status == 0
    assert {"LIQUIDATION_PRICE", "LIQUIDATION_BUFFER", "MARGIN_RATIO"} <= names
    assert "NET_DELTA" not in names
    assert found_by("NET_DETLA") == (2, set())
