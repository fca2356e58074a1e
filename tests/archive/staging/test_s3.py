"""What only staging in a bucket promises: few objects, a beginning after any cut, nothing left when deleted."""

from __future__ import annotations

import io
import resource
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.s3.bucket import Bucket
from archive.staging.errors import StagingError
from archive.staging.ports import StagingKey
from archive.staging.s3 import STRETCH, S3Staging
from archive.staging.turns import MachineTurns
from tests.buckets import bucket_for

pytestmark = pytest.mark.network
KEY = StagingKey(uuid.UUID(int=1), uuid.UUID(int=2), 1, 1)


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    """An empty bucket without lock."""
    return Bucket(bucket_for(tmp_path, lock=False))


@pytest.fixture
def staging(bucket: Bucket, tmp_path: Path) -> S3Staging:
    """Staging in that bucket."""
    return S3Staging(bucket, MachineTurns(tmp_path / "turns"))


def add(staging: S3Staging, offset: int, content: bytes) -> None:
    """Append from an offset on."""
    assert b"".join(staging.append(KEY, offset, [content])) == content


def content(staging: S3Staging) -> bytes:
    """Return the bytes held."""
    return b"".join(staging.read(KEY))


def stretches(bucket: Bucket) -> list[tuple[int, int]]:
    """Return offset and length of each object."""
    return [(int((o.object_name or "").rpartition("/")[2]), o.size or 0) for o in bucket.objects("")]


BODY = bytes(range(251)) * (STRETCH // 251 * 5 // 2)


def test_a_long_file_lies_in_full_stretches(staging: S3Staging, bucket: Bucket) -> None:
    """Whatever the chunks, all stretches but the last are full, and give the file."""
    parts = [BODY[at : at + 300_000] for at in range(0, len(BODY), 300_000)]
    assert b"".join(staging.append(KEY, 0, parts)) == BODY
    assert [length for _, length in stretches(bucket)] == [STRETCH, STRETCH, len(BODY) - 2 * STRETCH]
    assert (staging.size(KEY), content(staging)) == (len(BODY), BODY)


@pytest.mark.parametrize("offset", [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, 2 * STRETCH, len(BODY) - 1, len(BODY)])
def test_sending_goes_on_from_any_byte(staging: S3Staging, bucket: Bucket, offset: int) -> None:
    """What lay beyond the offset is dropped, at a seam, before and behind it, and no stretch of it is left."""
    add(staging, 0, BODY)
    add(staging, offset, b"anew")
    assert content(staging) == BODY[:offset] + b"anew"
    assert sum(length for _, length in stretches(bucket)) == offset + 4


@pytest.mark.parametrize("offset", [0, 1, STRETCH, STRETCH + 1])
def test_a_file_can_be_cut_without_adding(staging: S3Staging, offset: int) -> None:
    """Nothing sent from an offset on leaves what lies before it."""
    add(staging, 0, BODY)
    assert list(staging.append(KEY, offset, [])) == []
    assert (staging.size(KEY), content(staging)) == (offset, BODY[:offset])


def test_many_short_requests_make_few_objects(staging: S3Staging, bucket: Bucket) -> None:
    """A connection that is cut off again and again does not leave an object each time."""
    for number in range(20):
        add(staging, number * 3, b"abc")
    assert stretches(bucket) == [(0, 60)]


def test_what_lies_behind_a_gap_is_not_held(staging: S3Staging, bucket: Bucket) -> None:
    """A stretch without the one before it, whoever left it, is no part of the file and is dropped by the next part."""
    add(staging, 0, b"0123")
    for offset in (2, 8):
        bucket.client.put_object(bucket.name, f"{KEY.path()}/{offset:020d}", io.BytesIO(b"stray"), 5)
    assert (staging.size(KEY), content(staging)) == (4, b"0123")
    add(staging, 4, b"4567")
    assert (staging.size(KEY), content(staging)) == (8, b"01234567")
    assert stretches(bucket) == [(0, 8)]


def test_a_stream_that_fails_leaves_what_came(staging: S3Staging) -> None:
    """The source's error comes through, and the file goes on from where it broke off."""

    def breaks() -> Iterator[bytes]:
        yield BODY[: STRETCH + 7]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(staging.append(KEY, 0, breaks()))
    assert staging.size(KEY) == STRETCH + 7
    add(staging, STRETCH + 7, BODY[STRETCH + 7 :])
    assert content(staging) == BODY


def test_memory_does_not_grow_with_the_file(staging: S3Staging, tmp_path: Path) -> None:
    """Staging, reading and fetching 150 MB takes no more memory than some stretches."""
    length, piece = 150_000_000, bytes(100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in staging.append(KEY, 0, (piece for _ in range(length // len(piece)))):
        pass
    assert sum(len(chunk) for chunk in staging.read(KEY)) == length
    staging.fetch(KEY, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_size == length
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 6 * STRETCH // 1024


def test_deleting_leaves_no_object(staging: S3Staging, bucket: Bucket) -> None:
    """Not one stretch of a deleted transfer stays in the bucket."""
    add(staging, 0, BODY)
    staging.delete(KEY.organization, KEY.transfer)
    assert list(bucket.versions("")) == []


def test_a_bucket_that_keeps_versions_is_refused(tmp_path: Path) -> None:
    """What is deleted would stay there; the bucket is named."""
    bucket = Bucket(bucket_for(tmp_path, lock=True))
    with pytest.raises(StagingError) as caught:
        S3Staging(bucket, MachineTurns(tmp_path / "turns"))
    assert (caught.value.code, caught.value.parameters) == ("STG-0008", {"bucket": bucket.name})


def test_a_missing_bucket_is_refused(bucket: Bucket, tmp_path: Path) -> None:
    """Opening names the bucket that is not there."""
    with pytest.raises(StagingError) as caught:
        S3Staging(Bucket(replace(bucket.address, name="nowhere")), MachineTurns(tmp_path / "turns"))
    assert caught.value.code == "STG-0008"


def test_a_server_that_is_away_is_said(bucket: Bucket, tmp_path: Path) -> None:
    """An address where nobody listens is an error with a code."""
    with pytest.raises(StagingError) as caught:
        S3Staging(Bucket(replace(bucket.address, port=9)), MachineTurns(tmp_path / "turns"))
    assert caught.value.code == "STG-0007"
