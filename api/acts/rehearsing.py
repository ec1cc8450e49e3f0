"""Rehearsing a text over the district's accounts: begun, cancelled, read."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from typing import Final, Literal

from sqlmodel import Session

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.publishing import RIGHT
from api.problems import Conflict, Invalid, NotFound
from api.rehearsing.playing import Play, play
from api.security.people import Person
from api.services import Services
from definitions.language.sentences import say
from store.queries import bench
from store.tables.definitions import DefinitionVersion, Rehearsal

Accounts = Literal["all", "owing"]
CASES: Final = (50, 200, 1000, 5000)  #: how many can be played
DAYS: Final = (30, 120, 365)
AT_ONCE: Final = 2  #: rehearsals in the whole district


def rehearsal_seen(session: Session, person: Person, rehearsal_id: str) -> Rehearsal:
    """The rehearsal, for a person who may write definitions; NotFound when it is not kept."""
    person.must(RIGHT)
    found = session.get(Rehearsal, rehearsal_id)
    if found is None:
        raise NotFound(say("There is no such rehearsal; the newest thirty of each definition are kept."))
    return found


def begin(
    office: Services,
    ask: Ask,
    definition: str,
    source: str,
    *,
    cases: int,
    days: int,
    accounts: Accounts,
    against: int | None,
) -> Answer:
    """The rehearsal, which a process of its own plays from now on; Conflict while somebody else's or one's own is at work."""
    if cases not in CASES or days not in DAYS:
        raise Invalid(
            say(
                "A rehearsal plays %(cases)s cases over %(days)s days.",
                cases=", ".join(map(str, CASES)),
                days=", ".join(map(str, DAYS)),
            )
        )

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        record.rule = f"right {RIGHT}"
        _must_be_free(session, ask.person)
        if against is not None and session.get(DefinitionVersion, (definition, against)) is None:
            raise NotFound(
                say(
                    "Version %(against)s of %(definition)s was never published.",
                    against=against,
                    definition=repr(definition),
                )
            )
        row = Rehearsal(
            id=bench.new_id("rh"),
            definition=definition,
            source=source,
            against=against,
            accounts=accounts,
            cases=cases,
            days=days,
            begin=ask.at.astimezone(office.zone).date(),
            asked_by=ask.person.id,
            asked_at=ask.at,
            told_at=datetime.now(UTC),
        )
        session.add(row)
        session.flush()
        bench.forget_rehearsals(session, definition)
        return Answer(status=201, body={"id": row.id})

    answer = once(office.store, ask, Record(act="rehearse", kind="definition", id=definition), work)
    if not answer.replayed:
        start(office, str(answer.body["id"]))
    return answer


def start(office: Services, rehearsal_id: str) -> None:
    """Starts the process that plays it. It ends with this server; what it has told by then stays."""
    asked = Play(rehearsal=rehearsal_id, database=office.store.engine.url, folder=office.definitions, at=office.now())
    context = multiprocessing.get_context("spawn")
    context.Process(target=play, args=(asked,), name=f"rehearsal {rehearsal_id}", daemon=True).start()


def cancel(office: Services, ask: Ask, rehearsal_id: str) -> Answer:
    """The rehearsal, cancelled; its process stops at the next case."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        row = rehearsal_seen(session, ask.person, rehearsal_id)
        session.refresh(row, with_for_update=True)
        record.id, record.rule = row.definition, f"right {RIGHT}"
        if row.status not in ("waiting", "running"):
            raise Conflict(say("The rehearsal has ended already."))
        row.status = "cancelled"
        session.add(row)
        return Answer(body={"id": row.id})

    return once(office.store, ask, Record(act="cancel-rehearsal", kind="definition", id=rehearsal_id), work)


def is_at_work(row: Rehearsal) -> bool:
    """Whether it is played now: one that gives no sign of life is broken off."""
    return row.status in ("waiting", "running") and datetime.now(UTC) - row.told_at < bench.SILENT


def _must_be_free(session: Session, person: Person) -> None:
    running = bench.running_rehearsals(session, datetime.now(UTC))
    own = next((row for row in running if row.asked_by == person.id), None)
    if own is not None:
        raise Conflict(
            say(
                "Your rehearsal of %(definition)s is still at work; wait for it, or cancel it.",
                definition=repr(own.definition),
            )
        )
    if len(running) >= AT_ONCE:
        raise Conflict(
            say("Two rehearsals are at work already, so that the desk keeps its pace. Try again in a minute.")
        )
