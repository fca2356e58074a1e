"""Lists and archives for the readers' tests, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import column_index_from_string

from ingest.readers.fields import list_fields

SAMPLE = Path(__file__).parents[2] / "samples" / "transfer"
#: The 46 printed headings of the usual list, in the order of its columns.
HEADINGS = [headings[0] for field in list_fields() for _, headings in field.headings]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def row(**values: object) -> list[object]:
    """Return a row of the usual list; keyword by column letter."""
    cells: list[object] = [None] * len(HEADINGS)
    for letter, value in values.items():
        cells[column_index_from_string(letter) - 1] = value
    return cells


def write_list(
    path: Path,
    rows: Iterable[Sequence[object]],
    *,
    headings: Sequence[object] = HEADINGS,
    above: Iterable[Sequence[object]] = (),
    formats: Mapping[str, str] | None = None,
    merged: Iterable[str] = (),
) -> Path:
    """Write a workbook of one sheet: rows above, headings, rows; `formats` are number formats by cell."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for cells in [*above, headings, *rows]:
        sheet.append(list(cells))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def raw_workbook(path: Path, sheet: str, *, strings: str = "", styles: str = "", book: str = "") -> Path:
    """Write a workbook whose parts are given as XML; `sheet` is what stands in its ``sheetData``, or a whole part."""
    whole = (
        sheet if sheet.startswith("<?xml") else f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
    )
    relations = [("rId1", "worksheet", "worksheets/sheet1.xml")]
    parts = {
        "_rels/.rels": _related([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": book
        or f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": whole,
    }
    for name, kind, text in (("sharedStrings", "sharedStrings", strings), ("styles", "styles", styles)):
        if text:
            parts[f"xl/{name}.xml"] = text
            relations.append((f"rId{len(relations) + 1}", kind, f"{name}.xml"))
    parts["xl/_rels/workbook.xml.rels"] = _related(relations)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def _related(relations: Iterable[tuple[str, str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for number, kind, target in relations
    )
    return f'<Relationships xmlns="{_RELATIONS}">{entries}</Relationships>'


def zipped(entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """Return a zip of (name, content)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content, None if isinstance(name, zipfile.ZipInfo) else method)
    return file


def hand_made(
    names: Iterable[bytes], *, content: bytes = b"", local_names: Sequence[bytes] = (), flags: int = 0, method: int = 0
) -> io.BytesIO:
    """Return a zip of stored entries, written by hand, whose names are exactly these bytes."""
    data, directory, count = b"", b"", 0
    crc, size = zlib.crc32(content), len(content)
    for name in names:
        local = local_names[count] if local_names else name
        rest = struct.pack("<H4x3LHH", method, crc, size, size, len(local), 0)
        listed = struct.pack("<H4x3LHH", method, crc, size, size, len(name), 0)
        directory += struct.pack("<4s3H", b"PK\x01\x02", 20, 20, flags) + listed
        directory += struct.pack("<3H2L", 0, 0, 0, 0, len(data)) + name
        data += struct.pack("<4s2H", b"PK\x03\x04", 20, flags) + rest + local + content
        count += 1
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(data), 0)
    return io.BytesIO(data + directory + end)
