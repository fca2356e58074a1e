"""The leader's and the archivist's answers, and corrections in place."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.accounts.permissions import allows, allows_on, require, require_on
from archive.audit.events import AuditRecord
from archive.database.errors import NotFound
from archive.database.scope import AnyScope
from archive.database.unit_of_work import UnitOfWork
from ingest.checks.codes import code_of
from ingest.checks.service import recheck, settings_of
from ingest.transfers.content import current_findings, document_rows, dossier_rows, known_code
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Correction, Transfer, TransferDocument, TransferDossier, TransferFinding
from ingest.transfers.report import can_be_corrected
from ingest.transfers.services import get, move, needs, note_step
from ingest.transfers.states import NEEDS, STATES

_JUDGED_AT_ONCE = 300
# Each place changes one row and adds one: a write transaction holds no more than 500.
_CORRECTED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a dossier (`document` 0) or of one of its documents."""

    dossier: str
    document: int
    field: str


APPROVAL = {"leader": "transfer.approve", "head": "transfer.approve_as_head"}


def left(work: UnitOfWork, transfer: Transfer, level: str) -> int:
    """Return how many findings of a level are in force."""
    count = work.session.scalar(
        select(func.count())
        .select_from(TransferFinding)
        .where(
            TransferFinding.transfer_id == transfer.id,
            TransferFinding.level == level,
            ((TransferFinding.stage == "read") & (TransferFinding.attempt == transfer.read_attempt))
            | ((TransferFinding.stage == "check") & (TransferFinding.attempt == transfer.check_attempt)),
        )
    )
    return count or 0


def approves(scope: AnyScope, transfer: Transfer) -> bool:
    """Return whether the actor is the one to approve this transfer: its unit's leader, or the body's head."""
    return allows_on(scope, APPROVAL[transfer.approver], transfer.unit_id)


def approve(work: UnitOfWork, transfer_id: uuid.UUID) -> Transfer:
    """The unit's leader, or the head of the body, lets the transfer go to the archive (R-216)."""
    if not any(allows(work.scope, permission) for permission in APPROVAL.values()):
        require(work.scope, APPROVAL["leader"])
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, APPROVAL[transfer.approver], transfer.unit_id)
    needs(transfer, "approve")
    note_step(work, transfer, "approve")
    work.record(
        AuditRecord(
            "transfer.approved", transfer.organization_id, "transfer", transfer.id, payload={"number": transfer.number}
        )
    )
    move(work, transfer, "awaiting_review")
    return transfer


def accept(work: UnitOfWork, transfer_id: uuid.UUID, *, unchecked_seen: bool = False) -> Transfer:
    """The archive agrees («đồng ý», TT 05/2025 Điều 19 khoản 2).

    Args:
        work: the unit of work.
        transfer_id: the transfer.
        unchecked_seen: the archivist has looked at what could not be checked, and takes it as it is.

    Raises:
        TransferError: TRF-0010 while errors remain, TRF-0022 something could not be checked and was not seen,
            TRF-0017 a dossier of this code is in the fonds already.
    """
    require(work.scope, "transfer.review")
    transfer = get(work, transfer_id, lock=True)
    needs(transfer, "accept")
    if count := left(work, transfer, "error"):
        raise TransferError("TRF-0010", count=count)
    unchecked = left(work, transfer, "unknown")
    if unchecked and not unchecked_seen:
        raise TransferError("TRF-0022", count=unchecked)
    _refuse_known_codes(work, transfer)
    note_step(work, transfer, "accept", f"Đã xem {unchecked} chỗ chưa kiểm tra được" if unchecked else "")
    work.record(
        AuditRecord(
            "transfer.accepted", transfer.organization_id, "transfer", transfer.id, payload={"number": transfer.number}
        )
    )
    move(work, transfer, "awaiting_handover")
    return transfer


