"""The commands that put our functions into Excel and LibreOffice, as a person runs them.

Excel's are run against a pretended Windows: folders, variables, an interpreter. LibreOffice's are
run for real, in a profile of their own, and against programs that fail as it does.
"""

import os
import re
import subprocess
import sys
import venv
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path, PurePath
from types import SimpleNamespace

import pytest
from engines import CallSheet, LibreOffice
from typer.testing import CliRunner
from xlwings.utils import prepare_sys_path

import xlhedge
from xlhedge.cli import app, hosts
from xlhedge.files import exact_version
from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts import libreoffice
from xlhedge.hosts.excel import addin, install
from xlhedge.hosts.excel.install import PACKAGES, Machine

VERSION, EXACT = xlhedge.__version__, exact_version()
XLWINGS = Machine.here().versions["xlwings"]


class Windows:
    """A pretended computer, and the command line on it."""

    def __init__(self, home, monkeypatch):
        self.home = home
        self.python = home / "py" / "Scripts" / "python.exe"
        self.dll = home / "py" / f"xlwings64-{XLWINGS}.dll"
        self.python.parent.mkdir(parents=True)
        self.python.touch()
        self.dll.touch()
        self.machine = Machine(
            system="Windows",
            environment={
                "APPDATA": str(home / "AppData" / "Roaming"),
                "USERPROFILE": str(home),
                "ProgramFiles": str(home / "Program Files"),
                "OneDrive": str(home / "OneDrive"),
            },
            interpreter=self.python,
            installed=home / "Python311",
            python="3.11.9, 64-bit",
            versions={"xlwings": XLWINGS, "pywin32": "311"},
            code_page="cp1252",
        )
        self.add_in = self.machine.add_in
        self.conf = self.machine.configuration
        monkeypatch.setattr(Machine, "here", lambda: self.machine)

    def run(self, *arguments):
        return CliRunner().invoke(app, ["excel", *map(str, arguments)])

    def installed(self):
        done = self.run("install")
        assert (done.exit_code, done.stderr) == (0, "")
        return self

    def files(self):
        ours = (path for path in self.home.rglob("*") if path.is_file())
        return {path for path in ours if path not in (self.python, self.dll)}

    def wrong(self):
        """What `status` finds wrong: what it is, and what to do."""
        done = self.run("status")
        lines = done.stdout.splitlines()
        found = {
            line.removeprefix("wrong").split()[0]: remedy.split("-> ")[1]
            for line, remedy in pairwise(lines)
            if line.startswith("wrong")
        }
        assert done.exit_code == (1 if found else 0), done.output
        assert done.stderr == ""
        return found


@pytest.fixture
def windows(tmp_path, monkeypatch):
    return Windows(tmp_path, monkeypatch)


def one_line(done):
    assert done.exit_code == 2, done.output
    (line,) = done.stderr.splitlines()
    assert line.startswith("xlhedge: ")
    return line


def as_vba_reads(path):
    """The pairs that VBA's ``Input #`` reads: strings in quotes, ended by a comma or a line end."""
    text = path.read_bytes().decode("cp1252")
    pairs = re.findall(r'"([^"]*)","([^"]*)"\r\n', text)
    assert "".join(f'"{key}","{value}"\r\n' for key, value in pairs) == text
    return dict(pairs)


def test_install_writes_the_add_in_and_the_configuration(windows):
    done = windows.run("install")
    assert (done.exit_code, done.stderr) == (0, "")
    assert windows.files() == {windows.add_in, windows.conf}
    roaming = windows.home / "AppData" / "Roaming"
    assert windows.add_in == roaming / "Microsoft" / "Excel" / "XLSTART" / "xlhedge.xlam"
    assert windows.conf == windows.home / ".xlhedge" / "xlhedge.conf"
    assert addin.version_of(windows.add_in) == VERSION
    assert done.stdout.splitlines() == [
        f"wrote {windows.add_in}: xlhedge {VERSION}, {len(FUNCTIONS)} functions",
        f"wrote {windows.conf}: Excel starts {windows.python}",
        "start Excel, then try =NET_DELTA(1, 60000, 45000): it gives 15000",
    ]
    if os.name == "posix":
        assert windows.conf.stat().st_mode & 0o777 == 0o600


