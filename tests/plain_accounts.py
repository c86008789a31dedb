"""A book's positions and accounts in plain Python: written from the rules, without the product.

Nothing here calls xlhedge or knows its closed forms: what liquidates is found by walking from the
mark to where equity is first no more than maintenance, tier by tier, by bisection.
"""

import datetime as dt
import math
from collections import defaultdict
from itertools import pairwise

STABLE = ("USD", "USDT", "USDC")
FARTHEST = 1e6
"""No price beyond this many times the mark counts as one that liquidates."""

DEFAULTS = {
    "Settings": {
        "quote_currency": "USD",
        "hedge_ratio": 1.0,
        "rebalance_band": 0.01,
        "dated_sizing": "auto",
        "stablecoin_parity": 1.0,
    },
    "Holdings": {"beta": 1.0},
    "Instruments": {
        "exchange": "",
        "contract_type": "linear",
        "interval_hours": 8.0,
        "contract_size": 1.0,
        "mm_amount": 0.0,
        "mm_basis": "mark",
        "taker_fee": 0.0,
        "fee_discount": 0.0,
        "tier_mode": "marginal",
        "liquidation_fee": 0.0,
        "funding_rate": 0.0,
    },
    "Accounts": {
        "margin_mode": "isolated",
        "position_mode": "one-way",
        "wallet_balance": 0.0,
        "haircut": 0.0,
    },
    "Shorts": {"funding_received": 0.0, "realised_pnl": 0.0, "fees_paid": 0.0},
    "Scenarios": {"basis_shock": 0.0, "days": 0.0},
}


class Cells(dict):
    """A row with its defaults; a blank cell is None."""

    def __missing__(self, name):
        return None


def filled(table, row):
    return Cells(DEFAULTS.get(table, {}) | {k: v for k, v in row.items() if v is not None})


def moment(text):
    return dt.datetime.fromisoformat(text)


def slices(value, tiers):
    """Maintenance slice by slice: each part of the value at the rate of its own tier."""
    ends = [*(floor for floor, _ in tiers[1:]), math.inf]
    return sum(
        (min(value, end) - floor) * rate
        for (floor, rate), end in zip(tiers, ends, strict=True)
        if value > floor
    )


class Contract:
    """An instrument and what it says of money: its quote in the portfolio's, its index price."""

    def __init__(self, row, book):
        self.row, self.name, self.underlying = row, row["instrument"], row["underlying"]
        self.inverse = row["contract_type"] == "inverse"
        self.size, self.mark = row["contract_size"], row["futures_price"]
        self.parity = parity(row["quote"] or book.quote, book.quote, book.usd_per_stable)
        spot = book.spots.get(self.underlying)
        self.index = row["index_price"] or spot / self.parity
        self.tiers = book.tiers.get(self.name, [])
        self.known = bool(self.tiers) or row["mm_rate"] is not None
        self.fee = row["taker_fee"] * (1 - row["fee_discount"])
        self.days = None
        if row["expiry"] is not None:
            self.days = max(0.0, book.days_until(row["expiry"]))
        sizing = book.settings["dated_sizing"]
        reached = self.days is not None and book.horizon >= moment(row["expiry"])
        dated = sizing == "coins" or (sizing == "auto" and reached)
        self.by_coins = not self.inverse and self.days is not None and dated
        to_money = self.index if self.inverse else 1.0
        self.money = self.parity * to_money
        """What a unit of its margin currency is worth in the portfolio's quote."""

    def value(self, contracts, price):
        """The value of a position in its margin currency; negative is long."""
        face = contracts * self.size
        return face / price if self.inverse else face * price

    def exposure(self, contracts):
        """What a short takes away, in the portfolio's quote."""
        if self.inverse:
            return contracts * self.size / self.mark * self.index * self.parity
        return contracts * self.size * self.mark * self.parity

    def cover(self, contracts):
        """What it counts in the hedge: coins at their spot price where coins are what settles."""
        if self.by_coins:
            return contracts * self.size * self.index * self.parity
        return self.exposure(contracts)

    def gain(self, contracts, entry, price):
        face = contracts * self.size
        return face / price - face / entry if self.inverse else face * (entry - price)

    def maintenance(self, value):
        """Of a position's value, both in the margin currency."""
        value = abs(value)
        if not self.tiers:
            return value * self.row["mm_rate"] - self.row["mm_amount"]
        if self.row["tier_mode"] == "whole":
            return value * next(rate for floor, rate in reversed(self.tiers) if value > floor)
        return slices(value, self.tiers)

    def needed(self, contracts, entry, price, near):
        """Maintenance and the closing fee at a price, in the tier of a price near it."""
        at = entry if self.row["mm_basis"] == "entry" else price
        value, beside = abs(self.value(contracts, at)), abs(self.value(contracts, near))
        if self.row["mm_basis"] == "entry":
            beside = value
        kept = self.maintenance(value)
        if self.tiers and self.row["tier_mode"] == "whole":
            kept = value * self.maintenance(beside) / beside
        return kept + self.row["liquidation_fee"] * abs(self.value(contracts, price))

    def floors(self, contracts):
        """The relative moves at which another tier begins."""
        value = abs(self.value(contracts, self.mark))
        if not value or self.row["mm_basis"] == "entry":
            return []
        ratios = [floor / value for floor, _ in self.tiers[1:]]
        return [(1 / ratio if self.inverse else ratio) - 1 for ratio in ratios]


