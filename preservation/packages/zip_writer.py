"""Zip files whose every byte is known before the first is written.

The same members give the same bytes in any process; the length is known, so the file can be put into an
object store as a stream; each member's data lies at a known place, so one range request reads it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from preservation.packages import zip_format
from preservation.packages.errors import PackageError
from preservation.packages.rules import check_path, check_twins

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a zip.

    Attributes:
        path: NFC, ``/`` between parts, as `check_path` allows.
        length: bytes.
        crc32: CRC-32 of the content, computed when it was received.
        open: yields the content in chunks; called once for every stream.
    """

    path: str
    length: int
    crc32: int
    open: Callable[[], Iterator[bytes]]


class ZipPlan:
    """The layout of a zip, from its members in their order.

    Attributes:
        members: the members, in the order of file and directory.
        headers: each member's local header.
        directory: the central directory.
        end: the end records.
        length: bytes of the whole file.

    Raises:
        PackageError: ``PKG-0001`` … ``PKG-0004``, a path that a package may not hold.
    """

    def __init__(self, members: Iterable[Member]) -> None:
        self.members = tuple(members)
        self.headers: list[bytes] = []
        self._data: dict[str, tuple[int, int]] = {}
        entries: list[bytes] = []
        offset = 0
        for member in self.members:
            name = check_path(member.path)
            header = zip_format.local_header(name, member.length, member.crc32)
            entries.append(zip_format.directory_entry(name, member.length, member.crc32, offset))
            self.headers.append(header)
            self._data[member.path] = (offset + len(header), member.length)
            offset += len(header) + member.length
        check_twins(member.path for member in self.members)
        self.directory = b"".join(entries)
        self.end = zip_format.end_records(len(entries), offset, len(self.directory))
        self.length = offset + len(self.directory) + len(self.end)

    def range_of(self, path: str) -> tuple[int, int]:
        """Return offset and length of a member's data in the file.

        Raises:
            KeyError: no member has this path.
        """
        return self._data[path]

    def stream(self) -> Iterator[bytes]:
        """Yield the file in chunks of about 1 MiB, comparing the content with what was planned.

        Raises:
            PackageError: ``PKG-0005`` when a member's content is shorter or longer than planned,
                ``PKG-0006`` when its CRC-32 differs; what was yielded before is to be thrown away.
        """
        pending: list[bytes] = []
        size = 0
        for member, header in zip(self.members, self.headers, strict=True):
            pending.append(header)
            size += len(header)
            left, crc = member.length, 0
            for chunk in member.open():
                left -= len(chunk)
                if left < 0:
                    break
                crc = zlib.crc32(chunk, crc)
                pending.append(chunk)
                size += len(chunk)
                if size >= _CHUNK:
                    yield b"".join(pending)
                    pending, size = [], 0
            if left:
                raise PackageError("PKG-0005", path=member.path, length=member.length)
            if crc != member.crc32:
                raise PackageError("PKG-0006", path=member.path)
        yield b"".join([*pending, self.directory, self.end])
