"""What a rehearsal counted, as it is kept and shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from api.views.shown import Said, Shown
from definitions.language.sentences import Sentence, kept
from workflows.machine.rehearse import Tally


class Figures(Shown):
    """The counts of one definition over all cases."""

    cases: int
    steps: int
    ends: dict[str, int] = Field(description="Final state → cases; `open: <state>` for those still open.")
    work: dict[str, dict[int, int]] = Field(description="Queue → day from the first one → tasks opened.")
    done: dict[str, int] = Field(description="Task → completions.")
    late: dict[str, int] = Field(description="Task → completions after its due date.")
    letters: dict[str, int] = Field(description="Template → letters.")
    lists: dict[str, int] = Field(description="List and what became of a line → lines.")
    refused: dict[str, int] = Field(description="Rules, or a sentence → refusals by law, hold or limit.")
    escalations: dict[str, int] = Field(description="Timer → times.")
    days: dict[int, int] = Field(description="Days from opening to closing → cases.")
    circling: int = Field(description="Cases that ran in circles and were stopped.")
    not_opened: list[Said] = Field(description="Why cases could not be opened: the first few sentences.")


def figures(tally: Tally) -> Figures:
    """The tally as it is kept; the most frequent first."""
    work: dict[str, dict[int, int]] = defaultdict(dict)
    for (queue, day), count in sorted(tally.work.items()):
        work[queue][day] = count
    return Figures(
        cases=tally.cases,
        steps=tally.steps,
        ends=_sorted(tally.ends),
        work=dict(work),
        done=_sorted(tally.done),
        late=_sorted(tally.late),
        letters=_sorted(tally.letters),
        lists=_sorted(tally.lists),
        refused=_sorted(tally.refused),
        escalations=_sorted(tally.escalations),
        days=dict(sorted(tally.days.items())),
        circling=tally.circling,
        not_opened=list(dict.fromkeys(tally.reasons)),
    )


def kept_beside(sentences: Iterable[str | None]) -> dict[str, Any]:
    """Each text that is a sentence → its message and values, to be kept beside it."""
    return {str(each): kept(each) for each in sentences if isinstance(each, Sentence)}


def _sorted(counted: Counter[str]) -> dict[str, int]:
    return dict(counted.most_common())
