"""Rows that go past the session: many at once, and rows of which there must be one however many ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from archive.database.base import Base


def _table(mapped: type[Base]) -> Table:
    return cast("Table", inspect(mapped).local_table)


def insert_many(session: Session, mapped: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of one class, all with the same columns; what is not given takes the column's default.

    Raises:
        ValueError: the class has folded twins, which only the session fills.
    """
    if mapped.__folded__:
        raise ValueError(f"{mapped.__name__} has folded text")
    if rows:
        session.connection().execute(_table(mapped).insert(), list(rows))


def insert_missing(session: Session, mapped: type[Base], row: Mapping[str, Any]) -> None:
    """Add a row unless there is one of its primary key; of two that do so at once, one waits for the other."""
    connection = session.connection()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(_table(mapped)).values(**row).on_conflict_do_nothing())
