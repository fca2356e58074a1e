"""A stream that must hold exactly the bytes that were announced, read by a client that asks for parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from preservation.storage.errors import StorageError


class MeasuredStream:
    """What a client reads; its last part is only handed out when nothing follows it.

    Args:
        key: named in errors.
        chunks: the bytes.
        length: how many there must be.
        ended: called once, when all bytes were taken from `chunks` and none is over.

    Attributes:
        failure: what taking the bytes raised: an error of their source, or ``STO-0004``. Clients may raise
            something else on top of it.
    """

    def __init__(self, key: str, chunks: Iterable[bytes], length: int, ended: Callable[[], None]) -> None:
        self._key, self._length, self._ended = key, length, ended
        self._chunks = iter(chunks)
        self._taken = 0
        self._rest = b""
        self.failure: Exception | None = None
        if not length:
            self._finish()

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, fewer only where the length ends.

        Raises:
            StorageError: ``STO-0004`` when the chunks hold fewer or more bytes than the length.
        """
        wanted = self._length - self._taken if size < 0 else min(size, self._length - self._taken)
        if not wanted:
            return b""
        try:
            part = self._take(wanted)
        except Exception as error:
            self.failure = error
            raise
        if self._taken == self._length:
            self._finish()
        return part

    def _take(self, wanted: int) -> bytes:
        pieces: list[bytes] = []
        while wanted:
            chunk = self._rest or next(self._chunks, None)
            if chunk is None:
                raise StorageError("STO-0004", key=self._key, expected=self._length, found=self._taken)
            pieces.append(chunk[:wanted])
            self._rest = chunk[wanted:]
            wanted -= len(pieces[-1])
            self._taken += len(pieces[-1])
        return b"".join(pieces)

    def _finish(self) -> None:
        try:
            over = self._rest or next(filter(None, self._chunks), b"")
        except Exception as error:
            self.failure = error
            raise
        if over:
            found = self._length + len(over)
            self.failure = StorageError("STO-0004", key=self._key, expected=self._length, found=found)
            raise self.failure
        self._ended()
