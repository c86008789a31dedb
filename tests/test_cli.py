"""The command line as a person uses it: a process, its output, its exit status."""

import subprocess
import sys

import pytest


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "xlhedge", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["HEDGE_NOTIONAL", "1", "60000", "0.5"], "30000\n"),
        (["short_pnl", "-1", "100", "90"], "-10\n"),
        (["SCENARIO_PNL", "1", "60000", "60000", "-0.2"], "0\n"),
        (["SHORT_NOTIONAL", "6", "100", "10", "inverse"], "60\n"),
        (["SHORT_NOTIONAL", "6", "100", "", "linear"], "600\n"),
        (["BASIS_REGIME", "1", "2"], "backwardation\n"),
        (["SCENARIO_ATTRIBUTION", "1", "100", "50", "-0.1"], "-10\t5\t0\t0\t0\t-5\n"),
        (["SCENARIO_PNL", "1", "100", "{0;100}", "{-0.5,1}"], "-50\t100\n0\t0\n"),
        (["NET_DELTA", "1", "{10;x}", "0"], "10\n#VALUE!\n"),
    ],
)
def test_calc(arguments, output):
    done = run("calc", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["calc", "NET_DELTA", "1", "-5", "0"],
         "xlhedge: spot_price: -5 is out of range; it must be above 0\n"),
        (["calc", "NOTHING"],
         "xlhedge: no function is called 'NOTHING'; `xlhedge functions` lists them\n"),
        (["functions", "NOTHING"],
         "xlhedge: no function is called 'NOTHING'; `xlhedge functions` lists them\n"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line(arguments, message):
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_functions_are_listed_and_explained():
    from xlhedge.functions import FUNCTIONS

    listed = run("functions").stdout
    assert all(f"  {entry.name} " in listed for entry in FUNCTIONS)
    explained = run("functions", "net_delta").stdout
    assert explained.startswith("NET_DELTA(spot_qty, spot_price, short_notional, [beta=1])")
    assert "=NET_DELTA(1, 60000, 45000)  gives 15000" in explained
    assert "quote per base coin" in explained


def test_help_loads_nothing_heavy():
    program = (
        "import sys\n"
        "from xlhedge.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'pandas', 'openpyxl', 'xlwings', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "Commands" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
