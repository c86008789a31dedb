"""The margin of each position, figure by figure: lots of one instrument in one account are one."""

from __future__ import annotations

from xlhedge.analysis.carriers import NOWHERE
from xlhedge.analysis.figures import BLANK, Figure, FigureRow, figure, looked_up
from xlhedge.analysis.lookups import Group, Lookups
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.maintenance import TIER_PRICE, after, held, kind, rise, value_at
from xlhedge.analysis.terms import (
    CONTRACT_SIZE,
    FUNDING_DRAG,
    FUNDING_RATE,
    FUNDING_YEAR,
    INDEX_PRICE,
)
from xlhedge.functions.algebra import Carrier, maximum, where
from xlhedge.text import percent

__all__ = ["ALARM", "NO_EQUITY", "MarginRow"]

ALARM = 0.8
"""The margin ratio from which a row is marked."""

NO_EQUITY = "no equity"
"""The margin ratio of a position whose margin is lost, kept alive by its maintenance amount."""

# An input's #N/A must not read as "none": what is given fails with it.
_KNOWN = ("unrealised_pnl", "margin", "mm_rate")
_RATE, _AMOUNT = 0, 1


def _to_add(move: float) -> Figure:
    """What is to be posted now for the liquidation to lie at that move from the mark."""
    rate, amount = f"rate_{move * 100:.0f}", f"amount_{move * 100:.0f}"
    title = f"Add now for {percent(move)} against it, in margin currency"

    @figure(title, "qty", ("margin", rate))
    def formula(r: MarginRow, f: Lookups) -> Carrier:
        needed = f.collateral_needed(
            r.contracts,
            r.entry_price,
            r.futures_price * (1 + rise(r, move)) / r.entry_price - 1,
            getattr(r, rate),
            getattr(r, amount),
            *kind(r),
            r.mm_basis,
            r.liquidation_fee,
        )
        return maximum(needed - r.margin, 0)

    return formula


def _summed(title: str, look: str, of: Figure) -> Figure:
    """The sum of a figure over the position's lots."""
    return Figure(title, look, lambda row, f: row.lots(f).sum(of), ("instrument",))


