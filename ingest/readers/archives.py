"""The files inside a `.zip`, one after another, with nothing written and nothing believed.

A sender's names never become file names (design §3); they are rows. So what matters here is that no entry is
lost unseen, none costs more than its size, and none pretends to be what it is not.
"""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from archive.messages.rules import Finding, Where
from archive.text.folding import TURNING, nfc
from ingest.readers.errors import ArchiveError
from ingest.readers.zip_directory import DirectoryEntry, LocalHeader, read_directory, read_local_header
from ingest.readers.zip_names import UNICODE_PATH_FIELD, NameEncoding, NameReading, read_name

_CHUNK = 1 << 18
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_UTF_8 = 1 << 11
_DRIVE = re.compile(r"^[A-Za-z]:")
_UNSPEAKABLE = re.compile(rf"[\x00-\x1f\x7f-\x9f\ufffd{TURNING}]")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What one archive may cost.

    Attributes:
        entries: most entries.
        total_bytes: most bytes of all files, unpacked.
        entry_bytes: most bytes of one file, unpacked.
        ratio: how much a file (or all together) may grow on unpacking …
        ratio_from: … when it takes more bytes than this unpacked; blank scans do grow a thousandfold.
    """

    entries: int = 200_000
    total_bytes: int = 100 << 30
    entry_bytes: int = 8 << 30
    ratio: int = 100
    ratio_from: int = 100 << 20


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """One file that can be taken.

    Attributes:
        position: place in the directory, counted from 1.
        raw_name: its name as the archive has it.
        path: its path by the best reading: NFC, ``/`` between parts.
        readings: paths by all readings, the best first.
        how: how the name was read.
        doubtful: whether a person should confirm the name (`RDR-0316` says so too).
        size: bytes unpacked, as stated and held to.
    """

    position: int
    raw_name: bytes
    path: str
    readings: tuple[str, ...]
    how: NameEncoding
    doubtful: bool
    size: int

    def to_plain(self) -> dict[str, Any]:
        """Return the entry as JSON types; the raw name in hexadecimal, the other readings without the best."""
        return {
            "path": self.path,
            "raw_name": self.raw_name.hex(),
            "reading": str(self.how),
            "doubtful": self.doubtful,
            "other_readings": [reading for reading in self.readings if reading != self.path],
            "length": self.size,
        }


class ZipArchive:
    """The files of one `.zip`.

    `entries` are the files that can be taken, in the order of the directory; `findings` says of every other
    entry why it is not among them, and what to look at. Folders are neither.

    Args:
        file: the archive, seekable.
        limits: what it may cost.

    Raises:
        ArchiveError: the archive as a whole is refused: ``RDR-0301`` … ``RDR-0306``, ``RDR-0308``.
    """

    def __init__(self, file: BinaryIO, limits: ArchiveLimits | None = None) -> None:
        self._file = file
        self._limits = limits or ArchiveLimits()
        self._found: list[Finding] = []
        directory = read_directory(file, self._limits.entries)
        self._guard_totals(directory)
        self._local = {entry.position: read_local_header(file, entry) for entry in directory}
        self._guard_overlap(directory)
        self._directory = {entry.position: entry for entry in directory}
        self.entries: tuple[ArchiveEntry, ...] = tuple(self._usable(directory))
        self._find_collisions()
        if not self.entries:
            self._found.append(Finding("RDR-0318"))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what was found about entries, in the order of the directory."""
        return tuple(self._found)

    def chunks(self, entry: ArchiveEntry) -> Iterator[bytes]:
        """Yield the bytes of one file, never more than its stated size; the end makes them certain.

        Raises:
            ArchiveError: ``RDR-0315`` cut off, damaged, or not of the stated size and CRC-32.
        """
        stated = self._directory[entry.position]
        crc = size = 0
        try:
            for chunk in self._unpacked(stated):
                size += len(chunk)
                crc = zlib.crc32(chunk, crc)
                if size > stated.size:
                    raise ArchiveError("RDR-0315", path=entry.path, reason=f"> {stated.size} byte")
                yield chunk
        except zlib.error as error:
            raise ArchiveError("RDR-0315", path=entry.path, reason=str(error)) from error
        if size != stated.size or crc != stated.crc:
            reason = f"{size}/{stated.size} byte, CRC {crc:08x}/{stated.crc:08x}"
            raise ArchiveError("RDR-0315", path=entry.path, reason=reason)

    def _unpacked(self, stated: DirectoryEntry) -> Iterator[bytes]:
        place, left = self._local[stated.position].start, stated.packed
        inflate = zlib.decompressobj(-zlib.MAX_WBITS) if stated.method == _DEFLATED else None
        while left:
            self._file.seek(place)
            packed = self._file.read(min(_CHUNK, left))
            if not packed:
                return
            place, left = place + len(packed), left - len(packed)
            if inflate is None:
                yield packed
                continue
            while packed and not inflate.eof:
                if chunk := inflate.decompress(packed, _CHUNK):
                    yield chunk
                packed = inflate.unconsumed_tail
        if inflate is not None:
            while chunk := inflate.decompress(b"", _CHUNK) if not inflate.eof else b"":
                yield chunk

    def _guard_totals(self, directory: Iterable[DirectoryEntry]) -> None:
        size = packed = 0
        for entry in directory:
            size, packed = size + entry.size, packed + entry.packed
        if size > self._limits.total_bytes:
            raise ArchiveError("RDR-0305", size=size, limit=self._limits.total_bytes)
        if self._bursts(size, packed):
            raise ArchiveError("RDR-0308", path="*.zip", ratio=size // max(packed, 1), limit=self._limits.ratio)

    def _bursts(self, size: int, packed: int) -> bool:
        return size > self._limits.ratio_from and size > packed * self._limits.ratio

    def _guard_overlap(self, directory: Iterable[DirectoryEntry]) -> None:
        """Refuse an archive whose entries share bytes: one megabyte of them can state petabytes."""
        end = 0
        for entry in sorted(directory, key=lambda entry: entry.offset):
            if entry.offset < end:
                raise ArchiveError("RDR-0306")
            end = self._local[entry.position].start + entry.packed

    def _usable(self, directory: Iterable[DirectoryEntry]) -> Iterator[ArchiveEntry]:
        for stated in directory:
            name = read_name(
                stated.name,
                utf8_flag=bool(stated.flags & _UTF_8),
                unicode_field=stated.extra.get(UNICODE_PATH_FIELD),
            )
            path = _path(name.text)
            if path is None:
                # The name itself may be what is wrong with it, so it is shown escaped.
                self._say("RDR-0309", stated, "", found=repr(stated.name))
            elif not self._is_folder(stated, name) and self._is_file(stated, path, self._local[stated.position]):
                readings = tuple(dict.fromkeys(p for text in name.readings if (p := _path(text))))
                if name.doubtful:
                    self._say("RDR-0316", stated, path, found=repr(stated.name), proposed=path)
                yield ArchiveEntry(stated.position, stated.name, path, readings, name.how, name.doubtful, stated.size)

    @staticmethod
    def _is_folder(stated: DirectoryEntry, name: NameReading) -> bool:
        return not stated.size and (name.text.endswith(("/", "\\")) or stat.S_ISDIR(stated.mode))

    def _is_file(self, stated: DirectoryEntry, path: str, local: LocalHeader) -> bool:
        limits = self._limits
        if stat.S_ISLNK(stated.mode):
            self._say("RDR-0310", stated, path)
        elif stat.S_IFMT(stated.mode) not in {0, stat.S_IFREG}:
            self._say("RDR-0311", stated, path)
        elif stated.flags & _ENCRYPTED:
            self._say("RDR-0312", stated, path)
        elif stated.method not in {_STORED, _DEFLATED}:
            self._say("RDR-0313", stated, path, method=stated.method)
        elif local.name != stated.name:
            self._say("RDR-0314", stated, path, found=repr(local.name), proposed=path)
        elif stated.size > limits.entry_bytes:
            self._say("RDR-0307", stated, path, size=stated.size, limit=limits.entry_bytes)
        elif self._bursts(stated.size, stated.packed):
            self._say("RDR-0308", stated, path, ratio=stated.size // max(stated.packed, 1), limit=limits.ratio)
        else:
            return True
        return False

    def _say(
        self,
        code: str,
        stated: DirectoryEntry,
        path: str,
        *,
        found: str | None = None,
        proposed: str | None = None,
        **parameters: str | int,
    ) -> None:
        parameters |= {"path": path, "position": stated.position}
        self._found.append(Finding(code, Where(path=path), parameters, found=found, proposed=proposed))

    def _find_collisions(self) -> None:
        first: dict[str, ArchiveEntry] = {}
        for entry in self.entries:
            # As a system sees it that folds capitals and drops what stands at the end of a name.
            key = "/".join(part.rstrip(" .") for part in entry.path.casefold().split("/"))
            other = first.setdefault(nfc(key), entry)
            if other is not entry:
                parameters: dict[str, str | int] = {"path": entry.path, "other": other.path}
                self._found.append(Finding("RDR-0317", Where(path=entry.path), parameters))


def _path(name: str) -> str | None:
    """Return the path that a name gives, or None when it leads anywhere else or cannot be said."""
    path = nfc(name).replace("\\", "/")
    parts = [part for part in path.removesuffix("/").split("/") if part != "."]
    if not parts or _UNSPEAKABLE.search(path) or _DRIVE.match(path) or not all(part.strip(" .") for part in parts):
        return None
    return "/".join(parts)
