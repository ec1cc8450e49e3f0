"""The shut-offs of a period, each judged again by the law from the steps that its case wrote down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from store.publishing import content_of
from store.queries.cases import histories
from store.tables.cases import CaseRow, StepRow
from store.tables.definitions import DefinitionVersion
from store.tables.utility import Account, Hold
from workflows.machine.kept import ActFound, StepTaken, acts_under_law
from workflows.machine.machine import Machine, machine_of
from workflows.machine.migrating import versions_in

SHUT_OFF: Final = "locked-off"  #: the tag of states in which water is off for nonpayment
RESIDENTIAL: Final = ("residential", "multifamily")  #: Health & Safety Code 116902(c)


@dataclass(frozen=True, kw_only=True)
class ShutOff:
    """A shut-off for nonpayment, and what each rule says of it."""

    case: str
    account: str | None
    account_class: str | None  #: at the step; the account's own where the step did not know it
    act: ActFound
    learned_later: tuple[str, ...]  #: holds that stood that day by their date, and that nobody had placed yet


@dataclass(frozen=True, kw_only=True)
class LawReport:
    """What a period's shut-offs were, the earliest first."""

    shut_offs: tuple[ShutOff, ...]

    @property
    def not_kept(self) -> tuple[ShutOff, ...]:
        """Those for which a rule was not kept, or it cannot be said that it was."""
        return tuple(each for each in self.shut_offs if each.act.not_kept)

    @property
    def residential_by_year(self) -> Mapping[int, int]:
        """The number of residential shut-offs for nonpayment in each year. Source: Health & Safety Code 116918."""
        counted = Counter(each.act.day.year for each in self.shut_offs if each.account_class in RESIDENTIAL)
        return dict(sorted(counted.items()))


def law_report(session: Session, *, since: datetime, before: datetime) -> LawReport:
    """The shut-offs from `since` until just before `before`, judged by the law of each case's own version."""
    found = [
        shut_off
        for definition, machines in _that_shut_off(session).items()
        for case, steps in histories(session, definition, before=before, active_since=since)
        for shut_off in _of_case(session, machines, case, steps, since, before)
    ]
    return LawReport(shut_offs=tuple(sorted(found, key=lambda each: (each.act.at, each.case))))


def _that_shut_off(session: Session) -> dict[str, dict[int, Machine]]:
    """The published definitions that can shut water off, by name and version."""
    found: dict[str, dict[int, Machine]] = {}
    for version in session.exec(select(DefinitionVersion).order_by(col(DefinitionVersion.definition))):
        machine = machine_of(version.compiled)
        if any(SHUT_OFF in state.tags for state in machine.setting.plan.states.values()):
            found.setdefault(version.definition, {})[version.version] = machine
    return found


def _of_case(
    session: Session,
    machines: Mapping[int, Machine],
    case: CaseRow,
    steps: list[StepRow],
    since: datetime,
    before: datetime,
) -> Iterator[ShutOff]:
    crossed = next((found for step in steps if (found := versions_in(step.event)) is not None), None)
    opened_under = crossed[0] if crossed is not None else case.version
    if crossed is None and opened_under not in machines:
        return

    def under(version: int, rules: int) -> Machine | None:
        content = content_of(session, case.definition, version, rules)
        return machine_of(content) if content is not None else None

    machine = machines.get(opened_under) or under(opened_under, opened_under)
    if machine is None:
        return

    taken, unchanged = [_taken(step) for step in steps], _never_changed(case, steps)
    for act in acts_under_law(machine, taken, SHUT_OFF, unchanged, under):
        if since <= act.at < before:
            yield ShutOff(
                case=case.id,
                account=case.account_id,
                account_class=_class(session, case, act),
                act=act,
                learned_later=_learned_later(session, case, act.at),
            )


def _taken(step: StepRow) -> StepTaken:
    detail = step.detail or {}
    return StepTaken(
        number=step.step_no,
        at=step.at,
        event=step.event,
        entered=tuple(step.states_entered or ()),
        changes=step.changes or {},
        facts=step.facts or {},
        happened=detail.get("happened") or {},
        holds=detail.get("holds"),
        rules=tuple(step.rules or ()),
    )


def _never_changed(case: CaseRow, steps: list[StepRow]) -> dict[str, Any]:
    """The data that the case opened with and still has."""
    changed = {name for step in steps for name in step.changes or {}}
    data = (case.snapshot or {}).get("data") or {}
    return {name: value for name, value in data.items() if name not in changed}


def _class(session: Session, case: CaseRow, act: ActFound) -> str | None:
    known = act.facts.get("account_class")
    if known is not None or case.account_id is None:
        return str(known) if known is not None else None
    account = session.get(Account, case.account_id)
    return account.account_class if account is not None else None


def _learned_later(session: Session, case: CaseRow, at: datetime) -> tuple[str, ...]:
    """Holds whose date lies before the act and that were placed after it: a filing that the district heard of later."""
    if case.account_id is None:
        return ()
    query = select(Hold.kind).where(
        col(Hold.account_id) == case.account_id, col(Hold.since) <= at, col(Hold.placed_at) > at
    )
    return tuple(sorted(set(session.exec(query))))
