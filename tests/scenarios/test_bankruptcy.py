"""The bankruptcy of a customer, dated: what stops, what is put right, what is owed to whom and until when."""

from __future__ import annotations

import pytest
from petitions import MATCH, SPLIT, Bankruptcy, divided, matched, opened_by
from playing import on

from workflows.machine.errors import Refused

# -- the notice and the match ---------------------------------------------------------------------------------------------


def test_the_account_is_held_the_minute_a_call_comes_before_anybody_has_looked() -> None:
    play = Bankruptcy("2026-03-16 16:55")
    assert play.holds == ["bankruptcy"]
    assert play.task("verify").priority == "urgent"
    assert play["received"] == "2026-03-16"


def test_a_notice_that_comes_late_holds_the_account_from_the_day_of_the_petition() -> None:
    play = Bankruptcy("2026-03-16 09:00", data={"chapter": "13", "petition_date": "2026-03-10", "number": "26-10417"})
    assert [args["since"] for args in play.ran("place-hold")] == ["2026-03-10"]
    known_later = matched(filed="2026-03-05")
    assert [args["since"] for args in known_later.ran("place-hold")] == [None, "2026-03-05"]


def test_a_debtor_whose_address_or_digits_differ_is_not_taken_for_the_customer() -> None:
    for wrong in ({"address_agrees": False}, {"name_agrees": False}, {"digits": "differ"}):
        with pytest.raises(Refused):
            matched(**wrong)  # type: ignore[arg-type]  # the form's fields by name
    assert matched(digits="not-given").rests("read-meter")


def test_a_number_that_looks_like_a_social_security_number_is_refused() -> None:
    for number in ("123-45-6789", "123456789"):
        with pytest.raises(Refused):
            matched(number=number)
    assert matched(number="2:26-bk-10417")["number"] == "2:26-bk-10417"


def test_somebody_elses_petition_releases_the_account_and_ends_no_collection() -> None:
    play = Bankruptcy("2026-03-16 09:00")
    play.complete("verify", "not-ours", by="rep", at="2026-03-16 09:20", mistake="Father and son, same name")
    assert (play.case.outcome, play.holds) == ("not-ours", [])
    assert play.messages("debtor-in-bankruptcy") == []


def test_a_doubtful_match_is_decided_by_a_supervisor_while_the_hold_stands() -> None:
    play = Bankruptcy("2026-03-16 09:00")
    play.complete("verify", "unsure", by="rep", at="2026-03-16 09:20")
    assert (play.task("doubtful").queue, play.holds) == ("supervisors", ["bankruptcy"])
    play.complete(
        "doubtful",
        "matched",
        by="supervisor",
        at="2026-03-17 08:00",
        chapter="7",
        petition_date="2026-03-10",
        voluntary=True,
    )
    assert play.messages("debtor-in-bankruptcy") == [{"chapter": "7", "petition_date": "2026-03-10"}]


def test_a_match_that_nobody_looks_at_is_told_after_two_business_hours() -> None:
    play = Bankruptcy("2026-03-13 15:30")  # a Friday; the office closes at 16:30
    play.until("2026-03-16 08:29")
    assert play.told == []
    play.until("2026-03-16 08:30")
    assert play.told == [("lead", "supervisor")]


def test_the_same_notice_by_another_way_changes_nothing_and_another_petition_is_told() -> None:
    play = matched(number="26-10417")
    play.receive("filing-received", at="2026-03-18 10:00", number="26-10417", petition_date="2026-03-10")
    assert play.told == []
    play.receive("filing-received", at="2026-03-19 10:00", number="26-20999", petition_date="2026-03-18")
    assert play.told == [("supervisor",)]


# -- what was done since --------------------------------------------------------------------------------------------------


def test_water_that_is_off_for_the_old_debt_comes_back_at_once_and_what_it_cost_is_taken_back() -> None:
    play = matched(fact_account_status="shut-off", fact_fees_since_petition="60.00")
    order = play.task("restoring")
    assert (order.priority, order.due) == ("urgent", on("2026-03-17 17:30"))
    play.complete("restoring", "restored", by="crew", at="2026-03-16 13:00")
    play.complete("putting-right", "take-back", by="finance", at="2026-03-16 15:00")
    assert play.ran("put-right") == [{"petition_date": "2026-03-10", "chapter": "7"}]
    assert play["fees_undone"] == "10.00"
    assert play.rests("read-meter")


