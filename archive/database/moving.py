"""Moving all rows from one database to another: the same ids, batch by batch, compared by digests at the end."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, ForeignKeyConstraint, Row, Table, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError

from archive import faults
from archive.audit.models import AuditChain, AuditEvent
from archive.database.base import Base
from archive.database.connection import Database
from archive.database.errors import MigrationError
from archive.organizations.models import Organization

_ROWS_AT_ONCE = 200


def digests(database: Database) -> dict[str, str]:
    """Return number of rows and digest of each table, by name: the same for the same rows in whatever database.

    The digest is the sum of the rows' SHA-256 over their canonical form, so nothing has to be sorted.
    """
    found = {}
    with database.read_engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            total, count = 0, 0
            statement = select(table).execution_options(yield_per=_ROWS_AT_ONCE)
            for row in connection.execute(statement):
                total += int.from_bytes(hashlib.sha256(_canonical(row)).digest())
                count += 1
            found[table.name] = f"{count}-{total % (1 << 256):064x}"
    return found


def _canonical(row: Row[Any]) -> bytes:
    return json.dumps([_plain(value) for value in row], sort_keys=True, ensure_ascii=True).encode()


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of any column
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, datetime.date) else value


def refuse_other_archive(source: Database, target: Database) -> None:
    """Do nothing if the target is empty, or holds what an earlier run has moved from this source.

    Raises:
        MigrationError: MIG-0007 it holds another archive, or one that has been worked with since.
    """
    bodies = select(Base.metadata.tables[Organization.__tablename__].c.id)
    with source.read_engine.connect() as reading, target.read_engine.connect() as connection:
        foreign = set(connection.scalars(bodies)) - set(reading.scalars(bodies))
        for head in connection.execute(_heads()):
            # A head that the source has passed through too, or no head yet.
            if head.seq and _hash_at(reading, head.id, head.seq) != head.hash:
                foreign.add(head.id)
    if foreign:
        raise MigrationError("MIG-0007", place=target.url.render_as_string(hide_password=True))


def _heads() -> Any:  # noqa: ANN401 - a select of three columns
    table = Base.metadata.tables[AuditChain.__tablename__]
    return select(table.c.id, table.c.seq, table.c.hash)


def _hash_at(connection: Connection, chain: uuid.UUID, seq: int) -> str | None:
    table = Base.metadata.tables[AuditEvent.__tablename__]
    return connection.scalar(select(table.c.hash).where(table.c.chain_id == chain, table.c.seq == seq))


def clear(target: Database) -> None:
    """Take every row out of a partly moved PostgreSQL database, because its source has changed since."""
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with target.write_engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names}"))


def copy_rows(source: Database, target: Database, tell: Callable[[str, int], None]) -> None:
    """Copy every table into PostgreSQL, parents first; a row that is there already stays as it is.

    Args:
        source: must not change meanwhile.
        target: of the same shape; empty, or filled by earlier runs from this very state of the source.
        tell: called with the name of each table and its number of rows.

    Raises:
        MigrationError: MIG-0008 PostgreSQL does not take a row.
    """
    for table in Base.metadata.sorted_tables:
        with source.read_engine.connect() as reading:
            total = _count(reading, table)
            with target.read_engine.connect() as connection:
                done = _count(connection, table) == total
            for rows in () if done else _batches(reading, table):
                _put(target, table, rows)
        tell(table.name, total)
    with target.write_engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            _set_sequence(connection, table)
    faults.point("move.sequences")


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _put(target: Database, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    try:
        with target.write_engine.begin() as connection:
            connection.execute(insert(table).on_conflict_do_nothing(), rows)
    except DataError as error:
        raise MigrationError("MIG-0008", table=table.name, detail=str(error.orig)) from error
    faults.point("move.rows")


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    own = [c for c in table.foreign_key_constraints if c.referred_table is table]
    if own:
        # A table that refers to itself is a tree of places or bodies, which fits in memory.
        rows = [dict(row._mapping) for row in connection.execute(select(table))]  # noqa: SLF001 - SQLAlchemy's public name
        for level in _levels(rows, own):
            yield from (level[at : at + _ROWS_AT_ONCE] for at in range(0, len(level), _ROWS_AT_ONCE))
        return
    result = connection.execute(select(table).execution_options(yield_per=_ROWS_AT_ONCE))
    for portion in result.partitions():
        yield [dict(row._mapping) for row in portion]  # noqa: SLF001 - as above


def _levels(rows: list[dict[str, Any]], references: Sequence[ForeignKeyConstraint]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows level by level, so that what a row refers to stands in its own level at the latest."""
    placed: set[tuple[Any, ...]] = set()
    while rows:
        level: list[dict[str, Any]] = []
        waiting: list[dict[str, Any]] = []
        for row in rows:
            (level if all(_is_placed(row, reference, placed) for reference in references) else waiting).append(row)
        if not level:  # a circle: the database says so
            level, waiting = waiting, []
        for reference in references:
            names = [element.column.name for element in reference.elements]
            placed |= {(*names, *(row[name] for name in names)) for row in level}
        rows = waiting
        yield level


def _is_placed(row: dict[str, Any], reference: ForeignKeyConstraint, placed: set[tuple[Any, ...]]) -> bool:
    names = [element.column.name for element in reference.elements]
    wanted = [row[column.name] for column in reference.columns]
    itself = [row[name] for name in names]
    return None in wanted or wanted == itself or (*names, *wanted) in placed


def _set_sequence(connection: Connection, table: Table) -> None:
    column = table.autoincrement_column
    if column is None:
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    if sequence is not None:
        last = connection.scalar(select(func.max(column)))
        connection.scalar(select(func.setval(sequence, last or 1, last is not None)))
