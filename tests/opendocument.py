"""OpenDocument spreadsheets made by hand, as odd as a test needs them."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

KIND = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


def document(sheets, styles=""):
    """The content of a document: its sheets as XML."""
    names = " ".join(f'xmlns:{short}="{name}"' for short, name in _NAMES.items())
    return (
        f"<office:document-content {names}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:spreadsheet>{sheets}"
        "</office:spreadsheet></office:body></office:document-content>"
    )


def sheet(name, rows, attributes=""):
    """A sheet of rows of XML."""
    listed = "".join(row if isinstance(row, str) else _line(row) for row in rows)
    return f'<table:table table:name="{escape(name)}" {attributes}>{listed}</table:table>'


def _line(cells):
    """A row of values; a text that begins with "<" is XML."""
    return f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(value):
    """A cell."""
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str) and value.startswith("<"):
        return value
    if isinstance(value, str):
        text = f"<text:p>{escape(value)}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}">'
        f"<text:p>shown as {value}</text:p></table:table-cell>"
    )


def archive(content, kind=KIND, **parts):
    """The file of a document."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("mimetype", kind, zipfile.ZIP_STORED)
        for name, part in {"content.xml": content, **parts}.items():
            target.writestr(name, part)
    return stream.getvalue()
