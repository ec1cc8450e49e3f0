"""What Python's search for garbage is spared."""

from __future__ import annotations

import subprocess
import sys


def alone(code: str) -> None:
    """Runs the code in a process of its own: the one that tests has loaded so much that a search takes seconds."""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_loaded_before_the_work_begins_is_not_searched_again() -> None:
    alone("""
import gc, sqlalchemy
from headgate.garbage import AFTER_OBJECTS, spare_what_is_loaded
spare_what_is_loaded()
assert gc.get_freeze_count() > 10_000
assert gc.get_threshold()[0] == AFTER_OBJECTS
""")


def test_what_a_short_work_made_is_searched_neither_during_it_nor_afterwards() -> None:
    alone("""
import gc
from headgate.garbage import not_searched
made = []
with not_searched():
    assert not gc.isenabled()
    made.append([])
assert gc.isenabled()
assert not any(each is made[0] for each in gc.get_objects())
""")
