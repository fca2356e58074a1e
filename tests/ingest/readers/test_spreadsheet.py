from __future__ import annotations

import datetime
import json
import unicodedata
from pathlib import Path

import pytest

from archive.messages.rules import Finding, Where
from ingest.readers.spreadsheet import ReadList, guess_mapping, read_rows, read_spreadsheet
from tests.ingest.readers.lists import HEADINGS, SAMPLE, row, write_list

_LIST = SAMPLE / "danh-muc-ho-so.xlsx"
_DOSSIER = {"B": "P01", "C": "01", "D": "02", "E": "HS.01", "F": "Hồ sơ họp", "G": "20 năm"}
_DOCUMENT = {"Z": "Công văn", "AG": "Về việc họp", "AT": r"\HS.01\1.pdf"}


def _read(tmp_path: Path, *rows: list[object], **options: object) -> ReadList:
    return read_spreadsheet(write_list(tmp_path / "list.xlsx", rows, **options))  # type: ignore[arg-type] # handed on


def _codes(read: ReadList) -> list[str]:
    return [finding.code for finding in read.findings]


def test_the_sample_list_is_read_whole() -> None:
    """Eight dossiers with sixteen documents come out of the sample, with the one quirk that was mended."""
    read = read_spreadsheet(_LIST)
    assert [(d.values["notation"], d.row, len(d.documents)) for d in read.submission.dossiers] == [
        ("HS.01", 2, 3),
        ("HS.02", 5, 2),
        ("03.KSTTHC", 7, 2),
        ("04.CNTT", 9, 4),
        ("05.QH", 13, 1),
        ("06.TH", 14, 2),
        ("07.KSTTHC", 16, 1),
        ("08.VT", 17, 1),
    ]
    assert _codes(read) == ["RDR-0109"] * 5
    assert read.submission.unused == ()
    assert (read.mapping.sheet, read.mapping.heading_row, read.mapping.missing()) == ("Sheet1", 1, ())


def test_a_document_of_the_sample_has_its_values_and_its_place() -> None:
    """Mixed cell types give plain text, dates are joined, the path is ours, and the column of each is known."""
    document = read_spreadsheet(_LIST).submission.dossiers[0].documents[2]
    assert document.values == {
        "ordinal": "3",
        "type_name": "Quyết định",
        "number": "1009",
        "notation": "QĐ-TTg",
        "issued_date": "19/09/2024",
        "organ_name": "Thủ tướng Chính phủ",
        "subject": "Phê duyệt nhiệm vụ Điều chỉnh Quy hoạch chung xây dựng Khu kinh tế cửa khẩu Đồng Đăng - Lạng Sơn, "
        "tỉnh Lạng Sơn đến năm 2045",
        "language": "Tiếng Việt",
        "page_total": "11",
        "sheet_number": "3",
    }
    assert (document.ordinal, document.row) == (3, 4)
    assert (document.path, document.path_as_written) == ("HS.01/1009-ttg.signed.pdf", r"\HS.01\1009-ttg.signed.pdf")
    assert (document.columns["notation"], document.columns["issued_date"], document.columns["note"]) == (
        "AB",
        "AC",
        "AJ",
    )


def test_a_list_as_read_goes_through_json_and_back() -> None:
    """What leaves the worker process is the same list on the other side."""
    read = read_spreadsheet(_LIST)
    assert ReadList.from_plain(json.loads(json.dumps(read.to_plain()))) == read


def test_rows_come_as_a_stream() -> None:
    """The first row is there before the last was read."""
    rows = read_rows(_LIST, guess_mapping(_LIST))
    assert next(rows).row == 2
    rows.close()  # type: ignore[attr-defined] # a generator


@pytest.mark.parametrize("below", [[], [[f"({number})" for number in range(1, 47)]], [list(range(1, 47))]])
def test_titles_above_and_column_numbers_below_the_headings_are_passed_over(
    tmp_path: Path, below: list[list[object]]
) -> None:
    """The headings are found under title rows; a row that numbers the columns is no document."""
    read = _read(
        tmp_path,
        *below,
        row(**_DOSSIER, **_DOCUMENT),
        above=[["MỤC LỤC HỒ SƠ"], [], ["Phông", "UBND tỉnh"]],
    )
    assert read.mapping.heading_row == 4
    assert [d.row for dossier in read.submission.dossiers for d in dossier.documents] == [5 + len(below)]


