"""Bars, and the one coin and its short that tests of the history begin with."""

from datetime import datetime, timedelta

from xlhedge.portfolio import Bar

START = datetime(2026, 1, 1)

BTC = {"asset": "BTC", "quantity": 1, "spot_price": 60_000, "instrument": "PERP"}

PERP = {"instrument": "PERP", "underlying": "BTC", "futures_price": 60_000, "funding_rate": 0.0001}

SHORT = {"instrument": "PERP", "contracts": 1, "entry_price": 60_000}


def day(number):
    return START + timedelta(days=number)


def bars(symbol, closes, step=1, **columns):
    """Bars a step of days apart; other columns by name, a value a bar."""
    return [
        Bar(time=day(n * step), symbol=symbol, close=close,
            **{name: values[n] for name, values in columns.items()})
        for n, close in enumerate(closes)
    ]  # fmt: skip
