from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.language.expressions import Environment, ExpressionError, ExpressionFailedError, Schema
from definitions.language.kinds import (
    BOOLEAN,
    DATE,
    DATETIME,
    INTEGER,
    MONEY,
    NUMBER,
    TEXT,
    always,
    enum,
    many,
    perhaps,
    quantity,
    record,
)
from definitions.language.model import DataField
from definitions.language.problems import CODES
from definitions.language.schemas import ENTITIES, schema_of

METER = record("a meter", id=always(TEXT), size=perhaps(TEXT), read=perhaps(quantity("ccf")))
DATA = Schema(
    {
        "account": always(ENTITIES["account"]),
        "bill": always(ENTITIES["bill"]),
        "earlier": perhaps(ENTITIES["bill"]),
        "cause": perhaps(enum("leak", "misread")),
        "read": perhaps(quantity("ccf")),
        "credit": perhaps(MONEY),
        "meters": always(many(METER)),
        "count": perhaps(INTEGER),
        "rate": always(NUMBER),
        "leak-found": perhaps(BOOLEAN),
        "gallons": always(quantity("gal")),
        "seen": always(DATETIME),
        "note": perhaps(TEXT),
        "whole": always(INTEGER),
    }
)
FACTS = Schema({"balance": always(MONEY), "usual": always(quantity("ccf")), "since": perhaps(DATE)})
EVENT = Schema({"amount": always(MONEY)})
ENVIRONMENT = Environment(data=DATA, facts=FACTS, event=EVENT)

BILL = {
    "id": "b-1",
    "account": "a-1",
    "period_start": "2026-05-01",
    "period_end": "2026-06-01",
    "days": 31,
    "read": "120",
    "use": "12.5",
    "amount": "84.10",
    "mailed": "2026-06-05",
    "due": "2026-07-01",
}
VALUES: dict[str, Any] = {
    "account": {"id": "a-1", "class": "residential", "confidential": False},
    "bill": BILL,
    "meters": [{"id": "m1", "size": "1", "read": "7"}, {"id": "m2"}],
    "rate": "1.5",
    "gallons": "10",
    "seen": "2026-07-03T06:30:00+00:00",
    "whole": 3,
}
GIVEN_FACTS = {"balance": "-1.00", "usual": "5"}
GIVEN_EVENT = {"amount": "42.05"}
AT = datetime(2026, 7, 10, 16, tzinfo=UTC)


def holds(text: str, **changes: Any) -> bool:
    return ENVIRONMENT.compile(text).holds(VALUES | changes, GIVEN_FACTS, GIVEN_EVENT, AT)


def value(text: str, **changes: Any) -> Any:
    return ENVIRONMENT.compile_value(text).value(VALUES | changes, GIVEN_FACTS, GIVEN_EVENT, AT)


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as refused:
        ENVIRONMENT.compile(text)
    assert refused.value.code in CODES
    return refused.value


