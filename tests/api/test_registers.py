"""What finance reconciles: postings by day, imports with their bad rows, approvals that wait, registers as files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import select

from activities.printing import unprintable
from api.security.signin import SESSION_COOKIE
from store.importing.run import import_file
from store.importing.values import Reading
from store.ledger import Entry, moved, post
from store.publishing import publish_compiled
from store.tables.audit import Audit
from store.tables.batches import LetterBatch
from store.tables.cases import CaseRow
from store.tables.papers import Letter
from tests.api.office import MONDAY, Office
from tests.api.pages_office import seen
from tests.shipped import shipped

TODAY = date(2026, 3, 9)
DEFINITIONS = Path(__file__).parents[2] / "definitions"


def written_off(office: Office, number: int, amount: str) -> None:
    entry = Entry(
        id=f"c-1.{number}.1",
        lines=moved("a-1", Decimal(amount), debit="bad-debt", credit="receivable"),
        posted_on=TODAY,
        at=MONDAY,
        rule="write-off",
        person="finance",
        case_id="c-1",
        step_no=number,
        memo="=1+1",
    )
    with office.store.writing() as session:
        post(session, [entry])


async def test_a_days_postings_say_who_posted_what_under_which_rule_and_come_to_nothing(office: Office) -> None:
    written_off(office, 1, "30.00")
    written_off(office, 2, "12.10")
    finance = office.by("finance")
    first = (await finance.get("/api/money/postings", limit=3)).json()
    rest = (await finance.get(first["next"])).json()
    lines = first["items"] + rest["items"]
    assert [(each["entry"], each["code"], each["amount_usd"], each["person"], each["case"]) for each in lines] == [
        ("c-1.1.1", "bad-debt", "30.00", "finance", "c-1"),
        ("c-1.1.1", "receivable", "-30.00", "finance", "c-1"),
        ("c-1.2.1", "bad-debt", "12.10", "finance", "c-1"),
        ("c-1.2.1", "receivable", "-12.10", "finance", "c-1"),
    ]
    day = (await finance.get("/api/money/days")).json()
    assert [(each["rule"], each["code"], each["lines"], each["amount_usd"]) for each in day["sums"]] == [
        ("write-off", "bad-debt", 2, "42.10"),
        ("write-off", "receivable", 2, "-42.10"),
    ]
    assert day["sum_usd"] == "0.00"
    assert (await finance.get("/api/money/postings", on="2026-03-08")).json()["items"] == []


async def test_a_register_is_exported_as_csv_without_formulas_and_the_export_is_recorded(office: Office) -> None:
    written_off(office, 1, "30.00")
    answer = await office.by("auditor").get("/api/money/registers/write-offs")
    assert answer.headers["content-disposition"] == 'attachment; filename="write-offs-2026-03-09.csv"'
    [header, line] = csv.reader(io.StringIO(answer.text))
    assert dict(zip(header, line, strict=True)) == {
        "posted_on": "2026-03-09",
        "account": "a-1",
        "amount_usd": "30.00",
        "rule": "write-off",
        "person": "finance",
        "case": "c-1",
        "memo": "'=1+1",
    }
    with office.store.reading() as session:
        [row] = session.exec(select(Audit).where(Audit.act == "export")).all()
    assert (row.person, row.object_id) == ("auditor", "write-offs 2026-02-07 2026-03-09")
    for name in ("postings", "refunds", "returned-payments", "deposits", "books"):
        assert (await office.by("finance").get(f"/api/money/registers/{name}")).status_code == 200
    too_long = await office.by("finance").get("/api/money/registers/postings", start="2020-01-01")
    assert too_long.status_code == 422


async def test_the_bad_rows_of_an_import_stay_with_it(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "payments.csv"
    file.write_text(
        "payment,account,received,amount_usd,method\np1,a-1,2026-03-06,10.00,check\np2,a-9,2026-03-06,5.00,check\n"
    )
    reading = Reading(zone=ZoneInfo("America/Los_Angeles"), unprintable=unprintable)
    import_file(office.store, "payments", file, by="night", now=MONDAY, reading=reading)
    finance = office.by("finance")
    [run] = (await finance.get("/api/money/imports")).json()["items"]
    assert (run["kind"], run["loaded"], run["bad"], run["by"]) == ("payments", 1, 1, "night")
    rows = (await finance.get(f"/api/money/imports/{run['id']}/bad-rows")).json()
    assert rows == [{"line": 3, "reason": "column account has a-9, which is not in the books"}]
    spanish = {"Cookie": f"{SESSION_COOKIE}={office.tokens['finance']}; language=es"}
    page = (await seen(office, "finance", f"/finance/imports/{run['id']}", spanish)).text
    assert "la columna account tiene a-9, que no está en los libros" in page
    assert "<dd>pagos</dd>" in page


async def test_what_waits_for_approval_says_whose_limit_does_and_who_must_not(office: Office) -> None:
    case = office.task(run=1, state="completed", closed_at=MONDAY, closed_by="supervisor").rpartition(".")[0]
    task = office.task(
        case=case,
        run=2,
        name="adjusting",
        place="adjusting",
        title="Approve the adjustment",
        queue="supervisors",
        draft={"credit": "250.00"},
        not_by=["review"],
    )
    office.task()  # another case's, in which no limit counts
    [waits] = (await office.by("supervisor").get("/api/money/approvals")).json()
    assert (waits["task"], waits["kind"], waits["amount_usd"], waits["limit_usd"]) == (
        task,
        "adjustment",
        "250.00",
        "1000.00",
    )
    assert "separation of duties" in waits["bar"]
    # Of another queue: not theirs to see.
    assert (await office.by("rep").get("/api/money/approvals")).json() == []


async def test_a_batch_says_what_its_mailing_begins_in_law(office: Office) -> None:
    with office.store.writing() as session:
        publish_compiled(session, shipped("collection"), source="", by="author", at=MONDAY - timedelta(days=30))
        session.add(
            CaseRow(id="c-collect", definition="collection", version=1, account_id="a-1", opened_at=MONDAY, at=MONDAY)
        )
        session.add(LetterBatch(id="lb-1", made_at=MONDAY, made_by="finance", letters=1))
        session.flush()
        session.add(
            Letter(
                id="l-1", case_id="c-collect", step_no=1, effect_no=1, template="final-notice", account_id="a-1",
                queued_at=datetime(2026, 3, 6, tzinfo=UTC), batch="lb-1",
            )
        )  # fmt: skip
    days = (await office.by("finance").get("/api/letters/batches/lb-1/law-days", mailed_on="2026-03-09")).json()
    said = {each["rule"]: (each["span"], each["allows_from"]) for each in days}
    assert said["WSP-9"] == ("7 business days", "2026-03-18")  # 9 March is left out
    assert ("15 days", "2026-03-24") in said.values()
    assert {each["template"] for each in days} == {"final-notice"}
