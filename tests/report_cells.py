"""A report read back by people who know nothing of how it was made: by its sheets and headers."""

import datetime as dt
import io
import math
import re
import zipfile

import openpyxl
import python_calamine
from openpyxl.utils.escape import unescape

HEDGE = {
    "asset": "Asset",
    "quantity": "Quantity, coins",
    "spot_price": "Spot price",
    "spot_notional": "Spot notional",
    "avg_cost": "Average cost",
    "unrealised_pnl": "Unrealised P&L",
    "instrument": "Hedged with",
    "hedge_ratio": "Hedge ratio wanted",
    "beta": "Beta",
    "own_target": "Target before margin coins",
    "share": "Share of the underlying's shorts",
    "coin_margin": "Coins posted as margin, value",
    "full_notional": "Full hedge",
    "target_notional": "Target short",
    "futures_price": "Futures price",
    "target_contracts": "Target contracts",
    "short_contracts": "Contracts short now",
    "short_notional": "Short now",
    "cover": "Counts in the hedge",
    "hedged": "Hedged now",
    "net_delta": "Net delta now",
    "order_contracts": "Order, contracts",
    "action": "Action",
    "order_notional": "Order, value",
    "residual_delta": "Net delta after the order",
    "parity": "Quote per unit of its own",
    "contract_type": "Contract type",
    "contract_size": "Contract size",
    "qty_step": "Order step",
    "min_qty": "Smallest order, contracts",
    "min_notional": "Smallest order, value",
    "underlying": "Underlying",
    "part": "Part of its instrument's",
    "doubts": "Cells to check first",
}
UNDERLYINGS = {
    "underlying": "Underlying",
    "held": "Coins held, times beta",
    "coin_margin": "Coins posted as margin, value",
    "exposure": "Exposure",
    "short_notional": "Short notional",
    "cover": "Counts in the hedge",
    "hedged": "Hedged now",
    "net_delta": "Net delta now",
    "gross_delta": "Net delta, size",
    "gross_exposure": "Exposure, size",
    "covered": "Of it covered",
    "named": "Holdings with an instrument",
    "target_notional": "Target short",
    "gap": "Gap",
    "to_trade": "To trade",
    "order_notional": "Orders, value",
    "order_cover": "Orders, as they count in the hedge",
    "residual_delta": "Net delta after the orders",
    "leaving": "Holdings whose hedge may come off",
    "doubts": "Cells to check first",
    "funding_drag": "Funding cost to the horizon",
    "funding_year": "Funding cost in a year",
}
ORDERS = {
    "instrument": "Instrument", "underlying": "Underlying", "number": "No.",
    "short_contracts": "Contracts short now", "short_notional": "Short now",
    "cover": "Counts in the hedge", "index_price": "Index price",
    "parity": "Quote per unit of its own", "sized_by": "Sized by",
    "sizing_price": "Price that sizes it", "order_cover": "Order, as it counts in the hedge",
    "funding_rate": "Funding rate per interval", "interval_hours": "Funding interval, hours",
    "funding_8h": "Funding per 8 hours", "preferred": "Part of a short order",
    "to_trade": "To trade on the underlying", "closable": "Can be bought back",
    "ahead": "Bought back before it", "part": "Its part", "futures_price": "Futures price",
    "contract_type": "Contract type", "contract_size": "Contract size", "qty_step": "Order step",
    "min_qty": "Smallest order, contracts", "min_notional": "Smallest order, value",
    "wanted_contracts": "Contracts wanted", "order_contracts": "Order, contracts",
    "action": "Action", "order_notional": "Order, value", "doubts": "Cells to check first",
    "funding_cost": "Funding takes in a year", "against": "What speaks against it",
    "funding_doubts": "Of its funding to check first",
}  # fmt: skip
CARRY = {
    "asset": "Asset", "instrument": "Hedged with", "short_notional": "Short now",
    "index_price": "Index price", "futures_price": "Futures price", "basis": "Basis",
    "basis_pct": "Basis %", "days_to_expiry": "Days to expiry",
    "basis_annualized": "Basis per year", "basis_regime": "Regime",
    "funding_rate": "Funding rate per interval", "interval_hours": "Funding interval, hours",
    "funding_apr": "Funding per year", "funding_drag": "Funding cost to the horizon",
    "funding_year": "Funding cost in a year",
}  # fmt: skip
ROLLS = {
    "instrument": "Instrument", "underlying": "Underlying", "contracts": "Contracts short",
    "short_notional": "Short now", "index_price": "Index price", "futures_price": "Futures price",
    "basis_pct": "Basis %", "expiry": "Expiry", "days_to_expiry": "Days to expiry",
    "face": "Face, at the future's price",
    "locked_carry": "Locked in to its expiry, after the fee",
    "basis_earned": "Basis to the horizon", "funding_drag": "Funding cost to the horizon",
    "close_fee": "Fee to close", "carry": "Carry to the horizon",
    "unhedged_days": "Days of the horizon behind it", "next_contract": "Next contract",
    "next_price": "Its price, in this one's quote", "days_between": "Days from expiry to expiry",
    "roll_yield": "What the next earns a year", "roll": "Roll to the horizon, after fees",
    "funding_rate": "Funding rate per interval", "interval_hours": "Funding interval, hours",
    "funding_apr": "Funding per year", "fee_rate": "Fee rate", "contract_type": "Contract type",
    "contract_size": "Contract size", "parity": "Quote per unit of its own", "number": "No.",
    "lasts": "Days that it lasts", "earlier": "Contracts that end before it",
    "alike": "Contracts that end with it", "above": "Of them further up",
    "next_number": "No. of the next contract",
}  # fmt: skip
"""The sheet Carry: a row an instrument."""
MARGIN = {
    "instrument": "Instrument", "account": "Account", "contracts": "Contracts short",
    "entry_price": "Entry price", "futures_price": "Mark price", "short_notional": "Short notional",
    "cover": "Counts in the hedge", "parity": "Quote per unit of its own",
    "unrealised_pnl": "Unrealised P&L", "position_value": "Position value in margin currency",
    "leverage": "Leverage ×", "initial_margin": "Initial margin in margin currency",
    "margin": "Margin posted in margin currency", "coin_margin": "Coins posted as margin, value",
    "maintenance_margin": "Maintenance margin in margin currency",
    "margin_ratio": "Margin ratio", "liquidation_price": "Liquidation price",
    "modelled_price": "Liquidation price as worked out",
    "venue_price": "Liquidation price of the venue",
    "price_difference": "Venue's price against ours",
    "liquidation_buffer": "Distance to liquidation", "common_buffer": "Distance of its account",
    "equity": "Equity, lost if liquidated", "bankruptcy_price": "Bankruptcy price",
    **{f"add_{move}": f"Add now for {move} % against it, in margin currency"
       for move in (10, 20, 30, 50)},
    "funding_drag": "Funding cost to the horizon", "funding_year": "Funding cost in a year",
    "close_fee": "Fee to close now", "funding_received": "Funding received in margin currency",
    "realised_pnl": "Realised P&L in margin currency",
    "fees_paid": "Fees paid in margin currency",
    "pnl_to_date": "P&L to date, funding and fees in it", "index_price": "Index price",
    "contract_type": "Contract type", "contract_size": "Contract size",
    "funding_rate": "Funding rate per interval", "interval_hours": "Funding interval, hours",
    "expiry": "Expiry", "taker_fee": "Taker fee", "fee_discount": "Fee discount",
    "mm_basis": "Maintenance basis", "liquidation_fee": "Liquidation fee",
    "tier_mode": "Tier mode", "margin_mode": "Margin mode",
    "own_rate": "Maintenance rate without tiers",
    "own_amount": "Maintenance amount without tiers", "tiers": "Tiers",
    "tier_price": "Price that sets the tier", "mm_rate": "Maintenance rate",
    "mm_amount": "Maintenance amount", "rate_0": "Maintenance rate at mark",
    "amount_0": "Maintenance amount at mark",
    **{f"rate_{move}": f"Maintenance rate after {move} %" for move in (10, 20, 30, 50)},
    **{f"amount_{move}": f"Maintenance amount after {move} %" for move in (10, 20, 30, 50)},
    "underlying": "Underlying", "entry_coins": "Coins short, at entry",
}  # fmt: skip
UNWIND = {
    "asset": "Asset", "instrument": "Hedged with", "signal": "Signal",
    "short_contracts": "Contracts short now",
    "entry_price": "Average entry of the underlying's shorts",
    "mark_price": "Their average mark price", "price_change": "Mark against entry",
    "funding_breach": "Funding alarm", "support_confirmed": "Support confirmed",
    "bars_judged": "Bars judged", "support_held": "Support held",
    "relative_volume": "Volume, × the usual", "money_flow": "Chaikin money flow",
    "money_flow_before": "… one bar before", "money_flow_index": "Money flow index",
    "volume_balance": "On-balance volume over the bars", "price_move": "Price over the bars",
    "divergence": "Volume against price", "confirmation": "Confirmation",
    "hedge_profit": "Hedge's profit so far", "short_notional": "Short now",
    "fee_rate": "Fee rate", "close_fee": "Fee to close now",
    "spend": "To redeploy: profit after the fee", "spot_price": "Spot price",
    "redeploy_qty": "Coins it buys", "quantity": "Quantity, coins",
    "avg_cost": "Average cost now", "accounting_average": "Average cost after, in the books",
    "economic_average": "Average cost after, less the hedge's profit",
    "underlying": "Underlying", "share": "Share of its shorts",
}  # fmt: skip
LEGS = {
    "spot": "Spot", "short": "Short", "basis": "Basis", "funding": "Funding", "fees": "Fees",
    "net": "Net",
}  # fmt: skip
LINES = {
    "scenario": "Scenario", "line": "Holding or short", "quantity": "Quantity, coins",
    "spot_price": "Spot price", "beta": "Beta", "contract_type": "Contract type",
    "short_notional": "Short notional", "coin_margin": "Coins posted as margin, value",
    "price_shock": "Price move", "basis_shock": "Basis move", "spike": "Worst move on the way",
    "funding_rate": "Funding rate per interval", "interval_hours": "Funding interval, hours",
    "days": "Days", "expires": "Expires within it", "fee_rate": "Fee rate",
    "liquidation_buffer": "Distance to liquidation", "equity": "Equity lost if liquidated",
    **LEGS, "liquidation": "Liquidation",
}  # fmt: skip
TOTALS = {
    "spot_notional": "Coins held, value", "short_notional": "Short, value",
    "net_delta": "Net delta now", "order_notional": "Orders to reach the target",
    "residual_delta": "Net delta after the orders",
    "funding_drag": "Funding cost to the horizon", "funding_year": "Funding cost in a year",
    "unrealised_pnl": "Unrealised P&L of the coins",
}  # fmt: skip
"""The headlines on the summary that are totals."""
GRIDS = {
    "ratio": "Price and hedge ratio", "basis": "Price and basis",
    "funding": "Funding rate and days",
    "leverage_linear": "Spike and leverage, linear contracts",
    "leverage_inverse": "Spike and leverage, inverse contracts",
}  # fmt: skip
CLOSING = {
    "now": "Close the shorts now: coins alone, less the fee",
    "keep": "Keep them, and close at that price",
    "funded": "Keep them to the horizon, with funding",
    "forgone": "Gain that keeping them forgoes",
}


