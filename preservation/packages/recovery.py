"""What packages say when the database is gone: where content lies, what the metadata tells, what holds them."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from archive.database.restoring import Plain
from archive.errors import KhoLuuTruError
from preservation.packages.errors import PackageError
from preservation.packages.rules import root_of
from preservation.packages.zip_reader import ZipObject, open_stored
from preservation.storage.errors import StorageError
from preservation.storage.ports import ObjectStore

PREFIX = "aip/"
_KEY = re.compile(
    r"aip/[0-9a-f]{2}/(?P<package>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})/v(?P<version>[0-9]+)-(?P<attempt>[0-9]+)\.zip"
)


@dataclass(frozen=True, slots=True)
class PackageName:
    """An object of the store that is an attempt at one version of a package, as its key tells."""

    key: str
    package_id: uuid.UUID
    version: int
    attempt: int

    @classmethod
    def of(cls, key: str) -> PackageName | None:
        """Return what a key tells, None for a key of another form."""
        match = _KEY.fullmatch(key)
        return match and cls(key, uuid.UUID(match["package"]), int(match["version"]), int(match["attempt"]))


def attempts(store: ObjectStore) -> Iterator[tuple[list[PackageName], list[str]]]:
    """Yield package by package the objects that lie in the store, and keys of another form beside them."""
    for _, keys in itertools.groupby(store.keys(PREFIX), lambda key: key.rpartition("/")[0]):
        found = [(key, PackageName.of(key)) for key in keys]
        yield [name for _, name in found if name], [key for key, name in found if not name]


class StoredPackage:
    """A package in the store, of which the directory was read; content only where it is asked for.

    Args:
        store: where it lies.
        key: its key.
        package_id: the package.
        version: its version.

    Attributes:
        length: bytes of the object.
        member_total: members of the zip.

    Raises:
        PackageError: it is not of our form.
        StorageError: it cannot be read.
    """

    def __init__(self, store: ObjectStore, key: str, package_id: uuid.UUID | str, version: int) -> None:
        self._zip: ZipObject = open_stored(store, key)
        self._root = root_of(package_id, version)
        self.length = self._zip.length
        self.member_total = len(self._zip.plan.members)
        self._crc32 = {member.path: member.crc32 for member in self._zip.plan.members}

    def digest(self) -> str:
        """Return the SHA-256, hexadecimal, of the tag manifest, by which the row knows the package."""
        return hashlib.sha256(self._bytes("tagmanifest-sha256.txt")).hexdigest()

    def metadata(self, name: str) -> Any:  # noqa: ANN401 - JSON types
        """Return a metadata file's content, e.g. ``dossier``."""
        return json.loads(self._bytes(f"data/metadata/{name}.json"))

    def place(self, member: str) -> tuple[int, int, int]:
        """Return offset, length and CRC-32 of a member of ``data/``.

        Raises:
            PackageError: PKG-0021 there is no such member.
        """
        path = f"{self._root}/data/{member}"
        try:
            offset, length = self._zip.plan.range_of(path)
        except KeyError:
            raise PackageError("PKG-0021", path=path) from None
        return offset, length, self._crc32[path]

    def _bytes(self, path: str) -> bytes:
        whole = f"{self._root}/{path}"
        try:
            return b"".join(self._zip.read(whole))
        except KeyError:
            raise PackageError("PKG-0021", path=whole) from None


def held(store: ObjectStore, key: str) -> Plain:
    """Return the columns of a package's row that say what keeps its object, as the store has it.

    Without a lock it is ``lock_pending``: the step that locks what was sealed takes it up.
    """
    lock = store.lock(key)
    if lock.retained_until is None:
        return {"state": "lock_pending", "lock_enforced_by": ""}
    return {
        "state": "locked",
        "lock_enforced_by": lock.enforced_by,
        "retained_until": lock.retained_until.isoformat(),
    }


def examined(store: ObjectStore, package: Plain) -> StoredPackage | KhoLuuTruError:
    """Return the object of a package's row, or why it is not the one that was sealed.

    Raises:
        StorageError: the store is away; waiting mends it.
    """
    try:
        stored = StoredPackage(store, package["object_key"], package["package_id"], package["version"])
        if (stored.length, stored.digest()) != (package["length"], package["digest"]):
            return PackageError("PKG-0010")
    except (StorageError, PackageError) as error:
        if error.passing:
            raise
        return error
    return stored