def test_a_service_that_was_restored_is_noted_as_on_even_when_nothing_was_charged() -> None:
    play = matched(fact_account_status="shut-off")
    play.complete("restoring", "restored", by="crew", at="2026-03-16 13:00")
    assert len(play.ran("put-right")) == 1
    assert "putting-right" not in play.tasks


def test_a_crew_without_access_comes_again_on_the_next_business_day() -> None:
    play = matched("2026-03-13 09:00", fact_account_status="shut-off")
    play.complete("restoring", "no-access", by="crew", at="2026-03-13 15:00")  # a Friday
    play.until("2026-03-16 07:29")
    assert play.rests("restoring-again")
    play.until("2026-03-16 07:30")
    assert play.rests("restoring")


def test_fees_that_were_not_for_the_old_debt_are_kept_with_a_reason() -> None:
    play = matched(fact_fees_since_petition="50.00")
    play.complete(
        "putting-right", "keep", by="finance", at="2026-03-17 09:00", kept_because="A meter test was asked for"
    )
    assert play.ran("put-right") == []
    assert play.rests("read-meter")


# -- the split ------------------------------------------------------------------------------------------------------------


def test_a_read_of_the_petition_day_saves_the_crew_the_way() -> None:
    play = matched(fact_read_on_petition="1952")
    assert (play["read"], play["read_on"]) == ("1952", "2026-03-10")
    assert play["pre_petition"] == "135.35"
    assert "approve-split" in play.tasks


def test_finance_sees_the_arithmetic_before_the_account_is_split_and_the_customer_gets_the_new_number() -> None:
    play = matched()
    play.complete("read-meter", "read", by="crew", at="2026-03-19 10:00", read="1955")
    assert play.ran("record-read") == [{"read": "1955"}]
    assert (
        "Register on the day of the petition: 15 of 24 days to the read of March 19, 2026 = 1951.625 ccf"
        in play["split_working"]
    )
    play.complete("approve-split", "correct", by="finance", at="2026-03-19 11:00", read="1954", read_on="2026-03-19")
    play.complete("approve-split", "split", by="finance", at="2026-03-19 14:00")
    assert play.ran("split-account") == [{"petition_date": "2026-03-10", "read": "1954", "read_on": "2026-03-19"}]
    assert (play["new_account"], play["pre_petition"]) == ("10-004217-2", "135.35")
    assert play.letters == ["new-account"]
    assert play.messages("account-was-split")[0]["new_account"] == "10-004217-2"


def test_without_a_read_the_account_is_estimated_after_ten_working_days_of_the_notice() -> None:
    play = matched()  # the notice came on Monday 16 March
    play.complete("read-meter", "no-access", by="crew", at="2026-03-18 10:00")
    play.until("2026-03-20 07:30")
    assert play.rests("read-meter")
    play.until("2026-03-31 07:29")  # the tenth working day was Monday 30 March
    assert play.rests("read-meter")
    play.until("2026-03-31 07:30")
    assert "approve-split" in play.tasks
    assert (
        "Register on the day of the petition, estimated from 20 ccf in 61 days = 1950.918 ccf" in play["split_working"]
    )


def test_only_in_chapter_11_may_the_old_deposit_be_set_off_and_the_claim_is_then_for_the_rest() -> None:
    eleven = divided(chapter="11", fact_deposit_held="50.00")
    eleven.complete("set-off", "set-off", by="finance", at="2026-03-20 09:00")
    assert eleven.ran("apply-deposit") == [{"of": "security"}]
    assert [data["pre_petition"] for data in eleven.messages("account-was-split")] == ["135.35", "85.35"]
    seven = divided(fact_deposit_held="50.00")
    assert (seven.rests("split"), seven.ran("apply-deposit")) == (True, [])


# -- adequate assurance ---------------------------------------------------------------------------------------------------


def test_chapter_7_asks_for_the_greater_of_the_fixed_sum_and_two_months_within_twenty_days() -> None:
    case = opened_by(matched(), "adequate-assurance")
    # two bills of $199.50 together for 122 days
    assert case["assurance"] == "99.48"
    assert "An average month, from 122 days = $49.74" in case["arithmetic"]
    assert case["due"] == "2026-03-30"
    assert case.letters == ["assurance-request"]


