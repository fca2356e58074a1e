"""Anchors: heads of the audit chains, kept in the object store, outside the database's reach."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import faults
from archive.audit.models import AuditEvent
from archive.audit.rules import ChainFault, Fault
from archive.audit.services import ChainHead, heads, last_anchored, verify_chain
from archive.database.connection import Database
from archive.database.scope import SystemScope
from preservation.storage.ports import ObjectStore

_PREFIX = "anchor/"
# The ledger is written first, and may take its time.
_SETTLING = datetime.timedelta(hours=1)
_ASIDE = "anchor-aside/"


def write_anchors(database: Database, store: ObjectStore, reached: Sequence[ChainHead] | None = None) -> int:
    """Write the head of every chain that has grown since its last anchor; return how many were written.

    Args:
        database: whose chains.
        store: where the anchors lie.
        reached: heads to write instead of the present ones: those that the ledger holds, so that a database
            rebuilt from there is not called cut off.
    """
    with database.read(SystemScope("audit anchor")) as work:
        present = heads(work.session) if reached is None else reached
    written = 0
    for head in present:
        key = anchor_key(head)
        if head.seq and store.stat(key) is None:
            body = json.dumps({"chain": str(head.chain_id), "seq": head.seq, "hash": head.hash}).encode()
            store.put(key, (body,), length=len(body))
            written += 1
    return written


def anchor_key(head: ChainHead) -> str:
    """Return the key under which a head is kept; holds the hash, so a listing alone tells it."""
    return f"{_PREFIX}{head.chain_id}/{head.seq:012d}-{head.hash}"


def anchors_of(store: ObjectStore, chain_id: uuid.UUID) -> dict[int, str]:
    """Return hash by seq of every head kept of a chain."""
    anchors: dict[int, str] = {}
    aside = set(store.keys(f"{_ASIDE}{chain_id}/"))
    for key in store.keys(f"{_PREFIX}{chain_id}/"):
        if key.replace(_PREFIX, _ASIDE, 1) in aside:
            continue
        body = json.loads(b"".join(store.read(key)))
        seq, head = int(body["seq"]), str(body["hash"])
        # Two heads of one seq cannot both be true: whatever the database says, it is not what was anchored.
        anchors[seq] = head if anchors.get(seq, head) == head else "contradicted"
    return anchors


def set_aside(store: ObjectStore, restored: Iterable[ChainHead], at: datetime.datetime) -> int:
    """Note, beside each head that lies beyond the heads of a restored database, that its rows were lost; idempotent.

    These heads tell of rows that came after the backup. They stay where they are, but no chain is measured by them
    any more: otherwise the archive would stand accused for ever of what its restoring has cost. The note lies in the
    store, so that whoever can only change the database cannot excuse a change with it. Returns how many are noted.
    """
    ends = {head.chain_id: head for head in restored}
    noted = 0
    for key in list(store.keys(_PREFIX)):
        chain, seq = key.split("/")[1], int(key.split("/")[2].partition("-")[0])
        end = ends.get(uuid.UUID(chain))
        if seq <= (end.seq if end else 0):
            continue
        noted += 1
        note = key.replace(_PREFIX, _ASIDE, 1)
        if store.stat(note) is None:
            plain = {"at": at.isoformat(), "restored_to": end.seq if end else 0, "hash": end.hash if end else ""}
            body = json.dumps(plain).encode()
            store.put(note, (body,), length=len(body))
            faults.point("restore.noted")
    return noted


def verify_all(database: Database, store: ObjectStore) -> dict[uuid.UUID, tuple[int, ChainFault | None]]:
    """Verify every chain against its anchors; also chains that only the store remembers."""
    # The anchors are read first: one that is written meanwhile must not look like rows that are missing.
    kept = {uuid.UUID(key.split("/")[1]) for key in store.keys(_PREFIX)}
    anchors = {chain: anchors_of(store, chain) for chain in kept}
    with database.read(SystemScope("audit verification")) as work:
        chains = kept | {head.chain_id for head in heads(work.session)}
        verdicts = {chain: verify_chain(work.session, chain, anchors.get(chain, {})) for chain in sorted(chains)}
        for chain, (rows, fault) in verdicts.items():
            if fault is None and not anchors.get(chain) and _anchor_is_due(work.session, chain):
                # Whoever takes the anchors away could compute the chain anew: that is no proof of anything.
                verdicts[chain] = rows, ChainFault(chain, 1, Fault.UNANCHORED)
        return verdicts


def _anchor_is_due(session: Session, chain: uuid.UUID) -> bool:
    """Return whether anchors have been written since the chain began, so that one of it must lie in the store."""
    began = session.scalar(select(AuditEvent.at).where(AuditEvent.chain_id == chain, AuditEvent.seq == 1))
    written = last_anchored(session)
    return began is not None and written is not None and began + _SETTLING < written
