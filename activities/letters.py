"""Letters: rendered from their template, kept in the file store with the data that they were printed from, queued for printing.

Names and addresses are read from SQL here and nowhere earlier. The same case, step and data give the same bytes: the
date is the step's, no font of the computer is used, and Typst writes no clock into the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col

from activities import files, published
from activities.account_statement import statement
from activities.addressees import Addressee, addressee
from activities.printing import rendered
from definitions.catalogue import letters as catalogue
from definitions.catalogue.letters import Template, template
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.compiled import Compiled
from definitions.language.sentences import say
from store.papers import lock_content
from store.queries.letters import recall
from store.tables.papers import File, Letter

Ahead = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A letter before it is printed. Holds personal data."""

    using: Template
    languages: tuple[str, ...]
    to: str
    data: Mapping[str, Any]  #: all that the template is given
    owner: str | None = None  #: whose key seals it


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A letter whose PDF and data lie in the file store, before any row says so."""

    draft: Draft
    digest: str  #: of the PDF
    data_digest: str  #: of the data, as JSON
    size: int  #: bytes


def letter(session: Session, effect: Effect) -> Reply:
    """Writes the letter that the effect wants and queues it; the second time it answers with the first one."""
    return ahead(lambda: nullcontext(session), effect)(session, effect)


def ahead(reading: Ahead, effect: Effect) -> Callable[[Session, Effect], Reply]:
    """What is left to write once the letter is printed: printing takes no turn of the database's one writer."""
    with reading() as session:
        standing = session.get(Letter, f"l-{effect.id}")
        draft = _draft(session, effect) if standing is None else None
    printed = _printed(draft) if draft is not None else None

    def write(session: Session, effect: Effect) -> Reply:
        standing = session.get(Letter, f"l-{effect.id}")
        if standing is None:
            assert printed is not None
            standing = _written(session, effect, printed)
        return Reply(data={"letter": standing.id, "template": standing.template, "language": standing.language})

    return write


def recall_letters(session: Session, effect: Effect) -> Reply:
    """Recalls the case's letters that are not mailed yet: of one step, of one template, or all that it wrote before."""
    step, named, of_step = effect.args.get("step"), effect.args.get("template"), col(Letter.step_no)
    before = or_(of_step < effect.step, and_(of_step == effect.step, col(Letter.effect_no) < effect.number))
    which = [col(Letter.case_id) == effect.case, before if step is None else of_step == int(step)]
    if named is not None:
        which.append(col(Letter.template) == str(named))
    recall(session, *which, at=effect.at, because=str(effect.args.get("reason") or say("by its case")))
    return Reply()


def keep_templates(folder: Path, store: files.FileStore) -> dict[str, str]:
    """Keeps the texts of all templates of a folder under their digests, so that open cases print what they started with.

    Called when a worker starts and when a definition is published; returns template → digest."""
    found = catalogue.load_templates(folder)
    return {name: store.put(each.text.encode()) for name, each in found.items()}


def names_printed(compiled: Compiled, store: files.FileStore) -> frozenset[str]:
    """The names of a case's data that the letters of its version may put into print."""
    found: set[str] = set()
    for name in compiled.letters:
        with suppress(EffectRefused):  # a letter whose wording is gone prints nothing
            found |= _template(name, compiled, store).names
    return frozenset(found)


def _draft(session: Session, effect: Effect) -> Draft:
    compiled = published.of_case(session, effect.case)
    using = _template(str(effect.args["template"]), compiled, files.current())
    whom = addressee(session, effect, compiled.district)
    languages = _languages(using, effect.args.get("languages"), whom.language)
    to = str(effect.args.get("to") or "customer")
    data = letter_data(effect, compiled, using, whom, languages, to)
    if "statement" in using.needs and effect.account is not None:
        data["statement"] = statement(session, effect, date.fromisoformat(data["date"]))
    return Draft(using=using, languages=tuple(languages), to=to, data=data, owner=whom.owner)


