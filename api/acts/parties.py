"""Who stands beside an account's customer: noted by a person, in SQL alone, so that no case's history holds a name."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from api.acts.accounts import viewed
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.printable import must_print, whom
from api.services import Services
from store.tables.parties import AccountParty


def note_party(office: Services, ask: Ask, account_id: str, role: str, *, name: str, mailing: dict[str, Any]) -> Answer:
    """Notes who it is and where letters to them go, in place of whoever was noted before."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "edit-accounts")
        record.account = viewed(session, ask.person, account_id).id
        record.rule = "right edit-accounts"
        must_print(whom(name, mailing))
        party = session.get(AccountParty, (account_id, role))
        if party is None:
            party = AccountParty(
                account_id=account_id, role=role, name=name, mailing=mailing, noted_by=ask.person.id, noted_at=ask.at
            )
        else:
            party.name, party.mailing, party.noted_by, party.noted_at = name, mailing, ask.person.id, ask.at
        session.add(party)
        # Answers are kept for repetitions, so none holds personal data: this one says only that it was done.
        return Answer(status=204)

    return once(office.store, ask, Record(act=f"note-{role}", kind="account", id=account_id), work)


def forget_party(office: Services, ask: Ask, account_id: str, role: str) -> Answer:
    """Takes the note of somebody away; where none was, nothing changes."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "edit-accounts")
        record.account = viewed(session, ask.person, account_id).id
        record.rule = "right edit-accounts"
        party = session.get(AccountParty, (account_id, role))
        if party is not None:
            session.delete(party)
        return Answer(status=204)

    return once(office.store, ask, Record(act=f"forget-{role}", kind="account", id=account_id), work)
