"""Counsel and trustee of a customer: noted at the account, in no history and no kept answer."""

from __future__ import annotations

from sqlmodel import select

from api.views.accounts import mailing_of
from store.tables.audit import Audit
from store.tables.outbox import IdempotencyKey
from store.tables.utility import Account
from tests.api.office import Office

BYRNE = {"name": "Law Office of A. Byrne", "mailing": {"line1": "9 Elm St", "city": "Wellton", "zip": "90000"}}


async def test_counsel_is_noted_replaced_and_listed(office: Office) -> None:
    rep = office.by("rep")
    assert (await rep.put("/api/accounts/a-1/parties/counsel", BYRNE)).status_code == 204
    another = BYRNE | {"name": "C. Diaz"}
    assert (await rep.put("/api/accounts/a-1/parties/counsel", another)).status_code == 204
    assert (await rep.put("/api/accounts/a-1/parties/trustee", BYRNE)).status_code == 204
    items = (await rep.get("/api/accounts/a-1/parties")).json()["items"]
    assert [(each["role"], each["name"]) for each in items] == [
        ("counsel", "C. Diaz"),
        ("trustee", "Law Office of A. Byrne"),
    ]
    assert (await rep.put("/api/accounts/a-1/parties/cousin", BYRNE)).status_code == 422
    with office.store.reading() as session:
        acts = [row.act for row in session.exec(select(Audit).where(Audit.account_id == "a-1")).all()]
        kept = [str(row.response) for row in session.exec(select(IdempotencyKey)).all()]
    assert acts.count("note-counsel") == 2
    assert not any("Diaz" in each for each in kept)


async def test_a_third_party_is_told_until_the_note_is_taken_away(office: Office) -> None:
    rep, place = office.by("rep"), "/api/accounts/a-1/parties/third-party"
    assert (await rep.put(place, BYRNE)).status_code == 204
    assert [each["role"] for each in (await rep.get("/api/accounts/a-1/parties")).json()["items"]] == ["third-party"]
    assert (await rep.delete(place)).status_code == 204
    assert (await rep.delete(place)).status_code == 204  # where none is noted nothing changes
    assert (await rep.get("/api/accounts/a-1/parties")).json()["items"] == []
    assert (await office.by("auditor").delete(place)).status_code == 403


async def test_the_parties_of_a_confidential_account_are_not_shown_to_everybody(office: Office) -> None:
    assert (await office.by("rep").get("/api/accounts/a-2/parties")).status_code in (403, 404)
    assert (await office.by("supervisor").get("/api/accounts/a-2/parties")).status_code == 200


def test_an_account_that_a_case_opened_has_a_mailing_address_with_a_state_and_is_shown() -> None:
    mailing = {"line1": "PO Box 7", "line2": "", "city": "Farview", "state": "CA", "zip": "90001"}
    shown = mailing_of(Account(id="a-9", mailing=mailing))
    assert shown is not None
    assert (shown.line1, shown.city, shown.zip) == ("PO Box 7", "Farview", "90001")
