"""Laws over finished steps: each rule decided again from what the steps wrote down, never copied from what they said.

A step writes down the facts it was decided on, what happened that laws count from, and the account's holds. Putting these
together from the opening on gives what was known at every step; the same rules are then asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from definitions.language.money import format_money
from definitions.language.pack import Rule
from definitions.language.sentences import said_on as said
from workflows.machine.laws import Verdict
from workflows.machine.machine import Machine
from workflows.machine.migrating import versions_in
from workflows.machine.renewing import RENEWED

Finding = Literal["kept", "not-kept", "undecided", "overridden", "not-applying", "stated"]

OVERRIDDEN = " overridden"  #: after the id of a district's own rule that did not bind


@dataclass(frozen=True, kw_only=True)
class StepTaken:
    """A step as it was written down."""

    number: int
    at: datetime
    event: str
    entered: tuple[str, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    happened: Mapping[str, str | None] = field(default_factory=dict)
    holds: Mapping[str, str] | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RuleFound:
    """What one rule says of an act that was done."""

    rule: str
    title: str
    source: str
    confirmed: bool
    finding: Finding
    says: str  #: its arithmetic in words, or how the district keeps a rule that no machine decides
    earliest: date | None = None  #: the first day that it allowed
    facts: Mapping[str, Any] = field(default_factory=dict)  #: that it read, with their values at the step


@dataclass(frozen=True, kw_only=True)
class ActFound:
    """An act that a law guards: a step that entered a state with the tag, and every rule about it."""

    step: int
    at: datetime
    day: date  #: the district's
    state: str
    title: str
    facts: Mapping[str, Any]
    rules: tuple[RuleFound, ...]

    @property
    def not_kept(self) -> tuple[RuleFound, ...]:
        """The rules that were not kept, or of which that cannot be said."""
        return tuple(rule for rule in self.rules if rule.finding in ("not-kept", "undecided"))


def acts_under_law(
    machine: Machine,
    steps: Iterable[StepTaken],
    tag: str,
    opening_data: Mapping[str, Any],
    under: Callable[[int, int], Machine | None] = lambda _version, _rules: None,
) -> Iterator[ActFound]:
    """Each step that entered a state with the tag, judged again; the steps are a whole case's, from its opening on.

    `opening_data` are the data that no step changed; `under` gives the machine of a version under the calendar and laws of a
    later one: both change with the step that took them down."""
    data = dict(opening_data)
    happened: dict[str, str] = {}
    holds: Mapping[str, str] = {}
    version = rules = machine.setting.compiled.version
    states = machine.setting.plan.states
    for step in steps:
        crossed = versions_in(step.event)
        if crossed is not None or step.event.startswith(RENEWED):
            version = crossed[1] if crossed is not None else version
            rules = max(rules, version) if crossed is not None else int(step.event.removeprefix(RENEWED))
            machine = under(version, rules) or machine
            states = machine.setting.plan.states
        before = dict(happened)
        _fold(data, step.changes)
        _fold(happened, step.happened)
        holds = step.holds if step.holds is not None else holds
        entered = next((path for path in step.entered if path in states and tag in states[path].tags), None)
        if entered is None or step.event.startswith("taken back"):
            continue
        yield ActFound(
            step=step.number,
            at=step.at,
            day=machine.setting.today(step.at),
            state=entered,
            title=states[entered].title,
            facts=step.facts,
            # What the state's own entry forgets was known when its rules were asked.
            rules=tuple(_judged(machine, step, tag, before | happened, data, holds)),
        )


def _judged(
    machine: Machine,
    step: StepTaken,
    tag: str,
    happened: Mapping[str, str],
    data: Mapping[str, Any],
    holds: Mapping[str, str],
) -> Iterator[RuleFound]:
    binding = machine.setting.binding
    overridden = {
        rule.removesuffix(OVERRIDDEN): f"step {step.number}" for rule in step.rules if rule.endswith(OVERRIDDEN)
    }
    verdicts = {
        verdict.rule: verdict
        for verdict in binding.verdicts(
            tag, happened=happened, data=data, facts=step.facts, holds=holds, at=step.at, overrides=overridden
        )
    }
    for rule in binding.rules_about(tag):
        read = {name: step.facts.get(name) for name in sorted(binding.facts_of(rule.id))}
        decides = rule.require is not None or bool(rule.never_while)  # another law may state a rule of the same number
        verdict = verdicts.get(rule.id) if decides else None
        yield _found(rule, verdict, read, machine.setting.today(step.at))


def _found(rule: Rule, verdict: Verdict | None, facts: Mapping[str, Any], day: date) -> RuleFound:
    finding, says = _finding(rule, verdict, facts, day)
    return RuleFound(
        rule=rule.id,
        title=rule.title or rule.id,
        source=rule.source,
        confirmed=rule.confirmed,
        finding=finding,
        says=says,
        earliest=verdict.earliest if verdict is not None else None,
        facts=facts,
    )


def _finding(rule: Rule, verdict: Verdict | None, facts: Mapping[str, Any], day: date) -> tuple[Finding, str]:
    if verdict is None:
        return _without_verdict(rule)
    unknown = sorted(name for name, value in facts.items() if value is None)
    if verdict.overridden:
        return "overridden", verdict.arithmetic
    if verdict.kept:
        return "kept", _dated(verdict, day)
    if verdict.earliest is None and unknown and not rule.never_while:
        return "undecided", f"{verdict.arithmetic}; not known at the step: {', '.join(unknown)}"
    return "not-kept", _dated(verdict, day)


def _without_verdict(rule: Rule) -> tuple[Finding, str]:
    if rule.at_most is not None:
        return "stated", f"the fee {', '.join(rule.charges)} is at most {format_money(Decimal(rule.at_most))}"
    if rule.require is None and not rule.never_while:
        return "stated", rule.kept_by or ""
    return "not-applying", "does not bind this account at this step"


def _dated(verdict: Verdict, day: date) -> str:
    """The arithmetic, with the day that it led to and the day of the act."""
    if verdict.earliest is None or verdict.earliest == day:
        return verdict.arithmetic
    return f"{verdict.arithmetic}: from {said(verdict.earliest)}, done on {said(day)}"


def _fold(known: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if value is None:
            known.pop(name, None)
        else:
            known[name] = value
