"""The directory of a `.zip` as its bytes have it (PKWARE APPNOTE.TXT 6.3.10), before anything is believed.

Python's `zipfile` hides the raw bytes of names, gives up on a whole archive for one bad name, and does not
say where an entry's data lie; all three are needed here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ingest.readers.errors import ArchiveError

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 0xFFFF
_ZIP64_FIELD = 0x0001
_FULL_32, _FULL_16 = 0xFFFFFFFF, 0xFFFF


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One entry of the central directory.

    Attributes:
        position: counted from 1.
        name: raw bytes.
        flags: general purpose bits.
        method: compression method.
        crc: CRC-32 of the content.
        packed: bytes in the archive.
        size: bytes unpacked, as stated.
        mode: Unix file mode, 0 when not stated.
        offset: where its local header stands.
        extra: extra fields by id.
    """

    position: int
    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int
    extra: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class LocalHeader:
    """What stands before an entry's data: the raw name again, and where the data begin."""

    name: bytes
    start: int


@dataclass(frozen=True, slots=True)
class _End:
    count: int
    size: int
    offset: int
    position: int


def read_directory(file: BinaryIO, most_entries: int) -> tuple[DirectoryEntry, ...]:
    """Return all entries in the order of the directory.

    Raises:
        ArchiveError: ``RDR-0301`` no end record; ``RDR-0302`` damaged; ``RDR-0303`` in several parts;
            ``RDR-0304`` more than `most_entries`.
    """
    end = _find_end(file)
    if end.count > most_entries:
        raise ArchiveError("RDR-0304", count=end.count, limit=most_entries)
    if end.offset + end.size != end.position:
        raise ArchiveError("RDR-0302", reason="directory is not where the archive says")
    file.seek(end.offset)
    try:
        return tuple(_entries(file, end))
    except struct.error as error:
        raise ArchiveError("RDR-0302", reason="directory is cut off") from error


def read_local_header(file: BinaryIO, entry: DirectoryEntry) -> LocalHeader:
    """Return the header before an entry's data.

    Raises:
        ArchiveError: ``RDR-0302`` there is none at the stated place.
    """
    file.seek(entry.offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
        raise ArchiveError("RDR-0302", reason=f"entry {entry.position} has no header")
    name_length, extra_length = _LOCAL.unpack(head)[-2:]
    name = file.read(name_length)
    return LocalHeader(name, entry.offset + _LOCAL.size + name_length + extra_length)


def _find_end(file: BinaryIO) -> _End:
    length = file.seek(0, io.SEEK_END)
    start = max(0, length - _END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read(length - start)
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _END.size <= len(tail):
            _, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(tail, at)
            if at + _END.size + comment == len(tail):
                break
        at = tail.rfind(b"PK\x05\x06", 0, at)
    if at < 0:
        raise ArchiveError("RDR-0301")
    end = _End(count, size, offset, start + at)
    if _FULL_16 in {count, disk} or _FULL_32 in {size, offset}:
        end = _find_end64(file, end) or end
    elif disk or first_disk or here != count:
        raise ArchiveError("RDR-0303")
    return end


def _find_end64(file: BinaryIO, end: _End) -> _End | None:
    position = end.position - _LOCATOR64.size
    if position < 0:
        return None
    file.seek(position)
    mark, disk, offset, disks = _LOCATOR64.unpack(file.read(_LOCATOR64.size))
    if mark != b"PK\x06\x07":
        return None
    file.seek(offset)
    record = file.read(_END64.size)
    if disk or disks > 1:
        raise ArchiveError("RDR-0303")
    if len(record) < _END64.size or record[:4] != b"PK\x06\x06":
        raise ArchiveError("RDR-0302", reason="no ZIP64 end record")
    *_, count, size, start = _END64.unpack(record)
    return _End(count, size, start, offset)


def _entries(file: BinaryIO, end: _End) -> Iterator[DirectoryEntry]:
    stop = end.offset + end.size
    for position in range(1, end.count + 1):
        values = _CENTRAL.unpack(file.read(_CENTRAL.size))
        mark, _, _, flags, method, _, _, crc, packed, size = values[:10]
        name_length, extra_length, comment_length, disk, _, attributes, offset = values[10:]
        name, extra = file.read(name_length), _fields(file.read(extra_length))
        file.seek(comment_length, io.SEEK_CUR)
        if mark != b"PK\x01\x02" or len(name) < name_length or file.tell() > stop:
            raise ArchiveError("RDR-0302", reason=f"entry {position} of the directory")
        wide = io.BytesIO(extra.get(_ZIP64_FIELD, b""))
        size, packed, offset = (_widened(wide, value) for value in (size, packed, offset))
        if disk not in {0, _FULL_16}:
            raise ArchiveError("RDR-0303")
        # The upper half of the attributes is a Unix mode whatever system the entry names: links hide there.
        mode = attributes >> 16
        yield DirectoryEntry(position, name, flags, method, crc, packed, size, mode, offset, extra)
    if file.tell() != stop:
        raise ArchiveError("RDR-0302", reason="more entries than the archive says")


def _widened(wide: io.BytesIO, value: int) -> int:
    return struct.unpack("<Q", wide.read(8))[0] if value == _FULL_32 else value


def _fields(extra: bytes) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    while len(extra) >= 4:  # noqa: PLR2004 - id and length
        number, length = struct.unpack_from("<2H", extra)
        fields.setdefault(number, extra[4 : 4 + length])
        extra = extra[4 + length :]
    return fields
