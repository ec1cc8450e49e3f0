"""What an act on a case answers: the step that was taken."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, TypeAdapter

from api.views.shown import Moment, Shown
from workflows.messages import Taken

TAKEN: Final = TypeAdapter(Taken)


class TakenView(Shown):
    """The step that the case took."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "case": "c-2345abcdefgh",
                    "step": 2,
                    "at": "2026-03-09T09:12:00-07:00",
                    "state": ["answering"],
                    "open_tasks": [],
                    "closed": False,
                }
            ]
        }
    )

    case: str
    step: int
    at: Moment
    state: list[str] = Field(description="Paths of the active states after it.")
    open_tasks: list[str] = Field(description="Ids of the tasks that are open after it.")
    closed: bool


def taken_view(taken: Taken, *, zone: ZoneInfo) -> TakenView:
    """The step as it is shown."""
    return TakenView(
        case=taken.case,
        step=taken.step,
        at=taken.at.astimezone(zone),
        state=list(taken.state),
        open_tasks=[f"{taken.case}.{run}" for run in taken.open_tasks],
        closed=taken.closed,
    )
