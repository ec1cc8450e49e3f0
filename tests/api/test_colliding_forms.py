"""Two people at one page: who is second is told what the first did, keeps what they typed, and decides again."""

from __future__ import annotations

import re

from store.queries.holds import standing_holds
from tests.api.office import Office
from tests.api.pages_office import seen, sent
from tests.api.test_case_page import case_of, opened


def form_of(page: str, action: str) -> dict[str, str]:
    """What the form that is sent to this address has seen."""
    form = page[page.index(f'action="{action}"') :].partition("</form>")[0]
    carried = dict(re.findall(r'name="(version|seen)" value="([^"]*)"', form))
    assert carried.keys() == {"version", "seen"}
    return carried


async def test_a_hold_is_not_placed_on_an_account_whose_holds_others_have_changed_meanwhile(
    working_office: Office,
) -> None:
    office = working_office
    case = (await office.by("supervisor").post("/api/cases", {"case": "guarded", "data": {"account": "a-1"}})).json()
    for path in ("/accounts/a-1", f"/cases/{case['case']}"):
        before = form_of((await seen(office, "rep", path)).text, "/accounts/a-1/holds")
        typed = {"kind": "medical", "reason": "A certificate came.", "until": "2099-05-01"}
        if path.startswith("/cases"):
            typed["case"] = path.rpartition("/")[2]
        other = await office.by("supervisor").post("/api/accounts/a-1/holds", {"kind": "bankruptcy", "reason": "filed"})
        assert other.status_code == 201, other.text

        second = await sent(office, "rep", "/accounts/a-1/holds", **before, **typed)
        assert second.status_code == 412, second.text
        assert "Changed by Supervisor (supervisor) at" in second.text
        assert "placed a hold" in second.text
        assert 'value="A certificate came."' in second.text
        assert 'value="2099-05-01"' in second.text
        with office.store.reading() as session:
            assert [hold.kind for hold in standing_holds(session, "a-1")] == ["bankruptcy"]

        again = form_of(second.text, "/accounts/a-1/holds")
        assert (await sent(office, "rep", "/accounts/a-1/holds", **again, **typed)).status_code == 303
        for who, kind in (("rep", "medical"), ("supervisor", "bankruptcy")):
            done = await office.by(who).post(f"/api/accounts/a-1/holds/{kind}/release", {"reason": "over"})
            assert done.status_code == 200, done.text


async def test_a_hold_that_was_released_and_placed_again_is_not_the_one_that_somebody_meant_to_release(
    working_office: Office,
) -> None:
    office = working_office
    path, hold = "/accounts/a-1/holds/medical/release", {"kind": "medical", "reason": "A certificate came."}
    await office.by("rep").post("/api/accounts/a-1/holds", hold)
    before = form_of((await seen(office, "rep", "/accounts/a-1")).text, path)
    await office.by("rep2").post(f"/api{path}", {"reason": "a mistake"})
    await office.by("rep2").post("/api/accounts/a-1/holds", hold)
    second = await sent(office, "rep", path, **before, reason="It ran out.")
    assert second.status_code == 412
    assert "Changed by Rep2 (rep2) at" in second.text
    assert 'value="It ran out."' in second.text
    assert (await sent(office, "rep", path, **form_of(second.text, path), reason="It ran out.")).status_code == 303


async def test_an_override_and_a_move_are_asked_for_a_case_as_it_was_seen(working_office: Office) -> None:
    office = working_office
    answer = await office.by("supervisor").post("/api/cases", {"case": "guarded", "data": {"account": "a-1"}})
    case = answer.json()["case"]
    overrides, moves = f"/cases/{case}/overrides", f"/cases/{case}/moves"
    page = (await seen(office, "supervisor", f"/cases/{case}")).text
    before = {path: form_of(page, path) for path in (overrides, moves)}
    place = re.findall(r'<option value="([^"]+)"', page[page.index(f'action="{moves}"') :])[0]
    await office.by("rep").post("/api/accounts/a-1/holds", {"kind": "medical", "reason": "A certificate came."})

    for path, typed in (
        (overrides, {"rule": "WD-1", "reason": "The house stands empty."}),
        (moves, {"target": place, "reason": "The house stands empty."}),
    ):
        second = await sent(office, "supervisor", path, **before[path], **typed)
        assert second.status_code == 412, second.text
        assert "The case has gone on since you looked at it." in second.text
        assert 'value="The house stands empty."' in second.text
        again = await sent(office, "supervisor", path, **form_of(second.text, path), **typed)
        assert again.status_code == 303, again.text


async def test_a_form_that_lacks_something_comes_back_with_what_was_typed(office: Office) -> None:
    case = case_of(opened(office))
    back = await sent(office, "supervisor", f"/cases/{case}/moves", target="adjusting", reason="")
    assert back.status_code == 422
    assert "Say why: the reason stays with the case." in back.text
    assert re.search(r'<option value="adjusting" selected>', back.text)
