"""Guards that are asked of an account before something is done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from definitions.language.expressions import ExpressionFailedError

if TYPE_CHECKING:
    from workflows.machine.run import Run


def holds(run: Run, guard: str) -> bool:
    """Whether the guard holds; what cannot be known about an account counts against doing anything to it."""
    try:
        return run.setting.expression(guard, "").holds(run.data, run.facts, {}, run.at)
    except ExpressionFailedError:
        return False
