"""A bucket: what is listed in it, and reads that give the bytes asked for or an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from minio import Minio
from minio.datatypes import Object
from urllib3 import BaseHTTPResponse

from archive.s3.connection import BucketAddress, connect
from archive.s3.errors import WrongAnswer

_CHUNK = 1 << 18
_PARTIAL_CONTENT = 206


class Bucket:
    """One bucket of one server.

    Every method raises one of `archive.s3.errors.FAILURES` when the server or the network fails.

    Attributes:
        address: where it is.
        name: its name.
        client: the client, for what this class does not do.
    """

    def __init__(self, address: BucketAddress, *, write_once: bool = False) -> None:
        self.address = address
        self.name = address.name
        self.client: Minio = connect(address, write_once=write_once)

    def exists(self) -> bool:
        """Return whether the bucket is there."""
        return self.client.bucket_exists(self.name)

    def is_versioned(self) -> bool:
        """Return whether an overwritten or deleted object stays as a version."""
        return self.client.get_bucket_versioning(self.name).status == "Enabled"

    def objects(self, prefix: str) -> Iterator[Object]:
        """Yield the latest version of each object whose key begins with `prefix`, in ASCII order of keys."""
        yield from self.client.list_objects(self.name, prefix=prefix, recursive=True)

    def versions(self, prefix: str) -> Iterator[Object]:
        """Yield all versions, and the markers that hide them, by key; of one key the newest version first."""
        yield from self.client.list_objects(self.name, prefix=prefix, recursive=True, include_version=True)

    def versions_of(self, key: str) -> list[Object]:
        """Return all versions and markers of one key; the newest version first."""
        # The delimiter leaves out what lies below the key, as if it were a folder.
        listed = self.client.list_objects(self.name, prefix=key, include_version=True)
        return [entry for entry in listed if entry.object_name == key]

    def remove(self, key: str, version: str | None = None) -> None:
        """Remove an object, or one version of it."""
        self.client.remove_object(self.name, key, version_id=version)

    def read(
        self,
        key: str,
        *,
        offset: int,
        length: int,
        size: int,
        version: str | None = None,
        check: Callable[[Mapping[str, str]], None] = lambda _: None,
    ) -> Iterator[bytes]:
        """Yield `length` bytes from `offset` on of an object of `size` bytes; `check` is shown the headers first.

        Raises:
            WrongAnswer: the answer is about another range, another version or an object of another size, or
                it holds fewer or more bytes.
        """
        if not length:
            return
        response = self.client.get_object(self.name, key, offset=offset, length=length, version_id=version)
        try:
            _check(response, f"bytes {offset}-{offset + length - 1}/{size}", version)
            check(response.headers)
            left = length
            for chunk in response.stream(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    break
                yield chunk
            if left:
                raise WrongAnswer(f"{length - left} bytes instead of {length}")
            response.release_conn()
        finally:
            # Closes the connection unless it was given back: what was not read to its end cannot be used again.
            response.close()


def _check(response: BaseHTTPResponse, expected: str, version: str | None) -> None:
    told = re.sub(r"\s+", " ", response.headers.get("Content-Range", ""))
    if response.status != _PARTIAL_CONTENT or told != expected:
        raise WrongAnswer(f"{response.status} {told!r} instead of {expected!r}")
    answered = response.headers.get("x-amz-version-id")
    if version is not None and answered != version:
        raise WrongAnswer(f"version {answered} instead of {version}")
