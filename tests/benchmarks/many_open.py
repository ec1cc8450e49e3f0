"""Opening very many cases, in stretches: what is open already is not opened again, and each stretch is written down."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlmodel import col, select

from store.engine import Store
from store.tables.cases import CaseRow


@dataclass(kw_only=True)
class Opening:
    """What the opening of a place's cases came to so far, kept beside them."""

    file: Path | None  #: None: the place is not kept
    cases: int = 0  #: opened, but for stretches whose process was killed
    seconds: float = 0.0  #: which that took
    bytes_before: int = 0  #: of the database, without cases
    bytes_held: int = 0  #: the same, after the last stretch
    memory_before: dict[str, float] = field(default_factory=dict)  #: MB of each kind of process, without cases
    memory_held: dict[str, float] = field(default_factory=dict)  #: the same, after the last stretch

    @classmethod
    def read(cls, folder: Path | None) -> Opening:
        """What is known of a place."""
        file = folder / "opening.json" if folder is not None else None
        return cls(file=file, **(json.loads(file.read_text()) if file is not None and file.exists() else {}))

    def write(self) -> None:
        """Keeps it, where the place is kept."""
        if self.file is not None:
            known = asdict(self)
            del known["file"]
            self.file.write_text(json.dumps(known))

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Adds the block's time, also where it is broken off."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began
            self.write()


def ids_of(seed: int, number: int) -> list[str]:
    """The ids of a seed's cases: of more cases those of fewer are the first."""
    chance = random.Random(seed)
    return [f"c-{chance.getrandbits(48):012x}" for _ in range(number)]


def known_cases(store: Store, definition: str) -> dict[str, bool]:
    """The cases that were opened before, and whether each still is open."""
    with store.reading() as session:
        query = select(CaseRow.id, col(CaseRow.closed_at).is_(None)).where(CaseRow.definition == definition)
        return dict(session.exec(query).all())