@pytest.mark.parametrize(
    "text",
    [
        "facts.balance <= 0",
        "0 > facts.balance",
        'facts.balance < usd("80.00") && data.bill.amount > usd(84)',
        "data.bill.use < ccf(25) && data.bill.use == ccf(12.5)",
        "2 * facts.usual < data.bill.use",
        "data.bill.use >= 2.5 * facts.usual",
        "!(data.bill.use > 2.5 * facts.usual)",
        "event.amount == 0.5 * data.bill.amount",
        "event.amount == data.bill.amount / 2",
        "data.bill.amount - event.amount == event.amount",
        "-data.bill.amount < 0",
        "today - data.bill.due == 9",
        "days_between(data.bill.due, today) == 9",
        "data.bill.due + 9 == today && 9 + data.bill.due == today && today - 9 == data.bill.due",
        'data.bill.due == date("2026-07-01")',
        'date(data.seen) == date("2026-07-02")',  # half past eleven at night in the district
        "data.seen + hours(48) < now && now - data.seen > minutes(30)",
        'data.meters.exists(m, has(m.size) && m.size == "1")',
        "!data.meters.all(m, has(m.size))",
        'data.meters.exists_one(m, m.id == "m1")',
        "size(data.meters) == 2 && data.meters.filter(m, has(m.read)).size() == 1",
        '"m2" in data.meters.map(m, m.id)',
        'data.meters[1].id == "m2"',
        "data.meters.exists(m, has(m.read) && m.read > ccf(6))",
        "data.rate == 1.5 && data.rate > 1 && data.rate * data.whole == 4.5",
        "data.whole / 2 == 1.5 && data.whole % 2 == 1",
        'data.account.class == "residential" && !data.account.confidential',
        'data.bill.id.startsWith("b-") && data.bill.id.matches("^b-[0-9]$")',
        "!has(data.read) && !has(data.earlier.use) && !has(data.leak_found)",
        "has(data.read) ? data.read > 0 : true",
        "!has(data.credit) || data.credit > 0",
    ],
)
def test_it_holds(text: str) -> None:
    assert holds(text)


def test_an_unset_word_is_equal_to_nothing() -> None:
    assert not holds('data.cause == "leak"')
    assert not holds('data.cause in ["leak", "misread"]')
    assert holds('data.cause == "leak"', cause="leak")
    assert holds('"misread" != data.cause && data.cause in ["leak"]', cause="leak")


def test_what_has_was_asked_of_may_be_read() -> None:
    text = "has(data.read) && data.read < data.bill.read"
    assert not holds(text)
    assert holds(text, read="119.5")
    assert not holds(text, read="120")
    assert holds("has(data.earlier) && data.earlier.use > 0", earlier=BILL)
    assert holds("has(data.earlier.use) && data.earlier.use > 0", earlier=BILL)


def test_a_null_is_unset() -> None:
    assert holds("!has(data.read)", read=None)


def test_a_field_that_a_form_requires_is_known_in_its_outcomes() -> None:
    assert ENVIRONMENT.compile("data.read > 0", known=["read"]).holds(VALUES | {"read": "3"})
    with pytest.raises(ExpressionFailedError, match=r"data\.read is not set"):
        ENVIRONMENT.compile("data.read > 0", known=["read"]).holds(VALUES)


def test_a_step_knows_what_to_read_for_it() -> None:
    text = "has(data.earlier.use) && facts.balance > event.amount && today > data.bill.due && has(data.leak_found)"
    assert ENVIRONMENT.compile(text).names == {
        "data.earlier",
        "data.bill",
        "data.leak-found",
        "facts.balance",
        "event.amount",
    }
    assert ENVIRONMENT.compile_value("data.bill.use").names == {"data.bill"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data.bill", BILL),
        ("data.read", None),
        ("data.bill.amount", "84.10"),
        ("2 * data.bill.amount", "168.20"),
        ("data.bill.amount / 3", "28.03"),
        ("usd(1) / 8", "0.13"),
        ("data.bill.use * 1.5", "18.75"),
        ("data.bill.due + 60", "2026-08-30"),
        ("now + hours(1)", "2026-07-10T10:00:00-07:00"),
        ("data.rate * 2", "3"),
        ("data.meters.map(m, m.id)", ["m1", "m2"]),
        ("data.meters.filter(m, has(m.read))", [{"id": "m1", "size": "1", "read": "7"}]),
        ("size(data.meters)", 2),
        ("facts.balance <= 0", True),
        ('has(data.note) ? data.note : "none"', "none"),
    ],
)
def test_a_value_comes_back_as_a_case_keeps_it(text: str, expected: Any) -> None:
    assert value(text) == expected


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2), st.decimals("0.0001", 99, places=4))
def test_factors_are_exact(left: Decimal, right: Decimal, factor: Decimal) -> None:
    expression = ENVIRONMENT.compile(f"{factor:f} * data.bill.amount > facts.balance")
    bill = {"bill": BILL | {"amount": str(left)}}
    assert expression.holds(bill, {"balance": str(right)}) == (factor * left > right)


