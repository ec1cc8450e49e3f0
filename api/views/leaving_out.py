"""What a case would do next if an effect that keeps failing were left out now: what depends on it goes on all the same."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from activities.facts import read_facts
from activities.incidents import reply_of
from definitions.language.sentences import say
from store.tables.cases import CaseRow, Incident
from workflows.machine import case as cases
from workflows.machine.events import Replied
from workflows.machine.foresight import foreseen
from workflows.machine.machine import Machine


def if_left_out(session: Session, machine: Machine, row: CaseRow, incident: Incident, *, at: datetime) -> str | None:
    """One sentence, for whoever decides; None once it is settled. The answer that stands for the effect's own is tried on the
    case and thrown away."""
    if incident.settled_at is not None:
        return None
    case, event = cases.from_json(row.snapshot), reply_of(incident.action)
    if event is None or event not in machine.messages(case):
        return say("Left out, nothing else of the case hangs on it.")
    answer = Replied(name=event, effect=f"{incident.step_no}.{incident.effect_no}", data={"skipped": True})
    names = machine.facts_for(case, answer)
    facts = read_facts(session, row.account_id, names, case, at) if names else {}
    then = foreseen(machine, case, answer, facts=facts, at=at)
    if then.not_yet is not None or then.wrong:
        return say("Left out, the case cannot go on by itself: %(why)s", why=then.not_yet or "")
    if not then.does:
        return say("Left out, the case goes on as if it were done.")
    return say(
        "Left out, the case goes on as if it were done: it %(does)s. Where that must not be, move the case to another state "
        "before you leave it out.",
        does=then.does,
    )