def test_the_fixed_sum_is_asked_for_where_it_is_greater() -> None:
    assert opened_by(matched(), "adequate-assurance", account_class="commercial")["assurance"] == "250.00"
    assert opened_by(matched(), "adequate-assurance", bill_history=[])["assurance"] == "70.00"


def test_chapter_11_has_thirty_days_from_the_filing_and_they_roll_off_a_weekend() -> None:
    assert opened_by(matched(chapter="11"), "adequate-assurance")["due"] == "2026-04-09"
    # 30 days after Thursday 12 March end on Saturday 11 April
    assert opened_by(matched(chapter="11", filed="2026-03-12"), "adequate-assurance")["due"] == "2026-04-13"


def test_a_last_day_on_a_holiday_of_the_state_rolls_forward_for_the_customer() -> None:
    # twenty days after 11 March end on Cesar Chavez Day
    assert opened_by(matched(filed="2026-03-11"), "adequate-assurance")["due"] == "2026-04-01"


def test_whoever_is_asked_late_still_has_ten_days_from_the_request() -> None:
    late = opened_by(matched("2026-05-08 09:00"), "adequate-assurance")
    assert late["due"] == "2026-05-18"  # the twenty days ended on 30 March, before anybody had heard of it


def test_nothing_is_decided_on_the_last_day_and_a_supervisor_decides_on_the_next() -> None:
    case = opened_by(matched(), "adequate-assurance")
    case.until("2026-03-25 07:30")
    assert case.told == [("finance",)]
    case.until("2026-03-30 17:30")
    assert case.tasks == {"assurance"}
    case.until("2026-03-31 07:30")
    assert case.task("decide-service").queue == "supervisors"


def test_the_deposit_is_billed_on_the_new_account_and_never_before_there_is_one() -> None:
    bankruptcy = divided()
    case = opened_by(matched(), "adequate-assurance")
    case.until("2026-03-31 07:30")
    with pytest.raises(Refused):
        case.complete("decide-service", "bill-deposit", by="supervisor", at="2026-03-31 09:00")
    case.receive("account-was-split", at="2026-03-31 10:00", **bankruptcy.messages("account-was-split")[0])
    case.complete("decide-service", "bill-deposit", by="supervisor", at="2026-03-31 11:00")
    assert case.ran("bill-deposit") == [{"account": "10-004217-2", "amount": "99.48"}]
    case.receive("bankruptcy-over", at="2026-09-01 09:00")
    assert case.case.outcome == "was-billed"


def test_the_court_may_set_another_amount_which_is_asked_for_in_a_new_letter() -> None:
    case = opened_by(matched(), "adequate-assurance")
    case.complete("assurance", "modified", by="finance", at="2026-03-24 09:00", assurance="50.00")
    assert (case["assurance"], case.letters) == ("50.00", ["assurance-request", "assurance-request"])
    assert case["due"] == "2026-03-30"


def test_only_in_chapter_11_must_the_assurance_satisfy_the_district() -> None:
    seven, eleven = (opened_by(matched(chapter=each), "adequate-assurance") for each in ("7", "11"))
    with pytest.raises(Refused):
        seven.complete(
            "assurance", "not-satisfactory", by="finance", at="2026-03-20 09:00", reason="A bond of his uncle"
        )
    eleven.complete(
        "assurance", "not-satisfactory", by="finance", at="2026-03-20 09:00", reason="A promise of priority"
    )
    assert eleven.rests("asked")


def test_in_an_involuntary_case_the_twenty_days_wait_for_the_order_for_relief() -> None:
    bankruptcy = matched(voluntary=False)
    assurance, claim = (opened_by(bankruptcy, each) for each in ("adequate-assurance", "proof-of-claim"))
    assert (assurance["due"], claim["due"], assurance.letters) == (None, None, [])
    bankruptcy.receive("ordered-relief", at="2026-04-15 10:00", on="2026-04-14")
    for case in (assurance, claim):
        bankruptcy.bring(case, "clocks-run")
    assert assurance["due"] == "2026-05-04"
    assert claim["due"] == "2026-10-13"  # 180 days end on Sunday 11 October, and the 12th is Columbus Day
    assert "Other creditors, not us: 90 days = July 13, 2026" in claim["counting"]


