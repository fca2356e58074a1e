"""Connections to PostgreSQL over a wire that may be cut: both ends notice within half a minute, without a word."""

from __future__ import annotations

from sqlalchemy import URL, Engine, NullPool, create_engine

_IDLE, _INTERVAL, _COUNT, _SILENCE = 10, 5, 4, 30_000
# For the server's end: a machine that is cut off must not hold its locks for the system's default of two hours.
_SERVER = {
    "tcp_keepalives_idle": _IDLE,
    "tcp_keepalives_interval": _INTERVAL,
    "tcp_keepalives_count": _COUNT,
    "tcp_user_timeout": _SILENCE,
}
WIRE: dict[str, int | str] = {
    "connect_timeout": 10,
    "keepalives_idle": _IDLE,
    "keepalives_interval": _INTERVAL,
    "keepalives_count": _COUNT,
    "tcp_user_timeout": _SILENCE,
    "options": " ".join(f"-c {name}={value}" for name, value in _SERVER.items()),
}
"""Parameters of libpq (PostgreSQL documentation 34.1.2): seconds, `tcp_user_timeout` in milliseconds."""


def own_connections(url: str | URL) -> Engine:
    """Return an engine whose every connection is one of its own, outside transactions: for locks that last."""
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=WIRE)
