"""Signing in at an identity provider of the district's own: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636).

Headgate takes one thing from it: who somebody is. What they may do is Headgate's own, and whoever is no user here stays out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from definitions.language.sentences import say

SCOPES: Final = "openid profile email"
#: Signatures that are believed: only those whose key nobody but the provider has.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY: Final = 60  #: seconds that the two clocks may differ
PATIENCE: Final = 5.0  #: seconds for an answer of the provider
KNOWN_FOR: Final = 3600.0  #: seconds that its addresses and keys are kept
KEYS_AGAIN_AFTER: Final = 60.0  #: seconds before an unknown key has them fetched again


class OpenIdError(Exception):
    """The provider did not answer, or its answer is not to be trusted; the sentence names no one."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A sign-in that has begun: what the browser keeps until it comes back."""

    state: str
    nonce: str
    verifier: str
    then: str  #: the page that was asked for
    again: bool  #: whether it unlocks the session that the browser has

    def to_cookie(self) -> str:
        """As a cookie keeps it."""
        said = json.dumps([self.state, self.nonce, self.verifier, self.then, self.again])
        return base64.urlsafe_b64encode(said.encode()).decode()

    @classmethod
    def from_cookie(cls, text: str) -> Begun | None:
        """What a cookie keeps; None for anything else."""
        try:
            state, nonce, verifier, then, again = json.loads(base64.urlsafe_b64decode(text))
        except ValueError:
            return None
        return cls(state=str(state), nonce=str(nonce), verifier=str(verifier), then=str(then), again=again is True)


def begun(then: str, *, again: bool) -> Begun:
    """A new sign-in."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Begun(state=state, nonce=nonce, verifier=verifier, then=then, again=again)


@dataclass(kw_only=True)
class OpenIdProvider:
    """The provider: its settings, and what it says of itself."""

    issuer: str
    client_id: str
    client_secret: str | None
    claim: str  #: the claim that is the user's short name, or `email` for the address that is kept of them
    title: str  #: what the link on the sign-in page says
    _found: tuple[float, Mapping[str, Any]] | None = None
    _keys: tuple[float, jwt.PyJWKSet] | None = None
    _lock: Lock = field(default_factory=Lock)

    def leads_to(self, sign_in: Begun, redirect_uri: str) -> str:
        """The provider's address that asks the person."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sign_in.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if sign_in.again:
            asked["prompt"] = "login"  # a session that is left alone at the provider too proves nobody is there
        address = self._said("authorization_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    def who(self, sign_in: Begun, answer: Mapping[str, str], redirect_uri: str) -> str:
        """The value of the claim, of whoever came back with this answer; OpenIdError when it is not to be trusted."""
        if not hmac.compare_digest(answer.get("state", "").encode(), sign_in.state.encode()):
            raise OpenIdError(say("the answer belongs to another sign-in"))
        if answer.get("iss", self.issuer) != self.issuer:
            raise OpenIdError(say("another provider answered"))  # RFC 9207
        if "error" in answer or "code" not in answer:
            raise OpenIdError(say("the provider let nobody in"))
        tokens = self._redeemed(answer["code"], sign_in.verifier, redirect_uri)
        claims = self._verified(str(tokens.get("id_token", "")), sign_in.nonce)
        if self.claim not in claims and "userinfo_endpoint" in self._document():
            claims |= self._userinfo(str(tokens.get("access_token", "")), claims["sub"])
        value = claims.get(self.claim)
        if not isinstance(value, str) or not value:
            raise OpenIdError(say("the provider says no %(claim)s", claim=self.claim))
        if self.claim == "email" and claims.get("email_verified") is not True:
            raise OpenIdError(say("the provider has not verified the address"))
        return value

    def _redeemed(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        ways = self._document().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        basic = None
        if self.client_secret is None:
            form["client_id"] = self.client_id
        elif "client_secret_basic" in ways:
            basic = httpx.BasicAuth(self.client_id, self.client_secret)
        else:
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        return _answered("POST", self._said("token_endpoint"), data=form, auth=basic)

    def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(id_token)
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key(header.get("kid")),
                algorithms=ALGORITHMS,
                audience=self.client_id,
                issuer=self.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise OpenIdError(say("the ID token does not hold: %(name)s", name=type(error).__name__)) from None
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OpenIdError(say("the ID token was made for another sign-in"))
        if claims.get("azp", self.client_id) != self.client_id:
            raise OpenIdError(say("the ID token was made for another client"))
        return claims

    def _userinfo(self, access_token: str, sub: str) -> Mapping[str, Any]:
        said = _answered("GET", self._said("userinfo_endpoint"), headers={"Authorization": f"Bearer {access_token}"})
        if said.get("sub") != sub:
            raise OpenIdError(say("the provider says whose token it is in two ways"))
        return said

    def _key(self, kid: str | None) -> jwt.PyJWK:
        """The provider's key of this id; they are fetched again when it is a new one."""
        with self._lock:
            now = time.monotonic()
            if self._keys is None or now - self._keys[0] > KNOWN_FOR or self._is_new(kid, now):
                said = _answered("GET", self._said("jwks_uri"))
                self._keys = now, jwt.PyJWKSet.from_dict(dict(said))
            keys = self._keys[1].keys
        if kid is None and len(keys) == 1:
            return keys[0]
        found = next((key for key in keys if key.key_id == kid), None)
        if found is None:
            raise OpenIdError(say("the ID token is signed by a key that the provider does not publish"))
        return found

    def _is_new(self, kid: str | None, now: float) -> bool:
        assert self._keys is not None
        known = {key.key_id for key in self._keys[1].keys}
        return kid is not None and kid not in known and now - self._keys[0] > KEYS_AGAIN_AFTER

    def _document(self) -> Mapping[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0)."""
        now = time.monotonic()
        if self._found is None or now - self._found[0] > KNOWN_FOR:
            said = _answered("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if said.get("issuer") != self.issuer:
                raise OpenIdError(say("the provider calls itself by another name than the settings do"))
            self._found = now, said
        return self._found[1]

    def _said(self, name: str) -> str:
        address = self._document().get(name)
        if not isinstance(address, str):
            raise OpenIdError(say("the provider names no %(name)s", name=name))
        return address


def _answered(method: str, address: str, **sent: Any) -> Mapping[str, Any]:
    """The JSON object at an address of the provider, which nobody between can read or change."""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise OpenIdError(say("the provider is reached by https"))
    try:
        answer = httpx.request(method, address, timeout=PATIENCE, **sent)
        answer.raise_for_status()
        said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        # The type alone: an address of it carries codes, an answer personal data.
        raise OpenIdError(
            say("the provider did not answer as it should: %(name)s", name=type(error).__name__)
        ) from None
    if not isinstance(said, dict):
        raise OpenIdError(say("the provider did not answer with an object"))
    return said
