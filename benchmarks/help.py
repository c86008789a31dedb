"""How long `xlhedge --help` takes, against a bare typer program with one command."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from timing import Row, medians

ROUNDS = 11
_BARE = '''
import typer

app = typer.Typer()


@app.command()
def greet(name: str = "you") -> None:
    """Greet somebody."""
    print(f"Hello {name}")


app()
'''


def rows() -> Iterator[Row]:
    """The lines of the table; both programs run by the same interpreter, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(_BARE, "utf-8")
        taken = medians(
            {"ours": lambda: _help("-m", "xlhedge"), "bare": lambda: _help(str(bare))}, ROUNDS
        )
    ours, ratio = taken["ours"], taken["ours"] / taken["bare"]
    yield Row("xlhedge --help", f"{ours * 1000:.0f} ms")
    yield Row("  against a bare typer program", f"{ratio:.2f} ×", "≤ 1.5 ×", ratio <= 1.5)


def _help(*program: str) -> None:
    subprocess.run([sys.executable, *program, "--help"], capture_output=True, check=True)  # noqa: S603  # ourselves


def main() -> None:
    """Print the lines."""
    for row in rows():
        print(f"{row.what:<76}{row.measured:>14}  {row.target}")


if __name__ == "__main__":
    main()
