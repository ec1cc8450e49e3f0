"""Checking a definition as an author sends it, and publishing it as the next version."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from activities.letters import keep_templates
from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.problems import Conflict, Invalid
from api.services import Services
from api.views.books import DefinitionView, definition_fields
from definitions.language.library import IncompleteError, load_library
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.problems import Problem
from store.publishing import publish_compiled
from store.records import DefinitionStandsError
from workflows.machine.checking import check_text

FILE = "definition.yaml"  #: what findings call the text that was sent


def findings(office: Services, source: str) -> Sequence[Problem]:
    """What is wrong with the text, beside the laws, lists, tables and letters of the district's folder."""
    return check_text(load_library(office.definitions), source, FILE)


def publish(office: Services, ask: Ask, source: str, *, note: str) -> Answer:
    """The next version of the definition; open cases keep theirs. Invalid, with every finding, when it is not sound."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, "publish-definitions")
        found = [problem for problem in findings(office, source) if problem.severity == "error"]
        if found:
            raise Invalid(
                f"The definition has {len(found)} problems and is not published. The first: {found[0]}",
                findings=[problem.to_json() for problem in found],
            )
        library = load_library(office.definitions)
        definition, _ = load_model(load(source, FILE), CaseDefinition)
        assert definition is not None
        library.cases[definition.case] = definition
        record.id, record.rule = definition.case, "right publish-definitions"
        try:
            compiled = library.compile(definition.case)
            version = publish_compiled(session, compiled, source=source, by=ask.person.id, at=ask.at, note=note)
        except IncompleteError as error:
            raise Invalid(f"The definition leans on something that is not there: {error}.") from error
        except DefinitionStandsError as error:
            raise Conflict("Exactly this definition is published already; there is nothing to publish.") from error
        keep_templates(office.definitions / "letters", office.files)
        view = DefinitionView(**definition_fields(version, zone=office.zone))
        return Answer(status=201, body=view.model_dump(mode="json"))

    return once(office.store, ask, Record(act="publish", kind="definition", id="new"), work)
