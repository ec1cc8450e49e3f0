"""Publishing a definition as the next version, and checking it first.

In a district where two people publish, what one sends is a proposal; `api.acts.proposing` is what the second one does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from activities.letters import keep_templates
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.examining import FILE, examine
from api.library import library_of
from api.problems import Conflict, Invalid
from api.services import Services
from api.views.bench import proposal_view
from api.views.books import DefinitionView, definition_fields
from definitions.language.compiled import Compiled
from definitions.language.library import IncompleteError, with_case
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.problems import Problem
from definitions.language.sentences import say, sentence_of
from store.publishing import publish_compiled
from store.queries import bench
from store.records import DefinitionStandsError
from store.tables.definitions import DefinitionVersion, Proposal

RIGHT = "publish-definitions"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A text that has been checked. Made before the transaction: a walk through the states may take seconds."""

    source: str
    problems: Sequence[Problem]

    def compiled(self, office: Services) -> Compiled:
        """The definition, ready to run; Invalid, with every finding, when it is not sound."""
        found = [problem for problem in self.problems if problem.severity == "error"]
        if found:
            raise Invalid(
                say(
                    "The definition has %(found)s problems and is not published. The first: %(first)s",
                    found=len(found),
                    first=str(found[0]),
                ),
                findings=[problem.to_json() for problem in found],
            )
        document = load(self.source, FILE)
        definition, _ = load_model(document, CaseDefinition)
        assert definition is not None
        library = with_case(library_of(office.definitions), definition, document, self.source)
        try:
            return library.compile(definition.case)
        except IncompleteError as error:
            raise Invalid(
                say("The definition leans on something that is not there: %(wrong)s.", wrong=sentence_of(error))
            ) from error


def checked(office: Services, ask: Ask, source: str) -> Checked:
    """The text with what is wrong with it; nothing is looked at for a person who may not publish."""
    return Checked(source=source, problems=examine(office.definitions, source) if ask.person.may(RIGHT) else ())


def publish(office: Services, ask: Ask, source: str, *, note: str) -> Answer:
    """The next version of the definition (201), or a proposal of it where a second person has to agree (202).

    Open cases keep their version. Invalid, with every finding, when the text is not sound."""
    text = checked(office, ask, source)

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        compiled = text.compiled(office)
        record.id, record.rule = compiled.definition.case, f"right {RIGHT}"
        if office.district.publish_persons == "2":
            record.act = "propose"
            proposal = proposed(session, ask, compiled, source, note)
            return Answer(status=202, body=proposal_view(proposal, zone=office.zone).model_dump(mode="json"))
        version = published(office, session, compiled, source=source, by=ask.person.id, ask=ask, note=note)
        view = DefinitionView(**definition_fields(version, zone=office.zone))
        return Answer(status=201, body=view.model_dump(mode="json"))

    return once(office.store, ask, Record(act="publish", kind="definition", id="new"), work)


def proposed(session: Session, ask: Ask, compiled: Compiled, source: str, note: str) -> Proposal:
    """The proposal, which waits for a second person; Conflict while another one of this definition waits."""
    name = compiled.definition.case
    waiting = bench.open_proposal(session, name)
    if waiting is not None:
        raise Conflict(
            say(
                "%(who)s has proposed %(name)s already, and nobody has decided yet. Let that be "
                "approved, sent back or withdrawn first.",
                who=waiting.proposed_by,
                name=repr(name),
            ),
            proposal=waiting.id,
        )
    proposal = Proposal(
        id=bench.new_id("pr"),
        definition=name,
        source=source,
        based_on=bench.newest_version(session, name),
        note=note,
        proposed_by=ask.person.id,
        proposed_at=ask.at,
    )
    session.add(proposal)
    session.flush()
    return proposal


def published(
    office: Services,
    session: Session,
    compiled: Compiled,
    *,
    source: str,
    by: str,
    ask: Ask,
    note: str,
    approved_by: str | None = None,
) -> DefinitionVersion:
    """The next version; Conflict when exactly this was published before."""
    try:
        version = publish_compiled(
            session, compiled, source=source, by=by, at=ask.at, note=note, approved_by=approved_by
        )
    except DefinitionStandsError as error:
        raise Conflict(say("Exactly this definition is published already; there is nothing to publish.")) from error
    keep_templates(office.definitions / "letters", office.files)
    return version
