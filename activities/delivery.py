"""Messages on their way to cases: to one, or to an account and whatever cases it has. What arrives is never nothing.

In this order: the account's open cases that wait for it; definitions that such an event opens; a closed case that it reopens;
else, unless it may go by unseen (a payment on an account without a case), a new case of the type that collects what nobody
waited for.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from activities.openings import NotPublishedError, opening, reopening
from activities.published import in_effect
from activities.world import World
from definitions.language.compiled import from_bytes
from definitions.language.sentences import say
from store.queries.holds import hold_version, open_cases_of_account, standing_holds
from store.tables.cases import CaseRow
from store.tables.definitions import DefinitionVersion
from store.tables.utility import Account
from workflows import client
from workflows.machine.errors import Refused
from workflows.machine.events import HoldsChanged, Message, Reopened
from workflows.messages import Act, Key, Taken

COLLECTS = "unmatched-message"  #: the case type of what nobody waited for


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """Where a message went."""

    taken: tuple[Taken, ...] = ()  #: by open cases
    opened: tuple[str, ...] = ()  #: cases that it opened
    reopened: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)  #: cases, or case types, that did not take it → why


async def to_case(
    world: World, case: str, event: Message, *, name: str, at: datetime, quiet: bool = False
) -> Delivered:
    """Where a message to one case went; one that the case does not wait for goes to its account."""
    try:
        return Delivered(taken=(await client.act(world.client, case, _act(event, name, case, at)),))
    except Refused as refused:
        with world.store.reading() as session:
            row = session.get(CaseRow, case)
        if row is None or quiet:
            return Delivered(refused={case: refused.sentence})
        if row.status == "closed":
            return await _nobody_waits(world, row.account_id, event, name=name, at=at, quiet=quiet, refused={})
        raise


async def to_account(
    world: World, account: str, event: Message, *, name: str, at: datetime, quiet: bool = False
) -> Delivered:
    """Where a message to an account went. `quiet`: it may go by unseen when no case waits for it."""
    with world.store.reading() as session:
        cases = open_cases_of_account(session, account)
    found = await asyncio.gather(*(_try(world, case, _act(event, name, case, at)) for case in cases))
    taken = tuple(each for each in found if isinstance(each, Taken))
    refused = {case: each for case, each in zip(cases, found, strict=True) if isinstance(each, str)}
    if taken:
        return Delivered(taken=taken, refused=refused)
    return await _nobody_waits(world, account, event, name=name, at=at, quiet=quiet, refused=refused)


async def tell_holds(world: World, account: str) -> None:
    """Lets the account's open cases take down its holds as they are now. What fails here is told again by the worker."""
    with world.store.reading() as session:
        version = hold_version(session, account)
        holds = {hold.kind: hold.since.isoformat() for hold in standing_holds(session, account)}
        cases = open_cases_of_account(session, account)
    at = world.now()
    event = HoldsChanged(holds=holds, version=version)
    await asyncio.gather(*(_try(world, case, Act(event=event, name=f"holds {version}", at=at)) for case in cases))


async def _nobody_waits(
    world: World,
    account: str | None,
    event: Message,
    *,
    name: str,
    at: datetime,
    quiet: bool,
    refused: Mapping[str, str],
) -> Delivered:
    with world.store.reading() as session:
        opens = [definition for definition, events in opens_on(session, at).items() if event.name in events]
        closed = _reopened_by(session, account, event.name) if account and not opens else None
    if opens and account:
        opened: list[str] = []
        for definition in opens:
            try:
                opened.append(await _open(world, definition, account, event, name, at))
            except Refused as no:
                refused = {**refused, definition: no.sentence}
        if opened:
            return Delivered(opened=tuple(opened), refused=refused)
    if closed is not None:
        try:
            await _reopen(world, closed, event, name, at)
        except Refused as no:
            refused = {**refused, closed.id: no.sentence}
        else:
            return Delivered(reopened=(closed.id,), refused=refused)
    if quiet or account is None:
        return Delivered(refused=refused)
    return Delivered(opened=(await _open(world, COLLECTS, account, event, name, at),), refused=refused)


async def _open(world: World, definition: str, account: str, event: Message, name: str, at: datetime) -> str:
    """The id of the case that the event opens: the same name opens the same one."""
    case = client.case_id_for(f"{account} {definition}", name)
    with world.store.reading() as session:
        data = opening_data(session, definition, account, event, at)
        start, content = opening(session, definition, case=case, data=data, by=event.by, at=at)
    await client.open_case(world.client, start, content, task_queue=world.task_queue)
    return case


async def _reopen(world: World, row: CaseRow, event: Message, name: str, at: datetime) -> None:
    with world.store.reading() as session:
        closed, start, content = reopening(session, row.snapshot, by=event.by)
    act = Act(event=Reopened(reason=event.name, by=event.by), name=f"reopen {name}", at=at)
    await client.reopen_case(world.client, closed, start, content, act, task_queue=world.task_queue)
    await _try(world, row.id, _act(event, name, row.id, at))


async def _try(world: World, case: str, act: Act) -> Taken | str:
    try:
        return await client.act(world.client, case, act)
    except Refused as refused:
        return refused.sentence


def _act(event: Message, name: str, case: str, at: datetime) -> Act:
    digest = hashlib.sha256(name.encode()).hexdigest()
    key = Key(person=event.by, key=f"{case} {digest[:40]}", digest=digest)
    return Act(event=event, name=name, at=at, key=key)


def opens_on(session: Session, at: datetime) -> dict[str, tuple[str, ...]]:
    """Case types in effect → the account events that open one."""
    return {found.definition.case: found.definition.opens_on for found in in_effect(session, at)}


def _reopened_by(session: Session, account: str, event: str) -> CaseRow | None:
    """The case of the account that closed last, when such an event reopens it."""
    query = (
        select(CaseRow)
        .where(col(CaseRow.account_id) == account, col(CaseRow.status) == "closed")
        .order_by(col(CaseRow.closed_at).desc())
    )
    row: CaseRow
    for row in session.execute(query).scalars():
        version = session.get(DefinitionVersion, (row.definition, row.version))
        reopen = from_bytes(version.compiled).definition.reopen if version is not None else None
        if reopen is not None and event in reopen.on:
            return row
    return None


def opening_data(session: Session, definition: str, account: str, event: Message, at: datetime) -> dict[str, Any]:
    """What the event gives to the fields of the case that it opens: its account, and data of the same names."""
    found = next((each for each in in_effect(session, at) if each.definition.case == definition), None)
    if found is None:
        raise NotPublishedError(
            say('no definition of cases called "%(definition)s" is published', definition=definition)
        )
    fields = found.definition.data
    data = {name: value for name, value in event.data.items() if name in fields}
    for name, declared in fields.items():
        if declared.type == "account" and not declared.many:
            data[name] = account_value(session, account)
    if "event" in fields:
        data["event"] = event.name
    return data


def account_value(session: Session, account: str) -> dict[str, Any]:
    """An account as a case holds it: what letters and guards look at, and nothing about the person."""
    row = session.get_one(Account, account)
    return {
        "id": row.id,
        "class": row.account_class,
        "language": row.language,
        "since": row.since.isoformat(),
        "confidential": row.confidential,
    }
