"""The command `headgate`: one subcommand a file."""

import typer

app = typer.Typer(name="headgate", help="The case engine for water districts.", no_args_is_help=True)