# -- the proof of claim ---------------------------------------------------------------------------------------------------


def test_a_governmental_unit_has_180_days_and_the_70_or_90_of_others_stand_beside_it() -> None:
    case = opened_by(matched(), "proof-of-claim")
    assert case["counting"] == [
        "Order for relief = March 10, 2026",
        "Governmental unit: 180 days (Rule 3002(c)(1)) = September 8, 2026",  # the 6th is a Sunday, the 7th Labor Day
        "Other creditors, not us: 70 days = May 19, 2026",
    ]
    assert case["due"] == "2026-09-08"


def test_finance_is_told_90_30_and_7_days_before_the_last_day_and_the_supervisors_after_it() -> None:
    case = opened_by(matched(), "proof-of-claim")
    for day, times in (("2026-06-10", 1), ("2026-08-09", 2), ("2026-09-01", 3)):
        case.until(f"{day} 18:00")
        assert len(case.told) == times, day
    case.until("2026-09-08 18:00")
    assert case.tasks == {"file-claim"}
    case.until("2026-09-09 07:30")
    assert case.task("late").queue == "supervisors"


def test_a_claim_is_filed_for_what_the_split_shows_and_stays_filed_when_the_chapter_changes() -> None:
    bankruptcy = matched()
    case = opened_by(bankruptcy, "proof-of-claim")
    with pytest.raises(Refused):
        case.complete(
            "file-claim", "filed", by="finance", at="2026-03-17 09:00", claimed="1.00", claimed_on="2026-03-17"
        )
    case.receive(
        "account-was-split", at="2026-03-19 15:00", new_account="x", pre_petition="135.35", split_working=["a = b"]
    )
    case.complete(
        "file-claim",
        "filed",
        by="finance",
        at="2026-03-20 09:00",
        claimed="135.35",
        claimed_on="2026-03-20",
        claim_number="4",
    )
    assert [dict(args) for args in case.ran("letter")] == [
        {"template": "claim-cover", "to": "court", "languages": ["en"]}
    ]
    with pytest.raises(Refused):
        case.receive("chapter-changed", at="2026-05-01 09:00", chapter="13", converted_on="2026-04-30")
    case.receive("bankruptcy-over", at="2026-09-20 09:00", how="discharged")
    assert case.case.outcome == "claimed"


def test_in_chapter_11_the_court_sets_the_bar_date_and_until_then_the_180_days_are_kept() -> None:
    case = opened_by(matched(chapter="11"), "proof-of-claim")
    assert case["due"] == "2026-09-08"
    case.receive("claims-due", at="2026-05-01 09:00", bar_date="2026-10-30")
    assert case["due"] == "2026-10-30"
    case.until("2026-09-09 08:00")
    assert case.tasks == {"file-claim"}
    case.until("2026-10-31 07:30")
    assert case.tasks == {"late"}


def test_where_there_are_no_assets_no_claim_is_filed_until_the_court_asks() -> None:
    bankruptcy = matched(no_asset=True)
    case = opened_by(bankruptcy, "proof-of-claim")
    assert (case.tasks, case.rests("no-assets")) == (set(), True)
    bankruptcy.receive("assets-found", at="2026-06-01 09:00", claims_due="2026-08-31")
    bankruptcy.bring(case, "claims-due")
    assert (case.tasks, case["due"]) == ({"file-claim"}, "2026-08-31")


# -- what the court does --------------------------------------------------------------------------------------------------


def order_of(play: Bankruptcy, *acts: str) -> list[str]:
    """These acts and messages in the order in which they were done."""
    done = [getattr(each, "action", None) or getattr(each, "name", "") for step in play.steps for each in step.effects]
    return [each for each in done if each in acts]


def test_a_dismissal_moves_the_old_balance_to_the_account_with_the_service_and_then_releases_the_old_one() -> None:
    play = divided(fact_balance="135.35")
    play.complete("docket", "dismissed", by="finance", at="2026-05-01 10:00", ended_on="2026-04-30")
    assert (play.case.outcome, play.holds) == ("dismissed", [])
    assert play.ran("transfer-balance") == [{"to": "10-004217-2"}]
    # a collection that was stayed must not see the debt on the closed account once the hold is gone
    assert order_of(play, "transfer-balance", "release-hold") == ["transfer-balance", "release-hold"]


