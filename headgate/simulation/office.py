"""A district's office without a server: cases taken step by step in this process, on real books, by a clock of its own.

The machine, the facts, the transaction of a step and the effects are the worker's own; only Temporal is not there. What
would be a timer or a person's time there is an entry in a diary here, worked off in the order of its moments.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from activities import asking, registry
from activities.delivery import opening_data, opens_on
from activities.effects import answer_before, settled
from activities.projection import Projection
from api.acts.entities import frozen
from definitions.catalogue.replies import Effect, EffectRefused
from store.engine import Store
from store.queries.holds import hold_version, standing_holds
from store.records import version_in_effect
from store.tables.cases import CaseLink
from workflows import messages
from workflows.client import case_id_for
from workflows.machine.case import Case
from workflows.machine.effects import Step
from workflows.machine.errors import BadForm, Refused
from workflows.machine.events import ChildClosed, Event, HoldsChanged, Message, Replied
from workflows.machine.machine import Machine, machine_of
from workflows.messages import FactsAsked, StepWritten, WriteResult
from workflows.outgoing import effects_of
from workflows.steps import run_of, taken_of

DECISIONS = 20  #: times that a step is decided again because the books changed meanwhile
AGAIN = timedelta(hours=1)  #: after which a timer that could not be taken is tried again, as the worker does
HOLDS = ("place-hold", "release-hold")
LEFT_ALONE = frozenset(("10-004217",))  #: accounts with a story in the README: a newcomer opens their first case


@dataclass(kw_only=True)
class Running:
    """One case and the definition that it runs on."""

    case: Case
    machine: Machine
    content: bytes
    version: int
    by: str
    parent: str | None = None


class Watcher(Protocol):
    """Whoever wants to know of each step: the simulated people and the customers."""

    def stepped(self, running: Running, step: Step) -> None:
        """A step stands, and its effects are carried out."""


@dataclass
class Office:
    """All cases of the simulated time. `now` is where the diary stands."""

    store: Store
    now: datetime
    running: dict[str, Running] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)  #: sentence → times
    failed: dict[str, int] = field(default_factory=dict)  #: code of an effect that cannot be carried out → times
    watchers: list[Watcher] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._diary: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._projection = Projection(store=self.store)

    # -- the diary --------------------------------------------------------------------------------------------------------

    def note(self, at: datetime, deed: Callable[[], None]) -> None:
        """Writes into the diary what is to be done then; what is past is done next."""
        heapq.heappush(self._diary, (max(at, self.now), next(self._numbers), deed))

    def until(self, end: datetime) -> None:
        """Works the diary off up to this moment."""
        while self._diary and self._diary[0][0] <= end:
            self.now, _, deed = heapq.heappop(self._diary)
            deed()
        self.now = max(self.now, end)

    # -- cases ------------------------------------------------------------------------------------------------------------

    def open(
        self,
        definition: str,
        data: Mapping[str, Any],
        *,
        by: str,
        name: str,
        case_id: str | None = None,
        parent: str | None = None,
        people: tuple[str, ...] = (),
    ) -> str | None:
        """The id of the case that this opens, or None when it is refused; `name` makes the id where none is given."""
        with self.store.reading() as session:
            version = version_in_effect(session, definition, self.now)
        if version is None:
            return None
        case_id = case_id or case_id_for("simulation", name)
        running = Running(
            case=Case(id=case_id, definition=definition, version=version.version, opened_at=self.now, at=self.now),
            machine=machine_of(version.compiled),
            content=version.compiled,
            version=version.version,
            by=by,
            parent=parent,
        )
        try:
            done = self._opened(running, data, people)
        except Refused as refused:
            self._count(refused)
            return None
        if done is not None:
            self.running[case_id] = running
            self._stands(running, *done)
        return case_id if done is not None else None

    def take(self, case_id: str, event: Event) -> bool:
        """Whether the case took the event; why not is counted."""
        running = self.running.get(case_id)
        if running is None:
            return False
        try:
            case, step = self._decided(running, event)
        except Refused as refused:
            self._count(refused)
            return False
        self._stands(running, case, step)
        return True

    def tell_account(self, account: str, event: Message, *, name: str) -> list[str]:
        """The cases that took the event, or that it opened because none waited for it."""
        waiting = [each.case.id for each in self.of_account(account) if event.name in each.machine.messages(each.case)]
        taken = [case_id for case_id in waiting if self.take(case_id, event)]
        if taken:
            return taken
        opened = [self._open_by(definition, account, event, name) for definition in self._opened_by(event.name)]
        return [case_id for case_id in opened if case_id is not None]

    def of_account(self, account: str) -> list[Running]:
        """The account's open cases."""
        return [each for each in self.running.values() if each.case.account == account and each.case.is_open]

    def tell_holds(self, account: str) -> None:
        """Lets the account's cases take down its holds as they are now."""
        with self.store.reading() as session:
            version = hold_version(session, account)
            holds = {hold.kind: hold.since.isoformat() for hold in standing_holds(session, account)}
        for running in self.of_account(account):
            if running.case.hold_version != version:
                self.take(running.case.id, HoldsChanged(holds=holds, version=version))

    def _opened_by(self, event: str) -> list[str]:
        with self.store.reading() as session:
            return [name for name, events in opens_on(session, self.now).items() if event in events]

    def _open_by(self, definition: str, account: str, event: Message, name: str) -> str | None:
        with self.store.reading() as session:
            data = opening_data(session, definition, account, event, self.now)
        return self.open(definition, data, by=event.by, name=f"{name}/{account}/{definition}")

    # -- one step ---------------------------------------------------------------------------------------------------------

    def _opened(self, running: Running, data: Mapping[str, Any], people: tuple[str, ...]) -> tuple[Case, Step] | None:
        machine, at = running.machine, self.now
        with self.store.reading() as session:
            data, wrong = frozen(session, machine.definition.data, data)
        if wrong:
            raise BadForm("; ".join(wrong.values()), fields=wrong)
        values = machine.opening(data)
        unopened = replace(running.case, data=values, account=machine.account_in(values))
        holds: Mapping[str, str] = {}
        version = 0
        found: dict[str, Any] = {}
        for _ in range(DECISIONS):
            facts = self._facts(machine.facts_for(None, None), unopened, running.by, None)
            case, step = machine.start(
                case_id=unopened.id,
                data=data,
                at=at,
                by=running.by,
                facts=facts | found,
                holds=holds,
                hold_version=version,
                people=people,
            )
            result = self._write(running, case, step, f"open {case.id}")
            if result.kind == "written":
                return case, step
            if result.kind == "already-open":
                return None
            found |= dict(result.facts or {})
            holds, version = dict(result.holds or {}), result.version or version
        raise RuntimeError(f"{running.case.definition}: the books never stood still")

    def _decided(self, running: Running, event: Event) -> tuple[Case, Step]:
        found: dict[str, Any] = {}
        for attempt in range(DECISIONS):
            running.machine.accepts(running.case, event)
            facts = self._facts(running.machine.facts_for(running.case, event), running.case, event.by, run_of(event))
            case, step = running.machine.fire(running.case, event, facts | found, max(self.now, running.case.at))
            result = self._write(running, case, step, f"simulated {case.step}")
            if result.kind == "written":
                return case, step
            found |= dict(result.facts or {})
            if result.kind == "holds-changed":
                holds = HoldsChanged(holds=result.holds or {}, version=result.version or 0)
                held = running.machine.fire(running.case, holds, {}, max(self.now, running.case.at))
                self._write(running, *held, f"holds {attempt} {running.case.step}")
                self._stands(running, *held)
        raise RuntimeError(f"{running.case.definition}: the books never stood still")

    def _facts(self, names: tuple[str, ...], case: Case, by: str, run: int | None) -> dict[str, Any]:
        if not names:
            return {}
        asked = FactsAsked(names=names, case=case, by=by, run=run, at=self.now)
        with self.store.reading() as session:
            return asking.facts(session, asked)

    def _write(self, running: Running, case: Case, step: Step, act: str) -> WriteResult:
        written = StepWritten(case=case, step=step, act=act, taken=taken_of(case))
        return self._projection.write(written, running.content)

    def _stands(self, running: Running, case: Case, step: Step) -> None:
        """The step is the case's now: its effects are carried out, its timers and its people noted in the diary."""
        running.case = case
        for effect in effects_of(case, step):
            self._carry_out(running, effect)
        due = running.machine.next_due(running.case)
        if due is not None:
            self.note(due, lambda: self._ring(running))
        for watcher in self.watchers:
            watcher.stepped(running, step)
        if not case.is_open and running.parent is not None and case.step == running.case.step:
            closed = ChildClosed(child=case.id, outcome=case.outcome or "", data=case.data)
            self.take(running.parent, closed)

    def _ring(self, running: Running) -> None:
        """Fires what is due in the case by now; an entry that has been overtaken finds nothing."""
        due = running.machine.due_events(running.case, self.now) if running.case.is_open else []
        if due and not self.take(running.case.id, due[0]):
            self.note(self.now + AGAIN, lambda: self._ring(running))

    # -- effects ----------------------------------------------------------------------------------------------------------

    def _carry_out(self, running: Running, effect: Effect) -> None:
        match effect.action:
            case messages.SEND:
                self._sent(effect)
            case messages.OPEN_CHILD:
                args = effect.args
                people = tuple(args.get("people") or ())
                child: str = args["child"]
                opened = self.open(
                    args["case"],
                    args["data"],
                    by=effect.by,
                    name=child,
                    case_id=child,
                    parent=effect.case,
                    people=people,
                )
                if opened is not None:
                    self._link(effect, child)
            case _:
                self._done(running, effect)

    def _link(self, effect: Effect, child: str) -> None:
        with self.store.writing() as session:
            session.add(CaseLink(parent_id=effect.case, child_id=child, state=effect.state, step_no=effect.step))

    def _sent(self, effect: Effect) -> None:
        event = Message(name=str(effect.args["event"]), data=effect.args.get("data") or {}, by=effect.case)
        if effect.args.get("case"):
            self.take(effect.args["case"], event)
        elif effect.args.get("account"):
            self.tell_account(effect.args["account"], event, name=effect.id)

    def _done(self, running: Running, effect: Effect) -> None:
        try:
            with self.store.writing() as session:
                reply = answer_before(session, effect) or settled(session, effect, registry.carry_out(session, effect))
        except EffectRefused as refused:
            self.failed[refused.code] = self.failed.get(refused.code, 0) + 1
            return
        if effect.action in HOLDS and effect.account is not None:
            self.tell_holds(effect.account)
        if reply.event is not None and reply.event in running.machine.messages(running.case):
            self.take(effect.case, Replied(name=reply.event, effect=f"{effect.step}.{effect.number}", data=reply.data))

    def _count(self, refused: Refused) -> None:
        rules = refused.facts.get("rules")
        said = ", ".join(rules) if rules else refused.sentence
        self.refused[said] = self.refused.get(said, 0) + 1
