"""The routers of the pages."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages import (
    accounts,
    applicants,
    audit,
    case_acts,
    cases,
    desk,
    files,
    finance,
    holding,
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
    case_acts.router,
    cases.router,
    desk.router,
    files.router,
    finance.router,
    holding.router,
    inbox.router,
    inbox_opening.router,
    letter_batches.router,
    lists.router,
    locking.router,
    memos.router,
    money.router,
    passing.router,
    preferences.router,
    problem.router,
    refund_runs.router,
    releases.router,
    searching.router,
    signing_in.router,
    tasks.router,
)
