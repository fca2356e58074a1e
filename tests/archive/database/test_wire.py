"""A wire that is cut is noticed at both ends."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, make_url

from archive.database.connection import Database
from archive.database.wire import own_connections
from archive.jobs.doorbell import Doorbell
from tests.databases import postgresql_database

pytestmark = pytest.mark.network


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database on the server."""
    with postgresql_database() as made:
        yield made


def noticing(engine: Engine) -> tuple[list[str], list[int]]:
    """Return by what the two ends of a connection notice that the other is gone: as the server's and our socket say."""
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
    with engine.connect() as connection:
        server = [str(connection.exec_driver_sql(f"SHOW {name}").scalar()) for name in names]
        return server, _own_end(int(connection.connection.driver_connection.fileno()))  # type: ignore[union-attr] # psycopg's


def _own_end(descriptor: int) -> list[int]:
    with socket.socket(fileno=os.dup(descriptor)) as end:
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        return [end.getsockopt(socket.IPPROTO_TCP, option) for option in options]


def test_both_ends_of_every_connection_notice_a_cut(url: str) -> None:
    """No connection outlives its machine on the server by more than a minute: the pool's, a lock's, the queue's."""
    database, bell = Database(url), Doorbell(make_url(url))
    locks = own_connections(url)
    try:
        for engine in (database.write_engine, database.read_engine, locks):
            assert noticing(engine) == (["10", "5", "4", "30000"], [10, 5, 4, 30_000]), engine
        assert [str(row[0]) for row in bell.huey.storage.sql("SHOW tcp_keepalives_idle", results=True)] == ["10"]
    finally:
        bell.close()
        locks.dispose()
        database.dispose()
