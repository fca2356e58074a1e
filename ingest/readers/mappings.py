"""The column mapping of a transfer's list: shown, corrected by a person, saved for that sender's next list."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from archive.accounts.permissions import allows, allows_on, require
from archive.audit.events import AuditRecord
from archive.database.unit_of_work import UnitOfWork
from archive.text.folding import fold
from ingest.readers.mapping import ColumnMapping
from ingest.transfers.models import SavedMapping, Transfer
from ingest.transfers.services import get, move, needs, note_step


def mapping_of(transfer: Transfer) -> ColumnMapping | None:
    """Return how the transfer's list was read; None before it was."""
    if "columns" not in transfer.mapping:
        return None
    return ColumnMapping.from_plain({k: v for k, v in transfer.mapping.items() if k != "list"})


def headings_key(mapping: ColumnMapping) -> str:
    """Return the headings, folded, as one text: lists with the same headings are read the same way."""
    return json.dumps([[column.letter, fold(column.heading)] for column in mapping.columns])


def correct_mapping(work: UnitOfWork, transfer_id: uuid.UUID, targets: Mapping[str, str]) -> Transfer:
    """Set what columns mean, save it for the unit's next list, and read the list again.

    Args:
        work: the unit of work.
        transfer_id: the transfer.
        targets: field by column letter; an empty text says that the column stands for nothing.

    Raises:
        SpreadsheetError: no such column or field, or a field for two columns.
        TransferError: TRF-0002 the transfer is not in a state for this.
    """
    if not allows(work.scope, "transfer.submit"):
        require(work.scope, "transfer.correct")
    transfer = get(work, transfer_id, lock=True)
    if not allows_on(work.scope, "transfer.submit", transfer.unit_id):
        require(work.scope, "transfer.correct")
    needs(transfer, "map")
    present = mapping_of(transfer)
    if present is None:
        return transfer
    current = present.targets()
    changed = {letter: target for letter, target in targets.items() if current.get(letter, "") != target}
    corrected = present.corrected(changed)
    work.add(
        SavedMapping(
            id=work.ids.new(),
            organization_id=transfer.organization_id,
            unit_id=transfer.unit_id,
            headings=headings_key(present),
            mapping={**{c.letter: c.target for c in corrected.columns}},
            saved_by=work.scope.actor,
            saved_at=work.now,
        )
    )
    transfer.mapping = {"list": transfer.mapping["list"], **corrected.to_plain()}
    work.record(
        AuditRecord(
            "transfer.mapping_saved",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"changed": {letter: [current.get(letter, ""), target] for letter, target in changed.items()}},
        )
    )
    note_step(work, transfer, "map")
    move(work, transfer, "reading")
    return transfer
