"""Actions and their arguments, against the catalogue.

A text of the form `data.x`, `facts.x`, `event.x` or `case.x` is a reference, `=expression` is computed, anything else
stands for itself in the argument's type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from definitions.catalogue import actions as catalogue
from definitions.catalogue.actions import Arg, Signature
from definitions.language.checks import literals
from definitions.language.checks.context import CaseText
from definitions.language.checks.references import reacted
from definitions.language.document import Path
from definitions.language.expand import walk
from definitions.language.expressions import ExpressionError
from definitions.language.kinds import DATE, DATETIME, TEXT, Kind
from definitions.language.model import CALLED_OFF, Action, DataField, Invoke
from definitions.language.pack import DecisionTable
from definitions.language.places import found as find
from definitions.language.places import value_at
from definitions.language.problems import Problem, near_miss, register_codes
from definitions.language.schemas import kind_of
from definitions.language.sentences import say
from definitions.language.ways import Done

register_codes(
    unknown_action="An action that the catalogue does not have.",
    unknown_argument="An argument that the action does not take.",
    missing_argument="An argument that the action needs is not given.",
    argument_type="An argument of another type than the action takes.",
    set_type="`set` names a field of another type than the action gives, or an action that gives nothing.",
    unknown_letter="A letter that has no template in the folder letters/.",
    unknown_table="A decision table that is not in the folder tables/.",
)

REFERENCE: Final = re.compile(r"^(data|facts|event|case)\.([a-zA-Z0-9_][a-zA-Z0-9_.-]*)$")
CASE: Final[Mapping[str, Kind]] = {"id": TEXT, "account": TEXT, "opened": DATETIME, "today": DATE}


@dataclass(frozen=True, kw_only=True)
class Written:
    """An action in the text: where its arguments and its `set` stand."""

    done: Done
    arguments: Path
    set: Path
    name: Path

    def argument(self, name: str) -> Path:
        """The place of an argument."""
        return (*self.arguments, name)


def actions(case: CaseText) -> Iterator[Problem]:
    """Every action of the definition."""
    for done in case.actions:
        signature = catalogue.signature(done.action.action)
        written = _written(case, done)
        if signature is None:
            message = say("no action is called %(near)s", near=near_miss(done.action.action, catalogue.names()))
            yield case.problem(written.name, "unknown-action", message, key=True)
            continue
        yield from _known_arguments(case, written, signature)
        yield from _arguments(case, written, signature)
        yield from _set(case, written, signature)
    for _, state, place in case.written:
        if state.invoke is not None:
            yield from _invoked(case, state.invoke, (*place, "invoke"))


def _written(case: CaseText, done: Done) -> Written:
    here, _ = find(case.report.document, done.place)
    value = value_at(case.report.document, here)
    if isinstance(value, dict) and "action" in value:
        return Written(done=done, arguments=(*here, "with"), set=(*here, "set"), name=(*here, "action"))
    name = (*here, done.action.action)
    return Written(done=done, arguments=name, set=(*name, "set"), name=name if isinstance(value, dict) else here)


def _known_arguments(case: CaseText, written: Written, signature: Signature) -> Iterator[Problem]:
    action = written.done.action
    if not signature.open:
        for name in action.with_:
            if name not in signature.args:
                message = say(
                    "%(action)s takes no argument called %(near)s",
                    action=action.action,
                    near=near_miss(name, signature.args),
                )
                yield case.problem(written.argument(name), "unknown-argument", message, key=True)
    for name, arg in signature.args.items():
        if arg.required and name not in action.with_:
            message = say('%(action)s needs its argument "%(name)s"', action=action.action, name=name)
            yield case.problem(written.name, "missing-argument", message, key=True)


def _arguments(case: CaseText, written: Written, signature: Signature) -> Iterator[Problem]:
    action = written.done.action
    if action.action == "assign":
        for name, value in action.with_.items():
            yield from _assigned(case, written, name, value)
        return
    for name, value in action.with_.items():
        if name in signature.args:
            yield from _argument(case, written, name, signature.args[name], value)
    if action.action == "decide":
        yield from _decided(case, written)
    if action.action == "raise" and isinstance(event := action.with_.get("event"), str):
        yield from reacted(case, event, written.argument("event"))


def _argument(case: CaseText, written: Written, name: str, arg: Arg, value: Any) -> Iterator[Problem]:
    place = written.argument(name)
    if arg.type == "any":
        yield from _mentioned(case, written.done, value, place)
        return
    kind, wrong = kind_at(case, written.done, value, place)
    yield from wrong
    if wrong or value is None:
        return
    if kind is not None:
        if not literals.fits(arg.type, kind):
            message = say(
                "%(action)s takes %(names)s here, and %(value)s is %(kind)s",
                action=written.done.action.action,
                names=literals.NAMES[arg.type],
                value=value,
                kind=str(kind),
            )
            yield case.problem(place, "argument-type", message)
        return
    yield from _literal(case, arg, value, place)


def _literal(case: CaseText, arg: Arg, value: Any, place: Path) -> Iterator[Problem]:
    library = case.library
    if arg.type == "template":
        yield from case.unknown("letter", "unknown-letter", str(value), library.letters, place)
    elif arg.type in ("policy", "table"):
        yield from case.unknown("decision table", "unknown-table", str(value), library.tables, place)
    elif arg.type == "hold":
        if library.district is not None:
            yield from case.unknown("hold", "unknown-hold", str(value), library.district.holds, place)
    elif not literals.is_literal(arg.type, value):
        yield case.problem(
            place,
            "argument-type",
            say("%(shown)s is not %(names)s", shown=literals.shown(value), names=literals.NAMES[arg.type]),
        )


def kind_at(case: CaseText, done: Done, value: Any, place: Path) -> tuple[Kind | None, list[Problem]]:
    """The kind of a reference or an expression, None for a literal; and what is wrong with it."""
    if not isinstance(value, str):
        return None, []
    if value.startswith("="):
        text = value[1:].lstrip()
        return _compiled(case, "", text, place, len(value) - len(text))
    reference = REFERENCE.match(value)
    if reference is None:
        return None, []
    root, path = reference.groups()
    if root == "case":
        if path in CASE:
            return CASE[path], []
        return None, [
            case.problem(place, "unknown-name", say("case has nothing called %(near)s", near=near_miss(path, CASE)))
        ]
    if root == "event" and done.event is None:
        message = say(
            "on entry and exit there is no one event to read; write the action on the way that the event takes"
        )
        return None, [case.problem(place, "unknown-name", message)]
    return _compiled(case, done.event or "", value, place, 0)


def _compiled(case: CaseText, event: str, text: str, place: Path, skipped: int) -> tuple[Kind | None, list[Problem]]:
    environment = case.environment(event)
    if environment is None:
        return None, []
    # An argument may name a field as it is declared; an expression writes a hyphen as an underscore.
    spoken = text.replace("-", "_") if REFERENCE.match(text) else text
    try:
        return environment.compile_value(spoken).kind, []
    except ExpressionError as error:
        return None, [case.report.expression(place, error, skipped)]


def _mentioned(case: CaseText, done: Done, value: Any, place: Path) -> Iterator[Problem]:
    """References and expressions inside a list or a mapping."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _mentioned(case, done, each, (*place, key))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from _mentioned(case, done, each, (*place, index))
    else:
        yield from kind_at(case, done, value, place)[1]


