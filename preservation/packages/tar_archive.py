"""A bag in a tar, plain or compressed by gzip; of a compressed one only tag files are kept, in a scratch file."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from preservation.packages.archive_entries import Entry, Kind, check_bounds, digested, placed
from preservation.packages.bag_files import FileDigests
from preservation.packages.errors import PackageError
from preservation.packages.findings import Findings
from preservation.packages.tar_reader import TarEntry, entries

_CHUNK = 1 << 18
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)


class TarArchive:
    """The files of a bag in a tar; its entries are read in order, twice.

    Args:
        name: of the archive, for findings.
        length: of the archive in bytes, compressed.
        file: its content, uncompressed; can be sought in.
        scratch: an empty file that takes the tag files of a compressed archive.
        compressed: `file` uncompresses while it is read.

    Raises:
        OSError: it cannot be read.
        PackageError: ``PKG-0153`` damaged, ``PKG-0155`` or ``PKG-0160`` out of bounds, ``PKG-0156`` a kind of
            entry that is not read.
    """

    def __init__(self, name: str, length: int, file: IO[bytes], scratch: IO[bytes], *, compressed: bool) -> None:
        self.findings = Findings()
        self._name = name
        self._file = file
        self._scratch = scratch
        self._compressed = compressed
        self._kept: dict[int, int] = {}
        stream = _Counted(file, length, compressed=compressed)
        try:
            self.folder, self.table, self._places = placed(self._entries(stream), self.findings)
            stream.drain()
        except _DAMAGE:
            raise PackageError("PKG-0153", path=name) from None

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file."""
        number = self.table.numbers[path]
        place = self._places[number]
        at = self._kept.get(place)
        file, start = (self._file, place) if at is None else (self._scratch, at)
        left = self.table.lengths[number]
        try:
            file.seek(start)
            while left:
                chunk = file.read(min(_CHUNK, left))
                if not chunk:
                    raise PackageError("PKG-0153", path=path)
                left -= len(chunk)
                yield chunk
        except _DAMAGE:
            raise PackageError("PKG-0153", path=path) from None

    def digests(self, algorithms: tuple[str, ...]) -> Iterator[FileDigests]:
        """Read every file once, in the order of the archive."""
        for path, _ in sorted(self.table.present(), key=lambda found: self._places[found[1]]):
            yield digested(path, self.read(path), algorithms)

    def _entries(self, stream: _Counted) -> Iterator[Entry]:
        for entry in entries(stream, self._name):
            try:
                name = entry.name.decode()
            except UnicodeDecodeError:
                self.findings.add("PKG-0119", entry.name.decode("utf-8", "backslashreplace"))
                continue
            kind = Kind.FILE if entry.is_file else Kind.FOLDER if entry.is_folder else Kind.OTHER
            if self._compressed and entry.is_file and not _is_payload(name):
                self._keep(entry, stream.read)
            yield Entry(name, kind, entry.length, entry.offset)

    def _keep(self, entry: TarEntry, read: Callable[[int], bytes]) -> None:
        """Copy a tag file aside: in a compressed archive there is no way back but from its beginning."""
        self._kept[entry.offset] = self._scratch.seek(0, os.SEEK_END)
        left = entry.length
        while left:
            chunk = read(min(_CHUNK, left))
            if not chunk:
                raise PackageError("PKG-0153", path=self._name)
            self._scratch.write(chunk)
            left -= len(chunk)


class _Counted:
    """What comes out of the file, counted, and refused when it becomes far more than the file is."""

    def __init__(self, file: IO[bytes], length: int, *, compressed: bool) -> None:
        self._file = file
        self._length = length
        self._compressed = compressed
        self._at = 0

    def read(self, length: int) -> bytes:
        found = self._file.read(length)
        self._at += len(found)
        if self._compressed:
            check_bounds(self._at, self._length)
        return found

    def skip(self, length: int) -> None:
        if not self._compressed:
            self._at += length
            if self._at > self._length:
                raise EOFError
            self._file.seek(self._at)
            return
        while length:
            found = len(self.read(min(_CHUNK, length)))
            if not found:
                raise EOFError
            length -= found

    def tell(self) -> int:
        return self._at

    def drain(self) -> None:
        """Read to the end, so that the checksum of the compression is compared."""
        while self._compressed and self.read(_CHUNK):
            pass


def _is_payload(name: str) -> bool:
    return "data" in name.removeprefix("./").split("/")[:2]
