"""An object store in a bucket of an S3 server with versioning and object lock.

Objects are written once, and S3 does not know that. So **the first version of a key is the object**: what is
put over it later, and a marker that hides it, changes nothing, whoever put it there. Of two writers the later
one is refused by the server (``If-None-Match``), or finds that it was not the first and takes its version
back. The second is not enough when both write in the same instant: a server may give the earlier time to the
version that appears later. Whether it knows the condition is part of `preservation.storage.lock_proof`.
"""

from __future__ import annotations

import contextlib
import datetime
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, cast

from minio.commonconfig import COMPLIANCE
from minio.datatypes import Object
from minio.error import S3Error
from minio.retention import Retention

from archive import faults
from archive.clock import Clock, SystemClock
from archive.s3.bucket import Bucket
from archive.s3.errors import FAILURES, FULL, MISSING, code_of, reason, right_missing
from preservation.storage.errors import ObjectExists, ObjectLocked, ObjectMissing, StorageError
from preservation.storage.measured import MeasuredStream
from preservation.storage.ports import Lock, StoredObject
from preservation.storage.rules import check_key, is_key, refuse_locked, retention_end

PART = 16 << 20
"""Bytes of one request; an object no larger is sent by one. Memory in use is twice as much."""
_MOST_PARTS = 10_000


