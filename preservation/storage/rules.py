"""What keys and retention dates every object store accepts."""

from __future__ import annotations

import datetime
import re

from preservation.storage.errors import ObjectLocked, StorageError
from preservation.storage.ports import Lock

LONGEST_KEY = 1024
"""Longest key in bytes; the limit of S3."""
LONGEST_PART = 200
"""Longest part between two slashes in bytes; file systems end at 255 and side files need some of it."""

_PART = re.compile(r"[a-zA-Z0-9._-]+", re.ASCII)


def check_key(key: str) -> None:
    """Refuse a key that some store would not take, or that could leave a folder.

    Allowed are ASCII letters, digits, ``.``, ``_``, ``-`` in parts separated by ``/``; no part is empty,
    ``.`` or ``..``. No name that a person gave is ever part of a key.

    Raises:
        StorageError: ``STO-0001``.
    """
    parts = key.split("/")
    if len(key) > LONGEST_KEY or not all(
        _PART.fullmatch(part) and part not in {".", ".."} and len(part) <= LONGEST_PART for part in parts
    ):
        raise StorageError("STO-0001", key=ascii(key[:LONGEST_KEY]))


def is_key(text: str) -> bool:
    """Return whether a text found in a store can be a key; what bears another name is none of ours."""
    try:
        check_key(text)
    except StorageError:
        return False
    return True


def retention_end(until: datetime.datetime) -> datetime.datetime:
    """Return the end of a retention in UTC.

    Raises:
        ValueError: the instant has no time zone, or has a fraction of a second (which some stores round
            down, to an earlier end than was asked for).
    """
    if until.tzinfo is None or until.microsecond:
        raise ValueError(f"the end of a retention is an aware instant in whole seconds, not {until!r}")
    return until.astimezone(datetime.UTC)


def refuse_locked(key: str, lock: Lock, now: datetime.datetime) -> None:
    """Do nothing if the object may be deleted now.

    Raises:
        ObjectLocked: ``STO-0009`` while it is held, ``STO-0008`` while it is retained.
    """
    if lock.held:
        raise ObjectLocked("STO-0009", key=key)
    if lock.retained_until is not None and lock.retained_until > now:
        raise ObjectLocked("STO-0008", key=key, until=lock.retained_until.isoformat())
