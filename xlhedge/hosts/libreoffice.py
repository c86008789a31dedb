"""LibreOffice Calc: an extension (.oxt) that computes our functions in its cells.

An extension is a zip file: who it is (description.xml), what is in it (META-INF/manifest.xml), the
functions as UNO sees them (an interface, functions.idl) and as people see them (CalcAddIns.xcu),
the component that computes them, and the core of this package under ``pythonpath/``. All of it is
derived from FUNCTIONS and from what the component imports.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlhedge.files import exact_version, write_bytes, zipped
from xlhedge.functions.registry import FUNCTIONS, Function, Parameter
from xlhedge.hosts import libreoffice_component as component
from xlhedge.hosts.embedding import embedded
from xlhedge.hosts.libreoffice_refresh import REFRESH
from xlhedge.text import in_xml

__all__ = ["IDENTIFIER", "build_extension"]

IDENTIFIER = "org.xlhedge"
"""What LibreOffice knows the extension by."""

_OLDEST = "7.4"  # it computes what is typed; 25.2 also knows our functions in an .xlsx file

_HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'
_TYPES = {
    "functions.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
    "xlhedge_functions.py": "application/vnd.sun.star.uno-component;type=Python",
    "CalcAddIns.xcu": "application/vnd.sun.star.configuration-data",
    "Addons.xcu": "application/vnd.sun.star.configuration-data",
}


def build_extension(path: Path, python: Sequence[str] = (), packages: str = "") -> Path:
    """Writes the extension, whole or not at all; the same package gives the same bytes.

    Args:
        path: the file to write, ending in ``.oxt``.
        python: the command that its menu entry starts, of this computer; without it the entry says
            how to install it.
        packages: the folder in which that Python finds xlhedge.

    Returns:
        The same path.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from zipfile import ZipFile
        >>> with TemporaryDirectory() as folder:
        ...     with ZipFile(build_extension(Path(folder) / "xlhedge.oxt")) as extension:
        ...         print(extension.namelist()[:3])
        ['META-INF/manifest.xml', 'description.xml', 'functions.idl']
    """
    contents = (
        _interface(),
        Path(component.__file__).read_text("utf-8"),
        _configuration(),
        _menu(),
    )
    recorded = f"PYTHON = {list(python)!r}\nPACKAGES = {packages!r}\n"
    parts = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        **dict(zip(_TYPES, contents, strict=True)),
        **{f"pythonpath/{name}": text for name, text in embedded(component).items()},
        "pythonpath/xlhedge_python.py": recorded,
    }
    write_bytes(path, zipped(parts))
    return path


def _manifest() -> str:
    entries = "".join(
        f'  <manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>\n'
        for name, kind in _TYPES.items()
    )
    return (
        f'{_HEADER}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n'
        f"{entries}</manifest:manifest>\n"
    )


def _description() -> str:
    return f"""{_HEADER}\
<description xmlns="http://openoffice.org/extensions/description/2006"
    xmlns:d="http://openoffice.org/extensions/description/2006"
    xmlns:l="http://libreoffice.org/extensions/description/2011">
  <identifier value="{IDENTIFIER}"/>
  <version value="{exact_version()}"/>
  <dependencies>
    <l:LibreOffice-minimal-version value="{_OLDEST}" d:name="LibreOffice {_OLDEST}"/>
  </dependencies>
  <display-name><name lang="en">xlhedge</name></display-name>
</description>
"""


def _interface() -> str:
    """The functions as UNO sees them: whatever comes in, a range or a single text goes out."""
    *modules, name = component.INTERFACE.split(".")
    methods = "".join(
        f"  {'any' if component.gives_text(entry) else 'sequence< sequence< any > >'} "
        f"{entry.name}({', '.join(f'[in] any {_camel(p)}' for p in entry.parameters)});\n"
        for entry in FUNCTIONS
    )
    opened = " ".join(f"module {module} {{" for module in modules)
    return f"{opened}\ninterface {name} {{\n{methods}}};\n{'}; ' * len(modules)}\n"


def _camel(parameter: Parameter) -> str:
    """An argument's name as UNO allows it: without underscores."""
    first, *others = parameter.name.split("_")
    return first + "".join(map(str.capitalize, others))


def _configuration() -> str:
    """The functions as people see them, in the function wizard and in files."""
    return (
        f'{_HEADER}<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"'
        ' oor:name="CalcAddIns" oor:package="org.openoffice.Office">\n'
        '<node oor:name="AddInInfo">\n'
        f'<node oor:name="{component.IMPLEMENTATION}" oor:op="replace">\n'
        '<node oor:name="AddInFunctions">\n'
        f"{''.join(map(_described, FUNCTIONS))}"
        "</node>\n</node>\n</node>\n</oor:component-data>\n"
    )


def _menu() -> str:
    """The menu xlhedge, with its entry, in Calc."""
    calc = "com.sun.star.sheet.SpreadsheetDocument"
    return (
        f'{_HEADER}<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"'
        ' oor:name="Addons" oor:package="org.openoffice.Office">\n'
        '<node oor:name="AddonUI">\n<node oor:name="OfficeMenuBar">\n'
        f'<node oor:name="{IDENTIFIER}.menu" oor:op="replace">\n'
        f"{_property('Title', 'xlhedge')}"
        f'<prop oor:name="Context"><value>{calc}</value></prop>\n'
        '<node oor:name="Submenu">\n<node oor:name="refresh" oor:op="replace">\n'
        f"{_property('Title', 'Refresh from venues')}"
        f'<prop oor:name="URL"><value>service:{REFRESH}?refresh</value></prop>\n'
        f'<prop oor:name="Context"><value>{calc}</value></prop>\n'
        "</node>\n</node>\n</node>\n</node>\n</node>\n</oor:component-data>\n"
    )


def _described(entry: Function) -> str:
    arguments = "".join(
        f'<node oor:name="{_camel(parameter)}" oor:op="replace">'
        f"{_property('DisplayName', parameter.name)}"
        f"{_property('Description', parameter.quantity.help)}</node>\n"
        for parameter in entry.parameters
    )
    return (
        f'<node oor:name="{entry.name}" oor:op="replace">\n'
        f"{_property('DisplayName', entry.name)}"
        # Calc shows every argument as optional; the syntax says which ones are, and their defaults.
        f"{_property('Description', f'{entry.summary} {entry.syntax}')}"
        f'<prop oor:name="Category"><value>Add-In</value></prop>\n'
        # Calc finds a function in an .xlsx file by this name, and in this language only.
        f"{_property('CompatibilityName', entry.name, 'en-US')}"
        f'<node oor:name="Parameters">\n{arguments}</node>\n</node>\n'
    )


def _property(name: str, text: str, language: str = "en") -> str:
    return f'<prop oor:name="{name}"><value xml:lang="{language}">{in_xml(text)}</value></prop>\n'
