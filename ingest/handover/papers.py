"""The papers of a hand-over (NĐ 30/2020, Điều 30 khoản 3 điểm a; Phụ lục V.III and V.V), two of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archive.clock import vietnam_date
from archive.papers.paper import Block, Column, Heading, Paper, Signatures, Table, Text
from archive.text.number_words import number_words
from archive.web.formats import size_text
from ingest.handover.services import Minutes
from ingest.transfers.models import TransferStep

_INVENTORY = (
    *(Column("STT", 6, numeric=True), Column("Số, ký hiệu hồ sơ", 12), Column("Tiêu đề hồ sơ", 34)),
    *(Column("Thời gian tài liệu", 16), Column("Thời hạn bảo quản", 12), Column("Số trang", 8, numeric=True)),
    Column("Ghi chú", 13),
)
_FILES = (Column("STT", 8, numeric=True), Column("Tệp", 36), Column("Byte", 12, numeric=True), Column("SHA-256", 44))
NAMES: Mapping[str, tuple[str, str]] = {
    "bien-ban": ("Biên bản giao nhận hồ sơ, tài liệu", "Minutes of the hand-over"),
    "muc-luc": ("Mục lục hồ sơ, tài liệu nộp lưu", "Inventory of what is handed over"),
}


@dataclass(frozen=True, slots=True)
class Parties:
    """Who hands over what to whom: names of the body above, the body, the unit; number of the transfer."""

    superior: str
    body: str
    unit: str
    number: str


def paper_of(name: str, minutes: Minutes, parties: Parties) -> Paper:
    """Return one of `NAMES`."""
    return _minutes(minutes, parties) if name == "bien-ban" else _inventory(minutes, parties)


def _minutes(minutes: Minutes, parties: Parties) -> Paper:
    size = size_text(minutes.bytes_total, "vi")
    counts = f"{len(minutes.dossiers)} hồ sơ, {minutes.documents_total} văn bản, {len(minutes.files)} tệp"
    blocks: tuple[Block, ...] = (
        Text("Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;"),
        Text("Chúng tôi gồm:"),
        Text(f"BÊN GIAO ({parties.unit}): {_signer(minutes.given)}"),
        Text(f"BÊN NHẬN ({parties.body}): {_signer(minutes.received)}"),
        Text("Thống nhất lập biên bản giao nhận tài liệu với những nội dung sau:"),
        Text(f"1. Tên khối tài liệu giao nộp: {minutes.title}"),
        Text(f"2. Thời gian của hồ sơ, tài liệu: {minutes.time or 'chưa biết'}"),
        Text(f"3. Số lượng tài liệu điện tử: {counts} ({size})"),
        Text(f"4. Tình trạng tài liệu giao nộp: đã kiểm tra theo báo cáo của đợt nộp {parties.number}."),
        Text("5. Mục lục hồ sơ, tài liệu nộp lưu và danh sách tệp với mã băm SHA-256 kèm theo."),
        Text("Biên bản này được lập thành hai bản; bên giao giữ một bản, bên nhận giữ một bản."),
        Signatures(
            (
                ("ĐẠI DIỆN BÊN GIAO", _signature(minutes.given)),
                ("ĐẠI DIỆN BÊN NHẬN", _signature(minutes.received)),
            )
        ),
        Heading("Danh sách tệp giao nhận"),
        Table(
            _FILES,
            tuple(
                (str(number), file.path, str(file.length), file.sha256)
                for number, file in enumerate(minutes.files, start=1)
            ),
        ),
    )
    return Paper(
        superior=parties.superior,
        body=parties.body,
        title="Biên bản",
        subject=f"Giao nhận hồ sơ, tài liệu {parties.number}",
        dated=_dated(minutes),
        blocks=blocks,
    )


def _inventory(minutes: Minutes, parties: Parties) -> Paper:
    rows = tuple(
        (
            *(str(line.ordinal), line.notation, line.title, line.time, line.period or "chưa biết"),
            *("" if line.pages is None else str(line.pages), line.remark),
        )
        for line in minutes.dossiers
    )
    total = len(rows)
    documents = minutes.documents_total
    return Paper(
        superior=parties.superior,
        body=parties.body,
        title="Mục lục hồ sơ, tài liệu nộp lưu",
        subject=f"Đợt nộp {parties.number}, {parties.unit}",
        dated=_dated(minutes),
        blocks=(
            Table(_INVENTORY, rows),
            Text(f"Mục lục này gồm: {total} hồ sơ (viết bằng chữ: {number_words(total)} hồ sơ)."),
            Text(f"Số văn bản, tài liệu có trong hồ sơ: {documents} (viết bằng chữ: {number_words(documents)})."),
            Signatures((("", ()), ("NGƯỜI LẬP", _signature(minutes.given)))),
        ),
        landscape=True,
    )


def _signer(step: TransferStep | None) -> str:
    if step is None:
        return "chưa xác nhận"
    return f"Ông/bà {step.person}" + (f", chức vụ: {step.position}" if step.position else "")


def _signature(step: TransferStep | None) -> tuple[str, ...]:
    if step is None:
        return ("(chưa xác nhận)",)
    day = vietnam_date(step.at)
    return ("(đã xác nhận trên hệ thống", f"ngày {day.day:02d}/{day.month:02d}/{day.year})", step.person)


def _dated(minutes: Minutes) -> str:
    """Return the day on which the second side confirmed; empty as long as it has not."""
    if minutes.given is None or minutes.received is None:
        return "(dự thảo, chưa đủ xác nhận của hai bên)"
    day = vietnam_date(max(minutes.given.at, minutes.received.at))
    return f"Ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"
