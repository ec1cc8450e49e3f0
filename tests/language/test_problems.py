import pytest

from definitions.language.problems import CODES, Problem, in_reading_order, near_miss, register_codes


def problem(**changes: object) -> Problem:
    values = {"file": "cases/a.yaml", "line": 24, "column": 14, "code": "unknown-queue", "message": "no queue"}
    return Problem(**(values | changes))  # type: ignore[arg-type]  # mixed values, checked by the test


def test_a_problem_reads_as_file_line_column_sentence_and_code() -> None:
    assert str(problem()) == "cases/a.yaml:24:14  no queue  [unknown-queue]"


def test_a_warning_says_so_and_a_story_stands_below() -> None:
    shown = str(problem(severity="warning", story=("opened", "locked")))
    assert shown == "cases/a.yaml:24:14  warning: no queue  [unknown-queue]\n    opened\n    locked"


def test_the_json_form_holds_every_field() -> None:
    assert problem(path="states/a", story=("x",)).to_json() == {
        "file": "cases/a.yaml",
        "line": 24,
        "column": 14,
        "code": "unknown-queue",
        "message": "no queue",
        "path": "states/a",
        "severity": "error",
        "story": ["x"],
    }


def test_a_misspelt_word_is_told_what_is_near() -> None:
    known = ["customer-service", "supervisors"]
    assert near_miss("costumer-service", known) == '"costumer-service"; "customer-service" is near'


def test_a_word_near_nothing_is_told_what_is_known_when_that_is_little() -> None:
    assert near_miss("zzz", ["field", "desk"]) == '"zzz"; known are "desk" and "field"'
    assert near_miss("zzz", []) == '"zzz"'
    assert near_miss("zzz", [f"queue-{n}" for n in range(9)]) == '"zzz"'


def test_an_underscore_for_a_hyphen_is_near() -> None:
    assert near_miss("not_by", ["not-by", "outcomes"]) == '"not_by"; "not-by" is near'


def test_problems_are_listed_as_one_reads_a_file() -> None:
    later, sooner = problem(line=9), problem(line=2)
    assert in_reading_order([later, sooner, later]) == [sooner, later]


def test_a_code_has_one_sentence() -> None:
    register_codes(unknown_key=CODES.get("unknown-key", "A key that is not part of the language."))
    with pytest.raises(ValueError, match="already registered"):
        register_codes(unknown_key="Something else.")
