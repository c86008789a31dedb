"""SECURITY.md and docs/reliability.md name tests: each of them is there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
HAVE = {
    *(path.name for path in TESTS.glob("test_*.py")),
    *(
        name
        for path in TESTS.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    ),
}


@pytest.mark.parametrize("page", ["SECURITY.md", "docs/reliability.md"])
def test_every_test_that_is_named_is_there(page):
    named = re.findall(r"`([\w…]*test_[\w…]+(?:\.py)?|…_\w+)`", (ROOT / page).read_text("utf-8"))
    assert len(named) > 15
    for name in named:
        pattern = ".*".join(map(re.escape, name.split("…")))  # … stands for what is left out
        assert any(re.fullmatch(pattern, each) for each in HAVE), name
