"""`xlhedge new`: a first book from options or answers, and the contract terms it fills in."""

import csv
import re
import shlex
from datetime import datetime, timedelta
from importlib.resources import files

import pytest
from openpyxl import load_workbook
from stored import poisoned
from typer.testing import CliRunner

from xlhedge.analysis import analyse
from xlhedge.cli import app
from xlhedge.errors import PortfolioError
from xlhedge.jobs.new_book import Wanted, new_portfolio
from xlhedge.jobs.presets import OLD_AFTER, TERMS, known_presets, old_terms
from xlhedge.portfolio import TABLES
from xlhedge.portfolio.values import Written
from xlhedge.readers import read

NOW = datetime(2026, 11, 27, 9, 30)
BOOK = [
    "--venue", "binance", "--holding", "BTC=12@60000,avg_cost=41000", "--holding", "ETH=20@3000",
    "--short", "BTC-PERP=4@61200,margin=30000", "--future", "BTC-PERP=60030@0.01%,mm_rate=0.4%",
    "--future", "ETH-PERP=3001@0.008%",
]  # fmt: skip


def new(*arguments, answers=""):
    """What the command says, on both streams, and how it ends."""
    done = CliRunner().invoke(app, ["new", *map(str, arguments)], input=answers)
    return done.exit_code, done.stdout, done.stderr


# Contract terms

ROWS = list(
    csv.DictReader((files("xlhedge.jobs") / "contracts.csv").read_text("utf-8").splitlines())
)
HOSTS = {
    "Binance": r"(www|developers)\.binance\.com",
    "Bybit": r"(www|help)\.bybit\.com|bybit-exchange\.github\.io",
    "BingX": r"bingx\.com|bingx-api\.github\.io",
    "WEEX": r"www\.weex\.com|weexsupport\.zendesk\.com",
    "MEXC": r"(www\.mexc\.com|blog\.mexc\.fm)",
}
"""The pages of the venues themselves."""


