from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from api import texts
from definitions.language import patterns, validation
from definitions.language.durations import Duration
from definitions.language.loader import MAX_DEPTH, load, load_model
from definitions.language.model import Key, Text
from definitions.language.problems import CODES, AuthorError


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(Strict):
    target: str
    guard: str | None = None


class Human(Strict):
    kind: Literal["human"] = "human"
    queue: str
    due: Duration | None = None
    not_by: str | None = Field(default=None, alias="not-by")
    priority: Literal["low", "normal", "high"] = "normal"
    skippable: StrictBool = False
    copies: int = 1
    outcomes: dict[str, Target | str] = {}


class TypedField(Strict):
    type: Literal["text"]
    required: StrictBool = False


class Choice(Strict):
    enum: list[str]


class Letter(Strict):
    do: Literal["letter"]
    template: str


class Post(Strict):
    do: Literal["post"]
    amount: str


class Case(Strict):
    case: str
    task: Human | None = None
    data: dict[str, TypedField | Choice | Literal["file"]] = {}
    entry: list[Annotated[Letter | Post, Field(discriminator="do")]] = []
    after: dict[Duration, Target] = {}
    limit: dict[str, str] | None = None

    @model_validator(mode="after")
    def known_case(self) -> "Case":
        if self.case == "nowhere":
            raise AuthorError("this case leads nowhere", code="wrong-value", at=("case",))
        if self.case == "coded":
            raise PydanticCustomError("duplicate-key", "this case is known already")
        return self


def mistakes(text: str) -> list[str]:
    loaded, problems = load_model(load(text, "a.yaml"), Case)
    assert (loaded is None) == bool(problems)
    return [str(problem) for problem in problems]


def test_words_stay_words() -> None:
    text = 'on: yes\ntime: 7:30\nday: 2026-07-03\nversion: 1.10\nnumber: 0o7\nword: "true"\nn: no\n'
    assert load(text, "a.yaml").value == {
        "on": "yes",
        "time": "7:30",
        "day": "2026-07-03",
        "version": "1.10",
        "number": "0o7",
        "word": "true",
        "n": "no",
    }


def test_only_true_false_and_nothing_are_no_words() -> None:
    assert load("a: true\nb: false\nc: null\nd:\ne: True\n", "a.yaml").value == {
        "a": True,
        "b": False,
        "c": None,
        "d": None,
        "e": "True",
    }


def test_every_key_and_value_knows_its_line_and_column() -> None:
    document = load("states:\n  review:\n    on: {paid: [x, yy]}\n", "a.yaml")
    path = ("states", "review", "on", "paid")
    assert document.position(path, key=True) == (3, 10)
    assert document.position(path) == (3, 16)
    assert document.position((*path, 1)) == (3, 20)


def test_a_place_that_is_not_there_is_its_nearest_key_above() -> None:
    document = load("states:\n  review: {on: x}\n", "a.yaml")
    assert document.position(("states", "review", "task", "queue")) == (2, 3)
    assert document.position(("nothing",)) == (1, 1)


