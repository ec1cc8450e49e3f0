"""A case's line on a list: why it joins, who may decide on it, and how it leaves and comes back.

What a line shows is frozen when it joins; whether it may be released is asked again, with fresh facts, when it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from definitions.language.pack import ReviewList
from definitions.language.rules import ShutOffDay
from definitions.language.sentences import beside, say
from workflows.machine import effects as fx
from workflows.machine.case import Case, Timer
from workflows.machine.errors import BadForm, Barred, Unknown
from workflows.machine.events import LineDecided
from workflows.machine.guards import holds

if TYPE_CHECKING:
    from workflows.machine.plan import StatePlan
    from workflows.machine.run import Run

#: Facts that the store gives when it finds, in a step's own transaction, that the account may not join.
ON_LIST, TAKEN_OFF, TAKEN_OFF_UNTIL = "list.on", "list.taken-off", "list.taken-off-until"
BACK = "/list/back"
SAID = "said"  #: beside what a reason says: its message and values, which the store keeps apart


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How the line of this step leaves its list."""

    state: str
    how: Literal["left", "released", "excluded"]
    because: str | None
    until: datetime | None = None


def listed_by(timer: str) -> str | None:
    """The state whose line this timer puts back, if it is such a timer."""
    return timer.removesuffix(BACK) if timer.endswith(BACK) else None


def check_free(run: Run, plan: StatePlan) -> None:
    """Raises Barred while the account waits on another list, or was taken off this one for longer."""
    if (other := run.facts.get(ON_LIST)) is not None:
        title = _title(run, str(other))
        raise Barred(
            say(
                "“%(plan)s” is barred while the account waits on the list “%(title)s”: it stands on one list at a time",
                plan=plan.title,
                title=title,
            ),
            state=plan.path,
            list=other,
        )
    if run.facts.get(TAKEN_OFF) == plan.list:
        until = datetime.fromisoformat(str(run.facts[TAKEN_OFF_UNTIL]))
        raise Barred(
            say(
                "“%(plan)s” is barred: the account was taken off the list “%(list)s” until %(until)s",
                plan=plan.title,
                list=_title(run, plan.list),
                until=until.astimezone(run.setting.calendar.zone),
            ),
            state=plan.path,
            list=plan.list,
            earliest=run.setting.today(until),
        )


def join(run: Run, plan: StatePlan) -> None:
    """The case joins the list, with what its line shows and why, as it is at this moment."""
    assert plan.list is not None
    review = run.setting.compiled.lists.get(plan.list)
    columns: Mapping[str, Any] = {}
    why: tuple[Mapping[str, Any], ...] = ()
    if review is not None:
        columns = {name: run.setting.arguments.value(run, text) for name, text in review.columns.items()}
        why = (*_checked(run, review), *_lawful(run, review))
    run.lines[plan.path] = run.case.step + 1
    run.effects.append(fx.JoinList(list=plan.list, state=plan.path, columns=columns, why=why))


def leave(run: Run, plan: StatePlan) -> None:
    """The case leaves the list as was decided; or by itself, if nobody has decided."""
    assert plan.list is not None
    run.deadlines.pop(plan.path + BACK, None)
    if any(timer.name == plan.path + BACK for timer in run.case.timers):
        return  # its line was taken off before
    run.lines.pop(plan.path, None)
    decided = run.decided if run.decided is not None and run.decided.state == plan.path else None
    if decided is None:
        run.effects.append(fx.left(plan.list, plan.path))
        return
    run.effects.append(fx.left(plan.list, plan.path, decided.because, how=decided.how, until=decided.until))


def check_line(case: Case, event: LineDecided) -> None:
    """Raises Unknown when the line that was decided on no longer waits: the case has gone on, or has joined anew."""
    if event.state not in case.state:
        raise Unknown(say("the case is no longer on that list"), state=event.state)
    if any(timer.name == event.state + BACK for timer in case.timers):
        raise Unknown(say("the line was taken off the list; it comes back when that is over"), state=event.state)
    joined = case.lines.get(event.state)
    if event.joined is not None and joined is not None and event.joined != joined:
        raise Unknown(say("that line has left the list; the case has joined it again since"), state=event.state)


def decide(run: Run, event: LineDecided) -> Literal["released", "excluded", "dropped", "stays"]:
    """By which way the line leaves, or that its case stays where it is until the exclusion is over.

    Raises Barred when it may not be released and has no way for that."""
    plan = run.setting.plan.states[event.state]
    state = run.setting.scope.states[event.state]
    if event.decision == "released":
        problem = _problem(run, event.state)
        if problem is None:
            run.decided = Decided(state=plan.path, how="released", because=event.reason)
            return "released"
        if state.dropped is None:
            raise Barred(problem, state=plan.path)
        run.note = problem
        run.decided = Decided(state=plan.path, how="left", because=problem)
        return "dropped"
    until = _until(run, event)
    run.decided = Decided(state=plan.path, how="excluded", because=event.reason, until=until)
    if state.excluded is not None:
        return "excluded"
    if until is None:
        raise BadForm(say("say until when the line is taken off: its list does not"), fields={"until": say("is a day")})
    _take_off(run, plan, event, until)
    return "stays"


