"""Moving an object from one store to another: written, read back, compared, locked as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from archive import faults
from archive.clock import Clock
from preservation.storage.errors import ObjectExists, ObjectMissing, StorageError
from preservation.storage.ports import ObjectStore


def move_object(source: ObjectStore, target: ObjectStore, key: str, clock: Clock) -> int:
    """Put an object into another store unless it is there; return its length once both are seen to be the same.

    Nothing at the source is changed. A retention that has ended is not set again.

    Raises:
        StorageError: STO-0017 the target holds something else under the key, or does not keep the lock.
        ObjectMissing: the source has no such object.
    """
    stored = source.stat(key)
    if stored is None:
        raise ObjectMissing(key)
    read = hashlib.sha256()
    if target.stat(key) is None:
        try:
            target.put(key, _hashed(source.read(key), read), length=stored.length)
        except ObjectExists:  # an answer that got lost; what is there is compared below
            read = hashlib.sha256()
            _exhaust(source.read(key), read)
    else:
        _exhaust(source.read(key), read)
    faults.point("move.object.stored")
    found = hashlib.sha256()
    _exhaust(target.read(key), found)
    if found.digest() != read.digest():
        raise StorageError("STO-0017", key=key)
    _lock(source, target, key, clock)
    faults.point("move.object.locked")
    return stored.length


def _lock(source: ObjectStore, target: ObjectStore, key: str, clock: Clock) -> None:
    wanted, present = source.lock(key), target.lock(key)
    until = wanted.retained_until
    if until is not None and until <= clock.now():
        until = None
    if until is not None and (present.retained_until is None or present.retained_until < until):
        target.retain(key, until)
    if wanted.held and not present.held:
        target.hold(key, on=True)
    kept = target.lock(key)
    retained = until is None or (kept.retained_until is not None and kept.retained_until >= until)
    if not retained or (wanted.held and not kept.held):
        raise StorageError("STO-0017", key=key)


def _hashed(chunks: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _exhaust(chunks: Iterator[bytes], digest: hashlib._Hash) -> None:
    for _ in _hashed(chunks, digest):
        pass