def parity(own, portfolio, usd_per_stable):
    """Units of the portfolio's quote for one of an instrument's own."""
    if own == portfolio or "USD" not in (own, portfolio):
        return 1.0
    return usd_per_stable if portfolio == "USD" else 1 / usd_per_stable


class Position:
    """The lots of one instrument, account and (in hedge mode) side, as one."""

    def __init__(self, contract, account, lots):
        self.contract, self.account, self.lots = contract, account, lots
        self.first = lots[0][0]
        rows = [row for _, row in lots]
        self.contracts = sum(row["contracts"] for row in rows)
        if contract.inverse:
            coins = sum(row["contracts"] / row["entry_price"] for row in rows)
            self.entry = self.contracts / coins
        else:
            paid = sum(row["contracts"] * row["entry_price"] for row in rows)
            self.entry = paid / self.contracts
        margins = [row["margin"] for row in rows]
        self.margin = None if None in margins else sum(margins)
        typed = [row["liquidation_price"] for row in rows if row["liquidation_price"]]
        self.typed = typed[0] if typed else None
        made = ((row["realised_pnl"], row["funding_received"], row["fees_paid"]) for row in rows)
        self.booked = sum(pnl + funding - fees for pnl, funding, fees in made)

    @property
    def against(self):
        """The way the price must go to hurt: 1 is up."""
        return 1 if self.contracts > 0 else -1

    @property
    def unrealised(self):
        """In the margin currency."""
        return self.gain(0.0)

    @property
    def worth(self):
        """The size of its value at the mark, in the margin currency."""
        return abs(self.contract.value(self.contracts, self.contract.mark))

    def gain(self, move):
        price = self.contract.mark * (1 + move)
        return self.contract.gain(self.contracts, self.entry, price)

    def needed(self, move, near=None):
        near = move if near is None else near
        price, beside = (self.contract.mark * (1 + x) for x in (move, near))
        return self.contract.needed(self.contracts, self.entry, price, beside)

    def floors(self):
        return self.contract.floors(self.contracts)

    def excess(self, move, near=None):
        """Isolated: what equity is above maintenance."""
        return self.margin + self.gain(move) - self.needed(move, near)

    @property
    def known(self):
        return self.contract.known and self.margin is not None

    @property
    def reach(self):
        """Isolated: the relative move to where our model liquidates it; None where none does."""
        if not self.known:
            return None
        far = FARTHEST * self.entry / self.contract.mark - 1
        return walk(self.excess, self.floors(), self.against, far)

    @property
    def equity(self):
        """Isolated: what it loses when liquidated, in the portfolio's quote."""
        return max(0.0, self.margin + self.unrealised) * self.contract.money


