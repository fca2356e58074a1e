"""Files coming in: announced, received in parts straight into staging, hashed while they arrive, once."""

from __future__ import annotations

import hashlib
import uuid
import zlib
from collections.abc import Iterable

from sqlalchemy import func, select

from archive.accounts.permissions import require, require_on
from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.errors import ChangedMeanwhile, NotFound
from archive.database.scope import AnyScope
from archive.database.unit_of_work import UnitOfWork
from archive.staging.errors import StagingError
from archive.staging.ports import Staging, StagingKey
from ingest.transfers.errors import TransferError
from ingest.transfers.file_names import LONGEST_FILE, MAX_FILES, clean_path
from ingest.transfers.models import Transfer, TransferFile
from ingest.transfers.services import get, needs


def announce(work: UnitOfWork, transfer_id: uuid.UUID, path: str, length: int, *, mark: str = "") -> TransferFile:
    """Say that a file will come; returns the file, whose `ordinal` is where its bytes go.

    A file of the same path, length and `mark` (what tells the sender's versions of it apart, such as the time of
    its last change) that is not complete is taken up again; any other of the path is replaced by the new one.

    Raises:
        TransferError: TRF-0006 the path cannot be one inside a transfer; TRF-0007 too many files.
    """
    require(work.scope, "transfer.create")
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, "transfer.create", transfer.unit_id)
    needs(transfer, "submit")
    clean = clean_path(path)
    if not 0 <= length <= LONGEST_FILE:
        raise TransferError("TRF-0018", path=clean)
    existing = work.session.scalar(
        select(TransferFile).where(
            TransferFile.transfer_id == transfer_id,
            TransferFile.path == clean,
            TransferFile.last_version.is_(None),
        )
    )
    if existing is not None:
        if existing.received_at is None and existing.length == length and existing.facts.get("mark", "") == mark:
            return existing
        retire(work, existing, transfer)
        work.session.flush()
    ordinal = next_ordinal(work, transfer_id)
    if ordinal > MAX_FILES:
        raise TransferError("TRF-0007", limit=MAX_FILES)
    file = TransferFile(
        id=work.ids.new(),
        organization_id=transfer.organization_id,
        transfer_id=transfer_id,
        ordinal=ordinal,
        staged_attempt=0,
        first_version=transfer.version,
        path=clean,
        raw_name=path.encode("utf-8", "surrogateescape").hex(),
        other_readings=[],
        length=length,
        facts={"mark": mark} if mark else {},
    )
    work.add(file)
    return file


def retire(work: UnitOfWork, file: TransferFile, transfer: Transfer) -> None:
    """Take a file out of the present version; what earlier versions had of it stays on record."""
    file.last_version = transfer.version - 1
    work.record(
        AuditRecord(
            "transfer.file_removed",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"path": file.path, "sha256": file.sha256},
        )
    )


def next_ordinal(work: UnitOfWork, transfer_id: uuid.UUID) -> int:
    """Return the next free ordinal of a transfer, counted from 1; ordinals are never used again."""
    highest = work.session.scalar(select(func.max(TransferFile.ordinal)).where(TransferFile.transfer_id == transfer_id))
    return (highest or 0) + 1


def staging_key(file: TransferFile) -> StagingKey:
    """Return where the file's bytes are."""
    return StagingKey(file.organization_id, file.transfer_id, file.staged_attempt, file.ordinal)


def find(work: UnitOfWork, transfer_id: uuid.UUID, ordinal: int) -> TransferFile:
    """Return a file of the transfer's present version.

    Raises:
        NotFound: there is none, or the transfer is not in scope.
    """
    get(work, transfer_id)
    file = work.session.scalar(
        select(TransferFile).where(
            TransferFile.transfer_id == transfer_id,
            TransferFile.ordinal == ordinal,
            TransferFile.last_version.is_(None),
        )
    )
    if file is None:
        raise NotFound
    return file


