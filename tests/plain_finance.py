"""The contract's arithmetic once more, in plain Python, with how far rounding may take each figure.

Nothing here calls xlhedge: what a report says is compared with this.
"""

import datetime as dt
import math

_ULP = 2.0**-52


class Num:
    """A number, and a bound on what rounding has done to it (running error analysis)."""

    __slots__ = ("error", "value")

    def __init__(self, value, error=None):
        self.value = float(value)
        self.error = abs(self.value) * _ULP if error is None else error

    def __repr__(self):
        return f"{self.value!r} ± {self.error:.2g}"

    def __neg__(self):
        return Num(-self.value, self.error)

    def __abs__(self):
        return Num(abs(self.value), self.error)

    def __add__(self, other):
        other = num(other)
        value = self.value + other.value
        return Num(value, self.error + other.error + abs(value) * _ULP)

    def __sub__(self, other):
        return self + -num(other)

    def __mul__(self, other):
        other = num(other)
        value = self.value * other.value
        error = abs(self.value) * other.error + abs(other.value) * self.error
        return Num(value, error + self.error * other.error + abs(value) * _ULP + 1e-300)

    def __truediv__(self, other):
        other = num(other)
        if abs(other.value) <= other.error:
            return Num(0, math.inf)
        value = self.value / other.value
        error = self.error + abs(value) * other.error
        return Num(value, error / (abs(other.value) - other.error) + abs(value) * _ULP + 1e-300)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return num(other) - self

    def __rtruediv__(self, other):
        return num(other) / self

    @property
    def sure(self):
        """Whether its sign is beyond rounding."""
        return abs(self.value) > 8 * self.error

    def agrees(self, value):
        """Whether a figure is this number, but for rounding."""
        if isinstance(value, str):
            return False
        return not abs(value - self.value) > 8 * self.error + 1e-300  # true of what is not known


def num(value):
    return value if isinstance(value, Num) else Num(value)


def total(terms):
    """A sum without rounding of its own, and what adding in turn may do to it."""
    terms = [num(term) for term in terms]
    size = math.fsum(abs(term.value) for term in terms)
    error = math.fsum(term.error for term in terms) + len(terms) * size * _ULP
    return Num(math.fsum(term.value for term in terms), error)


def larger(left, right):
    """The larger of two."""
    left, right = num(left), num(right)
    return Num(max(left.value, right.value), max(left.error, right.error))


_DEFAULTS = {
    "Settings": {"hedge_ratio": 1.0, "shock_min": -0.5, "shock_max": 0.5, "shock_step": 0.05,
                 "redeploy_drop": 0.2, "quote_currency": "USD", "rebalance_band": 0.01,
                 "dated_sizing": "auto", "stablecoin_parity": 1.0},
    "Holdings": {"beta": 1.0, "avg_cost": None, "hedge_ratio": None, "instrument": None},
    "Instruments": {
        "contract_type": "linear", "interval_hours": 8.0, "contract_size": 1.0, "qty_step": 0.0,
        "min_qty": 0.0, "min_notional": 0.0, "mm_amount": 0.0, "mm_basis": "mark",
        "taker_fee": 0.0, "fee_discount": 0.0, "funding_rate": 0.0, "expiry": None,
        "index_price": None, "mm_rate": None, "quote": None, "exchange": None,
    },
    "Shorts": {"margin": None, "leverage": None, "liquidation_price": None,
               "funding_received": 0.0, "realised_pnl": 0.0, "fees_paid": 0.0},
    "Scenarios": {"basis_shock": 0.0, "days": 0.0, "funding_rate": None, "spike": None},
}  # fmt: skip