@given(st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)), st.integers(0, 400))  # noqa: DTZ001
def test_today_is_the_districts_day(at: datetime, days: int) -> None:
    local = at.astimezone(ENVIRONMENT.zone).date()
    bill = {"bill": BILL | {"due": (local - timedelta(days=days)).isoformat()}}
    assert ENVIRONMENT.compile(f"today - data.bill.due == {days}").holds(bill, at=at)


@pytest.mark.parametrize(
    ("text", "column", "sentence"),
    [
        ('data.caus == "leak"', 1, 'data has nothing called "caus"; "cause" is near'),
        ("data.bill.usee > 0", 1, 'data.bill has nothing called "usee"; "use" is near'),
        ("fcts.balance > 0", 1, 'nothing here is called "fcts"; "facts" is near'),
        ('cause == "leak"', 1, '"cause" is written data.cause'),
        ("data.leak-found", 1, '"leak-found" is written data.leak_found in an expression'),
        ("foo(1) > 1", 1, 'no function is called "foo"'),
        ('data.bill.id.startWith("b")', 1, 'no function is called "startWith"; "startsWith" is near'),
        ('data.cause == "leek"', 15, 'data.cause is never "leek"; "leak" is near'),
        ('data.cause in ["leak", "leek"]', 24, 'data.cause is never "leek"; "leak" is near'),
        ("data.read < data.bill.read", 1, "data.read may be unset; write has(data.read) && … before it is read"),
        (
            "data.read < ccf(5) && has(data.read)",
            1,
            "data.read may be unset; write has(data.read) && … before it is read",
        ),
        ("has(data.read) || data.read > 0", 19, "data.read may be unset; write has(data.read) && … before it is read"),
        ("data.earlier.use > 0", 1, "data.earlier may be unset; write has(data.earlier) && … before it is read"),
        ("data.leak_found", 1, "data.leak_found may be unset; write has(data.leak_found) && … before it is read"),
        (
            'data.meters.exists(m, m.size.contains("1"))',
            23,
            "m.size may be unset; write has(m.size) && … before it is read",
        ),
        ("data.bill.amount > 80", 1, "money and a whole number cannot be compared; write usd(80) instead of 80"),
        ("data.bill.amount > 80.5", 1, 'money and a number cannot be compared; write usd("80.5") instead of 80.5'),
        ('data.bill.amount > "$80"', 1, 'money and text cannot be compared; write usd("80")'),
        (
            "25 < data.bill.use",
            1,
            "a whole number and a quantity in ccf cannot be compared; write ccf(25) instead of 25",
        ),
        (
            "data.gallons > data.bill.use",
            1,
            "a quantity in gal and a quantity in ccf cannot be compared; count both in one unit",
        ),
        (
            "data.bill.amount > data.bill.use",
            1,
            "money and a quantity in ccf cannot be compared; count both in one unit",
        ),
        ('data.bill.due < "2026-07-03"', 1, 'a date and text cannot be compared; write date("2026-07-03")'),
        (
            "data.bill.due < data.seen",
            1,
            "a date and a date with time cannot be compared; write date(…) around the date with time",
        ),
        (
            "data.seen + 3 < now",
            1,
            "a whole number cannot be added to a date with time; write a span of time, such as hours(48)",
        ),
        ("data.bill.amount + 1 > 0", 1, "a whole number cannot be added to money; write usd(1) instead of 1"),
        ("data.note == data.whole", 1, "text and a whole number cannot be compared"),
        ('data.bill.id > "a"', 1, "text cannot be compared with >; it has no order"),
        ("data.bill == data.bill", 1, "a bill cannot be compared with ==; compare one of its values instead"),
        (
            "data.bill.amount * data.rate > 0",
            1,
            "money times a number is exact only where the number is written out, such as 1.5; "
            "compute it by a decision table",
        ),
        ("data.bill.amount * data.bill.amount > 0", 1, "money cannot be multiplied by money"),
        ("data.bill.amount * 1.00001 > 0", 20, "a factor has at most 4 decimal places"),
        (
            "data.bill.use / facts.usual > 1.5",
            1,
            "two amounts are not divided; multiply instead, such as data.bill.use > 1.5 * facts.usual",
        ),
        ("data.rate / data.rate > 1", 1, "a divisor is a number written out, and not 0"),
        ("data.whole / 0 > 1", 1, "a divisor is a number written out, and not 0"),
        ("usd(data.rate) > usd(0)", 5, 'usd() takes a number written out, such as usd("80.00")'),
        ('usd("1.001") > usd(0)', 5, "usd() takes at most 2 decimal places"),
        ('date("soon") > today', 1, 'date() takes a date written out, such as date("2026-07-03"), or a date with time'),
        ("days_between(data.bill.due, 3) > 1", 29, "days_between() takes two dates, and this is a whole number"),
        ("days_between(today) > 1", 1, "days_between() takes 2 values, and here are 1"),
        ("data.meters.size > 3", 1, "data.meters is a list; ask its items, such as data.meters.exists(x, …)"),
        ("data.meters.exists(data, true)", 1, "an item needs a name of its own, such as x, not data"),
        ("data.note.exists(x, true)", 1, "data.note may be unset; write has(data.note) && … before it is read"),
        ("data.bill.id.exists(x, true)", 1, "only a list has items to ask, and this is text"),
        ("data.bill.amount == null", 21, "nothing is compared with null; write has(data.…) or !has(data.…)"),
        ("data.bill.id.x == 1", 1, "data.bill.id is text, which has no parts"),
        ("data > 1", 1, "data by itself is no value; write data. and a name"),
        ("has(facts)", 5, "has() asks for one value by its path, such as has(data.read)"),
        ("1 + 1", 1, "a guard is true or false, and this is a whole number"),
        ('true && "a"', 9, "a condition is true or false, and this is text"),
        ('{"a": 1} == 1', 1, "braces { } mean nothing in an expression"),
        ("1 in 3", 6, "in asks a list, and this is a whole number"),
        ("data.whole = 3", 12, "one = means nothing here; write == to compare"),
        ("data.whole == 3 & true", 17, 'one & means nothing here; write && for "and"'),
        ("true and false", 6, '"and" is written && here'),
        ("not true", 5, '"not" is written ! here'),
        ("data.bill.id == 'x", 17, "a quote is opened here and not closed"),
        ("data.whole >", 13, "the expression ends too early; a value or a closing bracket is missing"),
        ("", 1, "the expression ends too early; a value or a closing bracket is missing"),
        ("data.whole 3", 12, '"3" does not belong here'),
        ("x" * 2001, 1, "an expression has at most 2000 characters, this has 2001"),
        ("(" * 900 + "true" + ")" * 900, 1, "this expression cannot be read"),
        ("1" + " + 1" * 70 + " == 71", 1, "this is nested too deep; make it shorter, or use a decision table"),
        (
            "data.meters.all(a, data.meters.all(b, data.meters.all(c, true)))",
            39,
            "lists are asked inside lists at most 2 deep",
        ),
    ],
)
def test_a_wrong_expression_is_told_where_and_what_would_be_right(text: str, column: int, sentence: str) -> None:
    error = refusal(text)
    assert (error.line, error.column, error.sentence) == (1, column, sentence)


