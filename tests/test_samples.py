"""The samples: files as anybody could write them."""

import subprocess
import sys
from pathlib import Path

import pytest

import xlhedge.samples
from xlhedge.analysis import analyse
from xlhedge.analysis.scenarios import STANDING
from xlhedge.readers import read
from xlhedge.samples import SAMPLES
from xlhedge.sheets.template import blank_analysis

FOLDER = Path(xlhedge.samples.__file__).parent
# What one sample is warned of because it shows what the warning is about; the others of nothing.
TEACHING = {"expiring-future": "hedges nothing after that"}


def test_every_file_is_a_sample_that_is_warned_of_nothing_but_what_it_teaches():
    assert sorted(SAMPLES) == sorted(path.stem for path in FOLDER.glob("*.json"))
    for name, portfolio in SAMPLES.items():
        assert portfolio == read(FOLDER / f"{name}.json")
        warned = [w.message for w in portfolio.warnings] + [*analyse(portfolio).caveats]
        assert len(warned) == (name in TEACHING), name
        assert all(TEACHING[name] in message for message in warned)
    with pytest.raises(KeyError, match="other"):
        SAMPLES["other"]


def test_every_sample_has_the_scenarios_that_test_the_way():
    """A template without a portfolio has them, too."""
    for portfolio in (*SAMPLES.values(), blank_analysis().portfolio):
        assert set(STANDING) <= set(portfolio.scenarios)
    assert all(each.spike > max(each.price_shock, 0) for each in STANDING)


def test_a_sample_is_read_when_it_is_asked_for():
    program = (
        "import sys\n"
        "sys.addaudithook(lambda event, args: print(args[0]) if event == 'open' else None)\n"
        "from xlhedge.samples import SAMPLES\n"
        "print(len(SAMPLES), SAMPLES['full-hedge'].settings.portfolio)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    read_files = [line for line in done.stdout.splitlines() if line.endswith(".json")]
    assert [Path(line).name for line in read_files] == ["full-hedge.json"]
    assert done.stdout.endswith(f"{len(SAMPLES)} Full hedge\n")
