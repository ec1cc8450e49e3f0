"""The queue: what is to be done, most pressing first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.acts import claiming
from api.acts.queue import queue_of
from api.pages.frame import page
from api.pages.posted import Form
from api.pages.urls import urls
from api.security.signin import SignedIn
from api.services import Office
from api.views.tasks import TaskView, task_view

router = APIRouter(include_in_schema=False)

SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """The tasks that the person may do, and those that they have."""

    mine: Sequence[TaskView]
    waiting: Sequence[TaskView]  #: in the queue, claimed by somebody else or by nobody
    queue: str | None  #: the queue that alone is shown
    queues: Sequence[tuple[str, str]]  #: queues that can be looked at: name and title
    next: str | None  #: address of the next page


@router.get("/")
def show(
    request: Request,
    office: Office,
    person: SignedIn,
    queue: Annotated[str | None, Query(max_length=120)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Shows the queue."""
    at = office.now()
    own = queue_of(office, person, assignee=person.id, limit=SHOWN).items if cursor is None else []
    found = queue_of(office, person, queue=queue, limit=SHOWN, cursor=cursor)
    district = office.district
    titles = {name: each.title for name, each in district.queues.items()}
    titles |= {name: each.title for name, each in district.crews.items()}
    following = {"cursor": found.cursor, **({"queue": queue} if queue else {})}
    content = QueuePage(
        mine=[task_view(task, at=at, zone=office.zone) for task in own],
        waiting=[task_view(task, at=at, zone=office.zone) for task in found.items if task.assignee != person.id],
        queue=queue,
        queues=[(name, titles.get(name, name)) for name in person.queues],
        next=f"/?{urlencode(following)}" if found.cursor else None,
    )
    return page(request, "desk/queue.html", content, person=person)


@router.post("/tasks/next")
def give_next(office: Office, form: Form) -> Response:
    """Gives the most pressing task that the person may do."""
    given = claiming.next_one(office, form.ask, like=form.text("like") or None, case=form.text("case") or None)
    return RedirectResponse(urls.task(given.body["id"]), status_code=303)
