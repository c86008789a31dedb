"""The guard in conftest.py: whatever a test calls, it reaches this machine only."""

import socket

import pytest
from this_machine import Elsewhere

from xlhedge.market import client
from xlhedge.market.fetch import ADAPTERS, Asked, fetch


@pytest.mark.parametrize("host", ["192.0.2.1", "api.example", b"198.51.100.7", "2001:db8::1"])
def test_another_machine_is_neither_looked_up_nor_reached(host):
    with pytest.raises(Elsewhere):
        socket.create_connection((host, 80), timeout=0.1)


def test_an_address_that_nobody_looks_up_is_not_reached_either():
    with socket.socket() as plain, pytest.raises(Elsewhere):
        plain.connect(("192.0.2.1", 80))


def test_this_one_is():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_ccxt_at_its_own_addresses_gets_nowhere(monkeypatch):
    monkeypatch.setattr(client, "BACKOFF", 0)
    found = fetch(Asked(tuple(ADAPTERS), ("BTC",)), lambda *_: None, lambda _: None)
    assert not found.rows
    assert len(found.missing) == len(ADAPTERS)
