"""What Python's search for garbage is spared."""

from __future__ import annotations

import gc

from headgate.garbage import spare_what_is_loaded


def test_what_is_loaded_before_the_work_begins_is_not_searched_again() -> None:
    before, often = gc.get_freeze_count(), gc.get_threshold()
    try:
        spare_what_is_loaded()
        assert gc.get_freeze_count() - before > 10_000
        assert gc.get_threshold()[0] > often[0]
    finally:
        gc.unfreeze()
        gc.set_threshold(*often)
