"""The desk: lines most pressing first, what is late and why, acts with a result for each task, and only what one may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from store.tables.cases import Note, TaskRow
from tests.api.office import MONDAY, PASSWORD, Office

HTML = {"Accept": "text/html"}
LATE = MONDAY - timedelta(hours=30)


class Desk:
    """A browser without script, of somebody who is signed in."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def get(self, path: str, **headers: str) -> str:
        answer = await self.office.http.get(path, headers={**HTML, **headers})
        assert answer.status_code == 200, answer.text
        return answer.text

    async def act(self, *, key: str | None = None, **fields: object) -> str:
        """What the desk says after an act."""
        page = await self.get("/")
        token = re.search(r'name="form-token" value="([^"]+)"', page)
        given = re.search(r'id="acts-key" value="([^"]+)"', page)
        assert token is not None
        assert given is not None
        data = {"form-token": token[1], "key": key or given[1], **fields}
        answer = await self.office.http.post("/desk/acts", data=data, headers=HTML)
        assert answer.status_code == 200, answer.text
        results = re.search(r'<div id="results".*?</div>', answer.text, re.DOTALL)
        assert results is not None
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", results[0])).strip()

    def task(self, task: str) -> TaskRow:
        with self.office.store.reading() as session:
            return session.get_one(TaskRow, task)


@pytest.fixture
async def desk(office: Office) -> Desk:
    """The representative's."""
    await office.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
    return Desk(office)


def lines(page: str) -> list[str]:
    return re.findall(r'<tr id="t-([^"]+)"', page)


async def test_what_presses_most_comes_first_and_what_is_late_says_why(desk: Desk) -> None:
    calm = desk.office.task(due_at=MONDAY + timedelta(days=2), due_order=MONDAY + timedelta(days=2))
    late = desk.office.task(due_at=LATE, due_order=LATE, opened_at=MONDAY - timedelta(days=3))
    high = desk.office.task(priority=1)
    page = await desk.get("/")
    assert lines(page) == [high, late, calm]
    assert "late by 30 hours" in page
    assert "nobody has taken it since Fri 6 Mar 2026, 7:30 am" in page


async def test_what_a_colleague_has_is_shown_to_who_asks_for_it(desk: Desk) -> None:
    taken = desk.office.task(assignee="rep2", state="claimed", due_at=LATE, due_order=LATE, claimed_at=LATE)
    assert lines(await desk.get("/")) == []
    page = await desk.get("/?team=yes")
    assert lines(page) == [taken]
    assert "Rep2 (rep2) has had it since" in page


async def test_what_is_offered_by_name_lies_among_ones_own(desk: Desk) -> None:
    named = desk.office.task(queue=None, users=["rep"])
    desk.office.task(queue=None, users=["rep2"])
    assert lines(await desk.get("/desk/mine")) == [named]
    assert "Es suya." not in await desk.act(one=f"claim {named}")
    assert desk.task(named).assignee == "rep"


async def test_a_half_filled_form_is_found_again(desk: Desk) -> None:
    desk.office.task(assignee="rep", state="claimed", draft={"comment": "Guests in July."})
    page = await desk.get("/")
    assert "1 of your tasks is half-filled" in page
    assert '<span class="tag">half-filled</span>' in page


