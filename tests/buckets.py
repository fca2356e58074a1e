"""Buckets for tests: one of its own for each test, on the S3 server that `make servers` has started."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from minio.deleteobjects import DeleteObject

from archive.s3.connection import BucketAddress, connect
from tests.servers import require, variables

_made: dict[str, BucketAddress] = {}


def bucket_for(place: Path, *, lock: bool, made: bool = True) -> BucketAddress:
    """Return the address of the bucket that stands for a folder of the test; made at the first time, unless not."""
    server = urlsplit(require("s3"))
    known = variables()
    address = BucketAddress(
        host=server.hostname or "",
        port=server.port or 0,
        secure=server.scheme == "https",
        name="test-" + hashlib.sha256(str(place).encode()).hexdigest()[:32],
        region="us-east-1",
        access_key=known["KHOLUUTRU_TEST_S3_ACCESS_KEY"],
        secret_key=known["KHOLUUTRU_TEST_S3_SECRET_KEY"],
    )
    if address.name not in _made:
        # A test that was killed in a folder of the same name has left its bucket.
        _remove(address)
        if made:
            connect(address).make_bucket(address.name, object_lock=lock)
        _made[address.name] = address
    return address


@contextmanager
def buckets_removed_afterwards() -> Iterator[None]:
    """Remove all buckets that this process has made for tests, whatever is locked in them."""
    yield
    while _made:
        _, address = _made.popitem()
        _remove(address)


def remove(address: BucketAddress) -> None:
    """Remove a bucket now."""
    _made.pop(address.name, None)
    _remove(address)


def patient(address: BucketAddress, seconds: float) -> BucketAddress:
    """Return the address with another time of waiting."""
    return replace(address, connect_seconds=seconds, read_seconds=seconds)


def _remove(address: BucketAddress) -> None:
    client = connect(address)
    if client.bucket_exists(address.name):
        empty(address)
        client.remove_bucket(address.name)


def empty(address: BucketAddress) -> None:
    """Remove all that is in a bucket, whatever is locked."""
    client, bucket = connect(address), address.name
    entries = list(client.list_objects(bucket, recursive=True, include_version=True))
    for entry in entries:
        if not entry.is_delete_marker and entry.version_id not in {None, "null"}:
            client.disable_object_legal_hold(bucket, entry.object_name or "", version_id=entry.version_id)
    gone = [DeleteObject(entry.object_name or "", entry.version_id) for entry in entries]
    # What tests lock they lock under GOVERNANCE; the server's owner may take it away.
    assert not list(client.remove_objects(bucket, gone, bypass_governance_mode=True))


def settings_of(store: BucketAddress, staging: BucketAddress) -> dict[str, str]:
    """Return the settings, by name, of an archive that keeps its objects in these buckets."""
    return {
        "store": _url(store),
        "staging": _url(staging),
        "store_access_key": store.access_key,
        "store_secret_key": store.secret_key,
    }


def _url(address: BucketAddress) -> str:
    scheme = "https" if address.secure else "http"
    return f"{scheme}://{address.host}:{address.port}/{address.name}"
