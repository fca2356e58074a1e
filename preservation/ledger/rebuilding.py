"""Reading the ledger back into an empty database: body by body, then what names single transfers and dossiers.

Every row is added unless it is there already: killed at any point, the same done again goes on to the end.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from archive.audit.models import AuditChain, AuditEvent, AuditPayload
from archive.audit.services import ChainHead, destroyed_among
from archive.database.base import Base
from archive.database.connection import Database
from archive.database.restoring import Plain, restore
from archive.database.scope import SystemScope
from archive.ledger.kinds import Ledger, Part
from archive.organizations.models import Organization
from preservation.ledger.errors import LedgerError
from preservation.ledger.segments import (
    Segment,
    SegmentName,
    Tell,
    owner_of,
    read_stream,
    streams,
)
from preservation.ledger.services import holds
from preservation.storage.ports import ObjectStore

Rows = dict[type[Base], list[Plain]]
"""Rows by their class."""


def refuse_unfinished(database: Database) -> None:
    """Refuse a database of which the rebuild was begun and did not end: there are rows, but no chain has its head.

    Raises:
        LedgerError: LDG-0013.
    """
    with database.read(SystemScope("rebuild")) as work:
        bodies = work.session.scalar(select(Organization.id).limit(1))
        events = work.session.scalar(select(AuditEvent.seq).limit(1))
        ended = work.session.scalar(select(AuditChain.id).limit(1))
        if ended is None and (bodies is not None or events is not None):
            raise LedgerError("LDG-0013")


def refuse_filled(database: Database) -> None:
    """Refuse a database that holds an archive.

    Raises:
        LedgerError: LDG-0002.
    """
    with database.read(SystemScope("rebuild")) as work:
        if work.session.scalar(select(AuditChain.id).limit(1)) is not None:
            raise LedgerError("LDG-0002")


def restore_bodies(database: Database, store: ObjectStore, ledgers: Sequence[Ledger], tell: Tell) -> list[ChainHead]:
    """Restore bodies with what they own and their audit chains; return the heads, which are not written yet.

    Raises:
        LedgerError: LDG-0003 the store holds no ledger.
    """
    reached: list[ChainHead] = []
    afterwards: Rows = {}
    for stream, keys in streams(store, Part.BODY, tell):
        body = owner_of(stream)
        head: ChainHead | None = None
        rows = _Newest(ledgers, Part.BODY)
        for segment in read_stream(store, keys, tell):
            head = head or ChainHead(body, *segment.reaches[str(body)])
            rows.take(segment)
            _restore_events(database, store, segment, tell)
        if head is not None:
            reached.append(head)
        now, later = rows.split(stream, tell)
        _restore(database, stream, now, tell)
        for table, plain in later.items():
            afterwards.setdefault(table, []).extend(plain)
    if not reached:
        raise LedgerError("LDG-0003")
    _restore(database, "ledger/body/", afterwards, tell)
    return reached


def restore_payloads(database: Database, store: ObjectStore, tell: Tell) -> None:
    """Restore what was said in acts that are about no single transfer or dossier."""
    for stream, keys in streams(store, "payload", tell):
        for segment in read_stream(store, keys, tell):
            _restore(database, stream, {AuditPayload: _payloads(database, segment)}, tell)


def restore_part(
    database: Database,
    store: ObjectStore,
    ledgers: Sequence[Ledger],
    part: Part,
    tell: Tell,
    *,
    mended: Callable[[Rows], Rows] = lambda rows: rows,
) -> int:
    """Restore transfers or dossiers one after the other, and return how many; what was destroyed stays away.

    Args:
        database: the database that is filled.
        store: where the ledger lies.
        ledgers: all tables.
        part: which of them.
        tell: takes what is wrong.
        mended: completes the rows of one of them before they are added.
    """
    restored = 0
    for stream, keys in streams(store, part, tell):
        if part is Part.DOSSIER and _is_destroyed(database, owner_of(stream)):
            tell(LedgerError("LDG-0010", key=stream))
            continue
        rows = _Newest(ledgers, part)
        said: list[Plain] = []
        for segment in read_stream(store, keys, tell):
            rows.take(segment)
            said += _payloads(database, segment)
        now, later = rows.split(stream, tell)
        whole = mended(now | later)
        try:
            restore(database, {**whole, AuditPayload: said})
        except IntegrityError:
            # Acts without their chained rows must not keep away what they were about.
            _restore(database, stream, whole, tell)
            _restore(database, stream, {AuditPayload: said}, tell)
        restored += 1
    return restored


class _Newest:
    """The newest rows of each table of one stream, of which segments are read newest first."""

    def __init__(self, ledgers: Sequence[Ledger], part: Part) -> None:
        self._ledgers = {ledger.table.__tablename__: ledger for ledger in ledgers if ledger.part is part}
        self._rows: dict[str, list[Plain]] = {}

    def take(self, segment: Segment) -> None:
        new = set(segment.written) - set(self._rows)
        self._rows |= {table: [] for table in new}
        for line in segment.lines:
            if line.get("table") in new:
                self._rows[line["table"]].append(line["row"])

    def split(self, stream: str, tell: Tell) -> tuple[Rows, Rows]:
        """Return the rows to add now, and those to add after all other bodies'; tell of tables nobody knows."""
        now: Rows = {}
        later: Rows = {}
        for table, plain in self._rows.items():
            ledger = self._ledgers.get(table)
            if ledger is not None:
                (later if ledger.last else now)[ledger.table] = [ledger.restored(row) for row in plain]
            elif plain:
                tell(LedgerError("LDG-0008", key=stream, detail=table))
        return now, later


