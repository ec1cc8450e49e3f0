"""The command `headgate`: one subcommand a file, of which only the one that is asked for is loaded."""

from __future__ import annotations

import atexit
import os
import sys
from importlib import import_module
from typing import NoReturn

import typer

from headgate.garbage import not_searched

#: Subcommand → where it is. A `typer.Typer` there is a group of its own.
COMMANDS = {
    "up": "headgate.up:up",
    "worker": "headgate.worker_command:worker",
    "serve": "headgate.serve:serve",
    "upgrade": "headgate.upgrade:upgrade",
    "namespace": "headgate.namespace:namespace",
    "prepare": "headgate.prepare:prepare",
    "assets": "headgate.assets:assets",
    "check": "headgate.check:check",
    "draw": "headgate.draw:draw",
    "rehearse": "headgate.rehearse:rehearse",
    "export": "headgate.export:export",
    "consumption-log": "headgate.consumption_log:log",
    "laws": "headgate.laws:laws",
    "audit": "headgate.audit:audit",
    "doctor": "headgate.doctor:doctor",
    "promote": "headgate.promote:promote",
    "migrate": "headgate.migrate:migrate",
    "keys": "headgate.keys:keys",
    "person": "headgate.person:person",
    "reconcile": "headgate.reconcile:reconcile",
    "recover": "headgate.recover:recover",
    "backup": "headgate.backup:backup",
    "restore": "headgate.backup:restore",
    "run": "headgate.run:run",
    "report": "headgate.report:report",
    "simulate": "headgate.simulate:simulate",
    "import": "headgate.import_command:import_",
    "token": "headgate.token:token",
    "user": "headgate.user:user",
    "clock": "headgate.demonstration:clock",
    "docs": "headgate.docs:docs",
}


def command_line(words: list[str]) -> typer.Typer:
    """The command with the subcommand that the words name, or with all where they name none."""
    app = typer.Typer(name="headgate", help="The case engine for water districts.", no_args_is_help=True)
    app.callback()(_headgate)
    named = next((word for word in words if word in COMMANDS), None)
    for name in [named] if named else COMMANDS:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name=name)(found)
    return app


def _headgate() -> None:
    """The case engine for water districts."""


def main() -> None:
    """Runs the command."""
    with not_searched():  # all that is loaded stays
        app = command_line(sys.argv[1:])
    try:
        app()
    except SystemExit as ended:
        if isinstance(ended.code, int | None):
            _leave(ended.code or 0)
        raise


def _leave(code: int) -> NoReturn:
    """Ends the process without taking the interpreter down, which would look through all that was loaded once more.

    Threads of Temporal's SDK may still be at an answer then, too, and abort a command that has done all it was asked to
    (temporalio/sdk-python#300): seen at `headgate namespace` on a busy machine."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
