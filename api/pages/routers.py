"""The routers of the pages."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages import (
    accounts,
    applicants,
    audit,
    cases,
    desk,
    files,
    lists,
    locking,
    passing,
    preferences,
    problem,
    releases,
    searching,
    signing_in,
    tasks,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    accounts.router,
    applicants.router,
    audit.router,
    cases.router,
    desk.router,
    files.router,
    locking.router,
    lists.router,
    passing.router,
    preferences.router,
    problem.router,
    searching.router,
    releases.router,
    signing_in.router,
    tasks.router,
)
