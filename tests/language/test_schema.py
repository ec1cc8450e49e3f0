"""The published schemas: they take what the language takes, and refuse what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from documents import ROOT, as_an_editor_reads, shipped

from definitions.language.loader import load, load_model
from definitions.language.schema import KINDS, json_schema

VALIDATORS = {kind: jsonschema_rs.validator_for(json_schema(kind)) for kind in KINDS}


@pytest.mark.parametrize(("kind", "path"), shipped(), ids=lambda each: str(getattr(each, "stem", each)))
def test_what_is_shipped_and_the_samples_load_and_fit_the_schema(kind: str, path: Path) -> None:
    text = path.read_text()
    loaded, problems = load_model(load(text, path.name), KINDS[kind])
    assert problems == []
    assert loaded is not None
    wrong = [
        f"{error.instance_path}: {error.message}" for error in VALIDATORS[kind].iter_errors(as_an_editor_reads(text))
    ]
    assert wrong == []


CASE = """
case: small
title: Small
data: {account: account, amount: money, cause: {enum: [leak, usage]}, meters: {type: meter, many: true}}
initial: waiting
states:
  waiting: %s
  over: {type: final}
"""

SHORT = [
    "{after: {3 days: over}}",
    "{after: {P3D: {target: over}}, entry: mark-notice}",
    "{on: {paid: over, filed: [{target: over, guard: data.amount > 5}, over]}}",
    "{entry: [letter: {template: answer}], exit: [{action: letter, with: {template: answer}}], on: {paid: over}}",
    "{entry: [notify-the-board: {any: 7}, mark-notice: null], choose: [over]}",
    "{task: {title: 7, queue: desk, not-by: other, outcomes: {done: over}, form: {cause: required, n: {enum: [a]}}}}",
    "{on: {paid: {actions: {record: {what: call made}}}}}",
    "{schedule: [{id: 10, do: {task: call}, depends-on: 5}], tasks: {call: {title: Call, outcomes: {done: next}}}}",
    "{invoke: {case: other, with: {account: data.account}, done: over}}",
]

WRONG = [
    "{afer: {3 days: over}}",
    "{after: {3 busy days: over}}",
    "{task: {title: Call, outcomes: {}}}",
    "{task: {queue: desk, outcomes: {done: over}}}",
    "{entry: [letter: {template: answer, subject: Hello}]}",
    "{entry: [{letter: {template: answer}, record: {what: x}}]}",
    "{entry: [letter: {}]}",
    "{task: {title: Call, outcomes: {done: over}, form: {cause: {type: quantity}}}}",
    "{task: {title: Call, outcomes: {done: over}, form: {cause: {unit: ccf}}}}",
    "{task: {title: Call, outcomes: {done: over}, priority: pressing}}",
    "{Escalations: []}",
]


@pytest.mark.parametrize("state", SHORT)
def test_short_forms_are_taken_by_the_schema_as_by_the_language(state: str) -> None:
    assert _loads(CASE % state)
    assert VALIDATORS["case"].is_valid(as_an_editor_reads(CASE % state))


@pytest.mark.parametrize("state", WRONG)
def test_what_is_wrong_is_marked_while_it_is_typed(state: str) -> None:
    assert not VALIDATORS["case"].is_valid(as_an_editor_reads(CASE % state))


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_explained_and_unknown_keys_are_errors(kind: str) -> None:
    schema = json_schema(kind)
    mute = [key for part in _parts(schema) for key, value in part["properties"].items() if not value.get("description")]
    assert mute == []
    assert all(part["additionalProperties"] is False for part in _parts(schema))


def test_the_editors_settings_name_each_schema_and_its_folder() -> None:
    assert "rehearsal.schema.json" in (ROOT / "definitions/cases/high-consumption.rehearsal.yaml").read_text()
    settings = as_an_editor_reads((ROOT / ".vscode/settings.json").read_text())["yaml.schemas"]
    assert sorted(settings) == sorted(f"./docs/reference/schema/{kind}.schema.json" for kind in KINDS)


def _loads(text: str) -> bool:
    return load_model(load(text, "small.yaml"), KINDS["case"])[0] is not None


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:
            yield part
