"""Where personal data stand in the database, and what of a row is none: figures, days, words of definitions, numbers."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, or_
from sqlmodel import Session, col, select

from store.persons import Belongings
from store.tables.bankruptcy import AccountSplit
from store.tables.base import Row, table_of
from store.tables.cases import CaseArchive, CaseRow, Incident, ListLine, Note, StepRow, TaskRow
from store.tables.connections import Applicant, RegisterEvent, RegisterItem
from store.tables.conversations import Conversation
from store.tables.definitions import DefinitionVersion
from store.tables.finding import SearchWord
from store.tables.inbox import InboxItem, Memo
from store.tables.lists import ReleaseLine
from store.tables.migrations import MigratingCase
from store.tables.moves import CaseMove
from store.tables.outbox import AccountEvent, EffectRow, IdempotencyKey
from store.tables.papers import File, Letter
from store.tables.parties import AccountParty
from store.tables.rules import RuleOverride, SiteCheck
from store.tables.utility import Account, Bill, Customer, Hold, Payment

REDACTED: Final = "[redacted]"

#: What somebody wrote: nothing of it stays.
WRITTEN: Final[Mapping[type[Row], tuple[str, ...]]] = {
    Note: ("text",),
    Conversation: ("text",),
    InboxItem: ("sender", "reply_to", "subject", "text", "reason"),
    Memo: ("text",),
    Hold: ("reason", "reference", "release_reason"),
    File: ("name",),
    Letter: ("recalled_because",),
    Incident: ("reason",),
    RuleOverride: ("reason", "refusal"),
    SiteCheck: ("sentence",),
    ReleaseLine: ("sentence",),
    MigratingCase: ("sentence",),
    RegisterEvent: ("note",),
    CaseMove: ("reason", "refusal"),
    TaskRow: ("close_reason",),
    ListLine: ("reason",),
    StepRow: ("note",),
    Payment: ("reverse_reason",),
    CaseRow: ("why",),
}
#: What a machine or a form wrote: figures, days and the definition's own words stay, so that laws can be judged again.
STRUCTURED: Final[Mapping[type[Row], tuple[str, ...]]] = {
    CaseRow: ("snapshot", "why_said"),
    StepRow: ("changes", "facts", "detail", "result"),
    TaskRow: ("form", "draft", "item", "snapshot", "users", "close_reason_said"),
    EffectRow: ("payload", "result"),
    AccountEvent: ("data",),
    ListLine: ("columns", "why", "why_said", "reason_said"),
    SiteCheck: ("facts", "said"),
    ReleaseLine: ("said",),
    MigratingCase: ("said",),
    Letter: ("detail",),
    AccountSplit: ("working",),
    IdempotencyKey: ("response",),
}
#: Who they are, and what stands in its place.
IDENTITY: Final[Mapping[type[Row], Mapping[str, Any]]] = {
    Customer: {"name": REDACTED, "phone": "", "email": ""},
    Applicant: {"name": REDACTED, "phone": "", "email": "", "mailing": {}},
    Account: {"mailing": None},
}
#: Rows of which nothing is left but what follows from the others.
DELETED: Final[tuple[type[Row], ...]] = (AccountParty, SearchWord)
#: What is encrypted with their key.
SEALED: Final[Mapping[type[Row], tuple[str, ...]]] = {CaseArchive: ("history",)}

#: No more than six digits in a row: a telephone number is none.
_FIGURE = re.compile(r"[+-]?\d{1,6}([.,]\d{1,6})?%?|\d\d?:\d\d(:\d\d)?|\d{4}-\d\d-\d\d([T ][\d:.+Z-]*)?|P[\dTDHMSWY.]+")
_OWN = re.compile(r"(c|l|f|i|lb|ov|cv|n|r)-[a-z0-9]{6,}([.-][a-z0-9-]+)*|[0-9a-f]{32,64}")


def tables_of(kind: type[Row], whose: Belongings) -> ColumnElement[bool]:
    """The rows of this table that are about the person."""
    table = table_of(kind)
    if kind in (Customer, Applicant):
        return table.c.id.in_((whose.person, *whose.applicants))
    if kind is Account:
        return table.c.id.in_(whose.accounts)
    if kind is AccountSplit:
        return table.c.old_account_id.in_(whose.accounts) | table.c.new_account_id.in_(whose.accounts)
    for name, parent in (("line_id", ListLine), ("item_id", RegisterItem), ("task_id", TaskRow)):
        if name in table.c and "case_id" not in table.c:
            return table.c[name].in_(select(table_of(parent).c.id).where(tables_of(parent, whose)))
    by_case: Column[Any] | None = table.c.id if kind is CaseRow else table.c.get("case_id")
    found: list[ColumnElement[bool]] = [] if by_case is None else [by_case.in_(whose.cases)]
    if "account_id" in table.c:
        found.append(table.c.account_id.in_(whose.accounts))
    return or_(*found)


def key_of(table: Table) -> list[Column[Any]]:
    """The columns of its primary key."""
    return list(table.primary_key.columns)


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Words that say nothing about a person."""

    words: frozenset[str]

    def value(self, value: Any) -> Any:
        """The JSON value without what is personal: its keys, figures and days stay."""
        if isinstance(value, Mapping):
            return {key: self.value(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        if not isinstance(value, str) or value in self.words or _FIGURE.fullmatch(value) or _OWN.fullmatch(value):
            return value
        return REDACTED if value else value


def plain_of(session: Session, whose: Belongings) -> Plain:
    """The words of the definitions of the person's cases, the numbers of their rows, and the users who worked on them."""
    words: set[str] = {"open", "closed", "done", *whose.accounts, *whose.cases, *whose.applicants, whose.person}
    used = select(CaseRow.definition, CaseRow.version).where(col(CaseRow.id).in_(whose.cases)).distinct()
    for definition, version in session.exec(used).all():
        row = session.get(DefinitionVersion, (definition, version))
        if row is not None:
            words |= vocabulary(row.compiled)
    for account in session.exec(select(Account).where(col(Account.id).in_(whose.accounts))):
        words |= {account.premise_id, account.service_point_id, account.account_class, account.status, account.language}
    for kind in (Bill, Payment):
        words |= set(session.exec(select(kind.id).where(col(kind.account_id).in_(whose.accounts))))
    words |= set(session.exec(select(StepRow.by).where(col(StepRow.case_id).in_(whose.cases)).distinct()))
    return Plain(words=frozenset(words))


@lru_cache(maxsize=64)
def vocabulary(compiled: bytes) -> frozenset[str]:
    """All that a compiled definition says, keys and values: its states, outcomes, choices, titles, rules and templates."""
    return frozenset(_said(json.loads(zlib.decompress(compiled))))


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield key
            yield from _said(each)
    elif isinstance(value, Collection):
        for each in value:
            yield from _said(each)
