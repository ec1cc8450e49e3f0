"""Every endpoint with what calling it needs: the one table of who may do what.

`needs` is read aloud: rights joined by "and", alternatives by "or", and these words beside the rights: nobody (not even a
sign-in), anybody (who is signed in), offered (the task's queue or crew is theirs), crew (they are in one), reviewer (the list
names their role), rep2 (that person). What each role may do follows from the rights that the district gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal


@dataclass(frozen=True, kw_only=True)
class Row:
    """One endpoint."""

    needs: str
    sent: Any = None  #: the JSON body, or the fields of a form
    query: str = ""
    file: bool = False  #: a file is sent
    task: Literal["open", "held", "done", "order", "held-order"] = "open"  #: the task that it is called for
    parts: Mapping[str, str] = field(default_factory=dict)  #: of the path, where they are not those that are there
    open_to_all: str = ""  #: why it answers although its path names something of a confidential account
    gives: bool = False  #: to somebody else; a confidential account is open to nobody but one supervisor of this office


def needs(needed: str, **more: Any) -> Row:
    """A row."""
    return Row(needs=needed, **more)


_APPLICANT: Final = {"name": "x", "mailing": {"line1": "x", "city": "x", "zip": "x"}}
_PARTY: Final = {"name": "A. Byrne", "mailing": {"line1": "9 Elm St", "city": "Wellton", "zip": "90000"}}
_WHY: Final = {"reason": "x"}
_OUTAGE: Final[dict[str, Any]] = {"kind": "emergency", "reason": "x", "extent": {"accounts": ["a-1"]}}
_NOTHING: Final[dict[str, str]] = {}
_MONEY: Final = "issue-refunds or read-audit"
_LETTERS: Final = "print-letters or read-audit"
_MIGRATIONS: Final = "migrate-cases or read-audit"
_VERSIONS: Final[dict[str, Any]] = {"case": "complaint", "from_version": 1, "to_version": 2}
_INCIDENTS: Final = "settle-incidents or read-audit"
_AWAY: Final = "manage-people or keep-absences"
_HELD: Final = "work and offered"
_DIRECTED: Final = "work and offered or work and assign-tasks"
_DESK: Final = "work and see-accounts"
_ITEM: Final = "work and see-accounts and offered or work and see-accounts and assign-tasks"
_AUTHOR: Final = "publish-definitions"
_REVIEW: Final = "review-lists and reviewer"
_SEEN_ITEM: Final = "see-accounts and offered or see-accounts and assign-tasks or see-accounts and read-audit"
_BATCH: Final = "a batch is mailed whole: who prints letters handles sealed envelopes"

REST: Final[Mapping[str, Row]] = {
    # oneself
    "GET /api/me": needs("anybody"),
    "POST /api/me/password": needs("anybody", sent={"present": "wrong password", "new": "another password"}),
    "GET /api/audit/mine": needs("anybody"),
    # accounts
    "POST /api/accounts/search": needs("see-accounts", sent={"words": "young"}),
    "GET /api/accounts/{account_id}": needs("see-accounts"),
    "GET /api/accounts/{account_id}/contact": needs("see-accounts"),
    "PUT /api/accounts/{account_id}/contact": needs("edit-accounts", sent={"phone": "1"}),
    "GET /api/accounts/{account_id}/name": needs("see-accounts"),
    "PUT /api/accounts/{account_id}/name": needs("edit-accounts", sent={"name": "X", "why": "misspelt"}),
    "GET /api/redactions": needs("redact-persons"),
    "GET /api/persons/{person_id}": needs("redact-persons or export-persons"),
    "GET /api/persons/{person_id}/export": needs("export-persons"),
    "POST /api/persons/{person_id}/redaction": needs("redact-persons", sent=_WHY),
    "POST /api/persons/{person_id}/redaction/approve": needs("redact-persons"),
    "POST /api/persons/{person_id}/redaction/refuse": needs("redact-persons"),
    "POST /api/codec/decode": needs("read-payloads and see-confidential", sent={"payloads": []}),
    "POST /api/codec/encode": needs("read-payloads and see-confidential", sent={"payloads": []}),
    "GET /api/accounts/{account_id}/reads": needs("see-accounts"),
    "GET /api/accounts/{account_id}/bills": needs("see-accounts"),
    "GET /api/accounts/{account_id}/ledger": needs("see-accounts"),
    "GET /api/accounts/{account_id}/letters": needs("see-accounts"),
    "GET /api/accounts/{account_id}/cases": needs("see-accounts"),
    "GET /api/accounts/{account_id}/conversations": needs("see-accounts"),
    "POST /api/accounts/{account_id}/conversations": needs(
        _DESK, sent={"channel": "telephone", "spoke_with": "customer", "text": "x"}
    ),
    "GET /api/accounts/{account_id}/outages": needs("see-accounts"),
    "GET /api/outages": needs("see-accounts"),
    "POST /api/outages": needs("announce-outages", sent=_OUTAGE),
    "GET /api/outages/{outage_id}": needs("see-accounts"),
    "PATCH /api/outages/{outage_id}": needs("announce-outages", sent=_WHY),
    "POST /api/outages/{outage_id}/end": needs("announce-outages", sent=_NOTHING),
    "GET /api/accounts/{account_id}/parties": needs("see-accounts"),
    "PUT /api/accounts/{account_id}/parties/{role}": needs("edit-accounts", sent=_PARTY),
    "DELETE /api/accounts/{account_id}/parties/{role}": needs("edit-accounts"),
    "POST /api/accounts/{account_id}/events/{name}": needs("send-events", sent={"data": {}}),
    "POST /api/accounts/{account_id}/payments": needs(
        "take-payments", sent={"amount_usd": "1.00", "received": "2026-03-09"}
    ),
    "GET /api/accounts/{account_id}/payments/{payment_id}": needs("see-accounts"),
    "POST /api/accounts/{account_id}/holds": needs("place-holds", sent={"kind": "medical"}),
    "POST /api/accounts/{account_id}/holds/{kind}/release": needs("place-holds", sent={"reason": "over"}),
    # cases
    "GET /api/cases": needs("see-accounts"),
    "POST /api/cases": needs("open-cases", sent={"case": "complaint", "data": {"account": "a-1"}}),
    "GET /api/cases/{case_id}": needs("see-accounts"),
    "GET /api/cases/{case_id}/steps": needs("see-accounts"),
    "GET /api/cases/{case_id}/notes": needs("see-accounts"),
    "POST /api/cases/{case_id}/notes": needs(_DESK, sent={"text": "x"}),
    "POST /api/cases/{case_id}/events/{name}": needs(
        "send-events", sent={"data": {}}, parts={"name": "=customer-withdrew"}
    ),
    "POST /api/cases/{case_id}/reopen": needs("reopen-cases", sent={"reason": "again"}),
    "GET /api/cases/{case_id}/overrides": needs("see-accounts"),
    "POST /api/cases/{case_id}/overrides": needs(
        "work and see-accounts and reviewer", sent={"rules": ["WD-1"], "reason": "x"}, parts={"case_id": "guarded"}
    ),
    "POST /api/cases/{case_id}/overrides/{override_id}/agree": needs(
        "work and see-accounts and reviewer", parts={"case_id": "guarded"}
    ),
    "POST /api/cases/{case_id}/overrides/{override_id}/refuse": needs(
        "work and see-accounts and reviewer", sent=_WHY, parts={"case_id": "guarded"}
    ),
    # new connections: an applicant has no account yet
    "POST /api/applicants": needs("open-cases", sent=_APPLICANT),
    "POST /api/applicants/search": needs("see-accounts", sent={"words": "young"}),
    "GET /api/applicants/{applicant_id}": needs("see-accounts"),
    "PUT /api/applicants/{applicant_id}": needs("open-cases", sent=_APPLICANT),
    "GET /api/applicants/{applicant_id}/cases": needs("see-accounts"),
    "GET /api/parcels/{apn}": needs("see-accounts"),
    "PUT /api/parcels/{apn}": needs("open-cases", sent=_NOTHING),
    "GET /api/registers/{register}": needs("see-accounts"),
    "GET /api/registers/items/{item_id}/events": needs("see-accounts", parts={"item_id": "device_id"}),
    "POST /api/registers/items/{item_id}/events": needs(
        _DESK, sent={"on": "2026-03-06", "kind": "pumped"}, parts={"item_id": "device_id"}
    ),
    "GET /api/reports/new-connections/{month}": needs("see-accounts"),
    # tasks
    "GET /api/tasks": needs("anybody"),
    "GET /api/tasks/{task_id}": needs("see-accounts"),
    "GET /api/tasks/{task_id}/order.pdf": needs("see-accounts or crew", task="order"),
    "POST /api/tasks/next": needs("work", sent=_NOTHING),
    "POST /api/tasks/{task_id}/claim": needs(_HELD),
    "POST /api/tasks/{task_id}/release": needs(_DIRECTED, task="held"),
    "POST /api/tasks/{task_id}/assign": needs("assign-tasks", sent={"to": "rep2"}, gives=True),
    "POST /api/tasks/assign": needs("anybody", sent={"tasks": ["x"], "to": "rep"}),
    "POST /api/tasks/{task_id}/prioritize": needs("assign-tasks", sent={"priority": "high"}),
    "POST /api/tasks/prioritize": needs("anybody", sent={"tasks": ["x"], "priority": "high"}),
    "POST /api/tasks/{task_id}/delegate": needs(_DIRECTED, sent={"to": "rep2"}, gives=True, task="held"),
    "POST /api/tasks/{task_id}/hand-over": needs(_DIRECTED, sent={"to": "rep2"}, gives=True, task="held"),
    "POST /api/tasks/{task_id}/decline": needs("work and see-accounts", task="held"),
    "POST /api/tasks/{task_id}/helpers": needs(_DIRECTED, sent={"helper": "finance"}, task="held"),
    "POST /api/tasks/{task_id}/check": needs(_DIRECTED, task="held"),
    "POST /api/tasks/{task_id}/foresee": needs(_HELD, sent={"form": {}}, task="held"),
    "POST /api/tasks/{task_id}/complete": needs(_HELD, sent={"outcome": "reread"}),
    "POST /api/tasks/{task_id}/take-back": needs(_HELD, task="done"),
    "POST /api/tasks/{task_id}/suspend": needs(_DIRECTED, sent=_WHY, task="held"),
    "POST /api/tasks/{task_id}/resume": needs(_DIRECTED, task="held"),
    "POST /api/tasks/{task_id}/skip": needs(_DIRECTED, sent=_WHY, task="held"),
    "POST /api/tasks/{task_id}/redo": needs(_DIRECTED, sent=_WHY, task="done"),
    "POST /api/tasks/{task_id}/notes": needs(_DESK, sent={"text": "x"}),
    "POST /api/tasks/{task_id}/follow-up": needs(_DIRECTED, sent={"at": None}, task="held"),
    "PUT /api/tasks/{task_id}/draft": needs(_DIRECTED, sent={"form": {}}, task="held"),
    # crews
    "GET /api/crew/day": needs("crew"),
    "GET /api/crew/unfinished": needs("assign-tasks"),
    "POST /api/crew/orders/{task_id}/place": needs(_DESK + " or crew", sent={"access": "x"}, task="order"),
    "POST /api/crew/orders/{task_id}/close": needs(_HELD, sent={"outcome": "done", "form": {}}, task="order"),
    # lists
    "GET /api/lists": needs("see-accounts"),
    "GET /api/lists/{name}": needs("see-accounts"),
    "GET /api/lists/{name}/day": needs("see-accounts"),
    "POST /api/lists/{name}/lines/{line}/exclude": needs(_REVIEW, sent={"reason": "paid"}),
    "POST /api/lists/{name}/exclude": needs(_REVIEW, sent={"lines": ["x"], "reason": "paid"}),
    "POST /api/lists/{name}/approve": needs(_REVIEW),
    "GET /api/lists/{name}/releases": needs("see-accounts"),
    "GET /api/lists/{name}/releases/{release}": needs("see-accounts"),
    "GET /api/lists/{name}/releases/{release}/lines": needs("see-accounts"),
    "POST /api/lists/{name}/releases/{release}/{change}": needs(_REVIEW, sent=_WHY),
    # definitions
    "GET /api/definitions": needs("anybody"),
    "GET /api/definitions/{case}": needs("anybody"),
    "GET /api/definitions/{case}/diagram.svg": needs("anybody"),
    "GET /api/fees": needs("anybody"),
    "GET /api/fees/csv": needs("anybody"),
    "POST /api/definitions/check": needs("anybody", sent={"source": "case: x"}),
    "POST /api/definitions": needs(_AUTHOR, sent={"source": "case: x"}),
    "GET /api/drafts": needs(_AUTHOR),
    "POST /api/drafts": needs(_AUTHOR, sent={"case": "complaint"}),
    "GET /api/drafts/{draft_id}": needs(_AUTHOR),
    "PUT /api/drafts/{draft_id}": needs(_AUTHOR, sent={"source": "case: x"}),
    "DELETE /api/drafts/{draft_id}": needs(_AUTHOR, parts={"draft_id": "=d-2"}),
    "POST /api/drafts/{draft_id}/rehearse": needs(_AUTHOR, sent={"cases": 50, "days": 30}),
    "GET /api/rehearsals": needs(_AUTHOR, query="?case=complaint"),
    "GET /api/rehearsals/{rehearsal_id}": needs(_AUTHOR),
    "POST /api/rehearsals/{rehearsal_id}/cancel": needs(_AUTHOR),
    "GET /api/proposals": needs("anybody"),
    "GET /api/proposals/{proposal_id}": needs("anybody"),
    "POST /api/proposals/{proposal_id}/approve": needs(_AUTHOR),
    "POST /api/proposals/{proposal_id}/send-back": needs(_AUTHOR, sent=_WHY),
    "POST /api/proposals/{proposal_id}/withdraw": needs(_AUTHOR),
    # files
    "GET /api/files": needs("see-accounts", query="?account={account_id}"),
    "POST /api/files": needs("work and see-accounts", sent={"account": "{account_id}"}, file=True),
    "GET /api/files/{file_id}": needs("see-accounts"),
    "GET /api/files/{file_id}/content": needs("see-accounts"),
    # inbox
    "GET /api/inbox": needs("see-accounts"),
    "POST /api/inbox": needs("take-in", sent={"channel": "call", "text": "x"}),
    "GET /api/inbox/{item_id}": needs(_SEEN_ITEM),
    "PATCH /api/inbox/{item_id}": needs(_ITEM, sent={"subject": "x"}),
    "POST /api/inbox/{item_id}/claim": needs(_ITEM),
    "POST /api/inbox/{item_id}/release": needs(_ITEM),
    "POST /api/inbox/{item_id}/assign": needs(_ITEM, sent={"to": "rep"}, gives=True),
    "POST /api/inbox/{item_id}/move": needs(_ITEM, sent={"queue": "customer-service"}),
    "POST /api/inbox/{item_id}/join": needs(_ITEM, sent={"case": "{case_id}"}),
    "POST /api/inbox/{item_id}/open-case": needs(_ITEM, sent={"case": "complaint", "data": {}}),
    "POST /api/inbox/{item_id}/settle": needs(_ITEM, sent=_WHY),
    "POST /api/inbox/{item_id}/bring-back": needs(_ITEM, sent=_WHY),
    "GET /api/memos": needs("anybody"),
    "POST /api/memos": needs("work", sent={"to": "rep", "text": "x"}),
    "POST /api/memos/{memo_id}/read": needs("supervisor"),
    # operators
    "POST /api/migrations/foresee": needs("migrate-cases", sent=_VERSIONS),
    "POST /api/migrations": needs("migrate-cases", sent=_VERSIONS | _WHY),
    "GET /api/migrations": needs(_MIGRATIONS),
    "GET /api/migrations/{migration_id}": needs(_MIGRATIONS),
    "GET /api/migrations/{migration_id}/cases": needs(_MIGRATIONS),
    "POST /api/migrations/{migration_id}/{change}": needs("migrate-cases"),
    "GET /api/incidents": needs(_INCIDENTS),
    "GET /api/incidents/{incident_id}": needs(_INCIDENTS),
    "GET /api/cases/{case_id}/moves": needs("see-accounts"),
    "POST /api/cases/{case_id}/moves": needs("move-cases", sent=_WHY | {"target": "closed"}),
    "GET /api/moves": needs("move-cases or read-audit"),
    "POST /api/moves": needs("anybody", sent=_WHY | {"target": "closed", "cases": ["x"]}),  # each is refused by itself
    "POST /api/moves/agree": needs("anybody", sent={"moves": ["x"]}),
    "POST /api/moves/{move_id}/agree": needs("move-cases"),
    "POST /api/moves/{move_id}/refuse": needs("move-cases", sent=_WHY),
    "POST /api/incidents/settle": needs("anybody", sent=_WHY | {"incidents": ["x"], "how": "retry"}),
    "POST /api/incidents/{incident_id}/retry": needs("settle-incidents", sent=_WHY),
    "POST /api/incidents/{incident_id}/skip": needs("settle-incidents", sent=_WHY),
    "GET /api/audit": needs("read-audit"),
    "GET /api/audit/export": needs("read-audit"),
    # letters
    "GET /api/letters/batches": needs(_LETTERS),
    "POST /api/letters/batches": needs("print-letters"),
    "GET /api/letters/batches/{batch_id}": needs(_LETTERS),
    "GET /api/letters/batches/{batch_id}/pdf": needs("print-letters"),
    "GET /api/letters/batches/{batch_id}/law-days": needs(_LETTERS),
    "POST /api/letters/batches/{batch_id}/letters/{letter_id}/take-out": needs(
        "print-letters", sent=_WHY, open_to_all=_BATCH
    ),
    "POST /api/letters/batches/{batch_id}/print": needs("print-letters", sent=_WHY),
    "POST /api/letters/batches/{batch_id}/mailed": needs("print-letters", sent={"mailed_on": "2026-03-09"}),
    "POST /api/letters/{letter_id}/recall": needs("print-letters", sent=_WHY, open_to_all=_BATCH),
    "POST /api/letters/{letter_id}/certified": needs("print-letters", sent={"number": "9407 1118"}, open_to_all=_BATCH),
    "POST /api/letters/{letter_id}/returned": needs(
        "print-letters", sent={"returned_on": "2026-03-09"}, open_to_all=_BATCH
    ),
    # money
    "GET /api/money/refunds": needs(_MONEY),
    "GET /api/money/runs": needs(_MONEY),
    "POST /api/money/runs": needs("issue-refunds"),
    "POST /api/money/runs/{run_id}/issued": needs(
        "issue-refunds", sent={"first_check": 1001, "issued_on": "2026-03-09"}
    ),
    "POST /api/money/runs/{run_id}/dissolved": needs("issue-refunds"),
    "GET /api/money/runs/{run_id}/checks": needs("issue-refunds"),
    "GET /api/money/deposits": needs(_MONEY),
    "GET /api/money/returned-payments": needs(_MONEY),
    "GET /api/money/books": needs(_MONEY),
    "GET /api/money/postings": needs(_MONEY),
    "GET /api/money/days": needs(_MONEY),
    "GET /api/money/imports": needs(_MONEY),
    "GET /api/money/imports/{import_id}/bad-rows": needs(_MONEY),
    "GET /api/money/approvals": needs("see-accounts"),
    "GET /api/money/registers/{which}": needs(_MONEY),
    # people
    "GET /api/users": needs("manage-people"),
    "GET /api/users/{user_id}": needs("manage-people or rep2"),
    "POST /api/users": needs("manage-people", sent={"id": "rep", "name": "x"}),
    "PATCH /api/users/{user_id}": needs("manage-people", sent={"name": "x"}),
    "POST /api/users/{user_id}/leave": needs("manage-people", sent=_WHY),
    "GET /api/users/{user_id}/sign-ins": needs("manage-people or keep-absences or rep2"),
    "DELETE /api/users/{user_id}/sign-ins/{sign_in_id}": needs("manage-people or rep2"),
    "DELETE /api/users/{user_id}/sign-ins": needs("manage-people", parts={"user_id": "=idle"}),
    "GET /api/users/{user_id}/absences": needs(f"{_AWAY} or rep2"),
    "POST /api/users/{user_id}/absences": needs(
        f"{_AWAY} or rep2", sent={"starts": "2026-03-09", "ends": "2026-03-09"}
    ),
    "DELETE /api/users/{user_id}/absences/{absence_id}": needs(f"{_AWAY} or rep2"),
}

PAGES: Final[Mapping[str, Row]] = {
    # signing in and out, and what the browser keeps
    "GET /sign-in": needs("nobody"),
    "POST /sign-in": needs("nobody", sent={"name": "nobody", "password": "x"}),
    "GET /sign-in/openid": needs("nobody"),
    "GET /sign-in/openid/back": needs("nobody"),
    "POST /sign-out": needs("anybody"),
    "GET /unlock": needs("anybody"),
    "POST /unlock": needs("anybody"),
    "POST /awake": needs("anybody"),
    "POST /preferences": needs("nobody", sent={"theme": "dark"}),
    "GET /problems": needs("nobody"),
    "GET /problems/{code}": needs("nobody"),
    "GET /me": needs("anybody"),
    "POST /me/{act}": needs("anybody", parts={"act": "=password"}),
    # the desk
    "GET /": needs("anybody"),
    "GET /desk/{part}": needs("anybody"),
    "POST /desk/acts": needs("anybody"),
    "POST /search": needs("see-accounts", sent={"words": "young"}),
    "POST /tasks/next": needs("work"),
    "GET /tasks/{task_id}": needs("see-accounts"),
    "POST /tasks/{task_id}/claim": needs(_HELD),
    "POST /tasks/{task_id}/release": needs(_DIRECTED, task="held"),
    "POST /tasks/{task_id}/check": needs(_DIRECTED, task="held"),
    "POST /tasks/{task_id}/notes": needs(_DESK, sent={"text": "x"}),
    "POST /tasks/{task_id}/files": needs(_DESK, file=True),
    "POST /tasks/{task_id}/foresee": needs(_HELD, task="held"),
    "POST /tasks/{task_id}/complete": needs(_HELD, sent={"outcome": "reread", "version": "0"}),
    "POST /tasks/{task_id}/give": needs("assign-tasks", sent={"to": "rep2"}, gives=True),
    "POST /tasks/{task_id}/follow-up": needs(_DIRECTED, task="held"),
    "POST /tasks/{task_id}/suspend": needs(_DIRECTED, sent=_WHY, task="held"),
    "POST /tasks/{task_id}/resume": needs(_DIRECTED, task="held"),
    "POST /tasks/{task_id}/skip": needs(_DIRECTED, sent=_WHY, task="held"),
    "POST /tasks/{task_id}/redo": needs(_DIRECTED, sent=_WHY, task="done"),
    "POST /tasks/{task_id}/take-back": needs(_HELD, task="done"),
    # accounts and cases
    "GET /accounts": needs("see-accounts"),
    "POST /accounts": needs("see-accounts", sent={"words": "young"}),
    "GET /accounts/{account_id}": needs("see-accounts"),
    "GET /accounts/{account_id}/now": needs("see-accounts"),
    "GET /accounts/{account_id}/contact": needs("edit-accounts"),
    "POST /accounts/{account_id}/contact": needs("edit-accounts"),
    "GET /accounts/{account_id}/name": needs("edit-accounts"),
    "POST /accounts/{account_id}/name": needs("edit-accounts", sent={"name": "X", "why": "misspelt"}),
    "GET /accounts/{account_id}/open/{case}": needs("open-cases"),
    "POST /accounts/{account_id}/open/{case}": needs("open-cases"),
    "POST /accounts/{account_id}/conversations": needs(
        _DESK, sent={"channel": "telephone", "spoke_with": "customer", "text": "x"}
    ),
    "POST /accounts/{account_id}/payments": needs(
        "take-payments", sent={"amount": "1.00", "method": "check", "received": "2026-03-09"}
    ),
    "GET /accounts/{account_id}/payments/{payment_id}": needs("see-accounts"),
    "POST /accounts/{account_id}/holds": needs("place-holds", sent={"kind": "medical", "reason": "x"}),
    "POST /accounts/{account_id}/holds/{kind}/release": needs("place-holds", sent=_WHY),
    "GET /cases/{case_id}": needs("see-accounts"),
    "GET /cases/{case_id}/now": needs("see-accounts"),
    "GET /cases/{case_id}/states.svg": needs("see-accounts"),
    "POST /cases/{case_id}/notes": needs(_DESK, sent={"text": "x"}),
    "GET /cases/{case_id}/events/{name}": needs("send-events", parts={"name": "=customer-withdrew"}),
    "POST /cases/{case_id}/events/{name}": needs("send-events", parts={"name": "=customer-withdrew"}),
    "POST /cases/{case_id}/reopen": needs("reopen-cases", sent=_WHY),
    "POST /cases/{case_id}/incidents/{incident_id}": needs("settle-incidents", sent=_WHY),
    "POST /cases/{case_id}/moves": needs("move-cases", sent=_WHY | {"target": "closed"}),
    "POST /cases/{case_id}/moves/{move_id}": needs("move-cases", sent={"decision": "agree"}),
    "POST /cases/{case_id}/overrides": needs(
        "work and see-accounts and reviewer", sent={"rule": "WD-1", "reason": "x"}, parts={"case_id": "guarded"}
    ),
    "POST /cases/{case_id}/overrides/{override_id}": needs(
        "work and see-accounts and reviewer", sent={"decision": "agree"}, parts={"case_id": "guarded"}
    ),
    "GET /applicants/new": needs("open-cases"),
    "POST /applicants/new": needs("open-cases", sent={"name": "x", "line1": "x", "city": "x", "zip": "x"}),
    "GET /applicants/{applicant_id}": needs("see-accounts"),
    "GET /applicants/{applicant_id}/open/{case}": needs("open-cases"),
    "POST /applicants/{applicant_id}/open/{case}": needs("open-cases"),
    "GET /files/{file_id}": needs("see-accounts"),
    # inbox and memos
    "GET /inbox": needs("see-accounts"),
    "GET /inbox/now": needs("see-accounts"),
    "GET /inbox/new": needs("take-in"),
    "POST /inbox/new": needs("take-in", sent={"channel": "call", "text": "x"}),
    "GET /inbox/{item_id}": needs(_SEEN_ITEM),
    "POST /inbox/{item_id}/{act}": needs(_ITEM, parts={"act": "=claim"}),
    "GET /inbox/{item_id}/open/{case}": needs("see-accounts and open-cases and offered or open-cases and assign-tasks"),
    "POST /inbox/{item_id}/open/{case}": needs(
        "see-accounts and open-cases and offered or open-cases and assign-tasks"
    ),
    "GET /memos": needs("anybody"),
    "POST /memos": needs("work", sent={"to": "user rep", "text": "x"}),
    "POST /memos/{memo_id}/read": needs("supervisor"),
    # crews
    "GET /crew": needs("crew"),
    "GET /crew/worker.js": needs("nobody"),
    "GET /crew/unfinished": needs("assign-tasks"),
    "GET /crew/orders/{task_id}": needs("see-accounts or crew", task="order"),
    "POST /crew/orders/{task_id}/claim": needs("crew", task="order"),
    "POST /crew/orders/{task_id}/release": needs("crew or work and assign-tasks", task="held-order"),
    "POST /crew/orders/{task_id}/check": needs("crew", task="order"),
    "POST /crew/orders/{task_id}/place": needs(_DESK + " or crew", sent={"access": "x"}, task="order"),
    "POST /crew/orders/{task_id}/close": needs("crew", sent={"outcome": "done"}, task="order"),
    # lists
    "GET /lists": needs("see-accounts"),
    "GET /lists/{name}": needs("see-accounts"),
    "GET /lists/{name}/print": needs("see-accounts"),
    "POST /lists/{name}/exclude": needs(_REVIEW, sent={"line": "{line}", "reason": "paid"}),
    "POST /lists/{name}/approve": needs(_REVIEW, sent={"seen": "x"}),
    "GET /lists/{name}/releases/{release_id}": needs("see-accounts"),
    "GET /lists/{name}/releases/{release_id}/progress": needs("see-accounts"),
    "POST /lists/{name}/releases/{release_id}/{change}": needs(_REVIEW, sent=_WHY),
    "GET /lists/{name}/day": needs("see-accounts"),
    "GET /lists/{name}/day/now": needs("see-accounts"),
    # outages
    "GET /outages": needs("see-accounts"),
    "POST /outages": needs("announce-outages", sent=_WHY | {"kind": "emergency", "accounts": "a-1"}),
    "GET /outages/{outage_id}": needs("see-accounts"),
    "POST /outages/{outage_id}": needs("announce-outages", sent=_WHY | {"kind": "emergency", "accounts": "a-1"}),
    "POST /outages/{outage_id}/end": needs("announce-outages", sent=_NOTHING),
    # the board
    "GET /board": needs("assign-tasks"),
    "GET /board/now": needs("assign-tasks"),
    "GET /board/tasks": needs("assign-tasks"),
    "POST /board/tasks": needs("assign-tasks"),
    "GET /board/absences": needs("assign-tasks"),
    "POST /board/absences": needs(_AWAY),
    "POST /board/absences/{user_id}/{absence_id}/end": needs(f"{_AWAY} or rep2"),
    "GET /board/incidents": needs(_INCIDENTS),
    "POST /board/incidents": needs(_INCIDENTS),
    "GET /board/machines": needs("assign-tasks"),
    "GET /board/machines/{case}": needs("assign-tasks"),
    "GET /board/machines/{case}/states.svg": needs("assign-tasks"),
    "GET /board/machines/{case}/cases": needs("assign-tasks"),
    "GET /board/plots": needs("assign-tasks"),
    # the bench
    "GET /bench": needs("anybody"),
    "GET /bench/cases/{case}": needs("anybody"),
    "GET /bench/cases/{case}/versions/{number}": needs("anybody"),
    "GET /bench/cases/{case}/migrate": needs("migrate-cases", query="?before=1&after=1"),
    "POST /bench/cases/{case}/migrate": needs("migrate-cases", query="?before=1&after=1", sent=_WHY),
    "GET /bench/migrations/{migration_id}": needs(_MIGRATIONS),
    "GET /bench/migrations/{migration_id}/now": needs(_MIGRATIONS),
    "POST /bench/migrations/{migration_id}/{change}": needs("migrate-cases"),
    "GET /bench/cases/{case}/compare": needs("anybody"),
    "GET /bench/cases/{case}/compare.svg": needs("anybody"),
    "POST /bench/drafts": needs(_AUTHOR, sent={"case": "complaint"}),
    "GET /bench/drafts/{draft_id}": needs(_AUTHOR),
    "POST /bench/drafts/{draft_id}": needs(_AUTHOR),
    "POST /bench/drafts/{draft_id}/beside": needs(_AUTHOR),
    "POST /bench/drafts/{draft_id}/propose": needs(_AUTHOR),
    "POST /bench/drafts/{draft_id}/rehearse": needs(_AUTHOR),
    "POST /bench/drafts/{draft_id}/throw-away": needs(_AUTHOR),
    "GET /bench/proposals/{proposal_id}": needs("anybody"),
    "POST /bench/proposals/{proposal_id}/{answer}": needs(_AUTHOR, parts={"answer": "=approve"}),
    "GET /bench/rehearsals/{rehearsal_id}": needs(_AUTHOR),
    "GET /bench/rehearsals/{rehearsal_id}/progress": needs(_AUTHOR),
    "POST /bench/rehearsals/{rehearsal_id}/cancel": needs(_AUTHOR),
    # the audit
    "GET /audit": needs("read-audit"),
    "GET /audit/mine": needs("anybody"),
    "GET /audit/export": needs("anybody"),  # only leads back to the form
    "POST /audit/export": needs("read-audit"),
    # finance
    "GET /finance": needs("print-letters or issue-refunds or read-audit"),
    "GET /finance/letters": needs(_LETTERS),
    "POST /finance/letters": needs("print-letters"),
    "POST /finance/letters/one/{act}": needs(
        "print-letters", sent={"letter": "{letter_id}", "reason": "x"}, parts={"act": "=recall"}
    ),
    "GET /finance/letters/{batch_id}": needs(_LETTERS),
    "GET /finance/letters/{batch_id}/pdf": needs("print-letters"),
    "POST /finance/letters/{batch_id}/print": needs("print-letters", sent=_WHY),
    "POST /finance/letters/{batch_id}/mailed": needs("print-letters", sent={"mailed_on": "2026-03-09"}),
    "POST /finance/letters/{batch_id}/take-out/{letter_id}": needs("print-letters", sent=_WHY, open_to_all=_BATCH),
    "POST /finance/letters/{batch_id}/recall/{letter_id}": needs("print-letters", sent=_WHY, open_to_all=_BATCH),
    "GET /finance/approvals": needs(_MONEY),
    "GET /finance/postings": needs(_MONEY),
    "GET /finance/books": needs(_MONEY),
    "GET /finance/imports": needs(_MONEY),
    "GET /finance/imports/{import_id}": needs(_MONEY),
    "GET /finance/registers": needs(_MONEY),
    "GET /finance/registers/{name}": needs(_MONEY, parts={"name": "=refunds"}),
    "GET /finance/refunds": needs(_MONEY),
    "POST /finance/refunds": needs("issue-refunds"),
    "GET /finance/refunds/{run_id}": needs(_MONEY),
    "POST /finance/refunds/{run_id}/dissolved": needs("issue-refunds"),
    "POST /finance/refunds/{run_id}/issued": needs(
        "issue-refunds", sent={"first_check": "1001", "issued_on": "2026-03-09"}
    ),
    # people
    "GET /audit/personal-data": needs("redact-persons"),
    "GET /audit/personal-data/{person_id}": needs("redact-persons or export-persons"),
    "POST /audit/personal-data/{person_id}/{act}": needs("redact-persons", sent=_WHY, parts={"act": "=redact"}),
    "GET /people": needs("manage-people"),
    "GET /people/new": needs("manage-people"),
    "POST /people/new": needs("manage-people", sent={"id": "rep", "name": "x"}),
    "GET /people/{user_id}": needs("manage-people"),
    "POST /people/{user_id}/{act}": needs("manage-people", sent={"name": "x"}, parts={"act": "=change"}),
}

OPERATORS: Final[Mapping[str, Row]] = {
    "GET /openapi.json": needs("nobody"),
    "GET /healthz": needs("nobody"),
    "GET /readyz": needs("nobody"),
}

TABLE: Final[Mapping[str, Row]] = {**REST, **PAGES, **OPERATORS}
