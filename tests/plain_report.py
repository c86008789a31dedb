"""A report's figures against `plain_finance`: each check lists what disagrees, in words."""

import math

from plain_doubts import of_underlying
from plain_finance import Num, larger, num, total
from report_cells import (
    CARRY,
    HEDGE,
    LEGS,
    LINES,
    MARGIN,
    ORDERS,
    TOTALS,
    UNDERLYINGS,
    UNWIND,
)

_EDGE = 1e-9
"""How near a threshold may be for either side of it to be right."""


class Complaints(list):
    """What disagrees; empty where nothing does."""

    def expect(self, where, figure, shown, wanted):
        """A figure is a number within rounding, a word, or blank (None)."""
        if isinstance(wanted, Num):
            good = shown is not None and wanted.agrees(shown)
        else:
            good = shown == wanted
        if not good:
            self.append(f"{where} {figure}: {shown!r}, not {wanted!r}")


def margin_rows(book, report):
    """The Margin sheet: value, margin, liquidation, collateral, funding and fee, by position."""
    found = Complaints()
    rows = report.table("Margin", MARGIN, key=1)
    if len(rows) != len(book.positions):
        found.append(f"Margin has {len(rows)} rows for {len(book.positions)} positions")
    for n, (lot, row) in enumerate(zip(book.positions, rows, strict=False)):
        where = f"Margin row {n}"
        for name, wanted in _lot(book, lot).items():
            found.expect(where, name, row[name], wanted)
        _liquidation(found, where, lot, row)
        _tiers(found, where, lot, row)
    return found


def _lot(book, lot):
    """The figures of a position that are plain arithmetic."""
    terms, row = lot.terms, lot.row
    value, money = lot.worth(lot.mark), lot.parity * (lot.index if lot.inverse else 1)
    figures = {
        "instrument": terms["instrument"],
        "account": terms["exchange"],
        "margin_mode": "isolated",
        "contracts": num(row["contracts"]),
        "entry_price": lot.entry,
        "futures_price": lot.mark,
        "short_notional": lot.notional,
        "cover": lot.cover,
        "parity": lot.terms["parity"],
        "unrealised_pnl": lot.pnl,
        "position_value": value,
        "leverage": row["leverage"],
        "initial_margin": row["leverage"] and abs(value) / row["leverage"],
        "margin": row["margin"],
        "equity": None if row["margin"] is None else larger(0, lot.equity),
        **{name: num(row[name]) for name in ("funding_received", "realised_pnl", "fees_paid")},
        "pnl_to_date": lot.pnl + lot.settled * money,
        "venue_price": row["liquidation_price"],
        "coin_margin": lot.coins,
        "index_price": lot.index,
        "contract_type": terms["contract_type"],
        "contract_size": terms["contract_size"],
        "funding_rate": terms["funding_rate"],
        "interval_hours": terms["interval_hours"],
        "taker_fee": terms["taker_fee"],
        "fee_discount": terms["fee_discount"],
        "mm_basis": terms["mm_basis"],
        "own_rate": terms["mm_rate"],
        "own_amount": terms["mm_amount"],
        "tiers": len(lot.tiers),
        "maintenance_margin": lot.maintenance(lot.mark) if lot.known else None,
        "funding_drag": lot.drag(book.days),
        "funding_year": lot.drag(365),
        "close_fee": abs(lot.notional) * lot.fee,
    }
    for move in (10, 20, 30, 50):
        figures[f"add_{move}"] = None
        if lot.known and row["margin"] is not None:
            price = lot.mark * (1 + math.copysign(move / 100, row["contracts"] or 1.0))
            figures[f"add_{move}"] = larger(-lot.excess(price), 0)
    return figures


