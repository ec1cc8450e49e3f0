"""`headgate draw`: a case type's state machine as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from definitions.language.diagrams import mermaid
from definitions.language.library import load_library
from definitions.language.pictures import svg
from headgate.errors import fail
from headgate.settings import Settings


def draw(
    case: Annotated[str, typer.Argument(help="The case type, such as high-consumption.")],
    form: Annotated[Literal["svg", "mermaid"], typer.Option("--format", help="svg or mermaid.")] = "svg",
    output: Annotated[Path | None, typer.Option(help="The file to write; by default it is printed.")] = None,
    definitions: Annotated[Path | None, typer.Option(help="The folder of definitions.")] = None,
) -> None:
    """Draw a case type's state machine."""
    library = load_library(definitions or Settings().definitions)
    if case not in library.cases:
        fail(f"there is no case type {case}; there are {', '.join(sorted(library.cases)) or 'none'}")
    definition = library.cases[case]
    picture = mermaid(definition) if form == "mermaid" else svg(definition)
    if output is None:
        typer.echo(picture, nl=False)
    else:
        output.write_text(picture)
