"""The supervisor's board: who sees it, what it counts, directing work from it, incidents, absences, pictures and plots."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from store.tables.cases import CaseRow, Incident, TaskRow
from store.tables.utility import Account
from tests.api.office import MONDAY, Office
from tests.api.test_list_pages import Browser

PAGES = (
    "/board",
    "/board/now",
    "/board/tasks",
    "/board/absences",
    "/board/machines",
    "/board/machines/complaint",
    "/board/machines/complaint/cases",
    "/board/plots",
)
DAY = timedelta(days=1)


def adjustment(office: Office, credit: str) -> str:
    """A task that waits for somebody to approve this credit; its id."""
    task = office.task(name="adjusting", place="adjusting", queue="supervisors", title="Approve the adjustment")
    with office.store.writing() as session:
        case = session.get_one(CaseRow, session.get_one(TaskRow, task).case_id)
        case.definition, case.snapshot = "complaint", {"data": {"credit": credit}}
    return task


async def test_the_board_is_for_those_who_direct_the_work(office: Office) -> None:
    supervisor = Browser(office, "supervisor")
    for path in PAGES:
        assert (await Browser(office, "rep").get(path)).status_code == 403, path
        assert (await supervisor.get(path)).status_code == 200, path
    assert 'href="/board"' not in (await Browser(office, "rep").get("/")).text
    assert 'href="/board"' in (await supervisor.get("/")).text
    assert (await supervisor.get("/board/machines/none")).status_code == 404
    assert (await Browser(office, "rep").post("/board/tasks", act="give", to="rep")).status_code == 403
    assert (await Browser(office, "crew").get("/board/incidents")).status_code == 403


async def test_no_page_of_the_board_leads_to_one_that_its_reader_may_not_see(office: Office) -> None:
    lead = Browser(office, "lead")
    for path in PAGES:
        shown = (await lead.get(path)).text
        for linked in set(re.findall(r'href="(/board[^"]*)"', shown)):
            assert (await lead.get(linked.replace("&amp;", "&"))).status_code == 200, linked


async def test_the_board_tells_what_is_late_by_queue_and_person_and_who_is_away(office: Office) -> None:
    office.task(due_at=MONDAY - DAY, due_order=MONDAY - DAY, opened_at=MONDAY - 9 * DAY)
    office.task(due_at=MONDAY - DAY, due_order=MONDAY - DAY, assignee="rep", state="claimed", escalated=1)
    supervisor = Browser(office, "supervisor")
    away = {"user": "rep", "starts": "2026-03-09", "ends": "2026-03-11", "substitute": "rep2", "reason": "flu"}
    assert (await supervisor.post("/board/absences", **away)).status_code == 303
    shown = (await supervisor.get("/board")).text
    for said in ("Customer service", "<strong>2</strong> late", "<strong>1</strong> not taken", "away until 11 Mar 2026",
                 "Rep2 (rep2) stands in", "7 to 14", "Review the history"):  # fmt: skip
        assert said in shown, said
    assert "flu" in (await supervisor.get("/board/absences")).text


async def test_what_waits_for_approval_has_its_amount_and_who_may_approve_it(office: Office) -> None:
    adjustment(office, "250.00")
    adjustment(office, "5000.00")
    shown = (await Browser(office, "supervisor").get("/board")).text
    assert "$250.00" in shown
    assert "Supervisor (up to $1,000.00)" in shown
    assert "Representative (up to" not in shown
    assert "nobody's limit is high enough" in shown


async def test_who_opened_a_case_is_not_told_that_they_may_approve_it(office: Office) -> None:
    task = adjustment(office, "250.00")
    assert "<strong>you</strong>" in (await Browser(office, "supervisor").get("/board")).text
    with office.store.writing() as session:
        row = session.get_one(TaskRow, task)
        row.not_by = ["opening"]
        case = session.get_one(CaseRow, row.case_id)
        case.snapshot = {**(case.snapshot or {}), "people": {"opening": ["supervisor"]}}
    assert "<strong>you</strong>" not in (await Browser(office, "supervisor").get("/board")).text


async def test_work_is_given_away_and_raised_from_the_board_and_each_says_what_became_of_it(office: Office) -> None:
    late = {"due_at": MONDAY - DAY, "due_order": MONDAY - DAY}
    first, second = office.task(**late), office.task(**late, assignee="rep2", state="claimed")
    supervisor = Browser(office, "supervisor")
    given = await supervisor.post("/board/tasks?which=late", task=[first, second], act="give", to="rep2")
    assert given.status_code == 200
    assert given.text.count("has this task already") == 1
    assert 'name="task" value="' + second + '" checked' in given.text
    raised = await supervisor.post("/board/tasks?which=late", task=[first], act="priority", priority="urgent")
    assert "urgent" in raised.text
    with office.store.reading() as session:
        row = session.get_one(TaskRow, first)
        assert (row.assignee, row.priority) == ("rep2", 0)
    unsaid = await supervisor.post("/board/tasks", task=[first], act="give")
    assert (unsaid.status_code, "Say who takes the tasks." in unsaid.text) == (422, True)
    none = await supervisor.post("/board/tasks", act="give", to="rep")
    assert none.status_code == 422


async def test_an_incident_needs_a_reason_and_what_was_chosen_stays(office: Office) -> None:
    task = office.task()
    with office.store.writing() as session:
        case = session.get_one(TaskRow, task).case_id
        session.add(
            Incident(id="i-1", case_id=case, step_no=1, effect_no=1, action="letter", code="no-address",
                     sentence="there is no address", opened_at=MONDAY)
        )  # fmt: skip
    supervisor = Browser(office, "supervisor")
    assert "there is no address" in (await supervisor.get("/board/incidents")).text
    assert "<strong>1</strong> incident<" in (await supervisor.get("/board")).text
    unsaid = await supervisor.post("/board/incidents", incident="i-1", how="skip")
    assert (unsaid.status_code, 'value="i-1" checked' in unsaid.text) == (422, True)
    assert (
        await Browser(office, "lead").post("/board/incidents", incident="i-1", how="skip", reason="x")
    ).status_code == 403


async def test_a_picture_has_the_cases_on_its_states_and_the_table_the_same(office: Office) -> None:
    task = office.task()
    with office.store.writing() as session:
        case = session.get_one(CaseRow, session.get_one(TaskRow, task).case_id)
        case.definition, case.state, case.state_since = "complaint", "review", MONDAY - 3 * DAY
    supervisor = Browser(office, "supervisor")
    page = (await supervisor.get("/board/machines/complaint")).text
    assert "Review the history" in page
    assert "3.0 days" in page
    drawn = await supervisor.get("/board/machines/complaint/states.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert ">1 · 3 d<" in drawn.text


def stayed(office: Office, days: int, **fields: Any) -> str:
    """An open complaint that has been in its state for so long; its id."""
    task = office.task()
    with office.store.writing() as session:
        case = session.get_one(CaseRow, session.get_one(TaskRow, task).case_id)
        case.definition, case.state, case.state_since = "complaint", "review", MONDAY - days * DAY
        case.opened_at, case.why = MONDAY - days * DAY, "Waits for somebody."
        for name, value in fields.items():
            setattr(case, name, value)
        return case.id


async def test_the_cases_of_a_state_are_listed_who_is_there_the_longest_first(office: Office) -> None:
    short, long, elsewhere = stayed(office, 3), stayed(office, 9), stayed(office, 5, state="closed-for-good")
    both = stayed(office, 6, state="review visiting")
    supervisor = Browser(office, "supervisor")
    machine = (await supervisor.get("/board/machines/complaint")).text
    assert 'href="/board/machines/complaint/cases?state=review"' in machine
    shown = (await supervisor.get("/board/machines/complaint/cases?state=review")).text
    assert re.findall(r'href="/cases/([^"]+)"', shown) == [long, both, short]
    assert "Review the history" in shown
    assert "3 open cases, the longest there first" in shown
    assert "Waits for somebody." in shown
    every = (await supervisor.get("/board/machines/complaint/cases")).text
    assert re.findall(r'href="/cases/([^"]+)"', every) == [long, both, elsewhere, short]


async def test_the_cases_whose_promise_was_missed_or_is_near_are_found_from_the_board(office: Office) -> None:
    missed = stayed(office, 9, sla_due=MONDAY - DAY, sla_warn=MONDAY - 3 * DAY, sla_late=True)
    near = stayed(office, 6, sla_due=MONDAY + DAY, sla_warn=MONDAY - DAY)
    stayed(office, 3, sla_due=MONDAY + 9 * DAY, sla_warn=MONDAY + 7 * DAY)
    supervisor = Browser(office, "supervisor")
    board = (await supervisor.get("/board")).text
    for which, case in (("missed", missed), ("warned", near)):
        assert f'href="/board/machines/complaint/cases?which={which}"' in board
        shown = (await supervisor.get(f"/board/machines/complaint/cases?which={which}")).text
        assert re.findall(r'href="/cases/([^"]+)"', shown) == [case]


async def test_many_cases_of_a_state_come_a_page_at_a_time_and_none_twice(office: Office) -> None:
    cases = [stayed(office, number // 2) for number in range(120)]
    supervisor, path, found = Browser(office, "supervisor"), "/board/machines/complaint/cases?state=review", []
    while path:
        shown = (await supervisor.get(path)).text
        found += re.findall(r'href="/cases/([^"]+)"', shown)
        more = re.search(r'class="more" href="([^"]+)"', shown)
        path = more[1].replace("&amp;", "&") if more else ""
    assert sorted(found) == sorted(cases)
    assert len(found) == len(set(found))


async def test_a_case_of_a_confidential_account_is_listed_only_for_who_may_see_it(office: Office) -> None:
    hidden = stayed(office, 9)
    with office.store.writing() as session:
        account = session.get_one(CaseRow, hidden).account_id
        session.get_one(Account, account).confidential = True
    assert hidden not in (await Browser(office, "lead").get("/board/machines/complaint/cases")).text


async def test_a_plot_answers_its_question_and_its_table_has_the_numbers(office: Office) -> None:
    for n, late in enumerate((False, False, True)):
        task = office.task()
        with office.store.writing() as session:
            case = session.get_one(CaseRow, session.get_one(TaskRow, task).case_id)
            case.definition, case.sla_stopped_at, case.sla_late = "complaint", MONDAY - n * DAY, late
            case.opened_at = MONDAY - 8 * DAY
    shown = (await Browser(office, "supervisor").get("/board/plots")).text
    assert "Do we keep what we promise? Complaint" in shown
    assert "67 % of the last 12 weeks were in time: 2, and 1 late." in shown
    assert "3 more came in than were closed." in shown


async def test_the_board_asks_a_handful_of_questions_however_much_is_open(office: Office) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    supervisor = Browser(office, "supervisor")
    await supervisor.get("/board")
    counts = []
    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        for more in (2, 30):
            for _ in range(more):
                office.task(escalated=1, due_at=MONDAY - DAY, due_order=MONDAY - DAY)
                adjustment(office, "20.00")
            asked.clear()
            assert (await supervisor.get("/board")).status_code == 200
            counts.append(len(asked))
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]
    assert counts[0] <= 30


async def test_the_board_is_sent_again_only_when_something_on_it_has_changed(office: Office) -> None:
    supervisor = Browser(office, "supervisor")
    found = re.search(r'data-seen="([^"]+)"', (await supervisor.get("/board")).text)
    assert found is not None
    same = await supervisor.get("/board/now", X_Seen=found[1])
    assert same.status_code == 204
    office.task(due_at=MONDAY - DAY, due_order=MONDAY - DAY, escalated=1)
    now = await supervisor.get("/board/now", X_Seen=found[1])
    assert now.status_code == 200
    assert "<html" not in now.text
    assert 'id="board-escalated"' in now.text
    assert "Review the history" in now.text
