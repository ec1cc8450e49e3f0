"""What is said when something cannot be done, as RFC 9457 problem details.

Problem
├── BadRequest           400  the request cannot be read
│   └── KeyMissing       400  a write came without an Idempotency-Key
├── NotSignedIn          401  nobody is signed in, or not any more
│   └── SessionLocked    401  the session was left alone for too long
├── NotPermitted         403  this person may not do this
│   ├── Confidential     403  the account is confidential
│   └── FormExpired      403  the form does not belong to this session
├── NotFound             404  there is no such thing, or not for this person
├── MethodNotAllowed     405  the address does not take this method
├── Conflict             409  the thing is not in the state that the act needs
│   ├── UnknownHere      409  no such task, outcome or event in the case's state
│   ├── CaseClosed       409  the case is closed
│   ├── AlreadyClaimed   409  somebody else has the task
│   ├── AlreadyOpen      409  such a case is open already
│   ├── Barred           409  a law, a hold or a district rule bars it
│   └── NoIncident       409  no such effect waits for a decision
├── Changed              412  somebody changed it since it was read
├── TooLarge             413  the upload or the body is too large
├── WrongType            415  the body's type is not taken here
├── Invalid              422  a field is missing or wrong
│   ├── BadForm          422  the form is incomplete or wrong
│   ├── DoubtfulRead     422  a read is to be looked at twice
│   └── KeyReused        422  the same key came with a different request
├── VersionNeeded        428  If-Match is missing
├── TooManyRequests      429  a token or session sent too many requests
│   └── TooManyTries     429  too many failed sign-ins
├── Broken               500  the server failed
└── NotReady             503  a part behind is not there
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class ProblemDetails(BaseModel):
    """A problem as programs read it (RFC 9457)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/already-claimed",
                    "title": "Somebody else has the task",
                    "status": 409,
                    "detail": "rep2 claimed this task at 10:42. Ask rep2 to release it, or take the next one.",
                    "code": "already-claimed",
                }
            ]
        },
    )

    type: str = Field(description="Where the problem is explained, relative to this server.")
    title: str = Field(description="What kind of problem it is.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was wrong, why, and what is possible now.")
    code: str = Field(description="The stable code, the last part of `type`.")
    fields: dict[str, str] | None = Field(None, description="For each wrong field, what would be right.")


class Problem(Exception):
    """Something that cannot be done: the class says what kind, the sentence says what, why, and what is possible now."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "problem"
    title: ClassVar[str] = "It did not work"
    explained: ClassVar[str] = "Something did not work."

    def __init__(
        self,
        sentence: str,
        *,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = dict(fields) if fields else None
        self.headers = dict(headers or {})
        self.facts = facts

    def details(self) -> dict[str, Any]:
        """The problem as the body of an `application/problem+json` answer."""
        details: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.sentence,
            "code": self.code,
        }
        if self.fields:
            details["fields"] = self.fields
        return {**{name: fact for name, fact in self.facts.items() if fact is not None}, **details}


class BadRequest(Problem):
    """The request cannot be read."""

    status = 400
    code = "bad-request"
    title = "The request cannot be read"
    explained = (
        "The request is not well formed: a header, a cursor or the body cannot be read. The detail names the part."
    )


class KeyMissing(BadRequest):
    """A write came without an Idempotency-Key."""

    code = "idempotency-key-missing"
    title = "The request needs an Idempotency-Key"
    explained = (
        "Every write carries a header Idempotency-Key: 1 to 128 characters that the sender chooses, a new one for each act. "
        "If the answer is lost, send the same request with the same key: it is done once, and the first answer comes back."
    )


class NotSignedIn(Problem):
    """Nobody is signed in, or not any more."""

    status = 401
    code = "not-signed-in"
    title = "Nobody is signed in"
    explained = (
        "The request has no valid bearer token or session, or it has expired or was revoked. "
        "Sign in again; for scripts, `headgate token USER` prints a token."
    )


class SessionLocked(NotSignedIn):
    """The session was left alone for too long: its person has to give the password again."""

    code = "session-locked"
    title = "The session is locked"
    explained = (
        "A browser session that nobody uses for some time is locked, so that nobody else goes on in it. The password opens it "
        "again, where it was."
    )


class NotPermitted(Problem):
    """This person may not do this."""

    status = 403
    code = "not-allowed"
    title = "This person may not do this"
    explained = (
        "A role, an approval limit or the separation of duties does not let this person do it. "
        "The detail names the rule, and who may."
    )


class Confidential(NotPermitted):
    """The account is confidential."""

    code = "confidential"
    title = "The account is confidential"
    explained = "Confidential accounts are open only to people with that right, and each view of one is recorded."


class FormExpired(NotPermitted):
    """The form does not belong to this session."""

    code = "form-expired"
    title = "The form does not belong to this session"
    explained = (
        "The form was made before you signed in, or for somebody else. Open the page again and send it once more."
    )


class NotFound(Problem):
    """There is no such thing, or not for this person."""

    status = 404
    code = "not-found"
    title = "There is no such thing"
    explained = "Nothing has this id or address. Ids are given back by the calls that list or make things."


class MethodNotAllowed(Problem):
    """The address does not take this method."""

    status = 405
    code = "method-not-allowed"
    title = "The address does not take this method"
    explained = "The address exists, but not for this HTTP method. The header Allow lists the methods that it takes."


class Conflict(Problem):
    """The thing is not in the state that the act needs."""

    status = 409
    code = "conflict"
    title = "It is not in the state that this needs"
    explained = "What the act is about has moved on, or is not yet there. The detail says where it stands."


class UnknownHere(Conflict):
    """No such task, outcome or event in the case's state."""

    code = "unknown-here"
    title = "The case does not take this now"
    explained = "The case's present state has no such task, outcome or event. Read the case to see what it takes."


