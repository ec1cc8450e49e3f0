"""Where cases are: each state machine as a picture with counts and ages, and plots that answer a supervisor's questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from activities.published import in_effect_by_digest
from api.pages.charts import Chart, Series, bars, columns
from api.pages.drawing import at_beginning
from api.pages.frame import page
from api.problems import NotFound
from api.security.signin import SignedIn
from api.services import Office
from api.texts import _, day, ngettext
from api.views.board import Stay, kept_by_week, stays, weeks_before
from definitions.language.diagrams import state_title
from definitions.language.expand import expand, walk
from definitions.language.model import CaseDefinition
from definitions.language.pictures import svg_with_notes
from definitions.language.sentences import say
from store.queries import board as queries
from store.queries.board import Flow, Kept, Waiting

router = APIRouter(include_in_schema=False)

RIGHT: Final = "assign-tasks"
LONGEST: Final = 12  #: states that the plot of the longest waits shows
FEW: Final = 3  #: cases that a state needs to be in that plot


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of case."""

    definition: str
    title: str
    cases: int  #: open


@dataclass(frozen=True, kw_only=True)
class MachinesPage:
    """All kinds of cases."""

    kinds: Sequence[Kind]


@dataclass(frozen=True, kw_only=True)
class MachinePage:
    """One kind of case: its picture and its table."""

    kind: Kind
    stays: Sequence[Stay]  #: in the order of the definition, then those of older versions
    looked_at: str | None  #: where cases begin in the picture
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PlotsPage:
    """Plots, each with its table."""

    kind: str  #: whose promises are shown
    kinds: Sequence[tuple[str, str]]  #: kinds with promises that ended: name and title
    answered: Chart | None
    kept: Sequence[Kept]
    longest: Chart
    stays: Sequence[Stay]
    flow_chart: Chart
    flow: Sequence[Flow]


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """What the plots count over all cases."""

    kept: Sequence[Kept]
    flow: Sequence[Flow]
    waiting: Sequence[Waiting]

    @property
    def open(self) -> int:
        """How many cases are open."""
        return _cases(self.waiting)


@router.get("/board/machines")
def show_all(request: Request, office: Office, person: SignedIn) -> Response:
    """Shows the kinds of cases with how many are open."""
    person.must(RIGHT)
    with office.store.reading() as session:
        found = office.counted.once("cases by state", lambda: queries.state_counts(session), rows=_cases)
        titles = queries.titles(session)
    counts: Counter[str] = Counter()
    for each in found:
        counts[each.definition] += each.cases
    kinds = [Kind(definition=name, title=title, cases=counts[name]) for name, title in titles.items()]
    content = MachinesPage(kinds=sorted(kinds, key=lambda kind: (-kind.cases, kind.title)))
    return page(request, "board/machines.html", content, person=person)


@router.get("/board/machines/{case}")
def show(request: Request, office: Office, person: SignedIn, case: str) -> Response:
    """Shows where the open cases of one kind are."""
    person.must(RIGHT)
    with office.store.reading() as session:
        definition, waiting, found = where(session, office, case)
    content = MachinePage(
        kind=Kind(definition=case, title=definition.title, cases=_cases(waiting)),
        stays=found,
        looked_at=at_beginning(definition),
        at=office.now().astimezone(office.zone),
    )
    return page(request, "board/machine.html", content, person=person)


@router.get("/board/machines/{case}/states.svg")
def picture(office: Office, person: SignedIn, case: str) -> Response:
    """Draws the state machine with how many cases are on each state, and for how long."""
    person.must(RIGHT)
    with office.store.reading() as session:
        definition, _waiting, found = where(session, office, case)
    notes = {each.path: note(each) for each in found if each.known and each.cases}
    return Response(svg_with_notes(definition, notes), media_type="image/svg+xml")


@router.get("/board/plots")
def show_plots(
    request: Request, office: Office, person: SignedIn, kind: Annotated[str, Query(max_length=120)] = ""
) -> Response:
    """Answers the questions of the board with plots."""
    person.must(RIGHT)
    weeks = weeks_before(office.today(), office.zone)
    with office.store.reading() as session:
        titles = queries.titles(session)
        counts = office.counted.once(("plots", weeks[0]), lambda: _counted(session, weeks), rows=lambda each: each.open)
        ended, flow = counts.kept, counts.flow
        states = {
            (spec.case, path): title
            for digest, spec in _specs(session, office).items()
            for path, title in _titles(digest, spec).items()
        }
        waiting = stays(counts.waiting, office.now(), titles, states)
    kinds = sorted({each.definition for each in ended}, key=lambda name: titles.get(name, name))
    kind = kind if kind in kinds else next(iter(kinds), "")
    kept = kept_by_week(ended, kind)
    longest = sorted(
        (each for each in waiting if each.days is not None and each.cases >= FEW),
        key=lambda each: -(each.days or 0.0),
    )[:LONGEST]
    content = PlotsPage(
        kind=kind,
        kinds=[(name, titles.get(name, name)) for name in kinds],
        answered=_answered(titles.get(kind, kind), kept) if kept else None,
        kept=kept,
        longest=_longest(longest),
        stays=longest,
        flow_chart=_flow(flow),
        flow=flow,
    )
    return page(request, "board/plots.html", content, person=person)


