"""Effects that reach other cases: messages to a case or an account, and child cases."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlmodel import Session
from temporalio import activity

from activities import delivery
from activities.effects import answer_before, failed_for_good, settled
from activities.openings import NotPublishedError, opening
from activities.world import World
from definitions.catalogue.replies import Effect, Reply
from definitions.language.sentences import sentence_of
from store.tables.cases import CaseLink
from workflows import client
from workflows.machine.errors import Refused
from workflows.machine.events import Message
from workflows.messages import OPEN_CHILD, SEND, EffectReply, StartCase


@dataclass(frozen=True, kw_only=True)
class Between:
    """The activities that reach other cases. They may run twice: each act has the effect's id as its name."""

    world: World

    @activity.defn(name=SEND)
    async def send(self, effect: Effect) -> EffectReply:
        """Delivers the message; what nobody waits for goes by unseen, since no person has sent it."""
        before = await asyncio.to_thread(self._before, effect)
        if before is not None:
            return before
        args = effect.args
        event = Message(name=str(args["event"]), data=args.get("data") or {}, by=effect.case)
        if args.get("case"):
            await delivery.to_case(self.world, args["case"], event, name=effect.id, at=effect.at, quiet=True)
        elif args.get("account"):
            await delivery.to_account(self.world, args["account"], event, name=effect.id, at=effect.at, quiet=True)
        return await asyncio.to_thread(self._done, effect, None)

    @activity.defn(name=OPEN_CHILD)
    async def open_child(self, effect: Effect) -> EffectReply:
        """Opens the child case; one that is refused is an incident of its parent."""
        before = await asyncio.to_thread(self._before, effect)
        if before is not None:
            return before
        try:
            start, content = await asyncio.to_thread(self._opening, effect)
            await client.open_case(self.world.client, start, content, task_queue=self.world.task_queue)
        except NotPublishedError as error:
            raise failed_for_good(sentence_of(error), error.code) from None
        except Refused as refused:
            raise failed_for_good(refused.sentence, refused.code) from None
        return await asyncio.to_thread(self._done, effect, start.case)

    def _before(self, effect: Effect) -> EffectReply | None:
        with self.world.store.reading() as session:
            return answer_before(session, effect)

    def _opening(self, effect: Effect) -> tuple[StartCase, bytes]:
        with self.world.store.reading() as session:
            return opening(
                session,
                effect.args["case"],
                case=effect.args["child"],
                data=effect.args["data"],
                by=effect.by,
                at=effect.at,
                parent=effect.case,
                people=tuple(effect.args.get("people") or ()),
            )

    def _done(self, effect: Effect, child: str | None) -> EffectReply:
        with self.world.store.writing() as session:
            if child is not None:
                _link(session, effect, child)
            return settled(session, effect, Reply())


def _link(session: Session, effect: Effect, child: str) -> None:
    if session.get(CaseLink, (effect.case, child)) is None:
        session.add(CaseLink(parent_id=effect.case, child_id=child, state=effect.state, step_no=effect.step))
