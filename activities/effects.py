"""Effects as Temporal activities: each name of the registry becomes one, carried out once however often it is tried.

What an effect writes and the outbox row's `done` are one transaction; an effect that is done already answers what it answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import delivery, registry
from activities.world import World
from definitions.catalogue import own
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.sentences import kept
from store.clock import district_now
from store.outbox import effect as effect_row
from store.outbox import settle_effect
from workflows.messages import EffectReply

HOLDS = frozenset({"place-hold", "release-hold"})  #: after these the account's other cases are told


def activities_of(world: World) -> list[Callable[..., Any]]:
    """One activity for each effect that something here carries out."""
    return [_activity(world, name) for name in sorted({*registry.BUILT_IN, *own.own_effects()})]


def _activity(world: World, name: str) -> Callable[..., Any]:
    @activity.defn(name=name)
    async def carry_out(effect: Effect) -> EffectReply:
        reply = await asyncio.to_thread(once, world, effect)
        if name in HOLDS and effect.account is not None:
            await delivery.tell_holds(world, effect.account)
        return reply

    return carry_out


def once(world: World, effect: Effect) -> EffectReply:
    """What the effect answers: carried out now, or before. Raises ApplicationError for good when it never can be."""
    try:
        carry_out: registry.CarryOut = registry.carry_out
        ahead = registry.AHEAD.get(effect.action)
        if ahead is not None:
            with world.store.reading() as session:
                answered = answer_before(session, effect)
            if answered is not None:
                return answered
            carry_out = ahead(world.store.reading, effect)
        with world.store.writing() as session:
            answered = answer_before(session, effect)
            if answered is not None:
                return answered
            reply = carry_out(session, effect)
            return settled(session, effect, reply)
    except EffectRefused as refused:
        raise failed_for_good(refused.sentence, refused.code) from None


def failed_for_good(sentence: str, code: str) -> ApplicationError:
    """The failure of an effect that can never be carried out: its one detail is the sentence with its message and values."""
    return ApplicationError(str(sentence), kept(sentence), type=code, non_retryable=True)


def answer_before(session: Session, effect: Effect) -> EffectReply | None:
    """What the effect answered before, or None when it is still to be carried out; ApplicationError for an unknown one."""
    row = effect_row(session, effect.case, effect.step, effect.number)
    if row is None:
        raise ApplicationError(f"no step asked for the effect {effect.id}", type="unknown-effect", non_retryable=True)
    if row.status not in ("done", "skipped"):
        return None
    kept: Mapping[str, Any] = row.result or {}
    return EffectReply(event=kept.get("event"), data=kept.get("data") or {}, at=row.settled_at or effect.at)


def settled(session: Session, effect: Effect, reply: Reply) -> EffectReply:
    """The reply, noted with the effect as done in this transaction."""
    at = max(district_now(session), effect.at)
    result = {"event": reply.event, "data": dict(reply.data)}
    settle_effect(session, effect.case, effect.step, effect.number, "done", at=at, result=result)
    return EffectReply(event=reply.event, data=reply.data, at=at)


def names(activities: Iterable[Callable[..., Any]]) -> list[str]:
    """The names of activities, in order."""
    found = [activity._Definition.must_from_callable(each).name for each in activities]
    return [name for name in found if name is not None]