def test_a_mistake_in_a_later_line_is_shown_there() -> None:
    error = refusal("data.whole > 3 &&\n  data.wole < 9")
    assert (error.line, error.column) == (2, 3)
    assert refusal("true &&\n").line == 2
    assert refusal('data.note == "Señal 水" && data.wole < 9').column == 27


def test_without_an_event_none_can_be_read() -> None:
    with pytest.raises(ExpressionError, match='nothing here is called "event"'):
        Environment(data=DATA).compile("event.amount > 0")


def test_what_is_missing_or_no_value_of_its_kind_is_never_true() -> None:
    expression = ENVIRONMENT.compile("facts.balance > 0 || true")
    with pytest.raises(ExpressionFailedError, match=r"facts\.balance is not set"):
        expression.holds({}, {})
    with pytest.raises(ExpressionFailedError, match=r"what is stored as facts\.balance is not money"):
        expression.holds({}, {"balance": "much"})
    with pytest.raises(ExpressionFailedError, match=r"facts\.balance is not money"):
        expression.holds({}, {"balance": 0.1})


def test_what_cel_cannot_compute_raises() -> None:
    with pytest.raises(ExpressionFailedError, match="Index error"):
        holds('data.meters[5].id == "a"')
    with pytest.raises(ExpressionFailedError, match="overflow"):
        holds("1000000 * data.bill.amount > 0", bill=BILL | {"amount": "999999999.00"})
    with pytest.raises(ExpressionFailedError, match="overflow"):
        value("1000000 * data.bill.amount", bill=BILL | {"amount": "999999999.00"})


