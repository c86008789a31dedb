"""The workbooks that tests look at: of the samples and of an odd portfolio, each built once."""

import zipfile
from datetime import datetime
from functools import cache
from pathlib import Path

from xlhedge.analysis import analyse
from xlhedge.jobs.commands import TEMPLATE
from xlhedge.portfolio import (
    Account,
    Bar,
    Holding,
    Instrument,
    Portfolio,
    Scenario,
    Settings,
    Short,
)
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

ROOT = Path(__file__).parent.parent

# The files that are committed, and of what they are the template.
COMMITTED = {
    **{
        f"workbooks/{name}.xlsx": (name, "addin")
        for name in SAMPLES
        if (ROOT / "workbooks" / f"{name}.xlsx").exists()
    },
    "templates/xlhedge-template.xlsx": (TEMPLATE, "addin"),
    "templates/xlhedge-template-365.xlsx": (TEMPLATE, "365"),
}


def settings(**more):
    base = {"as_of": datetime(2026, 3, 2), "horizon_date": datetime(2026, 4, 1)}
    return Settings(**base | more)


def perpetual(name, underlying, price, **more):
    return Instrument(
        instrument=name, underlying=underlying, futures_price=price, funding_rate=0.0003, **more
    )


# Everything that the samples do not have, at once.
ODD = Portfolio(
    settings=settings(hedge_ratio=0.5, shock_min=-0.3, shock_max=0.4, shock_step=0.15),
    holdings=(
        Holding(asset="BTC", quantity=0, spot_price=60_000, instrument="BTC-INV"),
        Holding(asset="ETH", quantity=10, avg_cost=0, spot_price=3_000, instrument="ETH-P",
                beta=-0.4),
        Holding(asset="DOGE", quantity=1e6, spot_price=0.1, instrument="ETH-P", hedge_ratio=1),
        Holding(asset="XRP", quantity=7, spot_price=2, instrument="XRP-P", hedge_ratio=0),
        Holding(asset=">=1", quantity=-3, spot_price=2, instrument="XRP-P", hedge_ratio=0),
        Holding(asset="TINY", quantity=0.5, spot_price=2, instrument="TINY-P"),
        Holding(asset="GOLD", quantity=1, spot_price=4_000),
    ),
    instruments=(
        perpetual("BTC-INV", "BTC", 60_100, contract_type="inverse", contract_size=100,
                  mm_rate=0.005, qty_step=1, mm_basis="entry"),
        perpetual("ETH-P", "ETH", 2_990, interval_hours=4, qty_step=0.01, mm_rate=0.01),
        perpetual("XRP-P", "XRP", 2.01),
        perpetual("TINY-P", "TINY", 2, qty_step=0.1, min_qty=5),
        perpetual("NAKED", "SOL", 150, index_price=149, mm_rate=0.02),
    ),
    shorts=(
        Short(instrument="BTC-INV", contracts=600, entry_price=60_000, margin=1),
        Short(instrument="ETH-P", contracts=20, entry_price=3_100, margin=30_000, leverage=2,
              account="both"),
        Short(instrument="ETH-P", contracts=-4, entry_price=2_900, margin=2_000, account="both"),
        Short(instrument="XRP-P", contracts=5, entry_price=2),
        Short(instrument="NAKED", contracts=3, entry_price=140, margin=400),
    ),
    accounts=(Account(account="both", position_mode="hedge"),),
    scenarios=(Scenario(scenario="Down", asset="*", price_shock=-0.1),),
)  # fmt: skip


# One coin on several venues and in several places; more is short than wanted, and a beta below 0.
VENUES = Portfolio(
    settings=settings(hedge_ratio=0.9, rebalance_band=0.02),
    holdings=(
        Holding(asset="BTC", place="cold", quantity=1.5, spot_price=60_000, instrument="BTC-A"),
        Holding(asset="BTC", place="desk", quantity=0.5, spot_price=60_000, instrument="BTC-B"),
        Holding(asset="BTC", place="lent", quantity=0.1, spot_price=60_000),
        Holding(asset="WBTC", quantity=0.2, spot_price=59_900, underlying="BTC"),
        Holding(asset="OPP", quantity=100, spot_price=90, beta=-0.7, instrument="BTC-B"),
    ),
    instruments=(
        perpetual("BTC-A", "BTC", 60_050, qty_step=0.001, mm_rate=0.004),
        perpetual("BTC-B", "BTC", 59_980, interval_hours=4, qty_step=0.01, min_notional=1e6),
        perpetual("BTC-C", "BTC", 60_100, contract_type="inverse", contract_size=100, qty_step=1),
        perpetual("BTC-D", "BTC", 60_010, interval_hours=1),
    ),
    shorts=(
        Short(instrument="BTC-D", contracts=0.4, entry_price=61_000, margin=9_000),
        Short(instrument="BTC-A", contracts=1.2, entry_price=59_000, margin=30_000),
        Short(instrument="BTC-C", contracts=300, entry_price=60_000, margin=0.6),
        Short(instrument="BTC-B", contracts=0.9, entry_price=58_000, margin=40_000),
    ),
    scenarios=(Scenario(scenario="Down", asset="*", price_shock=-0.1),),
)  # fmt: skip

