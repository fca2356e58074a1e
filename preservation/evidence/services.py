"""Anchors: heads of the audit chains, kept in the object store, outside the database's reach."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from archive.audit.rules import ChainFault
from archive.audit.services import ChainHead, heads, verify_chain
from archive.database.connection import Database
from archive.database.scope import SystemScope
from preservation.storage.ports import ObjectStore

_PREFIX = "anchor/"


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
    for key in store.keys(f"{_PREFIX}{chain_id}/"):
        body = json.loads(b"".join(store.read(key)))
        seq, head = int(body["seq"]), str(body["hash"])
        # Two heads of one seq cannot both be true: whatever the database says, it is not what was anchored.
        anchors[seq] = head if anchors.get(seq, head) == head else "contradicted"
    return anchors


def verify_all(database: Database, store: ObjectStore) -> dict[uuid.UUID, tuple[int, ChainFault | None]]:
    """Verify every chain against its anchors; also chains that only the store remembers."""
    # The anchors are read first: one that is written meanwhile must not look like rows that are missing.
    kept = {uuid.UUID(key.split("/")[1]) for key in store.keys(_PREFIX)}
    anchors = {chain: anchors_of(store, chain) for chain in kept}
    with database.read(SystemScope("audit verification")) as work:
        chains = kept | {head.chain_id for head in heads(work.session)}
        return {chain: verify_chain(work.session, chain, anchors.get(chain, {})) for chain in sorted(chains)}
