"""The reads that a crew enters: what the meter should show, and whether a doubtful read was looked at twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlmodel import Session

from api.acts.remembering import fields_for
from api.services import Services
from definitions.catalogue.plausible import Expected, doubt, expected, is_register
from definitions.catalogue.reads import Reading, limits
from definitions.language.sentences import say
from store.queries.accounts import reads_of
from store.tables.cases import TaskRow
from store.tables.papers import File
from store.tables.utility import Meter

LOOKED_AT: Final = 30  #: reads of a meter: more than two years of monthly ones


@dataclass(frozen=True, kw_only=True)
class SecondLook:
    """How doubtful reads were confirmed: for each field the register read again, or a photograph of it (a file's id)."""

    reads: Mapping[str, str] = field(default_factory=dict)
    photos: Mapping[str, str] = field(default_factory=dict)


def registers(session: Session, office: Services, task: TaskRow) -> dict[str, Expected]:
    """For each field of the order's form that is the register of its meter: what it should show today."""
    meter = _meter_of(session, task)
    if meter is None:
        return {}
    names = [name for name, spec in fields_for(session, task).items() if is_register(name, spec)]
    if not names:
        return {}
    readings = [
        Reading(on=read.at.astimezone(office.zone).date(), value_ccf=read.value_ccf, kind=read.kind)
        for read in reversed(reads_of(session, meter.id, limit=LOOKED_AT))
    ]
    known = expected(readings, office.today(), digits=meter.digits, limits=limits(office.district.settings))
    return {} if known is None else dict.fromkeys(names, known)


def unconfirmed(
    session: Session, office: Services, task: TaskRow, form: Mapping[str, Any], look: SecondLook
) -> dict[str, str]:
    """For each doubtful read that nobody has looked at twice, why it is doubtful and how it is confirmed."""
    wrong: dict[str, str] = {}
    for name, known in registers(session, office, task).items():
        value = _ccf(form.get(name))
        why = doubt(value, known) if value is not None else None
        if value is None or why is None or _has_photo(session, task, look.photos.get(name)):
            continue
        again = _ccf(look.reads.get(name))
        if again is None:
            wrong[name] = say("%(doubt)s: read the register again, or photograph it", doubt=doubted(why, known))
        elif again != value:
            wrong[name] = say(
                "and the second read differ (%(first)s and %(second)s): enter what the register shows",
                first=f"{value:f}",
                second=f"{again:f}",
            )
    return wrong


def doubted(why: str, known: Expected) -> str:
    """Why a read is doubtful, as the predicate of a sentence."""
    if why == "below":
        return say("is below the last read (%(ccf)s ccf on %(day)s)", ccf=_plain(known.last_ccf), day=known.last_on)
    return say("is far above the usual use (up to %(ccf)s ccf would be expected)", ccf=_plain(known.most_ccf))


def _meter_of(session: Session, task: TaskRow) -> Meter | None:
    """The meter that the order is about: the one it was made for, or the only one there."""
    hung = [meter["id"] for meter in (task.snapshot or {}).get("meters", ())]
    item = task.item.get("id") if isinstance(task.item, Mapping) else task.item
    wanted = item if item in hung else hung[0] if len(hung) == 1 else None
    return session.get(Meter, wanted) if wanted is not None else None


def _has_photo(session: Session, task: TaskRow, file_id: str | None) -> bool:
    file = session.get(File, file_id) if file_id else None
    return file is not None and file.task_id == task.id


def _ccf(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value).strip().replace(",", "")) if value not in (None, "") else None
    except InvalidOperation:
        return None  # what is no number the form's own check refuses
    return number if number is not None and number.is_finite() else None


def _plain(amount: Decimal | None) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
