"""An empty template, filled in as a person does it: what Start says after each cell."""

import json

from books import saved, template
from portfolios import letter_of

TYPE = """
import json
from com.sun.star.beans import PropertyValue
desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
hidden = PropertyValue(Name="Hidden", Value=True)
book = desktop.loadComponentFromURL({source!r}, "_blank", 0, (hidden,))
said = []
try:
    cell = lambda sheet, name: book.Sheets.getByName(sheet).getCellRangeByName(name)
    for sheet, name, typed in {cells!r}:
        if sheet:
            cell(sheet, name).setFormula(typed)
        tops = [n for n in range(10, 30) if cell("Start", f"A{{n}}").String == "COINS"]
        tiles = {{cell("Start", f"{{x}}{{tops[0]}}").String: [
            cell("Start", f"{{x}}{{tops[0] + n}}").String for n in (1, 2)] for x in "ABCDEF"}}
        said.append([cell("Start", "B3").String, tiles])
    print(json.dumps(said))
finally:
    book.close(True)
"""


def test_start_leads_through_a_first_book(libreoffice, tmp_path):
    """From "type your coins" to an order, with the cell to go to at each step."""

    def at(table, column):
        return f"{letter_of(table, column)}6"

    as_of, horizon = f"{letter_of('Settings', 'value')}7", f"{letter_of('Settings', 'value')}9"
    steps = [
        ("", "", "", "Type your coins on Portfolio (Portfolio!A6)"),
        ("Portfolio", "A6", "SOL", "Add a price for SOL (Portfolio!D6)"),
        ("Portfolio", "B6", "2", "Add a price for SOL (Portfolio!D6)"),
        ("Portfolio", "D6", "150", "Type the futures that you hedge with on Instruments"),
        ("Instruments", "A6", "SOL-P", "Add a price for SOL-P (Instruments!E6)"),
        ("Instruments", "B6", "SOL", "Add a price for SOL-P (Instruments!E6)"),
        ("Instruments", "E6", "150", f"Type the date of the prices (Portfolio!{as_of})"),
        ("Portfolio", as_of, "46000", f"Type how long to hedge (Portfolio!{horizon})"),
        ("Portfolio", horizon, "46090",
         f"Say what each coin is hedged with (Portfolio!{at('Holdings', 'instrument')})"),
        ("Portfolio", at("Holdings", "instrument"), "SOL-P", "Terms that a contract needs: "),
        ("Instruments", "F6", "0.0001", "Order: short 2 SOL-P (Orders)"),
        ("Shorts", "A6", "SOL-P", ""),
        ("Shorts", "B6", "1.6", ""),
        ("Shorts", "C6", "150", ""),
        ("Shorts", "D6", "120", ""),
        ("Instruments", "H6", "0.004", "Order: short 0.4 SOL-P (Orders)"),
    ]  # fmt: skip
    path = saved(template(None), tmp_path / "book.xlsx")
    cells = [step[:3] for step in steps]
    told = json.loads(libreoffice.ask(TYPE.format(source=path.as_uri(), cells=cells)))
    for (_, name, typed, wanted), (said, tiles) in zip(steps, told, strict=True):
        assert said.startswith(wanted), (name, typed)
        assert not any(each.startswith(("#", "Err")) for tile in tiles.values() for each in tile)
    first, last = told[0][1], told[-1][1]
    assert set(map(tuple, first.values())) == {("", "–")}
    assert last["COINS"] == ["", "300"]
    assert last["HEDGED"] == ["ACT", "80 %"]
    # (150 + 120 / 1.6) / 1.004 over 150
    assert last["LIQUIDATION"] == ["WATCH", "49.4 %"]  # nearer than twice the alert
