"""A recorded history, played on a definition: people do what the log says, the definition has to do the rest by itself.

For each case the machine is given what people did, at the time at which they did it; between these its own timers fire. What
the log says that nobody did (a penalty after sixty days) must then happen on the day on which it happened. A trace is
accepted when the definition takes every event and does what it must on its day; each other one says where it deviates. After
a deviation the trace goes on without the event, so that one surprise does not hide the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from definitions.catalogue import actions
from workflows.machine import effects as fx
from workflows.machine.case import Case
from workflows.machine.errors import Refused
from workflows.machine.events import Event, Message, Outcome, Replied, TimerFired
from workflows.machine.machine import Machine
from workflows.machine.recorded import Activity, Reading, Recorded, brought
from workflows.machine.rehearse import LIMIT

Kind = Literal["refused", "other-day", "not-done", "not-recorded", "unknown-activity"]


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Where a trace and the definition part."""

    kind: Kind
    activity: str
    day: date
    state: str  #: of the case at that moment; empty before it was opened
    sentence: str


@dataclass(kw_only=True)
class Trace:
    """What became of one recorded case."""

    case: str
    state: str = ""
    outcome: str | None = None  #: the final state, of a case that closed
    on_the_day: int = 0  #: timers of the log that fired on the day on which they did
    timers: dict[str, int] = field(default_factory=dict)  #: timer of the definition → times it fired
    deviations: list[Deviation] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """The definition takes the whole trace."""
        return not self.deviations


def replay(
    machine: Machine,
    name: str,
    events: Sequence[Recorded],
    reading: Reading,
    *,
    horizon: date,
    facts: Mapping[str, Any] | None = None,
) -> Trace:
    """One recorded case played on the machine; `horizon` is the log's last day, until which timers are compared."""
    return _Replay(machine, name, reading, facts or {}).play(events, horizon)