class Report:
    """A report's stored values, and what must not be in any."""

    def __init__(self, content):
        self.content = content
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        self.sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }

    def table(self, sheet, titles, last="", key=None):
        """The rows under the headers with those titles, by the names of figures.

        Args:
            sheet: the sheet's name.
            titles: the headers' texts by the names of figures; a row that has all is the head.
            last: what stands in the first column behind the last row.
            key: the row below the head where the rows begin; 1 for tables under a total.
        """
        rows = self.sheets[sheet]
        at = next(n for n, row in enumerate(rows) if set(titles.values()) <= set(row))
        head = rows[at]
        places = {name: head.index(title) for name, title in titles.items()}
        found = []
        for row in rows[at + 1 + (key or 0) :]:
            if row[0] == last:
                break
            found.append({name: blank(row[place]) for name, place in places.items()})
        return found

    def totals(self, sheet, titles):
        """The row of totals: it follows the headers."""
        return self.table(sheet, titles)[0]

    def line(self, sheet, title, first=0):
        """The cells right of the first cell with that text, from a row on."""
        for row in self.sheets[sheet][first:]:
            if row[0] == title:
                return [value for value in row[1:] if value != ""]
        raise LookupError(title)

    def words(self, name):
        """What is said of liquidation below each column of a grid."""
        rows = self.sheets["Sensitivity"]
        at = next(n for n, row in enumerate(rows) if row[0] == GRIDS[name])
        return self.line("Sensitivity", "Liquidation († in it)", at)

    def grid(self, name):
        """A grid's row headers, column headers and cells, and what stands beside its rows."""
        rows = self.sheets["Sensitivity"]
        at = next(n for n, row in enumerate(rows) if row[0] == GRIDS[name])
        at = next(n for n, row in enumerate(rows[at:], at) if "↓" in str(row[0]))
        start = 2 if name.startswith("leverage") else 1
        wide = len([value for value in rows[at][start:] if value != ""])
        body = []
        for row in rows[at + 1 :]:
            if row[0] == "" or isinstance(row[0], str):
                break
            body.append(row)
        return (
            [row[0] for row in body],
            rows[at][start : start + wide],
            [row[start : start + wide] for row in body],
            [row[1] for row in body],
        )


