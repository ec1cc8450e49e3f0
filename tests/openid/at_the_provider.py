"""Somebody's browser at the tests' OpenID provider: it follows where it is led and fills in the forms there."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import httpx


async def signed_in_there(address: str, user: str) -> httpx.URL:
    """Where the provider leads back to, once the user has signed in there and agreed."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
        for _step in range(12):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if "/sign-in/openid/back" in target:
                    return httpx.URL(target)
                answer = await browser.get(target)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form is not None, answer.text
            fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', answer.text))
            if 'name="login"' in answer.text:
                fields |= {"login": user, "password": "any"}
            answer = await browser.post(urljoin(str(answer.url), form[1]), data=fields)
    raise AssertionError("the provider led nowhere")
