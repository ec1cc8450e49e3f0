"""A sentence that Headgate makes is English text that still knows its message and values."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from definitions.language.sentences import (
    Sentence,
    Value,
    joined,
    kept,
    listed,
    say,
    say_many,
    sentence_from,
    sentence_of,
    whole,
)

SPANISH = {
    "%(who)s has it until %(day)s": "%(who)s lo tiene hasta el %(day)s",
    "%(first)s and %(next)s": "%(first)s y %(next)s",
    "%(first)s, %(next)s": "%(first)s, %(next)s",
    "nobody": "nadie",
}


def in_spanish(text: str) -> str:
    def find(sentence: Sentence) -> str:
        return SPANISH[sentence.message]

    def write(value: Value) -> Value:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    assert isinstance(text, Sentence)
    return text.told(find, write)


def test_a_sentence_is_its_english_text() -> None:
    said = say("%(who)s has it until %(day)s", who="rep2", day=date(2026, 3, 9))
    assert said == "rep2 has it until 9 March 2026"
    assert json.dumps(said) == '"rep2 has it until 9 March 2026"'


def test_a_sentence_is_told_in_another_language_with_the_sentences_inside_it() -> None:
    said = say("%(who)s has it until %(day)s", who=listed(["rep", "rep2", say("nobody")]), day=date(2026, 3, 9))
    assert said == "rep, rep2 and nobody has it until 9 March 2026"
    assert in_spanish(said) == "rep, rep2 y nadie lo tiene hasta el 09/03/2026"


def test_a_time_is_told_with_its_weekday() -> None:
    at = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
    assert say("until %(when)s", when=at) == "until Tuesday 3 March 2026, 17:00"


def test_a_count_has_a_message_of_its_own_for_one() -> None:
    assert [say_many("%(n)s day", "%(n)s days", n) for n in (1, 2)] == ["1 day", "2 days"]


def test_a_sentence_without_values_may_hold_a_percent_sign() -> None:
    assert say("at most 5 % of it") == "at most 5 % of it"


def test_a_whole_sentence_begins_with_a_capital_and_ends_with_a_stop_in_any_language() -> None:
    assert whole(say("nobody")) == "Nobody."
    assert in_spanish(whole(say("nobody"))) == "Nadie."
    assert whole("is it so?") == "Is it so?"


def test_nothing_listed_says_nothing() -> None:
    assert joined([]) == ""


@pytest.mark.parametrize(
    "said",
    [
        say("nobody"),
        say("%(who)s has it until %(day)s", who=say("nobody"), day=date(2026, 3, 9)),
        say("until %(when)s", when=datetime(2026, 3, 3, 17, 0, tzinfo=UTC)),
        whole(say_many("%(n)s day", "%(n)s days", 3)),
        say("%(who)s", who=None),
    ],
)
def test_what_is_kept_of_a_sentence_gives_it_back(said: Sentence) -> None:
    again = sentence_from(json.loads(json.dumps(kept(said))))
    assert isinstance(again, Sentence)
    assert again == said
    assert (again.message, again.many, again.values, again.is_whole) == (
        said.message,
        said.many,
        said.values,
        said.is_whole,
    )


def test_a_plain_text_is_kept_as_it_is() -> None:
    assert sentence_from(kept("the customer called")) == "the customer called"


def test_what_is_no_sentence_is_refused() -> None:
    with pytest.raises(ValueError, match="not a sentence"):
        sentence_from({"words": "no"})


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda said: pickle.loads(pickle.dumps(said))])
def test_a_sentence_survives_a_copy_and_the_way_to_another_process(copied: Callable[[Sentence], Sentence]) -> None:
    said = say("%(who)s has it until %(day)s", who="100%s", day=date(2026, 3, 9))
    again = copied(said)
    assert again == said
    assert in_spanish(again) == in_spanish(said)


def test_an_error_gives_its_sentence_back() -> None:
    assert isinstance(sentence_of(ValueError(say("nobody"))), Sentence)
    assert sentence_of(ValueError()) == ""
