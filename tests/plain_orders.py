"""Exposure, gap and orders by underlying, in plain arithmetic over a book's tables; and books.

Written from the rule, without the product's code: what moves with an underlying is its holdings
times beta and the coins posted as margin; against it stand all shorts on it. What the holdings'
targets lack together is ordered: a short order where they say, by their targets; bought back where
a short gets the least funding, within what is short there. An inverse contract counts as the coins
that it is, at spot; a linear one as what it is worth, or, held to its expiry, coin for coin.
"""

import math
from collections import defaultdict
from random import Random

CLOSE = 1e-9


def whole(contracts, step):
    """Contracts in whole steps, towards nothing."""
    if not step:
        return contracts
    return math.copysign(math.floor(abs(contracts) / step + CLOSE) * step, contracts)


class Venue:
    """One instrument, and what is short in it."""

    def __init__(self, row, spots, shorts, settings):
        self.name, self.underlying = row["instrument"], row["underlying"]
        self.inverse = row.get("contract_type") == "inverse"
        size, price = row.get("contract_size", 1.0), row["futures_price"]
        quote = settings["quote_currency"]
        parity = worth_of(row.get("quote", quote), settings) / worth_of(quote, settings)
        index = row.get("index_price")
        if index is None:
            index = spots[self.underlying] / parity
        until, wanted = row.get("expiry"), settings["dated_sizing"]
        held = wanted == "coins" or (wanted == "auto" and (until or "") <= settings["horizon_date"])
        self.by_coins = bool(until) and held and not self.inverse
        coins = size / price if self.inverse else size
        self.each = coins * (index if self.inverse or self.by_coins else price) * parity
        self.value = coins * (index if self.inverse else price) * parity
        self.step, self.least = row.get("qty_step", 0.0), row.get("min_notional", 0.0)
        self.fewest = row.get("min_qty", 0.0)
        self.rate = row.get("funding_rate", 0.0) * 8 / row.get("interval_hours", 8.0)
        lots = [short for short in shorts if short["instrument"] == self.name]
        self.contracts = sum(lot["contracts"] for lot in lots)
        self.short = self.contracts * self.each
        self.coins = 0.0
        if self.inverse:
            for lot in lots:
                face = lot["contracts"] * size
                gain = face / price - face / lot["entry_price"]  # coins that a short has won
                self.coins += (lot["margin"] + gain) * index * parity


def worth_of(currency, settings):
    """What a unit of a currency is worth in USD."""
    return 1.0 if currency == "USD" else settings["stablecoin_parity"]


def answer(tables):
    """By underlying: exposure, short, gap, named; by instrument: the order in contracts."""
    settings = tables["Settings"]
    holdings, shorts = tables["Holdings"], tables["Shorts"]
    spots = {row["asset"]: row["spot_price"] for row in holdings}
    venues = [Venue(row, spots, shorts, settings) for row in tables["Instruments"]]
    follows = {venue.name: venue.underlying for venue in venues}
    by = defaultdict(list)
    for row in holdings:
        name = row.get("underlying") or follows.get(row.get("instrument")) or row["asset"]
        by[name].append(row)
    names = [*by, *(v.underlying for v in venues if any(s["instrument"] == v.name for s in shorts))]
    found, orders = {}, {}
    for name in dict.fromkeys(names):
        mine = [venue for venue in venues if venue.underlying == name]
        found[name], of = _underlying(settings, by[name], mine)
        orders |= of
    for venue in venues:
        orders.setdefault(venue.name, 0.0)
    return found, orders


def _underlying(settings, rows, venues):
    moves = [row["quantity"] * row["spot_price"] * row.get("beta", 1.0) for row in rows]
    coins = sum(venue.coins for venue in venues)
    short = sum(venue.short for venue in venues)
    exposure = sum(moves) + coins
    named = [n for n, row in enumerate(rows) if row.get("instrument")]
    ratios = [row.get("hedge_ratio", settings["hedge_ratio"]) for row in rows]
    wants = {n: moves[n] * ratios[n] for n in named}
    net, size = sum(wants.values()), sum(map(abs, wants.values()))
    if abs(net) <= CLOSE * size:
        parts = dict.fromkeys(named, 1 / len(named) if named else 0)
    else:
        parts = {n: want / net for n, want in wants.items()}
    targets = {n: wants[n] + ratios[n] * parts[n] * coins for n in named}
    target = sum(targets.values())
    gap = target - short if named else 0.0
    lots = sum(abs(venue.short) for venue in venues)
    if abs(gap) <= CLOSE * (sum(map(abs, targets.values())) + lots):
        gap = 0.0
    value = sum(venue.contracts * venue.value for venue in venues)
    told = {"exposure": exposure, "cover": short, "short_notional": value, "gap": gap}
    trade = 0.0 if target and abs(gap) < settings["rebalance_band"] * abs(exposure) else gap
    prefer = {}
    for venue in venues:
        own = [n for n in named if rows[n]["instrument"] == venue.name]
        all_ = sum(map(abs, wants.values()))
        prefer[venue.name] = (
            sum(abs(wants[n]) for n in own) / all_ if all_ else len(own) / max(1, len(named))
        )
    change = dict.fromkeys(prefer, 0.0)
    if trade > 0:
        change = {name: trade * part for name, part in prefer.items()}
    else:
        left = -trade
        for venue in sorted(venues, key=lambda venue: venue.rate):  # keeps the order of equals
            taken = min(left, max(0.0, venue.short))
            taken = taken if taken > 1e-12 * -trade else 0.0
            change[venue.name] -= taken
            left -= taken
        left = left if left > 1e-12 * -trade else 0.0
        for name, part in prefer.items():
            change[name] -= left * part
    orders = {venue.name: _order(venue, change[venue.name]) for venue in venues}
    return told | {"parts": change}, orders