class Book:
    """A portfolio's tables with their defaults, and what follows from them.

    Args:
        tables: as `whole_portfolios` draws them.
    """

    def __init__(self, tables):
        def filled(name, row):
            given = {key: value for key, value in row.items() if value not in (None, "")}
            return _DEFAULTS.get(name, {}) | given

        self.settings = filled("Settings", tables["Settings"])
        self.holdings, self.shorts, self.scenarios = (
            [filled(name, row) for row in tables.get(name) or ()]
            for name in ("Holdings", "Shorts", "Scenarios")
        )
        self.tiers, self.instruments = {}, {}
        for row in tables.get("Tiers") or ():
            self.tiers.setdefault(row["instrument"], []).append((row["floor"], row["mm_rate"]))
        spot = {row["asset"]: row["spot_price"] for row in self.holdings}
        for row in tables.get("Instruments") or ():
            terms = filled("Instruments", row)
            for word in ("contract_type", "mm_basis"):
                terms[word] = terms[word].strip().lower()
            terms["parity"] = self._parity(terms["quote"])
            terms["typed_index"] = terms["index_price"]
            if terms["index_price"] is None:
                terms["index_price"] = spot[terms["underlying"]] / terms["parity"]
            self.instruments[terms["instrument"]] = terms
        self.as_of = dt.datetime.fromisoformat(self.settings["as_of"])
        self.days = self._until(self.settings["horizon_date"])
        self.lots = [Lot(self, row) for row in self.shorts]
        names = dict.fromkeys(row["instrument"] for row in self.shorts)
        self.positions = [Lot(self, self._position(self.lots_of(name))) for name in names]

    def _until(self, moment):
        days = (dt.datetime.fromisoformat(moment) - self.as_of) / dt.timedelta(days=1)
        return Num(max(0.0, days), 2e-11)  # serial numbers of days hold no more digits

    def days_to(self, terms):
        """Days until a future expires; None for a perpetual."""
        return None if terms["expiry"] is None else self._until(terms["expiry"])

    def _parity(self, quote):
        """What a unit of an instrument's quote is worth in the portfolio's."""
        own = self.settings["quote_currency"]
        usd = {"USD": 1.0, "USDT": self.settings["stablecoin_parity"]}
        usd["USDC"] = usd["USDT"]
        return 1.0 if quote in (None, own) else usd[quote] / usd[own]

    def by_coins(self, terms):
        """Whether a coin short counts as a coin held: a linear future that is held to expiry."""
        if terms["expiry"] is None or terms["contract_type"] == "inverse":
            return False
        held = terms["expiry"] <= self.settings["horizon_date"]
        return {"coins": True, "value": False}.get(self.settings["dated_sizing"].lower(), held)

    def cover(self, terms):
        """What a contract short takes away of the exposure."""
        coins = num(terms["contract_size"]) * terms["parity"]
        if terms["contract_type"] == "inverse":
            return coins / terms["futures_price"] * terms["index_price"]
        return coins * terms["index_price" if self.by_coins(terms) else "futures_price"]

    def lots_of(self, instrument):
        return [lot for lot in self.lots if lot.terms["instrument"] == instrument]

    def follows(self, holding):
        """What a holding moves with."""
        named = self.instruments.get(holding["instrument"], {"underlying": holding["asset"]})
        return holding.get("underlying") or named["underlying"]

    def _position(self, lots):
        """Lots of an instrument as the venue keeps them: added up, at their average entry."""
        rows = [lot.row for lot in lots]

        def added(name):
            known = all(row[name] is not None for row in rows)
            return math.fsum(row[name] for row in rows) if known else None

        coins = total(lot.worth(lot.entry) if lot.inverse else lot.face for lot in lots)
        if len(lots) == 1 or not coins.value:
            entry = total(row["entry_price"] for row in rows) / len(rows)
        elif lots[0].inverse:
            entry = total(lot.face for lot in lots) / coins
        else:
            entry = total(lot.face * lot.entry for lot in lots) / coins
        alike = len({row["leverage"] for row in rows}) == 1
        said = [row["liquidation_price"] for row in rows if row["liquidation_price"] is not None]
        sums = ("contracts", "margin", "funding_received", "realised_pnl", "fees_paid")
        return {name: added(name) for name in sums} | {
            "instrument": rows[0]["instrument"],
            "entry_price": entry,
            "leverage": rows[0]["leverage"] if alike else None,
            "liquidation_price": total(said) / len(said) if said else None,
        }

    def lots_on(self, underlying):
        return [lot for lot in self.lots if lot.terms["underlying"] == underlying]

    @property
    def hedging(self):
        """The underlyings with a holding that names an instrument."""
        return {self.follows(row) for row in self.holdings if row["instrument"] is not None}

    @property
    def shocks(self):
        """The price axis of the grids."""
        low, high, step = (self.settings[f"shock_{name}"] for name in ("min", "max", "step"))
        count = math.ceil((high - low) / step - 1e-9) + 1
        return [min(high, low + n * step) for n in range(count)]