class CaseClosed(Conflict):
    """The case is closed."""

    code = "case-closed"
    title = "The case is closed"
    explained = "A closed case changes only by being reopened, if its definition allows that."


class AlreadyClaimed(Conflict):
    """Somebody else has the task."""

    code = "already-claimed"
    title = "Somebody else has the task"
    explained = (
        "One person has a task at a time. The detail says who has it; that person can release it, or a supervisor."
    )


class AlreadyOpen(Conflict):
    """Such a case is open already."""

    code = "already-open"
    title = "Such a case is open already"
    explained = "The definition allows one open case of its kind for the same thing. The problem names the open case."


class Barred(Conflict):
    """A law, a hold or a district rule bars it."""

    code = "barred"
    title = "A law, a hold or a rule bars this"
    explained = (
        "The detail names the rule and its source and, where there is one, the earliest day on which it is possible."
    )


class NotMigrated(Conflict):
    """The other version has no place for the case as it stands."""

    code = "not-migrated"
    title = "The case has no place in the other version"
    explained = (
        "A state, an open task or a value has no counterpart in the version that the case was to come over to. The detail "
        "says which; give it one in the definition's `migration` or in a mapping of your own."
    )


class CheckNeeded(Conflict):
    """The order is closed only after a fresh check at the curb."""

    code = "check-needed"
    title = "The order needs a fresh check at the curb"
    explained = (
        "Before a crew acts it asks whether there is still a reason: POST /api/tasks/{id}/check. The answer is good for a few "
        "minutes, and only if nothing stands against the order."
    )


class NoIncident(Conflict):
    """No such effect waits for a decision."""

    code = "no-incident"
    title = "Nothing waits for this decision"
    explained = "The effect has been carried out, retried or skipped meanwhile. The case shows what became of it."


class Changed(Problem):
    """Somebody changed it since it was read."""

    status = 412
    code = "changed"
    title = "Somebody changed it since it was read"
    explained = (
        "If-Match names a version that is no longer the present one. Read it again, and send the change once more."
    )


class TooLarge(Problem):
    """The upload or the body is too large."""

    status = 413
    code = "too-large"
    title = "The upload is too large"
    explained = "Files may have up to 20 MB. Photographs can be made smaller before they are sent."


class WrongType(Problem):
    """The body's type is not taken here."""

    status = 415
    code = "wrong-type"
    title = "This type is not taken here"
    explained = "Bodies are JSON (Content-Type: application/json); uploads are JPEG, PNG, PDF or plain text."


class Invalid(Problem):
    """A field is missing or wrong."""

    status = 422
    code = "invalid"
    title = "A field is missing or wrong"
    explained = (
        "One or more fields of the request are missing or have a wrong value; `fields` says which, and what is right."
    )


class BadForm(Invalid):
    """The form is incomplete or wrong."""

    code = "bad-form"
    title = "The form is incomplete or wrong"
    explained = (
        "A field that the definition asks for is missing or wrong; `fields` says which, and what would be right."
    )


class DoubtfulRead(Invalid):
    """A read is to be looked at twice."""

    code = "doubtful-read"
    title = "A read is to be looked at twice"
    explained = (
        "The read is below the meter's last one, or far above what is usual there. It may be right: the crew reads the "
        "register once more, or photographs it, and sends that along. `fields` says which read, and why."
    )


class KeyReused(Invalid):
    """The same key came with a different request."""

    code = "key-reused"
    title = "The key was used for a different request"
    explained = "An Idempotency-Key stands for one request. Choose a new one for a new act."


class VersionNeeded(Problem):
    """If-Match is missing."""

    status = 428
    code = "version-needed"
    title = "The request needs If-Match"
    explained = "Two people can change this at once. Send the ETag of what you read in the header If-Match."


class TooManyRequests(Problem):
    """A token or session sent more than it may."""

    status = 429
    code = "too-many-requests"
    title = "Too many requests"
    explained = (
        "A token or session may send so many requests a minute. "
        "The header Retry-After says in how many seconds it goes on."
    )


class TooManyTries(TooManyRequests):
    """Too many failed sign-ins."""

    code = "too-many-tries"
    title = "Too many failed sign-ins"
    explained = (
        "After several wrong passwords each further try has to wait. The header Retry-After says how many seconds."
    )


class Broken(Problem):
    """The server failed."""

    code = "broken"
    title = "The server failed"
    explained = (
        "The fault is the server's and has been recorded. With the same Idempotency-Key it is safe to try again."
    )


class NotReady(Problem):
    """A part behind is not there."""

    status = 503
    code = "not-ready"
    title = "A part behind is not there"
    explained = (
        "The case engine or the database does not answer. With the same Idempotency-Key it is safe to try again."
    )


def kinds() -> Iterator[type[Problem]]:
    """Every kind of problem, the most general first."""
    waiting: list[type[Problem]] = list(Problem.__subclasses__())
    while waiting:
        kind = waiting.pop(0)
        yield kind
        waiting.extend(kind.__subclasses__())


def by_code(code: str) -> type[Problem] | None:
    """The kind of problem with this code."""
    return next((kind for kind in kinds() if kind.code == code), None)


def by_status(status: int) -> type[Problem]:
    """The most general kind with this HTTP status; `BadRequest` for other 4xx, `Broken` for the rest."""
    fallback: type[Problem] = BadRequest if 400 <= status < 500 else Broken
    return next((kind for kind in kinds() if kind.status == status), fallback)
