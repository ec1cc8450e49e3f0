"""The benchmark of the pages asks for all of them."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute

from api.pages.routers import ROUTERS
from tests.benchmarks.looks import LEFT_OUT, LOOKS


def test_the_benchmark_asks_for_every_page_or_says_why_not() -> None:
    routes = [
        route
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in route.methods and route.path not in LEFT_OUT
    ]
    addresses = [re.sub(r"\{\w+\}", "x", look.path).partition("?")[0] for look in LOOKS if look.sent is None]
    asked = {next(route.path for route in routes if route.path_regex.match(address)) for address in addresses}
    assert {route.path for route in routes} - asked == set()