def take_back(work: UnitOfWork, transfer_id: uuid.UUID) -> Transfer:
    """Put a transfer that stopped in sealing back to review, while nothing of it is sealed; both confirm anew.

    Raises:
        TransferError: TRF-0002 it did not stop in sealing, or part of it is sealed already.
    """
    require(work.scope, "transfer.review")
    transfer = get(work, transfer_id, lock=True)
    needs(transfer, "take_back")
    sealed = any(row.dossier_id is not None for row in dossier_rows(work, transfer))
    if transfer.stopped_from != "sealing" or sealed:
        raise TransferError("TRF-0002", number=transfer.number, state=STATES[transfer.stopped_from][0])
    note_step(work, transfer, "take_back")
    work.record(
        AuditRecord(
            "transfer.returned", transfer.organization_id, "transfer", transfer.id, payload={"number": transfer.number}
        )
    )
    move(work, transfer, "awaiting_review")
    transfer.stopped_from = ""
    return transfer


def _refuse_known_codes(work: UnitOfWork, transfer: Transfer) -> None:
    settings = settings_of(work, transfer)
    codes = {
        str(code)
        for row in dossier_rows(work, transfer)
        if (code := code_of(row.values, agency=settings.agency_code, fonds=settings.fonds_code)) is not None
    }
    if (known := known_code(work, transfer.fonds_id, sorted(codes))) is not None:
        raise TransferError("TRF-0017", dossier=known)


def return_(work: UnitOfWork, transfer_id: uuid.UUID, reason: str) -> Transfer:
    """The leader or the archive sends the transfer back («trả lại») with the reason and what to complete.

    Raises:
        TransferError: TRF-0009 without a reason.
    """
    transfer = get(work, transfer_id, lock=True)
    by_leader = transfer.state == "awaiting_approval"
    require_on(work.scope, APPROVAL[transfer.approver] if by_leader else "transfer.review", transfer.unit_id)
    act = "return_by_leader" if by_leader else "return_by_archivist"
    needs(transfer, act)
    if not reason.strip():
        raise TransferError("TRF-0009")
    note_step(work, transfer, act, reason.strip())
    transfer.returned_reason = reason.strip()
    work.record(
        AuditRecord(
            "transfer.returned",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"version": transfer.version, "reason": reason.strip()},
        )
    )
    move(work, transfer, "returned")
    return transfer


def correct(
    work: UnitOfWork, transfer_id: uuid.UUID, *, dossier_key: str, document: int, field: str, value: str
) -> Correction:
    """Put a value in place of another (TT 05/2025 Điều 19 khoản 2 điểm b); old and new stay on record.

    The findings are computed anew from what is known about the files already: at once for a small transfer, by a
    worker for a large one, after which the transfer awaits review again.

    Raises:
        NotFound: there is no such dossier or document in the list.
        TransferError: TRF-0015 the list knows no such field.
    """
    require(work.scope, "transfer.correct")
    transfer = get(work, transfer_id, lock=True)
    needs(transfer, "correct")
    row = _rows(work, transfer).get((dossier_key, document))
    if row is None:
        raise NotFound
    _known_field(field, document=bool(document))
    correction = _put(work, transfer, row, Place(dossier_key, document, field), value.strip())
    work.record(
        AuditRecord(
            "correction.made",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={
                "dossier": dossier_key,
                "document": document,
                "field": field,
                "old": correction.old,
                "new": correction.new,
            },
        )
    )
    _judge_anew(work, transfer)
    return correction


def correct_alike(
    work: UnitOfWork, transfer_id: uuid.UUID, *, code: str, field: str, documents: bool, found: str, value: str
) -> tuple[int, int]:
    """Put a value in place of another at every place of one code where the same was found.

    One act and one event, which holds each place with old and new. A transaction holds so many places and no more:
    what is left over is found again by the same act.

    Args:
        work: the unit of work.
        transfer_id: the transfer.
        code: of the finding.
        field: name of the field, without its level.
        documents: whether it is a field of documents, else of dossiers.
        found: what the finding says was found; empty for nothing.
        value: what shall stand there.

    Returns:
        How many places were corrected, and how many are left.

    Raises:
        TransferError: TRF-0015 the list knows no such field, TRF-0028 there is no such place any more.
    """
    require(work.scope, "transfer.correct")
    transfer = get(work, transfer_id, lock=True)
    needs(transfer, "correct")
    _known_field(field, document=documents)
    alike = [
        Place(finding.where.dossier, finding.where.document, field)
        for finding in current_findings(work, transfer)
        if finding.code == code
        and can_be_corrected(finding)
        and finding.where.field.rpartition(".")[2] == field
        and bool(finding.where.document) == documents
        and (finding.found or "") == found
    ]
    rows = _rows(work, transfer)
    places = [place for place in dict.fromkeys(alike) if (place.dossier, place.document) in rows]
    if not places:
        raise TransferError("TRF-0028", finding=code)
    now, later = places[:_CORRECTED_AT_ONCE], places[_CORRECTED_AT_ONCE:]
    made = [_put(work, transfer, rows[place.dossier, place.document], place, value.strip()) for place in now]
    work.record(
        AuditRecord(
            "correction.made",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={
                "code": code,
                "field": field,
                "new": value.strip(),
                "places": [{"dossier": c.dossier_key, "document": c.document_ordinal, "old": c.old} for c in made],
            },
        )
    )
    _judge_anew(work, transfer)
    return len(made), len(later)


