"""Laws at the step: each rule's verdict with its arithmetic, and the first day on which all of them allow the act.

Days are whole civil dates of the district (Gov. Code 6800; design: "60 full days" allows the 61st day after the due date).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from definitions.language.calendars import Calendar
from definitions.language.counting import first_day_after, first_shut_off_day
from definitions.language.expressions import Environment, Expression
from definitions.language.money import format_money
from definitions.language.pack import Law, Rule
from definitions.language.rules import (
    Beginning,
    Conditional,
    Counted,
    InLanguages,
    Requirement,
    ShutOffDay,
    Since,
    facts_in,
    notices_in,
    parse_requirement,
)
from definitions.language.sentences import OR, Sentence, joined, listed, say, word

WEEKDAYS = (
    *(say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday")),
    *(say("Friday"), say("Saturday"), say("Sunday")),
)
#: What happens to letters, and how a customer was met, in the words of laws.
_LETTERS = {
    "mailed": say("letter %(letter)s mailed"),
    "posted": say("letter %(letter)s posted"),
    "returned": say("letter %(letter)s returned"),
}
_MET = {"call": say("call %(what)s"), "visit": say("visit %(what)s")}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one rule says about an act on a day."""

    rule: str
    source: str
    kept: bool
    earliest: date | None  #: the first day that this rule alone allows; None: none that is known yet
    arithmetic: str  #: `60 full days since 6 January 2026`
    confirmed: bool
    overridden: bool = False  #: a district rule that is broken, and does not bind this time
    override_by: tuple[str, ...] = ()  #: of a broken district rule: who may override it


@dataclass(frozen=True, kw_only=True)
class _Bound:
    law: Law
    rule: Rule
    requirement: Requirement | None
    applies: Expression | None