class MarginRow(FigureRow):
    """One row a position, as it stands: its lots added up, their entries averaged."""

    table, fault = "Shorts", "margin"

    instrument = looked_up("Instrument", "text")
    account = looked_up("Account", "text")
    contracts = _summed("Contracts short", "qty", LotRow.contracts)

    @figure("Entry price", "price", ("instrument",))
    def entry_price(self, f: Lookups) -> Carrier:
        """The average that the venue keeps; of a single lot its own, to the last digit."""
        lots = self.lots(f)
        alone = (lots.count == 1) | (self.contracts == 0)
        sizes, entries = lots.each(LotRow.contracts, 0), lots.each(LotRow.entry_price, 1)
        return where(
            alone,
            lambda: lots.sum(LotRow.entry_price) / lots.count,
            lambda: f.average_entry(sizes, entries, self.contract_type),
        )

    futures_price = looked_up("Mark price", "price", "term")

    @figure("Short notional", "money", ("instrument",), total=True)
    def short_notional(self, f: Lookups) -> Carrier:
        value = f.short_notional(self.contracts, self.futures_price, *kind(self), self.index_price)
        return value * self.parity

    @figure("Counts in the hedge", "money", ("instrument",), total=True)
    def cover(self, f: Lookups) -> Carrier:
        """What it takes away of the exposure; a coin for a coin where it is held to expiry."""
        price = f.of_instrument(self, "sizing_price")
        return f.short_notional(self.contracts, price, *kind(self), self.index_price) * self.parity

    @figure("Unrealised P&L", "money", ("instrument",), total=True)
    def unrealised_pnl(self, f: Lookups) -> Carrier:
        price = where(self.contract_type == "inverse", self.index_price, 1)
        return self._unrealised(f) * price * self.parity

    @figure("Position value in margin currency", "qty", ("instrument",))
    def position_value(self, _: Lookups) -> Carrier:
        faces, price = self.contracts * self.contract_size, self.futures_price
        return where(self.contract_type == "inverse", faces / price, faces * price)

    @figure("Leverage ×", "ratio", ("instrument",))
    def leverage(self, f: Lookups) -> Carrier:
        """What all lots say alike."""
        lots = self.lots(f)
        mean = lots.sum(LotRow.leverage) / lots.count
        alike = lots.having(LotRow.leverage, "=", mean).count == lots.count
        return where(alike, mean, "")

    @figure("Initial margin in margin currency", "qty", ("leverage",))
    def initial_margin(self, f: Lookups) -> Carrier:
        return f.initial_margin(self.position_value, self.leverage)

    @figure("Margin posted in margin currency", "qty", ("instrument",))
    def margin(self, f: Lookups) -> Carrier:
        """All that its lots have, of its own; unknown where one of them does not say."""
        lots = self.lots(f)
        silent = lots.having(LotRow.margin, "=", BLANK).count
        return where(self.is_cross | (silent > 0), "", lots.sum(LotRow.margin))

    @figure("Coins posted as margin, value", "money", ("instrument",), total=True)
    def coin_margin(self, f: Lookups) -> Carrier:
        def worth() -> Carrier:
            return (self.margin + self._unrealised(f)) * self.index_price * self.parity

        own = (self.contract_type == "inverse") & (self.margin_mode == "isolated")
        return where(own, worth, 0)

    @figure("Maintenance margin in margin currency", "qty", ("rate_0",))
    def maintenance_margin(self, f: Lookups) -> Carrier:
        frozen = where(self.mm_basis == "entry", self.entry_price / self.futures_price, 1)
        return f.maintenance_margin(value_at(self, frozen), self.rate_0, self.amount_0)

    @figure("Margin ratio", "percent", ("rate_0",))
    def margin_ratio(self, f: Lookups) -> Carrier:
        """Of a position in a cross account that of its wallet."""

        def ratio() -> Carrier:
            return f.margin_ratio(
                self.contracts,
                self.entry_price,
                self.futures_price,
                self.margin,
                self.rate_0,
                self.amount_0,
                *kind(self),
                self.mm_basis,
                self.liquidation_fee,
            )

        def isolated() -> Carrier:
            gone = self.margin + self._unrealised(f) <= 0
            return where(self.contracts == 0, 0, lambda: where(gone, NO_EQUITY, ratio))

        own = lambda: where(self.margin == "", "", isolated)  # noqa: E731
        return where(self.is_cross, lambda: f.of_cross(self, "margin_ratio"), own)

    @figure("Liquidation price", "price", ("instrument",))
    def liquidation_price(self, _: Lookups) -> Carrier:
        """What the venue shows beats every model."""
        return where(self.venue_price == "", self.modelled_price, self.venue_price)

    @figure("Liquidation price as worked out", "price", ("unrealised_pnl", "mm_rate"))
    def modelled_price(self, f: Lookups) -> Carrier:
        """With the rate and amount of the tier that holds there, this is the tiered price.

        In a cross account it is where its underlying liquidates the wallet by moving alone.
        """

        def price() -> Carrier:
            return f.liquidation_price(
                self.contracts,
                self.entry_price,
                self.margin,
                self.mm_rate,
                self.mm_amount,
                *kind(self),
                self.mm_basis,
                self.liquidation_fee,
            )

        # A rate that applies to all of a position jumps at a tier's floor, and may liquidate there.
        jumps = (self.tiers > 0) & (self.tier_mode == "whole") & (self.mm_basis == "mark")
        known = (self.tier_price == NOWHERE) | jumps

        def isolated() -> Carrier:
            found = lambda: where(known, self.tier_price, lambda: f.or_nowhere(price))  # noqa: E731
            return where(self.margin == "", "", found)

        def shared() -> Carrier:
            alone = f.of_cross(self, "alone")
            moved = lambda: self.futures_price * (1 + alone)  # noqa: E731
            return where(f.number(alone), moved, where(alone == NOWHERE, NOWHERE, ""))

        return where(self.is_cross, shared, isolated)

    @figure("Liquidation price of the venue", "price", ("instrument",))
    def venue_price(self, f: Lookups) -> Carrier:
        """What its lots say, on average."""
        lots = self.lots(f)
        said = lots.having(LotRow.liquidation_price, "<>", BLANK).count
        return where(said == 0, "", lambda: lots.sum(LotRow.liquidation_price) / said)

    @figure("Venue's price against ours", "percent", ("venue_price", "modelled_price"))
    def price_difference(self, _: Lookups) -> Carrier:
        return where(
            self.modelled_price == NOWHERE, "", lambda: self.venue_price / self.modelled_price - 1
        )

    @figure("Distance to liquidation", "percent", ("liquidation_price",))
    def liquidation_buffer(self, f: Lookups) -> Carrier:
        return where(
            self.liquidation_price == NOWHERE,
            where(self.contracts < 0, "not by a fall", "not by a rise"),
            lambda: f.liquidation_buffer(self.futures_price, self.liquidation_price),
        )

    @figure("Distance of its account", "percent", ("instrument",))
    def common_buffer(self, f: Lookups) -> Carrier:
        """In a cross account the common move that liquidates all of it; else its own distance."""
        shared = lambda: f.of_cross(self, "common")  # noqa: E731
        return where(self.is_cross, shared, self.liquidation_buffer)

    @figure("Equity, lost if liquidated", "money", ("instrument",), total=True)
    def equity(self, f: Lookups) -> Carrier:
        """Of a position in a cross account its part of the wallet's."""
        price = where(self.contract_type == "inverse", self.index_price, 1)

        def isolated() -> Carrier:
            return maximum(0, self.margin * price * self.parity + self.unrealised_pnl)

        own = lambda: where(self.margin == "", "", isolated)  # noqa: E731
        shared = lambda: f.of_cross(self, "balance") + self.unrealised_pnl  # noqa: E731
        return where(self.is_cross, shared, own)

    @figure("Bankruptcy price", "price", _KNOWN[:2])
    def bankruptcy_price(self, f: Lookups) -> Carrier:
        return f.or_nowhere(
            lambda: f.bankruptcy_price(self.contracts, self.entry_price, self.margin, *kind(self))
        )

    add_10, add_20, add_30, add_50 = map(_to_add, (0.1, 0.2, 0.3, 0.5))
    funding_drag = FUNDING_DRAG
    funding_year = FUNDING_YEAR

    @figure("Fee to close now", "cost", ("instrument",), total=True)
    def close_fee(self, f: Lookups) -> Carrier:
        return f.trading_fee(self.short_notional, self.taker_fee, self.fee_discount)

    funding_received = _summed(
        "Funding received in margin currency", "qty", LotRow.funding_received
    )
    realised_pnl = _summed("Realised P&L in margin currency", "qty", LotRow.realised_pnl)
    fees_paid = _summed("Fees paid in margin currency", "qty", LotRow.fees_paid)

    @figure("P&L to date, funding and fees in it", "money", ("instrument",), total=True)
    def pnl_to_date(self, _: Lookups) -> Carrier:
        settled = self.realised_pnl + self.funding_received - self.fees_paid
        price = where(self.contract_type == "inverse", self.index_price, 1)
        return self.unrealised_pnl + settled * price * self.parity

    @figure("Coins short, at entry", "qty", ("instrument",))
    def entry_coins(self, _: Lookups) -> Carrier:
        """By these, entries of several instruments average: of inverse ones harmonically."""
        face = self.contracts * self.contract_size
        return where(self.contract_type == "inverse", face / self.entry_price, face)

    index_price = INDEX_PRICE
    contract_type = looked_up("Contract type", "text", "term")
    contract_size = CONTRACT_SIZE
    funding_rate = FUNDING_RATE
    interval_hours = looked_up("Funding interval, hours", "ratio", "term")
    expiry = looked_up("Expiry", "date", "term")
    taker_fee = looked_up("Taker fee", "rate", "term")
    fee_discount = looked_up("Fee discount", "percent", "term")
    mm_basis = looked_up("Maintenance basis", "text", "term")
    liquidation_fee = looked_up("Liquidation fee", "rate", "term")
    tier_mode = looked_up("Tier mode", "text", "term")
    own_rate = looked_up("Maintenance rate without tiers", "percent", "term", "mm_rate")
    own_amount = looked_up("Maintenance amount without tiers", "qty", "term", "mm_amount")

    @figure("Tiers", "whole", ("instrument",), known=True)
    def tiers(self, f: Lookups) -> Carrier:
        return f.count_tiers(self)

    tier_price = TIER_PRICE
    mm_rate, mm_amount = held(_RATE), held(_AMOUNT)
    rate_0, amount_0 = after(0.0, _RATE), after(0.0, _AMOUNT)
    rate_10, amount_10 = after(0.1, _RATE), after(0.1, _AMOUNT)
    rate_20, amount_20 = after(0.2, _RATE), after(0.2, _AMOUNT)
    rate_30, amount_30 = after(0.3, _RATE), after(0.3, _AMOUNT)
    rate_50, amount_50 = after(0.5, _RATE), after(0.5, _AMOUNT)

    underlying = looked_up("Underlying", "text", "term")

    @figure("Margin mode", "text", ("instrument",))
    def margin_mode(self, f: Lookups) -> Carrier:
        """Isolated, too, is an account that is not in Accounts."""
        return where(f.of_account(self.account, "margin_mode") == "cross", "cross", "isolated")

    @property
    def is_cross(self) -> Carrier:
        """Whether it shares its account's wallet."""
        return self.margin_mode == "cross"

    @figure("Quote per unit of its own", "ratio", ("instrument",), known=True)
    def parity(self, f: Lookups) -> Carrier:
        return f.of_instrument(self, "parity")

    def lots(self, f: Lookups) -> Group:
        """Its lots."""
        return f.group(LotRow, f.number_of(self), "position")

    @property
    def source_row(self) -> int:
        """The row of its first lot."""
        first: int = self.f.first_lot(self)
        return first

    @property
    def lacking(self) -> str:
        """Without which cells the liquidation is unknown."""
        cells = {"margin in Shorts": self.margin, "mm_rate in Instruments": self.mm_rate}
        if self.is_cross:
            del cells["margin in Shorts"]
        return " and ".join(name for name, value in cells.items() if value == BLANK)

    def _unrealised(self, f: Lookups) -> Carrier:
        return f.short_pnl(self.contracts, self.entry_price, self.futures_price, *kind(self))