def test_every_contract_says_where_its_terms_come_from_and_when_they_were_read():
    assert {row["exchange"] for row in ROWS} == set(HOSTS)
    for row in ROWS:
        assert row["source"]
        for address in row["source"].split():
            assert re.match(rf"https://({HOSTS[row['exchange']]})/", address), address
        assert datetime(2026, 11, 1) < datetime.fromisoformat(row["read"]) < datetime(2027, 6, 1)
        assert row["contract_size"]  # of a wrong size every order would be wrong
    keys = [(row["exchange"], row["instrument"]) for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_no_price_and_no_maintenance_margin_is_among_the_terms():
    identity = {"exchange", "instrument", "symbol", "underlying", "contract_type", "quote"}
    assert set(ROWS[0]) == identity | set(TERMS) | {"source", "read"}
    assert not {"mm_rate", "mm_amount", "futures_price", "index_price", "funding_rate"} & set(TERMS)


def test_the_terms_are_what_a_table_of_instruments_takes():
    columns = TABLES["Instruments"].model.columns
    for preset in known_presets():
        assert preset.contract_type in ("linear", "inverse")
        assert preset.instrument == (
            f"{preset.underlying}-{'PERP' if preset.contract_type == 'linear' else 'INV'}"
        )
        for column, text in preset.terms.items():
            assert columns[column].read(Written(text)) is not None


@pytest.mark.parametrize(
    ("exchange", "instrument", "terms"),
    [  # as the venues' pages state them
        ("Binance", "BTC-INV", {"contract_size": 100, "taker_fee": 0.0005, "interval_hours": 8}),
        ("Binance", "ETH-INV", {"contract_size": 10}),
        ("Bybit", "BTC-PERP", {"qty_step": 0.001, "min_notional": 5, "taker_fee": 0.00055}),
        ("Bybit", "ETH-INV", {"contract_size": 1}),
        ("BingX", "BTC-PERP", {"contract_size": 1, "taker_fee": 0.0005, "liquidation_fee": 0.0005}),
        ("WEEX", "BTC-PERP", {"min_qty": 0.0001, "taker_fee": 0.0008, "maker_fee": 0.0002}),
        ("MEXC", "BTC-PERP", {"contract_size": 0.0001, "qty_step": 1, "mm_basis": "entry"}),
        ("MEXC", "BTC-INV", {"contract_size": 100}),
    ],
)
def test_published_terms(exchange, instrument, terms):
    coin = instrument.partition("-")[0]
    wanted = Wanted(exchange, [f"{coin}=1@60000"], (), [f"{instrument}=60000@0.01%"])
    made = new_portfolio(wanted, "Mine", NOW)
    row = next(row for row in made.instruments if row.instrument == instrument)
    assert {column: getattr(row, column) for column in terms} == terms
    assert row.mm_rate is None


# The book


def test_what_was_typed_is_in_the_book_and_nothing_else(tmp_path):
    path = tmp_path / "mine.xlsx"
    status, said, warned = new("-o", path, *BOOK, "--horizon", "30 days")
    assert (status, warned) == (0, f"{path}: warning: BTC-PERP: liquidated by a move of +14 %\n")
    assert said.startswith(f"wrote {path}: 2 holdings, 1 short, ")
    made = read(path)
    assert made.settings.portfolio == "mine"
    assert made.settings.quote_currency == "USDT"
    assert made.settings.horizon_date - made.settings.as_of == timedelta(days=30)
    held = [(row.asset, row.quantity, row.spot_price, row.avg_cost) for row in made.holdings]
    assert held == [("BTC", 12, 60_000, 41_000), ("ETH", 20, 3_000, None)]
    (short,) = made.shorts
    assert (short.contracts, short.entry_price, short.margin) == (4, 61_200, 30_000)
    bitcoin, ether = made.instruments
    assert (bitcoin.futures_price, bitcoin.funding_rate, bitcoin.mm_rate) == (60_030, 1e-4, 4e-3)
    assert (ether.futures_price, ether.funding_rate, ether.mm_rate) == (3_001, 8e-5, None)
    assert (bitcoin.exchange, bitcoin.taker_fee, bitcoin.interval_hours) == ("Binance", 5e-4, 8)
    assert [row.instrument for row in made.holdings] == ["BTC-PERP", "ETH-PERP"]
    assert {row.asset for row in made.scenarios} == {"*"}


def test_what_is_not_documented_is_said(tmp_path):
    _, said, _ = new("-o", tmp_path / "mine.xlsx", *BOOK)
    lines = said.splitlines()
    bitcoin = next(line for line in lines if line.startswith("BTC-PERP: "))
    ether = next(line for line in lines if line.startswith("ETH-PERP: "))
    assert "Binance's BTCUSDT" in bitcoin
    assert "2026-11-27" in bitcoin
    assert bitcoin.endswith("so blank: qty_step, min_qty, min_notional, liquidation_fee")
    assert ether.endswith("liquidation_fee, mm_rate")
    assert any(line.startswith("  https://www.binance.com/") for line in lines)


def test_spreadsheets_compute_it_and_it_is_checked_and_reported_on(libreoffice, tmp_path):
    path = tmp_path / "mine.xlsx"
    assert new("-o", path, *BOOK)[0] == 0
    sheets = libreoffice.values(poisoned(path, tmp_path / "poisoned.xlsx"))
    errors = re.compile(r"#(N/A|NAME\?|VALUE!|REF!|DIV/0!|NUM!)|Err:\d+")
    assert sheets["Start"]
    assert not [value for value in sheets["Start"].values() if errors.fullmatch(str(value))]
    numbers = {round(v, 6) for v in sheets["Hedge"].values() if isinstance(v, int | float)}
    held, shorted = 12 * 60_000 + 20 * 3_000, 4 * 60_030
    assert {held, shorted, held - shorted} <= numbers
    runner = CliRunner()
    checked = runner.invoke(app, ["check", str(path)])
    assert checked.exit_code == 0
    assert checked.stdout == f"{path}: ok, 2 holdings, 1 short, 7 scenario rows\n"
    reported = runner.invoke(app, ["report", str(path), "-o", str(tmp_path / "out"), "-j", "1"])
    assert reported.exit_code == 0, reported.stderr
    assert (tmp_path / "out" / "mine-report.xlsx").exists()


@pytest.mark.parametrize("edition", ["addin", "365"])
def test_both_editions(edition, tmp_path):
    path = tmp_path / "mine.xlsx"
    assert new("-o", path, *BOOK, "--edition", edition)[0] == 0
    named = load_workbook(path).defined_names
    assert ("HEDGE_NOTIONAL" in named) == (edition == "365")


def test_an_inverse_contract_is_taken_where_it_is_named():
    wanted = Wanted(
        "binance", ["BTC=1@60000"], ["BTCUSD_PERP=600@60000,margin=0.5"], ["btc-inv=60010@0.01%"]
    )
    made = new_portfolio(wanted, "Mine", NOW)
    assert [row.instrument for row in made.instruments] == ["BTC-INV"]
    assert made.holdings[0].instrument == made.shorts[0].instrument == "BTC-INV"
    assert made.settings.quote_currency == "USD"  # the contract's
    # 600 contracts of 100 USD at 60,000 take away 1 BTC.
    assert analyse(made).margin[0].contracts == 600
    assert made.instruments[0].contract_size * 600 == 60_000


def test_a_parity_that_nobody_typed_is_told():
    """What a book does not say stays unsaid, though it takes its name from the file."""
    words = ["BTC=1@60000"], ["BTC-INV=600@60000,margin=0.5"], ["BTC-INV=60010@0.01%"]
    made = new_portfolio(Wanted("binance", *words, quote="usdt"), "Mine", NOW)
    (told,) = made.warnings
    assert str(told).startswith("Settings stablecoin_parity: is blank: USDT and USD are taken at")
    assert "stablecoin_parity" not in made.settings.given


def test_a_contract_of_ones_own_and_a_coin_without_one():
    own = "LINK-PERP=15@0.01%,underlying=link,contract_size=10"
    wanted = Wanted("mexc", ["LINK=100@15", "SOL=5@150"], ["link-perp=5@15"], [own])
    made = new_portfolio(wanted, "Mine", NOW)
    assert [row.instrument for row in made.holdings] == ["LINK-PERP", None]
    (future,) = made.instruments
    assert (future.exchange, future.contract_size, future.taker_fee) == ("MEXC", 10, 0)


# What is wrong


def problems_of(wanted):
    with pytest.raises(PortfolioError) as raised:
        new_portfolio(wanted, "Mine", NOW)
    return str(raised.value).splitlines()


def test_all_that_is_wrong_is_told_at_once_a_line_each(tmp_path):
    path = tmp_path / "mine.xlsx"
    status, said, warned = new(
        "-o", path, "--venue", "binance", "--horizon", "soon",
        "--holding", "BTC=x@60000", "--holding", "ETH=12", "--holding", "foo",
        "--short", "BTC-PREP=4@61200", "--short", "BTC-PERP=4@61200,margn=3",
        "--future", "BTC-PERP=ten@0.01%",
    )  # fmt: skip
    assert (status, said) == (2, "")
    begins = [
        '--horizon soon horizon_date: "soon" is neither a date',
        '--holding BTC=x@60000 quantity: "x" is not a number',
        "--holding ETH=12 spot_price: it is not given; write ETH=12@SPOT_PRICE",
        "--holding foo: it is not written as BTC=12@60000",
        '--future BTC-PERP=ten@0.01% futures_price: "ten" is not a number',
        "--future ETH-PERP futures_price: it is not given; add --future ETH-PERP=PRICE@FUNDING",
        '--short BTC-PERP=4@61200,margn=3: "margn" is no column of Shorts; did you mean "margin"?',
        '--short BTC-PREP=4@61200 instrument: "BTC-PREP" is none of the presets of Binance; did ',
    ]
    lines = warned.splitlines()
    assert len(lines) == len(begins)
    for line, begin in zip(lines, begins, strict=True):
        assert line.startswith(f"xlhedge: {begin}"), line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wanted", "begin"),
    [
        (Wanted("", ["BTC=1@6"]), "--venue: it is not given; write one of binance, "),
        (Wanted("binace", ["BTC=1@6"]), '--venue: "binace" is not known; did you mean "binance"?'),
        (Wanted("bybit", ["USDT=1@1"], horizon="2/3/2027"),
         '--horizon 2/3/2027 horizon_date: "2/3/2027" may be 2 March or 3 February'),
        (Wanted("bybit", ["XYZ=1@1"], quote="usd", horizon="2027-02-30"),
         '--horizon 2027-02-30 horizon_date: "2027-02-30" is neither a date'),
        (Wanted("bybit", ["BTC=1,234@60000"], (), ["BTC-PERP=1@0"]),
         '--holding BTC=1,234@60000 quantity: "1,234" may be 1234 or 1.234'),
        (Wanted("bybit", ["BTC=1@60000", "btc=2@60000"], (), ["BTC-PERP=60000@0"]),
         "--holding btc=2@60000 asset: "),
        (Wanted("bybit", ["BTC=1@60000"], (), ["BTC-PERP=60000@0", "BTCUSDT=60001@0"]),
         "--future BTCUSDT=60001@0 instrument: "),
        (Wanted("bybit", ["BTC=1@60000"], (), ["BTC-PERP=60000"]),
         "--future BTC-PERP=60000 funding_rate: it is not given; write BTC-PERP=60000@FUNDING"),
        (Wanted("bybit", ["BTC=1@60000,quantity=2"], (), ["BTC-PERP=60000@0"]),
         "--holding BTC=1@60000,quantity=2: quantity is there twice"),
        (Wanted("bybit", ["BTC=1@60000"], ["BTC-INV=5@60000"],
                ["BTC-INV=60000@0"]), "--short BTC-INV=5@60000 margin: "),
        (Wanted("bybit", ["BTC=1@60000"], ["BTC-PERP=1@6,instrument=X"], ["BTC-PERP=60000@0"]),
         "--short BTC-PERP=1@6,instrument=X: instrument is there twice"),
        (Wanted("bybit", ["BTC=1@60000,asset=ETH"]),
         "--holding BTC=1@60000,asset=ETH: asset is there twice"),
        (Wanted("bybit", ["=1@60000"]), "--holding =1@60000: it is not written as "),
        (Wanted("bybit", [], (), ["BTC-PERP=60000@0,index_price=60000"]), "--holding: "),
    ],
)  # fmt: skip
def test_each_mistake_is_one_line(wanted, begin):
    (line,) = problems_of(wanted)
    assert line.startswith(begin)