def _liquidation(found, where, lot, row):
    """At the liquidation price the margin balance is the maintenance margin, and so on."""
    short, price = row["contracts"] >= 0, row["modelled_price"]
    _distance(found, where, lot, row)
    if row["margin"] is None or not lot.known:
        for name in ("margin_ratio", "modelled_price"):
            found.expect(where, name, row[name], None)
    else:
        _ratio(found, where, lot, row)
        if price == "none":
            far = lot.entry * (1e6 if short else 1e-6)
            left = lot.excess(far)
            if row["contracts"] and left.sure and left.value < 0:
                found.append(f"{where}: nothing left at {far!r}, yet no price liquidates")
        else:
            left = lot.excess(Num(price, price * 1e-15))
            found.expect(where, "balance at the liquidation price", 0.0, left)
    if row["margin"] is None:
        found.expect(where, "bankruptcy_price", row["bankruptcy_price"], None)
    elif row["bankruptcy_price"] != "none":
        left = row["margin"] + lot.gain(Num(row["bankruptcy_price"]))
        found.expect(where, "balance at the bankruptcy price", 0.0, left)


def _distance(found, where, lot, row):
    """Where it is liquidated: what the venue says, or else what was worked out."""
    said, price = lot.row["liquidation_price"], row["modelled_price"]
    apart = said / price - 1 if said is not None and isinstance(price, float) else None
    found.expect(where, "price_difference", row["price_difference"], apart)
    price = price if said is None else said
    found.expect(where, "liquidation_price", row["liquidation_price"], price)
    word = "not by a fall" if row["contracts"] < 0 else "not by a rise"
    buffer = (
        {"none": word, None: None}.get(price)
        if isinstance(price, str | None)
        else (num(price) / lot.mark - 1)
    )
    for name in ("liquidation_buffer", "common_buffer"):
        found.expect(where, name, row[name], buffer)


def _ratio(found, where, lot, row):
    balance = row["margin"] + lot.gain(lot.mark)
    wanted = "no equity" if balance.value <= 0 else lot.maintenance(lot.mark) / balance
    if row["contracts"] == 0:
        wanted = num(0)
    elif not balance.sure:
        return
    found.expect(where, "margin_ratio", row["margin_ratio"], wanted)


def _tiers(found, where, lot, row):
    """Each rate and amount shown gives the maintenance margin of its own price."""
    if not lot.known:
        return
    for move in (0, 10, 20, 30, 50):
        price = lot.mark * (1 + math.copysign(move / 100, row["contracts"] or 1.0))
        if lot.terms["mm_basis"] == "entry":
            price = lot.entry
        shown = abs(lot.worth(price)) * row[f"rate_{move}"] - row[f"amount_{move}"]
        wanted = lot.maintenance(price)
        found.expect(where, f"margin by rate_{move}", shown.value, wanted + Num(0, shown.error))


def hedge_rows(book, report):
    """The Hedge and Funding & basis sheets: exposure, target, order, basis and funding."""
    found = Complaints()
    rows, carry = report.table("Hedge", HEDGE, key=1), report.table("Funding & basis", CARRY, key=1)
    orders = report.table("Orders", ORDERS, key=1)
    if not len(rows) == len(carry) == len(book.holdings) + 1:
        found.append(f"Hedge has {len(rows)} rows for {len(book.holdings)} holdings")
    for n, (holding, row, cost) in enumerate(zip(book.holdings, rows, carry, strict=False)):
        where = f"Hedge row {n}"
        plain = {"asset": holding["asset"], "quantity": holding["quantity"],
                 "spot_price": holding["spot_price"], "avg_cost": holding["avg_cost"],
                 "beta": holding["beta"], "instrument": holding["instrument"]}  # fmt: skip
        for name, wanted in (plain | _holding(book, holding)).items():
            found.expect(where, name, row[name], wanted)
        _order(found, where, book, holding, row, orders)
        for name, wanted in _carry(book, holding, row).items():
            found.expect(f"Funding & basis row {n}", name, cost[name], wanted)
    _unassigned(found, book, rows[-1], carry[-1])
    return found


def share(book, holding):
    """A holding's part of its underlying's shorts: pro rata to the targets that are hedged."""
    named = [each for each in book.holdings if each["instrument"] is not None]
    return _pro_rata(
        book, holding, [each for each in named if book.follows(each) == book.follows(holding)]
    )


def part(book, holding):
    """A holding's part of its own instrument."""
    own = holding["instrument"]
    return _pro_rata(book, holding, [row for row in book.holdings if row["instrument"] == own])


