"""What went wrong, as a page; and what each kind of problem means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.pages import locking
from api.pages.frame import page, trouble_of
from api.pages.urls import urls
from api.problems import NotFound, NotSignedIn, Problem, SessionLocked, by_code, kinds
from api.texts import _, said
from definitions.language.sentences import say

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class ProblemPage:
    """One problem, or one kind of problem."""

    title: str
    sentence: str
    explained: str
    code: str
    status: int
    fields: Mapping[str, str] = field(default_factory=dict)  #: what is wrong with each that was given


@dataclass(frozen=True, kw_only=True)
class ProblemsPage:
    """All kinds of problems."""

    kinds: list[ProblemPage]


@router.get("/problems")
def all_kinds(request: Request) -> Response:
    """Lists every kind of problem."""
    return page(request, "frame/problems.html", ProblemsPage(kinds=[_kind(kind) for kind in kinds()]), person=None)


@router.get("/problems/{code}")
def one_kind(request: Request, code: str) -> Response:
    """Explains a kind of problem."""
    kind = by_code(code)
    if kind is None:
        raise NotFound(say("No problem is called %(code)s. /problems lists them all.", code=repr(code[:60])))
    return page(request, "frame/problem.html", _kind(kind), person=None)


async def shown(request: Request, problem: Problem) -> Response:
    """The problem as a page; who is not signed in is asked to, and who was away for their password."""
    if isinstance(problem, SessionLocked):
        return await locking.asked(request, problem)
    if isinstance(problem, NotSignedIn) and request.method == "GET":
        return RedirectResponse(f"{urls.sign_in}?{urlencode({'then': request.url.path})}", status_code=303)
    content = ProblemPage(
        title=_(problem.title),
        sentence=said(problem.sentence),
        explained=_(problem.explained),
        code=problem.code,
        status=problem.status,
        fields=trouble_of(problem).fields,
    )
    response: Response = page(
        request, "frame/problem.html", content, person=getattr(request.state, "person", None), status=problem.status
    )
    response.headers.update(problem.headers)
    return response


def _kind(kind: type[Problem]) -> ProblemPage:
    return ProblemPage(
        title=_(kind.title), sentence=_(kind.explained), explained="", code=kind.code, status=kind.status
    )
