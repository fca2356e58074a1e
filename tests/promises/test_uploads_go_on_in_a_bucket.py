"""Uploads through the running product when staged files lie in a bucket: cut off, taken up again, whole at the end."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress
from archive.staging.s3 import STRETCH
from tests.buckets import bucket_for, settings_of
from tests.province import Province
from tests.sender import Sender
from tests.server import Server, running

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> tuple[BucketAddress, BucketAddress]:
    """The bucket of the store and the one of staging."""
    folder = tmp_path_factory.mktemp("buckets")
    return bucket_for(folder / "store", lock=True), bucket_for(folder / "staging", lock=False)


@pytest.fixture(scope="module")
def server(
    initialised: tuple[Path, Province],
    buckets: tuple[BucketAddress, BucketAddress],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A product with the test province whose objects lie in buckets."""
    data = tmp_path_factory.mktemp("uploads") / "DATA"
    shutil.copytree(initialised[0], data)
    with running(data, **settings_of(*buckets)) as started:
        yield started


def _begin(sender: Sender, address: str, body: bytes, length: int) -> socket.socket:
    """Send the beginning of a body, and no more."""
    connection = socket.create_connection(("127.0.0.1", sender.server.port))
    head = (
        f"PUT {address} HTTP/1.1\r\nHost: localhost\r\nCookie: {sender.cookie}\r\n"
        f"X-CSRFToken: {sender.csrf}\r\nContent-Length: {length}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def test_a_file_that_was_cut_off_goes_on_and_is_whole(
    server: Server, buckets: tuple[BucketAddress, BucketAddress]
) -> None:
    """While one connection sends, a second is told so; after the cut the rest goes on, and the bucket has the file."""
    sender = Sender(server)
    body = os.urandom(2 * STRETCH + 12_345)
    cut = STRETCH + 999
    address = sender.announce(sender.open_transfer(), "lon.bin", len(body))
    first = _begin(sender, address, body[:cut], len(body))
    deadline = time.monotonic() + 20
    while int(sender.request("HEAD", address).headers["Upload-Offset"]) < STRETCH:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    headers = {"X-CSRFToken": sender.csrf, "Upload-Offset": str(STRETCH)}
    assert sender.request("PUT", address, b"x", headers).status == 409
    assert "STG-0005" in sender.text
    first.close()
    while int(sender.request("HEAD", address).headers["Upload-Offset"]) != cut:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    answer = sender.request("PUT", address, body[cut:], {"X-CSRFToken": sender.csrf, "Upload-Offset": str(cut)})
    assert (answer.headers["Upload-Offset"], answer.headers["Upload-Complete"]) == (str(len(body)), "?1")
    bucket = Bucket(buckets[1])
    staged = b"".join(
        b"".join(bucket.read(o.object_name or "", offset=0, length=o.size or 0, size=o.size or 0))
        for o in bucket.objects("")
    )
    assert staged == body
