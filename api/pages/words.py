"""How times, days and amounts are written on pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from babel import Locale

from api.texts import N_, _, language, ngettext
from definitions.language.expand import title_of

#: Words that Headgate keeps in its tables and that people read, so that the catalogues have them.
KNOWN: Final = (
    *(N_("open"), N_("closed"), N_("suspended"), N_("completed"), N_("skipped"), N_("recalled"), N_("cancelled")),
    *(N_("urgent"), N_("high"), N_("normal"), N_("low")),
    *(N_("queued"), N_("rendered"), N_("printed"), N_("mailed"), N_("posted"), N_("returned"), N_("failed")),
    *(N_("photo"), N_("proof"), N_("certificate"), N_("document"), N_("letter")),
    *(N_("active"), N_("inactive"), N_("stopped"), N_("locked")),
    *(N_("residential"), N_("commercial"), N_("irrigation"), N_("multifamily"), N_("industrial"), N_("institutional")),
    *(N_("check"), N_("card"), N_("cash"), N_("ACH"), N_("lockbox")),
    *(N_("running"), N_("paused"), N_("done"), N_("released"), N_("excluded"), N_("left"), N_("stayed"), N_("waiting")),
    *(N_("telephone"), N_("counter"), N_("email"), N_("site"), N_("adult"), N_("other"), N_("nobody")),
    *(N_("asked"), N_("given"), N_("refused"), N_("moved"), N_("retried")),
    *(N_("roles"), N_("queues"), N_("crews"), N_("limits")),
    *(N_("accounts"), N_("meters"), N_("reads"), N_("bills"), N_("payments")),
    *(N_("account"), N_("bill"), N_("premise"), N_("meter"), N_("read"), N_("payment"), N_("applicant"), N_("file")),
    # why an order was recalled and a line left its list: what the machine says has its words in the catalogues already
    *(N_("taken back"), N_("the case has moved on")),
    *(N_("credit"), N_("deposit"), N_("payable"), N_("issued"), N_("cashed"), N_("unclaimed"), N_("forfeited")),
    *(N_("Credit"), N_("Deposit")),  # what is refunded
    *(N_("actual"), N_("estimated"), N_("customer"), N_("manual"), N_("reread")),
)
_TITLES: Final = {"write-off": N_("Write-off")}  #: keys whose title is written otherwise
_SPELLED: Final = {"ach": "ACH", "headgate": "Headgate"}  #: kept words that are read otherwise


def usd(amount: Decimal | str | None) -> str:
    """`$1,084.10`, `-$12.00`; empty without one."""
    if amount is None:
        return ""
    value = Decimal(amount)
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def ccf(amount: Decimal | None) -> str:
    """`17 ccf`, `17.25 ccf`; empty without one."""
    if amount is None:
        return ""
    text = f"{amount:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} ccf"


def shown(value: Any) -> str:
    """A value of a case's data in words: entities by their id, lists with commas."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return str(value.get("id", ", ".join(f"{name} {shown(inner)}" for name, inner in value.items())))
    if isinstance(value, list):
        return ", ".join(shown(inner) for inner in value) or "—"
    return str(value)


def span(length: timedelta) -> str:
    """How long something lasted, roughly: `3 days`, `5 hours`, `less than an hour`."""
    hours = int(length.total_seconds()) // 3600
    if hours < 1:
        return _("less than an hour")
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


def titled(key: str) -> str:
    """A key as a title: `leak_found` → `Leak found`; in the reader's language where the catalogues have it."""
    name = key.replace("_", "-")
    return _(_TITLES.get(name) or title_of(name))


def word(key: str) -> str:
    """A word that Headgate keeps, as it is read: `ach`, `suspended`; the same where the catalogues do not have it."""
    return _(_SPELLED.get(key, key))


def language_name(code: str) -> str:
    """A language in the reader's: `en` → `English`, `inglés`; the code where nobody knows it."""
    return str(Locale.parse(language()).languages.get(code, code))
