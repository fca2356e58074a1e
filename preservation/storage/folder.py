"""An object store in a folder of this machine.

Under its root: ``objects/<key>`` the objects, ``objects/<key>@lock`` their lock records (``@`` stands in no
key), ``partial/`` writes under way, ``lock`` the file that changes of lock records and deletions queue at.
All of it lies in one file system: an object appears by a hard link, which is atomic and never overwrites.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive import faults
from archive.clock import Clock, SystemClock
from preservation.storage.errors import ObjectExists, ObjectMissing, StorageError
from preservation.storage.ports import Lock, StoredObject
from preservation.storage.rules import check_key, is_key, refuse_locked, retention_end

_CHUNK = 1 << 18
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FolderStore:
    """Objects as read-only files; retention and holds are the product's own word.

    Args:
        root: the store's folder; made when it is missing. Only one file system lies under it.
        clock: decides whether a retention has ended.
    """

    def __init__(self, root: Path, clock: Clock | None = None) -> None:
        self._objects = root / "objects"
        self._partial = root / "partial"
        self._queue = root / "lock"
        self._clock = clock or SystemClock()
        self._settled: set[Path] = set()
        with _writing("."):
            if not root.exists():
                root.mkdir(parents=True)
                _sync(root.parent)
            self._objects.mkdir(exist_ok=True)
            self._partial.mkdir(exist_ok=True)
            _sync(root)

    def put(self, key: str, chunks: Iterable[bytes], *, length: int) -> StoredObject:
        """Write an object: a file of its own, fsync, link under the key, fsync of the folder."""
        target = self._path(key)
        if target.exists():
            raise ObjectExists(key)
        faults.point("store.put.begun")
        with _writing(key):
            unsettled = self._make_folders(target.parent)
            partial = self._partial / secrets.token_hex(16)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
        try:
            try:
                _write_all(key, descriptor, chunks, length)
                faults.point("store.put.written")
                with _writing(key):
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            faults.point("store.put.synced")
            with _writing(key):
                _publish(key, partial, target, unsettled)
            self._settled.update(unsettled[1:])
        finally:
            with _writing(key):
                partial.unlink(missing_ok=True)
        faults.point("store.put.settled")
        return StoredObject(key, length)

    def read(self, key: str, *, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of the range."""
        path = self._path(key)
        if self.stat(key) is None:
            raise ObjectMissing(key)
        with _reading(key), path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            left = size - offset if length is None else length
            if offset < 0 or left < 0 or offset + left > size:
                raise StorageError("STO-0010", key=key, offset=offset, length=left, size=size)
            file.seek(offset)
            while left:
                chunk = file.read(min(_CHUNK, left))
                if not chunk:
                    raise StorageError("STO-0007", key=key, reason="EOF")
                left -= len(chunk)
                yield chunk

    def stat(self, key: str) -> StoredObject | None:
        """Return the object's length, or None."""
        path = self._path(key)
        with _reading(key):
            try:
                found = path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
            return StoredObject(key, found.st_size) if stat.S_ISREG(found.st_mode) else None

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys in ASCII order; a file whose name cannot be a key is not an object."""
        yield from _walk(self._objects, "", prefix)

    def delete(self, key: str) -> None:
        """Delete the object first, then its lock record: what is killed between leaves nothing unlocked."""
        path = self._path(key)
        with self._turn(key):
            refuse_locked(key, self.lock(key), self._clock.now())
            faults.point("store.delete.begun")
            with _writing(key):
                path.unlink()
                faults.point("store.delete.removed")
                _record(path).unlink(missing_ok=True)
                _sync(path.parent)
        faults.point("store.delete.settled")

    def retain(self, key: str, until: datetime.datetime) -> None:
        """Record the end of the retention beside the object."""
        end = retention_end(until)
        with self._turn(key):
            lock = self.lock(key)
            if lock.retained_until is not None and end < lock.retained_until:
                raise StorageError("STO-0011", key=key, until=lock.retained_until.isoformat(), asked=end.isoformat())
            self._write_record(key, Lock(end, lock.held, "product"))

    def hold(self, key: str, *, on: bool) -> None:
        """Record the legal hold beside the object."""
        with self._turn(key):
            self._write_record(key, Lock(self.lock(key).retained_until, on, "product"))

    def lock(self, key: str) -> Lock:
        """Return what the record beside the object says."""
        path = self._path(key)
        if self.stat(key) is None:
            raise ObjectMissing(key)
        with _reading(key):
            try:
                text = _record(path).read_text("ascii")
            except FileNotFoundError:
                return Lock(None, held=False, enforced_by="product")
            except ValueError as error:
                raise StorageError("STO-0012", key=key) from error
        try:
            plain = json.loads(text)
            until, held = plain["retained_until"], plain["held"]
            end = None if until is None else retention_end(datetime.datetime.fromisoformat(until))
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError("STO-0012", key=key) from error
        if not isinstance(held, bool):
            raise StorageError("STO-0012", key=key)
        return Lock(end, held, "product")

    def sweep(self, older_than_seconds: float) -> int:
        """Delete what killed writes left behind and nobody wrote to for that long; return how many files."""
        swept = 0
        limit = self._clock.now().timestamp() - older_than_seconds
        with _writing("."):
            for entry in list(os.scandir(self._partial)):
                with contextlib.suppress(FileNotFoundError):  # its writer has just ended
                    if entry.stat(follow_symlinks=False).st_mtime < limit:
                        Path(entry.path).unlink()
                        swept += 1
        return swept

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._objects / key

    def _make_folders(self, folder: Path) -> list[Path]:
        """Make a folder and those above it; return those whose entries this process never made durable.

        The innermost comes first and always: it is a package's own, and remembering it would cost memory.
        """
        chain = [folder, *folder.parents]
        chain = chain[: chain.index(self._objects)]
        unsettled = [place for place in chain if place is folder or place not in self._settled]
        for place in reversed(unsettled):
            place.mkdir(exist_ok=True)
        return unsettled

    def _write_record(self, key: str, lock: Lock) -> None:
        until = None if lock.retained_until is None else lock.retained_until.isoformat()
        partial = self._partial / secrets.token_hex(16)
        record = _record(self._path(key))
        with _writing(key):
            try:
                with partial.open("x", encoding="ascii") as file:
                    json.dump({"held": lock.held, "retained_until": until}, file)
                    file.flush()
                    os.fsync(file.fileno())
                faults.point("store.lock.written")
                partial.replace(record)
            finally:
                partial.unlink(missing_ok=True)
            faults.point("store.lock.renamed")
            _sync(record.parent)
        faults.point("store.lock.settled")

    @contextlib.contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """Let one change of a lock record or one deletion run at a time, in all threads and processes."""
        with _writing(key):
            file = self._queue.open("ab")
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _write_all(key: str, descriptor: int, chunks: Iterable[bytes], length: int) -> None:
    written = 0
    for chunk in chunks:
        written += len(chunk)
        if written > length:
            break
        with _writing(key):
            left = memoryview(chunk)
            while left:
                left = left[os.write(descriptor, left) :]
    if written != length:
        raise StorageError("STO-0004", key=key, expected=length, found=written)


def _publish(key: str, written: Path, target: Path, unsettled: list[Path]) -> None:
    """Let a written file appear under its key, and make that and its folders durable."""
    try:
        os.link(written, target)
    except FileExistsError:
        raise ObjectExists(key) from None
    faults.point("store.put.renamed")
    try:
        _sync(target.parent)
        for folder in unsettled:
            _sync(folder.parent)
    except OSError:
        target.unlink()
        raise


def _record(path: Path) -> Path:
    return path.with_name(path.name + "@lock")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _walk(folder: Path, at: str, prefix: str) -> Iterator[str]:
    found: list[str] = []
    with _reading(at or "."), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                found.append(entry.name + "/")
            elif entry.is_file(follow_symlinks=False):
                found.append(entry.name)
    for name in sorted(found):
        key = at + name
        if name.endswith("/"):
            if key.startswith(prefix) or prefix.startswith(key):
                yield from _walk(folder / name, key, prefix)
        elif key.startswith(prefix) and is_key(key):
            yield key


@contextlib.contextmanager
def _writing(key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError("STO-0005", key=key) from error
        raise StorageError("STO-0006", key=key, reason=error.strerror or str(error)) from error


@contextlib.contextmanager
def _reading(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise ObjectMissing(key) from None
    except OSError as error:
        raise StorageError("STO-0007", key=key, reason=error.strerror or str(error)) from error
