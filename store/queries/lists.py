"""Lists: who waits, what is being released, how many lines a day has taken. A line goes through four short transactions."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select, text, update
from sqlmodel import Session, col

from definitions.language.sentences import beside
from store.dialects import insert_for
from store.paging import Page, after, page_of, read_cursor
from store.tables.base import table_of
from store.tables.cases import EXCLUDED, ListLine
from store.tables.lists import UNDECIDED, UNDER_WAY, WAITING, ListDay, ListRelease, ReleaseLine

DAYS, RELEASES, RELEASED = table_of(ListDay), table_of(ListRelease), table_of(ReleaseLine)
MOST = 200  #: lines or releases on one page

End = Literal["released", "stayed", "dropped", "gone"]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waits on a list."""

    lines: int
    oldest: datetime  #: when the first of them joined


@dataclass(frozen=True, kw_only=True)
class Going:
    """A line that has a place in the day and is to be decided by its case."""

    release: str
    no: int
    line: str
    case: str
    state: str
    joined_step: int
    by: str
    approved_by: tuple[str, ...]


def waiting_lines(session: Session, list_name: str, *, limit: int = 1000) -> Sequence[ListLine]:
    """The lines of a list that nobody has decided and no release holds, in the order in which they joined."""
    held = select(col(ReleaseLine.line_id)).where(text(f"release_lines.{UNDECIDED}"))
    query = (
        select(ListLine)
        .where(col(ListLine.list_name) == list_name, text(f"list_lines.{WAITING}"), col(ListLine.id).not_in(held))
        .order_by(col(ListLine.joined_at), col(ListLine.id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def waiting_counts(session: Session) -> dict[str, Waiting]:
    """How many lines wait on each list, and since when; lists on which none does are left out."""
    query = (
        select(col(ListLine.list_name), func.count(), func.min(col(ListLine.joined_at)))
        .where(text(f"list_lines.{WAITING}"))
        .group_by(col(ListLine.list_name))
    )
    return {str(row[0]): Waiting(lines=row[1], oldest=row[2]) for row in session.execute(query)}


def accounts_of_lines(session: Session, lines: Sequence[str]) -> dict[str, str | None]:
    """The accounts of these lines."""
    if not lines:
        return {}
    query = select(col(ListLine.id), col(ListLine.account_id)).where(col(ListLine.id).in_(lines))
    return {str(row[0]): row[1] for row in session.execute(query)}


def excluded_lines(session: Session, list_name: str, at: datetime, *, limit: int = 1000) -> Sequence[ListLine]:
    """The lines that were taken off a list and may not come back yet, the soonest first."""
    query = (
        select(ListLine)
        .where(col(ListLine.list_name) == list_name, text(f"list_lines.{EXCLUDED}"), col(ListLine.excluded_until) > at)
        .order_by(col(ListLine.excluded_until), col(ListLine.id))
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def list_of_account(session: Session, account_id: str, *, but: str | None = None) -> str | None:
    """The list on which the account waits, for another case than this one."""
    query = select(col(ListLine.list_name)).where(
        col(ListLine.account_id) == account_id, text(f"list_lines.{WAITING}"), col(ListLine.case_id) != (but or "")
    )
    return session.execute(query).scalars().first()


def list_of_case(session: Session, case_id: str) -> str | None:
    """The list on which the case waits."""
    query = select(col(ListLine.list_name)).where(col(ListLine.case_id) == case_id, text(f"list_lines.{WAITING}"))
    return session.execute(query).scalars().first()


def taken_on(session: Session, list_name: str, day: date) -> int:
    """How many lines of the list have a place in this day."""
    return (session.get(ListDay, (list_name, day)) or ListDay(list_name=list_name, day=day)).taken


def begin_release(
    session: Session,
    list_name: str,
    lines: Sequence[ListLine],
    *,
    day: date,
    per_day: int | None,
    by: str,
    approved_by: Sequence[str],
    at: datetime,
) -> ListRelease:
    """The release of these lines, begun; the database refuses a line that another release holds."""
    release = ListRelease(
        id=f"r-{secrets.token_hex(6)}",
        list_name=list_name,
        day=day,
        per_day=per_day,
        approved_by=list(approved_by),
        made_at=at,
        made_by=by,
        lines=len(lines),
    )
    session.add(release)
    session.flush()
    session.connection().execute(
        insert(RELEASED),
        [
            {"release_id": release.id, "no": no, "line_id": line.id, "status": "pending"}
            for no, line in enumerate(lines, 1)
        ],
    )
    return release


def releases_to_go_on(session: Session) -> list[str]:
    """Releases that run, and others whose last lines were cut off while they went, the oldest first."""
    running = select(col(ListRelease.id)).where(text("list_releases.status = 'running'"))
    cut_off = (
        select(col(ReleaseLine.release_id))
        .where(text(f"release_lines.{UNDECIDED}"), col(ReleaseLine.status) == "going")
        .distinct()
    )
    query = (
        select(col(ListRelease.id))
        .where(col(ListRelease.id).in_(running.union(cut_off)))
        .order_by(col(ListRelease.made_at), col(ListRelease.id))
    )
    return list(session.execute(query).scalars())


def take_places(session: Session, release_id: str, *, day: date, at_once: int) -> list[Going]:
    """The next lines of a release that have a place in the day; first those that were cut off while they went.

    Whoever takes places at the same moment waits for the row of the list's day, so that a day never takes more than it may.
    Empty when the day is full and none goes, when the release is paused, and when all is decided."""
    connection = session.connection()
    release = session.get_one(ListRelease, release_id)
    going = _going(session, release, "going", at_once)
    if going or release.status != "running":
        return going
    taken = _locked(connection, release.list_name, day)
    free = at_once if release.per_day is None else min(at_once, release.per_day - taken)
    if free <= 0 or release.day != day:
        return []
    next_ = _going(session, release, "pending", free)
    _move(connection, release_id, [each.no for each in next_], "pending", status="going", day=day)
    connection.execute(
        update(DAYS)
        .where(DAYS.c.list_name == release.list_name, DAYS.c.day == day)
        .values(taken=DAYS.c.taken + len(next_))
    )
    return next_


def settle_line(session: Session, release_id: str, no: int, end: End, *, sentence: str | None, at: datetime) -> bool:
    """Whether this settled a line that went: its place is given back unless it was released."""
    row = session.get_one(ReleaseLine, (release_id, no))
    release = session.get_one(ListRelease, release_id)
    connection = session.connection()
    done = connection.execute(
        update(RELEASED)
        .where(RELEASED.c.release_id == release_id, RELEASED.c.no == no, RELEASED.c.status == "going")
        .values(status=end, sentence=sentence, said=beside(sentence), at=at)
    )
    if done.rowcount != 1:
        return False
    if end != "released":
        connection.execute(
            update(DAYS)
            .where(DAYS.c.list_name == release.list_name, DAYS.c.day == row.day)
            .values(taken=DAYS.c.taken - 1)
        )
    return True


def end_release(session: Session, release_id: str, *, day: date, at: datetime) -> bool:
    """Whether the release is at its end: nothing goes, and what is left has no place in its day."""
    release = session.get_one(ListRelease, release_id)
    taken = _locked(session.connection(), release.list_name, release.day)
    counts = release_counts(session, release_id)
    if release.status != "running" or counts.get("going"):
        return False
    if counts.get("pending"):
        if release.day == day and (release.per_day is None or taken < release.per_day):
            return False
        sentence = (
            f"at most {release.per_day} lines of this list are released a day; approve it again on the next"
            if release.day == day
            else "the day of its release is over; approve it again"
        )
        _move(session.connection(), release_id, None, "pending", status="over", sentence=sentence, at=at)
    release.status, release.ended_at = "done", at
    session.add(release)
    session.flush()
    return True


def change_release(
    session: Session,
    release: ListRelease,
    status: Literal["running", "paused", "cancelled"],
    *,
    by: str,
    reason: str,
    at: datetime,
) -> None:
    """Pauses, resumes or cancels a release; lines that go already are decided all the same."""
    release.status, release.changed_at, release.changed_by, release.reason = status, at, by, reason
    if status == "cancelled":
        release.ended_at = at
        said = f"the release was cancelled: {reason}"
        _move(session.connection(), release.id, None, "pending", status="cancelled", sentence=said, at=at)
    session.add(release)
    session.flush()


def release_counts(session: Session, release_id: str) -> dict[str, int]:
    """How many lines of a release there are of each status."""
    query = (
        select(col(ReleaseLine.status), func.count())
        .where(col(ReleaseLine.release_id) == release_id)
        .group_by(col(ReleaseLine.status))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def counts_of(session: Session, releases: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many lines of each of these releases there are of each status."""
    if not releases:
        return {}
    query = (
        select(col(ReleaseLine.release_id), col(ReleaseLine.status), func.count())
        .where(col(ReleaseLine.release_id).in_(releases))
        .group_by(col(ReleaseLine.release_id), col(ReleaseLine.status))
    )
    counts: dict[str, dict[str, int]] = {}
    for release, status, number in session.execute(query):
        counts.setdefault(release, {})[status] = number
    return counts


def releases_under_way(session: Session) -> list[ListRelease]:
    """Releases that run or are paused, the oldest first."""
    query = (
        select(ListRelease)
        .where(text(f"list_releases.{UNDER_WAY}"))
        .order_by(col(ListRelease.made_at), col(ListRelease.id))
    )
    return list(session.execute(query).scalars())


def release_page(session: Session, list_name: str, *, limit: int = 50, cursor: str | None = None) -> Page[ListRelease]:
    """The releases of a list, the newest first."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (datetime, str)) if cursor else None
    order = (col(ListRelease.made_at), col(ListRelease.id))
    query = after(select(ListRelease).where(col(ListRelease.list_name) == list_name), order, key, down=True)
    rows = session.execute(query.limit(limit + 1)).scalars()
    return page_of([rows], lambda each: (each.made_at, each.id), limit, down=True)


def release_line_page(
    session: Session, release_id: str, *, limit: int = 50, cursor: str | None = None
) -> Page[tuple[ReleaseLine, ListLine]]:
    """The lines of a release with what became of each, in their order."""
    limit = min(limit, MOST)
    key = read_cursor(cursor, (int,)) if cursor else None
    query = (
        select(ReleaseLine, ListLine)
        .join(ListLine, col(ListLine.id) == col(ReleaseLine.line_id))
        .where(col(ReleaseLine.release_id) == release_id, col(ReleaseLine.no) > (key[0] if key else 0))
        .order_by(col(ReleaseLine.no))
        .limit(limit + 1)
    )
    rows = session.execute(query)
    found: list[tuple[ReleaseLine, ListLine]] = [(row[0], row[1]) for row in rows]
    return page_of([found], lambda each: (each[0].no,), limit)


def _going(session: Session, release: ListRelease, status: str, limit: int) -> list[Going]:
    query = (
        select(ReleaseLine, ListLine)
        .join(ListLine, col(ListLine.id) == col(ReleaseLine.line_id))
        .where(col(ReleaseLine.release_id) == release.id, col(ReleaseLine.status) == status)
        .order_by(col(ReleaseLine.no))
        .limit(limit)
    )
    return [
        Going(
            release=release.id,
            no=row.no,
            line=line.id,
            case=line.case_id,
            state=line.state,
            joined_step=line.joined_step,
            by=release.made_by,
            approved_by=tuple(release.approved_by or ()),
        )
        for row, line in session.execute(query)
    ]


def _locked(connection: Connection, list_name: str, day: date) -> int:
    """How many lines the day has taken; nobody else changes that before this transaction ends."""
    counted = insert_for(connection.dialect.name)(DAYS)
    connection.execute(counted.values(list_name=list_name, day=day, taken=0).on_conflict_do_nothing())
    row = select(DAYS.c.taken).where(DAYS.c.list_name == list_name, DAYS.c.day == day).with_for_update()
    taken: int = connection.execute(row).scalar_one()
    return taken


def _move(
    connection: Connection,
    release_id: str,
    numbers: Sequence[int] | None,
    before: str,
    *,
    status: str,
    day: date | None = None,
    sentence: str | None = None,
    at: datetime | None = None,
) -> None:
    moved = update(RELEASED).where(RELEASED.c.release_id == release_id, RELEASED.c.status == before)
    if numbers is not None:
        moved = moved.where(RELEASED.c.no.in_(numbers))
    connection.execute(moved.values(status=status, day=day, sentence=sentence, said=beside(sentence), at=at))
