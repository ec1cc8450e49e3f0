"""The files that `headgate import` takes: their columns, what they refer to, and what their rows become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from store.importing import books
from store.importing.books import Key, Values
from store.importing.values import (
    Column,
    ccf,
    day,
    degrees,
    id_field,
    moment,
    one_of,
    state,
    text_field,
    usd,
    whole,
    yes_no,
)
from store.tables.base import Row
from store.tables.utility import ACCOUNT_CLASSES, ACCOUNT_STATUSES, READ_KINDS, Account, Meter


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of file."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]  #: columns that tell two rows apart
    same: tuple[str, ...]  #: columns that must agree with what is there under the same key
    refers: tuple[tuple[str, type[Row]], ...]  #: columns that name a row of another table, by its id
    check: Callable[[Values], None]  #: raises FieldError for a row whose fields do not go together
    known: Callable[[Connection, Sequence[Key]], dict[Key, Values]]
    load: Callable[[Connection, list[Values], datetime], None]
    amend: Callable[[Connection, Values, Values, datetime], bool]  #: whether a difference was a change to be taken


def _column(
    name: str,
    meaning: str,
    read: Any = text_field,
    *,
    required: bool = False,
    default: Any = "",
    printed: bool = False,
) -> Column:
    return Column(name=name, meaning=meaning, read=read, required=required, default=default, printed=printed)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="accounts",
            columns=(
                _column("account", "the account's number", id_field, required=True),
                _column("class", "class of use", one_of(*ACCOUNT_CLASSES), required=True),
                _column("status", "whether it has service", one_of(*ACCOUNT_STATUSES), default="active"),
                _column("name", "the customer's name", required=True, printed=True),
                _column("phone", "the customer's telephone number"),
                _column("email", "the customer's e-mail address"),
                _column("language", "of letters, as in `en`, `es`, `zh`", id_field, default="en"),
                _column("address", "street and number of the premise", required=True, printed=True),
                _column("address2", "unit", printed=True),
                _column("city", "city of the premise", required=True, printed=True),
                _column("zip", "ZIP code of the premise", required=True, printed=True),
                _column("route", "reading route", required=True),
                _column("sequence", "place on the route", whole, required=True),
                _column("latitude", "degrees north", degrees, default=None),
                _column("longitude", "degrees east", degrees, default=None),
                _column("access", "how a crew gets to the meter"),
                _column("hazard", "what a crew looks out for there"),
                _column("service_kind", "domestic, irrigation, fire or hydrant", default="domestic"),
                _column("service_size", "of the service", default='5/8"'),
                _column("since", "first day of the account", day, required=True),
                _column("closed", "last day of the account", day, default=None),
                _column("confidential", "yes or no", yes_no, default=False),
                _column("mailing_address", "where letters go, when not to the premise", printed=True),
                _column("mailing_address2", "unit", printed=True),
                _column("mailing_city", "city", printed=True),
                _column("mailing_state", "two letters, when it is not the district's own", state),
                _column("mailing_zip", "ZIP code", printed=True),
            ),
            key=("account",),
            same=("class", "since", "name", "address"),
            refers=(),
            check=books.check_account,
            known=books.known_accounts,
            load=books.load_accounts,
            amend=books.refuse,
        ),
        Kind(
            name="meters",
            columns=(
                _column("meter", "the meter's number in the books", id_field, required=True),
                _column("account", "the account at whose service point it hangs", id_field, required=True),
                _column("serial", "number on the meter", required=True, printed=True),
                _column("size", "of the meter", default='5/8"'),
                _column("digits", "of the register, in whole ccf", whole, default=6),
                _column("installed", "day it was set", day, required=True),
                _column("removed", "day it was taken out", day, default=None),
            ),
            key=("meter",),
            same=("serial", "removed"),
            refers=(("account", Account),),
            check=books.check_meter,
            known=books.known_meters,
            load=books.load_meters,
            amend=books.amend_meter,
        ),
        Kind(
            name="reads",
            columns=(
                _column("meter", "the meter's number in the books", id_field, required=True),
                _column("at", "when the register was read", moment, required=True),
                _column("value_ccf", "what it showed, in ccf", ccf, required=True),
                _column("kind", "how it came about", one_of(*READ_KINDS), default="actual"),
            ),
            key=("meter", "at", "kind"),
            same=("value_ccf",),
            refers=(("meter", Meter),),
            check=books.nothing,
            known=books.known_reads,
            load=books.load_reads,
            amend=books.refuse,
        ),
        Kind(
            name="bills",
            columns=(
                _column("bill", "the bill's number", id_field, required=True),
                _column("account", "the account's number", id_field, required=True),
                _column("meter", "the meter's number in the books", id_field, default=None),
                _column("period_start", "first read's day", day, required=True),
                _column("period_end", "last read's day", day, required=True),
                _column("read_ccf", "the register at the end, in ccf", ccf, required=True),
                _column("use_ccf", "what was billed, in ccf", ccf, required=True),
                _column("amount_usd", "what it comes to, in US dollars", usd, required=True),
                _column("mailed", "day of mailing", day, required=True),
                _column("due", "day on which it is due", day, required=True),
            ),
            key=("bill",),
            same=("account", "amount_usd", "use_ccf", "due"),
            refers=(("account", Account), ("meter", Meter)),
            check=books.check_bill,
            known=books.known_bills,
            load=books.load_bills,
            amend=books.refuse,
        ),
        Kind(
            name="payments",
            columns=(
                _column("payment", "the payment's number", id_field, required=True),
                _column("account", "the account's number", id_field, required=True),
                _column("received", "day it was received", day, required=True),
                _column("amount_usd", "in US dollars", usd, required=True),
                _column(
                    "method", "how it was paid", one_of("check", "card", "cash", "ach", "lockbox"), default="check"
                ),
                _column("reversed_on", "day on which the bank returned it", day, default=None),
                _column("reverse_reason", "why"),
            ),
            key=("payment",),
            same=("account", "amount_usd", "received", "reversed_on"),
            refers=(("account", Account),),
            check=books.check_payment,
            known=books.known_payments,
            load=books.load_payments,
            amend=books.amend_payment,
        ),
    )
}