class Binding:
    """The laws of one definition, parsed once."""

    def __init__(self, laws: tuple[Law, ...], calendar: Calendar, environment: Environment) -> None:
        self.calendar = calendar
        self._rules = [
            _Bound(
                law=law,
                rule=rule,
                requirement=parse_requirement(rule.require) if rule.require else None,
                applies=environment.compile(rule.applies) if rule.applies else None,
            )
            for law in laws
            for rule in law.rules
        ]

    def rules_of(self, kind: type[Requirement]) -> frozenset[str]:
        """The ids of the rules that ask for something of this kind."""
        return frozenset(bound.rule.id for bound in self._rules if isinstance(bound.requirement, kind))

    def charge_facts(self) -> frozenset[str]:
        """The facts that the caps on fees read."""
        capped = [bound.applies for bound in self._rules if bound.rule.charges and bound.applies is not None]
        return frozenset(name.split(".")[1] for each in capped for name in each.names if name.startswith("facts."))

    def over_cap(
        self, fee: str, amount_usd: Decimal, *, data: Mapping[str, Any], facts: Mapping[str, Any], at: datetime
    ) -> tuple[str, str] | None:
        """The rule that caps the fee below this amount and the sentence that says so; None when it may be charged."""
        for bound in self._rules:
            rule = bound.rule
            if fee not in rule.charges or rule.at_most is None or amount_usd <= Decimal(rule.at_most):
                continue
            if bound.applies is None or bound.applies.holds(data, facts, at=at):
                return rule.id, say(
                    "the fee %(fee)s is at most %(most)s, not %(amount)s (%(source)s)",
                    fee=fee,
                    most=format_money(Decimal(rule.at_most)),
                    amount=format_money(amount_usd),
                    source=source_of(rule),
                )
        return None

    def rules_about(self, tag: str) -> list[Rule]:
        """Every rule of the laws that guard the tag, those that only state included, in the order of the pack."""
        return [bound.rule for bound in self._rules if tag in bound.law.before]

    def facts_of(self, rule: str) -> frozenset[str]:
        """The facts that one rule's requirement reads."""
        found = next((bound.requirement for bound in self._rules if bound.rule.id == rule), None)
        return facts_in(found) if found is not None else frozenset()

    def facts(self, tag: str) -> frozenset[str]:
        """The facts that the rules about a tag read."""
        names: set[str] = set()
        for bound in self._about(tag):
            if bound.requirement is not None:
                names |= facts_in(bound.requirement)
            if bound.applies is not None:
                names |= {name.split(".")[1] for name in bound.applies.names if name.startswith("facts.")}
        return frozenset(names)

    def notices(self, tag: str) -> frozenset[str]:
        """What the rules about a tag count from: `letter final-notice mailed`, `call options-offered`."""
        asked = (bound.requirement for bound in self._about(tag) if bound.requirement is not None)
        return frozenset().union(*(notices_in(requirement) for requirement in asked))

    def verdicts(
        self,
        tag: str,
        *,
        happened: Mapping[str, str],
        data: Mapping[str, Any],
        facts: Mapping[str, Any],
        holds: Mapping[str, str],
        at: datetime,
        overrides: Mapping[str, str] = MappingProxyType({}),
    ) -> list[Verdict]:
        """What each rule that binds here says about entering a state with the tag at this time."""
        return [
            self._overridden(bound, self._verdict(bound, happened, facts, holds, at), overrides, holds, at)
            for bound in self._about(tag)
            if bound.applies is None or bound.applies.holds(data, facts, at=at)
        ]

    def earliest(
        self,
        tag: str,
        *,
        happened: Mapping[str, str],
        data: Mapping[str, Any],
        facts: Mapping[str, Any],
        holds: Mapping[str, str],
        at: datetime,
        overrides: Mapping[str, str] = MappingProxyType({}),
    ) -> date | None:
        """The first day on which every rule allows it; None while something that a rule counts from has not happened."""
        verdicts = self.verdicts(
            tag, happened=happened, data=data, facts=facts, holds=holds, at=at, overrides=overrides
        )
        return self.earliest_of(verdicts)

    def earliest_of(self, verdicts: list[Verdict]) -> date | None:
        """The first day that all of these verdicts allow, if it is known."""
        if any(verdict.earliest is None for verdict in verdicts):
            return None
        days = [verdict.earliest for verdict in verdicts if verdict.earliest is not None]
        if not days:
            return None
        latest = max(days)
        return latest if self._shut_off_days(verdicts) is None else first_shut_off_day(latest, self.calendar)

    def _shut_off_days(self, verdicts: list[Verdict]) -> Verdict | None:
        """The verdict of the rule that allows the act on shut-off days alone, where there is one."""
        asking = self.rules_of(ShutOffDay)
        return next((verdict for verdict in verdicts if verdict.rule in asking), None)

    def _days_left_out(self, verdicts: list[Verdict], earliest: date) -> Sentence | None:
        """Why the first lawful day is later than what the other rules count to: `no shut-off on a Saturday (…)`."""
        rule = self._shut_off_days(verdicts)
        latest = max(verdict.earliest for verdict in verdicts if verdict.earliest is not None)
        if rule is None or not rule.kept or latest == earliest:
            return None
        days = [latest + timedelta(days=n) for n in range((earliest - latest).days)]
        kinds = [self._kind(days[0]), *(special.name for day in days[1:] if (special := self.calendar.special(day)))]
        return say(
            "no shut-off on %(days)s (%(source)s)", days=listed(kinds, OR), source=_marked(rule.source, rule.confirmed)
        )

    def _kind(self, day: date) -> str:
        special = self.calendar.special(day)
        return special.name if special else say("a %(weekday)s", weekday=WEEKDAYS[day.weekday()])

    def sentence(self, verdicts: list[Verdict]) -> str:
        """Why not, with every rule that bars it, its arithmetic and its source."""
        broken = [verdict for verdict in verdicts if not verdict.kept]
        why = [
            say("%(rule)s (%(source)s)", rule=each.arithmetic, source=_marked(each.source, each.confirmed))
            for each in broken
        ]
        earliest = self.earliest_of(verdicts)
        if earliest is not None and (left_out := self._days_left_out(verdicts, earliest)) is not None:
            why.append(left_out)
        reasons = joined(why, say("%(first)s, and %(next)s"))
        own = [
            say("%(rule)s by %(roles)s", rule=each.rule, roles=listed(each.override_by, OR))
            for each in broken
            if each.override_by
        ]
        if own:
            reasons = say(
                "%(reasons)s; the district's own rule %(rules)s may be overridden, with a reason and a second person",
                reasons=reasons,
                rules=joined(own),
            )
        if earliest is None:
            return reasons
        return say(
            "not before %(weekday)s %(day)s: %(reasons)s",
            weekday=WEEKDAYS[earliest.weekday()],
            day=earliest,
            reasons=reasons,
        )

    def override_by(self, rule: str) -> tuple[str, ...] | None:
        """Who may override the rule, nobody for a law's; None when there is no such rule."""
        found = next((bound for bound in self._rules if bound.rule.id == rule), None)
        if found is None:
            return None
        return found.law.override_by if found.law.kind == "district" else ()

    def _overridden(
        self, bound: _Bound, verdict: Verdict, overrides: Mapping[str, str], holds: Mapping[str, str], at: datetime
    ) -> Verdict:
        """A broken rule of the district's own, with who may override it or why it does not bind; holds always bind."""
        if verdict.kept or bound.law.kind != "district" or any(hold in holds for hold in bound.rule.never_while):
            return verdict
        if bound.rule.id not in overrides:
            return replace(verdict, override_by=bound.law.override_by)
        today = at.astimezone(self.calendar.zone).date()
        return replace(
            verdict,
            kept=True,
            overridden=True,
            earliest=today,
            arithmetic=say(
                "%(rule)s, overridden: %(reason)s", rule=verdict.arithmetic, reason=overrides[bound.rule.id]
            ),
        )

    def _about(self, tag: str) -> list[_Bound]:
        return [bound for bound in self._rules if tag in bound.law.before and _decides(bound.rule)]

    def _verdict(
        self,
        bound: _Bound,
        happened: Mapping[str, str],
        facts: Mapping[str, Any],
        holds: Mapping[str, str],
        at: datetime,
    ) -> Verdict:
        today = at.astimezone(self.calendar.zone).date()
        barring = [hold for hold in bound.rule.never_while if hold in holds]
        if barring:
            earliest, kept = None, False
            arithmetic: str = say("no such act while there is a hold for %(holds)s", holds=listed(barring))
        elif bound.requirement is None:
            earliest, kept, arithmetic = today, True, say("no hold bars it")
        else:
            earliest, arithmetic = self._required(bound.requirement, happened, facts, today)
            kept = earliest is not None and earliest <= today
            if isinstance(bound.requirement, ShutOffDay):
                kept = self.calendar.is_shut_off_day(today) and self.calendar.is_open_at(at)
                if not kept and earliest == today and self.calendar.closing(today) <= at:
                    earliest = first_shut_off_day(today + timedelta(days=1), self.calendar)
        return Verdict(
            rule=bound.rule.id,
            source=bound.rule.source,
            kept=kept,
            earliest=earliest,
            arithmetic=arithmetic,
            confirmed=bound.rule.confirmed,
        )

    def _required(
        self, requirement: Requirement, happened: Mapping[str, str], facts: Mapping[str, Any], today: date
    ) -> tuple[date | None, str]:
        match requirement:
            case Since(span=span, any_of=beginnings):
                known = [(begin, day) for begin in beginnings if (day := self._day(begin, happened, facts))]
                if not known:
                    return None, self._missing(beginnings, happened, facts)
                begin, day = min(known, key=lambda pair: pair[1])
                if span is None:
                    return day, say("%(what)s on %(day)s", what=_words(begin), day=day)
                counted = say("%(span)s since %(day)s (%(what)s)", span=span.told(), day=day, what=_words(begin))
                return first_day_after(span, day, self.calendar), counted
            case ShutOffDay():
                if self.calendar.is_shut_off_day(today):
                    return today, say("no shut-off while the office is closed")
                closed = say("no shut-off on %(days)s", days=self._kind(today))
                return first_shut_off_day(today, self.calendar), closed
            case Conditional(happened=condition, then=then):
                if condition not in happened:
                    return today, say("%(what)s has not happened", what=happening(condition))
                return self._required(then, happened, facts, today)
            case InLanguages(letter=letter, fact=fact):
                sent = set(happened.get(f"letter {letter} languages", "").split(","))
                missing = [language for language in facts.get(fact) or [] if language not in sent]
                if missing:
                    languages = ", ".join(missing)
                    return None, say(
                        "letter %(letter)s was not sent in %(languages)s", letter=letter, languages=languages
                    )
                return today, say("letter %(letter)s was sent in every language", letter=letter)

    def _day(self, begin: Beginning, happened: Mapping[str, str], facts: Mapping[str, Any]) -> date | None:
        """The day that is counted from; None when it is not known, or lies before anything counts."""
        day = _date(facts.get(begin.name) if begin.is_fact else happened.get(begin.name))
        if day is None or begin.counted is None:
            return day
        first = self._counts_from(begin.counted, facts)
        return day if first is not None and day >= first else None

    def _counts_from(self, counted: Counted, facts: Mapping[str, Any]) -> date | None:
        day = _date(facts.get(counted.fact))
        if day is None or counted.span is None:
            return day
        return first_day_after(counted.span, day, self.calendar)

    def _missing(self, beginnings: tuple[Beginning, ...], happened: Mapping[str, str], facts: Mapping[str, Any]) -> str:
        """Why none of them is a day to count from."""
        for begin in beginnings:
            if begin.counted is not None and begin.name in happened:
                first = self._counts_from(begin.counted, facts)
                on = date.fromisoformat(happened[begin.name][:10])
                since = say("before %(day)s", day=first) if first else say("before it is known from when it counts")
                return say(
                    "%(what)s on %(day)s does not count: it was %(since)s",
                    what=happening(begin.name),
                    day=on,
                    since=since,
                )
        named = joined((_words(begin) for begin in beginnings), OR)
        if all(begin.is_fact for begin in beginnings):
            return say("no day is known for “%(what)s”", what=named)
        return say("%(what)s has not happened", what=named)


def source_of(rule: Rule) -> str:
    """The section of a rule as people read it, marked where nobody has confirmed the rule."""
    return _marked(rule.source, rule.confirmed)


def _marked(source: str, confirmed: bool) -> str:
    return source if confirmed else say("%(source)s, unconfirmed", source=source)


def _words(begin: Beginning) -> str:
    return word(begin.name.replace("_", " ")) if begin.is_fact else happening(begin.name)


def happening(name: str) -> str:
    """What laws count from, in words: `letter final-notice mailed`; what is not Headgate's own is the definition's."""
    kind, _, rest = name.partition(" ")
    thing, _, how = rest.rpartition(" ")
    if kind == "letter" and how in _LETTERS:
        return say(_LETTERS[how], letter=thing)
    return say(_MET[kind], what=rest) if kind in _MET else name


def _decides(rule: Rule) -> bool:
    return rule.require is not None or bool(rule.never_while)


def _date(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None
