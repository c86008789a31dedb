"""The structural checker sees a plain formula that Excel would intersect with its row."""

import pytest
from structure_arrays import array_faults

PLAIN = """
1+A1*-B2%
SUM(A1:A9,B:B)*MAX(A1:C3)-MIN(1,2)
A1:A1+1
INDEX(A1:A9,MATCH(B1,C1:C9,0))
INDEX({1,2;3,4},2,1)
SUMPRODUCT(--(Sheet!A1:A9=B1),ABS('It''s'!C1:C9),(D1:D9>0)*2)
IF(A1="","",SUM(A1:A9))
SUM(IF(A1>0,A1:A9,B1:B9))
SUM(INDEX(A1:A9,1):A9)
SUM((A1:A2,C1:C2))
SUMIF(A1:A9,"<"&B1)+COUNTIF(A1:A9,B1)+SMALL(A1:A9,2)
ROWS(A1:A9)+COUNTA(A:A)
Holdings[[#This Row],[qty]]*2+SUM(Holdings[qty])
MIN_VARIANCE_RATIO(A1:C1,A2:C2)
INDEX(MAINTENANCE_TIER(A1,B1:B9,C1:C9),1,2)
INDEX(SCENARIO_PNL(1,2,{0;3},{1,2}),2,1)
_xlfn.IFNA(VLOOKUP(A1,B1:C9,2,FALSE),"A1:A9")
"""
ARRAY = {
    "A1:A9": "it gives several values",
    "Holdings[qty]": "it gives several values",
    "{1,2}": "it gives several values",
    "TRANSPOSE(A1:A9)": "it gives several values",
    "IF(A1,B1:B9)": "it gives several values",
    "MAINTENANCE_TIER(1,A1:A2,B1:B2)": "it gives several values",
    "NET_DELTA(A1:A9,1,2)": "it gives several values",
    "ROW(A1:A9)": "it gives several values",
    "A1:A9*2": "an operator takes one value",
    "-A1:A9": "an operator takes one value",
    "A1:A9%": "an operator takes one value",
    "SUM(A1:A9*B1:B9)": "an operator takes one value",
    "SUM((A1:A9)+1)": "an operator takes one value",
    "SUM(Holdings[qty]*2)": "an operator takes one value",
    "MATCH(1,(A1:A9=B1)*1,0)": "an operator takes one value",
    "MAX(ABS(A1:A9))": "ABS takes one value",
    "MATCH(A1:A9,B1:B9,0)": "MATCH takes one value",
    "SUM(_xlfn.IFNA(A1:A9,0))": "IFNA takes one value",
    "SUMPRODUCT(IF(A1:A9,1))": "IF takes one value",
    "MIN(IF(A1:A9<>0,1E6))": "an operator takes one value",
    "MIN_VARIANCE_RATIO(A1:C1*1,A2:C2)": "an operator takes one value",
}


@pytest.mark.parametrize("formula", PLAIN.strip().splitlines())
def test_a_formula_of_single_values_is_plain(formula):
    assert list(array_faults(formula)) == []


@pytest.mark.parametrize(("formula", "fault"), ARRAY.items())
def test_a_formula_that_takes_several_values_for_one_is_told(formula, fault):
    (line,) = array_faults(formula)
    assert line.startswith(fault)
    assert line.endswith("it must be an array formula")
