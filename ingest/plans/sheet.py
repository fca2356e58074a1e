"""A file plan as a spreadsheet (NĐ 30/2020 Phụ lục V, mẫu Danh mục hồ sơ): headings, and lines under them.

Meant for a worker process behind the fence: takes a local path, gives plain values. And the same form, written.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archive.errors import KhoLuuTruError
from archive.text.folding import fold
from ingest.plans.errors import PlanError
from ingest.readers.own_marks import GUIDE_SHEET
from ingest.readers.workbook import Workbook

MOST_LINES = 20_000
_ROWS_ABOVE = 30
# What a column's head says, folded, and what it is; the first that is contained in it counts.
_HEADS = (
    ("thoi han", "period"),
    ("nguoi lap", "maker"),
    ("don vi lap", "maker"),
    ("ghi chu", "remark"),
    ("tieu de", "title"),
    ("so va ky hieu", "notation"),
    ("so, ky hieu", "notation"),
    ("ky hieu", "notation"),
)
_NEEDED = frozenset({"notation", "title", "period"})
# What a sheet beside the form shows; read never, since the form is the first sheet that looks like one.
EXAMPLES = (
    ("", "I. TỔNG HỢP"),
    ("01.TH", "Hồ sơ xây dựng chương trình, kế hoạch công tác năm", "Vĩnh viễn", "Nguyễn Văn A (mẫu)", ""),
    ("02.TH", "Tập báo cáo tháng của các đơn vị", "10 năm", "Văn phòng", ""),
)
RULES = (
    "Mỗi hàng một hồ sơ; hàng chỉ có tên ở cột thứ hai là đề mục.",
    "Thời hạn: Vĩnh viễn, hoặc số năm (10 năm, 20 năm, 50 năm, 70 năm).",
    "Người lập: tên người, hoặc tên đơn vị.",
)
FORM_HEADS = ("Số và ký hiệu hồ sơ", "Tên đề mục và tiêu đề hồ sơ", "Thời hạn bảo quản", "Người lập hồ sơ", "Ghi chú")


def read_plan(path: str) -> dict[str, Any]:
    """Return ``{"lines": [{row, notation, heading, title, period, maker, remark}, …]}``, or ``{"error": …}``."""
    try:
        return {"lines": list(_lines(Path(path)))}
    except KhoLuuTruError as error:
        return {"error": {"code": error.code, "parameters": error.parameters}}


def _lines(path: Path) -> list[dict[str, Any]]:
    with Workbook(path) as book:
        for sheet in book.sheets:
            for number, cells in itertools.islice(book.rows(sheet), _ROWS_ABOVE):
                columns = _columns({letter: cell.text for letter, cell in cells.items()})
                if columns.keys() >= _NEEDED:
                    return _below(book, sheet, number, columns)
    raise PlanError("PLN-0003", rows=_ROWS_ABOVE)


def _columns(heads: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for letter, text in heads.items():
        name = next((name for words, name in _HEADS if words in fold(text)), "")
        if name and name not in found:
            found[name] = letter
    return found


def _below(book: Workbook, sheet: str, head: int, columns: Mapping[str, str]) -> list[dict[str, Any]]:
    heading = ""
    lines: list[dict[str, Any]] = []
    for number, cells in book.rows(sheet):
        if number <= head:
            continue
        values = {name: cells[letter].text if letter in cells else "" for name, letter in columns.items()}
        if not any(values.values()) or _counts(values):
            continue
        if values["title"] and not values["notation"] and not values["period"]:
            heading = values["title"]
            continue
        # A large heading bears its Roman number where lines have their notation.
        if values["title"] and not values["period"] and _is_roman(values["notation"]):
            heading = f"{values['notation']} {values['title']}"
            continue
        if len(lines) == MOST_LINES:
            raise PlanError("PLN-0008", most=MOST_LINES)
        lines.append({"row": number, "heading": heading, "maker": "", "remark": "", **values})
    return lines


def _counts(values: Mapping[str, str]) -> bool:
    """Return whether the row is the one that numbers the columns."""
    texts = [text.strip("()") for text in values.values() if text]
    return len(texts) > 1 and all(text.isdigit() and len(text) == 1 for text in texts)


def _is_roman(text: str) -> bool:
    return bool(text) and set(text.strip(". ").upper()) <= set("IVXLC")


def write_form(year: int, body: str, lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the form of a body as a workbook, filled with lines; with none it is the empty form to fill in."""
    from openpyxl import Workbook as NewWorkbook
    from openpyxl.styles import Alignment, Font

    book = NewWorkbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    sheet.title = "Danh mục hồ sơ"
    sheet.append([f"DANH MỤC HỒ SƠ NĂM {year} CỦA {body}"])
    sheet["A1"].font = Font(bold=True, size=13)
    sheet.append([])
    sheet.append(list(FORM_HEADS))
    for cell in sheet[3]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    heading = ""
    for line in lines:
        if line["heading"] != heading:
            heading = line["heading"]
            sheet.append(["", heading])
            sheet.cell(sheet.max_row, 2).font = Font(bold=True)
        sheet.append([""] * len(FORM_HEADS))
        for column, name in enumerate(("notation", "title", "period", "maker", "remark"), start=1):
            cell = sheet.cell(sheet.max_row, column)
            cell.value = line[name]
            # What begins with = stays text.
            cell.data_type = "s"
    for letter, width in zip("ABCDE", (18, 70, 18, 24, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    told = book.create_sheet(GUIDE_SHEET)
    for row in ((*FORM_HEADS,), *EXAMPLES, (), *((rule,) for rule in RULES)):
        told.append(row)
    for letter, width in zip("ABCDE", (18, 70, 18, 24, 24), strict=True):
        told.column_dimensions[letter].width = width
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