def test_a_line_break_in_a_word_makes_no_line():
    lines = problems_of(Wanted("bybit", ["A\n\nB=1"]))
    assert all(line.startswith(r"--holding A\n\nB=1 ") for line in lines)


def test_a_file_is_never_replaced_unless_it_may_be(tmp_path):
    path = tmp_path / "mine.xlsx"
    path.write_text("my work")
    status, said, warned = new("-o", path, *BOOK)
    assert (status, said, path.read_text()) == (2, "", "my work")
    assert "--force" in warned
    assert new("-o", path, *BOOK, "--force")[0] == 0
    assert read(path).holdings
    assert new("-o", tmp_path / "mine.csv", *BOOK)[0] == 2


# Questions

ANSWERS = {
    "Venue": "bybit",
    "Currency of your prices": "",
    "Coin that you own": "btc",
    "How many BTC": "12",
    "Price of BTC:": "60000",
    "What a BTC cost": "41000",
    "Contract to hedge it with": "",
    "Price of BTC-PERP": "60030",
    "Funding of BTC-PERP per 8 hours": "0.01%",
    "Its maintenance margin rate": "0.5%",
    "Contracts of BTC-PERP short now, of 1 BTC each": "4",
    "Average price at which they were sold": "61200",
    "Margin posted for them, in USDT": "30000",
    "Coin that you own, such as BTC (nothing: no more)": "",
    "Hedged until": "2027-03-01",
}


