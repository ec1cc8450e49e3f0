"""A case's timeline: all that happened, and what did not happen and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.pages.audit_words import wanted
from api.pages.telling import state_title, step_told
from api.pages.values import told
from api.pages.words import shown
from api.pages.workings import working_told
from api.texts import _, day, desk_time, said
from definitions.language.expand import title_of
from definitions.language.sentences import again
from store.tables.audit import Audit
from store.tables.cases import CaseRow, Incident, StepRow
from store.tables.rules import RuleOverride
from workflows.machine import case as cases
from workflows.machine.machine import Machine
from workflows.machine.words import field_title

RECENT: Final = 30  #: entries shown at first
ENTRIES: Final = 6  #: of a list that a step was decided on


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, or that did not."""

    at: datetime
    did: bool  #: it happened; otherwise it was refused, or did not come about
    what: str
    by: str | None
    wanted: bool = False  #: `what` is what somebody wanted to do and was refused: `complete the task`
    lines: Sequence[str] = ()  #: the note, why, where the case was then
    data: Sequence[tuple[str, str]] = ()  #: fields that changed, with their new values
    facts: Sequence[tuple[str, Sequence[str]]] = ()  #: what it was decided on, each of a list of its own
    rules: Sequence[str] = ()  #: rules of the law that were checked and kept


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What was read of a case to tell its story."""

    case: CaseRow
    steps: Sequence[StepRow]
    refused: Sequence[Audit]
    overrides: Sequence[RuleOverride]
    incidents: Sequence[tuple[Incident, str]]  #: each with what the case wanted done


def timeline(machine: Machine, happened: Happened, *, zone: ZoneInfo) -> list[Entry]:
    """Everything, the newest first."""
    entries = [
        *(_step(machine, step, zone) for step in happened.steps),
        *_not_come(machine, happened, zone),
        *(_refused(row, zone) for row in happened.refused),
        *_overrides(happened.overrides, zone),
        *_incidents(happened.incidents, zone),
    ]
    entries.reverse()  # of what has the same time, what was read last stands first
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _step(machine: Machine, step: StepRow, zone: ZoneInfo) -> Entry:
    titles = [state_title(machine, path) for path in step.state.split()]
    lines = [said(again(step.note, (step.detail or {}).get("note")))] if step.note else []
    if step.states_entered:
        lines.append(_("now %(states)s", states=", ".join(titles)))
    data, facts = step.changes or {}, step.facts or {}
    return Entry(
        at=step.at.astimezone(zone),
        did=not step.event.endswith(" refused"),
        what=step_told(machine, step.event),
        by=step.by,
        lines=lines,
        data=[
            (field_title(machine.definition, name), ", ".join(told(machine.definition, name, value, zone=zone)) or "—")
            for name, value in data.items()
        ],
        facts=[(title_of(name.replace("_", "-")), _fact(value)) for name, value in facts.items()],
        rules=list(step.rules or []),
    )


def _fact(value: Any) -> list[str]:
    """A fact in words: of a list of bills, debts or postings the first ones, each by itself, and how many more there were."""
    if not isinstance(value, list) or not any(isinstance(each, dict) for each in value):
        return [shown(value)]
    more = len(value) - ENTRIES
    lines = [working_told(shown(each)) for each in value[:ENTRIES]]
    return [*lines, _("and %(n)s more", n=more)] if more > 0 else lines


def _not_come(machine: Machine, happened: Happened, zone: ZoneInfo) -> Iterator[Entry]:
    """Timers that were set and whose time never came: the case had left their state before."""
    running = {timer.name for timer in cases.from_json(happened.case.snapshot).timers}
    waits = {timer.name: path for path, plan in machine.setting.plan.states.items() for timer in plan.timers}
    armed: dict[str, datetime] = {}
    for step in happened.steps:
        if step.event.startswith("timer "):
            armed.pop(step.event.removeprefix("timer ").removesuffix(" refused"), None)
        left = set(step.states_left or ())
        for name in [name for name in armed if waits.get(name) in left and name not in running]:
            yield Entry(
                at=step.at.astimezone(zone),
                did=False,
                what=machine.setting.timer_title(name),
                by=None,
                lines=[
                    _("It was due on %(day)s; the case had gone on before.", day=day(armed.pop(name).astimezone(zone)))
                ],
            )
        for timer in (step.detail or {}).get("timers", ()):
            if timer["name"] in waits:
                armed[timer["name"]] = datetime.fromisoformat(timer["due"])


def _refused(row: Audit, zone: ZoneInfo) -> Entry:
    return Entry(
        at=row.at.astimezone(zone),
        did=False,
        what=wanted(row.act),
        wanted=True,
        by=row.person,
        lines=[said(again(row.sentence, row.said))] if row.sentence else [],
    )


def _overrides(overrides: Sequence[RuleOverride], zone: ZoneInfo) -> Iterator[Entry]:
    for override in overrides:
        rules = ", ".join(override.rules or [])
        yield Entry(
            at=override.asked_at.astimezone(zone),
            did=True,
            what=_("Asked to override %(rules)s", rules=rules),
            by=override.asked_by,
            lines=[override.reason],
        )
        if override.status == "refused" and override.decided_at is not None:
            yield Entry(
                at=override.decided_at.astimezone(zone),
                did=False,
                what=_("Override of %(rules)s refused", rules=rules),
                by=override.decided_by,
                lines=[override.refusal] if override.refusal else [],
            )


def _incidents(incidents: Sequence[tuple[Incident, str]], zone: ZoneInfo) -> Iterator[Entry]:
    """What could not be carried out, and what somebody decided about it."""
    for incident, what in incidents:
        yield Entry(
            at=incident.opened_at.astimezone(zone),
            did=False,
            what=_("Failed: %(what)s", what=what),
            by=None,
            lines=[said(again(incident.sentence, incident.said))],
        )
        if incident.settled_at is not None:
            skipped = incident.settled_how == "skipped"
            yield Entry(
                at=incident.settled_at.astimezone(zone),
                did=not skipped,
                what=_("Left out: %(what)s", what=what) if skipped else _("Tried again: %(what)s", what=what),
                by=incident.settled_by,
                lines=[incident.reason] if incident.reason else [],
            )


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A state in which the case was."""

    title: str
    since: str
    how: str  #: what brought it there


def way(machine: Machine, steps: Sequence[StepRow], *, zone: ZoneInfo) -> list[Stay]:
    """The states that the case passed through, in their order: the picture in words."""
    stays = []
    before: set[str] = set()
    for step in steps:
        now = step.state.split()
        how = step_told(machine, step.event)
        stays += [
            Stay(title=state_title(machine, path), since=desk_time(step.at.astimezone(zone)), how=how)
            for path in now
            if path not in before or path in (step.states_entered or ())
        ]
        before = set(now)
    return stays
