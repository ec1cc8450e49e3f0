"""The process that plays a rehearsal: of its own, with a low priority and limits, so that the desk keeps its pace.

It tells the store how far it is, and stops when somebody has cancelled it there; so any server can show it."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL

from api.examining import FILE
from api.library import library_of
from api.rehearsing.books import Facts, Row, every_row
from api.rehearsing.figures import figures, kept_beside
from definitions.language.compiled import Compiled, from_bytes
from definitions.language.library import with_case
from definitions.language.loader import load, load_model
from definitions.language.model import CaseDefinition
from definitions.language.sentences import Sentence, say, sentence_of
from store.engine import Store, open_store
from store.queries import bench
from store.tables.definitions import DefinitionVersion, Rehearsal
from workflows.machine.machine import Machine
from workflows.machine.rehearse import Tally, rehearse
from workflows.machine.script import Script, script_of

NICENESS: Final = 10
MEMORY: Final = 2 * 1024**3  #: bytes that it may take
LONGEST_S: Final = 600.0  #: then it stops, and shows the cases that it has played
TELLS_EACH_S: Final = 0.5
SEED: Final = 1  #: of every rehearsal, so that two can be compared


@dataclass(frozen=True, kw_only=True)
class Play:
    """What a process needs to play a rehearsal."""

    rehearsal: str
    database: URL
    folder: Path  #: of the definitions that the text leans on
    at: datetime  #: the district's time


class Cancelled(Exception):
    """Somebody has cancelled the rehearsal."""


def play(asked: Play) -> None:
    """Plays the rehearsal to its end; what goes wrong stands in its row."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    store = open_store(asked.database, pool_size=1)
    try:
        _Playing(store, asked).to_the_end()
    except Cancelled:
        pass
    except Exception as error:
        sentence = _sentence(error)
        _tell(store, asked.rehearsal, status="failed", sentence=sentence, said=kept_beside([sentence]))
        raise
    finally:
        store.close()


class _Playing:
    """One rehearsal: the text, and perhaps a published version, over the same cases."""

    def __init__(self, store: Store, asked: Play) -> None:
        self.store = store
        self.asked = asked
        self.ends_at = time.monotonic() + LONGEST_S
        self.told = 0.0
        self.played = 0
        with store.reading() as session:
            self.row = session.get_one(Rehearsal, asked.rehearsal)
            self.newest = bench.newest_version(session, self.row.definition)

    def to_the_end(self) -> None:
        script = script_of(self.asked.folder, self.row.definition)
        compiled = [self._draft(), *self._published()]
        rows = every_row(
            self.store,
            compiled[0],
            script,
            owing=self.row.accounts == "owing",
            most=self.row.cases,
            at=self.asked.at,
        )
        self._tell(status="running", total=len(rows) * len(compiled))
        found = [self._played(each, script, rows) for each in compiled]
        short = None
        if time.monotonic() > self.ends_at:
            minutes = round(LONGEST_S / 60)
            short = say("stopped after %(minutes)s minutes, before all cases were played", minutes=minutes)
        self._tell(
            status="done",
            done=self.played,
            sentence=short,
            result=[figures(each).model_dump(mode="json") for each in found],
            said=kept_beside([short, *(sentence for each in found for sentence in each.sentences())]),
        )

    def _draft(self) -> Compiled:
        document = load(self.row.source, FILE)
        definition, problems = load_model(document, CaseDefinition)
        if definition is None:
            raise ValueError(say("the text cannot be read: %(why)s", why=problems[0].message))
        library = with_case(library_of(self.asked.folder), definition, document, self.row.source)
        return library.compile(definition.case, version=self.newest)

    def _published(self) -> Iterator[Compiled]:
        if self.row.against is None:
            return
        with self.store.reading() as session:
            version = session.get(DefinitionVersion, (self.row.definition, self.row.against))
        if version is None:
            raise ValueError(say("version %(version)s was never published", version=self.row.against))
        yield from_bytes(version.compiled)

    def _played(self, compiled: Compiled, script: Script, rows: list[Row]) -> Tally:
        machine = Machine(compiled)
        tally = Tally()
        opening = machine.setting.opening(self.row.begin)
        facts = Facts(store=self.store, compiled=compiled, at=self.asked.at)
        for each in rehearse(machine, rows, script, begin=opening, days=self.row.days, seed=SEED, books=facts):
            tally.add(each)
            self.played += 1
            if time.monotonic() > self.ends_at:
                break
            if time.monotonic() - self.told >= TELLS_EACH_S:
                self._tell(done=self.played)
        return tally

    def _tell(self, **values: Any) -> None:
        self.told = time.monotonic()
        if not _tell(self.store, self.asked.rehearsal, **values):
            raise Cancelled


def _tell(store: Store, rehearsal: str, **values: Any) -> bool:
    with store.writing() as session:
        return bench.tell(session, rehearsal, datetime.now(UTC), **values)


def _sentence(error: Exception) -> str:
    """What is said of an error; of one that no author can have caused the type alone, as it might name somebody."""
    if isinstance(error, MemoryError):
        return say("it took more memory than it may have; play fewer cases")
    if not isinstance(error, ValueError | LookupError):
        return type(error).__name__
    sentence = sentence_of(error)
    return sentence if isinstance(sentence, Sentence) else sentence[:500]