def test_questions_make_the_book_that_options_make(tmp_path):
    asked, typed = tmp_path / "asked.xlsx", tmp_path / "typed.xlsx"
    status, said, _ = new("-o", asked, answers="\n".join([*ANSWERS.values(), ""]))
    assert status == 0
    at = -1
    for question in ANSWERS:  # in this order
        assert (at := said.find(question, at + 1)) >= 0, question
    (again,) = (line for line in said.splitlines() if "the same without questions: " in line)
    command = shlex.split(again.partition("the same without questions: ")[2])
    assert command[:2] == ["xlhedge", "new"]
    assert new("-o", typed, *command[2:])[0] == 0
    first, second = read(asked), read(typed)
    assert first.rows | {"Settings": ()} == second.rows | {"Settings": ()}
    assert first.settings.horizon_date == second.settings.horizon_date == datetime(2027, 3, 1)
    assert first.holdings[0].avg_cost == 41_000
    assert first.shorts[0].margin == 30_000
    assert (first.instruments[0].mm_rate, first.instruments[0].qty_step) == (0.005, 0.001)


def test_a_wrong_answer_is_asked_for_again(tmp_path):
    wrong = {"Venue": "kraken\nbybit", "How many BTC": "ten\n12", "Hedged until": "soon\n30"}
    answers = [wrong.get(question, answer) for question, answer in ANSWERS.items()]
    status, said, _ = new("-o", tmp_path / "mine.xlsx", answers="\n".join([*answers, ""]))
    assert status == 0
    assert "Error: type one of binance, bybit, bingx, weex, mexc" in said
    assert 'Error: "ten" is not a number; it must be a number, such as 0.5' in said
    assert 'Error: "soon" is neither a date' in said


