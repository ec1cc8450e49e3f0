"""Keys, versions, who is signed in, and what errors look like."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from api.problems import kinds
from store import people
from tests.api.office import Office
from tests.api.pages_office import seen, sent


async def test_a_write_needs_a_key(office: Office) -> None:
    task = office.task()
    answer = await office.http.post(
        f"/api/tasks/{task}/claim", headers={"Authorization": f"Bearer {office.tokens['rep']}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_same_key_gets_the_same_answer_and_does_it_once(office: Office) -> None:
    task = office.task()
    rep = office.by("rep")
    first = await rep.post(f"/api/tasks/{task}/notes", {"text": "Called."}, Idempotency_Key="k")
    second = await rep.post(f"/api/tasks/{task}/notes", {"text": "Called."}, Idempotency_Key="k")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    notes = await rep.get(f"/api/cases/{task.rpartition('.')[0]}/notes")
    assert len(notes.json()["items"]) == 1


async def test_the_same_key_at_once_does_it_once(office_on_each: Office) -> None:
    office = office_on_each
    task = office.task()
    rep = office.by("rep")
    sent = (rep.post(f"/api/tasks/{task}/notes", {"text": "Called."}, Idempotency_Key="k") for _ in range(5))
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_the_same_key_for_another_request_is_refused(office: Office) -> None:
    task = office.task()
    rep = office.by("rep")
    await rep.post(f"/api/tasks/{task}/notes", {"text": "Called."}, Idempotency_Key="k")
    answer = await rep.post(f"/api/tasks/{task}/notes", {"text": "Wrote."}, Idempotency_Key="k")
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")


async def test_two_people_may_choose_the_same_key(office: Office) -> None:
    task = office.task()
    for user in ("rep", "rep2"):
        answer = await office.by(user).post(f"/api/tasks/{task}/notes", {"text": user}, Idempotency_Key="k")
        assert answer.status_code == 201


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer nonsense", "Basic cmVwOnJlcA=="])
async def test_without_a_valid_token_nothing_is_shown(office: Office, token: str) -> None:
    answer = await office.http.get("/api/me", headers={"Authorization": token} if token else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_tokens_expire_and_can_be_revoked(office: Office) -> None:
    with office.store.writing() as session:
        now = datetime.now(UTC)
        expired = people.make_sign_in(session, "rep", kind="token", at=now, expires_at=now - timedelta(seconds=1))
        revoked = people.make_sign_in(session, "rep", kind="token", at=now, expires_at=now + timedelta(days=1))
        people.revoke(session, revoked, now)
    for token in (expired, revoked):
        answer = await office.http.get("/api/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


async def test_who_becomes_inactive_is_signed_out_at_once(office: Office) -> None:
    supervisor = office.by("supervisor")
    user = await supervisor.get("/api/users/rep")
    missing = await supervisor.patch("/api/users/rep", {"active": False})
    assert missing.status_code == 428
    stale = await supervisor.patch("/api/users/rep", {"active": False}, If_Match='"7"')
    assert stale.status_code == 412
    changed = await supervisor.patch("/api/users/rep", {"active": False}, If_Match=user.headers["ETag"])
    assert changed.status_code == 200, changed.text
    assert (await office.by("rep").get("/api/me")).status_code == 401


async def test_me_says_what_i_may_do(office: Office) -> None:
    me = (await office.by("rep").get("/api/me")).json()
    assert me["queues"] == ["customer-service"]
    assert me["limits"] == [{"kind": "adjustment", "amount_usd": "100.00"}]
    assert "take-payments" in me["rights"]


async def test_a_representative_writes_down_where_letters_go_now_and_is_told_of_what_somebody_else_wrote(
    office: Office,
) -> None:
    first = (await seen(office, "rep", "/accounts/a-1/contact")).text
    found = re.search('name="version" value="([^"]+)"', first)
    assert found is not None
    assert 'name="state" type="text" value="CA"' in first
    new = {"phone": "555-0142", "language": "es", "line1": "PO Box 7", "city": "Reno", "state": "NV", "zip": "89501"}
    kept = await sent(office, "rep", "/accounts/a-1/contact", version=found[1], **new)
    assert (kept.status_code, kept.headers["location"]) == (303, "/accounts/a-1"), kept.text
    read = (await office.by("rep").get("/api/accounts/a-1/contact")).json()
    assert (read["phone"], read["language"], read["mailing"]["state"]) == ("555-0142", "es", "NV")
    stale = await sent(office, "rep2", "/accounts/a-1/contact", version=found[1], phone="555-0177")
    assert stale.status_code == 412
    assert 'value="555-0177"' in stale.text
    assert "Now: 555-0142" in stale.text
    half = await sent(office, "rep", "/accounts/a-1/contact", version=found[1], line1="PO Box 8", language="en")
    assert (half.status_code, "City is required." in half.text) == (422, True)
    assert (await seen(office, "auditor", "/accounts/a-1/contact")).status_code == 403


async def test_contact_data_change_only_from_the_version_that_was_read(office: Office) -> None:
    rep = office.by("rep")
    read = await rep.get("/api/accounts/a-1/contact")
    new = {"phone": "555-0199", "email": "", "language": "es", "mailing": None}
    changed = await rep.put("/api/accounts/a-1/contact", new, If_Match=read.headers["ETag"])
    assert changed.status_code == 204, changed.text
    stale = await rep.put("/api/accounts/a-1/contact", new, If_Match=read.headers["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "changed")
    assert (await rep.get("/api/accounts/a-1/contact")).json()["language"] == "es"


async def test_errors_of_every_sort_are_problem_details(office: Office) -> None:
    rep = office.by("rep")
    answers = {
        404: await rep.get("/api/nothing"),
        405: await rep.delete("/api/me"),
        422: await rep.post("/api/tasks/next", {"nonsense": 1}),
        400: await rep.get("/api/tasks", cursor="nonsense"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.json()["detail"]


async def test_each_problem_has_a_code_of_its_own_and_an_explanation() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(codes) == len(set(codes))
    assert all(kind.explained and kind.title for kind in kinds())


async def test_answers_forbid_inline_scripts_and_keeping_copies(office: Office) -> None:
    answer = await office.by("rep").get("/api/me")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


async def test_health_is_there_for_operators_and_metrics_are_not(office: Office) -> None:
    assert (await office.http.get("/healthz")).json() == {"status": "ok"}
    assert (await office.http.get("/metrics")).status_code == 404


async def test_each_answer_has_the_id_that_its_lines_in_the_logs_have(office: Office) -> None:
    one, other = [(await office.by("rep").get("/api/me")).headers["X-Request-ID"] for _ in range(2)]
    assert len(one) == len(other) == 16
    assert one != other


async def test_confidential_accounts_are_for_those_with_the_right_and_each_view_is_recorded(office: Office) -> None:
    refused = await office.by("rep").get("/api/accounts/a-2")
    assert (refused.status_code, refused.json()["code"]) == (403, "confidential")
    shown = await office.by("supervisor").get("/api/accounts/a-2")
    assert shown.status_code == 200, shown.text
    from sqlmodel import select

    from store.tables.audit import Audit

    with office.store.reading() as session:
        rows = session.exec(select(Audit).where(Audit.act == "view")).all()
    assert [(row.person, row.account_id, row.allowed) for row in rows] == [
        ("rep", "a-2", False),
        ("supervisor", "a-2", True),
    ]


async def test_search_finds_by_name_address_and_number_but_not_the_confidential(office: Office) -> None:
    for words in ("lopez", "1 orchard", "a-1"):
        found = await office.by("rep").post("/api/accounts/search", {"words": words})
        assert [account["id"] for account in found.json()["items"]] == ["a-1"], words
    hidden = await office.by("rep").post("/api/accounts/search", {"words": "young"})
    assert hidden.json()["items"] == []


async def test_the_accounts_story_is_there(office: Office) -> None:
    rep = office.by("rep")
    account = (await rep.get("/api/accounts/a-1")).json()
    assert (account["balance_usd"], account["name"]) == ("84.10", "Maria Lopez")
    for part in ("reads", "bills", "ledger", "letters", "cases"):
        answer = await rep.get(f"/api/accounts/a-1/{part}", **({} if part == "ledger" else {"limit": 1}))
        assert answer.status_code == 200, (part, answer.text)
    reads = (await rep.get("/api/accounts/a-1/reads", limit=1)).json()
    following = (await rep.get(reads["next"])).json()
    assert reads["items"][0]["value_ccf"] == "124.000"
    assert following["items"][0]["value_ccf"] == "112.000"
    assert following["next"] is None


async def test_half_of_a_character_is_refused_before_anything_happens(office: Office) -> None:
    half = '{"outcome": "explained", "form": {"comment": "\\ud800"}}'
    headers = {"Idempotency-Key": "half", "Content-Type": "application/json"}
    headers["Authorization"] = f"Bearer {office.tokens['rep']}"
    answer = await office.http.post(f"/api/tasks/{office.task()}/complete", content=half, headers=headers)
    assert answer.status_code == 422
    assert "half of a character" in answer.json()["fields"]["body"]
