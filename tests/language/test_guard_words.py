"""Guards as a picture says them."""

from __future__ import annotations

import pytest

from definitions.language.guard_words import in_words


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        ("has(data.read) && data.read < data.bill.read", "read < bill.read"),
        ("has(data.credited)", "credited is known"),
        ("!has(facts.past_due) || facts.past_due <= 0", "no past due or past due <= 0"),
        ('has(data.finding) && data.finding == "customer-side"', "finding is customer-side"),
        ('has(facts.holds) && facts.holds.exists(h, h == "appeal" || h == "medical")', "holds with appeal or medical"),
        ("has(data.in_time) && !data.in_time", "not in time"),
    ],
)
def test_a_guard_is_said_without_the_signs_of_its_language(guard: str, words: str) -> None:
    assert in_words(guard) == words