@pytest.mark.parametrize("count", range(len(ANSWERS)))
def test_questions_that_are_not_answered_write_nothing(count, tmp_path):
    answers = "".join(f"{answer}\n" for answer in [*ANSWERS.values()][:count])
    status, _, warned = new("-o", tmp_path / "mine.xlsx", answers=answers)
    assert (status, list(tmp_path.iterdir())) == (1, [])
    (line,) = filter(None, warned.splitlines())
    assert "nothing was written" in line


def test_a_price_that_is_missing_is_asked_for_at_a_terminal_only(tmp_path, monkeypatch):
    typed = ["-o", tmp_path / "mine.xlsx", "--venue", "bybit", "--holding", "ETH=2@3000"]
    status, said, warned = new(*typed, answers="3001\n0.01%\n\n")
    assert (status, said) == (2, "")
    assert "add --future ETH-PERP=PRICE@FUNDING" in warned
    monkeypatch.setattr("xlhedge.cli.new.at_terminal", lambda: True)
    status, said, warned = new(*typed, answers="3001\n0.01%\n\n")
    assert (status, warned) == (0, "")
    (future,) = read(tmp_path / "mine.xlsx").instruments
    assert (future.futures_price, future.funding_rate) == (3_001, 1e-4)


def test_it_is_opened_by_the_systems_program_if_there_is_one(tmp_path, monkeypatch):
    opened = []
    for status, said in ((0, False), (1, True)):
        monkeypatch.setattr(
            "typer.launch", lambda path, status=status: opened.append(path) or status
        )
        path = tmp_path / f"{status}.xlsx"
        ended, _, warned = new("-o", path, *BOOK, "--open")
        assert (ended, opened.pop()) == (0, str(path))
        assert ("open it yourself" in warned) == said
    new("-o", tmp_path / "closed.xlsx", *BOOK)
    assert opened == []


# Age


def test_terms_of_half_a_year_ago_are_told():
    read_on = max(preset.read for preset in known_presets())
    made = new_portfolio(Wanted("weex", ["BTC=1@60000"], (), ["BTC-PERP=60000@0"]), "M", read_on)
    assert old_terms(made, read_on + OLD_AFTER) == ()
    (told,) = old_terms(made, read_on + OLD_AFTER + timedelta(minutes=1))
    assert str(told).startswith(
        "--future BTC-PERP=60000@0 instrument: its contract terms are WEEX's, read 180 days ago on"
    )
    assert "https://www.weex.com/" in told.message


def test_new_and_check_say_that_terms_are_old(tmp_path, monkeypatch):
    path = tmp_path / "mine.xlsx"
    assert "contract terms are" not in new("-o", path, *BOOK)[2]
    monkeypatch.setattr("xlhedge.jobs.presets.OLD_AFTER", timedelta.min)
    _, _, warned = new("-o", path, *BOOK, "--force")
    assert warned.count("its contract terms are Binance's") == 2
    checked = CliRunner().invoke(app, ["check", str(path)])
    assert checked.exit_code == 0
    for cell in ("A6", "A7"):
        begin = f"{path}: warning: Instruments!{cell} instrument: its contract terms are Binance's"
        assert any(line.startswith(begin) for line in checked.stderr.splitlines())


def test_terms_that_a_person_has_changed_are_theirs():
    later = max(preset.read for preset in known_presets()) + 2 * OLD_AFTER
    for mine, told in ((",taker_fee=0.0004", 0), (",mm_rate=0.4%", 1), ("", 1)):
        future = f"BTC-PERP=60000@0{mine}"
        made = new_portfolio(Wanted("weex", ["BTC=1@60000"], (), [future]), "M", later)
        assert len(old_terms(made, later)) == told, mine
