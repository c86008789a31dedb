"""docs/venues.md says of each venue what is tested, and with whose answers: it cannot lie."""

import re

import pytest
from books import ROOT
from market_asked import found
from venue_matrix import FEATURES, RECORDED, RECORDED_ACCOUNTS, cell
from venue_server import VENUES, VenueServer

from xlhedge.market.contracts import venue_name

PAGE = (ROOT / "docs" / "venues.md").read_text("utf-8")


def table():
    """The table's cells by venue and feature."""
    first = PAGE[PAGE.index("| venue | linear") :].partition("\n\n")[0]
    head, _, *rows = ([each.strip() for each in line.strip("|").split("|")]
                      for line in first.splitlines())  # fmt: skip
    return {(row[0], name): said for row in rows for name, said in zip(head, row, strict=True)}


@pytest.mark.parametrize("venue", VENUES)
def test_the_table_says_what_is_tested(venue, monkeypatch):
    VenueServer().here(monkeypatch, sockets=False)
    told = found(venue, coins=("BTC",), history_days=1)
    said = table()
    assert {name: said[venue_name(venue), name] for name in FEATURES} == {
        name: cell(venue, name, told) for name in FEATURES
    }


@pytest.mark.parametrize("venue", VENUES)
def test_the_table_says_what_is_tested_with_a_key(venue):
    said = {name: table()[venue_name(venue), name] for name in RECORDED_ACCOUNTS}
    assert said == {
        name: "recorded" if venue in recorded else "written"
        for name, recorded in RECORDED_ACCOUNTS.items()
    }


def test_recorded_is_a_feature_of_a_venue():
    assert {feature for _, feature in RECORDED} <= {*FEATURES}


def test_every_test_that_the_page_names_is_there():
    for name in re.findall(r"`(test_\w+\.py)`", PAGE):
        assert (ROOT / "tests" / name).is_file()
