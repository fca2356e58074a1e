"""The records of a zip file, in the one form that our packages have (APPNOTE 6.3.10, design §3).

Members are stored, not compressed; the only flag is bit 11 (names in UTF-8), so sizes stand before the data;
every time is 1980-01-01 00:00:00 and every mode 0100644. ZIP64 fields stand only where a value does not fit.
A name, a length, a CRC-32 and an offset therefore give exactly one header: writer and reader share it.
"""

from __future__ import annotations

import struct

MOST_16 = 0xFFFF
MOST_32 = 0xFFFFFFFF

_MADE_BY = 3 << 8 | 45
"""Unix, version 4.5 of the specification."""
_PLAIN = 10
_ZIP64 = 45
_UTF8_NAME = 1 << 11
_STORED = 0
_TIME = 0
_DATE = 1 << 5 | 1
_MODE = 0o100644 << 16

LOCAL = struct.Struct("<4s5H3L2H")
DIRECTORY = struct.Struct("<4s6H3L5H2L")
DIRECTORY_FIELDS = (
    "signature",
    "version made by",
    "version needed",
    "flags",
    "method",
    "time",
    "date",
    "crc-32",
    "compressed size",
    "uncompressed size",
    "name length",
    "extra length",
    "comment length",
    "disk",
    "internal attributes",
    "external attributes",
    "offset",
)
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")


def local_header(name: bytes, length: int, crc32: int) -> bytes:
    """Return the header that stands before a member's data."""
    extra = b""
    size = length
    if length >= MOST_32:
        extra = struct.pack("<2H2Q", 1, 16, length, length)
        size = MOST_32
    needed = _ZIP64 if extra else _PLAIN
    head = LOCAL.pack(
        *(b"PK\3\4", needed, _UTF8_NAME, _STORED, _TIME, _DATE), *(crc32, size, size, len(name), len(extra))
    )
    return head + name + extra


def directory_entry(name: bytes, length: int, crc32: int, offset: int) -> bytes:
    """Return a member's entry in the central directory; `offset` is that of its local header."""
    size, place = length, offset
    overflowing: list[int] = []
    if length >= MOST_32:
        overflowing += [length, length]
        size = MOST_32
    if offset >= MOST_32:
        overflowing.append(offset)
        place = MOST_32
    extra = b""
    if overflowing:
        extra = struct.pack(f"<2H{len(overflowing)}Q", 1, 8 * len(overflowing), *overflowing)
    needed = _ZIP64 if extra else _PLAIN
    head = DIRECTORY.pack(
        *(b"PK\1\2", _MADE_BY, needed, _UTF8_NAME, _STORED, _TIME, _DATE),
        *(crc32, size, size, len(name), len(extra), 0, 0, 0, _MODE, place),
    )
    return head + name + extra


def end_records(count: int, directory_offset: int, directory_length: int) -> bytes:
    """Return what closes the file; the ZIP64 record and locator only when a value does not fit."""
    records = b""
    if count >= MOST_16 or directory_offset >= MOST_32 or directory_length >= MOST_32:
        records = END64.pack(
            *(b"PK\6\6", END64.size - 12, _MADE_BY, _ZIP64, 0, 0, count, count),
            *(directory_length, directory_offset),
        ) + LOCATOR64.pack(b"PK\6\7", 0, directory_offset + directory_length, 1)
    shown = min(count, MOST_16)
    return records + END.pack(
        *(b"PK\5\6", 0, 0, shown, shown, min(directory_length, MOST_32)), *(min(directory_offset, MOST_32), 0)
    )