def test_a_dismissal_before_the_split_collects_on_the_one_account_once_nothing_holds_it() -> None:
    play = matched(fact_balance="107.50")
    play.receive("dismissed", at="2026-03-18 09:00", on="2026-03-17")
    assert play.case.outcome == "dismissed"
    assert play.ran("split-account") == play.ran("transfer-balance") == []
    assert order_of(play, "release-hold", "stay-ended", "account-past-due") == [
        "release-hold",
        "stay-ended",
        "account-past-due",
    ]


def test_nothing_is_collected_after_a_dismissal_when_nothing_is_owed() -> None:
    play = divided()
    play.receive("dismissed", at="2026-05-01 09:00", on="2026-04-30")
    assert play.messages("account-past-due") == []


def test_a_discharge_writes_off_what_no_lien_secures_and_is_held_for_good() -> None:
    play = divided(fact_balance="135.35")
    play.receive("discharged", at="2026-06-15 09:00", on="2026-06-12")
    assert play.holds == ["bankruptcy", "discharged"]
    with pytest.raises(Refused):
        play.complete("write-off", "write-off", by="finance", at="2026-06-16 08:00", lien="200.00")
    play.complete("write-off", "write-off", by="finance", at="2026-06-16 09:00", lien="35.35")
    assert play.ran("write-off") == [{"amount": "100.00", "reason": "discharge"}]
    assert play.rests("discharged")
    play.receive("court-closed", at="2026-07-01 09:00", on="2026-06-30")
    assert (play.case.outcome, play.holds) == ("discharged-and-closed", ["discharged"])
    assert play.messages("account-past-due") == play.ran("transfer-balance") == []


def test_a_denied_discharge_and_a_closing_without_one_make_the_debt_collectable() -> None:
    for message, outcome in (("discharge-denied", "discharge-denied"), ("court-closed", "closed")):
        play = divided(fact_balance="135.35")
        play.receive(message, at="2026-07-01 09:00", on="2026-06-30")
        assert (play.case.outcome, play.holds) == (outcome, [])
        assert len(play.ran("transfer-balance")) == 1


def test_relief_from_the_stay_allows_one_act_and_suspends_all_else() -> None:
    play = divided()
    play.receive("relief-from-stay", at="2026-05-04 09:00", act="lien", property="APN 012-345-678", on="2026-05-01")
    assert play.task("relief").queue == "supervisors"
    assert (play["act"], play["property"]) == ("lien", "APN 012-345-678")
    assert play.holds == ["bankruptcy"]
    play.complete("relief", "done", by="supervisor", at="2026-05-05 09:00", acted="Recorded on 5 May")
    assert (play.rests("stayed"), play.holds) == (True, ["bankruptcy"])


def test_a_conversion_to_chapter_7_begins_a_new_time_for_claims_and_asks_for_assurance_anew() -> None:
    bankruptcy = matched(chapter="13")
    claim, assurance = (opened_by(bankruptcy, each) for each in ("proof-of-claim", "adequate-assurance"))
    bankruptcy.receive("converted", at="2026-05-20 09:00", chapter="7", on="2026-05-18")
    assert bankruptcy["chapter"] == "7"
    for case in (claim, assurance):
        bankruptcy.bring(case, "chapter-changed")
    assert claim["due"] == "2026-11-16"  # 180 days end on Saturday 14 November
    assert claim["counting"][0] == "Order of conversion to chapter 7 = May 18, 2026"
    assert assurance["due"] == "2026-06-08"  # twenty days end on Sunday 7 June
    assert assurance.letters == ["assurance-request", "assurance-request"]


def test_a_conversion_to_chapter_13_keeps_the_governmental_units_time() -> None:
    bankruptcy = matched()
    claim = opened_by(bankruptcy, "proof-of-claim")
    bankruptcy.complete(
        "docket", "converted", by="finance", at="2026-05-20 09:00", new_chapter="13", converted_on="2026-05-18"
    )
    bankruptcy.bring(claim, "chapter-changed")
    assert (claim["chapter"], claim["due"]) == ("13", "2026-09-08")
    assert "docket" in bankruptcy.tasks