def test_the_configuration_is_what_xlwings_reads(windows):
    values = as_vba_reads(windows.installed().conf)
    assert values == {
        "INTERPRETER_WIN": str(windows.python),
        "PYTHONPATH": str(Path(xlhedge.__file__).parent.parent),
        "ADD_WORKBOOK_TO_PYTHONPATH": "false",
        "XLHEDGE_ADD_IN": str(windows.add_in),
    }
    module = Path(find_spec("xlwings").origin).with_name("xlwings.bas").read_text("cp1252")
    asked = set(re.findall(r'GetConfig\("(\w+)"', module))
    assert set(values) - asked == {"XLHEDGE_ADD_IN"}


def test_python_looks_in_no_folder_that_a_workbook_chooses(windows, monkeypatch):
    values = as_vba_reads(windows.installed().conf)
    monkeypatch.setattr(sys, "path", ["before"])
    book = r"C:\Downloads\book.xlsm"
    prepare_sys_path(
        f"{values['ADD_WORKBOOK_TO_PYTHONPATH']};{book};{book};;;;{values['PYTHONPATH']}"
    )
    assert sys.path == [str(PACKAGES), "before"]  # no "", which is Excel's current folder


@pytest.mark.parametrize("mark", ['"', "%", ";", "^", "$(", "Ж"])
def test_a_path_that_excel_cannot_take_is_refused(windows, mark):
    windows.machine = replace(windows.machine, interpreter=Path(f"/a{mark}b/python.exe"))
    assert f": Excel cannot start Python with {mark} in a path" in one_line(windows.run("install"))
    assert windows.files() == set()


@pytest.mark.parametrize("name", ["Müller & Söhne, Zürich", "O'Neil (x86)", "a b"])
def test_other_paths_are_kept(windows, name):
    python = windows.home / name / "Scripts" / "python.exe"
    python.parent.mkdir(parents=True)
    windows.python = python.resolve()
    windows.python.touch()
    (windows.home / name / windows.dll.name).touch()
    windows.machine = replace(windows.machine, interpreter=python)
    assert as_vba_reads(windows.installed().conf)["INTERPRETER_WIN"] == str(python)
    assert windows.wrong() == {}


def test_installing_again_replaces_what_is_ours(windows):
    windows.installed()
    first = windows.conf.read_bytes()
    other = windows.home / "py" / "Scripts" / "other.exe"
    other.touch()
    windows.conf.write_bytes(first.replace(os.fsencode(windows.python), os.fsencode(other)))
    assert set(windows.wrong()) == {"configuration"}
    windows.installed()
    assert windows.conf.read_bytes() == first
    assert windows.files() == {windows.add_in, windows.conf, other}


FOREIGN = b'"INTERPRETER_WIN","C:\\mine\\python.exe"\r\n'


@pytest.mark.parametrize("which", ["add_in", "conf"])
@pytest.mark.parametrize("content", [b"", FOREIGN, b"\x81\x00\xff", b'"a","b","c"\n'])
def test_files_of_others_are_not_touched(windows, which, content):
    path = getattr(windows, which)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    said = one_line(windows.run("install"))
    assert str(path) in said
    assert "--force" in said
    assert windows.files() == {path}
    done = windows.run("uninstall")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"left {path}: ")
    assert path.read_bytes() == content
    assert windows.run("install", "--force").exit_code == 0
    assert windows.wrong() == {}


