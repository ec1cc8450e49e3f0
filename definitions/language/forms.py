"""What people fill in, checked and put into the shape that a case keeps.

Values come back as plain JSON: money and quantities as decimal strings, dates as ISO strings, entities and files as given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from definitions.language.model import Data, DataField, Form
from definitions.language.sentences import SEMICOLON, joined, say, sentence_of, word


def fields_of(form: Form, data: Data) -> dict[str, DataField]:
    """The form's fields with their types: one named in `data` takes its type from there."""
    fields: dict[str, DataField] = {}
    for name, field in form.items():
        if field.declares is not None:
            fields[name] = field.declares
        else:
            known, required = data[name], field.use == "required"
            fields[name] = known if known.required is required else known.model_copy(update={"required": required})
    return fields


def checked(fields: Mapping[str, DataField], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that are right, and for each that is not a sentence that says what would be."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name in given:
        if name not in fields:
            wrong[name] = say(
                "there is no field %(name)s; the fields are %(fields)s",
                name=name,
                fields=", ".join(fields) or say("none"),
            )
    for name, field in fields.items():
        value = given.get(name)
        if value is None or value == "" or value == []:
            if field.required:
                wrong[name] = say("is required")
            continue
        try:
            values[name] = _many(field, value) if field.many else _one(field, value)
        except ValueError as error:
            wrong[name] = sentence_of(error)
    return values, wrong


def fields_said(wrong: Mapping[str, str]) -> str:
    """The wrong fields in a row, each with what would be right."""
    return joined((say("%(field)s %(sentence)s", field=name, sentence=wrong[name]) for name in wrong), SEMICOLON)


def _many(field: DataField, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(say("is a list"))
    return [_one(field, item) for item in value]


def _one(field: DataField, value: Any) -> Any:
    match field.type:
        case "boolean":
            return _boolean(value)
        case "integer":
            number = _decimal(value, say("is a whole number"))
            if number != number.to_integral_value():
                raise ValueError(say("is a whole number"))
            return int(_within(field, number))
        case "number" | "quantity":
            return str(_within(field, _decimal(value, _quantity_words(field))))
        case "money":
            return _money(field, value)
        case "date":
            return _iso(date, value, say("is a date, as 2026-03-09"))
        case "datetime":
            return _aware(value)
        case "enum":
            if value not in (field.enum or ()):
                raise ValueError(say("is one of %(known)s", known=", ".join(field.enum or ())))
            return value
        case "text" | "file" | "user":
            if not isinstance(value, str):
                raise ValueError(say("is a text"))
            return value
        case _:
            return _entity(field, value)


def _quantity_words(field: DataField) -> str:
    return say("is a number of %(unit)s", unit=field.unit) if field.unit else say("is a number")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "yes", "on"):
        return True
    if value in ("false", "no", "off"):
        return False
    raise ValueError(say("is yes or no"))


def _decimal(value: Any, words: str) -> Decimal:
    if isinstance(value, bool | float):
        value = str(value)
    try:
        number = Decimal(str(value).strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        raise ValueError(words) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
        raise ValueError(words)
    return number


def _money(field: DataField, value: Any) -> str:
    amount = _within(field, _decimal(value, say("is an amount of dollars, as 84.10")))
    if amount != amount.quantize(Decimal("0.01")):
        raise ValueError(say("is an amount of whole cents, as 84.10"))
    return str(amount.quantize(Decimal("0.01")))


def _within(field: DataField, number: Decimal) -> Decimal:
    if field.minimum is not None and number < Decimal(field.minimum):
        raise ValueError(say("is at least %(least)s", least=str(field.minimum)))
    if field.maximum is not None and number > Decimal(field.maximum):
        raise ValueError(say("is at most %(most)s", most=str(field.maximum)))
    return number


def _iso(kind: type[date], value: Any, words: str) -> str:
    try:
        return kind.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(words) from None


def _aware(value: Any) -> str:
    words = say("is a time with its offset, as 2026-03-09T08:30:00-07:00")
    moment = datetime.fromisoformat(_iso(datetime, value, words))
    if moment.tzinfo is None:
        raise ValueError(words)
    return moment.isoformat()


def _entity(field: DataField, value: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(value.get("id"), str):
        return dict(value)
    if field.type[0] == "a":
        raise ValueError(say("is an %(what)s with its id", what=word(field.type)))
    raise ValueError(say("is a %(what)s with its id", what=word(field.type)))
