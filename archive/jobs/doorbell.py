"""The doorbell: huey carries only ``(kind, id)`` as JSON; losing or doubling a message is harmless."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import structlog
from huey import PostgresHuey, SqliteHuey
from huey.serializer import Serializer
from sqlalchemy import URL

from archive.database.errors import DatabaseAway
from archive.database.wire import WIRE

log = structlog.get_logger()


class _JsonSerializer(Serializer):  # type: ignore[misc] # huey has no types
    """Messages as JSON: what can be written into the queue can never run code, as a pickle could."""

    def _serialize(self, data: Any) -> bytes:  # noqa: ANN401 - huey's signature
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:  # noqa: ANN401 - huey's signature
        from huey.registry import Message

        return Message(*json.loads(data))


class Doorbell:
    """A queue of rings.

    Args:
        place: file of the queue, apart from the database; or the URL of the PostgreSQL database, which all machines
            share.
        answer: called in the worker with ``(kind, id)``.
    """

    def __init__(self, place: Path | URL, answer: Callable[[str, str], object] | None = None) -> None:
        if isinstance(place, URL):
            # libpq's own form of the address.
            self.huey = _on_postgresql(place.set(drivername="postgresql").render_as_string(hide_password=False))
        else:
            self.huey = SqliteHuey(
                "kholuutru", filename=str(place), results=False, serializer=_JsonSerializer(), journal_mode="wal"
            )

        def ring(kind: str, row_id: str) -> None:
            if answer is not None:
                answer(kind, row_id)

        self._ring = self.huey.task(name="ring")(ring)

    def ring(self, kind: str, row_id: str) -> None:
        """Leave a message for the workers; one that cannot be left is no loss, since they look for themselves."""
        try:
            self._ring(kind, row_id)
        except (OSError, sqlite3.Error, psycopg.Error) as error:
            log.warning("doorbell away", detail=str(error))

    def close(self) -> None:
        """Close the queue."""
        self.huey.storage.close()


def _on_postgresql(dsn: str) -> PostgresHuey:
    """Open the queue on the server.

    Raises:
        DatabaseAway: the server does not answer, or only lets read.
    """
    try:
        return _tables_made(dsn)
    except psycopg.errors.UniqueViolation:
        # Two machines made the queue's tables at once; now they are there.
        return _tables_made(dsn)
    except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise DatabaseAway.because_of(error) from error


def _tables_made(dsn: str) -> PostgresHuey:
    return PostgresHuey("kholuutru", dsn=dsn, results=False, serializer=_JsonSerializer(), **WIRE)
