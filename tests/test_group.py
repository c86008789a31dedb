"""One report over several portfolios: by portfolio, by underlying, by venue."""

import json
import re

import pytest
from openpyxl import load_workbook
from stored import differences, poisoned, stored

from xlhedge.batch.consolidate import rates_of
from xlhedge.batch.plan import Request
from xlhedge.batch.progress import Progress
from xlhedge.batch.run import make_reports
from xlhedge.batch.stop import Stop
from xlhedge.errors import InputError
from xlhedge.readers.own import is_report

# name, currency, coins, price of one, contracts short, venue, margin
BOOKS = (
    ("Alpha", "USD", 2, 60_000, 1, "Binance", 9_000),
    ("Beta", "USD", 3, 60_000, 3.5, "Bybit", 9_000),
    ("Gamma", "EUR", 1, 50_000, 0.5, "Binance", 20_000),
)
RATE = 1.2


def written(folder, books=BOOKS):
    folder.mkdir()
    for name, currency, coins, price, short, venue, margin in books:
        tables = {
            "Settings": {
                "portfolio": name,
                "quote_currency": currency,
                "as_of": "2026-03-01 08:00",
                "horizon_date": "2026-06-26",
            },
            "Holdings": [
                {
                    "asset": "BTC",
                    "quantity": coins,
                    "spot_price": price,
                    "instrument": "PERP",
                }
            ],
            "Instruments": [
                {
                    "instrument": "PERP",
                    "exchange": venue,
                    "underlying": "BTC",
                    "futures_price": price,
                    "funding_rate": 0,
                    "mm_rate": 0.005,
                }
            ],
            "Shorts": [
                {"instrument": "PERP", "contracts": short, "entry_price": price, "margin": margin}
            ],
            "Scenarios": [],
        }
        (folder / f"{name}.json").write_text(json.dumps(tables))
    return folder


class Told(Progress):
    def end(self, result, failures):  # noqa: ARG002  # the progress's form
        self.result = result


def run(folder, out, rates=(f"EUR={RATE}",), group="All", **options):
    told = Told()
    with Stop() as stop:
        request = Request(
            (str(folder),), out, jobs=1, group=group, rates=rates_of(rates), **options
        )
        make_reports(request, told, stop)
    return told.result


def rows_of(path, sheet):
    """A sheet's rows by their first cell."""
    rows = load_workbook(path, data_only=True)[sheet].iter_rows(values_only=True)
    return {row[0]: row[1:] for row in rows if row[0] is not None}


@pytest.fixture
def group(tmp_path):
    result = run(written(tmp_path / "in"), tmp_path / "out")
    assert (result.status, result.halted) == (0, "")
    return tmp_path / "out" / "All-report.xlsx"


def test_portfolios_add_up_in_the_currency_of_the_group(group):
    rows = rows_of(group, "Summary")
    coins = 2 * 60_000 + 3 * 60_000 + 50_000 * RATE
    short = 60_000 + 3.5 * 60_000 + 25_000 * RATE
    assert rows["Coins held"][0] == pytest.approx(coins)
    assert rows["Short"][0] == pytest.approx(short)
    assert rows["Net delta"][0] == pytest.approx(coins - short)
    assert rows_of(group, "By portfolio")["Gamma"][4] == pytest.approx(25_000 * RATE)


def test_underlyings_and_venues_add_up(group):
    exposed, covered, left, *_ = rows_of(group, "By underlying")["BTC"]
    assert (exposed, covered) == pytest.approx((360_000, 300_000))
    assert left == pytest.approx(60_000)
    venues = {name: cells[0] for name, cells in rows_of(group, "By venue").items()}
    assert venues["Binance"] == pytest.approx(90_000)
    assert venues["Bybit"] == venues["Total"] - venues["Binance"] == pytest.approx(210_000)


def test_the_nearest_liquidation_comes_first(group):
    names = list(rows_of(group, "Summary"))
    start = names.index("Portfolio") + 1
    # Margin a coin short: 9,000/3.5 < 9,000/1 < 20,000/0.5 of its price.
    assert names[start : start + 3] == ["Beta", "Alpha", "Gamma"]
    # 1 short at 60,000 with 9,000 of margin, maintenance 0.5 %: 69,000/1.005.
    assert rows_of(group, "Summary")["Alpha"][4] == pytest.approx(69_000 / 1.005)


def test_the_urgent_portfolios_come_first(tmp_path):
    books = (
        ("Calm", "USD", 1, 60_000, 1, "Binance", 20_000),
        ("Far", "USD", 1, 60_000, 1, "Binance", 40_000),
        ("Open", "USD", 2, 60_000, 1, "Binance", 50_000),
    )
    run(written(tmp_path / "in", books), tmp_path / "out", rates=())
    rows = rows_of(tmp_path / "out" / "All-report.xlsx", "By portfolio")
    assert list(rows)[-3:] == ["Open", "Calm", "Far"]
    assert "short of the target" in rows["Open"][9]
    assert rows["Calm"][9] is None


