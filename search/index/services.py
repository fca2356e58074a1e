"""Asking for a rebuild, and comparing the index with the database."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from archive.outbox.models import OutboxRow
from search.index.models import IndexRebuild
from search.index.ports import SearchIndex


def request_rebuild(work: UnitOfWork, organization_id: uuid.UUID) -> uuid.UUID:
    """Write a request; the indexer builds beside what answers, then swaps."""
    request = IndexRebuild(id=work.ids.new(), requested_at=work.now, requested_by=work.scope.actor)
    work.add(request)
    work.record(AuditRecord("index.rebuild_requested", organization_id))
    return request.id


def request_first_build(work: UnitOfWork) -> None:
    """Ask for the first index of a new archive: a server has none until it is built."""
    work.add(IndexRebuild(id=work.ids.new(), requested_at=work.now, requested_by=work.scope.actor))


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index stands to the database.

    Attributes:
        waiting: outbox rows not yet applied.
        missing: dossiers that the index lacks.
        stale: dossiers of which the index has another revision.
        extra: dossiers in the index that the database does not have.
    """

    waiting: int
    missing: tuple[uuid.UUID, ...]
    stale: tuple[uuid.UUID, ...]
    extra: tuple[uuid.UUID, ...]

    @property
    def agrees(self) -> bool:
        """Return whether the index is exactly what the database says."""
        return not (self.waiting or self.missing or self.stale or self.extra)


def compare(database: Database, index: SearchIndex) -> IndexState:
    """Compare every dossier's revision in the index with its row."""
    with database.read(SystemScope("index verification")) as work:
        rows = {row.id: row.revision for row in work.session.execute(select(Dossier.id, Dossier.revision))}
        waiting = work.session.scalar(select(func.count()).select_from(OutboxRow)) or 0
    held = index.entries()
    return IndexState(
        waiting,
        tuple(sorted(set(rows) - set(held))),
        tuple(sorted(i for i in set(rows) & set(held) if rows[i] != held[i])),
        tuple(sorted(set(held) - set(rows))),
    )
