"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["MaxSize"]

MaxSize = Annotated[
    float,
    typer.Option(
        min=0.001,
        max=10_000,
        metavar="MB",
        help="Largest input in megabytes. A workbook may unpack to 4 times as much, and a table's "
        "sheet, from A1 to its far corner, have 62,500 cells a megabyte.",
    ),
]
