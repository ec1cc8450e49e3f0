"""Load a CSV file of the district's billing system: good rows load, each bad one is reported, nothing loads twice."""

from __future__ import annotations

import csv
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from definitions.language.sentences import beside, say, sentence_of
from store.engine import Store
from store.importing.books import Key, Values
from store.importing.kinds import KINDS, Kind
from store.importing.values import Column, FieldError, Reading
from store.tables.base import table_of
from store.tables.imports import ImportBadRow, ImportRun

BATCH = 1000
MOST_REPORTED = 10_000  #: bad rows that are told one by one; the rest is counted
MOST_KEPT = 1000  #: bad rows that finance finds with the run

Progress = Callable[[int, int], None]
"""Called with the bytes that have been read and the bytes of the file."""


class ImportFileError(Exception):
    """A file that cannot be read at all: `code` is stable, the sentence is for people."""

    code = "bad-import-file"


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that did not load."""

    file: str
    line: int  #: on which the row begins; the header is line 1
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(kw_only=True, slots=True)
class ImportReport:
    """What an import did."""

    kind: str
    file: str
    loaded: int = 0
    known: int = 0  #: rows that were there already
    amended: int = 0  #: rows that were there and have changed as they may: a payment returned, a meter removed
    bad: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)  #: the first MOST_REPORTED

    def refuse(self, line: int, reason: str) -> None:
        """Report a bad row."""
        self.bad += 1
        if len(self.bad_rows) < MOST_REPORTED:
            self.bad_rows.append(BadRow(file=self.file, line=line, reason=reason))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    line: int
    values: Values
    key: Key


def import_file(
    store: Store,
    kind_name: str,
    path: Path,
    *,
    by: str,
    now: datetime,
    reading: Reading,
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """What loading this file did; ImportFileError when it cannot be read or its header is wrong.

    Each thousand rows are one transaction: an import that is broken off goes on where it was when it is run again."""
    kind = _kind(kind_name)
    report = ImportReport(kind=kind.name, file=path.name)
    run = _begin(store, report, path, by, now)
    batch: list[_Row] = []
    for row in _rows(kind, path, reading, report, progress):
        batch.append(row)
        if len(batch) == BATCH:
            _load(store, kind, batch, report, now)
            batch = []
    if batch:
        _load(store, kind, batch, report, now)
    report.bad_rows.sort(key=lambda bad: bad.line)
    with store.writing() as session:
        session.connection().execute(
            update(ImportRun)
            .where(col(ImportRun.id) == run)
            .values(ended_at=now, loaded=report.loaded + report.amended, known=report.known, bad=report.bad)
        )
        session.add_all(
            ImportBadRow(
                run_id=run, number=number, line=row.line, reason=str(row.reason), reason_said=beside(row.reason)
            )
            for number, row in enumerate(report.bad_rows[:MOST_KEPT], start=1)
        )
    return report


def _kind(name: str) -> Kind:
    if name not in KINDS:
        near = get_close_matches(name, KINDS, 1)
        hint = f"; {near[0]} is near" if near else ""
        raise ImportFileError(f"there is no import of {name}{hint}; there are {', '.join(KINDS)}")
    return KINDS[name]


def _begin(store: Store, report: ImportReport, path: Path, by: str, now: datetime) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError as wrong:
        raise ImportFileError(f"{path.name} cannot be read: {wrong.strerror}") from wrong
    run = ImportRun(
        id=f"im-{secrets.token_hex(6)}",
        kind=report.kind,
        file_name=path.name,
        file_digest=digest.hexdigest(),
        started_at=now,
        by=by,
    )
    with store.writing() as session:
        session.connection().execute(insert(ImportRun), run.model_dump())
    return run.id


def _rows(kind: Kind, path: Path, reading: Reading, report: ImportReport, progress: Progress) -> Iterator[_Row]:
    """The rows of a file whose fields are what their columns want; the others go to the report."""
    size = path.stat().st_size
    # What is not UTF-8 comes as surrogates, so that one wrong letter costs one row and not the file.
    with path.open("rb") as raw:
        reader = csv.reader(TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline=""), strict=True)
        try:
            header = _header(kind, next(reader, []), report.file)
        except csv.Error as wrong:
            raise ImportFileError(f"{report.file}:1: the header cannot be read: {wrong}") from wrong
        number = 0
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                break
            except csv.Error as wrong:
                report.refuse(line, say("the line is no CSV: %(why)s", why=str(wrong)))
                continue
            number += 1
            if number % BATCH == 0:
                progress(raw.tell(), size)
            if not any(fields):
                continue
            try:
                values = _values(kind, header, fields, reading)
            except FieldError as wrong:
                report.refuse(line, sentence_of(wrong))
                continue
            yield _Row(line=line, values=values, key=tuple(values[name] for name in kind.key))
    progress(size, size)


def _header(kind: Kind, names: list[str], file: str) -> list[str]:
    header = [name.strip().lower() for name in names]
    columns = {column.name: column for column in kind.columns}
    for name in header:
        if name not in columns:
            near = get_close_matches(name, columns, 1)
            hint = f"; {near[0]} is near" if near else ""
            raise ImportFileError(
                f"{file}:1: {kind.name} have no column {name!r}{hint}; they have {', '.join(columns)}"
            )
        if header.count(name) > 1:
            raise ImportFileError(f"{file}:1: column {name} is there twice")
    missing = [name for name, column in columns.items() if column.required and name not in header]
    if missing:
        raise ImportFileError(f"{file}:1: column {', '.join(missing)} is missing; {kind.name} need it")
    return header


def _values(kind: Kind, header: list[str], fields: list[str], reading: Reading) -> Values:
    if len(fields) != len(header):
        raise FieldError(
            say("the line has %(fields)s fields; the header has %(header)s", fields=len(fields), header=len(header))
        )
    given = dict(zip(header, fields, strict=True))
    values: Values = {}
    for column in kind.columns:
        raw = given.get(column.name, "").strip()
        if not raw:
            if column.required:
                raise FieldError(
                    say("column %(column)s is empty; it is needed: %(what)s", column=column.name, what=column.meaning)
                )
            values[column.name] = column.default
            continue
        if any("\udc80" <= letter <= "\udcff" for letter in raw):
            raise FieldError(
                say("column %(column)s has bytes that are not UTF-8; save the file as UTF-8", column=column.name)
            )
        try:
            values[column.name] = _value(column, raw, reading)
        except FieldError as wrong:
            raise FieldError(
                say("column %(column)s %(wrong)s", column=column.name, wrong=sentence_of(wrong))
            ) from wrong
    kind.check(values)
    return values


def _value(column: Column, raw: str, reading: Reading) -> Any:
    value = column.read(raw, reading.zone)
    wrong = reading.unprintable(raw) if column.printed else None
    if wrong is not None:
        raise FieldError(wrong)
    return value


def _load(store: Store, kind: Kind, batch: list[_Row], report: ImportReport, now: datetime) -> None:
    """Load a batch; when the database refuses it as a whole, row by row, so that only the bad ones are left out."""
    at = now.astimezone(UTC)
    try:
        with store.writing() as session:
            counted = _load_together(session, kind, batch, at)
    except IntegrityError:
        for row in batch:
            try:
                with store.writing() as session:
                    counted = _load_together(session, kind, [row], at)
            except IntegrityError as wrong:
                report.refuse(row.line, _clash(kind, row, wrong))
            else:
                _count(report, counted)
    else:
        _count(report, counted)


@dataclass(kw_only=True, slots=True)
class _Counted:
    loaded: int = 0
    known: int = 0
    amended: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)


def _count(report: ImportReport, counted: _Counted) -> None:
    report.loaded += counted.loaded
    report.known += counted.known
    report.amended += counted.amended
    for line, reason in counted.bad:
        report.refuse(line, reason)


def _load_together(session: Session, kind: Kind, batch: list[_Row], at: datetime) -> _Counted:
    connection = session.connection()
    counted = _Counted()
    known = kind.known(connection, [row.key for row in batch])
    there = {name: _existing(connection, kind, name, batch) for name, _model in kind.refers}
    new: list[_Row] = []
    for row in batch:
        missing = next((name for name in there if row.values[name] and row.values[name] not in there[name]), None)
        if missing is not None:
            told = say(
                "column %(column)s has %(value)s, which is not in the books",
                column=missing,
                value=str(row.values[missing]),
            )
            counted.bad.append((row.line, told))
        elif row.key not in known:
            known[row.key] = row.values
            new.append(row)
        elif all(known[row.key][name] == row.values[name] for name in kind.same):
            counted.known += 1
        elif not any(row.key == other.key for other in new) and kind.amend(connection, row.values, known[row.key], at):
            known[row.key] = row.values
            counted.amended += 1
        else:
            differs = next(name for name in kind.same if known[row.key][name] != row.values[name])
            told = say("%(name)s is in the books already, with another %(column)s", name=_named(row), column=differs)
            counted.bad.append((row.line, told))
    if new:
        kind.load(connection, [row.values for row in new], at)
    counted.loaded = len(new)
    return counted


def _existing(connection: Connection, kind: Kind, name: str, batch: list[_Row]) -> set[str]:
    model = dict(kind.refers)[name]
    ids = {row.values[name] for row in batch if row.values[name]}
    identity = table_of(model).c.id
    return set(connection.execute(select(identity).where(identity.in_(ids))).scalars())


def _named(row: _Row) -> str:
    return " ".join(str(part) for part in row.key)


def _clash(kind: Kind, row: _Row, wrong: IntegrityError) -> str:
    said = str(wrong.orig).lower()
    if "serial" in said:
        return say("column serial has %(serial)s, which another meter has", serial=str(row.values["serial"]))
    if "period_end" in said:
        return say(
            "account %(account)s has another bill for the period that ends %(day)s",
            account=str(row.values["account"]),
            day=str(row.values["period_end"]),
        )
    return say("%(name)s clashes with what is in the books", name=_named(row))
