"""How everything outside reaches a case: connect, open, act, message, settle, look.

What the case refuses comes back as the machine's own `Refused`. Every act is named by its caller and taken once: after
`Unanswered` the same act can be sent again. A key that SQL knows does not prove that the act stands (the worker may have died
between SQL and history), so acts go to the workflow first and SQL's answer counts only when the workflow refuses.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from temporalio.client import (
    Client,
    Interceptor,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from definitions.language.sentences import say
from workflows.codec import data_converter
from workflows.machine.case import Case
from workflows.machine.errors import Closed, Refused
from workflows.machine.events import Reopened
from workflows.messages import (
    ACT,
    CASE,
    CASE_TYPE,
    CASE_VERSION,
    MESSAGE,
    OPENED,
    SETTLE,
    TIDY,
    WAKE,
    WORKFLOW,
    Act,
    Carried,
    CaseView,
    Settlement,
    StartCase,
    Taken,
)
from workflows.refusals import refused_by
from workflows.securing import secured

PATIENCE = timedelta(seconds=20)  #: how long an act's answer is waited for
LOOK_SECONDS = 0.1


class CaseError(Exception):
    """Something between us and the case; `code` is stable, the sentence is for people."""

    code = "case"


class Unanswered(CaseError):
    """The case has not answered in time: the act may still be taken. Send the same act again."""

    code = "unanswered"


class Failed(CaseError):
    """The case failed at the act for a reason of its own; nothing has changed."""

    code = "act-failed"


async def connect(
    address: str,
    *,
    namespace: str = "default",
    keys: str | None = None,
    runtime: Runtime | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A client whose values travel as the worker expects them, over a connection secured as the environment says."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=data_converter(keys),
        runtime=runtime,
        interceptors=interceptors,
        **secured(),
    )


def case_id_for(person: str, key: str) -> str:
    """The id of the case that a person opens with a key: the same key, the same case."""
    digest = hashlib.sha256(f"{person}\n{key}".encode()).digest()
    return f"c-{base64.b32encode(digest).decode().lower()[:12]}"


async def open_case(
    client: Client, start: StartCase, content: bytes, *, task_queue: str, patience: timedelta = PATIENCE
) -> Taken:
    """The case's first step, once it stands; sent again, the same answer. Raises Refused, Unanswered, Failed."""
    # No id for the update: the workflow's own id is what makes it once, and a refused opening may be tried again.
    return await _with_start(client, start, content, task_queue, OPENED, [], None, patience)


async def reopen_case(
    client: Client,
    closed: Case,
    start: StartCase,
    content: bytes,
    act: Act,
    *,
    task_queue: str,
    patience: timedelta = PATIENCE,
) -> Taken:
    """The step that reopens a closed case, in a new run that begins with the case as it was closed; raises Refused."""
    assert isinstance(act.event, Reopened), "a closed case takes nothing else"
    going_on = replace(start, carried=Carried(case=closed))
    return await _with_start(client, going_on, content, task_queue, ACT, [act], update_id(act), patience)


async def carry_on(client: Client, case: Case, start: StartCase, content: bytes, *, task_queue: str) -> None:
    """Gives an open case a workflow that goes on with it as it stands; one that has a workflow keeps it."""
    await client.start_workflow(
        WORKFLOW,
        args=[replace(start, carried=Carried(case=case)), content],
        id=case.id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        search_attributes=_attributes(start),
    )


async def act(client: Client, case: str, act: Act, *, patience: timedelta = PATIENCE) -> Taken:
    """The answer to an act, once its step stands; the same act again gets the same answer.

    Raises Refused (Closed also for a case whose workflow has ended), Unanswered or Failed."""
    answered = _handle(client, case).execute_update(
        ACT, act, id=update_id(act), result_type=Taken, rpc_timeout=patience
    )
    taken: Taken = await _answer(answered, case)
    return taken


async def message(client: Client, case: str, act: Act) -> None:
    """Leaves a message that nobody waits for; raises Closed when the case's workflow has ended."""
    try:
        await _handle(client, case).signal(MESSAGE, act)
    except RPCError as error:
        raise _rpc(error, case) from error


