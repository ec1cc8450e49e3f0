"""Payment plans: agreed with their instalments, and ended as kept, broken or replaced."""

from __future__ import annotations

from sqlmodel import Session, select

from activities import published
from activities.postings import account_of, day_of
from definitions.catalogue.actions import CannotCompute
from definitions.catalogue.instalments import plan_of, total_usd
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.money import money_json
from definitions.language.sentences import say, sentence_of
from store.tables.money import InstalmentRow, Plan

ENDS = ("kept", "broken", "ended")


def agree_plan(session: Session, effect: Effect) -> Reply:
    """Keeps the plan with the instalments that `compute-instalments` showed for the same arguments; an earlier plan of the
    account ends. Answers `plan-agreed`."""
    account = account_of(session, effect)
    try:
        parts = plan_of(published.of_case(session, effect.case).calendar, effect.args)
    except CannotCompute as error:
        raise EffectRefused(say("agree-plan: %(wrong)s", wrong=sentence_of(error)), code="bad-plan") from None
    if session.get(Plan, effect.id) is None:
        _end(session, effect, account, "ended")
        amount_usd = total_usd(parts)
        session.add(
            Plan(id=effect.id, account_id=account, case_id=effect.case, amount_usd=amount_usd, agreed_at=effect.at)
        )
        session.flush()
        session.add_all(
            InstalmentRow(plan_id=effect.id, number=each.number, due=each.due, amount_usd=each.amount_usd)
            for each in parts
        )
        session.flush()
    data = {"plan": effect.id, "amount": money_json(total_usd(parts)), "parts": len(parts)}
    return Reply(event="plan-agreed", data=data)


def end_plan(session: Session, effect: Effect) -> Reply:
    """Ends the account's plan as `kept`, `broken` or `ended` (replaced, given up); answers `plan-ended`."""
    how = str(effect.args.get("how"))
    if how not in ENDS:
        raise EffectRefused(
            say("a plan ends as %(ends)s, not as %(how)s", ends=", ".join(ENDS), how=how), code="bad-end"
        )
    _end(session, effect, account_of(session, effect), how)
    return Reply(event="plan-ended", data={"how": how})


def _end(session: Session, effect: Effect, account: str, how: str) -> None:
    plan = session.exec(select(Plan).where(Plan.account_id == account, Plan.status == "active")).first()
    if plan is not None:
        plan.status, plan.ended_on = how, day_of(session, effect)
        session.add(plan)
        session.flush()
