"""A customer's name that changes: who may, why, for which accounts, and what is not told about it."""

from __future__ import annotations

import re
from datetime import date

from sqlmodel import select

from api.acts.accounts import WHYS
from store.tables.audit import Audit
from store.tables.outbox import IdempotencyKey
from store.tables.redactions import Redaction
from store.tables.utility import Account
from tests.api.office import MONDAY, Office
from tests.api.pages_office import seen, sent

PATH = "/accounts/a-1/name"


async def version_shown(office: Office, path: str = PATH) -> str:
    """The version that the form of a page carries."""
    found = re.search('name="version" value="([^"]+)"', (await seen(office, "rep", path)).text)
    assert found is not None
    return found[1]


async def _found(office: Office, words: str) -> list[str]:
    found = await office.by("rep").post("/api/accounts/search", {"words": words})
    return [each["id"] for each in found.json()["items"]]


def _second_account(office: Office, account: str, *, confidential: bool = False) -> None:
    with office.store.writing() as session:
        session.add(
            Account(
                id=account, premise_id="p-1", service_point_id="sp-1", customer_id="cu-1", since=date(2020, 1, 1),
                confidential=confidential,
            )
        )  # fmt: skip


async def test_the_same_customer_is_called_and_found_by_another_name(office: Office) -> None:
    kept = await sent(office, "rep", PATH, version=await version_shown(office), name="  María   Young ", why="marriage")
    assert (kept.status_code, kept.headers["location"]) == (303, "/accounts/a-1"), kept.text
    assert (await office.by("rep").get("/api/accounts/a-1/name")).json()["name"] == "María Young"
    assert (await _found(office, "maria young"), await _found(office, "lopez")) == (["a-1"], [])


async def test_the_audit_says_why_a_name_changed_and_neither_name(office: Office) -> None:
    rep = office.by("rep")
    read = await rep.get("/api/accounts/a-1/name")
    await rep.put("/api/accounts/a-1/name", {"name": "Maria Young", "why": "marriage"}, If_Match=read.headers["ETag"])
    with office.store.reading() as session:
        row = session.exec(select(Audit).where(Audit.act == "change-name")).one()
        answer = session.exec(select(IdempotencyKey).where(IdempotencyKey.person == "rep")).one()
    assert (row.person, row.account_id, row.rule) == ("rep", "a-1", "right edit-accounts: marriage")
    assert "Maria" not in f"{row.model_dump()} {answer.model_dump()}"
    shown = (await seen(office, "auditor", "/audit?account=a-1")).text
    assert "changed the customer&#39;s name" in shown
    assert "marriage or divorce" in shown


async def test_a_name_changes_only_from_the_one_that_was_read(office_on_each: Office) -> None:
    rep = office_on_each.by("rep")
    read = await rep.get("/api/accounts/a-1/name")
    new = {"name": "Maria Young", "why": "marriage"}
    unseen = await rep.put("/api/accounts/a-1/name", new)
    assert unseen.status_code == 428
    changed = await rep.put("/api/accounts/a-1/name", new, If_Match=read.headers["ETag"], Idempotency_Key="once")
    again = await rep.put("/api/accounts/a-1/name", new, If_Match=read.headers["ETag"], Idempotency_Key="once")
    assert (changed.status_code, again.headers["Idempotency-Replayed"]) == (204, "true"), changed.text
    late = await rep.put("/api/accounts/a-1/name", new | {"name": "M. Y."}, If_Match=read.headers["ETag"])
    assert (late.status_code, late.json()["code"]) == (412, "changed")
    assert changed.headers["ETag"] == (await rep.get("/api/accounts/a-1/name")).headers["ETag"]


async def test_who_is_second_sees_what_somebody_else_wrote_beside_what_they_typed(office: Office) -> None:
    version = await version_shown(office)
    await sent(office, "rep2", PATH, version=version, name="Maria Lopes", why="misspelt")
    late = await sent(office, "rep", PATH, version=version, name="Maria Young", why="marriage")
    assert late.status_code == 412
    assert 'value="Maria Young"' in late.text
    assert "Now: Maria Lopes" in late.text
    assert '<option value="marriage" selected>' in late.text


async def test_a_name_needs_a_reason_and_to_be_another_one(office: Office) -> None:
    version = await version_shown(office)
    without = await sent(office, "rep", PATH, version=version, name="Maria Young")
    assert (without.status_code, "Why it changes is required." in without.text) == (422, True)
    same = await sent(office, "rep", PATH, version=version, name="Maria  Lopez", why="misspelt")
    assert (same.status_code, "Name is their name already." in same.text) == (422, True)
    none = await sent(office, "rep", PATH, version=version, name="—", why="misspelt")
    assert (none.status_code, "Name needs a letter or a digit." in none.text) == (422, True)


async def test_all_accounts_of_the_customer_bear_the_name_and_the_page_names_those_that_one_may_see(
    office: Office,
) -> None:
    _second_account(office, "a-3")
    _second_account(office, "a-4", confidential=True)
    page = (await seen(office, "rep", PATH)).text
    assert ("/accounts/a-3" in page, "a-4" in page) == (True, False)
    assert "/accounts/a-4" in (await seen(office, "supervisor", PATH)).text
    await sent(office, "rep", PATH, version=await version_shown(office), name="Maria Young", why="marriage")
    assert await _found(office, "young") == ["a-1", "a-3"]
    assert (await office.by("rep").get("/api/accounts/a-3")).json()["name"] == "Maria Young"


async def test_another_name_does_not_make_the_form_of_how_they_are_reached_stale(office: Office) -> None:
    contact = await version_shown(office, "/accounts/a-1/contact")
    await sent(office, "rep2", PATH, version=await version_shown(office), name="Maria Young", why="marriage")
    kept = await sent(office, "rep", "/accounts/a-1/contact", version=contact, phone="555-0142", language="en")
    assert kept.status_code == 303, kept.text


async def test_nothing_is_written_about_a_redacted_customer(office: Office) -> None:
    version, contact = await version_shown(office), await version_shown(office, "/accounts/a-1/contact")
    with office.store.writing() as session:
        session.add(Redaction(person_id="cu-1", asked_by="x", asked_at=MONDAY, reason="", early=False, done_at=MONDAY))
    refused = await sent(office, "rep", PATH, version=version, name="Maria Young", why="marriage")
    assert (refused.status_code, "redacted" in refused.text) == (409, True)
    refused = await sent(office, "rep", "/accounts/a-1/contact", version=contact, phone="555-0142", language="en")
    assert refused.status_code == 409


async def test_who_may_not_change_a_name_is_not_led_there(office: Office) -> None:
    assert (await seen(office, "auditor", PATH)).status_code == 403
    assert PATH not in (await seen(office, "auditor", "/accounts/a-1")).text
    assert PATH in (await seen(office, "rep", "/accounts/a-1")).text


async def test_every_reason_is_told_in_spanish(office: Office) -> None:
    page = (await seen(office, "rep", PATH, {"Accept-Language": "es"})).text
    assert "matrimonio o divorcio" in page
    assert not [told for told in WHYS.values() if f">{told}<" in page]
