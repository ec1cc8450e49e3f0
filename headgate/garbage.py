"""Python's search for garbage in processes that people wait for: rarer, and not among what was loaded at the start.

A worker loads 200,000 objects before its first case. A full search through them stops all that it does for some 80 ms.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

AFTER_OBJECTS: Final = 10_000  #: more made than dropped, after which the youngest are searched; Python's own is 700


def spare_what_is_loaded() -> None:
    """Leaves all that is loaded by now out of every later search; to be called once, before the work begins."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(AFTER_OBJECTS)


@contextmanager
def not_searched() -> Iterator[None]:
    """No search at all, for a short work that keeps nearly all that it makes until its end; later ones leave that out, too."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # the first search afterwards would go through everything
        gc.enable()
