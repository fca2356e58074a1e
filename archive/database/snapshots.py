"""A copy of the whole database at one instant, and a session that sees exactly what is in the copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import NullPool, create_engine, func, select
from sqlalchemy.orm import Session

from archive.database.base import Base
from archive.database.connection import Database
from archive.database.dumps import dump, load, program, rows_in
from archive.database.errors import MigrationError
from archive.database.migrate import present_revision
from archive.database.scope import ScopedSession, SystemScope

Kind = Literal["sqlite", "postgresql"]
FILES: dict[Kind, str] = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
"""What the copy's file is called."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy that is being made.

    Attributes:
        kind: which database it is of.
        file: where it lies; whole when the block that made it began.
        revision: of the schema.
        session: reads what is in the copy, in a system scope.
    """

    kind: Kind
    file: Path
    revision: str
    session: Session


def kind_of(database: Database) -> Kind:
    """Return which kind of database it is."""
    return "sqlite" if database.is_sqlite else "postgresql"


@contextmanager
def copied(database: Database, folder: Path) -> Iterator[Snapshot]:
    """Copy a database that may be in use into a folder; the block sees what the copy holds, and nothing later.

    SQLite by its backup interface, PostgreSQL by ``pg_dump``. The file is its owner's alone.

    Raises:
        MigrationError: MIG-0002 the copy is not sound.
        DumpError: MIG-0003 … MIG-0005 ``pg_dump`` is missing, too old, or has failed.
    """
    target = folder / FILES[kind_of(database)]
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _of_sqlite(database, target) if database.is_sqlite else _of_postgresql(database, target) as snapshot:
        yield snapshot


@contextmanager
def _of_sqlite(database: Database, target: Path) -> Iterator[Snapshot]:
    assert database.path is not None  # noqa: S101 - a SQLite database has one
    with closing(sqlite3.connect(database.path)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)
        # One file, which can be read where nothing may be written beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    check_sqlite(target)
    with _session_on(target) as session:
        yield Snapshot("sqlite", target, _revision(session), session)


@contextmanager
def _session_on(file: Path) -> Iterator[Session]:
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True),
        poolclass=NullPool,
    )
    try:
        with ScopedSession(engine) as session:
            session.info["scope"] = SystemScope("database copy")
            yield session
    finally:
        engine.dispose()


@contextmanager
def _of_postgresql(database: Database, target: Path) -> Iterator[Snapshot]:
    with ScopedSession(database.read_engine) as session:
        session.info["scope"] = SystemScope("database copy")
        connection = session.connection()
        # A dump may take longer than a transaction may otherwise stand idle.
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        exported = str(session.scalar(select(func.pg_export_snapshot())))
        dump(database.url, server_version(database), exported, target)
        yield Snapshot("postgresql", target, _revision(session), session)


def _revision(session: Session) -> str:
    return present_revision(session.connection()) or ""


def server_version(database: Database) -> int:
    """Return the major version of a PostgreSQL server; 0 for SQLite."""
    if database.is_sqlite:
        return 0
    with database.read_engine.connect() as connection:
        return int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000


def is_empty(database: Database) -> bool:
    """Return whether the database holds no archive; a SQLite file that is not there holds none."""
    if database.path is not None and not database.path.exists():
        return True
    with database.read_engine.connect() as connection:
        return present_revision(connection) is None


def check_programs(database: Database) -> None:
    """Do nothing if a copy could be made or put back.

    Raises:
        DumpError: MIG-0003, MIG-0004 a program of PostgreSQL is missing or too old.
    """
    if not database.is_sqlite:
        for name in ("pg_dump", "pg_restore"):
            program(name, server_version(database))


def counts(session: Session) -> dict[str, int]:
    """Return how many rows each table has, by name."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def counts_in(kind: Kind, file: Path) -> dict[str, int]:
    """Return how many rows each table of a copy has; reads the whole copy.

    Raises:
        MigrationError: MIG-0002 the copy is not sound.
        DumpError: MIG-0003, MIG-0005 the dump cannot be read.
    """
    if kind == "postgresql":
        return rows_in(file)
    check_sqlite(file)
    with closing(_open_copy(file)) as copy:
        names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        quoted = {name: '"' + name.replace('"', '""') + '"' for name in names}
        return {name: copy.execute(f"SELECT count(*) FROM {quoted[name]}").fetchone()[0] for name in names}  # noqa: S608 - names quoted above


def put_back(database: Database, file: Path) -> None:
    """Make a copy the database, whole or not at all; the database must be empty.

    Raises:
        DumpError: MIG-0003 … MIG-0005 ``pg_restore`` is missing, too old, or has failed.
    """
    if database.path is None:
        load(database.url, server_version(database), file)
        return
    fresh = database.path.with_name(f"{database.path.name}.restoring")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_open_copy(file)) as origin, closing(sqlite3.connect(fresh)) as copy:
        origin.backup(copy)
    check_sqlite(fresh)
    _settle(fresh)
    for left in ("-wal", "-shm"):
        # Of a database that lay here before: it must not be taken for this one's.
        database.path.with_name(database.path.name + left).unlink(missing_ok=True)
    fresh.rename(database.path)
    _settle(database.path.parent)


def check_sqlite(file: Path) -> None:
    """Do nothing if SQLite finds the file sound.

    Raises:
        MigrationError: MIG-0002 it does not.
    """
    try:
        with closing(_open_copy(file)) as copy:
            verdict = str(copy.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict != "ok":
        raise MigrationError("MIG-0002", path=str(file), detail=verdict)


def _open_copy(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _settle(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
