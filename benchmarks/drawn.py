"""A drawn portfolio of any size, the same in every run: large reports are measured on it."""

from __future__ import annotations

import random
from datetime import datetime

from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short

__all__ = ["drawn"]


def drawn(count: int, scenarios: int) -> Portfolio:
    """So many coins, each hedged by half to too much with a short of its own margin, drawn."""
    draw = random.Random(1)  # noqa: S311  # the same in every run
    names = [f"COIN{n}" for n in range(count)]
    prices = [10 ** draw.uniform(-2, 4) for _ in names]
    worth = [10 ** draw.uniform(2, 6) for _ in names]
    coins = list(zip(names, prices, worth, strict=True))
    return Portfolio(
        settings=Settings(as_of=datetime(2026, 1, 1), horizon_date=datetime(2026, 6, 30)),
        holdings=[
            Holding(asset=name, quantity=value / price, spot_price=price,
                    instrument=f"{name}-PERP", avg_cost=price * draw.uniform(0.5, 1.5))
            for name, price, value in coins
        ],
        instruments=[
            Instrument(instrument=f"{name}-PERP", underlying=name, futures_price=price * 1.001,
                       funding_rate=draw.uniform(-1e-4, 3e-4), qty_step=1e-6, mm_rate=0.01,
                       taker_fee=5e-4)
            for name, price, _ in coins
        ],
        shorts=[
            Short(instrument=f"{name}-PERP", contracts=value / price * draw.uniform(0.5, 1.1),
                  entry_price=price * draw.uniform(0.9, 1.1), margin=value * draw.uniform(0.3, 0.6))
            for name, price, value in coins
        ],
        scenarios=[
            Scenario(scenario=f"S{n}", asset="*", price_shock=draw.uniform(-0.5, 0.5),
                     funding_rate=draw.uniform(-1e-3, 1e-3), days=draw.choice([0.0, 7.0, 30.0]))
            for n in range(scenarios)
        ],
    )  # fmt: skip
