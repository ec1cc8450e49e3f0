"""A foreign system that is down while a file says so, and keeps its own record of what it was told."""

from __future__ import annotations

import os
from pathlib import Path

from definitions.catalogue.replies import Effect, Reply
from headgate import action


@action(replies=("billed",))
def tell_billing(effect: Effect) -> Reply:
    """Tells the billing system of the case, once: what it has heard of under this id it does not write down again."""
    folder = Path(os.environ["FOREIGN_SYSTEM"])
    if (folder / "down").exists():
        raise ConnectionError("the billing system does not answer")
    (folder / effect.id.replace("/", "-")).touch()
    return Reply(event="billed")


@action(replies=("never",))
def always_fail(effect: Effect) -> Reply:
    """Cannot be carried out, ever."""
    raise ZeroDivisionError
