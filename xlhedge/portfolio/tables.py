"""The tables of a portfolio: one model a table, whose fields are its columns, said once here.

Readers, errors, frames and templates all take names, order, defaults, domains and help from these
models, through `TABLES`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from xlhedge.functions.quantity import Domain
from xlhedge.functions.vocabulary import COLLATERAL
from xlhedge.portfolio.columns import Column, Row, moment, number, text

__all__ = [
    "DOLLARS",
    "MOST_SHOCKS",
    "TABLES",
    "Account",
    "Bar",
    "Fetched",
    "Holding",
    "Instrument",
    "Scenario",
    "Settings",
    "Short",
    "Table",
    "Tier",
]

DOLLARS = ("USD", "USDT", "USDC")
"""Currencies that instruments of one portfolio may mix; all but the first are stablecoins."""

MOST_SHOCKS = 21
"""The most price shocks that a grid may have: the columns that a sheet has for them."""

_INSTRUMENT = "Name of the instrument, as in the table Instruments."


class Settings(Row):
    """What holds for the whole portfolio; in its table each field is a row of name and value."""

    portfolio: Annotated[str, text("Name of the portfolio", "; blank: the file's name.")] = (
        "Portfolio"
    )
    as_of: Annotated[datetime, moment("Date-time of the prices (UTC).")]
    quote_currency: Annotated[str, text("Currency of every price and value.")] = "USD"
    horizon_date: Annotated[datetime, moment("Date-time until which the hedge is held (UTC).")]
    hedge_ratio: Annotated[float, number("hedge_ratio")] = 1.0
    shock_min: Annotated[
        float, number("price_shock", "Lowest price shock of the grids, decimal (-0.5 = -50 %).")
    ] = -0.5
    shock_max: Annotated[
        float, number("price_shock", "Highest price shock of the grids, decimal (0.5 = +50 %).")
    ] = 0.5
    shock_step: Annotated[float, number("shock_step")] = 0.05
    funding_threshold_8h: Annotated[float, number("threshold")] = 0.0001
    funding_consecutive: Annotated[int, number("consecutive")] = 3
    redeploy_drop: Annotated[float, number("redeploy_drop")] = 0.2
    liquidation_alert: Annotated[float, number("liquidation_alert")] = 0.25
    rebalance_band: Annotated[float, number("rebalance_band")] = 0.01
    dated_sizing: Annotated[str, number("dated_sizing")] = "auto"
    stablecoin_parity: Annotated[float, number("stablecoin_parity")] = 1.0

    @property
    def count_shocks(self) -> int:
        """How many price shocks the grids have."""
        # 0.1 is not a tenth: (0.5 + 0.5) / 0.05 may exceed 20.
        steps = (self.shock_max - self.shock_min) / self.shock_step
        return math.ceil(min(steps, 1e9) - 1e-9) + 1  # a step next to 0 would make infinitely many

    @property
    def shocks(self) -> tuple[float, ...]:
        """The price axis of the grids: from shock_min by shock_step, ending on shock_max."""
        # Rounded as the sheets round: -0.5 + 6 * 0.05 is not -0.2 in binary.
        return tuple(
            round(min(self.shock_max, self.shock_min + step * self.shock_step), 12)
            for step in range(self.count_shocks)
        )


class Account(Row):
    """One collateral of an account; an account that is not here is isolated, without a wallet.

    Isolated positions have their own margin; those of a cross account share its wallet. Several
    rows of one account are several collaterals.
    """

    account: Annotated[str, text("Name of the account; several rows are several collaterals.")]
    exchange: Annotated[str, text("Venue where it is.")] = ""
    margin_mode: Annotated[str, number("margin_mode")] = "isolated"
    position_mode: Annotated[str, number("position_mode")] = "one-way"
    wallet_balance: Annotated[
        float,
        number(
            "wallet_balance",
            "Balance of the collateral, without unrealised P&L, in units of it.",
            measure=COLLATERAL,
        ),
    ] = 0.0
    collateral: Annotated[
        str | None,
        text("Currency or coin of the balance (USDT, BTC)", "; blank: the quote currency."),
    ] = None
    collateral_price: Annotated[
        float | None,
        number(
            "collateral_price", blank=" Blank: 1 for a currency, the spot_price for a coin held."
        ),
    ] = None
    haircut: Annotated[float, number("haircut")] = 0.0


class Holding(Row):
    """An asset that is held, and the instrument it is hedged with.

    ``quantity`` excludes coins posted as margin. A blank ``hedge_ratio`` is the setting's, a blank
    ``underlying`` that of the instrument, or else the asset. Rows of one asset differ in ``place``.
    """

    asset: Annotated[str, text("Name of the asset, once in the table or once a place (BTC).")]
    quantity: Annotated[
        float,
        number(
            "spot_qty",
            "Coins held, in base coins, without those posted as margin.",
            usual=Domain(at_least=0),
            slip="coins below 0 are owed, and the hedge of them is a long future",
        ),
    ]
    avg_cost: Annotated[float | None, number("avg_cost")] = None
    spot_price: Annotated[float, number("spot_price")]
    hedge_ratio: Annotated[
        float | None,
        number(
            "hedge_ratio",
            "Fraction to hedge, a ratio (0.5 = half)",
            "; blank: the ratio in Settings.",
        ),
    ] = None
    beta: Annotated[float, number("beta")] = 1.0
    instrument: Annotated[
        str | None, text("Instrument it is hedged with, as in Instruments", "; blank: not hedged.")
    ] = None
    support_price: Annotated[float | None, number("support")] = None
    place: Annotated[
        str | None,
        text("Where it is held: venue, wallet, account", "; blank: one row an asset."),
    ] = None
    underlying: Annotated[
        str | None,
        text("Underlying that it moves with, times beta", "; blank: the instrument's, or asset."),
    ] = None


class Instrument(Row):
    """A future; without ``expiry`` a perpetual.

    A blank ``index_price`` is the spot price of the holding that is the underlying.
    """

    instrument: Annotated[str, text("Name of the instrument, once in the table (BTC-PERP).")]
    exchange: Annotated[str, text("Venue where it trades.")] = ""
    underlying: Annotated[str, text("Asset whose price it follows (BTC).")]
    contract_type: Annotated[str, number("contract_type")] = "linear"
    expiry: Annotated[
        datetime | None, moment("Date-time at which it expires (UTC)", "; blank: a perpetual.")
    ] = None
    index_price: Annotated[
        float | None,
        number(
            "index_price",
            "Spot index price, quote per base coin",
            "; blank: the spot_price of the underlying.",
            needed="if its underlying is not held",
        ),
    ] = None
    futures_price: Annotated[float, number("futures_price")]
    funding_rate: Annotated[
        float | None,
        number(
            "funding_rate",
            "Funding per interval, decimal (0.0001 = 0.01 %); positive: longs pay shorts.",
            " Blank for a future that expires.",
            needed="for a perpetual",
        ),
    ] = None
    interval_hours: Annotated[float, number("interval_hours")] = 8.0
    contract_size: Annotated[float, number("contract_size", needed="if inverse")] = 1.0
    qty_step: Annotated[float, number("qty_step")] = 0.0
    min_qty: Annotated[float, number("min_qty")] = 0.0
    min_notional: Annotated[float, number("min_notional")] = 0.0
    max_leverage: Annotated[
        float | None,
        number("leverage", "Highest leverage that the venue allows (10 = 10×).", trap=False),
    ] = None
    mm_rate: Annotated[
        float | None,
        number("mm_rate", "Maintenance margin rate, decimal of the value (0.005 = 0.5 %)."),
    ] = None
    mm_amount: Annotated[float, number("mm_amount")] = 0.0
    mm_basis: Annotated[str, number("mm_basis")] = "mark"
    taker_fee: Annotated[float, number("fee_rate")] = 0.0
    fee_discount: Annotated[float, number("discount")] = 0.0
    quote: Annotated[
        str | None,
        text("Currency of its prices: USD, USDT or USDC", "; blank: the portfolio's."),
    ] = None
    tier_mode: Annotated[str, number("tier_mode")] = "marginal"
    liquidation_fee: Annotated[float, number("liquidation_fee")] = 0.0
    maker_fee: Annotated[
        float | None,
        number(
            "fee_rate",
            "Fee of an order that waits in the book, decimal of the value (0.0002 = 0.02 %)",
            "; blank: unknown. Orders are reckoned at taker_fee.",
        ),
    ] = None


class Tier(Row):
    """One maintenance margin tier of an instrument; its floors ascend from 0."""

    instrument: Annotated[str, text(_INSTRUMENT)]
    floor: Annotated[float, number("tier_floor")]
    mm_rate: Annotated[float, number("mm_rate", usual=Domain())]  # half and more in the last one


class Short(Row):
    """A short that is already open; negative contracts are a long future."""

    instrument: Annotated[str, text(_INSTRUMENT)]
    contracts: Annotated[float, number("short_contracts")]
    entry_price: Annotated[float, number("entry_price")]
    margin: Annotated[float | None, number("margin", needed="if inverse and isolated")] = None
    leverage: Annotated[float | None, number("leverage")] = None
    opened: Annotated[datetime | None, moment("Date-time at which it was opened (UTC).")] = None
    account: Annotated[
        str | None,
        text(
            "Account where it is, as in Accounts", "; blank: the instrument's exchange, isolated."
        ),
    ] = None
    liquidation_price: Annotated[
        float | None,
        number(
            "liquidation_price",
            "Liquidation price as the venue shows it, quote per base coin",
            "; blank: worked out.",
        ),
    ] = None
    funding_received: Annotated[float, number("funding_received")] = 0.0
    realised_pnl: Annotated[float, number("realised_pnl")] = 0.0
    fees_paid: Annotated[float, number("fees_paid")] = 0.0


class Scenario(Row):
    """One asset's part in a scenario; asset ``*`` is the underlyings', taken times each beta.

    ``funding_rate`` None is the instrument's own.
    """

    scenario: Annotated[str, text("Name of the scenario; several rows may share it.")]
    asset: Annotated[
        str, text("Asset or underlying that moves; *: every underlying, times each holding's beta.")
    ]
    price_shock: Annotated[
        float, number("price_shock", "The asset's own relative move, decimal (-0.2 = -20 %).")
    ]
    basis_shock: Annotated[float, number("basis_shock")] = 0.0
    funding_rate: Annotated[
        float | None,
        number(
            "funding_rate",
            "Funding per interval meanwhile, decimal (0.0001 = 0.01 %)",
            "; blank: the instrument's.",
        ),
    ] = None
    days: Annotated[float, number("days")] = 0.0
    spike: Annotated[
        float | None,
        number(
            "spike",
            "Worst move of the futures on the way, decimal (0.12 = +12 %), not scaled by beta",
            "; blank: none.",
        ),
    ] = None


class Bar(Row):
    """One bar of the price history; the funding rate is the one settled in it."""

    time: Annotated[datetime, moment("Date-time of the bar's close (UTC).")]
    symbol: Annotated[str, text("Asset or instrument whose prices these are.")]
    close: Annotated[float, number("price", "Closing price, in quote per base coin.")]
    high: Annotated[float | None, number("price", "Highest price, in quote per base coin.")] = None
    low: Annotated[float | None, number("price", "Lowest price, in quote per base coin.")] = None
    volume: Annotated[float | None, number("volume")] = None
    funding_rate: Annotated[
        float | None,
        number(
            "funding_rate",
            "Funding settled in the bar, decimal per interval (0.0001 = 0.01 %); positive: longs "
            "pay shorts.",
        ),
    ] = None
    interval_hours: Annotated[
        float | None,
        number(
            "interval_hours",
            "Hours that the settled rate is for",
            "; blank: since the settlement before it; of a single one the instrument's.",
        ),
    ] = None


class Fetched(Row):
    """Where values of a row came from, and how old they are; what no row tells of was typed."""

    table: Annotated[
        str, text("Table of the values (Instruments); missing: what could not be had.")
    ]
    row: Annotated[
        str | None, text("Row of the values by its name, such as BTC-PERP", "; blank: all of it.")
    ] = None
    column: Annotated[
        str | None, text("Columns of the values, with commas between", "; blank: all of the row.")
    ] = None
    venue: Annotated[str, text("Venue, or file, that the values are from.")]
    time: Annotated[datetime, moment("Date-time at which they were so (UTC).")]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a portfolio.

    Args:
        name: its name in a workbook, a folder of CSV files, a JSON file and `Portfolio.to_frames`.
        sheet: the sheet where a template puts it; a reader finds it on any.
        model: what one of its rows becomes.
        required: whether a portfolio must have it, if only without rows.
        upright: whether it holds one row a field, with the columns name and value.

    Example:
        >>> [column.name for column in TABLES["Tiers"].columns]
        ['instrument', 'floor', 'mm_rate']
    """

    name: str
    sheet: str
    model: type[Row]
    required: bool = True
    upright: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in order; for an upright table the settings that are its rows."""
        return tuple(self.model.columns.values())

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers of its columns as people see them."""
        return ("name", "value") if self.upright else tuple(self.model.columns)

    def rank(self, row: int = -1, column: str = "") -> tuple[int, int, int]:
        """Where a cell stands among all of a portfolio's, as a person goes through them."""
        names = ("", *self.model.columns)
        return list(TABLES).index(self.name), row, names.index(column)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("Settings", "Portfolio", Settings, upright=True),
        Table("Holdings", "Portfolio", Holding),
        Table("Accounts", "Portfolio", Account, required=False),
        Table("Instruments", "Instruments", Instrument),
        Table("Tiers", "Instruments", Tier, required=False),
        Table("Shorts", "Shorts", Short),
        Table("Scenarios", "Scenarios", Scenario),
        Table("History", "Price history", Bar, required=False),  # Excel keeps "History" for itself
        Table("Sources", "Sources", Fetched, required=False),
    )
}
"""Every table, in the order in which people fill them."""
