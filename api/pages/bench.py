"""The author's bench: case types with their versions, one version, and two beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.acts import comparing, migrating
from api.acts.comparing import Comparison, Text
from api.acts.publishing import RIGHT
from api.pages.frame import page
from api.pages.names import Names, names_in
from api.problems import NotFound
from api.security.signin import SignedIn
from api.services import Office
from api.texts import _
from api.views.bench import ProposalView, proposal_view
from api.views.benches import CaseTypeLine, VersionLine, case_type, case_types
from api.views.rehearsals import RehearsalLine, rehearsal_line
from definitions.language.diagrams import Edge
from definitions.language.expand import expand
from definitions.language.pictures import Change, svg
from definitions.language.sentences import say
from store.queries import bench

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class BenchPage:
    """Every case type."""

    lines: Sequence[CaseTypeLine]
    waiting: Sequence[CaseTypeLine]  #: those with a proposal that waits for a second person
    may_write: bool


@dataclass(frozen=True, kw_only=True)
class CaseTypePage:
    """One case type: its versions, what was proposed, what was rehearsed."""

    line: CaseTypeLine
    proposals: Sequence[ProposalView]
    rehearsals: Sequence[RehearsalLine]
    may_write: bool
    may_migrate: bool


@dataclass(frozen=True, kw_only=True)
class VersionPage:
    """One version's text and picture."""

    line: CaseTypeLine
    version: VersionLine
    source: str
    may_write: bool


@dataclass(frozen=True, kw_only=True)
class ComparePage:
    """Two texts of a case type beside each other."""

    line: CaseTypeLine
    choices: Sequence[tuple[str, str]]  #: what can be compared: word and title
    compared: Comparison
    old_title: str
    new_title: str
    rehearsed: RehearsalLine | None  #: a rehearsal that played just these two


@router.get("/bench")
def show(request: Request, office: Office, person: SignedIn) -> Response:
    """Lists the case types."""
    with office.store.reading() as session:
        counts = office.counted.once(
            "cases by version", lambda: bench.open_cases(session), rows=lambda found: sum(found.values())
        )
        lines = case_types(session, person.id, zone=office.zone, counts=counts)
    content = BenchPage(
        lines=lines, waiting=[line for line in lines if line.proposal is not None], may_write=person.may(RIGHT)
    )
    return page(request, "bench/bench.html", content, person=person)


@router.get("/bench/cases/{case}")
def one(request: Request, office: Office, person: SignedIn, case: str) -> Response:
    """Shows a case type."""
    with office.store.reading() as session:
        line = case_type(session, case, person.id, zone=office.zone)
        proposals = [proposal_view(row, zone=office.zone) for row in bench.proposal_page(session, case).items]
        rehearsals = bench.rehearsals_of(session, case) if person.may(RIGHT) else []
    content = CaseTypePage(
        line=line,
        proposals=proposals,
        rehearsals=[rehearsal_line(row, zone=office.zone) for row in rehearsals],
        may_write=person.may(RIGHT),
        may_migrate=person.may(migrating.RIGHT),
    )
    return page(request, "bench/case_type.html", content, person=person)


@router.get("/bench/cases/{case}/versions/{number}")
def version(request: Request, office: Office, person: SignedIn, case: str, number: int) -> Response:
    """Shows a version's text and picture."""
    with office.store.reading() as session:
        line = case_type(session, case, person.id, zone=office.zone)
        found = next((each for each in line.versions if each.version.version == number), None)
        if found is None:
            raise NotFound(
                say("Version %(number)s of %(case)s was never published.", number=number, case=repr(case[:60]))
            )
        text = comparing.text_of(session, person, case, str(number))
    content = VersionPage(line=line, version=found, source=text.source, may_write=person.may(RIGHT))
    return page(request, "bench/version.html", content, person=person)


@router.get("/bench/cases/{case}/compare")
def compare(request: Request, office: Office, person: SignedIn, case: str, old: str, new: str) -> Response:
    """Shows two texts of a case type beside each other: by lines, and state by state."""
    with office.store.reading() as session:
        line = case_type(session, case, person.id, zone=office.zone)
        found = comparing.compare(session, person, case, old[:60], new[:60])
        played = bench.rehearsals_of(session, case) if person.may(RIGHT) else []
        names = names_in(session)
        titles = title_of_text(found.old, names), title_of_text(found.new, names)
        choices = choices_of(line, names)
    rehearsed = next(
        (row for row in played if row.source == found.new.source and str(row.against) == found.old.word), None
    )
    content = ComparePage(
        line=line,
        choices=choices,
        compared=found,
        old_title=titles[0],
        new_title=titles[1],
        rehearsed=rehearsal_line(rehearsed, zone=office.zone) if rehearsed is not None else None,
    )
    return page(request, "bench/compare.html", content, person=person)


@router.get("/bench/cases/{case}/compare.svg")
def compare_pictures(office: Office, person: SignedIn, case: str, old: str, new: str, side: str = "new") -> Response:
    """Draws one of the two with what differs from the other marked."""
    with office.store.reading() as session:
        found = comparing.compare(session, person, case, old[:60], new[:60])
    return Response(picture_of(found, side), media_type="image/svg+xml")


def picture_of(found: Comparison, side: str) -> str:
    """One side of a comparison as SVG; NotFound where a text cannot be read."""
    shown = found.new if side == "new" else found.old
    if shown.definition is None or found.difference is None:
        raise NotFound(say("This text cannot be drawn: it is no definition yet."))
    told = found.difference
    change: Change = "added" if side == "new" else "removed"
    states: dict[str, Change] = dict.fromkeys(told.changed, "changed")
    states |= dict.fromkeys(told.added if side == "new" else told.removed, change)
    ways: dict[Edge, Change] = dict.fromkeys(told.ways_added if side == "new" else told.ways_removed, change)
    return svg(expand(shown.definition), changes=states, way_changes=ways)


def choices_of(line: CaseTypeLine, names: Names) -> list[tuple[str, str]]:
    """What of a case type can be compared: its versions, drafts and the proposal."""
    found = [
        (str(each.version.version), _("version %(number)s", number=each.version.version)) for each in line.versions
    ]
    drafts = [*([line.own] if line.own is not None else []), *line.others]
    found += [
        (f"{comparing.DRAFT}{draft.id}", _("the draft of %(who)s", who=names.told(draft.author))) for draft in drafts
    ]
    if line.proposal is not None:
        who = names.told(line.proposal.proposed_by)
        found.append((f"{comparing.PROPOSAL}{line.proposal.id}", _("what %(who)s proposes", who=who)))
    return found


def title_of_text(text: Text, names: Names) -> str:
    """What a text is called on a page."""
    if text.kind == "version":
        return _("version %(number)s", number=text.number)
    who = names.told(text.by)
    return _("the draft of %(who)s", who=who) if text.kind == "draft" else _("what %(who)s proposes", who=who)
