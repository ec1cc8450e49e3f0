"""The command `headgate`: one subcommand a file."""

import typer

from headgate import demonstration
from headgate.check import check
from headgate.draw import draw
from headgate.import_command import import_
from headgate.prepare import prepare
from headgate.rehearse import rehearse
from headgate.serve import serve
from headgate.token import token
from headgate.up import up
from headgate.user import user
from headgate.worker_command import worker

app = typer.Typer(name="headgate", help="The case engine for water districts.", no_args_is_help=True)
app.command()(prepare)
app.command()(up)
app.command()(worker)
app.command()(serve)
app.command(name="import")(import_)
app.command()(token)
app.command()(check)
app.command()(draw)
app.command()(rehearse)
app.add_typer(user, name="user")
app.add_typer(demonstration.clock, name="clock")
