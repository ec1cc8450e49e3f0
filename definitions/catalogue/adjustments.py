"""Leak adjustments: what a policy allows for a leak, with every figure of the way.

A policy is a decision table: its rows choose by `class` and `leak` (the kind of leak) the settings below, so that a
district states its own. The settings are those that eleven published policies need (domain/practice.md, section 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from definitions.catalogue.tariff import Tariff
from definitions.catalogue.usage import Period, following, mean, preceding, same_period
from definitions.catalogue.working import Working, number, to_cents
from definitions.language.money import format_money
from definitions.language.pack import DecisionTable
from definitions.language.tables import decide

Baseline = Literal["same-period-last-year", "average-same-period", "preceding-periods", "first-tier", "given"]
Method = Literal["share", "re-rate"]
Rate = Literal["own", "lowest", "second", "wholesale"]

NORMAL_AGAIN: Final = Decimal("1.25")  #: a period counts as normal after the repair up to this multiple of the baseline


Code = Literal[
    "not-allowed",
    "too-late",
    "not-repaired",
    "no-proof",
    "look-back",
    "standing",
    "pay-first",
    "drought",
    "not-above",
    "normal-periods",
    "no-history",
]

#: What may still come: `pay-first` and `normal-periods` by themselves, `look-back` by somebody's approval.
CURABLE: Final = frozenset({"pay-first", "normal-periods"})

Judgement = Literal["given", "exception", "pay-first", "wait", "refused"]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a policy gives nothing: what kind of reason, and the sentence for the letter."""

    code: Code
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The settings of a policy for one class and kind of leak."""

    allowed: bool = True
    reason: str = ""  #: why not, for the letter
    baseline: Baseline = "same-period-last-year"
    baseline_count: int = 1  #: years of the average, or preceding periods
    trigger_ratio: Decimal | None = None  #: use must be more than so many times the baseline
    trigger_bill_usd: Decimal | None = None  #: the bill must exceed this
    method: Method = "share"
    share_percent: Decimal = Decimal(100)  #: of the excess
    rate: Rate = "own"  #: `own`: what the water was billed at; else the price that it is credited or re-rated at
    wholesale_usd: Decimal | None = None  #: USD per ccf
    cap_usd: Decimal | None = None
    periods: int = 1  #: billing periods that one leak may cover
    per_months: int | None = None  #: one adjustment in so many months
    second: Literal["never", "with-reason"] = "never"  #: inside those months
    apply_days: int | None = None
    apply_from: Literal["bill", "notice", "discovery"] = "bill"
    repair_days: int | None = None  #: from notice, else from discovery; without either there is nothing to count from
    proof: bool = False  #: a proof of repair must be there
    normal_periods: int = 0  #: periods without the leak that must come first
    good_standing_days: int | None = None  #: no delinquency longer than this in 24 months
    pay_first_percent: Decimal | None = None
    not_in_drought_stage: int | None = None  #: none from this stage on


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a customer asks an adjustment for, and what is known about it."""

    bill: Period
    bill_mailed: date
    history: Sequence[Period]
    account_class: str
    leak: str
    today: date
    received: date | None = None  #: the request
    noticed: date | None = None  #: the district's notice of a possible leak
    discovered: date | None = None
    repair_by: date | None = None  #: when the district has set or extended the last day
    repaired: date | None = None
    has_proof: bool = False
    adjusted_on: Sequence[date] = ()  #: earlier leak adjustments
    exception: str | None = None  #: the reason for a second one inside the look-back
    worst_delinquency_days: int = 0
    paid_percent: Decimal = Decimal(100)
    drought_stage: int = 0
    given_baseline_ccf: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What the policy gives: a credit in USD, or why it gives none, and the working."""

    credit_usd: Decimal
    refusals: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()  #: of the refusals
    lines: tuple[str, ...] = ()
    units_ccf: Decimal = field(default=Decimal(0))  #: water that is credited or re-rated


_MONEY: Final = ("trigger_bill_usd", "wholesale_usd", "cap_usd")
_NUMBERS: Final = ("trigger_ratio", "share_percent", "pay_first_percent")


def policy(table: DecisionTable, account_class: str, leak: str) -> Policy:
    """The table's settings for this class and kind of leak; raises TableError when no row fits."""
    settings: dict[str, Any] = {}
    for name, value in decide(table, {"class": account_class, "leak": leak}).items():
        key = name.replace("-", "_")
        settings[key] = Decimal(value) if key in (*_MONEY, *_NUMBERS) else value
    return Policy(**settings)


def assess(policy: Policy, claim: Claim, tariff: Tariff) -> Assessment:
    """What the policy gives for the claim."""
    working = Working()
    refusals = list(_refusals(policy, claim))
    baseline = _baseline(policy, claim, tariff, working)
    if baseline is None:
        return _refused(
            working, [*refusals, Refusal(code="no-history", sentence="there is no earlier use to compare with")]
        )
    use = working.water(f"Use billed for {_span(claim.bill)}", claim.bill.use_ccf)
    excess = working.water("Above what is usual", max(use - baseline, Decimal(0)))
    refusals += _untriggered(policy, claim, baseline, excess)
    if refusals:
        return _refused(working, refusals)
    if policy.method == "re-rate":
        units, credit = excess, _re_rated(policy, use, excess, tariff, working)
    else:
        units, credit = _shared(policy, use, excess, tariff, working)
    if policy.cap_usd is not None and credit > policy.cap_usd:
        credit = working.money("At most", policy.cap_usd)
    return Assessment(credit_usd=working.money("Credit", credit), units_ccf=units, lines=tuple(working.lines))


