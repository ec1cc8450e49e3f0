"""Decision tables: what a row's conditions mean, which row fits, and whether the rows leave a gap or overlap.

A condition is `any`, a value, several values with commas, a range (`1..10` with both ends, `..8`, `500..`) or a
comparison (`> 8`, `<= 1000`). Values are typed by the input's field; quantities are in the field's own unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise, product
from typing import Any, Final, Literal

from definitions.language.model import DataField
from definitions.language.money import MoneyError, money_json, parse_money
from definitions.language.pack import DecisionTable
from definitions.language.sentences import say, sentence_of

ORDERED: Final = ("money", "quantity", "number", "integer", "date")
MAX_CELLS: Final = 100_000  #: combinations of input values that the check looks at before it gives up

Value = Decimal | date | bool | str


class TableError(ValueError):
    """A decision table that cannot answer."""

    code = "table"


class BadConditionError(TableError):
    """A condition or a result that does not fit the type of its column."""

    code = "table-value"


class NoRowError(TableError):
    """No row of the table fits the inputs."""

    code = "table-no-row"


class SeveralRowsError(TableError):
    """More than one row fits in a table that says `hit: unique`."""

    code = "table-several-rows"


@dataclass(frozen=True, kw_only=True)
class Span:
    """An interval of ordered values; None: no end on that side."""

    low: Decimal | date | None = None
    high: Decimal | date | None = None
    low_in: bool = True  #: whether `low` itself belongs to it
    high_in: bool = True

    def holds(self, value: Any) -> bool:
        """Whether the value lies in the interval."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_in)):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_in)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What one cell of a row asks of its input: anything, one of some values, or a place in one of some intervals."""

    anything: bool = False
    values: tuple[Value, ...] = ()
    spans: tuple[Span, ...] = ()

    def holds(self, value: Value | None) -> bool:
        """Whether the input's value fits; a missing value fits only `any`."""
        if self.anything:
            return True
        return value is not None and (value in self.values or any(span.holds(value) for span in self.spans))


ANYTHING: Final = Condition(anything=True)


def condition(written: str, field: DataField) -> Condition:
    """The condition that a cell means; raises BadConditionError with a sentence."""
    text = written.strip()
    if text == "any":
        return ANYTHING
    values: list[Value] = []
    spans: list[Span] = []
    for part in (text,) if field.type == "text" else text.split(","):
        span = _span(part.strip(), field) if field.type in ORDERED else None
        if span is not None:
            spans.append(span)
        else:
            values.append(value_of(part.strip(), field))
    return Condition(values=tuple(values), spans=tuple(spans))


def value_of(written: Any, field: DataField) -> Value:
    """The value of an input or a cell in its column's type; raises BadConditionError with a sentence."""
    try:
        match field.type:
            case "money":
                return parse_money(written)
            case "quantity" | "number":
                return _decimal(written)
            case "integer":
                return _whole(written, field)
            case "date":
                return date.fromisoformat(str(written))
            case "boolean":
                return _boolean(written, field)
            case "enum":
                if written not in (field.enum or ()):
                    raise _refused(written, field)
                return str(written)
            case _:
                return str(written)
    except (MoneyError, InvalidOperation, ValueError) as error:
        raise error if isinstance(error, BadConditionError) else _refused(written, field) from None


def json_of(value: Value, field: DataField) -> Any:
    """The value as a case keeps it: money and numbers as decimal strings, dates as ISO strings."""
    if isinstance(value, bool):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        if field.type == "integer":
            return int(value)
        return money_json(value) if field.type == "money" else f"{value:f}"
    return value


