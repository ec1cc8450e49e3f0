"""Who may call what: each endpoint has its row, and each row is enforced."""

from __future__ import annotations

from typing import Any, Final

import pytest
from fastapi.routing import APIRoute

from api.rest.routers import ROUTERS
from api.security.rights import RIGHTS
from tests.api.office import PEOPLE, Office

EVERYBODY: Final = frozenset(PEOPLE)
ACCOUNTS: Final = EVERYBODY - {"crew", "gateway"}
WORKERS: Final = EVERYBODY - {"auditor", "author", "gateway"}
PHONE: Final = frozenset({"rep", "rep2", "supervisor"})
DESK: Final = frozenset({"rep", "rep2", "lead", "supervisor"})
SUPERVISOR: Final = frozenset({"supervisor"})

#: Operation → who is not refused for want of a right. What else may be wrong (no such thing, no body) is not looked at.
TABLE: Final[dict[str, frozenset[str]]] = {
    "me": EVERYBODY,
    # accounts
    "search_accounts": ACCOUNTS,
    "read_account": ACCOUNTS,
    "read_contact": ACCOUNTS,
    "change_contact": PHONE,
    "list_parties": ACCOUNTS,
    "note_party": PHONE,
    "forget_party": PHONE,
    "list_reads": ACCOUNTS,
    "list_bills": ACCOUNTS,
    "list_ledger": ACCOUNTS,
    "list_letters": ACCOUNTS,
    "list_account_cases": ACCOUNTS,
    "list_conversations": ACCOUNTS,
    "note_conversation": WORKERS - {"crew"},
    "send_account_event": DESK,
    "read_receipt": ACCOUNTS,
    "take_payment": frozenset({"rep", "rep2", "finance"}),
    "place_hold": DESK,
    "release_hold": DESK,
    # money
    "list_refunds": frozenset({"finance", "auditor"}),
    "list_refund_runs": frozenset({"finance", "auditor"}),
    "collect_refunds": frozenset({"finance"}),
    "issue_refunds": frozenset({"finance"}),
    "export_checks": frozenset({"finance"}),
    "list_deposits": frozenset({"finance", "auditor"}),
    "list_returned_payments": frozenset({"finance", "auditor"}),
    "read_books": frozenset({"finance", "auditor"}),
    "list_postings": frozenset({"finance", "auditor"}),
    "read_posted_day": frozenset({"finance", "auditor"}),
    "list_imports": frozenset({"finance", "auditor"}),
    "list_bad_rows": frozenset({"finance", "auditor"}),
    "list_approvals": ACCOUNTS,
    "export_register": frozenset({"finance", "auditor"}),
    # cases
    "list_cases": ACCOUNTS,
    "read_case": ACCOUNTS,
    "list_steps": ACCOUNTS,
    "list_case_notes": ACCOUNTS,
    "add_case_note": WORKERS - {"crew"},
    "open_case": DESK,
    "send_case_event": DESK,
    "reopen_case": SUPERVISOR,
    "list_overrides": ACCOUNTS,
    "ask_override": WORKERS,
    "agree_override": WORKERS,
    "refuse_override": WORKERS,
    # new connections
    "keep_applicant": DESK,
    "search_applicants": ACCOUNTS,
    "read_applicant": ACCOUNTS,
    "change_applicant": DESK,
    "list_applicant_cases": ACCOUNTS,
    "read_parcel": ACCOUNTS,
    "enter_parcel": DESK,
    "list_register": ACCOUNTS,
    "list_register_events": ACCOUNTS,
    "take_down_register_event": WORKERS - {"crew"},
    "report_new_connections": ACCOUNTS,
    # tasks
    "list_tasks": EVERYBODY,
    "read_task": EVERYBODY,
    "print_order": EVERYBODY,
    "take_next_task": WORKERS,
    "claim_task": WORKERS,
    "release_task": WORKERS,
    "assign_task": SUPERVISOR,
    "foresee_task": WORKERS,
    "assign_tasks": EVERYBODY,  # each is refused by itself
    "prioritize_task": SUPERVISOR,
    "prioritize_tasks": EVERYBODY,
    "delegate_task": WORKERS,
    "hand_over_task": WORKERS,
    "decline_task": WORKERS,
    "add_helper": WORKERS,
    "complete_task": WORKERS,
    "check_task": WORKERS,
    "take_back_task": WORKERS,
    "suspend_task": WORKERS,
    "resume_task": WORKERS,
    "skip_task": WORKERS,
    "redo_task": WORKERS,
    "add_task_note": WORKERS,
    "set_follow_up": WORKERS,
    "keep_draft": WORKERS,
    # crews
    "read_crew_day": frozenset({"crew"}),
    "list_unfinished_orders": SUPERVISOR,
    "describe_place": WORKERS,
    "close_order": WORKERS,
    # lists: one that is not there is not found, before anybody is asked for a right
    "list_lists": ACCOUNTS,
    "read_list": ACCOUNTS,
    "read_list_day": ACCOUNTS,
    "list_releases": ACCOUNTS,
    "read_release": ACCOUNTS,
    "list_release_lines": ACCOUNTS,
    "change_release": EVERYBODY,
    "exclude_line": EVERYBODY,
    "exclude_lines": EVERYBODY,
    "approve_list": EVERYBODY,
    # definitions
    "list_definitions": EVERYBODY,
    "read_definition": EVERYBODY,
    "draw_definition": EVERYBODY,
    "list_fees": EVERYBODY,
    "read_fees_csv": EVERYBODY,
    "check_definition": EVERYBODY,
    "publish_definition": frozenset({"author"}),
    "list_proposals": EVERYBODY,
    "read_proposal": EVERYBODY,
    "approve_proposal": frozenset({"author"}),
    "send_proposal_back": frozenset({"author"}),
    "withdraw_proposal": frozenset({"author"}),
    # operators, finance, auditors
    "list_incidents": frozenset({"supervisor", "auditor"}),
    "retry_incident": SUPERVISOR,
    "skip_incident": SUPERVISOR,
    "list_batches": frozenset({"finance", "auditor"}),
    "list_batch_letters": frozenset({"finance", "auditor"}),
    "make_batch": frozenset({"finance"}),
    "mail_batch": frozenset({"finance"}),
    "read_batch_pdf": frozenset({"finance"}),
    "read_law_days": frozenset({"finance", "auditor"}),
    "take_letter_out": frozenset({"finance"}),
    "print_batch": frozenset({"finance"}),
    "recall_letter": frozenset({"finance"}),
    "certify_letter": frozenset({"finance"}),
    "return_letter": frozenset({"finance"}),
    "list_audit": frozenset({"auditor"}),
    "export_audit": frozenset({"auditor"}),
    "list_own_audit": EVERYBODY,
    # files
    "list_files": ACCOUNTS,
    "upload_file": WORKERS,
    "read_file": EVERYBODY,
    "read_file_content": EVERYBODY,
    # inbox
    "list_inbox": ACCOUNTS,
    "take_in": DESK | {"gateway"},
    "read_item": ACCOUNTS,
    "change_item": WORKERS - {"crew"},
    "claim_item": WORKERS - {"crew"},
    "release_item": WORKERS - {"crew"},
    "assign_item": WORKERS - {"crew"},
    "move_item": WORKERS - {"crew"},
    "join_item": WORKERS - {"crew"},
    "open_from_item": WORKERS - {"crew"},
    "settle_item": WORKERS - {"crew"},
    "bring_item_back": WORKERS - {"crew"},
    "list_memos": EVERYBODY,
    "write_memo": WORKERS,
    "read_memo": EVERYBODY,
    # people
    "choose_password": EVERYBODY,
    "let_user_go": SUPERVISOR,
    "list_sign_ins": SUPERVISOR,
    "end_sign_in": SUPERVISOR,
    "list_users": SUPERVISOR,
    "read_user": SUPERVISOR,
    "add_user": SUPERVISOR,
    "change_user": SUPERVISOR,
    "list_absences": SUPERVISOR,
    "add_absence": SUPERVISOR,
    "end_absence": SUPERVISOR,
}

