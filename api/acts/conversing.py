"""Conversations with customers: how they proved who they are, and what was offered. A telephone call tells the cases.

A shut-off needs that the customer was told by letter or by telephone, and a call counts only when the written policy and the
options were both offered (Health & Safety Code 116908(a)(1)): the account's collection hears of each call and counts it itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from activities.delivery import to_account
from api.acts.accounts import viewed
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.engine import engine_answers
from api.problems import Invalid
from api.services import Services
from definitions.language.sentences import say
from store.outbox import account_event_delivered, tell_account
from store.queries.outages import outages_at
from store.tables.cases import CaseRow
from store.tables.conversations import Conversation
from workflows.machine.events import Message
from workflows.messages import HEADGATE

CALLED: Final = "telephone-contact"  #: what cases hear of a call
ENOUGH: Final = 2  #: things that match, where the district's settings have no `verify-at-least`


@dataclass(frozen=True, kw_only=True)
class Said:
    """A conversation as somebody notes it. Personal data."""

    channel: str
    spoke_with: str
    incoming: bool = True
    asked: Mapping[str, bool] = field(default_factory=dict)  #: what they were asked → whether it matched
    offered: tuple[str, ...] = ()
    told_of: str | None = None  #: the outage that they were told of
    text: str = ""
    case: str | None = None


async def note_conversation(office: Services, ask: Ask, account: str, said: Said) -> Answer:
    """The conversation's id, and whether they are verified; the answer is kept for repetitions, so it says no more."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "work")
        premise = viewed(session, ask.person, account).premise_id
        record.rule, record.case = "right work", said.case
        if said.case is not None:
            case = session.get(CaseRow, said.case)
            if case is None or case.account_id != account:
                raise Invalid(say("The account has no such case."), fields={"case": say("is a case of this account")})
        if said.offered and said.spoke_with not in ("customer", "adult"):
            raise Invalid(
                say("What was offered was offered to somebody."),
                fields={"spoke_with": say("is the customer or an adult")},
            )
        if said.told_of is not None:
            if said.spoke_with == "nobody":
                raise Invalid(say("Nobody was told of it."), fields={"spoke_with": say("is somebody who was told")})
            if said.told_of not in {each.id for each in outages_at(session, premise, ask.at)}:
                raise Invalid(
                    say("No such outage concerns this account."), fields={"told_of": say("is an outage there")}
                )
        row = Conversation(
            id=f"co-{uuid4().hex[:12]}",
            account_id=account,
            case_id=said.case,
            at=ask.at,
            by=ask.person.id,
            channel=said.channel,
            incoming=said.incoming,
            spoke_with=said.spoke_with,
            asked=dict(said.asked),
            verified=is_verified(office, said.asked),
            offered=list(said.offered),
            told_of=said.told_of,
            text=said.text,
        )
        session.add(row)
        session.flush()
        if (heard := _heard(office, said)) is not None:
            # Should this process die before the cases know, the worker brings it to them.
            tell_account(session, _news(row.id), account, CALLED, heard, ask.at)
        return Answer(status=201, body={"id": row.id, "verified": row.verified})

    record = Record(act="conversation", kind="account", id=account, account=account)
    answer = await run_in_threadpool(once, office.store, ask, record, work)
    heard = _heard(office, said)
    if heard is not None:
        news = _news(answer.body["id"])
        message = Message(name=CALLED, data=heard, by=HEADGATE)
        await engine_answers(to_account(office.world, account, message, name=news, at=ask.at, quiet=True))
        await run_in_threadpool(_told, office, news, ask)
    return answer


def is_verified(office: Services, asked: Mapping[str, bool]) -> bool:
    """Whether enough of what somebody was asked matched, and nothing did not."""
    least = int(office.district.settings.get("verify-at-least", ENOUGH))
    return sum(asked.values()) >= least and all(asked.values())


def _heard(office: Services, said: Said) -> dict[str, Any] | None:
    """What cases hear of it: of a telephone call to or from somebody there in which at least one of the offers was made."""
    if said.channel != "telephone" or not said.offered:
        return None
    known = not said.asked or is_verified(office, said.asked)
    return {
        "customer": said.spoke_with == "customer" and known,
        "policy_offered": "policy" in said.offered,
        "options_offered": "options" in said.offered,
    }


def _news(conversation: str) -> str:
    return f"{CALLED}:{conversation}"


def _told(office: Services, news: str, ask: Ask) -> None:
    with office.store.writing() as session:
        account_event_delivered(session, news, ask.at)
