"""Putting the extension into LibreOffice and taking it away, through its own program, unopkg.

Its Python must be 3.10 or newer; that of LibreOffice 25.2 is. A variable of LibreOffice's own, such
as UNO_SHARED_PACKAGES_CACHE, goes through to it from the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from xlhedge.errors import MachineError
from xlhedge.files import exact_version
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.installing import TRY, Requirement
from xlhedge.hosts.libreoffice import IDENTIFIER, build_extension
from xlhedge.hosts.office import find_program, run_program, virtual_python

__all__ = ["Office"]

_MISSING = (
    "LibreOffice's unopkg was not found; install LibreOffice 25.2 or newer (libreoffice.org, or "
    "apt install libreoffice-calc python3-uno), or run `xlhedge libreoffice build -o xlhedge.oxt` "
    "and add that file in LibreOffice, Tools > Extensions"
)
_LISTED = re.compile(
    rf"^Identifier: {re.escape(IDENTIFIER)}\s+Version: (\S+)$.*?^\s+is registered: (\S+)",
    re.MULTILINE | re.DOTALL,
)


class Office:
    """LibreOffice as it is installed here.

    Args:
        profile: the folder of the profile to use, if not the user's usual one; LibreOffice calls it
            UserInstallation, and makes it if missing.

    Raises:
        MachineError: there is no LibreOffice.
    """

    def __init__(self, profile: Path | None = None) -> None:
        if (found := find_program("unopkg")) is None:
            raise MachineError(_MISSING)
        self.unopkg = found
        self._options = [f"-env:UserInstallation={profile.absolute().as_uri()}"] if profile else []
        # unopkg refuses to run as root, as in a container, unless it is for all users.
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        self._shared = ["--shared"] if root else []

    @property
    def version(self) -> str:
        """LibreOffice's version, such as 25.2.3.2; "of unknown version" if it does not tell."""
        soffice = self.unopkg.with_name(self.unopkg.name.replace("unopkg", "soffice"))
        try:
            said = run_program(soffice, "--version")
        except (MachineError, OSError):
            said = ""
        found = re.search(r"\d+(\.\d+)+", said)
        return found[0] if found else "of unknown version"

    def install(self) -> Iterator[str]:
        """Builds the extension and adds it, in the place of an older one.

        Yields:
            What was done, a line each.

        Raises:
            MachineError: what unopkg had to say.
        """
        with TemporaryDirectory() as folder:
            extension = build_extension(Path(folder) / "xlhedge.oxt")
            run_program(self.unopkg, "add", "-f", *self._shared, str(extension), *self._options)
        whom = " for all users, as you are root" if self._shared else ""
        yield f"installed xlhedge {exact_version()} in LibreOffice {self.version}{whom}"
        yield f"restart LibreOffice, then {TRY}"

    def uninstall(self) -> Iterator[str]:
        """Removes the extension, if it is there.

        Yields:
            What was done, a line.

        Raises:
            MachineError: what unopkg had to say.
        """
        if found := self._listed(self._shared):
            run_program(self.unopkg, "remove", *self._shared, IDENTIFIER, *self._options)
            yield f"removed xlhedge {found[0]} from LibreOffice; restart it"
        else:
            yield "nothing to remove: LibreOffice does not have xlhedge"
        if not self._shared and (found := self._listed(["--shared"])):
            yield f"left xlhedge {found[0]}, installed for all users; root can uninstall it"

    def status(self) -> Iterator[Requirement]:
        """Looks at what LibreOffice has.

        Yields:
            A requirement for each.

        Raises:
            MachineError: what unopkg had to say.
        """
        yield Requirement("LibreOffice", f"{self.version}: {self.unopkg}")
        remedy = "run `xlhedge libreoffice install`"
        found = self._listed(self._shared) or self._listed(["--shared"])
        if not found:
            yield Requirement("extension", "not installed", remedy)
        elif found[0] != exact_version():
            said = f"xlhedge {found[0]}, and this is {exact_version()}"
            yield Requirement("extension", said, remedy)
        elif found[1] != "yes":
            yield Requirement(
                "extension", f"xlhedge {found[0]}, which LibreOffice did not take", remedy
            )
        else:
            yield Requirement("extension", f"xlhedge {found[0]}, {len(FUNCTIONS)} functions")
        if os.name == "posix" and (python := virtual_python(os.environ.get("PATH", ""))):
            yield Requirement(
                "this terminal",
                f"a virtual environment is active ({python}): a LibreOffice started from here may "
                "find no functions; start it from the desktop, or after `deactivate`",
            )

    def _listed(self, shared: Sequence[str]) -> tuple[str, str] | None:
        """Our extension's version, and whether LibreOffice took it: "yes" or not."""
        found = _LISTED.search(run_program(self.unopkg, "list", *shared, *self._options))
        return (found[1], found[2]) if found else None
