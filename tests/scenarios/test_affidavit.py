"""What is declared over a signature, dated: the letter, the signature, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from playing import Play, on

from workflows.machine.errors import Refused

MONDAY = "2026-03-02 09:00"
SIGNED = {"signed": "f-signed", "signed_how": "paper"}


def affidavit(kind: str, opened: str = MONDAY, **data: Any) -> Play:
    """An affidavit that somebody asked for."""
    return Play(opened, case="affidavit", data={"kind": kind, "bill": None} | data)


@pytest.mark.parametrize(
    ("kind", "letter", "to"),
    [
        ("income", "affidavit-income", None),
        ("tenancy", "affidavit-tenancy", "occupant"),
        ("leak-repair", "affidavit-repair", None),
        ("identity", "affidavit-identity", None),
    ],
)
def test_each_kind_has_its_own_page_to_sign(kind: str, letter: str, to: str | None) -> None:
    play = affidavit(kind)
    assert [(args["template"], args.get("to")) for args in play.ran("letter")] == [(letter, to)]
    assert play.task("signature").queue == "customer-service"


def test_a_declared_income_is_noted_at_the_account_and_told_to_its_cases() -> None:
    play = affidavit("income")
    play.complete("signature", "signed", by="rep", at="2026-03-06 10:00", signed_on="2026-03-05", **SIGNED)
    assert play.ran("note-household") == [{"low_income": True}]
    told = {"kind": "income", "signed": "f-signed", "signed_on": "2026-03-05", "repaired": None}
    assert play.sent == [("affidavit-signed", told)]
    assert play.case.outcome == "signed"


def test_nothing_but_an_income_is_noted_at_the_account() -> None:
    play = affidavit("identity")
    play.complete("signature", "signed", by="rep", at="2026-03-06 10:00", signed_on="2026-03-05", **SIGNED)
    assert play.ran("note-household") == []


def test_a_signature_of_tomorrow_or_a_repair_without_its_day_is_not_taken() -> None:
    play = affidavit("leak-repair")
    with pytest.raises(Refused):
        play.complete("signature", "signed", by="rep", at="2026-03-06 10:00", signed_on="2026-03-05", **SIGNED)
    with pytest.raises(Refused):
        play.complete(
            "signature", "signed", by="rep", at="2026-03-06 10:00",
            signed_on="2026-03-07", repaired="2026-03-01", **SIGNED,
        )  # fmt: skip


def test_the_file_is_asked_for() -> None:
    with pytest.raises(Refused):
        affidavit("income").complete(
            "signature", "signed", by="rep", at="2026-03-06 10:00", signed_on="2026-03-05", signed_how="paper"
        )


def test_what_lacks_something_is_written_again_with_the_reason_and_a_new_day() -> None:
    play = affidavit("income")
    play.complete("signature", "lacking", by="rep", at="2026-03-09 10:00", lacks="The date.")
    assert play.letters == ["affidavit-income", "affidavit-income"]
    assert play.case.data["sign_by"] == "2026-03-24"


def test_fifteen_days_that_end_while_the_office_is_closed_move_on() -> None:
    assert affidavit("income", "2026-03-06 09:00").case.data["sign_by"] == "2026-03-23"
    assert affidavit("income", "2026-11-11 09:00").case.data["sign_by"] == "2026-11-30"  # Thanksgiving and its weekend


def test_a_week_before_there_is_one_reminder_and_after_the_last_day_it_ends() -> None:
    play = affidavit("income")
    play.until("2026-03-10 08:00")
    assert play.letters == ["affidavit-income", "affidavit-reminder"]
    play.until("2026-03-17 23:00")
    assert play.task("signature")
    play.until("2026-03-18 07:30")
    assert (play.case.outcome, len(play.letters)) == ("not-signed", 2)


def test_a_tenant_of_a_detached_house_declares_the_tenancy_and_the_application_goes_on() -> None:
    play = Play(MONDAY, case="occupant-service", data={"bill": None})
    play.complete(
        "occupant", "declares", by="rep", at="2026-03-02 10:00",
        dwelling="detached", terms_accepted=True, separately=True,
    )  # fmt: skip
    assert play.sent[0][1]["kind"] == "tenancy"
    assert play.holds == ["extension"]
    play.open("affidavit", at="2026-03-02 10:01", data={"kind": "tenancy"})
    play.complete("signature", "signed", by="rep", at="2026-03-09 10:00", signed_on="2026-03-08", **SIGNED)
    assert play.task("occupant").opened_at == on("2026-03-09 10:00")
    assert play.case.data["landlord_shown"] is True


def test_a_household_declares_its_income_for_a_medical_certificate_under_the_hold() -> None:
    play = Play(MONDAY, case="medical-certificate", data={"bill": None})
    play.complete(
        "medical", "declares", by="review", at="2026-03-03 10:00",
        provider_certifies=True, cannot_pay=False, willing=True, missing="What shows the income.",
    )  # fmt: skip
    assert (play.state, play.holds) == ("incomplete", ["medical"])
    play.open("affidavit", at="2026-03-03 10:01", data={"kind": "income"})
    play.complete("signature", "signed", by="rep", at="2026-03-06 10:00", signed_on="2026-03-05", **SIGNED)
    assert (play.state_of("medical-certificate"), play.case.data["cannot_pay"]) == ("receiving", True)


def test_a_repair_without_a_receipt_is_declared_and_checked_all_the_same() -> None:
    play = Play(MONDAY, case="leak-investigation", data={"source": "call"}, open_cases=[])
    play.complete(
        "investigation", "customer-side", by="crew", at="2026-03-03 10:00", dial_moves=True, leak_kind="indoor"
    )
    play.complete("repair", "declares", by="rep", at="2026-03-10 10:00")
    play.open("affidavit", at="2026-03-10 10:01", data={"kind": "leak-repair"})
    play.complete(
        "signature", "signed", by="rep", at="2026-03-12 10:00", signed_on="2026-03-11", repaired="2026-03-09", **SIGNED
    )
    assert (play.state, play.case.data["proof_kind"], play.case.data["repaired"]) == (
        "checking",
        "affidavit",
        "2026-03-09",
    )
