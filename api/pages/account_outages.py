"""The outages that concern an account, on pages that live: the account's, and the form that opens a case for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session

from api.pages.versions import version_of
from api.services import Services
from api.texts import language
from api.views.outages import OutageView, outage_view
from store.queries.outages import outages_at
from store.tables.utility import Account

EVERY: Final = 10  #: seconds between two looks at what changed


def outages_of(session: Session, office: Services, account: Account) -> list[OutageView]:
    """The outages that concern the account's premise now, later or until lately."""
    at = office.now()
    return [outage_view(row, at=at, zone=office.zone) for row in outages_at(session, account.premise_id, at)]


def pulse(outages: Sequence[OutageView]) -> str:
    """A word that changes with what is told of the outages."""
    return version_of(outages, language())
