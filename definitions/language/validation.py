"""What pydantic's validation errors mean to an author, and where they stand in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AliasChoices, AliasPath, BaseModel, ValidationError
from pydantic_core import ErrorDetails

from definitions.language.document import Document, Path
from definitions.language.patterns import CENTS, COUNT, DAY_OF_YEAR, KEY, NAME, TARGET, WORD
from definitions.language.problems import CODES, Problem, near_miss
from definitions.language.sentences import OR, joined, say, sentence_of

_MAPPING: Final = say("a mapping (keys with values)")
_BELONGS: Final = {
    "string_type": say("a word or text"),
    "bool_type": say("true or false"),
    "bool_parsing": say("true or false"),
    "int_type": say("a whole number"),
    "int_parsing": say("a whole number"),
    "int_from_float": say("a whole number"),
    "decimal_type": say("a number"),
    "decimal_parsing": say("a number"),
    "float_type": say("a number"),
    "float_parsing": say("a number"),
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "list_type": say("a list"),
    "tuple_type": say("a list"),
    "set_type": say("a list"),
    "frozen_set_type": say("a list"),
    "date_type": say("a date such as 2026-07-03"),
    "date_parsing": say("a date such as 2026-07-03"),
    "date_from_datetime_parsing": say("a date such as 2026-07-03"),
    "time_type": say("a time of day such as 7:30"),
    "time_parsing": say("a time of day such as 7:30"),
    "none_required": say("nothing"),
}
PATTERNS: Final = {  #: what is written where a pattern holds, by the pattern; a test holds that each has its words
    KEY: say("a key is of small letters, digits and hyphens, such as final-notice"),
    NAME: say("a name is of small letters, digits, underscores and hyphens, such as read_on"),
    WORD: say('a word is of small letters, digits, hyphens, underscores, slashes and inches, such as leak or 5/8"'),
    TARGET: say("a target is a state's key, or a path of keys with slashes, such as review/deciding"),
    CENTS: say("an amount is of dollars and cents, such as 25.00"),
    COUNT: say("a whole number belongs here"),
    DAY_OF_YEAR: say("a day of the year is a month and a day, such as 07-01"),
}


@dataclass(frozen=True, kw_only=True)
class _Found:
    """One of pydantic's errors; `steps` tells keys of the document from the marks that name an arm of a union."""

    steps: tuple[tuple[str | int, bool], ...]  # element, whether it is a key or index of the document
    details: ErrorDetails

    @property
    def path(self) -> Path:
        return tuple(element for element, real in self.steps if real)

    @property
    def arms(self) -> tuple[str, ...]:
        return tuple(str(element) for element, real in self.steps if not real)

    @property
    def is_key(self) -> bool:
        """Whether the key is wrong rather than its value."""
        return self.details["loc"][-1:] == ("[key]",)

    @property
    def is_wrong_type(self) -> bool:
        return self.details["type"] in _BELONGS


