"""The service level: a promise to the customer, counted by the calendar from one state to another, standing still in some."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from definitions.language.model import ServiceLevel
from workflows.machine import effects as fx
from workflows.machine.case import ServiceClock, Timer

if TYPE_CHECKING:
    from workflows.machine.run import Run

WARN, TARGET = "sla/warn", "sla/target"


class Service:
    """Keeps a case's service clock; `level` is None where the definition promises nothing."""

    def __init__(self, level: ServiceLevel | None) -> None:
        self.level = level

    def entered(self, run: Run, path: str) -> None:
        """Starts, pauses or stops the clock on entering a state."""
        level, clock = self.level, run.sla
        if level is None:
            return
        if path == level.start and clock is None:
            due = run.setting.add(level.target, run.at, "due")
            warn = run.setting.add(level.warn, run.at, "after") if level.warn else None
            run.sla = ServiceClock(started_at=run.at, due=due, warn=warn)
            self._arm(run)
        elif clock is not None and path in level.stop and clock.stopped_at is None:
            run.sla = replace(clock, stopped_at=run.at)
            self.disarm(run)
        elif clock is not None and path in level.pause and clock.paused_at is None:
            run.sla = replace(clock, paused_at=run.at)
            self.disarm(run)

    def left(self, run: Run, path: str) -> None:
        """Goes on counting when a state that pauses is left: what is promised moves by as long as it stood still."""
        level, clock = self.level, run.sla
        if level is None or clock is None or clock.paused_at is None or path not in level.pause:
            return
        self._resume(run, clock)

    def follow(self, run: Run, *, pauses: bool) -> None:
        """Lets the clock stand still or go on, where another version says otherwise of the states that the case is in."""
        clock = run.sla
        if clock is None or clock.stopped_at is not None or pauses == (clock.paused_at is not None):
            return
        if pauses:
            run.sla = replace(clock, paused_at=run.at)
            self.disarm(run)
        else:
            self._resume(run, clock)

    def fired(self, run: Run, name: str) -> None:
        """Warns, or notes that the promise was not kept."""
        assert run.sla is not None
        if name == TARGET:
            run.sla = replace(run.sla, missed=True)
        run.note = "the promised time has passed" if name == TARGET else "the promised time is near"
        run.effects.append(
            fx.Notify(to=("supervisor",), about="service-missed" if name == TARGET else "service-warning")
        )

    def _resume(self, run: Run, clock: ServiceClock) -> None:
        assert clock.paused_at is not None
        assert clock.due is not None, "a running service clock has a due time"
        stood = run.at - clock.paused_at
        run.sla = replace(clock, paused_at=None, due=clock.due + stood, warn=clock.warn + stood if clock.warn else None)
        self._arm(run)

    def _arm(self, run: Run) -> None:
        clock = run.sla
        assert clock is not None
        assert clock.due is not None
        if clock.warn is not None and clock.warn > run.at:
            run.arm(Timer(name=WARN, kind="sla", state="", due=clock.warn, armed_at=run.at))
        if not clock.missed:
            run.arm(Timer(name=TARGET, kind="sla", state="", due=clock.due, armed_at=run.at))

    def disarm(self, run: Run) -> None:
        """Ends the timers of the clock."""
        for name in (WARN, TARGET):
            run.cancel_timers(name=name)
