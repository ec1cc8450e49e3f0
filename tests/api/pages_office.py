"""Pages of an office as a browser asks for them: with the session's cookie, and forms with its token and a fresh key."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import httpx

from api.security.form_tokens import form_token
from api.security.signin import SESSION_COOKIE
from tests.api.office import Office

_keys = itertools.count(1)


async def seen(office: Office, by: str, path: str, headers: Mapping[str, str] = MappingProxyType({})) -> httpx.Response:
    """The page as this person sees it."""
    return await office.http.get(path, headers=_headers(office, by) | dict(headers))


async def sent(office: Office, by: str, path: str, **fields: Any) -> httpx.Response:
    """The answer to a form that this person sends; names of fields are written with two underscores for a dot."""
    token = office.tokens[by]
    data = {name.replace("__", "."): value for name, value in fields.items()}
    data |= {"form-token": form_token(token), "key": f"page-{next(_keys)}"}
    return await office.http.post(path, data=data, headers=_headers(office, by))


def _headers(office: Office, by: str) -> dict[str, str]:
    return {"Cookie": f"{SESSION_COOKIE}={office.tokens[by]}", "Accept": "text/html"}