def walk(excess, floors, way, far=FARTHEST):
    """The first relative move, up (way 1) or down, at which nothing is left above maintenance.

    Between two floors no tier changes, so that what is left is one smooth falling or rising line.
    """
    end = far if way > 0 else -1 + 1e-12
    between = sorted((x for x in floors if 0 < x * way < end * way), key=abs)
    for start, stop in pairwise([0.0, *between, end]):
        near = (start + stop) / 2
        if excess(start, near) <= 0:
            return start
        if excess(stop, near) > 0:
            continue
        alive, dead = start, stop
        while True:
            middle = (alive + dead) / 2
            if middle in (alive, dead):
                return middle
            if excess(middle, near) > 0:
                alive = middle
            else:
                dead = middle
    return None


class Wallet:
    """What the positions of a cross account share: its coins, or its money and all other coins."""

    def __init__(self, account, coin, rows, positions, book):
        self.account, self.coin, self.positions = account, coin, positions
        self.rows, self.book = rows, book
        self.fixed, self.coins = 0.0, defaultdict(float)
        self.follows = {}
        for row in rows:
            counted = row["wallet_balance"] * (1 - row["haircut"])
            if coin:
                self.fixed += counted
            elif book.is_coin(row["collateral"]):
                self.coins[row["collateral"]] += counted * book.price_of(row)
                self.follows[row["collateral"]] = book.follows(row["collateral"])
            else:
                self.fixed += counted * book.price_of(row)
        self.known = all(position.contract.known for position in positions)

    def unit(self, position):
        """What a unit of a position's margin currency is in the wallet's."""
        return 1.0 if self.coin else position.contract.parity

    @property
    def balance(self):
        return self.fixed + sum(self.coins.values())

    @property
    def worth(self):
        """The size of its positions at the mark, in its currency."""
        return sum(p.worth * self.unit(p) for p in self.positions)

    def equity(self, moves=None, coins=None):
        """In the wallet's currency, with relative moves of positions' futures and of coins."""
        moves, coins = moves or {}, coins or {}
        held = self.fixed + sum(v * (1 + coins.get(c, 0.0)) for c, v in self.coins.items())
        return held + sum(p.gain(moves.get(p.first, 0.0)) * self.unit(p) for p in self.positions)

    def needed(self, moves=None, near=None):
        moves, near = moves or {}, near or {}
        return sum(
            p.needed(moves.get(p.first, 0.0), near.get(p.first)) * self.unit(p)
            for p in self.positions
        )

    def excess(self, moves, coins, near=None):
        return self.equity(moves, coins) - self.needed(moves, near)

    def moved(self, only=None):
        """Its excess as a function of one move, of all or of one underlying; where tiers change."""
        mine = [p for p in self.positions if only in (None, p.contract.underlying)]
        moving = [coin for coin in self.coins if only in (None, coin)]
        floors = [floor for p in mine for floor in p.floors()]

        def excess(move, near=None):
            coins = dict.fromkeys(moving, move)
            beside = {p.first: move if near is None else near for p in mine}
            return self.excess({p.first: move for p in mine}, coins, beside)

        return excess, floors

    def reaches(self, only=None):
        """The moves up and down that liquidate it, each None where none does."""
        excess, floors = self.moved(only)
        return walk(excess, floors, 1), walk(excess, floors, -1)

    def nearest(self, only=None):
        """The nearer of the two; None where nothing liquidates it."""
        return min((x for x in self.reaches(only) if x is not None), key=abs, default=None)

    @property
    def size(self):
        """The sum of all that adds up to its equity, each without its sign."""
        entered = (abs(p.contract.value(p.contracts, p.entry)) for p in self.positions)
        return self.balance + self.worth + 2 * sum(entered)

    def part(self, position):
        """A position's part of its equity, by value, in the portfolio's quote."""
        share = position.worth * self.unit(position) / self.worth
        own = position.unrealised * self.unit(position)
        return (own + self.balance * share) * self.money

    def add(self, part):
        """What is missing after a common move the bad way, in the wallet's currency."""
        excess, _ = self.moved()
        return max(0.0, -excess(math.copysign(part, self.nearest() or 0.0)))

    @property
    def money(self):
        """What a unit of its currency is worth in the portfolio's quote."""
        return self.positions[0].contract.money if self.coin else 1.0