async def wake(client: Client, case: str, at: datetime) -> None:
    """Lets a case of a demonstration look at its timers; nothing for one that has ended."""
    try:
        await _handle(client, case).signal(WAKE, at)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def settle(client: Client, case: str, settlement: Settlement, *, patience: timedelta = PATIENCE) -> None:
    """Decides about an effect that keeps failing; raises Refused when none waits for it."""
    handle = _handle(client, case)
    await _answer(handle.execute_update(SETTLE, settlement, rpc_timeout=patience), case)


async def tidy(client: Client, case: str, written: int | None = None, *, patience: timedelta = PATIENCE) -> int:
    """How many steps the case put back in the read model that its history does not hold.

    Raises Refused where the read model ends at a step (`written`) that the case holds, Closed, Unanswered."""
    put_back: int = await _answer(
        _handle(client, case).execute_update(TIDY, written, result_type=int, rpc_timeout=patience), case
    )
    return put_back


async def view(client: Client, case: str, *, patience: timedelta = PATIENCE) -> CaseView:
    """The case as its workflow holds it; works for a closed one as long as Temporal keeps it."""
    try:
        found: CaseView = await _handle(client, case).query(CASE, result_type=CaseView, rpc_timeout=patience)
    except RPCError as error:
        raise _rpc(error, case) from error
    return found


def update_id(act: Act) -> str:
    """The same for the same act of the same person with the same request, and nobody can read it."""
    key = act.key
    parts = (key.person if key else "", act.name, key.digest if key else "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _handle(client: Client, case: str) -> WorkflowHandle[Any, Any]:
    return client.get_workflow_handle(case)


def _attributes(start: StartCase) -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [SearchAttributePair(CASE_TYPE, start.definition), SearchAttributePair(CASE_VERSION, start.version)]
    )


async def _with_start(
    client: Client,
    start: StartCase,
    content: bytes,
    task_queue: str,
    update: str,
    args: list[Any],
    id_: str | None,
    patience: timedelta,
) -> Taken:
    operation: WithStartWorkflowOperation[Any, None] = WithStartWorkflowOperation(
        WORKFLOW,
        args=[start, content],
        id=start.case,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=(
            WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
            if start.carried is None
            else WorkflowIDReusePolicy.ALLOW_DUPLICATE
        ),
        search_attributes=_attributes(start),
    )
    answered = client.execute_update_with_start_workflow(
        update, args=args, start_workflow_operation=operation, id=id_, result_type=Taken, rpc_timeout=patience
    )
    try:
        taken: Taken = await _answer(answered, start.case)
    except Exception as error:
        # The operation holds the failure a second time, and Python complains of one that nobody has looked at.
        with suppress(Exception):
            await asyncio.wait_for(operation.workflow_handle(), LOOK_SECONDS)
        if isinstance(error, Closed) and isinstance(error.__cause__, RPCError):
            # It ran when the request came and has ended since: only the next time is it known what it was before that.
            raise Unanswered(f"{start.case} has ended meanwhile; send the same act again") from error
        raise
    return taken


async def _answer(answered: Any, case: str) -> Any:
    try:
        return await answered
    except WorkflowUpdateFailedError as error:
        refused = refused_by(error.cause)
        if refused is not None:
            raise refused from None
        raise Failed(f"{case} failed at this; it has been recorded") from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError) as error:
        if isinstance(error.__cause__, asyncio.CancelledError):
            raise error.__cause__ from None  # the SDK takes it for an answer; who is cancelled has to end
        raise Unanswered(f"{case} has not answered yet; send the same act again") from error
    except WorkflowAlreadyStartedError as error:
        raise Closed(say("the case was opened before and is closed"), case=case) from error
    except RPCError as error:
        raise _rpc(error, case) from error


def _rpc(error: RPCError, case: str) -> Refused | CaseError:
    if error.status is RPCStatusCode.NOT_FOUND:
        return Closed(say("the case is closed; it can only be reopened"), case=case)
    return Unanswered(f"{case} cannot be reached now; send the same act again")
