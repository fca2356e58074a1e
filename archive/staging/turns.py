"""Whose turn it is to write a staged file, where the place that holds the bytes cannot say so itself."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select

from archive.database.wire import own_connections
from archive.staging.errors import StagingError
from archive.staging.ports import StagingKey


class Turns(Protocol):
    """Lets one connection at a time have a key; a turn ends with its block, and with its process at the latest."""

    def exclusive(self, key: StagingKey) -> AbstractContextManager[None]:
        """Have the key.

        Raises:
            StagingError: ``STG-0005`` another connection has it.
        """
        ...


class MachineTurns:
    """Turns among the processes of one machine: locks on single bytes of one file, which stays empty."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def exclusive(self, key: StagingKey) -> Iterator[None]:
        """Lock the byte that stands for the key, for this opening of the file alone."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # struct flock of Linux on 64 bits: type, whence, start, length, pid (0 for such locks).
            wanted = struct.pack("hh4xqqi4x", fcntl.F_WRLCK, os.SEEK_SET, _number(key), 1, 0)
            try:
                fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, wanted)
            except (BlockingIOError, PermissionError):
                raise StagingError("STG-0005") from None
            yield
        finally:
            os.close(descriptor)


class PostgresTurns:
    """Turns among all machines that share a PostgreSQL database: its advisory locks, each on a connection of its own.

    The server gives the lock back when the connection ends, however it ends.
    """

    def __init__(self, url: str) -> None:
        # A turn lasts as long as an upload; it must not keep a connection from those who serve pages.
        self._engine = own_connections(url)

    @contextmanager
    def exclusive(self, key: StagingKey) -> Iterator[None]:
        """Take the advisory lock that stands for the key."""
        with self._engine.connect() as connection:
            if not connection.scalar(select(func.pg_try_advisory_lock(_number(key)))):
                raise StagingError("STG-0005")
            yield


def _number(key: StagingKey) -> int:
    """Return a number of 62 bits that stands for the key; two keys of one number only wait for each other."""
    return int.from_bytes(hashlib.sha256(key.path().encode()).digest()[:8]) >> 2
