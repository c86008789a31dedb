"""The wheel: it builds, and it works outside the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_works_outside_the_checkout(tmp_path):
    build = "import hatchling.build, sys; print(hatchling.build.build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    wheel = tmp_path / built.stdout.split()[-1]
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(site)  # our own wheel
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "xlhedge/py.typed" in names
    assert not [name for name in names if name.startswith(("tests", "docs", "workbooks"))]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "xlhedge", "demo", "-o", "out"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(site)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((tmp_path / "out").glob("*-report.xlsx"))) == 4
    where = subprocess.run(
        [sys.executable, "-P", "-c", "import xlhedge; print(xlhedge.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(site)},
    )  # fmt: skip
    assert where.stdout.startswith(str(site))