def test_an_anchored_value_can_be_used_again_and_keeps_its_place() -> None:
    document = load("a: &x {b: 1}\nc: *x\n", "a.yaml")
    assert document.value == {"a": {"b": "1"}, "c": {"b": "1"}}
    assert document.position(("c",)) == (2, 4)
    assert document.position(("c", "b")) == (1, 11)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3", 'a.yaml:3:1  "a" stands twice here, first in line 1  [duplicate-key]'),
        (
            "a: &x {b: 1}\n<<: *x",
            "a.yaml:2:1  merges (<<) are not allowed; write the keys out, "
            "or give the whole value an anchor  [merge-key]",
        ),
        ("a:\n\tb: 1", "a.yaml:2:1  a tab stands here; YAML is indented by spaces  [tab]"),
        (
            "a: {guard: f(a, b) > 2, target: x}",
            'a.yaml:1:12  the comma cuts "f(a" off; '
            'between { } a value with a comma is quoted: guard: "…"  [quote-guard]',
        ),
        (
            "a:\n  - {guard: a ? b : c, target: x}",
            'a.yaml:2:13  between { } a value with a comma, bracket, quote or ? is quoted: guard: "…"  [quote-guard]',
        ),
        (
            "a: {guard: a in [b, c], target: t}",
            'a.yaml:1:12  between { } a value with a comma, bracket, quote or ? is quoted: guard: "…"  [quote-guard]',
        ),
        (
            'a: {target: x, guard: "x" == y}',
            'a.yaml:1:23  between { } a value with a comma, bracket, quote or ? is quoted: guard: "…"  [quote-guard]',
        ),
        ("a: !has(x.y)", 'a.yaml:1:4  a value that begins with ! is quoted: "!has(x.y)"  [quote-guard]'),
        ("a: !has(x.y) && z", 'a.yaml:1:4  a value that begins with ! is quoted: "!has(x.y) && z"  [quote-guard]'),
        ("a: @x", "a.yaml:1:4  a value that begins with @ is quoted  [yaml-syntax]"),
        (
            "a: b: c",
            'a.yaml:1:5  a second colon stands in this line; quote a value that holds ": ", '
            "or look at the indentation  [yaml-syntax]",
        ),
        (
            "a:\n  b: 1\n c: 2",
            "a.yaml:3:2  the indentation does not match the lines above, "
            "or a quote or bracket is not closed  [yaml-syntax]",
        ),
        ("a: 'x", "a.yaml:1:6  a quote is opened here and not closed  [yaml-syntax]"),
        ("a: [1", "a.yaml:1:6  a list that begins with [ is not closed, or a comma is missing  [yaml-syntax]"),
        ("a: {b: 1", "a.yaml:1:9  a mapping that begins with { is not closed, or a comma is missing  [yaml-syntax]"),
        ("# nothing", "a.yaml:1:1  the file is empty  [yaml-syntax]"),
        ("a: 1\n---\nb: 2", "a.yaml:2:1  a second document begins here; a file holds one definition  [yaml-syntax]"),
        ("a: *y", 'a.yaml:1:4  no anchor above is called "y"; a value that begins with * is quoted  [yaml-syntax]'),
        ("? [a]\n: b", "a.yaml:1:3  a key is a word followed by a colon  [yaml-syntax]"),
        ("a: 1\nb: \x01", "a.yaml:2:1  the character '\\x01' cannot stand in a YAML text  [yaml-syntax]"),
    ],
)
def test_a_text_that_is_no_yaml_is_told_why(text: str, problem: str) -> None:
    assert [str(p) for p in load(text, "a.yaml").problems] == [problem]


def test_a_text_cannot_exhaust_the_reader() -> None:
    assert f"nested more than {MAX_DEPTH} deep" in load("[" * 5000, "a.yaml").problems[0].message
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert "more than" in load(laughs, "a.yaml").problems[0].message


@given(st.text(alphabet=" \n\t:-{}[],'\"?!&*#|>ab()<%@0", max_size=60))
def test_reading_never_raises(text: str) -> None:
    assert all(problem.code in CODES for problem in load(text, "a.yaml").problems)


