"""An object store that lies, to find out whether what stands above it believes."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable, Iterator

from preservation.storage.errors import StorageError
from preservation.storage.ports import Lock, ObjectStore, StoredObject


class Lie(enum.Enum):
    """What the liar does."""

    SHORT_READ = "ends a read one byte early, without an error"
    LONG_READ = "adds a byte to a read"
    STALE_READ = "reads and measures the object that stands under another key"
    FLIPPED_BYTE = "changes one byte of what is read"
    ERROR_BODY = "reads an error page as if it were the object"
    RAISES_ON_READ = "raises when asked to read"
    RAISES_HALFWAY = "raises after the first half of a read"
    RAISES_ON_STAT = "raises when asked for the length"
    FORGETS = "says that there is nothing"
    LOST_ANSWER = "writes, then raises as if it had not"


class Liar:
    """Wraps a store; truthful until `lie` is set.

    Attributes:
        lie: the lie told now, or None.
        place: the byte of the object that `Lie.FLIPPED_BYTE` changes.
        stale: the key whose object `Lie.STALE_READ` shows instead.
    """

    def __init__(self, truth: ObjectStore) -> None:
        self._truth = truth
        self.lie: Lie | None = None
        self.place = 0
        self.stale = ""

    def put(self, key: str, chunks: Iterable[bytes], *, length: int) -> StoredObject:
        """Write as the wrapped store does; the answer may get lost."""
        stored = self._truth.put(key, chunks, length=length)
        if self.lie is Lie.LOST_ANSWER:
            raise StorageError("STO-0006", key=key, reason="connection reset")
        return stored

    def read(self, key: str, *, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield what the lie makes of the bytes."""
        if self.lie is Lie.RAISES_ON_READ:
            raise StorageError("STO-0007", key=key, reason="503")
        shown = self.stale if self.lie is Lie.STALE_READ else key
        content = bytearray(b"".join(self._truth.read(shown, offset=offset, length=length)))
        if self.lie is Lie.SHORT_READ:
            del content[-1:]
        if self.lie is Lie.LONG_READ:
            content += b"\0"
        if self.lie is Lie.ERROR_BODY:
            content = bytearray(b'<?xml version="1.0"?><Error><Code>InternalError</Code></Error>')
        if self.lie is Lie.FLIPPED_BYTE and offset <= self.place < offset + len(content):
            content[self.place - offset] ^= 1
        if self.lie is Lie.RAISES_HALFWAY:
            yield bytes(content[: len(content) // 2])
            raise StorageError("STO-0007", key=key, reason="connection reset")
        yield bytes(content)

    def stat(self, key: str) -> StoredObject | None:
        """Return what the lie makes of the length."""
        if self.lie is Lie.RAISES_ON_STAT:
            raise StorageError("STO-0007", key=key, reason="503")
        if self.lie is Lie.FORGETS:
            return None
        return self._truth.stat(self.stale if self.lie is Lie.STALE_READ else key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys."""
        return self._truth.keys(prefix)

    def delete(self, key: str) -> None:
        """Delete the object; the answer may get lost."""
        self._truth.delete(key)
        if self.lie is Lie.LOST_ANSWER:
            raise StorageError("STO-0006", key=key, reason="connection reset")

    def retain(self, key: str, until: datetime.datetime) -> None:
        """Retain the object."""
        self._truth.retain(key, until)

    def hold(self, key: str, *, on: bool) -> None:
        """Put the hold on or take it off."""
        self._truth.hold(key, on=on)

    def lock(self, key: str) -> Lock:
        """Return the lock."""
        return self._truth.lock(key)