class Book:
    """A book's tables with their defaults, its positions, wallets and what moves with what."""

    def __init__(self, tables):
        def rows(name):
            return [filled(name, row) for row in tables.get(name) or ()]

        self.settings = filled("Settings", tables["Settings"])
        self.quote = self.settings["quote_currency"]
        self.usd_per_stable = self.settings["stablecoin_parity"]
        self.as_of = moment(self.settings["as_of"])
        self.horizon = moment(self.settings["horizon_date"])
        self.holdings, self.accounts = rows("Holdings"), rows("Accounts")
        self.scenarios = rows("Scenarios")
        self.spots = {}
        for row in self.holdings:
            self.spots.setdefault(row["asset"], row["spot_price"])
        self.tiers = defaultdict(list)
        for row in rows("Tiers"):
            self.tiers[row["instrument"]].append((row["floor"], row["mm_rate"]))
        contracts = [Contract(row, self) for row in rows("Instruments")]
        self.contracts = {each.name: each for each in contracts}
        self.modes = {row["account"]: row for row in self.accounts}
        self.positions = self._positions(rows("Shorts"))
        self.wallets = self._wallets()

    def days_until(self, text):
        return (moment(text) - self.as_of) / dt.timedelta(days=1)

    def is_coin(self, collateral):
        return collateral is not None and collateral != self.quote and collateral not in STABLE

    def follows(self, asset):
        """What a coin moves with, and how far: as the holding of it does, or by itself."""
        row = next((row for row in self.holdings if row["asset"] == asset), None)
        return (asset, 1.0) if row is None else (self.follows_row(row), row["beta"])

    def follows_row(self, row):
        named = self.contracts.get(row["instrument"])
        return row["underlying"] or (named.underlying if named else row["asset"])

    def price_of(self, row):
        """One unit of a collateral in the portfolio's quote."""
        if row["collateral_price"] is not None:
            return row["collateral_price"]
        if self.is_coin(row["collateral"]):
            return self.spots[row["collateral"]]
        return parity(row["collateral"] or self.quote, self.quote, self.usd_per_stable)

    def cross(self, account):
        return account in self.modes and self.modes[account]["margin_mode"] == "cross"

    def _positions(self, shorts):
        groups = defaultdict(list)
        for n, row in enumerate(shorts):
            contract = self.contracts[row["instrument"]]
            account = row["account"] or contract.row["exchange"]
            two_sided = self.modes.get(account, Cells())["position_mode"] == "hedge"
            side = (row["contracts"] > 0) if two_sided else None
            groups[contract.name, account, side].append((n, row))
        return [
            Position(self.contracts[name], account, lots)
            for (name, account, _), lots in groups.items()
        ]

    def _wallets(self):
        groups = defaultdict(list)
        for position in self.positions:
            if self.cross(position.account):
                contract = position.contract
                coin = contract.underlying if contract.inverse else ""
                groups[position.account, coin].append(position)
        wallets = []
        for (account, coin), positions in groups.items():
            own = {c for a, c in groups if a == account and c}
            rows = [row for row in self.accounts if row["account"] == account]
            mine = [
                row
                for row in rows
                if (row["collateral"] == coin if coin else row["collateral"] not in own)
            ]
            wallets.append(Wallet(account, coin, mine, positions, self))
        return wallets

    def wallet_of(self, position):
        return next((w for w in self.wallets if position in w.positions), None)
