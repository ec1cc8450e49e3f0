"""The sample district: the same from the same seed, like the real bills, and with stories that its plots tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from statistics import mean, median
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from store import ledger, people
from store.engine import Store
from store.queries.accounts import account_view, use_of
from store.sample.crew import USERS
from store.sample.district import SHOWN, District, draw_district
from store.sample.load import NotEmptyError, load_sample
from store.sample.rates import bill_usd
from store.sample.stories import COUNTS
from store.tables.connections import Applicant, Parcel
from store.tables.utility import Account, Bill, Payment, Read

ZONE = ZoneInfo("America/Los_Angeles")
TODAY = date(2026, 7, 6)
NOW = datetime(2026, 7, 6, 7, 30, tzinfo=ZONE)


@cache
def district() -> District:
    return draw_district(1907, TODAY, ZONE)


def uses_of_class(account_class: str) -> dict[str, list[tuple[int, float]]]:
    """Account → (month of the period's end, use in ccf), leaving out those with a story."""
    told = {account for accounts in district().stories.values() for account in accounts}
    wanted = {row["id"] for row in district().rows["accounts"] if row["account_class"] == account_class} - told
    uses: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for bill in district().rows["bills"]:
        if bill["account_id"] in wanted:
            uses[bill["account_id"]].append((bill["period_end"].month, float(bill["use_ccf"])))
    return uses


def test_the_same_seed_and_day_give_the_same_district_and_another_seed_another() -> None:
    assert draw_district(1907, TODAY, ZONE, accounts=60) == draw_district(1907, TODAY, ZONE, accounts=60)
    assert draw_district(1908, TODAY, ZONE, accounts=5).rows != draw_district(1907, TODAY, ZONE, accounts=5).rows


def test_there_are_2000_places_with_three_years_of_bills_up_to_today() -> None:
    rows = district().rows
    assert len(rows["premises"]) == 2000
    by_account: dict[str, list[date]] = defaultdict(list)
    for bill in rows["bills"]:
        by_account[bill["account_id"]].append(bill["period_end"])
    open_accounts = [row["id"] for row in rows["accounts"] if row["status"] == "active"]
    moved_in = {row["id"] for row in rows["accounts"] if row["id"] not in by_premise(rows)}
    assert all(len(by_account[account]) == 18 for account in open_accounts if account not in moved_in)
    assert all(TODAY - max(by_account[account]) < timedelta(days=70) for account in open_accounts)
    assert max(bill["mailed"] for bill in rows["bills"]) <= TODAY
    assert max(payment["received"] for payment in rows["payments"]) <= TODAY
    assert max(read["at"] for read in rows["reads"]) <= NOW


def by_premise(rows: dict[str, list[dict[str, object]]]) -> set[object]:
    """The first account of each premise."""
    first: dict[object, object] = {}
    for row in rows["accounts"]:
        first.setdefault(row["premise_id"], row["id"])
    return set(first.values())


def test_who_moves_in_gets_an_account_of_their_own_where_the_last_one_stopped() -> None:
    rows = district().rows
    accounts = {row["id"]: row for row in rows["accounts"]}
    moved_in = accounts.keys() - by_premise(rows)
    assert len(moved_in) == 70
    for account in moved_in:
        before = next(
            row
            for row in rows["accounts"]
            if row["premise_id"] == accounts[account]["premise_id"] and row["id"] != account
        )
        last = max(bill["period_end"] for bill in rows["bills"] if bill["account_id"] == before["id"])
        first = min(bill["period_start"] for bill in rows["bills"] if bill["account_id"] == account)
        assert before["customer_id"] != accounts[account]["customer_id"]
        assert last == first == before["closed"] == accounts[account]["since"]


def test_most_pay_in_time_some_late_and_some_no_longer() -> None:
    rows = district().rows
    due = {bill["id"].removeprefix("b-"): bill["due"] for bill in rows["bills"]}
    paid = {pay["id"].removeprefix("pay-"): pay["received"] for pay in rows["payments"]}
    over = [key for key, day in due.items() if day < TODAY]
    in_time = [key for key in over if key in paid and paid[key] <= due[key]]
    never = [key for key in over if key not in paid]
    assert 0.75 < len(in_time) / len(over) < 0.9
    assert 0.002 < len(never) / len(over) < 0.02


def test_residential_use_is_distributed_and_swings_with_the_season_like_the_real_bills() -> None:
    uses = uses_of_class("residential")
    means = [mean(ccf for _, ccf in each) for each in uses.values()]
    assert 20 < median(means) < 28  # Santa Monica: 23.8 ccf in two months
    assert 8 < sorted(means)[len(means) // 10] < 13  # 9.5
    by_month: dict[int, list[float]] = defaultdict(list)
    for each in uses.values():
        for month, ccf in each:
            by_month[month].append(ccf / max(mean(value for _, value in each), 1))
    summer, winter = mean(by_month[7] + by_month[8]), mean(by_month[1] + by_month[2] + by_month[3])
    assert 1.2 < summer / winter < 1.45  # 1.142 / 0.872 = 1.31


def test_each_story_is_told_as_often_as_planned() -> None:
    assert {kind: len(accounts) for kind, accounts in district().stories.items()} == COUNTS
    assert SHOWN in district().stories["leak"]


def mostly(told: Iterable[bool]) -> bool:
    """Nine of ten: a season, or another bill of the same house, hides a story now and then."""
    each = list(told)
    return sum(each) >= 0.9 * len(each)


def test_a_plot_tells_its_story(sqlite_store: Store) -> None:
    load_sample(sqlite_store, NOW, accounts=600)
    stories = draw_district(1907, TODAY, ZONE, accounts=600).stories

    def ratios(kind: str) -> list[list[float]]:
        with sqlite_store.reading() as session:
            uses = [[float(use.use_ccf) for use in use_of(session, account)] for account in stories[kind]]
        return [[ccf / max(median(each), 1) for ccf in each] for each in uses]

    assert mostly(each[-1] > 1.4 for each in ratios("leak"))
    assert mostly(max(each[1:-1]) > 1.3 > each[-1] for each in ratios("leak-repaired"))
    assert mostly(each[-1] > 1.4 for each in ratios("misread"))
    assert mostly(min(each) < 0 for each in ratios("misread-past"))
    assert mostly(each[-1] == each[-2] == 0 for each in ratios("stuck-meter"))
    assert mostly(len(each) == 19 and sum(ccf <= 0 for ccf in each) >= 2 for each in ratios("meter-replaced"))
    assert mostly(sum(ccf < 0.1 * max(each) for ccf in each) >= 3 for each in ratios("vacant"))
    assert mostly(each[-1] > 1.5 for each in ratios("more-use"))


def test_the_books_of_the_sample_balance_and_agree_with_its_bills_and_payments(store: Store) -> None:
    loaded = load_sample(store, NOW, accounts=120)
    assert loaded.new
    assert loaded.accounts >= 120  # places; some have had two customers
    with store.reading() as session:
        assert ledger.unbalanced_entries(session) == []
        billed = session.execute(select(Bill.account_id, func.sum(Bill.amount_usd)).group_by(Bill.account_id)).all()  # type: ignore[call-overload]
        paid = dict(
            session.execute(
                select(Payment.account_id, func.sum(Payment.amount_usd))  # type: ignore[call-overload]
                .where(Payment.reversed_on.is_(None))  # type: ignore[union-attr]
                .group_by(Payment.account_id)
            ).all()
        )
        balances = ledger.balances_usd(session, [account for account, _ in billed])
        assert {account: total - paid.get(account, Decimal(0)) for account, total in billed} == balances
        view = account_view(session, SHOWN)
        assert view is not None
        assert (view.account.account_class, view.account.status) == ("residential", "active")


def test_the_sample_is_loaded_once_and_its_people_are_there(store: Store) -> None:
    load_sample(store, NOW, accounts=20, password="water")
    again = load_sample(store, NOW + timedelta(days=9), accounts=20)
    assert (again.new, again.accounts) == (False, 20)
    with store.reading() as session:
        assert session.execute(select(func.count()).select_from(Account)).scalar_one() == 20
        assert {person.id for person in people.people(session)} == {user.id for user in USERS}
        assert people.check_password(session, "rep", "water")
        assert people.approval_limit_usd(session, "supervisor", "adjustment") == Decimal("1000.00")
        assert session.execute(select(func.count()).select_from(Read)).scalar_one() >= 20 * 19


def test_the_sample_is_never_mixed_into_a_districts_own_books(store: Store) -> None:
    load_sample(store, NOW, accounts=3)
    with pytest.raises(NotEmptyError, match="accounts already"):
        load_sample(store, NOW, seed=2, accounts=3)


def test_progress_reaches_the_last_row(sqlite_store: Store) -> None:
    seen: list[tuple[int, int]] = []
    load_sample(sqlite_store, NOW, accounts=10, progress=lambda what, done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2028, 2, 29), date(2026, 12, 31)])
def test_any_day_can_be_today(today: date) -> None:
    rows = draw_district(1, today, ZONE, accounts=16).rows
    assert all(bill["mailed"] <= today for bill in rows["bills"])


@pytest.mark.parametrize(
    ("use_ccf", "amount_usd"), [("0", "42.50"), ("15", "86.00"), ("20", "107.50"), ("50", "255.85")]
)
def test_a_residential_bill_is_the_service_charge_and_three_tiers(use_ccf: str, amount_usd: str) -> None:
    assert bill_usd("residential", '5/8"', Decimal(use_ccf)) == Decimal(amount_usd)


def test_the_sample_has_land_inside_outside_and_unknown_and_people_who_ask_for_water(sqlite_store: Store) -> None:
    load_sample(sqlite_store, NOW, accounts=40)
    with sqlite_store.reading() as session:
        inside = list(session.execute(select(Parcel.inside)).scalars())
        asking = list(session.execute(select(Applicant.id)).scalars())
    assert {True, False, None} == set(inside)
    assert len(asking) == 10
