"""Staged bytes as a whole: are they there after a restore, which brings none; and how they move to another place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.staging.errors import StagingError
from archive.staging.ports import Staging, StagingKey
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferFile

_NOTHING = "STG-0002"
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


def move_staged(database: Database, source: Staging, target: Staging) -> int:
    """Copy the staged bytes of every transfer to another place, read them back and compare; return how many files.

    Files that came in and files that are still coming; nothing at the source is changed.

    Raises:
        StagingError: STG-0009 what was read back is not what was read.
    """
    with database.read(SystemScope("staging move")) as work:
        files = work.session.scalars(
            select(TransferFile).order_by(TransferFile.transfer_id, TransferFile.ordinal)
        ).all()
    moved = 0
    for file in files:
        key = staging_key(file)
        try:
            wanted = _digest(source.read(key))
        except StagingError as error:
            if error.code != _NOTHING:
                raise
            continue  # sealed, withdrawn, or not begun
        if not _holds(target, key, wanted):
            with target.exclusive(key):
                for _ in target.append(key, 0, source.read(key)):
                    pass
            if not _holds(target, key, wanted):
                raise StagingError("STG-0009", number=file.ordinal, transfer=str(file.transfer_id))
        moved += 1
    return moved


def _holds(staging: Staging, key: StagingKey, wanted: bytes) -> bool:
    try:
        return _digest(staging.read(key)) == wanted
    except StagingError as error:
        if error.code != _NOTHING:
            raise
        return False


def _digest(chunks: Iterator[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
