"""What the application works with, made once at its start and handed to every request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from temporalio.converter import PayloadCodec

from activities.files import FileStore
from activities.world import World
from api.counting import Counted
from api.engine import CaseEngine
from api.security.openid import OpenIdProvider
from api.security.pace import Pace
from definitions.language.pack import District
from store.engine import Store
from store.tries import Allowed


@dataclass(frozen=True, kw_only=True)
class Services:
    """Store, case engine, district and clock."""

    store: Store
    district: District
    now: Callable[[], datetime]  #: the district's time
    engine: CaseEngine
    files: FileStore
    definitions: Path  #: the folder of the district's laws, lists, tables and letters, that new versions lean on
    codec: PayloadCodec | None = None  #: what payloads are encrypted with; None: they are readable
    temporal_pages: str | None = None  #: origin of Temporal's own pages, which may ask for payloads to be decoded
    idle: timedelta | None = None  #: after so long without its person a session is locked; None: never
    address: str | None = None  #: that browsers reach it at, where a proxy stands before it
    passwords: bool = True  #: whether people may sign in with one
    openid: OpenIdProvider | None = None  #: the district's identity provider; None: passwords alone
    session_lasts: timedelta = timedelta(hours=12)  #: after it one signs in again, however busy one is
    tries: Allowed = field(default_factory=Allowed)  #: to sign in
    pace: Pace = field(default_factory=lambda: Pace(per_minute=0))  #: of each token and session
    counted: Counted = field(default_factory=Counted)  #: what is counted over very many rows

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the district's days are counted in."""
        return ZoneInfo(self.district.time_zone)

    @property
    def world(self) -> World:
        """What deliveries to cases work with; they touch no file."""
        return World(store=self.store, client=self.engine.client, task_queue=self.engine.task_queue, files=Path())

    def today(self) -> date:
        """The civil date at the district."""
        return self.now().astimezone(self.zone).date()


def services(request: Request) -> Services:
    """The services that the application was started with."""
    found: Services = request.app.state.services
    return found


Office = Annotated[Services, Depends(services)]