def test_a_right_text_becomes_the_model() -> None:
    text = "case: c\ntask: {queue: desk, not-by: review, copies: 3, skippable: true}\nafter: {10 days: {target: x}}"
    loaded, problems = load_model(load(text, "a.yaml"), Case)
    assert problems == []
    assert loaded is not None
    assert loaded.task is not None
    assert (loaded.task.copies, loaded.task.skippable, loaded.task.not_by) == (3, True, "review")
    assert [str(duration) for duration in loaded.after] == ["10 days"]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("case: c\ntaks: {queue: desk}", ['a.yaml:2:1  no key here is called "taks"; "task" is near  [unknown-key]']),
        (
            "case: c\ntask: {queue: desk, not_by: review}",
            ['a.yaml:2:21  no key here is called "not_by"; "not-by" is near  [unknown-key]'],
        ),
        (
            "task: {due: 1 day}",
            ['a.yaml:1:1  "case" is missing here  [missing-key]', 'a.yaml:1:1  "queue" is missing here  [missing-key]'],
        ),
        (
            "case: c\ntask: {queue: desk, priority: hgh}",
            ['a.yaml:2:31  no value here is called "hgh"; "high" is near  [wrong-value]'],
        ),
        (
            "case: c\ntask: {queue: desk, due: 3 bussiness days}",
            ['a.yaml:2:26  "bussiness days" is not a unit of time; "business days" is near  [wrong-value]'],
        ),
        (
            "case: c\ntask: {queue: desk, skippable: yes}",
            ['a.yaml:2:32  "yes" stands where true or false belongs  [wrong-type]'],
        ),
        (
            "case: c\ntask: {queue: [desk], copies: two}",
            [
                "a.yaml:2:15  a list stands where a word or text belongs  [wrong-type]",
                'a.yaml:2:31  "two" stands where a whole number belongs  [wrong-type]',
            ],
        ),
        (
            "case: c\nlimit:\n  - x\n",
            ["a.yaml:3:3  a list stands where a mapping (keys with values) belongs  [wrong-type]"],
        ),
        (
            "case: c\nafter: {ten days: {target: x}}",
            [
                'a.yaml:2:9  "ten days" is not a duration; '
                'write a whole number and a unit, such as "10 days" or "3 business days"  [wrong-value]'
            ],
        ),
        ("case: nowhere", ["a.yaml:1:7  this case leads nowhere  [wrong-value]"]),
        ("case: coded", ["a.yaml:1:1  this case is known already  [duplicate-key]"]),
        ("- case", ["a.yaml:1:1  a list stands where a mapping (keys with values) belongs  [wrong-type]"]),
    ],
)
def test_a_mistake_is_told_where_it_stands(text: str, problems: list[str]) -> None:
    assert mistakes(text) == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "case: c\ntask:\n  queue: desk\n  outcomes: {done: {taget: x}}",
            [
                'a.yaml:4:14  "target" is missing here  [missing-key]',
                'a.yaml:4:21  no key here is called "taget"; "target" is near  [unknown-key]',
            ],
        ),
        (
            "case: c\ntask:\n  queue: desk\n  outcomes: {done: [x]}",
            ["a.yaml:4:20  a list stands where a mapping (keys with values) or a word or text belongs  [wrong-type]"],
        ),
        (
            "case: c\ndata: {cause: {enum: leak}}",
            ['a.yaml:2:22  "leak" stands where a list belongs  [wrong-type]'],
        ),
        (
            "case: c\ndata: {photo: fil}",
            ['a.yaml:2:15  no value here is called "fil"; "file" is near  [wrong-value]'],
        ),
        (
            "case: c\nentry:\n  - {do: leter, template: x}",
            ['a.yaml:3:10  no do is called "leter"; "letter" is near  [wrong-value]'],
        ),
        (
            "case: c\nentry:\n  - {do: letter, templat: x, template: y}",
            ['a.yaml:3:18  no key here is called "templat"; "template" is near  [unknown-key]'],
        ),
        ("case: c\nentry: [{template: x}]", ['a.yaml:2:9  "do" is missing here  [missing-key]']),
    ],
)
def test_a_value_that_could_be_several_things_gets_one_explanation(text: str, problems: list[str]) -> None:
    assert mistakes(text) == problems


def test_a_doubled_key_does_not_hide_the_other_mistakes() -> None:
    assert [line.rsplit("  ", 1)[1] for line in mistakes("case: c\ncase: d\ntaks: x")] == [
        "[duplicate-key]",
        "[unknown-key]",
    ]


def test_a_problem_names_its_path() -> None:
    _, problems = load_model(load("case: c\ntask: {queue: desk, due: never}", "a.yaml"), Case)
    assert problems[0].path == "task/due"


class Written(Strict):
    key: Key
    title: Text = "x"
    states: dict[str, str] = Field({"a": "b"}, min_length=1)
    cap: str = Field("1.00", pattern=patterns.CENTS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("key: Final Notice", '"Final Notice": a key is of small letters, digits and hyphens, such as final-notice'),
        ('key: a\ntitle: ""', '"": there must be something here'),
        ("key: a\nstates: {}", "a mapping (keys with values): there must be something here"),
        ("key: a\ncap: 25", '"25": an amount is of dollars and cents, such as 25.00'),
    ],
)
def test_what_authors_often_mistake_is_said_in_our_words_and_in_spanish(text: str, message: str) -> None:
    _, (problem,) = load_model(load(text, "a.yaml"), Written)
    assert problem.message == message
    with texts.spoken_in("es"):
        assert texts.said(problem.message) != message


def test_each_pattern_that_words_follow_is_explained() -> None:
    assert {value for name, value in vars(patterns).items() if name.isupper()} == set(validation.PATTERNS)
