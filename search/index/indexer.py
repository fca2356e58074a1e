"""The one indexer: brings the outbox into the index after commit, and builds the index anew on request."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.description.models import Dossier
from archive.outbox.models import OutboxRow
from search.index.documents import entries_of
from search.index.errors import IndexMissing
from search.index.models import IndexRebuild
from search.index.ports import SearchIndex

_BATCH = 100


class Indexer:
    """Applies changes; only one process runs it (a second tantivy writer would be refused)."""

    def __init__(self, database: Database, index: SearchIndex) -> None:
        self.database = database
        self.index = index

    def run_once(self) -> bool:
        """Do one portion of work; return whether there was any."""
        return self._rebuild_if_wanted() or self.apply()

    def run_all(self) -> None:
        """Work until nothing is left."""
        while self.run_once():
            pass

    def apply(self, *also: SearchIndex) -> bool:
        """Bring a batch of outbox rows into the index (and others beside it); return whether there were any."""
        with self.database.read(SystemScope("indexing")) as work:
            rows = work.session.execute(
                select(OutboxRow.id, OutboxRow.object_id).order_by(OutboxRow.id).limit(_BATCH)
            ).all()
            if not rows:
                return False
            entries = entries_of(work, {row.object_id for row in rows})
        for index in (self.index, *also):
            try:
                index.replace(entries)
            except IndexMissing:
                # What is gone is being built anew, and the one beside it gets the change.
                if index is not self.index or not also:
                    raise
        with self.database.write(SystemScope("indexing")) as work:
            # One by one, never by a range: ids become visible out of order.
            for row in rows:
                done = work.session.get(OutboxRow, row.id)
                if done is not None:
                    work.session.delete(done)
        return True

    def _rebuild_if_wanted(self) -> bool:
        with self.database.read(SystemScope("indexing")) as work:
            wanted = work.session.scalars(select(IndexRebuild.id).where(IndexRebuild.done_at.is_(None))).all()
        if not wanted:
            return False
        self.rebuild()
        with self.database.write(SystemScope("indexing")) as work:
            for request in work.session.scalars(select(IndexRebuild).where(IndexRebuild.id.in_(wanted))):
                request.done_at = work.now
        return True

    def rebuild(self) -> None:
        """Build a new index beside the present one; changes meanwhile go to both; then swap."""
        fresh = self.index.begin_rebuild()
        last = uuid.UUID(int=0)
        while True:
            with self.database.read(SystemScope("index rebuild")) as work:
                ids = work.session.scalars(
                    select(Dossier.id).where(Dossier.id > last).order_by(Dossier.id).limit(_BATCH)
                ).all()
                entries = entries_of(work, ids)
            if not ids:
                break
            fresh.replace(entries)
            last = ids[-1]
            while self.apply(fresh):
                pass
        while self.apply(fresh):
            pass
        self.index.finish_rebuild(fresh)
