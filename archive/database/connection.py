"""The database: engines, transactions, and the lock that keeps SQLite's writers fair."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, select
from sqlalchemy.exc import DBAPIError, OperationalError

from archive import faults
from archive.audit.events import AuditRecord
from archive.clock import Clock, IdSource, RandomIds, SystemClock
from archive.database.errors import READ_ONLY
from archive.database.scope import AnyScope, ScopedSession, SystemScope, SystemScopeUse
from archive.database.unit_of_work import UnitOfWork
from archive.database.wire import WIRE
from archive.organizations.models import Organization

if TYPE_CHECKING:
    import psycopg

_inside = threading.local()


class Database:
    """A database by URL: ``sqlite:////path`` or ``postgresql+psycopg://…``.

    Args:
        url: SQLAlchemy URL.
        clock: tells the instant of each unit of work.
        ids: makes public ids.
        ring: called after commit with ``(kind, id)`` of each doorbell message.
        connections: most connections of this process to PostgreSQL.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        ids: IdSource | None = None,
        ring: Callable[[str, str], None] | None = None,
        connections: int = 20,
    ) -> None:
        self.url = make_url(url)
        self.clock = clock or SystemClock()
        self.ids = ids or RandomIds()
        self.ring = ring
        self.system_scopes = SystemScopeUse()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.path = Path(self.url.database or "") if self.is_sqlite else None
        if self.is_sqlite:
            self.write_engine = _sqlite_engine(url, writes=True)
            self.read_engine = _sqlite_engine(url, writes=False)
        else:
            self.write_engine = _postgresql_engine(url, connections)
            # One snapshot for all that a reading transaction asks, as on SQLite: what verifies chains relies on it.
            self.read_engine = self.write_engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    def dispose(self) -> None:
        """Close every connection."""
        self.write_engine.dispose()
        self.read_engine.dispose()

    @contextmanager
    def read(self, scope: AnyScope) -> Iterator[UnitOfWork]:
        """Open a transaction that only reads."""
        self._count(scope)
        with ScopedSession(self.read_engine, expire_on_commit=False) as session:
            session.info["scope"] = scope
            yield UnitOfWork(session, scope, self.clock, self.ids, self.clock.now())

    @contextmanager
    def write(self, scope: AnyScope) -> Iterator[UnitOfWork]:
        """Open a transaction that commits when the block ends and rolls back when it raises.

        Inside: no hashing, parsing, network or rendering, at most 500 rows or 50 ms (design §4).
        """
        self._count(scope)
        with (
            self._turn(),
            ScopedSession(self.write_engine, expire_on_commit=False) as session,
        ):
            session.info["scope"] = scope
            session.connection()
            work = UnitOfWork(session, scope, self.clock, self.ids, self.clock.now())
            yield work
            opened = self._report_system_scopes(work)
            work.seal()
            session.commit()
        self.system_scopes.reported |= opened
        faults.point("commit.done")
        if self.ring is not None:
            for kind, object_id in work.rings:
                self.ring(kind, object_id)

    def write_refusal(self, scope: AnyScope, record: AuditRecord) -> None:
        """Record an event in a transaction of its own, when the work it is about was rolled back."""
        with self.write(scope) as work:
            work.record(record)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this process's turn to write: a fair queue, which SQLite's own lock is not."""
        if getattr(_inside, "writing", False):
            raise RuntimeError("a write transaction inside another would wait for itself")
        if self.path is None:
            _inside.writing = True
            try:
                yield
            finally:
                _inside.writing = False
            return
        descriptor = os.open(f"{self.path}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _inside.writing = True
            yield
        finally:
            _inside.writing = False
            os.close(descriptor)

    def _report_system_scopes(self, work: UnitOfWork) -> set[str]:
        """Record in the operator's chain the reasons for which this process has opened a system scope so far."""
        opened = set(self.system_scopes.counts) - self.system_scopes.reported
        if not opened or not isinstance(work.scope, SystemScope):
            return set()
        operator = work.session.scalar(select(Organization.id).where(Organization.kind == "operator"))
        if operator is None:
            return set()
        for reason in sorted(opened):
            work.record(AuditRecord("system.scope_opened", operator, payload={"reason": reason}))
        return opened

    def _count(self, scope: AnyScope) -> None:
        if isinstance(scope, SystemScope):
            self.system_scopes.counts[scope.reason] += 1


def _postgresql_engine(url: str, connections: int) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=min(5, connections),
        max_overflow=max(0, connections - 5),
        pool_timeout=30,
        isolation_level="READ COMMITTED",
        connect_args={
            **WIRE,
            "options": f"{WIRE['options']} -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s"
            " -c timezone=UTC",
        },
    )

    @event.listens_for(engine, "checkin")
    def _as_the_server_says(connection: psycopg.Connection | None, record: object) -> None:
        # After a transaction that only read, the library would begin every other as one that writes, by which the
        # server's word that none may (``default_transaction_read_only``) is passed over.
        del record
        if connection is not None and not connection.closed:
            connection.read_only = None

    @event.listens_for(engine, "handle_error")
    def _read_only_is_passing(context: ExceptionContext) -> BaseException | None:
        # The driver calls it a fault of the program's; to everybody above it is one of the server, which ends.
        error = context.original_exception
        if getattr(error, "sqlstate", None) != READ_ONLY:
            return None
        told = context.sqlalchemy_exception
        statement, parameters = (told.statement, told.params) if isinstance(told, DBAPIError) else (None, None)
        return OperationalError(statement, parameters, error)

    return engine


def _sqlite_engine(url: str, *, writes: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, record: object) -> None:
        del record
        # SQLAlchemy's default leaves BEGIN to sqlite3, which would start transactions late and DDL without one.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA foreign_keys=ON")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
