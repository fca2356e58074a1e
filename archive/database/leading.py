"""Work that one process does for all machines: the indexer's, the clock's; and work that is done one by one."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from archive.database.connection import Database
from archive.database.wire import own_connections


def _number(work: str) -> int:
    """Return a number of 62 bits that stands for a kind of work."""
    return int.from_bytes(hashlib.sha256(work.encode()).digest()[:8]) >> 2


def wait_for_turn(transaction: Session | Connection, work: str) -> None:
    """Let transactions that do one kind of work follow each other; SQLite's always do."""
    connection = transaction.connection() if isinstance(transaction, Session) else transaction
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_number(work))))


class Leading:
    """Whether this process leads in one kind of work.

    On PostgreSQL by an advisory lock on a connection of its own, which the server gives back when the connection
    ends, however it ends. On SQLite the lock of the data folder has decided already: there is one machine.
    """

    def __init__(self, database: Database, work: str) -> None:
        self._number = _number(work)
        self._connection: Connection | None = None
        self._engine = None if database.is_sqlite else own_connections(database.url)

    def leads(self) -> bool:
        """Return whether the work is this process's now; taken when it is free, asked anew at every call.

        Raises:
            OperationalError: the database is away; whoever led no longer does.
        """
        if self._engine is None:
            return True
        try:
            if self._connection is not None:
                self._connection.scalar(select(literal(1)))
                return True
            connection = self._engine.connect()
            self._connection = connection
            if connection.scalar(select(func.pg_try_advisory_lock(self._number))):
                return True
        except OperationalError:
            self.close()
            raise
        self.close()
        return False

    def close(self) -> None:
        """Leave the work to another process."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
