"""Corrections outlive a new reading: what a person mended is not undone by the list that was wrong."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from archive.database.unit_of_work import UnitOfWork
from archive.messages.rules import Finding, Where
from ingest.readers.submission import Submission, SubmittedDocument, SubmittedDossier
from ingest.transfers.models import Correction, Transfer


def corrected(work: UnitOfWork, transfer: Transfer, submission: Submission) -> tuple[Submission, list[Finding]]:
    """Return the submission with the transfer's corrections, in their order.

    A value is replaced only where the list still says what the correction found; where it says something new,
    the sender has the word, and a finding says so.
    """
    rows = work.session.scalars(
        select(Correction).where(Correction.transfer_id == transfer.id).order_by(Correction.at)
    ).all()
    dossiers = {dossier.key: dossier for dossier in submission.dossiers}
    findings = []
    for row in rows:
        dossier = dossiers.get(row.dossier_key)
        changed = _with(dossier, row) if dossier is not None else None
        if changed is None:
            where = Where(dossier=row.dossier_key, document=row.document_ordinal, field=row.field)
            findings.append(Finding("TRF-0020", where, {"dossier": row.dossier_key}, found=row.old, proposed=row.new))
        else:
            dossiers[row.dossier_key] = changed
    return dataclasses.replace(submission, dossiers=tuple(dossiers.values())), findings


def _with(dossier: SubmittedDossier, row: Correction) -> SubmittedDossier | None:
    if not row.document_ordinal:
        values = _replaced(dossier.values, row)
        return dataclasses.replace(dossier, values=values) if values is not None else None
    documents: list[SubmittedDocument] = []
    found = False
    for document in dossier.documents:
        values = _replaced(document.values, row) if document.ordinal == row.document_ordinal else None
        found = found or values is not None
        documents.append(document if values is None else dataclasses.replace(document, values=values))
    return dataclasses.replace(dossier, documents=tuple(documents)) if found else None


def _replaced(values: Mapping[str, str], row: Correction) -> dict[str, str] | None:
    present = values.get(row.field, "")
    if present == row.new:
        return dict(values)
    if present != row.old:
        return None
    changed = {**values, row.field: row.new}
    return {name: text for name, text in changed.items() if text}


@dataclasses.dataclass(frozen=True, slots=True)
class CorrectionAct:
    """What one person put right in one act: the same old and new value of one field at one place or at several."""

    at: datetime.datetime
    account_id: uuid.UUID
    field: str
    old: str
    new: str
    places: tuple[tuple[str, int], ...]


def acts_of(corrections: Iterable[Correction]) -> list[CorrectionAct]:
    """Return corrections act by act, in the order of their first place; places are (dossier's key, document or 0)."""
    acts: dict[tuple[object, ...], list[Correction]] = {}
    for row in corrections:
        act = (row.at, row.account_id, row.field, row.document_ordinal > 0, row.old, row.new)
        acts.setdefault(act, []).append(row)
    return [
        CorrectionAct(
            at=rows[0].at,
            account_id=rows[0].account_id,
            field=f"{'document' if rows[0].document_ordinal else 'dossier'}.{rows[0].field}",
            old=rows[0].old,
            new=rows[0].new,
            places=tuple((row.dossier_key, row.document_ordinal) for row in rows),
        )
        for rows in acts.values()
    ]