class Lot:
    """One short as it stands.

    Args:
        book: the portfolio.
        row: its row of Shorts; of a position what its lots are together.
    """

    def __init__(self, book, row):
        self.row, self.terms = row, book.instruments[row["instrument"]]
        self.inverse = self.terms["contract_type"] == "inverse"
        self.face = num(row["contracts"]) * self.terms["contract_size"]
        self.tiers = book.tiers.get(row["instrument"], [])
        self.entry, self.mark = num(row["entry_price"]), num(self.terms["futures_price"])
        self.index = num(self.terms["index_price"])
        coins = self.face / self.mark if self.inverse else self.face
        self.parity = num(self.terms["parity"])
        self.notional = coins * (self.index if self.inverse else self.mark) * self.parity
        self.cover = num(row["contracts"]) * book.cover(self.terms)
        self.fee = num(self.terms["taker_fee"]) * (1 - num(self.terms["fee_discount"]))
        self.perpetual = self.terms["expiry"] is None
        self.known = bool(self.tiers) or self.terms["mm_rate"] is not None

    def gain(self, price):
        """P&L since entry, in the margin currency."""
        if self.inverse:
            return self.face / price - self.face / self.entry
        return self.face * self.entry - self.face * price

    def worth(self, price):
        """The position's value, in the margin currency."""
        return self.face / price if self.inverse else self.face * price

    def maintenance(self, price):
        """The maintenance margin: slice by slice where there are tiers."""
        valued = self.entry if self.terms["mm_basis"] == "entry" else num(price)
        value = abs(self.worth(valued))
        if not self.tiers:
            return value * self.terms["mm_rate"] - self.terms["mm_amount"]
        ends = [*(floor for floor, _ in self.tiers[1:]), math.inf]
        return total(
            (value - floor if value.value <= end else num(end) - floor) * rate
            for (floor, rate), end in zip(self.tiers, ends, strict=True)
            if value.value > floor
        ) + Num(0, value.error)

    def excess(self, price):
        """Margin balance less maintenance margin at a price: 0 is liquidation."""
        return self.row["margin"] + self.gain(price) - self.maintenance(price)

    @property
    def pnl(self):
        """Unrealised P&L in quote; an inverse one is worth what its coins are."""
        gained = self.gain(self.mark) * self.parity
        return gained * self.index if self.inverse else gained

    @property
    def coins(self):
        """Coins posted as margin and what they have earned, in quote."""
        if not self.inverse:
            return num(0)
        return (self.row["margin"] + self.gain(self.mark)) * self.index * self.parity

    @property
    def equity(self):
        """What is left of its margin, in quote; coins are worth what they are."""
        return self.coins if self.inverse else self.row["margin"] * self.parity + self.pnl

    @property
    def settled(self):
        """What the venue has booked since it was opened, in the margin currency."""
        row = self.row
        return total([row["realised_pnl"], row["funding_received"], -row["fees_paid"]])

    def drag(self, days):
        """What funding costs over days; a dated future pays none."""
        rate = self.terms["funding_rate"] if self.perpetual else 0.0
        return -self.notional * rate * days * 24 / self.terms["interval_hours"]
