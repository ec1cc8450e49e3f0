"""Notes as they are shown."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.views.shown import Moment, Said, Shown
from definitions.language.sentences import again
from store.tables.cases import Note


class NoteView(Shown):
    """What somebody wrote on a case or a task."""

    id: str
    case: str | None
    task: str | None
    by: str
    at: Moment
    text: Said


def note_view(note: Note, *, zone: ZoneInfo) -> NoteView:
    """The note as it is shown."""
    return NoteView(
        id=note.id,
        case=note.case_id,
        task=note.task_id,
        by=note.by,
        at=note.at.astimezone(zone),
        text=again(note.text, note.said),
    )
