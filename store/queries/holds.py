"""Holds of an account: placing, releasing, and which stand."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select, text, update
from sqlmodel import Session, col

from definitions.language.sentences import say
from store.tables.cases import CaseRow
from store.tables.outbox import EffectRow
from store.tables.utility import Account, Hold

_STANDING = text("released_at IS NULL")


class HoldError(Exception):
    """A hold that cannot be placed or released; `code` is stable, the sentence is for people."""

    code = "hold"


class HoldStandsError(HoldError):
    """The account has a hold of this kind already."""

    code = "hold-stands"


class NoSuchHoldError(HoldError):
    """The account has no such hold, or it was released."""

    code = "no-such-hold"


def standing_holds(session: Session, account_id: str) -> list[Hold]:
    """The holds that stand on the account, oldest first."""
    query = select(Hold).where(col(Hold.account_id) == account_id, _STANDING).order_by(col(Hold.since), col(Hold.id))
    return list(session.execute(query).scalars())


def hold_version(session: Session, account_id: str) -> int:
    """How often the account's holds have changed; 0 for an unknown account."""
    return (
        session.execute(select(col(Account.hold_version)).where(col(Account.id) == account_id)).scalar_one_or_none()
        or 0
    )


def place_hold(
    session: Session,
    account_id: str,
    kind: str,
    *,
    since: datetime,
    by: str,
    at: datetime,
    reason: str = "",
    until: datetime | None = None,
    reference: str | None = None,
) -> Hold:
    """The hold, placed; HoldStandsError when one of this kind stands. The account's hold version goes up first, which
    waits for steps that are being written and makes those that were decided before it decide again."""
    _count(session, account_id)
    if any(hold.kind == kind for hold in standing_holds(session, account_id)):
        raise HoldStandsError(
            say(
                "account %(account)s has a %(kind)s hold already; release it first or change its date",
                account=account_id,
                kind=kind,
            )
        )
    hold = Hold(
        id=f"h-{secrets.token_hex(6)}",
        account_id=account_id,
        kind=kind,
        since=since,
        until=until,
        placed_by=by,
        placed_at=at,
        reason=reason,
        reference=reference,
    )
    session.add(hold)
    session.flush()
    return hold


def release_hold(session: Session, account_id: str, kind: str, *, by: str, at: datetime, reason: str = "") -> Hold:
    """The hold, released; NoSuchHoldError when none of this kind stands."""
    _count(session, account_id)
    hold = next((hold for hold in standing_holds(session, account_id) if hold.kind == kind), None)
    if hold is None:
        raise NoSuchHoldError(say("account %(account)s has no %(kind)s hold to release", account=account_id, kind=kind))
    hold.released_at, hold.released_by, hold.release_reason = at, by, reason
    session.add(hold)
    session.flush()
    return hold


def also_asked(session: Session, account_id: str, kind: str, *, but: str) -> str | None:
    """The open case, other than `but`, that asked for such a hold first and has not let go of it since."""
    query = (
        select(EffectRow)
        .join(CaseRow, col(CaseRow.id) == col(EffectRow.case_id))
        .where(
            col(CaseRow.account_id) == account_id,
            col(CaseRow.status) == "open",
            col(CaseRow.id) != but,
            col(EffectRow.name).in_(("place-hold", "release-hold")),
            col(EffectRow.status) == "done",
        )
        .order_by(col(CaseRow.opened_at), col(EffectRow.case_id), col(EffectRow.step_no), col(EffectRow.effect_no))
    )
    asks: dict[str, bool] = {}
    for row in session.execute(query).scalars():
        if ((row.payload or {}).get("args") or {}).get("hold") == kind:
            asks[row.case_id] = row.name == "place-hold"
    return next((case for case, still in asks.items() if still), None)


def holds_that_ended(session: Session, at: datetime) -> list[Hold]:
    """Standing holds whose last moment has passed: to be released by the clock."""
    query = select(Hold).where(_STANDING, col(Hold.until) <= at).order_by(col(Hold.until), col(Hold.id))
    return list(session.execute(query).scalars())


def open_cases_of_account(session: Session, account_id: str) -> list[str]:
    """Ids of the account's open cases: those that a change of holds or an event must reach."""
    query = (
        select(col(CaseRow.id))
        .where(col(CaseRow.account_id) == account_id, col(CaseRow.status) == "open")
        .order_by(col(CaseRow.opened_at), col(CaseRow.id))
    )
    return list(session.execute(query).scalars())


def _count(session: Session, account_id: str) -> None:
    done = session.connection().execute(
        update(Account).where(col(Account.id) == account_id).values(hold_version=col(Account.hold_version) + 1)
    )
    if done.rowcount != 1:
        raise NoSuchHoldError(say("there is no account %(account)s", account=account_id))
