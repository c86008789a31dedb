"""The part of a workbook in which an Office add-in keeps what belongs to the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlhedge.text import in_attribute
from xlhedge.xlsx.parts import Parts

__all__ = ["WebExtension"]

_PANES = "xl/webextensions/taskpanes.xml"
_EXTENSION = "xl/webextensions/webextension1.xml"
_SPACE = "http://schemas.microsoft.com/office/webextensions"
_REFERENCES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True, slots=True)
class WebExtension:
    """An add-in of Microsoft's store that a workbook asks for, with its properties.

    Args:
        store_id: what the store calls it.
        identity: a GUID of this use of it.
        properties: texts by name, which the add-in reads.
    """

    store_id: str
    identity: str
    properties: Mapping[str, str]

    def add_to(self, parts: Parts) -> None:
        """Put its pane and itself among the parts of a file."""
        parts.add(_EXTENSION, self._extension(), "webextension")
        number = parts.relate(_PANES, "webextension", _EXTENSION)
        parts.add(_PANES, _panes(number), "webextensiontaskpanes")
        parts.relate("", "webextensiontaskpanes", _PANES)

    def _extension(self) -> str:
        held = "".join(
            f"<we:property name={in_attribute(name)} value={in_attribute(text)}/>"
            for name, text in self.properties.items()
        )
        return (
            f'<we:webextension xmlns:we="{_SPACE}/webextension/2010/11" id="{{{self.identity}}}">'
            f'<we:reference id="{self.store_id}" version="1.0.0.0" store="en-US" storeType="OMEX"/>'
            f"<we:alternateReferences/><we:properties>{held}</we:properties><we:bindings/>"
            f'<we:snapshot xmlns:r="{_REFERENCES}"/></we:webextension>'
        )


def _panes(number: str) -> str:
    return (
        f'<wetp:taskpanes xmlns:wetp="{_SPACE}/taskpanes/2010/11">'
        '<wetp:taskpane dockstate="right" visibility="1" width="400" row="0">'
        f'<wetp:webextensionref xmlns:r="{_REFERENCES}" r:id="{number}"/>'
        "</wetp:taskpane></wetp:taskpanes>"
    )
