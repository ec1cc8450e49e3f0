"""The routers of the pages."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.pages import (
    accounts,
    applicants,
    audit,
    bench,
    case_acts,
    cases,
    desk,
    drafts,
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
    proposals,
    refund_runs,
    rehearsals,
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
    bench.router,
    cases.router,
    desk.router,
    drafts.router,
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
    proposals.router,
    rehearsals.router,
    signing_in.router,
    tasks.router,
)
