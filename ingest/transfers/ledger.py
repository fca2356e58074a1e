"""The ledgers of transfers: who handed what over to whom. What was not sealed is not kept.

The rows of a sealed dossier lie with the dossier; a transfer's own segments hold what names none.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import Select, exists, select

from archive.database.restoring import Plain
from archive.ledger.ground import owned_by
from archive.ledger.kinds import Ledger, Part, TableLedger
from ingest.sealing.models import Sealing
from ingest.transfers.models import (
    Correction,
    SavedMapping,
    Transfer,
    TransferDocument,
    TransferDossier,
    TransferFile,
    TransferMessage,
    TransferStep,
)

_ENDED = frozenset({"sealed", "withdrawn", "returned"})
_LOST = "Cơ sở dữ liệu được dựng lại từ kho lưu trữ; tệp và danh mục chưa niêm phong không còn. Nộp lại."


def _transfer(plain: Plain) -> Plain:
    """Give a transfer that was under way back to its unit: its files and its list are gone."""
    if plain["state"] in _ENDED:
        return plain
    return {**plain, "state": "returned", "returned_reason": _LOST, "stopped_from": ""}


def _files_of_no_dossier(transfer: uuid.UUID) -> Select[Any]:
    named = exists().where(
        TransferDocument.transfer_id == transfer, TransferDocument.file_ordinal == TransferFile.ordinal
    )
    sealed = exists().where(Transfer.id == transfer, Transfer.state == "sealed")
    return select(TransferFile).where(TransferFile.transfer_id == transfer, sealed, ~named)


def _documents(dossier: uuid.UUID) -> Select[Any]:
    return (
        select(TransferDocument)
        .join(TransferDossier, TransferDossier.id == TransferDocument.transfer_dossier_id)
        .where(TransferDossier.dossier_id == dossier)
    )


def _files(dossier: uuid.UUID) -> Select[Any]:
    return (
        select(TransferFile)
        .join(
            TransferDocument,
            (TransferDocument.transfer_id == TransferFile.transfer_id)
            & (TransferDocument.file_ordinal == TransferFile.ordinal),
        )
        .join(TransferDossier, TransferDossier.id == TransferDocument.transfer_dossier_id)
        .where(TransferDossier.dossier_id == dossier)
    )


def _corrections(dossier: uuid.UUID) -> Select[Any]:
    return (
        select(Correction)
        .join(
            TransferDossier,
            (TransferDossier.transfer_id == Correction.transfer_id) & (TransferDossier.key == Correction.dossier_key),
        )
        .where(TransferDossier.dossier_id == dossier)
    )


TRANSFERS: tuple[Ledger, ...] = (
    owned_by(SavedMapping),
    TableLedger(
        Transfer,
        Part.TRANSFER,
        lambda transfer: select(Transfer).where(Transfer.id == transfer),
        without=frozenset({"claimed_by", "lease_until"}),
        completed=_transfer,
    ),
    TableLedger(
        TransferStep,
        Part.TRANSFER,
        lambda transfer: select(TransferStep).where(TransferStep.transfer_id == transfer),
    ),
    TableLedger(
        TransferMessage,
        Part.TRANSFER,
        lambda transfer: select(TransferMessage).where(TransferMessage.transfer_id == transfer),
    ),
    TableLedger(TransferFile, Part.TRANSFER, _files_of_no_dossier),
    TableLedger(
        TransferDossier,
        Part.DOSSIER,
        lambda dossier: select(TransferDossier).where(TransferDossier.dossier_id == dossier),
    ),
    TableLedger(TransferDocument, Part.DOSSIER, _documents),
    TableLedger(TransferFile, Part.DOSSIER, _files),
    TableLedger(Correction, Part.DOSSIER, _corrections),
    TableLedger(Sealing, Part.DOSSIER, lambda dossier: select(Sealing).where(Sealing.dossier_id == dossier)),
)
