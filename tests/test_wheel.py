"""The wheel: it builds, and it works outside the checkout."""

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import Distribution, distribution

from books import ROOT

from xlhedge.files import source_sha256
from xlhedge.samples import SAMPLES


def built_wheel(tmp_path):
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return tmp_path / built.stdout.split()[-1]


def test_the_wheel_works_outside_the_checkout(tmp_path):
    wheel = built_wheel(tmp_path)
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(site)  # our own wheel
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "xlhedge/py.typed" in names
    assert source_sha256(site / "xlhedge") == source_sha256(ROOT / "xlhedge")
    assert not [name for name in names if name.startswith(("tests", "docs", "workbooks"))]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "xlhedge", "demo", "-o", "out"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(site)},
    )  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (0, 1)  # what a sample teaches
    assert len(list((tmp_path / "out").glob("*-report.xlsx"))) == len(SAMPLES)
    first = subprocess.run(
        [sys.executable, "-P", "-m", "xlhedge", "new", "-o", "first.xlsx", "--venue", "bybit",
         "--holding", "BTC=1@60000", "--future", "BTC-PERP=60010@0.01%"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(site)}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (first.returncode, first.stderr) == (0, "")  # the contract terms are in it
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import xlhedge; print(xlhedge.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(site)},
    )  # fmt: skip
    assert where.stdout.startswith(str(site))


def needed(names, found):
    """Distributions that packages bring along, without any extra."""
    from packaging.requirements import Requirement

    for name in names:
        if name in found:
            continue
        found.add(name)
        asked = map(Requirement, distribution(name).requires or ())
        needed((each.name for each in asked if _applies(each)), found)
    return found


def _applies(requirement):
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def test_a_plain_install_pulls_no_extra(tmp_path):
    from packaging.requirements import Requirement

    site = tmp_path / "site"
    with zipfile.ZipFile(built_wheel(tmp_path)) as archive:
        archive.extractall(site)  # our own wheel
    (ours,) = Distribution.discover(path=[str(site)])
    asked = {each.name: each for each in map(Requirement, ours.requires or ()) if _applies(each)}
    assert asked.keys() == {
        *("numpy", "openpyxl", "pandas", "pyopenvba", "rich", "typer", "xlwings"),
    }
    everything = {name.lower().replace("_", "-") for name in needed(asked, set())}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {
        Requirement(each).name
        for extra in project["optional-dependencies"].values()
        for each in extra
    }
    assert len(extras) > 5
    assert not everything & (extras | {"dask", "distributed", "ccxt", "pytest", "hypothesis"})
    for each in asked.values():
        bounds = {bound.operator for bound in each.specifier}
        assert ">=" in bounds, each
        if each.name not in ("numpy", "pandas", "rich"):  # public interfaces, kept for years
            assert "<" in bounds, each


def test_a_venv_of_what_a_plain_install_pulls_runs_the_program(tmp_path):
    """The packages that are installed here stand in a new folder, and nothing else does."""
    site = tmp_path / "site"
    with zipfile.ZipFile(built_wheel(tmp_path)) as archive:
        archive.extractall(site)
    (ours,) = Distribution.discover(path=[str(site)])
    from packaging.requirements import Requirement

    names = needed(
        [each.name for each in map(Requirement, ours.requires or ()) if _applies(each)], set()
    )
    for name in names:
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(found.locate_file(top))
    program = (
        "import sys; sys.path = [p for p in sys.path if 'site-packages' not in p]\n"
        f"sys.path.insert(0, {str(site)!r})\n"
        "from xlhedge.cli import main\nmain()"
    )
    for command in (
        ["demo", "-o", "out"],
        ["check", "out/samples/treasury.xlsx"],
        ["calc", "NET_DELTA", "1", "60000", "45000"],
    ):
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", program, *command],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
    assert len(list((tmp_path / "out").glob("*-report.xlsx"))) == len(SAMPLES)
