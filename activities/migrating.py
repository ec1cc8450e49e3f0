"""Open cases that come over to another version: foreseen one by one, then brought over by a worker, wherever it was cut off.

Everything is found in SQL, and a case takes the act of one migration once: whichever worker dies or comes, it goes on.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from activities.facts import read_facts
from activities.world import World
from definitions.language.compiled import from_bytes
from definitions.language.model import Migration as Counterparts
from definitions.language.sentences import say
from store.engine import Store
from store.publishing import content_of
from store.queries.migrations import (
    End,
    end_migration,
    migrations_to_go_on,
    next_cases,
    settle_migrated,
)
from store.tables.cases import CaseRow
from store.tables.definitions import DefinitionVersion
from store.tables.migrations import CaseMigration
from workflows import client
from workflows.machine import case as cases
from workflows.machine import migrating
from workflows.machine.crossing import Migration
from workflows.machine.errors import Closed, Refused, Unknown
from workflows.machine.events import Migrated
from workflows.machine.machine import machine_of
from workflows.messages import Act, Audited, Taken

AT_ONCE = 20
RULE = "right migrate-cases"


class NotThereError(ValueError):
    """A version that cannot be left or come to; the sentence says why."""

    code = "no-such-version"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which cases come over to which version, by which mapping."""

    definition: str
    before: int
    after: int
    mapping: Counterparts


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What would become of one case."""

    case: str
    state: tuple[str, ...]
    to_state: tuple[str, ...] | None  #: None: refused
    refused: str | None
    migration: Migration | None


def plan_of(
    session: Session, definition: str, before: int, after: int, mapping: Counterparts | None, at: datetime
) -> Plan:
    """The plan, with the new version's own mapping where none is given; NotThereError for versions that do not fit."""
    versions = {number: session.get(DefinitionVersion, (definition, number)) for number in (before, after)}
    missing = [number for number, row in versions.items() if row is None]
    if missing:
        raise NotThereError(
            say(
                "version %(missing)s of %(definition)s was never published",
                missing=missing[0],
                definition=repr(definition[:60]),
            )
        )
    if before == after:
        raise NotThereError(say("the two versions are the same"))
    row = versions[after]
    assert row is not None
    if row.effective_from > at:
        raise NotThereError(
            say(
                "version %(after)s takes effect on %(day)s, and not before",
                after=after,
                day=row.effective_from,
            )
        )
    own = from_bytes(row.compiled).definition.migration
    return Plan(definition=definition, before=before, after=after, mapping=mapping or own or Counterparts())


def event_for(session: Session, row: CaseRow, plan: Plan, *, by: str, reason: str) -> Migrated:
    """What is asked of this case: the version under the calendar and laws that bind it, or under its own if those are later."""
    rules = max(row.rules_version or row.version, plan.after)
    content = content_of(session, plan.definition, plan.after, rules)
    assert content is not None, "the plan's versions are published"
    return Migrated(
        version=plan.after,
        rules=rules if rules != plan.after else None,
        content=base64.b64encode(content).decode(),
        states=plan.mapping.states,
        tasks=plan.mapping.tasks,
        timers=plan.mapping.timers,
        data=plan.mapping.data,
        reason=reason,
        by=by,
    )


def foreseen(session: Session, row: CaseRow, plan: Plan, at: datetime) -> Foreseen:
    """What would become of the case if it came over now; nothing changes."""
    case = cases.from_json(row.snapshot)
    content = content_of(session, row.definition, row.version, row.rules_version)
    assert content is not None, "an open case's version is published"
    machine = machine_of(content)
    event = event_for(session, row, plan, by="nobody", reason="")
    try:
        machine.accepts(case, event)
        names = machine.facts_for(case, event)
        facts = read_facts(session, case.account, names, case, at)
        found = migrating.migrate(machine.setting, case, event, facts, max(at, case.at))
    except Refused as refused:
        return Foreseen(case=case.id, state=case.state, to_state=None, refused=refused.sentence, migration=None)
    return Foreseen(case=case.id, state=case.state, to_state=found.case.state, refused=None, migration=found)


@dataclass(frozen=True, kw_only=True)
class _Next:
    case: str
    event: Migrated | None  #: None: it is on another version already, or closed
    step: int  #: of its row


class Migrating:
    """Goes on with the migrations that run."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store: Store = world.store

    async def go_on(self) -> int:
        """How many cases were settled until no migration had any more, or no case answered."""
        settled = 0
        for migration in await asyncio.to_thread(self._running):
            while batch := await asyncio.to_thread(self._batch, migration):
                results = await asyncio.gather(*(self._one(migration, each) for each in batch))
                settled += sum(results)
                if not any(results):
                    break  # no case answers: the next round tries again
            await asyncio.to_thread(self._end, migration)
        return settled

    async def _one(self, migration: str, each: _Next) -> bool:
        """Whether the case is settled; False where it has not answered."""
        if each.event is None:
            return await asyncio.to_thread(self._settled, migration, each.case, "gone", None, each.step)
        end: End = "migrated"
        sentence: str | None = None
        step: int | None = None
        try:
            taken: Taken = await client.act(self._world.client, each.case, self._act(migration, each.case, each.event))
            step = taken.step
        except (Closed, Unknown) as gone:
            end, sentence = "gone", gone.sentence
        except Refused as refused:
            end, sentence = "refused", refused.sentence
        except client.Failed:
            end, sentence = "refused", say("its case failed at this; it has been recorded")
        except client.Unanswered:
            return False
        return await asyncio.to_thread(self._settled, migration, each.case, end, sentence, step)

    def _act(self, migration: str, case: str, event: Migrated) -> Act:
        audit = Audited(act="migrate", object_kind="case", object_id=case, rule=RULE, sentence=event.reason)
        return Act(event=event, name=f"migration:{migration}", at=self._world.now(), audit=audit)

    def _running(self) -> list[str]:
        with self._store.reading() as session:
            return migrations_to_go_on(session)

    def _batch(self, migration: str) -> list[_Next]:
        with self._store.reading() as session:
            asked = session.get_one(CaseMigration, migration)
            plan = plan_in(asked)
            return [
                self._next(session, session.get_one(CaseRow, case), plan, asked)
                for case in next_cases(session, migration, AT_ONCE)
            ]

    def _next(self, session: Session, row: CaseRow, plan: Plan, asked: CaseMigration) -> _Next:
        if row.status != "open" or row.version not in (plan.before, plan.after):
            return _Next(case=row.id, event=None, step=row.step_no)
        # One whose row is on the new version already has taken this act before a worker died, and answers so.
        return _Next(
            case=row.id,
            event=event_for(session, row, plan, by=asked.asked_by, reason=asked.reason),
            step=row.step_no,
        )

    def _settled(self, migration: str, case: str, end: End, sentence: str | None, step: int | None) -> bool:
        at = self._world.now()
        with self._store.writing() as session:
            settle_migrated(session, migration, case, end, sentence=sentence, step=step, at=at)
        return True

    def _end(self, migration: str) -> None:
        at = self._world.now()
        with self._store.writing() as session:
            end_migration(session, migration, at)


def plan_in(migration: CaseMigration) -> Plan:
    """The plan that a migration was begun with."""
    return Plan(
        definition=migration.definition,
        before=migration.from_version,
        after=migration.to_version,
        mapping=Counterparts.model_validate(migration.mapping or {}),
    )


def mapping_of(value: Mapping[str, Any]) -> Counterparts:
    """A mapping written as JSON or YAML; raises pydantic's ValidationError for anything else."""
    return Counterparts.model_validate(value)
