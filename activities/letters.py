"""Letters: rendered from their template to PDF/A-2a and PDF/UA-1, kept in the file store, queued for printing.

Names and addresses are read from SQL here and nowhere earlier. The same case, step and data give the same bytes: the
date is the step's, no font of the computer is used, and Typst writes no clock into the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import typst
from sqlalchemy import and_, or_, update
from sqlmodel import Session, col

from activities import files, published
from activities.addressees import Addressee, addressee
from definitions.catalogue import letters as catalogue
from definitions.catalogue.letters import Template, template
from definitions.catalogue.replies import Effect, EffectRefused, Reply
from definitions.language.compiled import Compiled
from store.tables.papers import File, Letter

#: They refuse a character that no font has, which would else print as a box in silence.
STANDARDS: Final[tuple[Literal["a-2a", "ua-1"], ...]] = ("a-2a", "ua-1")


def letter(session: Session, effect: Effect) -> Reply:
    """Writes the letter that the effect wants and queues it; the second time it answers with the first one."""
    number = f"l-{effect.id}"
    standing = session.get(Letter, number)
    if standing is None:
        standing = _written(session, effect, number)
    return Reply(data={"letter": standing.id, "template": standing.template, "language": standing.language})


def recall_letters(session: Session, effect: Effect) -> Reply:
    """Recalls the letters that have not been mailed: of one of the case's steps, or all that it wrote before this effect."""
    step, of_step = effect.args.get("step"), col(Letter.step_no)
    before = or_(of_step < effect.step, and_(of_step == effect.step, col(Letter.effect_no) < effect.number))
    session.connection().execute(
        update(Letter)
        .where(
            col(Letter.case_id) == effect.case,
            before if step is None else of_step == int(step),
            col(Letter.status).in_(("queued", "printed")),
        )
        .values(status="recalled")
    )
    return Reply()


def keep_templates(folder: Path, store: files.FileStore) -> dict[str, str]:
    """Keeps the texts of all templates of a folder under their digests, so that open cases print what they started with.

    Called when a worker starts and when a definition is published; returns template → digest."""
    found = catalogue.load_templates(folder)
    return {name: store.put(each.text.encode()) for name, each in found.items()}


def rendered(text: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of a whole template text with these data; raises EffectRefused when it cannot be printed."""
    content = json.dumps(data, ensure_ascii=False, sort_keys=True)
    try:
        pdf: bytes = typst.compile(  # type: ignore[call-overload]  # its stub ties `root` to the input's type
            text.encode(),
            sys_inputs={"data": content},
            format="pdf",
            pdf_standards=[*STANDARDS],
            root=catalogue.SHIPPED,  # a template reads no other file
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise EffectRefused(_sentence(str(error)), code="letter-unprintable") from None
    return pdf


def _sentence(message: str) -> str:
    # Typst quotes the text that it cannot set, which may be somebody's name: the sentence goes without it.
    if "could not be displayed" in message:
        return "the letter has a character that no font of it can print; change the text or the name and try again"
    return "the letter's template cannot be set with this case's data; look at the template and its sample"


def _written(session: Session, effect: Effect, number: str) -> Letter:
    compiled = published.of_case(session, effect.case)
    using = _template(str(effect.args["template"]), compiled)
    whom = addressee(session, effect)
    languages = _languages(using, effect.args.get("languages"), whom.language)
    to = str(effect.args.get("to") or "customer")
    pdf = rendered(using.text, letter_data(effect, compiled, using, whom, languages, to))
    digest = files.current().put(pdf)
    session.add(
        File(
            id=f"f-{effect.id}",
            digest=digest,
            kind="letter",
            name=f"{using.name}.pdf",
            content_type="application/pdf",
            size=len(pdf),
            case_id=effect.case,
            account_id=effect.account,
            uploaded_by="headgate",
            uploaded_at=effect.at,
        )
    )
    made = Letter(
        id=number,
        case_id=effect.case,
        step_no=effect.step,
        effect_no=effect.number,
        template=using.name,
        language=",".join(languages),
        account_id=effect.account,
        file_digest=digest,
        queued_at=effect.at,
        confirmed=all(using.languages[language] for language in languages),
        detail={"to": to, "template_digest": using.digest},
    )
    session.add(made)
    session.flush()
    return made


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
        "recipient": {"lines": whom.lines(to, languages[0])},
        "settings": dict(district.settings),
        "data": dict(effect.data),
    }


def _template(name: str, compiled: Compiled) -> Template:
    """The template in the wording that the case's version was published with."""
    digest = compiled.letters.get(name)
    shipped = catalogue.shipped().get(name)
    if digest is None or (shipped is not None and shipped.digest == digest):
        if shipped is None:
            raise EffectRefused(f'there is no letter "{name}"', code="no-letter")
        return shipped
    try:
        return template(name, files.current().get(digest).decode())
    except files.NoSuchFileError:
        raise EffectRefused(
            f'the wording of the letter "{name}" that this version was published with is not in the file store',
            code="no-letter",
        ) from None


def _languages(using: Template, wanted: Any, account_language: str) -> list[str]:
    """The languages to print: those asked for, or the account's; English first, and never one the letter lacks."""
    if wanted:
        asked = [str(each) for each in (wanted if isinstance(wanted, list | tuple) else [wanted])]
    else:
        asked = ["en", account_language]
    return [each for each in dict.fromkeys(("en", *asked)) if each in using.languages] or list(using.languages)[:1]
