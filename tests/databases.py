"""Databases of their own on the test server, made from a template and gone after the test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, NullPool, create_engine, make_url

from tests.servers import require


def _server() -> Engine:
    return create_engine(require("postgresql"), poolclass=NullPool, isolation_level="AUTOCOMMIT")


@contextmanager
def postgresql_database(template: str = "template0") -> Iterator[str]:
    """Yield the URL of a new database; skipped by name without the server."""
    name = f"kholuutru_{uuid.uuid4().hex[:16]}"
    server = _server()
    with server.connect() as connection:
        # Copied by files, with no wait for the disk: a test database need not outlive the machine.
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY wal_log')
    try:
        yield make_url(server.url).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.dispose()
