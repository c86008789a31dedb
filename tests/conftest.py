"""The spreadsheet programs that tests run; each worker of pytest-xdist has its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from engines import IronCalc, LibreOffice

from xlhedge.hosts.libreoffice import build_extension


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our extension of LibreOffice, as it is now."""
    return build_extension(tmp_path_factory.mktemp("extension") / "xlhedge.oxt")


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory, extension: Path) -> LibreOffice:
    """LibreOffice with our extension."""
    _need(LibreOffice.missing())
    return LibreOffice(tmp_path_factory.mktemp("libreoffice"), extension)


@pytest.fixture(scope="session")
def plain_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    """LibreOffice without our extension, to show that it was ours that computed."""
    _need(LibreOffice.missing())
    return LibreOffice(tmp_path_factory.mktemp("plain-libreoffice"))


@pytest.fixture(scope="session")
def ironcalc() -> IronCalc:
    """IronCalc."""
    _need(IronCalc.missing())
    return IronCalc()


def _need(missing: str | None) -> None:
    """Skips a test whose program is not installed; in CI nothing may be missing."""
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {missing}")
    if missing:
        pytest.skip(f"not installed: {missing}")