class S3Store:
    """Objects as versions in a bucket; retention and holds are enforced by the server.

    Args:
        bucket: made with `write_once`; opened here.
        lock_mode: ``GOVERNANCE``, or ``COMPLIANCE``, which nobody can shorten.
        proven: says whether the server was seen to enforce its locks (`preservation.storage.lock_proof`);
            until then a lock is called the product's own word.
        clock: decides whether a retention has ended, besides the server.

    Raises:
        StorageError: ``STO-0013`` there is no such bucket; ``STO-0014`` it has no versions or no object lock;
            ``STO-0015`` it locks by itself what is put; ``STO-0007`` the server does not answer.
    """

    def __init__(
        self,
        bucket: Bucket,
        *,
        lock_mode: Literal["GOVERNANCE", "COMPLIANCE"] = "GOVERNANCE",
        proven: Callable[[], bool] = lambda: False,
        clock: Clock | None = None,
    ) -> None:
        self.bucket = bucket
        self._client, self._name = bucket.client, bucket.name
        self._lock_mode = lock_mode
        self._proven = proven
        self._clock = clock or SystemClock()
        with _reading("."):
            check_bucket(bucket)

    def put(self, key: str, chunks: Iterable[bytes], *, length: int) -> StoredObject:
        """Write an object by one request, or in parts that appear together; then see that it is the first."""
        if self.stat(key) is not None:
            raise ObjectExists(key)
        faults.point("store.put.begun")
        stream = MeasuredStream(key, chunks, length, _all_bytes_are_there)
        version = self._send(key, stream, length)
        faults.point("store.put.renamed")
        with _writing(key):
            self._see_that_it_is_first(key, version, length)
        faults.point("store.put.settled")
        return StoredObject(key, length)

    def read(self, key: str, *, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of the range."""
        with _reading(key):
            first = self._first(key)
            size = first.size or 0
            left = size - offset if length is None else length
            if offset < 0 or left < 0 or offset + left > size:
                raise StorageError("STO-0010", key=key, offset=offset, length=left, size=size)
            yield from self.bucket.read(key, offset=offset, length=left, size=size, version=first.version_id)

    def stat(self, key: str) -> StoredObject | None:
        """Return the object's length, or None."""
        with _reading(key):
            try:
                return StoredObject(key, self._first(key).size or 0)
            except ObjectMissing:
                return None

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys in ASCII order; one of which only markers are left is not an object."""
        last = ""
        with _reading(prefix or "."):
            for entry in self.bucket.versions(prefix):
                key = entry.object_name or ""
                if key != last and not entry.is_delete_marker and is_key(key):
                    last = key
                    yield key

    def delete(self, key: str) -> None:
        """Delete every version and marker of the key for good, the object itself last."""
        refuse_locked(key, self.lock(key), self._clock.now())
        faults.point("store.delete.begun")
        with _writing(key):
            object_, others = self._first(key), self.bucket.versions_of(key)
            gone = [entry for entry in others if entry.version_id != object_.version_id] + [object_]
            for entry in gone:
                self._remove(key, entry)
            faults.point("store.delete.removed")
            left = {entry.version_id for entry in self.bucket.versions_of(key)}
            if left & {entry.version_id for entry in gone}:
                raise StorageError("STO-0006", key=key, reason="a version that was deleted is still there")
        faults.point("store.delete.settled")

    def retain(self, key: str, until: datetime.datetime) -> None:
        """Set the end of the retention; one that has passed keeps nothing, and S3 takes none."""
        end = retention_end(until)
        with _writing(key):
            version = self._first(key).version_id
            present = self._retention(key, version)
            if present is not None and end < _whole(present.retain_until_date):
                told = _whole(present.retain_until_date).isoformat()
                raise StorageError("STO-0011", key=key, until=told, asked=end.isoformat())
            # A mode is never taken back to the weaker one.
            wanted = Retention(COMPLIANCE if present and present.mode == COMPLIANCE else self._lock_mode, end)
            if present == wanted or end <= self._clock.now():
                return
            faults.point("store.lock.written")
            self._client.set_object_retention(self._name, key, wanted, version_id=version)
            faults.point("store.lock.renamed")
            if self._retention(key, version) != wanted:
                raise StorageError("STO-0006", key=key, reason="the retention was not kept")
        faults.point("store.lock.settled")

    def hold(self, key: str, *, on: bool) -> None:
        """Put the legal hold on or take it off."""
        with _writing(key):
            version = self._first(key).version_id
            change = self._client.enable_object_legal_hold if on else self._client.disable_object_legal_hold
            faults.point("store.lock.written")
            change(self._name, key, version_id=version)
            faults.point("store.lock.renamed")
            if self._client.is_object_legal_hold_enabled(self._name, key, version_id=version) is not on:
                raise StorageError("STO-0006", key=key, reason="the legal hold was not kept")
        faults.point("store.lock.settled")

    def lock(self, key: str) -> Lock:
        """Return what the server says, and whether it was seen to keep such words."""
        with _reading(key):
            version = self._first(key).version_id
            retention = self._retention(key, version)
            held = self._client.is_object_legal_hold_enabled(self._name, key, version_id=version)
        end = None if retention is None else _whole(retention.retain_until_date)
        return Lock(end, held, "store" if self._proven() else "product")

    def sweep(self, older_than_seconds: float) -> int:
        """Abort uploads in parts that nobody completed for that long; return how many."""
        limit = self._clock.now() - datetime.timedelta(seconds=older_than_seconds)
        swept, marker = 0, None
        with _writing("."):
            while True:
                # The client has no public call for either; without them parts of killed writes stay for ever.
                page = self._client._list_multipart_uploads(self._name, key_marker=marker)  # noqa: SLF001 - no public way
                for upload in page.uploads:
                    if upload.initiated_time is not None and upload.initiated_time < limit:
                        self._client._abort_multipart_upload(  # noqa: SLF001 - no public way
                            self._name, upload.object_name, cast("str", upload.upload_id)
                        )
                        swept += 1
                marker = page.next_key_marker
                if not page.is_truncated or not marker:
                    return swept

    def _first(self, key: str) -> Object:
        """Return the first version of the key, which is the object."""
        check_key(key)
        versions = [entry for entry in self.bucket.versions_of(key) if not entry.is_delete_marker]
        if not versions:
            raise ObjectMissing(key)
        return versions[-1]

    def _send(self, key: str, stream: MeasuredStream, length: int) -> str | None:
        part = max(PART, -(-length // _MOST_PARTS))
        try:
            # One part after the other: the client's parallel parts leave threads behind when a source fails.
            made = self._client.put_object(
                self._name, key, cast("io.BufferedReader", stream), length, part_size=part, num_parallel_uploads=1
            )
        except FAILURES as error:
            if stream.failure is not None:
                raise stream.failure from None
            if code_of(error) == "PreconditionFailed":
                raise ObjectExists(key) from error
            with _writing(key):
                raise
        return made.version_id

    def _see_that_it_is_first(self, key: str, version: str | None, length: int) -> None:
        versions = [entry for entry in self.bucket.versions_of(key) if not entry.is_delete_marker]
        mine = [entry for entry in versions if entry.version_id == version]
        if version is None or not mine:
            raise StorageError("STO-0006", key=key, reason="the version that was written is not there")
        if versions[-1].version_id == version and mine[0].size == length:
            return
        self.bucket.remove(key, version)
        if mine[0].size != length:
            raise StorageError("STO-0006", key=key, reason=f"{mine[0].size} bytes were kept of {length}")
        raise ObjectExists(key)

    def _remove(self, key: str, entry: Object) -> None:
        try:
            self.bucket.remove(key, entry.version_id)
        except S3Error as error:
            if error.code in MISSING:
                return
            # Servers name the refusal differently; what keeps the version says which one it is.
            if not entry.is_delete_marker:
                if self._client.is_object_legal_hold_enabled(self._name, key, version_id=entry.version_id):
                    raise ObjectLocked("STO-0009", key=key) from error
                retention = self._retention(key, entry.version_id)
                if retention is not None:
                    raise ObjectLocked("STO-0008", key=key, until=retention.retain_until_date.isoformat()) from error
            raise

    def _retention(self, key: str, version: str | None) -> Retention | None:
        try:
            return self._client.get_object_retention(self._name, key, version_id=version)
        except ValueError as error:  # a date that the client cannot read, or no date at all
            raise StorageError("STO-0012", key=key) from error


def check_bucket(bucket: Bucket) -> None:
    """Refuse a bucket that cannot keep what is locked, or that locks what nobody asked to lock.

    Raises:
        StorageError: ``STO-0013``, ``STO-0014``, ``STO-0015``.
    """
    if not bucket.exists():
        raise StorageError("STO-0013", bucket=bucket.name)
    if not bucket.is_versioned():
        raise StorageError("STO-0014", bucket=bucket.name)
    try:
        configuration = bucket.client.get_object_lock_config(bucket.name)
    except S3Error as error:
        if error.code != "ObjectLockConfigurationNotFoundError":
            raise
        raise StorageError("STO-0014", bucket=bucket.name) from error
    if configuration.mode is not None:
        raise StorageError("STO-0015", bucket=bucket.name)


def _all_bytes_are_there() -> None:
    # On a folder there are two moments between these: bytes written, bytes durable. Here both come unseen.
    faults.point("store.put.written")
    faults.point("store.put.synced")


def _whole(end: datetime.datetime) -> datetime.datetime:
    """Return the end in whole seconds, never an earlier one."""
    whole = end.astimezone(datetime.UTC).replace(microsecond=0)
    return whole if whole == end else whole + datetime.timedelta(seconds=1)


@contextlib.contextmanager
def _writing(key: str) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        code = code_of(error)
        if code in MISSING:
            raise ObjectMissing(key) from error
        if code in FULL:
            raise StorageError("STO-0005", key=key) from error
        if right := right_missing(error):
            raise StorageError("STO-0020", key=key, right=right) from error
        raise StorageError("STO-0006", key=key, reason=reason(error)) from error


@contextlib.contextmanager
def _reading(key: str) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        if code_of(error) in MISSING:
            raise ObjectMissing(key) from error
        if right := right_missing(error):
            raise StorageError("STO-0020", key=key, right=right) from error
        raise StorageError("STO-0007", key=key, reason=reason(error)) from error