def _pro_rata(book, holding, peers):
    targets = [
        (each is holding, num(each["quantity"]) * each["spot_price"] * ratio(book, each)
         * each["beta"])
        for each in peers
    ]  # fmt: skip
    net = total(target for _, target in targets)
    gross = math.fsum(abs(target.value) for _, target in targets)
    if abs(net.value) <= 1e-9 * gross:  # they cancel out: alike
        return num(1 / len(targets))
    return next(target for own, target in targets if own) / net


def ratio(book, holding):
    own = holding["hedge_ratio"]
    return book.settings["hedge_ratio"] if own is None else own


def full_notional(book):
    """What is short if every holding is hedged in full."""
    return total(_holding(book, row)["full_notional"] or 0 for row in book.holdings)


def _holding(book, holding):
    spot = num(holding["quantity"]) * holding["spot_price"]
    figures = {
        "spot_notional": spot,
        "underlying": book.follows(holding),
        "part": None,
        "unrealised_pnl": None,
        "hedge_ratio": None,
        **dict.fromkeys(("own_target", "share", "full_notional", "target_notional", "parity",
                         "futures_price", "contract_type", "contract_size", "qty_step")),
    }  # fmt: skip
    if holding["avg_cost"] is not None:
        figures["unrealised_pnl"] = spot - num(holding["quantity"]) * holding["avg_cost"]
    short, cover, posted, exposed = num(0), num(0), num(0), spot * holding["beta"]
    if holding["instrument"] is not None:
        terms, lots = book.instruments[holding["instrument"]], book.lots_on(book.follows(holding))
        shared, wanted = share(book, holding), ratio(book, holding)
        contracts = part(book, holding) * total(
            lot.row["contracts"] for lot in book.lots_of(holding["instrument"])
        )
        short = shared * total(lot.notional for lot in lots)
        cover = shared * total(lot.cover for lot in lots)
        posted = shared * total(lot.coins for lot in lots)
        figures |= {name: terms[name] for name in
                    ("futures_price", "contract_type", "contract_size", "qty_step", "min_qty",
                     "min_notional")}  # fmt: skip
        figures |= {
            "parity": terms["parity"],
            "hedge_ratio": num(wanted),
            "own_target": exposed * wanted,
            "share": shared,
            "part": part(book, holding),
            "full_notional": exposed + posted,
            "target_notional": (exposed + posted) * wanted,
            "short_contracts": contracts,
        }
    figures |= {
        "coin_margin": posted,
        "short_notional": short,
        "cover": cover,
        "net_delta": exposed - cover + posted,
    }
    exposed = exposed + posted
    if exposed.sure:
        figures["hedged"] = cover / exposed
    return figures


def _worth(terms):
    """What a contract is worth in quote, at spot."""
    size, future = num(terms["contract_size"]) * terms["parity"], terms["futures_price"]
    inverse = terms["contract_type"] == "inverse"
    return size / future * terms["index_price"] if inverse else size * future


def _order(found, where, book, holding, row, orders):
    """The target in whole steps; of the orders its part is shown, and what they leave."""
    follows = book.follows(holding)
    ordered = [each for each in orders if each["underlying"] == follows]
    left = num(row["net_delta"])
    if holding["instrument"] is not None:
        left = left - share(book, holding) * total(each["order_cover"] for each in ordered)
    found.expect(where, "residual_delta", row["residual_delta"], left)
    if holding["instrument"] is None:
        for name in ("target_contracts", "order_contracts", "action", "short_contracts"):
            found.expect(where, name, row[name], None)
        found.expect(where, "order_notional", row["order_notional"], num(0))
        return
    terms = book.instruments[holding["instrument"]]
    target = num(row["target_notional"]) / book.cover(terms)
    _stepped(found, f"{where} target_contracts", row["target_contracts"], target, terms["qty_step"])
    own = next(order for order in orders if order["instrument"] == holding["instrument"])
    contracts = part(book, holding) * own["order_contracts"]
    found.expect(where, "order_contracts", row["order_contracts"], contracts)
    found.expect(where, "action", row["action"], own["action"])
    value = total(each["order_notional"] for each in ordered)
    found.expect(where, "order_notional", row["order_notional"], share(book, holding) * value)


