"""Coverage-guided fuzzing of the three readers: `fuzz.py --seconds 60 [json folder workbook]`.

Each reader is fuzzed in a process of its own, from the cases in tests/corpus and a good one of each
kind. What it finds is written to .fuzz/; a case worth keeping belongs into tests/corpus.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import zlib
from pathlib import Path
from zipfile import BadZipFile

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
OUT = ROOT / ".fuzz"
KINDS = ("json", "folder", "workbook")

VALUES = re.compile(rb"=\"([^\"]*)\"|>([^<>]+)<|\"([^\"]*)\"|(?<=[,;:])([^,;:\"\[\]{}\r\n]+)")
ODD = (
    *(b"", b" ", b"0", b"-0.0", b"-1", b"1e308", b"-1e308", b"5e-324", b"1e-9", b"1e12", b"NaN"),
    *(
        b"1e400",
        b"Infinity",
        b"true",
        b"null",
        b"[]",
        b"{}",
        b'"',
        b"'",
        b"\0",
        b"\n",
        b"\r",
        b"\xff",
    ),
    *(b"A1", b"XFD1048576", b"ZZZZ9", b"A0", b"A1:A1048576", b"e", b"s", b"str", b"b", b"d", b"n"),
    *(
        b"inlineStr",
        b"inverse",
        b"entry",
        b"mark",
        b"BTC",
        b"BTC-PERP",
        b"SOL",
        b"*",
        b"2026-03-27",
    ),
    *(b"9999-12-31", b"1900-01-01", b"0001-01-01T00:00+14:00", b"46108.5", b"1", b"4294967295"),
    *("\u202e".encode(), "\u2028".encode(), "\U0001f600".encode(), b"&#10;", b"&#0;", b"#N/A"),
)


def odd(data: bytes, choose: random.Random) -> bytes:
    """The bytes with one value replaced by an odd one, or moved, doubled or taken away."""
    found = list(VALUES.finditer(data))
    if not found:
        return data
    match = choose.choice(found)
    group = next(number for number in range(1, 5) if match[number] is not None)
    start, end = match.span(group)
    other = choose.choice(found)
    return choose.choice(
        (
            data[:start] + choose.choice(ODD) + data[end:],
            data[:start] + next(part for part in other.groups() if part is not None) + data[end:],
            data[: match.start()] + data[match.end() :],
            data[: match.end()] + data[match.start() :],
        )
    )


def fuzz(kind: str, arguments: list[str]) -> None:
    """Fuzz one reader; it does not return."""
    import atheris

    with atheris.instrument_imports(include=["xlhedge.readers", "xlhedge.portfolio"]):
        import fuzzed

    def mutate(data: bytes, size: int, seed: int) -> bytes:
        choose = random.Random(seed)  # noqa: S311  # not for secrets
        if kind == "workbook" and choose.random() < 0.9:
            try:
                parts = fuzzed.unpacked(data)
                name = choose.choice(list(parts))
                parts[name] = change(parts[name], size, choose)
                return fuzzed.packed(parts)[:size]
            except (
                BadZipFile,
                OSError,
                ValueError,
                RuntimeError,
                IndexError,
                zlib.error,
                LookupError,
                NotImplementedError,
                EOFError,
            ):
                pass
        return change(data, size, choose)[:size]

    def change(data: bytes, size: int, choose: random.Random) -> bytes:
        for _ in range(choose.choice((1, 1, 2, 4))):
            data = odd(data, choose) if choose.random() < 0.7 else atheris.Mutate(data, size)
        return data

    def target(data: bytes) -> None:
        fuzzed.outcome(kind, data)

    atheris.Setup([sys.argv[0], *arguments], target, custom_mutator=mutate)
    atheris.Fuzz()


def main() -> None:
    """Fuzz the readers one after another; the exit status says whether anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long for each reader")
    parser.add_argument("--one", action="store_true", help="in this process")
    parser.add_argument("kinds", nargs="*", metavar="reader", help=", ".join(KINDS))
    given = parser.parse_args()
    kinds = given.kinds or list(KINDS)
    if given.one:
        (kind,) = kinds
        found = OUT / kind
        fuzz(
            kind,
            [
                f"-max_total_time={given.seconds}",
                f"-artifact_prefix={found}/",
                "-timeout=10",
                "-rss_limit_mb=1024",
                "-max_len=100000",
                "-print_final_stats=1",
                "-verbosity=1",
                str(found / "corpus"),
                str(ROOT / "tests" / "corpus" / kind),
            ],
        )
    import fuzzed  # not before: an instrumented process must be the one that imports it

    bad = []
    for kind in kinds:
        (OUT / kind / "corpus").mkdir(parents=True, exist_ok=True)
        for name, seed in fuzzed.seeds():
            if name == kind:
                (OUT / kind / "corpus" / "seed").write_bytes(seed)
        command = [sys.executable, __file__, "--one", "--seconds", str(given.seconds), kind]
        bad += [kind] if subprocess.run(command, check=False).returncode else []  # noqa: S603
    sys.exit(f"found in {', '.join(bad)}: see {OUT}" if bad else 0)


if __name__ == "__main__":
    main()
