"""The sample district, drawn: 2,000 accounts with three years of reads every two months, bills and payments, as rows.

Everything follows from (seed, today, zone): the same three give the same district, and another day gives the same people
with their history moved along.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from store.ledger import bill_entry, lines_of, payment_entry, reversal_entry
from store.sample import places
from store.sample.payers import habit, payments
from store.sample.rates import bill_usd
from store.sample.stories import COUNTS, PERIODS, story
from store.sample.water import mean_use_ccf, period_use_ccf
from store.tables.utility import Bill, Payment

CLASSES = {"residential": 1600, "multifamily": 180, "commercial": 150, "irrigation": 45, "construction": 25}
SIZES = {
    "residential": ('5/8"', '3/4"', '5/8"'),
    "multifamily": ('1"', '1-1/2"', '3/4"'),
    "commercial": ('1"', '3/4"', '2"'),
    "irrigation": ('1"', '2"', '1-1/2"'),
    "construction": ('3"', '3"', '3"'),
}
FIRST_NUMBER, NUMBER_STEP, NEXT_CUSTOMER = 4000, 7, 3  #: of account numbers; who moves in gets the one 3 further
SHOWN = "10-004217"  #: the account of the tutorial: a leak runs there
ROUTES = 16
MAILED_AFTER, DUE_AFTER = timedelta(days=4), timedelta(days=25)  #: of the read; of the mailing
LANGUAGES = ("es",) * 12 + ("zh",) * 4 + ("vi",) * 2 + ("tl",) + ("en",) * 81
METHODS = ("card", "ach", "ach", "check", "lockbox")

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class District:
    """The rows of the sample by table, in the order in which they can be inserted, and where its stories are."""

    rows: Rows
    stories: dict[str, list[str]] = field(default_factory=dict)  #: kind → account ids


def draw_district(seed: int, today: date, zone: ZoneInfo, accounts: int | None = None) -> District:
    """The sample district as it stands on the morning of `today`; `accounts` takes only the first so many."""
    random = Random(seed)  # noqa: S311  # a sample, not a secret
    classes = [account_class for account_class, number in CLASSES.items() for _ in range(number)]
    random.shuffle(classes)
    shown = (4217 - FIRST_NUMBER) // NUMBER_STEP
    classes[shown], classes[classes.index("residential")] = "residential", classes[shown]
    kinds = _stories(classes, shown, random)
    marks = _marks(classes, kinds, random)
    tables = ("premises", "service_points", "meters", "customers", "accounts", "reads", "bills", "payments", "postings")
    rows: Rows = {name: [] for name in (*tables, "holds")}
    stories: dict[str, list[str]] = {}
    for number, account_class in enumerate(classes[:accounts]):
        # Each account has its own draws: leaving one out, or adding a story, changes no other.
        household = _Household(number, account_class, kinds.get(number), marks.get(number, ""), today, zone, seed)
        household.write(rows)
        stories.setdefault(household.story.kind, []).append(household.account_id)
    return District(rows=rows, stories={kind: ids for kind, ids in stories.items() if kind != "usual"})


def _stories(classes: list[str], shown: int, random: Random) -> dict[int, str]:
    free = [
        number for number, account_class in enumerate(classes) if account_class == "residential" and number != shown
    ]
    chosen = random.sample(free, sum(COUNTS.values()) - 1)
    kinds = [kind for kind, number in COUNTS.items() for _ in range(number - (kind == "leak"))]
    return {shown: "leak"} | dict(zip(chosen, kinds, strict=True))


def _marks(classes: list[str], told: Collection[int], random: Random) -> dict[int, str]:
    """Which accounts are confidential, closed, moved out of, held, behind, or had a payment returned: none of `told`."""
    wanted = {
        "confidential": 8,
        "closed": 12,
        "moved": 70,
        "medical": 3,
        "returned": 8,
        "behind": 56,
    }
    numbers = random.sample([number for number in range(len(classes)) if number not in told], sum(wanted.values()))
    return dict(zip(numbers, (mark for mark, times in wanted.items() for _ in range(times)), strict=True))


class _Household:
    """One account's draws. Writing it once is its only act."""

    def __init__(
        self, number: int, account_class: str, kind: str | None, mark: str, today: date, zone: ZoneInfo, seed: int
    ) -> None:
        self.random = Random(f"{seed}/{number}")  # noqa: S311  # a sample, not a secret
        self.account_class, self.mark, self.today, self.zone = account_class, mark, today, zone
        self.key = f"{FIRST_NUMBER + NUMBER_STEP * number:06d}"
        self.next_key = f"{FIRST_NUMBER + NUMBER_STEP * number + NEXT_CUSTOMER:06d}"
        self.account_id = f"10-{self.key}"
        self.route, self.sequence = number % ROUTES + 1, number // ROUTES + 1
        self.size = self.random.choice(SIZES[account_class])
        self.dates = _read_dates(self.route, today)
        self.story = story(kind or "usual", tuple(end.month for end in self.dates[1:]), self.random)
        self.customer_since = self.dates[0] - timedelta(days=self.random.randrange(30, 4000))
        self.closed = self.dates[-2] + timedelta(days=20) if mark == "closed" else None
        if mark == "moved":
            moved_in = self.random.randrange(4, len(self.dates) - 2)
            self.closed = self.dates[moved_in] + timedelta(days=self.random.randrange(5, 50))

    def write(self, rows: Rows) -> None:
        """Add this account's rows, and those of whoever moved in after it."""
        self._write_place(rows)
        self._write_customer(rows, self.key, self.account_id, self.customer_since, self.closed)
        if self.mark == "moved" and self.closed is not None:
            self._write_customer(rows, self.next_key, f"10-{self.next_key}", self.closed, None)
        bills = self._write_reads_and_bills(rows)
        for account in dict.fromkeys(bill.account_id for bill in bills):
            self._write_payments(rows, [bill for bill in bills if bill.account_id == account])
        if self.mark == "medical":
            since = self._at(self.today - timedelta(days=self.random.randrange(10, 40)))
            rows["holds"].append(
                {
                    "id": f"h-{self.key}",
                    "account_id": self.account_id,
                    "kind": self.mark,
                    "since": since,
                    "until": since + timedelta(days=90),
                    "placed_by": "lead",
                    "placed_at": since,
                    "reason": "",
                }
            )

    def _write_place(self, rows: Rows) -> None:
        at = places.place(self.route, self.sequence, self.random)
        rows["premises"].append(
            {
                "id": f"p-{self.key}",
                "line1": at.line1,
                "line2": "",
                "city": places.CITY,
                "zip": places.ZIP,
                "route": f"{self.route:02d}",
                "sequence": self.sequence,
                "latitude": at.latitude,
                "longitude": at.longitude,
                "access": places.access(self.sequence),
                "hazard": places.hazard(self.sequence),
            }
        )
        kinds = {"irrigation": "irrigation", "construction": "hydrant"}
        rows["service_points"].append(
            {
                "id": f"s-{self.key}",
                "premise_id": f"p-{self.key}",
                "kind": kinds.get(self.account_class, "domestic"),
                "size": self.size,
            }
        )

    def _write_customer(self, rows: Rows, key: str, account_id: str, since: date, closed: date | None) -> None:
        name = places.name(self.account_class, self.random)
        rows["customers"].append(
            {
                "id": f"cu-{key}",
                "name": name,
                "phone": places.phone(self.random),
                "email": f"customer-{key}@example.com" if self.random.random() < 0.6 else "",
            }
        )
        elsewhere = {
            "line1": f"PO Box {self.random.randrange(100, 999)}",
            "line2": "",
            "city": "Farview",
            "zip": "90001",
        }
        rows["accounts"].append(
            {
                "id": account_id,
                "premise_id": f"p-{self.key}",
                "service_point_id": f"s-{self.key}",
                "customer_id": f"cu-{key}",
                "account_class": self.account_class,
                "status": "closed" if closed else "active",
                "language": self.random.choice(LANGUAGES),
                "mailing": elsewhere if self.random.random() < 0.08 else None,
                "since": since,
                "closed": closed,
                "confidential": self.mark == "confidential",
                "hold_version": int(self.mark == "medical"),
            }
        )

    def _write_reads_and_bills(self, rows: Rows) -> list[Bill]:
        mean_ccf = mean_use_ccf(self.account_class, self.random)
        garden = self.random.uniform(0.3, 1.9)
        register = float(self.random.randrange(200, 6000))
        meter = self._write_meter(rows, 1, min(self.customer_since, self.dates[0]) - timedelta(days=200))
        shown = int(register)
        self._write_read(rows, meter, self.dates[0], shown)
        account = self.account_id
        bills: list[Bill] = []
        for period, (start, end) in enumerate(zip(self.dates, self.dates[1:], strict=False)):
            moves = self.closed is not None and start < self.closed <= end
            if self.closed and end > self.closed and self.mark != "moved":
                break
            days = (end - start).days
            flow = period_use_ccf(self.account_class, mean_ccf, garden, end.month, days, self.random)
            flow = flow * self.story.factor.get(period, 1.0) + self.story.extra_ccf.get(period, 0.0)
            if moves and self.closed is not None:
                out = flow * (self.closed - start).days / days
                use = int(register + out) - shown
                register, shown, flow = register + out, shown + use, flow - out
                self._write_read(rows, meter, self.closed, shown)
                bills.append(self._write_bill(rows, account, (start, self.closed), Decimal(shown), Decimal(use), meter))
                account, start = f"10-{self.next_key}", self.closed
            if period == self.story.replaced_in:
                changed = start + timedelta(days=9)
                self._write_read(rows, meter, changed, shown, "field")
                rows["meters"][-1]["removed"] = changed
                meter = self._write_meter(rows, 2, changed)
                register, shown = 0.0, 0
                self._write_read(rows, meter, changed, 0, "field")
                flow *= (days - 9) / days
            if period not in self.story.dead_periods:
                register += flow * self.story.fast
            value = int(register) + self.story.misread.get(period, 0)
            use = max(value - shown, 0)
            shown = value
            self._write_read(rows, meter, end, value)
            bills.append(self._write_bill(rows, account, (start, end), Decimal(value), Decimal(use), meter))
        return bills

    def _write_meter(self, rows: Rows, number: int, installed: date) -> str:
        meter = f"m-{self.key}-{number}"
        rows["meters"].append(
            {
                "id": meter,
                "service_point_id": f"s-{self.key}",
                "serial": f"W{self.random.randrange(10**7):07d}{number}{self.key[-3:]}",
                "size": self.size,
                "unit": "ccf",
                "digits": 4 if self.size in ('5/8"', '3/4"') else 6,
                "installed": installed,
                "removed": None,
            }
        )
        return meter

    def _write_read(self, rows: Rows, meter: str, on: date, value: int, kind: str = "actual") -> None:
        digits: int = rows["meters"][-1]["digits"]
        rows["reads"].append(
            {
                "meter_id": meter,
                "at": self._at(on),
                "value_ccf": Decimal(value % 10**digits),
                "kind": kind,
                "source": "sample",
            }
        )

    def _write_bill(
        self, rows: Rows, account: str, period: tuple[date, date], value_ccf: Decimal, use_ccf: Decimal, meter: str
    ) -> Bill:
        start, end = period
        mailed = end + MAILED_AFTER
        final = "-final" if end == self.closed else ""
        bill = Bill(
            id=f"b-{account.removeprefix('10-')}-{end:%Y%m}{final}",
            account_id=account,
            meter_id=meter,
            period_start=start,
            period_end=end,
            days=(end - start).days,
            read_ccf=value_ccf % 10 ** int(rows["meters"][-1]["digits"]),
            use_ccf=use_ccf,
            amount_usd=bill_usd(self.account_class, self.size, use_ccf),
            mailed=mailed,
            due=mailed + DUE_AFTER,
        )
        rows["bills"].append(bill.model_dump())
        rows["postings"] += lines_of(bill_entry(bill, self._at(mailed)))
        return bill

    def _write_payments(self, rows: Rows, bills: list[Bill]) -> None:
        how, method = habit(self.random), self.random.choice(METHODS)
        leaves = self.mark == "moved" and bills[0].account_id == self.account_id
        if self.mark == "behind":
            bills = bills[: -self.random.randrange(1, 5)]
        elif leaves and self.random.random() < 0.25:
            bills = bills[:-1]  # the final bill follows them in vain
        for paid in payments(how, bills, self.random):
            if paid.on > self.today:
                continue
            is_returned = self.mark == "returned" and paid.bill is bills[-2]
            returned = min(paid.on + timedelta(days=6), self.today) if is_returned else None
            payment = Payment(
                id=f"pay-{paid.bill.id.removeprefix('b-')}{paid.part}",
                account_id=paid.bill.account_id,
                received=paid.on,
                amount_usd=paid.amount_usd,
                method="check" if returned else method,
                reversed_on=returned,
                reverse_reason="insufficient funds" if returned else None,
            )
            rows["payments"].append(payment.model_dump())
            rows["postings"] += lines_of(payment_entry(payment, self._at(paid.on)))
            if returned:
                reversal = reversal_entry(payment, returned, self._at(returned), "finance", "insufficient funds")
                rows["postings"] += lines_of(reversal)

    def _at(self, on: date) -> datetime:
        return datetime.combine(on, time(10, self.sequence % 60), self.zone)


def _read_dates(route: int, today: date) -> list[date]:
    """The days on which a route was read, every second month, the last so long ago that its bill has been mailed."""
    day = 5 + 3 * ((route - 1) % 8)
    year, month = today.year, today.month
    dates: list[date] = []
    while len(dates) < PERIODS + 1:
        read = date(year, month, day)
        if month % 2 == route % 2 and read + MAILED_AFTER <= today:
            dates.append(read)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return dates[::-1]
