"""An account's story as it stands beside a case or a task: consumption, what is owed and paid, letters, other cases, holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from api.pages.plot import PERIODS, Plot, plot
from api.pages.returned import NOTHING, Returned
from api.pages.words import titled
from api.security.people import Person
from api.services import Services
from api.views.accounts import (
    AccountDetail,
    BillView,
    HoldView,
    LetterView,
    PaymentView,
    bill_view,
    letter_view,
    payment_view,
)
from api.views.cases import CaseView, case_view
from api.views.stories import account_detail, letters_page
from store.queries.accounts import bill_page, payments_of
from store.queries.audit import last_act
from store.queries.cases import case_page
from store.queries.neighbours import neighbours_median_ccf
from store.tables.utility import Account

BILLS: Final = 26  #: two years and a bit of monthly bills: what a year before needs
SHOWN: Final = 6
CASES: Final = 12


@dataclass(frozen=True, kw_only=True)
class HoldShown:
    """A hold that stands on the account."""

    hold: HoldView
    title: str
    may_release: bool


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is known of an account, in short."""

    account: AccountDetail
    plot: Plot | None  #: its consumption beside last year's and its neighbours' median
    bills: Sequence[BillView]
    payments: Sequence[PaymentView]
    letters: Sequence[LetterView]  #: as they were printed, the newest first
    cases: Sequence[CaseView]  #: the account's other cases, open ones first
    holds: Sequence[HoldShown]
    placeable: Sequence[tuple[str, str]]  #: holds that this person may place and that do not stand: kind and title
    case: str | None  #: the case beside which the story stands
    hold_version: int  #: counts the changes of the holds: what a form of theirs has seen
    seen: int  #: the newest audit row about the account
    returned: Returned  #: a form of the holds that came back


def story_of(
    session: Session,
    office: Services,
    person: Person,
    account: Account,
    *,
    case: str | None = None,
    returned: Returned = NOTHING,
) -> Story:
    """The account's story, beside a case if one is named."""
    zone = office.zone
    detail = account_detail(session, account, zone=zone)
    others = case_page(session, account=account.id, limit=CASES).items
    bills = bill_page(session, account.id, limit=BILLS).items
    medians = neighbours_median_ccf(session, account, [bill.period_end for bill in bills[:PERIODS]])
    return Story(
        account=detail,
        plot=plot(bills, medians),
        bills=[bill_view(bill) for bill in bills[:SHOWN]],
        payments=[payment_view(payment) for payment in payments_of(session, account.id, SHOWN)],
        letters=[letter_view(letter, zone=zone) for letter in letters_page(session, account=account.id, limit=8).items],
        cases=sorted(
            (case_view(row, zone=zone) for row in others if row.id != case), key=lambda shown: shown.status != "open"
        ),
        holds=holds_of(office, person, detail.holds),
        placeable=placeable(office, person, detail.holds),
        case=case,
        hold_version=account.hold_version,
        seen=last_act(session, account=account.id),
        returned=returned,
    )


def holds_of(office: Services, person: Person, standing: Sequence[HoldView]) -> list[HoldShown]:
    """The holds that stand, with their titles, and whether this person may release them."""
    return [
        HoldShown(hold=hold, title=_title(office, hold.kind), may_release=_may_place(office, person, hold.kind))
        for hold in standing
    ]


def placeable(office: Services, person: Person, standing: Sequence[HoldView]) -> list[tuple[str, str]]:
    """The holds that this person may place on the account now: kind and title."""
    there = {hold.kind for hold in standing}
    return [
        (kind, hold.title)
        for kind, hold in office.district.holds.items()
        if kind not in there and _may_place(office, person, kind)
    ]


def _title(office: Services, kind: str) -> str:
    known = office.district.holds.get(kind)
    return known.title if known is not None else titled(kind)


def _may_place(office: Services, person: Person, kind: str) -> bool:
    known = office.district.holds.get(kind)
    return (
        person.may("place-holds")
        and known is not None
        and (not known.placed_by or bool(person.roles & set(known.placed_by)))
    )
