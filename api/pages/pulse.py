"""What may change on a case's page while it is looked at, and whether it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from api.pages.versions import version_of
from api.texts import language
from api.views.stories import letters_page
from store.queries.audit import last_act
from store.queries.cases import Relative, relatives_of
from store.queries.tasks import tasks_of_case
from store.tables.cases import CaseRow, TaskRow
from store.tables.papers import Letter
from store.tables.utility import Account

LETTERS: Final = 100  #: of a case that its page shows


@dataclass(frozen=True, kw_only=True)
class Living:
    """What lives of a case beside its own row, each read once."""

    tasks: Sequence[TaskRow]
    letters: Sequence[Letter]  #: the newest first
    relatives: Sequence[Relative]
    seen: int  #: the newest audit row about the case


def living(session: Session, case: str) -> Living:
    """What lives of a case."""
    return Living(
        tasks=tasks_of_case(session, case),
        letters=letters_page(session, case=case, limit=LETTERS).items,
        relatives=relatives_of(session, case),
        seen=last_act(session, case=case),
    )


def pulse(row: CaseRow, account: Account | None, now: Living, *, at: datetime) -> str:
    """A word that changes with all that may change on the case's page while it is looked at.

    Steps, acts (claims, notes, files, what was asked for, refused and decided), letters, relatives and holds are counted."""
    return version_of(
        (row.step_no, row.status, row.state, row.why, row.incidents, row.sla_late),
        now.seen,
        [(task.id, task.version, task.due_at is not None and task.due_at < at) for task in now.tasks],
        [(letter.id, letter.status, letter.mailed_on) for letter in now.letters],
        [(relative.id, relative.step_no) for relative in now.relatives],
        account.hold_version if account is not None else 0,
        language(),
    )
