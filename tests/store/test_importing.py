"""`headgate import`: good rows load, bad ones are reported with line and reason, nothing loads twice."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from books import MONDAY, step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from activities.printing import unprintable
from store import ledger, outbox
from store.engine import Store
from store.importing import documentation
from store.importing.kinds import KINDS
from store.importing.run import ImportFileError, ImportReport, import_file
from store.importing.values import Reading
from store.projection import write_step
from store.queries.accounts import account_view, use_of
from store.queries.finding import search_accounts
from store.tables.imports import ImportRun
from store.tables.utility import Payment, Read

ZONE = ZoneInfo("America/Los_Angeles")
READING = Reading(zone=ZONE, unprintable=unprintable)
ACCOUNTS = """account,class,name,address,city,zip,route,sequence,since,confidential,mailing_address,mailing_city
10-000001,residential,José Pérez,1 Well St,Wellton,90000,07,10,2020-01-01,no,PO Box 5,Farview
10-000002,commercial,Bakery,2 Well St,Wellton,90000,07,20,2021-05-01,yes,,
"""
METERS = """meter,account,serial,installed
M1,10-000001,S1,2020-01-01
M2,10-000002,S2,2021-05-01
"""
READS = """meter,at,value_ccf
M1,2026-01-05,100
M1,2026-03-05T10:15,124.5
M1,2026-05-05T10:15-07:00,151.125
"""
BILLS = """bill,account,meter,period_start,period_end,read_ccf,use_ccf,amount_usd,mailed,due
B1,10-000001,M1,2026-01-05,2026-03-05,124.5,24.5,84.10,2026-03-09,2026-04-03
"""
PAYMENTS = """payment,account,received,amount_usd,method
P1,10-000001,2026-03-20,50.00,check
P2,10-000001,2026-04-20,34.10,card
"""
FILES = {"accounts": ACCOUNTS, "meters": METERS, "reads": READS, "bills": BILLS, "payments": PAYMENTS}


def load(store: Store, folder: Path, kind: str, text: str | bytes) -> ImportReport:
    file = folder / f"{kind}.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_file(store, kind, file, by="admin", now=MONDAY, reading=READING)


def load_all(store: Store, folder: Path) -> dict[str, ImportReport]:
    return {kind: load(store, folder, kind, text) for kind, text in FILES.items()}


def reasons(report: ImportReport) -> list[str]:
    return [str(bad) for bad in report.bad_rows]


def test_five_files_become_the_books_of_a_district(store: Store, tmp_path: Path) -> None:
    reports = load_all(store, tmp_path)
    assert {kind: (report.loaded, report.bad) for kind, report in reports.items()} == {
        "accounts": (2, 0),
        "meters": (2, 0),
        "reads": (3, 0),
        "bills": (1, 0),
        "payments": (2, 0),
    }
    with store.reading() as session:
        view = account_view(session, "10-000001")
        assert view is not None
        assert (view.customer.name, view.meters[0].serial) == ("José Pérez", "S1")
        assert view.account.mailing == {"line1": "PO Box 5", "line2": "", "city": "Farview", "state": "", "zip": ""}
        assert [use.use_ccf for use in use_of(session, "10-000001")] == [Decimal("24.500"), Decimal("26.625")]
        assert [found.account_id for found in search_accounts(session, "jose", confidential=False)] == ["10-000001"]
        assert ledger.balance_usd(session, "10-000001") == 0
        assert ledger.unbalanced_entries(session) == []
        assert session.execute(select(func.count()).select_from(ImportRun)).scalar_one() == 5


def test_a_read_without_an_offset_is_in_the_districts_zone(store: Store, tmp_path: Path) -> None:
    load_all(store, tmp_path)
    with store.reading() as session:
        times = [read.at for read in session.execute(select(Read)).scalars()]
    assert sorted(times) == [
        datetime(2026, 1, 5, 20, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 18, 15, tzinfo=UTC),
        datetime(2026, 5, 5, 17, 15, tzinfo=UTC),
    ]


def test_nothing_loads_twice(store: Store, tmp_path: Path) -> None:
    load_all(store, tmp_path)
    again = load_all(store, tmp_path)
    assert [(report.loaded, report.bad) for report in again.values()] == [(0, 0)] * 5
    assert again["reads"].known == 3
    with store.reading() as session:
        assert ledger.balance_usd(session, "10-000001") == 0


def test_each_bad_row_is_told_by_line_and_reason_and_the_good_ones_load(store: Store, tmp_path: Path) -> None:
    load_all(store, tmp_path)
    report = load(
        store,
        tmp_path,
        "reads",
        "meter,at,value_ccf,kind\n"
        "M1,2026-06-01,200,actual\n"
        "M9,2026-06-01,200,actual\n"
        "M1,2026-06-31,200,actual\n"
        "M1,2026-06-02,12x,actual\n"
        "M1,2026-06-02,12.0001,actual\n"
        "M1,2026-06-02,-1,actual\n"
        "M1,2026-06-02,NaN,guess\n"
        ",2026-06-02,5,actual\n"
        "M1,2026-06-02,5\n"
        "M1,2026-03-08T02:30,5,actual\n"
        "M1,2026-06-01,201,actual\n"
        "\n"
        "M2,2026-06-03,5,field\n",
    )
    assert (report.loaded, report.bad) == (2, 10)
    assert reasons(report) == [
        "reads.csv:3: column meter has M9, which is not in the books",
        "reads.csv:4: column at has '2026-06-31'; a time such as 2026-07-06T10:15 is wanted",
        "reads.csv:5: column value_ccf has '12x'; ccf such as 1042.125 is wanted",
        "reads.csv:6: column value_ccf has '12.0001'; at most 3 decimal places are taken",
        "reads.csv:7: column value_ccf has '-1'; a number from 0 to below 1000000000 is wanted",
        "reads.csv:8: column value_ccf has 'NaN'; ccf such as 1042.125 is wanted",
        "reads.csv:9: column meter is empty; it is needed: the meter's number in the books",
        "reads.csv:10: the line has 3 fields; the header has 4",
        "reads.csv:11: column at has '2026-03-08T02:30'; the clocks of America/Los_Angeles went from before it to after it "
        "on that day",
        "reads.csv:12: M1 2026-06-01 19:00:00+00:00 actual is in the books already, with another value_ccf",
    ]


def test_what_letters_could_not_print_is_told_where_it_stands_on_them(store: Store, tmp_path: Path) -> None:
    head = "account,class,name,address,city,zip,route,sequence,since,hazard\n"
    rows = [
        "10-1,residential,José \U0001f600,1 Well St,Wellton,90000,07,10,2020-01-01,",
        "10-2,residential,José,2 \U0001f3e0 St,Wellton,90000,07,20,2020-01-01,",
        "10-3,residential,陳大文,3 Well St,Wellton,90000,07,30,2020-01-01,\U0001f415 in the yard",
    ]
    report = load(store, tmp_path, "accounts", head + "\n".join(rows) + "\n")
    assert report.loaded == 1
    assert reasons(report) == [
        "accounts.csv:2: column name has \U0001f600 (U+1F600), which letters cannot print",
        "accounts.csv:3: column address has \U0001f3e0 (U+1F3E0), which letters cannot print",
    ]


def test_a_row_that_only_the_database_refuses_costs_no_other(store: Store, tmp_path: Path) -> None:
    load_all(store, tmp_path)
    report = load(
        store,
        tmp_path,
        "meters",
        "meter,account,serial,installed\nM3,10-000002,S3,2024-01-01\nM4,10-000002,S1,2024-01-01\nM5,10-000001,S5,2024-01-01\n",
    )
    assert report.loaded == 2
    assert reasons(report) == ["meters.csv:3: column serial has S1, which another meter has"]
    second = load(store, tmp_path, "bills", BILLS.replace("B1", "B2"))
    assert reasons(second) == ["bills.csv:2: account 10-000001 has another bill for the period that ends 2026-03-05"]
    with store.reading() as session:
        assert ledger.balance_usd(session, "10-000001") == 0


def test_a_line_over_several_lines_and_a_wrong_encoding_are_told_where_they_begin(store: Store, tmp_path: Path) -> None:
    head, first, second = ACCOUNTS.splitlines()
    report = load(
        store,
        tmp_path,
        "accounts",
        "\n".join([head, first.replace("José Pérez", '"José\nPérez"'), second.replace("Bakery", "Café")]).encode(
            "latin-1"
        ),
    )
    assert report.loaded == 0
    assert [bad.line for bad in report.bad_rows] == [2, 4]
    assert "bytes that are not UTF-8" in report.bad_rows[1].reason


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("read", READS, "there is no import of read; reads is near"),
        ("reads", "meter,at,value\nM1,2026-01-01,1\n", "reads have no column 'value'; value_ccf is near"),
        ("reads", "meter,at\nM1,2026-01-01\n", "column value_ccf is missing; reads need it"),
        ("reads", "meter,at,value_ccf,at\n", "column at is there twice"),
        ("reads", "", "column meter, at, value_ccf is missing"),
    ],
)
def test_a_file_that_cannot_be_this_kind_is_refused_whole(
    sqlite_store: Store, tmp_path: Path, kind: str, text: str, sentence: str
) -> None:
    with pytest.raises(ImportFileError) as refused:
        load(sqlite_store, tmp_path, kind, text)
    assert sentence in str(refused.value)


def test_a_file_that_is_not_there_is_one_sentence(sqlite_store: Store, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"none\.csv cannot be read: No such file"):
        import_file(sqlite_store, "reads", tmp_path / "none.csv", by="admin", now=MONDAY, reading=READING)


def test_a_payment_returned_later_is_reversed_and_open_cases_get_word(store: Store, tmp_path: Path) -> None:
    load_all(store, tmp_path)
    with store.writing() as session:
        write_step(session, step())
    head = "payment,account,received,amount_usd,method,reversed_on,reverse_reason\n"
    report = load(
        store,
        tmp_path,
        "payments",
        head
        + "P1,10-000001,2026-03-20,50.00,check,2026-03-26,insufficient funds\n"
        + "P3,10-000001,2026-07-01,10.00,cash,,\n"
        + "P4,10-000002,2026-07-01,10.00,cash,,\n"
        + "P2,10-000001,2026-04-20,34.11,card,,\n",
    )
    assert (report.amended, report.loaded) == (1, 2)
    assert reasons(report) == ["payments.csv:5: P2 is in the books already, with another amount_usd"]
    with store.reading() as session:
        assert ledger.balance_usd(session, "10-000001") == Decimal("40.00")
        waiting = {event.id: event for event in outbox.waiting_account_events(session)}
        assert set(waiting) == {"payment-returned:P1", "payment-rejected:P1", "payment-received:P3"}
        assert waiting["payment-received:P3"].data == {
            "payment": "P3",
            "amount": "10.00",
            "received": "2026-07-01",
        }
    with store.writing() as session:
        outbox.account_event_delivered(session, "payment-returned:P1", MONDAY)
        assert not outbox.tell_account(session, "payment-received:P3", "10-000001", "payment-received", {}, MONDAY)
    with store.reading() as session:
        left = {event.id: event.data for event in outbox.waiting_account_events(session)}
    assert set(left) == {"payment-received:P3", "payment-rejected:P1"}
    assert left["payment-rejected:P1"] == {  # what a case "returned payment" opens with
        "payment": {"id": "P1", "received": "2026-03-20", "amount": "50.00"},
        "returned": "2026-03-26",
        "reason": "insufficient-funds",
    }
    assert load(store, tmp_path, "payments", head + "P1,10-000001,2026-03-20,50.00,check,2026-03-26,x\n").known == 1


def test_100000_reads_load_in_batches_and_a_broken_off_import_goes_on(sqlite_store: Store, tmp_path: Path) -> None:
    load_all(sqlite_store, tmp_path)
    rows = [
        f"M{1 + n % 2},{2000 + n // 5000}-{1 + n // 420 % 12:02d}-{1 + n // 15 % 28:02d}T{n % 15 + 5:02d}:{n % 60:02d},{n}"
        for n in range(100_000)
    ]
    file = tmp_path / "many.csv"
    file.write_text("meter,at,value_ccf\n" + "\n".join(dict.fromkeys(rows)) + "\n")
    steps: list[float] = []

    def stop_half_way(done: int, total: int) -> None:
        steps.append(done / total)
        if done / total > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(sqlite_store, "reads", file, by="admin", now=MONDAY, reading=READING, progress=stop_half_way)
    assert len(steps) > 20
    with sqlite_store.reading() as session:
        before = session.execute(select(func.count()).select_from(Read)).scalar_one()
    assert 30_000 < before < 60_000
    report = import_file(sqlite_store, "reads", file, by="admin", now=MONDAY, reading=READING)
    assert report.known + report.loaded + report.bad == 100_000
    assert report.known >= before - 3
    with sqlite_store.reading() as session:
        assert session.execute(select(func.count()).select_from(Read)).scalar_one() == before + report.loaded


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(KINDS)))
def test_no_file_whatever_is_in_it_breaks_an_import(
    sqlite_store: Store, tmp_path: Path, rest: bytes, kind: str
) -> None:
    header = ",".join(column.name for column in KINDS[kind].columns if column.required).encode()
    report = load(sqlite_store, tmp_path, kind, header + b"\n" + rest)
    assert report.loaded == 0
    with sqlite_store.reading() as session:
        assert session.execute(select(func.count()).select_from(Payment)).scalar_one() == 0


def test_every_column_says_what_it_holds() -> None:
    assert all(column.meaning for kind in KINDS.values() for column in kind.columns)


def test_the_reference_page_has_the_columns_as_they_are() -> None:
    assert (Path(__file__).parents[2] / "docs" / "reference" / "import.md").read_text() == documentation.page()
