"""What happened to a case, in words: the labels that steps keep, told with the titles of its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from api.pages.texts import N_, _
from api.pages.words import titled
from definitions.language.expand import title_of
from workflows.machine.machine import Machine

#: Acts as the audit names them, in the past.
ACTS: Final = {
    "claim": N_("took the task"),
    "claim-next": N_("took the task"),
    "release": N_("released the task"),
    "assign": N_("gave the task to somebody"),
    "delegate": N_("gave the task to somebody"),
    "hand-over-with-form": N_("handed the task over with its form"),
    "hand-over-without-form": N_("handed the task over without its form"),
    "decline": N_("declined the task"),
    "add-helper": N_("added a helper"),
    "keep-draft": N_("kept the form half-filled"),
    "follow-up": N_("set the day to come back to it"),
    "complete": N_("completed the task"),
    "suspend": N_("put the task aside"),
    "resume": N_("went on with the task"),
    "skip": N_("left the task out"),
    "redo": N_("opened the task once more"),
    "take-back": N_("took the outcome back"),
    "check-at-site": N_("checked at the curb"),
    "note": N_("wrote a note"),
    "upload": N_("attached a file"),
    "open": N_("opened the case"),
    "reopen": N_("opened the case again"),
    "ask-override": N_("asked to override a rule"),
    "override-rule": N_("agreed to override a rule"),
    "refuse-override": N_("refused to override a rule"),
    "incident-retry": N_("had it tried again"),
    "incident-skip": N_("left out what kept failing"),
    "place-hold": N_("placed a hold"),
    "release-hold": N_("released a hold"),
    "take-payment": N_("took a payment"),
}


def act_told(act: str) -> str:
    """An act of the audit in words: `took the task`."""
    if act.startswith("event "):
        return _("noted “%(event)s”", event=title_of(act.removeprefix("event ")))
    return _(ACTS[act]) if act in ACTS else titled(act)


def step_told(machine: Machine, event: str) -> str:
    """A step's label in words: `outcome review/explained` → `Review the consumption history: The use is explained`."""
    kind, _space, rest = event.partition(" ")
    teller = _TELLERS.get(kind)
    return teller(machine, rest) if teller is not None else event


def timer_title(machine: Machine, name: str) -> str:
    """What a timer is called; what it leads to where it has no title of its own."""
    for plan in machine.setting.plan.states.values():
        for timer in plan.timers:
            if timer.name == name:
                return timer.title
    return title_of(name)


def state_title(machine: Machine, path: str) -> str:
    """What a state is called."""
    plan = machine.setting.plan.states.get(path)
    return plan.title if plan is not None else title_of(path)


def _outcome(machine: Machine, rest: str) -> str:
    name, _slash, key = rest.partition("/")
    for plan in machine.setting.plan.states.values():
        if plan.task is not None and plan.task.name == name and key in plan.task.spec.outcomes:
            return f"{plan.task.spec.title}: {plan.task.spec.outcomes[key].title or title_of(key)}"
    return title_of(rest)


def _timer(machine: Machine, rest: str) -> str:
    name = rest.removesuffix(" refused")
    title = timer_title(machine, name)
    return _("“%(timer)s” was due and could not be", timer=title) if rest.endswith(" refused") else title


def _message(machine: Machine, rest: str) -> str:
    for state in machine.setting.chart.by_path.values():
        for transition in machine.setting.chart.reactions(state, rest):
            if transition.key and transition.key != rest:
                return transition.key
    return title_of(rest)


def _named(machine: Machine, name: str) -> str:
    for plan in machine.setting.plan.states.values():
        if plan.task is not None and plan.task.name == name:
            return plan.task.spec.title
    return title_of(name)


def _holds(machine: Machine, rest: str) -> str:
    if rest == "none":
        return _("No hold stands any more")
    titles = [machine.setting.hold_title(hold) for hold in rest.split(", ")]
    return _("Holds now: %(holds)s", holds=", ".join(titles))


def _line(machine: Machine, rest: str) -> str:
    told = {
        "released": _("Released from the list"),
        "excluded": _("Taken off the list"),
        "dropped": _("Dropped from the list"),
        "back": _("Back on the list"),
    }
    return told.get(rest, title_of(rest))


_TELLERS: Final[dict[str, Callable[[Machine, str], str]]] = {
    "opened": lambda machine, rest: _("Opened"),
    "reopened": lambda machine, rest: _("Opened again"),
    "outcome": _outcome,
    "timer": _timer,
    "escalation": lambda machine, rest: _("Reminder: %(what)s", what=title_of(rest)),
    "message": _message,
    "reply": lambda machine, rest: title_of(rest),
    "holds": _holds,
    "child": lambda machine, rest: _("The child case closed: %(how)s", how=title_of(rest.removeprefix("closed "))),
    "line": _line,
    "suspended": lambda machine, rest: _("Put aside: %(task)s", task=_named(machine, rest)),
    "resumed": lambda machine, rest: _("Gone on with: %(task)s", task=_named(machine, rest)),
    "redo": lambda machine, rest: _("Opened once more: %(task)s", task=_named(machine, rest)),
    "moved": lambda machine, rest: _("Moved to “%(state)s”", state=state_title(machine, rest.removeprefix("to "))),
    "migrated": lambda machine, rest: _("Came over to version %(version)s", version=rest.rpartition(" ")[2]),
    "override": lambda machine, rest: _("Overridden: %(rules)s", rules=rest),
    "rules": lambda machine, rest: _("A new calendar or new laws bind the case"),
    "taken": lambda machine, rest: _("The outcome was taken back"),
}
