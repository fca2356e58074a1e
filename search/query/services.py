"""Asking the index, and showing what it found from the current rows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from archive.accounts.permissions import require
from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.scope import Scope
from archive.description.models import ContentFile, Document, Dossier
from search.index.analysis import parse_words
from search.index.ports import BEST, COUNTED, SearchIndex, SearchResult
from search.query.snippets import Excerpt, excerpt
from search.text.models import ContentText

MAX_OFFSET = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """One result as people read it; `document` None for a dossier, `file_id` of the document's first file."""

    dossier: Dossier
    document: Document | None
    file_id: uuid.UUID | None
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of results, the total and the counts by facet, all inside the scope."""

    query: str
    total: int
    found: tuple[Found, ...]
    facets: Mapping[str, Mapping[str, int]]


def ask(
    database: Database,
    index: SearchIndex,
    scope: Scope,
    query: str,
    *,
    filters: Mapping[str, str] | None = None,
    offset: int = 0,
    limit: int = 20,
    order: str = BEST,
) -> Answer:
    """Search inside the scope; the question and how much was shown is one event of the asker's chain."""
    require(scope, "search.use")
    words = parse_words(query)
    chosen = {name: value for name, value in (filters or {}).items() if name in COUNTED and value}
    if words.empty and not chosen:
        return Answer(query, 0, (), {})
    offset = min(max(0, offset), MAX_OFFSET)
    result = index.search(words, scope, filters=chosen, offset=offset, limit=limit, order=order)
    found = _load(database, scope, result, query)
    with database.write(scope) as work:
        for organization_id in scope.organizations:
            work.record(
                AuditRecord(
                    "search.asked",
                    organization_id,
                    payload={"query": query, "filters": chosen, "total": result.total, "shown": len(found)},
                )
            )
    return Answer(query, result.total, found, result.facets)


def _load(database: Database, scope: Scope, result: SearchResult, query: str) -> tuple[Found, ...]:
    words = parse_words(query)
    documents = {hit.object_id for hit in result.hits if hit.kind == "document"}
    with database.read(scope) as work:
        dossiers = {
            d.id: d
            for d in work.session.scalars(
                select(Dossier).where(Dossier.id.in_({hit.dossier_id for hit in result.hits}))
            )
        }
        rows = {d.id: d for d in work.session.scalars(select(Document).where(Document.id.in_(documents)))}
        of_files = work.session.execute(
            select(ContentFile.document_id, ContentFile.id, ContentText.text)
            .join(ContentText, ContentText.content_file_id == ContentFile.id)
            .where(ContentFile.document_id.in_(documents))
            .order_by(ContentFile.original_path.desc())
        ).all()
        texts = {row.document_id: row.text for row in of_files}
        files = {row.document_id: row.id for row in of_files}
    found = []
    for hit in result.hits:
        dossier, document = dossiers.get(hit.dossier_id), rows.get(hit.object_id)
        if dossier is None or (hit.kind == "document" and document is None):
            # The index is behind the rows; what the rows no longer show is not shown.
            continue
        found.append(Found(dossier, document, files.get(hit.object_id), excerpt(texts.get(hit.object_id, ""), words)))
    return tuple(found)
