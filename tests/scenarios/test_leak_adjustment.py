"""The leak adjustment, dated: by the policy that the district has chosen, with every figure and every reason."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from playing import HISTORY, Play, bill, machine

from workflows.machine.errors import NotAllowed, Refused
from workflows.machine.machine import Machine

MONDAY = "2026-09-14 09:00"
LEAK = {"received": "2026-09-12", "leak_kind": "indoor", "leak_noticed": "2026-09-01", "repaired": "2026-09-10"}
EARLIER = [{"on": "2025-02-03", "amount": "40.00", "reason": "leak", "case": "c-aaaaaaaaaaaa"}]


@cache
def machine_with(policy: str) -> Machine:
    """The machine of a district that has chosen another policy."""
    compiled = machine("leak-adjustment").setting.compiled
    settings = {**compiled.district.settings, "leak-adjustment-policy": policy}
    district = compiled.district.model_copy(update={"settings": settings})
    return Machine(compiled.model_copy(update={"district": district}))


def asked(monkeypatch: pytest.MonkeyPatch, policy: str, *, data: dict[str, Any] | None = None, **facts: Any) -> Play:
    """A written request with a receipt, in a district with this policy."""
    chosen = machine_with(policy)
    monkeypatch.setattr("playing.machine", lambda name: chosen if name == "leak-adjustment" else machine(name))
    given = LEAK | {"proof": "f-1", "proof_kind": "receipt"} | (data or {})
    return Play(MONDAY, case="leak-adjustment", data=given, **facts)


def standard(data: dict[str, Any] | None = None, **facts: Any) -> Play:
    return Play(MONDAY, case="leak-adjustment", data=LEAK | (data or {}), **facts)


def test_the_districts_policy_gives_half_of_the_excess_and_the_letter_shows_every_figure() -> None:
    play = standard()
    assert play.case.data["arithmetic"] == [
        "Use in the same period last year, June 22, 2025 to August 22, 2025 = 22 ccf",
        "Use billed for June 24, 2026 to August 24, 2026 = 46 ccf",
        "Above what is usual = 24 ccf",
        "Of that 50 % = 12 ccf",
        "Water charge for 46 ccf = $187.55",
        "Water charge for 34 ccf = $125.20",
        "Credit = $62.35",
    ]
    play.complete("approve", "approve", by="rep2", at="2026-09-15 09:00")
    assert play.ran("post-adjustment") == [{"amount": "62.35", "reason": "leak"}]
    assert (play.case.outcome, play.letters) == ("adjusted", ["adjustment"])
    assert play.holds == []


def test_a_request_by_telephone_gets_the_form_and_thirty_days() -> None:
    play = Play(MONDAY, case="leak-adjustment")
    assert (play.state, play.letters) == ("requesting", ["adjustment-request"])
    play.until("2026-10-14 23:00")
    assert play.case.is_open
    play.until("2026-10-15 07:30")
    assert (play.case.outcome, play.holds) == ("not-asked", [])


def test_the_form_that_comes_back_is_enough() -> None:
    play = Play(MONDAY, case="leak-adjustment")
    play.receive(
        "request-received", at="2026-09-21 09:00", received="2026-09-20", leak_kind="indoor", repaired="2026-09-10"
    )
    assert play.state == "crediting"


def test_the_average_of_prior_periods_at_the_lowest_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    play = asked(monkeypatch, "leak-north-perry")
    # half of 46 less the average of 22, 24 and 20: 12 ccf at $2.90
    assert play.child("bill-credit").data["amount"] == "34.80"
    assert play.case.data["rule"].startswith("Leak adjustment of North Perry Water District")


def test_the_excess_at_the_lowest_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    play = asked(monkeypatch, "leak-san-luis-obispo")
    # 31 ccf above the first tier were charged at $4.30 (26) and $6.45 (5), and cost $2.90 each
    assert play.child("bill-credit").data["amount"] == "54.15"


def test_a_percentage_up_to_the_cap_goes_to_the_review_manager() -> None:
    flood = bill("2026-08-24", "600", amount="3800.00")
    play = standard({"bill": flood}, bill_history=[flood, *HISTORY[1:]])
    assert "At most = $1,500.00" in play.case.data["arithmetic"]
    with pytest.raises(NotAllowed, match="above your limit for adjustment"):
        play.complete("approve-by-review-manager", "approve", by="supervisor", at="2026-09-15 09:00")
    play.complete("approve-by-review-manager", "approve", by="review", at="2026-09-15 09:00")
    assert play.ran("post-adjustment") == [{"amount": "1500.00", "reason": "leak"}]


def test_one_full_period_without_the_leak_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    play = asked(monkeypatch, "leak-otay")
    assert (play.state, play.letters) == ("waiting", ["adjustment-waits"])
    play.until("2026-10-14 07:30")
    assert (play.state, play.letters) == ("waiting", ["adjustment-waits"])  # told once, looked at every month
    play.facts["bill_history"] = [bill("2026-10-24", "21"), *HISTORY]
    play.until("2026-11-14 07:30")
    # 24 ccf above last year's: 19 at $4.30 and 5 at $6.45, at $2.90
    assert play.child("bill-credit").data["amount"] == "44.35"


def test_after_a_year_without_such_a_period_the_request_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    play = asked(monkeypatch, "leak-otay")
    play.until("2027-09-30 12:00")
    assert play.case.outcome == "refused"
    assert play.letters == ["adjustment-waits", "adjustment-refused"]


def test_half_of_the_bill_is_paid_first_where_the_policy_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    dear = {"bill": {**HISTORY[0], "amount": "260.00"}}
    play = asked(monkeypatch, "leak-san-dieguito", data=dear)
    assert (play.state, play.letters) == ("owing", ["adjustment-waits"])
    play.facts["bill_paid_percent"] = "20"
    assert play.hear("payment-received", "2026-09-21 09:00", amount="52.00") == ["leak-adjustment"]
    assert play.state == "still-owing"
    play.facts["bill_paid_percent"] = "50"
    play.hear("payment-received", "2026-09-28 09:00", amount="78.00")
    assert play.child("bill-credit").data["amount"] == "44.35"


def test_whoever_does_not_pay_the_share_is_refused_after_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    play = asked(monkeypatch, "leak-san-dieguito", data={"bill": {**HISTORY[0], "amount": "260.00"}})
    play.until("2026-10-15 07:30")
    assert (play.state, play.letters[-1]) == ("answered", "adjustment-refused")
    assert play.case.data["arithmetic"][-1] == "No credit, because = 50 % of the bill must be paid first"


@pytest.mark.parametrize(
    ("policy", "data", "facts", "because"),
    [
        ("leak-goleta", {"received": "2026-09-19"}, {}, "it was asked for later than 21 days after the bill"),
        ("leak-goleta", {"leak_kind": "neglect"}, {}, "only leaks that were undetected and unintended are adjusted"),
        ("leak-groveland", {"leak_kind": "irrigation"}, {}, "leaks of an irrigation system are not adjusted"),
        ("leak-groveland", {}, {"drought_stage": 3}, "none is given in a water shortage of stage 3"),
        (
            "leak-groveland",
            {},
            {"worst_delinquency_24_months": 61},
            "the account was delinquent for more than 60 days within 24 months",
        ),
        (
            "leak-groveland",
            {"repaired": "2026-09-16"},
            {},
            "the repair was made later than 14 days after September 1, 2026",
        ),
        ("leak-calaveras", {"proof": None}, {}, "no proof of the repair has been handed in"),
        ("leak-san-dieguito", {}, {"bill_paid_percent": "100"}, "the bill does not exceed $200.00"),
        (
            "leak-north-perry",
            {},
            {"adjustments": EARLIER},
            "one was given on February 3, 2025, and the next is possible from February 3, 2028",
        ),
        ("standard", {"leak_kind": "pool"}, {}, "water that filled a pool was used"),
    ],
)
def test_each_exclusion_of_a_policy_is_named_in_the_refusal(
    monkeypatch: pytest.MonkeyPatch, policy: str, data: dict[str, Any], facts: dict[str, Any], because: str
) -> None:
    play = asked(monkeypatch, policy, data=data, **facts)
    assert (play.state, play.letters) == ("answered", ["adjustment-refused"])
    assert f"No credit, because = {because}" in play.case.data["arithmetic"]


def test_an_asking_on_the_last_day_is_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # the bill was mailed on 28 August; Goleta gives 21 days
    assert asked(monkeypatch, "leak-goleta", data={"received": "2026-09-18"}).state == "crediting"


def test_a_second_one_inside_the_look_back_needs_a_reason_and_a_supervisor_who_did_not_take_the_request() -> None:
    play = Play(MONDAY, case="leak-adjustment", adjustments=EARLIER)
    play.complete(
        "requesting", "taken", by="supervisor", at="2026-09-14 10:00", plea="A larger one", repaired="2026-09-10",
        received="2026-09-12", leak_kind="indoor",
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="separation of duties"):
        play.complete("exception", "grant", by="supervisor", at="2026-09-14 11:00", exception="Larger than the first.")
    with pytest.raises(Refused):
        play.complete("exception", "grant", by="lead", at="2026-09-14 11:00")  # the reason is missing
    play.complete("exception", "grant", by="lead", at="2026-09-14 11:00", exception="Larger than the first.")
    assert play.child("bill-credit").data["amount"] == "62.35"


def test_an_exception_that_is_refused_is_answered_with_its_reason() -> None:
    play = standard(adjustments=EARLIER)
    play.complete("exception", "deny", by="supervisor", at="2026-09-15 09:00", refusal="It was the same pipe.")
    assert (play.state, play.case.data["refusal"]) == ("answered", "It was the same pipe.")


def test_a_credit_that_nobody_approves_is_refused_with_the_approvers_reason() -> None:
    play = standard()
    with pytest.raises(Refused):
        play.complete("approve", "refuse", by="rep2", at="2026-09-15 09:00")
    play.complete("approve", "refuse", by="rep2", at="2026-09-15 09:00", refusal="The receipt is for another address.")
    assert play.ran("post-adjustment") == []
    assert (play.state, play.case.data["refusal"]) == ("answered", "The receipt is for another address.")


def test_a_refusal_may_be_appealed_for_fifteen_days() -> None:
    play = standard({"leak_kind": "pool"})
    play.receive("customer-appealed", at="2026-09-28 16:00", appeal="It was no pool.")
    assert play.holds == ["dispute", "appeal"]
    play.complete("decide", "uphold", by="review", at="2026-10-01 09:00", decision="It was a pipe.", credit="62.35")
    play.until("2026-10-13 07:30")  # ten days end on Sunday, so Monday is the last
    assert (play.case.outcome, play.case.data["credited"], play.holds) == ("adjusted", "62.35", [])
    silent = standard({"leak_kind": "pool"})
    silent.until("2026-09-29 07:30")
    assert silent.case.outcome == "refused"


def test_part_of_a_complaint_is_answered_by_the_complaint() -> None:
    play = standard({"leak_kind": "pool", "complaint": True})
    assert (play.case.outcome, play.letters) == ("refused", [])


def test_whoever_withdraws_while_it_is_approved_takes_the_credit_along() -> None:
    play = standard()
    play.receive("customer-withdrew", at="2026-09-14 15:00")
    assert (play.case.outcome, play.child("bill-credit").outcome) == ("withdrawn", "withdrawn")
    assert play.ran("post-adjustment") == []
