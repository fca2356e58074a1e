"""Reading the zips that `zip_writer` writes, from an object store or a file, by ranges or in one pass.

Nothing else is read: from the central directory the reader plans the zip anew, and what is there must be
byte for byte what the writer would have written. Foreign zips belong to the readers of transfers.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from preservation.packages import zip_format
from preservation.packages.errors import PackageError
from preservation.packages.zip_writer import Member, ZipPlan
from preservation.storage.errors import ObjectMissing
from preservation.storage.ports import ObjectStore

_CHUNK = 1 << 18
_TAIL = 1 << 16
_LONGEST_DIRECTORY = 1 << 30
_END64_LENGTH = zip_format.END64.size + zip_format.LOCATOR64.size

ReadRange = Callable[[int, int], Iterator[bytes]]
"""Yields the bytes from an offset on, of a length."""


class Digest(Protocol):
    """What `hashlib` gives."""

    def update(self, data: memoryview, /) -> None:
        """Take more bytes in."""
        ...

    def hexdigest(self) -> str:
        """Return the digest in lower case."""
        ...


class Crc32:
    """CRC-32 in the manner of `hashlib`."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: memoryview, /) -> None:
        """Take more bytes in."""
        self._value = zlib.crc32(data, self._value)

    def hexdigest(self) -> str:
        """Return the value as eight hexadecimal digits."""
        return f"{self._value:08x}"


@dataclass(frozen=True, slots=True)
class MemberRead:
    """One member as the whole pass found it.

    Attributes:
        member: the member that the central directory names.
        sound: its local header is the one that the directory asks for.
        digests: of its content, hexadecimal, in the order of the algorithms asked for.
    """

    member: Member
    sound: bool
    digests: tuple[str, ...]


class ZipObject:
    """A zip of our form, known by its central directory.

    Args:
        length: bytes of the file.
        read: reads a range of it.
        plan: the plan that it was written by; without it, the central directory is read.

    Attributes:
        plan: its layout; each member's `open` reads the content from where the zip lies.

    Raises:
        PackageError: ``PKG-0010`` when it does not end like one of our zips, ``PKG-0011`` when a member is
            not of our form (which, and which field), ``PKG-0013`` when bytes are missing; ``PKG-0001`` …
            ``PKG-0004`` for paths.
    """

    def __init__(self, length: int, read: ReadRange, plan: ZipPlan | None = None) -> None:
        self.length = length
        self._read = read
        self.plan = plan or self._planned()
        if self.plan.length != length:
            raise PackageError("PKG-0010")

    def read(self, path: str) -> Iterator[bytes]:
        """Yield a member's content by one range request.

        Raises:
            KeyError: no member has this path.
        """
        return self._read(*self.plan.range_of(path))

    def digests(self, algorithms: tuple[str, ...]) -> Iterator[MemberRead]:
        """Read the whole file once, from its first byte to its last, and yield each member's digests.

        Args:
            algorithms: names for `hashlib.new`, or ``crc32``.

        Raises:
            PackageError: ``PKG-0013`` when bytes are missing, ``PKG-0014`` when directory or end are not
                what they were, or something follows them.
        """
        with contextlib.closing(_Cursor(self._read(0, self.length))) as cursor:
            for member, header in zip(self.plan.members, self.plan.headers, strict=True):
                sound = cursor.take(len(header)) == header
                hashes = [new_digest(name) for name in algorithms]
                for piece in cursor.pieces(member.length):
                    for digest in hashes:
                        digest.update(piece)
                yield MemberRead(member, sound, tuple(digest.hexdigest() for digest in hashes))
            tail = self.plan.directory + self.plan.end
            if cursor.take(len(tail)) != tail or cursor.more():
                raise PackageError("PKG-0014")

    def _planned(self) -> ZipPlan:
        tail = self._bytes(max(0, self.length - _TAIL), min(self.length, _TAIL))
        count, offset, size, ends = _end(tail)
        if offset + size + ends != self.length or size > _LONGEST_DIRECTORY:
            raise PackageError("PKG-0010")
        whole = size + ends <= len(tail)
        found = tail[-size - ends :] if whole else self._bytes(offset, size) + tail[-ends:]
        rows = _rows(found[:size], count)
        if sum(row.length for row in rows) > self.length:
            raise PackageError("PKG-0010")
        try:
            plan = ZipPlan(
                Member(row.path, row.length, row.crc32, functools.partial(self.read, row.path)) for row in rows
            )
        except PackageError as error:
            raise _difference(rows) or error from None
        if plan.directory + plan.end != found:
            raise _difference(rows) or PackageError("PKG-0010")
        return plan

    def _bytes(self, offset: int, length: int) -> bytes:
        found = b"".join(self._read(offset, length))
        if len(found) != length:
            raise PackageError("PKG-0013")
        return found


