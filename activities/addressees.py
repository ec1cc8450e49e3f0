"""Whom a letter goes to and about which place: an account's customer or occupant, or an applicant who has no account yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from definitions.catalogue.replies import Effect, EffectRefused
from definitions.language.pack import District
from definitions.language.sentences import say
from store.addresses import account_lines, address_lines, premise_lines
from store.applicants import applicant_of
from store.queries.accounts import AccountView, account_view
from store.tables.connections import Applicant, Parcel
from store.tables.parties import PARTIES, AccountParty


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """What a letter says at its head. Holds personal data."""

    account: str  #: "" for an applicant
    language: str
    place: str  #: the service address, or the parcel
    state: str  #: the district's, of an address that names none
    view: AccountView | None = None
    applicant: Applicant | None = None
    other: tuple[str, ...] = ()  #: the address of the court, counsel or trustee whom the letter is for

    @property
    def owner(self) -> str | None:
        """The customer or the applicant whose data these are."""
        if self.view is not None:
            return self.view.customer.id
        return self.applicant.id if self.applicant is not None else None

    @property
    def name(self) -> str:
        """The customer's or the applicant's."""
        if self.view is not None:
            return self.view.customer.name
        return self.applicant.name if self.applicant is not None else ""

    def lines(self, to: str) -> list[str]:
        """The lines in the window."""
        if self.other:
            return list(self.other)
        if self.view is not None:
            return _of_account(self.view, to, self.state)
        assert self.applicant is not None
        return [self.applicant.name, *address_lines(self.applicant.mailing, self.state)]


def addressee(session: Session, effect: Effect, district: District) -> Addressee:
    """Who gets the effect's letter; raises EffectRefused where the case has neither an account nor an applicant."""
    view = account_view(session, effect.account) if effect.account else None
    if view is not None:
        premise = view.premise
        place = ", ".join(part for part in (premise.line1, premise.line2, premise.city) if part)
        return Addressee(
            account=view.account.id,
            language=view.account.language,
            place=place,
            state=district.state,
            view=view,
            other=_other(session, effect, district),
        )
    applicant = applicant_of(session, effect.data)
    if applicant is None:
        raise EffectRefused(
            say("a letter needs a case with an account: there is nobody to send it to"), code="no-account"
        )
    return Addressee(
        account="",
        language=applicant.language,
        place=_parcel(session, effect.data),
        state=district.state,
        applicant=applicant,
    )


def _other(session: Session, effect: Effect, district: District) -> tuple[str, ...]:
    """The address of whoever else the letter is for; () for the customer, also when no counsel or trustee is noted."""
    to = str(effect.args.get("to") or "")
    if to == "court":
        return _court(effect, district)
    party = session.get(AccountParty, (effect.account, to)) if to in PARTIES else None
    return (party.name, *address_lines(party.mailing, district.state)) if party is not None else ()


def _court(effect: Effect, district: District) -> tuple[str, ...]:
    """The court's address by its short name in the setting `courts`, else what the case calls it."""
    name = str(effect.data.get("court") or "Clerk of the Bankruptcy Court")
    known: Mapping[str, Sequence[str]] = district.settings.get("courts") or {}
    return tuple(known.get(name, (name,)))


def _parcel(session: Session, data: Mapping[str, Any]) -> str:
    named = data.get("parcel")
    if not isinstance(named, Mapping):
        return ""
    parcel = session.get(Parcel, str(named["id"]))
    address = [part for part in (parcel.line1, parcel.city) if part] if parcel else []
    return ", ".join([*address, f"APN {named['id']}"])


def _of_account(view: AccountView, to: str, state: str) -> list[str]:
    # "Occupant" is the word of the law, whatever the letter speaks (H&S 116908(a)(1)(C)).
    if to == "occupant":
        return ["Occupant", *premise_lines(view.premise, state)]
    return [view.customer.name, *account_lines(view.account, view.premise, state)]
