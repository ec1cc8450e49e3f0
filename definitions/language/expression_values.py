"""Values on their way from a case's plain JSON into CEL, and back."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from definitions.language.expression_operators import MILLIONTHS
from definitions.language.kinds import Kind
from definitions.language.money import money_json
from definitions.language.quantity import plain

MAX_ITEMS: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Converter = Callable[[Any], Any]


def into_cel(kind: Kind) -> Converter:
    """The function that turns a stored value of the kind into what CEL computes with."""
    match kind.name:
        case "money" | "quantity":
            return millionths
        case "date":
            return _days
        case "datetime":
            return microseconds
        case "number":
            return float
        case "integer":
            return _whole
        case "record":
            return _record(kind)
        case "list":
            return _list(into_cel(kind.item)) if kind.item else _list(_same)
        case _:
            return _same


def from_cel(kind: Kind, zone: ZoneInfo) -> Converter:
    """The function that turns what CEL computed into the plain JSON that a case keeps.

    Money is rounded half up to whole cents; moments carry the zone's offset."""
    match kind.name:
        case "money":
            return lambda value: money_json((Decimal(value) / MILLIONTHS).quantize(Decimal("0.01"), ROUND_HALF_UP))
        case "quantity":
            return lambda value: plain(Decimal(value) / MILLIONTHS)
        case "date":
            return lambda value: date.fromordinal(value).isoformat()
        case "datetime":
            return lambda value: (_EPOCH + timedelta(microseconds=value)).astimezone(zone).isoformat()
        case "number":
            return lambda value: plain(Decimal(repr(value)))
        case "record":
            members = {name: from_cel(member.kind, zone) for name, member in kind.members.items()}
            return lambda value: {name: to_json(value[name]) for name, to_json in members.items() if name in value}
        case "list" if kind.item:
            item = from_cel(kind.item, zone)
            return lambda values: [item(value) for value in values]
        case _:
            return _same


def millionths(value: Any) -> int:
    """Whole millionths of a decimal string; raises for a float, which would not be exact."""
    if isinstance(value, float):
        raise TypeError("a float is not exact")
    scaled = Decimal(value) * MILLIONTHS
    whole = int(scaled)
    if whole != scaled:
        raise ValueError("more than six decimal places")
    return whole


def microseconds(value: Any) -> int:
    """Microseconds since 1970 of an ISO 8601 moment with its zone, or of a datetime."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment - _EPOCH) // _MICROSECOND


def local_day(zone: ZoneInfo) -> Converter:
    """The function that gives the civil day, in the zone, of a moment."""

    def day(value: Any) -> int:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(zone).toordinal()

    return day


def _days(value: Any) -> int:
    return date.fromisoformat(value).toordinal()


def _whole(value: Any) -> int:
    if isinstance(value, float) or int(value) != Decimal(value):
        raise ValueError("not a whole number")
    return int(value)


def _same(value: Any) -> Any:
    return value


def _record(kind: Kind) -> Converter:
    members = [(name, into_cel(member.kind)) for name, member in kind.members.items()]

    def convert(value: Mapping[str, Any]) -> dict[str, Any]:
        return {name: to_cel(value[name]) for name, to_cel in members if value.get(name) is not None}

    return convert


def _list(item: Converter) -> Converter:
    def convert(values: list[Any]) -> list[Any]:
        if len(values) > MAX_ITEMS:
            raise ValueError(f"more than {MAX_ITEMS} items")
        return [item(value) for value in values]

    return convert
