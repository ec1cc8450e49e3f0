"""The fields of a definition's form as inputs of a page, with what can be chosen and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlmodel import Session, col, select

from api.pages import words
from api.texts import day
from api.views.tasks import FieldView
from store.queries.accounts import account_view, bill_page, payments_of, reads_of
from store.tables.people import User

INPUTS: Final = {
    "date": "date",
    "datetime": "text",
    "integer": "number",
    "file": "file",
    "boolean": "checkbox",
}


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something to choose."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of a form."""

    name: str  #: as it is sent: `field.cause`
    title: str
    kind: str  #: select, textarea, checkbox, or the type of an HTML input
    value: str = ""
    options: Sequence[Option] = field(default_factory=tuple)
    required: bool = False
    many: bool = False
    unit: str | None = None  #: said behind the input
    help: str | None = None
    only_for: Sequence[str] = field(default_factory=tuple)  #: titles of the outcomes that alone ask for it
    error: str | None = None  #: what would be right


def inputs(
    session: Session,
    fields: Sequence[FieldView],
    *,
    account: str | None,
    errors: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
    outcomes: Mapping[str, str] | None = None,
) -> list[Input]:
    """The inputs of a form; what was given before stands in place of what the fields hold."""
    return [_input(session, each, account, errors.get(each.name), given, outcomes or {}) for each in fields]


def _input(
    session: Session,
    view: FieldView,
    account: str | None,
    error: str | None,
    given: Mapping[str, Any] | None,
    outcomes: Mapping[str, str],
) -> Input:
    value = given.get(view.name) if given is not None else view.value
    chosen = {_plain(each) for each in value} if isinstance(value, list) else {_plain(value)}
    options = [Option(value=key, label=label, chosen=key in chosen) for key, label in _choices(session, view, account)]
    kind = "select" if options else "textarea" if view.many or view.long else INPUTS.get(view.type, "text")
    text = "\n".join(sorted(chosen)) if isinstance(value, list) else _plain(value)
    return Input(
        name=f"field.{view.name}",
        title=view.title,
        kind=kind,
        value=text,
        options=options,
        required=view.required,
        many=view.many,
        unit="$" if view.type == "money" else view.unit,
        help=view.help,
        only_for=[outcomes.get(key, key) for key in view.outcomes or ()],
        error=error,
    )


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value.get("id", "")) if isinstance(value, Mapping) else str(value)


def _choices(session: Session, view: FieldView, account: str | None) -> list[tuple[str, str]]:
    if view.choices:
        return [(word, words.titled(word)) for word in view.choices]
    if view.type == "user":
        users = session.exec(select(User).where(col(User.active).is_(True)).order_by(col(User.id)))
        return [(user.id, f"{user.name} ({user.id})") for user in users]
    if account is None:
        return []
    match view.type:
        case "account":
            return [(account, account)]
        case "bill":
            bills = bill_page(session, account, limit=24).items
            return [
                (bill.id, f"{day(bill.period_end)}: {words.ccf(bill.use_ccf)}, {words.usd(bill.amount_usd)}")
                for bill in bills
            ]
        case "payment":
            return [
                (payment.id, f"{day(payment.received)}: {words.usd(payment.amount_usd)}")
                for payment in payments_of(session, account, 24)
            ]
        case "meter" | "read" | "service-point" | "premise":
            return _of_the_place(session, view.type, account)
    return []


def _of_the_place(session: Session, kind: str, account: str) -> list[tuple[str, str]]:
    found = account_view(session, account)
    if found is None:
        return []
    match kind:
        case "meter":
            return [(meter.id, f"{meter.serial}, {meter.size}") for meter in found.meters]
        case "service-point":
            return [(found.service_point.id, f"{found.service_point.kind}, {found.service_point.size}")]
        case "premise":
            return [(found.premise.id, found.premise.line1)]
    reads = [read for meter in found.meters for read in reads_of(session, meter.id, limit=24)]
    return [(str(read.id), f"{day(read.at)}: {words.ccf(read.value_ccf)}") for read in reads]
