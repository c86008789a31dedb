"""What the program must never do: run input, ask the network, loosen permissions, follow a link."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from books import ROOT
from portfolios import SAMPLE, write_json

from xlhedge.files import write_bytes

PACKAGE = ROOT / "xlhedge"
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions and links")

# Nothing evaluates input as code

NAMES = {"eval", "exec", "compile", "__import__", "breakpoint", "input"}
METHODS = {"system", "popen", "startfile", "import_module", "run_path", "run_module", "CDLL"}
METHODS |= {"eval", "query", "read_pickle", "to_pickle", "read_sql", "read_html", "unsafe_load"}
MODULES = {"pickle", "shelve", "marshal", "dill", "cloudpickle", "code", "socket", "ctypes"}
MODULES |= {"urllib.request", "http.client", "requests", "httpx", "ftplib", "smtplib", "yaml"}

# Where one of these stands, and why it may.
ALLOWED = {
    ("__init__.py", "import_module"): "public names, each with its module in a fixed list",
    ("portfolio/__init__.py", "import_module"): "the same, for its own names",
    ("batch/cluster.py", "socket"): "whether the scheduler that --cluster names is there at all",
    ("hosts/office.py", "subprocess"): "LibreOffice's own programs; no shell, arguments as a list",
    ("hosts/libreoffice_refresh.py", "subprocess"): "the Python of the install, after asking",
    ("jobs/programs.py", "subprocess"): "what `watch --run` names; no shell, arguments as a list",
}


def finds():
    """Each thing that could run input, start a program or ask the network: file, what."""
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                last = called.rpartition(".")[2]
                if called in NAMES or (last in METHODS and called != "platform.system"):
                    yield name, called
                if any(each.arg == "shell" for each in node.keywords):
                    yield name, "shell="
            elif isinstance(node, ast.Import | ast.ImportFrom):
                module = getattr(node, "module", None)
                for each in [module] if module else [alias.name for alias in node.names]:
                    if each in MODULES or each == "subprocess":
                        yield name, each


def test_nothing_in_the_product_runs_input_or_reaches_out():
    assert set(finds()) == ALLOWED.keys()


def test_what_is_forbidden_is_found(tmp_path, monkeypatch):
    bad = (
        "import pickle\nfrom subprocess import run\nrun('x', shell=True)\neval('1')\nx.query('1')\n"
    )
    (tmp_path / "bad.py").write_text(bad)
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    assert sorted(what for _, what in finds()) == [
        "eval", "pickle", "shell=", "subprocess", "x.query",
    ]  # fmt: skip


# Nothing asks the network, nothing starts a program, nothing is written elsewhere

HOOK = """\
import os, sys
ALLOWED = os.environ["MAY_WRITE"]
def told(event, arguments):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.bind",
            "socket.sendto", "urllib.", "http.client", "ftplib.", "smtplib.", "webbrowser.",
            "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile")):
        os.write(2, f"FORBIDDEN {event} {arguments}\\n".encode())
        os._exit(99)
    if event == "open" and isinstance(arguments[0], str) and isinstance(arguments[2], int):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR):
            path = os.path.abspath(arguments[0])
            if not path.startswith((ALLOWED, "/dev/")):
                os.write(2, f"FORBIDDEN write {arguments[0]}\\n".encode())
                os._exit(99)
sys.addaudithook(told)
"""
COMMANDS = [
    ["--version"],
    ["--help"],
    ["calc", "NET_DELTA", "1", "60000", "45000"],
    ["functions"],
    ["functions", "NET_DELTA"],
    ["lambda", "NET_DELTA"],
    ["lambda", "-o", "functions.xlsx"],
    ["check", "mine.json"],
    ["report", "mine.json", "-o", "reports"],
    ["template", "-o", "template.xlsx", "--from", "mine.json"],
    ["template", "-o", "empty.xlsx", "--edition", "365", "--empty"],
    ["excel", "build", "-o", "xlhedge.xlam"],
    ["libreoffice", "build", "-o", "xlhedge.oxt"],
]


@pytest.fixture
def watched(tmp_path):
    """A folder with a portfolio; runs a program of Python there that is watched from its start."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOK)
    work = tmp_path / "work"
    work.mkdir()
    write_json(work / "mine.json", SAMPLE)

    environment = dict.fromkeys(["MAY_WRITE", "TMPDIR"], str(work)) | {
        "PYTHONPATH": f"{hooks}{os.pathsep}{ROOT}"
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-B", *arguments],
            capture_output=True, text=True, check=False, cwd=work,
            env=os.environ | environment,
        )  # fmt: skip

    return run


NETWORK = ("ccxt", "aiohttp", "requests", "urllib3", "keyring", "xlhedge.market")
REPORTED = f"""\
import sys
from xlhedge.cli import main
try:
    main()
finally:
    print("IMPORTED", sorted({{*{NETWORK}}} & set(sys.modules)), file=sys.stderr)
"""


