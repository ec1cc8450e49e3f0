import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from definitions.language.durations import Duration, DurationError, Unit


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("10 days", "10 days"),
        ("1 day", "1 day"),
        ("3 business days", "3 business days"),
        ("3 business-days", "3 business days"),
        ("4 business hours", "4 business hours"),
        ("12 hours", "12 hours"),
        ("30 minutes", "30 minutes"),
        ("2 weeks", "2 weeks"),
        ("1 months", "1 month"),
        ("60 full days", "60 full days"),
        ("P10D", "10 days"),
        ("PT4H", "4 hours"),
        ("P1M", "1 month"),
        ("PT1M", "1 minute"),
        ("P2W", "2 weeks"),
        ("  10   days ", "10 days"),
    ],
)
def test_a_duration_is_read_from_words_and_from_iso_8601(written: str, words: str) -> None:
    assert str(Duration.parse(written)) == words


@given(st.builds(Duration, amount=st.integers(1, 99_999), unit=st.sampled_from(Unit)))
def test_the_words_of_a_duration_read_back_as_it(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("10", '"10" is not a duration; write a whole number and a unit, such as "10 days" or "3 business days"'),
        (
            "ten days",
            '"ten days" is not a duration; write a whole number and a unit, such as "10 days" or "3 business days"',
        ),
        (
            "P1DT4H",
            '"P1DT4H" is not a duration; write a whole number and a unit, such as "10 days" or "3 business days"',
        ),
        ("3 bussiness days", '"bussiness days" is not a unit of time; "business days" is near'),
        ("3 zz", '"zz" is not a unit of time; days, business days, hours, business hours, weeks and months are'),
        ("0 days", "a duration is at least 1 of its unit"),
    ],
)
def test_a_bad_duration_is_told_what_would_be_right(written: str, sentence: str) -> None:
    with pytest.raises(DurationError) as refusal:
        Duration.parse(written)
    assert str(refusal.value) == sentence


def test_a_model_takes_and_gives_a_duration_also_as_a_key() -> None:
    class State(BaseModel):
        after: dict[Duration, str]

    state = State.model_validate({"after": {"P10D": "closed"}})
    assert state.after == {Duration(amount=10, unit=Unit.DAY): "closed"}
    assert state.model_dump(mode="json") == {"after": {"10 days": "closed"}}
    assert "after" in State.model_json_schema()["properties"]
