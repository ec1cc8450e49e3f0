"""Incidents, definitions and files as they are shown."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.remedies import remedy
from api.views.shown import Moment, Said, Shown, local
from definitions.language.problems import Problem
from definitions.language.sentences import again
from store.tables.cases import Incident
from store.tables.definitions import DefinitionVersion
from store.tables.papers import File


class IncidentView(Shown):
    """Something that a case wants done and that keeps failing."""

    id: str
    case: str
    step: int
    effect: int
    action: str
    code: str
    sentence: Said = Field(description="Why it fails.")
    remedy: Said = Field(description="What to do about it.")
    attempts: int
    opened: Moment
    settled: Moment | None
    settled_by: str | None
    settled_how: Literal["retried", "skipped"] | None
    reason: str | None


class IncidentDetail(IncidentView):
    """An incident with what hangs on it."""

    if_skipped: Said | None = Field(
        description="What its case would do next if it were skipped now; null once it is settled."
    )


class DefinitionView(Shown):
    """A version of a definition."""

    case: str = Field(description="The case type's name.", examples=["high-consumption"])
    version: int
    title: str
    digest: str = Field(description="SHA-256 of the compiled definition.")
    published_by: str
    published: Moment
    effective: Moment = Field(description="New cases take it from then on.")
    approved_by: str | None
    note: str


class DefinitionDetail(DefinitionView):
    """A version of a definition with its text."""

    source: str = Field(description="The YAML that it was made from.")
    versions: list[int] = Field(description="All versions, the newest first.")
    opening: dict[str, Any] = Field(description="JSON Schema of the data that open such a case.")


class FindingView(Shown):
    """What a check of a definition found, at its place."""

    file: str
    line: int
    column: int
    code: str
    severity: Literal["error", "warning"]
    message: Said
    story: list[Said] = Field(description="The shortest run of the case that shows it.")


class FileView(Shown):
    """A file."""

    id: str
    kind: str = Field(examples=["photo"])
    name: str
    content_type: str
    size: int = Field(description="In bytes.")
    digest: str = Field(description="SHA-256 of the content.")
    case: str | None
    task: str | None
    account: str | None
    uploaded_by: str
    uploaded: Moment
    medical: bool


def incident_view(row: Incident, *, zone: ZoneInfo) -> IncidentView:
    """The incident as it is shown."""
    return IncidentView(
        id=row.id,
        case=row.case_id,
        step=row.step_no,
        effect=row.effect_no,
        action=row.action,
        code=row.code,
        sentence=again(row.sentence, row.said),
        remedy=remedy(row.code),
        attempts=row.attempts,
        opened=row.opened_at.astimezone(zone),
        settled=local(row.settled_at, zone),
        settled_by=row.settled_by,
        settled_how=None if row.settled_how is None else "skipped" if row.settled_how == "skipped" else "retried",
        reason=row.reason,
    )


def definition_fields(row: DefinitionVersion, *, zone: ZoneInfo) -> dict[str, Any]:
    """What every view of a definition's version has."""
    return {
        "case": row.definition,
        "version": row.version,
        "title": row.title,
        "digest": row.digest,
        "published_by": row.published_by,
        "published": row.published_at.astimezone(zone),
        "effective": row.effective_from.astimezone(zone),
        "approved_by": row.approved_by,
        "note": row.note,
    }


def finding_view(problem: Problem) -> FindingView:
    """The finding as it is shown."""
    return FindingView(
        file=problem.file,
        line=problem.line,
        column=problem.column,
        code=problem.code,
        severity=problem.severity,
        message=problem.message,
        story=list(problem.story),
    )


def file_view(row: File, *, zone: ZoneInfo) -> FileView:
    """The file as it is shown."""
    return FileView(
        id=row.id,
        kind=row.kind,
        name=row.name,
        content_type=row.content_type,
        size=row.size,
        digest=row.digest,
        case=row.case_id,
        task=row.task_id,
        account=row.account_id,
        uploaded_by=row.uploaded_by,
        uploaded=row.uploaded_at.astimezone(zone),
        medical=row.medical,
    )
