"""Staging in a bucket: a file is a row of numbered stretches, since objects of S3 do not grow.

A stretch is an object ``organization/transfer/attempt/ordinal/<offset in 20 digits>``. What is held is what
the stretches from offset 0 on give without a gap. Stretches are taken away from the end and written in
order, so that a process that dies at any moment leaves a beginning of what was sent.
"""

from __future__ import annotations

import contextlib
import io
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from minio.deleteobjects import DeleteObject

from archive import faults
from archive.s3.bucket import Bucket
from archive.s3.errors import FAILURES, FULL, WrongAnswer, code_of, reason, right_missing
from archive.staging.errors import StagingError
from archive.staging.ports import StagingKey
from archive.staging.turns import Turns

STRETCH = 8 << 20
"""Bytes of a full stretch; an upload takes some three times as much memory."""
_MARK = "stretch"


@dataclass(frozen=True, slots=True)
class _Stretch:
    name: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


class S3Staging:
    """Staged files in a bucket without versions: what is deleted has to be gone.

    Args:
        bucket: made without `write_once`: a stretch that was cut off is written anew.
        turns: lets one connection at a time write a file.

    Raises:
        StagingError: ``STG-0008`` the bucket is missing, or keeps versions; ``STG-0007`` the server fails;
            ``STG-0011`` the account lacks a right.
    """

    def __init__(self, bucket: Bucket, turns: Turns) -> None:
        self._bucket = bucket
        self._turns = turns
        with _failing():
            if not bucket.exists() or bucket.is_versioned():
                raise StagingError("STG-0008", bucket=bucket.name)

    def size(self, key: StagingKey) -> int:
        """Return how many bytes are held."""
        held, _ = self._stretches(key)
        return held[-1].end if held else 0

    def exclusive(self, key: StagingKey) -> AbstractContextManager[None]:
        """Hold the file for one connection, on all machines that share the turns."""
        return self._turns.exclusive(key)

    def append(self, key: StagingKey, offset: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Write chunks from `offset` on, yielding each; a stretch at a time, the last one also of a cut-off stream."""
        buffer, at = self._cut(key, offset)
        empty = not at
        try:
            for chunk in chunks:
                buffer += chunk
                while len(buffer) >= STRETCH:
                    self._write(key, at, bytes(buffer[:STRETCH]))
                    del buffer[:STRETCH]
                    at, empty = at + STRETCH, False
                yield chunk
        finally:
            # A file without bytes is held too.
            if buffer or empty:
                self._write(key, at, bytes(buffer))
        faults.point("staging.written")

    def read(self, key: StagingKey) -> Iterator[bytes]:
        """Yield the bytes."""
        held, _ = self._stretches(key)
        if not held:
            raise StagingError("STG-0002")
        for stretch in held:
            yield from self._read(stretch)

    def fetch(self, key: StagingKey, target: Path) -> None:
        """Write the bytes to a private file."""
        held, _ = self._stretches(key)
        if not held:
            raise StagingError("STG-0002")
        with target.open("wb") as file:
            for stretch in held:
                file.writelines(self._read(stretch))

    def delete(self, organization: uuid.UUID, transfer: uuid.UUID, attempt: int | None = None) -> None:
        """Delete all objects of a transfer, or of one attempt of it."""
        prefix = f"{organization}/{transfer}/" + ("" if attempt is None else f"{attempt}/")
        with _failing():
            names = (DeleteObject(found.object_name or "") for found in self._bucket.objects(prefix))
            for error in self._bucket.client.remove_objects(self._bucket.name, names):
                raise StagingError("STG-0007", reason=f"{error.code}: {error.message or ''}")

    def _stretches(self, key: StagingKey) -> tuple[list[_Stretch], list[_Stretch]]:
        """Return the stretches that are held, and those behind a gap."""
        held: list[_Stretch] = []
        beyond: list[_Stretch] = []
        prefix = key.path() + "/"
        with _failing():
            for found in self._bucket.objects(prefix):
                name = found.object_name or ""
                stretch = _Stretch(name, int(name.removeprefix(prefix)), found.size or 0)
                whole = stretch.offset == (held[-1].end if held else 0) and not beyond
                (held if whole else beyond).append(stretch)
        return held, beyond

    def _cut(self, key: StagingKey, offset: int) -> tuple[bytearray, int]:
        """Take away what lies beyond `offset`; return what the stretch that is open there holds, and its beginning."""
        held, beyond = self._stretches(key)
        size = held[-1].end if held else 0
        if offset > size:
            raise StagingError("STG-0001", held=size, offset=offset)
        kept = [stretch for stretch in held if stretch.offset < offset]
        with _failing():
            for stretch in reversed(held[len(kept) :] + beyond):
                self._bucket.remove(stretch.name)
        # The last stretch is written anew when it is not full, so that many short requests make few objects.
        if not kept or (kept[-1].end <= offset and kept[-1].length >= STRETCH):
            return bytearray(), offset
        last = kept[-1]
        return bytearray(b"".join(self._read(last))[: offset - last.offset]), last.offset

    def _read(self, stretch: _Stretch) -> Iterator[bytes]:
        """Yield a whole stretch. What is read here is written again where it is cut, so it must be the right one."""
        told: list[str] = []
        crc = 0
        with _failing():
            for chunk in self._bucket.read(
                stretch.name,
                offset=0,
                length=stretch.length,
                size=stretch.length,
                check=lambda headers: told.append(headers.get(f"x-amz-meta-{_MARK}", "")),
            ):
                crc = zlib.crc32(chunk, crc)
                yield chunk
            if stretch.length and told != [_mark(stretch.name, crc)]:
                raise WrongAnswer(f"{told} instead of {stretch.name}")

    def _write(self, key: StagingKey, offset: int, content: bytes) -> None:
        name = f"{key.path()}/{offset:020d}"
        with _failing():
            self._bucket.client.put_object(
                self._bucket.name,
                name,
                io.BytesIO(content),
                len(content),
                metadata={_MARK: _mark(name, zlib.crc32(content))},
                part_size=STRETCH,
            )


def _mark(name: str, crc32: int) -> str:
    """Return what a stretch says of itself: another object's answer says something else."""
    return f"{name} {crc32:08x}"


@contextlib.contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        if code_of(error) in FULL:
            raise StagingError("STG-0010") from error
        if right := right_missing(error):
            raise StagingError("STG-0011", right=right) from error
        raise StagingError("STG-0007", reason=reason(error)) from error