def underlying_rows(book, report):
    """The Underlyings sheet: exposure, all shorts, gap, and whether it is traded."""
    found = Complaints()
    rows = report.table("Underlyings", UNDERLYINGS, key=1)
    hedge = report.table("Hedge", HEDGE, key=1)[:-1]
    orders = report.table("Orders", ORDERS, key=1)
    names = [book.follows(row) for row in book.holdings]
    names += [name for name in (row["underlying"] for row in book.instruments.values())
              if book.lots_on(name)]  # fmt: skip
    if [row["underlying"] for row in rows] != list(dict.fromkeys(names)):
        found.append(f"Underlyings are {[row['underlying'] for row in rows]}, not {names}")
    for row in rows:
        name, where = row["underlying"], f"Underlyings {row['underlying']!r}"
        held = [each for each in book.holdings if book.follows(each) == name]
        lots = book.lots_on(name)
        coins, short = (total(getattr(lot, what) for lot in lots) for what in ("coins", "cover"))
        moves = total(num(each["quantity"]) * each["spot_price"] * each["beta"] for each in held)
        exposure, net = moves + coins, moves + coins - short
        target = total(each["target_notional"] or 0.0 for each in hedge
                       if each["underlying"] == name)  # fmt: skip
        named = sum(each["instrument"] is not None for each in held)
        for figure, wanted in {
            "held": moves,
            "coin_margin": coins,
            "exposure": exposure,
            "short_notional": total(lot.notional for lot in lots),
            "cover": short,
            "net_delta": net,
            "gross_delta": abs(net),
            "gross_exposure": abs(exposure),
            "named": named,
            "target_notional": target,
            "order_notional": total(each["order_notional"] for each in orders
                                    if each["underlying"] == name),
            "order_cover": total(each["order_cover"] for each in orders
                                 if each["underlying"] == name),
            "residual_delta": num(row["net_delta"]) - row["order_cover"],
            "funding_drag": total(lot.drag(book.days) for lot in lots),
            "funding_year": total(lot.drag(365) for lot in lots),
        }.items():  # fmt: skip
            found.expect(where, figure, row[figure], wanted)
        if exposure.sure:
            against = short if exposure.value > 0 else -short
            covered = max(0.0, min(abs(exposure.value), against.value))
            found.expect(where, "covered", row["covered"], Num(covered, exposure.error + net.error))
            dust = abs(exposure.value) <= 1e-9 * abs(short.value)
            found.expect(where, "hedged", row["hedged"], None if dust else short / exposure)
        lacking = target - short if named else num(0)
        waits = of_underlying(book, name, short.value, exposure.value, target.value)
        if waits is not None:
            found.expect(where, "doubts", row["doubts"], num(waits))
        found.expect(where, "gap", row["gap"], Num(row["gap"] and lacking.value, lacking.error))
        band = book.settings["rebalance_band"] * row["gross_exposure"]
        if not math.isclose(abs(row["gap"]), band, rel_tol=_EDGE):
            near = abs(row["gap"]) < band and row["target_notional"]
            found.expect(where, "to_trade", row["to_trade"], num(0 if near else row["gap"]))
        parts = total(each["part"] for each in orders if each["underlying"] == name)
        found.expect(where, "parts", parts.value, Num(row["to_trade"], 1e-9 * abs(row["to_trade"])))
    return found


