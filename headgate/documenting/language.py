"""`docs/reference/language.md`, from the published schemas, so that page and editor say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from definitions.language import model
from definitions.language.schema import KINDS, json_schema, schema_of_model
from headgate.documenting import markdown
from headgate.documenting.markdown import code, listed, table
from workflows.machine.recorded import Reading
from workflows.machine.script import Script

INTRODUCTION = """
Every key that a definition may have. Unknown keys are errors, with the key that is near. How the parts behave (time,
holds, lists, tasks of many, taking back …) is told in [how definitions behave](behaviour.md); what actions and facts
there are, in [actions](actions.md) and [facts](facts.md); how to write a definition from the start, in [the author's
guide](../author.md).

The same is published as JSON Schema, from which editors complete and explain: `docs/reference/schema/*.schema.json`.
In another folder than `definitions/`, the first line of a file names its schema:

```yaml
# yaml-language-server: $schema=../docs/reference/schema/case.schema.json
```

Keys and names are lower-case words with hyphens; names of data, facts and arguments may have underscores. Words stay
words: `on`, `yes` and `7:30` mean what they say. Only `true`, `false` and an empty value are anything else. *One or
many* takes a single item or a list. A *duration* is a whole number and a unit, such as `10 days`, `60 full days`, `3
business days`, `4 business hours`, `2 weeks`, or ISO 8601 of one unit (`P10D`, `PT4H`).
"""

TITLES: Final[Mapping[str, str]] = {
    "case": "Case definition: `cases/NAME.yaml`",
    "law": "Law: `laws/NAME.yaml`",
    "list": "Review list: `lists/NAME.yaml`",
    "calendar": "Calendar: `calendars/NAME.yaml`",
    "table": "Decision table: `tables/NAME.yaml`",
    "district": "District: `district.yaml`",
    "rehearsal": "How people behave in a rehearsal: `cases/NAME.rehearsal.yaml`",
    "replay": "How a recorded log is read: `cases/NAME.replay.yaml`",
}

NAMES: Final[Mapping[str, str]] = {
    "DataField": "A field of data",
    "FormField": "A field of a form",
    "HoldRule": "What a hold does",
    "Invoke": "An invoked case",
    "ScheduleRow": "A row of a schedule",
    "ServiceLevel": "A service level",
    "WorkOrder": "A work order",
    "SpecialDay": "A special day",
    "TableRow": "A row of a table",
}

EXAMPLES: Final[Mapping[str, str]] = {
    "DataField": """
data:
  account: {type: account, required: true}
  read: {type: quantity, unit: ccf, title: Read of the crew}
  cause: {enum: [leak, misread, meter, usage]}
  comment: text                       # short for {type: text}
""",
    "FormField": """
form:
  cause: required                     # declared in data
  explanation: optional
  comment: text                       # declared here, and stored in data as well
""",
    "State": """
door-hanger:
  title: Door hanger left
  entry: [letter: {template: door-hanger}]
  after:
    5 business days: {target: rereading, title: The crew comes again}
  on:
    access-arranged: {target: rereading}
""",
    "Action": """
entry:
  - mark-notice                       # a name alone
  - letter: {template: answer}        # a name with its arguments
  - compute-leak-adjustment: {policy: standard, set: credit}
""",
    "Transition": """
on:
  customer-replied: review            # short for {target: review}
  payment-received: {target: closed, guard: facts.balance <= 0}
""",
    "Timer": """
after:
  10 days: closed
at:
  facts.delinquent_since + 60 days: {target: final-notice, on_restart: keep-deadline}
  earliest-lawful(locked-off): {target: lock-list, name: ladder}
""",
    "Task": """
task:
  title: Approve the adjustment
  queue: supervisors
  due: 2 business days
  not-by: review
  outcomes:
    approve: {target: posting, limit: adjustment, limit-of: credit}
    refuse: {target: answering, form: {refusal: required}}
  take-back: 15 minutes
""",
    "WorkOrder": """
work-order:
  title: Reread the meter
  crew: meters
  due: 3 business days
  outcomes:
    done: {target: comparing, form: {read: required}}
    no-access: door-hanger
""",
    "Escalation": """
escalations:
  - {after: 4 business hours, when: unclaimed, priority: high}
  - {after: 2 business days, queue: supervisors, notify: [supervisor]}
""",
    "Invoke": """
invoke: {case: agency-placement, with: {account: data.account}, outcomes: {paid: closed}, done: written-off}
""",
    "ScheduleRow": """
schedule:
  - {id: 10, do: {letter: {template: final-notice}}, days-after: 15 days}
  - {id: 20, do: {task: call-customer}, depends-on: [10], days-after: 3 business days, then: waiting}
tasks:
  call-customer: {title: Call the customer, queue: customer-service, outcomes: {reached: next, not-reached: next}}
""",
    "ServiceLevel": """
sla: {start: investigating, stop: answered, pause: [investigating/repair], target: 20 business days, warn: 15 business days}
""",
    "HoldRule": """
holds:
  bankruptcy: freeze                  # short for {timers: freeze}
  appeal: {timers: extend, bars: [locked-off]}
""",
    "Migration": """
