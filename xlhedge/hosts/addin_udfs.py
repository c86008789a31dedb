"""Excel on Windows, with our own add-in: the module that its VBA names in ``XLPy.CallUDF``."""

from xlhedge.functions.registry import FUNCTIONS
from xlhedge.hosts.excel.udfs import coding

globals().update({entry.name: coding(entry) for entry in FUNCTIONS})
