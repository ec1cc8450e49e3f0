"""An office with one thing of every kind in it, twice: of an account that is open to all, and of a confidential one.

What the confidential ones hold carries `SECRET`, so that a test sees where it is shown."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from pypdf import PdfWriter
from sqlmodel import Session

from api.engine import CaseEngine
from api.problems import NotReady
from store import people
from store.tables.batches import LetterBatch
from store.tables.cases import CaseRow, Incident, ListLine, Note
from store.tables.connections import Applicant, Parcel, RegisterItem
from store.tables.conversations import Conversation
from store.tables.definitions import Draft, Proposal, Rehearsal
from store.tables.imports import ImportRun
from store.tables.inbox import InboxItem, Memo
from store.tables.lists import ListRelease, ReleaseLine
from store.tables.migrations import CaseMigration
from store.tables.money import RefundRun
from store.tables.moves import CaseMove
from store.tables.outages import Outage
from store.tables.papers import File, Letter
from store.tables.people import Absence
from store.tables.rules import RuleOverride
from store.tables.utility import Customer, Hold, Payment, Premise
from tests.api.office import MONDAY, Office, opened

SECRET: Final = "Zanthorpe"  #: stands in everything of the confidential account

#: Where a path names something, what is there: the same for both accounts.
SHARED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "role": "counsel",
        "user_id": "rep2",
        "batch_id": "lb-1",
        "run_id": "rr-1",
        "import_id": "im-1",
        "outage_id": "ou-1",
        "which": "books",
        "register": "grease",
        "apn": "114-020-07",
        "applicant_id": "ap-1",
        "proposal_id": "pr-1",
        "migration_id": "mg-1",
        "draft_id": "d-1",
        "rehearsal_id": "rh-1",
        "code": "broken",
        "kind": "medical",
        "case": "complaint",
        "number": "1",
        "month": "2026-03",
        "part": "waiting",
        "release": "lr-1",
        "release_id": "lr-1",
        "change": "pause",
    }
)


_numbers = itertools.count(100)


class DownEngine(CaseEngine):
    """The case engine while it is down: an act that may be done gets as far as this."""

    def __init__(self) -> None:
        pass

    def __getattribute__(self, name: str) -> Any:
        raise NotReady("The case engine is not there.")


def furnish(office: Office) -> dict[bool, dict[str, str]]:
    """Puts the things in; what a path names, by whether its account is confidential."""
    with office.store.writing() as session:
        _of_nobody(session)
        session.get_one(Customer, "cu-2").name = f"{SECRET} Young"
        session.get_one(Premise, "p-2").line1 = f"{SECRET} Lane 2"
    return {confidential: {**SHARED, **_of_account(office, 2 if confidential else 1)} for confidential in (False, True)}


def task_of(office: Office, number: int, holder: str | None, **fields: Any) -> str:
    """A task of its own on the account's case, of customer service unless `fields` say otherwise; its id."""
    state = {"assignee": holder, "state": "claimed"} if holder else {}
    title = f"Review {SECRET}" if number == 2 else "Review the history"
    return opened(office, **{"account_id": f"a-{number}", "title": title, "skippable": True, **state, **fields})


def _pdf() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(72, 72)
    writer.write(out)
    return out.getvalue()


def _of_nobody(session: Session) -> None:
    people.add_user(session, "idle", "Ida Le", roles=frozenset(), by="supervisor", at=MONDAY)
    session.add(Applicant(id="ap-1", name="Ana Ruiz", mailing={"line1": "x", "city": "x", "zip": "x"}, since=MONDAY))
    session.add(Parcel(id="114-020-07"))
    made: dict[str, Any] = {"definition": "complaint", "source": "case: complaint\n"}
    session.add(
        Draft(id="d-1", author="author", based_on=1, made_at=MONDAY, changed_at=MONDAY, changed_by="author", **made)
    )
    thrown: dict[str, Any] = {"id": "d-2", "definition": "lost-key", "source": "case: lost-key\n", "author": "author"}
    session.add(Draft(based_on=0, made_at=MONDAY, changed_at=MONDAY, changed_by="author", **thrown))
    session.add(Proposal(id="pr-1", based_on=1, proposed_by="supervisor", proposed_at=MONDAY, **made))
    session.add(
        Rehearsal(id="rh-1", accounts="all", cases=1, days=1, begin=MONDAY.date(), asked_by="author", asked_at=MONDAY,
                  told_at=datetime.now(UTC), **made)
    )  # fmt: skip
    session.add(
        CaseMigration(id="mg-1", definition="complaint", from_version=1, to_version=2, reason="x", cases=0,
                      asked_by="author", asked_at=MONDAY)
    )  # fmt: skip
    session.add(
        Outage(id="ou-1", kind="planned", begins_at=MONDAY, reason="A new valve.", premises=1, announced_at=MONDAY,
               announced_by="supervisor", extent={"accounts": ["a-1"]})
    )  # fmt: skip
    session.add(LetterBatch(id="lb-1", made_at=MONDAY, made_by="finance", letters=2))
    session.add(RefundRun(id="rr-1", made_at=MONDAY, made_by="lead", refunds=0, total_usd=Decimal(0)))
    session.add(
        ImportRun(id="im-1", kind="payments", file_name="p.csv", file_digest="0" * 64, started_at=MONDAY, by="finance")
    )
    session.add(ListRelease(id="lr-1", list_name="tags", day=MONDAY.date(), made_at=MONDAY, made_by="lead", lines=2))


