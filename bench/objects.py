"""Objects in a bucket, beside the plain client, in one run; both read back and compare by SHA-256.

    python -m bench.objects [--rounds N]

Needs the S3 server of `make servers`. What ours does besides: it sees that nothing is there before, that its
version is the first one afterwards, that nothing is over, and that an answer is about the range asked for.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.s3.bucket import Bucket
from preservation.storage.s3 import S3Store
from tests.buckets import bucket_for, buckets_removed_afterwards
from tests.servers import address

_PIECE = 50_000


def _pieces(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), _PIECE):
        yield content[at : at + _PIECE]


def ours(store: S3Store, content: bytes) -> None:
    """Put and read back through the product's store."""
    key, digest = f"aip/{uuid.uuid4()}/v1-1.zip", hashlib.sha256()
    store.put(key, _pieces(content), length=len(content))
    for chunk in store.read(key):
        digest.update(chunk)
    assert digest.digest() == hashlib.sha256(content).digest()


def plain(bucket: Bucket, content: bytes) -> None:
    """Put and read back as the client's documentation shows it."""
    key, digest = f"plain/{uuid.uuid4()}/v1-1.zip", hashlib.sha256()
    bucket.client.put_object(bucket.name, key, io.BytesIO(content), len(content))
    response = bucket.client.get_object(bucket.name, key)
    try:
        for chunk in response.stream(1 << 18):
            digest.update(chunk)
    finally:
        response.close()
        response.release_conn()
    assert digest.digest() == hashlib.sha256(content).digest()


def _seconds(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def main() -> None:
    """Print milliseconds per object, and how much of the plain client's speed is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="objects of 1 MB; a twentieth of 100 MB")
    rounds = parser.parse_args().rounds
    if address("s3") is None:
        print("objects in a bucket: not measured, no S3 server (`make servers`)")
        return
    with tempfile.TemporaryDirectory() as folder, buckets_removed_afterwards():
        place = bucket_for(Path(folder), lock=True)
        store, bucket = S3Store(Bucket(place, write_once=True)), Bucket(place)
        for name, length, count in (
            ("1 MB (20 x 50 KB)", 20 * _PIECE, rounds),
            ("100 MB", 10**8, max(2, rounds // 20)),
        ):
            times: dict[str, list[float]] = {"ours": [], "plain": []}
            for _ in range(count):
                content = os.urandom(length)
                times["ours"].append(_seconds(lambda content=content: ours(store, content)))  # type: ignore[misc] # a lambda with a default
                times["plain"].append(_seconds(lambda content=content: plain(bucket, content)))  # type: ignore[misc] # a lambda with a default
            middle = {who: statistics.median(taken) for who, taken in times.items()}
            print(
                f"object of {name}: ours {middle['ours'] * 1000:.1f} ms, plain client {middle['plain'] * 1000:.1f} ms,"
                f" ratio {middle['plain'] / middle['ours']:.2f} ({count} each)"
            )


if __name__ == "__main__":
    main()
