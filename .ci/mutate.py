"""Mutation testing: small mistakes are made in the formulas, and the tests must notice each one.

    .ci/mutate.py [--sample N] [--only TEXT] [--workers 2]

Every mutant is the source of one module with one change: another operator, comparison, number,
default, option word or error, branches of `where` swapped, an element of a list left out. It is
written into a copy of the repository, and a forked process runs the fast tests on it; failing or
hanging, they have killed it. Docstrings, messages, `__all__` and type hints stay as they are.
Prints the survivors and, last, how many of how many were killed. Exit status 1 below 95 %.
"""
# ruff: noqa: T201  # a script reports by printing

from __future__ import annotations

import argparse
import ast
import compileall
import importlib
import multiprocessing
import os
import py_compile
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# The quickest and the most telling first: most mutants never see the second batch.
BATCHES = (
    ("tests/test_formulas.py", "tests/test_evaluation.py::test_the_example_gives_what_it_says"),
    (
        "tests/test_oracles.py",
        "tests/test_evaluation.py",
        "xlhedge/functions/formulas",
        "xlhedge/functions/registry.py",
        "tests/test_algebra.py",
        "tests/test_reference.py",
        "tests/test_identities.py",
    ),
)
TIMEOUT = 60
"""Seconds after which a mutant hangs; a run without a mutant takes two or three."""
TARGET = 0.95

OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPPOSITES = {"min": "max", "max": "min", "maximum": "minimum", "minimum": "maximum"}
OTHER_ERROR = {"NA": "NUM", "NUM": "NA", "DIV0": "NA", "VALUE": "NUM"}
ENTRIES = ("_group", "Function")
"""Calls of the registry whose arguments can be left out."""


class Mutant(NamedTuple):
    """One change of one module.

    Args:
        path: the module, from the root of the repository.
        number: which of the module's changes it is.
        line: where it is.
        change: what it is, for people.
    """

    path: str
    number: int
    line: int
    change: str


Change = tuple[int, ast.AST, Callable[[], None]]


def changes(tree: ast.Module) -> Iterator[Change]:
    """Each change that can be made: its line, the code to show, and what makes it."""
    for node, holder in _nodes(tree):
        line = getattr(node, "lineno", getattr(holder, "lineno", 0))
        yield from ((line, holder, make) for make in _of(node))


def _nodes(node: ast.AST, holder: ast.AST | None = None) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The nodes that may change, each with the smallest whole piece of code around it."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or name in ("annotation", "returns"):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue  # a docstring
            if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == "__all__":
                continue
            small = isinstance(child, ast.expr | ast.alias | ast.arguments) and not isinstance(
                child, ast.Name | ast.Constant
            )
            around = child if small or holder is None or isinstance(child, ast.stmt) else holder
            yield child, around
            yield from _nodes(child, around)


def _of(node: ast.AST) -> Iterator[Callable[[], None]]:  # noqa: C901, PLR0912  # a branch a kind
    match node:
        case ast.BinOp() | ast.BoolOp():
            for other in OPERATORS.get(type(node.op), ()):
                yield _setting(node, "op", other())
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                for other in OPERATORS[type(operator)]:
                    yield _setting(node.ops, at, other())
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield _setting(node, "op", ast.UAdd() if isinstance(node.op, ast.USub) else _Truth())
        case ast.Constant(value=bool()):
            yield _setting(node, "value", not node.value)
        case ast.Constant(value=int() | float()):
            yield _setting(node, "value", node.value + 1)
        case ast.Constant(value=str()) if re.fullmatch(r"\w+", node.value):
            yield _setting(node, "value", node.value + "x")
        case ast.Attribute(value=ast.Name(id="CellError")) if node.attr in OTHER_ERROR:
            yield _setting(node, "attr", OTHER_ERROR[node.attr])
        case ast.alias() if node.name in OPPOSITES and not node.asname:
            yield _renaming(node)
        case ast.Call(func=ast.Name(id=name)):
            if name in ("min", "max"):
                yield _setting(node.func, "id", OPPOSITES[name])
            if name == "where":
                yield _setting(node, "args", [node.args[0], node.args[2], node.args[1]])
            if name in ENTRIES:
                for at in range(1, len(node.args)):
                    yield _removing(node.args, at)
                for at in range(len(node.keywords)):
                    yield _removing(node.keywords, at)
        case ast.List(ctx=ast.Load()) | ast.Tuple(ctx=ast.Load()):
            for at in range(len(node.elts)):
                yield _removing(node.elts, at)
        case _:
            return


class _Truth(ast.Not):
    """`not` written twice: what is left when it is removed, in whatever place it stood."""


def _setting(
    holder: ast.AST | list[ast.AST], place: str | int, value: object
) -> Callable[[], None]:
    def make() -> None:
        if isinstance(value, _Truth):
            holder.operand = ast.UnaryOp(ast.Not(), holder.operand)  # type: ignore[union-attr]
        elif isinstance(holder, list):
            holder[place] = value  # type: ignore[index, assignment]
        else:
            setattr(holder, place, value)  # type: ignore[arg-type]

    return make


def _renaming(alias: ast.alias) -> Callable[[], None]:
    def make() -> None:
        alias.name, alias.asname = OPPOSITES[alias.name], alias.name

    return make


def _removing(elements: list[ast.AST], at: int) -> Callable[[], None]:
    return lambda: elements.pop(at)  # type: ignore[return-value]


