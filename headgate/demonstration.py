"""`headgate up --speed` and `headgate clock`: a demonstration in which the district's time runs faster than the real one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import typer
from sqlmodel import select

from headgate.errors import CannotStart
from headgate.settings import Settings
from headgate.simulation.beginning import is_pending
from store.clock import Clock, read_clock, set_clock
from store.engine import Store, open_store
from store.tables.cases import CaseRow

_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])\s*/\s*s")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
BEAT_SECONDS = 1.0

clock = typer.Typer(help="The district's clock in a demonstration.", no_args_is_help=True)


def parse_speed(text: str) -> float:
    """District seconds in a real second: `1d/s` is 86,400; raises CannotStart for anything else."""
    found = _SPEED.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise CannotStart(f'"{text}" is no speed; write how much time passes in a second: 1d/s, 6h/s, 30m/s')
    return float(found[1]) * _SECONDS[found[2]]


def start(store: Store, speed: float | None) -> Clock | None:
    """The clock, going on where it stood; None where time is real. Raises CannotStart where cases live in real time."""
    with store.writing() as session:
        known = read_clock(session)
        if known is None and speed is None:
            return None
        if known is None and not is_pending(store) and session.exec(select(CaseRow.id).limit(1)).first() is not None:
            raise CannotStart(
                "this folder holds cases that live in real time; give the demonstration one of its own: "
                "HEADGATE_HOME=.headgate-demo"
            )
        now = datetime.now(UTC)
        going = replace(
            known or Clock(real=now, district=now, speed=1.0, paused=False),
            real=now,
            speed=speed or (known.speed if known else 1.0),
        )
        set_clock(session, going)
        return going


def beat(store: Store) -> None:
    """Moves the row up to where the clock stands, so that it goes on from here after the product was down."""
    with store.writing() as session:
        known = read_clock(session)
        if known is not None and not known.paused:
            now = datetime.now(UTC)
            set_clock(session, replace(known, real=now, district=known.at(now)))


@contextmanager
def ticking(store: Store, going: Clock | None) -> Iterator[None]:
    """Beats every second while the block runs, and once at its end."""
    if going is None:
        yield
        return
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(BEAT_SECONDS):
            beat(store)

    thread = threading.Thread(target=tick, name="district-clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        beat(store)


@contextmanager
def _changing() -> Iterator[list[Clock]]:
    """The demonstration's clock as it stands, to be replaced by what the block appends."""
    store = open_store(Settings().database)
    try:
        with store.writing() as session:
            known = read_clock(session)
            if known is None:
                typer.echo(
                    "headgate: time is real here; a demonstration is started by headgate up --speed 1d/s", err=True
                )
                raise typer.Exit(1)
            now = datetime.now(UTC)
            changed = [replace(known, real=now, district=known.at(now))]
            yield changed
            set_clock(session, changed[-1])
            typer.echo(f"{changed[-1].district:%A %d %B %Y %H:%M} UTC{', paused' if changed[-1].paused else ''}")
    finally:
        store.close()


@clock.command()
def show() -> None:
    """Say what time it is in the district."""
    with _changing():
        pass


@clock.command()
def pause() -> None:
    """Let the clock stand still."""
    with _changing() as known:
        known.append(replace(known[-1], paused=True))


@clock.command()
def resume() -> None:
    """Let the clock go on."""
    with _changing() as known:
        known.append(replace(known[-1], paused=False))


@clock.command(name="next-day")
def next_day() -> None:
    """Put the clock forward by a day."""
    with _changing() as known:
        known.append(replace(known[-1], district=known[-1].district + timedelta(days=1)))
