"""What a script may act on: alarms and their exit status, and the orders for who executes them."""

import csv
import json
from datetime import datetime, timedelta

import pytest
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.analysis.alarms import alarms
from xlhedge.analysis.order_list import order_list
from xlhedge.batch.csv_files import COLUMNS
from xlhedge.cli import app
from xlhedge.readers import read

SETTINGS = {"portfolio": "Book", "as_of": "2026-03-02 08:00", "horizon_date": "2026-04-01 08:00"}
HELD = {"asset": "BTC", "quantity": 1, "spot_price": 60_000, "instrument": "P"}
TERMS = {
    "instrument": "P", "exchange": "Venue", "underlying": "BTC", "futures_price": 60_000,
    "funding_rate": 0.0001, "qty_step": 0.001, "mm_rate": 0.005,
}  # fmt: skip
SHORT = {"instrument": "P", "contracts": 1, "entry_price": 60_000, "margin": 60_000}
RATES = [
    {
        "time": str(datetime(2026, 3, 2, 8) - timedelta(hours=8 * back)),
        "symbol": "P",
        "close": 60_000,
        "funding_rate": -0.0005,
    }
    for back in (2, 1, 0)
]


def book(short=(), held=(), settings=(), history=()):
    return {
        "Settings": SETTINGS | dict(settings),
        "Holdings": [HELD | dict(held)],
        "Instruments": [TERMS],
        "Shorts": [SHORT | dict(short)],
        "Scenarios": [{"scenario": "Up", "asset": "*", "price_shock": 0.4}],
        "History": list(history),
    }


CALM = book()
ALARMING = {
    # (6,000 + 60,000) ÷ 1.005 = 65,671.6 is 9.5 % above the mark
    "near": (book(short={"margin": 6_000}), "P: liquidated by a move of +9.45 %"),
    "breach": (
        book(history=RATES),
        "P: funding cost more than 0.01 % per 8 hours, 3 settlements in a row",
    ),
    "gap": (
        book(short={"contracts": 0.9}),
        "BTC: 6,000.00 USD short of the target, more than 1 % of the exposure",
    ),
    "too much": (
        book(short={"contracts": 1.1}),
        "BTC: 6,000.00 USD over the target, more than 1 % of the exposure",
    ),
    "slip": (
        book(short={"contracts": 100, "margin": 6_000_000}),
        "BTC: its orders wait until what looks mistyped is checked",
    ),
}


def written(tables, folder, name="book"):
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(tables))
    return path


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.mark.parametrize("name", ALARMING)
def test_each_kind_has_its_words_and_its_exit_status(name, tmp_path):
    tables, alarm = ALARMING[name]
    path = written(tables, tmp_path)
    assert alarms(analyse(read(path))) == [alarm]
    for command in (["check"], ["report", "-j", "1", "-o", tmp_path / "out"]):
        done = run(*command, path, "--alert")
        assert (done.exit_code, f"{path}: alarm: {alarm}\n" in done.stderr) == (3, True)
        unasked = run(*command, path)
        assert (unasked.exit_code, "alarm" in unasked.stderr) == (0, False)


def test_a_calm_book_has_none(tmp_path):
    path = written(CALM, tmp_path)
    for command in (["check"], ["report", "-j", "1", "-o", tmp_path / "out"]):
        assert run(*command, path, "--alert").exit_code == 0


def test_an_alarm_counts_whatever_failed_beside_it_and_when_its_report_is_kept(tmp_path):
    desk, out = tmp_path / "desk", tmp_path / "out"
    written(ALARMING["near"][0], desk)
    (desk / "bad.json").write_text("{}")
    for more in ([], ["--resume"]):
        assert run("report", desk, "-j", "1", "-o", out, *more).exit_code == 1
        assert run("report", desk, "-j", "1", "-o", out, "--alert", *more).exit_code == 3
    assert run("check", desk, "--alert").exit_code == 3
    (desk / "book.json").unlink()
    assert run("report", desk, "-j", "1", "-o", tmp_path / "none", "--alert").exit_code == 2
    assert run("check", desk, "--alert").exit_code == 2


