"""A list as a lead reviews it: each line with its arithmetic, where the account is, and what has changed since it joined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session

from api.security.people import Person
from api.views.lists import LineView, line_view
from definitions.language.expand import title_of
from definitions.language.pack import District, ReviewList
from store.queries.reviewing import Place, holds_of, paid_since, places, routes
from store.tables.cases import ListLine

Sort = Literal["joined", "age", "amount", "route"]
MONEY: Final = re.compile(r"-?\d+\.\d{2}")
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
ON_A_PAGE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Sifting:
    """Which lines are shown, and in which order."""

    sort: Sort = "joined"
    route: str = ""  #: only those of this route
    at_least_usd: Decimal | None = None  #: only those whose first amount is as high
    at_least_days: int | None = None  #: only those whose first day is as long ago
    late: bool = False  #: only those that wait since an earlier day

    @property
    def is_partial(self) -> bool:
        """Whether lines may be hidden."""
        return bool(self.route or self.late or self.at_least_usd is not None or self.at_least_days is not None)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a line's columns say, told apart by what they are: the first amount and the first day are what it is sorted by."""

    amounts: tuple[tuple[str, Decimal], ...]
    days: tuple[tuple[str, date], ...]
    flags: tuple[str, ...]  #: what is so: holds, yes
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """One line. Holds personal data."""

    line: LineView
    place: Place | None  #: without a name where the person may not see it
    shown: Shown
    amount_usd: Decimal | None
    age_days: int | None
    earliest: date | None  #: the first day that every rule allows; None while one of them names none
    broken: int  #: rules that were not kept when it joined
    paid_usd: Decimal  #: since the day on which it joined
    new_holds: tuple[str, ...]  #: that stand now and did not when it joined
    late: bool  #: waits since an earlier day


@dataclass(frozen=True, kw_only=True)
class Sifted:
    """The lines of one page after sifting."""

    lines: Sequence[Reviewed]
    found: int  #: lines that the sifting leaves
    routes: Sequence[str]  #: that the list's accounts are on
    number: int  #: of this page, from 1
    pages: int


