"""Column types that mean the same on SQLite and PostgreSQL: moments with a zone, exact decimals, plain JSON.

SQLite has neither a decimal nor a zone: money is kept there as whole cents and water as thousandths of a ccf, so that
sums stay exact; PostgreSQL keeps both as NUMERIC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Numeric
from sqlalchemy.types import TypeDecorator, TypeEngine

FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)  #: where work without a due date stands in a list ordered by due


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; a time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, as the engine takes it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no zone; give an aware time")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Exact(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places; a value with more places is refused, never rounded in silence."""

    impl = Numeric
    cache_ok = True
    precision = 14
    places = 2

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC where it is exact, a whole number of the smallest unit on SQLite."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(self.precision, self.places))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | None:
        """The value with exactly this column's places."""
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError(f"{value} is a float; give a Decimal")
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimal places")
        return int(scaled) if dialect.name == "sqlite" else Decimal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The value as a Decimal with this column's places."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return Decimal(int(value)).scaleb(-self.places)
        return Decimal(value).quantize(Decimal(1).scaleb(-self.places))


class Usd(_Exact):
    """An amount of US dollars, to the cent."""

    cache_ok = True


class Ccf(_Exact):
    """Hundreds of cubic feet of water, to the thousandth."""

    cache_ok = True
    precision = 12
    places = 3


class PlainJson(TypeDecorator[Any]):
    """A plain JSON value in the order in which it was written; None is NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True