def _restore(database: Database, stream: str, rows: Rows, tell: Tell) -> None:
    try:
        restore(database, rows)
    except IntegrityError as error:
        tell(LedgerError("LDG-0008", key=stream, detail=str(error.orig)))


def _payloads(database: Database, segment: Segment) -> list[Plain]:
    """Return what was said in the acts that a segment tells of; nothing when the chains have others in their places.

    Such a segment was written by a run that died before the body's own: its acts are lost.
    """
    found = [line["payload"] for line in segment.lines if "payload" in line]
    if not found:
        return []
    with database.read(SystemScope("rebuild")) as work:
        return found if holds(work.session, segment.reaches) else []


def _is_destroyed(database: Database, dossier: uuid.UUID) -> bool:
    with database.read(SystemScope("rebuild")) as work:
        return bool(destroyed_among(work.session, [dossier]))


def _restore_events(database: Database, store: ObjectStore, segment: Segment, tell: Tell) -> None:
    """Restore a segment's chained rows, and the erased payloads of what was destroyed since."""
    lines = [line for line in segment.lines if "event" in line]
    restore(database, {AuditEvent: [line["event"] for line in lines]})
    parts = [name for line in segment.lines if "part" in line and (name := SegmentName.of(line["part"]))]
    dossiers = {uuid.UUID(line["dossier"]) for line in lines if "dossier" in line}
    with database.read(SystemScope("rebuild")) as work:
        destroyed = destroyed_among(work.session, dossiers)
    erased = []
    for line in lines:
        dossier = line.get("dossier")
        under = line.get("erased") or (destroyed.get(uuid.UUID(dossier)) if dossier else None)
        if under is not None:
            owner = {name: line["event"][name] for name in ("chain_id", "seq", "organization_id")}
            erased.append({**owner, "salt": "", "body": "", "erased_under": under, "dossier_id": dossier})
    restore(database, {AuditPayload: erased})
    for name in parts:
        if owner_of(name.stream) not in destroyed and store.stat(name.key) is None:
            tell(LedgerError("LDG-0005", stream=name.stream, first=name.number, last=name.number))
