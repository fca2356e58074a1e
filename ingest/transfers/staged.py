"""Are the staged bytes of open transfers there? A copy of the database does not hold them."""

from __future__ import annotations

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.staging.ports import Staging
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferFile

_ENDED = ("sealed", "withdrawn")


def transfers_without_bytes(database: Database, staging: Staging) -> list[str]:
    """Return the numbers of open transfers of which staging lacks a file that had come in."""
    with database.read(SystemScope("staging verification")) as work:
        rows = work.session.execute(
            select(Transfer.number, TransferFile)
            .join(TransferFile, TransferFile.transfer_id == Transfer.id)
            .where(
                Transfer.state.not_in(_ENDED),
                TransferFile.received_at.is_not(None),
                TransferFile.last_version.is_(None),
            )
            .order_by(Transfer.number)
        ).all()
    lacking = (number for number, file in rows if staging.size(staging_key(file)) != file.length)
    return list(dict.fromkeys(lacking))
