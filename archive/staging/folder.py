"""Staging in a folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive import faults
from archive.staging.errors import StagingError
from archive.staging.ports import StagingKey

_CHUNK = 1 << 20


class FolderStaging:
    """Staged files under one folder of the archive's own machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, key: StagingKey) -> Path:
        return self.root / key.path()

    def size(self, key: StagingKey) -> int:
        """Return how many bytes are held."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def exclusive(self, key: StagingKey) -> Iterator[None]:
        """Hold the file for one connection, by a lock on the file itself that ends with the process."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StagingError("STG-0005") from None
            yield
        finally:
            os.close(descriptor)

    def append(self, key: StagingKey, offset: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Write chunks from `offset` on, yielding each; fsync at the end, also of a cut-off stream."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if offset > (held := os.fstat(descriptor).st_size):
                raise StagingError("STG-0001", held=held, offset=offset)
            os.ftruncate(descriptor, offset)
            os.lseek(descriptor, offset, os.SEEK_SET)
            for chunk in chunks:
                view = memoryview(chunk)
                while view:
                    view = view[os.write(descriptor, view) :]
                yield chunk
        finally:
            os.fsync(descriptor)
            os.close(descriptor)
            _sync_folders(path.parent, self.root)
        faults.point("staging.written")

    def read(self, key: StagingKey) -> Iterator[bytes]:
        """Yield the bytes in chunks of 1 MiB."""
        try:
            file = self._path(key).open("rb")
        except FileNotFoundError:
            raise StagingError("STG-0002") from None
        with file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def fetch(self, key: StagingKey, target: Path) -> None:
        """Copy the file: what a parser does to its copy, it does to nothing else."""
        try:
            shutil.copyfile(self._path(key), target)
        except FileNotFoundError:
            if self._path(key).exists():
                raise
            raise StagingError("STG-0002") from None

    def delete(self, organization: uuid.UUID, transfer: uuid.UUID, attempt: int | None = None) -> None:
        """Delete the folder of a transfer, or of one attempt of it."""
        folder = self.root / str(organization) / str(transfer)
        shutil.rmtree(folder if attempt is None else folder / str(attempt), ignore_errors=True)


def _sync_folders(folder: Path, root: Path) -> None:
    for place in [folder, *folder.parents]:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if place == root:
            break
