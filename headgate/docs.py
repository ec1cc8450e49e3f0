"""`headgate docs`: the pages and schemas of the reference that are made from the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

import definitions
from definitions.language.library import load_library
from definitions.language.pictures import svg
from definitions.language.schema import KINDS, json_schema, schema_of_model
from headgate.cli import command_line
from headgate.documenting import catalogue, commands, language, problems, settings, telemetry
from store.importing import documentation
from workflows.machine.recorded import Reading
from workflows.machine.script import Script

SHIPPED = Path(definitions.__path__[0])


def docs(folder: Annotated[Path, typer.Argument(help="The folder of the documentation.")] = Path("docs")) -> None:
    """Write the generated pages and schemas of the reference anew."""
    for name, text in pages():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> Iterator[tuple[str, str]]:
    """Each generated file, by its path below the documentation's folder, with its text."""
    yield "reference/language.md", language.page()
    yield "reference/actions.md", catalogue.actions_page()
    yield "reference/facts.md", catalogue.facts_page()
    yield "reference/problems.md", problems.page()
    yield "reference/settings.md", settings.page()
    yield "reference/telemetry.md", telemetry.page()
    yield "reference/commands.md", commands.page(command_line([]))
    yield "reference/import.md", documentation.page()
    for name, case in sorted(load_library(SHIPPED).cases.items()):
        yield f"pictures/{name}.svg", svg(case)
    for kind in KINDS:
        yield f"reference/schema/{kind}.schema.json", _written(json_schema(kind))
    yield "reference/schema/rehearsal.schema.json", _written(schema_of_model(Script, "rehearsal"))
    yield "reference/schema/replay.schema.json", _written(schema_of_model(Reading, "replay"))


def _written(schema: dict[str, Any]) -> str:
    return f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n"
