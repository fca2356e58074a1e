"""Unpacking an archive into staging, entry by entry; the parsing happens behind the fence."""

from __future__ import annotations

import hashlib
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.messages.rules import Where
from ingest.readers.archives import ArchiveLimits, ZipArchive
from ingest.readers.errors import ArchiveError


def unpack_into(archive: str, folder: str, limit: int) -> dict[str, Any]:
    """Write the entries of an archive as ``1``, ``2``, … into a folder; runs behind the fence.

    Returns:
        ``entries``: list of dictionaries with ``number``, ``path``, ``raw_name`` (hexadecimal), ``reading``,
        ``other_readings``, ``length``; ``findings``: plain findings about what could not be unpacked.
    """
    entries: list[dict[str, Any]] = []
    with Path(archive).open("rb") as file:
        try:
            packed = ZipArchive(file, ArchiveLimits(total_bytes=limit))
        except ArchiveError as error:
            return {"entries": [], "findings": [error.finding().to_plain()]}
        findings = list(packed.findings)
        for number, entry in enumerate(packed.entries, start=1):
            target = Path(folder) / str(number)
            try:
                with target.open("wb") as output:
                    output.writelines(packed.chunks(entry))
            except ArchiveError as error:
                target.unlink()
                findings.append(error.finding(Where(path=entry.path)))
            else:
                entries.append({"number": number, **entry.to_plain()})
    return {"entries": entries, "findings": [finding.to_plain() for finding in findings]}


@contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """Make an empty private folder and remove it at the end."""
    folder = parent / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class HashedFile:
    """Reads a file in chunks and computes its digests on the way."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sha256, self.crc32 = hashlib.sha256(), 0

    def __iter__(self) -> Iterator[bytes]:
        """Yield chunks of 1 MiB."""
        with self.path.open("rb") as file:
            while chunk := file.read(1 << 20):
                self._sha256.update(chunk)
                self.crc32 = zlib.crc32(chunk, self.crc32)
                yield chunk

    @property
    def sha256(self) -> str:
        """Return the digest, hexadecimal, of what was read so far."""
        return self._sha256.hexdigest()
