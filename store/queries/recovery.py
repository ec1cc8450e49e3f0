"""What the database knows of a case, for giving it a new workflow after a restore."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, text
from sqlmodel import Session, col

from store.tables.cases import CaseLink, CaseRow, StepRow
from store.tables.outbox import EffectRow, IdempotencyKey


@dataclass(frozen=True, kw_only=True)
class Known:
    """A case as the database holds it."""

    row: CaseRow
    steps: tuple[StepRow, ...]  #: the last ones, in order
    keys: dict[int, IdempotencyKey]  #: step → the key that it was asked with
    effects: tuple[EffectRow, ...]  #: that wait, have failed, or may have answered what the case has not heard
    parent: str | None
    closed_children: tuple[CaseRow, ...]  #: that it has not heard of


def unfinished(session: Session) -> list[str]:
    """The ids of all cases that need a workflow: the open ones, and closed ones whose effects are not all carried out."""
    waits = exists().where(col(EffectRow.case_id) == col(CaseRow.id), text("effects.status IN ('pending', 'failed')"))
    query = select(col(CaseRow.id)).where(or_(text("cases.status = 'open'"), waits)).order_by(col(CaseRow.id))
    return list(session.execute(query).scalars())


def known(session: Session, case_id: str, last: int) -> Known | None:
    """The case with its last steps; None when the database does not know it."""
    row = session.get(CaseRow, case_id)
    if row is None:
        return None
    mine = select(StepRow).where(col(StepRow.case_id) == case_id)
    steps = tuple(reversed(session.execute(mine.order_by(col(StepRow.step_no).desc()).limit(last)).scalars().all()))
    keys = session.execute(select(IdempotencyKey).where(col(IdempotencyKey.case_id) == case_id)).scalars()
    effects = session.execute(
        select(EffectRow)
        .where(
            col(EffectRow.case_id) == case_id,
            or_(
                text("status IN ('pending', 'failed')"),
                # An effect settled since the last step: its answer may not have become a step any more.
                col(EffectRow.settled_at) >= row.at,
                col(EffectRow.step_no) == row.step_no,
            ),
        )
        .order_by(col(EffectRow.step_no), col(EffectRow.effect_no))
    ).scalars()
    parent = session.execute(select(col(CaseLink.parent_id)).where(col(CaseLink.child_id) == case_id)).scalars().first()
    children = session.execute(
        select(CaseRow)
        .join(CaseLink, col(CaseLink.child_id) == col(CaseRow.id))
        .where(col(CaseLink.parent_id) == case_id, text("cases.status = 'closed'"))
        .order_by(col(CaseRow.closed_at), col(CaseRow.id))
    ).scalars()
    told = acts_of(session, case_id)
    return Known(
        row=row,
        steps=steps,
        keys={key.step_no: key for key in keys if key.step_no is not None},
        effects=tuple(each for each in effects if f"reply {case_id}.{each.step_no}.{each.effect_no}" not in told),
        parent=parent,
        closed_children=tuple(child for child in children if f"child {child.id}" not in told),
    )


def acts_of(session: Session, case_id: str) -> set[str]:
    """The names of all acts that made the case's steps."""
    acts: Iterable[str] = session.execute(select(col(StepRow.act)).where(col(StepRow.case_id) == case_id)).scalars()
    return {act.rpartition("#")[0] for act in acts}


def step_at(session: Session, case_id: str, step_no: int) -> tuple[datetime, str] | None:
    """When a step was taken, and by whom."""
    found = session.get(StepRow, (case_id, step_no))
    return (found.at, found.by) if found is not None else None
