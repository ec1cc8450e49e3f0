"""Where one looks first in a picture that is larger than its box: at the state that a case is in, or at where cases begin."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from definitions.language.expand import expand, walk
from definitions.language.model import CaseDefinition
from definitions.language.pictures import Place, places
from definitions.language.targets import resolve
from workflows.machine.machine import machine_of


def at_case(content: bytes, state: str) -> str | None:
    """Where the first of a case's states stands in the picture of its definition, as `data-at` has it; None for none of it."""
    found = _places(content)
    return _written(found[path] for path in state.split() if path in found)


def at_beginning(definition: CaseDefinition) -> str | None:
    """Where cases begin in the picture with notes."""
    definition = expand(definition)
    first = resolve(definition.initial, source="", states=dict(walk(definition)))
    found = places(definition, with_notes=True)
    return _written(
        found[path] for path in found if first is not None and (path == first or path.startswith(f"{first}/"))
    )


@lru_cache(maxsize=256)
def _places(content: bytes) -> dict[str, Place]:
    return places(machine_of(content).definition)


def _written(found: Iterable[Place]) -> str | None:
    return next((f"{x:.3f} {y:.3f}" for x, y in found), None)