@pytest.mark.parametrize("shape", ["repeated", "first row only", "merged"])
def test_a_dossier_reads_the_same_however_its_columns_are_filled(tmp_path: Path, shape: str) -> None:
    """Dossier columns on every row, on the first row only, or in merged cells give the same two dossiers."""
    second = {**_DOSSIER, "E": "HS.02", "F": "Hồ sơ khác"}
    repeated = shape == "repeated"
    rows = [
        row(**_DOSSIER, **_DOCUMENT),
        row(**(_DOSSIER if repeated else {}), **_DOCUMENT),
        row(**second, **_DOCUMENT),
        row(**(second if repeated else {}), **_DOCUMENT),
    ]
    merged = [f"{column}{first}:{column}{first + 1}" for column in "BCDEFG" for first in (2, 4)]
    read = _read(tmp_path, *rows, merged=merged if shape == "merged" else [])
    assert [(d.key, dict(d.values), [x.row for x in d.documents]) for d in read.submission.dossiers] == [
        (
            f"P01 · 01 · 02 · {notation}",
            {
                "fonds": "P01",
                "inventory": "01",
                "box": "02",
                "notation": notation,
                "title": title,
                "retention": "20 năm",
            },
            numbers,
        )
        for notation, title, numbers in (("HS.01", "Hồ sơ họp", [2, 3]), ("HS.02", "Hồ sơ khác", [4, 5]))
    ]
    assert _codes(read) == []


@pytest.mark.parametrize("column", ["B", "C", "D", "E"])
def test_fonds_inventory_box_and_notation_tell_dossiers_apart(tmp_path: Path, column: str) -> None:
    """Another value in any one of the four is another dossier; equal titles do not matter."""
    read = _read(tmp_path, row(**_DOSSIER, **_DOCUMENT), row(**{**_DOSSIER, column: "77"}, **_DOCUMENT))
    assert len(read.submission.dossiers) == 2


def test_a_title_alone_never_makes_a_dossier(tmp_path: Path) -> None:
    """A row with another title but no notation stays in the dossier above, and the difference is reported."""
    read = _read(tmp_path, row(**_DOSSIER, **_DOCUMENT), row(F="Hồ sơ khác", **_DOCUMENT))
    assert [len(dossier.documents) for dossier in read.submission.dossiers] == [2]
    assert read.findings == (
        Finding(
            "RDR-0111",
            Where(dossier="P01 · 01 · 02 · HS.01", row=3, column="F", field="title"),
            {"row": 3, "first": 2, "column": "F"},
            found="Hồ sơ khác",
            proposed="Hồ sơ họp",
        ),
    )


def test_capitals_do_not_split_a_dossier(tmp_path: Path) -> None:
    """`hs.01` on a later row is the dossier `HS.01`."""
    read = _read(tmp_path, row(**_DOSSIER, **_DOCUMENT), row(**{**_DOSSIER, "E": "hs.01"}, **_DOCUMENT))
    assert [len(dossier.documents) for dossier in read.submission.dossiers] == [2]


def test_numbers_survive_as_typed(tmp_path: Path) -> None:
    """Leading zeros, letters and slashes stay; decimals and blanks nobody meant go."""
    numbers = ["01", 1, 1.0, "1 ", "970.0", "01/2010", "12a"]
    read = _read(tmp_path, *(row(**_DOSSIER, **_DOCUMENT, AA=number) for number in numbers), formats={"AA3": "00"})
    assert [d.values["number"] for d in read.submission.dossiers[0].documents] == [
        "01",
        "01",
        "1",
        "1",
        "970",
        "01/2010",
        "12a",
    ]


@pytest.mark.parametrize("typed", ["/ QĐ-UBND", "/QĐ-UBND", " /  QĐ-UBND"])
def test_a_slash_before_a_notation_goes_and_is_reported(tmp_path: Path, typed: str) -> None:
    """The cleaned notation is used; found and proposed are shown."""
    read = _read(tmp_path, row(**_DOSSIER, **_DOCUMENT, AB=typed))
    assert read.submission.dossiers[0].documents[0].values["notation"] == "QĐ-UBND"
    assert [(f.found, f.proposed) for f in read.findings] == [(" ".join(typed.split()), "QĐ-UBND")]