def _put(
    work: UnitOfWork, transfer: Transfer, row: TransferDossier | TransferDocument, place: Place, value: str
) -> Correction:
    """Write a value into a row of the list, and what stood there before into a correction."""
    old = str(row.values.get(place.field, ""))
    values = {**row.values, place.field: value}
    row.values = {name: text for name, text in values.items() if text}
    correction = Correction(
        id=work.ids.new(),
        organization_id=transfer.organization_id,
        transfer_id=transfer.id,
        version=transfer.version,
        dossier_key=place.dossier,
        document_ordinal=place.document,
        field=place.field,
        old=old,
        new=value,
        account_id=work.scope.actor,
        at=work.now,
    )
    work.add(correction)
    return correction


def _judge_anew(work: UnitOfWork, transfer: Transfer) -> None:
    work.session.flush()
    if _is_small(work, transfer):
        recheck(work, transfer)
    else:
        move(work, transfer, "checking")


def check_again(work: UnitOfWork, transfer_id: uuid.UUID) -> Transfer:
    """Let the ordinary step check the present version again, when something could not be checked.

    Before the approval the sender may ask, or the archive; during the review the archive alone.

    Raises:
        TransferError: TRF-0025 everything could be checked.
    """
    require(work.scope, "transfer.recheck")
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, "transfer.recheck", transfer.unit_id)
    needs(transfer, "recheck")
    if transfer.state == "awaiting_review":
        require(work.scope, "transfer.review")
    unchecked = left(work, transfer, "unknown")
    if not unchecked:
        raise TransferError("TRF-0025")
    note_step(work, transfer, "recheck")
    work.record(
        AuditRecord(
            "transfer.recheck_asked",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"version": transfer.version, "unchecked": unchecked},
        )
    )
    move(work, transfer, "checking")
    return transfer


def may_check_again(scope: AnyScope, transfer: Transfer) -> bool:
    """Return whether the actor may ask for another check in the transfer's present state."""
    if transfer.state not in NEEDS["recheck"] or not allows_on(scope, "transfer.recheck", transfer.unit_id):
        return False
    return transfer.state == "awaiting_approval" or allows(scope, "transfer.review")


def _is_small(work: UnitOfWork, transfer: Transfer) -> bool:
    """Return whether the checks over all take no longer than a write transaction may."""
    documents = work.session.scalar(
        select(func.count())
        .select_from(TransferDocument)
        .where(TransferDocument.transfer_id == transfer.id, TransferDocument.attempt == transfer.read_attempt)
    )
    return (documents or 0) <= _JUDGED_AT_ONCE


def _rows(work: UnitOfWork, transfer: Transfer) -> dict[tuple[str, int], TransferDossier | TransferDocument]:
    """Return the current rows of the list by key of the dossier and ordinal of the document (0: the dossier's own)."""
    documents = document_rows(work, transfer)
    rows: dict[tuple[str, int], TransferDossier | TransferDocument] = {}
    for dossier in dossier_rows(work, transfer):
        rows[dossier.key, 0] = dossier
        for document in documents.get(dossier.id, []):
            rows[dossier.key, document.ordinal] = document
    return rows


def _known_field(field: str, *, document: bool) -> None:
    from ingest.readers.fields import list_fields

    level = "document" if document else "dossier"
    if field not in {known.name for known in list_fields() if known.level == level and known.name != "path"}:
        raise TransferError("TRF-0015", field=field)