def test_a_configuration_changed_by_hand_is_its_owners(windows):
    windows.installed()
    changed = windows.conf.read_bytes() + b'"SHOW CONSOLE","True"\r\n'
    windows.conf.write_bytes(changed)
    assert windows.wrong() == {"configuration": "run `xlhedge excel install` --force"}
    assert str(windows.conf) in one_line(windows.run("install"))
    done = windows.run("uninstall")
    assert done.stdout.splitlines() == [
        f"removed {windows.add_in}",
        f"left {windows.conf}: not written by xlhedge, or changed since; remove it yourself",
    ]
    assert windows.conf.read_bytes() == changed


def refuse(self, *_args, **_kwargs):
    raise PermissionError(13, "Permission denied", str(self))


def test_excel_running_is_told(windows, monkeypatch):
    windows.installed()
    before = {path: path.read_bytes() for path in windows.files()}
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)  # as Windows does with a file in use
        patch.setattr(Path, "unlink", refuse_add_in(Path.unlink))
        for command in ("install", "uninstall"):
            said = one_line(windows.run(command))
            assert str(windows.add_in) in said
            assert "close Excel" in said
    assert {path: path.read_bytes() for path in windows.files()} == before


def refuse_add_in(unlink):
    def unlinked(self, *args, **kwargs):
        return (refuse if self.suffix == ".xlam" else unlink)(self, *args, **kwargs)

    return unlinked


def test_a_folder_without_permission_is_not_blamed_on_excel(windows, monkeypatch):
    monkeypatch.setattr(Path, "replace", refuse)
    said = one_line(windows.run("install"))
    assert said == f"xlhedge: {windows.add_in}: Permission denied"
    assert windows.files() == set()


def test_another_folder(windows):
    windows.installed()
    folder = windows.home / "Add-ins of mine"
    done = windows.run("install", "--folder", folder)
    assert done.exit_code == 0
    assert f"removed {windows.add_in}: a second copy would list every function twice" in done.stdout
    assert "Browse" in done.stdout
    assert windows.files() == {folder / "xlhedge.xlam", windows.conf}
    assert windows.wrong() == {}
    assert windows.run("uninstall").exit_code == 0
    assert windows.files() == set()


def test_a_folder_by_another_name_is_the_same_folder(windows):
    windows.installed()
    link = windows.home / "link"
    link.symlink_to(windows.add_in.parent)
    assert "removed" not in windows.run("install", "--folder", link).stdout
    assert addin.version_of(windows.add_in) == VERSION
    assert windows.wrong() == {}
    assert windows.run("uninstall").stdout.count("xlhedge.xlam") == 1


def test_uninstall_removes_what_install_wrote(windows):
    before = sorted(windows.home.rglob("*"))
    windows.add_in.parent.mkdir(parents=True)
    mine = windows.add_in.with_name("mine.xlsb")
    mine.touch()
    windows.installed()
    done = windows.run("uninstall")
    assert (done.exit_code, done.stdout.splitlines()) == (0, [
        f"removed {windows.add_in}",
        f"removed {windows.conf}",
        f"removed {windows.conf.parent}",
    ])  # fmt: skip
    assert windows.files() == {mine}
    assert not windows.conf.parent.exists()
    assert set(before) <= set(windows.home.rglob("*"))
    done = windows.run("uninstall")
    assert done.exit_code == 0
    assert done.stdout.startswith("nothing to remove: ")


def test_uninstall_keeps_a_folder_that_holds_more(windows):
    windows.installed()
    note = windows.conf.with_name("note.txt")
    note.touch()
    assert windows.run("uninstall").exit_code == 0
    assert windows.files() == {note}


def test_status_tells_all_that_is_well(windows):
    windows.installed()
    done = windows.run("status")
    assert done.exit_code == 0
    assert all(line.startswith("ok ") for line in done.stdout.splitlines())
    for fact in (
        "Windows", str(windows.python), "3.11.9, 64-bit", XLWINGS, "311", str(windows.dll),
        f"{windows.add_in}: xlhedge {VERSION}, {len(FUNCTIONS)} functions", str(windows.conf),
    ):  # fmt: skip
        assert fact in done.stdout


def no_xlwings(windows):
    windows.machine = replace(windows.machine, versions={"pywin32": "311"})


