"""Exposure, cover, targets and gaps of a book by underlying, in plain Python over `plain_accounts`.

What moves with an underlying is its holdings times beta and the coins posted as margin, wherever
they are; against it stands what all shorts on it count.
"""

from collections import defaultdict

_NOTHING = 1e-9


def coins_posted(book):
    """By underlying, the worth of the coins that are margin or collateral, in quote."""
    posted = defaultdict(float)
    counted = set()
    for wallet in book.wallets:
        if wallet.coin:
            coins = sum(row["wallet_balance"] for row in wallet.rows)
            coins += sum(position.unrealised for position in wallet.positions)
            posted[wallet.coin] += coins * wallet.money
            counted |= {id(row) for row in wallet.rows}
    for position in book.positions:
        if position.contract.inverse and not book.cross(position.account):
            coins = position.margin + position.unrealised
            posted[position.contract.underlying] += coins * position.contract.money
    for row in book.accounts:
        if id(row) not in counted and book.is_coin(row["collateral"]):
            name, beta = book.follows(row["collateral"])
            posted[name] += row["wallet_balance"] * book.price_of(row) * beta
    return posted


def underlyings(book):
    """By underlying: exposure, coin_margin, short_notional, cover, target and gap."""
    groups = defaultdict(list)
    for row in book.holdings:
        groups[book.follows_row(row)].append(row)
    posted = coins_posted(book)
    names = [*groups, *posted, *(p.contract.underlying for p in book.positions)]
    return {name: _underlying(book, name, groups[name], posted[name]) for name in names}


def _underlying(book, name, rows, coins):
    settings = book.settings
    mine = [p for p in book.positions if p.contract.underlying == name]
    shorts = [p.contract.exposure(p.contracts) for p in mine]
    covers = [p.contract.cover(p.contracts) for p in mine]
    moves = [row["quantity"] * row["spot_price"] * row["beta"] for row in rows]
    named = [n for n, row in enumerate(rows) if row["instrument"]]
    ratios = [row["hedge_ratio"] for row in rows]
    ratios = [settings["hedge_ratio"] if ratio is None else ratio for ratio in ratios]
    wants = {n: moves[n] * ratios[n] for n in named}
    net, size = sum(wants.values()), sum(abs(want) for want in wants.values())
    targets = []
    for n in named:
        alike = abs(net) <= _NOTHING * size  # opposite targets that cancel share alike
        share = 1 / len(named) if alike else wants[n] / net
        targets.append(wants[n] + ratios[n] * share * coins)
    target = sum(targets)
    gap = target - sum(covers) if named else 0.0
    scale = sum(map(abs, targets)) + sum(map(abs, covers))
    return {
        "exposure": sum(moves) + coins,
        "coin_margin": coins,
        "short_notional": sum(shorts),
        "cover": sum(covers),
        "net_delta": sum(moves) + coins - sum(covers),
        "gap": 0.0 if abs(gap) <= _NOTHING * scale else gap,
        "scale": sum(map(abs, moves)) + sum(map(abs, shorts)) + abs(coins) + scale,
    }
