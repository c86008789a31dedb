"""The order that the schema gives to children, and the counts that lists say of themselves.

Part of the structural checker, see `structure`. Excel calls a file damaged whose elements are all
there but in another order. The orders are those of ECMA-376.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from structure_package import Package, local

_AXIS = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark"
    " minorTickMark tickLblPos spPr txPr crossAx crosses crossesAt"
)
_ORDERS = {
    "worksheet": (
        "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection"
        " protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews"
        " mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions"
        " pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches"
        " ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture"
        " oleObjects controls webPublishItems tableParts extLst"
    ),
    "sheetPr": "tabColor outlinePr pageSetUpPr",
    "sheetView": "pane selection pivotSelection extLst",
    "c": "f v is extLst",
    "dataValidation": "formula1 formula2",
    "headerFooter": "oddHeader oddFooter evenHeader evenFooter firstHeader firstFooter",
    "workbook": (
        "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups"
        " externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches"
        " smartTagPr smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
    ),
    "styleSheet": (
        "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
    ),
    "xf": "alignment protection extLst",
    # Excel's order; the standard leaves it free, Microsoft's validator does not.
    "font": (
        "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
    ),
    "dxf": "font numFmt fill alignment border protection extLst",
    "table": "autoFilter sortState tableColumns tableStyleInfo extLst",
    "tableColumn": "calculatedColumnFormula totalsRowFormula xmlColumnPr extLst",
    "comments": "authors commentList extLst",
    "chartSpace": (
        "date1904 lang roundedCorners style clrMapOvr pivotSource protection chart spPr txPr"
        " externalData printSettings userShapes extLst"
    ),
    "plotArea": (
        "layout areaChart area3DChart lineChart line3DChart stockChart radarChart scatterChart"
        " pieChart pie3DChart doughnutChart barChart bar3DChart ofPieChart surfaceChart"
        " surface3DChart bubbleChart valAx catAx dateAx serAx dTable spPr extLst"
    ),
    "ser": (
        "idx order tx spPr invertIfNegative pictureOptions marker explosion dPt dLbls trendline"
        " errBars cat val xVal yVal smooth shape bubbleSize bubble3D extLst"
    ),
    "catAx": f"{_AXIS} auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl extLst",
    "dateAx": f"{_AXIS} auto lblOffset baseTimeUnit majorUnit majorTimeUnit minorUnit extLst",
    "valAx": f"{_AXIS} crossBetween majorUnit minorUnit dispUnits extLst",
    "oneCellAnchor": "from ext sp grpSp graphicFrame cxnSp pic contentPart clientData",
    "twoCellAnchor": "from to sp grpSp graphicFrame cxnSp pic contentPart clientData",
}
_PLACES = {
    tag: {name: place for place, name in enumerate(text.split())} for tag, text in _ORDERS.items()
}
# Charts stand first and axes after them, each in any order among themselves.
for _name in _PLACES["plotArea"]:
    _PLACES["plotArea"][_name] = 1 if _name.endswith("Chart") else _PLACES["plotArea"][_name]
    _PLACES["plotArea"][_name] = 90 if _name.endswith("Ax") else _PLACES["plotArea"][_name]
_PLACES["plotArea"] |= {"dTable": 91, "spPr": 92, "extLst": 93}
_NEVER_EMPTY = {"mergeCells", "dataValidations", "hyperlinks", "tableParts", "cols"}
_SPREADSHEET = ("spreadsheetml/2006/main", "drawingml/2006/chart", "2006/spreadsheetDrawing")


def order(package: Package) -> Iterator[str]:
    """Children stand in the schema's order."""
    for name, tree in package.trees.items():
        if not _namespace(tree).endswith(_SPREADSHEET):
            continue
        for node in tree.iter():
            places = _PLACES.get(local(node))
            if places is not None and _namespace(node) == _namespace(tree):
                yield from _disorder(name, node, places)


def _namespace(node: ET.Element) -> str:
    return node.tag.rpartition("}")[0].removeprefix("{")


def _disorder(name: str, node: ET.Element, places: dict[str, int]) -> Iterator[str]:
    before = ""
    for child in node:
        tag = local(child)
        if _namespace(child) != _namespace(node):
            continue
        if tag not in places:
            yield f"{name}: <{local(node)}> cannot hold <{tag}>"
        elif before and places[tag] < places[before]:
            yield f"{name}: <{tag}> stands after <{before}> in <{local(node)}>"
        else:
            before = tag


def counts(package: Package) -> Iterator[str]:
    """A list that says how many it holds holds as many, and none is empty."""
    for name, tree in package.trees.items():
        if not _namespace(tree).endswith("spreadsheetml/2006/main"):
            continue
        for node in tree.iter():
            count = node.get("count")
            if local(node) != "sst" and count is not None and count != str(len(node)):
                yield f"{name}: <{local(node)}> says {count} and holds {len(node)}"
            if local(node) in _NEVER_EMPTY and not len(node):
                yield f"{name}: <{local(node)}> is empty"


CHECKS = (order, counts)
