"""From rows to index entries; always from the current row, never from what an event said."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier, Fonds
from archive.metadata.dates import PartialDate, read_date
from search.index.ports import IndexDocument
from search.text.models import ContentText


def entries_of(work: UnitOfWork, dossier_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Sequence[IndexDocument]]:
    """Return the entries of these dossiers; none for one that is gone."""
    wanted = list(dossier_ids)
    entries: dict[uuid.UUID, list[IndexDocument]] = {dossier_id: [] for dossier_id in wanted}
    fonds = {f.id: f.name for f in work.session.scalars(select(Fonds))}
    dossiers = {d.id: d for d in work.session.scalars(select(Dossier).where(Dossier.id.in_(wanted)))}
    for dossier in dossiers.values():
        entries[dossier.id].append(_of_dossier(dossier, fonds.get(dossier.fonds_id, "")))
    texts: dict[uuid.UUID, list[str]] = {}
    for document_id, path, text in work.session.execute(
        select(ContentFile.document_id, ContentFile.original_path, ContentText.text)
        .join(Document, Document.id == ContentFile.document_id)
        .outerjoin(ContentText, ContentText.content_file_id == ContentFile.id)
        .where(Document.dossier_id.in_(wanted))
    ):
        texts.setdefault(document_id, []).extend([path, text or ""])
    for document in work.session.scalars(select(Document).where(Document.dossier_id.in_(wanted))):
        dossier = dossiers[document.dossier_id]
        entries[dossier.id].append(_of_document(document, dossier, texts.get(document.id, [])))
    return {key: tuple(value) for key, value in entries.items()}


def _of_dossier(dossier: Dossier, fonds: str) -> IndexDocument:
    return IndexDocument(
        kind="dossier",
        object_id=dossier.id,
        dossier_id=dossier.id,
        organization_id=dossier.organization_id,
        unit_id=dossier.unit_id,
        sensitivity=dossier.sensitivity,
        revision=dossier.revision,
        title=f"{dossier.code} {dossier.notation} {dossier.title}",
        body=" ".join([fonds, *map(str, dossier.values.values())]),
        facets={
            "year": str(dossier.closing_year or ""),
            "period": dossier.period,
            "state": dossier.state,
        },
        day=_number(read_date(dossier.end_date).date),
        place=dossier.code_sort,
    )


def _of_document(document: Document, dossier: Dossier, texts: list[str]) -> IndexDocument:
    date = read_date(document.issued_date).date
    return IndexDocument(
        kind="document",
        object_id=document.id,
        dossier_id=dossier.id,
        organization_id=document.organization_id,
        unit_id=document.unit_id,
        sensitivity=max(document.sensitivity, dossier.sensitivity),
        revision=dossier.revision,
        title=f"{document.type_name} {document.number}/{document.notation} {document.subject}",
        body=" ".join([dossier.code, *map(str, document.values.values()), *texts]),
        facets={
            "year": str(date.year) if date else "",
            "type": document.type_name,
            "issuer": document.issuer,
            "period": dossier.period,
            "state": dossier.state,
        },
        day=_number(date),
        place=f"{dossier.code_sort} {document.ordinal:06d}",
    )


def _number(date: PartialDate | None) -> int:
    """Return the earliest day that a date can mean as YYYYMMDD; 0 without a date."""
    return int(date.earliest.strftime("%Y%m%d")) if date is not None else 0
