"""A workbook as a PDF, printed by LibreOffice where it is installed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from xlhedge.hosts.installing import InstallError
from xlhedge.hosts.office import program, run

__all__ = ["to_pdf"]


def to_pdf(path: Path) -> Path:
    """Prints a workbook into a PDF beside it, whole or not at all.

    LibreOffice works in a profile of its own, so that one that is open does not matter.

    Args:
        path: the workbook.

    Returns:
        The PDF's path.

    Raises:
        InstallError: LibreOffice is not there, or failed.
        OSError: the PDF cannot be written.
    """
    soffice = program("soffice")
    if soffice is None:
        raise InstallError(
            f"{path.with_suffix('.pdf')}: not made; a PDF takes LibreOffice, which was not found"
        )
    target = path.with_suffix(".pdf")
    with TemporaryDirectory(prefix=".xlhedge-", dir=path.parent) as folder:
        profile = Path(folder).absolute().as_uri()
        said = run(
            soffice,
            f"-env:UserInstallation={profile}/profile",
            *("--headless", "--convert-to", "pdf", "--outdir", folder, str(path.absolute())),
        )
        made = Path(folder) / target.name
        if not made.exists():  # it reports success whatever happens
            raise InstallError(f"{target}: LibreOffice made no PDF: {' '.join(said.split())[:200]}")
        made.replace(target)
    return target
