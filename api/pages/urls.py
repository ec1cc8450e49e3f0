"""The address of every page, built in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from api import assets

if TYPE_CHECKING:
    from api.views.orders import Place


def _part(text: str) -> str:
    return quote(text, safe="")


def _query(**values: str | None) -> str:
    given = {name: value for name, value in values.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


class Urls:
    """Addresses of pages; no personal data is ever in one."""

    queue = "/"
    crew = "/crew"
    unfinished = "/crew/unfinished"
    find = "/accounts"
    sign_in = "/sign-in"
    openid = "/sign-in/openid"
    openid_back = "/sign-in/openid/back"
    sign_out = "/sign-out"
    next_task = "/tasks/next"
    desk_acts = "/desk/acts"
    search = "/search"
    cases = "/cases"
    preferences = "/preferences"
    audit = "/audit"
    own_audit = "/audit/mine"
    audit_export = "/audit/export"
    bench = "/bench"
    drafts = "/bench/drafts"
    unlock = "/unlock"
    awake = "/awake"
    outages = "/outages"

    def outages_from(self, cursor: str) -> str:
        """Outages that are over, from a place on."""
        return f"{self.outages}{_query(cursor=cursor)}"

    def outage(self, outage: str) -> str:
        """An outage."""
        return f"/outages/{_part(outage)}"

    def outage_end(self, outage: str) -> str:
        """Where it is said that the water is back."""
        return f"/outages/{_part(outage)}/end"

    def order(self, task: str) -> str:
        """A work order, as its crew sees it."""
        return f"/crew/orders/{_part(task)}"

    def order_act(self, task: str, act: str) -> str:
        """Where an act on a work order is sent: `claim`, `release`, `check`, `place`, `close`."""
        return f"/crew/orders/{_part(task)}/{_part(act)}"

    def directions(self, place: Place) -> str:
        """What the phone's map opens (RFC 5870): the place's coordinates, or its address where there are none."""
        if place.latitude is None or place.longitude is None:
            return f"geo:0,0?q={_part(f'{place.line1}, {place.city}')}"
        point = f"{place.latitude},{place.longitude}"
        return f"geo:{point}?q={point}({_part(place.line1)})"

    def openid_from(self, then: str) -> str:
        """Signing in at the identity provider, and on to a page."""
        return f"{self.openid}{_query(then=then)}"

    def openid_again(self, then: str) -> str:
        """Proving at the identity provider that one is there, for the session that one has."""
        return f"{self.openid}{_query(then=then, again='true')}"

    def asset(self, name: str) -> str:
        """A style, a script or a picture: `css/base.css`."""
        return assets.address(name)

    def desk(self, *, queue: str | None = None, team: bool = False, cursor: str | None = None) -> str:
        """The desk: all queues or one, what waits or what colleagues have as well, from a place on."""
        return f"/{_query(queue=queue, team='yes' if team else None, cursor=cursor)}"

    def desk_rows(self, part: str, *, queue: str | None = None, team: bool = False, cursor: str | None = None) -> str:
        """One part of the desk as it is now: `mine`, `waiting`."""
        return f"/desk/{part}{_query(queue=queue, team='yes' if team else None, cursor=cursor)}"

    def contact(self, account: str) -> str:
        """Where it is changed how an account's customer is reached."""
        return f"{self.account(account)}/contact"

    def name(self, account: str) -> str:
        """Where the name of an account's customer is changed."""
        return f"{self.account(account)}/name"

    def account(self, account: str) -> str:
        """An account."""
        return f"/accounts/{_part(account)}"

    def account_now(self, account: str) -> str:
        """What of an account's page lives."""
        return f"/accounts/{_part(account)}/now"

    new_applicant = "/applicants/new"

    def applicant(self, applicant: str) -> str:
        """An applicant."""
        return f"/applicants/{_part(applicant)}"

    def open_for(self, applicant: str, case: str) -> str:
        """The form that opens a case for an applicant."""
        return f"/applicants/{_part(applicant)}/open/{_part(case)}"

    def open_case(self, account: str, case: str) -> str:
        """The form that opens a case for an account."""
        return f"/accounts/{_part(account)}/open/{_part(case)}"

    def case(self, case: str) -> str:
        """A case."""
        return f"/cases/{_part(case)}"

    def case_now(self, case: str, *, whole: bool = False) -> str:
        """What of a case's page lives, with all of its timeline or the newest part."""
        return f"/cases/{_part(case)}/now{_query(all='yes' if whole else None)}"

    def picture(self, case: str, steps: int | None = None) -> str:
        """The picture of a case's state machine, as it is after so many steps."""
        return f"/cases/{_part(case)}/states.svg{_query(step=None if steps is None else str(steps))}"

    def notes(self, case: str) -> str:
        """Where notes on a case are sent."""
        return f"/cases/{_part(case)}/notes"

    def task(self, task: str) -> str:
        """A task."""
        return f"/tasks/{_part(task)}"

    def act(self, task: str, act: str) -> str:
        """Where an act on a task is sent: `claim`, `release`, `complete`."""
        return f"/tasks/{_part(task)}/{_part(act)}"

    def event(self, case: str, name: str) -> str:
        """The form of something that came in for a case, and where it is sent."""
        return f"/cases/{_part(case)}/events/{_part(name)}"

    def reopen(self, case: str) -> str:
        """Where the reopening of a case is sent."""
        return f"/cases/{_part(case)}/reopen"

    def incident(self, case: str, incident: str) -> str:
        """Where the settling of what keeps failing is sent."""
        return f"/cases/{_part(case)}/incidents/{_part(incident)}"

    def overrides(self, case: str) -> str:
        """Where overrides of rules are asked for."""
        return f"/cases/{_part(case)}/overrides"

    def moves(self, case: str) -> str:
        """Where a move of the case to another state is asked for."""
        return f"/cases/{_part(case)}/moves"

    def move(self, case: str, move: str) -> str:
        """Where the decision about a move is sent."""
        return f"/cases/{_part(case)}/moves/{_part(move)}"

    def override(self, case: str, override: str) -> str:
        """Where the decision about an override is sent."""
        return f"/cases/{_part(case)}/overrides/{_part(override)}"

    def conversations(self, account: str) -> str:
        """Where conversations with a customer are noted."""
        return f"/accounts/{_part(account)}/conversations"

    def payments(self, account: str) -> str:
        """Where payments are taken."""
        return f"/accounts/{_part(account)}/payments"

    def receipt(self, account: str, payment: str) -> str:
        """A payment's receipt."""
        return f"/accounts/{_part(account)}/payments/{_part(payment)}"

    def holds(self, account: str) -> str:
        """Where holds on an account are placed."""
        return f"/accounts/{_part(account)}/holds"

    def release_hold(self, account: str, kind: str) -> str:
        """Where the release of a hold is sent."""
        return f"/accounts/{_part(account)}/holds/{_part(kind)}/release"

    def file(self, file: str) -> str:
        """A file's content."""
        return f"/files/{_part(file)}"

    def audit_of(self, asked: Mapping[str, str], *, own: bool = False) -> str:
        """The audit of what is asked for."""
        return f"{self.own_audit if own else self.audit}?{urlencode(asked)}"

    board = "/board"
    board_now = "/board/now"
    absences = "/board/absences"
    incidents = "/board/incidents"
    machines = "/board/machines"
    plots = "/board/plots"

    def board_tasks(self, asked: Mapping[str, str]) -> str:
        """Tasks of the board: `which`, `queue`, `who`."""
        return f"/board/tasks?{urlencode({name: value for name, value in asked.items() if value})}"

    def incidents_after(self, cursor: str) -> str:
        """The next page of incidents."""
        return f"/board/incidents?{urlencode({'cursor': cursor})}"

    def end_absence(self, user: str, absence: int) -> str:
        """Where the end of an absence is sent."""
        return f"/board/absences/{_part(user)}/{absence}/end"

    def machine(self, case: str, picture: bool = False) -> str:
        """A state machine with its cases, or the picture alone."""
        return f"/board/machines/{_part(case)}{'/states.svg' if picture else ''}"

    def cases_of(self, case: str, *, state: str = "", which: str = "", cursor: str = "") -> str:
        """The open cases of a kind: in a state, or `missed` or `warned` of their promise; `cursor` says where they begin."""
        asked = {"state": state, "which": which, "cursor": cursor}
        return f"/board/machines/{_part(case)}/cases{_query(**{name: value or None for name, value in asked.items()})}"

    lists = "/lists"

    def list_of(self, name: str, query: str = "") -> str:
        """A list that is reviewed; `query` says how it is sifted."""
        return f"/lists/{_part(name)}{'?' if query else ''}{query}"

    def list_page(self, name: str, number: int, query: str = "") -> str:
        """A page of a list's lines."""
        return f"/lists/{_part(name)}?{query}{'&' if query else ''}page={number}"

    def list_act(self, name: str, act: str, query: str = "") -> str:
        """Where something of a list is: `exclude`, `approve`, `print`, `day`."""
        return f"/lists/{_part(name)}/{_part(act)}{'?' if query else ''}{query}"

    def release(self, name: str, release: str, cursor: str | None = None) -> str:
        """A release of a list; `cursor` says where its lines begin."""
        following = f"?{urlencode({'cursor': cursor})}" if cursor else ""
        return f"/lists/{_part(name)}/releases/{_part(release)}{following}"

    def release_act(self, name: str, release: str, act: str) -> str:
        """Where something of a release is: `pause`, `progress`."""
        return f"/lists/{_part(name)}/releases/{_part(release)}/{_part(act)}"

    def day(self, name: str, on: date | None = None, now: bool = False) -> str:
        """The day on which a list runs; with `now` the part of it that lives."""
        return f"/lists/{_part(name)}/day{'/now' if now else ''}{f'?on={on.isoformat()}' if on else ''}"

    inbox = "/inbox"
    new_item = "/inbox/new"
    memos = "/memos"

    def inbox_of(self, which: str, queue: str | None = None, cursor: str | None = None) -> str:
        """What waits, what is one's own, or all; of one queue, from a place on."""
        return f"/inbox{_query(which=which, queue=queue, cursor=cursor)}"

    def inbox_now(self, which: str, queue: str | None = None, cursor: str | None = None) -> str:
        """The same as it is now."""
        return f"/inbox/now{_query(which=which, queue=queue, cursor=cursor)}"

    def item(self, item: str) -> str:
        """An item of the inbox."""
        return f"/inbox/{_part(item)}"

    def item_act(self, item: str, act: str) -> str:
        """Where an act on an item is sent."""
        return f"/inbox/{_part(item)}/{_part(act)}"

    def open_from(self, item: str, case: str) -> str:
        """The form that opens a case from an item."""
        return f"/inbox/{_part(item)}/open/{_part(case)}"

    def memo_read(self, memo: str) -> str:
        """Where the receipt of a memo is sent."""
        return f"/memos/{_part(memo)}/read"

    finance = "/finance"
    batches = "/finance/letters"
    approvals = "/finance/approvals"
    postings = "/finance/postings"
    books = "/finance/books"
    refunds = "/finance/refunds"
    imports = "/finance/imports"
    registers = "/finance/registers"

    def batch(self, batch: str) -> str:
        """A letter batch."""
        return f"/finance/letters/{_part(batch)}"

    def batch_pdf(self, batch: str) -> str:
        """The PDF of a letter batch."""
        return f"/finance/letters/{_part(batch)}/pdf"

    def batch_act(self, batch: str, act: str) -> str:
        """Where an act on a batch is sent: `print`, `mailed`."""
        return f"/finance/letters/{_part(batch)}/{_part(act)}"

    def batch_letter(self, batch: str, act: str, letter: str) -> str:
        """Where an act on a letter of a batch is sent: `take-out`, `recall`."""
        return f"/finance/letters/{_part(batch)}/{_part(act)}/{_part(letter)}"

    def one_letter(self, act: str) -> str:
        """Where an act on a letter by its reference is sent: `returned`, `recall`, `certified`."""
        return f"/finance/letters/one/{_part(act)}"

    def approvals_of(self, kind: str) -> str:
        """What of one kind waits for approval."""
        return f"/finance/approvals?{urlencode({'kind': kind})}"

    def postings_of(self, day: date) -> str:
        """What was posted on a day."""
        return f"/finance/postings?{urlencode({'on': day.isoformat()})}"

    def import_run(self, run: str) -> str:
        """An import with its bad rows."""
        return f"/finance/imports/{_part(run)}"

    def register(self, name: str) -> str:
        """A register of money."""
        return f"/finance/registers/{_part(name)}"

    def register_file(self, name: str, start: date, end: date) -> str:
        """A register as a CSV file."""
        days = urlencode({"start": start.isoformat(), "end": end.isoformat()})
        return f"/api/money/registers/{_part(name)}?{days}"

    def run(self, run: str) -> str:
        """A run of refunds."""
        return f"/finance/refunds/{_part(run)}"

    def run_issued(self, run: str) -> str:
        """Where it is said that a run is issued."""
        return f"/finance/refunds/{_part(run)}/issued"

    def run_dissolved(self, run: str) -> str:
        """Where a run is dissolved."""
        return f"/finance/refunds/{_part(run)}/dissolved"

    def checks(self, run: str) -> str:
        """The file from which a run's checks are printed."""
        return f"/api/money/runs/{_part(run)}/checks"

    def case_type(self, case: str) -> str:
        """A case type on the author's bench."""
        return f"/bench/cases/{_part(case)}"

    def migrate(self, case: str, before: int, after: int) -> str:
        """Where open cases of a version are brought over to another one."""
        return f"/bench/cases/{_part(case)}/migrate?{urlencode({'before': before, 'after': after})}"

    def migrate_after(self, case: str, before: int, after: int, cursor: str) -> str:
        """The next page of what would become of them."""
        return f"{self.migrate(case, before, after)}&{urlencode({'cursor': cursor})}"

    def migration(self, migration: str) -> str:
        """A migration of open cases."""
        return f"/bench/migrations/{_part(migration)}"

    def migration_after(self, migration: str, cursor: str) -> str:
        """The next page of its cases."""
        return f"{self.migration(migration)}?{urlencode({'cursor': cursor})}"

    def migration_now(self, migration: str, cursor: str | None) -> str:
        """What lives of a migration's page."""
        return f"{self.migration(migration)}/now{_query(cursor=cursor)}"

    def migration_change(self, migration: str, change: str) -> str:
        """Where a migration is paused, resumed or cancelled."""
        return f"/bench/migrations/{_part(migration)}/{_part(change)}"

    def version(self, case: str, number: int) -> str:
        """A version of a definition."""
        return f"/bench/cases/{_part(case)}/versions/{number}"

    def version_picture(self, case: str, number: int) -> str:
        """The picture of a version."""
        return f"/api/definitions/{_part(case)}/diagram.svg?{urlencode({'version': number})}"

    def compare(self, case: str) -> str:
        """Where two texts of a case type are asked for beside each other."""
        return f"/bench/cases/{_part(case)}/compare"

    def compare_of(self, case: str, old: object, new: object) -> str:
        """Two texts of a case type beside each other."""
        return f"{self.compare(case)}?{urlencode({'old': old, 'new': new})}"

    def compare_picture(self, case: str, old: str, new: str, side: str) -> str:
        """The picture of one of two texts, with what differs marked."""
        return f"{self.compare(case)}.svg?{urlencode({'old': old, 'new': new, 'side': side})}"

    def draft(self, draft: str) -> str:
        """The editor of a draft."""
        return f"/bench/drafts/{_part(draft)}"

    def draft_act(self, draft: str, act: str) -> str:
        """Where an act on a draft is sent: `beside`, `propose`, `rehearse`, `throw-away`."""
        return f"/bench/drafts/{_part(draft)}/{_part(act)}"

    def proposal(self, proposal: str) -> str:
        """A proposed definition."""
        return f"/bench/proposals/{_part(proposal)}"

    def proposal_act(self, proposal: str, act: str) -> str:
        """Where the answer to a proposal is sent: `approve`, `send-back`, `withdraw`."""
        return f"/bench/proposals/{_part(proposal)}/{_part(act)}"

    def rehearsal(self, rehearsal: str) -> str:
        """A rehearsal."""
        return f"/bench/rehearsals/{_part(rehearsal)}"

    def rehearsal_progress(self, rehearsal: str) -> str:
        """The part of a rehearsal's page that lives."""
        return f"/bench/rehearsals/{_part(rehearsal)}/progress"

    def rehearsal_cancel(self, rehearsal: str) -> str:
        """Where a rehearsal is cancelled."""
        return f"/bench/rehearsals/{_part(rehearsal)}/cancel"

    personal_data = "/audit/personal-data"

    def personal_data_of(self, person: str) -> str:
        """What a customer or an applicant has here, and whether it can be redacted."""
        return f"{self.personal_data}/{_part(person)}"

    def personal_data_act(self, person: str, act: str) -> str:
        """Where a redaction is asked for, approved or refused: `redact`, `approve`, `refuse`."""
        return f"{self.personal_data}/{_part(person)}/{act}"

    def personal_data_export(self, person: str) -> str:
        """All that is kept of them, as JSON."""
        return f"/api/persons/{_part(person)}/export"

    people = "/people"
    new_person = "/people/new"
    me = "/me"

    def person(self, user: str) -> str:
        """Somebody who works here."""
        return f"/people/{_part(user)}"

    def person_act(self, user: str, act: str) -> str:
        """Where a change to somebody is sent."""
        return f"/people/{_part(user)}/{_part(act)}"

    def me_act(self, act: str) -> str:
        """Where a change to oneself is sent."""
        return f"/me/{_part(act)}"

    def problem(self, code: str) -> str:
        """What a problem means."""
        return f"/problems/{_part(code)}"


urls = Urls()
