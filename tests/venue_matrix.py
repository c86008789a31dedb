"""What is tested of each venue, and with whose answers: the table in docs/venues.md."""

FEATURES = (
    "linear", "inverse", "dated", "ticker", "index", "funding", "interval", "tiers", "fees",
    "history",
)  # fmt: skip
"""What needs no key."""
RECORDED = {
    ("binance", "linear"), ("binance", "ticker"), ("binance", "index"),
    ("binance", "funding"),
    ("bybit", "linear"), ("bybit", "ticker"), ("bybit", "index"),
    ("bybit", "funding"), ("bybit", "interval"), ("bybit", "tiers"),
    ("bingx", "linear"), ("bingx", "ticker"), ("bingx", "index"), ("bingx", "funding"),
    ("bingx", "fees"),
    ("weex", "linear"), ("weex", "ticker"), ("weex", "index"), ("weex", "funding"),
    ("weex", "interval"), ("weex", "fees"),
    ("mexc", "linear"), ("mexc", "ticker"), ("mexc", "index"), ("mexc", "funding"),
    ("mexc", "interval"), ("mexc", "tiers"), ("mexc", "fees"),
}  # fmt: skip
"""What `test_market_recorded.py` asserts."""


def had(told):
    """The features that what was told has."""
    rows = [row for row in told.of("Instruments") if row.values["underlying"] == "BTC"]
    columns = {"ticker": "futures_price", "index": "index_price", "funding": "funding_rate",
               "interval": "interval_hours"}  # fmt: skip
    found = {row.values["contract_type"] for row in rows}
    found |= {"dated"} if any("expiry" in row.values for row in rows) else set()
    found |= {name for name, column in columns.items() if any(column in r.values for r in rows)}
    found |= {"tiers"} if told.of("Tiers") else set()
    found |= {"fees"} if any("taker_fee" not in row.assumed for row in rows) else set()
    return found | ({"history"} if told.of("History") else set())


def cell(venue, feature, told):
    """What the table says."""
    if feature not in had(told):
        return "–"
    return "recorded" if (venue, feature) in RECORDED else "written"


RECORDED_ACCOUNTS = {
    "positions": {"binance", "bybit", "bingx", "weex", "mexc"},
    "balance": {"binance", "bingx", "weex", "mexc"},
}
"""What `test_positions.py` asserts with recorded answers; of Bybit's balances those are all 0."""
