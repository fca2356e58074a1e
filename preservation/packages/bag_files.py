"""The files of a bag, wherever the bag lies: here an unpacked folder, or a zip of our form."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.messages.rules import Finding, Where
from preservation.packages.file_table import FileTable
from preservation.packages.findings import Findings
from preservation.packages.zip_reader import ZipObject

_BUFFER = 1 << 18


@dataclass(frozen=True, slots=True)
class FileDigests:
    """What reading one file gave.

    Attributes:
        path: as in `BagFiles.table`.
        digests: in the order of the algorithms asked for; empty when it could not be read.
        findings: what was wrong with it or with reading it.
    """

    path: str
    digests: tuple[bytes, ...]
    findings: tuple[Finding, ...] = ()


class BagFiles(Protocol):
    """The files below the root of a bag, found by looking, never by asking for a name that somebody wrote.

    Attributes:
        folder: name of the root folder; empty where an archive holds the files without one.
        table: path (``/`` between parts) and length of each file.
        findings: what else was found: links, names that are no text, empty folders.
    """

    folder: str
    table: FileTable
    findings: Findings

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file of `table`.

        Raises:
            OSError: it cannot be read.
            KhoLuuTruError: the store or the zip that holds it says why it cannot.
        """
        ...

    def digests(self, algorithms: tuple[str, ...]) -> Iterator[FileDigests]:
        """Read every file once and yield its digests.

        Raises:
            KhoLuuTruError: the store or the zip that holds them says why it cannot go on.
        """
        ...


class FolderFiles:
    """The files below a folder; links are never followed.

    Raises:
        OSError: the folder itself cannot be listed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root.resolve().name
        self._prefix = f"{root}/"
        self.table = FileTable()
        self.findings = Findings()
        self._list()

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file."""
        descriptor = self._open(path)
        try:
            while chunk := os.read(descriptor, _BUFFER):
                yield chunk
        finally:
            os.close(descriptor)

    def digests(self, algorithms: tuple[str, ...]) -> Iterator[FileDigests]:
        """Read every file once, in the order of their paths."""
        whole = bytearray(_BUFFER)
        buffer = memoryview(whole)
        for path in sorted(self.table.numbers):
            if not self.table.has(path):
                continue
            hashes = [hashlib.new(name, usedforsecurity=False) for name in algorithms]
            try:
                descriptor = self._open(path)
                try:
                    left = self.table.lengths[self.table.numbers[path]]
                    while count := os.readv(descriptor, (whole,)):
                        for digest in hashes:
                            digest.update(buffer[:count])
                        left -= count
                        if count < _BUFFER and not left:
                            break  # a short read at the length that was listed: asking again would say "end"
                finally:
                    os.close(descriptor)
            except OSError as error:
                yield FileDigests(path, (), (unreadable(path, error),))
            else:
                yield FileDigests(path, tuple(digest.digest() for digest in hashes))

    def _open(self, path: str) -> int:
        # NONBLOCK: a pipe that took a file's place after the listing does not hang the check.
        return os.open(self._prefix + path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)

    def _list(self) -> None:
        waiting = [""]
        while waiting:
            at = waiting.pop()
            try:
                with os.scandir(self._root / at) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError as error:
                if not at:
                    raise
                self.findings.take((unreadable(at, error),))
                continue
            if not entries and at:
                self.findings.add("PKG-0122", at)
            folders = [path for entry in entries if (path := self._take(entry, at))]
            waiting += reversed(folders)

    def _take(self, entry: os.DirEntry[str], at: str) -> str:
        """Note one entry; return its path when it is a folder to look into."""
        path = f"{at}/{entry.name}" if at else entry.name
        if not _is_text(entry.name):
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            self.findings.add("PKG-0119", shown)
        elif entry.is_dir(follow_symlinks=False):
            return path
        elif entry.is_file(follow_symlinks=False):
            self.table.add(path, entry.stat(follow_symlinks=False).st_size)
        else:
            self.findings.add("PKG-0118", path)
        return ""


class ZipFiles:
    """The files of a bag serialised as a zip of our form: below its one root folder."""

    def __init__(self, opened: ZipObject) -> None:
        self._zip = opened
        self.findings = Findings()
        members = opened.plan.members
        self._root = members[0].path.partition("/")[0] + "/" if members else "/"
        self.folder = self._root.removesuffix("/")
        self.table = FileTable()
        for member in members:
            if member.path.startswith(self._root):
                self.table.add(member.path.removeprefix(self._root), member.length)
            else:
                self.findings.add("PKG-0015", member.path)

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file by a range request."""
        return self._zip.read(self._root + path)

    def digests(self, algorithms: tuple[str, ...]) -> Iterator[FileDigests]:
        """Read the whole zip once, in the order of its members."""
        for found in self._zip.digests((*algorithms, "crc32")):
            path = found.member.path.removeprefix(self._root)
            place = Where(path=path)
            findings = [] if found.sound else [Finding("PKG-0012", place, {"path": path})]
            if found.digests[-1] != f"{found.member.crc32:08x}":
                findings.append(Finding("PKG-0016", place, {"path": path}))
            yield FileDigests(path, tuple(map(bytes.fromhex, found.digests[:-1])), tuple(findings))


def unreadable(path: str, error: OSError) -> Finding:
    """Return the finding that something could not be read, and why."""
    reason = error.strerror or str(error)
    return Finding("PKG-0125", Where(path=path), {"path": path, "reason": reason})


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
