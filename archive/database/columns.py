"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime.datetime]):
    """An instant, stored in UTC; a naive value is refused instead of guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        """Return the value in UTC.

        Raises:
            ValueError: the value has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        in_utc = value.astimezone(datetime.UTC)
        # SQLite keeps no zone: what is written is UTC, what is read says so again.
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        """Return an aware value in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value.astimezone(datetime.UTC)


class OrderedText(TypeDecorator[str]):
    """Text that Python folded or made a sort key of: compared byte by byte on every database."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:  # noqa: ANN401 - SQLAlchemy's own signature
        """Return a string type with binary collation."""
        collation = "C" if dialect.name == "postgresql" else "BINARY" if dialect.name == "sqlite" else None
        return dialect.type_descriptor(String(collation=collation))


def whole_number() -> TypeEngine[int]:
    """Return the type of every integer: 64 bits everywhere (lengths, offsets, CRC-32 need more than 31)."""
    return BigInteger().with_variant(Integer(), "sqlite")


class Json(TypeDecorator[Any]):
    """JSON types only: dictionaries with text keys, lists, text, numbers, booleans, nothing."""

    impl = JSON
    cache_ok = True
