"""An author's drafts: kept on the server at each pause, and by whom they were changed last. Nothing runs on them."""

from __future__ import annotations

import re
from typing import Final

from sqlmodel import Session, select

from api.acts.act import Answer, Ask, Record, must_change_things, once
from api.acts.publishing import RIGHT
from api.problems import Changed, Conflict, Invalid, NotFound, TooLarge
from api.security.people import Person
from api.services import Services
from definitions.language.sentences import say
from store.queries import bench
from store.records import versions_of
from store.tables.definitions import Draft

LONGEST: Final = 500_000  #: characters of a definition
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
NEW: Final = """\
case: {name}
title: {title}

data:
  account: {{type: account, required: true}}

initial: review

states:
  review:
    task:
      title: Look into it
      queue: {queue}
      due: 2 business days
      outcomes:
        done: closed

  closed: {{type: final}}
"""


def draft_seen(session: Session, person: Person, draft_id: str) -> Draft:
    """The draft, for a person who may write definitions; NotFound when there is none."""
    person.must(RIGHT)
    found = session.get(Draft, draft_id)
    if found is None:
        raise NotFound(say("There is no such draft; it was published or thrown away."))
    return found


def begin(office: Services, ask: Ask, definition: str, *, version: int | None = None) -> Answer:
    """The author's draft of the definition: the one that they have, or a new one from a version (the newest without one)."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        record.rule = f"right {RIGHT}"
        own = bench.draft_by(session, ask.person.id, definition)
        if own is None:
            own = _new(office, session, ask, definition, version)
        return Answer(status=201, body={"id": own.id, "definition": own.definition})

    return once(office.store, ask, Record(act="begin-draft", kind="definition", id=definition), work)


def save(office: Services, person: Person, draft_id: str, *, version: int, source: str) -> Draft:
    """The draft with this text; Changed when somebody else has written since `version`. The same text twice changes nothing.

    Writing leaves no audit row: it happens at each pause, and what counts is what is proposed."""
    must_change_things(person, RIGHT)
    if len(source) > LONGEST:
        raise TooLarge(say("A definition has at most %(most)s characters.", most=f"{LONGEST:,}"))
    with office.store.writing() as session:
        draft = session.exec(select(Draft).where(Draft.id == draft_id).with_for_update()).first()
        if draft is None:
            raise NotFound(
                say("The draft is not there any more: it was published or thrown away. Your text is still below.")
            )
        if draft.source == source:
            return draft
        if draft.version != version:
            raise Changed(
                say("%(who)s changed this draft meanwhile.", who=draft.changed_by),
                by=draft.changed_by,
                version=draft.version,
            )
        draft.source, draft.version = source, version + 1
        draft.changed_by, draft.changed_at = person.id, office.now()
        session.add(draft)
        return draft


def throw_away(office: Services, ask: Ask, draft_id: str) -> Answer:
    """Nothing; the draft is gone. Only its author throws it away."""

    def work(session: Session, record: Record) -> Answer:
        must_change_things(ask.person, RIGHT)
        draft = draft_seen(session, ask.person, draft_id)
        record.id, record.rule = draft.definition, f"right {RIGHT}"
        if draft.author != ask.person.id:
            raise Conflict(say("This is the draft of %(author)s, who alone throws it away.", author=draft.author))
        session.delete(draft)
        return Answer(status=204)

    return once(office.store, ask, Record(act="throw-away-draft", kind="definition", id=draft_id), work)


def _new(office: Services, session: Session, ask: Ask, definition: str, version: int | None) -> Draft:
    versions = versions_of(session, definition)
    chosen = next((each for each in versions if version in (None, each.version)), None)
    if chosen is None and version is not None:
        raise NotFound(
            say(
                "Version %(version)s of %(definition)s was never published.",
                version=version,
                definition=repr(definition),
            )
        )
    if chosen is None and not NAME.fullmatch(definition):
        raise Invalid(
            say(
                "%(definition)s is no name of a case type: lower-case words with hyphens, such as returned-mail.",
                definition=repr(definition[:60]),
            ),
            fields={"definition": say("is lower-case words with hyphens")},
        )
    draft = Draft(
        id=bench.new_id("dr"),
        definition=definition,
        author=ask.person.id,
        source=chosen.source if chosen else _skeleton(office, definition),
        based_on=chosen.version if chosen else 0,
        made_at=ask.at,
        changed_at=ask.at,
        changed_by=ask.person.id,
    )
    session.add(draft)
    session.flush()
    return draft


def _skeleton(office: Services, definition: str) -> str:
    queue = next(iter(office.district.queues), "customer-service")
    return NEW.format(name=definition, title=definition.replace("-", " ").capitalize(), queue=queue)
