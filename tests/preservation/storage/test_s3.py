"""What only a store in a bucket promises: the first version is the object, and the server keeps the locks."""

from __future__ import annotations

import datetime
import io
import itertools
import resource
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.error import S3Error
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention

from archive import faults
from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress
from preservation.storage.errors import ObjectExists, ObjectLocked, ObjectMissing, StorageError
from preservation.storage.lock_proof import prove_lock
from preservation.storage.ports import StoredObject
from preservation.storage.s3 import PART, S3Store
from tests.buckets import bucket_for

pytestmark = pytest.mark.network
FAR = datetime.datetime(2095, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def address(tmp_path: Path) -> BucketAddress:
    """The address of an empty bucket with object lock."""
    return bucket_for(tmp_path, lock=True)


@pytest.fixture
def store(address: BucketAddress) -> S3Store:
    """The store in that bucket."""
    return S3Store(Bucket(address, write_once=True), proven=lambda: True)


@pytest.fixture
def other(address: BucketAddress) -> Bucket:
    """The same bucket in the hands of somebody who keeps to none of the store's rules."""
    return Bucket(address)


def _bytes(store: S3Store, key: str) -> bytes:
    return b"".join(store.read(key))


def _overwrite(other: Bucket, key: str, content: bytes) -> None:
    other.client.put_object(other.name, key, io.BytesIO(content), len(content))


def test_what_is_put_over_an_object_changes_nothing(store: S3Store, other: Bucket) -> None:
    """A stranger's later version and a marker that hides the key leave the object as it was written."""
    store.put("one", [b"first"], length=5)
    _overwrite(other, "one", b"a stranger's")
    assert (_bytes(store, "one"), store.stat("one")) == (b"first", StoredObject("one", 5))
    other.remove("one")
    assert (_bytes(store, "one"), list(store.keys())) == (b"first", ["one"])
    with pytest.raises(ObjectExists):
        store.put("one", [b"second"], length=6)


def test_deleting_leaves_no_version_and_no_marker(store: S3Store, other: Bucket) -> None:
    """After a deletion nothing of the key is left in the bucket, so that no bytes are only hidden."""
    store.put("one", [b"first"], length=5)
    _overwrite(other, "one", b"later")
    other.remove("one")
    store.delete("one")
    assert list(other.versions("")) == []


def test_markers_alone_are_no_object(store: S3Store, other: Bucket) -> None:
    """A key of which only a marker is left is missing, and can be written."""
    other.remove("one")
    assert (store.stat("one"), list(store.keys())) == (None, [])
    with pytest.raises(ObjectMissing):
        store.delete("one")
    store.put("one", [b"first"], length=5)
    assert _bytes(store, "one") == b"first"


def test_of_many_writers_at_once_one_succeeds(address: BucketAddress) -> None:
    """Eight writers that all saw an empty key: one succeeds, the others are told, and its bytes are there alone."""
    all_have_looked = threading.Barrier(8)
    outcomes: dict[int, str] = {}

    def chunks(number: int) -> Iterator[bytes]:
        all_have_looked.wait(30)
        yield str(number).encode()

    def write(number: int) -> None:
        try:
            S3Store(Bucket(address, write_once=True)).put("one", chunks(number), length=1)
            outcomes[number] = "written"
        except ObjectExists:
            outcomes[number] = "exists"

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(outcomes.values()) == ["exists"] * 7 + ["written"]
    (winner,) = (number for number, outcome in outcomes.items() if outcome == "written")
    bucket = Bucket(address, write_once=True)
    assert _bytes(S3Store(bucket), "one") == str(winner).encode()
    assert len(bucket.versions_of("one")) == 1


@pytest.mark.parametrize("write_once", [True, False])
def test_who_was_overtaken_takes_nothing_from_the_first(address: BucketAddress, *, write_once: bool) -> None:
    """A writer that looked before another one wrote is told so, whether the server helps or not, and leaves nothing."""
    store = S3Store(Bucket(address, write_once=write_once))

    def chunks() -> Iterator[bytes]:
        store.put("one", [b"the first"], length=9)
        yield b"overtaken"

    with pytest.raises(ObjectExists):
        store.put("one", chunks(), length=9)
    assert _bytes(store, "one") == b"the first"
    assert len(store.bucket.versions_of("one")) == 1


def _pattern(length: int) -> Iterator[bytes]:
    block = bytes(range(251)) * 300
    for at in range(0, length, len(block)):
        yield block[: length - at]


def test_an_object_of_many_parts_comes_back(store: S3Store) -> None:
    """An object of two parts and a byte is read without a byte out of place, across the seam too."""
    length = 2 * PART + 1
    store.put("large", _pattern(length), length=length)
    whole = b"".join(_pattern(length))
    assert _bytes(store, "large") == whole
    assert b"".join(store.read("large", offset=PART - 2, length=4)) == whole[PART - 2 : PART + 2]


@pytest.mark.parametrize("difference", [-1, 1])
def test_many_parts_of_the_wrong_length_leave_nothing(store: S3Store, other: Bucket, difference: int) -> None:
    """A long stream that is too short or too long leaves neither an object nor the parts that were sent."""
    length = PART + 5
    with pytest.raises(StorageError) as caught:
        store.put("large", _pattern(length + difference), length=length)
    assert caught.value.code == "STO-0004"
    assert list(other.versions("")) == []
    assert other.client._list_multipart_uploads(other.name).uploads == []


def test_a_source_that_fails_in_the_second_part_leaves_nothing(store: S3Store, other: Bucket) -> None:
    """The source's own error comes through, also when it is one that a network could raise."""

    def source() -> Iterator[bytes]:
        yield bytes(PART)
        raise ConnectionResetError("the source's own")

    with pytest.raises(ConnectionResetError, match="the source's own"):
        store.put("large", source(), length=2 * PART)
    assert list(other.versions("")) == []
    assert other.client._list_multipart_uploads(other.name).uploads == []


def test_memory_does_not_grow_with_the_object(store: S3Store) -> None:
    """Putting and reading 160 MB takes no more memory than a few parts."""
    length = 160_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store.put("large", _pattern(length), length=length)
    assert sum(len(chunk) for chunk in store.read("large")) == length
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5 * PART // 1024


def test_parts_of_a_killed_write_are_swept_away(store: S3Store, other: Bucket) -> None:
    """Parts that nobody completes are aborted once they are old enough, and counted."""
    for key in ("aip/one", "two"):
        upload = other.client._create_multipart_upload(other.name, key, {})
        other.client._upload_part(other.name, key, b"x", None, upload, 1)
    assert store.sweep(3600) == 0
    assert store.sweep(-60) == 2
    assert other.client._list_multipart_uploads(other.name).uploads == []


def test_the_server_itself_refuses(store: S3Store, other: Bucket) -> None:
    """Who goes round the product with its own credentials can neither delete a locked version nor shorten its lock."""
    store.put("one", [b"first"], length=5)
    store.retain("one", FAR)
    (version,) = other.versions_of("one")
    with pytest.raises(S3Error):
        other.remove("one", version.version_id)
    with pytest.raises(S3Error):
        other.client.set_object_retention(
            other.name, "one", Retention(GOVERNANCE, FAR - datetime.timedelta(days=1)), version_id=version.version_id
        )
    assert _bytes(store, "one") == b"first"


def test_the_mode_of_the_settings_is_set(address: BucketAddress, store: S3Store, other: Bucket) -> None:
    """Each mode is what the server says afterwards; the stronger one stays when the weaker is asked for."""
    soon = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(seconds=2)
    store.put("one", [b"1"], length=1)
    store.retain("one", soon)
    told = other.client.get_object_retention(other.name, "one")
    assert told == Retention(GOVERNANCE, soon)
    strict = S3Store(Bucket(address, write_once=True), lock_mode="COMPLIANCE")
    strict.put("two", [b"2"], length=1)
    strict.retain("two", soon)
    store.retain("two", soon + datetime.timedelta(seconds=1))
    told = other.client.get_object_retention(other.name, "two")
    assert told == Retention(COMPLIANCE, soon + datetime.timedelta(seconds=1))
    _wait_until(soon + datetime.timedelta(seconds=2))
    store.delete("two")


def _wait_until(instant: datetime.datetime) -> None:
    threading.Event().wait(max(0.0, (instant - datetime.datetime.now(datetime.UTC)).total_seconds()))


def test_a_server_that_still_holds_is_believed(store: S3Store, address: BucketAddress) -> None:
    """When our clock says that the retention is over and the server refuses, the object counts as retained."""

    class Ahead:
        def now(self) -> datetime.datetime:
            return FAR

    store.put("one", [b"1"], length=1)
    until = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(hours=1)
    store.retain("one", until)
    ahead = S3Store(Bucket(address, write_once=True), clock=Ahead())
    with pytest.raises(ObjectLocked) as caught:
        ahead.delete("one")
    assert caught.value.code == "STO-0008"
    assert _bytes(store, "one") == b"1"


def test_a_retention_with_a_fraction_is_told_no_earlier(store: S3Store, other: Bucket) -> None:
    """An end that somebody set within a second is told as the next whole one."""
    store.put("one", [b"1"], length=1)
    other.client.set_object_retention(other.name, "one", Retention(GOVERNANCE, FAR.replace(microsecond=500_000)))
    assert store.lock("one").retained_until in {FAR, FAR + datetime.timedelta(seconds=1)}


@pytest.mark.parametrize("proven", [True, False])
def test_a_lock_is_the_servers_only_when_it_was_proven(address: BucketAddress, *, proven: bool) -> None:
    """Until the server was seen to keep its locks, a lock is called the product's own word."""
    store = S3Store(Bucket(address, write_once=True), proven=lambda: proven)
    store.put("one", [b"1"], length=1)
    store.retain("one", FAR)
    assert store.lock("one").enforced_by == ("store" if proven else "product")


def test_a_bucket_that_is_not_there_is_refused(address: BucketAddress) -> None:
    """Opening a store names the bucket that is missing."""
    with pytest.raises(StorageError) as caught:
        S3Store(Bucket(replace(address, name="nowhere")))
    assert (caught.value.code, caught.value.parameters) == ("STO-0013", {"bucket": "nowhere"})


def test_a_bucket_without_lock_is_refused(tmp_path: Path) -> None:
    """A bucket that was made without object lock is no store."""
    with pytest.raises(StorageError) as caught:
        S3Store(Bucket(bucket_for(tmp_path, lock=False)))
    assert caught.value.code == "STO-0014"


def test_a_bucket_that_locks_by_itself_is_refused(address: BucketAddress, other: Bucket) -> None:
    """A default retention would lock packages that have no row yet."""
    other.client.set_object_lock_config(other.name, ObjectLockConfig(GOVERNANCE, 1, DAYS))
    with pytest.raises(StorageError) as caught:
        S3Store(Bucket(address))
    assert caught.value.code == "STO-0015"


def test_wrong_credentials_are_said(address: BucketAddress) -> None:
    """A refusal of the server is told with its own word, without the secret."""
    with pytest.raises(StorageError) as caught:
        S3Store(Bucket(replace(address, secret_key="another-secret")))
    assert caught.value.code == "STO-0007"
    assert "another-secret" not in repr(caught.value) + repr(replace(address, secret_key="another-secret"))


def test_a_server_that_keeps_its_locks_is_proven(other: Bucket) -> None:
    """On a real server no attempt succeeds, and nothing of the probe is left."""
    assert prove_lock(other) == ()
    assert list(other.versions("")) == []


def test_every_moment_of_a_write_can_be_hit(store: S3Store) -> None:
    """The points for kills are passed in the same order as on a folder."""
    passed: list[str] = []
    faults.install(passed.append)
    try:
        store.put("one", [b"1"], length=1)
        store.retain("one", datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(seconds=1))
        _wait_until(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1.5))
        store.delete("one")
    finally:
        faults.install(None)
    assert passed == [
        *(f"store.put.{moment}" for moment in ("begun", "written", "synced", "renamed", "settled")),
        *(f"store.lock.{moment}" for moment in ("written", "renamed", "settled")),
        *(f"store.delete.{moment}" for moment in ("begun", "removed", "settled")),
    ]


def test_many_keys_are_listed_over_several_pages(store: S3Store, other: Bucket) -> None:
    """More keys than one answer holds come once each and in order, also where a key has several versions."""
    keys = sorted(f"k/{number:04d}" for number in range(1005))
    for key in keys:
        _overwrite(other, key, b"")
    for key in itertools.islice(keys, 990, 1005):
        _overwrite(other, key, b"again")
    assert list(store.keys("k/")) == keys
