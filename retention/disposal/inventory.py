"""Draft of *Danh mục tài liệu lưu trữ số hết giá trị* for dossiers (TT 05/2025 Điều 48 khoản 4 điểm b)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from archive.description.models import Dossier
from archive.papers.docx_paper import docx_paper
from archive.papers.paper import Column, Paper, Table, Text

COLUMNS = (
    *(Column("Số thứ tự", 6, numeric=True), Column("Mã lưu trữ hồ sơ", 15), Column("Tiêu đề hồ sơ", 31)),
    *(Column("Thời hạn lưu trữ", 10), Column("Tổng số tài liệu trong hồ sơ", 9, numeric=True)),
    *(Column("Tổng số trang", 7, numeric=True), Column("Lý do hủy", 11), Column("Ghi chú", 11)),
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
    rows = tuple(
        (
            *(str(ordinal), line.code, line.title, line.period, str(line.documents)),
            *("" if line.pages is None else str(line.pages), line.reason, line.remark),
        )
        for ordinal, line in enumerate(lines, start=1)
    )
    return docx_paper(
        Paper(
            superior="",
            body=organization,
            title="Danh mục tài liệu lưu trữ số hết giá trị",
            subject="",
            dated="",
            blocks=(
                Text(f"(Dự thảo lập ngày {day.day:02d}/{day.month:02d}/{day.year}, chưa qua xét hủy)", "centred"),
                Table(COLUMNS, rows),
                Text(f"Tổng số: {len(lines)} hồ sơ."),
            ),
            landscape=True,
        )
    )


EXPIRED = "Hết thời hạn lưu trữ"


def carrier(dossier: Dossier) -> str:
    """Return what the remark must say: that paper exists, and where (TT 05/2025 Điều 48 khoản 5)."""
    paper = dossier.values.get("paper_code") or (f"hộp {dossier.box}" if dossier.box else "")
    return f"Có bản giấy: {paper}" if paper else ""
