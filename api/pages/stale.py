"""A page that somebody else has overtaken: who changed what since, and how it differs from what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from api.pages.telling import act_told
from api.pages.words import shown
from api.services import Services
from api.views.tasks import FieldView
from store.queries.audit import acts_since
from store.tables.cases import TaskRow

OVERTAKEN: Final = (409, 412)  #: statuses of a form that somebody was quicker than


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that somebody did since the page was opened."""

    by: str
    at: datetime
    what: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field that was typed and now stands otherwise."""

    title: str
    yours: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changed since the page was opened."""

    acts: Sequence[Act]  #: the newest first
    differences: Sequence[Difference]


def changes(
    session: Session,
    office: Services,
    task: TaskRow,
    *,
    seen: int,
    form: Sequence[FieldView],
    given: Mapping[str, Any],
    by: str,
) -> Changes:
    """What others did with the task's case after the audit row that the page had seen, and where the form differs now."""
    rows = [row for row in acts_since(session, task.case_id, seen) if row.person != by]
    acts = [Act(by=row.person, at=row.at.astimezone(office.zone), what=act_told(row.act)) for row in reversed(rows)]
    differences = [
        Difference(title=view.title, yours=shown(given.get(view.name)), now=shown(view.value))
        for view in form
        if view.value is not None and shown(given.get(view.name)) != shown(view.value)
    ]
    return Changes(acts=acts, differences=differences)


def typed(form: Sequence[FieldView], given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed, by title: shown where the form itself is not open any more."""
    titles = {view.name: view.title for view in form}
    return [(titles.get(name, name), shown(value)) for name, value in given.items() if value not in (None, "", [])]