# Shorts that hedge nothing, a hedge that is not wanted any more, and a gap below a step.
NOBODYS = Portfolio(
    settings=settings(),
    holdings=(
        Holding(asset="BTC", quantity=1, spot_price=60_000, instrument="BTC-P", hedge_ratio=0),
        Holding(asset="ETH", quantity=0.04, spot_price=3_000, instrument="ETH-P"),
        Holding(asset="LINK", quantity=10, spot_price=15),
    ),
    instruments=(
        perpetual("SOL-1", "SOL", 150, index_price=149),
        perpetual("BTC-P", "BTC", 60_000, min_notional=100, qty_step=0.001),
        perpetual("SOL-2", "SOL", 151, index_price=149, contract_type="inverse", contract_size=10),
        perpetual("ETH-P", "ETH", 3_000, qty_step=0.05),
        perpetual("LINK-P", "LINK", 15),
        perpetual("IDLE", "DOGE", 0.1, index_price=0.1),
    ),
    shorts=(
        Short(instrument="BTC-P", contracts=0.001, entry_price=60_000, margin=30),
        Short(instrument="SOL-2", contracts=40, entry_price=150, margin=2),
        Short(instrument="SOL-1", contracts=-2, entry_price=150, margin=150),
        Short(instrument="LINK-P", contracts=4, entry_price=15, margin=40),
    ),
)  # fmt: skip

# Futures off spot that expire, before the horizon and behind it; some are quoted in a stablecoin.
DATED = Portfolio(
    settings=settings(quote_currency="USDT", stablecoin_parity=0.98),
    holdings=(
        Holding(asset="BTC", place="cold", quantity=2, spot_price=60_000, instrument="BTC-MAR"),
        Holding(asset="BTC", place="desk", quantity=1, spot_price=60_000, instrument="BTC-JUN-INV"),
        Holding(asset="ETH", quantity=30, spot_price=3_000, instrument="ETH-JUN"),
    ),
    instruments=(
        Instrument(instrument="BTC-MAR", underlying="BTC", futures_price=66_000, qty_step=0.001,
                   expiry=datetime(2026, 3, 27, 8), taker_fee=0.0005, min_notional=50_000),
        Instrument(instrument="BTC-JUN-INV", underlying="BTC", futures_price=68_000, quote="USD",
                   contract_type="inverse", contract_size=100, qty_step=1, taker_fee=0.0005,
                   expiry=datetime(2026, 6, 26, 8), mm_rate=0.005),
        perpetual("BTC-P", "BTC", 61_300, quote="USDC", index_price=61_200),
        Instrument(instrument="BTC-JUN", underlying="BTC", futures_price=67_000,
                   expiry=datetime(2026, 6, 26, 8), taker_fee=0.0004),
        Instrument(instrument="ETH-JUN", underlying="ETH", futures_price=2_900,
                   expiry=datetime(2026, 6, 26, 8), mm_rate=0.01),
        Instrument(instrument="ETH-MAR", underlying="ETH", futures_price=2_950, quote="USDC",
                   expiry=datetime(2026, 3, 27, 8)),
    ),
    shorts=(
        Short(instrument="BTC-MAR", contracts=1.2, entry_price=64_000, margin=30_000),
        Short(instrument="BTC-JUN-INV", contracts=200, entry_price=66_000, margin=0.1),
        Short(instrument="BTC-JUN-INV", contracts=100, entry_price=64_000, margin=0.1),
        Short(instrument="BTC-P", contracts=0.2, entry_price=60_000, margin=6_000),
        Short(instrument="ETH-MAR", contracts=10, entry_price=3_000),
        Short(instrument="ETH-JUN", contracts=20, entry_price=3_000, margin=30_000),
    ),
    history=tuple(
        Bar(time=datetime(2026, 3, 1, hour), symbol="BTC", close=60_000 + 50 * hour)
        for hour in (0, 8, 16)
    ),
    scenarios=(Scenario(scenario="Down", asset="*", price_shock=-0.1),),
)  # fmt: skip

