"""The pages of a list: who sees them, what a line shows, sifting, taking off, releasing by two, and a page gone stale."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import event

from api.security.form_tokens import form_token
from api.security.signin import SESSION_COOKIE
from definitions.language.sentences import beside, say
from store import people
from store.ledger import payment_entry, post
from store.tables.cases import CaseRow, ListLine
from store.tables.lists import ListRelease, ReleaseLine
from store.tables.utility import Hold, Payment
from tests.api.office import MONDAY, Office

WHY = [
    {"says": "60 full days since 6 January 2026", "rule": "WSP-8", "source": "H&S 116908(a)(1)(A)", "kept": True,
     "earliest": "2026-03-08", "confirmed": True},
    {"says": "no hold bars it", "rule": "WSP-14", "source": "H&S 116908(b)", "kept": True, "earliest": "2026-03-09",
     "confirmed": False},
]  # fmt: skip


def line(office: Office, number: int, *, list_name: str = "tags", joined: datetime = MONDAY, **columns: Any) -> str:
    """A line of one of the office's accounts, written into the store; its id."""
    case = f"c-{number:012d}"
    with office.store.writing() as session:
        account = f"a-{number}" if number < 3 else None
        at = {"opened_at": joined, "at": joined}
        session.add(CaseRow(id=case, definition="gathering", version=1, account_id=account, state="waiting", **at))
        session.flush()
        row = ListLine(
            id=f"{case}.1.{list_name}", list_name=list_name, case_id=case, account_id=account, state="waiting",
            columns=columns, why=WHY, joined_at=joined, joined_step=1,
        )  # fmt: skip
        session.add(row)
        return row.id


class Browser:
    """Somebody at a browser without script: reads pages and sends their forms."""

    def __init__(self, office: Office, user: str) -> None:
        self.http = office.http
        with office.store.writing() as session:
            now = datetime.now(UTC)
            self.token = people.make_sign_in(session, user, kind="session", at=now, expires_at=now + timedelta(days=1))

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Reads a page."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.get(path, headers={**named, "Cookie": f"{SESSION_COOKIE}={self.token}"})

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        """Sends a form."""
        data = {"form-token": form_token(self.token), "key": f"k-{path}-{sorted(fields.items())}"[:120], **fields}
        return await self.http.post(path, data=data, headers={"Cookie": f"{SESSION_COOKIE}={self.token}"})


async def test_a_line_shows_its_arithmetic_where_it_is_and_what_has_changed_since(office: Office) -> None:
    line(office, 1, balance="184.10", delinquent_since="2026-01-06", final_notice="2026-02-20", flags=["medical"])
    with office.store.writing() as session:
        payment = Payment(id="p-1", account_id="a-1", received=MONDAY.date(), amount_usd=Decimal("40.00"))
        session.add(payment)
        session.flush()
        post(session, [payment_entry(payment, MONDAY)])
        session.add(
            Hold(id="h-1", account_id="a-1", kind="bankruptcy", since=MONDAY, placed_by="rep", placed_at=MONDAY)
        )
    shown = await Browser(office, "lead").get("/lists/tags")
    assert shown.status_code == 200, shown.text
    for said in (
        "WSP-8", "60 full days since 6 January 2026", "from 8 Mar 2026", "lawful from 9 Mar 2026", "unconfirmed",
        "$184.10", "62 days", "Final notice", "20 Feb 2026", "Medical certificate", "since then: Bankruptcy stay",
        "has paid $40.00 since", "Maria Lopez", "1 Orchard Lane",
    ):  # fmt: skip
        assert said in shown.text, said


async def test_a_confidential_account_stands_on_a_list_without_its_name(office: Office) -> None:
    line(office, 2, balance="84.10")
    assert "Chris Young" not in (await Browser(office, "lead").get("/lists/tags")).text
    assert "Chris Young" in (await Browser(office, "supervisor").get("/lists/tags")).text
    assert "Chris Young" not in (await Browser(office, "lead").get("/lists/tags/print")).text


