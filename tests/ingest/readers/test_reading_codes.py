"""Every code of the readers, and the one thing that raises it."""

from __future__ import annotations

import datetime
import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from archive.errors import KhoLuuTruError
from archive.messages.catalogue import catalogue
from archive.messages.rules import Finding
from ingest.readers.archives import ArchiveLimits, ZipArchive
from ingest.readers.errors import ArchiveError, ReaderError
from ingest.readers.mapping import ColumnMapping
from ingest.readers.paths import CODES, FileIndex
from ingest.readers.spreadsheet import guess_mapping, read_spreadsheet
from tests.ingest.readers.lists import HEADINGS, hand_made, raw_workbook, row, write_list, zipped

_DOSSIER = {"B": "P01", "C": "01", "D": "02", "E": "HS.01", "F": "Hồ sơ họp", "G": "20 năm"}
_DOCUMENT = {"Z": "Công văn", "AG": "Về việc họp", "AT": r"\HS.01\1.pdf"}
_GOOD = row(**_DOSSIER, **_DOCUMENT)
Raises = Callable[[Path], list[Finding]]


def _list(*rows: list[object], **options: Any) -> Raises:
    return lambda folder: list(read_spreadsheet(write_list(folder / "list.xlsx", rows, **options)).findings)


def _not_a_workbook(folder: Path) -> list[Finding]:
    (folder / "list.xlsx").write_bytes(b"STT;")
    return list(read_spreadsheet(folder / "list.xlsx").findings)


def _damaged(folder: Path) -> list[Finding]:
    return list(read_spreadsheet(raw_workbook(folder / "list.xlsx", "<row")).findings)


def _unsafe(folder: Path) -> list[Finding]:
    sheet = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "x">]><worksheet><sheetData/></worksheet>'
    return list(read_spreadsheet(raw_workbook(folder / "list.xlsx", sheet)).findings)


def _huge(folder: Path) -> list[Finding]:
    path = write_list(folder / "list.xlsx", [_GOOD])
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    while data[at + 46 :].find(b"xl/workbook.xml") != 0:
        at = data.index(b"PK\x01\x02", at + 4)
    data[at + 24 : at + 28] = (1 << 30).to_bytes(4, "little")
    path.write_bytes(data)
    return list(read_spreadsheet(path).findings)


def _second_sheet(folder: Path) -> list[Finding]:
    path = write_list(folder / "list.xlsx", [_GOOD])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Ghi chú").append(["Kho số 2"])
    book.save(path)
    return list(read_spreadsheet(path).findings)


def _mapping_of_another_list(folder: Path) -> list[Finding]:
    path = write_list(folder / "list.xlsx", [_GOOD])
    mapping = guess_mapping(path)
    return list(read_spreadsheet(path, ColumnMapping("Danh mục", 1, mapping.columns)).findings)


def _wrong_correction(folder: Path) -> list[Finding]:
    guess_mapping(write_list(folder / "list.xlsx", [_GOOD])).corrected({"A": "dossier.colour"})
    return []


def _path(written: str, *files: str, readings: tuple[str, ...] = ()) -> Raises:
    index = FileIndex(dict.fromkeys(files or ("HS.01/Một.pdf",), readings))
    return lambda _: [Finding(CODES[index.find(written).how])]


def _zip(file: io.BytesIO, **limits: int) -> Raises:
    def read(_: Path) -> list[Finding]:
        archive = ZipArchive(file, ArchiveLimits(**limits))
        found = list(archive.findings)
        for entry in archive.entries:
            try:
                b"".join(archive.chunks(entry))
            except ArchiveError as error:
                found.append(error.finding())
        return found

    return read


def _special(mode: int) -> io.BytesIO:
    info = zipfile.ZipInfo("a")
    info.external_attr = mode << 16
    return zipped([(info, b"x"), ("b", b"x")])


def _changed(file: io.BytesIO, mark: bytes, offset: int, value: bytes) -> io.BytesIO:
    data = bytearray(file.getvalue())
    at = data.index(mark) + offset
    data[at : at + len(value)] = value
    return io.BytesIO(data)


_TWO = [("a", b"abc"), ("b", b"x")]
_END = b"PK\x05\x06"
_LISTED = b"PK\x01\x02"


def _sharing() -> io.BytesIO:
    """Return an archive whose second entry points at the first one's data."""
    data = bytearray(zipped(_TWO).getvalue())
    at = data.rindex(_LISTED) + 42
    data[at : at + 4] = bytes(4)
    return io.BytesIO(data)


