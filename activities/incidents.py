"""Effects that keep failing: an incident for a supervisor, and what the supervisor decided about it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlmodel import Session, col
from temporalio import activity

from definitions.catalogue.actions import signature
from store.clock import district_now
from store.engine import Store
from store.outbox import open_incident, settle_effect, settle_incident
from store.tables.cases import Incident
from workflows.messages import (
    OPEN_INCIDENT,
    SETTLE_INCIDENT,
    EffectReply,
    IncidentOpened,
    Settlement,
    SettlementWritten,
)


@dataclass(frozen=True, kw_only=True)
class Incidents:
    """The activities that write incidents."""

    store: Store

    @activity.defn(name=OPEN_INCIDENT)
    def open(self, opened: IncidentOpened) -> EffectReply:
        """Opens the incident, or counts one attempt more on the one that is open."""
        with self.store.writing() as session:
            at = district_now(session)
            settle_effect(session, opened.case, opened.step, opened.number, "failed", at=at, error_code=opened.code)
            open_incident(
                session,
                opened.case,
                opened.step,
                opened.number,
                action=opened.action,
                code=opened.code,
                sentence=opened.sentence,
                said=opened.said,
                at=at,
            )
        return EffectReply(at=at)

    @activity.defn(name=SETTLE_INCIDENT)
    def settle(self, written: SettlementWritten) -> EffectReply:
        """Settles the incident; for one that is skipped, the answer that stands for the effect's own."""
        settlement = written.settlement
        with self.store.writing() as session:
            at = settlement.at or district_now(session)
            incident = _open_one(session, written.case, settlement)
            if incident is not None:
                settle_incident(
                    session,
                    incident.id,
                    how="skipped" if settlement.how == "skip" else "retried",
                    by=settlement.by,
                    at=at,
                    reason=settlement.reason,
                )
            if settlement.how == "retry":
                return EffectReply(at=at)
            event = reply_of(written.action)
            data = {"skipped": True}
            settle_effect(
                session,
                written.case,
                settlement.step,
                settlement.number,
                "skipped",
                at=at,
                result={"event": event, "data": data},
            )
        return EffectReply(event=event, data=data, at=at)


def reply_of(action: str) -> str | None:
    """The event that an effect usually answers by, so that a case whose effect is skipped goes on."""
    known = signature(action)
    return known.replies[0] if known is not None and known.replies else None


def _open_one(session: Session, case: str, settlement: Settlement) -> Incident | None:
    query = select(Incident).where(
        col(Incident.case_id) == case,
        col(Incident.step_no) == settlement.step,
        col(Incident.effect_no) == settlement.number,
        text("settled_at IS NULL"),
    )
    return session.execute(query).scalar_one_or_none()
