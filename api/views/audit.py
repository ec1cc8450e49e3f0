"""The audit as it is shown."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlmodel import Session, col, select

from api.views.shown import Moment, Said, Shown
from definitions.language.sentences import again
from store.queries.audit import seals_of
from store.tables.audit import Audit
from store.tables.utility import Account


class AuditView(Shown):
    """One act, or one look, of one person; refusals as well."""

    at: Moment
    person: str
    act: str = Field(examples=["claim"])
    object_kind: str = Field(examples=["task"])
    object: str
    account: str | None
    confidential: bool = Field(description="Whether the account is confidential now.")
    case: str | None
    step: int | None
    allowed: bool
    code: str | None = Field(description="Why it was refused: the problem's code.")
    sentence: Said | None
    rule: str | None = Field(description="By which it was allowed or refused.")
    row: int = Field(description="The number of the row.")
    link: int | None = Field(description="Its place in the audit's chain; null for the seconds until it is sealed.")
    digest: str | None = Field(description="SHA-256 of that link: of the row's content and of the link before it.")


def audit_views(session: Session, rows: Collection[Audit], *, zone: ZoneInfo) -> list[AuditView]:
    """The rows as they are shown, with a mark at confidential accounts."""
    accounts = {row.account_id for row in rows if row.account_id is not None}
    marked: set[str] = set()
    if accounts:
        marked = set(
            session.exec(select(Account.id).where(col(Account.id).in_(accounts), col(Account.confidential).is_(True)))
        )
    seals = seals_of(session, [int(row.id or 0) for row in rows])
    return [
        AuditView(
            at=row.at.astimezone(zone),
            person=row.person,
            act=row.act,
            object_kind=row.object_kind,
            object=row.object_id,
            account=row.account_id,
            confidential=row.account_id in marked,
            case=row.case_id,
            step=row.step_no,
            allowed=row.allowed,
            code=row.code,
            sentence=again(row.sentence, row.said) if row.sentence else None,
            rule=row.rule,
            row=int(row.id or 0),
            link=seal.no if (seal := seals.get(int(row.id or 0))) else None,
            digest=seal.digest if seal else None,
        )
        for row in rows
    ]
