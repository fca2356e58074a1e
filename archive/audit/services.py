"""Appending to the chains at commit, reading and verifying them."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.audit.events import ACTS, DESTROYING_ACTS, AuditRecord
from archive.audit.models import AuditChain, AuditEvent, AuditPayload
from archive.audit.rules import GENESIS, ChainFault, ChainRow, Payload, canonical, payload_digest, row_hash, verify
from archive.database.rows import insert_missing
from archive.jobs.models import PeriodRun

ANCHOR_JOB = "audit.anchor"
"""Name of the periodic work that writes heads of the chains where the database does not reach."""


def append(
    session: Session,
    records: Sequence[AuditRecord],
    *,
    actor: uuid.UUID,
    now: Callable[[], datetime.datetime],
) -> None:
    """Lock the chains concerned in ascending order of id, then number, stamp and hash the records.

    The last act of a transaction: after a head is locked nothing else is read or written (design §3), so
    the session must be a scope-free one; only the unit of work calls this.
    """
    by_chain: dict[uuid.UUID, list[AuditRecord]] = {}
    for record in records:
        if record.act not in ACTS:
            raise ValueError(f"{record.act} is not in the audit vocabulary")
        by_chain.setdefault(record.organization_id, []).append(record)
    locked = {chain_id: _lock_head(session, chain_id) for chain_id in sorted(by_chain)}
    for chain_id, head in locked.items():
        # The time is taken under the chain's lock, so that it never runs against the order of the rows.
        at = now()
        for record in by_chain[chain_id]:
            salt, body = secrets.token_hex(16), canonical(record.payload)
            row = ChainRow(
                chain_id=chain_id,
                seq=head.seq + 1,
                at=at,
                act=record.act,
                actor_id=actor,
                object_kind=record.object_kind,
                object_id=record.object_id,
                outcome=record.outcome,
                payload_digest=payload_digest(salt, body),
                previous_hash=head.hash,
                hash="",
            )
            digest = row_hash(row)
            fields = {name: getattr(row, name) for name in ChainRow.__slots__ if name != "hash"}
            session.add(AuditEvent(organization_id=chain_id, hash=digest, **fields))
            session.add(
                AuditPayload(
                    chain_id=chain_id,
                    seq=row.seq,
                    organization_id=chain_id,
                    salt=salt,
                    body=body,
                    dossier_id=record.dossier_id,
                )
            )
            head.seq, head.hash = row.seq, digest
    session.flush()


def _lock_head(session: Session, chain_id: uuid.UUID) -> AuditChain:
    statement = select(AuditChain).where(AuditChain.id == chain_id).with_for_update()
    head = session.scalar(statement)
    if head is None:
        insert_missing(session, AuditChain, {"id": chain_id, "organization_id": chain_id, "seq": 0, "hash": GENESIS})
        head = session.scalars(statement).one()
    return head


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a chain stands."""

    chain_id: uuid.UUID
    seq: int
    hash: str


def heads(session: Session) -> list[ChainHead]:
    """Return the heads of the chains in scope, by id."""
    rows = session.scalars(select(AuditChain).order_by(AuditChain.id))
    return [ChainHead(row.id, row.seq, row.hash) for row in rows]


def last_anchored(session: Session) -> datetime.datetime | None:
    """Return when anchors were last written, of whichever chain had grown; None before the first time."""
    return session.scalar(select(func.max(PeriodRun.done_at)).where(PeriodRun.job == ANCHOR_JOB))


def destroyed_among(session: Session, dossiers: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return those of the dossiers that the chains call destroyed, each with the row that says so."""
    if not dossiers:
        return {}
    statement = select(AuditEvent).where(AuditEvent.act.in_(DESTROYING_ACTS), AuditEvent.object_id.in_(dossiers))
    return {event.object_id: f"{event.chain_id}/{event.seq}" for event in session.scalars(statement) if event.object_id}


def verify_chain(session: Session, chain_id: uuid.UUID, anchors: Mapping[int, str]) -> tuple[int, ChainFault | None]:
    """Return how many rows of the chain were read and the first fault, if any."""
    head = session.scalar(select(AuditChain).where(AuditChain.id == chain_id))
    # Closed also where the reading stops at a fault: on a server the rows not read yet are held for us.
    with closing(_rows(session, chain_id)) as rows:
        return verify(chain_id, rows, anchors=anchors, head=(head.seq, head.hash) if head else None)


def _rows(session: Session, chain_id: uuid.UUID) -> Generator[tuple[ChainRow, Payload | None]]:
    statement = (
        select(AuditEvent, AuditPayload)
        .outerjoin(AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq))
        .where(AuditEvent.chain_id == chain_id)
        .order_by(AuditEvent.seq)
        .execution_options(yield_per=1000)
    )
    with session.execute(statement) as result:
        for event, payload in result:
            row = ChainRow(**{name: getattr(event, name) for name in ChainRow.__slots__})
            yield row, Payload(payload.salt, payload.body, payload.erased_under) if payload else None