_APPLICANT: Final = {"name": "x", "mailing": {"line1": "x", "city": "x", "zip": "x"}}
BODIES: Final[dict[str, Any]] = {
    "keep_applicant": _APPLICANT,
    "change_applicant": _APPLICANT,
    "search_applicants": {"words": "lopez"},
    "enter_parcel": {},
    "take_down_register_event": {"on": "2026-03-06", "kind": "pumped"},
    "search_accounts": {"words": "lopez"},
    "change_contact": {"phone": "1"},
    "note_party": {"name": "A. Byrne", "mailing": {"line1": "9 Elm St", "city": "Wellton", "zip": "90000"}},
    "take_payment": {"amount_usd": "1.00", "received": "2026-03-09"},
    "place_hold": {"kind": "medical"},
    "release_hold": {"reason": "over"},
    "send_account_event": {"data": {}},
    "send_case_event": {"data": {}},
    "open_case": {"case": "nothing", "data": {}},
    "reopen_case": {"reason": "again"},
    "add_case_note": {"text": "x"},
    "add_task_note": {"text": "x"},
    "take_next_task": {},
    "assign_task": {"to": "rep"},
    "note_conversation": {"channel": "telephone", "spoke_with": "customer", "text": "x"},
    "foresee_task": {"form": {}},
    "describe_place": {"access": "x"},
    "close_order": {"outcome": "x", "form": {}},
    "assign_tasks": {"tasks": ["x"], "to": "rep"},
    "prioritize_task": {"priority": "high"},
    "prioritize_tasks": {"tasks": ["x"], "priority": "high"},
    "delegate_task": {"to": "rep"},
    "hand_over_task": {"to": "rep"},
    "add_helper": {"helper": "rep"},
    "complete_task": {"outcome": "x"},
    "suspend_task": {"reason": "x"},
    "skip_task": {"reason": "x"},
    "redo_task": {"reason": "x"},
    "set_follow_up": {"at": None},
    "keep_draft": {"form": {}},
    "exclude_line": {"reason": "x"},
    "exclude_lines": {"lines": ["x"], "reason": "x"},
    "change_release": {"reason": "x"},
    "ask_override": {"rules": ["x"], "reason": "x"},
    "refuse_override": {"reason": "x"},
    "retry_incident": {"reason": "x"},
    "skip_incident": {"reason": "x"},
    "issue_refunds": {"first_check": 1001, "issued_on": "2026-03-09"},
    "mail_batch": {"mailed_on": "2026-03-09"},
    "take_letter_out": {"reason": "x"},
    "print_batch": {"reason": "x"},
    "recall_letter": {"reason": "x"},
    "certify_letter": {"number": "9407 1118"},
    "return_letter": {"returned_on": "2026-03-09"},
    "take_in": {"channel": "call", "text": "x"},
    "change_item": {"subject": "x"},
    "assign_item": {"to": "rep"},
    "move_item": {"queue": "supervisors"},
    "join_item": {"case": "c-nothing"},
    "open_from_item": {"case": "complaint", "data": {}},
    "settle_item": {"reason": "x"},
    "bring_item_back": {"reason": "x"},
    "write_memo": {"to": "rep", "text": "x"},
    "check_definition": {"source": "case: x"},
    "publish_definition": {"source": "case: x"},
    "send_proposal_back": {"reason": "x"},
    "add_user": {"id": "rep", "name": "x"},
    "change_user": {"name": "x"},
    "choose_password": {"present": "wrong password", "new": "another password"},
    "let_user_go": {"reason": "x"},
    "add_absence": {"starts": "2026-03-09", "ends": "2026-03-09"},
}
PARTS: Final = {
    "account_id": "a-1",
    "role": "counsel",
    "case_id": "c-nothing",
    "task_id": "c-nothing.1",
    "user_id": "nobody",
    "absence_id": "1",
    "sign_in_id": "t-nothing",
    "incident_id": "i-nothing",
    "batch_id": "lb-nothing",
    "letter_id": "l-nothing",
    "run_id": "rr-none",
    "import_id": "im-none",
    "which": "books",
    "payment_id": "p-none",
    "file_id": "f-nothing",
    "memo_id": "m-nothing",
    "name": "nothing",
    "line": "nothing",
    "release": "nothing",
    "override_id": "ov-nothing",
    "proposal_id": "pr-nothing",
    "change": "pause",
    "kind": "medical",
    "case": "complaint",
    "applicant_id": "ap-nothing",
    "apn": "114-020-07",
    "register": "grease",
    "item_id": "r-nothing",
    "month": "2026-03",
}
ROUTES: Final = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def test_each_endpoint_has_a_row() -> None:
    assert {str(route.operation_id) for route in ROUTES} == set(TABLE)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.operation_id))
