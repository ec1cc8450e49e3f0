"""Whether anything of a case's page has changed, told without reading what stands on it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from api.pages.texts import language
from api.pages.versions import version_of
from store.queries.audit import last_act
from store.queries.cases import relatives_of
from store.queries.letters import fates_of
from store.queries.tasks import tasks_of_case
from store.tables.cases import CaseRow
from store.tables.utility import Account


def pulse(session: Session, row: CaseRow, account: Account | None, *, at: datetime) -> str:
    """A word that changes with all that may change on the case's page while it is looked at.

    Steps, acts (claims, notes, files, what was asked for, refused and decided), letters, relatives and holds are counted."""
    tasks = tasks_of_case(session, row.id)
    return version_of(
        (row.step_no, row.status, row.state, row.why, row.incidents, row.sla_late),
        last_act(session, case=row.id),
        [(task.id, task.version, task.due_at is not None and task.due_at < at) for task in tasks],
        fates_of(session, row.id),
        relatives_of(session, row.id),
        account.hold_version if account is not None else 0,
        language(),
    )
