"""Every sheet is declared: the books have what `SHEETS` says, and their first sheets say it."""

import pytest
from books import PORTFOLIOS, report, saved, template
from contents import links
from openpyxl import load_workbook

from xlhedge.analysis import analyse
from xlhedge.sheets.sheets import SHEETS, sheets_of

BOOKS = {"template": template, "report": report}


@pytest.mark.parametrize("kind", BOOKS)
@pytest.mark.parametrize("name", ["full-hedge", "odd"])
def test_a_book_has_the_sheets_that_are_declared_for_it(kind, name, tmp_path):
    specs = sheets_of(kind, analyse(PORTFOLIOS[name]))
    book = load_workbook(saved(BOOKS[kind](name), tmp_path / "book.xlsx"))
    titles = [each.title for each in specs]
    assert book.sheetnames == titles
    front = titles[0] if kind == "template" else "Inputs & audit"  # page one has no room for them
    linked = links(book[front])
    assert {title: linked[title] for title in titles[1:]} == {
        each.title: (f"'{each.title}'!A1", each.purpose) for each in specs[1:]
    }
    for each in specs:
        setup = book[each.title].page_setup
        if kind == "template":  # a report's pages shrink to what they hold
            assert setup.fitToHeight == each.tall
            assert setup.fitToWidth == each.wide or not each.wide
        assert setup.orientation == ("landscape" if each.landscape else "portrait")


@pytest.mark.parametrize("kind", BOOKS)
def test_no_two_sheets_of_a_book_have_one_title_and_each_says_what_it_is_for(kind):
    specs = [each for each in SHEETS if kind in each.books]
    assert len({each.title.casefold() for each in specs}) == len(specs)
    assert all(each.purpose for each in specs[1:])


@pytest.mark.parametrize("name", ["treasury", "odd"])
def test_a_sheet_may_depend_on_the_analysis(name, tmp_path):
    titles = load_workbook(saved(report(name), tmp_path / "book.xlsx")).sheetnames
    assert ("Hedge history" in titles) is (name == "treasury")
