"""The kinds that a definition's fields have in expressions: its own data, and the entities that enter it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from definitions.language.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    INTEGER,
    MONEY,
    NUMBER,
    TEXT,
    Kind,
    Member,
    Schema,
    always,
    enum,
    many,
    perhaps,
    quantity,
    record,
)
from definitions.language.model import DataField

_CCF: Final = quantity("ccf")

#: What is known of an entity that has entered a case: frozen, and without personal data.
ENTITIES: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "account": record(
            "an account",
            id=always(TEXT),
            **{"class": always(TEXT)},
            language=perhaps(TEXT),
            since=perhaps(DATE),
            confidential=always(BOOLEAN),
        ),
        "applicant": record("an applicant", id=always(TEXT), language=perhaps(TEXT)),
        "parcel": record(
            "a parcel",
            id=always(TEXT),
            zone=perhaps(TEXT),
            area=perhaps(TEXT),
            inside=perhaps(BOOLEAN),
            route=perhaps(TEXT),
        ),
        "premise": record("a premise", id=always(TEXT)),
        "service-point": record("a service point", id=always(TEXT), kind=perhaps(TEXT), size=perhaps(TEXT)),
        "meter": record(
            "a meter", id=always(TEXT), serial=always(TEXT), size=always(TEXT), service_point=perhaps(TEXT)
        ),
        "read": record("a read", id=always(TEXT), meter=always(TEXT), at=always(DATETIME), value=always(_CCF)),
        "bill": record(
            "a bill",
            id=always(TEXT),
            account=always(TEXT),
            period_start=always(DATE),
            period_end=always(DATE),
            days=always(INTEGER),
            read=always(_CCF),
            use=always(_CCF),
            amount=always(MONEY),
            mailed=always(DATE),
            due=always(DATE),
        ),
        "payment": record("a payment", id=always(TEXT), received=always(DATE), amount=always(MONEY)),
    }
)

_SCALARS: Final[Mapping[str, Kind]] = {
    "text": TEXT,
    "file": TEXT,
    "user": TEXT,
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "number": NUMBER,
    "date": DATE,
    "datetime": DATETIME,
    "money": MONEY,
}


def kind_of(declared: DataField) -> Kind:
    """The kind of a declared field."""
    if declared.type == "quantity":
        kind = quantity(str(declared.unit))
    elif declared.type == "enum":
        kind = enum(*(declared.enum or ()))
    else:
        kind = _SCALARS.get(declared.type) or ENTITIES[declared.type]
    return many(kind) if declared.many else kind


def schema_of(fields: Mapping[str, DataField]) -> Schema:
    """The schema of declared fields: what is required is always set."""
    return Schema({name: Member(kind=kind_of(f), required=f.required) for name, f in fields.items()})