def order_rows(book, report):
    """The Orders sheet: sizes are whole steps that never pass what is wanted."""
    found = Complaints()
    rows = report.table("Orders", ORDERS, key=1)
    waits = {row["underlying"]: row["doubts"]
             for row in report.table("Underlyings", UNDERLYINGS, key=1)}  # fmt: skip
    against = _reasons(book, report)
    if [row["instrument"] for row in rows] != list(book.instruments):
        found.append(f"Orders has {len(rows)} rows")
    for n, (row, terms) in enumerate(zip(rows, book.instruments.values(), strict=False)):
        where, lots = f"Orders row {n}", book.lots_of(terms["instrument"])
        contracts = total(lot.row["contracts"] for lot in lots)
        for name, wanted in {
            "short_contracts": contracts,
            "short_notional": total(lot.notional for lot in lots),
            "cover": total(lot.cover for lot in lots),
            "index_price": num(terms["index_price"]),
            "parity": terms["parity"],
            "sized_by": "coins" if book.by_coins(terms) else "value",
            "funding_8h": num(terms["funding_rate"]) * 8 / terms["interval_hours"],
        }.items():
            found.expect(where, name, row[name], wanted)
        step = terms["qty_step"]
        exact = (num(row["cover"]) + row["part"]) / book.cover(terms)
        _stepped(found, f"{where} wanted_contracts", row["wanted_contracts"], exact, step)
        gap = num(row["wanted_contracts"]) - contracts if row["part"] else num(0)
        _stepped(found, f"{where} order_contracts", row["order_contracts"], gap, step)
        reasons = "" if waits.get(row["underlying"]) else against(terms, row)
        if reasons is not None:
            found.expect(where, "against", row["against"], reasons or None)
        _action(found, where, terms, row, waits.get(row["underlying"]))
        counts = num(row["order_contracts"]) * book.cover(terms)
        none = row["action"] in ("too small", "check first", "held back")
        found.expect(where, "order_cover", row["order_cover"], num(0) if none else counts)
    return found


def _stepped(found, where, shown, exact, step):
    if not step:
        found.expect(where, "", shown, exact)
        return
    noise = 8 * exact.error + 1e-9 * step + 1e-10 * abs(exact.value)
    whole = math.isclose(shown / step, round(shown / step), rel_tol=1e-11, abs_tol=1e-9)
    size, most = abs(shown), abs(exact.value)
    if not whole or not most - step - noise < size <= most + noise or shown * exact.value < 0:
        found.append(f"{where}: {shown!r} of {exact!r} in steps of {step}")


def _reasons(book, report):
    """What speaks against adding to a hedge, by terms and row; None where either answer is right.

    Funding that takes more than the value in a year, or a holding's signal to take it off; both
    only where no rate or interval on the underlying looks mistyped.
    """
    leaving = {row["underlying"] for row in report.table("Unwind", UNWIND, key=1)
               if row["signal"] not in (None, "HOLD", "no short")}  # fmt: skip
    typed = {terms["underlying"] for terms in book.instruments.values()
             if abs(terms["funding_rate"]) >= 0.01 or terms["interval_hours"] > 24}  # fmt: skip

    def against(terms, row):
        part, held = row["part"], row["short_contracts"]
        if not part or part * held < 0 or terms["underlying"] in typed:
            return ""
        rate = terms["funding_rate"] * 365 * 24 / terms["interval_hours"]
        cost = -rate if (held or part) > 0 else rate
        if math.isclose(cost, 1, rel_tol=_EDGE):
            return None
        return "funding" if cost > 1 else "signal" if terms["underlying"] in leaving else ""

    return against


def _action(found, where, terms, row, waits):
    order, held = row["order_contracts"], row["short_contracts"]
    value = num(order) * _worth(terms)
    reduces = order * held < 0 and abs(order) <= abs(held)
    # The venue counts faces, or coins at the future's price.
    inverse = terms["contract_type"] == "inverse"
    counted = abs(order) * terms["contract_size"] * (1 if inverse else terms["futures_price"])
    low = counted < terms["min_notional"] and not reduces
    near = math.isclose(counted, terms["min_notional"], rel_tol=_EDGE)
    idle = "less than a step" if row["part"] else "none"
    small = abs(order) < terms["min_qty"] or low
    traded = "held back" if row["against"] else "short" if order > 0 else "buy back"
    wanted = idle if order == 0 else "too small" if small else traded
    if near and order:
        wanted = row["action"]
    if waits and row["part"]:
        wanted = "check first"
    found.expect(where, "action", row["action"], wanted)
    none = row["action"] in ("too small", "check first", "held back")
    found.expect(where, "order_notional", row["order_notional"], num(0) if none else value)


