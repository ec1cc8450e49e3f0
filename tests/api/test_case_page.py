"""The pages of a case and of a task: what stands on them, for whom, and what becomes of a page that was overtaken."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlmodel import select

from definitions.language.calendars import Calendar
from definitions.language.compiled import Compiled
from definitions.language.model import CaseDefinition
from store.publishing import publish_compiled
from store.tables.audit import Audit
from store.tables.cases import CaseLink, CaseRow, Incident, StepRow, TaskRow
from tests.api.office import MONDAY, Office, counting, opened
from tests.api.office_cases import COMPLAINT, DISTRICT
from tests.api.pages_office import seen, sent


def case_of(task: str) -> str:
    return task.rpartition(".")[0]


def step(case: str, number: int, what: str, **fields: object) -> StepRow:
    return StepRow(
        case_id=case,
        step_no=number,
        act=f"act-{number}",
        event=what,
        by="rep",
        at=MONDAY + timedelta(minutes=number),
        **fields,
    )


async def test_the_timeline_tells_what_happened_in_the_words_of_the_definition_and_what_was_refused(
    office: Office,
) -> None:
    task = opened(office)
    case = case_of(task)
    with office.store.writing() as session:
        session.add(step(case, 1, "opened", state="review", states_entered=["review"]))
        session.add(step(case, 2, "suspended review", state="review", note="The customer calls back."))
        session.add(
            Audit(
                at=MONDAY,
                person="rep2",
                act="complete",
                object_kind="task",
                object_id=task,
                case_id=case,
                allowed=False,
                code="already-claimed",
                sentence="rep has this task.",
            )
        )
    page = await seen(office, "rep", f"/cases/{case}")
    assert page.status_code == 200, page.text
    assert "Put aside: Review the history" in page.text
    assert "The customer calls back." in page.text
    assert "Rep2 (rep2) wanted to complete the task, and was refused" in page.text
    assert "rep has this task." in page.text


async def test_parent_and_child_cases_are_linked_from_each_other(office: Office) -> None:
    parent, child = case_of(opened(office)), case_of(opened(office))
    with office.store.writing() as session:
        session.add(CaseLink(parent_id=parent, child_id=child))
    assert f'opened by this one: <a href="/cases/{child}"' in (await seen(office, "rep", f"/cases/{parent}")).text
    assert f'opened this one: <a href="/cases/{parent}"' in (await seen(office, "rep", f"/cases/{child}")).text


async def test_only_who_may_settle_what_keeps_failing_is_offered_to(office: Office) -> None:
    case = case_of(opened(office))
    with office.store.writing() as session:
        incident = Incident(
            id="i-1",
            case_id=case,
            step_no=1,
            effect_no=1,
            action="letter",
            code="printer",
            sentence="The printer is out.",
            opened_at=MONDAY,
        )
        session.add(incident)
        session.get_one(CaseRow, case).incidents = 1
    for person, offered in (("rep", False), ("supervisor", True)):
        page = (await seen(office, person, f"/cases/{case}")).text
        assert "The printer is out." in page
        assert "then try again" in page  # the remedy
        assert "Failed: Letter" in page
        assert ("Try it again" in page) is offered
    refused = await sent(office, "rep", f"/cases/{case}/incidents/i-1", how="retry")
    assert refused.status_code == 403


async def test_a_hold_is_placed_and_released_only_by_roles_that_may(office: Office) -> None:
    case = case_of(opened(office))
    rep = (await seen(office, "rep", f"/cases/{case}")).text
    assert "Medical certificate" in rep
    assert "Bankruptcy stay" not in rep  # placed by supervisors
    assert (await sent(office, "rep", "/accounts/a-1/holds", kind="bankruptcy", reason="a filing")).status_code == 403


async def test_the_story_stands_beside_the_case_and_beside_its_task(office: Office) -> None:
    task = opened(office)
    for path in (f"/cases/{case_of(task)}", f"/tasks/{task}"):
        page = (await seen(office, "rep", path)).text
        assert "Maria Lopez" in page
        assert "$84.10" in page
        assert "median of the neighbours" in page
    assert (await seen(office, "crew", f"/cases/{case_of(task)}")).status_code == 403


async def test_a_form_is_checked_as_one_types_with_the_checks_of_its_sending(office: Office) -> None:
    task = opened(office)
    await office.by("rep").post(f"/api/tasks/{task}/claim")
    part = await sent(office, "rep", f"/tasks/{task}/foresee", field__cause="rain")
    assert part.status_code == 200, part.text
    assert "Cause is one of leak, misread." in part.text
    whole = await sent(office, "rep", f"/tasks/{task}/foresee", field__cause="leak")
    assert "opens “Reread the meter” for Meter crew" in whole.text


async def test_an_outcome_that_is_barred_is_told_with_its_reason_and_cannot_be_clicked(office: Office) -> None:
    task = opened(office, name="adjusting", place="adjusting", queue="supervisors", title="Approve the adjustment")
    with office.store.writing() as session:
        row = session.get_one(CaseRow, case_of(task))
        row.snapshot = {**row.snapshot, "people": {"review": ["supervisor"]}}
        session.get_one(TaskRow, task).assignee = "supervisor"
    page = (await seen(office, "supervisor", f"/tasks/{task}")).text
    assert "separation of duties" in page
    assert '<button class="main" name="outcome"' not in page


async def test_the_form_that_opens_a_case_shows_what_its_definition_fills_in(
    office: Office, calendar: Calendar
) -> None:
    told = COMPLAINT["data"] | {"heard": {"type": "text", "default": "by telephone"}}
    definition = CaseDefinition.model_validate(COMPLAINT | {"case": "told", "data": told})
    with office.store.writing() as session:
        compiled = Compiled(definition=definition, calendar=calendar, district=DISTRICT)
        publish_compiled(session, compiled, source="", by="author", at=MONDAY - timedelta(days=1))
    form = (await seen(office, "rep", "/accounts/a-1/open/told")).text
    assert re.search('name="field.heard"[^>]* value="by telephone"', form)


async def test_who_may_not_take_a_task_is_told_why_and_is_offered_no_claim(office: Office) -> None:
    done = office.task(state="completed", closed_by="supervisor", closed_at=MONDAY, closed_step=1)
    task = opened(
        office, case=case_of(done), run=2, name="adjusting", place="adjusting", queue="supervisors", not_by=["review"]
    )
    told = (
        ("rep", "offered to the queue “Supervisors”; rep is not among them"),
        ("supervisor", "did or helped with “Review"),
    )
    for person, why in told:
        page = (await seen(office, person, f"/tasks/{task}")).text
        assert why in page
        assert "Claim this task" not in page


async def test_an_ended_task_tells_its_outcome_and_its_form_in_the_words_of_the_definition(office: Office) -> None:
    form = {"cause": "leak"}
    task = opened(
        office, state="completed", closed_by="rep", closed_at=MONDAY, closed_step=1, outcome="explained", form=form
    )
    page = (await seen(office, "lead", f"/tasks/{task}")).text
    assert re.search(r"Completed by .*: Explained\.", page)
    assert "<dt>Cause</dt><dd>leak</dd>" in page


async def test_a_page_that_was_overtaken_says_by_whom_and_when_and_keeps_what_was_typed(office: Office) -> None:
    task = opened(office)
    await office.by("rep").post(f"/api/tasks/{task}/claim")
    later = (MONDAY + timedelta(days=3)).isoformat()
    moved = await office.by("supervisor").post(f"/api/tasks/{task}/follow-up", {"at": later})
    assert moved.status_code == 200, moved.text
    stale = await sent(
        office,
        "rep",
        f"/tasks/{task}/complete",
        outcome="explained",
        version="1",
        seen="0",
        field__cause="leak",
        field__comment="A wet yard.",
    )
    assert stale.status_code == 412
    assert "Changed by Supervisor (supervisor) at 8:30 am." in stale.text
    assert "set the day to come back to it" in stale.text
    assert "A wet yard." in stale.text


async def test_a_form_that_was_kept_in_another_window_meanwhile_is_shown_beside_what_was_typed(office: Office) -> None:
    task = opened(office)
    claimed = await office.by("rep").post(f"/api/tasks/{task}/claim")
    at, version = f"/tasks/{task}/complete", str(claimed.json()["version"])
    kept = await sent(office, "rep", at, version=version, field__comment="A dry yard.")
    assert kept.status_code == 303, kept.text
    stale = await sent(office, "rep", at, outcome="explained", version=version, seen="0", field__comment="A wet yard.")
    assert stale.status_code == 412
    assert "What is kept differs from what you typed." in stale.text
    assert "<td>A wet yard.</td><td>A dry yard.</td>" in stale.text


async def test_what_was_typed_is_not_lost_when_somebody_else_has_the_task_by_now(office: Office) -> None:
    task = opened(office)
    await office.by("rep").post(f"/api/tasks/{task}/claim")
    given = await office.by("supervisor").post(f"/api/tasks/{task}/assign", {"to": "rep2"})
    assert given.status_code == 200, given.text
    stale = await sent(
        office,
        "rep",
        f"/tasks/{task}/complete",
        outcome="explained",
        version="1",
        seen="0",
        field__comment="A wet yard.",
    )
    assert stale.status_code in (409, 412)
    assert "What you had typed was not sent:" in stale.text
    assert "A wet yard." in stale.text


async def test_an_override_is_asked_for_by_one_and_decided_by_another_on_the_page(office: Office) -> None:
    case = "c-guarded"
    with office.store.writing() as session:
        row = CaseRow(
            id=case,
            definition="guarded",
            version=1,
            account_id="a-1",
            title="Guarded",
            state="ready",
            opened_at=MONDAY,
            at=MONDAY,
            step_no=1,
            snapshot={
                "id": case,
                "definition": "guarded",
                "version": 1,
                "account": "a-1",
                "state": ["ready"],
                "data": {"account": {"id": "a-1"}},
                "opened_at": MONDAY.isoformat(),
                "at": MONDAY.isoformat(),
                "step": 1,
            },
        )
        session.add(row)
    assert "Ask for an override" not in (await seen(office, "rep", f"/cases/{case}")).text
    assert 'value="WD-1"' in (await seen(office, "lead", f"/cases/{case}")).text
    asked = await sent(office, "lead", f"/cases/{case}/overrides", rule="WD-1", reason="The house stands empty.")
    assert asked.status_code == 303, asked.text
    assert "Agree, as the second person" not in (await seen(office, "lead", f"/cases/{case}")).text
    assert "Agree, as the second person" in (await seen(office, "supervisor", f"/cases/{case}")).text


async def test_a_long_story_asks_the_store_no_more_than_a_short_one(office: Office) -> None:
    short, long = case_of(opened(office)), case_of(opened(office))
    with office.store.writing() as session:
        session.add(step(short, 1, "message customer-withdrew", state="review"))
        for number in range(1, 41):
            session.add(step(long, number, "message customer-withdrew", state="review"))
    counted = {}
    for case in (short, long):
        with counting(office) as statements:
            assert (await seen(office, "rep", f"/cases/{case}")).status_code == 200
        counted[case] = len(statements)
    assert counted[long] == counted[short]


def seen_on(page: str) -> str:
    """What a living page says of what stands on it."""
    found = re.search(r'data-seen="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_what_lives_on_a_case_s_page_is_sent_again_only_when_something_has_changed(office: Office) -> None:
    task = opened(office)
    case = case_of(task)
    with counting(office) as whole:
        page = await seen(office, "rep", f"/cases/{case}")
    headers = {"X-Seen": seen_on(page.text)}
    with counting(office) as asked:
        assert (await seen(office, "rep", f"/cases/{case}/now", headers)).status_code == 204
    assert len(asked) < len(whole) / 2
    await office.by("rep2").post(f"/api/tasks/{task}/claim")
    now = await seen(office, "rep", f"/cases/{case}/now", headers)
    assert now.status_code == 200
    assert "<td>Rep2 (rep2)</td>" in now.text
    headers = {"X-Seen": seen_on(now.text)}
    assert (await seen(office, "rep", f"/cases/{case}/now", headers)).status_code == 204
    await office.by("rep2").post(f"/api/cases/{case}/notes", {"text": "The customer calls back."})
    assert "The customer calls back." in (await seen(office, "rep", f"/cases/{case}/now", headers)).text


async def test_a_part_keeps_its_version_while_it_says_the_same(office: Office) -> None:
    case = case_of(opened(office))
    first, second = [(await seen(office, "supervisor", f"/cases/{case}/now")).text for _time in range(2)]
    versions = re.compile(r'id="([^"]+)" data-part data-version="([^"]+)"')
    assert len(versions.findall(first)) > 10
    assert versions.findall(first) == versions.findall(second)
    whole = (await seen(office, "supervisor", f"/cases/{case}")).text
    assert sorted(versions.findall(whole)) == sorted(versions.findall(first))
    await office.by("rep2").post(f"/api/cases/{case}/notes", {"text": "The customer calls back."})
    third = (await seen(office, "supervisor", f"/cases/{case}/now")).text
    changed = set(versions.findall(third)) - set(versions.findall(first))
    assert {part for part, _version in changed} == {"case-notes"}


async def test_looking_again_is_no_further_look_at_the_account_but_asks_for_the_right_each_time(office: Office) -> None:
    case = case_of(opened(office))
    await seen(office, "rep", f"/cases/{case}/now")
    with office.store.reading() as session:
        assert session.exec(select(Audit).where(Audit.act == "view")).all() == []
    assert (await seen(office, "crew", f"/cases/{case}/now")).status_code == 403


async def test_a_long_text_of_a_form_has_room_for_lines_on_its_page(office: Office) -> None:
    task = opened(office)
    await office.by("rep").post(f"/api/tasks/{task}/claim")
    page = (await seen(office, "rep", f"/tasks/{task}")).text
    assert '<textarea id="field.comment"' in page
    form = (await office.by("rep").get(f"/api/tasks/{task}")).json()["form"]
    assert {field["name"]: field["long"] for field in form} == {"cause": False, "comment": True}


async def test_who_looked_at_a_case_or_at_its_task_is_found_by_the_case_also_where_it_was_refused(
    office: Office,
) -> None:
    task = opened(office)
    case = case_of(task)
    await seen(office, "rep", f"/cases/{case}")
    await seen(office, "rep2", f"/tasks/{task}")
    assert (await seen(office, "crew", f"/cases/{case}")).status_code == 403
    found = (await office.by("auditor").get("/api/audit", case=case)).json()["items"]
    looks = [
        (row["person"], row["object_kind"], row["object"], row["allowed"]) for row in found if row["act"] == "view"
    ]
    assert looks == [
        ("crew", "address", f"/cases/{case}", False),
        ("rep2", "task", task, True),
        ("rep", "case", case, True),
    ]


async def test_a_long_fact_is_told_by_its_first_entries_each_by_itself(office: Office) -> None:
    case = case_of(opened(office))
    bills = [{"on": f"2026-01-{number:02d}", "amount": f"{number}.00"} for number in range(1, 10)]
    with office.store.writing() as session:
        session.add(step(case, 2, "event customer-replied", facts={"transactions": bills, "holds": ["dispute"]}))
    page = (await seen(office, "rep", f"/cases/{case}")).text
    assert "<dd>on 2026-01-06, amount 6.00</dd><dd>and 3 more</dd>" in page
    assert "2026-01-07" not in page
    assert "<dd>dispute</dd>" in page
