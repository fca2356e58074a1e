"""Hand-over: the content of Biên bản giao nhận and Mục lục nộp lưu, confirmed by both sides before sealing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from archive.accounts.permissions import allows_on, require, require_on
from archive.audit.events import AuditRecord
from archive.database.unit_of_work import UnitOfWork
from ingest.transfers.content import document_rows, dossier_rows
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Transfer, TransferFile, TransferStep
from ingest.transfers.services import current_files, get, move, needs, note_step

SIDES = {"give": "handover.give", "receive": "handover.receive"}


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """A line of *Mục lục hồ sơ, tài liệu nộp lưu* (NĐ 30/2020, Phụ lục V.III)."""

    ordinal: int
    notation: str
    title: str
    time: str
    period: str
    pages: int | None
    remark: str
    documents: int


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that is handed over, with the digest (SHA-256, hexadecimal) that both sides confirm."""

    path: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """The content of *Biên bản giao nhận hồ sơ, tài liệu* (NĐ 30/2020, Phụ lục V.V).

    `time`: first and last year of the records; `bytes_total` in bytes.
    """

    title: str
    time: str
    dossiers: tuple[InventoryLine, ...]
    files: tuple[FileLine, ...]
    documents_total: int
    bytes_total: int
    given: TransferStep | None
    received: TransferStep | None


def minutes(work: UnitOfWork, transfer: Transfer) -> Minutes:
    """Return what both sides sign."""
    documents = document_rows(work, transfer)
    files = handed_over_files(work, transfer)
    lines = []
    years: list[int] = []
    for ordinal, dossier in enumerate(dossier_rows(work, transfer), start=1):
        values = dossier.values
        pages = [_number(d.values.get("page_total", "")) for d in documents.get(dossier.id, [])]
        start, end = str(values.get("start_date", "")), str(values.get("end_date", ""))
        years += [int(text[-4:]) for text in (start, end) if text[-4:].isdecimal()]
        lines.append(
            InventoryLine(
                ordinal=ordinal,
                notation=str(values.get("notation", "")),
                title=str(values.get("title", "")),
                time=start if start == end else f"{start} – {end}".strip(" –"),
                period=str(values.get("retention", "")),
                pages=sum(p for p in pages if p is not None) if None not in pages else None,
                remark=str(values.get("note", "")),
                documents=len(pages),
            )
        )
    steps: dict[str, TransferStep] = {}
    for step in work.session.scalars(
        select(TransferStep)
        .where(TransferStep.transfer_id == transfer.id, TransferStep.version == transfer.version)
        .order_by(TransferStep.at)
    ):
        if step.act == "take_back":
            steps.clear()
        steps[step.act] = step
    return Minutes(
        title=transfer.title,
        time="" if not years else str(min(years)) if min(years) == max(years) else f"{min(years)} – {max(years)}",
        dossiers=tuple(lines),
        files=tuple(FileLine(f.path, f.length, f.sha256) for f in files),
        documents_total=sum(line.documents for line in lines),
        bytes_total=sum(f.length for f in files),
        given=steps.get("give"),
        received=steps.get("receive"),
    )


def handed_over_files(work: UnitOfWork, transfer: Transfer) -> list[TransferFile]:
    """Return the files that will be sealed: those that the list names, in their order of arrival."""
    named = {d.file_ordinal for rows in document_rows(work, transfer).values() for d in rows}
    return [file for file in current_files(work, transfer) if file.ordinal in named]


def confirm(work: UnitOfWork, transfer_id: uuid.UUID, side: str) -> Transfer:
    """One side (``give`` or ``receive``) confirms; when both have, sealing begins.

    Raises:
        TransferError: TRF-0011 this side has confirmed already.
    """
    require(work.scope, SIDES[side])
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, SIDES[side], transfer.unit_id)
    needs(transfer, "confirm")
    present = minutes(work, transfer)
    if (present.given if side == "give" else present.received) is not None:
        raise TransferError("TRF-0011")
    note_step(work, transfer, side)
    work.record(
        AuditRecord(
            "transfer.handover_confirmed",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={
                "side": side,
                "dossiers": len(present.dossiers),
                "files": len(present.files),
                "bytes": present.bytes_total,
            },
        )
    )
    if (present.received if side == "give" else present.given) is not None:
        move(work, transfer, "sealing")
    return transfer


def sides_open_to(work: UnitOfWork, transfer: Transfer, present: Minutes) -> list[str]:
    """Return the sides that the actor may confirm now."""
    done = {"give": present.given, "receive": present.received}
    return [
        side
        for side, permission in SIDES.items()
        if done[side] is None and allows_on(work.scope, permission, transfer.unit_id)
    ]


def _number(text: object) -> int | None:
    return int(str(text)) if str(text).isdecimal() else None
