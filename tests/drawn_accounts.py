"""Books drawn by a seed: venues, cross and isolated accounts, all kinds of futures; healthy."""

from datetime import date, timedelta
from random import Random

from plain_accounts import Book

PRICES = {"BTC": 60_000.0, "ETH": 3_000.0, "SOL": 150.0}
VENUES = ("Binance", "Bybit", "OKX")
_AS_OF = date(2026, 3, 2)
_RATES = (0.004, 0.01, 0.025, 0.05, 0.125)


class _Drawing:
    """One book while it is drawn."""

    def __init__(self, seed):
        self.random = Random(seed)  # noqa: S311  # no secret
        self.choice, self.uniform = self.random.choice, self.random.uniform
        self.quote = self.choice(["USD", "USD", "USDT"])
        self.mixed = self.chance(0.3)
        self.held = self.random.sample(sorted(PRICES), self.random.randint(1, 3))
        self.typed = {coin: coin not in self.held or self.chance(0.5) for coin in PRICES}
        self.index = {
            coin: price * (self.uniform(0.999, 1.001) if self.typed[coin] else 1.0)
            for coin, price in PRICES.items()
        }
        self.tables = {
            "Settings": self.settings(),
            **{name: [] for name in ("Holdings", "Accounts", "Instruments", "Tiers", "Shorts")},
        }
        self.accounts = {venue: self.account(venue) for venue in VENUES}
        for coin in PRICES:
            for number in range(self.random.randint(1, 3)):
                self.instrument(coin, number)
        for number in range(self.random.randint(len(self.held), 5)):
            self.holding(number)
        self.tables["Scenarios"] = [
            row for number in range(3) for row in self.scenario(f"Scenario {number}")
        ]
        self.nourish()

    def chance(self, part):
        return self.random.random() < part

    def day(self, least, most):
        return (_AS_OF + timedelta(days=self.random.randint(least, most))).isoformat()

    def settings(self):
        return {
            "as_of": _AS_OF.isoformat(),
            "horizon_date": self.day(1, 200),
            "quote_currency": self.quote,
            "hedge_ratio": self.choice([0.0, 0.5, 1.0]),
            "dated_sizing": self.choice(["auto", "auto", "value", "coins"]),
            "stablecoin_parity": self.choice([1.0, 0.998]) if self.mixed else 1.0,
            "rebalance_band": self.choice([0.0, 0.01, 0.2]),
        }

    def account(self, venue):
        """Whether a venue's account is listed, shares a wallet, keeps long and short apart."""
        kind = self.choice(["", "isolated", "cross", "cross", "cross"])
        if not kind:
            return None
        account = {
            "account": f"{venue} desk",
            "exchange": venue,
            "margin_mode": kind,
            "position_mode": self.choice(["one-way", "one-way", "hedge"]),
        }
        money = self.choice([None, "USDT", "USDC", "USD"] if self.mixed else [None, self.quote])
        coins = self.random.sample(self.held, min(len(self.held), self.choice([0, 0, 1, 2])))
        for collateral in (money, *coins):
            self.collateral(account, collateral)
        return account

    def collateral(self, account, name, price=None):
        row = account | {"wallet_balance": 0.0}
        if name:
            row["collateral"] = name
        price = price or PRICES.get(name)
        if price:
            row["wallet_balance"] = self.uniform(0, 60_000) / price
            row["haircut"] = self.choice([0.0, 0.0, 0.05, 0.1])
            if name in PRICES and (self.typed[name] or self.chance(0.3)):
                row["collateral_price"] = self.index[name]
        self.tables["Accounts"].append(row)

    def instrument(self, coin, number):
        inverse, price = self.chance(0.35), self.index[coin]
        row = {
            "instrument": f"{coin}-{number}",
            "exchange": self.choice(VENUES),
            "underlying": coin,
            "contract_type": "inverse" if inverse else "linear",
            "contract_size": self.choice([1.0, 10.0, 100.0]) if inverse else 1.0,
            "interval_hours": self.choice([1.0, 4.0, 8.0, 8.0]),
            "funding_rate": self.choice([-0.0003, 0.0, 0.0001, 0.0001, 0.0005]),
            "mm_rate": self.choice([0.004, 0.005, 0.01]),
            "mm_basis": "entry" if self.chance(0.15) else "mark",
            "liquidation_fee": self.choice([0.0, 0.0, 0.0005, 0.0006]),
            "taker_fee": self.choice([0.0, 0.0004, 0.0006]),
            "fee_discount": self.choice([0.0, 0.1]),
        }
        if self.mixed:
            row["quote"] = "USD" if inverse else self.choice(["USD", "USDT", "USDC"])
        per_own = 1.0
        if self.mixed and (row["quote"] == "USD") != (self.quote == "USD"):
            stable = self.tables["Settings"]["stablecoin_parity"]
            per_own = stable if self.quote == "USD" else 1 / stable
        if self.typed[coin]:
            row["index_price"] = price / per_own
        row["futures_price"] = price * self.uniform(0.97, 1.08) / per_own
        if self.chance(0.3):
            row["expiry"] = self.day(1, 250)
            del row["funding_rate"]
        elif self.chance(0.1):
            row["mm_amount"] = 1e-5 if inverse else 2.0
        self.tables["Instruments"].append(row)
        if self.chance(0.4):
            self.tiers(row, price)
        elif not self.accounts[row["exchange"]] and self.chance(0.1):
            del row["mm_rate"]
        if self.chance(0.75):
            self.lots(row, price)

    def tiers(self, row, price):
        row.pop("mm_amount", None)
        row["tier_mode"] = "whole" if self.chance(0.2) else "marginal"
        unit = self.uniform(10_000, 80_000) / (price if row["contract_type"] == "inverse" else 1)
        floors = [0.0, unit, 3 * unit, 10 * unit, 40 * unit][: self.random.randint(2, 5)]
        for floor, rate in zip(floors, _RATES, strict=False):
            tier = {"instrument": row["instrument"], "floor": floor, "mm_rate": rate}
            self.tables["Tiers"].append(tier)

    def lots(self, row, price):
        account = self.accounts[row["exchange"]]
        two_sided = account is not None and account["position_mode"] == "hedge"
        side = self.choice([1, 1, 1, -1])
        for _ in range(self.choice([1, 1, 2, 3])):
            worth = self.uniform(3_000, 150_000)
            if two_sided:
                side = self.choice([1, 1, -1])
            each = row["contract_size"] if row["contract_type"] == "inverse" else price
            lot = {
                "instrument": row["instrument"],
                "contracts": side * worth / each,
                "entry_price": row["futures_price"] * self.uniform(0.8, 1.2),
                "funding_received": self.uniform(-1, 1) * (0.01 if each != price else 100),
                "realised_pnl": self.choice([0.0, 0.002 if each != price else 50.0]),
                "fees_paid": 0.0001 if each != price else 5.0,
            }
            if account is not None:
                lot["account"] = account["account"]
                if account["margin_mode"] == "cross":
                    self.coin_row(account, row)
            self.tables["Shorts"].append(lot)

    def coin_row(self, account, row):
        """An inverse position of a cross account has its coin for a wallet."""
        coin = row["underlying"]
        if row["contract_type"] == "inverse" and not any(
            each["account"] == account["account"] and each.get("collateral") == coin
            for each in self.tables["Accounts"]
        ):
            self.collateral(account, coin)

    def holding(self, number):
        first = number < len(self.held)
        coin = self.held[number] if first else self.choice(self.held)
        row = {
            "asset": coin if first or self.chance(0.4) else f"ALT{number}",
            "place": f"place {number}",
            "quantity": self.uniform(-1.0, 60.0) * 3_000 / PRICES[coin],
            "spot_price": PRICES[coin],
        }
        if row["asset"] != coin:
            row |= {"quantity": self.uniform(10, 300), "spot_price": self.uniform(1, 400)}
            if self.chance(0.7):
                row["beta"] = self.choice([-1.2, -0.4, 0.7, 1.1])
        if self.chance(0.4):
            row["hedge_ratio"] = self.choice([0.0, 0.3, 0.8, 1.1])
        if self.chance(0.75):
            named = [
                each["instrument"]
                for each in self.tables["Instruments"]
                if each["underlying"] == coin
            ]
            row["instrument"] = self.choice(named)
        elif row["asset"] != coin and self.chance(0.5):
            row["underlying"] = coin
        self.tables["Holdings"].append(row)
        account = self.accounts[self.choice(VENUES)]
        if account is not None and row["asset"] != coin and self.chance(0.3):
            self.collateral(account, row["asset"], row["spot_price"])

    def scenario(self, name):
        underlyings = {row["underlying"] for row in self.tables["Instruments"]}
        assets = {row["asset"] for row in self.tables["Holdings"]}
        names = self.random.sample(sorted(underlyings | assets), self.choice([0, 1, 2]))
        for asset in ["*", *names] if not names or self.chance(0.7) else names:
            row = {
                "scenario": name,
                "asset": asset,
                "price_shock": self.uniform(-0.7, 0.9),
                "basis_shock": self.choice([0.0, self.uniform(-0.05, 0.05)]),
                "days": self.choice([0.0, 0.0, self.uniform(0, 200)]),
            }
            if self.chance(0.5):
                row["spike"] = self.uniform(-0.5, 1.0)
            if self.chance(0.4):
                row["funding_rate"] = self.uniform(-0.001, 0.001)
            yield row

    def nourish(self):
        """Give each position and wallet what keeps it open today, some much more."""
        book = Book(self.tables)
        for position in book.positions:
            if not book.cross(position.account):
                needed = position.needed(0.0) if position.contract.known else 0.0
                least = 1.5 * needed - position.unrealised + position.worth * 0.02
                margin = max(0.0, least) + position.worth * self.uniform(0, 1) ** 2
                for lot in self.lots_of(position):
                    lot["margin"] = margin / len(position.lots)
                self.shown_by_venue(position)
        for wallet in book.wallets:
            row = self.tables["Accounts"][book.accounts.index(wallet.rows[0])]
            least = 1.5 * wallet.needed() - wallet.equity() + 0.02 * wallet.worth
            more = max(0.0, least) + wallet.worth * self.uniform(0, 1.2) ** 2
            price = 1.0 if wallet.coin else book.price_of(wallet.rows[0])
            row["wallet_balance"] += more / price / (1 - row.get("haircut", 0.0))

    def lots_of(self, position):
        return [self.tables["Shorts"][number] for number, _ in position.lots]

    def shown_by_venue(self, position):
        """Now and then the venue shows a liquidation price of its own, or no margin is known."""
        lot = self.choice(self.lots_of(position))
        if position.known and self.chance(0.15):
            away = self.uniform(0.05, 0.9)
            lot["liquidation_price"] = position.contract.mark * (1 + position.against * away)
        elif not position.contract.inverse and self.chance(0.05):
            for each in self.lots_of(position):
                del each["margin"]


def drawn(seed):
    """The tables of a book, as a JSON file has them."""
    return _Drawing(seed).tables
