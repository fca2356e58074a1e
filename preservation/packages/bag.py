"""A package version as a BagIt 1.0 bag (RFC 8493), serialised as one zip.

The root folder is ``<package uuid>-v<version>/``. In file and manifests stand first the tag files
(``bagit.txt`` first, the tag manifest last), then the package's metadata, then its content, each by the bytes
of its path. Nothing depends on clock, locale, time zone or hash seed: the same input gives the same bytes.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import re
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources

from archive.clock import vietnam_date
from preservation.packages import rules
from preservation.packages.errors import PackageError
from preservation.packages.rules import Reference
from preservation.packages.zip_writer import Member, ZipPlan
from preservation.storage.rules import check_key

_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_TAG_MANIFEST = "tagmanifest-sha256.txt"
_LABEL = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_OWN_LABELS = {"Bagging-Date", "Payload-Oxum", "BagIt-Profile-Identifier", "Bag-Software-Agent"}


@dataclass(frozen=True, slots=True)
class PayloadFile:
    """One file that the bag holds.

    Attributes:
        path: below ``data/``; NFC, ``/`` between parts.
        length: bytes.
        sha256: of the content, hexadecimal, lower case.
        crc32: of the content.
        open: yields the content in chunks.
    """

    path: str
    length: int
    sha256: str
    crc32: int
    open: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, path: str, content: bytes) -> PayloadFile:
        """Return a file whose content is at hand."""
        return cls(path, len(content), _sha256(content), zlib.crc32(content), lambda: iter((content,)))


@dataclass(frozen=True, slots=True)
class ReferencedFile:
    """One file of the payload whose bytes an earlier version's object holds.

    Attributes:
        path: below ``data/`` of this bag.
        length: bytes.
        sha256: of the content, hexadecimal, lower case.
        held_by: the object that holds it, and the member's path there.
    """

    path: str
    length: int
    sha256: str
    held_by: Reference


@dataclass(frozen=True, slots=True)
class BagContent:
    """What one version of a package is made of.

    Attributes:
        package_id: the package's public id.
        version: counted from 1.
        sealed_at: time of the sealing row, aware; ``Bagging-Date`` is its date in Viet Nam.
        software: name and version of the product, for ``Bag-Software-Agent``.
        bag_info: label and value, in their order (``Source-Organization``, ``External-Identifier``,
            ``Bag-Group-Identifier``); the writer adds the four that it computes.
        metadata: the package's metadata files.
        content: the content files whose bytes this version holds.
        references: the content files whose bytes an earlier version holds.
    """

    package_id: uuid.UUID
    version: int
    sealed_at: datetime.datetime
    software: str
    bag_info: tuple[tuple[str, str], ...]
    metadata: tuple[PayloadFile, ...]
    content: tuple[PayloadFile, ...]
    references: tuple[ReferencedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag that is ready to be written.

    Attributes:
        name: its root folder, ``<package uuid>-v<version>``; an exported file is called so too.
        plan: the zip, to be put into a store under a length known before.
        expected: length and SHA-256 of each member by its path in the zip, for `verify_object`.
        manifest_sha256: digest of ``manifest-sha256.txt``, which names every payload file.
        tag_manifest_sha256: digest of ``tagmanifest-sha256.txt``, and so of everything in the bag.
    """

    name: str
    plan: ZipPlan
    expected: dict[str, tuple[int, str]]
    manifest_sha256: str
    tag_manifest_sha256: str


def build_bag(content: BagContent) -> Bag:
    """Return the bag of a package version; reads no content.

    Raises:
        PackageError: ``PKG-0001`` … ``PKG-0004`` for paths, ``PKG-0007`` for a label or value that
            ``bag-info.txt`` cannot hold.
        StorageError: ``STO-0001``, a reference to something that cannot be an object's key.
        ValueError: version, sealing time or references are not what `BagContent` says.
    """
    if content.version < 1 or content.sealed_at.tzinfo is None:
        raise ValueError("versions count from 1, and the sealing time has a time zone")
    root = rules.root_of(content.package_id, content.version)
    metadata = sorted(content.metadata, key=_place)
    held = sorted(content.content, key=_place)
    references = sorted(content.references, key=_place)
    payload: list[PayloadFile | ReferencedFile] = [*held, *references]
    payload = [*metadata, *sorted(payload, key=_place)]
    if references:  # the plan looks only at what the zip holds
        rules.check_twins(file.path for file in payload)
    for reference in references:
        rules.check_path(f"{root}/data/{reference.path}")
        check_key(reference.held_by.key)
        if Reference.from_url(reference.held_by.url()) != reference.held_by:
            raise ValueError(f"{reference.held_by!r} would not be read back: keys of packages end in .zip")

    manifest = "".join(rules.manifest_line(file.sha256, f"data/{file.path}") for file in payload).encode()
    tags = {
        "bag-info.txt": _bag_info(content, payload),
        "manifest-sha256.txt": manifest,
        "verify.py": _resource("verify.py.txt"),
        "ĐỌC TRƯỚC.txt": _resource("read_first.txt"),
    }
    if references:
        tags["fetch.txt"] = "".join(
            rules.fetch_line(file.held_by, file.length, f"data/{file.path}") for file in references
        ).encode()
    tags = {"bagit.txt": _DECLARATION} | dict(sorted(tags.items(), key=lambda item: item[0].encode()))
    digests = {path: _sha256(tag) for path, tag in tags.items()}
    tag_manifest = "".join(rules.manifest_line(digest, path) for path, digest in digests.items()).encode()
    tags[_TAG_MANIFEST] = tag_manifest
    digests[_TAG_MANIFEST] = _sha256(tag_manifest)

    members = [
        Member(f"{root}/{path}", len(tag), zlib.crc32(tag), functools.partial(_once, tag)) for path, tag in tags.items()
    ]
    members += [Member(f"{root}/data/{file.path}", file.length, file.crc32, file.open) for file in (*metadata, *held)]
    expected = {f"{root}/{path}": (len(tag), digests[path]) for path, tag in tags.items()}
    expected |= {f"{root}/data/{file.path}": (file.length, file.sha256) for file in (*metadata, *held)}
    return Bag(root, ZipPlan(members), expected, digests["manifest-sha256.txt"], digests[_TAG_MANIFEST])


def _place(file: PayloadFile | ReferencedFile) -> bytes:
    return file.path.encode()


def _bag_info(content: BagContent, payload: list[PayloadFile | ReferencedFile]) -> bytes:
    rows = [
        *content.bag_info,
        ("Bagging-Date", vietnam_date(content.sealed_at).isoformat()),
        ("Payload-Oxum", f"{sum(file.length for file in payload)}.{len(payload)}"),
        ("BagIt-Profile-Identifier", rules.PROFILE),
        ("Bag-Software-Agent", content.software),
    ]
    for position, (label, value) in enumerate(rows):
        given = position < len(content.bag_info)
        if not _LABEL.fullmatch(label) or (given and label in _OWN_LABELS) or not _is_one_line(value):
            raise PackageError("PKG-0007", label=label, value=value)
    return "".join(f"{label}: {value}\n" for label, value in rows).encode()


def _is_one_line(value: str) -> bool:
    return value == value.strip() != "" and not _CONTROL.search(value)


@functools.cache
def _resource(name: str) -> bytes:
    return resources.files("preservation.packages").joinpath(name).read_bytes()


def _once(content: bytes) -> Iterator[bytes]:
    yield content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
