"""Putting a device into its register: a backflow assembly, a grease interceptor."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from activities import published
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.sentences import say
from store.registers import REGULAR
from store.tables.connections import RegisterEvent, RegisterItem


def register(session: Session, effect: Effect) -> Reply:
    """Puts the device into the register; answers `registered` with its number and when it is due next."""
    name = str(effect.args["register"])
    if name not in REGULAR:
        raise EffectRefused(
            say('there is no register "%(name)s"; there are %(regular)s', name=name, regular=", ".join(REGULAR)),
            code="unknown-register",
        )
    item = session.get(RegisterItem, f"r-{effect.id}") or _entered(session, effect, name)
    return Reply(event="registered", data={"item": item.id, "due": item.due.isoformat() if item.due else None})


def _entered(session: Session, effect: Effect, name: str) -> RegisterItem:
    compiled = published.of_case(session, effect.case)
    today = effect.at.astimezone(compiled.calendar.zone).date()
    kind, usual_days = REGULAR[name]
    every_days = int(compiled.district.settings.get(f"{name}-interval-days") or usual_days)
    given = effect.args.get("done")
    done = date.fromisoformat(str(given)) if given else None
    item = RegisterItem(
        id=f"r-{effect.id}",
        register_name=name,
        account_id=effect.account,
        case_id=effect.case,
        kind=str(effect.args["kind"]),
        since=today,
        every_days=every_days,
        last_done=done,
        due=(done or today) + timedelta(days=every_days),
        make=str(effect.args.get("make") or ""),
        serial=str(effect.args.get("serial") or ""),
        size=str(effect.args.get("size") or ""),
        place=str(effect.args.get("place") or ""),
    )
    session.add(item)
    session.flush()
    session.add(
        RegisterEvent(
            id=f"re-{effect.id}",
            item_id=item.id,
            on=done or today,
            kind=kind if done else "registered",
            passed=True if done and name == "backflow" else None,
            due=item.due,
            by=effect.by,
            at=effect.at,
        )
    )
    return item
