"""The machine: `start` and `fire`, pure functions of (definition, case, event, facts, time).

One machine per definition, shared by all its cases; it holds no case, no clock and does no I/O. What cannot be done raises
`Refused` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from definitions.language import compiled as compiled_definitions
from definitions.language.compiled import Compiled
from definitions.language.forms import checked, fields_said
from definitions.language.model import OPENING
from definitions.language.sentences import say
from workflows.machine import interpreter
from workflows.machine.acts import Acts
from workflows.machine.case import Case
from workflows.machine.effects import Step
from workflows.machine.errors import BadForm
from workflows.machine.events import Event, TimerFired
from workflows.machine.needs import Needs
from workflows.machine.run import Run
from workflows.machine.setting import Setting


class Machine:
    """The state machine of one definition version."""

    def __init__(self, compiled: Compiled) -> None:
        self.setting = Setting(compiled)
        self.definition = self.setting.definition
        self._acts = Acts(self.setting)
        self._needs = Needs(self.setting)

    def start(
        self,
        *,
        case_id: str,
        data: Mapping[str, Any],
        at: datetime,
        by: str,
        facts: Mapping[str, Any] | None = None,
        holds: Mapping[str, str] | None = None,
        hold_version: int = 0,
        people: tuple[str, ...] = (),
    ) -> tuple[Case, Step]:
        """A new case and its first step; raises BadForm when the opening data are incomplete or wrong, Barred by a law.

        `people` have worked on the case that opens this one: `not-by: opening` keeps them away, and whoever opened it."""
        values = self.opening(data)
        at = at.astimezone(UTC)
        case = Case(
            id=case_id,
            definition=self.definition.case,
            version=self.setting.compiled.version,
            account=self.account_in(values),
            data=values,
            people={OPENING: tuple(dict.fromkeys((by, *people)))},
            holds=dict(holds or {}),
            hold_version=hold_version,
            opened_at=at,
            at=at,
        )
        run = Run(self.setting, case, by=by, at=at, facts=facts or {})
        outcome = interpreter.start(self.setting.chart, self._acts.host(run))
        return self._acts.finished(run, outcome, "opened")

    def fire(self, case: Case, event: Event, facts: Mapping[str, Any], at: datetime) -> tuple[Case, Step]:
        """The case after the event, and what the step was; raises Refused when the case does not take it."""
        self.accepts(case, event)
        return self._acts.fire(case, event, facts, at)

    def accepts(self, case: Case, event: Event) -> None:
        """Raises Refused when the case's state alone refuses the event, whatever the facts."""
        self._acts.accepts(case, event)

    def opening(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The opening data in the shape that a case keeps; raises BadForm with a sentence for each wrong field."""
        values, wrong = checked(self.definition.data, data)
        if wrong:
            listed = fields_said(wrong)
            raise BadForm(say("the case cannot be opened with these data: %(listed)s", listed=listed), fields=wrong)
        return values

    def facts_for(self, case: Case | None, event: Event | None) -> tuple[str, ...]:
        """The names of the facts that deciding the event may ask for (None: opening), sorted; often none."""
        return self._needs.facts_for(case, event)

    def next_due(self, case: Case) -> datetime | None:
        """When the case's next timer is due, if one runs."""
        return min((timer.due for timer in case.timers if timer.frozen_at is None), default=None)

    def due_events(self, case: Case, at: datetime) -> list[TimerFired]:
        """The timers that are due by now, earliest first."""
        due = sorted(
            (timer for timer in case.timers if timer.frozen_at is None and timer.due <= at), key=lambda timer: timer.due
        )
        return [TimerFired(name=timer.name, run=timer.run) for timer in due]

    def messages(self, case: Case) -> list[str]:
        """The messages from outside that the case waits for now, sorted."""
        return sorted(self._acts.messages(case)) if case.is_open else []

    def account_in(self, values: Mapping[str, Any]) -> str | None:
        """The account that opening data name, if any."""
        return self.setting.entity_in(values, "account")

    def applicant_in(self, values: Mapping[str, Any]) -> str | None:
        """The applicant that the data name, if any."""
        return self.setting.entity_in(values, "applicant")


@lru_cache(maxsize=256)
def machine_of(content: bytes) -> Machine:
    """The machine of a compiled definition's bytes, built once in a process."""
    return Machine(compiled_definitions.from_bytes(content))