def test_no_cents_from_a_thousand_up_and_the_alarms_print(group):
    book = load_workbook(group, data_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    cents = [cell for cell in cells if cell.number_format.startswith("#,##0.00;")]
    assert [cell.coordinate for cell in cents if abs(cell.value or 0) >= 1_000] == []
    sheet = book["By portfolio"]
    area = sheet.print_area.split("!")[-1]
    printed = {cell.value for cell in sheet[area][3]}
    assert {"Portfolio", "Net delta", "Alarms"} < printed
    assert sheet.page_setup.fitToWidth == 1


def test_libreoffice_computes_it(group, plain_libreoffice, tmp_path):
    computed = plain_libreoffice.values(poisoned(group, tmp_path / "poisoned.xlsx"))
    assert differences(computed, stored(group)) == []


def test_it_leads_to_the_reports_and_is_no_input(group, tmp_path):
    cells = load_workbook(group)["By portfolio"]["B"]
    assert '=HYPERLINK("Alpha-report.xlsx","Alpha-report.xlsx")' in [each.value for each in cells]
    assert is_report(group)
    again = run(group.parent, tmp_path / "again", group="")
    assert again.total == 1  # the folder itself, in which there is no portfolio


def test_the_same_run_gives_the_same_bytes_and_what_is_kept_counts(group, tmp_path):
    before = group.read_bytes()
    result = run(tmp_path / "in", group.parent, resume=True)
    assert (result.kept, group.read_bytes()) == (3, before)


def test_what_has_failed_is_told_on_it(tmp_path):
    folder = written(tmp_path / "in", BOOKS[:2])
    (folder / "broken.json").write_text("{}")
    result = run(folder, tmp_path / "out", rates=())
    assert (result.reports, result.failed) == (2, 1)
    told = next(iter(key for key in rows_of(tmp_path / "out" / "All-report.xlsx", "Summary")
                     if "failed" in str(key)))  # fmt: skip
    assert "broken.json" in told


@pytest.mark.parametrize(
    ("rates", "told"),
    [((), "portfolios are in EUR, USD"), (("EUR=1.2", "USD=1"), "without a rate")],
)
def test_a_rate_that_is_missing_is_told_and_the_reports_stand(rates, told, tmp_path):
    result = run(written(tmp_path / "in"), tmp_path / "out", rates=rates)
    assert (result.reports, result.status) == (3, 1)
    assert told in result.halted
    assert "\n" not in result.halted
    assert not (tmp_path / "out" / "All-report.xlsx").exists()


@pytest.mark.parametrize("text", ["EUR", "EUR=", "=1.2", "EUR=0", "EUR=-1", "EUR=x"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(InputError, match="--fx"):
        rates_of([text])


def test_a_file_of_somebody_else_stays(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "All-report.xlsx").write_bytes(b"mine")
    result = run(written(tmp_path / "in"), out)
    assert "is not of xlhedge" in result.halted
    assert (out / "All-report.xlsx").read_bytes() == b"mine"
    assert run(tmp_path / "in", out, force=True).halted == ""


def test_a_name_of_a_group_is_no_path_and_no_report_is_replaced(tmp_path):
    run(written(tmp_path / "in"), tmp_path / "out", group="../Alpha")
    names = sorted(path.name for path in (tmp_path / "out").glob("*.xlsx"))
    assert len(names) == 4 + 1  # and the summary
    assert not list(tmp_path.glob("*.xlsx"))
    run(tmp_path / "in", tmp_path / "out", group="Alpha")
    assert (tmp_path / "out" / "Alpha-2-report.xlsx").exists()


def test_links_to_reports_lead_nowhere_else(tmp_path):
    folder = written(tmp_path / "in", BOOKS[:1])
    book = (folder / "Alpha.json").read_bytes()
    names = ('http:evil"', "mailto:me", "=1+1", "h..idden", "a#b", "c\\d", 'x","y')
    for name in names:
        (folder / f"{name}.json").write_bytes(book)
    out = tmp_path / "out"
    assert run(folder, out, rates=()).reports == 1 + len(names)
    for name, sheet in (("All-report.xlsx", "By portfolio"), ("summary.xlsx", "Summary")):
        cells = [cell.value for (cell,) in load_workbook(out / name)[sheet]["B5:B13"] if cell.value]
        places = [re.fullmatch(r'=HYPERLINK\("((?:[^"]|"")*)","\1"\)', cell)[1] for cell in cells]
        assert len(set(places)) == 1 + len(names)
        for place in places:
            assert not set(place) & set(r":/\|")
            assert (out / place.replace('""', '"')).exists()
