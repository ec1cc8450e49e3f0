"""What goes into a case's workflow and what comes out of it, as plain values.

Nothing here decides anything. Persons appear by their short names only, customers not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from temporalio.common import SearchAttributeKey

from definitions.catalogue.replies import Effect
from workflows.machine.case import Case
from workflows.machine.effects import Step
from workflows.machine.events import Event

WORKFLOW = "CaseWorkflow"  #: durable names are strings: histories know them
ACT, OPENED, SETTLE, TIDY = "act", "opened", "settle-incident", "tidy"  #: updates
MESSAGE, WAKE = "message", "wake"  #: signals
CASE = "case"  #: query

WRITE_STEP, READ_FACTS, REPAIR = "write-step", "read-facts", "repair"  #: local activities
OPEN_INCIDENT, SETTLE_INCIDENT = "open-incident", "write-settlement"
SEND, OPEN_CHILD, ARCHIVE = "send", "open-child", "archive-run"  #: activities beside those of the catalogue

CASE_TYPE = SearchAttributeKey.for_keyword("HeadgateCase")
CASE_VERSION = SearchAttributeKey.for_int("HeadgateVersion")

HEADGATE = "headgate"  #: who acts where no person does: what API and worker both bring is taken once

Clock = Literal["real", "district"]


@dataclass(frozen=True, kw_only=True)
class Key:
    """A person's idempotency key and the digest of what was asked with it."""

    person: str
    key: str
    digest: str
    status: int = 200  #: the HTTP status of the answer, kept with the key


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What the audit says of the act."""

    act: str
    object_kind: str
    object_id: str
    rule: str | None = None  #: by which the person was allowed to
    sentence: str | None = None
    said: Any = None  #: the sentence as `sentences.kept` writes it down


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A step was taken: the answer to whoever asked for it."""

    case: str
    step: int
    at: datetime
    state: tuple[str, ...]
    open_tasks: tuple[int, ...] = ()  #: run numbers
    closed: bool = False
    replayed: bool = False  #: the same key was answered so before


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something asked of a case, or reported to it."""

    event: Event
    name: str  #: of the act: the same name is taken once
    at: datetime | None = None  #: the district's time; only looked at in a demonstration
    key: Key | None = None
    audit: Audited | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An act that was answered, for whoever asks again."""

    person: str
    name: str
    digest: str | None
    taken: Taken


@dataclass(frozen=True, kw_only=True)
class Unsettled:
    """An effect that is not carried out yet; `failed` when it waits for a supervisor."""

    effect: Effect
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What a run hands to the next one."""

    case: Case
    seen: tuple[Seen, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    run: str | None = None  #: id of the run that ended, whose history is to be kept


@dataclass(frozen=True, kw_only=True)
class StartCase:
    """How a case's workflow starts, or goes on (`carried`). The compiled definition travels beside it, as bytes."""

    case: str
    definition: str
    version: int
    by: str
    clock: Clock = "real"
    at: datetime | None = None  #: the district's time; only looked at in a demonstration
    data: Mapping[str, Any] = field(default_factory=dict)
    key: Key | None = None
    audit: Audited | None = None
    parent: str | None = None  #: the case that waits for this one
    people: tuple[str, ...] = ()  #: who have worked on that one
    carried: Carried | None = None
    longest_run: int = 1500  #: acts after which the case goes on in a new run
    first_retry_seconds: float = (
        1.0  #: after which an effect that failed is tried again; each further time twice as long
    )


@dataclass(frozen=True, kw_only=True)
class FactsAsked:
    """Which facts a step is decided on."""

    names: tuple[str, ...]
    case: Case  #: before the step; at its opening with nothing but its data
    by: str
    run: int | None  #: of the task that the event is about
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StepWritten:
    """What the step's transaction is told; the compiled definition travels beside it."""

    case: Case
    step: Step
    act: str
    key: Key | None = None
    audit: Audited | None = None
    taken: Taken


@dataclass(frozen=True, kw_only=True)
class WriteResult:
    """What became of it. Short, since history keeps it."""

    kind: Literal["written", "holds-changed", "key-used", "facts-found", "already-open"]
    version: int | None = None
    holds: Mapping[str, str] | None = None
    digest: str | None = None
    taken: Taken | None = None
    facts: Mapping[str, Any] | None = None  #: found: what the transaction saw, that the step was not decided on
    case: str | None = None  #: already-open: the case that is


@dataclass(frozen=True, kw_only=True)
class EffectReply:
    """What an effect answered, and when by the district's clock."""

    event: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IncidentOpened:
    """An effect that keeps failing."""

    case: str
    step: int
    number: int
    action: str
    code: str
    sentence: str
    said: Any = None  #: the sentence as `sentences.kept` writes it down


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What a supervisor decided about an effect that keeps failing."""

    step: int
    number: int
    how: Literal["retry", "skip"]
    by: str
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class SettlementWritten:
    """The settlement, as its transaction is told."""

    case: str
    action: str
    settlement: Settlement


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """What the query `case` answers."""

    case: Case | None  #: None while it is being opened
    unsettled: tuple[Unsettled, ...] = ()  #: effects that are not carried out yet
