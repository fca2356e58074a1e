"""The one indexer: brings the outbox into the index after commit, and builds the index anew on request."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.exc import OperationalError

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.description.models import Dossier
from archive.errors import KhoLuuTruError
from archive.outbox.models import OutboxRow
from search.index.documents import entries_of
from search.index.errors import IndexMissing
from search.index.models import IndexRebuild
from search.index.ports import IndexDocument, SearchIndex
from search.text.models import ContentText

log = structlog.get_logger()
_BATCH = 100
# Characters of text held at once; in memory several bytes each.
_CHARACTERS = 10_000_000
_LONGEST_PAUSE = datetime.timedelta(minutes=10)


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
        """Bring a portion of the outbox into the index (and others beside it); return whether there was any."""
        with self.database.read(SystemScope("indexing")) as work:
            due = or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= work.now)
            rows = work.session.execute(
                select(OutboxRow.id, OutboxRow.object_id).where(due).order_by(OutboxRow.id).limit(_BATCH)
            ).all()
        if not rows:
            return False
        failed: set[uuid.UUID] = set()
        for portion in self._portions(list(dict.fromkeys(row.object_id for row in rows))):
            failed |= self._replace(portion, (self.index, *also))
        with self.database.write(SystemScope("indexing")) as work:
            # One by one, never by a range: ids become visible out of order.
            for row in rows:
                taken = work.session.get(OutboxRow, row.id)
                if taken is not None and taken.object_id in failed:
                    taken.failures += 1
                    pause = datetime.timedelta(seconds=2 ** min(taken.failures, 10))
                    taken.not_before = work.now + min(pause, _LONGEST_PAUSE)
                elif taken is not None:
                    work.session.delete(taken)
        return True

    def _portions(self, dossiers: Sequence[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
        """Yield the dossiers in portions whose texts fit in memory together; a larger dossier stands alone."""
        with self.database.read(SystemScope("indexing")) as work:
            counted = work.session.execute(
                select(ContentText.dossier_id, func.sum(ContentText.characters))
                .where(ContentText.dossier_id.in_(dossiers))
                .group_by(ContentText.dossier_id)
            )
            sizes: dict[uuid.UUID, int] = {dossier: characters for dossier, characters in counted}  # noqa: C416 - rows
        portion: list[uuid.UUID] = []
        characters = 0
        for dossier in dossiers:
            if portion and characters + sizes.get(dossier, 0) > _CHARACTERS:
                yield portion
                portion, characters = [], 0
            portion.append(dossier)
            characters += sizes.get(dossier, 0)
        if portion:
            yield portion

    def _replace(self, dossiers: Sequence[uuid.UUID], indexes: Sequence[SearchIndex]) -> set[uuid.UUID]:
        """Put these dossiers into the indexes; return those that an index does not take.

        Raises:
            KhoLuuTruError: the index is away (`passing`); everything waits for it.
            OperationalError: the database is away.
        """
        try:
            with self.database.read(SystemScope("indexing")) as work:
                entries = entries_of(work, dossiers)
            for index in indexes:
                _put(index, entries, building=len(indexes) > 1 and index is self.index)
        except OperationalError:
            raise
        except Exception as error:
            if isinstance(error, KhoLuuTruError) and error.passing:
                raise
            if len(dossiers) == 1:
                log.exception("dossier not indexed", dossier=str(dossiers[0]))
                return set(dossiers)
        else:
            return set()
        # One of them is at fault; the others must not wait for it.
        return {dossier for dossier in dossiers if self._replace([dossier], indexes)}

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

    def _wait(self, dossiers: set[uuid.UUID]) -> None:
        if dossiers:
            with self.database.write(SystemScope("index rebuild")) as work:
                for dossier in work.session.scalars(select(Dossier).where(Dossier.id.in_(dossiers))):
                    work.reindex("dossier", dossier.id, dossier.organization_id)

    def rebuild(self) -> None:
        """Build a new index beside the present one; changes meanwhile go to both; then swap."""
        fresh = self.index.begin_rebuild()
        last = uuid.UUID(int=0)
        while True:
            with self.database.read(SystemScope("index rebuild")) as work:
                ids = work.session.scalars(
                    select(Dossier.id).where(Dossier.id > last).order_by(Dossier.id).limit(_BATCH)
                ).all()
            if not ids:
                break
            for portion in self._portions(ids):
                # What the new index does not take is tried again later, and meanwhile counted as waiting.
                self._wait(self._replace(portion, (fresh,)))
            last = ids[-1]
            while self.apply(fresh):
                pass
        while self.apply(fresh):
            pass
        self.index.finish_rebuild(fresh)


def _put(index: SearchIndex, entries: Mapping[uuid.UUID, Sequence[IndexDocument]], *, building: bool) -> None:
    """Put entries into an index; one that is gone need not have them while it is being built anew."""
    try:
        index.replace(entries)
    except IndexMissing:
        if not building:
            raise