def _of_account(office: Office, number: int) -> dict[str, str]:
    account = f"a-{number}"
    task = task_of(office, number, None)
    case = task.rpartition(".")[0]
    said = _said(number)
    gathering, guarded = f"c-gathering-{number}", f"c-guarded-{number}"
    digest = office.services.files.put(_pdf())
    with office.store.writing() as session:
        for id_, definition, state in ((gathering, "gathering", "waiting"), (guarded, "guarded", "ready")):
            session.add(
                CaseRow(
                    id=id_, definition=definition, version=1, account_id=account, title=definition.title(), state=state,
                    opened_at=MONDAY, at=MONDAY, step_no=1, why=f"Waits, {said}.",
                    snapshot={"id": id_, "definition": definition, "version": 1, "account": account, "state": [state],
                              "data": {"account": {"id": account}}, "opened_at": MONDAY.isoformat(),
                              "at": MONDAY.isoformat(), "step": 1},
                )
            )  # fmt: skip
        session.get_one(CaseRow, case).why = f"Waits for somebody to review, {said}."
        session.flush()
        line = ListLine(
            id=f"{gathering}.1.tags", list_name="tags", case_id=gathering, account_id=account, state="waiting",
            columns={}, why=[], joined_at=MONDAY, joined_step=1,
        )  # fmt: skip
        session.add(line)
        session.add_all(
            [
                File(
                    id=f"f-{number}", digest=digest, kind="photo", name=f"{said}.pdf", content_type="application/pdf",
                    size=100, case_id=case, account_id=account, uploaded_by="supervisor", uploaded_at=MONDAY,
                ),
                Payment(id=f"p-{number}", account_id=account, received=date(2026, 3, 1), amount_usd=Decimal("10.00")),
                Hold(
                    id=f"h-{number}", account_id=account, kind="medical", since=MONDAY, placed_at=MONDAY,
                    placed_by="supervisor", reason=said,
                ),
                RegisterItem(
                    id=f"rg-{number}", register_name="grease", account_id=account, kind="trap", place=said,
                    since=date(2025, 1, 1), every_days=90,
                ),
                Note(id=f"n-{number}", case_id=case, account_id=account, by="supervisor", at=MONDAY, text=said),
                Conversation(
                    id=f"cv-{number}", account_id=account, at=MONDAY, by="supervisor", channel="telephone",
                    incoming=True, spoke_with="customer", asked={}, verified=True, offered=[], text=said,
                ),
                Memo(id=f"m-{number}", sender="supervisor", to_user="supervisor", at=MONDAY, text=said, case_id=case),
                Incident(
                    id=f"in-{number}", case_id=case, step_no=1, effect_no=1, action="letter", code="x", sentence="x",
                    opened_at=MONDAY,
                ),
            ]
        )  # fmt: skip
        session.flush()
        session.add(ReleaseLine(release_id="lr-1", no=number, line_id=line.id))
    there = {
        "account_id": account,
        "person_id": f"cu-{number}",
        "case_id": case,
        "guarded": guarded,
        "task_id": task,
        "file_id": f"f-{number}",
        "payment_id": f"p-{number}",
        "memo_id": f"m-{number}",
        "device_id": f"rg-{number}",
        "incident_id": f"in-{number}",
        "line": line_of(number),
        "name": "tags",
    }
    return there | {part: afresh(office, part, number, there) for part in AFRESH}


def line_of(number: int) -> str:
    """The account's line on the list of door tags."""
    return f"c-gathering-{number}.1.tags"


def _said(number: int) -> str:
    return SECRET if number == 2 else "said"


#: What an act uses up, so that each call gets another one.
AFRESH: Final = ("move_id", "item_id", "letter_id", "override_id", "absence_id", "sign_in_id")


def afresh(office: Office, part: str, number: int, there: Mapping[str, str]) -> str:
    """Another thing of this kind, of the account; its id."""
    n, account, said = next(_numbers), f"a-{number}", _said(number)
    with office.store.writing() as session:
        if part == "item_id":
            row: Any = InboxItem(
                id=f"i-{n}", channel="call", received_at=MONDAY, taken_in_at=MONDAY, taken_in_by="gateway",
                account_id=account, subject=said, text=said, sender=said, queue="customer-service", due_at=MONDAY,
            )  # fmt: skip
        elif part == "letter_id":
            row = Letter(
                id=f"l-{n}", case_id=there["case_id"], step_no=1, effect_no=n, template="answer", account_id=account,
                status="printed", file_digest=office.services.files.put(_pdf()), queued_at=MONDAY, printed_at=MONDAY,
                batch="lb-1",
            )  # fmt: skip
        elif part == "override_id":
            row = RuleOverride(
                id=f"ov-{n}", case_id=there["guarded"], rules=["WD-1"], reason=said, asked_by="author", asked_at=MONDAY
            )
        elif part == "move_id":
            row = CaseMove(
                id=f"mv-{n}", case_id=there["case_id"], target="closed", reason=said, asked_by="author", asked_at=MONDAY
            )
        elif part == "absence_id":
            row = Absence(user_id="rep2", starts=date(2026, 4, 6), ends=date(2026, 4, 7))
        else:
            ends = datetime.now(UTC) + timedelta(days=1)
            people.make_sign_in(session, "rep2", kind="session", at=datetime.now(UTC), expires_at=ends)
            return people.sign_ins_of(session, "rep2", datetime.now(UTC))[0].id
        session.add(row)
        session.flush()
        return str(row.id)
