"""The command `headgate`: one subcommand a file."""

import typer

from headgate.prepare import prepare

app = typer.Typer(name="headgate", help="The case engine for water districts.", no_args_is_help=True)
app.command()(prepare)