def test_assurance_that_was_furnished_is_not_asked_for_again_after_a_conversion() -> None:
    case = opened_by(matched(chapter="13"), "adequate-assurance")
    case.complete("assurance", "furnished", by="finance", at="2026-03-20 09:00", form="cash-deposit", furnished="99.48")
    with pytest.raises(Refused):
        case.receive("chapter-changed", at="2026-05-20 09:00", chapter="7", converted_on="2026-05-18")
    assert case.letters == ["assurance-request"]


def test_after_one_dismissal_within_a_year_the_stay_ends_on_the_thirtieth_day_unless_extended() -> None:
    play = matched(chapter="13", prior_dismissals=1)
    assert play["stay_ends"] == "2026-04-09"
    play.until("2026-04-09 17:30")
    assert "stay-over" not in play.tasks
    play.until("2026-04-10 07:30")
    assert (play.task("stay-over").queue, play.holds) == ("supervisors", ["bankruptcy"])
    play.complete("stay-over", "extended", by="supervisor", at="2026-04-10 09:00")
    play.until("2026-08-01 09:00")
    assert (play.rests("stayed"), play.holds) == (True, ["bankruptcy"])


def test_a_stay_that_has_ended_releases_the_account_and_the_discharge_still_comes() -> None:
    play = matched(chapter="13", prior_dismissals=1)
    play.until("2026-04-10 07:30")
    play.complete("stay-over", "ended", by="supervisor", at="2026-04-10 09:00", ended_on="2026-04-09")
    assert (play.holds, play.rests("unstayed")) == ([], True)
    assert [data["how"] for data in play.messages("stay-ended")] == ["by-itself"]
    play.receive("discharged", at="2029-05-01 09:00", on="2029-04-30")
    assert play.holds == ["discharged"]


def test_after_two_dismissals_there_is_no_stay_without_an_order() -> None:
    play = matched(chapter="13", prior_dismissals=2)
    assert (play["stay_ends"], play.holds) == (None, ["bankruptcy"])  # held until somebody has looked
    play.complete("no-stay", "ordered", by="supervisor", at="2026-03-17 09:00")
    assert play.rests("stayed")
    none = matched(chapter="13", prior_dismissals=2)
    none.complete("no-stay", "none", by="supervisor", at="2026-03-17 09:00", ended_on="2026-03-10")
    assert none.holds == []


def test_a_prior_discharge_does_not_shorten_the_stay() -> None:
    assert matched(prior_dismissals=0)["stay_ends"] is None


# -- money that comes in --------------------------------------------------------------------------------------------------


def test_the_trustees_money_counts_toward_the_plan_and_the_customers_moves_to_the_new_account() -> None:
    play = divided(chapter="13")
    play.receive("payment-received", at="2026-06-01 09:00", payment="pay-1", amount="80.00", received="2026-06-01")
    play.complete("sort-payment", "sorted", by="finance", at="2026-06-02 09:00", from_trustee="30.00")
    assert play["plan_paid"] == "30.00"
    assert play.ran("move-payment") == [{"account": "10-004217-2", "amount": "50.00"}]
    play.receive("payment-received", at="2026-07-01 09:00", payment="pay-2", amount="30.00", received="2026-07-01")
    play.receive("payment-received", at="2026-07-01 10:00", payment="pay-3", amount="5.00", received="2026-07-01")
    play.complete("sort-payment", "sorted", by="finance", at="2026-07-02 09:00", from_trustee="35.00")
    assert (play["plan_paid"], len(play.ran("move-payment"))) == ("65.00", 1)


def test_the_form_asks_for_no_digits_of_a_social_security_number() -> None:
    play = Bankruptcy("2026-03-16 09:00")
    assert set(MATCH) >= {"name_agrees", "address_agrees", "digits"}
    with pytest.raises(Refused, match="digits is one of agree, differ, not-given"):
        play.complete("verify", "matched", by="rep", at="2026-03-16 09:20", **(MATCH | {"digits": "6789"}), chapter="7",
                      petition_date="2026-03-10")  # fmt: skip
    assert SPLIT["new_account"] not in play.case.data.values()
