"""The draft list of what has lost its value (TT 05/2025 Điều 48 khoản 4 điểm b)."""

from __future__ import annotations

import datetime
import io
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.disposal.inventory import COLUMNS, InventoryLine, draft_inventory

DAY = datetime.date(2026, 11, 3)
# What a table of a document can hold; other control signs are no text.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)


def opened(*lines: InventoryLine, organization: str = "Sở Thử") -> Any:
    """Return the draft as a reader opens it."""
    return docx.Document(io.BytesIO(draft_inventory(organization, DAY, lines)))


def line(**values: Any) -> InventoryLine:
    """Return a line of the list."""
    made: dict[str, Any] = {
        "code": "H98.01.2001.01.TH",
        "title": "Hồ sơ thử",
        "period": "5 năm",
        "documents": 2,
        "pages": 7,
        "reason": "Hết thời hạn lưu trữ",
        "remark": "",
    }
    return InventoryLine(**(made | values))


def test_the_columns_are_those_of_the_circular() -> None:
    """Eight columns with the circular's words in the circular's order."""
    # Typed from TT 05/2025/TT-BNV, Điều 48 khoản 4 điểm b.
    heads = tuple(column.head for column in COLUMNS)
    assert heads == (
        "Số thứ tự",
        "Mã lưu trữ hồ sơ",
        "Tiêu đề hồ sơ",
        "Thời hạn lưu trữ",
        "Tổng số tài liệu trong hồ sơ",
        "Tổng số trang",
        "Lý do hủy",
        "Ghi chú",
    )
    assert [cell.text for cell in opened(line()).tables[1].rows[0].cells] == list(heads)


def test_each_dossier_is_a_line() -> None:
    """Dossiers stand in the order given, numbered from one; an unknown number of pages stays empty."""
    table = opened(line(), line(code="H98.01.2001.02.TH", pages=None, remark="Có bản giấy: hộp 4")).tables[1]
    assert [[cell.text for cell in row.cells] for row in table.rows[1:]] == [
        ["1", "H98.01.2001.01.TH", "Hồ sơ thử", "5 năm", "2", "7", "Hết thời hạn lưu trữ", ""],
        ["2", "H98.01.2001.02.TH", "Hồ sơ thử", "5 năm", "2", "", "Hết thời hạn lưu trữ", "Có bản giấy: hộp 4"],
    ]


def test_the_paper_is_marked_as_a_draft() -> None:
    """Name of the body, motto, title, day and number of dossiers stand there, and that it is a draft."""
    document = opened(line(), line())
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    head = [cell.text for cell in document.tables[0].rows[0].cells]
    assert head == ["SỞ THỬ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"]
    assert "DANH MỤC TÀI LIỆU LƯU TRỮ SỐ HẾT GIÁ TRỊ" in text
    assert "(Dự thảo lập ngày 03/11/2026, chưa qua xét hủy)" in text
    assert "Tổng số: 2 hồ sơ." in text


def test_the_paper_lies_across() -> None:
    """Landscape A4 with the binding margin of NĐ 30/2020: eight columns need the width."""
    (section,) = opened(line()).sections
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert [round(side.mm) for side in (section.page_width, section.page_height, section.left_margin)] == [297, 210, 30]


def test_an_empty_list_is_a_list() -> None:
    """Without dossiers the draft has its head and says that there are none."""
    document = opened()
    assert len(document.tables[1].rows) == 1
    assert "Tổng số: 0 hồ sơ." in document.paragraphs[-1].text


@settings(max_examples=15)
@given(title=TEXT, code=TEXT, remark=TEXT)
def test_any_text_of_a_dossier_stands_there_as_it_is(title: str, code: str, remark: str) -> None:
    """Titles, codes and remarks come out of the paper as they went in."""
    row = opened(line(title=title, code=code, remark=remark)).tables[1].rows[1]
    assert [row.cells[place].text for place in (1, 2, 7)] == [code, title, remark]
