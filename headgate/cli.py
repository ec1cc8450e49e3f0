"""The command `headgate`: one subcommand a file."""

import typer

from headgate import demonstration
from headgate.prepare import prepare
from headgate.token import token
from headgate.up import up
from headgate.user import user

app = typer.Typer(name="headgate", help="The case engine for water districts.", no_args_is_help=True)
app.command()(prepare)
app.command()(up)
app.command()(token)
app.add_typer(user, name="user")
app.add_typer(demonstration.clock, name="clock")
