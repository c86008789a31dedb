"""Workbooks as files: what openpyxl designs, with rows that hold formula and value."""
