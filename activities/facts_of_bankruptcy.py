"""What the books say around a petition, for facts and for the effects that put things right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from definitions.catalogue.splits import FEE, PUT_RIGHT, RECORDS
from definitions.language.money import money_json
from definitions.language.quantity import plain
from store.ledger import LedgerLine, statement
from store.queries.bankruptcy import bills_around, open_bankruptcy, taken_reads
from store.tables.utility import Account, Bill
from workflows.machine.case import Case

CASE: Final = "bankruptcy"
#: The rule of an entry that takes the security deposit for what is owed.
SET_OFF: Final = "deposit:applied"
REFUND: Final = "refund:"
#: Fees that collecting brings, where the district does not name its own.
COLLECTION_FEES: Final = ("late", "reminder", "door-tag", "lock-off", "restoration", "after-hours", "collection")


@dataclass(frozen=True, kw_only=True)
class Petition:
    """The day of a petition, and its chapter once it is known."""

    filed: date
    chapter: str | None


def petition(session: Session, account_id: str, case: Case) -> Petition | None:
    """The petition that the case is about, else that of the account's open bankruptcy."""
    data: Mapping[str, Any] = case.data
    if case.definition != CASE:
        row = open_bankruptcy(session, account_id)
        data = ((row.snapshot or {}).get("data") or {}) if row is not None else {}
    filed = data.get("petition_date")
    return Petition(filed=date.fromisoformat(str(filed)), chapter=data.get("chapter")) if filed else None


def fee_lines(lines: Sequence[LedgerLine], since: date, names: Sequence[str] | None) -> list[LedgerLine]:
    """Fees of collection posted on the day or later that nobody has taken back yet."""
    wanted = {f"{FEE}{name}" for name in names or COLLECTION_FEES}
    undone = {line.entry_id.removeprefix(PUT_RIGHT) for line in lines if line.entry_id.startswith(PUT_RIGHT)}
    refunded = [(line.rule.removeprefix(REFUND), -line.amount_usd) for line in lines if line.rule.startswith(REFUND)]
    found = []
    for line in lines:
        if line.posted_on < since or line.rule not in wanted or line.entry_id in undone:
            continue
        given_back = (line.rule.removeprefix(FEE), line.amount_usd)
        if given_back in refunded:
            refunded.remove(given_back)
        else:
            found.append(line)
    return found


def set_off_lines(lines: Sequence[LedgerLine], since: date, chapter: str | None) -> list[LedgerLine]:
    """Deposits applied on the day or later that nobody has taken back yet; in chapter 11 they may be (11 U.S.C. 366(c)(4))."""
    if chapter == "11":
        return []
    undone = {line.entry_id.removeprefix(PUT_RIGHT) for line in lines if line.entry_id.startswith(PUT_RIGHT)}
    return [
        line
        for line in lines
        if line.posted_on >= since
        and line.amount_usd < 0
        and line.rule.startswith(SET_OFF)
        and line.entry_id not in undone
    ]


def fees(lines: Sequence[LedgerLine], found: Petition | None, names: Sequence[str] | None) -> str | None:
    """The fees of collection since the petition, in USD."""
    return None if found is None else _total(fee_lines(lines, found.filed, names))


def set_off(lines: Sequence[LedgerLine], found: Petition | None) -> str | None:
    """The deposits applied since the petition, in USD."""
    return None if found is None else _total(set_off_lines(lines, found.filed, found.chapter))


def read_on_petition(session: Session, account: Account | None, found: Petition | None, zone: ZoneInfo) -> str | None:
    """The register as it was read on the day of the petition; None when nobody read it."""
    if account is None or found is None:
        return None
    reads = dict(taken_reads(session, account, found.filed, zone))
    return plain(reads[found.filed]) if found.filed in reads else None


def split_books(
    session: Session, account: Account | None, found: Petition | None, zone: ZoneInfo
) -> list[dict[str, str]] | None:
    """The books around the petition, as records of the fact; None without a petition."""
    if account is None or found is None:
        return None
    lines = statement(session, account.id)
    posted = {line.entry_id: line for line in lines}
    bills = [bill for bill in bills_around(session, account.id, found.filed) if f"bill:{bill.id}" in posted]
    before = sum((line.amount_usd for line in lines if line.posted_on < found.filed), Decimal(0))
    named = {f"bill:{bill.id}" for bill in bills}
    since = bills[0].period_end if bills else found.filed
    return [
        _record(kind="balance", amount=money_json(before)),
        *(_bill(bill, posted[f"bill:{bill.id}"].posted_on) for bill in bills),
        *(
            _record(
                kind="line",
                id=line.entry_id,
                on=line.posted_on.isoformat(),
                amount=money_json(line.amount_usd),
                rule=line.rule,
            )
            for line in lines
            if line.posted_on >= found.filed and line.entry_id not in named
        ),
        *(
            _record(kind="read", on=on.isoformat(), read=plain(value))
            for on, value in taken_reads(session, account, since, zone)
        ),
    ]


def _bill(bill: Bill, on: date) -> dict[str, str]:
    return _record(
        kind="bill",
        id=bill.id,
        on=on.isoformat(),
        start=bill.period_start.isoformat(),
        end=bill.period_end.isoformat(),
        days=str(bill.days),
        use=plain(bill.use_ccf),
        read=plain(bill.read_ccf),
        amount=money_json(bill.amount_usd),
        mailed=bill.mailed.isoformat(),
        due=bill.due.isoformat(),
    )


def _record(**given: str) -> dict[str, str]:
    return {name: given.get(name, "") for name in RECORDS}


def _total(lines: Sequence[LedgerLine]) -> str:
    return money_json(abs(sum((line.amount_usd for line in lines), Decimal(0))))
