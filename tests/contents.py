"""The contents of a book: its titles, where each leads, and what is said of it."""


def links(sheet):
    """Each linked text of a sheet, with its place and what stands behind it."""
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.hyperlink and cell.value:
                said = next((each.value for each in row[cell.column :] if each.value), None)
                found[cell.value] = (cell.hyperlink.location, said)
    return found