def test_an_expression_reads_no_clock_of_its_own() -> None:
    with pytest.raises(ExpressionFailedError, match="today needs the moment of the step"):
        ENVIRONMENT.compile("today > data.bill.due").holds(VALUES)
    with pytest.raises(ExpressionFailedError, match="today needs the moment of the step"):
        ENVIRONMENT.compile("today > data.bill.due").holds(VALUES, at=datetime(2026, 7, 1))  # noqa: DTZ001


def test_a_list_is_bounded() -> None:
    with pytest.raises(ExpressionFailedError, match=r"what is stored as data\.meters is not a list"):
        holds("size(data.meters) > 1", meters=[{"id": "m"}] * 10_001)


@given(st.text(alphabet="data.bileusecm ()[]{}<>=&|!?:+-*/%0123456789\"'\n,_has", max_size=40))
def test_compiling_gives_an_expression_or_a_refusal_in_place(text: str) -> None:
    problem = None
    try:
        ENVIRONMENT.compile_value(text)
    except ExpressionError as error:
        problem = error
    assert problem is None or (problem.line >= 1 and problem.column >= 1 and problem.code in CODES)


def test_declared_fields_become_a_schema() -> None:
    schema = schema_of(
        {
            "read": DataField.model_validate({"type": "quantity", "unit": "ccf"}),
            "cause": DataField.model_validate({"enum": ["leak"]}),
            "meters": DataField.model_validate({"type": "meter", "many": True}),
            "bill": DataField.model_validate({"type": "bill", "required": True}),
        }
    )
    assert schema.members["read"] == perhaps(quantity("ccf"))
    assert schema.members["cause"] == perhaps(enum("leak"))
    assert schema.members["meters"] == perhaps(many(ENTITIES["meter"]))
    assert schema.members["bill"] == always(ENTITIES["bill"])


WORDS = [
    "data.bill.use",
    "data.bill.amount",
    "facts.balance",
    "has(data.read)",
    "data.read",
    "data.cause",
    '"leak"',
    "1",
    "1.5",
    "0",
    "+",
    "-",
    "*",
    "/",
    "%",
    "<",
    "==",
    "!=",
    "&&",
    "||",
    "!",
    "?",
    ":",
    "(",
    ")",
    "[",
    "]",
    ",",
    "in",
    "usd(1)",
    "ccf(2)",
    "today",
    "data.bill.due",
    "data.meters",
    ".size()",
    "true",
    "now",
    "data.seen",
    "hours(2)",
    "data.whole",
    "data.rate",
    "size(",
]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join))
def test_what_passes_the_check_can_be_computed(text: str) -> None:
    try:
        expression = ENVIRONMENT.compile_value(text)
    except ExpressionError:
        return
    expression.value(VALUES, GIVEN_FACTS, GIVEN_EVENT, AT)
