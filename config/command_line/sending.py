"""Handing in from this machine: what can be known beforehand is checked before a transfer is opened."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from archive.accounts.permissions import require_on
from archive.accounts.services import AccountFace
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Fonds
from config.house import House
from ingest.precheck.outgoing import Outgoing
from ingest.transfers import files, services
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Transfer

_CHUNK = 1 << 20


def may_hand_in(face: AccountFace) -> uuid.UUID:
    """Return the unit for which the account hands in.

    Raises:
        Forbidden: it may not.
    """
    unit = face.unit_id or face.organization_id
    for permission in ("transfer.create", "transfer.submit"):
        require_on(face.scope(), permission, unit)
    return unit


def fonds_by_code(work: UnitOfWork, code: str) -> uuid.UUID:
    """Return the fonds with this code, or the body's only one where none is named.

    Raises:
        NotFound: there is none, or no code where there are several.
    """
    statement = select(Fonds.id) if not code else select(Fonds.id).where(Fonds.code == code)
    chosen = work.session.scalars(statement.limit(2)).all()
    if len(chosen) != 1:
        raise NotFound
    return chosen[0]


def open_one(work: UnitOfWork, name: str) -> Transfer:
    """Return the transfer with this number or id, which still receives files.

    Raises:
        TransferError: TRF-0016 there is none in scope, TRF-0002 it does not receive files any more.
    """
    try:
        condition = Transfer.id == uuid.UUID(name)
    except ValueError:
        condition = Transfer.number == name
    transfer = work.session.scalar(select(Transfer).where(condition))
    if transfer is None:
        raise TransferError("TRF-0016", number=name)
    services.needs(transfer, "submit")
    require_on(work.scope, "transfer.create", transfer.unit_id)
    require_on(work.scope, "transfer.submit", transfer.unit_id)
    return transfer


def send(house: House, face: AccountFace, transfer_id: uuid.UUID, outgoing_files: list[Outgoing]) -> int:
    """Send what the transfer has not got yet; return how many files were sent.

    A file that is there with the same bytes is left alone; one that broke off goes on from there.
    """
    scope, sent = face.scope(), 0
    with house.database.read(scope) as work:
        present = {file.path: file for file in services.current_files(work, services.get(work, transfer_id))}
    for file in outgoing_files:
        digest, there, offset = "", present.get(file.path), 0
        if there is not None:
            digest = _digest(file.place)
            if there.received_at is not None and there.sha256 == digest:
                continue
        stat = file.place.stat()
        with house.database.write(scope) as work:
            row = files.announce(work, transfer_id, file.path, stat.st_size, mark=str(stat.st_mtime_ns))
            ordinal, key = row.ordinal, files.staging_key(row)
        if there is not None and there.ordinal == ordinal:
            offset = house.staging.size(key)
        files.receive(
            house.database,
            scope,
            house.staging,
            transfer_id,
            ordinal,
            _chunks(file.place, offset),
            offset=offset,
            expected_sha256=digest,
        )
        sent += 1
    return sent


def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _chunks(place: Path, offset: int) -> Iterator[bytes]:
    with place.open("rb") as file:
        file.seek(offset)
        while chunk := file.read(_CHUNK):
            yield chunk
