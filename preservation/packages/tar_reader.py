"""The entries of a tar, read header by header from a stream, with bounds on what a header may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from preservation.packages.errors import PackageError

BLOCK = 512
_LONGEST_NAME = 1 << 20
_FILE = {b"0", b"\0", b"7"}
_FOLDER = b"5"
_LONG_NAME, _LONG_LINK = b"L", b"K"
_EXTENDED, _EXTENDED_OLD, _GLOBAL = b"x", b"X", b"g"
_SPARSE = b"S"
_WITHOUT_CONTENT = {b"1", b"2", b"3", b"4", b"5", b"6"}
_POSITIVE = 0x80


class Stream(Protocol):
    """Bytes that come in order."""

    def read(self, length: int) -> bytes:
        """Return so many bytes, fewer only at the end."""
        ...

    def skip(self, length: int) -> None:
        """Pass over so many bytes."""
        ...

    def tell(self) -> int:
        """Return how many bytes have come."""
        ...


@dataclass(frozen=True, slots=True)
class TarEntry:
    """One entry: name as it is written, whether it is a file or a folder, its length, and where its content begins."""

    name: bytes
    is_file: bool
    is_folder: bool
    length: int
    offset: int


def is_header(block: bytes) -> bool:
    """Tell whether a block is the header of an entry: its checksum says so."""
    return len(block) == BLOCK and block != bytes(BLOCK) and _sum(block) == _number(block[148:156])


def entries(stream: Stream, name: str) -> Iterator[TarEntry]:
    """Yield the entries; whoever takes one may read its content from the stream before the next.

    Raises:
        PackageError: ``PKG-0153`` when it is damaged or cut, ``PKG-0156`` for a sparse file.
    """
    settings: dict[bytes, bytes] = {}
    while block := stream.read(BLOCK):
        if block == bytes(BLOCK):
            return
        if not is_header(block):
            raise PackageError("PKG-0153", path=name)
        kind = block[156:157]
        size = _number(block[124:136])
        if kind in {_LONG_NAME, _LONG_LINK, _EXTENDED, _EXTENDED_OLD, _GLOBAL}:
            settings |= _settings(kind, _content(stream, size, name), name)
            continue
        full = settings.get(b"path") or _name(block)
        if kind == _SPARSE or any(key.startswith(b"GNU.sparse") for key in settings):
            raise PackageError("PKG-0156", path=full.decode("utf-8", "backslashreplace"), method="sparse")
        entry = _entry(full, kind, int(settings.get(b"size", b"%d" % size)), stream.tell())
        if entry.length < 0:
            raise PackageError("PKG-0153", path=name)
        settings = {}
        yield entry
        stream.skip(entry.offset + _padded(entry.length) - stream.tell())
    raise PackageError("PKG-0153", path=name)  # without the closing block it was cut


def _entry(full: bytes, kind: bytes, size: int, offset: int) -> TarEntry:
    is_folder = kind == _FOLDER or (kind in _FILE and full.endswith(b"/"))
    is_file = kind in _FILE and not is_folder
    # Links, devices and folders may state a length; no content follows.
    return TarEntry(full, is_file, is_folder, 0 if kind in _WITHOUT_CONTENT else size, offset)


def _content(stream: Stream, size: int, name: str) -> bytes:
    if not 0 <= size <= _LONGEST_NAME:
        raise PackageError("PKG-0153", path=name)
    content = stream.read(_padded(size))[:size]
    if len(content) < size:
        raise PackageError("PKG-0153", path=name)
    return content


def _settings(kind: bytes, content: bytes, name: str) -> dict[bytes, bytes]:
    """Return what a header that stands before an entry says of it."""
    if kind == _LONG_NAME:
        return {b"path": content.rstrip(b"\0")}
    return _records(content, name) if kind in {_EXTENDED, _EXTENDED_OLD} else {}


def _padded(length: int) -> int:
    return -(-length // BLOCK) * BLOCK


def _name(block: bytes) -> bytes:
    short = block[:100].split(b"\0", 1)[0]
    if block[257:263] != b"ustar\0":
        return short
    prefix = block[345:500].split(b"\0", 1)[0]
    return prefix + b"/" + short if prefix else short


def _number(field: bytes) -> int:
    if field[:1] in {b"\x80", b"\xff"}:
        return int.from_bytes(field[1:], "big") if field[0] == _POSITIVE else -1
    text = field.strip(b" \0")
    try:
        return int(text or b"0", 8)
    except ValueError:
        return -1


def _sum(block: bytes) -> int:
    return sum(block) - sum(block[148:156]) + 8 * 0x20


def _records(content: bytes, name: str) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(content):
        length, _, _ = content[at : at + 20].partition(b" ")
        if not length.isdigit() or int(length) <= len(length) + 1 or at + int(length) > len(content):
            raise PackageError("PKG-0153", path=name)
        key, _, value = content[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        if key == b"size" and not value.isdigit():
            raise PackageError("PKG-0153", path=name)
        found[key] = value
        at += int(length)
    return found
