"""What happened to a case, in words: the labels that steps keep, told with the titles of its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from api.texts import _
from definitions.language.expand import title_of
from workflows.machine.machine import Machine


def step_told(machine: Machine, event: str) -> str:
    """A step's label in words: `outcome review/explained` → `Review the consumption history: The use is explained`."""
    kind, _space, rest = event.partition(" ")
    teller = _TELLERS.get(kind)
    return teller(machine, rest) if teller is not None else event


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
    title = machine.setting.timer_title(name)
    return _("“%(timer)s” was due and could not be", timer=title) if rest.endswith(" refused") else title


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
    "message": lambda machine, rest: machine.setting.message_title(rest),
    "reply": lambda machine, rest: title_of(rest),
    "holds": _holds,
    "child": lambda machine, rest: _("The child case closed: %(how)s", how=title_of(rest.removeprefix("closed "))),
    "line": _line,
    "suspended": lambda machine, rest: _("Put aside: %(task)s", task=machine.setting.task_title(rest)),
    "resumed": lambda machine, rest: _("Gone on with: %(task)s", task=machine.setting.task_title(rest)),
    "redo": lambda machine, rest: _("Opened once more: %(task)s", task=machine.setting.task_title(rest)),
    "moved": lambda machine, rest: _("Moved to “%(state)s”", state=state_title(machine, rest.removeprefix("to "))),
    "migrated": lambda machine, rest: _("Came over to version %(version)s", version=rest.rpartition(" ")[2]),
    "override": lambda machine, rest: _("Overridden: %(rules)s", rules=rest),
    "rules": lambda machine, rest: _("A new calendar or new laws bind the case"),
    "taken": lambda machine, rest: _("The outcome was taken back"),
}
