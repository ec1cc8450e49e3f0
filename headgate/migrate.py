"""`headgate migrate`: brings the open cases of a version over to another one; first only says what would become of each."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlmodel import Session

from activities.migrating import RULE, Foreseen, NotThereError, Plan, foreseen, plan_of
from activities.published import district_zone
from definitions.language.loader import load, load_model
from definitions.language.model import Migration
from headgate.errors import fail
from headgate.opening import opened
from store.clock import district_now
from store.engine import Store
from store.people import person
from store.queries.bench import open_cases
from store.queries.migrations import (
    begin_migration,
    migrating_page,
    migration_counts,
    open_cases_of,
)
from store.tables.audit import Audit
from store.tables.migrations import CaseMigration
from workflows.machine.crossing import said

REFUSED: Final = 3  #: exit code where cases stay where they are
PAGE: Final = 200
LOOK_SECONDS: Final = 0.5
SILENT_SECONDS: Final = 60.0  #: without a case settled: then no worker seems to run


def migrate(
    case: Annotated[str, typer.Argument(help="The case type's name.")],
    before: Annotated[int, typer.Option("--from", min=1, help="The version that the cases run on.")],
    after: Annotated[int, typer.Option("--to", min=1, help="The version that they come over to.")],
    mapping: Annotated[
        Path | None,
        typer.Option(
            help="A YAML file with states, tasks, timers, data; the new version's own `migration` without it."
        ),
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Do it; without it only say what would become of each.")] = False,
    by: Annotated[str | None, typer.Option(help="With --run: who does it, a user's short name.")] = None,
    reason: Annotated[str | None, typer.Option(help="With --run: why; each case's history says so.")] = None,
    wait: Annotated[bool, typer.Option(help="With --run: show the progress until it is done.")] = True,
    shown: Annotated[int, typer.Option(min=0, help="Show so many cases at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print every row as JSON.")] = False,
) -> None:
    """Say what would become of each open case of a version in another one; with --run, bring them over.

    A running worker does it and goes on where it was cut off. Ends with code 3 where cases are refused and stay."""
    given = _mapping(mapping) if mapping is not None else None
    with opened() as store:
        plan = _planned(store, case, before, after, given)
        if not run:
            refused = _foresee(store, plan, shown, as_json)
        else:
            begun = _begin(store, plan, by, reason)
            refused = _follow(store, begun, as_json) if wait else 0
    if refused:
        raise typer.Exit(REFUSED)


def _mapping(file: Path) -> Migration:
    if not file.exists():
        fail(f"{file} does not exist")
    found, problems = load_model(load(file.read_text(), str(file)), Migration)
    if found is None:
        fail("the mapping cannot be used:\n" + "\n".join(str(problem) for problem in problems))
    return found


def _planned(store: Store, case: str, before: int, after: int, mapping: Migration | None) -> Plan:
    try:
        with store.reading() as session:
            return plan_of(session, case, before, after, mapping, district_now(session))
    except NotThereError as error:
        fail(str(error))


# -- what would be ------------------------------------------------------------------------------------------------------


def _foresee(store: Store, plan: Plan, shown: int, as_json: bool) -> int:
    rows: list[dict[str, Any]] = []
    counted: Counter[str] = Counter()
    console = Console(stderr=as_json)
    table = Table("case", "state", "deadlines and tasks")
    with store.reading() as session, Progress(console=Console(stderr=True), transient=True) as progress:
        number = open_cases(session, plan.definition)[plan.definition, plan.before]
        bar = progress.add_task("Looking at open cases", total=number)
        zone = district_zone(session)
        for found in _each(session, plan):
            progress.advance(bar)
            counted["refused" if found.refused else "over"] += 1
            if as_json:
                rows.append(_plain(found, zone))
            elif sum(counted.values()) <= shown or found.refused:
                table.add_row(found.case, _states(found), "\n".join(_told(found, zone)))
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    elif table.row_count:
        console.print(table)
    console.print(
        f"{plan.definition}, version {plan.before} to {plan.after}: {counted['over']} open cases would come over, "
        f"{counted['refused']} would be refused. Nothing has changed.",
        soft_wrap=True,
    )
    return counted["refused"]


def _each(session: Session, plan: Plan) -> Iterator[Foreseen]:
    at, cursor = district_now(session), None
    while True:
        page = open_cases_of(session, plan.definition, plan.before, limit=PAGE, cursor=cursor)
        for row in page.items:
            yield foreseen(session, row, plan, at)
        if (cursor := page.cursor) is None:
            return


def _states(found: Foreseen) -> str:
    was = ", ".join(found.state)
    if found.to_state is None:
        return f"{was}: refused"
    return was if found.to_state == found.state else f"{was} → {', '.join(found.to_state)}"


def _told(found: Foreseen, zone: Any) -> list[str]:
    if found.migration is None:
        return [found.refused or ""]
    moved = [said(each, zone) for each in found.migration.moved]
    moved += [f"“{title}” is withdrawn" for title in found.migration.withdrawn]
    return moved + [f"“{title}” opens" for title in found.migration.opened]


def _plain(found: Foreseen, zone: Any) -> dict[str, Any]:
    return {
        "case": found.case,
        "state": list(found.state),
        "to_state": list(found.to_state) if found.to_state is not None else None,
        "refused": found.refused,
        "told": _told(found, zone) if found.migration is not None else [],
    }


# -- doing it -----------------------------------------------------------------------------------------------------------


def _begin(store: Store, plan: Plan, by: str | None, reason: str | None) -> str:
    if not by or not reason:
        fail("say who does it and why: --by NAME --reason TEXT")
    with store.writing() as session:
        if person(session, by) is None:
            fail(f"there is no user {by}")
        at = district_now(session)
        begun = begin_migration(
            session,
            plan.definition,
            plan.before,
            plan.after,
            mapping=plan.mapping.model_dump(mode="json"),
            reason=reason,
            by=by,
            at=at,
        )
        if begun.cases == 0:
            fail(f"no open case runs on version {plan.before} of {plan.definition}")
        object_id = f"{plan.definition} {plan.before} to {plan.after} {begun.id}"
        session.add(
            Audit(
                at=at,
                person=by,
                act="begin-migration",
                object_kind="definition",
                object_id=object_id,
                allowed=True,
                sentence=f"headgate migrate: {reason}",
                rule=RULE,
            )
        )
        return begun.id


def _follow(store: Store, migration: str, as_json: bool) -> int:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        with store.reading() as session:
            total = session.get_one(CaseMigration, migration).cases
        bar = progress.add_task(f"Bringing cases over ({migration})", total=total)
        last, since = -1, time.monotonic()
        while True:
            with store.reading() as session:
                row, counts = session.get_one(CaseMigration, migration), migration_counts(session, migration)
            settled = total - counts.get("pending", 0)
            progress.update(bar, completed=settled)
            if row.status != "running":
                break
            if settled != last:
                last, since = settled, time.monotonic()
            if time.monotonic() - since > SILENT_SECONDS:
                fail(
                    f"{migration} stands still at {settled} of {total} cases: no worker seems to run. It goes on by itself "
                    "once one does"
                )
            time.sleep(LOOK_SECONDS)
    _ended(store, row, counts, as_json)
    return counts.get("refused", 0)


def _ended(store: Store, row: CaseMigration, counts: dict[str, int], as_json: bool) -> None:
    with store.reading() as session:
        refused = migrating_page(session, row.id, status="refused", limit=PAGE, cursor=None).items
    if as_json:
        told = {"migration": row.id, "status": row.status, "cases": row.cases, **counts}
        typer.echo(json.dumps(told | {"refusals": {each.case_id: each.sentence for each in refused}}, indent=2))
        return
    console = Console()
    if refused:
        table = Table("case", "stays, because")
        for each in refused:
            table.add_row(each.case_id, each.sentence or "")
        console.print(table)
    listed = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    console.print(f"{row.id} is {row.status}: {listed or 'no cases'}.", soft_wrap=True)
