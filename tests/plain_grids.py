"""The Sensitivity sheet, and closing against keeping, by plain arithmetic: each short by itself."""

from plain_finance import Num, larger, num, total
from plain_report import Complaints, full_notional
from report_cells import CLOSING, GRIDS, MARGIN

_EDGE = 1e-9
"""How near a liquidation may be for either side of it to be right."""


def grids(book, report):
    """The lines and grids of the Sensitivity sheet, and closing now against keeping."""
    found = Complaints()
    shocks = report.line("Sensitivity", "Move of the underlying")
    for shown, wanted in zip(shocks, book.shocks, strict=True):
        if abs(shown - wanted) > 1e-12:
            found.append(f"Sensitivity: a move of {shown!r}, not {wanted!r}")
    shorts = list(zip(book.positions, report.table("Margin", MARGIN, key=1), strict=True))
    posted = total(lot.coins for lot in book.positions)
    coins = [
        total([*(num(row["quantity"]) * row["spot_price"] * larger(-1, num(row["beta"]) * shock)
                 for row in book.holdings), posted * shock])
        for shock in shocks
    ]  # fmt: skip

    def held(basis=0.0, *, fees=False):
        return [
            _sum([unhedged, *(_gain(*short, shock, basis, fees=fees) for short in shorts)])
            for unhedged, shock in zip(coins, shocks, strict=True)
        ]

    _compare(found, report, "All coins, unhedged", coins)
    _compare(found, report, "With the shorts as they stand", held())
    _words(found, "Liquidation", report.line("Sensitivity", "Liquidation"),
           [_word(shorts, shock) for shock in shocks])  # fmt: skip
    whole = [_in_full(book, shorts, shock) for shock in shocks]
    _cells(found, report, "ratio", [0, 0.25, 0.5, 0.75, 1, 1.25],
           lambda part: [c if not part else _sum([c, w and w * part])
                         for c, w in zip(coins, whole, strict=True)])  # fmt: skip
    moves = [-0.05, -0.02, -0.01, 0, 0.01, 0.02, 0.05]
    _cells(found, report, "basis", moves, held)
    words = [
        max((_word(shorts, shock, basis) or "none" for basis in moves), key=_RANK.index)
        if None not in {_word(shorts, shock, basis) for basis in moves} else None
        for shock in shocks
    ]  # fmt: skip
    _words(found, "basis", report.words("basis"), words)
    perpetual = total(lot.notional for lot in book.positions if lot.perpetual)
    days = report.grid("funding")[1]
    _cells(found, report, "funding", [-0.001, -0.0003, -0.0001, 0, 0.0001, 0.0003, 0.001],
           lambda rate: [-perpetual * rate * day * 3 for day in days])  # fmt: skip
    for kind in ("linear", "inverse"):
        _leverage(found, report, kind)
    fee = total(abs(lot.notional) * lot.fee for lot in book.positions)
    drag = total(lot.drag(book.days) for lot in book.positions)
    now, keep = [each - fee for each in coins], held(fees=True)
    funded = [each and each - drag for each in keep]
    forgone = [b and larger(0, a - b) for a, b in zip(now, funded, strict=True)]
    for name, wanted in zip(CLOSING, (now, keep, funded, forgone), strict=True):
        _compare(found, report, CLOSING[name], wanted, "Unwind")
    return found


_RANK = ["none", "liquidation unknown", "liquidated"]


def _sum(parts):
    """None where one of them is on the edge of a liquidation."""
    return None if any(part is None for part in parts) else total(parts)


def _reached(row, moved):
    """Whether a move of the future liquidates a short; None where it is too near to say."""
    buffer = row["liquidation_buffer"]
    if not isinstance(buffer, float):
        return False
    if abs(moved - buffer) <= _EDGE:
        return None
    return moved > buffer if buffer > 0 else moved < buffer


def _unknown(lot, row):
    """Without the margin nobody knows what a liquidation takes, though a venue tells its price."""
    return row["liquidation_buffer"] is None or lot.row["margin"] is None


def _gain(lot, row, shock, basis, *, fees):
    """What a short gains by a move of price and basis, or loses where it is liquidated."""
    basis = basis if 1 + shock + basis > 1e-12 else 0.0
    gone = False if _unknown(lot, row) else _reached(row, shock + basis)
    if gone is None:
        return None
    # An inverse contract has no value at a price of 0: the nearest to it is as good.
    shock = Num(shock, 2e-12) if lot.inverse and shock <= -1 else num(shock)
    if gone:
        equity = lot.coins * (1 + shock) if lot.inverse else lot.equity
        return -larger(equity, 0)
    moved, future = 1 + shock, 1 + shock + basis
    # What is bought back at the end costs, for a value of 1 today, this.
    end = moved / future if lot.inverse and basis else 1 + num(0) if lot.inverse else future
    gain = lot.notional * (end - 1 - shock) if lot.inverse else -lot.notional * (shock + basis)
    return gain - abs(lot.notional) * lot.fee * end if fees else gain


