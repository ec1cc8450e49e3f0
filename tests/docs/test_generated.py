"""The generated pages: as the code says it today, and nothing left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.problems import kinds
from definitions.catalogue.builtins import BUILT_IN
from definitions.catalogue.facts import FACTS
from definitions.language.schema import KINDS, json_schema
from headgate.cli import command_line
from headgate.docs import pages
from headgate.documenting import commands, problems
from headgate.documenting.remedies import REMEDIES
from headgate.settings import Settings, variable
from workflows.refusals import refusals

DOCS = Path(__file__).parents[2] / "docs"
PAGES = dict(pages())


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], "run `make docs`"


def test_every_problem_of_a_definition_says_what_to_do() -> None:
    assert sorted(REMEDIES) == problems.codes()


def test_every_problem_of_an_act_and_every_refusal_is_on_the_page() -> None:
    page = PAGES["reference/problems.md"]
    assert [kind.code for kind in kinds() if f"| `{kind.code}` | {kind.status} |" not in page] == []
    assert [kind.code for kind in refusals() if f"| `{kind.code}` |" not in page] == []


def test_every_setting_is_on_the_page() -> None:
    names = [variable(name, field) for name, field in Settings.model_fields.items()]
    assert [name for name in names if f"| `{name}` |" not in PAGES["reference/settings.md"]] == []
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_command_is_on_the_page_with_what_it_does() -> None:
    page = PAGES["reference/commands.md"]
    assert [name for name, _ in commands.commands(command_line([])) if f"## `{name}`" not in page] == []
    assert [name for name, command in commands.commands(command_line([])) if not command.help] == []


def test_every_action_and_fact_is_on_its_page() -> None:
    assert [each.name for each in BUILT_IN if f"### `{each.name}`" not in PAGES["reference/actions.md"]] == []
    assert [name for name in FACTS if f"| `{name}` |" not in PAGES["reference/facts.md"]] == []


def test_every_key_of_the_language_is_on_the_page() -> None:
    page = PAGES["reference/language.md"]
    keys = {
        key
        for kind in KINDS
        for part in (json_schema(kind), *json_schema(kind).get("$defs", {}).values())
        for key in part.get("properties", {})
    }
    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []
