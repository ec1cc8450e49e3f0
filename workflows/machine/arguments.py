"""Arguments of actions: what is written in the definition becomes values, and the machine's own actions are done.

A text of the form `data.x`, `facts.x`, `event.x` or `case.x` is read from there, `=expression` is computed, anything else is
taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from definitions.catalogue import actions
from definitions.language.model import Action
from definitions.language.sentences import say, sentence_of
from workflows.machine import effects as fx
from workflows.machine.errors import BadForm

if TYPE_CHECKING:
    from workflows.machine.run import Run

REFERENCE = re.compile(r"^(data|facts|event|case)\.([a-z0-9_][a-z0-9_.-]*)$")


class Arguments:
    """Reads arguments and performs actions for a run."""

    def value(self, run: Run, written: Any) -> Any:
        """The value that an argument means at this moment of the step."""
        if isinstance(written, Mapping):
            return {key: self.value(run, each) for key, each in written.items()}
        if isinstance(written, list | tuple):
            return [self.value(run, each) for each in written]
        if not isinstance(written, str):
            return written
        if found := REFERENCE.match(written):
            return _lookup(self._roots(run)[found.group(1)], found.group(2))
        if written.startswith("="):
            return run.setting.computed(written[1:].strip()).value(run.data, run.facts, run.event, run.at)
        return written

    def perform(self, run: Run, action: Action, state: str) -> None:
        """Does what the machine does itself, computes what is pure, and notes effects down for the shell."""
        args = {name: self.value(run, written) for name, written in action.with_.items()}
        match action.action:
            case "assign":
                run.data.update(args)
            case "raise":
                run.raise_event(str(args["event"]))
            case "record":
                run.happened[str(args["what"])] = _on(args.get("on"), run.setting.today(run.at))
            case "forget":
                run.happened.clear()
            case "notify":
                to = args["to"]
                run.effects.append(
                    fx.Notify(to=tuple([to] if isinstance(to, str) else to), about=str(args.get("about", "case")))
                )
            case "send":
                run.effects.append(self._message(run, args))
            case "charge-fee":
                run.setting.check_charge(run, args)
                self._catalogued(run, action.action, args, action.set, state)
            case name:
                self._catalogued(run, name, args, action.set, state)

    def _catalogued(self, run: Run, name: str, args: Mapping[str, Any], target: str | None, state: str) -> None:
        signature = actions.signature(name)
        if signature is None:
            raise LookupError(f'there is no action called "{name}"')
        if signature.kind == "effect":
            run.effects.append(fx.RunAction(action=name, args=args, state=state))
            return
        assert signature.compute is not None, f"the pure action {name} has a computation"
        try:
            result = signature.compute(run.setting.context(run), **args)
        except (ValueError, ArithmeticError) as error:
            raise BadForm(
                say("%(name)s cannot be computed: %(error)s", name=name, error=sentence_of(error)), fields={}
            ) from error
        if target is not None:
            run.data[target] = result

    def _message(self, run: Run, args: Mapping[str, Any]) -> fx.SendMessage:
        data = args.get("data") or {}
        to = args.get("to", "account")
        if to == "account":
            return fx.SendMessage(name=str(args["event"]), account=run.case.account, data=data)
        return fx.SendMessage(name=str(args["event"]), case=str(to), data=data)

    def _roots(self, run: Run) -> Mapping[str, Mapping[str, Any]]:
        case = run.case
        return {
            "data": run.data,
            "facts": run.facts,
            "event": run.event,
            "case": {
                "id": case.id,
                "account": case.account,
                "opened": case.opened_at.isoformat(),
                "today": run.setting.today(run.at).isoformat(),
            },
        }


def _on(written: Any, today: date) -> str:
    """The day on which it happened: what is written, never later than today."""
    return min(date.fromisoformat(str(written)[:10]), today).isoformat() if written else today.isoformat()


def _lookup(root: Mapping[str, Any], path: str) -> Any:
    if path in root:
        return root[path]
    value: Any = root
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def computed_in(written: Any) -> list[str]:
    """The expressions inside an argument, for finding the facts that they name."""
    if isinstance(written, Mapping):
        return [text for each in written.values() for text in computed_in(each)]
    if isinstance(written, list | tuple):
        return [text for each in written for text in computed_in(each)]
    if isinstance(written, str) and written.startswith("="):
        return [written[1:].strip()]
    return []


def facts_in(written: Any) -> list[str]:
    """The facts that an argument names directly."""
    if isinstance(written, Mapping):
        return [name for each in written.values() for name in facts_in(each)]
    if isinstance(written, list | tuple):
        return [name for each in written for name in facts_in(each)]
    if isinstance(written, str) and (found := REFERENCE.match(written)) and found.group(1) == "facts":
        return [found.group(2).split(".")[0]]
    return []
