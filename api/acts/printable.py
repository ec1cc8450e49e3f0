"""What letters cannot print is refused where it is typed: the letter would fail later, and could only be left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from activities.letters import names_printed
from activities.printing import unprintable
from api.problems import BadForm, Invalid
from api.services import Services
from definitions.language.compiled import Compiled
from definitions.language.model import DataField
from definitions.language.sentences import say

REFUSED: Final = say("This cannot be printed on a letter. Leave the character out, or write it in another way.")


def must_print(texts: Mapping[str, str]) -> None:
    """Raises Invalid when one of these fields, which stand on letters, has a character that they cannot print."""
    wrong = {name: why for name, text in texts.items() if (why := unprintable(text))}
    if wrong:
        raise Invalid(REFUSED, fields=wrong)


def whom(name: str | None, mailing: Mapping[str, Any] | None) -> dict[str, str]:
    """A name and the lines of a mailing address by their fields in a request's body."""
    lines = {f"mailing.{part}": str(value) for part, value in (mailing or {}).items()}
    return lines if name is None else {"name": name, **lines}


def must_print_form(
    office: Services, cases: Iterable[Compiled], fields: Mapping[str, DataField], given: Mapping[str, Any]
) -> None:
    """Raises BadForm when a field that a letter of these cases names has a character that it cannot print."""
    wrong = unprintable_fields(office, cases, fields, given)
    if wrong:
        raise BadForm(REFUSED, fields=wrong)


def unprintable_fields(
    office: Services, cases: Iterable[Compiled], fields: Mapping[str, DataField], given: Mapping[str, Any]
) -> dict[str, str]:
    """What is wrong with each field of text that a letter of these cases names and cannot print.

    What no letter names may hold anything: a crew's note, what a customer wrote."""
    wrong = {
        name: why
        for name, value in given.items()
        if name in fields and fields[name].type == "text" and (why := _wrong(value))
    }
    if not wrong:
        return {}
    named = frozenset[str]().union(*(names_printed(each, office.files) for each in cases))
    return {name: why for name, why in wrong.items() if name in named}


def _wrong(value: Any) -> str | None:
    texts = value if isinstance(value, list) else [value]
    return next((why for text in texts if isinstance(text, str) and (why := unprintable(text))), None)
