"""The routers of the pages."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages import (
    accounts,
    applicants,
    audit,
    cases,
    files,
    locking,
    passing,
    preferences,
    problem,
    queue,
    signing_in,
    tasks,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    accounts.router,
    applicants.router,
    audit.router,
    cases.router,
    files.router,
    locking.router,
    passing.router,
    preferences.router,
    problem.router,
    queue.router,
    signing_in.router,
    tasks.router,
)
