"""What the OpenAPI document says of every answer: each problem with its status, and the headers of a repetition."""

from __future__ import annotations

from typing import Any

from api.problems import (
    MEDIA_TYPE,
    BadRequest,
    Broken,
    Changed,
    Conflict,
    Invalid,
    MethodNotAllowed,
    NotFound,
    NotPermitted,
    NotReady,
    NotSignedIn,
    Problem,
    TooLarge,
    TooManyRequests,
    VersionNeeded,
    WrongType,
)

Responses = dict[int | str, dict[str, Any]]


def problems(*kinds: type[Problem]) -> Responses:
    """The `responses` of a route for these kinds of problem."""
    return {
        kind.status: {
            "description": f"{kind.title}. {kind.explained}",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for kind in kinds
    }


READ = problems(BadRequest, NotSignedIn, NotPermitted, NotFound, Invalid, Broken, MethodNotAllowed, TooManyRequests)
WRITE = READ | problems(Conflict, WrongType, TooLarge, NotReady)
GUARDED = WRITE | problems(Changed, VersionNeeded)
