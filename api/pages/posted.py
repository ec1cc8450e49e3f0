"""A form that was sent from a page: made for this session, done once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from api.acts.act import Ask
from api.problems import FormExpired, KeyMissing
from api.security.form_tokens import is_form_token
from api.security.people import Person
from api.security.signin import SignedIn, session_of
from api.services import Office, Services
from api.texts import _
from definitions.language.model import DataField

MOST_FILES: Final = 20  #: in one form
OWN = ("form-token", "key", "unlock-password", "unlock-then")


@dataclass(frozen=True, kw_only=True)
class Posted:
    """The fields of a form, and who asks with which key."""

    ask: Ask
    fields: Mapping[str, list[str]]
    files: Mapping[str, UploadFile]

    def text(self, name: str) -> str:
        """The first value of a field, "" when it is not there."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def number(self, name: str) -> int | None:
        """The first value of a field that a page put there, None when it is no number."""
        text = self.text(name)
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def secret(self, name: str) -> str:
        """The first value of a field as it was typed, spaces at its ends too."""
        return next(iter(self.fields.get(name, ())), "")

    def typed(self, fields: Mapping[str, DataField], prefix: str = "field.") -> dict[str, Any]:
        """The values of a definition's fields, in the shape that its check reads; what is left empty is left out."""
        values: dict[str, Any] = {}
        for name, field in fields.items():
            given = [value.strip() for value in self.fields.get(prefix + name, ()) if value.strip()]
            if field.type == "boolean":
                values[name] = bool(given)
            elif field.many and given:
                values[name] = [line for value in given for line in value.splitlines() if line.strip()]
            elif given:
                values[name] = given[0]
        return values


async def posted(request: Request, office: Office, person: SignedIn) -> AsyncIterator[Posted]:
    """The form; FormExpired when it was made for another session, KeyMissing when it carries no key.

    Its files are open until the page is answered."""
    async with request.form(max_files=MOST_FILES) as form:
        yield _posted(request, office, person, form)


def _posted(request: Request, office: Services, person: Person, form: FormData) -> Posted:
    fields: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = value
        else:
            # A browser ends the lines of a text as HTTP does; a tab behind them could not be printed.
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    token = next(iter(fields.get("form-token", ())), "")
    if not is_form_token(token, session_of(request)):
        raise FormExpired(_("This form was made for another session. Open the page again and send it once more."))
    key = next(iter(fields.get("key", ())), "")
    if not key or len(key) > 128:
        raise KeyMissing(_("The form carries no key, so that it could be done twice. Open the page again."))
    said = {name: values for name, values in fields.items() if name not in OWN}
    sent = {name: f"{file.filename} {file.size}" for name, file in files.items()}
    body = json.dumps([request.url.path, said, sent], sort_keys=True)
    ask = Ask(person=person, at=office.now(), key=key, digest=hashlib.sha256(body.encode()).hexdigest())
    return Posted(ask=ask, fields=said, files=files)


Form = Annotated[Posted, Depends(posted)]
