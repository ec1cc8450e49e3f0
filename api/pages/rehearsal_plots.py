"""What a rehearsal's figures answer: questions, each with bars beside its numbers or columns over time above a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.pages.words import titled, word
from api.rehearsing.figures import Figures
from api.texts import N_, _, said
from api.views.rehearsals import RehearsalDetail
from definitions.language.sentences import again
from workflows.machine.rehearse import NOT_OPENED

WIDTH: Final = 720  #: of columns over time, in units of their own view box
HEIGHT: Final = 150
LEFT: Final = 40
BOTTOM: Final = 22
MOST: Final = 12  #: rows of one question; the rest is summed
SPANS: Final = (
    (1, N_("on the same day")),
    (7, N_("within a week")),
    (30, N_("within 30 days")),
    (90, N_("within 90 days")),
)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row: what is counted, and how long its bars are."""

    label: str
    written: int
    published: int | None  #: of the version that was played as well
    written_width: float  #: percent of the longest bar
    published_width: float
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One week of a queue."""

    week: int  #: from 1
    written: int
    published: int | None
    x: float
    width: float
    y: float
    height: float
    published_x: float
    published_y: float
    published_height: float


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The work of one queue week by week."""

    title: str
    a_day: str  #: how many tasks a day on average
    columns: Sequence[Column]
    top: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question with its answer."""

    key: str
    title: str
    bars: Sequence[Bar] = ()
    columns: Sequence[Columns] = ()


def questions(detail: RehearsalDetail, sentences: Mapping[str, Any]) -> list[Question]:
    """What the figures answer; a question about which nothing was counted is left out.

    `sentences` has for each sentence among the counted its message and values."""
    written, published = detail.written, detail.published
    if written is None:
        return []
    found = [
        Question(key="ends", title=_("Where do the cases end?"), bars=_bars(*_both(written, published, "ends"), end)),
        Question(key="time", title=_("How long does a case take?"), bars=_time(written, published)),
        Question(
            key="work",
            title=_("How much work comes to each queue, week by week?"),
            columns=_queues(written, published, detail.line.days),
        ),
        Question(key="late", title=_("What is done late?"), bars=_late(written, published)),
        Question(
            key="letters", title=_("Which letters go out?"), bars=_bars(*_both(written, published, "letters"), titled)
        ),
        Question(
            key="refused",
            title=_("What do laws, holds and limits refuse?"),
            bars=_bars(*_both(written, published, "refused"), lambda why: said(again(why, sentences.get(why)))),
        ),
        Question(
            key="lists",
            title=_("What becomes of lines on lists?"),
            bars=_bars(*_both(written, published, "lists"), _line),
        ),
        Question(
            key="escalations",
            title=_("What is escalated?"),
            bars=_bars(*_both(written, published, "escalations"), str),
        ),
    ]
    return [question for question in found if question.bars or question.columns]


def end(name: str) -> str:
    """A final state in words; of a case that is still open, where it is."""
    if name == NOT_OPENED:
        return _("not opened")
    path = name.removeprefix("open: ")
    words = ", ".join(titled(each.rpartition("/")[2]) for each in path.split(", "))
    return _("still open: %(state)s", state=words) if path != name else words


def _line(name: str) -> str:
    """What became of a line, with the list that it stood on."""
    listed, _colon, how = name.rpartition(": ")
    return f"{titled(listed)}: {word(how)}"


def _both(written: Figures, published: Figures | None, name: str) -> tuple[Mapping[str, int], Mapping[str, int] | None]:
    return getattr(written, name), getattr(published, name) if published is not None else None


def _bars(
    written: Mapping[str, int],
    published: Mapping[str, int] | None,
    words: object,
    notes: Mapping[str, str] | None = None,
) -> list[Bar]:
    assert callable(words)
    counted = Counter(written)
    names = [name for name, _count in (counted | Counter(published or {})).most_common()]
    most = max([*written.values(), *(published or {}).values(), 1])
    rows = [
        Bar(
            label=words(name),
            written=written.get(name, 0),
            published=None if published is None else published.get(name, 0),
            written_width=round(100 * written.get(name, 0) / most, 1),
            published_width=round(100 * (published or {}).get(name, 0) / most, 1),
            note=(notes or {}).get(name, ""),
        )
        for name in names
    ]
    return rows[:MOST]


def _late(written: Figures, published: Figures | None) -> list[Bar]:
    notes = {
        name: _("%(late)s of %(done)s", late=late, done=written.done.get(name, late))
        for name, late in written.late.items()
    }
    return _bars(written.late, published.late if published is not None else None, titled, notes)


def _time(written: Figures, published: Figures | None) -> list[Bar]:
    ours = _spans(written.days)
    bars = _bars(ours, _spans(published.days) if published is not None else None, _)
    order = [_(words) for _longest, words in SPANS]
    return sorted(bars, key=lambda bar: order.index(bar.label) if bar.label in order else len(order))


def _spans(days: Mapping[int, int]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for day, cases in days.items():
        name = next((words for longest, words in SPANS if day < longest), N_("longer"))
        counted[name] = counted.get(name, 0) + cases
    return counted


def _queues(written: Figures, published: Figures | None, days: int) -> list[Columns]:
    names = sorted({*written.work, *(published.work if published is not None else ())})
    weeks = (days + 6) // 7
    found = []
    for name in names:
        ours = _weeks(written.work.get(name, {}), weeks)
        theirs = _weeks(published.work.get(name, {}), weeks) if published is not None else None
        found.append(_queue(name, ours, theirs, days))
    return found


def _weeks(by_day: Mapping[int, int], weeks: int) -> list[int]:
    counted = [0] * weeks
    for day, count in by_day.items():
        counted[min(day // 7, weeks - 1)] += count
    return counted


def _queue(name: str, ours: Sequence[int], theirs: Sequence[int] | None, days: int) -> Columns:
    top = max([*ours, *(theirs or ()), 1])
    room, slot = HEIGHT - BOTTOM - 8, (WIDTH - LEFT) / len(ours)
    width = slot * (0.4 if theirs is not None else 0.8)
    columns = []
    for number, count in enumerate(ours):
        beside = theirs[number] if theirs is not None else 0
        height, beside_height = room * count / top, room * beside / top
        x = LEFT + slot * number + slot * 0.1
        columns.append(
            Column(
                week=number + 1,
                written=count,
                published=beside if theirs is not None else None,
                x=round(x, 1),
                width=round(width, 1),
                y=round(HEIGHT - BOTTOM - height, 1),
                height=round(height, 1),
                published_x=round(x + width, 1),
                published_y=round(HEIGHT - BOTTOM - beside_height, 1),
                published_height=round(beside_height, 1),
            )
        )
    return Columns(title=titled(name), a_day=f"{sum(ours) / days:.1f}", columns=columns, top=top)
