"""`python -m headgate`: the same as the command."""

from headgate.cli import main

main()