def judge(policy: Policy, assessment: Assessment) -> Judgement:
    """What follows from the assessment: a credit, a wait for what may still come, an exception to decide, or a refusal."""
    codes = set(assessment.codes)
    if not codes:
        return "given" if assessment.credit_usd > 0 else "refused"
    if codes - CURABLE == {"look-back"} and policy.second == "with-reason":
        return "exception"
    if codes <= CURABLE:
        return "pay-first" if "pay-first" in codes else "wait"
    return "refused"


def _refused(working: Working, refusals: Sequence[Refusal]) -> Assessment:
    for refusal in refusals:
        working.note("No credit, because", refusal.sentence)
    return Assessment(
        credit_usd=Decimal("0.00"),
        refusals=tuple(refusal.sentence for refusal in refusals),
        codes=tuple(refusal.code for refusal in refusals),
        lines=tuple(working.lines),
    )


# -- who may have one, and by when ----------------------------------------------------------------------------------------


def _refusals(policy: Policy, claim: Claim) -> Iterator[Refusal]:
    if not policy.allowed:
        why = policy.reason or f"the policy gives none for a leak of the kind {claim.leak}"
        yield Refusal(code="not-allowed", sentence=why)
        return
    yield from _too_late(policy, claim)
    if policy.proof and not claim.has_proof:
        yield Refusal(code="no-proof", sentence="no proof of the repair has been handed in")
    yield from _before(policy, claim)
    if policy.good_standing_days is not None and claim.worst_delinquency_days > policy.good_standing_days:
        late = f"the account was delinquent for more than {policy.good_standing_days} days within 24 months"
        yield Refusal(code="standing", sentence=late)
    if policy.pay_first_percent is not None and claim.paid_percent < policy.pay_first_percent:
        share = number(policy.pay_first_percent)
        yield Refusal(code="pay-first", sentence=f"{share} % of the bill must be paid first")
    if policy.not_in_drought_stage is not None and claim.drought_stage >= policy.not_in_drought_stage:
        yield Refusal(code="drought", sentence=f"none is given in a water shortage of stage {claim.drought_stage}")


def _before(policy: Policy, claim: Claim) -> Iterator[Refusal]:
    """An earlier adjustment inside the look-back, unless an exception was granted."""
    if policy.per_months is None or (policy.second == "with-reason" and claim.exception):
        return
    before = [on for on in claim.adjusted_on if _months_after(on, policy.per_months) > claim.today]
    if before:
        last = max(before)
        free = _months_after(last, policy.per_months)
        sentence = f"one was given on {_day(last)}, and the next is possible from {_day(free)}"
        yield Refusal(code="look-back", sentence=sentence)


def _too_late(policy: Policy, claim: Claim) -> Iterator[Refusal]:
    if policy.apply_days is not None:
        begin = {"bill": claim.bill_mailed, "notice": claim.noticed, "discovery": claim.discovered}[policy.apply_from]
        asked = claim.received or claim.today
        if begin is not None and asked > begin + timedelta(days=policy.apply_days):
            sentence = f"it was asked for later than {policy.apply_days} days after the {policy.apply_from}"
            yield Refusal(code="too-late", sentence=sentence)
    begin = claim.noticed or claim.discovered
    if policy.repair_days is None or (begin is None and claim.repair_by is None):
        return
    if claim.repaired is None:
        yield Refusal(code="not-repaired", sentence="the repair has not been shown")
    elif claim.repair_by is not None and claim.repaired > claim.repair_by:
        sentence = f"the repair was made after {_day(claim.repair_by)}, the last day for it"
        yield Refusal(code="not-repaired", sentence=sentence)
    elif claim.repair_by is None and begin is not None and claim.repaired > begin + timedelta(days=policy.repair_days):
        sentence = f"the repair was made later than {policy.repair_days} days after {_day(begin)}"
        yield Refusal(code="not-repaired", sentence=sentence)


def _untriggered(policy: Policy, claim: Claim, baseline: Decimal, excess: Decimal) -> Iterator[Refusal]:
    if excess <= 0:
        yield Refusal(code="not-above", sentence="the use is not above what is usual")
        return
    if policy.trigger_ratio is not None and claim.bill.use_ccf <= policy.trigger_ratio * baseline:
        ratio = number(policy.trigger_ratio)
        yield Refusal(code="not-above", sentence=f"the use is not more than {ratio} times the usual")
    if policy.trigger_bill_usd is not None and claim.bill.amount_usd <= policy.trigger_bill_usd:
        least = format_money(policy.trigger_bill_usd)
        yield Refusal(code="not-above", sentence=f"the bill does not exceed {least}")
    if policy.normal_periods:
        normal = [each for each in following(claim.history, claim.bill) if each.use_ccf <= baseline * NORMAL_AGAIN]
        if len(normal) < policy.normal_periods:
            sentence = f"{policy.normal_periods} billing period without the leak must come first"
            yield Refusal(code="normal-periods", sentence=sentence)


