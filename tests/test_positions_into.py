"""Positions of five venues into a book that was typed: no coin more or less than the venue has."""

import pytest
import venue_accounts
from typer.testing import CliRunner
from venue_server import VENUES, VenueServer
from venue_world import COINS, World

from xlhedge.cli import app
from xlhedge.readers import read

OPEN = {"BTC-PERP": 0.5, "SHIB-PERP": 1e8, "BTC-INV": 3_000.0}
"""Coins short, or dollars of the inverse one, in each venue's account."""


@pytest.fixture
def server(monkeypatch):
    """The venues, with accounts whose keys stand in the environment."""
    for venue in VENUES:
        for name, part in venue_accounts.variables(venue).items():
            monkeypatch.setenv(name, part)
    return venue_accounts.opened(VenueServer(World({**COINS, "BTC": 55_000.0}))).here(
        monkeypatch, sockets=False
    )


def command(*words):
    """What a command says on both streams; it must go well, or be partial."""
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code in (0, 1), done.stderr
    return done.stdout + done.stderr


def sizes(book):
    """Contracts times their size, by instrument."""
    found = dict.fromkeys((each.instrument for each in book.shorts), 0.0)
    for each in book.shorts:
        found[each.instrument] += each.contracts * book.instrument(each.instrument).contract_size
    return found


@pytest.mark.long
@pytest.mark.parametrize("venue", VENUES)
def test_a_typed_short_becomes_the_venues_position_once(venue, server, tmp_path):
    """It was typed without an account, and counted in contracts of 10 coins; no venue has such."""
    path, told = tmp_path / "book.xlsx", tmp_path / "told"
    command("market", "BTC", "--venue", venue, "-o", told)
    future = f"BTC-PERP={server.world.mark('BTC')}@0.01%,contract_size=10"
    command("new", "--holding", "BTC=2", "--short", "BTC-PERP=4@61200,margin=900000",
            "--market", told, "--future", future, "-o", path)  # fmt: skip
    said = command("positions", "--venue", venue, "--into", path)
    book = read(path)
    has = {name: amount for name, amount in OPEN.items() if name in sizes(book)}
    assert "BTC-PERP" in has
    assert sizes(book) == pytest.approx(has, rel=1e-12)
    (short,) = [each for each in book.shorts if each.instrument == "BTC-PERP"]
    assert (short.entry_price, bool(short.account)) == (60_000, True)
    assert book.instrument("BTC-PERP").contract_size == 10
    said += command("refresh", path, "--positions", "--terms", "--venue", venue)
    book = read(path)
    assert sizes(book) == pytest.approx(has, rel=1e-12)
    assert book.instrument("BTC-PERP").contract_size == (0.0001 if venue == "mexc" else 1)
    assert "remove-closed" not in said
