"""Drafts: one of each author and definition, kept at each pause; who writes over somebody else's change is told."""

from __future__ import annotations

from datetime import date

import pytest
from plans import plans_of

from api.acts import drafting
from api.acts.act import Ask
from api.problems import Changed, Conflict, Invalid, NotPermitted
from api.security.people import person_of
from api.views.benches import case_type, case_types
from store import people as store_people
from store.tables.definitions import Draft
from tests.api.office import MONDAY, Office


def _ask(office: Office, user: str, key: str) -> Ask:
    with office.store.reading() as session:
        found = store_people.person(session, user, date(2026, 3, 9))
        assert found is not None
        person = person_of(session, found, office.services.district)
    return Ask(person=person, at=MONDAY, key=key, digest=key)


def _begun(office: Office, key: str = "k", definition: str = "lost-key") -> Draft:
    begun = drafting.begin(office.services, _ask(office, "author", key), definition)
    with office.store.reading() as session:
        return session.get_one(Draft, begun.body["id"])


def test_an_author_has_one_draft_of_a_definition(office: Office) -> None:
    first = _begun(office, "one")
    assert (first.based_on, first.source.splitlines()[0]) == (0, "case: lost-key")
    assert _begun(office, "two").id == first.id
    assert _begun(office, "three", "complaint").based_on == 1
    with pytest.raises(Invalid):
        _begun(office, "four", "Lost Key")


def test_the_same_text_twice_changes_nothing_and_an_older_one_is_told_of_the_newer(office: Office) -> None:
    draft, author = _begun(office), _ask(office, "author", "x").person
    assert drafting.save(office.services, author, draft.id, version=1, source="case: a").version == 2
    assert drafting.save(office.services, author, draft.id, version=1, source="case: a").version == 2
    with pytest.raises(Changed):
        drafting.save(office.services, author, draft.id, version=1, source="case: b")


def test_a_draft_is_written_by_authors_and_thrown_away_by_its_own(office: Office) -> None:
    draft = _begun(office)
    with pytest.raises(NotPermitted):
        drafting.save(office.services, _ask(office, "rep", "x").person, draft.id, version=1, source="case: a")
    with pytest.raises(NotPermitted):
        drafting.throw_away(office.services, _ask(office, "rep", "t"), draft.id)
    with office.store.writing() as session:
        session.get_one(Draft, draft.id).author = "supervisor"
    with pytest.raises(Conflict):
        drafting.throw_away(office.services, _ask(office, "author", "t"), draft.id)


async def test_the_bench_asks_four_questions_however_many_case_types_there_are(office_on_each: Office) -> None:
    office_on_each.task()
    zone = office_on_each.services.zone
    plans = plans_of(office_on_each.store, lambda session: case_types(session, "author", zone=zone))
    assert len(plans) == 4
    with office_on_each.store.reading() as session:
        line = case_type(session, "complaint", "author", zone=zone)
    assert [(each.version.version, each.open_cases) for each in line.versions] == [(1, 1)]


async def test_pages_of_the_bench_are_for_those_with_the_right(office: Office) -> None:
    draft = _begun(office)
    page = {"Accept": "text/html"}
    for user, status in (("author", 200), ("rep", 403), ("auditor", 403)):
        headers = {**page, "Authorization": f"Bearer {office.tokens[user]}"}
        assert (await office.http.get(f"/bench/drafts/{draft.id}", headers=headers)).status_code == status, user
        assert (await office.http.get("/bench", headers=headers)).status_code == 200
        other = await office.http.get("/bench/cases/complaint/compare?old=1&new=1", headers=headers)
        assert other.status_code == 200
        drawn = await office.http.get(f"/bench/cases/lost-key/compare?old=draft:{draft.id}&new=1", headers=headers)
        assert drawn.status_code == (404 if user == "author" else 403)


async def test_drafts_and_rehearsals_are_kept_over_rest_as_at_the_bench(office: Office) -> None:
    author = office.by("author")
    begun = await author.post("/api/drafts", {"case": "lost-key"})
    assert begun.status_code == 201, begun.text
    path = f"/api/drafts/{begun.json()['id']}"
    read = await author.get(path)
    assert (read.json()["author"], read.json()["source"].splitlines()[0]) == ("author", "case: lost-key")
    text = {"source": "case: lost-key\ntitle: Another text\n"}
    assert (await author.put(path, text)).status_code == 428
    written = await author.put(path, text, If_Match=read.headers["ETag"])
    assert (written.status_code, written.json()["version"]) == (200, 2), written.text
    again = await author.put(path, {"source": "case: x"}, If_Match=read.headers["ETag"])
    assert (again.status_code, "author changed this draft" in again.json()["detail"]) == (412, True), again.text
    [listed] = (await author.get("/api/drafts", case="lost-key")).json()["items"]
    assert (listed["id"], "source" in listed) == (read.json()["id"], False)
    assert (await author.post(f"{path}/rehearse", {"cases": 7, "days": 30})).status_code == 422
    assert (await author.get("/api/rehearsals", case="lost-key")).json() == {"items": [], "next": None}
    assert (await author.delete(path)).status_code == 204
    assert (await author.get(path)).status_code == 404