@pytest.mark.parametrize(
    ("cells", "date"),
    [
        ((13, 9, 2024), "13/09/2024"),
        (("13", "09", "2024"), "13/09/2024"),
        ((None, 6, 2011), "06/2011"),
        ((None, None, 2011), "2011"),
        ((31, 6, 2011), "31/06/2011"),
        ((13, 9, 24), "13/09/24"),
        ((13, None, 2024), "13/?/2024"),
        (("13/09/2024", None, None), "13/09/2024"),
        ((datetime.date(2024, 9, 13), None, None), "13/09/2024"),
        ((datetime.date(2024, 9, 13), 9, 2024), "13/09/2024"),
        (("13/9/2024", "09", None), "13/9/2024"),
    ],
)
def test_dates_are_joined_as_typed(tmp_path: Path, cells: tuple[object, object, object], date: str) -> None:
    """Three cells, or one with a whole date, give one text; judging it is left to the checks."""
    day, month, year = cells
    read = _read(tmp_path, row(**_DOSSIER, **_DOCUMENT, AC=day, AD=month, AE=year))
    assert read.submission.dossiers[0].documents[0].values["issued_date"] == date
    assert _codes(read) == []


def test_decomposed_text_is_composed(tmp_path: Path) -> None:
    """Values and paths come out in NFC whatever the list has."""
    title = unicodedata.normalize("NFD", "Quyết định")
    read = _read(tmp_path, row(**{**_DOSSIER, "F": title}, **{**_DOCUMENT, "AT": f"{title}.pdf"}))
    dossier = read.submission.dossiers[0]
    assert (dossier.values["title"], dossier.documents[0].path) == ("Quyết định", "Quyết định.pdf")


def test_a_dossier_may_have_a_row_of_its_own(tmp_path: Path) -> None:
    """A row with the dossier's columns only opens it; its documents follow."""
    read = _read(tmp_path, row(**_DOSSIER), row(**_DOCUMENT), row(**{**_DOSSIER, "E": "HS.02"}))
    assert [(d.row, [x.row for x in d.documents]) for d in read.submission.dossiers] == [(2, [3]), (4, [])]


def test_totals_and_blank_rows_make_nothing(tmp_path: Path) -> None:
    """A line of totals is set aside with a finding; a blank or merely numbered row is nothing."""
    read = _read(tmp_path, row(**_DOSSIER, **_DOCUMENT), row(), row(A=2), row(B="Tổng cộng: 1 hồ sơ"))
    assert [(unused.row, dict(unused.cells)) for unused in read.submission.unused] == [(5, {"B": "Tổng cộng: 1 hồ sơ"})]
    assert _codes(read) == ["RDR-0107"]


def test_two_dossiers_never_share_a_key(tmp_path: Path) -> None:
    """Keys stay unique when different parts would print the same."""
    read = _read(
        tmp_path,
        row(B="A · 01", E="x", F="t", **_DOCUMENT),
        row(B="A", C="01", E="x", F="t", **_DOCUMENT),
    )
    assert [d.key for d in read.submission.dossiers] == ["A · 01 · x", "A · 01 · x (2)"]


def test_a_corrected_mapping_is_followed(tmp_path: Path) -> None:
    """A column that a person gave a meaning is read with it."""
    headings = ["Kho" if heading == "Hộp số" else heading for heading in HEADINGS]
    path = write_list(tmp_path / "list.xlsx", [row(**_DOSSIER, **_DOCUMENT)], headings=headings)
    guessed = read_spreadsheet(path)
    assert (_codes(guessed), "box" in guessed.submission.dossiers[0].values) == (["RDR-0104"], False)
    corrected = read_spreadsheet(path, guessed.mapping.corrected({"D": "dossier.box"}))
    assert (_codes(corrected), corrected.submission.dossiers[0].values["box"]) == ([], "02")


def test_a_long_list_is_read_in_reasonable_time(tmp_path: Path) -> None:
    """Two thousand rows keep their dossiers and take a small part of a minute."""
    rows = [row(**({**_DOSSIER, "E": f"HS.{n // 10}"} if n % 10 == 0 else {}), **_DOCUMENT) for n in range(2000)]
    read = _read(tmp_path, *rows)
    assert [len(dossier.documents) for dossier in read.submission.dossiers] == [10] * 200
