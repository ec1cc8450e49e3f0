"""Overrides of the district's own rules: one person asks with a reason, a second agrees. Laws and holds are not to be had."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.moving import audited, key_of, taken_once
from api.acts.rules import case_acted_on, must_stand_at
from api.library import content_of_case
from api.problems import Conflict, NotFound, NotPermitted
from api.security.people import Person
from api.services import Services
from api.views.checks import override_view
from definitions.language.sentences import say, word
from store.tables.cases import CaseRow
from store.tables.rules import RuleOverride
from workflows.machine.events import Overridden
from workflows.machine.machine import machine_of
from workflows.messages import Taken


def overrides_of(session: Session, case_id: str) -> Sequence[RuleOverride]:
    """What was asked for in a case, the oldest first."""
    query = (
        select(RuleOverride)
        .where(RuleOverride.case_id == case_id)
        .order_by(col(RuleOverride.asked_at), col(RuleOverride.id))
    )
    return session.exec(query).all()


def ask_for(
    office: Services, ask: Ask, case_id: str, *, rules: Sequence[str], reason: str, step: int | None = None
) -> Answer:
    """The override, asked for: it waits for a second person; Changed when the case has gone on since `step`."""

    def work(session: Session, record: Record) -> Answer:
        case = _case(session, ask, case_id, record)
        must_stand_at(case, step)
        _may_override(session, ask.person, case, rules)
        record.rule = f"override {', '.join(rules)}"
        override = RuleOverride(
            id=f"ov-{secrets.token_hex(6)}",
            case_id=case.id,
            rules=list(dict.fromkeys(rules)),
            reason=reason,
            asked_by=ask.person.id,
            asked_at=ask.at,
        )
        session.add(override)
        session.flush()
        return Answer(status=201, body=override_view(override, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="ask-override", kind="case", id=case_id), work)


async def agree(office: Services, ask: Ask, case_id: str, override_id: str, *, step: int | None = None) -> Answer:
    """The step with which the rules do not bind, the next time that they would; Changed as when it is asked for."""
    record = Record(act="override-rule", kind="case", id=case_id)

    def prepared(repeated: bool) -> Overridden:
        with office.store.reading() as session:
            case = _case(session, ask, case_id, record)
            override = _override(session, case_id, override_id, decided=repeated)
            record.rule = f"override {', '.join(override.rules or [])}"
            if not repeated:
                must_stand_at(case, step)
                _may_override(session, ask.person, case, override.rules or [])
                if ask.person.id == override.asked_by:
                    raise NotPermitted(say("A second person must agree to the override."), rule=record.rule)
            return Overridden(
                rules=tuple(override.rules or ()),
                reason=override.reason,
                by=override.asked_by,
                approved_by=ask.person.id,
            )

    async def taken(repeated: bool) -> Taken:
        event = await run_in_threadpool(prepared, repeated)
        return await office.engine.act(
            case_id, event, name=f"override:{override_id}", key=key_of(ask), audit=audited(record)
        )

    answer = await taken_once(office, ask, record, taken)
    await run_in_threadpool(_given, office, ask, override_id)
    return answer


def refuse(office: Services, ask: Ask, case_id: str, override_id: str, *, reason: str) -> Answer:
    """The override, refused by a second person."""

    def work(session: Session, record: Record) -> Answer:
        case = _case(session, ask, case_id, record)
        override = _override(session, case_id, override_id)
        _may_override(session, ask.person, case, override.rules or [])
        record.rule = f"override {', '.join(override.rules or [])}"
        override.status, override.decided_by, override.decided_at = "refused", ask.person.id, ask.at
        override.refusal = reason
        session.add(override)
        session.flush()
        return Answer(body=override_view(override, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="refuse-override", kind="case", id=case_id), work)


def _given(office: Services, ask: Ask, override_id: str) -> None:
    with office.store.writing() as session:
        override = session.get_one(RuleOverride, override_id)
        if override.status == "asked":
            override.status, override.decided_by, override.decided_at = "given", ask.person.id, ask.at
            session.add(override)


def _case(session: Session, ask: Ask, case_id: str, record: Record) -> CaseRow:
    must_change_things(ask.person, "work")
    case = case_acted_on(session, ask.person, case_id, record)
    if case.status != "open":
        raise Conflict(say("The case is closed; no rule binds it any more."))
    return case


def _override(session: Session, case_id: str, override_id: str, *, decided: bool = False) -> RuleOverride:
    override = session.get(RuleOverride, override_id)
    if override is None or override.case_id != case_id:
        raise NotFound(say("There is no override %(override)s of this case.", override=repr(override_id[:60])))
    if override.status != "asked" and not decided:
        raise Conflict(
            say(
                "The override was %(status)s already, by %(who)s.",
                status=word(override.status),
                who=override.decided_by,
            )
        )
    return override


def _may_override(session: Session, person: Person, case: CaseRow, rules: Sequence[str]) -> None:
    """Raises NotPermitted for a law's rule, and for a person whose roles its definition does not name."""
    binding = machine_of(content_of_case(session, case)).setting.binding
    for rule in rules:
        roles = binding.override_by(rule)
        if roles is None:
            raise NotFound(say("No rule of this case is called %(rule)s.", rule=repr(rule[:60])))
        if not roles:
            raise NotPermitted(say("%(rule)s is not a rule that anybody may override.", rule=rule), rule=rule)
        if not person.roles & set(roles):
            raise NotPermitted(
                say("%(rule)s may be overridden by %(roles)s, two of them.", rule=rule, roles=", ".join(roles)),
                rule=rule,
            )
