"""What sender and archive write to each other about a transfer, kept with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from archive.accounts.models import Account
from archive.accounts.permissions import require, require_on
from archive.audit.events import AuditRecord
from archive.database.unit_of_work import UnitOfWork
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Transfer, TransferMessage
from ingest.transfers.services import get, needs

LONGEST = 2000


def messages_of(work: UnitOfWork, transfer: Transfer) -> Sequence[TransferMessage]:
    """Return the messages in the order in which they were written."""
    return work.session.scalars(
        select(TransferMessage).where(TransferMessage.transfer_id == transfer.id).order_by(TransferMessage.ordinal)
    ).all()


def write_message(work: UnitOfWork, transfer_id: uuid.UUID, text: str) -> TransferMessage:
    """Keep a message with the transfer, under the writer's name and position of that day.

    Raises:
        TransferError: TRF-0002 the transfer was withdrawn, TRF-0026 nothing was written, TRF-0027 too much was.
    """
    require(work.scope, "transfer.discuss")
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, "transfer.discuss", transfer.unit_id)
    needs(transfer, "discuss")
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise TransferError("TRF-0026")
    if len(said) > LONGEST:
        raise TransferError("TRF-0027", length=len(said), limit=LONGEST)
    writer = work.session.scalars(select(Account).where(Account.id == work.scope.actor)).one()
    last = work.session.scalar(
        select(func.max(TransferMessage.ordinal)).where(TransferMessage.transfer_id == transfer.id)
    )
    message = TransferMessage(
        id=work.ids.new(),
        organization_id=transfer.organization_id,
        unit_id=transfer.unit_id,
        transfer_id=transfer.id,
        ordinal=(last or 0) + 1,
        account_id=writer.id,
        person=writer.name,
        position=writer.position,
        at=work.now,
        text=said,
    )
    work.add(message)
    work.record(
        AuditRecord(
            "transfer.message_written",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"ordinal": message.ordinal, "text": said},
        )
    )
    return message
