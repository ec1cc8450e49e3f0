"""The two that are measured, as the driver sees them: open a case, complete its open task."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy

from tests.benchmarks.bare import Answer, BareWorkflow, Completion, Opening
from tests.benchmarks.bare_rows import NAMES
from tests.benchmarks.bare_worker import TASK_QUEUE
from workflows import client as cases
from workflows.machine.events import Outcome
from workflows.messages import Act, Audited, Key, StartCase

PERSON = "rep"
PATIENCE = timedelta(minutes=2)  #: a busy machine spoils figures, but should not end the run


class Contender(Protocol):
    """One of the two."""

    name: str

    async def open(self, case: str, account: str) -> None:
        """Opens a case on an account."""

    async def complete(self, case: str, run: int) -> None:
        """Completes a case's open task; asserts that the answer is right."""


@dataclass(frozen=True, kw_only=True)
class Headgate:
    """Headgate's own client and workflow."""

    client: Client
    version: int
    content: bytes
    task_queue: str
    name: str = "headgate"

    async def open(self, case: str, account: str) -> None:
        """Opens a case on an account."""
        key, digest = key_of(case, 0)
        start = StartCase(
            case=case,
            definition="five-tasks",
            version=self.version,
            by=PERSON,
            data={"account": account_of(account)},
            key=Key(person=PERSON, key=key, digest=digest),
            audit=Audited(act="complete", object_kind="case", object_id=case),
        )
        taken = await cases.open_case(self.client, start, self.content, task_queue=self.task_queue, patience=PATIENCE)
        assert taken.open_tasks == (1,)

    async def complete(self, case: str, run: int) -> None:
        """Completes a case's open task."""
        key, digest = key_of(case, run)
        act = Act(
            event=Outcome(run=run, outcome="done", form=form_of(run), by=PERSON),
            name=key,
            key=Key(person=PERSON, key=key, digest=digest),
            audit=Audited(act="complete", object_kind="case", object_id=case),
        )
        taken = await cases.act(self.client, case, act, patience=PATIENCE)
        assert taken.open_tasks == ((run + 1,) if run < len(NAMES) else ())


@dataclass(frozen=True, kw_only=True)
class Bare:
    """The hand-written workflow, with the same search attributes."""

    client: Client
    name: str = "bare"

    async def open(self, case: str, account: str) -> None:
        """Opens a case on an account."""
        key, digest = key_of(case, 0)
        opening = Opening(case=case, account=account_of(account), by=PERSON, key=key, digest=digest)
        start: WithStartWorkflowOperation[Any, None] = WithStartWorkflowOperation(
            BareWorkflow.run,
            opening,
            id=case,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(cases.CASE_TYPE, "five-tasks"), SearchAttributePair(cases.CASE_VERSION, 1)]
            ),
        )
        answer: Answer = await self.client.execute_update_with_start_workflow(
            BareWorkflow.opened, start_workflow_operation=start, id=digest[:32], rpc_timeout=PATIENCE
        )
        assert answer.open_task == 1

    async def complete(self, case: str, run: int) -> None:
        """Completes a case's open task."""
        key, digest = key_of(case, run)
        completion = Completion(run=run, form=form_of(run), by=PERSON, key=key, digest=digest)
        answer: Answer = await self.client.get_workflow_handle(case).execute_update(
            BareWorkflow.complete, completion, id=digest[:32], rpc_timeout=PATIENCE
        )
        assert answer.open_task == (run + 1 if run < len(NAMES) else None)


def account_of(account: str) -> dict[str, Any]:
    """An account as a case's data keep it."""
    return {"id": account, "class": "residential", "confidential": False}


def form_of(run: int) -> dict[str, Any]:
    """What is written into the form of a task."""
    return {NAMES[run - 1]: "Looked into, as far as it went."}


def key_of(case: str, run: int) -> tuple[str, str]:
    """The caller's key for an act, and the digest of what it asks."""
    key = f"{case} {run}"
    return key, hashlib.sha256(key.encode()).hexdigest()
