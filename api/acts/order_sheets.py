"""A work order on paper, for a crew without a phone: the place, the form to fill in, and how the order may end.

It names no customer: a sheet lies about in a truck.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from activities.printing import rendered
from api.acts.queue import task_seen
from api.problems import Conflict
from api.security.people import Person
from api.services import Services
from api.views.tasks import FieldView, TaskDetail
from api.views.work import task_detail
from definitions.catalogue.letters import SHIPPED
from definitions.language.sentences import say
from store.tables.cases import CaseRow

SHEET: Final = "_order.typ"


def order_sheet(office: Services, person: Person, task_id: str) -> bytes:
    """The PDF of an order that the person may see; NotFound, Confidential, or Conflict for what is no work order."""
    with office.store.reading() as session:
        task = task_seen(session, person, task_id)
        if task.kind != "work-order":
            raise Conflict(
                say("The task %(task)s is done in the office; only work orders are printed as sheets.", task=task.id)
            )
        detail = task_detail(session, office, person, task, session.get_one(CaseRow, task.case_id))
    text = (SHIPPED / SHEET).read_text(encoding="utf-8")
    return rendered(text, _said(office, detail))


def _said(office: Services, order: TaskDetail) -> dict[str, Any]:
    place: dict[str, Any] = order.snapshot or {}
    crew = office.district.crews.get(order.queue or "")
    return {
        "district": office.district.district,
        "date": office.now().astimezone(office.zone).date().isoformat(),
        "order": order.id,
        "title": order.title,
        "crew": crew.title if crew is not None else order.queue or "a crew",
        "priority": order.priority,
        "due": f"{order.due:%A %d %B %Y, %H:%M}" if order.due is not None else "when there is time",
        "account": order.account or "",
        "check-at-site": order.check_at_site,
        "lines": _lines(place),
        "meters": [_meter(each, office) for each in place.get("meters", ())],
        "help": order.help or "",
        "notices": len(order.notices),
        "fields": [_field(each) for each in order.form],
        "outcomes": [each.title for each in order.outcomes],
    }


def _lines(place: dict[str, Any]) -> list[str]:
    premise = place.get("premise")
    if premise is None:
        return []
    street = " ".join(part for part in (premise["line1"], premise["line2"]) if part)
    return [street, premise["city"], f"Route {premise['route']}, place {premise['sequence']}"]


def _meter(meter: dict[str, Any], office: Services) -> dict[str, str]:
    last = meter["last_read"]
    on = datetime.fromisoformat(last["at"]).astimezone(office.zone).date().isoformat() if last else ""
    return {
        "serial": meter["serial"],
        "size": meter["size"],
        "digits": str(meter["digits"]),
        "last": f"{last['ccf']} {meter['unit']} on {on}" if last else "none yet",
    }


def _field(field: FieldView) -> dict[str, Any]:
    yes_or_no = ["yes", "no"] if field.type == "boolean" else []
    return {
        "title": field.title,
        "unit": field.unit or "",
        "choices": [str(each) for each in field.choices or yes_or_no],
        "only": ", ".join(field.outcomes or ()),
    }