def modules(root: Path) -> list[Path]:
    """What is mutated."""
    formulas = sorted((root / "xlhedge" / "functions" / "formulas").glob("*.py"))
    return [*formulas, root / "xlhedge" / "functions" / "registry.py"]


def mutants_of(root: Path, path: Path) -> Iterator[Mutant]:
    """All mutants of a module."""
    source = path.read_text("utf-8")
    for number in range(sum(1 for _ in changes(ast.parse(source)))):
        line, node, make = list(changes(ast.parse(source)))[number]
        before = " ".join(ast.unparse(node).split())
        make()
        change = _difference(before, " ".join(ast.unparse(node).split()))
        yield Mutant(str(path.relative_to(root)), number, line, change)


def _difference(before: str, after: str) -> str:
    """Both, without most of what they begin and end with alike."""
    start = max(_alike(before, after) - 60, 0)
    end = max(_alike(before[start:][::-1], after[start:][::-1]) - 60, 0)
    cut = [text[start : len(text) - end] for text in (before, after)]
    return "  ->  ".join(cut)


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def source_of(source: str, mutant: Mutant) -> str:
    """The module with the change in it."""
    tree = ast.parse(source)
    *_, make = list(changes(tree))[mutant.number]
    make()
    return ast.unparse(ast.fix_missing_locations(tree))


def copied(root: Path, folder: Path) -> Path:
    """A copy of what the tests need, compiled so that only changed modules are compiled again."""
    copy = Path(tempfile.mkdtemp(dir=folder))
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("xlhedge", "tests", "docs"):
        shutil.copytree(root / name, copy / name, ignore=ignore)
    shutil.copy(root / "pyproject.toml", copy)
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(copy / "xlhedge", quiet=1, invalidation_mode=mode)
    return copy


def survives(copy: Path, log: Path | None = None) -> bool:
    """Whether the tests pass on a copy, in a process of their own."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = _run_tests(copy, log)
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return status == 0


def _run_tests(copy: Path, log: Path | None) -> int:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(TIMEOUT)  # ends this process
    output = os.open(log or os.devnull, os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.chdir(copy)
    sys.path[:] = [str(copy), str(copy / "tests"), *(p for p in sys.path if Path(p) != ROOT)]
    import pytest
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutate",
        max_examples=25,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutate")
    options = ["-x", "-q", "-p", "no:cacheprovider", "--noconftest"]
    # Plain asserts: hypothesis is imported already, and nobody reads what a mutant does wrong.
    options.append("--assert=plain")
    for batch in BATCHES:
        status = pytest.main([*options, *batch])
        if status:
            return int(status)
    return 0


_COPY: Path


def _start(clean: Path) -> None:
    global _COPY  # noqa: PLW0603  # a worker's own
    _COPY = copied(clean, clean.parent)


def judged(mutant: Mutant) -> tuple[Mutant, bool]:
    """A mutant and whether the tests pass on it."""
    target = _COPY / mutant.path
    kept = target.read_text("utf-8")
    target.write_text(source_of(kept, mutant), "utf-8")
    try:
        return mutant, survives(_COPY)
    finally:
        target.write_text(kept, "utf-8")


def main() -> int:
    """Runs it all in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        return _report(Path(folder))


def _report(folder: Path) -> int:
    parser = argparse.ArgumentParser(description="mutation testing of the formulas")
    parser.add_argument("--sample", type=int, help="so many mutants only, always the same ones")
    parser.add_argument("--only", default="", help="only files whose path matches this")
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    started = time.monotonic()
    # Imported here they need not be imported again for every mutant; ours is, from its copy.
    for name in ("pytest", "hypothesis.strategies", "numpy", "pandas"):
        importlib.import_module(name)
    clean = copied(ROOT, folder)  # whatever happens to the sources meanwhile
    mutants = [
        mutant
        for path in modules(clean)
        if re.search(chosen.only, str(path.relative_to(clean)))
        for mutant in mutants_of(clean, path)
    ]
    found = len(mutants)
    if chosen.sample and chosen.sample < found:
        mutants = random.Random(0).sample(mutants, chosen.sample)  # noqa: S311  # a fixed choice
    else:
        random.Random(0).shuffle(mutants)  # noqa: S311  # as above
    log = clean / "log"
    if not survives(clean, log):
        print(log.read_text("utf-8"))
        print("the tests fail without any mutant")
        return 1
    print(f"{len(mutants)} of {found} mutants; the tests pass without one", flush=True)
    survivors = []
    with multiprocessing.get_context("fork").Pool(chosen.workers, _start, (clean,)) as pool:
        for done, (mutant, alive) in enumerate(pool.imap_unordered(judged, mutants), 1):
            if alive:
                survivors.append(mutant)
                print(f"survived {mutant.path}:{mutant.line}: {mutant.change}", flush=True)
            if done % 100 == 0:
                print(f"{done} done, {time.monotonic() - started:.0f} s", flush=True)
    total, alive = Counter(m.path for m in mutants), Counter(m.path for m in survivors)
    for path in sorted(total):
        print(f"{path}: {total[path] - alive[path]}/{total[path]} killed")
    killed = len(mutants) - len(survivors)
    seconds = time.monotonic() - started
    print(f"{killed}/{len(mutants)} killed, {killed / len(mutants):.1%}, in {seconds:.0f} s")
    return killed < TARGET * len(mutants)


if __name__ == "__main__":
    sys.exit(main())
