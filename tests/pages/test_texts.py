"""Every text of the pages has its Spanish, and a request is answered in the language that its reader chose."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from api import texts
from api.languages import preferred
from api.pages.frame import templates
from api.problems import kinds
from definitions.catalogue import actions
from definitions.catalogue.actions import CannotCompute
from definitions.catalogue.replies import EffectRefused
from definitions.language.problems import CODES
from definitions.language.sentences import say
from store.claims import ClaimError
from store.queries.holds import HoldError
from workflows.machine.words import message_of
from workflows.refusals import refusals

API = texts.LOCALES.parent
ROOT = API.parent
MADE = ("definitions", "workflows", "activities", "store")  #: where sentences are made that pages show
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "say": None,
    "unknown": (1,),  # what a name is looked for among
    "ngettext": (1, 2),
    "say_many": (1, 2),
    "pgettext": ((1, "c"), 2),
}
VALUES = re.compile(r"%\((\w+)\)")


def used() -> Iterator[tuple[str, str]]:
    """Every text that templates and modules ask for, with where."""
    for folder, method, options in (
        (API / "templates", "jinja2", {"trimmed": "true", "silent": "false"}),
        (API, "python", {}),
        *((ROOT / folder, "python", {}) for folder in MADE),
    ):
        files = folder.rglob("*.html" if method == "jinja2" else "*.py")
        for file in files:
            with file.open("rb") as text:
                found = extract(method, text, KEYWORDS, options=options)  # type: ignore[arg-type]
                for line, message, _comments, context in found:
                    assert context is None or isinstance(context, str)
                    one = message if isinstance(message, str) else message[0]
                    yield one, f"{file.relative_to(ROOT)}:{line}"
    for name in actions.names():
        known = actions.signature(name)
        if known is not None and known.says:
            yield message_of(known.says), f"action {name}"
    for file in (ROOT / "definitions" / "laws").glob("*.yaml"):
        for fact in re.findall(r"facts\.(\w+_since)", file.read_text(encoding="utf-8")):
            yield fact.replace("_", " "), f"{file.relative_to(ROOT)}"
    for code, explained in CODES.items():
        yield explained, f"the finding {code}"
    for kind in kinds():
        yield kind.title, kind.__name__
        yield kind.explained, kind.__name__


REFUSING = {kind.__name__ for kind in (*kinds(), *refusals(), EffectRefused, CannotCompute, ClaimError, HoldError)}


def test_what_is_refused_is_said_in_sentences_that_can_be_told_again() -> None:
    plain = []
    for folder in (API, *(ROOT / each for each in MADE)):
        for file in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or getattr(node.func, "id", None) not in REFUSING:
                    continue
                said = [*node.args[:1], *(each.value for each in node.keywords if each.arg == "fields")]
                said += [value for each in said if isinstance(each, ast.Dict) for value in each.values]
                if any(isinstance(each, ast.Constant | ast.JoinedStr) for each in said):
                    plain.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert plain == []


def spanish() -> dict[str, Message]:
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in texts.catalogue("es")
        if message.id
    }


def test_every_text_has_its_spanish() -> None:
    known = spanish()
    missing = defaultdict(list)
    for text, where in used():
        message = known.get(text)
        if (
            message is None
            or message.fuzzy
            or not all([message.string] if isinstance(message.string, str) else message.string)
        ):
            missing[text].append(where)
    assert not missing, "\n".join(f'{where[0]}: msgid "{text}"' for text, where in missing.items())


def test_a_translation_names_the_values_of_its_text() -> None:
    for text, message in spanish().items():
        if isinstance(message.string, str):
            assert set(VALUES.findall(message.string)) == set(VALUES.findall(text)), text
        else:
            named = {value for each in message.id for value in VALUES.findall(each)}
            assert set(VALUES.findall(" ".join(message.string))) == named, text


def test_the_catalogues_of_the_areas_agree_where_they_say_the_same() -> None:
    said: dict[tuple[str | None, str], set[str]] = defaultdict(set)
    for file in (texts.LOCALES / "es").glob("*.po"):
        with file.open("rb") as text:
            for message in read_po(text, locale="es", abort_invalid=True):
                if message.id:
                    said[message.context, str(message.id)].add(str(message.string))
    assert {text: ways for text, ways in said.items() if len(ways) > 1} == {}


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en;q=0.3, es;q=0.7", "es"),
        ("zh", "en"),
        ("es;q=x", "en"),
    ],
)
def test_a_browser_says_which_language_it_prefers(accepted: str, spoken: str) -> None:
    assert preferred(accepted) == spoken


def test_values_are_put_into_a_text_and_escaped_in_a_page() -> None:
    shown = templates.from_string('{{ _("Account %(id)s", id="<b>") }}').render()
    assert shown == "Account &lt;b&gt;"


def test_days_are_named_in_the_language_of_the_reader() -> None:
    moment = datetime(2026, 1, 5, 13, 7, tzinfo=UTC)
    assert texts.desk_time(moment) == "Mon 5 Jan 2026, 1:07 pm"
    with texts.spoken_in("es"):
        assert texts.desk_time(moment) == "lun 5 ene 2026, 1:07 p. m."


def test_a_sentence_of_a_page_writes_its_days_as_the_page_does_and_one_of_a_program_as_it_was_said() -> None:
    due = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)
    sentence = say("%(task)s, due %(day)s.", task="Review", day=due)
    assert texts.said(sentence) == "Review, due Monday 5 January 2026, 17:30."
    with texts.spoken_in("en"):
        assert texts.said(sentence) == "Review, due Mon 5 Jan 2026, 5:30 pm."
    with texts.spoken_in("es"):  # the stop of the abbreviation is that of the sentence, too
        assert texts.said(say("%(what)s.", what=due)) == "lun 5 ene 2026, 5:30 p. m."


def test_one_and_many_have_their_own_spanish() -> None:
    with texts.spoken_in("es"):
        said = [texts.ngettext("%(num)s step", "%(num)s steps", count) for count in (1, 2, 1_000_000)]
    assert said == ["%(num)s paso", "%(num)s pasos", "%(num)s pasos"]
