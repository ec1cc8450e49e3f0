"""Who may do a task: queue, name or substitution; separation of duties; confidentiality.

Approval limits are the machine's: they depend on the outcome and on an amount that the form may still change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, select

from api.acts.act import Record
from api.library import content_of_case, published, task_at
from api.problems import Changed, Confidential, Conflict, NotFound, NotPermitted
from api.security.people import Person
from definitions.catalogue import actions
from definitions.language.model import CALLED_OFF, Task
from definitions.language.sentences import OR, joined, listed, quoted, say
from store.queries.tasks import doers_of
from store.tables.cases import CaseRow, TaskRow
from store.tables.utility import Account
from workflows.machine.holding import HELD, RELEASED
from workflows.machine.machine import machine_of
from workflows.machine.setting import Setting
from workflows.machine.words import queue_title

#: Events that acts and imports raise; who would note them by hand would tell a case what is not in the books.
BROUGHT = ("letter-mailed", "letter-returned", "mail-returned", "payment-received", "payment-returned", CALLED_OFF)
CLOSED = ("completed", "skipped", "cancelled")


def open_task(session: Session, task_id: str) -> TaskRow:
    """The task, locked for this transaction; NotFound, or Conflict when it has ended."""
    task = session.exec(select(TaskRow).where(TaskRow.id == task_id).with_for_update()).first()
    if task is None:
        raise NotFound(
            say("There is no task %(task)s. GET /api/tasks lists those that are open to you.", task=repr(task_id[:60]))
        )
    if task.state in CLOSED:
        raise Conflict(_how_closed(task), task=task.id)
    return task


def must_see_account(session: Session, person: Person, account_id: str | None) -> None:
    """Raises Confidential when the account is, and the person has not that right."""
    if account_id is not None and not person.may("see-confidential"):
        _must_see(person, session.get(Account, account_id))


def _must_see(person: Person, account: Account | None) -> None:
    if account is not None and account.confidential and not person.may("see-confidential"):
        raise Confidential(
            say("This account is confidential. Somebody with that right can work on it."), account=account.id
        )


def is_an_answer(event: str) -> bool:
    """Whether the event is one by which effects answer, or that a case raises when holds change: nobody sends it."""
    return event in actions.answers() or event in (HELD, RELEASED)


def comes_by_itself(event: str) -> bool:
    """Whether the event is one that Headgate brings to cases when something else is done: a payment taken, mail returned."""
    return event in BROUGHT or is_an_answer(event)


def must_not_be_an_answer(event: str) -> None:
    """Raises NotPermitted for an event by which effects answer: that comes from the books, and nobody sends it."""
    if is_an_answer(event):
        raise NotPermitted(
            say("%(event)s is what the district's books answer; nobody sends it to a case.", event=repr(event))
        )


def must_see_task(session: Session, person: Person, task: TaskRow) -> None:
    """Raises NotFound for what is not theirs to whom accounts are closed, Confidential for such an account."""
    if not person.may("see-accounts") and offered_to(person, task) is None:
        raise NotFound(
            say(
                "There is no task %(task)s for %(person)s, their queues or their crew.",
                task=repr(task.id),
                person=person.id,
            )
        )
    must_see_account(session, person, task.account_id)


def case_seen(session: Session, person: Person, case_id: str) -> CaseRow:
    """The case, for a person who may see it; NotFound or Confidential otherwise."""
    return case_with_account(session, person, case_id)[0]


def case_with_account(session: Session, person: Person, case_id: str) -> tuple[CaseRow, Account | None]:
    """The case and the account that it is about, as `case_seen`; one statement."""
    person.must("see-accounts")
    query = select(CaseRow, Account).join(Account, isouter=True).where(CaseRow.id == case_id)
    found = session.exec(query).one_or_none()
    if found is None:
        raise _no_case(case_id)
    case, account = found
    _must_see(person, account)
    return case, account


def case_acted_on(session: Session, person: Person, case_id: str, record: Record) -> CaseRow:
    """The case that an act is about, noted in its audit row; NotFound, or Confidential when its account is."""
    case = case_called(session, case_id)
    record.case, record.account = case.id, case.account_id
    must_see_account(session, person, case.account_id)
    return case


def case_called(session: Session, case_id: str) -> CaseRow:
    """The case; NotFound where there is none."""
    case = session.get(CaseRow, case_id)
    if case is None:
        raise _no_case(case_id)
    return case


def _no_case(case_id: str) -> NotFound:
    return NotFound(
        say("There is no case %(case)s. GET /api/cases lists those that there are.", case=repr(case_id[:60]))
    )


def must_stand_at(case: CaseRow, step: int | None) -> None:
    """Raises Changed when the case has gone on since a step at which somebody looked at it; None: nobody says at which."""
    if step is not None and case.step_no != step:
        raise Changed(
            say("The case has gone on since you looked at it. See what happened, and whether you still mean it.")
        )


def _how_closed(task: TaskRow) -> str:
    done = {
        "completed": say("This task was completed"),
        "skipped": say("This task was skipped"),
        "cancelled": say("This task was cancelled, as its reason went away"),
    }[task.state]
    if task.closed_by:
        done = say("%(done)s by %(who)s", done=done, who=task.closed_by)
    return say("%(done)s. The case %(case)s shows what came after it.", done=done, case=task.case_id)


def may_do(session: Session, person: Person, task: TaskRow) -> str:
    """The rule by which this person may do the task; raises NotPermitted with the rule by which they may not."""
    must_see_account(session, person, task.account_id)
    rule = offered_to(person, task)
    if rule is None:
        raise NotPermitted(
            say(
                "This task is offered to %(to)s; %(person)s is not among them. A supervisor can assign it "
                "to somebody else.",
                to=_offered_to(session, task),
                person=person.id,
            ),
        )
    not_who_did(session, person.id, task)
    return rule


def who_may_do(session: Session, people: Sequence[Person], task: TaskRow) -> list[Person]:
    """Those of these people who may do the task, as `may_do` has it, with two statements however many they are."""
    account = session.get(Account, task.account_id) if task.account_id else None
    confidential = account is not None and account.confidential
    doers = doers_of(session, task.case_id, task.not_by) if task.not_by else set()
    return [
        person
        for person in people
        if offered_to(person, task) and person.id not in doers and (person.may("see-confidential") or not confidential)
    ]


def not_who_did(session: Session, person: str, task: TaskRow) -> None:
    """Raises NotPermitted when the person completed, or helped to complete, a task that this one must not be done by."""
    names: list[str] = task.not_by or []
    if not names:
        return
    if person in doers_of(session, task.case_id, names):
        setting = _setting(session, task)
        raise NotPermitted(
            say(
                "%(person)s did or helped with %(done)s in this case, and who did that does not do "
                "%(name)s (separation of duties). Somebody else has to take it.",
                person=person,
                done=listed([quoted(setting.task_title(name)) for name in names], OR),
                name=quoted(task.title),
            ),
            rule=f"not-by {', '.join(names)}",
        )


def definition_of(session: Session, task: TaskRow) -> tuple[Task | None, CaseRow]:
    """What the case's own version of the definition says about the task, and the case."""
    case = session.get_one(CaseRow, task.case_id)
    compiled = published(session, case.definition, case.version)
    return task_at(compiled.definition, task.place), case


def offered_to(person: Person, task: TaskRow) -> str | None:
    """The rule by which the task is this person's to do, or None."""
    return _offered(person, task) or _has(person, task)


def _offered(person: Person, task: TaskRow) -> str | None:
    queue = task.queue
    if queue is not None and queue in person.queues:
        return f"queue {queue}"
    named: list[str] = task.users or []
    for user in named:
        if person.is_or_stands_in_for(user):
            return f"named {user}" if user == person.id else f"substitute for {user}"
    return None


def _has(person: Person, task: TaskRow) -> str | None:
    if task.assignee is None or not person.is_or_stands_in_for(task.assignee):
        return None
    return "assigned" if task.assignee == person.id else f"substitute for {task.assignee}"


def _offered_to(session: Session, task: TaskRow) -> str:
    named: list[str] = task.users or []
    told = []
    if task.queue:
        queue = queue_title(_setting(session, task).compiled, task.queue)
        told = [say("the queue %(queue)s", queue=quoted(queue))]
    return listed([*told, joined(named)]) if named else listed(told or [say("nobody")])


def _setting(session: Session, task: TaskRow) -> Setting:
    return machine_of(content_of_case(session, session.get_one(CaseRow, task.case_id))).setting
