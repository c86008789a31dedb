"""Workbooks as PDFs, printed by LibreOffice where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlhedge.errors import MachineError
from xlhedge.hosts.office import find_program, run_program

__all__ = ["to_pdfs"]


def to_pdfs(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Prints workbooks into PDFs, in one run of LibreOffice.

    It works in a profile of its own, so that one that is open does not matter.

    Args:
        paths: the workbooks, each of a name of its own.
        folder: takes the PDFs and the profile; nothing else is in it.

    Returns:
        The PDFs' paths; one that was not made is not there.

    Raises:
        MachineError: LibreOffice is not there, failed, or made none.
    """
    soffice = find_program("soffice")
    if soffice is None:
        raise MachineError("a PDF takes LibreOffice, which was not found")
    profile = (folder / "profile").absolute().as_uri()
    said = run_program(
        soffice,
        f"-env:UserInstallation={profile}",
        *("--headless", "--convert-to", "pdf", "--outdir", str(folder)),
        *(str(path.absolute()) for path in paths),
    )
    made = [folder / f"{path.stem}.pdf" for path in paths]
    if not any(map(Path.exists, made)):  # it reports success whatever happens
        raise MachineError(f"LibreOffice made no PDF: {' '.join(said.split())[:200]}")
    return made