# Ways to a price, and through an expiry: shorts that are liquidated, may be, and converge.
WAYS = Portfolio(
    settings=settings(),
    holdings=(
        Holding(asset="BTC", quantity=2, spot_price=60_000, instrument="BTC-P"),
        Holding(asset="ETH", quantity=30, spot_price=3_000, instrument="ETH-Q"),
        Holding(asset="SOL", quantity=-50, spot_price=150, beta=1.5, instrument="BTC-P"),
        Holding(asset="XRP", quantity=1_000, spot_price=2, instrument="XRP-P"),
    ),
    instruments=(
        perpetual("BTC-P", "BTC", 60_050, mm_rate=0.004, taker_fee=0.0005),
        perpetual("BTC-I", "BTC", 60_100, contract_type="inverse", contract_size=100,
                  mm_rate=0.005, taker_fee=0.0005, fee_discount=0.1),
        Instrument(instrument="ETH-Q", underlying="ETH", futures_price=3_150, mm_rate=0.01,
                   expiry=datetime(2026, 3, 27, 8), taker_fee=0.0005),
        Instrument(instrument="ETH-QI", underlying="ETH", futures_price=3_200, mm_rate=0.01,
                   contract_type="inverse", contract_size=10, expiry=datetime(2026, 6, 26, 8)),
        perpetual("XRP-P", "XRP", 2.01, mm_rate=0.02),
        perpetual("SOL-P", "SOL", 150, taker_fee=0.001),
    ),
    shorts=(
        Short(instrument="BTC-P", contracts=1, entry_price=60_000, margin=6_000),
        Short(instrument="BTC-I", contracts=300, entry_price=58_000, margin=0.2),
        Short(instrument="ETH-Q", contracts=20, entry_price=3_100, margin=30_000),
        Short(instrument="ETH-QI", contracts=2_000, entry_price=3_180, margin=5),
        Short(instrument="XRP-P", contracts=900, entry_price=2),
        Short(instrument="SOL-P", contracts=-20, entry_price=160, margin=500),
    ),
    scenarios=(
        Scenario(scenario="Fall", asset="*", price_shock=-0.3),
        Scenario(scenario="Up, down", asset="*", price_shock=-0.3, spike=0.12),
        Scenario(scenario="To the expiry", asset="*", price_shock=0.05, basis_shock=0.01,
                 days=30, funding_rate=-0.0002),
        Scenario(scenario="To the expiry", asset="BTC", price_shock=-0.1, spike=-0.2, days=200),
        Scenario(scenario="BTC falls", asset="BTC", price_shock=-0.3),
        Scenario(scenario="XRP alone", asset="XRP", price_shock=0.2),
        Scenario(scenario="To nothing", asset="*", price_shock=-1, days=365),
        Scenario(scenario="Nothing", asset="ETH", price_shock=0),
        Scenario(scenario="Nothing", asset="SOL", price_shock=0, spike=-0.5),
    ),
    history=(Bar(time=datetime(2026, 3, 1), symbol="ETH", close=3_000),),
)  # fmt: skip

# Lots of one instrument: in one account, in another, on both sides, of coins, with what they paid.
LOTS = Portfolio(
    settings=settings(),
    holdings=(Holding(asset="BTC", quantity=4, spot_price=60_000, instrument="BTC-P"),),
    accounts=(Account(account="desk", position_mode="hedge"), Account(account="fund")),
    instruments=(
        perpetual("BTC-P", "BTC", 60_000, mm_rate=0.004, exchange="Binance", liquidation_fee=5e-4),
        perpetual("BTC-C", "BTC", 60_000, contract_type="inverse", contract_size=100, mm_rate=0.01),
    ),
    shorts=(
        Short(instrument="BTC-P", contracts=1, entry_price=60_000, margin=30_000, leverage=2,
              account="fund"),
        Short(instrument="BTC-P", contracts=-0.5, entry_price=58_000, margin=9_000, account="desk"),
        Short(instrument="BTC-C", contracts=300, entry_price=60_000, margin=0.3, realised_pnl=0.01),
        Short(instrument="BTC-P", contracts=1, entry_price=50_000, margin=11_000, leverage=2,
              account="fund", funding_received=120, realised_pnl=50, fees_paid=30),
        Short(instrument="BTC-P", contracts=0.4, entry_price=61_000, account="desk"),
        Short(instrument="BTC-P", contracts=0.3, entry_price=61_000, margin=9_000,
              liquidation_price=90_000),
        Short(instrument="BTC-C", contracts=100, entry_price=50_000, margin=0.2, fees_paid=0.001),
        Short(instrument="BTC-P", contracts=0.4, entry_price=62_000, margin=9_000, account="desk"),
    ),
)  # fmt: skip

PORTFOLIOS = {
    **SAMPLES,
    "odd": ODD,
    "venues": VENUES,
    "nobody's": NOBODYS,
    "lots": LOTS,
    "dated": DATED,
    "ways": WAYS,
}


@cache
def template(name=None, edition="addin"):
    """The bytes of the template of one of `PORTFOLIOS`; of none, the blank one."""
    return template_book(name and analyse(PORTFOLIOS[name]), edition).to_bytes()


@cache
def report(name):
    """The bytes of the report on one of `PORTFOLIOS`."""
    return report_book(analyse(PORTFOLIOS[name])).to_bytes()


def saved(content, path):
    """A file of those bytes."""
    path.write_bytes(content)
    return path


def same_parts(old, new):
    with zipfile.ZipFile(old) as first, zipfile.ZipFile(new) as second:
        assert first.namelist() == second.namelist()
        for part in first.namelist():
            assert first.read(part) == second.read(part), f"{part}: run `make templates`"
