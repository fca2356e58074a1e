"""Paths inside a package, and how BagIt's tag files write them."""

from __future__ import annotations

import re
import unicodedata
import urllib.parse
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from archive.text.folding import nfc
from preservation.packages.errors import PackageError

PROFILE = "kholuutru-bag-0"
"""The profile that our own bags name in ``BagIt-Profile-Identifier``."""
LONGEST_PATH = 200
"""Longest path in a package in characters, its root folder included."""
LONGEST_PART = 255
"""Longest part of a path in bytes of UTF-8: no file system could unpack a longer one."""

_REFERENCE_BASE = "https://kho.invalid/"
_REFERENCE = re.compile(re.escape(_REFERENCE_BASE) + r"(?P<key>.+?\.zip)/(?P<path>.+)")
DRIVE = re.compile(r"(?:^|/)[A-Za-z]:")
"""A part that Windows takes for a drive."""
_NO_PARTS = frozenset({"", ".", ".."})
_MANIFEST_LINE = re.compile(r"(?P<digest>[0-9a-fA-F]+)[ \t]+(?P<path>.+)")
_FETCH_LINE = re.compile(r"(?P<url>[A-Za-z][A-Za-z0-9+.-]*:[^ \t]+)[ \t]+(?P<length>[0-9]{1,18}|-)[ \t]+(?P<path>.+)")
_ENCODED = re.compile(r"%(0[AD]|25)", re.IGNORECASE)


def version_id(package_id: uuid.UUID, version: int) -> uuid.UUID:
    """Return the id of a version of a package (UUIDv5, so that every attempt gives it the same)."""
    return uuid.uuid5(package_id, f"v{version}")


def root_of(package_id: uuid.UUID | str, version: int) -> str:
    """Return the name of the one root folder in the zip of a version."""
    return f"{package_id}-v{version}"


def check_path(path: str) -> bytes:
    """Return a path as UTF-8; refuse one that a package may not hold.

    A path is NFC text with ``/`` between parts; no part is empty, ``.`` or ``..``; there is no NUL and no
    backslash (which is a separator elsewhere).

    Raises:
        PackageError: ``PKG-0001`` form, ``PKG-0002`` longer than `LONGEST_PATH` characters, ``PKG-0003`` a
            part longer than `LONGEST_PART` bytes.
    """
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        raise PackageError("PKG-0001", path=ascii(path)) from None
    if not is_safe(path) or "\\" in path or DRIVE.search(path) or not unicodedata.is_normalized("NFC", path):
        raise PackageError("PKG-0001", path=ascii(path))
    if len(path) > LONGEST_PATH:
        raise PackageError("PKG-0002", path=path, length=len(path), longest=LONGEST_PATH)
    if len(encoded) > LONGEST_PART:
        longest = max(map(len, encoded.split(b"/")))
        if longest > LONGEST_PART:
            raise PackageError("PKG-0003", path=path, length=longest, longest=LONGEST_PART)
    return encoded


def is_safe(path: str) -> bool:
    """Tell whether a path stays below the folder that it is joined to."""
    return _NO_PARTS.isdisjoint(path.split("/")) and "\0" not in path


def check_twins(paths: Iterable[str]) -> None:
    """Refuse paths that one place cannot hold together.

    Two paths are twins when they differ only in case or Unicode form, and when one is a folder of the other:
    a system that does not tell them apart would unpack only one of them.

    Raises:
        PackageError: ``PKG-0004`` with both.
    """
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        key = twin_key(path)
        twin = seen.get(key) or folders.get(key)
        start = key.rfind("/")
        while not twin and start > 0 and key[:start] not in folders:
            folders[key[:start]] = path
            twin = seen.get(key[:start])
            start = key.rfind("/", 0, start)
        if twin:
            raise PackageError("PKG-0004", path=path, other=twin)
        seen[key] = path


def twin_key(path: str) -> str:
    """Return what a system sees of a path that tells neither case nor Unicode forms apart."""
    return nfc(path.casefold())


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a later version of a package finds content that did not change.

    Attributes:
        key: key of the object that holds it; ends in ``.zip``.
        path: the member's path in that object, root folder included.
    """

    key: str
    path: str

    def url(self) -> str:
        """Return the reference as ``fetch.txt`` names it: absolute, and resolved by nobody (design §3)."""
        return f"{_REFERENCE_BASE}{self.key}/{urllib.parse.quote(self.path, safe='/')}"

    @classmethod
    def from_url(cls, url: str) -> Reference | None:
        """Return the reference that `url` wrote, or None for any other address."""
        match = _REFERENCE.fullmatch(url)
        return match and cls(match["key"], urllib.parse.unquote(match["path"]))


def encode_path(path: str) -> str:
    """Return a path as manifests write it: CR, LF and ``%`` percent-encoded (RFC 8493 §2.1.3)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def decode_path(text: str, *, percent: bool) -> str:
    """Return the path that a manifest's text stands for.

    Args:
        text: the path as written; letters of the encoding in either case.
        percent: ``%25`` stands for ``%`` (BagIt 1.0); before, only CR and LF were encoded.
    """

    def decoded(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if percent or char != "%" else match[0]

    return _ENCODED.sub(decoded, text)


def manifest_line(digest: str, path: str) -> str:
    """Return one line of a manifest, its end included."""
    return f"{digest}  {encode_path(path)}\n"


def fetch_line(reference: Reference, length: int, path: str) -> str:
    """Return one line of ``fetch.txt``, its end included (RFC 8493 §2.2.3)."""
    return f"{reference.url()} {length} {encode_path(path)}\n"


def parse_manifest_line(line: str) -> tuple[str, str] | None:
    """Return digest (lower case) and path as written, or None when the line is not of this form."""
    match = _MANIFEST_LINE.fullmatch(line)
    return match and (match["digest"].lower(), match["path"])


def parse_fetch_line(line: str) -> tuple[str, int | None, str] | None:
    """Return address, length (None when not told) and path as written, or None for another form."""
    match = _FETCH_LINE.fullmatch(line)
    return match and (match["url"], None if match["length"] == "-" else int(match["length"]), match["path"])
