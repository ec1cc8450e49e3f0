"""Holds that a case places on its account and releases. The case is the hold's reference: it releases only its own."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlmodel import Session

from activities import published
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.sentences import say
from store.queries.holds import also_asked, hold_version, place_hold, release_hold, standing_holds


def place(session: Session, effect: Effect) -> Reply:
    """Places the hold on the case's account; one of the kind that stands already stays as it is, but for the day from
    which it holds: the case that placed it may learn of an earlier one.

    Answers `hold-placed`; its data say whether this case placed it, and the account's hold version."""
    account, kind = _account(effect), str(effect.args["hold"])
    since = _since(session, effect)
    standing = next((hold for hold in standing_holds(session, account) if hold.kind == kind), None)
    if standing is None:
        standing = place_hold(
            session,
            account,
            kind,
            since=since,
            by=effect.by,
            at=effect.at,
            reason=str(effect.args.get("reason") or ""),
            until=_until(session, effect),
            reference=effect.case,
        )
    ours = standing.reference == effect.case
    if ours and since < standing.since:
        standing.since = since
        session.add(standing)
        session.flush()
    return Reply(event="hold-placed", data={"hold": kind, "ours": ours, "version": hold_version(session, account)})


def release(session: Session, effect: Effect) -> Reply:
    """Releases the hold that this case placed; another's, or none, is left as it is. Answers `hold-released`.

    A hold that another open case has asked for meanwhile stands on as that case's own."""
    account, kind = _account(effect), str(effect.args["hold"])
    standing = next((hold for hold in standing_holds(session, account) if hold.kind == kind), None)
    ours = standing is not None and standing.reference == effect.case
    if standing is not None and ours:
        heir = also_asked(session, account, kind, but=effect.case)
        if heir is not None:
            standing.reference = heir
            session.add(standing)
        else:
            reason = str(effect.args.get("reason") or "")
            release_hold(session, account, kind, by=effect.by, at=effect.at, reason=reason)
    return Reply(event="hold-released", data={"hold": kind, "ours": ours, "version": hold_version(session, account)})


def _account(effect: Effect) -> str:
    if effect.account is None:
        raise EffectRefused(say("%(action)s needs a case with an account", action=effect.action), code="no-account")
    return effect.account


def _since(session: Session, effect: Effect) -> datetime:
    """The beginning of the day that `since` names (a petition holds from its filing, whenever the notice comes), else now."""
    written = effect.args.get("since")
    if not written:
        return effect.at
    zone = published.of_case(session, effect.case).calendar.zone
    return min(datetime.combine(date.fromisoformat(str(written)[:10]), time.min, zone), effect.at)


def _until(session: Session, effect: Effect) -> datetime | None:
    written = effect.args.get("until")
    if not written:
        return None
    # The hold lasts through its last day.
    return datetime.combine(
        date.fromisoformat(str(written)[:10]), time.max, published.of_case(session, effect.case).calendar.zone
    )
