"""Workbooks as people see them: what openpyxl designs, with rows that hold formula and value."""
