"""Names that try to be more than text, and a portfolio that is made of them."""

import math
from datetime import datetime, timedelta

from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short
from xlhedge.portfolio.tables import Bar

FORMULAS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.invalid/"&B2,"a")',
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "{=1+1}",
    "\uff1d1+1",
)
MARKUP = (
    "<script>alert(1)</script>",
    "&amp;",
    "&#65;",
    "]]>",
    "<![CDATA[x",
    "<!--",
    '"',
    "'",
    '"&1&"',
    "'!A1",
    "_x0041_",
    "_x000D_",
    "a]b[c#@'",
    "Holdings[asset]",
    '&P&N&"x,Bold"&K00FF00&8',
    "%s %d {0} {name}",
    "$A$1",
    "[red]bold[/red]",
)
LOOKS = ("TRUE", "1e5", "007", "2026-01-02", "#REF!", "#N/A", "NULL", "nan", "\\u202e", "^[[31m")
UNICODE = (
    "\u202e1+1=\u202c",
    "\u2067USD\u2066",
    "B\u200bTC",
    "S\u00adOL",
    "\ufeffETH",
    "🚀 👩\u200d🚀",
    "Größe 買い Ω",
    "שלום 12",
    "e\u0301",
)
LONG = ("x" * 300, "🚀" * 200)

HOSTILE = FORMULAS + MARKUP + LOOKS + UNICODE + LONG
PLAIN = tuple(f"name{n}" for n in range(len(HOSTILE)))

START = datetime(2026, 3, 2)


def portfolio(names, *, name, currency):
    """A portfolio in which each name is an asset, an instrument and a venue, and some are more."""
    many = range(len(names))
    return Portfolio(
        settings=Settings(
            portfolio=name,
            quote_currency=currency,
            as_of=START,
            horizon_date=START + timedelta(days=30),
        ),
        holdings=[
            Holding(
                asset=names[n],
                quantity=n + 1,
                avg_cost=9,
                spot_price=10 + n,
                instrument=names[n] if n % 4 else None,
                support_price=5,
            )
            for n in many
        ],
        instruments=[
            Instrument(
                instrument=names[n],
                exchange=names[n],
                underlying=names[n],
                futures_price=10 + n,
                funding_rate=0.0003,
                qty_step=1,
                # Some cannot be liquidated as far as anybody knows: advice says so by name.
                mm_rate=0.01 if n % 3 else None,
            )
            for n in many
        ],
        shorts=[
            Short(instrument=names[n], contracts=1, entry_price=10 + n, margin=(10 + n) / 9)
            for n in many
        ],
        scenarios=[
            Scenario(scenario=names[n], asset="*", price_shock=-0.1 - n / 100) for n in many[::8]
        ],
        history=[
            Bar(
                time=START - timedelta(days=day),
                symbol=symbol,
                close=10 + math.sin(day + n),
                high=16,
                low=8,
                funding_rate=0.001,
            )
            for day in range(12)
            for n, symbol in enumerate(names[::6])
        ],
    )


def hostile_portfolio():
    """The portfolio of hostile names."""
    return portfolio(HOSTILE, name=HOSTILE[0], currency=MARKUP[14])


def plain_portfolio():
    """The same with names of letters and digits."""
    return portfolio(PLAIN, name="name", currency="USD")
