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
    finance,
    inbox,
    inbox_opening,
    letter_batches,
    lists,
    locking,
    memos,
    money,
    passing,
    preferences,
    problem,
    refund_runs,
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
    finance.router,
    inbox_opening.router,
    inbox.router,
    letter_batches.router,
    locking.router,
    lists.router,
    memos.router,
    money.router,
    passing.router,
    preferences.router,
    problem.router,
    refund_runs.router,
    searching.router,
    releases.router,
    signing_in.router,
    tasks.router,
)
