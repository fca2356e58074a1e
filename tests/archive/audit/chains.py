"""Audit chains made of plain rows."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import replace

from archive.audit.rules import GENESIS, ChainRow, Payload, canonical, payload_digest, row_hash

CHAIN = uuid.UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
Rows = list[tuple[ChainRow, Payload | None]]


def chain(bodies: Sequence[dict[str, str]]) -> Rows:
    """Return a whole chain with one row for each body."""
    rows: Rows = []
    previous = GENESIS
    for seq, content in enumerate(bodies, start=1):
        salt, body = f"{seq:032x}", canonical(content)
        row = ChainRow(
            chain_id=CHAIN,
            seq=seq,
            at=BEGIN + datetime.timedelta(seconds=seq),
            act="dossier.opened",
            actor_id=uuid.UUID(int=seq),
            object_kind="dossier",
            object_id=uuid.UUID(int=1000 + seq),
            outcome="done",
            payload_digest=payload_digest(salt, body),
            previous_hash=previous,
            hash="",
        )
        row = replace(row, hash=row_hash(row))
        rows.append((row, Payload(salt, body, None)))
        previous = row.hash
    return rows


def head(rows: Rows) -> tuple[int, str]:
    """Return where the chain stands."""
    return rows[-1][0].seq, rows[-1][0].hash


def computed_anew(rows: Rows, start: int) -> Rows:
    """Return the chain with all hashes from index `start` on computed anew: what a careful forger does."""
    made = rows[:start]
    for row, payload in rows[start:]:
        previous = made[-1][0].hash if made else GENESIS
        digest = payload_digest(payload.salt, payload.body) if payload else row.payload_digest
        changed = replace(row, previous_hash=previous, payload_digest=digest)
        made.append((replace(changed, hash=row_hash(changed)), payload))
    return made