def sifted(
    session: Session,
    lines: Sequence[ListLine],
    spec: ReviewList,
    sifting: Sifting,
    *,
    person: Person,
    district: District,
    today: date,
    zone: ZoneInfo,
    number: int = 1,
    on_a_page: int = ON_A_PAGE,
) -> Sifted:
    """The waiting lines of a list, sifted and sorted; what only the shown ones need is read for those alone.

    A list is approved as a whole, so that all of it is read; the accounts of one page are asked about."""
    where = routes(session, (line.account_id for line in lines if line.account_id))
    told = [(line, shown_columns(line.columns or {}, spec, district)) for line in lines]
    kept = [each for each in told if _is_kept(each[0], each[1], sifting, where, today, zone)]
    kept.sort(key=lambda each: _place_in(each[0], each[1], sifting.sort, where))
    pages = max(1, -(-len(kept) // on_a_page))
    number = min(max(1, number), pages)
    page = kept[(number - 1) * on_a_page : number * on_a_page]
    return Sifted(
        lines=reviewed(session, page, person=person, district=district, today=today, zone=zone),
        found=len(kept),
        routes=sorted(set(where.values())),
        number=number,
        pages=pages,
    )


def reviewed(
    session: Session,
    lines: Sequence[tuple[ListLine, Shown]],
    *,
    person: Person,
    district: District,
    today: date,
    zone: ZoneInfo,
) -> list[Reviewed]:
    """These lines with what stands beside them: three statements for all of them."""
    accounts = {line.account_id for line, _ in lines if line.account_id}
    if not accounts:
        return [_reviewed(line, shown, None, Decimal(0), [], district, today, zone) for line, shown in lines]
    found, holds = places(session, accounts), holds_of(session, accounts)
    first = min(line.joined_at.astimezone(zone).date() for line, _ in lines)
    paid = paid_since(session, accounts, first)
    sees = person.may("see-confidential")
    return [
        _reviewed(
            line,
            shown,
            seen(found.get(line.account_id or ""), sees=sees),
            paid.get(line.account_id or "", Decimal(0)),
            holds.get(line.account_id or "", []),
            district,
            today,
            zone,
        )
        for line, shown in lines
    ]


def seen(place: Place | None, *, sees: bool) -> Place | None:
    """The place as somebody may see it: of a confidential account only its route."""
    if place is None or sees or not place.confidential:
        return place
    return Place(
        name="", address="", route=place.route, sequence=place.sequence, account_class=place.account_class,
        confidential=True,
    )  # fmt: skip


def shown_columns(columns: Mapping[str, Any], spec: ReviewList, district: District) -> Shown:
    """The columns of a line in the order of its list, told apart by what they hold."""
    amounts: list[tuple[str, Decimal]] = []
    days: list[tuple[str, date]] = []
    flags: list[str] = []
    others: list[tuple[str, str]] = []
    for name in spec.columns or columns:
        value, title = columns.get(name), title_of(name.replace("_", "-"))
        if value is None or value is False or value == []:
            continue
        if value is True:
            flags.append(title)
        elif isinstance(value, list):
            flags += [district.holds[each].title if each in district.holds else str(each) for each in value]
        elif isinstance(value, str) and MONEY.fullmatch(value):
            amounts.append((title, Decimal(value)))
        elif isinstance(value, str) and DAY.fullmatch(value):
            days.append((title, date.fromisoformat(value)))
        else:
            others.append((title, str(value)))
    return Shown(amounts=tuple(amounts), days=tuple(days), flags=tuple(flags), others=tuple(others))


def _reviewed(
    line: ListLine,
    shown: Shown,
    place: Place | None,
    paid: Decimal,
    holds: Sequence[str],
    district: District,
    today: date,
    zone: ZoneInfo,
) -> Reviewed:
    view = line_view(line, zone=zone)
    earliest = [reason.earliest for reason in view.why if reason.rule is not None]
    known = [day for day in earliest if day is not None]
    titles = (district.holds[kind].title if kind in district.holds else kind for kind in holds)
    return Reviewed(
        line=view,
        place=place,
        shown=shown,
        amount_usd=shown.amounts[0][1] if shown.amounts else None,
        age_days=(today - shown.days[0][1]).days if shown.days else None,
        earliest=max(known) if known and len(known) == len(earliest) else None,
        broken=sum(reason.kept is False for reason in view.why),
        paid_usd=paid,
        new_holds=tuple(title for title in titles if title not in shown.flags),
        late=_is_late(line.joined_at, today, zone),
    )


def _is_late(joined: datetime, today: date, zone: ZoneInfo) -> bool:
    return joined.astimezone(zone).date() < today


def _is_kept(
    line: ListLine, shown: Shown, sifting: Sifting, where: Mapping[str, str], today: date, zone: ZoneInfo
) -> bool:
    if sifting.route and where.get(line.account_id or "") != sifting.route:
        return False
    if sifting.at_least_usd is not None and (not shown.amounts or shown.amounts[0][1] < sifting.at_least_usd):
        return False
    if sifting.at_least_days is not None and (
        not shown.days or (today - shown.days[0][1]).days < sifting.at_least_days
    ):
        return False
    return not sifting.late or _is_late(line.joined_at, today, zone)


def _place_in(line: ListLine, shown: Shown, sort: Sort, where: Mapping[str, str]) -> tuple[Any, ...]:
    """The line's place in the order; where what it is sorted by is not known, at the end."""
    last = (line.joined_at, line.id)
    if sort == "amount":
        return (-shown.amounts[0][1] if shown.amounts else Decimal("Infinity"), *last)
    if sort == "age":
        return (shown.days[0][1] if shown.days else date.max, *last)
    if sort == "route":
        route = where.get(line.account_id or "")
        return (route is None, route or "", *last)
    return last