def note(stay: Stay) -> str:
    """What stands below a state: `12 · 3 d`."""
    return str(stay.cases) if stay.days is None else f"{stay.cases} · {_days(stay.days)}"


def _days(days: float) -> str:
    return f"{days:.0f} d" if days >= 1 else f"{days * 24:.0f} h"


def _cases(found: Sequence[Waiting]) -> int:
    return sum(each.cases for each in found)


def where(session: Session, office: Office, case: str) -> tuple[CaseDefinition, Sequence[Waiting], list[Stay]]:
    """The definition that new cases take, its open cases as they are counted, and where they are; NotFound for no kind."""
    known = next(((digest, spec) for digest, spec in _specs(session, office).items() if spec.case == case), None)
    if known is None:
        raise NotFound(say("No definition of cases called %(case)s is published.", case=repr(case[:60])))
    titles, definition = _titles(*known), known[1]
    waiting = office.counted.once(("cases of", case), lambda: queries.waiting(session, case), rows=_cases)
    found = stays(
        waiting,
        office.now(),
        {case: definition.title},
        {(case, path): title for path, title in titles.items()},
    )
    order = {path: place for place, path in enumerate(titles)}
    return definition, waiting, sorted(found, key=lambda each: (not each.known, order.get(each.path, 0), each.path))


def _specs(session: Session, office: Office) -> dict[str, CaseDefinition]:
    """The definitions that new cases take, by digest."""
    found = in_effect_by_digest(session, office.now())
    return {digest: compiled.definition for digest, compiled in found.items()}


_TITLES: dict[str, dict[str, str]] = {}  #: by digest: the titles of the states, in the order of the text


def _titles(digest: str, definition: CaseDefinition) -> dict[str, str]:
    if digest not in _TITLES:
        _TITLES[digest] = {path: state_title(path, state) for path, state in walk(expand(definition))}
    return _TITLES[digest]


def _counted(session: Session, weeks: Sequence[datetime]) -> _Counts:
    return _Counts(
        kept=queries.kept(session, weeks), flow=queries.flow(session, weeks), waiting=queries.waiting(session)
    )


def _answered(title: str, kept: Sequence[Kept]) -> Chart:
    in_time, late = sum(each.in_time for each in kept), sum(each.late for each in kept)
    share = round(100 * in_time / max(1, in_time + late))
    return columns(
        "answered",
        asks=_("Do we keep what we promise? %(kind)s", kind=title),
        answer=_("%(share)s %% of the last %(weeks)s weeks were in time: %(in_time)s, and %(late)s late.",
                 share=share, weeks=len(kept), in_time=in_time, late=late),
        names=[_week(each.begins) for each in kept],
        series=[
            Series(name=_("in time"), look="use", values=[each.in_time for each in kept]),
            Series(name=_("late"), look="late", values=[each.late for each in kept]),
        ],
        stacked=True,
    )  # fmt: skip


def _longest(found: Sequence[Stay]) -> Chart:
    first = found[0] if found else None
    return bars(
        "longest",
        asks=_("Where do cases wait longest?"),
        answer=_("Longest in “%(state)s” (%(kind)s): %(days)s, half of the cases longer.",
                 state=first.state, kind=first.title, days=_days(first.days or 0.0))
        if first
        else _("Nowhere do enough cases wait to tell."),
        rows=[
            (each.state, each.title, each.days or 0.0, f"{_days(each.days or 0.0)} ({each.cases})")
            for each in found
        ],
    )  # fmt: skip


def _flow(found: Sequence[Flow]) -> Chart:
    came, went = sum(each.opened for each in found), sum(each.closed for each in found)
    more = came - went
    return columns(
        "flow",
        asks=_("What came in, and what was closed each week?"),
        answer=ngettext("%(n)s more came in than was closed.", "%(n)s more came in than were closed.", more) % {"n": more}
        if more > 0
        else ngettext("%(n)s more was closed than came in.", "%(n)s more were closed than came in.", -more) % {"n": -more},
        names=[_week(each.begins) for each in found],
        series=[
            Series(name=_("came in"), look="use", values=[each.opened for each in found]),
            Series(name=_("were closed"), look="before", values=[each.closed for each in found]),
        ],
        stacked=False,
    )  # fmt: skip


def _week(begins: datetime) -> str:
    """`9 Mar`."""
    return " ".join(day(begins.date()).split(" ")[:2])
