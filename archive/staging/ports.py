"""Where uploaded bytes wait until they are sealed, returned or withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StagingKey:
    """Place of one staged file; a sender's name is never part of it (design §3)."""

    organization: uuid.UUID
    transfer: uuid.UUID
    attempt: int
    ordinal: int

    def path(self) -> str:
        """Return ``organization/transfer/attempt/ordinal``."""
        return f"{self.organization}/{self.transfer}/{self.attempt}/{self.ordinal}"


class Staging(Protocol):
    """Holds bytes that grow by appending and are then read, once or more, until deleted."""

    def size(self, key: StagingKey) -> int:
        """Return how many bytes are held; 0 when there is nothing."""
        ...

    def exclusive(self, key: StagingKey) -> AbstractContextManager[None]:
        """Hold the file for one connection: two streams must never mix, and none may come after the end.

        Raises:
            StagingError: ``STG-0005`` another connection holds it.
        """
        ...

    def append(self, key: StagingKey, offset: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Write chunks from `offset` on and yield each after it was written; the end makes it durable.

        Bytes beyond `offset` from an earlier, cut-off request are dropped first.

        Raises:
            StagingError: ``STG-0001`` when `offset` is beyond what is held.
        """
        ...

    def read(self, key: StagingKey) -> Iterator[bytes]:
        """Yield the bytes.

        Raises:
            StagingError: ``STG-0002`` when there is nothing.
        """
        ...

    def fetch(self, key: StagingKey, target: Path) -> None:
        """Put a private copy of the bytes at `target`; workers never assume a shared disk."""
        ...

    def delete(self, organization: uuid.UUID, transfer: uuid.UUID, attempt: int | None = None) -> None:
        """Delete what a transfer (or one attempt of it) has staged; nothing there is no error."""
        ...
