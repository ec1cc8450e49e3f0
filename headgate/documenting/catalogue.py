"""`docs/reference/actions.md` and `facts.md`, from the catalogue."""

from __future__ import annotations

from datetime import timedelta

from definitions.catalogue.actions import Arg, Signature
from definitions.catalogue.builtins import BUILT_IN
from definitions.catalogue.facts import FACTS, NOW, RESERVED, Fact
from headgate.documenting import markdown
from headgate.documenting.markdown import code, listed, table

ACTIONS = """
What a definition may do: on entry to a state or on leaving it, and on the way (`actions:` of a transition, an outcome
or a timer). A *pure* action is computed inside the step; `set:` names the field of `data` that takes its result. An
*effect* is carried out after the step stands, and may answer by an event that the state waits for. One that keeps
failing becomes an incident on the case.

```yaml
entry:
  - compute-leak-adjustment: {policy: standard, set: credit}
  - letter: {template: answer}
  - record: {what: call options-offered}
```

An argument is taken as it stands, unless it reads `data.NAME`, `facts.NAME`, `event.NAME` or `case.NAME` (`case.id`,
`case.account`, `case.opened`, `case.today`), or begins with `=` and an expression: `visits: "=data.visits + 1"`.
Actions marked *irreversible* end the time in which an outcome can be taken back. A district adds actions of its own
in Python: [actions of one's own](../author.md#actions-of-your-own).
"""

FACTS_TEXT = """
What a guard, a law or a computation may ask of the world outside the case, as `facts.NAME`. A case type and a law
declare the facts that they name with their type. A fact is read at the step that needs it and recorded with that
step, so that each decision can be replayed from its own history.
"""


def actions_page() -> str:
    """The page of actions in Markdown."""
    pure = [each for each in BUILT_IN if each.kind == "pure"]
    effects = [each for each in BUILT_IN if each.kind == "effect"]
    return markdown.page(
        "Actions",
        ACTIONS,
        "## Pure actions",
        *(_action(each) for each in pure),
        "## Effects",
        *(_action(each) for each in effects),
    )


def facts_page() -> str:
    """The page of facts in Markdown."""
    rows = [
        (code(fact.name), fact.field.title or "", _type(fact), _age(fact.max_age), _help(fact))
        for fact in FACTS.values()
    ]
    reserved = [(code(name), title) for name, title in RESERVED.items()]
    return markdown.page(
        "Facts",
        FACTS_TEXT,
        table(("name", "what", "type", "as of", ""), rows),
        "The machine asks for these by itself:",
        table(("name", "what"), reserved),
    )


def _action(known: Signature) -> str:
    blocks = [f"### {code(known.name)}", f"It {known.says}."]
    rows = [_argument(name, arg) for name, arg in known.args.items()]
    if known.open:
        rows.append(("any name", "any", "", "Further arguments."))
    if rows:
        blocks.append(table(("argument", "type", "", "what"), rows))
    notes = []
    if known.result:
        notes.append(f"Gives: {known.result}.")
    if known.facts:
        notes.append(f"Reads the facts {listed(known.facts)}.")
    if known.replies:
        notes.append(f"Answers by {listed(known.replies)}.")
    if known.irreversible:
        notes.append("Irreversible.")
    return "\n\n".join([*blocks, *([" ".join(notes)] if notes else [])])


def _argument(name: str, arg: Arg) -> tuple[str, str, str, str]:
    return code(name), arg.type, "needed" if arg.required else "", arg.title


def _type(fact: Fact) -> str:
    field = fact.field
    words = f"{field.type} ({field.unit})" if field.unit else str(field.type)
    if fact.records:
        words = "records"
    return f"many: {words}" if field.many else words


def _age(age: timedelta) -> str:
    return "the step itself" if age == NOW else "today's import" if age == timedelta(days=1) else str(age)


def _help(fact: Fact) -> str:
    if fact.records:
        return f"Each has {listed(fact.records)}."
    if fact.field.enum:
        return f"One of {listed(fact.field.enum)}."
    return fact.field.help or ""
