"""A VBA project, written without Excel (MS-OVBA): source modules in, ``vbaProject.bin`` out.

Only what the format asks of a writer is there: the modules' text and the list of them. What else
Excel keeps in its own files, compiled code and the editor's state, it makes again from the text.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlhedge.errors import HedgeError
from xlhedge.hosts.excel.compound import compound_file
from xlhedge.hosts.excel.compression import compressed

__all__ = ["SHEET", "WORKBOOK", "Module", "vba_project"]

WORKBOOK = "ThisWorkbook"
SHEET = "Sheet1"

_CODE_PAGE = "cp1252"
_BASES = {  # what Excel calls the objects that its document modules extend
    WORKBOOK: "{00020819-0000-0000-C000-000000000046}",
    SHEET: "{00020820-0000-0000-C000-000000000046}",
}
# The two that Excel itself lists in a new project. Its own library and VBA's need no record, and
# on the user's machine the number in braces counts, not the path.
_REFERENCES = {
    "stdole": r"{00020430-0000-0000-C000-000000000046}#2.0#0"
    r"#C:\Windows\System32\stdole2.tlb#OLE Automation",
    "Office": r"{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0"
    r"#C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL"
    "#Microsoft Office 16.0 Object Library",
}
# A project of this number that is not protected (CMG), has no password (DPB) and is shown (GC).
# The three are encrypted with the number (MS-OVBA 2.4.3.2, seed 58h): none can change alone.
_IDENTITY = 'ID="{EB4D7A43-D0BC-5534-AA9F-D2436571741B}"'
_STATE = """\
CMG="585ABB39BF39BF39BF39BF"
DPB="585ABB3CBC3CBC3C"
GC="585ABB3CBC3CBCC3"
"""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_MAX_LINE = 1023
_MAX_CONTINUATIONS = 24


@dataclass(frozen=True, slots=True)
class Module:
    r"""A VBA module.

    Args:
        name: its name: a letter, then letters, digits and ``_``; at most 31 characters.
        source: its text with LF line ends, without the line that names it.
        document: whether it is the workbook's or the sheet's: ``ThisWorkbook`` or ``Sheet1``.

    Example:
        >>> Module("Greeting", "Option Explicit\n").text()
        b'Attribute VB_Name = "Greeting"\r\nOption Explicit\r\n'
    """

    name: str
    source: str
    document: bool = False

    def text(self) -> bytes:
        """The module as the project keeps it: named, in Windows' characters and line ends.

        Raises:
            HedgeError: VBA would not take the name or a line.
        """
        _check_name(self.name)
        if self.document and self.name not in _BASES:
            allowed = " or ".join(_BASES)
            raise HedgeError(f"a document's module must be {allowed}", argument=self.name)
        attributes = [f'Attribute VB_Name = "{self.name}"']
        if self.document:
            attributes += [
                f'Attribute VB_Base = "0{_BASES[self.name]}"',
                "Attribute VB_GlobalNameSpace = False",
                "Attribute VB_Creatable = False",
                "Attribute VB_PredeclaredId = True",
                "Attribute VB_Exposed = True",
                "Attribute VB_TemplateDerived = False",
                "Attribute VB_Customizable = True",
            ]
        return "".join(f"{line}\r\n" for line in (*attributes, *_lines(self))).encode(_CODE_PAGE)


def vba_project(modules: Sequence[Module], name: str = "xlhedge") -> bytes:
    r"""The file ``vbaProject.bin`` of the given modules.

    Args:
        modules: the modules, in the order in which the VBA editor shows them.
        name: the project's name.

    Returns:
        The file; the same modules give the same bytes.

    Raises:
        HedgeError: VBA would not take a name or a line, or two names are alike.

    Example:
        >>> vba_project([Module("Greeting", "Option Explicit\n")])[:8].hex()
        'd0cf11e0a1b11ae1'
    """
    _check_name(name)
    # A module called as the project or a library makes every use of the name ambiguous.
    taken = {taken.lower(): taken for taken in (name, "VBA", "Excel", "dir", *_REFERENCES)}
    for module in modules:
        if other := taken.get(module.name.lower()):
            raise HedgeError(f'this name is taken by "{other}"', argument=module.name)
        taken[module.name.lower()] = module.name
    streams = {f"VBA/{module.name}": compressed(module.text()) for module in modules}
    streams["VBA/_VBA_PROJECT"] = b"\xcc\x61\xff\xff\x00\x00\x00"  # "no compiled code in here"
    streams["VBA/dir"] = compressed(b"".join(_directory(modules, name)))
    streams["PROJECT"] = _properties(modules, name).replace("\n", "\r\n").encode(_CODE_PAGE)
    names = (_ansi(module.name) + b"\0" + _wide(f"{module.name}\0") for module in modules)
    streams["PROJECTwm"] = b"".join(names) + bytes(2)
    return compound_file(streams)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise HedgeError(
            "this is no name in VBA; it must be a letter, then letters, digits or _,"
            " 31 characters at most",
            argument=name,
        )


def _lines(module: Module) -> list[str]:
    """The lines of a module's source, each one checked against what VBA's editor takes."""
    lines = module.source.removesuffix("\n").split("\n")
    continued = 0
    for number, line in enumerate(lines, 1):
        continued = continued + 1 if line.endswith((" _", "\t_")) else 0
        wrong = ""
        if odd := next((c for c in line if not _allowed(c)), ""):
            wrong = f"{odd!a} cannot stand in VBA source; only what Windows-1252 has is allowed"
        elif len(line) > _MAX_LINE:
            wrong = f"{len(line)} characters; a line has {_MAX_LINE} at most"
        elif continued > _MAX_CONTINUATIONS:
            wrong = f"a line goes on (with _) {_MAX_CONTINUATIONS} times at most"
        if wrong:
            raise HedgeError(wrong, argument=f"{module.name}, line {number}")
    return lines


def _allowed(character: str) -> bool:
    if character != "\t" and character < " ":
        return False
    try:
        character.encode(_CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True


def _properties(modules: Sequence[Module], name: str) -> str:
    """The stream ``PROJECT``: what the VBA editor shows of the project."""
    listed = "".join(
        f"Document={module.name}/&H00000000\n" if module.document else f"Module={module.name}\n"
        for module in modules
    )
    windows = "".join(f"{module.name}=0, 0, 0, 0, C\n" for module in modules)  # all closed
    return (
        f'{_IDENTITY}\n{listed}Name="{name}"\nHelpContextID="0"\n'
        f'VersionCompatible32="393222000"\n{_STATE}\n'
        "[Host Extender Info]\n"
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000\n\n"
        f"[Workspace]\n{windows}"
    )


def _directory(modules: Sequence[Module], name: str) -> Iterator[bytes]:
    """The records of the stream ``dir``: the project, its references, its modules."""
    english = 0x0409
    yield _record(0x01, _number(1))  # for 32-bit Windows; 64-bit Excel takes it as well
    yield _record(0x02, _number(english))
    yield _record(0x14, _number(english))
    yield _record(0x03, struct.pack("<H", 1252))  # the code page of all texts here
    yield _record(0x04, _ansi(name))
    yield _record(0x05) + _record(0x40)  # a description, twice
    yield _record(0x06) + _record(0x3D)  # a help file, twice
    yield _record(0x07, _number(0))  # a topic in it
    yield _record(0x08, _number(0))
    yield struct.pack("<HIIH", 0x09, 4, 1, 0)  # a version; its size leaves two bytes out
    yield _record(0x0C) + _record(0x3C)  # constants for conditional compilation, twice
    for library, identity in _REFERENCES.items():
        yield _record(0x16, _ansi(library)) + _record(0x3E, _wide(library))
        text = _ansi(f"*\\G{identity}")
        yield _record(0x0D, _number(len(text)) + text + bytes(6))
    yield _record(0x0F, struct.pack("<H", len(modules)))
    yield _record(0x13, b"\xff\xff")
    for module in modules:
        yield _record(0x19, _ansi(module.name)) + _record(0x47, _wide(module.name))
        yield _record(0x1A, _ansi(module.name)) + _record(0x32, _wide(module.name))  # its stream
        yield _record(0x1C) + _record(0x48)  # a description, twice
        yield _record(0x31, _number(0))  # where its text begins, after compiled code
        yield _record(0x1E, _number(0))
        yield _record(0x2C, b"\xff\xff")
        yield _record(0x22 if module.document else 0x21)
        yield _record(0x2B)
    yield _record(0x10)


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HI", kind, len(content)) + content


def _number(value: int) -> bytes:
    return struct.pack("<I", value)


def _ansi(text: str) -> bytes:
    return text.encode(_CODE_PAGE)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")
