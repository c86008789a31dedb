"""What fuzzing found, and other strange cases, for ever: only a `HedgeError` comes out."""

from pathlib import Path

import fuzzed
import pytest

from xlhedge.portfolio import TABLES

CORPUS = Path(__file__).with_name("corpus")
CASES = sorted(path for kind in fuzzed.KINDS for path in (CORPUS / kind).iterdir())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.name[:20]}")
def test_a_case_is_read_or_refused(path):
    assert fuzzed.outcome(path.parent.name, path.read_bytes()) in {
        "read",
        "refused",
        "not analysed",
    }


@pytest.mark.parametrize(("kind", "data"), list(fuzzed.seeds()), ids=fuzzed.KINDS)
def test_what_the_fuzzer_begins_with_is_read(kind, data):
    assert fuzzed.outcome(kind, data) == "read"


def test_every_table_is_in_a_folder():
    assert sorted(fuzzed.FOLDER) == sorted(TABLES)


def test_the_corpus_is_small():
    assert CASES
    assert sum(path.stat().st_size for path in CASES) < 200_000
