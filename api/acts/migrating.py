"""Bringing open cases over to another version: foreseen first, then begun; a worker goes on with it, case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import ValidationError
from sqlmodel import Session

from activities.migrating import RULE, Foreseen, NotThereError, Plan, foreseen, mapping_of, plan_of
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.failing import invalid
from api.problems import Conflict, Invalid, NotFound
from api.security.people import Person
from api.services import Services
from api.views.migrations import migration_view
from definitions.language.sentences import say, sentence_of, whole, word
from store.paging import Page
from store.queries.migrations import begin_migration, change_migration, migration_counts, open_cases_of
from store.tables.migrations import CaseMigration

RIGHT = "migrate-cases"
Change = Literal["pause", "resume", "cancel"]
_FROM = {"pause": ("running",), "resume": ("paused",), "cancel": ("running", "paused")}
_TO: dict[Change, Literal["paused", "running", "cancelled"]] = {
    "pause": "paused",
    "resume": "running",
    "cancel": "cancelled",
}


def plan(
    session: Session, office: Services, definition: str, before: int, after: int, mapping: Mapping[str, Any] | None
) -> Plan:
    """Which cases come over, by which mapping; Invalid for a version or a mapping that is none."""
    try:
        given = mapping_of(mapping) if mapping is not None else None
        return plan_of(session, definition, before, after, given, office.now())
    except ValidationError as wrong:
        raise invalid([{**each, "loc": ("body", "mapping", *each["loc"])} for each in wrong.errors()]) from None
    except NotThereError as error:
        sentence = sentence_of(error)
        raise Invalid(
            whole(sentence),
            fields={"to_version": sentence},
        ) from None


def foresee(
    office: Services,
    person: Person,
    definition: str,
    before: int,
    after: int,
    *,
    mapping: Mapping[str, Any] | None,
    limit: int,
    cursor: str | None,
) -> Page[Foreseen]:
    """What would become of each open case of the version, a page of them."""
    person.must(RIGHT)
    with office.store.reading() as session:
        planned = plan(session, office, definition, before, after, mapping)
        page = open_cases_of(session, definition, before, limit=limit, cursor=cursor)
        return Page(items=[foreseen(session, row, planned, office.now()) for row in page.items], cursor=page.cursor)


def begin(
    office: Services,
    ask: Ask,
    definition: str,
    before: int,
    after: int,
    *,
    mapping: Mapping[str, Any] | None,
    reason: str,
    cases: Sequence[str] | None,
) -> Answer:
    """The migration, begun; Conflict when no open case runs on the version."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        planned = plan(session, office, definition, before, after, mapping)
        record.rule = RULE
        begun = begin_migration(
            session,
            definition,
            before,
            after,
            mapping=planned.mapping.model_dump(mode="json"),
            reason=reason,
            by=ask.person.id,
            at=ask.at,
            cases=cases,
        )
        if begun.cases == 0:
            raise Conflict(
                say(
                    "None of the cases is open on version %(before)s of %(definition)s.",
                    before=before,
                    definition=definition,
                )
            )
        record.id = f"{definition} {before} to {after} {begun.id}"
        return Answer(status=201, body=_shown(session, office, begun))

    return once(office.store, ask, Record(act="begin-migration", kind="definition", id=definition), work)


def change(office: Services, ask: Ask, migration_id: str, how: Change) -> Answer:
    """The migration, paused, resumed or cancelled; what has come over stays there."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        migration = migration_of(session, migration_id)
        if migration.status not in _FROM[how]:
            raise Conflict(
                say(
                    "The migration is %(status)s; it cannot be %(to)s.",
                    status=word(migration.status),
                    to=word(_TO[how]),
                )
            )
        change_migration(session, migration, _TO[how], by=ask.person.id, at=ask.at)
        record.rule = RULE
        return Answer(body=_shown(session, office, migration))

    return once(office.store, ask, Record(act=f"{how}-migration", kind="definition", id=migration_id), work)


def migration_of(session: Session, migration_id: str) -> CaseMigration:
    """The migration; NotFound when there is none."""
    found = session.get(CaseMigration, migration_id)
    if found is None:
        raise NotFound(
            say(
                "There is no migration %(migration)s. GET /api/migrations lists them.",
                migration=repr(migration_id[:60]),
            )
        )
    return found


def _shown(session: Session, office: Services, migration: CaseMigration) -> Any:
    counts = migration_counts(session, migration.id)
    return migration_view(migration, counts, zone=office.zone).model_dump(mode="json")