def test_json_carries_what_the_summary_has_and_the_lists(tmp_path):
    path = written(ALARMING["near"][0] | {"Holdings": [HELD | {"quantity": 1.2}]}, tmp_path)
    done = run("report", path, "-j", "1", "-o", tmp_path / "out", "--json", "--alert")
    told, end = map(json.loads, done.stdout.splitlines())
    columns = {"input", "status", "report", "input_sha256", "version"} | set(told["figures"])
    assert set(COLUMNS) - columns == {"error", "alarms"}  # they are lists here
    assert told["alarms"] == [
        "P: liquidated by a move of +9.45 %",
        "BTC: 12,000.00 USD short of the target, more than 1 % of the exposure",
    ]
    assert [line.split(" ", 1)[0] for line in told["advice"]] == ["Add", "Short"]
    (order,) = told["orders"]
    assert order == {
        "urgency": "today", "instrument": "P", "exchange": "Venue", "account": "Venue",
        "side": "sell", "contracts": 0.2, "value": 12_000.0, "quote_currency": "USD",
        "action": "short", "why": "BTC 83.3 % hedged, target 100 %",
    }  # fmt: skip
    assert told["figures"]["up_20_liquidation"] == "liquidated"
    assert told["figures"]["down_20_liquidation"] == ""
    assert told["liquidated"] == [
        {"of": name, "liquidated": ["P"], "unknown": []} for name in ("pnl_up_20", "Up")
    ]
    assert (end["alarmed"], end["exit_status"], done.exit_code) == (1, 3, 3)
    assert end["orders"] == str(tmp_path / "out" / "orders.csv")


def lines(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_orders_of_all_books_stand_in_one_file(tmp_path):
    desk, out = tmp_path / "desk", tmp_path / "out"
    written(book(short={"contracts": 1.05}), desk, "a")
    written(book(short={"contracts": 0.5, "account": "Sub"}), desk, "b")
    written(CALM, desk, "c")
    written(ALARMING["slip"][0], desk, "d")  # it waits
    (desk / "e.json").write_text("{}")
    run("report", desk, "-j", "1", "-o", out)
    told = [
        {key: row[key] for key in ("urgency", "account", "side", "contracts", "value", "why")}
        for row in lines(out / "orders.csv")
    ]
    assert [row["input"] for row in lines(out / "orders.csv")] == [
        str(desk / "a.json"), str(desk / "b.json")
    ]  # fmt: skip
    assert told == [
        {"urgency": "week", "account": "Venue", "side": "buy", "contracts": "0.05",
         "value": "3000.0", "why": "BTC 105 % hedged, target 100 %"},
        {"urgency": "today", "account": "Sub", "side": "sell", "contracts": "0.5",
         "value": "30000.0", "why": "BTC 50 % hedged, target 100 %"},
    ]  # fmt: skip


def test_an_order_that_enlarges_a_bad_hedge_is_no_line(tmp_path):
    bad = read(written(book(short={"contracts": 0.5}, history=RATES), tmp_path))
    assert list(order_list(analyse(bad))) == []


@pytest.mark.parametrize("name", ["summary.csv", "orders.csv"])
def test_files_of_others_are_left_and_those_of_an_older_version_replaced(name, tmp_path):
    path, out = written(CALM, tmp_path), tmp_path / "out"
    out.mkdir()
    (out / name).write_text("my,own\n")
    refused = run("report", path, "-j", "1", "-o", out)
    assert refused.exit_code == 2
    assert f"{out / name}: is not of xlhedge" in refused.stderr
    begins = {
        "summary.csv": "input,status,error,report,old",
        "orders.csv": "input,portfolio,urgency,",
    }
    (out / name).write_text(f"\ufeff{begins[name]}\r\n", encoding="utf-8")
    assert run("report", path, "-j", "1", "-o", out).exit_code == 0
