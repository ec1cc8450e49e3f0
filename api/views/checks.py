"""Checks at the curb and overrides of district rules, as they are shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Said, Shown, local
from definitions.language.sentences import again
from store.tables.rules import RuleOverride, SiteCheck


class CheckView(Shown):
    """What the district answered a crew at the curb."""

    task: str
    at: Moment
    fit: bool = Field(description="Whether the crew may go on.")
    sentence: Said = Field(description="Why, or why not.")
    lasts_minutes: int = Field(description="How long the answer is good for.")


class OverrideView(Shown):
    """A district rule that somebody asks to override in one case."""

    id: str
    case: str
    rules: list[str]
    reason: str
    asked_by: str
    asked: Moment
    status: Literal["asked", "given", "refused"]
    decided_by: str | None
    decided: Moment | None
    refusal: str | None = Field(description="Why the second person did not agree.")


def check_view(check: SiteCheck, *, lasts: timedelta, zone: ZoneInfo) -> CheckView:
    """The check as it is shown."""
    return CheckView(
        task=check.task_id,
        at=check.at.astimezone(zone),
        fit=check.fit,
        sentence=again(check.sentence, check.said),
        lasts_minutes=int(lasts.total_seconds() // 60),
    )


def override_view(override: RuleOverride, *, zone: ZoneInfo) -> OverrideView:
    """The override as it is shown."""
    return OverrideView(
        id=override.id,
        case=override.case_id,
        rules=override.rules or [],
        reason=override.reason,
        asked_by=override.asked_by,
        asked=override.asked_at.astimezone(zone),
        status=override.status,
        decided_by=override.decided_by,
        decided=local(override.decided_at, zone),
        refusal=override.refusal,
    )
