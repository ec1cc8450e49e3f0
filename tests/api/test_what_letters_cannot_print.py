"""Characters that letters cannot print, refused where they are typed: the field and the character are named."""

from __future__ import annotations

from typing import Any

import pytest

from api.acts.printable import unprintable_fields
from store.publishing import publish_compiled
from store.tables.cases import CaseRow
from tests.api.office import MONDAY, Office
from tests.api.pages_office import sent
from tests.api.test_naming import version_shown
from tests.shipped import shipped

SWIMMER = "\U0001f3ca"
WRONG = f"has {SWIMMER} (U+1F3CA), which letters cannot print"
MAILING = {"line1": "PO Box 7", "line2": "", "city": "Reno", "state": "NV", "zip": "89501"}


def _published(office: Office, case: str) -> None:
    with office.store.writing() as session:
        publish_compiled(session, shipped(case), source="", by="author", at=MONDAY)


def _with_swimmer(part: str) -> dict[str, str]:
    return MAILING | {part: f"{MAILING[part]} {SWIMMER}"}


async def test_a_case_is_not_opened_with_a_text_that_its_letter_could_not_print(office: Office) -> None:
    _published(office, "high-consumption")
    data = {"account": "a-1", "bill": "b-1", "explanation": f"You filled the pool {SWIMMER} in July."}
    answer = await office.by("rep").post("/api/cases", {"case": "high-consumption", "data": data})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-form"), answer.text
    assert answer.json()["fields"] == {"explanation": WRONG}


async def test_an_event_does_not_bring_one_either(office: Office) -> None:
    _published(office, "affidavit")
    data = {"account": "a-1", "kind": "repair", "purpose": f"the pool {SWIMMER}"}
    answer = await office.by("rep").post("/api/accounts/a-1/events/affidavit-wanted", {"data": data})
    assert (answer.status_code, answer.json()["fields"]) == (422, {"purpose": WRONG}), answer.text


async def test_a_task_is_not_completed_with_one(office: Office) -> None:
    _published(office, "high-consumption")
    task = office.task(name="review", place="investigating/review")
    with office.store.writing() as session:
        case = session.get_one(CaseRow, task.rpartition(".")[0])
        case.definition, case.state = "high-consumption", "investigating/review"
    form = {"cause": "usage", "explanation": f"You filled the pool {SWIMMER} in July."}
    answer = await office.by("rep").post(f"/api/tasks/{task}/complete", {"outcome": "explained", "form": form})
    assert (answer.status_code, answer.json()["fields"]) == (422, {"explanation": WRONG}), answer.text


@pytest.mark.parametrize("part", ["line1", "line2", "city"])
async def test_where_letters_go_is_written_in_what_they_print(office: Office, part: str) -> None:
    rep = office.by("rep")
    read = await rep.get("/api/accounts/a-1/contact")
    body = {"phone": "", "email": "", "language": "en", "mailing": _with_swimmer(part)}
    refused = await rep.put("/api/accounts/a-1/contact", body, If_Match=read.headers["ETag"])
    assert (refused.status_code, refused.json()["fields"]) == (422, {f"mailing.{part}": WRONG})
    form = {"version": read.headers["ETag"].strip('"'), "language": "en", **_with_swimmer(part)}
    shown = await sent(office, "rep", "/accounts/a-1/contact", **form)
    assert shown.status_code == 422
    assert f'id="{part}-error"' in shown.text
    assert f"{WRONG}." in shown.text


async def test_a_customer_is_called_by_a_name_that_letters_print(office: Office) -> None:
    version = await version_shown(office)
    refused = await sent(office, "rep", "/accounts/a-1/name", version=version, name=f"M {SWIMMER}", why="misspelt")
    assert (refused.status_code, f"Name {WRONG}." in refused.text) == (422, True)
    kept = await sent(office, "rep", "/accounts/a-1/name", version=version, name="陳大文", why="misspelt")
    assert kept.status_code == 303


async def test_so_are_applicants_parties_and_parcels(office: Office) -> None:
    rep = office.by("rep")
    whom: dict[str, Any] = {"name": f"A {SWIMMER}", "mailing": MAILING}
    for answer in (
        await rep.post("/api/applicants", whom),
        await rep.put("/api/accounts/a-1/parties/counsel", whom),
    ):
        assert (answer.status_code, answer.json()["fields"]) == (422, {"name": WRONG}), answer.text
    parcel = await rep.put("/api/parcels/114-020-07", {"line1": f"1 {SWIMMER} Way"})
    assert (parcel.status_code, parcel.json()["fields"]) == (422, {"line1": WRONG})
    page = await sent(office, "rep", "/applicants/new", name="A. Byrne", **_with_swimmer("line1"))
    assert (page.status_code, f"Mailing address {WRONG}." in page.text) == (422, True)


async def test_what_no_letter_names_may_hold_anything(office: Office) -> None:
    version = shipped("high-consumption")
    given = {"complaint": SWIMMER, "explanation": SWIMMER}
    wrong = unprintable_fields(office.services, [version], version.definition.data, given)
    assert wrong == {"explanation": WRONG}