def _printed(draft: Draft) -> Printed:
    store, pdf = files.current(), rendered(draft.using.text, draft.data)
    data = json.dumps(draft.data, ensure_ascii=False, sort_keys=True).encode()
    store.put(draft.using.text.encode())
    digest, data_digest = store.put(pdf, draft.owner), store.put(data, draft.owner)
    return Printed(draft=draft, digest=digest, data_digest=data_digest, size=len(pdf))


def _written(session: Session, effect: Effect, printed: Printed) -> Letter:
    """Raises NoSuchFileError where a file with the same content has gone since it was printed: it is printed again."""
    draft = printed.draft
    lock_content(session, printed.digest, printed.data_digest)
    for digest in (printed.digest, printed.data_digest):
        if not files.current().has(digest):
            raise files.NoSuchFileError(f"the content of {digest} went before its letter was written down")
    session.add(
        File(
            id=f"f-{effect.id}",
            digest=printed.digest,
            kind="letter",
            name=f"{draft.using.name}.pdf",
            content_type="application/pdf",
            size=printed.size,
            case_id=effect.case,
            account_id=effect.account,
            uploaded_by="headgate",
            uploaded_at=effect.at,
        )
    )
    made = Letter(
        id=f"l-{effect.id}",
        case_id=effect.case,
        step_no=effect.step,
        effect_no=effect.number,
        template=draft.using.name,
        language=",".join(draft.languages),
        account_id=effect.account,
        file_digest=printed.digest,
        data_digest=printed.data_digest,
        queued_at=effect.at,
        delivery=draft.using.delivery,
        confirmed=all(draft.using.languages[language] for language in draft.languages),
        detail={"to": draft.to, "template_digest": draft.using.digest},
    )
    session.add(made)
    session.flush()
    return made


def recomputed(row: Letter) -> bytes:
    """The PDF again, from the text and the data that the letter was printed from: the same bytes, years later."""
    if row.data_digest is None:
        raise EffectRefused(
            say("the letter %(row)s was printed before its data were kept", row=row.id), code="no-letter-data"
        )
    store = files.current()
    using = template(row.template, store.get(str(row.detail["template_digest"])).decode())
    return rendered(using.text, json.loads(store.get(row.data_digest)))


def letter_data(
    effect: Effect, compiled: Compiled, using: Template, whom: Addressee, languages: Sequence[str], to: str
) -> dict[str, Any]:
    """What the template is given. Holds personal data: never logged, never in a history."""
    district = compiled.district
    return {
        "number": effect.id,
        "case": effect.case,
        "account": whom.account,
        "date": effect.at.astimezone(compiled.calendar.zone).date().isoformat(),
        "place": whom.place,
        "languages": list(languages),
        "confirmed": dict(using.languages),
        "district": {
            "name": district.district,
            "address": list(district.address),
            "telephone": district.telephone,
        },
        "recipient": {"lines": whom.lines(to)},
        "customer": {"name": whom.name},
        "settings": dict(district.settings),
        "data": dict(effect.data),
    }


def _template(name: str, compiled: Compiled, store: files.FileStore) -> Template:
    """The template in the wording that the case's version was published with."""
    digest = compiled.letters.get(name)
    shipped = catalogue.shipped().get(name)
    if digest is None or (shipped is not None and shipped.digest == digest):
        if shipped is None:
            raise EffectRefused(say('there is no letter "%(name)s"', name=name), code="no-letter")
        return shipped
    try:
        return template(name, store.get(digest).decode())
    except files.NoSuchFileError:
        raise EffectRefused(
            say(
                'the wording of the letter "%(name)s" that this version was published with is not in the file store',
                name=name,
            ),
            code="no-letter",
        ) from None


def _languages(using: Template, wanted: Any, account_language: str) -> list[str]:
    """The languages to print: those asked for, or the account's; English first, and never one the letter lacks."""
    if wanted:
        asked = [str(each) for each in (wanted if isinstance(wanted, list | tuple) else [wanted])]
    else:
        asked = ["en", account_language]
    return [each for each in dict.fromkeys(("en", *asked)) if each in using.languages] or list(using.languages)[:1]
