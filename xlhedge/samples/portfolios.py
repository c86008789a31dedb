"""The sample portfolios, from code: `xlhedge demo` reports on them, `workbooks/` holds them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xlhedge.portfolio import Holding, Instrument, Portfolio, Scenario, Settings, Short, Tier
from xlhedge.samples.histories import one_bitcoin_history, treasury_history

__all__ = ["SAMPLES"]

_AS_OF = datetime(2026, 3, 2, 8)
_HORIZON = datetime(2026, 6, 2, 8)

_BTC_PERP = Instrument(
    instrument="BTC-PERP",
    exchange="Binance",
    underlying="BTC",
    futures_price=60_000,
    funding_rate=0.0001,
    qty_step=0.001,
    min_qty=0.001,
    min_notional=100,
    max_leverage=125,
    mm_rate=0.004,
    taker_fee=0.0005,
    fee_discount=0.1,
)

# Binance's schedule for BTCUSDT, as freqtrade 2026.9 ships it: where each tier begins, its rate.
_BTC_TIERS = tuple(
    Tier(instrument="BTC-PERP", floor=floor, mm_rate=rate)
    for floor, rate in (
        (0, 0.004),
        (300_000, 0.005),
        (800_000, 0.0065),
        (3_000_000, 0.01),
        (12_000_000, 0.02),
        (70_000_000, 0.025),
        (100_000_000, 0.05),
        (230_000_000, 0.1),
        (480_000_000, 0.125),
        (600_000_000, 0.15),
        (800_000_000, 0.25),
        (1_200_000_000, 0.5),
    )
)

_SCENARIOS = (
    Scenario(scenario="Fall of 20 %", asset="*", price_shock=-0.2),
    Scenario(scenario="Rise of 20 %", asset="*", price_shock=0.2),
    Scenario(
        scenario="Crash, funding turns",
        asset="*",
        price_shock=-0.3,
        basis_shock=-0.005,
        funding_rate=-0.0005,
        days=7,
    ),
    Scenario(scenario="Rally of 40 %", asset="*", price_shock=0.4, basis_shock=0.01, days=30),
    Scenario(
        scenario="Bear market of a quarter",
        asset="*",
        price_shock=-0.25,
        funding_rate=-0.0001,
        days=90,
    ),
)


def _portfolio(name: str, hedge_ratio: float = 1.0, **tables: Any) -> Portfolio:
    settings = Settings(
        portfolio=name,
        as_of=_AS_OF,
        horizon_date=_HORIZON,
        hedge_ratio=hedge_ratio,
    )
    return Portfolio(settings=settings, **{"scenarios": _SCENARIOS} | tables)


def _one_bitcoin(name: str, hedge_ratio: float, **more: Any) -> Portfolio:
    return _portfolio(
        name,
        hedge_ratio,
        holdings=(
            Holding(
                asset="BTC",
                quantity=1,
                avg_cost=50_000,
                spot_price=60_000,
                instrument="BTC-PERP",
                support_price=52_000,
            ),
        ),
        instruments=(_BTC_PERP,),
        shorts=(
            Short(
                instrument="BTC-PERP",
                contracts=hedge_ratio,
                entry_price=60_000,
                margin=30_000 * hedge_ratio,
                leverage=2,
                opened=_AS_OF,
            ),
        ),
        **more,
    )


def _altcoin() -> Portfolio:
    return _portfolio(
        "Altcoin hedged with BTC",
        holdings=(
            Holding(
                asset="ALT",
                quantity=5_000,
                avg_cost=1.6,
                spot_price=2,
                beta=1.4,
                instrument="BTC-PERP",
            ),
        ),
        instruments=(_BTC_PERP.model_copy(update={"index_price": 60_000.0}),),
        shorts=(
            Short(
                instrument="BTC-PERP",
                contracts=0.233,  # 10,000 × 1.4 ÷ 60,000, rounded down
                entry_price=60_000,
                margin=6_990,
                leverage=2,
                opened=_AS_OF,
            ),
        ),
    )


def _treasury() -> Portfolio:
    def held(asset: str, quantity: float, cost: float, price: float, **more: Any) -> Holding:
        return Holding(asset=asset, quantity=quantity, avg_cost=cost, spot_price=price, **more)

    return _portfolio(
        "Treasury",
        0.8,
        holdings=(
            held("BTC", 120, 41_250, 60_000, instrument="BTC-PERP", support_price=52_000),
            held("ETH", 1_500, 2_480, 3_000, instrument="ETH-INV", hedge_ratio=0.6),
            held("SOL", 20_000, 95, 150, instrument="SOL-SEP", hedge_ratio=0.5),
            held("LINK", 60_000, 17.5, 15, beta=1.3, instrument="BTC-PERP"),
            held("XMR", 2_000, 140, 160),
        ),
        instruments=(
            _BTC_PERP.model_copy(update={"futures_price": 60_030.0}),
            Instrument(
                instrument="ETH-INV",
                exchange="Bybit",
                underlying="ETH",
                contract_type="inverse",
                futures_price=3_006,
                funding_rate=-0.00005,
                contract_size=1,
                qty_step=1,
                min_qty=1,
                max_leverage=50,
                mm_rate=0.01,
                taker_fee=0.00055,
            ),
            Instrument(
                instrument="SOL-SEP",
                exchange="Deribit",
                underlying="SOL",
                expiry=datetime(2026, 9, 25, 8),
                futures_price=156.3,
                contract_size=10,
                qty_step=1,
                min_qty=1,
                mm_rate=0.02,
                taker_fee=0.0005,
            ),
        ),
        tiers=_BTC_TIERS,
        shorts=(
            Short(
                instrument="BTC-PERP",
                contracts=92,
                entry_price=58_400,
                margin=1_850_000,
                leverage=3,
                opened=datetime(2026, 1, 14, 15, 30),
            ),
            Short(
                instrument="ETH-INV",
                contracts=2_400_000,
                entry_price=3_120,
                margin=260,
                leverage=4,
                opened=datetime(2026, 2, 3, 9),
            ),
            Short(
                instrument="SOL-SEP",
                contracts=1_000,
                entry_price=161.2,
                margin=400_000,
                leverage=4,
                opened=datetime(2026, 2, 20, 12),
            ),
        ),
        scenarios=(
            *_SCENARIOS,
            Scenario(scenario="SOL outage", asset="SOL", price_shock=-0.45, basis_shock=-0.02),
            Scenario(scenario="SOL outage", asset="*", price_shock=-0.05),
        ),
        history=treasury_history(_AS_OF),
    )


SAMPLES: dict[str, Portfolio] = {
    "full-hedge": _one_bitcoin("Full hedge", 1.0, history=one_bitcoin_history(_AS_OF)),
    "partial-hedge": _one_bitcoin("Partial hedge", 0.5),
    "altcoin-cross-hedge": _altcoin(),
    "treasury": _treasury(),
}
"""Every sample by the name of its file."""
