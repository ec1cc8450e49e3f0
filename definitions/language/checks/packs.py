"""What case definitions lean on: district, lists, tables, letters, and the names of files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from definitions.catalogue.facts import FACTS
from definitions.language.checks.fields import data
from definitions.language.document import Path
from definitions.language.expressions import Environment, ExpressionError
from definitions.language.library import DISTRICT, Library
from definitions.language.money import MoneyError, parse_money
from definitions.language.pack import District
from definitions.language.places import Reporter
from definitions.language.problems import Problem, near_miss, register_codes
from definitions.language.schemas import schema_of
from definitions.language.sentences import say, sentence_of
from definitions.language.tables import check_table

register_codes(
    no_district="The folder has no district.yaml, and every case leans on it.",
    file_name="A file is not called like the definition in it, so that nobody would find it.",
    bad_limit="An approval limit is an amount of money for a role.",
    letter_sample="A letter has no sample beside it, or one that cannot be read, so that it could not be tried.",
    unknown_letter="A letter that has no template in the folder letters/.",
    table_value="A condition or a result that does not fit the type of its column.",
    table_column="A cell of a column that the table does not have.",
    table_gap="No row of a table fits some values, so that a case would stop there.",
    table_overlap="Two rows fit the same values in a table that says exactly one does.",
    list_unguarded="A list asks whether something is lawful that no law is about.",
    run_unheard="A run through the accounts raises an event on which no case type opens.",
    table_dead_row="A row of a table is never reached, because the rows above it take all that fits it.",
)


def district(library: Library) -> Iterator[Problem]:
    """The district's own names."""
    found = library.district
    if found is None:
        if ("district", "district") not in library.documents:
            file = str(library.folder / DISTRICT)
            message = say("the folder has no district.yaml; it names the district's roles, queues and crews")
            yield Problem(file=file, line=1, column=1, code="no-district", message=message)
        return
    report = Reporter(document=library.documents["district", "district"])
    for name, queue in found.queues.items():
        yield from roles(library, report, queue.roles, ("queues", name, "roles"))
    for name, crew in found.crews.items():
        yield from roles(library, report, crew.roles, ("crews", name, "roles"))
    for name, hold in found.holds.items():
        yield from roles(library, report, hold.placed_by, ("holds", name, "placed-by"))
    if found.calendar not in library.calendars:
        message = say("no calendar is called %(near)s", near=near_miss(found.calendar, library.calendars))
        yield report.problem(("calendar",), "unknown-calendar", message)
    yield from _runs(library, found, report)
    for number, reason in enumerate(found.counter):
        for index, case in enumerate(reason.cases):
            if case not in library.cases:
                message = say("no case type is called %(near)s", near=near_miss(case, library.cases))
                yield report.problem(("counter", number, "cases", index), "unknown-case", message)
    for kind, limits in found.limits.items():
        for role, amount in limits.items():
            place = ("limits", kind, role)
            yield from _role(library, report, role, place, key=True)
            try:
                negative = parse_money(amount) < 0
            except MoneyError as error:
                yield report.problem(place, "bad-limit", sentence_of(error))
            else:
                if negative:
                    yield report.problem(
                        place, "bad-limit", say('"%(amount)s" is below nothing; a limit is at least 0', amount=amount)
                    )


def _runs(library: Library, found: District, report: Reporter) -> Iterator[Problem]:
    heard = {event for case in library.cases.values() for event in case.opens_on}
    facts = schema_of({name: fact.field for name, fact in FACTS.items()})
    for name, run in found.runs.items():
        if run.event not in heard:
            message = say("no case type opens on %(near)s", near=near_miss(run.event, heard))
            yield report.problem(("runs", name, "event"), "run-unheard", message)
        if run.when is not None:
            try:
                Environment(facts=facts).compile(run.when)
            except ExpressionError as error:
                yield report.expression(("runs", name, "when"), error)


def roles(library: Library, report: Reporter, named: Iterable[str], place: Path) -> Iterator[Problem]:
    """Each of the roles that is not the district's."""
    for index, role in enumerate(named):
        yield from _role(library, report, role, (*place, index))


def _role(library: Library, report: Reporter, role: str, place: Path, *, key: bool = False) -> Iterator[Problem]:
    known = library.district.roles if library.district is not None else {}
    if role not in known:
        yield report.problem(
            place, "unknown-role", say("no role is called %(near)s", near=near_miss(role, known)), key=key
        )


def lists(library: Library) -> Iterator[Problem]:
    """Who reviews each list."""
    for name, review in library.lists.items():
        report = Reporter(document=library.documents["lists", name])
        if library.district is not None:
            yield from roles(library, report, review.review, ("review",))
        guarded = {tag for law in library.laws.values() for tag in law.before}
        for index, tag in enumerate(review.lawful):
            if tag not in guarded:
                message = say(
                    "no law is about the tag %(near)s, so that nothing is asked", near=near_miss(tag, guarded)
                )
                yield report.problem(("lawful", index), "list-unguarded", message)


def tables(library: Library) -> Iterator[Problem]:
    """Each decision table: values, gaps, overlaps, rows that are never reached."""
    for name, table in library.tables.items():
        report = Reporter(document=library.documents["tables", name])
        for columns, fields in (("inputs", table.inputs), ("outputs", table.outputs)):
            yield from data(report, fields, (columns,))
        for finding in check_table(table):
            place: Path = ("rows",) if finding.row is None else ("rows", finding.row)
            if finding.part is not None and finding.column is not None:
                place = (*place, finding.part, finding.column)
            at_key = finding.code in ("table-column", "table-gap")
            yield report.problem(place, finding.code, finding.message, key=at_key)


def letters(library: Library) -> Iterator[Problem]:
    """Each letter's sample."""
    for name in library.letters:
        file = library.folder / "letters" / f"{name}.json"
        if not file.exists():
            message = say('the letter "%(name)s" has no sample; write %(name)s.json beside it', name=name)
            yield Problem(file=str(file), line=1, column=1, code="letter-sample", message=message)
            continue
        try:
            sample = json.loads(file.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            message = say("the sample is not JSON: %(why)s", why=error.msg.lower())
            yield Problem(file=str(file), line=error.lineno, column=error.colno, code="letter-sample", message=message)
            continue
        if not isinstance(sample, dict):
            message = say("the sample is an object with the letter's data")
            yield Problem(file=str(file), line=1, column=1, code="letter-sample", message=message)


_SINGULAR = {"cases": "case", "laws": "law", "lists": "list", "calendars": "calendar", "tables": "table"}


def file_names(library: Library) -> Iterator[Problem]:
    """A definition lies in the file of its name."""
    for (kind, name), document in library.documents.items():
        key = _SINGULAR.get(kind)
        if key is None or not isinstance(document.value, dict):
            continue
        written = document.value.get(key)
        if isinstance(written, str) and written != name:
            message = say(
                'this %(key)s is called "%(written)s" and lies in %(name)s.yaml; call the file %(written)s.yaml',
                key=key,
                written=written,
                name=name,
            )
            yield document.problem((key,), "file-name", message)
