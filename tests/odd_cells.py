"""Cells and packages as few programs write them, and what a spreadsheet shows of them."""

import re
import zipfile
from io import BytesIO

import hostile

CONTRACTS = b'<c r="B2" t="n"><v>0.5</v></c>'
"""The cell of the sample's workbook in whose place others are put: the contracts of a short."""

AGAIN = "save the file again in a spreadsheet"
MORE = f"Shorts!B2: the cell holds more than one value; {AGAIN}"
INSIDE = f"Shorts!B2: the cell holds more than a value; {AGAIN}"
TWICE = f"Shorts!B2: it has the cell twice; {AGAIN}"
OTHER = "urn:other"

READ = {
    "reference": '<c r="B2"><v>6&#48;000</v></c>',
    "hex": '<c r="B2"><v>&#x36;0000</v></c>',
    "comment": '<c r="B2"><v>6<!-- x -->0000</v></c>',
    "instruction": '<c r="B2"><v>6<?x y?>0000</v></c>',
    "cdata": '<c r="B2"><v><![CDATA[60]]>000</v></c>',
    "spaces": '<c r="B2"><v> 60000 </v></c>',
    "lines": '<c r="B2">\n <v>60000</v>\n</c>',
    "exponent": '<c r="B2"><v>6E4</v></c>',
    "plus": '<c r="B2"><v>+60000.</v></c>',
    "quotes": "<c r='B2' t='n'><v>60000</v></c>",
    "spaced": '<c\nr = "B2" ><v >60000</v ></c >',
    "order": '<c t="n" s="0" r="B2"><v>60000</v></c>',
    "small": '<c r="b2"><v>60000</v></c>',
    "unplaced": "<c><v>60000</v></c>",
    "foreign before": f'<z:c xmlns:z="{OTHER}" r="B2"><z:v>1</z:v></z:c><c r="B2"><v>60000</v></c>',
    "foreign behind": f'<c r="B2"><v>60000</v></c><z:c xmlns:z="{OTHER}" r="B2"><z:v>1</z:v></z:c>',
    "foreign inside": f'<c r="B2"><x xmlns="{OTHER}"><v>1</v></x><v>60000</v></c>',
    "prefix": f'<m:c xmlns:m="{hostile.MAIN}" r="B2"><m:v>60000</m:v></m:c>',
    "extension": '<c r="B2"><v>60000</v><extLst><ext uri="x"/></extLst></c>',
    "formula": '<c r="B2"><f>1&lt;2</f><v>60000</v></c>',
    "shared formula": '<c r="B2"><f t="shared" si="0"/><v>60000</v></c>',
    "turned": '<c r="B2"><v>60000</v><f>1+1</f></c>',
    "metadata": '<c r="B2" s="0" cm="1" vm="1"><v>60000</v></c>',
}
"""Cells that hold 60000."""

REFUSED = {
    "two values": ('<c r="B2"><v>60000</v><v>1</v></c>', MORE),
    "value and text": ('<c r="B2"><v>60000</v><is><t>1</t></is></c>', MORE),
    "element in a value": ('<c r="B2"><v>6<b/>0000</v></c>', INSIDE),
    "twice": ('<c r="B2"><v>60000</v></c><c r="B2"><v>1</v></c>', TWICE),
    "twice, once empty": ('<c r="B2"/><c r="B2"><v>60000</v></c>', TWICE),
    "of another row": (
        '<c r="B3"><v>60000</v></c>',
        f"Shorts!B3: the cell stands in another row; {AGAIN}",
    ),
    "row in a cell": (
        '<c r="B2"><row r="9"/><v>60000</v></c>',
        f"Shorts!B2: the cell stands where none can be; {AGAIN}",
    ),
    **{
        name: (
            f'<c r="B2"{cell}</c>',
            f"Shorts!B2 contracts: its cell holds {quoted}, which no spreadsheet writes so",
        )
        for name, cell, quoted in (
            ("words", "><v>abc</v>", '"abc"'),
            ("underscore", "><v>60_000</v>", '"60_000"'),
            ("infinite", "><v>INF</v>", '"INF"'),
            ("two points", "><v>1.2.3</v>", '"1.2.3"'),
            ("text of no kind", "><is><t>60000</t></is>", '"60000"'),
            ("value for a text", ' t="inlineStr"><v>60000</v>', '"60000"'),
            ("out of range", ' t="s"><v>99</v>', '"99"'),
            ("negative", ' t="s"><v>-1</v>', '"-1"'),
            ("no whole number", ' t="s"><v>0.0</v>', '"0.0"'),
            ("no truth", ' t="b"><v>2</v>', '"2"'),
            ("no kind", ' t="q"><v>60000</v>', '"60000"'),
        )
    },
}
"""Cells that are no number for certain, and the line that each must end in."""

TEXTS = {
    "entities": ("<is><t>A &amp; B &lt;</t></is>", "A & B <"),
    "runs": ("<is><r><t>BTC</t></r><r><rPr><b/></rPr><t>-PERP</t></r></is>", "BTC-PERP"),
    "spoken": ('<is><t>BTC</t><rPh sb="0" eb="1"><t>bitcoin</t></rPh></is>', "BTC"),
    "escaped": ("<is><t>A_x0026_B</t></is>", "A&B"),
    "comment": ("<is><t>BT<!-- x -->C</t></is>", "BTC"),
    "preserved": ('<is><t xml:space="preserve">BTC</t></is>', "BTC"),
}
"""Texts of a cell, or of the shared ones, and what they show."""


def with_cell(cell):
    """The sample's workbook with another cell in place of the contracts."""

    def change(part):
        assert CONTRACTS in part
        return part.replace(CONTRACTS, cell.encode())

    return hostile.book({hostile.SHORTS: change})


def renamed(names, changes=()):
    """The sample's workbook with parts renamed, and what refers to them, by patterns."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in hostile.parts().items():
            for old, new in changes:
                part = re.sub(old, new, part) if name.endswith((".rels", "]")) else part  # noqa: PLW2901
            archive.writestr(names.get(name, name), part)
    return stream.getvalue()


def recoded(encoding, declared, names=None):
    """The sample's workbook with parts in another encoding."""

    def change(part):
        text = re.sub(r"^<\?xml[^>]*\?>", "", part.decode())
        return f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)

    chosen = names or [name for name in hostile.parts() if name.endswith((".xml", ".rels"))]
    return hostile.book(dict.fromkeys(chosen, change))