async def test_what_a_page_keeps_by_itself_leaves_out_what_is_only_half_typed(desk: Desk) -> None:
    task = desk.office.task(assignee="rep", state="claimed")
    page = await desk.get(f"/tasks/{task}")
    token = re.search(r'name="form-token" value="([^"]+)"', page)
    assert token is not None
    data = {"form-token": token[1], "key": "d", "version": "0", "outcome": "", "field.comment": "Guests."}
    wrong = {"field.cause": "le"}
    answer = await desk.office.http.post(
        f"/tasks/{task}/complete", data={**data, **wrong}, headers={**HTML, "HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert 'data-version="1"' in answer.text
    assert desk.task(task).draft == {"comment": "Guests."}


async def test_several_tasks_are_claimed_at_once_and_each_says_what_became_of_it(desk: Desk) -> None:
    free, taken = desk.office.task(), desk.office.task(assignee="rep2", state="claimed")
    said = await desk.act(act="claim", task=[free, taken, "c-nonsense.1"])
    assert said.startswith("1 task done. 2 could not be.")
    assert "rep2 has this task." in said
    assert desk.task(free).assignee == "rep"
    assert desk.task(taken).assignee == "rep2"


async def test_what_was_sent_twice_is_done_once_and_says_the_same(desk: Desk) -> None:
    task = desk.office.task(assignee="rep", state="claimed")
    said = [await desk.act(key="k", act="note", task=[task], text="Called back.") for _ in range(2)]
    assert said == ["1 task done."] * 2
    with desk.office.store.reading() as session:
        assert [note.text for note in session.exec(select(Note))] == ["Called back."]


async def test_one_task_is_released_by_its_own_button_whatever_is_chosen(desk: Desk) -> None:
    one, other = (desk.office.task(assignee="rep", state="claimed") for _ in range(2))
    await desk.act(one=f"release {one}", task=[other])
    assert (desk.task(one).assignee, desk.task(other).assignee) == (None, "rep")


async def test_tasks_are_handed_over_with_what_is_filled_in_and_come_back_on_a_day(desk: Desk) -> None:
    mine = desk.office.task(assignee="rep", state="claimed", draft={"comment": "Guests."})
    theirs = desk.office.task(assignee="rep2", state="claimed")
    await desk.act(act="follow-up", task=[mine], on="2026-03-20")
    assert desk.task(mine).follow_up_at is not None
    said = await desk.act(act="give", task=[mine, theirs], to="rep2")
    assert "assign-tasks" in said
    assert (desk.task(mine).assignee, desk.task(mine).draft) == ("rep2", {"comment": "Guests."})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"act": "claim"}, "Choose one or more tasks first."),
        ({"act": "", "task": ["x"]}, "Choose what to do with the tasks."),
        ({"act": "nonsense", "task": ["x"]}, "Choose what to do with the tasks."),
    ],
)
async def test_an_act_without_tasks_or_without_a_name_says_what_is_missing(
    desk: Desk, fields: dict[str, object], said: str
) -> None:
    assert await desk.act(**fields) == said


async def test_a_part_that_is_as_it_was_seen_is_not_sent_again(desk: Desk) -> None:
    task = desk.office.task()
    page = await desk.get("/desk/waiting")
    seen = re.search(r'data-seen="([^"]+)"', page)
    assert seen is not None
    again = await desk.office.http.get("/desk/waiting", headers={**HTML, "X-Seen": seen[1]})
    assert again.status_code == 204
    await desk.office.by("rep2").post(f"/api/tasks/{task}/claim")
    assert lines(await desk.get("/desk/waiting", **{"X-Seen": seen[1]})) == []


async def test_a_confidential_account_s_tasks_are_not_shown_without_the_right(desk: Desk) -> None:
    hidden = desk.office.task(account_id="a-2")
    assert lines(await desk.get("/")) == []
    said = await desk.act(act="claim", task=[hidden])
    assert "confidential" in said
    assert "Review the history" not in said


async def test_searching_as_one_types_finds_people_and_cases_and_puts_no_name_into_an_address(desk: Desk) -> None:
    case = desk.office.task().partition(".")[0]
    page = await desk.get("/")
    token = re.search(r'name="form-token" value="([^"]+)"', page)
    assert token is not None

    async def found(words: str) -> str:
        data = {"form-token": token[1], "key": "s", "words": words}
        answer = await desk.office.http.post("/search", data=data, headers=HTML)
        assert answer.status_code == 200
        return answer.text

    assert (await found("m")).strip() == ""
    assert "/accounts/a-1" in await found("a-1")
    assert f"/cases/{case}" in await found(case[:8].upper())
    assert "Nothing begins with all of these words." in await found("zzzz")


@contextmanager
def queries(office: Office) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(office.store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(office.store.engine, "before_cursor_execute", note)


async def test_the_desk_asks_the_database_no_more_for_many_tasks_than_for_one(desk: Desk) -> None:
    desk.office.task()
    await desk.get("/")
    with queries(desk.office) as few:
        await desk.get("/")
    for _ in range(30):
        desk.office.task()
    with queries(desk.office) as many:
        await desk.get("/")
    assert len(many) == len(few), "\n".join(many)
    assert len([each for each in many if each.startswith("SELECT")]) <= 16, "\n".join(many)
