"""Published and derived numbers against our functions."""

import json
import re

import pytest
from oracles import CASES, ROWS, UNANSWERED


def test_every_row_is_a_case_or_has_a_reason():
    assert set(ROWS) == set(CASES) | set(UNANSWERED)
    assert not set(CASES) & set(UNANSWERED)


def allowance(tolerance, expected):
    """How far off a row allows: absolute, or relative where it says so or is tighter than 1e-6."""
    number = re.search(r"[\d.]+(e-?\d+)?", tolerance)
    allowed = 1e-12 if tolerance == "exact" else float(number[0])
    relative = tolerance.startswith("rel") or allowed <= 1e-6
    return allowed * max(1, abs(expected)) if relative else allowed


@pytest.mark.parametrize("name", CASES)
def test_oracle(name):
    row = ROWS[name]
    expected = json.loads(row["expected"])
    found = CASES[name](json.loads(row["inputs"]))
    compared = [key for key in expected if key in found]
    assert compared, f"{name} compares nothing"
    for key in compared:
        if expected[key] is None or isinstance(expected[key], bool):
            assert found[key] is expected[key]
        else:
            several = isinstance(expected[key], list)
            largest = max(map(abs, expected[key])) if several else expected[key]
            allowed = allowance(row["tolerance"], largest)
            assert found[key] == pytest.approx(expected[key], rel=0, abs=allowed), key
