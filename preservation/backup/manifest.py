"""What a backup says of itself: ``manifest.json``, written last; and the lines of its lists."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from archive.audit.services import ChainHead
from archive.database.snapshots import FILES, Kind
from preservation.backup.errors import BackupError

MANIFEST, SETTINGS, PACKAGES, OBJECTS = "manifest.json", "settings.toml", "packages.jsonl", "objects.jsonl"
_FORM = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileMark:
    """A file of the backup: `sha256` hexadecimal, `length` in bytes."""

    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A sealed package version, as the copied database tells of it; one line of ``packages.jsonl``.

    Attributes:
        id: of the row.
        package_id: of the package.
        version: counted from 1.
        key: of its object in the store.
        length: bytes of the object.
        digest: SHA-256 of the tag manifest inside, which names the digest of everything else in it.
        state: of its lock.
        retained_until: ISO instant, or empty.
    """

    id: str
    package_id: str
    version: int
    key: str
    length: int
    digest: str
    state: str
    retained_until: str


@dataclass(frozen=True, slots=True)
class ObjectLine:
    """An object of the store, listed after the database was copied; one line of ``objects.jsonl``.

    `known` False: a package that the copied database does not know (it was sealed later, or was never finished).
    """

    key: str
    length: int
    known: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was copied, when, of what.

    Attributes:
        made_at: the instant at which the copying began.
        version: of the product.
        kind: of the database.
        revision: of its schema.
        files: every other file of the folder, by name.
        tables: rows of each table.
        heads: of the audit chains.
        packages: lines of ``packages.jsonl``.
        package_bytes: the lengths of these packages, added up.
        objects: lines of ``objects.jsonl``.
        later: package objects that the copied database does not know.
        missing: keys of packages that were not in the store, or of another length, when the backup was made.
    """

    made_at: datetime.datetime
    version: str
    kind: Kind
    revision: str
    files: dict[str, FileMark]
    tables: dict[str, int]
    heads: tuple[ChainHead, ...]
    packages: int
    package_bytes: int
    objects: int
    later: int
    missing: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Return the manifest as JSON."""
        plain = asdict(self) | {"form": _FORM, "made_at": self.made_at.isoformat()}
        return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode() + b"\n"


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """Return a backup's manifest, and the SHA-256 of it, by which events name the backup.

    Raises:
        BackupError: BAK-0002 the folder is no whole backup; BAK-0003 it is of a form that this program does not know.
        OSError: it cannot be read.
    """
    try:
        body = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise BackupError("BAK-0002", folder=str(folder)) from None
    try:
        plain = json.loads(body)
        if plain["form"] != _FORM:
            raise BackupError("BAK-0003", folder=str(folder), form=str(plain["form"]))
        return _from_plain(plain), hashlib.sha256(body).hexdigest()
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("BAK-0002", folder=str(folder)) from error


def _from_plain(plain: dict[str, Any]) -> Manifest:
    kind = plain["kind"]
    if kind not in FILES:
        raise ValueError(kind)
    return Manifest(
        made_at=datetime.datetime.fromisoformat(plain["made_at"]),
        version=str(plain["version"]),
        kind=cast("Kind", kind),
        revision=str(plain["revision"]),
        files={str(name): FileMark(**mark) for name, mark in plain["files"].items()},
        tables={str(name): int(count) for name, count in plain["tables"].items()},
        heads=tuple(ChainHead(uuid.UUID(h["chain_id"]), int(h["seq"]), str(h["hash"])) for h in plain["heads"]),
        packages=int(plain["packages"]),
        package_bytes=int(plain["package_bytes"]),
        objects=int(plain["objects"]),
        later=int(plain["later"]),
        missing=tuple(map(str, plain["missing"])),
    )


def packages_in(folder: Path) -> Iterator[PackageLine]:
    """Yield the lines of ``packages.jsonl``.

    Raises:
        BackupError: BAK-0002 the list cannot be read.
    """
    try:
        with (folder / PACKAGES).open(encoding="utf-8") as lines:
            for line in lines:
                yield PackageLine(**json.loads(line))
    except (FileNotFoundError, ValueError, TypeError) as error:
        raise BackupError("BAK-0002", folder=str(folder)) from error


def mark_of(path: Path) -> FileMark:
    """Return length and digest of a file."""
    digest = hashlib.sha256()
    length = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            length += len(chunk)
    return FileMark(digest.hexdigest(), length)


def write_lines(path: Path, lines: Iterator[PackageLine] | Iterator[ObjectLine]) -> None:
    """Write one JSON object a line, into a new file that its owner alone can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(line), sort_keys=True) + "\n" for line in lines)


def write_file(path: Path, body: bytes) -> None:
    """Write a new file that its owner alone can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
