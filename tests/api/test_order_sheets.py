"""A work order on paper: what a crew needs of it, and no customer's name."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from store.tables.utility import Customer
from tests.api.office import MONDAY, Office
from tests.letters.test_templates import text_of, unknown_glyphs

PLACE: dict[str, Any] = {
    "premise": {"line1": "12 Orchard Lane", "line2": "", "city": "Sample City", "route": "R1", "sequence": 12},
    "meters": [
        {"id": "m-1", "serial": "M-4711", "size": '5/8"', "unit": "ccf", "digits": 4,
         "last_read": {"at": "2026-01-02T18:00:00+00:00", "ccf": "1946"}}
    ],
}  # fmt: skip


def _order(office: Office) -> str:
    return office.task(
        name="rereading",
        place="rereading",
        kind="work-order",
        title="Reread the meter",
        queue="meters",
        crew="meters",
        snapshot=PLACE,
        due_at=MONDAY,
        due_order=MONDAY,
    )


async def test_an_order_is_printed_with_place_meter_form_and_outcomes_and_without_the_customer(office: Office) -> None:
    order = _order(office)
    sheet = await office.by("crew").get(f"/api/tasks/{order}/order.pdf")
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "application/pdf"), sheet.text
    text = text_of(sheet.content)
    expected = (
        "Reread the meter", order, "Meter crew", "12 Orchard Lane", "Route R1, place 12",
        "M-4711", "1946 ccf on 2026-01-02", "Read, ccf", "Done", "Monday 09 March 2026",
    )  # fmt: skip
    assert [each for each in expected if each not in text] == []
    with office.store.reading() as session:
        names = session.exec(select(Customer.name)).all()
    assert names
    assert [name for name in names if name in text] == []
    assert unknown_glyphs(sheet.content) == 0


async def test_what_is_done_in_the_office_has_no_sheet_and_who_may_not_see_an_order_prints_none(office: Office) -> None:
    refused = await office.by("rep").get(f"/api/tasks/{office.task()}/order.pdf")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (await office.by("crew").get("/api/tasks/c-2345abcdefgh.9/order.pdf")).status_code == 404
    confidential = await office.by("crew").get(f"/api/tasks/{office.task(account_id='a-2')}/order.pdf")
    assert confidential.status_code in (403, 404)
