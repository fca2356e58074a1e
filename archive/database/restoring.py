"""Rows as plain values, and plain values as rows of a database that is being rebuilt."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Column, Date, Table, Uuid, inspect
from sqlalchemy.dialects import postgresql, sqlite

from archive import faults
from archive.database.base import Base
from archive.database.columns import UtcDateTime
from archive.database.connection import Database
from archive.text.folding import fold, sort_key

Plain = dict[str, Any]
"""A row as JSON types, by the names of its columns."""


def to_plain(row: Base, without: frozenset[str] = frozenset()) -> Plain:
    """Return a row as JSON types; the folded twins, which follow from the text, and `without` are left out."""
    left_out = without | _twins(type(row))
    return {
        column.name: _written(getattr(row, column.name))
        for column in _table(type(row)).columns
        if column.name not in left_out
    }


def restore(database: Database, rows: Mapping[type[Base], Sequence[Plain]]) -> None:
    """Add rows in one transaction, parents first; a row of which the key is there already stays as it is.

    Past the scopes and the audit trail: the rows bring their own trail. Columns that a row does not name take
    their default, names that the table does not know any more are left out.

    Raises:
        IntegrityError: a row points to one that is not there, or another one has its place; no row was added.
    """
    with database.write_engine.begin() as connection:
        insert = sqlite.insert if database.is_sqlite else postgresql.insert
        order = [table.name for table in Base.metadata.sorted_tables]
        for mapped in sorted(rows, key=lambda each: order.index(_table(each).name)):
            table = _table(mapped)
            # By the primary key alone: a row that another one shuts out must be told of.
            statement = insert(table).on_conflict_do_nothing(index_elements=list(table.primary_key))
            for values in _alike(mapped, rows[mapped]):
                connection.execute(statement, values)
        faults.point("rebuild.rows")
    faults.point("rebuild.committed")


def _table(mapped: type[Base]) -> Table:
    return cast("Table", inspect(mapped).local_table)


def _twins(mapped: type[Base]) -> frozenset[str]:
    return frozenset(f"{name}_{twin}" for name in mapped.__folded__ for twin in ("folded", "sort"))


def _written(value: Any) -> Any:  # noqa: ANN401 - a column of any type
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    # An enumeration's member is written as the text that it is.
    return str(value) if isinstance(value, uuid.UUID | str) else value


def _reader(column: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Uuid):
        return uuid.UUID
    if isinstance(column.type, UtcDateTime):
        return datetime.datetime.fromisoformat
    return datetime.date.fromisoformat if isinstance(column.type, Date) else None


def _alike(mapped: type[Base], plain: Iterable[Plain]) -> list[list[dict[str, Any]]]:
    """Return the values to insert, grouped by the columns that they name: one statement takes rows of one shape."""
    table = _table(mapped)
    readers = {column.name: _reader(column) for column in table.columns}
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in _parents_first(table, list(plain)):
        values = {
            name: reader(row[name]) if (reader := readers[name]) and row[name] is not None else row[name]
            for name in row
            if name in readers
        }
        for name in mapped.__folded__:
            values[f"{name}_folded"] = fold(values[name] or "")
            values[f"{name}_sort"] = sort_key(values[name] or "")
        shapes.setdefault(tuple(sorted(values)), []).append(values)
    return list(shapes.values())


def _parents_first(table: Table, rows: list[Plain]) -> list[Plain]:
    """Return the rows of a table that points to itself in an order in which every parent comes before its children."""
    upwards = [key.parent.name for key in table.foreign_keys if key.column.table is table and key.column.name == "id"]
    if not upwards or not rows:
        return rows
    waiting = {row["id"]: row for row in rows}
    ordered: list[Plain] = []

    def place(row: Plain) -> None:
        for name in upwards:
            parent = waiting.get(row.get(name))
            if parent is not None and parent is not row:
                del waiting[parent["id"]]
                place(parent)
        ordered.append(row)

    while waiting:
        _, row = waiting.popitem()
        place(row)
    return ordered