def open_stored(store: ObjectStore, key: str, plan: ZipPlan | None = None) -> ZipObject:
    """Return the zip stored under a key; with the `plan` that it was written by, nothing is read yet.

    Raises:
        ObjectMissing: nothing is stored there; other `StorageError` when reading fails.
        PackageError: as `ZipObject`.
    """
    stored = store.stat(key)
    if stored is None:
        raise ObjectMissing(key)
    return ZipObject(stored.length, lambda offset, length: store.read(key, offset=offset, length=length), plan)


def open_file(path: Path) -> ZipObject:
    """Return the zip in a local file.

    Raises:
        OSError: the file cannot be read.
        PackageError: as `ZipObject`.
    """

    def read(offset: int, length: int) -> Iterator[bytes]:
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            while length and (chunk := file.read(min(_CHUNK, length))):
                length -= len(chunk)
                yield chunk

    return ZipObject(path.stat().st_size, read)


def new_digest(algorithm: str) -> Digest:
    """Return a fresh digest of `hashlib`, or of ``crc32``."""
    return Crc32() if algorithm == "crc32" else hashlib.new(algorithm, usedforsecurity=False)


class _Cursor:
    """Takes bytes off a stream of chunks, wherever the chunks end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._view = memoryview(b"")

    def close(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close:
            close()

    def more(self) -> bool:
        while not self._view:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._view = memoryview(chunk)
        return True

    def pieces(self, length: int) -> Iterator[memoryview]:
        while length:
            if not self.more():
                raise PackageError("PKG-0013")
            piece = self._view[:length]
            self._view = self._view[length:]
            length -= len(piece)
            yield piece

    def take(self, length: int) -> bytes:
        return b"".join(self.pieces(length))


@dataclass(frozen=True, slots=True)
class _Row:
    path: str
    length: int
    crc32: int
    fields: tuple[object, ...]
    extra: bytes


def _end(tail: bytes) -> tuple[int, int, int, int]:
    """Return number of members, offset and length of the directory, and length of the end records."""
    end = tail[-zip_format.END.size :]
    if len(end) != zip_format.END.size or not end.startswith(b"PK\5\6"):
        raise PackageError("PKG-0010")
    _, _, _, _, count, size, offset, _ = zip_format.END.unpack(end)
    if count < zip_format.MOST_16 and zip_format.MOST_32 not in {size, offset}:
        return count, offset, size, len(end)
    ends = _END64_LENGTH + len(end)
    if len(tail) < ends or not tail[-ends:].startswith(b"PK\6\6"):
        raise PackageError("PKG-0010")
    *_, count, size, offset = zip_format.END64.unpack_from(tail, len(tail) - ends)
    return count, offset, size, ends


def _rows(directory: bytes, count: int) -> list[_Row]:
    rows: list[_Row] = []
    at = 0
    while at < len(directory):
        try:
            fields = zip_format.DIRECTORY.unpack_from(directory, at)
            crc32, size, name_length, extra_length = fields[7], fields[9], fields[10], fields[11]
            at += zip_format.DIRECTORY.size
            path = directory[at : at + name_length].decode()
            extra = directory[at + name_length : at + name_length + extra_length]
            if size == zip_format.MOST_32:
                size = struct.unpack_from("<4xQ", extra)[0]
        except struct.error:
            raise PackageError("PKG-0010") from None
        except UnicodeDecodeError:
            raise PackageError("PKG-0011", path=f"#{len(rows) + 1}", field="name") from None
        at += name_length + extra_length
        rows.append(_Row(path, size, crc32, fields, extra))
    if len(rows) != count:
        raise PackageError("PKG-0010")
    return rows


def _difference(rows: list[_Row]) -> PackageError | None:
    """Say which field of which member is not what our writer would have written, if one is."""
    offset = 0
    for row in rows:
        name = row.path.encode()
        entry = zip_format.directory_entry(name, row.length, row.crc32, offset)
        expected = zip_format.DIRECTORY.unpack_from(entry)
        for field, found, wanted in zip(zip_format.DIRECTORY_FIELDS, row.fields, expected, strict=True):
            if found != wanted:
                return PackageError("PKG-0011", path=row.path, field=field)
        if row.extra != entry[zip_format.DIRECTORY.size + len(name) :]:
            return PackageError("PKG-0011", path=row.path, field="extra")
        offset += len(zip_format.local_header(name, row.length, row.crc32)) + row.length
    return None
