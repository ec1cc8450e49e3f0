"""A page that somebody else has overtaken: who changed what since, and how it differs from what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from api.pages.audit_words import act_told
from api.pages.returned import Returned
from api.pages.words import shown
from api.services import Services
from api.views.tasks import FieldView
from store.queries.audit import acts_since
from store.tables.cases import TaskRow

OVERTAKEN: Final = (409, 412)  #: statuses of a form that somebody was quicker than
OF_HOLDS: Final = ("hold", "release")  #: how the names of forms about holds begin


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
    differences: Sequence[Difference] = ()


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
    differences = [
        Difference(title=view.title, yours=shown(given.get(view.name)), now=shown(view.value))
        for view in form
        if view.value is not None and shown(given.get(view.name)) != shown(view.value)
    ]
    return Changes(acts=acts_of_others(session, office, seen, by=by, case=task.case_id), differences=differences)


def overtaken(
    session: Session, office: Services, form: Returned, *, by: str, case: str | None, account: str | None
) -> Changes | None:
    """What others did since the page of a form was opened, where that is why it came back.

    What concerns holds is looked for in the whole account."""
    if form.seen is None or form.status not in OVERTAKEN:
        return None
    if case is None or form.form.startswith(OF_HOLDS):
        return Changes(acts=acts_of_others(session, office, form.seen, by=by, account=account))
    return Changes(acts=acts_of_others(session, office, form.seen, by=by, case=case))


def acts_of_others(
    session: Session, office: Services, seen: int, *, by: str, case: str | None = None, account: str | None = None
) -> list[Act]:
    """What others did with the case, or for the account, after the audit row that a page had seen; the newest first."""
    rows = [row for row in acts_since(session, seen, case=case, account=account) if row.person != by]
    return [Act(by=row.person, at=row.at.astimezone(office.zone), what=act_told(row.act)) for row in reversed(rows)]


def typed(form: Sequence[FieldView], given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed, by title: shown where the form itself is not open any more."""
    titles = {view.name: view.title for view in form}
    return [(titles.get(name, name), shown(value)) for name, value in given.items() if value not in (None, "", [])]