def _in_full(book, shorts, shock):
    """What a hedge of 100 % gains, made of the shorts there are, each with its margin."""
    full = full_notional(book)
    own = [(lot, row) for lot, row in shorts if lot.cover.value * full.value > 0]
    size = total(lot.cover for lot, _ in own)
    if abs(size.value) <= 1e-9 * abs(full.value):
        return -full * shock
    parts = [_gain(lot, row, shock, 0.0, fees=False) for lot, row in own]
    return None if None in parts else total(parts) * full / size


def _word(shorts, shock, basis=0.0):
    """What is said of liquidation; None on the edge of one."""
    moved = shock + basis
    reached = [_reached(row, moved) for lot, row in shorts if not _unknown(lot, row)]
    if True in reached:
        return "liquidated"
    if None in reached:
        return None
    unsure = [lot for lot, row in shorts if _unknown(lot, row)]
    return (
        "liquidation unknown" if any(lot.notional.value * moved > 0 for lot in unsure) else "none"
    )


def _words(found, where, shown, wanted):
    for n, (word, said) in enumerate(zip(shown, wanted, strict=True)):
        if said is not None:
            found.expect(where, f"word {n}", word, said)


def _compare(found, report, title, wanted, sheet="Sensitivity"):
    shown = report.line(sheet, title)
    if len(shown) != len(wanted):
        found.append(f"{title}: {len(shown)} cells, not {len(wanted)}")
    for n, (cell, number) in enumerate(zip(shown, wanted, strict=False)):
        if number is not None:
            found.expect(title, f"column {n}", cell, number)


def _cells(found, report, name, headers, wanted):
    rows, _, cells, _ = report.grid(name)
    if rows != headers:
        found.append(f"grid {name}: rows {rows}")
    for header, row in zip(rows, cells, strict=True):
        for n, (cell, number) in enumerate(zip(row, wanted(header), strict=True)):
            if number is not None:
                found.expect(f"grid {name} at {header}", f"column {n}", cell, number)


def _leverage(found, report, kind):
    """Margin left of a short of 1 opened now with 1 ÷ leverage of margin."""
    name = f"leverage_{kind}"
    lots = [row for row in report.table("Margin", MARGIN, key=1)
            if row["mm_rate"] is not None and row["contract_type"] == kind]  # fmt: skip
    size = total(abs(row["short_notional"]) for row in lots)
    weighted = total(num(abs(row["short_notional"])) * row["mm_rate"] for row in lots)
    charged = total(num(abs(row["short_notional"])) * row["liquidation_fee"] for row in lots)
    frozen = total(abs(row["short_notional"]) for row in lots if row["mm_basis"] == "entry")
    rate = weighted / size if size.value else num(0.005)
    title = GRIDS[name]
    shown = report.line("Sensitivity", f"Maintenance rate, mean of the {kind} shorts")[0]
    fee = report.line("Sensitivity", f"Liquidation fee, mean of the {kind} shorts")[0]
    basis = report.line("Sensitivity", f"Maintenance basis of most {kind} shorts")[0]
    found.expect(title, "mm_rate", shown, rate)
    found.expect(title, "fee", fee, charged / size if size.value else num(0))
    if (2 * frozen - size).sure:
        wanted = "entry" if 2 * frozen.value > size.value else "mark"
        found.expect(title, "mm_basis", basis, wanted)
    rows, rises, cells, beside = report.grid(name)
    for leverage, row, distance in zip(rows, cells, beside, strict=True):
        wanted = _distance(kind, num(shown), num(fee), basis, 1 / num(leverage))
        found.expect(f"{title} at {leverage}", "distance", distance, wanted)
        for cell, rise in zip(row, rises, strict=True):
            margin = 1 / num(leverage)
            left = (margin * (1 + num(rise)) if kind == "inverse" else margin) - rise
            if distance != "none" and abs(rise - distance) <= _EDGE:
                continue
            gone = distance != "none" and rise > distance
            found.expect(f"{title} at {leverage}", f"+{rise}", cell, num(0) if gone else left)


def _distance(kind, rate, fee, basis, margin):
    """The rise at which margin and P&L of a short of 1 are the maintenance; at once if none is."""
    now, later = (rate, fee) if basis == "entry" else (num(0), rate + fee)
    if kind == "linear":  # margin − x = now + later × (1 + x)
        return larger((margin - now - later) / (1 + later), 1e-13)
    # In coins, p = 1 ÷ (1 + x): margin + p − 1 = now + later × p
    left = 1 + now - margin
    if left.value <= 1e-6:  # a rise beyond a million times the price is none
        return "none"
    return larger((1 - later) / left - 1, 1e-13)
