"""What is being done: a line that moves on a terminal; elsewhere, as in a log, a line for each thing that begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def doing(console: Console, what: str) -> Iterator[Callable[[str], None]]:
    """Says what is being done; the block is given what says it anew: "Reading bills (40 %)"."""
    if console.is_terminal:
        with console.status(what) as status:
            yield status.update
        return
    said = ""

    def tell(text: str) -> None:
        nonlocal said
        begun = re.split(r"[:(]", text)[0].rstrip()  # with what and how far would fill a log
        if begun != said:
            console.print(begun, highlight=False)
            said = begun

    tell(what)
    yield tell