def no_pywin32(windows):
    windows.machine = replace(windows.machine, versions={"xlwings": XLWINGS})


def no_dll(windows):
    windows.dll.rename(windows.home / windows.dll.name)  # two folders up: not looked at


def small_dll(windows):
    windows.dll.rename(windows.dll.with_name(f"xlwings32-{XLWINGS}.dll"))


def old_dll(windows):
    windows.dll.rename(windows.dll.with_name("xlwings64-0.1.0.dll"))


def no_add_in(windows):
    windows.add_in.unlink()


def foreign_add_in(windows):
    windows.add_in.write_bytes(b"PK")


def changed_add_in(windows):
    windows.add_in.write_bytes(windows.add_in.read_bytes() + b"\0")


def no_conf(windows):
    windows.conf.unlink()


def no_python(windows):
    windows.python.unlink()


def beside(windows):
    windows.add_in.with_name("xlhedge.conf").write_bytes(FOREIGN)


def second(windows):
    copy = windows.home / "AppData" / "Roaming" / "Microsoft" / "AddIns" / "xlhedge.xlam"
    copy.parent.mkdir()
    copy.touch()


def for_all(windows):
    office = windows.home / "Program Files" / "Microsoft Office" / "root" / "Office16"
    (office / "XLSTART").mkdir(parents=True)
    (office / "XLSTART" / "xlhedge.xlam").touch()


def onedrive(windows):
    names = windows.machine.environment | {"OneDrive": "", "OneDriveCommercial": str(windows.home)}
    windows.machine = replace(windows.machine, environment=names)


def store(windows):
    python = windows.home / "Program Files" / "WindowsApps" / "PythonSoftwareFoundation"
    windows.machine = replace(windows.machine, installed=python)


REINSTALL = "run `xlhedge excel install`"


@pytest.mark.parametrize(
    ("harm", "what", "remedy"),
    [
        (no_xlwings, "xlwings", "pip install xlwings"),
        (no_pywin32, "pywin32", "pip install pywin32"),
        (no_dll, "xlwings'", "--force-reinstall --no-deps xlwings"),
        (small_dll, "xlwings'", "--force-reinstall --no-deps xlwings"),
        (old_dll, "xlwings'", "--force-reinstall --no-deps xlwings"),
        (no_add_in, "add-in", REINSTALL),
        (foreign_add_in, "add-in", f"move it away, then {REINSTALL}"),
        (changed_add_in, "add-in", REINSTALL),
        (no_conf, "configuration", REINSTALL),
        (no_python, "configuration", REINSTALL),
        (beside, "overrides", "remove it"),
        (second, "copies", "remove it"),
        (for_all, "copies", "remove it"),
        (onedrive, "OneDrive", "outside OneDrive"),
        (store, "Python", "python.org"),
    ],
)
def test_status_tells_what_is_wrong_and_what_to_do(windows, harm, what, remedy):
    windows.installed()
    harm(windows)
    wrong = windows.wrong()
    if harm is no_xlwings:  # then its library cannot be found either
        wrong.pop("xlwings'")
    assert list(wrong) == [what]
    assert remedy in wrong[what]


def test_status_tells_an_add_in_of_another_version(windows, monkeypatch):
    windows.installed()
    monkeypatch.setattr(xlhedge, "__version__", "99.0")
    assert windows.wrong() == {"add-in": REINSTALL}
    assert f"of xlhedge {VERSION}, and this is 99.0" in windows.run("status").stdout


def test_status_tells_an_add_in_of_another_xlwings(windows, monkeypatch, tmp_path):
    windows.installed()
    other = tmp_path / "xlwings" / "xlwings.bas"
    other.parent.mkdir()
    source = Path(find_spec("xlwings").origin).with_name(other.name).read_bytes()
    other.write_bytes(source.replace(f'"{XLWINGS}"'.encode(), b'"99.0"'))
    found = SimpleNamespace(origin=str(other.with_name("__init__.py")))
    monkeypatch.setattr(addin, "find_spec", lambda _: found)
    assert windows.wrong() == {"add-in": REINSTALL}
    assert "another version of xlwings" in windows.run("status").stdout


