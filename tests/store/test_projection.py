"""The step transaction: all or nothing, once, and an orphan gives way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from books import ACCOUNT, CASE, MONDAY, account, completion, step, task
from sqlalchemy import URL, event, select, update
from sqlmodel import Session, SQLModel

from definitions.language.sentences import beside, say
from store.engine import Store, open_store
from store.ledger import UnbalancedEntryError, balance_usd, unbalanced_entries
from store.projection import StaleStepError, repair_case, write_step
from store.queries.holds import place_hold
from store.tables.cases import CaseRow, ListLine, Note, StepRow, TaskRow
from store.tables.every import metadata
from store.tables.outbox import EffectRow, IdempotencyKey
from store.writes import (
    EffectWrite,
    EntryWrite,
    HoldsChanged,
    KeyUsed,
    KeyWrite,
    LineWrite,
    ListJoin,
    ListLeave,
    StepResult,
    StepWrite,
    TaskClose,
    TaskWrite,
    Written,
    from_json,
    to_json,
)

CREDIT = EntryWrite(
    no=1,
    lines=(
        LineWrite(code="receivable", amount_usd=Decimal("-43.44"), account_id=ACCOUNT),
        LineWrite(code="adjustments", amount_usd=Decimal("43.44")),
    ),
    posted_on=MONDAY.date(),
    rule="leak-adjustment",
    person="supervisor",
)


@pytest.fixture
def store(store: Store) -> Store:
    with store.writing() as session:
        account(session)
    return store


def write(store: Store, what: StepWrite) -> Written:
    with store.writing() as session:
        return write_step(session, what)


#: counters, and what is kept only until the next step for putting an orphan back
UNSEEN = ("audit_id", "id", "version", "assigned_step", "assignee_before", "claimed_before")


def everything(store: Store) -> dict[str, list[Any]]:
    with store.reading() as session:
        return {
            table.name: sorted(
                (tuple(repr(value) for name, value in row._mapping.items() if name not in UNSEEN))
                for row in session.connection().execute(select(table))
            )
            for table in metadata.sorted_tables
        }


def one(session: Session, model: type[SQLModel], *key: Any) -> Any:
    return session.get(model, key if len(key) > 1 else key[0])


def test_a_step_writes_case_step_task_audit_and_key(store: Store) -> None:
    assert write(store, step()) == StepResult(kind="written", result={"case": CASE, "step": 1})
    with store.reading() as session:
        case = one(session, CaseRow, CASE)
        assert (case.state, case.status, case.step_no, case.opened_at) == ("review", "open", 1, MONDAY)
        opened = one(session, TaskRow, f"{CASE}.1")
        assert (opened.state, opened.queue, opened.due_at) == ("open", "customer-service", MONDAY + timedelta(days=1))
        assert one(session, IdempotencyKey, "rep", "key-1").response == {"id": CASE}


def test_the_same_act_again_changes_nothing_and_gets_the_same_answer(store: Store) -> None:
    write(store, step())
    write(store, completion(entries=(CREDIT,)))
    before = everything(store)
    again = write(store, completion(entries=(CREDIT,), result={"another": "answer"}))
    assert again == StepResult(kind="repeated", result={"case": CASE, "step": 2})
    assert everything(store) == before


def test_a_completion_closes_its_task_and_opens_the_next(store: Store) -> None:
    write(store, step())
    write(store, completion())
    with store.reading() as session:
        done, order = one(session, TaskRow, f"{CASE}.1"), one(session, TaskRow, f"{CASE}.2")
        assert (done.state, done.outcome, done.closed_by, done.closed_step) == ("completed", "reread", "rep", 2)
        assert done.form == {"comment": "too high"}
        assert (order.state, order.kind, order.crew) == ("open", "work-order", "meters")


def test_another_act_at_the_same_step_replaces_the_orphan_with_all_that_it_wrote(store: Store) -> None:
    write(store, step(joins=(ListJoin(list_name="lock-off", state="lock-list"),)))
    orphan = completion(
        act="the one that history does not hold",
        entries=(CREDIT,),
        effects=(EffectWrite(no=1, kind="action", name="letter", payload={"template": "answer"}),),
        leaves=(ListLeave(list_name="lock-off", status="released", by="lead"),),
        joins=(ListJoin(list_name="door-tag", state="tags"),),
    )
    never = everything(store)
    assert write(store, orphan).kind == "written"
    with store.writing() as session:
        session.add(Note(id="n-1", case_id=CASE, task_id=f"{CASE}.2", by="crew", at=MONDAY, text="gate code"))
    taken = step(2, act="the one that it holds", event="message letter", key=None)
    assert write(store, taken) == StepResult(kind="replaced", result={"case": CASE, "step": 2})
    with store.reading() as session:
        assert one(session, TaskRow, f"{CASE}.2") is None
        restored = one(session, TaskRow, f"{CASE}.1")
        assert (restored.state, restored.closed_at, restored.outcome, restored.form) == ("open", None, None, None)
        assert one(session, StepRow, CASE, 2).act == "the one that it holds"
        assert one(session, EffectRow, CASE, 2, 1) is None
        assert one(session, IdempotencyKey, "rep", "key-2") is None
        assert one(session, ListLine, f"{CASE}.1.lock-off").status == "waiting"
        assert one(session, ListLine, f"{CASE}.2.door-tag") is None
        assert one(session, Note, "n-1").text == "gate code"
        assert balance_usd(session, ACCOUNT) == 0
    after = everything(store)
    assert [line for line in after["postings"] if "2" in line] == [] == never["postings"]
    assert len(after["audit"]) == 2


def some_step(number: int, act: str, open_tasks: tuple[TaskWrite, ...], runs: int, random: Random) -> StepWrite:
    """A step that closes, changes and opens some tasks, posts, joins a list: whatever a step can do."""
    closing = tuple(each for each in open_tasks if random.random() < 0.4)
    stay = tuple(
        replace(
            each,
            changed=changed,
            priority=random.randrange(4) if changed else each.priority,
            assign=None,
            release=False,
        )
        for each in open_tasks
        if each not in closing
        for changed in [random.random() < 0.5]
    )
    stay = tuple(replace(each, assign="lead") if each.changed and random.random() < 0.3 else each for each in stay)
    opened = tuple(
        task(
            runs + 1 + place, opened_step=number, name=f"{act}-{place}", users=("rep",) if random.random() < 0.5 else ()
        )
        for place in range(random.randrange(3))
    )
    return step(
        number,
        act=act,
        event=act,
        open_tasks=stay + opened,
        closed_tasks=tuple(
            TaskClose(run=each.run, how="completed", by="rep", form={"n": number}, last=replace(each, assign=None))
            for each in closing
        ),
        entries=(CREDIT,) if random.random() < 0.5 else (),
        effects=tuple(EffectWrite(no=no, kind="notify") for no in range(random.randrange(3))),
        leaves=(ListLeave(list_name="lock-off", status="left"),),
        joins=(ListJoin(list_name="lock-off", state="list"),) if random.random() < 0.4 else (),
        key=KeyWrite(person="rep", key=f"{act}-{number}", digest=act, status=200) if random.random() < 0.5 else None,
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_after_replaced_orphans_all_is_as_if_they_had_never_been(
    new_database: Callable[[str], URL], engine: str, seed: int
) -> None:
    with_orphans, without = (open_store(new_database(engine)) for _ in range(2))
    random = Random(seed)
    for each in (with_orphans, without):
        with each.writing() as session:
            account(session)
        write(each, step())
    open_tasks, runs = (task(),), 1
    for number in range(2, 9):
        for orphan in range(random.choice((0, 0, 1, 2))):
            write(with_orphans, some_step(number, f"orphan-{orphan}", open_tasks, runs, random))
        held = some_step(number, "held", open_tasks, runs, random)
        for each in (with_orphans, without):
            write(each, held)
        assert everything(with_orphans) == everything(without), f"seed {seed}, step {number}"
        open_tasks, runs = held.open_tasks, max([runs, *(each.run for each in held.open_tasks)])
    with_orphans.close()
    without.close()


def test_a_claim_that_an_orphan_took_away_comes_back(store: Store) -> None:
    write(store, step())
    with store.writing() as session:
        session.execute(update(TaskRow).values(assignee="rep", state="claimed"))
    write(store, step(2, act="orphan", open_tasks=(task(queue="supervisors", release=True),)))
    with store.reading() as session:
        moved = one(session, TaskRow, f"{CASE}.1")
        assert (moved.queue, moved.assignee, moved.state) == ("supervisors", None, "open")
    write(store, step(2, act="held", open_tasks=(task(changed=False),)))
    with store.reading() as session:
        back = one(session, TaskRow, f"{CASE}.1")
        assert (back.queue, back.assignee, back.state) == ("customer-service", "rep", "claimed")


def test_a_step_leaves_claims_drafts_and_follow_up_dates_as_people_made_them(store: Store) -> None:
    write(store, step())
    follow_up = MONDAY + timedelta(days=3)
    with store.writing() as session:
        session.execute(update(TaskRow).values(assignee="rep", state="claimed", draft={"a": 1}, follow_up_at=follow_up))
    write(store, step(2, open_tasks=(task(priority=1, escalated=1),)))
    with store.reading() as session:
        raised = one(session, TaskRow, f"{CASE}.1")
        assert (raised.priority, raised.assignee, raised.state, raised.draft) == (1, "rep", "claimed", {"a": 1})
        assert raised.follow_up_at == follow_up
        assert raised.version == 1


def test_a_suspended_task_is_claimed_again_when_it_goes_on(store: Store) -> None:
    write(store, step(open_tasks=(task(assign="rep"),)))
    write(store, step(2, open_tasks=(task(suspended_at=MONDAY, clock_stops=True),)))
    with store.reading() as session:
        assert one(session, TaskRow, f"{CASE}.1").state == "suspended"
    write(store, step(3, open_tasks=(task(),)))
    with store.reading() as session:
        assert one(session, TaskRow, f"{CASE}.1").state == "claimed"


def test_a_step_decided_on_older_holds_writes_nothing_and_says_which_stand(store: Store) -> None:
    write(store, step())
    before = everything(store)
    with store.writing() as session:
        place_hold(session, ACCOUNT, "bankruptcy", since=MONDAY, by="lead", at=MONDAY)
    held = write(store, completion(entries=(CREDIT,)))
    assert held == HoldsChanged(version=1, holds={"bankruptcy": MONDAY.isoformat()})
    after = everything(store)
    assert {name for name in after if after[name] != before[name]} == {"accounts", "holds"}
    assert write(store, completion(hold_version=1)).kind == "written"


def test_a_key_used_for_another_step_writes_nothing_and_gives_the_stored_answer(store: Store) -> None:
    write(store, step())
    reused = KeyWrite(person="rep", key="key-1", digest="d2", status=200)
    before = everything(store)
    assert write(store, completion(key=reused)) == KeyUsed(digest="d1", status=201, response={"id": CASE})
    assert everything(store) == before


def test_a_worker_that_was_overtaken_writes_nothing(store: Store) -> None:
    for number in (1, 2, 3):
        write(store, step(number))
    before = everything(store)
    with pytest.raises(StaleStepError, match="step 3 stands already"):
        write(store, step(2, act="late"))
    assert everything(store) == before


def test_an_unbalanced_entry_undoes_the_whole_step(store: Store) -> None:
    write(store, step())
    before = everything(store)
    lopsided = replace(CREDIT, lines=(CREDIT.lines[0], replace(CREDIT.lines[1], amount_usd=Decimal("43.43"))))
    with pytest.raises(UnbalancedEntryError, match=r"sum to -0\.01 USD"):
        write(store, completion(entries=(lopsided,)))
    assert everything(store) == before


def test_the_same_step_written_by_two_at_once_is_written_once(store: Store) -> None:
    write(store, step())
    results: list[Written] = []
    both = threading.Barrier(2)

    def act() -> None:
        both.wait()
        results.append(write(store, completion(entries=(CREDIT,))))

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.kind for result in results) == ["repeated", "written"]
    with store.reading() as session:
        assert balance_usd(session, ACCOUNT) == Decimal("-43.44")
        assert unbalanced_entries(session) == []


def test_a_completion_takes_at_most_seven_statements(store: Store) -> None:
    write(store, step())
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    write(store, completion())
    assert len([sql for sql in statements if not sql.startswith(("BEGIN", "COMMIT"))]) <= 7, statements


def test_steps_one_after_another_take_the_same_connection_which_knows_their_statements(store: Store) -> None:
    with store.reading() as first, store.reading() as second, store.reading() as third:
        for session in (first, second, third):
            session.connection()
    used = []
    for _ in range(5):
        with store.reading() as session:
            used.append(session.connection().connection.dbapi_connection)
    assert len(set(map(id, used))) == 1


def test_a_case_without_an_account_is_written_too(store: Store) -> None:
    inner = step(key=None)
    assert write(store, replace(inner, case=replace(inner.case, account_id=None))).kind == "written"


def test_why_a_task_was_recalled_and_a_line_left_keeps_its_values(store: Store) -> None:
    why = say("version %(version)s does not have it", version=2)
    write(store, step(open_tasks=(task(),), joins=(ListJoin(list_name="lock-off", state="listed"),)))
    write(
        store,
        completion(
            closed_tasks=(TaskClose(run=1, how="cancelled", reason=why, reason_said=beside(why)),),
            leaves=(ListLeave(list_name="lock-off", status="left", reason=why, reason_said=beside(why)),),
        ),
    )
    with store.reading() as session:
        closed, gone = one(session, TaskRow, f"{CASE}.1"), one(session, ListLine, f"{CASE}.1.lock-off")
    assert (closed.close_reason, closed.close_reason_said) == (str(why), beside(why))
    assert (gone.reason, gone.reason_said) == (str(why), beside(why))


def test_a_task_offered_to_named_people_is_found_by_them(store: Store) -> None:
    write(store, step(open_tasks=(task(users=("rep", "rep2")),)))
    assert [row[1] for row in everything(store)["task_candidates"]] == ["'c-abcdefghijkl.1'"] * 2


def test_a_repaired_case_has_the_tasks_that_its_workflow_says_and_keeps_its_claims(store: Store) -> None:
    write(store, step(open_tasks=(task(), task(2))))
    with store.writing() as session:
        session.execute(update(TaskRow).where(TaskRow.run == 1).values(assignee="rep", state="claimed"))  # type: ignore[arg-type]
        repair_case(session, step().case, 1, (task(), task(3, name="third")))
    with store.reading() as session:
        states = {run: one(session, TaskRow, f"{CASE}.{run}").state for run in (1, 2, 3)}
    assert states == {1: "claimed", 2: "cancelled", 3: "open"}


def test_a_write_survives_the_way_through_an_activity() -> None:
    whole = completion(
        entries=(CREDIT,),
        effects=(EffectWrite(no=1, kind="notify", payload={"to": ["supervisor"]}),),
        closed_tasks=(TaskClose(run=1, how="skipped", reason="not needed", reason_said={"say": "not needed"}),),
        leaves=(ListLeave(list_name="lock-off", status="excluded", excluded_until=MONDAY, reason_said={"say": "so"}),),
    )
    assert from_json(to_json(whole)) == whole
