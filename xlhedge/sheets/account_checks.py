"""What the template's first sheet asks of accounts, each a live formula; see `live_checks`.

No reader lets a book pass of which one of these counts anything, so what is stored is 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlhedge.analysis.accounts import CrossRow
from xlhedge.analysis.lots import LotRow
from xlhedge.analysis.margin import MarginRow
from xlhedge.sheets.input_cells import Inputs
from xlhedge.sheets.live_cells import Tables
from xlhedge.sheets.wrong_cells import Check, WrongCells

__all__ = ["account_questions"]


def account_questions(inputs: Inputs, tables: Tables) -> Iterator[Check]:
    """Each question.

    Args:
        inputs: where the inputs stand.
        tables: the computed tables.
    """
    account, margin_mode, position_mode = (
        inputs.column("Accounts", name) for name in ("account", "margin_mode", "position_mode")
    )
    same = f"--({account}=TRANSPOSE({account}))"
    named = inputs.column("Shorts", "account")
    among = f"MMULT(--({named}=TRANSPOSE({account})),ROW({account})^0)>0"
    yield Check(
        "Unknown accounts",
        "A short names an account that is not in Accounts: correct it, or add the account.",
        [WrongCells(named, f'(COUNTA({account})>0)*({named}<>"")*(1-({among}))')],
    )

    def mixed(cells: str, word: str) -> WrongCells:
        others = f'MMULT({same},--({cells}<>"{word}"))'
        return WrongCells(cells, f'({account}<>"")*({cells}="{word}")*({others}>0)')

    yield Check(
        "Rows of an account that disagree",
        "Say the same margin_mode and position_mode in each row of an account.",
        [mixed(margin_mode, "cross"), mixed(position_mode, "hedge")],
    )
    lots = tables[LotRow]
    position, size = (lots.column(each) for each in (LotRow.position, LotRow.contracts))
    against = f"MMULT(--({position}=TRANSPOSE({position})),--({size}<0))"
    yield Check(
        "Long and short in a one-way account",
        "Type the net position and its entry, or give the account position_mode hedge.",
        [
            WrongCells(
                inputs.column("Shorts", "contracts"),
                f'({position}<>"")*({size}>0)*({against}>0)',
            )
        ],
    )
    mode = tables[MarginRow].column(MarginRow.margin_mode)
    wallet = tables[CrossRow].column(CrossRow.wallet)
    yield Check(
        "Cross positions without collateral",
        "Add a row in Accounts for what they are margined in, with its wallet_balance.",
        [WrongCells(account, f'SUM(({mode}="cross")*IFERROR(--({wallet}=""),1))')],
    )
