"""The district's clock: one row, so that a demonstration goes on where it stopped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from store.tables.base import Row
from store.types import Moment


class DistrictClock(Row, table=True):
    """District time = `epoch_district` + (real time - `epoch_real`) x `speed`; while paused it is `epoch_district`."""

    __tablename__ = "district_clock"

    id: int = Field(default=1, primary_key=True)
    epoch_real: datetime = Field(sa_type=Moment)
    epoch_district: datetime = Field(sa_type=Moment)
    speed: float = 1.0  #: district seconds in a real second
    paused: bool = False

    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("speed > 0", name="speed"))
