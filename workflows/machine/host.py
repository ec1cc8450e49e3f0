"""Between the interpreter and a run: what the chart says of its states and transitions becomes paths and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.machine.interpreter import Active, Outcome
from workflows.machine.plan import REMEMBERED
from workflows.machine.states import ChartState, ChartTransition

if TYPE_CHECKING:
    from workflows.machine.case import Case
    from workflows.machine.run import Run


class Host:
    """The interpreter's host for one run."""

    __slots__ = ("run",)

    def __init__(self, run: Run) -> None:
        self.run = run

    def observe(self, active: Active) -> None:
        """Guards speak of data, facts and events, not of other regions: nothing to look at."""

    def holds(self, guard: Any) -> bool:
        """Whether the guard holds on the run as it is."""
        return self.run.holds_guard(guard)

    def leave(self, state: ChartState) -> None:
        """Leaves the state in the run."""
        self.run.leave(state.path)

    def take(self, transition: ChartTransition) -> None:
        """Runs the transition's actions; one that leads to where the case was says which states come back."""
        self.run.take(transition.actions, self._restored(transition))

    def enter(self, state: ChartState) -> None:
        """Enters the state in the run."""
        self.run.enter(state.path)

    def raise_event(self, event: str) -> None:
        """Queues the event behind what actions raised."""
        self.run.raise_event(event)

    def raised(self) -> str | None:
        """The next queued event, if any."""
        return self.run.raised()

    def _restored(self, transition: ChartTransition) -> frozenset[str]:
        """A state that a case comes back to is not entered anew: its letters are not sent a second time."""
        targets = [target for target in transition.targets if target.name == REMEMBERED]
        paths: set[str] = set()
        for target in targets:
            for path in self.run.case.history.get(target.path, ()):
                while path:
                    paths.add(path)
                    path = path.rpartition("/")[0]
        return frozenset(paths)


def still(case: Case) -> Outcome:
    """Nothing moved: the case stays where it is."""
    return Outcome(case.state, case.history, (), not case.is_open, False)
