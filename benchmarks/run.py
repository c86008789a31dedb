"""All benchmarks in one table: `make bench`, or `python benchmarks/run.py writing hosts`."""

from __future__ import annotations

import importlib
import sys

PARTS = ("writing", "batch", "kernels", "start", "market", "hosts")


def main(parts: list[str]) -> int:
    """Print the table; the status is 1 if a target is missed."""
    missed = 0
    print(f"{'':<76}{'measured':>14}  target")
    for part in parts or PARTS:
        for row in importlib.import_module(part).rows():
            verdict = "" if not row.target else "ok" if row.met else "MISSED"
            missed += not row.met
            print(f"{row.what:<76}{row.measured:>14}  {row.target:<12}{verdict}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