# -- fields that take a value ---------------------------------------------------------------------------------------------


def _assigned(case: CaseText, written: Written, name: str, value: Any) -> Iterator[Problem]:
    place = written.argument(name)
    field = case.data.get(name)
    if field is None:
        message = say("data has no field called %(near)s", near=near_miss(name, case.data))
        yield case.problem(place, "unknown-field", message, key=True)
        return
    yield from given(case, written.done, field, name, value, place)


def given(case: CaseText, done: Done, field: DataField, name: str, value: Any, place: Path) -> Iterator[Problem]:
    """A value that a field of data is given."""
    if isinstance(value, list) and field.many:
        for index, each in enumerate(value):
            yield from given(case, done, field.model_copy(update={"many": False}), name, each, (*place, index))
        return
    kind, wrong = kind_at(case, done, value, place)
    yield from wrong
    if wrong or value is None:
        return
    if kind is not None:
        wanted = kind_of(field)
        if not literals.same(wanted, kind):
            message = say(
                '"%(name)s" is %(wanted)s, and %(value)s is %(kind)s',
                name=name,
                wanted=str(wanted),
                value=value,
                kind=str(kind),
            )
            yield case.problem(place, "argument-type", message)
    elif said := literals.refused(field, value):
        yield case.problem(
            place,
            "argument-type",
            say('%(shown)s does not fit "%(name)s": it %(said)s', shown=literals.shown(value), name=name, said=said),
        )


def _set(case: CaseText, written: Written, signature: Signature) -> Iterator[Problem]:
    action = written.done.action
    if action.set is None:
        if signature.result is not None:
            message = say(
                "%(action)s gives a value that nothing takes; write set: and a field of data", action=action.action
            )
            yield case.problem(written.name, "missing-argument", message, key=True)
        return
    if signature.result is None:
        message = say("%(action)s gives no value that a field could take", action=action.action)
        yield case.problem(written.set, "set-type", message, key=True)
        return
    field = case.data.get(action.set)
    if field is None:
        yield case.problem(
            written.set,
            "unknown-field",
            say("data has no field called %(near)s", near=near_miss(action.set, case.data)),
        )
        return
    kind = kind_of(field)
    result = _output(case, action) if action.action == "decide" else None
    if result is not None and not literals.same(kind, kind_of(result)):
        message = say(
            'the table gives %(result)s, and "%(set)s" is %(kind)s',
            result=str(kind_of(result)),
            set=action.set,
            kind=str(kind),
        )
        yield case.problem(written.set, "set-type", message)
    elif not literals.takes(kind, signature.result):
        given_type = literals.NAMES[signature.result].partition(",")[0]
        message = say(
            '%(action)s gives %(given)s, and "%(set)s" is %(kind)s',
            action=action.action,
            given=given_type,
            set=action.set,
            kind=str(kind),
        )
        yield case.problem(written.set, "set-type", message)


