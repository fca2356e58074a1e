"""The empty list to fill in: the usual list's columns, with choices and limits taken from the metadata profiles.

What a column may hold is said by the profile of today's clerical standard (length, whether it is asked for) and by the
package's (codes to choose from, by name). A choice that is not in the list may still be typed: the reader understands
more than these words, and the checks say what they do not.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from archive.metadata.code_lists import CodeList, code_lists
from archive.metadata.profiles import ProfileField, profiles
from ingest.readers.fields import ListField, list_fields
from ingest.readers.own_marks import GUIDE_SHEET

SHEET, VALUES_SHEET = "Danh mục", "Giá trị"
#: Rows that choices and limits hold for.
ROWS = 5000
_PROFILES = {
    "nd30": {"dossier": "ND30_FILE", "document": "ND30_DOC_OUT"},
    "tt05": {"dossier": "TT05_SIP_HOSO", "document": "TT05_SIP_HOSO_DOC"},
}
_PARTS = {"day": ("Ngày", 1, 31), "month": ("Tháng", 1, 12), "year": ("Năm", 1000, 2999)}
_LEVELS = {"dossier": "(của hồ sơ)", "document": "(của văn bản)"}
# What no standard says of a column, because it is this list's own.
_RULES: dict[str, tuple[str, ...]] = {
    "document.path": (
        "Bắt buộc. Đường dẫn của tệp, tính từ thư mục chứa danh mục này; dùng / hoặc \\ đều được.",
        "Ví dụ: 01.TH/quyet-dinh-12.pdf",
    ),
    "dossier.fonds": ("Mã hoặc tên phông như đã lập trong phần mềm. Ví dụ: P01",),
}
_ASKED_FOR = PatternFill("solid", fgColor="FFF2CC")


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: where it stands, its heading, and what the profiles say of it (None: they have no such field)."""

    letter: str
    target: str
    heading: str
    clerical: ProfileField | None
    packaged: ProfileField | None

    @property
    def choices(self) -> CodeList | None:
        """Return the list that the value is chosen from, or None."""
        return code_lists().get(self.packaged.code_list) if self.packaged else None

    @property
    def asked_for(self) -> bool:
        """Return whether a list without it is not accepted; of a date the year is what must be known."""
        part = self.target.rpartition(".")[2]
        return self.clerical is not None and self.clerical.required and part not in {"day", "month"}


def template_columns() -> tuple[TemplateColumn, ...]:
    """Return the columns of the usual list in their order."""
    return tuple(
        TemplateColumn(letter, target, headings[0], _held(field, "nd30"), _held(field, "tt05"))
        for field in list_fields()
        for letter, (target, headings) in zip(field.letters, field.headings, strict=True)
    )


def _held(field: ListField, standard: str) -> ProfileField | None:
    if standard not in field.tags:
        return None
    return profiles()[_PROFILES[standard][field.level]].field(field.tags[standard])