def _order(venue, change):
    if not change:
        return 0.0
    wanted = whole((venue.short + change) / venue.each, venue.step)
    return whole(wanted - venue.contracts, venue.step)


def drawn(seed):
    """A book: one to three coins, each with up to three venues, and one that nobody may hold.

    Some futures expire, before the horizon or behind it; some are quoted in another dollar.
    """
    random = Random(seed)  # noqa: S311  # no secret
    settings = {
        "as_of": "2026-03-02",
        "horizon_date": "2026-04-01",
        "hedge_ratio": random.choice([0.0, 0.5, 1.0]),
        "rebalance_band": random.choice([0.0, 0.01, 0.2]),
        "quote_currency": random.choice(["USD", "USD", "USDT"]),
        "stablecoin_parity": random.choice([1.0, 0.97, 1.04]),
        "dated_sizing": random.choice(["auto", "auto", "value", "coins"]),
    }
    coins = {"BTC": 60_000.0, "ETH": 3_000.0, "SOL": 150.0}
    held = random.sample(sorted(coins), random.randint(1, 3))
    instruments, shorts = [], []
    for coin, price in coins.items():
        for n in range(random.randint(1, 3)):
            row = _instrument(random, f"{coin}-{n}", coin, price)
            instruments.append(row)
            shorts += _lots(random, row, price, len(shorts))
    names = [row["instrument"] for row in instruments]
    holdings = [_holding(random, n, coins, held, names) for n in range(random.randint(1, 5))]
    priced = {row["asset"] for row in holdings}
    for row in instruments:
        if row["underlying"] in priced and random.random() < 0.5:
            del row["index_price"]
    return {
        "Settings": settings,
        "Holdings": holdings,
        "Instruments": instruments,
        "Shorts": shorts,
    }


def _instrument(random, name, coin, price):
    inverse = random.random() < 0.35
    row = {
        "instrument": name,
        "underlying": coin,
        "contract_type": "inverse" if inverse else "linear",
        "futures_price": price * random.uniform(0.98, 1.03),
        "index_price": price * random.uniform(0.99, 1.01),
        "interval_hours": random.choice([1.0, 4.0, 8.0, 8.0]),
        "contract_size": random.choice([1.0, 10.0, 100.0]) if inverse else 1.0,
        "qty_step": random.choice([0.0, 1.0]) if inverse else random.choice([0.0, 0.01]),
    }
    if random.random() < 0.4:
        row["expiry"] = random.choice(["2026-03-20", "2026-04-01", "2026-06-26"])
        row["futures_price"] = price * random.uniform(0.85, 1.2)
    else:
        row["funding_rate"] = random.choice([-0.0003, 0.0, 0.0001, 0.0001, 0.0005])
    if random.random() < 0.4:
        row["quote"] = random.choice(["USD", "USDT", "USDC"])
    return row


def _lots(random, row, price, before):
    inverse, lots = row["contract_type"] == "inverse", []
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        worth = price * random.uniform(-0.5, 4.0)
        each = row["contract_size"] if inverse else price
        lot = {
            "instrument": row["instrument"],
            "contracts": round(worth / each, 0 if inverse else 2),
            "entry_price": price * random.uniform(0.9, 1.1),
            "margin": abs(worth) / price if inverse else abs(worth),
            "account": f"{before + len(lots)}",  # one of a sign each
        }
        lots += [lot] if lot["contracts"] else []
    return lots


def _holding(random, n, coins, held, names):
    coin = random.choice(held)
    own = random.random() < 0.6
    row = {
        "asset": coin if own else f"ALT{n}",
        "place": f"place {n}",
        "quantity": random.uniform(-1.0, 5.0) * (1 if own else 100),
        "spot_price": coins[coin] if own else random.uniform(1, 900),
    }
    if random.random() < 0.5:
        row["beta"] = random.choice([-1.2, -0.4, 0.7, 1.5])
    if random.random() < 0.4:
        row["hedge_ratio"] = random.choice([0.0, 0.3, 0.8, 1.1])
    if random.random() < 0.75:
        row["instrument"] = random.choice([x for x in names if x.startswith(coin)])
    elif not own and random.random() < 0.5:
        row["underlying"] = coin
    return row