async def test_lists_are_for_those_who_see_accounts_and_the_way_there_for_those_who_review(office: Office) -> None:
    line(office, 1)
    for path in ("/lists", "/lists/tags", "/lists/tags/day", "/lists/tags/print"):
        assert (await Browser(office, "crew").get(path)).status_code == 403, path
        assert (await Browser(office, "lead").get(path)).status_code == 200, path
    assert (await Browser(office, "lead").get("/lists/none")).status_code == 404
    rep = await Browser(office, "rep").get("/lists/tags")
    assert rep.status_code == 200
    assert 'href="/lists"' not in (await Browser(office, "rep").get("/")).text
    assert 'name="line"' not in rep.text
    assert (await Browser(office, "rep").post("/lists/tags/approve", seen="x")).status_code in (403, 412)


async def test_lines_are_sorted_and_sifted_by_amount_age_route_and_how_long_they_wait(office: Office) -> None:
    line(office, 1, balance="90.00", delinquent_since="2026-01-06", joined=MONDAY - timedelta(days=3))
    line(office, 3, balance="300.00", delinquent_since="2026-02-20")
    line(office, 4, balance="200.00", delinquent_since="2025-12-01")
    browser = Browser(office, "lead")

    async def shown(query: str) -> list[str]:
        text = (await browser.get(f"/lists/tags?{query}")).text
        return re.findall(r'data-row id="c-0*(\d+)\.1', text)

    assert await shown("") == ["1", "3", "4"]
    assert await shown("sort=amount") == ["3", "4", "1"]
    assert await shown("sort=age") == ["4", "1", "3"]
    assert await shown("sort=route") == ["1", "3", "4"]
    assert await shown("amount=150") == ["3", "4"]
    assert await shown("days=60&sort=age") == ["4", "1"]
    assert await shown("route=R1") == ["1"]
    assert await shown("late=yes") == ["1"]
    assert await shown("amount=nonsense&days=x&sort=y") == ["1", "3", "4"]
    assert "You see 1 of 3 lines" in (await browser.get("/lists/tags?late=yes")).text


async def test_why_a_line_left_meanwhile_is_told_in_words_and_in_the_readers_language(office: Office) -> None:
    line(office, 3)
    left, dropped = (line(office, number, joined=MONDAY - timedelta(days=1)) for number in (1, 2))
    lead = Browser(office, "lead")
    page = (await lead.get("/lists/tags", Accept_Language="es")).text
    seen, at = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("seen", "at"))
    assert seen
    assert at
    why = say("the case came to version %(version)s", version=2)
    with office.store.writing() as session:
        for row, reason in (
            (session.get_one(ListLine, left), "message payment-received"),
            (session.get_one(ListLine, dropped), why),
        ):
            row.status, row.decided_at, row.decided_step = "left", MONDAY + timedelta(minutes=1), 2
            row.reason, row.reason_said = reason, beside(reason)
    fields = {"seen": seen[1], "at": at[1], "key": "k", "form-token": form_token(lead.token)}
    headers = {"Cookie": f"{SESSION_COOKIE}={lead.token}; language=es"}
    told = (await office.http.post("/lists/tags/approve", data=fields, headers=headers)).text
    assert "Payment received" in told
    assert "message payment" not in told
    assert "el caso pasó a la versión 2" in told