migration:
  states: {review: checking}          # what a case in the old state is in from then on
  tasks: {call-back: withdrawn}       # open ones are closed as cancelled
  timers: {answering/after/10 days: reply}
  data: {channel: letter}             # for a new required field
""",
    "Reopening": """
reopen: {target: investigating, within: 90 days, roles: [supervisor], on: [customer-replied]}
""",
    "Rule": """
rules:
  - id: WSP-8
    source: H&S 116908(a)(1)(A)
    require: 60 full days since facts.delinquent_since
  - {id: WSP-14, source: H&S 116908(b), never-while: appeal}
""",
    "TableRow": """
rows:
  - {when: {amount: ..100}, then: {approver: colleague}}
  - {when: {amount: "> 1000"}, then: {approver: review-manager}}
""",
    "SpecialDay": """
days:
  - {date: 2026-07-03, name: Independence Day (observed), office: closed}
  - {date: 2026-03-31, name: Cesar Chavez Day, office: open, shut-off: no}
""",
}


def page() -> str:
    """The page in Markdown."""
    told: set[str] = set()
    schemas = {kind: json_schema(kind) for kind in KINDS} | {
        "rehearsal": schema_of_model(Script, "rehearsal"),
        "replay": schema_of_model(Reading, "replay"),
    }
    blocks = [block for kind, schema in schemas.items() for block in _document(kind, schema, told)]
    return markdown.page("The definition language", INTRODUCTION, *blocks)


def _document(kind: str, schema: Mapping[str, Any], told: set[str]) -> Iterator[str]:
    yield f"## {TITLES[kind]}"
    yield str(schema["description"])
    yield _keys(schema)
    for name in _mentioned(schema):
        if name not in told:
            told.add(name)
            yield from _part(name, schema["$defs"][name])


def _mentioned(schema: Mapping[str, Any]) -> list[str]:
    """The parts of the schema in the order in which its keys lead to them."""
    found = _references({key: value for key, value in schema.items() if key != "$defs"})
    for name in found:
        found += [each for each in _references(schema["$defs"][name]) if each not in found]
    return found


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"].rpartition("/")[2]] if "$ref" in node else []
        return list(dict.fromkeys([*own, *(name for value in node.values() for name in _references(value))]))
    if isinstance(node, list):
        return list(dict.fromkeys(name for value in node for name in _references(value)))
    return []


def _part(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {_title(name)}"
    yield str(schema.get("description", ""))
    if name in EXAMPLES:
        yield f"```yaml\n{EXAMPLES[name].strip()}\n```"
    if "properties" in schema:
        yield _keys(schema)
    elif name == model.Action.__name__:
        yield "What actions there are, with their arguments: [actions](actions.md)."


def _keys(schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        (code(key), _type(value), _meaning(value), "needed" if key in needed else _default(value))
        for key, value in schema["properties"].items()
    ]
    return table(("key", "type", "meaning", "if left out"), rows)


def _meaning(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", ""))


def _default(schema: Mapping[str, Any]) -> str:
    value = schema.get("default")
    if value is None:
        return ""
    if isinstance(value, list):
        return listed(map(str, value))
    return code(str(value).lower() if isinstance(value, bool) else str(value))


def _type(schema: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "$ref" in schema:
        return _link(schema["$ref"])
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return _type(schema["allOf"][0])
    if "anyOf" in schema:
        return _either([arm for arm in schema["anyOf"] if arm.get("type") != "null"])
    if "enum" in schema:
        return listed(word for word in schema["enum"] if isinstance(word, str))
    if "const" in schema:
        return code(str(schema["const"]))
    match schema.get("type"):
        case "array":
            if "prefixItems" in schema:
                return "two of: " + _type(schema["prefixItems"][0])
            return f"list of {_type(schema['items'])}"
        case "object":
            return _mapping(schema)
        case "boolean":
            return "`true`, `false`"
        case "integer":
            return "whole number"
        case "number":
            return "number"
        case None:
            return "any value"
    if schema.get("format") == "date":
        return "date"
    if "business day" in schema.get("pattern", ""):
        return "duration"
    return "text"


def _mapping(schema: Mapping[str, Any]) -> str:
    by_pattern: dict[str, Any] = schema.get("patternProperties", {})
    further = schema.get("additionalProperties")
    pattern, inner = next(iter(by_pattern.items()), ("", further if isinstance(further, dict) else {}))
    return f"mapping of {'durations' if 'business day' in pattern else 'names'} to {_type(inner)}"


def _either(arms: list[Mapping[str, Any]]) -> str:
    last = arms[-1]
    if len(arms) == 2 and last.get("type") == "array" and last.get("items") == arms[0]:
        return f"one or many: {_type(arms[0])}"
    if "$ref" in last and "anyOf" in arms[0]:
        return f"a type's name, or {_type(last)}"
    return " or ".join(dict.fromkeys(_type(arm) for arm in arms))


def _link(ref: str) -> str:
    title = _title(ref.rpartition("/")[2])
    return f"[{title.lower()}](#{title.lower().replace(' ', '-')})"


def _title(name: str) -> str:
    article = "An" if name[0] in "AEIO" else "A"
    return NAMES.get(name, f"{article} {name.lower()}")