# -- the figures ----------------------------------------------------------------------------------------------------------


def _baseline(policy: Policy, claim: Claim, tariff: Tariff, working: Working) -> Decimal | None:
    match policy.baseline:
        case "first-tier":
            top = tariff.tier(1).high
            return None if top is None else working.water("The first tier ends at", top)
        case "given":
            given = claim.given_baseline_ccf
            return None if given is None else working.water("Usual use, as agreed", given)
        case "preceding-periods":
            return _mean(
                preceding(claim.history, claim.bill, policy.baseline_count), "Average of these periods", working
            )
        case "same-period-last-year":
            found = same_period(claim.history, claim.bill, 1)
            return (
                None
                if found is None
                else working.water(f"Use in the same period last year, {_span(found)}", found.use_ccf)
            )
        case "average-same-period":
            years = range(1, policy.baseline_count + 1)
            same = [same_period(claim.history, claim.bill, year) for year in years]
            return _mean([each for each in same if each is not None], "Average of the same periods", working)


def _mean(found: Sequence[Period], label: str, working: Working) -> Decimal | None:
    if not found:
        return None
    for each in found:
        working.water(f"Use {_span(each)}", each.use_ccf)
    return working.water(label, mean([each.use_ccf for each in found]))


def _shared(policy: Policy, use: Decimal, excess: Decimal, tariff: Tariff, working: Working) -> tuple[Decimal, Decimal]:
    """The share of the excess, credited at its price."""
    units = excess * policy.share_percent / 100
    if policy.share_percent != 100:
        working.water(f"Of that {number(policy.share_percent)} %", units)
    if policy.rate == "own":
        working.money(f"Water charge for {number(use)} ccf", to_cents(tariff.charge_usd(use)))
        working.money(f"Water charge for {number(use - units)} ccf", to_cents(tariff.charge_usd(use - units)))
        return units, to_cents(tariff.charge_usd(use) - tariff.charge_usd(use - units))
    price = _price(policy, tariff)
    working.note("Price of a ccf", f"${number(price)}")
    return units, to_cents(units * price)


def _re_rated(policy: Policy, use: Decimal, excess: Decimal, tariff: Tariff, working: Working) -> Decimal:
    """What the excess was billed at, less what it costs at the policy's price, or that share of it."""
    billed = tariff.charge_usd(use) - tariff.charge_usd(use - excess)
    price = _price(policy, tariff)
    working.money(f"Charged for these {number(excess)} ccf", to_cents(billed))
    working.money(f"At ${number(price)} a ccf they cost", to_cents(excess * price))
    difference = max(billed - excess * price, Decimal(0)) * policy.share_percent / 100
    if policy.share_percent != 100:
        working.money(f"{number(policy.share_percent)} % of the difference", to_cents(difference))
    return to_cents(difference)


def _price(policy: Policy, tariff: Tariff) -> Decimal:
    if policy.rate == "wholesale":
        assert policy.wholesale_usd is not None, "a policy at the wholesale rate names it"
        return policy.wholesale_usd
    return tariff.tier(2 if policy.rate == "second" else 1).usd_per_ccf


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def _span(of: Period) -> str:
    return f"{_day(of.start)} to {_day(of.end)}"


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def claim_of(
    *,
    data: Mapping[str, Any],
    facts: Mapping[str, Any],
    today: date,
    leak: str,
    history: Sequence[Period],
    bill: Period,
    account_class: str,
    exception: str | None = None,
) -> Claim:
    """The claim that a case's data and facts amount to."""
    return Claim(
        bill=bill,
        bill_mailed=_date(data["bill"].get("mailed")) or bill.end,
        history=history,
        account_class=account_class,
        leak=leak,
        today=today,
        received=_date(data.get("received")),
        noticed=_date(data.get("leak_noticed")),
        discovered=_date(data.get("discovered")),
        repair_by=_date(data.get("repair_by")),
        repaired=_date(data.get("repaired")),
        has_proof=bool(data.get("proof")),
        adjusted_on=tuple(
            date.fromisoformat(each["on"]) for each in facts.get("adjustments") or () if each.get("reason") == "leak"
        ),
        exception=exception,
        worst_delinquency_days=int(facts.get("worst_delinquency_24_months") or 0),
        paid_percent=Decimal(str(facts["bill_paid_percent"]))
        if facts.get("bill_paid_percent") is not None
        else Decimal(100),
        drought_stage=int(facts.get("drought_stage") or 0),
        given_baseline_ccf=Decimal(data["usual_use"]) if data.get("usual_use") else None,
    )


def _date(written: Any) -> date | None:
    return date.fromisoformat(str(written)[:10]) if written else None
