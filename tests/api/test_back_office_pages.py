"""Finance, people and the inbox as pages: who may open them, and that none asks the database more than a handful of times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from sqlalchemy import event

from store.queries.letters import waiting_for_the_post
from store.tables.batches import LetterBatch
from store.tables.money import RefundRun
from tests.api.office import MONDAY, Office
from tests.api.pages_office import seen
from tests.api.test_inbox_by_rest import item_of

FINANCE = frozenset({"finance", "auditor"})
ACCOUNTS = frozenset({"rep", "rep2", "lead", "supervisor", "finance", "auditor", "author"})
EVERYBODY = frozenset({*ACCOUNTS, "crew", "gateway"})

#: Page → who may open it.
PAGES = {
    "/finance": FINANCE,
    "/finance/letters": FINANCE,
    "/finance/approvals": FINANCE,
    "/finance/postings": FINANCE,
    "/finance/books": FINANCE,
    "/finance/refunds": FINANCE,
    "/finance/imports": FINANCE,
    "/finance/registers/write-offs": FINANCE,
    "/inbox": ACCOUNTS,
    "/inbox/new": frozenset({"rep", "rep2", "lead", "supervisor", "gateway"}),
    "/memos": EVERYBODY,
    "/audit/personal-data": frozenset({"lead", "supervisor"}),
    "/people": frozenset({"supervisor"}),
    "/people/new": frozenset({"supervisor"}),
    "/people/rep": frozenset({"supervisor"}),
    "/me": EVERYBODY,
}
MOST = 24  #: statements of one page, with those that say who asks


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_opens_for_who_may_see_it(office: Office, path: str) -> None:
    for user in sorted(EVERYBODY):
        answer = await office.by(user).get(path)
        assert answer.status_code == (200 if user in PAGES[path] else 403), (user, answer.text)


async def test_no_page_asks_more_than_a_handful_of_times_however_much_there_is(office: Office) -> None:
    for number in range(20):
        office.task()
        await item_of(office, subject=f"Call {number}")
        with office.store.writing() as session:
            session.add(LetterBatch(id=f"lb-{number}", made_at=MONDAY, made_by="finance", letters=1))
    for path in PAGES:
        if path == "/inbox/new":
            continue
        user = "supervisor" if "supervisor" in PAGES[path] else "finance"
        await office.by(user).get(path)  # what is read once is read now
        with counted(office) as sent:
            answer = await office.by(user).get(path)
        assert answer.status_code == 200
        assert len(sent) <= MOST, (path, len(sent))


async def test_an_item_of_the_inbox_asks_a_handful_of_times(office: Office) -> None:
    item = await item_of(office)
    await office.by("rep").get(f"/inbox/{item}")
    with counted(office) as sent:
        answer = await office.by("rep").get(f"/inbox/{item}")
    assert answer.status_code == 200
    assert len(sent) <= MOST + 12, len(sent)  # with the account and the kinds of case that can be opened for it


async def test_who_may_not_issue_or_mail_reads_who_may(office: Office) -> None:
    with office.store.writing() as session:
        session.add(LetterBatch(id="lb-1", made_at=MONDAY, made_by="finance", letters=1))
        session.add(RefundRun(id="rr-1", made_at=MONDAY, made_by="finance", refunds=1, total_usd=Decimal(20)))
    for path in ("/finance/letters/lb-1", "/finance/refunds/rr-1"):
        assert "not yet: that is for " in (await seen(office, "auditor", path)).text
        own = (await seen(office, "finance", path)).text
        assert ("not yet" in own, "that is for" in own) == (True, False)


async def test_a_day_that_was_left_empty_is_none_and_one_that_is_none_is_said_in_the_readers_words(
    office: Office,
) -> None:
    assert (await seen(office, "finance", "/finance/postings?on=&code=")).status_code == 200
    wrong = await seen(office, "finance", "/finance/postings?on=yesterday", {"Accept-Language": "es"})
    assert (wrong.status_code, "es un día" in wrong.text) == (422, True), wrong.text


async def test_a_form_of_another_session_is_refused(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.tokens['finance']}"}
    refused = await office.http.post("/finance/letters", data={"form-token": "x", "key": "k"}, headers=headers)
    assert refused.status_code == 403
    with office.store.reading() as session:
        assert waiting_for_the_post(session) == 0


async def test_the_inbox_is_sent_again_only_when_something_came_in_or_was_taken(office: Office) -> None:
    page = (await seen(office, "rep", "/inbox")).text
    at = re.findall(r'data-seen="([^"]+)"', page)[0]
    assert "Nothing is waiting here." in page
    assert (await seen(office, "rep", "/inbox/now", {"X-Seen": at})).status_code == 204
    item = await item_of(office, subject="The bill of July")
    now = (await seen(office, "rep", "/inbox/now", {"X-Seen": at})).text
    assert "The bill of July" in now
    at = re.findall(r'data-seen="([^"]+)"', now)[0]
    await office.by("rep2").post(f"/api/inbox/{item}/claim")
    assert "<td>Rep2 (rep2)</td>" in (await seen(office, "rep", "/inbox/now", {"X-Seen": at})).text
