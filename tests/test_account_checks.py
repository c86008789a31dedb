"""What is said of accounts, and of the shorts in them, before anything is worked out."""

import pytest
from portfolios import sample, write_json

from xlhedge.portfolio import PortfolioError
from xlhedge.readers import read

PERP = {"instrument": "BTC-PERP", "contracts": 0.5, "entry_price": 61_000}
COIN = {"instrument": "BTC-JUN", "contracts": 9_000, "entry_price": 62_000}
CROSS = {"account": "main", "margin_mode": "cross", "wallet_balance": 50_000}
BTC = CROSS | {"wallet_balance": 0.5, "collateral": "BTC"}


@pytest.fixture
def said(tmp_path):
    def lines(accounts, shorts, **more):
        """What is wrong with a book of these accounts and shorts, or else what looks mistyped."""
        tables = sample(Accounts=accounts, Shorts=shorts, **more)
        try:
            found = read(write_json(tmp_path / "book.json", tables))
        except PortfolioError as error:
            return [f"{each.place}.{each.column}: {each.message}" for each in error.problems]
        return [f"{each.place}.{each.column}: {each.message}" for each in found.warnings]

    return lines


def test_an_account_that_is_not_in_the_table_is_refused_with_those_that_are(said):
    shorts = [PERP | {"margin": 6_100, "account": "mian"}]
    (line,) = said([CROSS], shorts)
    assert line == ('Shorts[0].account: "mian" is not in Accounts; it must be "main", or blank')
    # Without the table it is a label, and so it is where the short names none.
    assert said([], shorts) == []
    assert said([CROSS], [PERP | {"margin": 6_100}]) == []


def test_rows_of_one_account_agree(said):
    second = {"account": "main", "exchange": "OKX", "position_mode": "hedge", "collateral": "BTC"}
    assert said([CROSS, second | {"wallet_balance": 1}], [PERP | {"account": "main"}]) == [
        (
            'Accounts[1].exchange: "OKX" is "" in Accounts[0], and both are of account '
            '"main"; its rows must agree'
        ),
        (
            'Accounts[1].margin_mode: "isolated" is "cross" in Accounts[0], and both are '
            'of account "main"; its rows must agree'
        ),
        (
            'Accounts[1].position_mode: "hedge" is "one-way" in Accounts[0], and both '
            'are of account "main"; its rows must agree'
        ),
    ]


def test_names_of_accounts_are_spelled_alike(said):
    short = PERP | {"account": "MAIN"}
    assert said([CROSS, CROSS | {"account": "Main", "collateral": "BTC"}], [short]) == [
        'Accounts[1].account: "Main" is "main" in Accounts[0]; it must be spelled alike',
        'Shorts[0].account: "MAIN" is "main" in Accounts; it must be spelled alike',
    ]
    # A short that names none is in the account that is called as its venue.
    assert said([CROSS | {"account": "BINANCE"}], [PERP | {"margin": 1}])[0] == (
        'Accounts[0].account: "BINANCE" is "Binance" in Instruments; it must be spelled alike'
    )


def test_long_and_short_of_one_instrument_in_a_one_way_account_are_refused(said):
    shorts = [PERP | {"margin": 6_100}, PERP | {"contracts": -0.2, "margin": 2_000}]
    told = (
        "Shorts[1].contracts: -0.2 is opposite to Shorts[0], 0.5, in account "
        '"{}": type the net position and its entry, the venue has realised the rest; or give the '
        "account position_mode hedge in Accounts"
    )
    assert said([], shorts) == [told.format("Binance")]
    named = [each | {"account": "main"} for each in shorts]
    assert said([CROSS | {"margin_mode": "isolated"}], named) == [told.format("main")]
    # A lot that is 0 has no side, two accounts have two positions, and hedge mode keeps both.
    assert "opposite" not in str(said([], [shorts[0] | {"contracts": 0}, shorts[1]]))
    assert "opposite" not in str(said([], [shorts[0], shorts[1] | {"account": "other"}]))
    hedge = {"account": "main", "margin_mode": "isolated", "position_mode": "hedge"}
    assert "opposite" not in str(said([hedge], named))


def test_a_position_of_a_cross_account_needs_collateral_in_its_margin(said):
    both = [PERP | {"account": "main"}, COIN | {"account": "main"}]
    assert said([CROSS], both) == [
        (
            'Shorts[1].account: "BTC-JUN" is in cross account "main", which has no collateral '
            '"BTC"; add a row of it in Accounts, with its wallet_balance'
        )
    ]
    assert said([BTC], both) == [
        (
            'Shorts[0].account: "BTC-PERP" is in cross account "main", which has no collateral for '
            "linear contracts; add a row of it in Accounts, with its wallet_balance"
        )
    ]
    assert said([CROSS, BTC], both) == []
    # Without the inverse one the coin is collateral of the linear one.
    assert said([BTC], both[:1]) == []


def test_the_margin_of_a_cross_position_may_be_blank_and_is_not_used(said):
    assert said([BTC], [COIN | {"account": "main"}]) == []
    (line,) = said([BTC], [COIN | {"account": "main", "margin": 0.05}])
    assert line == (
        'Shorts[0].margin: 0.05 is not used: "main" is a cross account, whose wallet_balance in '
        "Accounts is the margin of all its positions"
    )
    isolated = BTC | {"margin_mode": "isolated"}
    (line,) = said([isolated], [COIN | {"account": "main"}])
    assert line.startswith("Shorts[0].margin: is empty")


def test_a_collateral_is_a_currency_of_the_book_or_a_coin_that_it_knows(said):
    short = [PERP | {"account": "main"}]
    assert said([CROSS | {"collateral": "USDC"}], short) == []
    assert said([CROSS | {"collateral": "SOL"}], short) == []
    assert said([CROSS | {"collateral": "DOGE", "collateral_price": 0.1}], short) == [
        (
            'Accounts[0].collateral: "DOGE" is neither a currency of the book nor a coin that it '
            "knows; add it to Holdings, with quantity 0 if none is held elsewhere"
        )
    ]
    assert said([CROSS | {"collateral": "btc"}], short) == [
        'Accounts[0].collateral: "btc" is "BTC" elsewhere; it must be spelled alike'
    ]
    holdings = [{"asset": "SOL", "quantity": 1, "spot_price": 140, "instrument": "BTC-PERP"}]
    assert said([BTC], short, Holdings=holdings, Scenarios=[])[0] == (
        'Accounts[0].collateral_price: is empty; no holding "BTC" has a spot_price to use instead'
    )


def test_a_wallet_without_a_balance_is_told(said):
    wallet = {"account": "main", "margin_mode": "cross"}
    (line,) = said([wallet], [PERP | {"account": "main"}])
    assert line.startswith("Accounts[0].wallet_balance: is blank and counts as 0")