async def test_the_row_is_enforced(office: Office, route: APIRoute) -> None:
    operation = str(route.operation_id)
    method = next(iter(route.methods))
    path = route.path.format(**PARTS)
    for user in sorted(EVERYBODY):
        headers = {
            "Authorization": f"Bearer {office.tokens[user]}",
            "Idempotency-Key": f"{operation}-{user}",
            "If-Match": '"0"',
        }
        sent: dict[str, Any] = {"json": BODIES[operation]} if operation in BODIES else {}
        if operation == "upload_file":
            sent = {"files": {"file": ("note.txt", b"text", "text/plain")}, "data": {"task": "c-nothing.1"}}
        if operation == "list_files":
            path = "/api/files?account=a-1"
        answer = await office.http.request(method, path, headers=headers, **sent)
        refused = answer.status_code == 403
        assert refused == (user not in TABLE[operation]), (user, answer.status_code, answer.text)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.operation_id))
async def test_nobody_gets_in_without_a_token(office: Office, route: APIRoute) -> None:
    headers = {"Idempotency-Key": "k", "If-Match": '"0"'}
    operation = str(route.operation_id)
    sent: dict[str, Any] = {"json": BODIES[operation]} if operation in BODIES else {}
    if operation == "upload_file":
        sent = {"files": {"file": ("note.txt", b"text", "text/plain")}}
    answer = await office.http.request(next(iter(route.methods)), route.path.format(**PARTS), headers=headers, **sent)
    assert answer.status_code == 401


def test_the_district_gives_only_rights_that_there_are() -> None:
    from pathlib import Path

    from definitions.language.library import load_library

    district = load_library(Path(__file__).parents[2] / "definitions").district
    assert district is not None
    assert {right for role in district.roles.values() for right in role.rights} <= set(RIGHTS)