class _Replay:
    """One case on its way through the log."""

    def __init__(self, machine: Machine, name: str, reading: Reading, facts: Mapping[str, Any]) -> None:
        self.machine = machine
        self.zone = machine.setting.calendar.zone
        self.reading = reading
        self.facts = facts
        self.compared = {each.timer: activity for activity, each in reading.activities.items() if each.timer}
        self.trace = Trace(case=name)
        self.case: Case | None = None
        self.now = datetime.min.replace(tzinfo=UTC)
        self.unmatched: list[tuple[str, date]] = []  #: timers that the log should have and has not had yet

    def play(self, events: Sequence[Recorded], horizon: date) -> Trace:
        for recorded in events:
            activity = self.reading.activities.get(recorded.activity)
            if activity is None:
                self._deviates("unknown-activity", recorded, "the reading of the log says nothing about it")
            elif not activity.ignored:
                self._take(recorded, activity)
        if self.case is not None:
            self._until(datetime.combine(horizon, time.max, self.zone))
            self.trace.state, self.trace.outcome = " ".join(self.case.state), self.case.outcome
        for name, day in self.unmatched:
            self._note("not-recorded", self.compared[name], day, f"{name} came on {day}, and the log does not have it")
        return self.trace

    # -- one row ----------------------------------------------------------------------------------------------------------

    def _take(self, recorded: Recorded, activity: Activity) -> None:
        if activity.opens:
            self._open(recorded, activity)
        elif self.case is None:
            self._deviates("refused", recorded, "the log has not opened the case yet")
        elif activity.timer is not None:
            self._expect(recorded, activity.timer)
        else:
            self._until(self._moment(recorded))
            self._do(recorded, activity)

    def _open(self, recorded: Recorded, activity: Activity) -> None:
        if self.case is not None:
            self._deviates("refused", recorded, "the case is open already")
            return
        at = self.now = recorded.at or datetime.combine(recorded.day, time.min, self.zone)
        try:
            case, step = self.machine.start(
                case_id=self.trace.case,
                data=brought(recorded, activity, self.machine.definition.data),
                at=at,
                by="log",
                facts=self._known(None, None),
            )
        except Refused as refused:
            self._deviates("refused", recorded, refused.sentence)
            return
        self._after(case, step)

    def _do(self, recorded: Recorded, activity: Activity) -> None:
        assert self.case is not None
        by = str(recorded.row.get(activity.by) or "log") if activity.by else "log"
        try:
            self._fire(self._event(recorded, activity, by))
        except Refused as refused:
            self._deviates("refused", recorded, refused.sentence)

    def _event(self, recorded: Recorded, activity: Activity, by: str) -> Event:
        assert self.case is not None
        definition = self.machine.definition
        if activity.message is not None:
            fields = definition.messages.get(activity.message, {})
            return Message(name=activity.message, data=brought(recorded, activity, fields), by=by)
        open_runs = [task.run for task in self.case.tasks if task.name == activity.task and task.outcome is None]
        return Outcome(
            run=open_runs[0] if open_runs else 0,
            outcome=str(activity.outcome),
            form=brought(recorded, activity, definition.data),
            by=by,
            checked_at=self.now.isoformat(),
        )

    def _expect(self, recorded: Recorded, timer: str) -> None:
        """The timer fires on the recorded day, neither before nor after it."""
        self._until(recorded.at or datetime.combine(recorded.day, time.max, self.zone), first=timer)
        found = next((each for each in self.unmatched if each[0] == timer), None)
        if found is None:
            self._deviates("not-done", recorded, f"{timer} is not due on {recorded.day}")
            return
        self.unmatched.remove(found)
        if found[1] == recorded.day:
            self.trace.on_the_day += 1
        else:
            self._deviates("other-day", recorded, f"{timer} came on {found[1]}, in the log on {recorded.day}")

    # -- time -------------------------------------------------------------------------------------------------------------

    def _moment(self, recorded: Recorded) -> datetime:
        """When it happened; of a log of days as early on its day as what came before allows."""
        earliest = recorded.at or datetime.combine(recorded.day, time.min, self.zone)
        return max(earliest, self.now + timedelta(seconds=1))

    def _until(self, end: datetime, *, first: str | None = None) -> None:
        """Fires what is due by then; with `first` no further than that timer."""
        for _ in range(LIMIT):
            assert self.case is not None
            due = self.machine.next_due(self.case) if self.case.is_open else None
            if due is None or due > end or any(name == first for name, _ in self.unmatched):
                break
            self.now = max(due, self.now)
            timer = self.machine.due_events(self.case, due)[0]
            self._fire_timer(timer)
        if first is None:
            self.now = max(self.now, end)

    def _fire_timer(self, timer: TimerFired) -> None:
        step = self._fire(timer)
        if not (step.entered or step.changes or step.effects):
            return  # its guard did not hold
        name = timer.name
        self.trace.timers[name] = self.trace.timers.get(name, 0) + 1
        if name in self.compared:
            self.unmatched.append((name, self.now.astimezone(self.zone).date()))

    def _fire(self, event: Event) -> fx.Step:
        assert self.case is not None
        case, step = self.machine.fire(self.case, event, self._known(self.case, event), self.now)
        self._after(case, step)
        return step

    def _after(self, case: Case, step: fx.Step) -> None:
        """The case after a step; its effects answer at once, since the log tells of the world itself."""
        self.case = case
        for number, effect in enumerate(step.effects):
            if isinstance(effect, fx.RunAction) and (signature := actions.signature(effect.action)):
                for reply in signature.replies[:1]:
                    self._fire(Replied(name=reply, effect=f"{step.number}.{number}"))

    def _known(self, case: Case | None, event: Event | None) -> dict[str, Any]:
        return {name: self.facts[name] for name in self.machine.facts_for(case, event) if name in self.facts}

    # -- what is told -----------------------------------------------------------------------------------------------------

    def _deviates(self, kind: Kind, recorded: Recorded, sentence: str) -> None:
        self._note(kind, recorded.activity, recorded.day, sentence)

    def _note(self, kind: Kind, activity: str, day: date, sentence: str) -> None:
        state = " ".join(self.case.state) if self.case is not None else ""
        self.trace.deviations.append(Deviation(kind=kind, activity=activity, day=day, state=state, sentence=sentence))