def blank(value):
    return None if value == "" else value


_CELL = re.compile(rb"<c ([^>]*[^>/])>(.*?)</c>", re.DOTALL)
_UNWANTED = re.compile(rb"<v>(?:[-+]?(?:nan|inf\w*)|-0(?:\.0*)?(?:e[-+]?\d+)?)</v>", re.IGNORECASE)


def unwanted(content):
    """Cells of a workbook's file with no number, with minus zero, or with an error value."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        return [
            (name, attributes, body)
            for name in sheets
            for attributes, body in _CELL.findall(archive.read(name))
            if b't="e"' in attributes or (b't="' not in attributes and _UNWANTED.search(body))
        ]


def by_openpyxl(content):
    """All cells' stored values and all formulas, by sheet and cell."""
    values, formulas = {}, {}
    shown = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets:
        stored = shown[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                place = sheet.title, cell.coordinate
                value = stored[cell.coordinate].value
                if value not in (None, ""):
                    # It leaves what Excel reads as a letter as it is written: _x005F_x0041_.
                    values[place] = unescape(value) if isinstance(value, str) else value
                if cell.data_type == "f":
                    formulas[place] = getattr(cell.value, "text", cell.value)
    return values, formulas


def by_calamine(report):
    """All cells that are not blank, by sheet and cell."""
    letters = openpyxl.utils.get_column_letter
    return {
        (sheet, f"{letters(column)}{at}"): value
        for sheet, rows in report.sheets.items()
        for at, row in enumerate(rows, 1)
        for column, value in enumerate(row, 1)
        if value != ""
    }


def same(left, right):
    """Whether two readers mean the same value; a midnight may be a date or a date-time."""
    if isinstance(left, dt.date) and isinstance(right, dt.date):
        return _moment(left) == _moment(right)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return float(left) == float(right)
    return left == right


def _moment(value):
    return dt.datetime.fromisoformat(value.isoformat())


def finite(values):
    """The cells with a number that is none."""
    return [
        place
        for place, value in values.items()
        if isinstance(value, float) and (not math.isfinite(value) or str(value) == "-0.0")
    ]