def test_the_library_may_stand_beside_python(windows):
    windows.dll.rename(windows.python.with_name(windows.dll.name))
    windows.dll = windows.python.with_name(windows.dll.name)
    assert windows.installed().wrong() == {}


def test_install_tells_what_it_cannot_repair(windows):
    no_dll(windows)
    done = windows.run("install")
    assert done.exit_code == 1
    assert "wrong  xlwings' DLL" in done.stdout
    assert "start Excel" not in done.stdout


@pytest.mark.parametrize("command", ["install", "uninstall", "status"])
@pytest.mark.parametrize("variable", ["APPDATA", "USERPROFILE"])
def test_windows_without_its_folders_is_one_line(windows, command, variable):
    names = {k: v for k, v in windows.machine.environment.items() if k != variable}
    windows.machine = replace(windows.machine, environment=names)
    assert one_line(windows.run(command)).startswith(f"xlhedge: {variable}: ")
    assert windows.files() == set()


def test_a_missing_xlwings_is_one_line(windows, monkeypatch):
    monkeypatch.setattr(addin, "find_spec", lambda _: None)
    assert "pip install xlwings" in one_line(windows.run("install"))
    assert windows.files() == set()


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "xlhedge", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )


@pytest.mark.skipif(os.name == "nt", reason="says what other systems say")
def test_other_systems_are_told_what_there_is(tmp_path):
    for command in ("install", "uninstall"):
        done = run("excel", command, HOME=str(tmp_path))
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert "excel build -o xlhedge.xlam" in line
        assert "xlhedge-template-365.xlsx" in line
    done = run("excel", "status", HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("wrong  system ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "name", "build"),
    [("excel", "a.xlam", addin.build_addin), ("libreoffice", "a.oxt", libreoffice.build_extension)],
)
def test_build_writes_the_same_file_anywhere(host, name, build, tmp_path):
    path = tmp_path / "new" / name
    done = run(host, "build", "-o", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"wrote {path}")
    assert path.read_bytes() == build(tmp_path / name).read_bytes()
    assert list(path.parent.iterdir()) == [path]
    path.write_text("mine")
    done = run(host, "build", "-o", path)
    assert (done.returncode, done.stdout, path.read_text()) == (2, "", "mine")
    assert "--force" in done.stderr
    assert run(host, "build", "-o", path, "--force").returncode == 0
    assert path.read_bytes() == (tmp_path / name).read_bytes()
    done = run(host, "build", "-o", path / "inside" / name)
    assert done.returncode == 2
    assert done.stderr.startswith(f"xlhedge: {path / 'inside'}: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("host", "name"), [("excel", "a.xlam"), ("libreoffice", "a.oxt"), ("lambda", "a.txt")]
)
def test_an_interrupted_build_leaves_the_old_file(host, name, tmp_path, monkeypatch):
    path = tmp_path / name
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    command = [host] if host == "lambda" else [host, "build"]
    done = CliRunner().invoke(app, [*command, "-o", str(path), "--force"])
    assert one_line(done) == f"xlhedge: {path}: No space left on device"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def office(tmp_path, plain_libreoffice):
    """LibreOffice with a profile of this test's own; the other is asked for as it is needed."""
    assert plain_libreoffice
    with closing(LibreOffice(tmp_path)) as office:
        yield office


def test_libreoffice_computes_what_the_command_installed(office, tmp_path):
    sheet = CallSheet()
    ((cell,),) = sheet.add("NET_DELTA", (1, 60000, 45000), (1, 1))
    book = sheet.save(tmp_path / "calls.xlsx")

    shared = (tmp_path / "shared").as_uri()
    venv.create(tmp_path / "venv")
    virtual = f"{tmp_path / 'venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def command(name, **more):
        # Extensions for all users, as in a container, go where LibreOffice is told to look.
        arguments = ("--profile", tmp_path / "profile")
        done = run("libreoffice", name, *arguments, UNO_SHARED_PACKAGES_CACHE=shared, **more)
        assert done.stderr == ""
        return done.returncode, done.stdout

    def computed():
        with closing(office):  # to whom it is installed must not run
            return office.values(book)["Sheet"][cell]

    def from_terminal(path):
        """What the cell shows in a LibreOffice that a person starts there; nothing without one."""
        into = tmp_path / "seen"
        subprocess.run(
            ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
             "--convert-to", "csv", "--outdir", into, book],
            env=os.environ | {"PATH": path, "UNO_SHARED_PACKAGES_CACHE": shared},
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        seen = into / "calls.csv"
        text = seen.read_text().split(",")[0].strip() if seen.exists() else ""
        seen.unlink(missing_ok=True)
        return text

    assert computed() == "#NAME?"
    assert command("status")[0] == 1
    status, said = command("install")
    assert (status, said.splitlines()[0].split(" in LibreOffice ")[0]) == (
        0,
        f"installed xlhedge {EXACT}",
    )
    assert "restart LibreOffice" in said
    assert computed() == 60000 - 45000
    status, said = command("status")
    assert status == 0
    assert f"xlhedge {EXACT}, {len(FUNCTIONS)} functions" in said
    assert re.search(r"LibreOffice +\d+\.\d+", said)
    assert "this terminal" not in said
    # What status says of a terminal in a virtual environment is so: no functions there, or no file.
    assert "start it from the desktop" in command("status", PATH=virtual)[1]
    assert from_terminal(os.environ["PATH"]) == "15000"
    if sys.base_prefix != "/usr":  # an environment of the system's own Python leads to its library
        assert from_terminal(virtual) != "15000"
    assert command("install")[0] == 0  # in the place of the old one
    assert command("uninstall") == (0, f"removed xlhedge {EXACT} from LibreOffice; restart it\n")
    assert computed() == "#NAME?"
    assert command("uninstall") == (0, "nothing to remove: LibreOffice does not have xlhedge\n")


@pytest.fixture
def pretended(tmp_path, monkeypatch):
    """A function that makes a program `unopkg` that runs a script, the only one to be found."""
    folder = tmp_path / "libreoffice99" / "program"
    monkeypatch.setenv("PATH", "")
    places = (str(tmp_path / "libreoffice*" / "program"),)
    monkeypatch.setattr("xlhedge.hosts.office.PLACES", places)

    def make(script):
        folder.mkdir(parents=True)
        program = folder / "unopkg"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    return make


def libreoffice_command(*arguments):
    return CliRunner().invoke(app, ["libreoffice", *map(str, arguments)])


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize("command", ["install", "uninstall", "status"])
def test_a_missing_libreoffice_is_one_line(command):
    assert "libreoffice.org" in one_line(libreoffice_command(command))


RUNNING = """\
Warning: failed to launch javaldx - java may not function correctly
LibreOffice 25.2 - Fatal Error: The application cannot be started.
User installation could not be completed.
unopkg failed.
"""


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (RUNNING, " ".join(RUNNING.splitlines()[1:3])),
        ("ERROR: Exception occurred: no\n\nERROR: unopkg failed.\n", "no"),
        ("", "failed and did not say why"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["install", "uninstall", "status"])
def test_what_unopkg_says_is_told_in_one_line(pretended, tmp_path, command, said, reason):
    (tmp_path / "said").write_text(said)
    program = pretended(f"cat '{tmp_path / 'said'}' >&2; exit 1")
    assert one_line(libreoffice_command(command)) == (
        f"xlhedge: {program}: {reason}; if LibreOffice is running, close it and try again"
    )


def listing(version, registered="yes"):
    """What LibreOffice 25.2's unopkg lists, another extension first."""
    return "".join(
        f"Identifier: {name}\n  Version: {number}\n  URL: vnd.sun.star.expand:$X/x.oxt\n"
        f"  is registered: {took}\n  Media-Type: application/x\n  Description: \n"
        "  bundled Packages: {\n      URL: x\n      is registered: yes\n  }\n\n"
        for name, number, took in (("org.other", "9", "yes"), ("org.xlhedge", version, registered))
    )


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (listing("0.0.1"), f"wrong  extension      xlhedge 0.0.1, and this is {EXACT}"),
        (listing(VERSION), f"wrong  extension      xlhedge {VERSION}, and this is {EXACT}"),
        (listing(EXACT, "no"), f"wrong  extension      xlhedge {EXACT}, which LibreOffice did"),
        (listing(EXACT), f"ok     extension      xlhedge {EXACT}, {len(FUNCTIONS)} functions"),
        ("All deployed user extensions:\n\n<none>\n", "wrong  extension      not installed"),
    ],
)
def test_libreoffice_status_tells_the_extension(pretended, tmp_path, listed, found):
    (tmp_path / "listed").write_text(listed)
    program = pretended(f"/bin/cat '{tmp_path / 'listed'}'")
    done = libreoffice_command("status")
    lines = done.stdout.splitlines()
    assert lines[0] == f"ok     LibreOffice    of unknown version: {program}"
    assert lines[1].startswith(found)
    assert done.exit_code == (0 if found.startswith("ok") else 1)
    assert ("-> run `xlhedge libreoffice install`" in done.stdout) == (done.exit_code == 1)


