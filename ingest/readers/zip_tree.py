"""A package in a `.zip` of any maker, as named streams of bytes; nothing is unpacked onto the disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from archive.messages.rules import Finding
from ingest.readers.archives import ZipArchive


class ZipTree:
    """The files of a package, below the one folder that the zip has at its top, if it has one.

    Attributes:
        folder: name of that folder; empty if files stand at the top.
        lengths: bytes of each file by its path.
        findings: entries that could not be taken.

    Raises:
        ArchiveError: the archive as a whole is refused, see `ZipArchive`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._archive = ZipArchive(file)
        entries = self._archive.entries
        tops = {entry.path.partition("/")[0] if "/" in entry.path else "" for entry in entries}
        self.folder = tops.pop() if len(tops) == 1 else ""
        start = len(self.folder) + 1 if self.folder else 0
        # Of two entries with one path the first one counts; that there are two is among the findings.
        self._entries = {entry.path[start:]: entry for entry in reversed(entries)}
        self.lengths: dict[str, int] = {path: entry.size for path, entry in self._entries.items()}
        self.findings: list[Finding] = list(self._archive.findings)

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file.

        Raises:
            ArchiveError: ``RDR-0315`` damaged.
        """
        return self._archive.chunks(self._entries[path])
