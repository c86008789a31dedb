"""Scenarios in plain Python over `plain_accounts`: what each line of each scenario gains or loses.

A scenario is the state at its end and the state of its spikes; what dies in either is dead.
"""

from dataclasses import dataclass, field

from plain_accounts import Cells

LEGS = ("spot", "short", "basis", "funding", "fees")
_STILL = Cells(price_shock=0.0, basis_shock=0.0, days=0.0)


@dataclass
class Line:
    """One line of a scenario: a holding's, a position's or a wallet's legs."""

    spot: float = 0.0
    short: float = 0.0
    basis: float = 0.0
    funding: float = 0.0
    fees: float = 0.0
    liquidated: bool = False
    unknown: bool = False

    @property
    def net(self):
        return sum(getattr(self, leg) for leg in LEGS)

    @property
    def said(self):
        """What stands beside it."""
        return "liquidated" if self.liquidated else "liquidation unknown" if self.unknown else None


@dataclass
class Outcome:
    """The lines of one scenario: of holdings and Accounts by row, of positions by first lot."""

    holdings: list[Line] = field(default_factory=list)
    positions: dict[int, Line] = field(default_factory=dict)
    accounts: list[Line] = field(default_factory=list)

    @property
    def lines(self):
        return [*self.holdings, *self.positions.values(), *self.accounts]

    def total(self, leg):
        return sum(getattr(line, leg) for line in self.lines)


class Moves:
    """What a scenario's rows say of each name: its own row, or else that of all underlyings."""

    def __init__(self, rows):
        self.rows = {row["asset"]: row for row in rows}

    def of(self, name):
        return self.rows.get(name) or self.rows.get("*") or _STILL

    def of_asset(self, name, beta, what="price_shock"):
        """The asset's own move, or beta times that of all underlyings."""
        own = self.rows.get(name)
        move = own[what] if own else beta * (self.of("*")[what] or 0.0)
        return max(-1.0, move or 0.0)

    def basis(self, contract):
        """Its basis shock; what expires meanwhile ends at the index, whatever was typed."""
        row = self.of(contract.underlying)
        if contract.days is not None and row["days"] >= contract.days:
            return (contract.index / contract.mark - 1) * (1 + row["price_shock"])
        return row["basis_shock"]

    def end(self, contract):
        """The relative move of its future at the end."""
        return self.of(contract.underlying)["price_shock"] + self.basis(contract)

    def spike(self, name):
        return self.of(name)["spike"] or 0.0


def outcomes(book):
    """Each scenario's name and `Outcome`."""
    names = dict.fromkeys(row["scenario"] for row in book.scenarios)
    return {
        name: _outcome(book, Moves([r for r in book.scenarios if r["scenario"] == name]))
        for name in names
    }


def _outcome(book, moves):
    found = Outcome()
    for row in book.holdings:
        worth = row["quantity"] * row["spot_price"]
        found.holdings.append(Line(spot=worth * moves.of_asset(row["asset"], row["beta"])))
    dead = {id(wallet): _falls(wallet, moves) for wallet in book.wallets}
    for position in book.positions:
        wallet = book.wallet_of(position)
        if wallet is None:
            line = _isolated(position, moves)
        else:
            line = _kept(position, moves)
            if dead[id(wallet)]:
                line.short = line.basis = line.fees = 0.0
                line.liquidated = True
            line.unknown = not wallet.known
        found.positions[position.first] = line
    for row in book.accounts:
        line = Line()
        if book.is_coin(row["collateral"]):
            worth = row["wallet_balance"] * book.price_of(row)
            line.spot = worth * _shock(book, moves, row["collateral"])
        found.accounts.append(line)
    for wallet in book.wallets:
        first = next(n for n, row in enumerate(book.accounts) if row is wallet.rows[0])
        _shared(found.accounts[first], wallet, moves, dead[id(wallet)])
    return found


def _kept(position, moves):
    """The legs of a position that stays open, in the portfolio's quote."""
    contract = position.contract
    row = moves.of(contract.underlying)
    shock, basis = row["price_shock"], moves.basis(contract)
    short, end = contract.exposure(position.contracts), 1 + shock + basis
    rate = 0.0
    if contract.days is None:
        typed = row["funding_rate"]
        rate = contract.row["funding_rate"] if typed is None else typed
    hours = contract.row["interval_hours"]
    close = (1 + shock) / end if contract.inverse else end
    return Line(
        short=-short * shock,
        basis=short * (close - 1) if contract.inverse else -short * basis,
        funding=short * rate * row["days"] * 24 / hours,
        fees=-contract.fee * abs(short) * close,
    )


def _isolated(position, moves):
    contract = position.contract
    line = _kept(position, moves)
    shock = moves.of(contract.underlying)["price_shock"]
    if contract.inverse:
        coins = position.margin + position.unrealised
        line.spot = coins * contract.money * shock
    typed = position.typed
    reach = position.reach if typed is None else typed / contract.mark - 1
    states = (0.0, moves.end(contract), moves.spike(contract.underlying))
    worst = max(x * position.against for x in states)
    line.unknown = worst > 0 and not position.known
    if reach is None or position.margin is None:
        return line
    if worst >= reach * position.against:
        later = 1 + shock if contract.inverse else 1.0
        line.short, line.basis, line.fees = -position.equity * later, 0.0, 0.0
        line.liquidated = True
    return line


def _falls(wallet, moves):
    """Whether its equity is no more than maintenance at the end or in the spike."""
    if not wallet.known:
        return False
    end = {p.first: moves.end(p.contract) for p in wallet.positions}
    coins = {coin: _shock(wallet.book, moves, coin) for coin in wallet.coins}
    spike = {p.first: moves.spike(p.contract.underlying) for p in wallet.positions}
    peak = {coin: _shock(wallet.book, moves, coin, "spike") for coin in wallet.coins}
    return any(wallet.excess(*state) <= 0 for state in ((end, coins), (spike, peak)))


def _shock(book, moves, coin, what="price_shock"):
    """How a coin moves that is collateral: as a holding of it does."""
    return moves.of_asset(coin, book.follows(coin)[1], what)


def _shared(line, wallet, moves, dead):
    """The account's line: what its coins have made moves, and it loses its equity when it falls."""
    shocks = {coin: _shock(wallet.book, moves, coin) for coin in (*wallet.coins, wallet.coin)}
    if wallet.coin:
        made = sum(position.unrealised for position in wallet.positions)
        line.spot += made * wallet.money * shocks[wallet.coin]
        lost = wallet.equity() * wallet.money * (1 + shocks[wallet.coin])
    else:
        lost = wallet.equity() + sum(v * shocks[coin] for coin, v in wallet.coins.items())
    line.liquidated, line.unknown = dead, not wallet.known
    line.short = -lost if dead else 0.0