def put_back(run: Run, plan: StatePlan) -> None:
    """The exclusion is over: the case joins its list again, with what its line shows now."""
    check_free(run, plan)
    taken_off = run.deadlines.pop(plan.path + BACK, {})
    run.note = say("back on the list: the time for which it was taken off is over")
    if taken_off.get("reason"):
        run.note = say("%(note)s (“%(reason)s”)", note=run.note, reason=taken_off["reason"])
    join(run, plan)


def _take_off(run: Run, plan: StatePlan, event: LineDecided, until: datetime) -> None:
    assert plan.list is not None
    run.lines.pop(plan.path, None)
    run.effects.append(fx.left(plan.list, plan.path, event.reason, how="excluded", until=until))
    name = plan.path + BACK
    run.deadlines[name] = {"reason": event.reason}
    run.arm(Timer(name=name, kind="after", state=plan.path, due=until, armed_at=run.at))


def _until(run: Run, event: LineDecided) -> datetime | None:
    """When the exclusion is over: as its reason or the list says, or sooner, on the day that was named."""
    review = run.setting.review(event.state)
    lasts = None
    if review is not None:
        own = next((each.expires for each in review.reasons if each.reason == event.reason), None)
        lasts = own or review.exclusion_expires
    longest = run.setting.add(lasts, run.at, "after") if lasts else None
    if event.until is None:
        return longest
    named = run.setting.opening(date.fromisoformat(event.until))
    if named <= run.at:
        raise BadForm(say("an exclusion ends on a later day"), fields={"until": say("is after today")})
    if longest is not None and named > longest:
        last = run.setting.today(longest)
        raise BadForm(
            say(
                "an exclusion for this reason lasts %(lasts)s, until %(last)s at the latest",
                lasts=lasts.told() if lasts else None,
                last=last,
            ),
            fields={"until": say("by %(last)s", last=last)},
        )
    return named


def _problem(run: Run, path: str) -> str | None:
    """Why the line may not be released by now, or None when it may."""
    review = run.setting.review(path)
    if review is None:
        return None
    if review.check is not None:
        check = run.setting.expression(review.check, "")
        if not holds(run, review.check):
            values = _values(run, check.names)
            gone = say("the line is not released: “%(check)s” no longer holds for this case", check=check.text)
            return say("%(what)s (%(values)s)", what=gone, values=values) if values else gone
    for tag in review.lawful:
        verdicts = [each for each in _verdicts(run, tag) if not each.kept]
        if verdicts:
            return say("the line is not released: %(why)s", why=run.setting.binding.sentence(verdicts))
    return None


def _checked(run: Run, review: ReviewList) -> list[Mapping[str, Any]]:
    if review.check is None:
        return []
    check = run.setting.expression(review.check, "")
    values = _values(run, check.names)
    says = f"{review.check_says or check.text}{f' ({values})' if values else ''}"
    return [{"says": says, "rule": None, "source": None, "kept": holds(run, review.check)}]


def _lawful(run: Run, review: ReviewList) -> list[Mapping[str, Any]]:
    return [
        {
            "says": each.arithmetic,
            SAID: beside(each.arithmetic),
            "rule": each.rule,
            "source": each.source,
            "kept": each.kept,
            "earliest": each.earliest.isoformat() if each.earliest else None,
            "confirmed": each.confirmed,
        }
        for tag in review.lawful
        for each in _verdicts(run, tag)
    ]


def _verdicts(run: Run, tag: str) -> list[Any]:
    """What the rules about the tag say. On which day the crew goes is asked when it is there, not when it is sent."""
    binding = run.setting.binding
    days = binding.rules_of(ShutOffDay)
    found = binding.verdicts(
        tag, happened=run.happened, data=run.data, facts=run.facts, holds=run.holds, at=run.at, overrides=run.overrides
    )
    return [verdict for verdict in found if verdict.rule not in days]


def _values(run: Run, names: Any) -> str:
    said = []
    for name in sorted(names):
        root, _, field = name.partition(".")
        value = {"facts": run.facts, "data": run.data}.get(root, {}).get(field)
        if isinstance(value, str | int | float | bool):
            said.append(f"{field.replace('_', ' ')} {value}")
    return ", ".join(said)


def _title(run: Run, name: str | None) -> str:
    review = run.setting.compiled.lists.get(name or "")
    return review.title if review is not None else str(name)
