"""The district's clock in a demonstration: where it stands, how fast it goes; outside one there is none and time is real.

The row is moved up every second while the product runs, so that the clock stands still while it is down, however it went down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from store.tables.clock import DistrictClock


@dataclass(frozen=True, kw_only=True)
class Clock:
    """A clock that shows `district` at the real time `real` and goes `speed` times as fast, or stands still."""

    real: datetime
    district: datetime
    speed: float
    paused: bool

    def at(self, real: datetime) -> datetime:
        """The district's time at a real time."""
        if self.paused:
            return self.district
        return self.district + (real - self.real) * self.speed

    def real_delay(self, due: datetime, real: datetime) -> timedelta | None:
        """How long in real time until the district's clock shows `due`; None while it stands still."""
        if self.paused:
            return None
        return max(timedelta(0), (due - self.at(real)) / self.speed)


def read_clock(session: Session) -> Clock | None:
    """The demonstration's clock; None where time is real."""
    row = session.get(DistrictClock, 1)
    if row is None:
        return None
    return Clock(real=row.epoch_real, district=row.epoch_district, speed=row.speed, paused=row.paused)


def district_now(session: Session) -> datetime:
    """The time that acts are dated with: the demonstration's, else the real one, in UTC."""
    clock = read_clock(session)
    real = datetime.now(UTC)
    return real if clock is None else clock.at(real)


def set_clock(session: Session, clock: Clock) -> None:
    """Makes this the district's clock."""
    row = session.get(DistrictClock, 1) or DistrictClock(epoch_real=clock.real, epoch_district=clock.district)
    row.epoch_real, row.epoch_district = clock.real, clock.district
    row.speed, row.paused = clock.speed, clock.paused
    session.add(row)
