"""`headgate export`: the history of a case type as an event log that process-mining tools read (XES, IEEE 1849-2016).

A case is a trace, a step an event. There is nothing personal in it: no data of the case, no account; who acted is the short
name of a user of the district.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import chain
from pathlib import Path
from typing import Annotated
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl
from zoneinfo import ZoneInfo

import typer

from definitions.language.library import load_library
from headgate import opening
from headgate.errors import fail
from headgate.settings import Settings
from store.queries.cases import histories
from store.tables.cases import CaseRow, StepRow

_NO_ATTRIBUTES: AttributesImpl[str] = AttributesImpl({})
_EXTENSIONS = {"concept": "Concept", "time": "Time", "org": "Organizational", "lifecycle": "Lifecycle"}
_GLOBALS = {
    "trace": (("string", "concept:name", "none"),),
    "event": (
        ("string", "concept:name", "none"),
        ("date", "time:timestamp", "1970-01-01T00:00:00+00:00"),
        ("string", "lifecycle:transition", "complete"),
    ),
}


def export(
    case: Annotated[str, typer.Argument(help="The case type, such as high-consumption.")],
    to: Annotated[Path, typer.Option(dir_okay=False, help="The file to write, such as complaints.xes.")],
    since: Annotated[str | None, typer.Option("--from", help="Cases opened on this day or later: 2026-03-02.")] = None,
    until: Annotated[str | None, typer.Option(help="Cases opened on this day or earlier.")] = None,
) -> None:
    """Write the history of a case type as an event log (XES) for process mining."""
    district = load_library(Settings().definitions).district
    zone = ZoneInfo(district.time_zone if district else "America/Los_Angeles")
    first, last = _midnight(since, zone), _midnight(until, zone, later=timedelta(days=1))
    with opening.reading() as session:
        found = histories(session, case, since=first, before=last)
        one = next(found, None)
        if one is None:
            fail(f'there is no case of the type "{case}" to export')
        count = write_xes(to, case, chain([one], found))
    typer.echo(f"{count} cases written to {to}")


def write_xes(file: Path, title: str, histories: Iterable[tuple[CaseRow, list[StepRow]]]) -> int:
    """Writes the cases and their steps as XES 2.0 and returns how many cases there were."""
    count = 0
    with file.open("wb") as out:
        xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
        xml.startDocument()
        log = {"xes.version": "2.0", "xes.features": "", "xmlns": "http://www.xes-standard.org/"}
        xml.startElement("log", AttributesImpl(log))
        for prefix, name in _EXTENSIONS.items():
            _element(xml, "extension", name=name, prefix=prefix, uri=f"http://www.xes-standard.org/{prefix}.xesext")
        for scope, attributes in _GLOBALS.items():
            xml.startElement("global", AttributesImpl({"scope": scope}))
            for kind, key, value in attributes:
                _element(xml, kind, key=key, value=value)
            xml.endElement("global")
        _element(xml, "classifier", name="Activity", keys="concept:name")
        _element(xml, "string", key="concept:name", value=title)
        for case, steps in histories:
            _trace(xml, case, steps)
            count += 1
        xml.endElement("log")
        xml.endDocument()
    return count


def _trace(xml: XMLGenerator, case: CaseRow, steps: list[StepRow]) -> None:
    xml.startElement("trace", _NO_ATTRIBUTES)
    _element(xml, "string", key="concept:name", value=case.id)
    _element(xml, "int", key="headgate:version", value=str(case.version))
    _element(xml, "string", key="headgate:outcome", value=case.outcome or "")
    for step in steps:
        xml.startElement("event", _NO_ATTRIBUTES)
        _element(xml, "string", key="concept:name", value=step.event)
        _element(xml, "date", key="time:timestamp", value=step.at.isoformat(timespec="milliseconds"))
        _element(xml, "string", key="org:resource", value=step.by)
        _element(xml, "string", key="lifecycle:transition", value="complete")
        _element(xml, "int", key="headgate:step", value=str(step.step_no))
        _element(xml, "string", key="headgate:state", value=step.state)
        xml.endElement("event")
    xml.endElement("trace")


def _element(xml: XMLGenerator, tag: str, **attributes: str) -> None:
    xml.startElement(tag, AttributesImpl(attributes))
    xml.endElement(tag)


def _midnight(day: str | None, zone: tzinfo, *, later: timedelta = timedelta(0)) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + later, time.min, zone)
    except ValueError:
        fail(f'"{day}" is no day; write it as 2026-03-02')
