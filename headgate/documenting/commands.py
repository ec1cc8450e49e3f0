"""`docs/reference/commands.md`, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from headgate.documenting import markdown
from headgate.documenting.markdown import code, table

INTRODUCTION = """
`headgate` is installed with the package; from a checkout, `.venv/bin/python -m headgate` is the same. A command that
cannot do what it was asked says why in one sentence on the error output and ends with code 1; a command that was
called wrongly ends with 2. Settings come from the environment ([settings](settings.md)).
"""


def page(app: typer.Typer) -> str:
    """The page in Markdown."""
    blocks = [_section(name, command) for name, command in commands(app)]
    return markdown.page("Commands", INTRODUCTION, *blocks)


def commands(app: typer.Typer) -> Iterator[tuple[str, Any]]:
    """Every command with its name (`headgate user add`), in the order in which they were registered."""
    yield from _below("headgate", get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for key, each in inner.items():
        yield from _below(f"{name} {key}", each)


def _section(name: str, command: Any) -> str:
    options = [each for each in command.params if each.name != "help"]
    arguments = [each for each in options if each.param_type_name == "argument"]
    usage = " ".join(
        [name, *(_usage(each) for each in arguments), *(["[options]"] if len(options) > len(arguments) else [])]
    )
    blocks = [f"## {code(name)}", (command.help or "").strip(), f"```console\n$ {usage}\n```"]
    rows = [(_written(each), " ".join((each.help or "").split()), _default(each)) for each in options]
    if rows:
        blocks.append(table(("", "what", "default"), rows))
    return "\n\n".join(blocks)


def _usage(argument: Any) -> str:
    name = f"{_metavar(argument)}{'…' if argument.nargs == -1 else ''}"
    return name if argument.required else f"[{name}]"


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name).upper().rstrip("_")


def _written(each: Any) -> str:
    if each.param_type_name == "argument":
        return code(_metavar(each))
    return ", ".join(code(flag) for flag in (*each.opts, *each.secondary_opts))


def _default(each: Any) -> str:
    if each.required:
        return "needed"
    if each.default is None or each.default in (False, "", ()) or callable(each.default):
        return ""
    return code(str(each.default))
