"""What a second person says to a proposed definition: it is published, or goes back with a reason."""

from __future__ import annotations

from sqlmodel import Session

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.publishing import RIGHT, Checked, checked, published
from api.problems import Conflict, NotFound, NotPermitted
from api.services import Services
from api.views.bench import proposal_view
from api.views.books import DefinitionView, definition_fields
from definitions.language.sentences import say
from store.queries import bench
from store.tables.definitions import Proposal


def proposal(session: Session, proposal_id: str) -> Proposal:
    """The proposal; NotFound when there is none."""
    found = session.get(Proposal, proposal_id)
    if found is None:
        raise NotFound(
            say(
                "There is no proposal %(proposal)s. GET /api/proposals lists them.",
                proposal=repr(proposal_id[:60]),
            )
        )
    return found


def approve(office: Services, ask: Ask, proposal_id: str) -> Answer:
    """The version that the proposal has become. It is checked once more: the folder that it leans on may have changed."""
    text = _checked(office, ask, proposal_id)

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        found = _waiting(session, record, proposal_id)
        if found.proposed_by == ask.person.id:
            raise NotPermitted(say("You have proposed this yourself; a second person approves it."), rule="two persons")
        newest = bench.newest_version(session, found.definition)
        if newest != found.based_on:
            raise Conflict(
                say(
                    "Version %(newest)s of %(definition)s was published after this was proposed. Send it back, "
                    "so that its author takes that in.",
                    newest=newest,
                    definition=repr(found.definition),
                ),
                version=newest,
            )
        version = published(
            office,
            session,
            text.compiled(office),
            source=found.source,
            by=found.proposed_by,
            ask=ask,
            note=found.note,
            approved_by=ask.person.id,
        )
        _decide(session, ask, found, "approved")
        found.published = version.version
        own = bench.draft_by(session, found.proposed_by, found.definition)
        if own is not None and own.source == found.source:
            session.delete(own)
        view = DefinitionView(**definition_fields(version, zone=office.zone))
        return Answer(status=201, body=view.model_dump(mode="json"))

    return once(office.store, ask, Record(act="approve", kind="definition", id=proposal_id), work)


def send_back(office: Services, ask: Ask, proposal_id: str, *, reason: str) -> Answer:
    """The proposal, sent back by a second person; nothing is published."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        found = _waiting(session, record, proposal_id)
        if found.proposed_by == ask.person.id:
            raise NotPermitted(say("You have proposed this yourself; you may withdraw it."), rule="two persons")
        _decide(session, ask, found, "sent-back", reason)
        return Answer(body=proposal_view(found, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="send-back", kind="definition", id=proposal_id), work)


def withdraw(office: Services, ask: Ask, proposal_id: str) -> Answer:
    """The proposal, withdrawn by who made it."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        found = _waiting(session, record, proposal_id)
        if found.proposed_by != ask.person.id:
            raise NotPermitted(
                say(
                    "%(who)s has proposed this; you may send it back with a reason.",
                    who=found.proposed_by,
                )
            )
        _decide(session, ask, found, "withdrawn")
        return Answer(body=proposal_view(found, zone=office.zone).model_dump(mode="json"))

    return once(office.store, ask, Record(act="withdraw", kind="definition", id=proposal_id), work)


def _checked(office: Services, ask: Ask, proposal_id: str) -> Checked:
    with office.store.reading() as session:
        found = session.get(Proposal, proposal_id)
    return checked(office, ask, found.source if found else "")


def _waiting(session: Session, record: Record, proposal_id: str) -> Proposal:
    found = proposal(session, proposal_id)
    session.refresh(found, with_for_update=True)
    record.id, record.rule = found.definition, "two persons"
    if found.status != "open":
        how = {"approved": say("approved"), "sent-back": say("sent back"), "withdrawn": say("withdrawn")}[found.status]
        raise Conflict(say("This proposal was %(how)s already, by %(who)s.", how=how, who=found.decided_by))
    return found


def _decide(session: Session, ask: Ask, found: Proposal, status: str, reason: str | None = None) -> None:
    found.status, found.reason = status, reason
    found.decided_by, found.decided_at = ask.person.id, ask.at
    session.add(found)
    session.flush()
