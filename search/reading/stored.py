"""One file of a document with the place of its bytes, and the event of its opening."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from archive.audit.events import AuditRecord
from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.errors import NotFound
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier
from archive.fence.pool import Fence
from archive.web.parts import part
from archive.web.session import scope
from preservation.packages.models import PackageVersion, StoredContent
from preservation.packages.services import read_content
from preservation.storage.ports import ObjectStore

# Pages turned within this time of an opening belong to it; whoever comes back later opens anew.
_ONE_OPENING = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a document, and where its bytes lie."""

    dossier: Dossier
    document: Document
    file: ContentFile
    stored: StoredContent
    key: str


def stored_file(work: UnitOfWork, dossier_id: uuid.UUID, file_id: uuid.UUID) -> StoredFile:
    """Return a file of a dossier.

    Raises:
        NotFound: there is none, or not for this reader.
    """
    row = work.session.execute(
        select(Dossier, Document, ContentFile, StoredContent, PackageVersion.object_key)
        .join(Document, Document.dossier_id == Dossier.id)
        .join(ContentFile, ContentFile.document_id == Document.id)
        .join(StoredContent, StoredContent.content_file_id == ContentFile.id)
        .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
        .where(Dossier.id == dossier_id, ContentFile.id == file_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return StoredFile(*row)


def is_open(work: UnitOfWork, file_id: uuid.UUID) -> bool:
    """Return whether the reader has opened this file just now: its pages and pictures are parts of that opening."""
    found = select(AuditEvent.seq).where(
        AuditEvent.object_id == file_id,
        AuditEvent.actor_id == work.scope.actor,
        AuditEvent.act == "document.opened",
        AuditEvent.at > work.now - _ONE_OPENING,
    )
    return work.session.scalar(found.limit(1)) is not None


def record_opening(opened: StoredFile) -> None:
    """Write the event of an opening, before anything of the content is shown."""
    with part(Database).write(scope()) as work:
        work.record(
            AuditRecord(
                "document.opened",
                opened.file.organization_id,
                "content_file",
                opened.file.id,
                payload={"path": opened.file.original_path},
                dossier_id=opened.dossier.id,
            )
        )


def content_chunks(opened: StoredFile) -> Iterator[bytes]:
    """Return the file's bytes in pieces, read by their range of the package and compared with the digest."""
    return read_content(part(ObjectStore), opened.key, opened.stored, opened.file)  # type: ignore[type-abstract] # a port


@contextmanager
def local_copy(opened: StoredFile) -> Iterator[Path]:
    """Yield a private copy of the file's bytes for the fence."""
    with part(Fence).folder() as folder:
        path = folder / "content"
        with path.open("wb") as local:
            for chunk in content_chunks(opened):
                local.write(chunk)
        yield path
