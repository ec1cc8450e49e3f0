"""Releases of the workers' code, as Temporal tells them apart: which one carries cases, and whether it can carry those open.

A worker with a deployment's name says with which build it runs, and gets work only once that build is made current. Open cases
come to the current build with their next step (auto-upgrade): what holds is that their histories replay on it, which is tried
before it is made current.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client, WorkflowHistory
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkerDeploymentConfig

from workflows.case import CaseWorkflow
from workflows.messages import WORKFLOW
from workflows.release import Release


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of replaying open cases on this code."""

    replayed: int
    breaks: tuple[str, ...]  #: cases whose histories do not replay


def deployment_config(release: Release) -> WorkerDeploymentConfig:
    """What a worker of the release tells Temporal of itself."""
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=release.deployment, build_id=release.build),
        use_worker_versioning=True,
        # Cases live for months: pinned ones would keep every release's workers running for as long.
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def current_build(client: Client, deployment: str) -> str | None:
    """The build that carries cases now; None where none was made current, or no worker has named the deployment."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment)
    try:
        found = await client.workflow_service.describe_worker_deployment(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    routing = found.worker_deployment_info.routing_config
    return routing.current_deployment_version.build_id or None


async def make_current(client: Client, release: Release) -> None:
    """Lets this build carry cases from now on; RPCError while none of its workers asks for work."""
    await client.workflow_service.set_worker_deployment_current_version(
        SetWorkerDeploymentCurrentVersionRequest(
            namespace=client.namespace, deployment_name=release.deployment, build_id=release.build, identity="headgate"
        )
    )


async def tried_on_open_cases(
    client: Client, task_queue: str, *, most: int | None, workflows: Sequence[type] = (CaseWorkflow,)
) -> Tried:
    """The newest open cases (all without `most`) replayed on this code, one after the other."""
    replayer = Replayer(
        workflows=workflows, workflow_runner=UnsandboxedWorkflowRunner(), data_converter=client.data_converter
    )
    replayed, breaks = 0, []
    async for history in _open_histories(client, task_queue, most):
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        replayed += 1
        if result.replay_failure is not None:
            breaks.append(history.workflow_id)
    return Tried(replayed=replayed, breaks=tuple(breaks))


async def _open_histories(client: Client, task_queue: str, most: int | None) -> AsyncIterator[WorkflowHistory]:
    query = f"WorkflowType = '{WORKFLOW}' AND ExecutionStatus = 'Running' AND TaskQueue = '{task_queue}'"
    executions: Any = client.list_workflows(query, limit=most)
    async for execution in executions:
        try:
            yield await client.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # it has closed meanwhile
                raise