# -- decision tables ------------------------------------------------------------------------------------------------------


def _table(case: CaseText, action: Action) -> DecisionTable | None:
    return case.library.tables.get(str(action.with_.get("table")))


def _output(case: CaseText, action: Action) -> DataField | None:
    table = _table(case, action)
    if table is None:
        return None
    named = action.with_.get("output")
    return table.outputs.get(str(named)) if named is not None else next(iter(table.outputs.values()))


def _decided(case: CaseText, written: Written) -> Iterator[Problem]:
    action = written.done.action
    table = _table(case, action)
    if table is None:
        return
    inputs = {name: value for name, value in action.with_.items() if name not in ("table", "output")}
    known = {name.replace("-", "_"): field for name, field in table.inputs.items()} | table.inputs
    for name, value in inputs.items():
        place = written.argument(name)
        if name not in known:
            message = say(
                "the table %(table)s has no input called %(near)s",
                table=table.table,
                near=near_miss(name, table.inputs),
            )
            yield case.problem(place, "unknown-argument", message, key=True)
        else:
            yield from given(case, written.done, known[name], name, value, place)
    for name in table.inputs:
        if name not in inputs and name.replace("-", "_") not in inputs:
            message = say('the table %(table)s needs its input "%(name)s"', table=table.table, name=name)
            yield case.problem(written.name, "missing-argument", message, key=True)
    output = action.with_.get("output")
    if output is not None and output not in table.outputs:
        message = say(
            "the table %(table)s has no output called %(near)s",
            table=table.table,
            near=near_miss(str(output), table.outputs),
        )
        yield case.problem(written.argument("output"), "unknown-argument", message)


# -- child cases ----------------------------------------------------------------------------------------------------------

register_codes(
    unknown_case="A case type that is not in the folder cases/.",
    unknown_outcome="A child case cannot end in the final state that is named.",
)


def _invoked(case: CaseText, invoke: Invoke, place: Path) -> Iterator[Problem]:
    name, args = invoke.case, invoke.with_
    yield from case.unknown("case type", "unknown-case", name, case.library.cases, (*place, "case"))
    child = case.library.cases.get(name)
    if child is None:
        return
    entering = Done(action=Action(action=name), place=place, source="", event=None)
    for field, value in args.items():
        here = (*place, "with", field)
        if field not in child.data:
            message = say(
                "the data of %(name)s have no field called %(near)s", name=name, near=near_miss(field, child.data)
            )
            yield case.problem(here, "unknown-argument", message, key=True)
        else:
            yield from given(case, entering, child.data[field], field, value, here)
    for field, declared in child.data.items():
        if declared.required and field not in args:
            message = say('%(name)s cannot be opened without its field "%(field)s"', name=name, field=field)
            yield case.problem(place, "missing-argument", message, key=True)
    finals = [key for key, state in child.states.items() if state.type == "final"]
    for key in invoke.outcomes:
        if key not in finals:
            message = say("%(name)s never ends as %(near)s", name=name, near=near_miss(key, finals))
            yield case.problem((*place, "outcomes", key), "unknown-outcome", message, key=True)
    if invoke.call_off and CALLED_OFF not in {*child.on, *(event for _, state in walk(child) for event in state.on)}:
        message = say(
            "nothing in %(name)s reacts to %(called_off)s, so it would go on as if somebody waited for it",
            name=name,
            called_off=CALLED_OFF,
        )
        yield case.problem((*place, "call-off"), "unknown-event", message, key=True)


def columns(case: CaseText) -> Iterator[Problem]:
    """Columns and the check of the lists on which the case gathers."""
    entering = Done(action=Action(action="list"), place=(), source="", event=None)
    for name in dict.fromkeys(state.list for state in case.states.values()):
        review = case.library.lists.get(name or "")
        if review is None:
            continue
        document = case.library.documents["lists", name or ""]
        written: list[tuple[Path, list[Problem]]] = [
            (("columns", column), kind_at(case, entering, text, ())[1]) for column, text in review.columns.items()
        ]
        if review.check is not None:
            written.append((("check",), list(case.guard(review.check, "", ()))))
        for place, problems in written:
            for problem in problems:
                message = say("for the case %(case)s: %(why)s", case=case.definition.case, why=problem.message)
                yield document.problem(place, problem.code, message)