def decide(table: DecisionTable, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of the row that fits, as JSON values; an output that the row leaves out is left out.

    Raises NoRowError, SeveralRowsError, BadConditionError."""
    fitting = _fitting(table, inputs)
    if not fitting:
        raise NoRowError(
            say('no row of the table "%(table)s" fits %(inputs)s', table=table.table, inputs=_shown(table, inputs))
        )
    if table.hit == "unique" and len(fitting) > 1:
        rows = " and ".join(str(number + 1) for number in fitting)
        raise SeveralRowsError(
            say(
                'rows %(rows)s of the table "%(table)s" all fit %(inputs)s',
                rows=rows,
                table=table.table,
                inputs=_shown(table, inputs),
            )
        )
    then = table.rows[fitting[0]].then
    return {
        name: json_of(value_of(written, table.outputs[name]), table.outputs[name]) for name, written in then.items()
    }


def in_effect(table: DecisionTable, day: date) -> DecisionTable:
    """The table as it stands on a day: without the rows that begin later."""
    if all(row.since is None for row in table.rows):
        return table
    return table.model_copy(update={"rows": tuple(row for row in table.rows if row.since is None or row.since <= day)})


def beginnings(table: DecisionTable) -> list[date]:
    """The days on which rows of the table begin to stand, the earliest first."""
    return sorted({row.since for row in table.rows if row.since is not None})


def conditions(table: DecisionTable, row: int) -> dict[str, Condition]:
    """The conditions of a row by input; an input that the row leaves out may be anything."""
    when = table.rows[row].when
    return {name: condition(when[name], field) if name in when else ANYTHING for name, field in table.inputs.items()}


def _fitting(table: DecisionTable, inputs: Mapping[str, Any]) -> list[int]:
    given = {
        name: value_of(inputs[name], field) if inputs.get(name) is not None else None
        for name, field in table.inputs.items()
    }
    return [
        number
        for number in range(len(table.rows))
        if all(asked.holds(given[name]) for name, asked in conditions(table, number).items())
    ]


def _shown(table: DecisionTable, inputs: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {inputs.get(name, 'not given')}" for name in table.inputs)


def _span(text: str, field: DataField) -> Span | None:
    for sign in ("<=", ">=", "<", ">"):
        if text.startswith(sign):
            bound = _ordered(text.removeprefix(sign).strip(), field)
            if sign.startswith("<"):
                return Span(high=bound, high_in=sign == "<=")
            return Span(low=bound, low_in=sign == ">=")
    if ".." not in text:
        return None
    low, _, high = text.partition("..")
    span = Span(
        low=_ordered(low.strip(), field) if low.strip() else None,
        high=_ordered(high.strip(), field) if high.strip() else None,
    )
    if span.low is not None and span.high is not None and span.low > span.high:  # type: ignore[operator]  # same type
        raise BadConditionError(say('"%(text)s" ends before it begins', text=text))
    return span


def _ordered(text: str, field: DataField) -> Decimal | date:
    value = value_of(text, field)
    assert isinstance(value, Decimal | date), value
    return value


def _decimal(written: Any) -> Decimal:
    number = Decimal(str(written).strip().replace(",", ""))
    if not number.is_finite():
        raise InvalidOperation
    return number


def _whole(written: Any, field: DataField) -> Decimal:
    number = _decimal(written)
    if number != number.to_integral_value():
        raise _refused(written, field)
    return number


def _boolean(written: Any, field: DataField) -> bool:
    known = {"yes": True, "true": True, "no": False, "false": False}
    if isinstance(written, bool):
        return written
    if str(written) not in known:
        raise _refused(written, field)
    return known[str(written)]


def _refused(written: Any, field: DataField) -> BadConditionError:
    return BadConditionError(say('"%(written)s" is not %(words)s', written=str(written), words=_words(field)))


def _words(field: DataField) -> str:
    match field.type:
        case "money":
            return say("an amount of dollars, such as 84.10, or a range of them, such as 100..500")
        case "quantity":
            return say("a number of %(unit)s, or a range of them, such as 1..10", unit=field.unit)
        case "number" | "integer":
            return say("a number, or a range of them, such as 1..10")
        case "date":
            return say("a date, such as 2026-07-01")
        case "boolean":
            return say("yes or no")
        case "enum":
            return say("one of %(words)s", words=", ".join(field.enum or ()))
        case _:
            return say("a %(what)s", what=field.type)


@dataclass(frozen=True, kw_only=True)
class TableFinding:
    """Something wrong with a table, for the checker to place: which row and column, and a sentence."""

    code: Literal["table-value", "table-column", "table-gap", "table-overlap", "table-dead-row"]
    message: str
    row: int | None = None  #: from 0
    part: Literal["when", "then"] | None = None
    column: str | None = None


def check_table(table: DecisionTable) -> list[TableFinding]:
    """What is wrong with the table: values that do not fit, unknown columns, gaps, overlaps, rows that never fit."""
    findings = [finding for row in range(len(table.rows)) for finding in _check_row(table, row)]
    return findings or _check_cover(table)


def _check_row(table: DecisionTable, number: int) -> Iterator[TableFinding]:
    row = table.rows[number]
    parts: tuple[tuple[Literal["when", "then"], Mapping[str, str], Mapping[str, DataField]], ...] = (
        ("when", row.when, table.inputs),
        ("then", row.then, table.outputs),
    )
    for part, cells, columns in parts:
        for name, written in cells.items():
            place: dict[str, Any] = {"row": number, "part": part, "column": name}
            if name not in columns:
                known = ", ".join(columns)
                sentence = say('the table has no column "%(name)s" here; it has %(known)s', name=name, known=known)
                yield TableFinding(code="table-column", message=sentence, **place)
                continue
            try:
                condition(written, columns[name]) if part == "when" else value_of(written, columns[name])
            except BadConditionError as error:
                yield TableFinding(code="table-value", message=sentence_of(error), **place)


def _check_cover(table: DecisionTable) -> list[TableFinding]:
    rows = [conditions(table, number) for number in range(len(table.rows))]
    samples = {name: _samples(field, [row[name] for row in rows]) for name, field in table.inputs.items()}
    days = _days(table)
    size = len(days)
    for values in samples.values():
        size *= len(values)
    if size > MAX_CELLS:
        return []
    gap: dict[str, Any] | None = None
    overlaps: dict[tuple[int, int], dict[str, Any]] = {}
    used: set[int] = set()
    for day, *cell in product(days, *samples.values()):
        given = dict(zip(samples, cell, strict=True))
        fits = [
            number
            for number, row in enumerate(rows)
            if _stands(table, number, day) and all(row[name].holds(given[name]) for name in given)
        ]
        if not fits:
            gap = gap or given
            continue
        used.add(fits[0])
        if table.hit == "unique" and len(fits) > 1:
            overlaps.setdefault((fits[0], fits[1]), given)
            used.update(fits)
    return [*_gaps(table, gap), *_overlaps(table, overlaps), *_dead(table, used)]


def _days(table: DecisionTable) -> list[date]:
    """A day of each span in which other rows stand; without rows that stand from the first, only from when some do."""
    undated = any(row.since is None for row in table.rows)
    return [*([date.min] if undated else []), *beginnings(table)]


def _stands(table: DecisionTable, row: int, day: date) -> bool:
    since = table.rows[row].since
    return since is None or since <= day


def _gaps(table: DecisionTable, gap: Mapping[str, Any] | None) -> Iterator[TableFinding]:
    if gap is not None:
        yield TableFinding(
            code="table-gap",
            message=say("no row fits %(example)s; add one, or a last row of any", example=_example(table, gap)),
        )


def _overlaps(table: DecisionTable, found: Mapping[tuple[int, int], Mapping[str, Any]]) -> Iterator[TableFinding]:
    for (first, second), given in found.items():
        sentence = say(
            "rows %(first)s and %(second)s both fit %(example)s, and the table says hit: unique",
            first=first + 1,
            second=second + 1,
            example=_example(table, given),
        )
        yield TableFinding(code="table-overlap", message=sentence, row=second)


def _dead(table: DecisionTable, used: set[int]) -> Iterator[TableFinding]:
    for number in range(len(table.rows)):
        if number not in used:
            sentence = say(
                "row %(number)s is never reached: the rows above it take all that fits it", number=number + 1
            )
            yield TableFinding(code="table-dead-row", message=sentence, row=number)


def _example(table: DecisionTable, given: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {'any other' if value == _OTHER else _word(value, table.inputs[name])}"
        for name, value in given.items()
    )


def _word(value: Value, field: DataField) -> Any:
    return ("yes" if value else "no") if isinstance(value, bool) else json_of(value, field)


_OTHER: Final = "\x00other"


def _samples(field: DataField, asked: Sequence[Condition]) -> list[Any]:
    """One value for each part into which the conditions cut the column."""
    if field.type == "boolean":
        return [True, False]
    if field.type == "enum":
        return list(field.enum or ())
    values = {value for each in asked for value in each.values}
    if field.type not in ORDERED:
        return [*sorted(map(str, values)), _OTHER]
    ends = {end for each in asked for span in each.spans for end in (span.low, span.high) if end is not None}
    points: list[Any] = sorted(values | ends)
    if not points:
        return [Decimal(0)]
    if field.type == "date":
        ordinals = sorted({day.toordinal() + shift for day in points for shift in (-1, 0, 1)})
        return [date.fromordinal(each) for each in ordinals]
    step = Decimal("0.01") if field.type == "money" else Decimal(1)
    if field.type in ("money", "integer"):
        found = {point + shift for point in points for shift in (-step, Decimal(0), step)}
    else:
        between = {(low + high) / 2 for low, high in pairwise(points)}
        found = {*points, *between, points[0] - 1, points[-1] + 1}
    # Water, money and counts do not go below zero unless a condition says so: a table need not answer for that.
    return sorted(each for each in found if each >= 0 or points[0] < 0)
