from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from archive.metadata.code_lists import code_lists
from archive.metadata.profiles import profiles
from ingest.readers.spreadsheet import guess_mapping, read_spreadsheet
from ingest.readers.template import SHEET, VALUES_SHEET, template_columns, write_template
from tests.transfers import headings, row


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_template()))


def _rules(sheet: Worksheet) -> dict[str, object]:
    return {str(rule.sqref).partition("2:")[0]: rule for rule in sheet.data_validations.dataValidation}


def test_the_template_has_the_columns_that_the_reader_knows(tmp_path: Path) -> None:
    """An empty template is understood column by column, with nothing left over and nothing doubtful."""
    path = tmp_path / "mau.xlsx"
    path.write_bytes(write_template())
    mapping = guess_mapping(path)
    assert mapping.sheet == SHEET
    assert [column.target for column in mapping.columns] == [target for target, _ in headings()]
    assert [column.letter for column in template_columns()] == [column.letter for column in mapping.columns]
    assert mapping.missing() == ()


def test_what_is_filled_in_is_read_back(tmp_path: Path) -> None:
    """A row written into the template arrives as a dossier with its document, without a finding."""
    book = openpyxl.load_workbook(io.BytesIO(write_template()))
    values = row("01.TCCB", "01/quyet-dinh.pdf")
    for at, (target, _) in enumerate(headings(), start=1):
        book[SHEET].cell(2, at, values.get(target))
    book.save(tmp_path / "list.xlsx")
    read = read_spreadsheet(tmp_path / "list.xlsx")
    (dossier,) = read.submission.dossiers
    (document,) = dossier.documents
    assert read.findings == ()
    assert (dossier.values["notation"], dossier.values["start_date"]) == ("01.TCCB", "05/01/2024")
    assert (document.values["type_name"], document.path) == ("Quyết định", "01/quyet-dinh.pdf")


def test_columns_with_a_code_list_offer_its_names(book: openpyxl.Workbook) -> None:
    """Retention, access, language, type, condition, trust and workflow are chosen; each name means its code."""
    offered = {column.target: column.choices.name for column in template_columns() if column.choices}
    assert offered == {
        "dossier.retention": "maintenance",
        "dossier.access": "mode",
        "dossier.language": "language",
        "dossier.physical_state": "physical_condition",
        "dossier.confidence": "confidence_level",
        "document.type_name": "document_type",
        "document.language": "language",
        "document.access": "mode",
        "document.confidence": "confidence_level",
        "document.physical_state": "physical_condition",
        "document.process": "workflow",
    }
    rules = _rules(book[SHEET])
    for column in template_columns():
        if column.choices:
            rule = rules[column.letter]
            assert rule.type == "list"
            sheet, _, cells = rule.formula1.partition("!")
            assert sheet.strip("'") == VALUES_SHEET
            names = [cell.value for (cell,) in book[VALUES_SHEET][cells.replace("$", "")]]
            codes = code_lists()[offered[column.target]]
            # “Other” is no choice: whoever has another value writes it.
            told = [entry.code for entry in codes.entries if entry.code != codes.fallback]
            assert [codes.code_of(name) for name in names] == told
    assert book[VALUES_SHEET].sheet_state == "hidden"


def test_limits_come_from_the_profile_and_never_forbid(book: openpyxl.Workbook) -> None:
    """Lengths are those the profile accepts, parts of dates are numbers; every rule warns and lets a person go on."""
    rules = _rules(book[SHEET])
    letters = {column.target: column.letter for column in template_columns()}
    title = rules[letters["dossier.title"]]
    assert (title.type, title.formula1) == ("textLength", str(profiles()["ND30_FILE"].field("Title").accepted_length))
    month = rules[letters["document.issued_date.month"]]
    assert (month.type, month.formula1, month.formula2) == ("whole", "1", "12")
    assert {rule.errorStyle for rule in rules.values()} == {"warning"}
    assert letters["document.path"] not in rules


def test_what_is_asked_for_is_marked_and_explained(book: openpyxl.Workbook) -> None:
    """The headings that NĐ 30 needs are coloured and say so, with an example and where it is printed."""
    heads = list(zip(template_columns(), book[SHEET][1], strict=True))
    marked = {column.target for column, cell in heads if _is_marked(cell)}
    assert marked == {
        "dossier.notation",
        "dossier.title",
        "dossier.retention",
        "dossier.start_date.year",
        "dossier.end_date.year",
        "document.type_name",
        "document.issued_date.year",
        "document.organ_name",
        "document.subject",
    }
    notes = {column.target: cell.comment.text for column, cell in heads}
    assert notes["dossier.retention"] == (
        "Thời hạn bảo quản (của hồ sơ)\nBắt buộc.\nTối đa 30 ký tự.\nVí dụ: Vĩnh viễn\n"
        "Căn cứ: NĐ 30/2020/NĐ-CP, Phụ lục VI, Phần II, mục III, số 3"
    )
    assert notes["document.issued_date.day"].splitlines()[1] == "Số từ 1 đến 31; không biết thì để trống."
    assert notes["row.number"] == "STT"


def _is_marked(cell: object) -> bool:
    return getattr(cell, "fill").fill_type == "solid"  # noqa: B009 - openpyxl's cells have no common type
