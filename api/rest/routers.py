"""The routers of the REST interface."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from api.rest import (
    accounts,
    audit,
    cases,
    codec,
    connections,
    conversations,
    crew,
    definitions,
    drafts,
    fees,
    files,
    inbox,
    incidents,
    letters,
    lists,
    migrations,
    money,
    moves,
    outages,
    overrides,
    parties,
    persons,
    proposals,
    registers,
    tasks,
    users,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    accounts.router,
    audit.router,
    cases.router,
    codec.router,
    connections.router,
    conversations.router,
    crew.router,
    definitions.router,
    drafts.router,
    fees.router,
    files.router,
    inbox.router,
    incidents.router,
    letters.router,
    lists.router,
    migrations.router,
    money.router,
    moves.router,
    outages.router,
    overrides.router,
    parties.router,
    persons.router,
    proposals.router,
    registers.router,
    tasks.router,
    users.router,
)
