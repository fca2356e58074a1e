"""Emptying staging: of what was withdrawn, and of what was returned and not taken up again for too long."""

from __future__ import annotations

import datetime

from sqlalchemy import select

from archive.audit.events import AuditRecord
from archive.database.scope import SystemScope
from ingest.transfers.house import IntakeHouse
from ingest.transfers.models import Transfer
from ingest.transfers.services import move, note_step


def sweep_staging(house: IntakeHouse, before: datetime.datetime) -> int:
    """Delete staged bytes of transfers that ended before an instant; return how many transfers were emptied.

    A returned transfer that nobody took up becomes withdrawn first, so that nobody opens one without its files.
    """
    with house.database.read(SystemScope("staging sweep")) as work:
        ended = work.session.execute(
            select(Transfer.id, Transfer.organization_id, Transfer.state).where(
                Transfer.state.in_(("withdrawn", "returned", "sealed")), Transfer.changed_at < before
            )
        ).all()
    for transfer_id, organization_id, state in ended:
        if state == "returned":
            with house.database.write(SystemScope("staging sweep")) as work:
                row = work.session.scalars(select(Transfer).where(Transfer.id == transfer_id).with_for_update()).one()
                if row.state != "returned":
                    continue
                note_step(work, row, "withdraw", "Quá hạn bổ sung")
                work.record(AuditRecord("transfer.withdrawn", organization_id, "transfer", transfer_id))
                move(work, row, "withdrawn")
        house.staging.delete(organization_id, transfer_id)
    return len(ended)
