"""Reading the audit, and taking it out of the house as CSV: that is itself in the audit before the first line leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from api.security.people import Person
from api.services import Services
from api.views.audit import AuditView, audit_views
from api.views.shown import Page
from store.queries.audit import Asked, Kind, audit_page, audit_rows, newest
from store.tables.audit import Audit

COLUMNS = tuple(AuditView.model_fields)
BATCH = 500  #: lines that are written at a time
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)  #: nothing is older, nothing younger
FORMULA = ("=", "+", "-", "@", "\t", "\r")  #: a spreadsheet would run what begins so


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for; what is None is not asked."""

    account: str | None = None
    case: str | None = None
    by: str | None = None  #: a person's short name
    kind: Kind | None = None
    first: date | None = None  #: from this civil day at the district on
    last: date | None = None  #: until this one, which is included

    def asked(self, zone: ZoneInfo) -> Asked:
        """The same as the store takes it."""
        return Asked(
            account=self.account,
            case=self.case,
            person=self.by,
            kind=self.kind,
            since=_midnight(self.first, zone),
            before=_midnight(self.last, zone, days=1),
        )

    def query(self) -> dict[str, str]:
        """The same as the query of an address."""
        return {name: str(value) for name, value in vars(self).items() if value is not None}


def everything(office: Services, person: Person, wanted: Wanted, *, limit: int, cursor: str | None) -> Page[AuditView]:
    """A page of the audit, for those who may read it; `next` is the cursor of the next one."""
    person.must("read-audit")
    return _page(office, wanted, limit=limit, cursor=cursor)


def own(office: Services, person: Person, wanted: Wanted, *, limit: int, cursor: str | None) -> Page[AuditView]:
    """A page of what the audit says of the person who asks: that is everybody's to read."""
    return _page(office, replace(wanted, by=person.id), limit=limit, cursor=cursor)


def exported(office: Services, person: Person, wanted: Wanted) -> Iterator[str]:
    """The audit as lines of CSV, the newest first; who took it out stands in it from then on."""
    person.must("read-audit")
    with office.store.writing() as session:
        until = newest(session)
        session.add(
            Audit(
                at=office.now(),
                person=person.id,
                act="export",
                object_kind="audit",
                object_id=_words(wanted),
                account_id=wanted.account,
                case_id=wanted.case,
                rule="right read-audit",
            )
        )
    return _lines(office, wanted, until)


def _page(office: Services, wanted: Wanted, *, limit: int, cursor: str | None) -> Page[AuditView]:
    with office.store.reading() as session:
        page = audit_page(session, wanted.asked(office.zone), limit=limit, cursor=cursor)
        return Page(items=audit_views(session, page.items, zone=office.zone), next=page.cursor)


def _lines(office: Services, wanted: Wanted, until: int) -> Iterator[str]:
    yield _written([COLUMNS])
    with office.store.reading() as session:
        rows = audit_rows(session, wanted.asked(office.zone), until=until)
        while batch := list(islice(rows, BATCH)):
            views = audit_views(session, batch, zone=office.zone)
            yield _written([_cells(view) for view in views])


def _cells(view: AuditView) -> tuple[str, ...]:
    plain = view.model_dump(mode="json")
    return tuple(_harmless("" if plain[name] is None else str(plain[name])) for name in COLUMNS)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _written(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _words(wanted: Wanted) -> str:
    return ", ".join(f"{name} {value}" for name, value in wanted.query().items()) or "all"


def _midnight(day: date | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    """The beginning of the civil day so many days on; None for a day that no moment could be asked for."""
    if day is None or not EARLIEST <= day <= LATEST:
        return None
    return datetime.combine(day + timedelta(days=days), time(), tzinfo=zone)
