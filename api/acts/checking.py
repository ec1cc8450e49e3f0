"""The check at the curb: before a crew acts, the district says whether it still may, by the facts of that moment.

The answer is good for a few minutes. The step that closes the order asks once more: a check that only the phone remembers is
none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from activities.asking import facts
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.claiming import holds, note
from api.acts.rules import may_do, must_see_task, open_task
from api.library import content_of_case
from api.problems import CheckNeeded, Conflict
from api.services import Services
from api.views.checks import check_view
from definitions.language.sentences import again, beside, say
from store.queries.holds import hold_version, standing_holds
from store.tables.cases import CaseRow, TaskRow
from store.tables.rules import SiteCheck
from workflows.machine import case as cases
from workflows.machine.choices import choices
from workflows.machine.events import Outcome
from workflows.machine.machine import machine_of
from workflows.machine.people import is_checked
from workflows.messages import FactsAsked

LASTS_MINUTES = 15  #: where the district's settings have no `check-at-site-minutes`


def check(office: Services, ask: Ask, task_id: str) -> Answer:
    """Whether the crew may go on, with why not; kept with the order."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        task = open_task(session, task_id)
        note(record, task)
        must_see_task(session, ask.person, task)
        record.rule = holds(ask, task) if task.assignee else may_do(session, ask.person, task)
        if not task.check_at_site:
            raise Conflict(say("This order is not checked at the curb; nothing stands against closing it."))
        refused, asked = _asked(session, ask, task)
        answer = refused or say("nothing stands against “%(task)s” now", task=task.title)
        found = SiteCheck(
            task_id=task.id,
            by=ask.person.id,
            at=ask.at,
            real_at=datetime.now(UTC),
            fit=refused is None,
            sentence=answer,
            said=beside(answer),
            facts=asked,
        )
        session.add(found)
        session.flush()
        view = check_view(found, lasts=lasts(office), zone=office.zone).model_dump(mode="json")
        body = {**view, "sentence": answer}
        return Answer(body=body)

    return once(office.store, ask, Record(act="check-at-site", kind="task", id=task_id), work)


def lasts(office: Services) -> timedelta:
    """How long an answer at the curb is good for, in real time."""
    return timedelta(minutes=int(office.district.settings.get("check-at-site-minutes", LASTS_MINUTES)))


def last_check(session: Session, task: TaskRow) -> SiteCheck | None:
    """What was answered last about the order."""
    query = select(SiteCheck).where(SiteCheck.task_id == task.id).order_by(col(SiteCheck.id).desc()).limit(1)
    return session.exec(query).first()


def must_be_checked(office: Services, session: Session, task: TaskRow, outcome: str) -> None:
    """Raises CheckNeeded unless the last check of the order was good and is fresh, or the outcome did nothing."""
    if not task.check_at_site or not is_checked_outcome(session, task, outcome):
        return
    last = last_check(session, task)
    if last is None:
        raise CheckNeeded(say("Check at the curb first: ask whether there is still a reason for this order."))
    if not last.fit:
        raise CheckNeeded(
            say("Do not go on: when it was checked last, %(sentence)s.", sentence=again(last.sentence, last.said))
        )
    if datetime.now(UTC) - last.real_at > lasts(office):
        minutes = int(lasts(office).total_seconds() // 60)
        raise CheckNeeded(
            say(
                "The check at the curb is older than %(minutes)s minutes. Check once more before you act.",
                minutes=minutes,
            )
        )


def good_seconds(office: Services, last: SiteCheck) -> int:
    """How many seconds the answer is still good for; 0 when it is too old or said no."""
    left = lasts(office) - (datetime.now(UTC) - last.real_at)
    return max(0, int(left.total_seconds())) if last.fit else 0


def is_checked_outcome(session: Session, task: TaskRow, outcome: str) -> bool:
    """Whether the order ends with this outcome only after a fresh check at the curb."""
    row = session.get_one(CaseRow, task.case_id)
    plan = machine_of(content_of_case(session, row)).setting.plan.states[task.place].task
    return plan is not None and outcome in plan.spec.outcomes and is_checked(plan, outcome)


def _asked(session: Session, ask: Ask, task: TaskRow) -> tuple[str | None, dict[str, Any]]:
    """Why the crew must not go on, if so, and the facts by which that was decided."""
    row = session.get_one(CaseRow, task.case_id)
    machine = machine_of(content_of_case(session, row))
    case = cases.from_json(row.snapshot)
    if case.account is not None:
        standing = {hold.kind: hold.since.isoformat() for hold in standing_holds(session, case.account)}
        case = replace(case, holds=standing, hold_version=hold_version(session, case.account))
    plan = machine.setting.plan.states[task.place].task
    acting = [key for key in plan.spec.outcomes if is_checked(plan, key)] if plan is not None else []
    names = {
        name for key in acting for name in machine.facts_for(case, Outcome(run=task.run, outcome=key, by=ask.person.id))
    }
    found = facts(session, FactsAsked(names=tuple(sorted(names)), case=case, by=ask.person.id, run=task.run, at=ask.at))
    known = dict.fromkeys(names) | found
    offered = choices(machine, case, task.run, by=ask.person.id, facts=known, at=ask.at)
    against = [each.refused for each in offered if each.outcome in acting]
    return (next((each for each in against if each), None) if all(against) else None), found
