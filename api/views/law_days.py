"""What the mailing of a letter begins in law: from which day on each rule that counts from it allows a shut-off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import Field
from sqlmodel import Session, col, select

from api.calendar import calendar_of
from api.library import published
from api.services import Services
from api.views.shown import Shown
from definitions.language.calendars import CalendarError
from definitions.language.counting import first_day_after
from definitions.language.durations import Duration
from definitions.language.pack import Rule
from definitions.language.rules import Conditional, Since, parse_requirement
from store.tables.cases import CaseRow
from store.tables.papers import Letter


class LawDayView(Shown):
    """One rule that counts from the mailing of one kind of letter."""

    template: str = Field(examples=["final-notice"])
    rule: str = Field(examples=["WSP-9"])
    source: str = Field(examples=["Health & Safety Code 116908(a)(1)(A)"])
    title: str
    span: str = Field(description="So much time after the mailing, whose own day is left out.", examples=["10 days"])
    mailed_on: date
    allows_from: date = Field(description="The first day on which this rule alone allows a shut-off.")
    confirmed: bool = Field(description="Whether counsel has confirmed the rule.")


def law_days(session: Session, office: Services, batch_id: str, mailed_on: date) -> list[LawDayView]:
    """What this mailing begins, by letter and rule, by the laws of the letters' own cases."""
    query = (
        select(Letter.template, CaseRow.definition, CaseRow.version)
        .join(CaseRow, col(CaseRow.id) == col(Letter.case_id))
        .where(Letter.batch == batch_id, Letter.status != "recalled")
        .distinct()
    )
    calendar = calendar_of(office)
    found: dict[tuple[str, str], LawDayView] = {}
    for template, definition, version in session.exec(query):
        for law in published(session, definition, version).laws:
            for rule in law.rules:
                for span in _spans(rule, f"letter {template} mailed"):
                    try:
                        first = first_day_after(span, mailed_on, calendar)
                    except CalendarError:
                        continue  # the calendar does not list that year: no day is promised
                    found[template, rule.id] = LawDayView(
                        template=template,
                        rule=rule.id,
                        source=rule.source,
                        title=rule.title or "",
                        span=str(span),
                        mailed_on=mailed_on,
                        allows_from=first,
                        confirmed=rule.confirmed,
                    )
    return [found[key] for key in sorted(found)]


def _spans(rule: Rule, happened: str) -> Iterator[Duration]:
    """The spans that the rule counts from what happened."""
    if rule.require is None:
        return
    requirement = parse_requirement(rule.require)
    since = requirement.then if isinstance(requirement, Conditional) else requirement
    if isinstance(since, Since) and since.span is not None and happened in {each.name for each in since.any_of}:
        yield since.span
