"""Excel on Windows, with a workbook's own xlwings: what its settings name.

``UDF MODULES`` = ``xlhedge.hosts.xlwings_udfs``, then *Import Functions*. One function for each
entry of FUNCTIONS, named as in Excel. An error shows as text, which does not pass for a real error:
SUM skips text, so look at the cells themselves. Our own add-in shows real errors.
"""

from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.excel.udfs import raising

globals().update({entry.name: raising(entry) for entry in FUNCTIONS})
