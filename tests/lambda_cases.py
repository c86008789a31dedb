"""The table of cases for hosts that compute the LAMBDAs' texts, with what only these can show."""

from cases import BLANK, BLANKS, ERRORS, ERRORS_IN_RANGES, RANGES, TWO_ERRORS, VALUES, Case

from xlhedge.errors import CellError
from xlhedge.hosts.lambdas import LAMBDAS

DIV0, NA, NUM, VALUE = CellError.DIV0, CellError.NA, CellError.NUM, CellError.VALUE

# In Excel a LAMBDA's arrays that do not fit together give #N/A in the cells beyond the shorter one.
OWN_ANSWERS = {"sizes that do not fit together": ((1, 4, NA),)}

OURS = (
    Case("NET_DELTA", ("", 1, 1), VALUE, "an empty text is text"),
    Case("NET_DELTA", (1, 1, 1, ""), VALUE, "and takes no default"),
    Case("NET_DELTA", (1, 1, True, True), 0, "TRUE counts as 1"),
    Case("SPOT_NOTIONAL", (), VALUE, "nothing given"),
    Case("HEDGE_NOTIONAL", (True, 1, True, True), 1, "TRUE counts as 1 in a domain, too"),
    Case("TRADING_FEE", (100, 0.01, True), 0, "TRUE is at most 1"),
    Case("SHORT_NOTIONAL", (3, 7, 2, BLANK), 42, "an empty cell for a word"),
    Case("SHORT_NOTIONAL", (3, 7, 2, ""), VALUE, "an empty text for a word"),
    Case("SHORT_NOTIONAL", (3, 7, 2, " INVERSE  "), 6, "words ignore case, spaces"),
    Case("SHORT_NOTIONAL", (3, 7, 2, True), VALUE, "a truth value for a word"),
    Case("FUNDING_APR", (0.1, 8, "continuous"), VALUE, "a word of another function"),
    Case("SHORT_NOTIONAL", (3, "x", 2, "inverse"), VALUE, "wrong, though it is not used"),
    Case("SHORT_NOTIONAL", (3, NA, 2, "inverse"), NA, "an error, though it is not used"),
    Case("SHORT_NOTIONAL", (3, -1, 2, "spot"), NUM, "the leftmost of our own errors"),
    Case("SHORT_NOTIONAL", (3, -1, "x", DIV0), DIV0, "an input's error before three of ours"),
    Case("SCENARIO_PNL", (1, 1, 1, -0.5, -0.6), NUM, "two shocks that add up to less than -1"),
    Case(
        "SCENARIO_PNL",
        (1, 1, 1, -0.5, -0.6, None, None, None, None, None, 0.2),
        NUM,
        "the first rule comes first",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 1, 1, 0, None, None, None, None, None, None, 0, 1),
        NUM,
        "a buffer of 0",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 1, 1, 0, None, None, None, None, None, None, None, -1),
        NUM,
        "a negative margin without a buffer",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.5, None, None, None, None, None, None, ((0.25, None, 0.25, 0.25),), 20),
        ((30, 0, 30, 30),),
        "no buffer in one of four cells",
    ),
    Case(
        "SCENARIO_PNL",
        (1, 100, 100, 0.5, 0, 0, 0, 8, 0, 1, 0.25, ((20,), (None,), (-1,), ("x",), (NA,))),
        ((30,), (VALUE,), (NUM,), (VALUE,), (NA,)),
        "a margin in one of five cells",
    ),
    Case(
        "SPOT_NOTIONAL",
        (((1e200,), (1,)), 1e200),
        ((NUM,), (1e200,)),
        "one of two is too large",
    ),
    Case(
        "NET_DELTA",
        (((1,), ("x",), (None,), (NA,)), ((2, -1, 3),), 1),
        ((1, NUM, 2), (VALUE, VALUE, VALUE), (VALUE, VALUE, VALUE), (NA, NA, NA)),
        "a column against a row, each with bad cells",
    ),
    Case(
        "HEDGE_CONTRACTS",
        (((10.4,), (-10.6,)), 1, 1, None, 1, (("nearest", "down", " Up"),)),
        ((10, 10, 11), (-11, -10, -11)),
        "a column of values against a row of words",
    ),
    Case(
        "UNWIND_SIGNAL",
        (((0,), (None,), (3,)), ((True, False, 1),), 0, 0, 0),
        (
            ("HORIZON + FUNDING", "HORIZON", "HORIZON + FUNDING"),
            *(("FUNDING", "HOLD", "FUNDING"),) * 2,
        ),
        "reasons over a grid",
    ),
    Case(
        "SCENARIO_ATTRIBUTION",
        (1, 100, 100, ((-0.5, 0.1),)),
        ((VALUE,) * 6,),
        "a row gives no row of legs",
    ),
    Case(
        "SCENARIO_ATTRIBUTION",
        (1, 1, 1e308, 0, 0, 0.5, ((30_000,), (0,))),
        ((NUM,) * 6, (0,) * 6),
        "a leg that is too large spoils its own row only",
    ),
    Case(
        "SCENARIO_ATTRIBUTION",
        (1, 100, 100, ((-0.5,), (-0.5,), ("x",)), ((0,), (-0.6,), (DIV0,))),
        ((-50, 50, 0, 0, 0, 0), (NUM,) * 6, (DIV0,) * 6),
        "two shocks that add up to less than -1, and an error before ours, spoil their own rows",
    ),
)
"""What only a host that tells blanks from zeros and passes errors on can show."""


def calls():
    """Every case of a function that has a text, with what a LAMBDA gives."""
    known = {entry.name for entry in LAMBDAS}
    for case in (*VALUES, *ERRORS, *TWO_ERRORS, *BLANKS, *RANGES, *ERRORS_IN_RANGES, *OURS):
        if case.function in known:
            yield case._replace(expected=OWN_ANSWERS.get(case.why, case.expected))
