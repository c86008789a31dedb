"""A version is one source, and what was made by another source is not taken for ours."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from batches import portfolios

import xlhedge
from xlhedge.files import source_sha256

ROOT = Path(__file__).parent.parent
PACKAGE, RECORD = ROOT / "xlhedge", Path(".ci") / "version.txt"


def test_the_version_is_that_of_the_source():
    recorded = (ROOT / RECORD).read_text("utf-8")
    assert recorded.split() == [xlhedge.__version__, source_sha256(PACKAGE)], (
        "xlhedge's source is not the one recorded for its version: run `make version`, which "
        "raises the version and records it; for more than its last number, set it first"
    )


@pytest.fixture
def copy(tmp_path):
    """A copy of the package, its record and the script."""
    junk = shutil.ignore_patterns("__pycache__")
    for folder in ("xlhedge", ".ci"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=junk)
    return tmp_path


def run(copy, *arguments):
    """Python in the copy."""
    # What Python compiles it knows by size and second: too little for sources written this fast.
    environment = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=True)
    return done.stdout.decode()


def record(copy):
    """The version that is recorded, which is that of the copy."""
    run(copy, ".ci/version.py")
    version, sha256 = (copy / RECORD).read_text("utf-8").split()
    assert f'__version__ = "{version}"' in (copy / "xlhedge" / "__init__.py").read_text("utf-8")
    assert sha256 == source_sha256(copy / "xlhedge")
    return version


def test_recording_raises_a_version_that_is_recorded_for_another_source(copy):
    (copy / RECORD).unlink()
    module = copy / "xlhedge" / "__init__.py"
    text = module.read_text("utf-8").replace(xlhedge.__version__, "3.4.9")
    module.write_text(text, "utf-8")
    assert [record(copy), record(copy)] == ["3.4.9", "3.4.9"]
    module.write_text(text + "# changed\n", "utf-8")
    assert record(copy) == "3.4.10"
    (copy / "xlhedge" / "data.json").write_text("{}")
    assert record(copy) == "3.4.11"
    module.write_text(text.replace("3.4.9", "4.0.0"), "utf-8")
    assert record(copy) == "4.0.0"


def test_line_endings_and_what_python_compiles_are_not_the_source(copy):
    package, module = copy / "xlhedge", copy / "xlhedge" / "__init__.py"
    before = source_sha256(package)
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))
    run(copy, "-m", "compileall", "-q", "xlhedge")
    assert source_sha256(package) == before
    module.rename(module.with_name("init.py"))
    assert source_sha256(package) != before


def test_a_changed_source_makes_reports_again(copy):
    portfolios(copy / "desk", 1)

    def status():
        said = run(copy, "-m", "xlhedge", "report", "desk", "-o", "out", "--resume", "--json")
        return json.loads(said.splitlines()[0])["status"]

    assert [status(), status()] == ["ok", "kept"]
    with (copy / "xlhedge" / "__init__.py").open("a") as module:
        module.write("# changed, and the version is not\n")
    assert status() == "ok"
