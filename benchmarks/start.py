"""How long commands take, against a bare typer program and a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from timing import Row, medians

ROUNDS = 11
BOOK = Path(__file__).parent.parent / "workbooks" / "treasury.xlsx"
_BARE = '''
import typer

app = typer.Typer()


@app.command()
def greet(name: str = "you") -> None:
    """Greet somebody."""
    print(f"Hello {name}")


app()
'''
# 180, 450 and 600 ms where the bare program takes 53; that of --help shows its own help, with rich.
_MOST = {"--help": 1.5, "calc": 3.4, "check": 8.5, "report": 11.3}


def rows() -> Iterator[Row]:
    """The lines of the table; all programs are run by the same interpreter, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(_BARE, "utf-8")
        ours = {
            "--help": ["--help"],
            "calc": ["calc", "NET_DELTA", "1", "60000", "45000"],
            "check": ["check", str(BOOK)],
            "report": ["report", str(BOOK), "-o", folder],
        }
        programs = {"pass": ["-c", "pass"], "bare": [str(bare)], "bare help": [str(bare), "--help"]}
        programs |= {name: ["-m", "xlhedge", *typed] for name, typed in ours.items()}
        taken = medians({name: partial(_run, *each) for name, each in programs.items()}, ROUNDS)
    yield Row("python -c pass; a bare typer program", _told(taken["pass"], taken["bare"]))
    for name in ours:
        bare_one = "bare help" if name == "--help" else "bare"
        ratio, most = taken[name] / taken[bare_one], _MOST[name]
        yield Row(f"xlhedge {name}", _told(taken[name]))
        yield Row("  against the bare program", f"{ratio:.2f} ×", f"≤ {most:g} ×", ratio <= most)


def _told(*seconds: float) -> str:
    return "; ".join(f"{each * 1000:.0f}" for each in seconds) + " ms"


def _run(*program: str) -> None:
    subprocess.run([sys.executable, *program], capture_output=True, check=True)  # noqa: S603  # ourselves


def main() -> None:
    """Print the lines."""
    for row in rows():
        print(f"{row.what:<76}{row.measured:>14}  {row.target}")


if __name__ == "__main__":
    main()
