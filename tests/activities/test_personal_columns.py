"""Each column that can hold text is said to be personal or not, so that a new one cannot be forgotten: what is personal is
redacted and exported."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, String
from sqlalchemy.types import TypeDecorator

from activities.exporting import ABOUT
from activities.personal import DELETED, IDENTITY, SEALED, STRUCTURED, WRITTEN
from store.tables.base import table_of
from store.tables.every import metadata

#: What is personal and not in an export as a row: why.
NOT_EXPORTED = {
    "search_words": "words of the rows that are exported",
    "case_archives": "the same as steps and tasks, as the machine keeps it",
    "idempotency_keys": "what was answered to a request, from the rows that are exported",
}

#: Ids, numbers and digests: of rows, files, effects, devices; nobody is found by them once the rows are redacted.
NUMBERS = """
account_events.id account_splits.id account_splits.case_id audit.object_id audit.account_id audit.case_id
audit_seals.row_digest audit_seals.digest bills.id case_archives.run_id case_links.child_id case_migrations.id case_moves.id
cases.id cases.applicant_id cases.open_key conversations.id customers.id accounts.id applicants.id definition_drafts.id
definition_proposals.id definition_versions.digest files.id files.digest files.task_id files.inbox_item holds.id
idempotency_keys.key idempotency_keys.digest idempotency_keys.case_id import_runs.id import_runs.file_digest inbox_items.id
inbox_items.foreign_id incidents.id letter_batches.id letter_batches.file_digest letters.id letters.file_digest
letters.data_digest letters.batch letters.certified list_approvals.lines_digest list_lines.id list_releases.id memos.id
notes.id notes.task_id payments.id plans.id plans.case_id postings.entry_id postings.case_id redactions.person_id
refund_runs.id refunds.id refunds.case_id register_events.id register_items.id rehearsals.id rule_overrides.id
outages.id conversations.told_of
sign_in_tries.key sign_ins.id sign_ins.digest site_checks.task_id steps.act steps.digest tasks.id account_runs.reached
"""
#: Words of the product, of the district's definitions and of its lists: states, kinds, queues, rules, languages.
WORDS = """
account_events.name account_parties.role account_runs.name accounts.account_class accounts.status accounts.language
applicants.language approval_limits.role approval_limits.kind audit.act audit.object_kind audit.code audit.rule
case_links.kind case_links.state case_migrations.definition case_migrations.mapping case_migrations.status case_moves.target
case_moves.status cases.definition cases.title cases.state cases.status cases.outcome conversations.channel
conversations.spoke_with conversations.asked conversations.offered crew_members.crew definition_drafts.definition
definition_proposals.definition definition_proposals.status definition_versions.definition definition_versions.title
effects.kind effects.name effects.status effects.error_code files.kind files.content_type holds.kind import_runs.kind
inbox_items.channel inbox_items.queue inbox_items.status incidents.action incidents.code incidents.sentence incidents.said
incidents.settled_how letters.template letters.language letters.status letters.delivery list_approvals.list_name
list_days.list_name list_lines.list_name list_lines.state list_lines.status list_releases.list_name list_releases.status
memos.to_crew migrating_cases.status payments.method plans.status postings.code postings.rule reads.kind reads.source
refunds.kind refunds.status register_events.kind register_items.register_name register_items.kind rehearsals.definition
rehearsals.accounts rehearsals.status release_lines.status rule_overrides.rules rule_overrides.status search_words.kind
sign_ins.kind steps.event steps.states_left steps.states_entered steps.state steps.rules steps.rule tasks.name tasks.place
outages.kind tasks.kind tasks.work_kind tasks.title tasks.queue tasks.crew tasks.state tasks.outcome user_roles.role
"""
#: Who of the district did something: they are named as long as the record is.
STAFF = """
account_parties.noted_by audit.person case_migrations.asked_by case_migrations.changed_by case_moves.asked_by
case_moves.decided_by conversations.by definition_drafts.changed_by definition_proposals.proposed_by
definition_proposals.decided_by definition_versions.published_by definition_versions.approved_by files.uploaded_by
holds.placed_by holds.released_by idempotency_keys.person import_runs.by inbox_items.taken_in_by inbox_items.assignee
inbox_items.closed_by incidents.settled_by letter_batches.made_by letter_batches.printed_by letter_batches.mailed_by
list_approvals.person list_lines.decided_by list_releases.approved_by list_releases.made_by list_releases.changed_by
memos.sender notes.by postings.person redactions.asked_by redactions.approved_by refund_runs.made_by refund_runs.issued_by
register_events.by rehearsals.asked_by rule_overrides.asked_by rule_overrides.decided_by sign_ins.label site_checks.by
outages.announced_by outages.changed_by outages.ended_by
steps.by task_candidates.user_id task_helpers.user_id task_helpers.added_by tasks.assignee tasks.closed_by tasks.not_by
tasks.assignee_before user_roles.granted_by users.id users.name users.email users.password_hash absences.reason
"""
#: The place's, and the next customer's: an address, how a crew gets to the meter, a device.
PLACES = """
meters.id meters.serial meters.size meters.unit parcels.id parcels.line1 parcels.city parcels.zip parcels.legal parcels.zone
parcels.area parcels.route parcels.map premises.id premises.line1 premises.line2 premises.city premises.zip premises.route
premises.access premises.hazard register_items.make register_items.serial register_items.size register_items.place
outages.extent service_points.id service_points.kind service_points.size
"""
#: What the district writes about its own work, without customers: definitions, their drafts and rehearsals, runs and releases.
DISTRICT = """
case_migrations.reason definition_drafts.source definition_proposals.source definition_proposals.note
definition_proposals.reason definition_versions.compiled definition_versions.source definition_versions.note
import_bad_rows.reason import_bad_rows.reason_said import_runs.file_name list_releases.reason redactions.reason
rehearsals.source rehearsals.sentence rehearsals.result rehearsals.said outages.reason memos.said notes.said
"""
#: What the law wants whole: the sealed audit, and a ledger in which nothing is changed.
RECORDS = "audit.sentence audit.said postings.memo postings.memo_said"

IMPERSONAL = " ".join((NUMBERS, WORDS, STAFF, PLACES, DISTRICT, RECORDS)).split()
IN_COLUMNS = {
    f"{table_of(kind).name}.{name}"
    for columns in (WRITTEN, STRUCTURED, SEALED, IDENTITY)
    for kind, names in columns.items()
    for name in names
}


def _holds_text(column: Column[object]) -> bool:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, String | JSON | LargeBinary) and not column.foreign_keys


def test_each_column_that_can_hold_text_is_either_personal_or_said_to_be_none() -> None:
    held = {f"{table.name}.{each.name}" for table in metadata.tables.values() for each in table.c if _holds_text(each)}
    deleted = {f"{table_of(kind).name}.{each.name}" for kind in DELETED for each in table_of(kind).c}
    assert len(IMPERSONAL) == len(set(IMPERSONAL))
    assert sorted(IN_COLUMNS & set(IMPERSONAL)) == []
    assert sorted(held - IN_COLUMNS - deleted - set(IMPERSONAL)) == []


def test_no_column_is_classified_that_is_not_there() -> None:
    there = {f"{table.name}.{each.name}" for table in metadata.tables.values() for each in table.c}
    assert sorted((IN_COLUMNS | set(IMPERSONAL)) - there) == []


def test_what_is_redacted_is_in_an_export() -> None:
    exported = {table_of(kind).name for kind in ABOUT}
    redacted = {name.partition(".")[0] for name in IN_COLUMNS} | {table_of(kind).name for kind in DELETED}
    assert redacted - exported == set(NOT_EXPORTED)
