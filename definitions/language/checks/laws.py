"""Laws: what their rules require must be something that a case can do, and their facts must exist."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from definitions.language.checks.fields import data, declared_facts
from definitions.language.checks.packs import roles
from definitions.language.document import Path
from definitions.language.durations import Unit
from definitions.language.expand import walk
from definitions.language.expressions import Environment, ExpressionError
from definitions.language.library import Library
from definitions.language.pack import Law, Rule
from definitions.language.places import Reporter
from definitions.language.problems import Problem, near_miss, register_codes
from definitions.language.rules import (
    Conditional,
    InLanguages,
    Requirement,
    ShutOffDay,
    Since,
    facts_in,
    parse_requirement,
)
from definitions.language.schemas import schema_of
from definitions.language.sentences import say, sentence_of

register_codes(
    bad_requirement="A rule requires something that is not one of the forms that a law may use.",
    rule_without_effect="A rule requires nothing and names no hold, so it bars nothing.",
    duplicate_rule="Two rules have one id, so that a refusal could not be traced to its source.",
    law_overridden="Only a district's own rules may be overridden, never a law's.",
    unused_tag="A law guards a tag that no case has, so that it protects nothing.",
)


def laws(library: Library) -> Iterator[Problem]:
    """Every law of the folder."""
    tags = {tag for case in library.cases.values() for _, state in walk(case) for tag in state.tags}
    for name, law in library.laws.items():
        report = Reporter(document=library.documents["laws", name], source=library.sources["laws", name])
        yield from declared_facts(report, law.facts)
        yield from data(report, law.facts, ("facts",))
        if law.kind == "law" and law.override_by:
            message = say(
                "a law is never overridden; take this out, or write kind: district for the district's own rules"
            )
            yield report.problem(("override-by",), "law-overridden", message, key=True)
        if library.district is not None:
            yield from roles(library, report, law.override_by, ("override-by",))
        seen: set[str] = set()
        for index, rule in enumerate(law.rules):
            place: Path = ("rules", index)
            if rule.id in seen:
                message = say('another rule is called "%(id)s" already', id=rule.id)
                yield report.problem((*place, "id"), "duplicate-rule", message)
            seen.add(rule.id)
            yield from _rule(library, report, law, rule, place)
        is_kept = any(name in case.laws for case in library.cases.values())
        if is_kept and law.before and not set(law.before) & tags:
            known = near_miss(law.before[0], tags)
            message = say("no state of the cases that keep this law has a tag called %(known)s", known=known)
            yield report.problem(("before",), "unused-tag", message, severity="warning")


def _rule(library: Library, report: Reporter, law: Law, rule: Rule, place: Path) -> Iterator[Problem]:
    if bool(rule.charges) != (rule.at_most is not None):
        message = say('a cap on fees names them and its amount: charges: [restoration], at-most: "50.00"')
        yield report.problem(place, "rule-without-effect", message)
    elif rule.require is None and not rule.never_while and not rule.charges and rule.kept_by is None:
        message = say(
            "this rule bars nothing; write require:, never-while: or charges:, or say how it is kept by (kept-by:)"
        )
        yield report.problem(place, "rule-without-effect", message)
    if library.district is not None:
        for index, hold in enumerate(rule.never_while):
            if hold not in library.district.holds:
                message = say("no hold is called %(near)s", near=near_miss(hold, library.district.holds))
                yield report.problem((*place, "never-while", index), "unknown-hold", message)
    if rule.applies is not None:
        zone = next((calendar.zone for calendar in library.calendars.values()), ZoneInfo("UTC"))
        try:
            Environment(facts=schema_of(law.facts), zone=zone).compile(rule.applies)
        except ExpressionError as error:
            yield report.expression((*place, "applies"), error)
    if rule.require is not None:
        here = (*place, "require")
        try:
            requirement = parse_requirement(rule.require)
        except ValueError as error:
            yield report.problem(here, "bad-requirement", sentence_of(error))
        else:
            yield from _required(library, report, law, requirement, here)


def _required(library: Library, report: Reporter, law: Law, requirement: Requirement, place: Path) -> Iterator[Problem]:
    for fact in sorted(facts_in(requirement)):
        if fact not in law.facts:
            message = say(
                "the law names no fact called %(near)s; write it in its facts:", near=near_miss(fact, law.facts)
            )
            yield report.problem(place, "unknown-fact", message)
    match requirement:
        case Since(span=span, any_of=beginnings):
            if span is not None and span.unit is Unit.BUSINESS_HOUR:
                message = say("a law counts days or hours from a date, not business hours")
                yield report.problem(place, "bad-requirement", message)
            for begin in beginnings:
                if not begin.is_fact and begin.name.startswith("letter "):
                    yield from _letter(library, report, begin.name.split(" ")[1], place)
                dated = begin.name if begin.is_fact else begin.counted.fact if begin.counted else None
                if dated and (field := law.facts.get(dated)) and field.type not in ("date", "datetime"):
                    message = say(
                        "time is counted from a date, and facts.%(dated)s is %(type)s", dated=dated, type=field.type
                    )
                    yield report.problem(place, "bad-requirement", message)
        case Conditional(then=then):
            yield from _required(library, report, law, then, place)
        case ShutOffDay(calendar=name):
            if name not in library.calendars:
                message = say("no calendar is called %(near)s", near=near_miss(name, library.calendars))
                yield report.problem(place, "unknown-calendar", message)
        case InLanguages(letter=letter):
            yield from _letter(library, report, letter, place)


def _letter(library: Library, report: Reporter, name: str, place: Path) -> Iterator[Problem]:
    # A law names the letters of every case that may come; that the folder has none yet is no error by itself.
    near = near_miss(name, library.letters)
    if name not in library.letters and "is near" in near:
        yield report.problem(
            place, "unknown-letter", say("no letter is called %(near)s", near=near), severity="warning"
        )
