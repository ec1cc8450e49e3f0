"""Definitions of cases, and their versions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import Field

from api.acts import publishing
from api.examining import examine
from api.library import content, current, published
from api.problems import NotFound
from api.rest.asking import Asked, answer
from api.rest.bodies import Body
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.bench import ProposalView
from api.views.books import DefinitionDetail, DefinitionView, FindingView, definition_fields, finding_view
from api.views.openings import opening_schema
from api.views.shown import Page, Shown
from definitions.language.compiled import from_bytes
from definitions.language.expand import expand
from definitions.language.pictures import svg
from definitions.language.sentences import say
from store.queries.bench import published_versions
from store.records import versions_of

router = APIRouter(prefix="/api/definitions", tags=["definitions"])

CaseType = Annotated[str, Path(max_length=120, description="The case type's name.", examples=["high-consumption"])]
Version = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="Which version; the one that new cases take without it.")
]


class Source(Body):
    """A definition's text."""

    source: str = Field(
        min_length=1, max_length=500_000, description="YAML.", examples=["case: complaint\ntitle: Complaint"]
    )


class NewVersion(Source):
    """A definition's text, and what is new in it."""

    note: str = Field("", max_length=500, examples=["Answers within ten days."])


class Findings(Shown):
    """What a check found."""

    sound: bool = Field(description="Whether it can be published.")
    findings: list[FindingView]


@router.get("", operation_id="list_definitions", response_model=Page[DefinitionView], responses=READ)
def list_definitions(office: Office, person: SignedIn) -> Page[DefinitionView]:
    """Lists the definitions that new cases take now."""
    with office.store.reading() as session:
        rows = published_versions(session)
    newest: dict[str, Any] = {}
    for row in rows:
        if row.effective_from <= office.now():
            newest.setdefault(row.definition, row)
    return Page(items=[DefinitionView(**definition_fields(row, zone=office.zone)) for row in newest.values()])


@router.post("/check", operation_id="check_definition", response_model=Findings, responses=READ)
def check_definition(office: Office, person: SignedIn, body: Source) -> Findings:
    """Checks a definition's text. A POST for its length; it changes nothing and needs no key."""
    found = examine(office.definitions, body.source)
    return Findings(
        sound=all(problem.severity != "error" for problem in found), findings=[finding_view(each) for each in found]
    )


@router.post(
    "",
    operation_id="publish_definition",
    status_code=201,
    response_model=DefinitionView,
    responses=WRITE | {202: {"model": ProposalView, "description": "Proposed: a second person has to agree."}},
)
def publish_definition(office: Office, ask: Asked, body: NewVersion) -> Response:
    """Publishes a definition as the next version; open cases keep theirs.

    Where the district has `publish-persons: "2"`, it is proposed instead (202), and a second person approves it."""
    return answer(publishing.publish(office, ask, body.source, note=body.note))


@router.get("/{case}", operation_id="read_definition", response_model=DefinitionDetail, responses=READ)
def read_definition(office: Office, person: SignedIn, case: CaseType, version: Version = None) -> DefinitionDetail:
    """Reads a version of a definition: its text, and what opens such a case."""
    with office.store.reading() as session:
        versions = versions_of(session, case)
        if version is None:
            version = current(session, case, office.now()).version
        row = next((each for each in versions if each.version == version), None)
        if row is None:
            raise NotFound(
                say("Version %(version)s of %(case)s was never published.", version=version, case=repr(case))
            )
        compiled = from_bytes(content(session, case, version))
    return DefinitionDetail(
        **definition_fields(row, zone=office.zone),
        source=row.source,
        versions=[each.version for each in versions],
        opening=opening_schema(compiled.definition),
    )


@router.get(
    "/{case}/diagram.svg",
    operation_id="draw_definition",
    response_class=Response,
    responses=READ | {200: {"description": "The state machine as a picture.", "content": {"image/svg+xml": {}}}},
)
def draw_definition(office: Office, person: SignedIn, case: CaseType, version: Version = None) -> Response:
    """Draws a version of a definition's state machine."""
    with office.store.reading() as session:
        number = version if version is not None else current(session, case, office.now()).version
        definition = published(session, case, number).definition
    return Response(svg(expand(definition)), media_type="image/svg+xml")
