"""Whether the audit is as it was sealed, and if not, where the chain breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import func, select
from sqlmodel import Session

from store.chain import START, link_digest, row_digest
from store.sealing import AUDIT, SEALS, UNSEALED, Head, head

READ_AT_ONCE: Final = 2_000
Kind = Literal["changed", "missing", "inserted", "reordered", "truncated"]


@dataclass(frozen=True, kw_only=True)
class Break:
    """One place at which the audit is not what was sealed."""

    kind: Kind
    row: int | None  #: the audit's row
    link: int | None  #: the chain's link
    sentence: str  #: without personal data


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found."""

    head: Head
    links: int  #: that were read
    unsealed: int  #: rows that the worker's next rounds will seal
    breaks: tuple[Break, ...]  #: in the chain's order, then what is outside of it; at most as many as were asked for

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.breaks


def verify(session: Session, anchors: Sequence[Head] = (), *, most: int = 100) -> Verified:
    """The audit, read once from its first link to its last, held against the chain and these anchors."""
    wanted = {anchor.no: anchor for anchor in anchors if anchor.no}
    breaks: list[Break] = []
    before, expected, read = START, 1, 0
    for link in _links(session):
        read += 1
        if link.no != expected:
            breaks.append(_gap(expected, link.no))
        breaks += _looked_at(link, before, told=link.no != expected)
        anchor = wanted.pop(link.no, None)
        if anchor is not None and anchor.digest != link.digest:
            breaks.append(_other_anchor(anchor))
        before, expected = link.digest, link.no + 1
    breaks += [_cut(anchor, expected - 1) for anchor in wanted.values()]
    breaks += _never_sealed(session, most)
    unsealed = session.execute(select(func.count()).select_from(UNSEALED)).scalar_one()
    return Verified(head=head(session), links=read, unsealed=unsealed, breaks=tuple(breaks[:most]))


def _links(session: Session) -> Iterator[Any]:
    joined = SEALS.outerjoin(AUDIT, AUDIT.c.id == SEALS.c.audit_id)
    columns = [column for column in AUDIT.c if column.name != "id"]
    query = select(SEALS, AUDIT.c.id.label("id"), *columns).select_from(joined).order_by(SEALS.c.no)
    last = 0
    while rows := session.execute(query.where(SEALS.c.no > last).limit(READ_AT_ONCE)).all():
        yield from rows
        last = rows[-1].no


def _looked_at(link: Any, before: str, *, told: bool) -> list[Break]:
    found = []
    if link.id is None:
        found.append(_break("missing", link, f"row {link.audit_id} is gone, which link {link.no} sealed"))
    elif row_digest(link) != link.row_digest:
        found.append(_break("changed", link, f"row {link.audit_id} is not what link {link.no} sealed"))
    if not told and link_digest(before, link.row_digest, link.sealed_at) != link.digest:
        sentence = f"link {link.no} (row {link.audit_id}) does not follow on the link before it"
        found.append(_break("reordered", link, sentence))
    return found


def _break(kind: Kind, link: Any, sentence: str) -> Break:
    return Break(kind=kind, row=link.audit_id, link=link.no, sentence=sentence)


def _gap(first: int, next_: int) -> Break:
    words = f"link {first} is" if first == next_ - 1 else f"links {first} to {next_ - 1} are"
    return Break(kind="missing", row=None, link=first, sentence=f"{words} gone from the chain")


def _other_anchor(anchor: Head) -> Break:
    sentence = f"link {anchor.no} is another one than the anchor names: the chain was written anew"
    return Break(kind="reordered", row=None, link=anchor.no, sentence=sentence)


def _cut(anchor: Head, last: int) -> Break:
    sentence = f"the chain ends at link {last}, and the anchor names link {anchor.no}: its end was cut off"
    return Break(kind="truncated", row=None, link=anchor.no, sentence=sentence)


def _never_sealed(session: Session, most: int) -> list[Break]:
    joined = AUDIT.outerjoin(SEALS, SEALS.c.audit_id == AUDIT.c.id).outerjoin(
        UNSEALED, UNSEALED.c.audit_id == AUDIT.c.id
    )
    query = (
        select(AUDIT.c.id)
        .select_from(joined)
        .where(SEALS.c.no.is_(None), UNSEALED.c.audit_id.is_(None))
        .order_by(AUDIT.c.id)
        .limit(most)
    )
    return [
        Break(
            kind="inserted",
            row=row,
            link=None,
            sentence=f"row {row} is in the audit, but Headgate did not write it: it is neither sealed nor noted as new",
        )
        for row in session.execute(query).scalars()
    ]
