"""The steps of a case, told again by its history: the workflow replays, and what it wrote is caught on the way.

Each step's write is a local activity of which history keeps the answer; replaying asks for it again with the same values. So
what SQL has lost of a case can be read from Temporal, or from an archived history, without either having kept it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import (
    Interceptor,
    Replayer,
    StartLocalActivityInput,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

from workflows.case import CaseWorkflow
from workflows.messages import WRITE_STEP, StepWritten


@dataclass(frozen=True, kw_only=True)
class Told:
    """A step as it was written, and the compiled definition that it was written under."""

    written: StepWritten
    content: bytes


async def steps_told(histories: Iterable[WorkflowHistory], converter: DataConverter) -> list[Told]:
    """The steps that stand in these runs of one case, in their order; raises what a history that does not replay raises."""
    found: dict[int, Told] = {}
    for history in histories:
        replayer = Replayer(
            workflows=[CaseWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            data_converter=converter,
            interceptors=[_Listening(found)],
        )
        await replayer.replay_workflow(history)
    return [found[number] for number in sorted(found)]


class _Listening(Interceptor):
    def __init__(self, found: dict[int, Told]) -> None:
        self._found = found

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002
        found = self._found

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(_Outbound(outbound, found))

        return Inbound


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, next_: WorkflowOutboundInterceptor, found: dict[int, Told]) -> None:
        super().__init__(next_)
        self._found = found

    def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:  # noqa: A002
        handle = super().start_local_activity(input)
        if input.activity == WRITE_STEP:
            written, content = input.args

            def stands(done: Any) -> None:
                if not done.cancelled() and done.exception() is None and done.result().kind == "written":
                    self._found[written.step.number] = Told(written=written, content=content)

            handle.add_done_callback(stands)
        return handle
