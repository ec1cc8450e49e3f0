"""The whole district lived through, on real books: by habit, and by people who do anything in any order.

Whatever they do, no law is ever broken, no account is on two lists, no entry of the ledger is unbalanced and no effect is
carried out twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, make_url, select
from sqlmodel import Session, col

from activities import files
from activities.law_report import law_report
from api.acts.rules import is_an_answer
from definitions.language.library import load_library
from headgate.simulation import beginning
from headgate.simulation.office import Running
from headgate.simulation.run import Simulation
from headgate.simulation.staff import people_in
from store.engine import Store, open_store
from store.ledger import unbalanced_entries
from store.migrate import migrate
from store.publishing import publish_compiled
from store.sample.load import load_sample
from store.tables.cases import CaseRow, ListLine, StepRow
from store.tables.ledger import Posting
from store.tables.outbox import EffectRow
from workflows.machine.effects import Step
from workflows.machine.events import Message
from workflows.machine.script import Script

DEFINITIONS = Path(__file__).parents[2] / "definitions"
ZONE = ZoneInfo("America/Los_Angeles")
TODAY = datetime(2026, 11, 20, 7, 30, tzinfo=ZONE)
ON_A_LIST = ("reminder", "door-tag", "lock-off")
MOST_A_DAY = 25  #: of definitions/lists/lock-off.yaml
HARD_UP = {"shut-off-tag": (20, 2), "shut-off-done": (75, 4)}  #: in a district where few can pay, all lists are used


@dataclass
class Mischief:
    """Lets anything arrive that a case would take, filled in anyhow."""

    simulation: Simulation
    chance: Random
    often: float = 0.06

    def stepped(self, running: Running, step: Step) -> None:
        if not running.case.is_open or self.chance.random() > self.often:
            return
        # An effect's own answer, or what a case raises for itself, is refused from a person.
        waiting = [name for name in running.machine.messages(running.case) if not is_an_answer(name)]
        if waiting:
            name = self.chance.choice(waiting)
            at = self.simulation.office.now + timedelta(hours=self.chance.randrange(1, 200))
            self.simulation.office.note(at, partial(self._send, running, name))

    def _send(self, running: Running, name: str) -> None:
        declared = running.machine.definition.messages.get(name, {})
        data: dict[str, Any] = {
            key: Script().sample(field, self.chance, self.simulation.office.now)
            for key, field in declared.items()
            if field.type not in ("account", "bill", "meter", "payment", "file", "user")
        }
        if name in running.machine.messages(running.case) and running.case.is_open:
            self.simulation.office.take(running.case.id, Message(name=name, data=data, by="rep"))


def lived(folder: Path, *, places: int, days: int, seed: int, at_random: bool) -> tuple[Store, Simulation]:
    """A small district after so many days."""
    store = open_store(make_url(f"sqlite:///{folder}/district.db"))
    migrate(store.engine)
    load_sample(store, TODAY, accounts=places)
    with store.writing() as session:
        first = beginning.begin(session, TODAY, days)
        library = load_library(DEFINITIONS)
        for name in sorted(library.cases):
            publish_compiled(session, library.compile(name), source=library.source(name), by="author", at=first)
    compiled = library.compile("collection")
    files.use(files.FolderStore(folder / "files"))
    simulation = Simulation(
        store,
        DEFINITIONS,
        compiled.calendar,
        begin=first.astimezone(ZONE).date(),
        end=TODAY.date(),
        people=people_in(compiled),
        seed=seed,
    )
    simulation.customers.moved_by = HARD_UP
    if at_random:
        simulation.staff.scripts = {}
        simulation.office.watchers.append(Mischief(simulation, Random(f"mischief {seed}")))
    simulation.run()
    files.use(None)
    return store, simulation


@pytest.fixture(scope="module")
def by_habit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A district whose people do what they usually do."""
    store, _ = lived(tmp_path_factory.mktemp("habit"), places=110, days=160, seed=1, at_random=False)
    yield store
    store.close()


@pytest.fixture(scope="module")
def at_random(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A district whose people choose anything, and to which anything comes."""
    store, _ = lived(tmp_path_factory.mktemp("random"), places=70, days=160, seed=1, at_random=True)
    yield store
    store.close()


def test_what_is_unpaid_goes_through_the_lists_to_lawful_lock_offs(by_habit: Store) -> None:
    with by_habit.reading() as session:
        report = everything(session)
        released = Counter(
            line.list_name for line in session.execute(select(ListLine)).scalars() if line.status == "released"
        )
    assert set(released) >= set(ON_A_LIST)
    assert report.shut_offs
    assert report.not_kept == ()
    by_day = Counter(each.act.day for each in report.shut_offs)
    assert max(by_day.values()) <= MOST_A_DAY
    calendar = load_library(DEFINITIONS).calendars["district"]
    assert all(calendar.is_shut_off_day(day) for day in by_day)


def test_all_case_types_of_the_mission_are_under_way_or_over(by_habit: Store) -> None:
    with by_habit.reading() as session:
        types = set(session.execute(select(col(CaseRow.definition))).scalars())
    assert types >= {"high-consumption", "leak-investigation", "new-connection-standard", "collection", "bankruptcy"}


def test_whatever_people_do_no_law_is_broken(at_random: Store) -> None:
    with at_random.reading() as session:
        report = everything(session)
        steps = session.execute(select(func.count()).select_from(StepRow)).scalar_one()
    assert steps > 500
    assert report.not_kept == ()


def test_whatever_people_do_no_account_is_on_two_lists(at_random: Store) -> None:
    with at_random.reading() as session:
        moments: dict[str, list[tuple[datetime, datetime | None]]] = {}
        for line in session.execute(select(ListLine)).scalars():
            moments.setdefault(line.account_id or line.case_id, []).append((line.joined_at, line.decided_at))
    for spans in moments.values():
        ordered = sorted(spans, key=lambda span: span[0])
        for (_, left), (joined, _) in pairwise(ordered):
            assert left is not None
            assert left <= joined


def test_whatever_people_do_the_books_balance_and_no_effect_is_carried_out_twice(at_random: Store) -> None:
    with at_random.reading() as session:
        assert unbalanced_entries(session) == []
        by_effect = session.execute(
            select(col(Posting.entry_id), col(Posting.line), func.count())
            .where(col(Posting.case_id).is_not(None))
            .group_by(col(Posting.entry_id), col(Posting.line))
            .having(func.count() > 1)
        ).all()
        effects = session.execute(
            select(col(EffectRow.case_id), col(EffectRow.step_no), col(EffectRow.effect_no), func.count())
            .group_by(col(EffectRow.case_id), col(EffectRow.step_no), col(EffectRow.effect_no))
            .having(func.count() > 1)
        ).all()
    assert (by_effect, effects) == ([], [])


def everything(session: Session) -> Any:
    """The law report of all that was lived through."""
    since = datetime.combine(date(2025, 1, 1), TODAY.time(), ZONE)
    return law_report(session, since=since, before=TODAY + timedelta(days=1))
