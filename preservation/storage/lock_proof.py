"""Does the server keep its locks? Tried on a probe, since some servers accept a lock and then do not keep it."""

from __future__ import annotations

import datetime
import io
import os
import time
import uuid
from enum import StrEnum

from minio.commonconfig import GOVERNANCE
from minio.error import S3Error
from minio.retention import Retention

from archive.s3.bucket import Bucket
from archive.s3.errors import FAILURES, MISSING, WrongAnswer, reason
from preservation.storage.errors import StorageError

PREFIX = "probe/lock/"
_RETAINED_SECONDS = (4, 20)
_PATIENCE_SECONDS = 10.0


class Weakness(StrEnum):
    """What a server let happen to a locked version."""

    RETENTION_FORGOTTEN = "retention_forgotten"
    DELETED = "deleted"
    SHORTENED = "shortened"
    REPLACED = "replaced"
    DELETED_ON_HOLD = "deleted_on_hold"
    WRITTEN_TWICE = "written_twice"


HARMLESS_TO_LOCKS = frozenset({Weakness.WRITTEN_TWICE})
"""What says nothing against the locks themselves: the server does not know ``If-None-Match``, so that of two writers
of one key in the same instant both may be told that they succeeded."""


def prove_lock(bucket: Bucket) -> tuple[Weakness, ...]:
    """Lock a probe for some seconds, try to get round the lock, clean up; return what succeeded.

    Takes about as many seconds as the probe is locked. What an earlier call left behind is removed too.

    Args:
        bucket: made **without** `write_once`: overwriting is one of the attempts.

    Raises:
        StorageError: ``STO-0007`` the server could not be asked, which proves nothing.
    """
    for seconds in _RETAINED_SECONDS:
        key, body = f"{PREFIX}{uuid.uuid4()}", os.urandom(64)
        begun = time.monotonic()
        try:
            _put(bucket, key, body)
            try:
                found = _weaknesses(bucket, key, body, seconds)
                quick = time.monotonic() - begun < seconds - 1
            finally:
                _remove_probes(bucket, seconds)
        except FAILURES as error:
            raise StorageError("STO-0007", key=key, reason=reason(error)) from error
        # A slow answer may have come after the lock had ended; then it says nothing against the server.
        if quick or not found:
            return tuple(found)
    raise StorageError("STO-0007", key=PREFIX, reason="too slow to tell")


def _weaknesses(bucket: Bucket, key: str, body: bytes, seconds: int) -> list[Weakness]:
    probe = bucket.versions_of(key)[-1]
    client, name, version = bucket.client, bucket.name, probe.version_id
    found = []
    client.enable_object_legal_hold(name, key, version_id=version)
    _refused(bucket, key, version)
    if not _is_whole(bucket, key, version, body):
        return [Weakness.DELETED_ON_HOLD]
    client.disable_object_legal_hold(name, key, version_id=version)
    # By the server's clock: ours may differ by more than the probe is locked.
    made = probe.last_modified or datetime.datetime.now(datetime.UTC)
    end = made.replace(microsecond=0) + datetime.timedelta(seconds=seconds)
    client.set_object_retention(name, key, Retention(GOVERNANCE, end), version_id=version)
    if client.get_object_retention(name, key, version_id=version) != Retention(GOVERNANCE, end):
        found.append(Weakness.RETENTION_FORGOTTEN)
    earlier = Retention(GOVERNANCE, end - datetime.timedelta(seconds=1))
    try:
        client.set_object_retention(name, key, earlier, version_id=version)
    except S3Error:
        pass
    else:
        if client.get_object_retention(name, key, version_id=version) != Retention(GOVERNANCE, end):
            found.append(Weakness.SHORTENED)
    if _is_written_twice(bucket, key, body):
        found.append(Weakness.WRITTEN_TWICE)
    _put(bucket, key, bytes(len(body)))
    client.remove_object(name, key)
    if not _is_whole(bucket, key, version, body):
        return [*found, Weakness.REPLACED]
    _refused(bucket, key, version)
    if not _is_whole(bucket, key, version, body):
        found.append(Weakness.DELETED)
    return found


def _put(bucket: Bucket, key: str, body: bytes) -> None:
    bucket.client.put_object(bucket.name, key, io.BytesIO(body), len(body))


def _is_written_twice(bucket: Bucket, key: str, body: bytes) -> bool:
    try:
        _put(Bucket(bucket.address, write_once=True), key, body)
    except S3Error as error:
        if error.code != "PreconditionFailed":
            raise
        return False
    return True


def _refused(bucket: Bucket, key: str, version: str | None) -> None:
    """Try to delete; whether it was refused is seen by reading, not by what was answered."""
    try:
        bucket.remove(key, version)
    except S3Error:
        return


def _is_whole(bucket: Bucket, key: str, version: str | None, body: bytes) -> bool:
    try:
        return b"".join(bucket.read(key, offset=0, length=len(body), size=len(body), version=version)) == body
    except WrongAnswer:
        return False
    except S3Error as error:
        if error.code not in MISSING:
            raise
        return False


def _remove_probes(bucket: Bucket, seconds: int) -> None:
    """Remove all probes; the newest only after its retention has ended."""
    end = time.monotonic() + seconds + _PATIENCE_SECONDS
    while True:
        left = False
        for entry in list(bucket.versions(PREFIX)):
            try:
                bucket.remove(entry.object_name or "", entry.version_id)
            except S3Error:
                left = True
        if not left or time.monotonic() > end:
            return
        time.sleep(0.5)
