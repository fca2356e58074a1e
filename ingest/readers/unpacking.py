"""Unpacking an archive into staging, entry by entry; the parsing happens behind the fence."""

from __future__ import annotations

import hashlib
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.messages.rules import Finding


def unpack_into(archive: str, folder: str, limit: int) -> dict[str, Any]:
    """Write the entries of an archive as ``1``, ``2``, … into a folder; runs behind the fence.

    Returns:
        ``entries``: list of dictionaries with ``number``, ``path``, ``raw_name`` (hexadecimal), ``reading``,
        ``other_readings``, ``length``; ``findings``: plain findings about what could not be unpacked.
    """
    from ingest.readers.archives import unpack

    entries: list[dict[str, Any]] = []
    findings: list[dict[str, Any]] = []
    with Path(archive).open("rb") as file:
        for number, item in enumerate(unpack(file, total_limit=limit), start=1):
            if isinstance(item, Finding):
                findings.append(item.to_plain())
                continue
            target = Path(folder) / str(number)
            with target.open("wb") as output:
                for chunk in item.chunks:
                    output.write(chunk)
            entries.append({"number": number, **item.to_plain()})
    return {"entries": entries, "findings": findings}


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
