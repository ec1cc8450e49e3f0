"""What the benchmark of the pages asks for: each page of each area, by the role whose page it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Look:
    """One page, or one of its parts that live."""

    area: str
    title: str
    path: str  #: with `{names}` of what is drawn anew each time
    by: str = "rep"
    of: str = ""  #: which subjects the names are drawn from
    sent: str | None = None  #: what the form asks, where it is a POST


def _looks(area: str, by: str, *rows: tuple[str, ...]) -> tuple[Look, ...]:
    return tuple(
        Look(area=area, by=by, title=row[0], path=row[1], of=row[2] if len(row) > 2 else "") for row in rows
    )  # fmt: skip


LOOKS: Final[tuple[Look, ...]] = (
    *_looks(
        "desk", "rep",
        ("my queue and what waits", "/"),
        ("the team's work", "/?team=yes"),
        ("one queue", "/?queue=customer-service"),
        ("mine, live", "/desk/mine"),
        ("what waits, live", "/desk/waiting"),
    ),
    Look(area="desk", title="a supervisor's queue", path="/", by="supervisor"),
    Look(area="desk", title="search, a name's beginning", path="/search", sent="{letters}", of="names"),
    Look(area="desk", title="search, an account", path="/search", sent="{account}", of="accounts"),
    Look(area="desk", title="search, a case", path="/search", sent="{case}", of="cases"),
    *_looks(
        "case", "supervisor",
        ("a case", "/cases/{case}", "cases"),
        ("a case, live", "/cases/{case}/now", "cases"),
        ("its state machine", "/cases/{case}/states.svg", "cases"),
        ("something that came in", "/cases/{case}/events/{event}", "events"),
    ),
    Look(area="case", title="a case, by a representative", path="/cases/{case}", of="cases"),
    Look(area="case", title="a task", path="/tasks/{task}", of="tasks"),
    Look(area="case", title="a task, by a supervisor", path="/tasks/{task}", of="tasks", by="supervisor"),
    *_looks(
        "counter", "rep",
        ("find", "/accounts"),
        ("an account", "/accounts/{account}", "accounts"),
        ("the parts of an account that live", "/accounts/{account}/now", "accounts"),
        ("how a customer is reached", "/accounts/{account}/contact", "accounts"),
        ("a customer's name", "/accounts/{account}/name", "accounts"),
        ("opening a case", "/accounts/{account}/open/high-consumption", "accounts"),
        ("a receipt", "/accounts/{account}/payments/{payment}", "payments"),
        ("outages", "/outages"),
        ("an outage", "/outages/ou-1"),
        ("a new applicant", "/applicants/new"),
        ("an applicant", "/applicants/{applicant}", "applicants"),
        ("opening a case for one", "/applicants/{applicant}/open/new-connection-standard", "applicants"),
    ),
    Look(area="counter", title="found by a name", path="/accounts", sent="{name}", of="names"),
    Look(area="counter", title="found by an address", path="/accounts", sent="{address}", of="names"),
    *_looks(
        "lists", "lead",
        ("all lists", "/lists"),
        ("a list", "/lists/{list}", "lists"),
        ("its print", "/lists/{list}/print", "lists"),
        ("a release", "/lists/{list}/releases/lr-{list}", "lists"),
        ("a release, live", "/lists/{list}/releases/lr-{list}/progress", "lists"),
        ("the lock-off day", "/lists/lock-off/day"),
        ("the lock-off day, live", "/lists/lock-off/day/now"),
    ),
    *_looks(
        "board", "supervisor",
        ("the board", "/board"),
        ("the board, live", "/board/now"),
        ("late tasks", "/board/tasks?which=late"),
        ("late tasks of a queue", "/board/tasks?which=late&queue=finance"),
        ("escalated tasks", "/board/tasks?which=escalated"),
        ("somebody's tasks", "/board/tasks?which=all&who={clerk}", "clerks"),
        ("absences", "/board/absences"),
        ("incidents", "/board/incidents"),
        ("all machines", "/board/machines"),
        ("a machine", "/board/machines/{type}", "types"),
        ("its picture", "/board/machines/{type}/states.svg", "types"),
        ("its cases", "/board/machines/{type}/cases", "types"),
        ("its missed promises", "/board/machines/{type}/cases?which=missed", "types"),
        ("plots", "/board/plots"),
    ),
    *_looks("crew", "crew", ("the day", "/crew"), ("an order", "/crew/orders/{order}", "orders")),
    Look(area="crew", title="what is unfinished", path="/crew/unfinished", by="lead"),
    *_looks(
        "bench", "author",
        ("the bench", "/bench"),
        ("a case type", "/bench/cases/{type}", "types"),
        ("a version", "/bench/cases/{type}/versions/1", "types"),
        ("two versions", "/bench/cases/{type}/compare?old=1&new=2", "types"),
        ("their pictures", "/bench/cases/{type}/compare.svg?old=1&new=2&side=new", "types"),
        ("a draft", "/bench/drafts/d-{type}", "types"),
        ("a proposal", "/bench/proposals/pr-{type}", "types"),
        ("a rehearsal", "/bench/rehearsals/rh-{type}", "types"),
        ("a rehearsal, live", "/bench/rehearsals/rh-{type}/progress", "types"),
        ("what migrating would do", "/bench/cases/{type}/migrate?before=1&after=2", "types"),
        ("a migration", "/bench/migrations/mg-1"),
        ("a migration, live", "/bench/migrations/mg-1/now"),
    ),
    *_looks(
        "audit", "auditor",
        ("the audit", "/audit"),
        ("of an account", "/audit?account={account}", "accounts"),
        ("of a case", "/audit?case={case}", "cases"),
        ("of a person", "/audit?by={clerk}", "clerks"),
        ("what was refused", "/audit?kind=refused"),
        ("what was seen", "/audit?kind=seen"),
    ),
    Look(area="audit", title="one's own", path="/audit/mine"),
    Look(area="audit", title="redactions", path="/audit/personal-data", by="supervisor"),
    Look(area="audit", title="a customer's data", path="/audit/personal-data/{customer}", by="supervisor", of="customers"),
    *_looks(
        "finance", "finance",
        ("overview", "/finance"),
        ("letter batches", "/finance/letters"),
        ("a batch", "/finance/letters/lb-{n}", "numbers"),
        ("approvals", "/finance/approvals"),
        ("a day's postings", "/finance/postings?on={day}", "days"),
        ("the books", "/finance/books"),
        ("imports", "/finance/imports"),
        ("an import", "/finance/imports/im-{n}", "numbers"),
        ("registers", "/finance/registers"),
        ("a register", "/finance/registers/{register}", "registers"),
        ("refunds", "/finance/refunds"),
        ("a run of refunds", "/finance/refunds/rr-{few}", "numbers"),
    ),
    *_looks(
        "people", "admin",
        ("all people", "/people"),
        ("a new person", "/people/new"),
        ("a person", "/people/{clerk}", "clerks"),
        ("oneself", "/me"),
    ),
    *_looks(
        "inbox", "rep",
        ("what waits", "/inbox"),
        ("all", "/inbox?which=all"),
        ("what waits, live", "/inbox/now"),
        ("a new item", "/inbox/new"),
        ("an item", "/inbox/{item}", "items"),
        ("a case from an item", "/inbox/{item}/open/high-consumption", "items"),
        ("memos", "/memos"),
    ),
    *_looks("frame", "rep", ("problems", "/problems"), ("a problem", "/problems/not-found"), ("locked", "/unlock")),
    Look(area="frame", title="sign-in", path="/sign-in", by=""),
)  # fmt: skip

LEFT_OUT: Final = {
    "/files/{file_id}": "a file, sent as it is",
    "/finance/letters/{batch_id}/pdf": "a file, made once",
    "/audit/export": "leads back to the audit",
    "/crew/worker.js": "a script",
    "/sign-in/openid": "leads to the identity provider",
    "/sign-in/openid/back": "comes from the identity provider",
}  #: addresses of the pages' routers that are no pages
