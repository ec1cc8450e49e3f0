"""Whether an account's water is on: what a crew has done at its meter, written into the account book."""

from __future__ import annotations

from sqlmodel import Session

from definitions.catalogue.collecting import STATUSES
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.sentences import say
from store.tables.utility import Account


def account_status(session: Session, effect: Effect) -> Reply:
    """Notes that the service is on or off; a closed account stays closed. Answers `status-changed` with the status."""
    status = str(effect.args["status"])
    if status not in STATUSES:
        raise EffectRefused(
            say(
                'an account is not "%(status)s"; write one of %(statuses)s', status=status, statuses=", ".join(STATUSES)
            ),
            code="bad-status",
        )
    account = session.get(Account, effect.account) if effect.account else None
    if account is None:
        raise EffectRefused(say("account-status needs a case with an account"), code="no-account")
    if account.status != "closed":
        account.status = status
        session.add(account)
    return Reply(event="status-changed", data={"status": account.status})
