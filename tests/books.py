"""The workbooks that tests look at: of the samples and of an odd portfolio, each built once."""

import zipfile
from datetime import datetime
from functools import cache
from pathlib import Path

from xlhedge.analysis import analyse
from xlhedge.jobs.commands import TEMPLATE
from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short
from xlhedge.samples import SAMPLES
from xlhedge.sheets.report import report_book
from xlhedge.sheets.template import template_book

ROOT = Path(__file__).parent.parent

# The files that are committed, and of what they are the template.
COMMITTED = {f"workbooks/{name}.xlsx": (name, "addin") for name in SAMPLES} | {
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
        Short(instrument="ETH-P", contracts=20, entry_price=3_100, margin=30_000, leverage=2),
        Short(instrument="ETH-P", contracts=-4, entry_price=2_900, margin=2_000),
        Short(instrument="XRP-P", contracts=5, entry_price=2),
        Short(instrument="NAKED", contracts=3, entry_price=140, margin=400),
    ),
    scenarios=(Scenario(scenario="Down", asset="*", price_shock=-0.1),),
)  # fmt: skip

PORTFOLIOS = {**SAMPLES, "odd": ODD}


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
