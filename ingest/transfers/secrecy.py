"""Who may read a file before it is sealed: what will be restricted then is restricted now."""

from __future__ import annotations

from sqlalchemy import select

from archive.accounts.roles import RESTRICTED
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from ingest.sealing.build import sensitivity_of
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier, TransferFile


def may_read(work: UnitOfWork, transfer: Transfer, file: TransferFile) -> bool:
    """Return whether the reader may see a file's content: its sender may, others up to the level it will have.

    A file that several rows name has the highest of their levels; one that none names counts as restricted.
    """
    scope = work.scope
    if isinstance(scope, SystemScope) or transfer.created_by == scope.actor:
        return True
    return _level(work, transfer, file) <= scope.sensitivity


def _level(work: UnitOfWork, transfer: Transfer, file: TransferFile) -> int:
    rows = work.session.execute(
        select(TransferDocument.values, TransferDossier.values)
        .join(TransferDossier, TransferDossier.id == TransferDocument.transfer_dossier_id)
        .where(
            TransferDocument.transfer_id == transfer.id,
            TransferDocument.attempt == transfer.read_attempt,
            TransferDocument.file_ordinal == file.ordinal,
        )
    ).all()
    levels = [sensitivity_of(str(values.get("access", ""))) for row in rows for values in row]
    return max(levels, default=RESTRICTED)
