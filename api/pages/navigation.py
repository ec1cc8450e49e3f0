"""Where a person can go from every page. Each area has its line here; the frame shows those that the person may open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.urls import urls
from api.security.people import Person
from api.texts import N_


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page that the navigation leads to."""

    key: str  #: the area
    title: str  #: in English; shown in the reader's language
    url: str
    right: str | None = None  #: the right that opens it; None for everybody who is signed in
    for_crews: bool = False  #: whether it is for people of a crew only
    shortcut: str | None = None  #: the letter that leads there after `g`


PLACES: Final = (
    Place(key="desk", title=N_("Queue"), url=urls.queue, shortcut="q"),
    Place(key="crew", title=N_("Today's orders"), url=urls.crew, right="work", for_crews=True, shortcut="o"),
    Place(key="unfinished", title=N_("Crews' orders"), url=urls.unfinished, right="assign-tasks"),
    Place(key="counter", title=N_("Find an account"), url=urls.find, right="see-accounts", shortcut="a"),
    Place(key="outages", title=N_("Outages"), url=urls.outages, right="see-accounts", shortcut="u"),
    Place(key="board", title=N_("Board"), url=urls.board, right="assign-tasks", shortcut="b"),
    Place(key="lists", title=N_("Lists"), url=urls.lists, right="review-lists", shortcut="l"),
    Place(key="finance", title=N_("Finance"), url=urls.finance, right="print-letters", shortcut="f"),
    Place(key="inbox", title=N_("Inbox"), url=urls.inbox, right="take-in", shortcut="i"),
    Place(key="bench", title=N_("Author's bench"), url=urls.bench, right="publish-definitions"),
    Place(key="audit", title=N_("Audit"), url=urls.audit, right="read-audit"),
    Place(key="memos", title=N_("Memos"), url=urls.memos, right="work"),
    Place(key="people", title=N_("People"), url=urls.people, right="manage-people"),
)


def places_for(person: Person) -> Sequence[Place]:
    """The places that this person may open."""
    return [place for place in PLACES if _may_open(person, place)]


def _may_open(person: Person, place: Place) -> bool:
    return (place.right is None or person.may(place.right)) and (bool(person.crews) or not place.for_crews)


def area_of(path: str) -> str:
    """The area that an address belongs to: that of the place with the longest address that it begins with; "" for none."""
    inside = [place for place in PLACES if path == place.url or path.startswith(f"{place.url.rstrip('/')}/")]
    return max(inside, key=lambda place: len(place.url)).key if inside else ""