def test_no_command_asks_the_network_starts_a_program_or_writes_elsewhere(watched):
    """Nor does one import what could, which would cost it time."""
    for command in COMMANDS:
        done = watched("-c", REPORTED, *command)
        assert (done.returncode, "FORBIDDEN" in done.stderr) == (0, False), (command, done.stderr)
        assert "IMPORTED []" in done.stderr, command


@pytest.mark.parametrize(
    ("command", "imported"),
    [
        (["market", "--help"], []),
        (["refresh", "--help"], []),
        (["fill", "--list"], []),
        (["new", "--venue", "bybit", "--holding", "BTC=1@60000", "--future", "BTC-PERP=60030@0",
          "--market", "mine.json"], []),
        (["import", "mine.json"], ["xlhedge.market"]),  # the forms of its files
    ],
    ids=" ".join,
)  # fmt: skip
def test_only_commands_that_ask_venues_import_what_can(command, imported, watched):
    done = watched("-c", REPORTED, *command)
    assert f"IMPORTED {imported}" in done.stderr


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('../elsewhere', 'w')",
    ],
)
def test_the_watch_sees(watched, code):
    done = watched("-c", code)
    assert done.returncode == 99
    assert "FORBIDDEN" in done.stderr


def test_importing_any_module_does_nothing_else(watched):
    names = [
        ".".join(["xlhedge", *path.relative_to(PACKAGE).with_suffix("").parts])
        for path in PACKAGE.rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py", "libreoffice_component.py")
    ]
    done = watched("-c", "import sys\n" + "\n".join(f"import {name}" for name in sorted(names)))
    assert (done.returncode, done.stderr) == (0, "")


def test_code_beside_the_inputs_is_not_run(watched, tmp_path):
    # As in Excel's current folder: a mailed portfolio may lie beside an openpyxl.py of its own.
    for name in ("openpyxl", "numpy", "pydantic", "typer", "json", "sitecustomize", "xlhedge"):
        (tmp_path / "work" / f"{name}.py").write_text("open('run', 'w')")
    script = Path(sys.executable).with_name("xlhedge")
    done = watched(str(script), "check", "mine.json")
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    assert not (tmp_path / "work" / "run").exists()


# Permissions

WRITERS = {
    "report": ["report", "mine.json", "-o", "out"],
    "template": ["template", "-o", "out/t.xlsx", "--from", "mine.json"],
    "lambda": ["lambda", "-o", "out/f.xlsx"],
    "add-in": ["excel", "build", "-o", "out/x.xlam"],
    "extension": ["libreoffice", "build", "-o", "out/x.oxt"],
}


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_files_are_as_private_as_the_umask_asks_and_never_programs(umask, tmp_path):
    write_json(tmp_path / "mine.json", SAMPLE)
    for command in WRITERS.values():
        done = subprocess.run(
            [sys.executable, "-m", "xlhedge", *command],
            capture_output=True, text=True, check=False, cwd=tmp_path, umask=umask,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    made = [*(tmp_path / "out").rglob("*")]
    files, folders = ([p for p in made if p.is_dir() == kind] for kind in (False, True))
    # Beside the writers' files: two summaries, the orders, and the record in its hidden folder.
    assert len(files) == len(WRITERS) + 4
    assert {path.stat().st_mode & 0o7777 for path in files} == {0o666 & ~umask}
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "out", *folders)}
    assert modes == {0o777 & ~umask}


@posix
def test_a_file_in_the_making_is_never_more_open_than_the_finished_one(tmp_path, monkeypatch):
    seen = []

    def replace(self, target):
        seen.append(self.stat().st_mode & 0o777)
        return self.rename(target)

    monkeypatch.setattr(Path, "replace", replace)
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "a", b"a")
        write_bytes(tmp_path / "b", b"b", private=True)
    finally:
        os.umask(before)
    assert seen == [0o640, 0o600]


# Links


@posix
def test_a_link_at_the_target_is_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"old")
    target = tmp_path / "out" / "report.xlsx"
    target.parent.mkdir()
    target.symlink_to(victim)
    write_bytes(target, b"new")
    assert victim.read_bytes() == b"old"
    assert not target.is_symlink()
    assert target.read_bytes() == b"new"
    assert [*target.parent.iterdir()] == [target]


@posix
def test_a_link_at_the_temporary_name_is_an_error_and_not_followed(tmp_path, monkeypatch):
    # Nobody can guess the name; if somebody did, nothing is written through the link.
    victim = tmp_path / "victim"
    victim.write_bytes(b"old")
    monkeypatch.setattr("secrets.token_hex", lambda _: "00")
    (tmp_path / ".00.tmp").symlink_to(victim)
    with pytest.raises(FileExistsError):
        write_bytes(tmp_path / "report.xlsx", b"new")
    assert victim.read_bytes() == b"old"
