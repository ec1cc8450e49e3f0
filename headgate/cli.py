"""The command `headgate`: one subcommand a file."""

import typer

from headgate import demonstration
from headgate.prepare import prepare
from headgate.up import up

app = typer.Typer(name="headgate", help="The case engine for water districts.", no_args_is_help=True)
app.command()(prepare)
app.command()(up)
app.add_typer(demonstration.clock, name="clock")
