"""What kinds of value an expression can speak of, and which names stand for which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from definitions.language.sentences import say, word

Name = Literal[
    "text", "boolean", "integer", "number", "date", "datetime", "span", "money", "quantity", "enum", "record", "list"
]

#: Units in which quantities are counted; each is also the name of the function that writes one: `ccf(25)`.
UNITS: Final = ("af", "ccf", "cf", "gal", "gpm", "kgal", "l", "m3", "percent", "psi")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of value."""

    name: Name
    unit: str | None = None  #: of a quantity
    words: tuple[str, ...] = ()  #: of an enum
    title: str = ""  #: of a record: what it is a record of
    members: "Mapping[str, Member]" = field(default_factory=lambda: MappingProxyType({}))  #: of a record
    item: "Kind | None" = None  #: of a list; None while nothing is known of it (an empty list)

    def __str__(self) -> str:
        """What the author calls it: `money`, `a quantity in ccf`, `a list of text`."""
        match self.name:
            case "quantity":
                return say("a quantity in %(unit)s", unit=self.unit)
            case "enum":
                return say("one of %(words)s", words=", ".join(self.words))
            case "record":
                return word(self.title) if self.title else say("a record")
            case "list":
                return say("a list of %(item)s", item=str(self.item)) if self.item else say("an empty list")
            case "span":
                return say("a span of time")
            case "boolean":
                return say("true or false")
            case "integer":
                return say("a whole number")
            case "number":
                return say("a number")
            case "date":
                return say("a date")
            case "datetime":
                return say("a date with time")
            case "money":
                return say("money")
            case "text":
                return say("text")

    def __hash__(self) -> int:
        return hash((self.name, self.unit, self.words, self.title, tuple(self.members), self.item))


@dataclass(frozen=True, kw_only=True)
class Member:
    """A named value of a schema or a record."""

    kind: Kind
    required: bool = False  #: always set, so that it can be read without has()


@dataclass(frozen=True)
class Schema:
    """The names that stand below `data`, `facts` or `event`, and what each holds."""

    members: Mapping[str, Member] = field(default_factory=lambda: MappingProxyType({}))

    def knowing(self, names: Iterable[str]) -> "Schema":
        """The schema in which these names are always set: a form's required fields, in its outcomes' guards."""
        known = set(names)
        if not known:
            return self
        return Schema({n: Member(kind=m.kind, required=m.required or n in known) for n, m in self.members.items()})


TEXT: Final = Kind(name="text")
BOOLEAN: Final = Kind(name="boolean")
INTEGER: Final = Kind(name="integer")
NUMBER: Final = Kind(name="number")
DATE: Final = Kind(name="date")
DATETIME: Final = Kind(name="datetime")
SPAN: Final = Kind(name="span")
MONEY: Final = Kind(name="money")


def quantity(unit: str) -> Kind:
    """A quantity counted in the unit."""
    return Kind(name="quantity", unit=unit)


def enum(*words: str) -> Kind:
    """One of the words."""
    return Kind(name="enum", words=words)


def many(item: Kind) -> Kind:
    """A list of such values."""
    return Kind(name="list", item=item)


def record(title: str, /, **members: Member) -> Kind:
    """A record with such members; the title is what an author calls it."""
    return Kind(name="record", title=title, members=MappingProxyType(members))


def always(kind: Kind) -> Member:
    """A member that is always set."""
    return Member(kind=kind, required=True)


def perhaps(kind: Kind) -> Member:
    """A member that may be unset, so that it is read behind has()."""
    return Member(kind=kind)
