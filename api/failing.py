"""Puts every error into words once: problem details for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import texts
from api.acts.refused_looks import log_refused_look
from api.problems import MEDIA_TYPE, BadRequest, Broken, Invalid, KeyMissing, NotPermitted, Problem, by_code, by_status
from definitions.language.sentences import say, sentence_of, whole
from store.paging import CursorError
from workflows.machine.errors import Refused

log = logging.getLogger(__name__)

SENTENCES: Final = {
    404: say("Nothing is at this address. /openapi.json lists what is."),
    405: say("The address does not take this method; the header Allow lists those that it takes."),
    413: say("The request is larger than is taken here (20 MB)."),
    415: say("The body's type is not taken here: send JSON with Content-Type: application/json."),
}


def install(app: FastAPI) -> None:
    """Makes the application answer every error as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(CursorError, _cursor)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def problem_of(refused: Refused) -> Problem:
    """What the machine refused, as a problem with the same code, sentence and facts."""
    kind = by_code(refused.code) or Broken
    facts = {name: fact for name, fact in refused.facts.items() if name not in ("fields", "headers")}
    return kind(whole(refused.sentence), fields=refused.facts.get("fields"), **facts)


def on_the_wire(problem: Problem) -> Response:
    """The problem as an `application/problem+json` answer."""
    details = texts.told(problem.details())
    details["title"] = texts.said(problem.title)
    return JSONResponse(details, status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def invalid(errors: Sequence[Any]) -> Problem:
    """What pydantic found, with the name of each field and a sentence, without what was given."""
    fields = {".".join(str(part) for part in error["loc"][1:]) or "body": wrong_in(error) for error in errors}
    where = {str(error["loc"][0]) for error in errors if error["loc"]}
    if any("idempotency-key" in name.lower() for name in fields) and where == {"header"}:
        return KeyMissing(
            say("A write needs the header Idempotency-Key: 1 to 128 visible characters, new for each act.")
        )
    named = ", ".join(sorted(fields))
    return Invalid(
        say("Missing or wrong: %(named)s. `fields` says what is right for each.", named=named), fields=fields
    )


def wrong_in(error: Mapping[str, Any]) -> str:
    """What is wrong with a field, in words of our own where it is an everyday mistake, else in pydantic's."""
    given = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return say("is needed")
        case "string_too_short":
            return say("is empty") if given.get("min_length") == 1 else say("is too short")
        case "too_short":
            return say("names nothing")
        case "string_too_long":
            return say("has at most %(n)s characters", n=given["max_length"])
        case "date_parsing" | "date_type" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return say("is a day, as 2026-03-09")
        case "int_parsing" | "int_type" | "int_from_float":
            return say("is a whole number")
        case "literal_error":
            return say("is one of %(known)s", known=str(given["expected"]).replace("'", "").replace(" or ", ", "))
    return str(error["msg"])


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    person = getattr(request.state, "person", None)
    if isinstance(error, NotPermitted) and person is not None and request.method == "GET":
        await run_in_threadpool(log_refused_look, request.app.state.services, person, error, request.url.path)
    return await _answered(request, error)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return await _answered(request, problem_of(error))


async def _cursor(request: Request, error: Exception) -> Response:
    return await _answered(
        request,
        BadRequest(say("%(wrong)s Begin again without one, and follow `next`.", wrong=whole(sentence_of(error)))),
    )


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await _answered(request, invalid(error.errors()))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = by_status(error.status_code)
    sentence = SENTENCES.get(error.status_code, str(error.detail))
    return await _answered(request, kind(sentence, headers=error.headers))


async def _broken(request: Request, error: Exception) -> Response:
    # The type alone: a message could hold a name or an address.
    log.error(
        "request failed",
        exc_info=error,
        extra={"method": request.method, "route": getattr(request.scope.get("route"), "path", "unknown")},
    )
    return await _answered(
        request, Broken(say("The server failed at this. It has been recorded; the same request may be sent again."))
    )


async def _answered(request: Request, problem: Problem) -> Response:
    wants_page = not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
    if wants_page:
        page: Response = await request.app.state.problem_page(request, problem)
        return page
    return on_the_wire(problem)
