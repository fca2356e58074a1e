"""What an object store may answer instead of doing what it was asked."""

from __future__ import annotations

from archive.errors import KhoLuuTruError


class StorageError(KhoLuuTruError):
    """The store did not, or could not, do what it was asked; the code says why."""

    @property
    def passing(self) -> bool:
        """Return whether the store is full, or cannot be reached, written or read for the time being."""
        return self.code in {"STO-0005", "STO-0006", "STO-0007"}


class ObjectMissing(StorageError):  # noqa: N818 - says what is the case
    """``STO-0002``: nothing is stored under the key."""

    def __init__(self, key: str) -> None:
        super().__init__("STO-0002", key=key)


class ObjectExists(StorageError):  # noqa: N818 - says what is the case
    """``STO-0003``: something is stored under the key already; objects are written once."""

    def __init__(self, key: str) -> None:
        super().__init__("STO-0003", key=key)


class ObjectLocked(StorageError):  # noqa: N818 - says what is the case
    """``STO-0008`` (retained) or ``STO-0009`` (held): the object may not be deleted now."""
