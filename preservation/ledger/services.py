"""Writing the ledger: what changed since the last segments goes to the store, body by body.

An audit chain tells what changed: every act is a row of it, numbered under the chain's lock, so none becomes visible
behind a later one. How far a body is written is read from the store alone; the segment that says so is written last.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import faults
from archive.audit.models import AuditEvent, AuditPayload
from archive.audit.rules import GENESIS, canonical
from archive.audit.services import ChainHead, destroyed_among, heads
from archive.database.connection import Database
from archive.database.restoring import to_plain
from archive.database.scope import SystemScope
from archive.ledger.kinds import Ledger, Part
from preservation.ledger.errors import LedgerError
from preservation.ledger.segments import (
    Line,
    Reach,
    Segment,
    SegmentName,
    newest,
    stream_of,
    write_segment,
)
from preservation.storage.ports import ObjectStore

_EVENTS = 5000
"""Most rows of a chain that one segment holds: it is read into memory as a whole."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the ledger tells of one body's chain.

    Attributes:
        head: the chain's head in the database.
        reached: the last row that the ledger holds (seq 0: none).
        waiting_since: time of the first row that is not written; None when nothing waits.
        contradicted: the database does not hold what the ledger holds: it is an older or another one.
    """

    head: ChainHead
    reached: ChainHead
    waiting_since: datetime.datetime | None
    contradicted: bool


@dataclass(slots=True)
class _Touched:
    """What the rows of a chain say about one stream."""

    part: Part | None
    owner: uuid.UUID
    payloads: list[AuditPayload] = field(default_factory=list)


def write_ledger(database: Database, store: ObjectStore, ledgers: Sequence[Ledger]) -> int:
    """Write what changed since the last segments; return how many rows of the chains were written.

    One process at a time may do this. Killed at any point, the next run finishes: what lies in the store already is
    not written twice.

    Raises:
        LedgerError: LDG-0001 the database does not hold what the ledger says of a body (the others are written);
            LDG-0004 the newest segment of a stream is broken.
    """
    with database.read(SystemScope("ledger")) as work:
        bodies = [head.chain_id for head in heads(work.session)]
    written, refused = 0, None
    for body in bodies:
        try:
            while count := _write_body(database, store, ledgers, body):
                written += count
                if count < _EVENTS:
                    break
        except LedgerError as error:
            refused = refused or error
    if refused is not None:
        raise refused
    return written


def standings(database: Database, store: ObjectStore) -> list[Standing]:
    """Return for each chain how far the ledger tells of it."""
    with database.read(SystemScope("ledger standing")) as work:
        return [_standing(work.session, store, head) for head in heads(work.session)]


def reached_heads(database: Database, store: ObjectStore) -> list[ChainHead]:
    """Return the heads that the ledger holds and the database too: what may be anchored.

    An anchor beyond the ledger would call a chain that was rebuilt from it cut off.
    """
    return [each.reached for each in standings(database, store) if each.reached.seq and not each.contradicted]


def _standing(session: Session, store: ObjectStore, head: ChainHead) -> Standing:
    seq, digest = _position(newest(store, stream_of(Part.BODY, head.chain_id)), head.chain_id)
    waiting = session.scalar(
        select(AuditEvent.at).where(AuditEvent.chain_id == head.chain_id, AuditEvent.seq == seq + 1)
    )
    return Standing(
        head,
        ChainHead(head.chain_id, seq, digest),
        waiting,
        contradicted=not holds(session, {str(head.chain_id): (seq, digest)}),
    )


def _position(last: Segment | None, body: uuid.UUID) -> tuple[int, str]:
    return last.reaches.get(str(body), (0, GENESIS)) if last else (0, GENESIS)


def holds(session: Session, reaches: Reach) -> bool:
    """Return whether the database holds the rows up to which a segment tells."""
    for chain, (seq, digest) in reaches.items():
        found = session.scalar(
            select(AuditEvent.hash).where(AuditEvent.chain_id == uuid.UUID(chain), AuditEvent.seq == seq)
        )
        if seq and found != digest:
            return False
    return True


def _write_body(database: Database, store: ObjectStore, ledgers: Sequence[Ledger], body: uuid.UUID) -> int:
    """Write the next rows of one body's chain and all that they touched; return how many rows."""
    stream = stream_of(Part.BODY, body)
    # One snapshot for all of it, so that no row written here points to one that is not.
    with database.read(SystemScope("ledger")) as work:
        last = newest(store, stream)
        seq, _ = _position(last, body)
        if last is not None and not holds(work.session, last.reaches):
            raise LedgerError("LDG-0001", stream=stream, seq=seq)
        found = work.session.execute(
            select(AuditEvent, AuditPayload)
            .outerjoin(
                AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq)
            )
            .where(AuditEvent.chain_id == body, AuditEvent.seq > seq)
            .order_by(AuditEvent.seq)
            .limit(_EVENTS)
        ).all()
        if not found:
            return 0
        head = found[-1][0]
        reach = {str(body): (head.seq, head.hash)}
        lines = [_event_line(event, payload) for event, payload in found]
        every = _touched(body, [(event, payload) for event, payload in found])
        gone = destroyed_among(work.session, {touched.owner for touched in every if touched.part is Part.DOSSIER})
        for touched in every:
            if touched.owner in gone:
                continue
            name = _write_part(work.session, store, ledgers, touched, (body, seq), reach, work.now)
            if name is not None:
                lines.append({"part": name.key})
        _write(work.session, store, ledgers, _Touched(Part.BODY, body), last, reach, lines, work.now)
        return len(found)


