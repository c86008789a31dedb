"""A book with accounts of every kind, for tests that compute its sheets."""

from datetime import datetime

from books import perpetual, settings

from xlhedge.portfolio import Account, Holding, Instrument, Portfolio, Scenario, Short, Tier

LADDER = ((0, 0.004), (150_000, 0.01), (400_000, 0.05))


def tiers(name, steps=LADDER):
    return [Tier(instrument=name, floor=floor, mm_rate=rate) for floor, rate in steps]


# A wallet in money with coins in it, one of coins, a net long one, hedge mode, an isolated one.
CROSS = Portfolio(
    settings=settings(liquidation_alert=0.3),
    holdings=(
        Holding(asset="BTC", quantity=3, spot_price=60_000, instrument="BTC-P"),
        Holding(asset="ETH", quantity=40, spot_price=3_000, instrument="ETH-P"),
        Holding(asset="SOL", quantity=100, spot_price=140, beta=1.5, instrument="ETH-P"),
    ),
    accounts=(
        Account(account="main", exchange="Binance", margin_mode="cross", wallet_balance=40_000),
        Account(account="main", exchange="Binance", margin_mode="cross", wallet_balance=0.5,
                collateral="BTC", haircut=0.05),
        Account(account="main", exchange="Binance", margin_mode="cross", wallet_balance=100,
                collateral="SOL", haircut=0.2, collateral_price=139),
        Account(account="coins", exchange="Deribit", margin_mode="cross", wallet_balance=0.8,
                collateral="BTC"),
        Account(account="coins", exchange="Deribit", margin_mode="cross", wallet_balance=2_000,
                collateral="USDC", haircut=0.1),
        Account(account="long", exchange="Bybit", margin_mode="cross", position_mode="hedge",
                wallet_balance=9_000),
        Account(account="spare", exchange="Binance", wallet_balance=0.1, collateral="BTC"),
        Account(account="idle", margin_mode="cross", wallet_balance=5, collateral="ETH"),
    ),
    instruments=(
        perpetual("BTC-P", "BTC", 60_100, qty_step=0.001, liquidation_fee=0.0005),
        perpetual("ETH-P", "ETH", 2_990, qty_step=0.01, mm_rate=0.01, mm_amount=50),
        perpetual("BTC-C", "BTC", 60_050, contract_type="inverse", contract_size=100),
        Instrument(instrument="BTC-Q", underlying="BTC", futures_price=61_500, mm_rate=0.01,
                   contract_type="inverse", contract_size=100, expiry=datetime(2026, 6, 26)),
        perpetual("FROZEN", "ETH", 3_010, mm_rate=0.02, mm_basis="entry"),
        perpetual("ISO", "BTC", 60_000, mm_rate=0.005),
    ),
    tiers=(*tiers("BTC-P"), *tiers("BTC-C", ((0, 0.005), (0.5, 0.02)))),
    shorts=(
        Short(instrument="BTC-P", contracts=1.5, entry_price=61_000, account="main"),
        Short(instrument="ISO", contracts=0.5, entry_price=58_000, margin=10_000),
        Short(instrument="BTC-P", contracts=0.5, entry_price=59_000, account="main"),
        Short(instrument="ETH-P", contracts=20, entry_price=3_050, account="main"),
        Short(instrument="FROZEN", contracts=-4, entry_price=2_950, account="main"),
        Short(instrument="BTC-C", contracts=500, entry_price=60_500, account="coins"),
        Short(instrument="BTC-Q", contracts=200, entry_price=62_000, account="coins"),
        Short(instrument="ETH-P", contracts=-30, entry_price=3_000, account="long"),
        Short(instrument="ETH-P", contracts=10, entry_price=3_020, account="long"),
        Short(instrument="BTC-C", contracts=60, entry_price=60_000, margin=0.3, account="spare"),
    ),
    scenarios=(Scenario(scenario="Down", asset="*", price_shock=-0.1),),
)  # fmt: skip