async def test_a_list_is_released_by_two_and_what_changed_meanwhile_is_told(office: Office) -> None:
    line(office, 1)
    lead, supervisor = Browser(office, "lead"), Browser(office, "supervisor")
    page = (await lead.get("/lists/tags")).text
    seen, at = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("seen", "at"))
    assert seen
    assert at
    assert "Approve 1 line" in page
    gone = line(office, 3, joined=MONDAY + timedelta(minutes=5))
    stale = await lead.post("/lists/tags/approve", seen=seen[1], at=at[1])
    assert stale.status_code == 412
    assert "What has changed since" in stale.text
    assert "c-000000000003 has joined" in stale.text
    with office.store.writing() as session:
        row = session.get_one(ListLine, gone)
        row.status, row.decided_at, row.decided_step = "left", MONDAY + timedelta(minutes=6), 2
    first = await lead.post("/lists/tags/approve", seen=seen[1], at=at[1])
    assert (first.status_code, first.headers["location"]) == (303, "/lists/tags")
    page = (await lead.get("/lists/tags")).text
    assert "Approved by Lead (lead)." in page
    assert "You have approved these lines." in page
    assert "Release 1 line" in (await supervisor.get("/lists/tags")).text
    second = await supervisor.post("/lists/tags/approve", seen=seen[1], at=at[1])
    assert re.fullmatch(r"/lists/tags/releases/r-\w+", second.headers["location"])
    release = (await lead.get(second.headers["location"])).text
    assert "0 of 1 lines are decided" in release


async def test_a_release_is_paused_with_a_reason_and_its_results_say_why_a_line_stayed(office: Office) -> None:
    one = line(office, 1)
    with office.store.writing() as session:
        session.add(
            ListRelease(id="r-1", list_name="tags", day=MONDAY.date(), approved_by=["lead"], made_at=MONDAY,
                        made_by="lead", lines=2)
        )  # fmt: skip
        session.flush()
        session.add(ReleaseLine(release_id="r-1", no=1, line_id=one, status="stayed", sentence="balance 74.10 is less"))
    lead = Browser(office, "lead")
    shown = await lead.get("/lists/tags/releases/r-1")
    assert "balance 74.10 is less" in shown.text
    assert "1 of 2" in (await lead.get("/lists")).text or "2 lines" in (await lead.get("/lists")).text
    seen = re.search(r'data-seen="(\w+)"', shown.text)
    assert seen
    assert (await lead.get("/lists/tags/releases/r-1/progress", X_Seen=seen[1])).status_code == 204
    unsaid = await lead.post("/lists/tags/releases/r-1/pause", reason="")
    assert unsaid.status_code == 422
    paused = await lead.post("/lists/tags/releases/r-1/pause", reason="A main has burst.")
    assert paused.status_code == 303
    again = await lead.get("/lists/tags/releases/r-1/progress", X_Seen=seen[1])
    assert (again.status_code, "A main has burst." in again.text) == (200, True)
    whose = "Going on with it, or cancelling it, is for "
    assert whose not in again.text
    assert whose in (await Browser(office, "rep").get("/lists/tags/releases/r-1")).text
    assert (await lead.post("/lists/tags/releases/r-1/burn", reason="x")).status_code == 404
    assert (await Browser(office, "rep").post("/lists/tags/releases/r-1/cancel", reason="x")).status_code == 403


async def test_nothing_chosen_or_no_reason_is_said_and_what_was_chosen_stays(office: Office) -> None:
    one = line(office, 1)
    lead = Browser(office, "lead")
    none = await lead.post("/lists/tags/exclude", reason="paid")
    assert (none.status_code, "Choose the lines" in none.text) == (422, True)
    unsaid = await lead.post("/lists/tags/exclude", line=one)
    assert (unsaid.status_code, "Say why" in unsaid.text) == (422, True)
    assert re.search(rf'value="{re.escape(one)}" checked', unsaid.text)


async def test_a_page_of_a_list_asks_the_same_number_of_questions_however_long_it_is(office: Office) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(office.store.engine, "before_cursor_execute", note)
    counts = []
    try:
        for numbers in ((1,), range(2, 40)):
            for number in numbers:
                line(office, number, balance="84.10")
            browser = Browser(office, "lead")
            asked.clear()
            assert (await browser.get("/lists/tags")).status_code == 200
            counts.append(len(asked))
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]
