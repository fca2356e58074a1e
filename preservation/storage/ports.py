"""The object store as the rest of the product sees it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object that is whole and durable.

    Attributes:
        key: its name, as `preservation.storage.rules.check_key` allows.
        length: bytes.
    """

    key: str
    length: int


@dataclass(frozen=True, slots=True)
class Lock:
    """What keeps an object from being deleted.

    Attributes:
        retained_until: end of the retention in UTC, whole seconds; None when none was ever set.
        held: a legal hold is on.
        enforced_by: ``store`` when the store itself refuses, whoever asks; ``product`` when it is only this
            product's word (a folder), which pages and reports must say.
    """

    retained_until: datetime.datetime | None
    held: bool
    enforced_by: Literal["product", "store"]


class ObjectStore(Protocol):
    """Keeps objects that are written once, whole or not at all.

    Every method raises `StorageError`: ``STO-0001`` for a key that is not allowed, ``STO-0005`` when the
    store is full, ``STO-0006`` and ``STO-0007`` when writing or reading fails otherwise.
    """

    def put(self, key: str, chunks: Iterable[bytes], *, length: int) -> StoredObject:
        """Write an object of `length` bytes; when this returns, it is durable.

        When it raises, nothing is visible under the key, except after a lost answer (a network between):
        then the whole object may be there, and reading it back tells. What `chunks` raises passes through.

        Raises:
            ObjectExists: something is stored under the key.
            StorageError: ``STO-0004`` when the chunks hold fewer or more bytes than `length`.
        """
        ...

    def read(self, key: str, *, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Yield `length` bytes from `offset` on (None: to the end), in chunks of the store's choice.

        Errors come with the first chunk asked for, at the earliest.

        Raises:
            ObjectMissing: nothing is stored under the key.
            StorageError: ``STO-0010`` when the range does not lie inside the object, ``STO-0007`` when the
                bytes end too early.
        """
        ...

    def stat(self, key: str) -> StoredObject | None:
        """Return the object without reading it, or None when there is none."""
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that begin with `prefix` (any text, not only whole parts), in ASCII order."""
        ...

    def delete(self, key: str) -> None:
        """Delete the object, and its lock record; when this returns, that is durable.

        Raises:
            ObjectMissing: nothing is stored under the key.
            ObjectLocked: ``STO-0008`` while it is retained, ``STO-0009`` while it is held.
        """
        ...

    def retain(self, key: str, until: datetime.datetime) -> None:
        """Keep the object from being deleted before `until`; the same or a later date may follow.

        A date that has passed keeps nothing; a store may then record none.

        Raises:
            ObjectMissing: nothing is stored under the key.
            StorageError: ``STO-0011`` when `until` is earlier than the present end.
            ValueError: `until` is naive or not in whole seconds.
        """
        ...

    def hold(self, key: str, *, on: bool) -> None:
        """Put a legal hold on the object, or take it off; idempotent.

        Raises:
            ObjectMissing: nothing is stored under the key.
        """
        ...

    def lock(self, key: str) -> Lock:
        """Return what keeps the object from being deleted.

        Raises:
            ObjectMissing: nothing is stored under the key.
            StorageError: ``STO-0012`` when the record of the lock cannot be read; the object then counts as
                locked.
        """
        ...

    def sweep(self, older_than_seconds: float) -> int:
        """Remove what killed writes left behind and no key shows; return how many such things there were."""
        ...
