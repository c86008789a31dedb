"""Keys: where they come from, what is said when there is none, and that nothing shows them."""

import copy
import pickle
import sys
from types import SimpleNamespace

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from xlhedge.errors import InputError, MachineError
from xlhedge.market.keys import Key, key_for, told_by

PLAIN, SECRET, PHRASE = "plain-AbC123", "secret-xYz789", "phrase with spaces"


class Ring(KeyringBackend):
    """A key ring in memory; one that is locked holds its error instead of an entry."""

    priority = 1

    def __init__(self, **entries):
        super().__init__()
        self.entries = entries

    def get_password(self, service, username):
        assert service == "xlhedge"
        found = self.entries.get(username.replace("/", "_"))
        if isinstance(found, Exception):
            raise found
        return found

    def set_password(self, *_):
        raise AssertionError("nothing of ours writes to a key ring")


@pytest.fixture
def ring(monkeypatch):
    """Puts a key ring in the place of the machine's."""

    def use(**entries):
        monkeypatch.setattr(keyring, "get_password", Ring(**entries).get_password)

    use()
    return use


def variables(venue, *parts):
    names = ("KEY", "SECRET", "PASSPHRASE")
    return {f"XLHEDGE_{venue}_{name}": part for name, part in zip(names, parts, strict=False)}


def test_the_environment_comes_first_and_accounts_are_told_apart(ring):
    ring(binance="ring-key ring-secret")
    given = variables("BINANCE", PLAIN, SECRET) | variables("BINANCE_DESK_2", "other", "second")
    assert key_for("Binance", "", given).parts == (PLAIN, SECRET)
    assert key_for("binance", "desk-2", given).parts == ("other", "second")
    assert key_for("binance", "", {}).parts == ("ring-key", "ring-secret")


def test_a_key_of_the_ring_has_as_many_parts_as_the_venue_asks_for(ring):
    ring(binance_fund="a b", weex="a b c", bybit="a b c")
    assert key_for("binance", "fund", {}).parts == ("a", "b")
    exchange = SimpleNamespace()
    key_for("weex", "", {}).given_to(exchange)
    assert (exchange.apiKey, exchange.secret, exchange.password) == ("a", "b", "c")
    with pytest.raises(InputError, match="has 3 words, not 2") as raised:
        key_for("bybit", "", {})
    assert "a b c" not in str(raised.value)


@pytest.mark.usefixtures("ring")
def test_a_key_that_is_not_there_is_one_line():
    nothing = (
        "binance: no key; set XLHEDGE_BINANCE_KEY and XLHEDGE_BINANCE_SECRET, or type "
        '"keyring set xlhedge binance" and then the key, a space, the secret'
    )
    half = "binance: the key lacks a part; set XLHEDGE_BINANCE_SECRET as well"
    for parts, line in (((), nothing), ((PLAIN,), half), ((PLAIN, "  "), half)):
        with pytest.raises(InputError) as raised:
            key_for("binance", "", variables("BINANCE", *parts))
        assert str(raised.value) == line


def test_an_account_has_its_own_line():
    told = told_by("weex", "a-b")
    assert 'XLHEDGE_WEEX_A_B_PASSPHRASE, or type "keyring set xlhedge weex/a-b"' in told
    assert told.endswith("the key, a space, the secret, a space, the passphrase")
    with pytest.raises(InputError, match="is no name of an account"):
        key_for("bybit", "a/b", {})


def test_a_machine_without_a_key_ring_says_which_variables_to_set(monkeypatch):
    line = "bybit: no key, and this machine has no key ring; set XLHEDGE_BYBIT_KEY and"
    monkeypatch.setattr(keyring, "get_password", keyring.backends.fail.Keyring().get_password)
    with pytest.raises(MachineError, match=line) as raised:
        key_for("bybit", "", {})
    assert "\n" not in str(raised.value)
    monkeypatch.setitem(sys.modules, "keyring", None)  # as where the package is not installed
    with pytest.raises(MachineError, match="bybit: no key; set XLHEDGE_BYBIT_KEY and"):
        key_for("bybit", "", {})


@pytest.mark.parametrize("kind", [KeyringLocked, OSError, ValueError])
def test_a_key_ring_that_does_not_open_is_one_line_without_what_it_said(ring, kind):
    """Its backends raise what they like."""
    ring(bybit=kind(f"cannot show {SECRET}"))
    with pytest.raises(MachineError, match=r"does not open .*; unlock it") as raised:
        key_for("bybit", "", {})
    assert SECRET not in str(raised.value)


def test_nothing_that_prints_a_key_shows_it_and_it_is_not_stored():
    key = Key("weex", "fund", (PLAIN, SECRET, PHRASE))
    shown = f"{key} {key!r} {[key]} {key.__dict__ if hasattr(key, '__dict__') else ''}"
    assert not any(part in shown for part in key.parts)
    for store in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="is not to be stored"):
            store(key)


def test_what_others_say_is_told_without_the_key():
    """Also as an address or a JSON text spells it."""
    key = Key("weex", "", ("abc", "abcdef", 'p"h &+/'))
    said = 'abcdef abc p"h &+/ p%22h%20%26%2B%2F p%22h+%26%2B%2F p\\"h &+/'
    assert key.without(said) == "*** *** *** *** *** ***"
