"""What a command says while it works, on a terminal and in a log."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from headgate.doing import doing


def test_a_log_has_a_line_for_each_thing_that_begins_and_none_for_how_far_it_is() -> None:
    log = StringIO()
    with doing(Console(file=log), "Preparing the database") as say:
        say("Loading the sample district: reads (0 %)")
        say("Loading the sample district: reads (50 %)")
        say("Loading the sample district: bills (0 %)")
    assert log.getvalue().splitlines() == ["Preparing the database", "Loading the sample district"]


def test_a_terminal_has_one_line_that_moves() -> None:
    screen = StringIO()
    with doing(Console(file=screen, force_terminal=True), "Preparing the database") as say:
        say("Loading the sample district: reads (50 %)")
    assert "Preparing the database\n" not in screen.getvalue()
