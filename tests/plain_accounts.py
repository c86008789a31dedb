"""A book's positions and accounts in plain Python: written from the rules, without the product.

Nothing here calls xlhedge or knows its closed forms.
"""

import datetime as dt
import math
from collections import defaultdict

from plain_positions import Contract, Position, moment, parity, walk

STABLE = ("USD", "USDT", "USDC")
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

    def equity_at(self, exchange):
        """What its accounts there are worth, in quote: wallets, collateral, isolated positions."""
        rows = [row for row in self.accounts if row["exchange"] == exchange]
        shared = [wallet for wallet in self.wallets if wallet.rows[0] in rows]
        used = [row for wallet in shared for row in wallet.rows]
        worth = sum(wallet.equity() * wallet.money for wallet in shared)
        for row in rows:
            if row not in used:  # of a cross account it counts as collateral does
                part = 1 - row["haircut"] if row["margin_mode"] == "cross" else 1
                worth += row["wallet_balance"] * self.price_of(row) * part
        named = {row["account"] for row in rows} | ({exchange} - self.modes.keys())
        return worth + sum(
            position.equity
            for position in self.positions
            if position.account in named and not self.cross(position.account)
            if position.margin is not None
        )

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