RAISES: dict[str, Raises] = {
    "RDR-0101": _not_a_workbook,
    "RDR-0102": _damaged,
    "RDR-0103": _list(_GOOD, headings=["Kho", "Kệ"]),
    "RDR-0104": _list([*_GOOD, "Kệ 3"], headings=[*HEADINGS, "Vị trí"]),
    "RDR-0105": _list(
        row(**{**_DOSSIER, "G": None}, **_DOCUMENT),
        headings=[None if heading == "Thời hạn bảo quản" else heading for heading in HEADINGS],
    ),
    "RDR-0106": _second_sheet,
    "RDR-0107": _list(_GOOD, row(B="Tổng cộng")),
    "RDR-0108": _list(row(**_DOSSIER, **_DOCUMENT, AA="#REF!")),
    "RDR-0109": _list(row(**_DOSSIER, **_DOCUMENT, AB="/ QĐ-UBND")),
    "RDR-0110": _list(row(**_DOSSIER, **_DOCUMENT, AA=datetime.date(2010, 1, 1)), formats={"AA2": "mm/yyyy"}),
    "RDR-0111": _list(_GOOD, row(G="10 năm", **_DOCUMENT)),
    "RDR-0112": _list(_GOOD, row(**{**_DOSSIER, "E": "HS.02"}, **_DOCUMENT), _GOOD),
    "RDR-0113": _list(_GOOD, row(B="P01", C="01", E="HS.02", F="t", G="5 năm", **_DOCUMENT)),
    "RDR-0114": _list(row(**_DOSSIER, **_DOCUMENT, AC="13/09/2024", AD=8)),
    "RDR-0115": _mapping_of_another_list,
    "RDR-0116": _wrong_correction,
    "RDR-0117": _unsafe,
    "RDR-0118": _huge,
    "RDR-0201": _path("hs.01/Một.PDF"),
    "RDR-0202": _path("HS.01/Mot.pdf"),
    "RDR-0203": _path("HS.01/Một"),
    "RDR-0204": _path("D:/Số hóa/HS.01/Một.pdf"),
    "RDR-0205": _path("../HS.01/Một.pdf"),
    "RDR-0206": _path("HS.01"),
    "RDR-0207": _path("HS.01/MỘT.pdf", "HS.01/Một.pdf", "hs.01/một.pdf"),
    "RDR-0208": _path("HS.01/Một.pdf", "HS.01/Mét.pdf", readings=("HS.01/Một.pdf",)),
    "RDR-0301": _zip(io.BytesIO(b"Rar!")),
    "RDR-0302": _zip(_changed(zipped(_TWO), _LISTED, 0, b"XX")),
    "RDR-0303": _zip(_changed(zipped(_TWO), _END, 4, b"\x01")),
    "RDR-0304": _zip(zipped(_TWO), entries=1),
    "RDR-0305": _zip(zipped(_TWO), total_bytes=3),
    "RDR-0306": _zip(_sharing()),
    "RDR-0307": _zip(zipped(_TWO), entry_bytes=2),
    "RDR-0308": _zip(zipped([("a", bytes(1_000_000))]), ratio_from=1000),
    "RDR-0309": _zip(hand_made([b"../a", b"b"])),
    "RDR-0310": _zip(_special(stat.S_IFLNK)),
    "RDR-0311": _zip(_special(stat.S_IFCHR)),
    "RDR-0312": _zip(_changed(zipped(_TWO), _LISTED, 8, b"\x01")),
    "RDR-0313": _zip(_changed(zipped(_TWO), _LISTED, 10, b"\x0e")),
    "RDR-0314": _zip(hand_made([b"a", b"b"], local_names=[b"x", b"b"])),
    "RDR-0315": _zip(_changed(zipped(_TWO), _LISTED, 16, b"\x00\x00")),
    "RDR-0316": _zip(hand_made([bytes.fromhex("517579d5742e706466")])),
    "RDR-0317": _zip(zipped([("a", b"x"), ("A", b"x")])),
    "RDR-0318": _zip(zipped([("HS.01/", b"")])),
}
#: Raised where the fence ends the unpacking.
_ELSEWHERE = {"RDR-0390"}


def _raised(raises: Raises, folder: Path) -> list[str]:
    try:
        return [finding.code for finding in raises(folder)]
    except ReaderError as error:
        return [error.code]


@pytest.mark.parametrize("code", RAISES)
def test_each_code_has_one_thing_that_raises_exactly_it(code: str, tmp_path: Path) -> None:
    """The fixture of a code gives that code and no other."""
    assert _raised(RAISES[code], tmp_path) == [code]


def test_every_code_of_the_catalogue_has_its_fixture() -> None:
    """No code of the readers is without a fixture, and none is raised that the catalogue does not know."""
    assert set(RAISES) | _ELSEWHERE == {message.code for message in catalogue() if message.subject == "reading"}


@pytest.mark.parametrize("code", sorted(set(RAISES) - set(CODES.values())))
def test_each_text_gets_the_values_it_names(code: str, tmp_path: Path) -> None:
    """A finding or error carries a value for every placeholder of its texts."""
    try:
        parameters = RAISES[code](tmp_path)[0].parameters
    except KhoLuuTruError as error:
        parameters = error.parameters
    assert catalogue().get(code).placeholders() <= set(parameters)


def test_an_unmended_transfer_raises_nothing(tmp_path: Path) -> None:
    """The row that the fixtures change is clean by itself."""
    assert _raised(_list(_GOOD), tmp_path) == []
    assert _raised(_zip(zipped(_TWO)), tmp_path) == []