def _event_line(event: AuditEvent, payload: AuditPayload | None) -> Line:
    """Return a chained row with the ids, and no word, of its payload."""
    line: Line = {"event": to_plain(event)}
    if payload is not None and payload.dossier_id is not None:
        line["dossier"] = str(payload.dossier_id)
    if payload is not None and payload.erased_under is not None:
        line["erased"] = payload.erased_under
    return line


def _touched(body: uuid.UUID, rows: Iterable[tuple[AuditEvent, AuditPayload | None]]) -> list[_Touched]:
    """Return the streams that rows of a body's chain touch, in a fixed order, each with its payloads.

    A payload lies with the dossier with which it is erased, or else with the transfer that it is about.
    """
    found: dict[str, _Touched] = {}

    def touch(part: Part | None, owner: uuid.UUID) -> _Touched:
        return found.setdefault(stream_of(part or "payload", owner), _Touched(part, owner))

    for event, payload in rows:
        said = None
        if event.object_kind == Part.DOSSIER and event.object_id is not None:
            touch(Part.DOSSIER, event.object_id)
        if event.object_kind == Part.TRANSFER and event.object_id is not None:
            said = touch(Part.TRANSFER, event.object_id)
        if payload is None or payload.erased_under is not None:
            continue
        if payload.dossier_id is not None:
            said = touch(Part.DOSSIER, payload.dossier_id)
        (said or touch(None, body)).payloads.append(payload)
    return [found[stream] for stream in sorted(found)]


def _write_part(
    session: Session,
    store: ObjectStore,
    ledgers: Sequence[Ledger],
    touched: _Touched,
    position: tuple[uuid.UUID, int],
    reach: Reach,
    now: datetime.datetime,
) -> SegmentName | None:
    """Write the next segment of a stream unless an earlier run, killed since, did so; return the newest one's name.

    `position` is how far the body is written: so far its parts are too. A segment that tells of more was written by a
    run that died; where the database does not have those rows, they were lost with an earlier one, and do not count.
    """
    stream = stream_of(touched.part or "payload", touched.owner)
    last = newest(store, stream)
    covered = dict(last.reaches) if last else {}
    if not holds(session, covered):
        covered[str(position[0])] = (position[1], "")
    lines: list[Line] = [
        {"payload": to_plain(payload)}
        for payload in touched.payloads
        if payload.seq > covered.get(str(payload.chain_id), (0, ""))[0]
    ]
    reaches = {**covered, **{chain: end for chain, end in reach.items() if end[0] > covered.get(chain, (0, ""))[0]}}
    name = _write(session, store, ledgers, touched, last, reaches, lines, now)
    faults.point("ledger.part")
    return name


def _write(
    session: Session,
    store: ObjectStore,
    ledgers: Sequence[Ledger],
    touched: _Touched,
    last: Segment | None,
    reaches: Reach,
    lines: list[Line],
    now: datetime.datetime,
) -> SegmentName | None:
    """Write the tables of which the rows changed, and the lines; nothing when there is neither.

    Returns the name of the newest segment; None when there is none.
    """
    tables = dict(last.tables) if last else {}
    changed: list[str] = []
    rows: list[Line] = []
    for ledger in ledgers:
        if ledger.part is not touched.part:
            continue
        table = ledger.table.__tablename__
        plain = [ledger.written(row) for row in session.scalars(ledger.rows(touched.owner)).unique()]
        by_text = {canonical(row): row for row in plain}
        texts = sorted(by_text)
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        if tables.get(table) != digest and (texts or table in tables):
            tables[table] = digest
            changed.append(table)
            rows += [{"table": table, "row": by_text[text]} for text in texts]
    if not changed and not lines:
        return last.name if last else None
    head = {
        "at": now.astimezone(datetime.UTC).isoformat(),
        "salt": secrets.token_hex(16),
        "reaches": reaches,
        "tables": tables,
        "written": changed,
    }
    stream = stream_of(touched.part or "payload", touched.owner)
    return write_segment(store, stream, last, head=head, lines=[*rows, *lines])
