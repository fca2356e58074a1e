"""The pure core of the audit chain: hashing and verification."""

from __future__ import annotations

import datetime
import enum
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainRow:
    """A chained row as verification sees it; `at` aware."""

    chain_id: uuid.UUID
    seq: int
    at: datetime.datetime
    act: str
    actor_id: uuid.UUID
    object_kind: str
    object_id: uuid.UUID | None
    outcome: str
    payload_digest: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Payload:
    """The payload beside a row; an erased one has no salt, no body, and the case it was erased under."""

    salt: str
    body: str
    erased_under: str | None


class Fault(enum.StrEnum):
    """What is wrong with a chain."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    PAYLOAD_CHANGED = "payload_changed"
    PAYLOAD_MISSING = "payload_missing"
    CUT_OFF = "cut_off"
    REWRITTEN = "rewritten"
    UNANCHORED = "unanchored"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first row at which a chain does not hold."""

    chain_id: uuid.UUID
    seq: int
    fault: Fault


def canonical(payload: Mapping[str, Any]) -> str:
    """Return the one JSON text of a payload: sorted keys, no blanks, UTF-8 letters as they are."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def payload_digest(salt: str, body: str) -> str:
    """Return the SHA-256, hexadecimal, that stands in the chain for a payload."""
    return hashlib.sha256(f"{salt}\n{body}".encode()).hexdigest()


def row_hash(row: ChainRow) -> str:
    """Return the SHA-256, hexadecimal, of everything in the row but its own hash."""
    parts = (
        str(row.chain_id),
        str(row.seq),
        row.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        row.act,
        str(row.actor_id),
        row.object_kind,
        str(row.object_id or ""),
        row.outcome,
        row.payload_digest,
        row.previous_hash,
    )
    return hashlib.sha256("\n".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def verify(
    chain_id: uuid.UUID,
    rows: Iterable[tuple[ChainRow, Payload | None]],
    *,
    anchors: Mapping[int, str],
    head: tuple[int, str] | None,
) -> tuple[int, ChainFault | None]:
    """Return how many rows were read, and the first fault (None: the chain holds).

    Args:
        chain_id: the chain.
        rows: its rows in the order of `seq`, each with its payload.
        anchors: heads kept outside the database, hash by seq: they catch a chain that was changed and then
            computed anew from the change on, which no look at the chain alone can see.
        head: the head row of the database (seq, hash); None when it is missing.
    """
    expected, previous = 1, GENESIS
    for row, payload in rows:
        fault = _fault_of(row, payload, expected, previous, anchors)
        if fault is not None:
            seq = expected if fault in {Fault.REMOVED, Fault.REORDERED} else row.seq
            return expected - 1, ChainFault(chain_id, seq, fault)
        expected, previous = row.seq + 1, row.hash
    count = expected - 1
    if max([0, *anchors, head[0] if head else 0]) > count:
        return count, ChainFault(chain_id, expected, Fault.CUT_OFF)
    if head is None and not count:
        return 0, None
    return count, None if head == (count, previous) else ChainFault(chain_id, count, Fault.CHANGED)


def _fault_of(
    row: ChainRow, payload: Payload | None, expected: int, previous: str, anchors: Mapping[int, str]
) -> Fault | None:
    if row.seq != expected:
        return Fault.REMOVED if row.seq > expected else Fault.REORDERED
    if row.previous_hash != previous or row_hash(row) != row.hash:
        return Fault.CHANGED
    if anchors.get(row.seq, row.hash) != row.hash:
        return Fault.REWRITTEN
    if payload is None:
        return Fault.PAYLOAD_MISSING
    erased = payload.erased_under is not None and not payload.salt and not payload.body
    if not erased and payload_digest(payload.salt, payload.body) != row.payload_digest:
        return Fault.PAYLOAD_CHANGED
    return None
