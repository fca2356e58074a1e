"""A bag in a zip of anybody's making, read by ranges; nothing of it is unpacked onto a disk."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from preservation.packages.archive_entries import MOST_ENTRIES, Entry, Kind, check_bounds, digested, placed
from preservation.packages.bag_files import FileDigests
from preservation.packages.errors import PackageError
from preservation.packages.findings import Findings
from preservation.packages.zip_format import END, END64, MOST_32

_CHUNK = 1 << 18
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_UTF_8 = 1 << 11
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNIX = 3
_LONGEST_DIRECTORY = MOST_ENTRIES * 546
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, UnicodeDecodeError, ValueError, NotImplementedError)


class ZipArchive:
    """The files of a bag in a zip.

    Raises:
        OSError: it cannot be read.
        PackageError: ``PKG-0153`` no zip or a damaged one, ``PKG-0155`` or ``PKG-0160`` out of bounds.
    """

    def __init__(self, name: str, length: int, file: IO[bytes]) -> None:
        self.findings = Findings()
        _check_directory(name, length, file)
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGE:
            raise PackageError("PKG-0153", path=name) from None
        self._infos = self._zip.infolist()
        check_bounds(sum(info.file_size for info in self._infos), length)
        if sum(info.compress_size for info in self._infos) > length:  # entries that share their bytes
            raise PackageError("PKG-0155", found=sum(info.compress_size for info in self._infos), length=length)
        self.folder, self.table, self._places = placed(self._entries(), self.findings)

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file."""
        info = self._infos[self._places[self.table.numbers[path]]]
        if info.flag_bits & _ENCRYPTED:
            raise PackageError("PKG-0154", path=path)
        if info.compress_type not in _METHODS:
            raise PackageError("PKG-0156", path=path, method=info.compress_type)
        try:
            with self._zip.open(info) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except _DAMAGE as error:
            code = "PKG-0016" if str(error).startswith("Bad CRC-32") else "PKG-0153"
            raise PackageError(code, path=path) from None

    def digests(self, algorithms: tuple[str, ...]) -> Iterator[FileDigests]:
        """Read every file once, in the order of the directory."""
        for path, _ in list(self.table.present()):
            yield digested(path, self.read(path), algorithms)

    def _entries(self) -> Iterator[Entry]:
        for place, info in enumerate(self._infos):
            name = self._name(info)
            mode = info.external_attr >> 16 if info.create_system == _UNIX else 0
            kind = Kind.FOLDER if name.endswith("/") else Kind.FILE
            if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
                kind = Kind.OTHER
            yield Entry(name, kind, info.file_size, place)

    def _name(self, info: zipfile.ZipInfo) -> str:
        # `filename` was already cut at NUL and had its separators changed.
        name = info.orig_filename
        if info.flag_bits & _UTF_8 or name.isascii():
            return name
        try:
            return name.encode("cp437").decode()
        except UnicodeError:
            self.findings.add("PKG-0157", name)
            return name


def _check_directory(name: str, length: int, file: IO[bytes]) -> None:
    """Refuse a directory of too many entries before it is in memory."""
    file.seek(max(0, length - END.size - 0xFFFF))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < END.size:
        raise PackageError("PKG-0153", path=name)
    size = END.unpack_from(tail, at)[5]
    locator = tail.rfind(b"PK\6\6", 0, at)
    if size == MOST_32 and locator >= 0 and at - locator >= END64.size:
        size = END64.unpack_from(tail, locator)[-2]
    if size > _LONGEST_DIRECTORY:
        raise PackageError("PKG-0160", most=MOST_ENTRIES)
    if size > length:
        raise PackageError("PKG-0153", path=name)
