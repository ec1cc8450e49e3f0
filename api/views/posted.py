"""Postings, write-offs and imports as finance reconciles them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Said, Shown, Usd, local
from definitions.language.sentences import again
from store.queries.posted import PostedSum
from store.tables.imports import ImportBadRow, ImportRun
from store.tables.ledger import CHART, Posting


class PostingView(Shown):
    """One line of an entry of the ledger."""

    entry: str
    line: int
    code: str = Field(examples=["receivable"])
    account: str | None
    amount_usd: Usd = Field(description="A debit above zero, a credit below.")
    posted_on: date
    at: Moment = Field(description="When it was written down.")
    rule: str = Field(description="Why: a policy, a tariff, `payment`.")
    person: str = Field(description="Who: a user, or a system.")
    case: str | None
    step: int | None
    memo: Said


class PostedSumView(Shown):
    """What one rule posted on a day, by one person or system, to one code."""

    rule: str
    person: str
    code: str
    lines: int
    amount_usd: Usd


class DayView(Shown):
    """A day's postings in sums: each rule's come to nothing, and so do all."""

    on: date
    sums: list[PostedSumView]
    sum_usd: Usd


class ImportView(Shown):
    """A file of the billing system that was imported."""

    id: str
    kind: str = Field(examples=["payments"])
    file: str
    started: Moment
    ended: Moment | None = Field(description="Null when it was broken off, or still runs.")
    by: str
    loaded: int
    known: int = Field(description="Rows that were there already.")
    bad: int


class BadRowView(Shown):
    """A row that did not load."""

    line: int = Field(description="On which it begins; the header is line 1.")
    reason: Said


def posting_view(row: Posting, *, zone: ZoneInfo) -> PostingView:
    """The line as it is shown."""
    return PostingView(
        entry=row.entry_id,
        line=row.line,
        code=row.code,
        account=row.account_id,
        amount_usd=row.amount_usd,
        posted_on=row.posted_on,
        at=row.at.astimezone(zone),
        rule=row.rule,
        person=row.person,
        case=row.case_id,
        step=row.step_no,
        memo=again(row.memo, row.memo_said),
    )


def day_view(on: date, sums: list[PostedSum]) -> DayView:
    """The day as it is shown."""
    return DayView(
        on=on,
        sums=[
            PostedSumView(
                rule=each.rule, person=each.person, code=each.code, lines=each.lines, amount_usd=each.amount_usd
            )
            for each in sums
        ],
        sum_usd=sum((each.amount_usd for each in sums), Decimal("0.00")),
    )


def import_view(run: ImportRun, *, zone: ZoneInfo) -> ImportView:
    """The import as it is shown."""
    return ImportView(
        id=run.id,
        kind=run.kind,
        file=run.file_name,
        started=run.started_at.astimezone(zone),
        ended=local(run.ended_at, zone),
        by=run.by,
        loaded=run.loaded,
        known=run.known,
        bad=run.bad,
    )


def bad_row_view(row: ImportBadRow) -> BadRowView:
    """The row as it is shown."""
    return BadRowView(line=row.line, reason=again(row.reason, row.reason_said))


def title_of_code(code: str) -> str:
    """What a code of the chart stands for."""
    return CHART.get(code, code)