def _carry(book, holding, row):
    """Basis and funding of a holding's short."""
    figures = dict.fromkeys((*CARRY,)) | {
        "asset": holding["asset"],
        "instrument": holding["instrument"],
        "short_notional": num(row["short_notional"]),
    }
    if holding["instrument"] is None:
        return figures | {"funding_drag": num(0), "funding_year": num(0)}
    terms = book.instruments[holding["instrument"]]
    future, index = num(terms["futures_price"]), num(terms["index_price"])
    days = book.days_to(terms)
    rate = terms["funding_rate"]
    lots, shared = book.lots_on(book.follows(holding)), share(book, holding)
    apart = terms["futures_price"] - terms["index_price"]
    return figures | {
        "index_price": index,
        "futures_price": future,
        "basis": future - index,
        "basis_pct": future / index - 1,
        "days_to_expiry": days,
        "basis_annualized": days and (future / index - 1) * 365 / days,
        "basis_regime": "flat" if not apart else "contango" if apart > 0 else "backwardation",
        "funding_rate": rate,
        "interval_hours": terms["interval_hours"],
        "funding_apr": num(rate) * 8760 / terms["interval_hours"],
        "funding_drag": shared * total(lot.drag(book.days) for lot in lots),
        "funding_year": shared * total(lot.drag(365) for lot in lots),
    }


def _unassigned(found, book, row, carry):
    """Shorts whose instrument hedges no holding are an exposure, too."""
    naked = [lot for lot in book.lots if lot.terms["underlying"] not in book.hedging]
    value, short, posted = (
        total(getattr(lot, name) for lot in naked) for name in ("notional", "cover", "coins")
    )
    where = "Shorts without a holding"
    for name, wanted in {
        "short_notional": value,
        "cover": short,
        "coin_margin": posted,
        "net_delta": posted - short,
        "residual_delta": posted - short,
    }.items():
        found.expect(where, name, row[name], wanted)
    for name, days in (("funding_drag", book.days), ("funding_year", 365)):
        found.expect(where, name, carry[name], total(lot.drag(days) for lot in naked))


def totals(_, report):
    """Every total is the sum of the cells under it."""
    found = Complaints()
    for sheet, titles in (("Hedge", HEDGE), ("Funding & basis", CARRY), ("Margin", MARGIN),
                          ("Unwind", UNWIND)):  # fmt: skip
        rows = report.table(sheet, titles, key=1)
        for name, shown in report.totals(sheet, titles).items():
            if isinstance(shown, float):
                parts = [row[name] for row in rows if row[name] is not None]
                found.expect(f"{sheet} total", name, shown, total(parts))
    hedge, carry = report.totals("Hedge", HEDGE), report.totals("Funding & basis", CARRY)
    margin = report.totals("Margin", MARGIN)
    found.expect("all shorts", "short_notional", hedge["short_notional"], _all("Margin", report))
    for name in ("funding_drag", "funding_year"):
        wanted = total(row[name] for row in report.table("Margin", MARGIN, key=1))
        shares = total(row[name] or 0 for row in report.table("Funding & basis", CARRY, key=1))
        found.expect("all shorts", name, carry[name], wanted + Num(0, shares.error))
        found.expect("all shorts", name, margin[name], wanted)
    for name, title in TOTALS.items():
        whole = (hedge if name in hedge else carry)[name]
        found.expect("Key figures", title, report.line("Key figures", title)[0], num(whole))
    return found


def _all(sheet, report):
    """All that is short, from the lots; shared out among holdings it is as much."""
    lots = total(row["short_notional"] for row in report.table(sheet, MARGIN, key=1))
    parts = total(row["short_notional"] for row in report.table("Hedge", HEDGE, key=1))
    return lots + Num(0, 8 * parts.error)


