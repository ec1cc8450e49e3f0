"""Fields of data and forms, and facts: words, limits and defaults that fit their type."""

from __future__ import annotations

from collections.abc import Iterator

from definitions.catalogue.facts import FACTS
from definitions.language.checks.context import CaseText
from definitions.language.checks.tasks import works
from definitions.language.document import Path
from definitions.language.forms import checked
from definitions.language.model import Data, DataField
from definitions.language.places import Reporter
from definitions.language.problems import Problem, near_miss, register_codes
from definitions.language.sentences import say

register_codes(
    bad_default="A default, a smallest or a largest value that does not fit the field.",
    duplicate_word="An enum has a word twice.",
    unknown_fact="A fact that the catalogue does not have.",
    fact_type="A fact is declared with another type than the catalogue's.",
)

_COUNTED = ("integer", "number", "quantity", "money")


def fields(case: CaseText) -> Iterator[Problem]:
    """Every field that is declared somewhere in the definition."""
    definition = case.definition
    yield from data(case.report, definition.data, ("data",))
    for message, carried in definition.messages.items():
        yield from data(case.report, carried, ("messages", message))
    for _, _, task, place in works(case):
        forms = [((*place, "form"), task.form)]
        forms += [((*place, "outcomes", key, "form"), outcome.form) for key, outcome in task.outcomes.items()]
        for here, form in forms:
            declared = {name: field.declares for name, field in form.items() if field.declares is not None}
            yield from data(case.report, declared, here)
    if definition.one_open_per is not None:
        known = set(definition.data)
        yield from case.unknown("field of data", "unknown-field", definition.one_open_per, known, ("one-open-per",))


def data(report: Reporter, declared: Data, place: Path) -> Iterator[Problem]:
    """What is wrong with fields that stand together."""
    for name, field in declared.items():
        yield from _words(report, field, (*place, name))
        yield from _bounds(report, field, (*place, name))


def _words(report: Reporter, field: DataField, place: Path) -> Iterator[Problem]:
    words = field.enum or ()
    for index, word in enumerate(words):
        if word in words[:index]:
            yield report.problem(
                (*place, "enum", index), "duplicate-word", say('the word "%(word)s" stands twice here', word=word)
            )


def _bounds(report: Reporter, field: DataField, place: Path) -> Iterator[Problem]:
    for key in ("minimum", "maximum"):
        written = getattr(field, key)
        if written is None:
            continue
        if field.type not in _COUNTED:
            message = say(
                "%(type)s has no %(key)s; only numbers, quantities and money have one", type=field.type, key=key
            )
            yield report.problem((*place, key), "bad-default", message, key=True)
            return
        free = field.model_copy(update={"minimum": None, "maximum": None, "many": False})
        if wrong := checked({key: free}, {key: written})[1]:
            yield report.problem(
                (*place, key),
                "bad-default",
                say('"%(written)s" does not fit: it %(wrong)s', written=written, wrong=wrong[key]),
            )
            return
    if field.minimum is not None and field.maximum is not None and float(field.minimum) > float(field.maximum):
        message = say(
            "the largest value, %(maximum)s, is below the smallest, %(minimum)s",
            maximum=field.maximum,
            minimum=field.minimum,
        )
        yield report.problem((*place, "maximum"), "bad-default", message)
    elif field.default is not None:
        alone = field.model_copy(update={"many": False})
        if wrong := checked({"default": alone}, {"default": field.default})[1]:
            yield report.problem(
                (*place, "default"),
                "bad-default",
                say('"%(default)s" does not fit: it %(wrong)s', default=field.default, wrong=wrong["default"]),
            )


def facts(case: CaseText) -> Iterator[Problem]:
    """The facts of a case definition."""
    yield from declared_facts(case.report, case.definition.facts)


def declared_facts(report: Reporter, declared: Data) -> Iterator[Problem]:
    """Facts must be the catalogue's, with its types."""
    for name, field in declared.items():
        known = FACTS.get(name)
        if known is None:
            message = say("no fact is called %(near)s", near=near_miss(name, FACTS))
            yield report.problem(("facts", name), "unknown-fact", message, key=True)
        elif not _agree(field, known.field):
            yield report.problem(
                ("facts", name), "fact-type", say('the fact "%(name)s" is %(said)s', name=name, said=_said(known.field))
            )


def _agree(field: DataField, known: DataField) -> bool:
    if known.type == "enum" and field.type in ("text", "enum"):
        return field.many == known.many and set(field.enum or ()) <= set(known.enum or ())
    return (field.type, field.unit, field.many) == (known.type, known.unit, known.many)


def _said(field: DataField) -> str:
    words = {"unit": field.unit, "enum": list(field.enum) if field.enum else None, "many": field.many or None}
    more = "".join(f", {key}: {_yaml(value)}" for key, value in words.items() if value is not None)
    return f"{{type: {field.type}{more}}}" if more else field.type


def _yaml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
