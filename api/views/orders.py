"""Work orders as a crew sees them: on its route, with where they are, and those that are its no longer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from api.views.shown import Moment, Said, Shown
from api.views.tasks import TaskView, task_view
from store.tables.cases import PRIORITIES, TaskRow


class KnownPlace(Shown):
    """What crews should know of a place."""

    access: str = Field(description="How to get to the meter.", examples=["Meter behind the side gate."])
    hazard: str = Field(description="What to look out for.", examples=["Dog in the yard."])


Why = Literal["recalled", "done", "taken", "put-aside", "unknown"]


class Place(Shown):
    """Where an order is done: the premise as it was when the order was made."""

    line1: str
    line2: str
    city: str
    route: str
    sequence: int
    latitude: float | None = Field(description="Degrees north, WGS 84.")
    longitude: float | None = Field(description="Degrees east.")


class OrderView(TaskView):
    """A work order with its place."""

    place: Place | None = Field(description="Null where the case has no premise yet.")
    today: bool = Field(description="Due by the end of the day, urgent, or taken by who asks.")


class GoneOrder(Shown):
    """An order that the phone holds and that is the crew's no longer."""

    id: str
    title: str
    why: Why
    at: Moment | None = Field(description="Since when.")
    by: str | None = Field(description="Who closed it or has it.")
    because: Said | None = Field(description="Of a recalled order: its reason.", examples=["Payment received"])


class CrewDay(Shown):
    """A crew's day: its orders by route and place on the route."""

    day: date
    at: Moment = Field(description="When this was so.")
    orders: list[OrderView] = Field(description="What is to be done today.")
    later: list[OrderView] = Field(description="What is due on a later day.")
    gone: list[GoneOrder] = Field(
        description="Of the orders that the phone named: those that are not its crew's to do."
    )


class CrewOrders(Shown):
    """What a crew has not finished, most pressing first."""

    crew: str
    title: str
    late: int
    unclaimed: int
    orders: list[OrderView]
    more: bool = Field(description="Whether there are more than these; the counts are of these.")


def order_view(task: TaskRow, *, by: str, at: datetime, zone: ZoneInfo) -> OrderView:
    """The order as this person sees it at this moment."""
    tonight = datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone)
    pressing = task.assignee == by or task.priority <= PRIORITIES["high"]
    return OrderView(
        **dict(task_view(task, at=at, zone=zone)),
        place=_place(task.snapshot),
        today=pressing or (task.due_at is not None and task.due_at < tonight),
    )


def on_the_way(order: OrderView) -> tuple[str, int, str]:
    """The order's place on the day's way: route, sequence; what has no place comes last."""
    place = order.place
    return ("\uffff", 0, order.id) if place is None else (place.route, place.sequence, order.id)


def _place(snapshot: Mapping[str, Any] | None) -> Place | None:
    premise = (snapshot or {}).get("premise")
    return None if premise is None else Place(**{name: premise[name] for name in Place.model_fields})