def scenarios(book, report):
    """Each line's legs by the contract, each scenario's as sums over its lines."""
    found = Complaints()
    lines = report.table("Stress", LINES)
    margins = report.table("Margin", MARGIN, key=1)
    sums = report.table("Stress", {"name": "Scenario", **LEGS, "saved": "Saved by the hedge",
                                      "said": "Liquidation", "told": "What happens"})  # fmt: skip
    moves = {}
    for row in book.scenarios:
        moves.setdefault(row["scenario"], {})[row["asset"]] = row
    if [row["name"] for row in sums] != list(moves):
        found.append(f"Scenarios are {[row['name'] for row in sums]}, not {list(moves)}")
    each = len(book.holdings) + len(book.positions)
    if len(lines) != each * len(moves):
        found.append(f"Scenarios has {len(lines)} lines")
    for n, (name, moved) in enumerate(moves.items()):
        own = lines[n * each : (n + 1) * each]
        still = {"price_shock": 0.0, "basis_shock": 0.0, "days": 0.0, "funding_rate": None,
                 "spike": None}  # fmt: skip
        common = moved.get("*", still)
        for holding, line in zip(book.holdings, own, strict=False):
            move = moved.get(holding["asset"])
            beta = holding["beta"] if move is None else 1.0
            shock = (common if move is None else move)["price_shock"]
            fall = larger(-1, num(beta) * shock)
            legs = {"spot": num(holding["quantity"]) * holding["spot_price"] * fall}
            _legs(found, f"{name}, {holding['asset']}", line, legs)
        shorts = own[len(book.holdings) :]
        for lot, row, line in zip(book.positions, margins, shorts, strict=False):
            move = moved.get(lot.terms["underlying"], common)
            legs = _moved(lot, row, line, move, book.days_to(lot.terms))
            _legs(found, f"{name}, {lot.terms['instrument']}", line, legs)
        _lost(found, name, own, sums[n])
        for leg in LEGS:
            found.expect(name, leg, sums[n][leg], total(line[leg] for line in own))
        in_turn = 0.0
        for leg in list(LEGS)[:-1]:
            in_turn += sums[n][leg]
        found.expect(name, "net, its legs added left to right", sums[n]["net"], in_turn + 0.0)
        found.expect(name, "saved", sums[n]["saved"], num(sums[n]["net"]) - sums[n]["spot"])
    if sums:
        worst = min(row["net"] for row in sums)
        found.expect("Key figures", "worst", report.line("Key figures", "Worst scenario")[0], worst)
    return found


def _lost(found, name, lines, sums):
    """What is said beside a scenario: of which instruments; a long list is cut."""
    told, words = [], []
    for word, said in (("liquidated",) * 2, ("liquidation unknown",) * 2,
                       (None, "expires within it; after that nothing hedges")):  # fmt: skip
        lost = [row["line"].removesuffix(", short") for row in lines
                if (row["liquidation"] == word if word else row["expires"])]  # fmt: skip
        if lost:
            told.append(f"{', '.join(dict.fromkeys(lost))}: {said}")
            words += [word] if word else []
    found.expect(name, "said", sums["said"], words[0] if words else None)
    told, shown = "; ".join(told), sums["told"] or ""
    if not told.startswith(shown) or bool(told) != bool(shown):
        found.append(f"{name}: told {shown!r}, not {told!r}")


def _legs(found, where, line, legs):
    for leg in list(LEGS)[:-1]:
        found.expect(where, leg, line[leg], legs.get(leg, legs.get("said", num(0))))
    found.expect(where, "net", line["net"], total(line[leg] for leg in list(LEGS)[:-1]))


def _moved(lot, row, line, move, left):
    """The legs of a lot: its posted coins are spot, and it may be liquidated."""
    price, basis = num(move["price_shock"]), num(move["basis_shock"])
    if lot.inverse:  # at nothing an inverse contract has no price
        price = larger(price, -1 + 1e-12)
    if left is not None and move["days"] >= left.value - 1e-6:  # then its basis is gone
        basis = (lot.index / lot.mark - 1) * (1 + price)
    reached, spike = price + basis, num(move["spike"] or 0.0)
    rate = move["funding_rate"]
    if rate is None or not lot.perpetual:
        rate = lot.terms["funding_rate"] if lot.perpetual else 0.0
    buffer, said, lost = row["liquidation_buffer"], line["liquidation"], False
    against = [each.value for each in (reached, spike) if each.value * lot.notional.value > 0]
    if lot.row["margin"] is None:
        buffer = None
    near = [each for each in (0.0, *against) if isinstance(buffer, float)
            and abs(each - buffer) <= _EDGE]  # fmt: skip
    if near:  # a move to just that price
        lost = said == "liquidated"
    elif isinstance(buffer, float):
        lost = any(each >= buffer if buffer > 0 else each <= buffer for each in (0.0, *against))
    unknown = buffer is None and against
    if said != ("liquidated" if lost else "liquidation unknown" if unknown else None):
        return {"said": num(math.nan)}
    worth = (1 + price) / (1 + reached) if lot.inverse else 1 + reached
    legs = {
        "spot": lot.coins * price,
        "short": -lot.notional * price,
        "basis": lot.notional * (worth - 1) if lot.inverse else -lot.notional * basis,
        "funding": lot.notional * rate * move["days"] * 24 / lot.terms["interval_hours"],
        "fees": -(abs(lot.notional) * lot.fee * worth),
    }
    if lost:
        gone = lot.coins * (1 + price) if lot.inverse else lot.equity
        legs |= {"short": -larger(gone, 0), "basis": num(0), "fees": num(0)}
    return legs


