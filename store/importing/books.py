"""What the rows of an import become in the books: what is there under a key, what is written, what may change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlmodel import col

from definitions.language.sentences import say
from store.finding import keep_account_words
from store.importing.values import FieldError
from store.ledger import POSTINGS, RETURNED, Entry, bill_entry, lines_of, payment_entry, reversal_entry
from store.tables.base import Row, table_of
from store.tables.cases import CaseRow
from store.tables.outbox import AccountEvent
from store.tables.utility import Account, Bill, Customer, Meter, Payment, Premise, Read, ServicePoint

Values = dict[str, Any]
BANK_REASONS = ("insufficient-funds", "closed-account", "stop-payment", "not-authorized")  #: of a returned payment
Key = tuple[Any, ...]


def nothing(_row: Values) -> None:
    """Any row is right."""
    return


def refuse(_connection: Connection, _row: Values, _there: Values, _at: datetime) -> bool:
    """No difference is taken."""
    return False


def _add(connection: Connection, model: type[Row], rows: Iterable[Values]) -> None:
    listed = list(rows)
    if listed:
        connection.execute(insert(table_of(model)), listed)


def _ids(keys: Sequence[Key]) -> list[Any]:
    return [key[0] for key in keys]


def known_accounts(connection: Connection, keys: Sequence[Key]) -> dict[Key, Values]:
    """The accounts that are there."""
    query = (
        select(
            col(Account.id),
            col(Account.account_class),
            col(Account.since),
            col(Customer.name),
            col(Premise.line1),
        )
        .join(Customer, col(Customer.id) == col(Account.customer_id))
        .join(Premise, col(Premise.id) == col(Account.premise_id))
        .where(col(Account.id).in_(_ids(keys)))
    )
    return {
        (row.id,): {"class": row.account_class, "since": row.since, "name": row.name, "address": row.line1}
        for row in connection.execute(query)
    }


def _before(row: Values, later: str, earlier: str) -> FieldError:
    """What is wrong with a day that lies before the one that it should follow."""
    return FieldError(
        say(
            "column %(later)s has %(day)s, before %(earlier)s %(other)s",
            later=later,
            day=str(row[later]),
            earlier=earlier,
            other=str(row[earlier]),
        )
    )


def check_account(row: Values) -> None:
    """An account whose days go together."""
    if row["closed"] is not None and row["closed"] < row["since"]:
        raise _before(row, "closed", "since")
    if (row["status"] == "closed") != (row["closed"] is not None):
        raise FieldError(say("a closed account has a date in column closed, and no other has one"))


def load_accounts(connection: Connection, rows: list[Values], _at: datetime) -> None:
    """Write accounts with their premises, service points and customers."""
    _add(
        connection,
        Premise,
        (
            {
                "id": f"p-{row['account']}",
                "line1": row["address"],
                "line2": row["address2"],
                "city": row["city"],
                "zip": row["zip"],
                "route": row["route"],
                "sequence": row["sequence"],
                "latitude": row["latitude"],
                "longitude": row["longitude"],
                "access": row["access"],
                "hazard": row["hazard"],
            }
            for row in rows
        ),
    )
    _add(
        connection,
        ServicePoint,
        (
            {
                "id": f"s-{row['account']}",
                "premise_id": f"p-{row['account']}",
                "kind": row["service_kind"],
                "size": row["service_size"],
            }
            for row in rows
        ),
    )
    _add(
        connection,
        Customer,
        (
            {
                "id": f"cu-{row['account']}",
                "name": row["name"],
                "phone": row["phone"],
                "email": row["email"],
            }
            for row in rows
        ),
    )
    _add(connection, Account, (_account(row) for row in rows))
    keep_account_words(connection, (row["account"] for row in rows))


def _account(row: Values) -> Values:
    columns = {"line1": "address", "line2": "address2", "city": "city", "state": "state", "zip": "zip"}
    mailing = {part: row[f"mailing_{column}"] for part, column in columns.items()}
    return {
        "id": row["account"],
        "premise_id": f"p-{row['account']}",
        "service_point_id": f"s-{row['account']}",
        "customer_id": f"cu-{row['account']}",
        "account_class": row["class"],
        "status": row["status"],
        "language": row["language"],
        "mailing": mailing if mailing["line1"] else None,
        "since": row["since"],
        "closed": row["closed"],
        "confidential": row["confidential"],
        "hold_version": 0,
    }


def known_meters(connection: Connection, keys: Sequence[Key]) -> dict[Key, Values]:
    """The meters that are there."""
    query = select(table_of(Meter)).where(col(Meter.id).in_(_ids(keys)))
    return {
        (row.id,): {"account": row.service_point_id.removeprefix("s-"), "serial": row.serial, "removed": row.removed}
        for row in connection.execute(query)
    }


def load_meters(connection: Connection, rows: list[Values], _at: datetime) -> None:
    """Write meters."""
    query = select(col(Account.id), col(Account.service_point_id)).where(
        col(Account.id).in_({row["account"] for row in rows})
    )
    points = {row.id: row.service_point_id for row in connection.execute(query)}
    _add(
        connection,
        Meter,
        (
            {
                "id": row["meter"],
                "service_point_id": points[row["account"]],
                "serial": row["serial"],
                "size": row["size"],
                "unit": "ccf",
                "digits": row["digits"],
                "installed": row["installed"],
                "removed": row["removed"],
            }
            for row in rows
        ),
    )
    keep_account_words(connection, (row["account"] for row in rows))


def check_meter(row: Values) -> None:
    """A meter whose days go together."""
    if row["removed"] is not None and row["removed"] < row["installed"]:
        raise _before(row, "removed", "installed")


def amend_meter(connection: Connection, row: Values, there: Values, _at: datetime) -> bool:
    """A meter that is there and has been taken out since."""
    if row["removed"] is None or there["removed"] is not None:
        return False
    if row["serial"] != there["serial"]:
        return False
    connection.execute(update(Meter).where(col(Meter.id) == row["meter"]).values(removed=row["removed"]))
    return True


def known_reads(connection: Connection, keys: Sequence[Key]) -> dict[Key, Values]:
    """The reads that are there."""
    query = select(table_of(Read)).where(
        col(Read.meter_id).in_({key[0] for key in keys}),
        col(Read.at).between(min(key[1] for key in keys), max(key[1] for key in keys)),
    )
    return {(row.meter_id, row.at, row.kind): {"value_ccf": row.value_ccf} for row in connection.execute(query)}


def load_reads(connection: Connection, rows: list[Values], _at: datetime) -> None:
    """Write reads."""
    names = {"meter": "meter_id"}
    _add(
        connection,
        Read,
        ({names.get(name, name): value for name, value in row.items()} | {"source": "import"} for row in rows),
    )


def known_bills(connection: Connection, keys: Sequence[Key]) -> dict[Key, Values]:
    """The bills that are there."""
    query = select(table_of(Bill)).where(col(Bill.id).in_(_ids(keys)))
    return {
        (row.id,): {"account": row.account_id, "amount_usd": row.amount_usd, "use_ccf": row.use_ccf, "due": row.due}
        for row in connection.execute(query)
    }


def check_bill(row: Values) -> None:
    """A bill whose days go together."""
    if row["period_end"] <= row["period_start"]:
        raise FieldError(
            say(
                "column period_end has %(end)s, not after period_start %(start)s",
                end=str(row["period_end"]),
                start=str(row["period_start"]),
            )
        )
    if row["due"] < row["mailed"]:
        raise _before(row, "due", "mailed")


def load_bills(connection: Connection, rows: list[Values], at: datetime) -> None:
    """Write bills and post them."""
    bills = [
        Bill(
            id=row["bill"],
            account_id=row["account"],
            meter_id=row["meter"] or None,
            period_start=row["period_start"],
            period_end=row["period_end"],
            days=(row["period_end"] - row["period_start"]).days,
            read_ccf=row["read_ccf"],
            use_ccf=row["use_ccf"],
            amount_usd=row["amount_usd"],
            mailed=row["mailed"],
            due=row["due"],
        )
        for row in rows
    ]
    _add(connection, Bill, (bill.model_dump() for bill in bills))
    connection.execute(insert(POSTINGS), [line for bill in bills for line in lines_of(bill_entry(bill, at, "import"))])


def known_payments(connection: Connection, keys: Sequence[Key]) -> dict[Key, Values]:
    """The payments that are there."""
    query = select(table_of(Payment)).where(col(Payment.id).in_(_ids(keys)))
    return {
        (row.id,): {
            "account": row.account_id,
            "amount_usd": row.amount_usd,
            "received": row.received,
            "reversed_on": row.reversed_on,
        }
        for row in connection.execute(query)
    }


def check_payment(row: Values) -> None:
    """A payment of something, returned after it came if at all."""
    if row["amount_usd"] == 0:
        raise FieldError(say("column amount_usd has 0; a payment is more than nothing"))
    if row["reversed_on"] is not None and row["reversed_on"] < row["received"]:
        raise _before(row, "reversed_on", "received")


def _payment(row: Values) -> Payment:
    return Payment(
        id=row["payment"],
        account_id=row["account"],
        received=row["received"],
        amount_usd=row["amount_usd"],
        method=row["method"],
        reversed_on=row["reversed_on"],
        reverse_reason=row["reverse_reason"] or None,
    )


def load_payments(connection: Connection, rows: list[Values], at: datetime) -> None:
    """Write payments, post them, and leave word for open cases."""
    payments = [_payment(row) for row in rows]
    _add(connection, Payment, (payment.model_dump() for payment in payments))
    lines = [line for payment in payments for line in lines_of(payment_entry(payment, at, "import"))]
    for payment in payments:
        if payment.reversed_on is not None:
            lines += lines_of(_reversal(payment, at))
    connection.execute(insert(POSTINGS), lines)
    _tell(connection, "payment-received", [payment for payment in payments if payment.reversed_on is None], at)


def amend_payment(connection: Connection, row: Values, there: Values, at: datetime) -> bool:
    """A payment that is there and has been returned since."""
    if row["reversed_on"] is None or there["reversed_on"] is not None:
        return False
    if any(row[name] != there[name] for name in ("account", "amount_usd", "received")):
        return False
    payment = _payment(row)
    connection.execute(
        update(Payment)
        .where(col(Payment.id) == payment.id)
        .values(reversed_on=payment.reversed_on, reverse_reason=payment.reverse_reason)
    )
    connection.execute(insert(POSTINGS), lines_of(_reversal(payment, at)))
    _tell(connection, "payment-returned", [payment], at)
    _add(connection, AccountEvent, [_rejected(payment, at)])
    return True


def _rejected(payment: Payment, at: datetime) -> Values:
    """The news that opens a returned payment; a reason that is not one of its words is `other`."""
    reason = (payment.reverse_reason or "").strip().lower().replace(" ", "-")
    return {
        "id": f"payment-rejected:{payment.id}",
        "account_id": payment.account_id,
        "name": "payment-rejected",
        "data": {
            "payment": {
                "id": payment.id,
                "received": payment.received.isoformat(),
                "amount": f"{payment.amount_usd:.2f}",
            },
            "returned": str(payment.reversed_on),
            "reason": reason if reason in BANK_REASONS else "other",
        },
        "made_at": at,
    }


def _reversal(payment: Payment, at: datetime) -> Entry:
    assert payment.reversed_on is not None
    return reversal_entry(payment, payment.reversed_on, at, "import", payment.reverse_reason or RETURNED)


def _tell(connection: Connection, name: str, payments: list[Payment], at: datetime) -> None:
    """Leave word for the open cases of these accounts; history of accounts without any is nobody's news."""
    concerned = set(
        connection.execute(
            select(col(CaseRow.account_id))
            .where(
                col(CaseRow.account_id).in_({payment.account_id for payment in payments}), col(CaseRow.status) == "open"
            )
            .distinct()
        ).scalars()
    )
    _add(
        connection,
        AccountEvent,
        (
            {
                "id": f"{name}:{payment.id}",
                "account_id": payment.account_id,
                "name": name,
                "data": {
                    "payment": payment.id,
                    "amount": str(payment.amount_usd),
                    "received": payment.received.isoformat(),
                },
                "made_at": at,
            }
            for payment in payments
            if payment.account_id in concerned
        ),
    )
