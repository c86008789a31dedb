"""A report's Carry sheet against plain arithmetic: basis, funding, fees, and the next contract."""

from plain_finance import num, total
from plain_report import Complaints
from report_cells import ROLLS


def carry_rows(book, report):
    """What each instrument's shorts earn, and what the contract brings that ends next."""
    found = Complaints()
    rows = report.table("Carry", ROLLS, key=1)
    if [row["instrument"] for row in rows] != list(book.instruments):
        found.append(f"Carry has {len(rows)} rows")
    for row, terms in zip(rows, book.instruments.values(), strict=False):
        for name, wanted in (_earned(book, terms) | _next(book, terms)).items():
            found.expect(f"Carry {terms['instrument']!r}", name, row[name], wanted)
    return found


def _face(book, terms):
    """Coins short at the future's price."""
    lots = book.lots_of(terms["instrument"])
    contracts = total(lot.row["contracts"] for lot in lots) * terms["contract_size"]
    return (
        contracts
        * terms["parity"]
        * (1 if terms["contract_type"] == "inverse" else terms["futures_price"])
    )


def _fee(terms):
    return num(terms["taker_fee"]) * (1 - num(terms["fee_discount"]))


def _rate(terms):
    """What a perpetual's funding is a year."""
    rate = terms["funding_rate"] if terms["expiry"] is None else 0.0
    return num(rate) * 8760 / terms["interval_hours"]


def _least(first, second):
    return first if first.value <= second.value else second


def _earned(book, terms):
    lots, face, days = book.lots_of(terms["instrument"]), _face(book, terms), book.days_to(terms)
    future, index = num(terms["futures_price"]), num(terms["index_price"])
    whole = face / future * (future - index)
    earned = num(0) if days is None else whole * _least(num(1), book.days / days)
    drag = total(lot.drag(book.days) for lot in lots)
    fees = total(abs(lot.notional) * lot.fee for lot in lots)
    return {
        "underlying": terms["underlying"],
        "basis_pct": future / index - 1,
        "days_to_expiry": days,
        "face": face,
        "locked_carry": days and whole - abs(face) * _fee(terms),
        "basis_earned": earned,
        "funding_drag": drag,
        "close_fee": fees,
        "carry": earned - drag - fees,
        "unhedged_days": days and _least(num(0), days - book.days) * -1,
        "funding_apr": _rate(terms),
    }


def _next(book, terms):
    until = terms["expiry"] or "9999"
    later = [
        (each["expiry"] or "9999", n, each)
        for n, each in enumerate(book.instruments.values())
        if (each["underlying"], each["contract_type"])
        == (terms["underlying"], terms["contract_type"])
        and (each["expiry"] or "9999") > until
    ]
    names = ("next_contract", "next_price", "days_between", "roll_yield", "roll")
    figures = dict.fromkeys(names)
    if not later:
        return figures
    _, _, following = min(later, key=lambda each: each[:2])
    own, days = book.days_to(terms), book.days_to(following)
    price = num(following["futures_price"]) * following["parity"] / terms["parity"]
    figures |= {"next_contract": following["instrument"], "next_price": price}
    if days is None:
        figures["roll_yield"] = _rate(following)
        behind = book.days - own
    else:
        figures["days_between"] = days - own
        figures["roll_yield"] = (price / terms["futures_price"] - 1) * 365 / (days - own)
        behind = _least(book.days, days) - own
    if behind.value > 0:
        face = _face(book, terms)
        fees = 2 * _fee(following) * abs(face)
        figures["roll"] = face * figures["roll_yield"] * behind / 365 - fees
    return figures