def write_template() -> bytes:
    """Return the empty list as an `.xlsx` workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    sheet.title = SHEET
    places = _write_values(book)
    for at, column in enumerate(template_columns(), start=1):
        head = sheet.cell(1, at, column.heading)
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="center")
        head.comment = Comment(_said(column), "Kho Lưu Trữ", width=320, height=120)
        if column.asked_for:
            head.fill = _ASKED_FOR
        dimension = sheet.column_dimensions[column.letter]
        dimension.width = 34 if column.choices or column.target.endswith((".title", ".subject", ".path")) else 14
        if _limits(column) is None:
            # As text, so that leading zeros stay.
            dimension.number_format = "@"
        rule = _rule(column, places)
        if rule:
            rule.add(f"{column.letter}2:{column.letter}{ROWS + 1}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    _write_guide(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


_GUIDE = (
    "Mỗi hàng là một văn bản. Các cột của hồ sơ (tiêu đề, ký hiệu, thời hạn…) lặp lại ở mọi hàng của hồ sơ ấy.",
    "Cột tô màu là cột bắt buộc; rê chuột lên tiêu đề cột để xem độ dài, ví dụ và căn cứ.",
    "«Đường dẫn tệp» tính từ thư mục có danh mục này, ngăn bằng dấu /, ghi cả phần mở rộng: 01.TH/quyet-dinh-12.pdf.",
    "Ngày, tháng, năm ghi ở ba cột; không biết ngày hoặc tháng thì để trống ô ấy.",
    "Trang này chỉ để đọc: hệ thống chỉ lấy trang danh mục.",
)
# Invented, for the guide alone.
_EXAMPLE: tuple[dict[str, str], ...] = tuple(
    {
        "dossier.notation": "01.TH",
        "dossier.title": "Hồ sơ hội nghị tổng kết năm 2024 (ví dụ)",
        "dossier.retention": "20 năm",
        "document.ordinal": str(number),
        "document.type_name": kind,
        "document.number": str(number),
        "document.subject": subject,
        "document.path": f"01.TH/{name}",
    }
    for number, kind, subject, name in (
        (1, "Kế hoạch", "Tổ chức hội nghị tổng kết", "ke-hoach-1.pdf"),
        (2, "Báo cáo", "Kết quả hội nghị tổng kết", "bao-cao-2.pdf"),
    )
)


def _write_guide(book: Workbook) -> None:
    sheet = book.create_sheet(GUIDE_SHEET)
    for text in _GUIDE:
        sheet.append([text])
    sheet.append([])
    sheet.append(["Ví dụ (bịa): hai văn bản của một hồ sơ"])
    headings = {column.target: column.heading for column in template_columns()}
    shown = [target for target in _EXAMPLE[0] if target in headings]
    sheet.append([headings[target] for target in shown])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for line in _EXAMPLE:
        sheet.append([line[target] for target in shown])
    for at in range(1, len(shown) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = 22


def _write_values(book: Workbook) -> dict[str, str]:
    """Write the names of every list that a column needs on a hidden sheet; return the cells of each."""
    sheet = book.create_sheet(VALUES_SHEET)
    sheet.sheet_state = "hidden"
    needed = {column.choices.name: column.choices for column in template_columns() if column.choices}
    places = {}
    for at, (name, codes) in enumerate(needed.items(), start=1):
        letter = get_column_letter(at)
        sheet.cell(1, at, codes.title["vi"])
        # “Other” is no choice: whoever has another value writes it.
        told = [entry.name["vi"] for entry in codes.entries if entry.code != codes.fallback]
        for row, word in enumerate(told, start=2):
            sheet.cell(row, at, word)
        places[name] = f"{quote_sheetname(VALUES_SHEET)}!${letter}$2:${letter}${len(told) + 1}"
    return places


def _limits(column: TemplateColumn) -> tuple[str, int, int] | None:
    return _PARTS.get(column.target.rpartition(".")[2])


def _rule(column: TemplateColumn, places: dict[str, str]) -> DataValidation | None:
    limits = _limits(column)
    if column.choices:
        rule = DataValidation(type="list", formula1=places[column.choices.name], allow_blank=True)
        rule.error = "Giá trị không có trong danh sách chọn. Vẫn giữ giá trị này?"
    elif limits:
        name, least, most = limits
        rule = DataValidation(type="whole", operator="between", formula1=str(least), formula2=str(most))
        rule.error = f"{name} là số từ {least} đến {most}."
    elif (field := column.clerical or column.packaged) and field.accepted_length:
        most = field.accepted_length
        rule = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(most), allow_blank=True)
        rule.error = f"Nội dung dài quá {most} ký tự."
    else:
        return None
    rule.errorTitle = column.heading[:32]
    rule.errorStyle = "warning"
    rule.showErrorMessage = True
    return rule


def _said(column: TemplateColumn) -> str:
    """Return what the note of a heading says."""
    field = column.clerical or column.packaged
    limits = _limits(column)
    level = _LEVELS.get(column.target.partition(".")[0], "")
    lines = [f"{column.heading} {level}".strip()]
    if column.asked_for:
        lines.append("Bắt buộc.")
    lines += _RULES.get(column.target, ())
    if limits:
        unknown = "" if column.asked_for else "; không biết thì để trống"
        lines.append(f"Số từ {limits[1]} đến {limits[2]}{unknown}.")
    elif field:
        lines += [f"Tối đa {field.accepted_length} ký tự."] if field.accepted_length else []
        example = column.choices.entries[0].name["vi"] if column.choices else field.example
        if not field.accepted_length or len(example) <= field.accepted_length:
            lines.append(f"Ví dụ: {example}")
    if field:
        lines.append(f"Căn cứ: {field.citation}")
    return "\n".join(lines)
