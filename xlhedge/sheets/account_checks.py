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

__all__ = ["account_questions"]


def account_questions(inputs: Inputs, tables: Tables) -> Iterator[tuple[str, str, str]]:
    """Title, formula and remedy of each question.

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
    yield (
        "Unknown accounts",
        f'IF(COUNTA({account})=0,0,SUM(({named}<>"")*(1-({among}))))',
        "A short names an account that is not in Accounts: correct it, or add the account.",
    )

    def mixed(cells: str, word: str) -> str:
        others = f'MMULT({same},--({cells}<>"{word}"))'
        return f'SUM(({account}<>"")*({cells}="{word}")*({others}>0))'

    yield (
        "Rows of an account that disagree",
        f"{mixed(margin_mode, 'cross')}+{mixed(position_mode, 'hedge')}",
        "Say the same margin_mode and position_mode in each row of an account.",
    )
    lots = tables[LotRow]
    position, size = (lots.column(each) for each in (LotRow.position, LotRow.contracts))
    against = f"MMULT(--({position}=TRANSPOSE({position})),--({size}<0))"
    yield (
        "Long and short in a one-way account",
        f'SUM(({position}<>"")*({size}>0)*({against}>0))',
        "Type the net position and its entry, or give the account position_mode hedge.",
    )
    mode = tables[MarginRow].column(MarginRow.margin_mode)
    wallet = tables[CrossRow].column(CrossRow.wallet)
    yield (
        "Cross positions without collateral",
        f'SUM(({mode}="cross")*IFERROR(--({wallet}=""),1))',
        "Add a row in Accounts for what they are margined in, with its wallet_balance.",
    )
