"""Draft of *Danh mục tài liệu lưu trữ số hết giá trị* for dossiers (TT 05/2025 Điều 48 khoản 4 điểm b)."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass

from archive.description.models import Dossier

COLUMNS = (
    "Số thứ tự",
    "Mã lưu trữ hồ sơ",
    "Tiêu đề hồ sơ",
    "Thời hạn lưu trữ",
    "Tổng số tài liệu trong hồ sơ",
    "Tổng số trang",
    "Lý do hủy",
    "Ghi chú",
)


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """One dossier of the list; `remark` must name paper or another carrier where there is one (khoản 5)."""

    code: str
    title: str
    period: str
    documents: int
    pages: int | None
    reason: str
    remark: str


def draft_inventory(organization: str, day: datetime.date, lines: Sequence[InventoryLine]) -> bytes:
    """Return the draft as a `.docx` file: landscape A4, the eight columns of the circular, marked as a draft."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    # Margins of NĐ 30/2020, Phụ lục I: 30 mm on the bound side.
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    head = document.add_table(rows=1, cols=2)
    for cell, text in zip(
        head.rows[0].cells,
        (organization.upper(), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"),
        strict=True,
    ):
        cell.paragraphs[0].add_run(text).bold = True
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run("\nDANH MỤC TÀI LIỆU LƯU TRỮ SỐ HẾT GIÁ TRỊ").bold = True
    note = document.add_paragraph(f"(Dự thảo lập ngày {day.day:02d}/{day.month:02d}/{day.year}, chưa qua xét hủy)")
    note.alignment = WD_ALIGN_PARAGRAPH.CENTER
    table = document.add_table(rows=1, cols=len(COLUMNS))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for ordinal, line in enumerate(lines, start=1):
        texts = (
            str(ordinal),
            line.code,
            line.title,
            line.period,
            str(line.documents),
            "" if line.pages is None else str(line.pages),
            line.reason,
            line.remark,
        )
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    document.add_paragraph(f"\nTổng số: {len(lines)} hồ sơ.")
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


EXPIRED = "Hết thời hạn lưu trữ"


def carrier(dossier: Dossier) -> str:
    """Return what the remark must say: that paper exists, and where (TT 05/2025 Điều 48 khoản 5)."""
    paper = dossier.values.get("paper_code") or (f"hộp {dossier.box}" if dossier.box else "")
    return f"Có bản giấy: {paper}" if paper else ""