def receive(
    database: Database,
    scope: AnyScope,
    staging: Staging,
    transfer_id: uuid.UUID,
    ordinal: int,
    chunks: Iterable[bytes],
    *,
    offset: int = 0,
    expected_sha256: str = "",
) -> tuple[int, bool]:
    """Take bytes of a file from `offset` on; return how many are held now, and whether the file is complete.

    A stream that is cut off leaves what has come; the sender goes on from there. The digest is computed while
    the bytes arrive; after a cut, the part that came before is read again from staging.

    Raises:
        StagingError: STG-0001 wrong offset, STG-0003 the digest differs from the sender's (the file is
            received anew), STG-0004 more bytes than announced.
    """
    require(scope, "transfer.create")
    with database.read(scope) as work:
        key = staging_key(find(work, transfer_id, ordinal))
    with staging.exclusive(key):
        # Read again under the lock: another connection may have completed the file in between.
        with database.read(scope) as work:
            file, transfer = find(work, transfer_id, ordinal), get(work, transfer_id)
            require_on(scope, "transfer.create", transfer.unit_id)
            needs(transfer, "submit")
            length, path = file.length, file.path
            if file.received_at is not None:
                return length, True
        if not 0 <= offset <= staging.size(key):
            raise StagingError("STG-0001", held=staging.size(key), offset=offset)
        digest, crc, held = hashlib.sha256(), 0, 0
        for chunk in staging.read(key) if offset else ():
            part = chunk[: offset - held]
            digest.update(part)
            crc, held = zlib.crc32(part, crc), held + len(part)
        for chunk in staging.append(key, offset, chunks):
            digest.update(chunk)
            crc, held = zlib.crc32(chunk, crc), held + len(chunk)
            if held > length:
                raise StagingError("STG-0004", name=path, held=held, length=length)
        if held < length:
            return held, False
        if expected_sha256 and expected_sha256.lower() != digest.hexdigest():
            _drop(staging, key)
            raise StagingError("STG-0003", name=path)
        with database.write(scope) as work:
            _complete(work, find(work, transfer_id, ordinal), digest.hexdigest(), crc)
    return held, True


def receive_whole(
    database: Database, scope: AnyScope, staging: Staging, transfer_id: uuid.UUID, path: str, chunks: Iterable[bytes]
) -> int:
    """Take a file whose length nobody announced (a plain form), from its first byte to its last.

    Only the end of `chunks` ends it: a stream that breaks off raises, and the file stays incomplete.
    """
    with database.write(scope) as work:
        file = announce(work, transfer_id, path, 0)
        key, ordinal = staging_key(file), file.ordinal
    with staging.exclusive(key):
        digest, crc, held = hashlib.sha256(), 0, 0
        for chunk in staging.append(key, 0, chunks):
            digest.update(chunk)
            crc, held = zlib.crc32(chunk, crc), held + len(chunk)
        with database.write(scope) as work:
            row = find(work, transfer_id, ordinal)
            row.length = held
            _complete(work, row, digest.hexdigest(), crc)
    return ordinal


def _complete(work: UnitOfWork, row: TransferFile, sha256: str, crc32: int) -> None:
    needs(get(work, row.transfer_id, lock=True), "submit")
    if row.received_at is not None:
        raise ChangedMeanwhile
    row.sha256, row.crc32, row.received_at = sha256, crc32, work.now
    work.record(
        AuditRecord(
            "transfer.file_received",
            row.organization_id,
            "transfer",
            row.transfer_id,
            payload={"path": row.path, "length": row.length, "sha256": sha256},
        )
    )


def _drop(staging: Staging, key: StagingKey) -> None:
    for _ in staging.append(key, 0, ()):
        pass


def remove(work: UnitOfWork, transfer_id: uuid.UUID, ordinal: int) -> None:
    """Take a file out of the transfer while it is open."""
    require(work.scope, "transfer.create")
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, "transfer.create", transfer.unit_id)
    needs(transfer, "submit")
    retire(work, find(work, transfer_id, ordinal), transfer)