@pytest.mark.parametrize("root", [True, False])
def test_unopkg_gets_a_clean_environment_and_the_profile(pretended, tmp_path, monkeypatch, root):
    log = tmp_path / "log"
    pretended(f'echo "$PATH|$PYTHONPATH|$PYTHONHOME|$UNO_X|$*" >> "{log}"')
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("PYTHONHOME", "/ours")
    monkeypatch.setenv("UNO_X", "theirs")
    monkeypatch.chdir(tmp_path)
    done = libreoffice_command("install", "--profile", "my profile")
    assert done.exit_code == 0
    assert ("for all users" in done.stdout) == root
    path, *ours, theirs, arguments = log.read_text().strip().split("|")
    assert (path, ours, theirs) == (os.defpath, ["", ""], "theirs")
    shared = "--shared " if root else ""
    profile = (tmp_path / "my profile").as_uri()
    assert re.fullmatch(
        rf"add -f {shared}\S+/xlhedge\.oxt -env:UserInstallation={re.escape(profile)}", arguments
    )


def test_an_extension_for_all_users_is_left_to_root(pretended, tmp_path, monkeypatch):
    (tmp_path / "listed").write_text(listing("0.0.1"))
    pretended(f"""case "$*" in *--shared*) /bin/cat '{tmp_path / "listed"}';; esac""")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    done = libreoffice_command("uninstall")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "nothing to remove: LibreOffice does not have xlhedge",
        "left xlhedge 0.0.1, installed for all users; root can uninstall it",
    ]


@pytest.mark.parametrize("group", ["excel", "libreoffice"])
def test_every_command_has_a_help_line_with_an_example(group):
    commands = getattr(hosts, group).registered_commands
    assert {"install", "status", "uninstall", "build"} == {command.name for command in commands}
    for command in commands:
        (line,) = command.callback.__doc__.splitlines()
        assert f": xlhedge {group} {command.name}" in line


def test_help_loads_nothing_heavy():
    program = (
        "import sys\n"
        "from xlhedge.cli import app\n"
        "try: app(['excel', 'install', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'openpyxl', 'xlwings', 'xlhedge.functions.registry'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "--folder" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_this_computer():
    here = install.Machine.here()
    assert here.interpreter == PurePath(sys.executable)
    assert here.versions["xlwings"] == XLWINGS
    assert re.fullmatch(r"3\.\d+\.\S+, (32|64)-bit", here.python)
