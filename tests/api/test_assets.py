"""Styles and scripts: kept for good under addresses that change with them, packed, and light."""

from __future__ import annotations

import gzip
import re

from headgate import assets
from tests.api.office import PASSWORD, Office

MOST = 150_000  #: bytes of a first visit, packed


async def test_an_asset_is_kept_for_good_under_its_own_address_and_not_under_another(office: Office) -> None:
    page = await office.http.get("/sign-in")
    address = re.search(r'href="(/static/[0-9a-f]{12}/css/base\.css)"', page.text)
    assert address is not None
    own = await office.http.get(address[1])
    assert own.headers["cache-control"] == "public, max-age=31536000, immutable"
    old = await office.http.get("/static/000000000000/css/base.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    assert (await office.http.get("/static/000000000000/../app.py")).status_code == 404


async def test_pages_and_assets_travel_packed_and_a_first_visit_weighs_little(office: Office) -> None:
    assets.put_in_place()
    await office.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
    for _ in range(50):
        office.task()
    page = await office.http.get("/")
    assert page.headers["content-encoding"] == "gzip"
    assert "no-store" in page.headers["cache-control"]
    weight = len(gzip.compress(page.content))
    scripts = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    modules = [f"{scripts[0].split('/css/')[0]}/js/{name}.js" for name in ("drafts", "keys", "live", "lock")]
    for address in [*scripts, *modules]:
        answer = await office.http.get(address)
        assert answer.status_code == 200, address
        weight += len(gzip.compress(answer.content))
    assert weight < MOST


async def test_a_form_s_token_differs_on_each_page_and_holds_for_its_session_alone(office: Office) -> None:
    await office.http.post("/sign-in", data={"name": "rep", "password": PASSWORD})
    pages = [await office.http.get("/") for _ in range(2)]
    tokens = [re.search(r'name="form-token" value="([^"]+)"', page.text) for page in pages]
    assert None not in tokens
    first, second = (found[1] for found in tokens if found)
    assert first != second
    for token, status in ((first, 200), (second, 200), (first[:-1] + "x", 403), ("", 403)):
        data = {"form-token": token, "key": "k", "words": "a-1"}
        assert (await office.http.post("/search", data=data)).status_code == status