def unwind_rows(book, report):
    """The Unwind sheet: entry, profit, what it buys, and the signal by its reasons."""
    found = Complaints()
    rows, hedge = report.table("Unwind", UNWIND, key=1), report.table("Hedge", HEDGE, key=1)
    for n, (holding, row, own) in enumerate(zip(book.holdings, rows, hedge, strict=False)):
        where = f"Unwind row {n}"
        short = num(own["short_notional"])
        found.expect(where, "short_notional", row["short_notional"], short)
        if holding["instrument"] is None:
            blank = set(UNWIND) - {"asset", "underlying", "short_notional", "spot_price",
                                   "quantity", "avg_cost"}  # fmt: skip
            for name in blank:
                found.expect(where, name, row[name], None)
            continue
        for name, wanted in _profit(book, holding).items():
            found.expect(where, name, row[name], wanted)
        _averages(found, where, holding, row)
        _signal(found, where, book, row)
    return found


def _profit(book, holding):
    terms, lots = book.instruments[holding["instrument"]], book.lots_on(book.follows(holding))
    coins = [lot.face / lot.entry if lot.inverse else lot.face for lot in lots]
    sides = {size.value > 0 for size in coins if size.value}
    entry = mark = None
    if len(sides) == 1:
        entry, mark = (
            total(size * price for size, price in zip(coins, prices, strict=True)) / total(coins)
            for prices in ([lot.entry for lot in lots], [lot.mark for lot in lots])
        )
    fee = num(terms["taker_fee"]) * (1 - num(terms["fee_discount"]))
    part = share(book, holding)
    profit = part * total(lot.pnl for lot in lots)
    closing = part * total(abs(lot.notional) * lot.fee for lot in lots)
    spend = larger(0, profit - closing)
    return {
        "entry_price": entry,
        "mark_price": mark,
        "price_change": entry and mark / entry - 1,
        "hedge_profit": profit,
        "fee_rate": fee,
        "close_fee": closing,
        "spend": spend,
        "redeploy_qty": spend * (1 - fee) / holding["spot_price"],
    }


def _averages(found, where, holding, row):
    coins = num(holding["quantity"]) + row["redeploy_qty"]
    accounting = economic = None
    if holding["avg_cost"] is not None and coins.value:
        paid = num(holding["quantity"]) * holding["avg_cost"]
        accounting = (paid + row["spend"]) / coins
        economic = (paid + row["spend"] - row["spend"]) / coins
    for name, wanted in (("accounting_average", accounting), ("economic_average", economic)):
        found.expect(where, name, row[name], wanted)


def _signal(found, where, book, row):
    drop = book.settings["redeploy_drop"]
    change = row["price_change"] or 0.0 if row["spend"] else 0.0
    reasons = [
        ("MARKET", row["support_confirmed"] == "yes"),
        ("HORIZON", book.days.value == 0),
        ("REDEPLOY", drop > 0 and change <= -drop),
        ("FUNDING", row["funding_breach"] == "yes"),
    ]  # a row a reason
    said = " + ".join(name for name, holds in reasons if holds) or "HOLD"
    if row["short_notional"] == 0:
        said = "no short"
    if drop == 0 or abs(change + drop) > _EDGE:  # a fall of just that is one, to the last bit
        found.expect(where, "signal", row["signal"], said)


CHECKS = (
    margin_rows,
    hedge_rows,
    underlying_rows,
    order_rows,
    totals,
    scenarios,
    unwind_rows,
)
