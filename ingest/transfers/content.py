"""What a transfer's list says, written as rows of one attempt and read back from the current ones."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import func, select

from archive.database.connection import Database
from archive.database.scope import AnyScope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from archive.messages.catalogue import level_of
from archive.messages.rules import Finding
from ingest.readers.submission import Submission, SubmittedDocument, SubmittedDossier
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier, TransferFinding

T = TypeVar("T")
BATCH = 400


def batches(things: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield the things in slices: no write transaction holds more than 500 rows (design §4)."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


def known_code(work: UnitOfWork, fonds_id: uuid.UUID, codes: Sequence[str]) -> str | None:
    """Return one of these dossier codes that a dossier of the fonds bears already, or None."""
    for batch in batches(codes):
        known = work.session.scalar(
            select(Dossier.code).where(Dossier.fonds_id == fonds_id, Dossier.code.in_(batch)).limit(1)
        )
        if known is not None:
            return known
    return None


def write_submission(
    database: Database,
    scope: AnyScope,
    transfer: Transfer,
    attempt: int,
    submission: Submission,
    file_of: dict[str, int],
) -> None:
    """Write dossiers and documents as rows of an attempt; they count once the attempt is the current one.

    Args:
        database: the database.
        scope: of the organization.
        transfer: the transfer.
        attempt: the claim's.
        submission: what the reader read.
        file_of: ordinal of the file by the path as the list gives it.
    """
    rows: list[Any] = []
    for position, dossier in enumerate(submission.dossiers, start=1):
        dossier_row = TransferDossier(
            id=database.ids.new(),
            organization_id=transfer.organization_id,
            transfer_id=transfer.id,
            attempt=attempt,
            version=transfer.version,
            position=position,
            key=dossier.key,
            row=dossier.row,
            values=dict(dossier.values),
            columns=dict(dossier.columns),
        )
        rows.append(dossier_row)
        rows.extend(
            TransferDocument(
                id=database.ids.new(),
                organization_id=transfer.organization_id,
                transfer_id=transfer.id,
                transfer_dossier_id=dossier_row.id,
                attempt=attempt,
                ordinal=document.ordinal,
                row=document.row,
                path=document.path,
                path_as_written=document.path_as_written,
                file_ordinal=file_of.get(document.path_as_written),
                values=dict(document.values),
                columns=dict(document.columns),
            )
            for document in dossier.documents
        )
    for batch in batches(rows):
        with database.write(scope) as work:
            work.session.add_all(batch)


def write_findings(
    database: Database, scope: AnyScope, transfer: Transfer, stage: str, attempt: int, findings: Sequence[Finding]
) -> None:
    """Write the findings of one stage (``read`` or ``check``) as rows of an attempt."""
    rows = [
        TransferFinding(
            id=database.ids.new(),
            organization_id=transfer.organization_id,
            transfer_id=transfer.id,
            stage=stage,
            attempt=attempt,
            position=position,
            code=finding.code,
            level=level_of(finding),
            body=finding.to_plain(),
        )
        for position, finding in enumerate(findings, start=1)
    ]
    for batch in batches(rows):
        with database.write(scope) as work:
            work.session.add_all(batch)


def dossier_rows(work: UnitOfWork, transfer: Transfer) -> list[TransferDossier]:
    """Return the current dossiers in the order of the list."""
    return list(
        work.session.scalars(
            select(TransferDossier)
            .where(TransferDossier.transfer_id == transfer.id, TransferDossier.attempt == transfer.read_attempt)
            .order_by(TransferDossier.position)
        )
    )


def document_total(work: UnitOfWork, transfer: Transfer) -> int:
    """Return how many documents the list has now."""
    counted = select(func.count()).where(
        TransferDocument.transfer_id == transfer.id, TransferDocument.attempt == transfer.read_attempt
    )
    return work.session.scalar(counted) or 0


def document_rows(work: UnitOfWork, transfer: Transfer) -> dict[uuid.UUID, list[TransferDocument]]:
    """Return the current documents by the id of their dossier's row, in order."""
    found: dict[uuid.UUID, list[TransferDocument]] = {}
    for row in work.session.scalars(
        select(TransferDocument)
        .where(TransferDocument.transfer_id == transfer.id, TransferDocument.attempt == transfer.read_attempt)
        .order_by(TransferDocument.ordinal)
    ):
        found.setdefault(row.transfer_dossier_id, []).append(row)
    return found


def submission_of(work: UnitOfWork, transfer: Transfer) -> Submission:
    """Return what the list says now, corrections included."""
    documents = document_rows(work, transfer)
    return Submission(
        tuple(
            SubmittedDossier(
                key=row.key,
                row=row.row,
                values=row.values,
                columns=row.columns,
                documents=tuple(
                    SubmittedDocument(
                        ordinal=document.ordinal,
                        row=document.row,
                        values=document.values,
                        columns=document.columns,
                        path=document.path,
                        path_as_written=document.path_as_written,
                    )
                    for document in documents.get(row.id, [])
                ),
            )
            for row in dossier_rows(work, transfer)
        )
    )


def current_findings(work: UnitOfWork, transfer: Transfer) -> list[Finding]:
    """Return the findings in force: of the current reading and the current check."""
    attempts = {"read": transfer.read_attempt, "check": transfer.check_attempt}
    return [
        Finding.from_plain(row.body)
        for stage, attempt in attempts.items()
        for row in work.session.scalars(
            select(TransferFinding)
            .where(
                TransferFinding.transfer_id == transfer.id,
                TransferFinding.stage == stage,
                TransferFinding.attempt == attempt,
            )
            .order_by(TransferFinding.position)
        )
    ]
