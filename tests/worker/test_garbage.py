"""What Python's search for garbage is spared."""

from __future__ import annotations

import gc

from headgate.garbage import AFTER_OBJECTS, not_searched, spare_what_is_loaded


def test_what_is_loaded_before_the_work_begins_is_not_searched_again() -> None:
    often = gc.get_threshold()
    gc.unfreeze()  # the tests spare what they have loaded, too
    try:
        spare_what_is_loaded()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold()[0] == AFTER_OBJECTS
    finally:
        gc.freeze()
        gc.set_threshold(*often)


def test_what_a_short_work_made_is_searched_neither_during_it_nor_afterwards() -> None:
    made: list[list[int]] = []
    with not_searched():
        assert not gc.isenabled()
        made.append([])
    assert gc.isenabled()
    assert not any(each is made[0] for each in gc.get_objects())