def explain_validation(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    """One problem for each mistake; of a value that could have been several things, the likeliest is explained."""
    found = [_locate(details, document.value) for details in error.errors(include_url=False)]
    return [_problem(group, document, model) for group in _likeliest(found)]


def _locate(details: ErrorDetails, root: Any) -> _Found:
    node = root
    steps: list[tuple[str | int, bool]] = []
    elements = details["loc"]
    for index, element in enumerate(elements):
        is_last_key = index == len(elements) - 1 and details["type"] == "missing"
        real = is_last_key or _holds(node, element)
        steps.append((element, real))
        if real and not is_last_key:
            node = node[element]
    return _Found(steps=tuple(steps), details=details)


def _holds(node: Any, element: str | int) -> bool:
    if isinstance(node, dict):
        return element in node
    return isinstance(node, list) and isinstance(element, int) and element < len(node)


def _likeliest(found: list[_Found]) -> Iterator[list[_Found]]:
    """The errors to explain; several in one group when each arm of a union wanted another kind of value."""
    plain = [f for f in found if not f.arms]
    yield from ([f] for f in plain)
    by_union = sorted((f for f in found if f.arms), key=_union_of)
    for prefix, group in groupby(by_union, key=_union_of):
        yield from _best_arm(prefix[1], list(group))


def _union_of(found: _Found) -> tuple[list[str], int]:
    """Where the union stands: the keys before the first arm's mark, and how many they are."""
    before = []
    for element, real in found.steps:
        if not real:
            break
        before.append(str(element))
    return before, len(before)


def _best_arm(depth: int, group: list[_Found]) -> Iterator[list[_Found]]:
    arms: dict[str, list[_Found]] = {}
    for found in group:
        arms.setdefault(found.arms[0], []).append(found)

    def unlikely(errors: list[_Found]) -> tuple[int, int]:
        here = [f for f in errors if len(f.path) == depth and f.details["type"] not in ("missing", "extra_forbidden")]
        if not here:
            return (0, len(errors))
        return (2 if here[0].is_wrong_type else 1, len(errors))

    best = min(arms.values(), key=unlikely)
    if unlikely(best)[0] == 2 and len(arms) > 1:
        yield [f for errors in arms.values() for f in errors if f.is_wrong_type and len(f.path) == depth]
    else:
        inner = [_Found(steps=f.steps[:depth] + f.steps[depth + 1 :], details=f.details) for f in best]
        yield from _likeliest(inner)


def _problem(group: list[_Found], document: Document, model: type[BaseModel]) -> Problem:
    found, details = group[0], group[0].details
    path, kind, given = found.path, details["type"], details["input"]
    context: dict[str, Any] = details.get("ctx", {})
    if kind == "missing":
        line, column = document.position(path[:-1], key=True)
        return Problem(
            file=document.file,
            line=line,
            column=column,
            code="missing-key",
            message=say('"%(name)s" is missing here', name=str(path[-1])),
            path="/".join(map(str, path)),
        )
    if kind == "extra_forbidden":
        known = _known_keys(model, found.details["loc"][:-1])
        unused = known - _keys_at(document.value, path[:-1])
        message = say("no key here is called %(near)s", near=near_miss(str(path[-1]), unused or known))
        return document.problem(path, "unknown-key", message, key=True)
    if kind in ("literal_error", "enum"):
        known = set(re.findall(r"'([^']*)'", str(context["expected"])))
        message = say("no value here is called %(near)s", near=near_miss(_word(given), known))
        return document.problem(path, "wrong-value", message, key=found.is_key)
    if kind == "union_tag_invalid":
        known = set(re.findall(r"'([^']*)'", str(context["expected_tags"])))
        name = str(context["discriminator"]).strip("'")
        at = (*path, name) if isinstance(given, dict) and name in given else path
        return document.problem(
            at,
            "wrong-value",
            say("no %(name)s is called %(near)s", name=name, near=near_miss(str(context["tag"]), known)),
        )
    if kind == "union_tag_not_found":
        name = str(context["discriminator"]).strip("'")
        return document.problem(path, "missing-key", say('"%(name)s" is missing here', name=name), key=True)
    if kind in _BELONGS:
        wanted = joined(dict.fromkeys(_BELONGS[f.details["type"]] for f in group), OR)
        return document.problem(
            path, "wrong-type", say("%(given)s stands where %(wanted)s belongs", given=_shown(given), wanted=wanted)
        )
    return _by_validator(found, document)


def _by_validator(found: _Found, document: Document) -> Problem:
    details = found.details
    raised = details.get("ctx", {}).get("error")
    path = (*found.path, *getattr(raised, "at", ()))
    code = getattr(raised, "code", details["type"] if details["type"] in CODES else "wrong-value")
    message = (
        sentence_of(raised)
        if raised is not None
        else say("%(given)s: %(why)s", given=_shown(details["input"]), why=_why(details))
    )
    if details["type"] in CODES:
        message = details["msg"]
    return document.problem(path, code, message, key=found.is_key)


def _why(details: ErrorDetails) -> str:
    """Why a value is not right: in words of our own where an author meets it, else in pydantic's."""
    match details["type"]:
        case "string_pattern_mismatch":
            if (words := PATTERNS.get(str(details["ctx"]["pattern"]))) is not None:
                return words
        case "string_too_short" | "too_short":
            return say("there must be something here")
    return _lower(details["msg"])


def _word(given: object) -> str:
    return str(given).lower() if isinstance(given, bool) else str(given)


def _shown(given: object) -> str:
    if isinstance(given, dict):
        return _MAPPING
    if isinstance(given, list):
        return say("a list")
    if given is None:
        return say("nothing")
    return f'"{given}"' if isinstance(given, str) else _word(given)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _keys_at(root: Any, path: Path) -> set[str]:
    node = root
    for element in path:
        node = node[element]
    return set(node) if isinstance(node, dict) else set()


def _known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """The keys of whatever models can stand at pydantic's location below the model."""
    candidates: list[Any] = list(_arms(model))
    for element in loc:
        below = [arm for candidate in candidates for value in _values(candidate, element) for arm in _arms(value)]
        named = [c for c in candidates if getattr(c, "__name__", None) == element or _has_tag(c, element)]
        candidates = below or named or candidates
    return {key for candidate in candidates if _is_model(candidate) for key in _fields(candidate)}


def _arms(annotation: Any) -> Iterator[Any]:
    annotation = getattr(annotation, "__value__", annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _arms(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for arm in get_args(annotation):
            yield from _arms(arm)
    elif _is_model(annotation) and "root" in annotation.model_fields:
        yield from _arms(annotation.model_fields["root"].annotation)
    else:
        yield annotation


def _values(candidate: Any, element: str | int) -> Iterator[Any]:
    """What can stand below a candidate at a key or an index."""
    if _is_model(candidate):
        if str(element) in _fields(candidate):
            yield _fields(candidate)[str(element)]
        return
    arguments = get_args(candidate)
    if not arguments or get_origin(candidate) is Literal:
        return
    if isinstance(element, int):
        yield arguments[0]
    elif len(arguments) == 2 and arguments[1] is not Ellipsis:
        yield arguments[1]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """The model's fields by the keys that an author writes."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        alias = info.validation_alias or info.alias or name
        names = alias.choices if isinstance(alias, AliasChoices) else [alias]
        for key in names:
            fields[str(key.path[0]) if isinstance(key, AliasPath) else key] = info.annotation
    return fields


def _has_tag(candidate: Any, tag: str | int) -> bool:
    return _is_model(candidate) and any(
        get_origin(annotation) is Literal and tag in get_args(annotation) for annotation in _fields(candidate).values()
    )
