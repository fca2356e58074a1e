"""Asking for the text of a content file."""

from __future__ import annotations

import uuid

from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile
from search.text.models import ContentText


def request_text(work: UnitOfWork, file: ContentFile, dossier_id: uuid.UUID) -> None:
    """Write a row that wants the file's text; a worker takes it out after commit."""
    row = ContentText(
        id=work.ids.new(),
        organization_id=file.organization_id,
        unit_id=file.unit_id,
        sensitivity=file.sensitivity,
        content_file_id=file.id,
        dossier_id=dossier_id,
        sha256=file.sha256,
        state="pending",
        attempt=0,
    )
    work.add(row)
    work.ring("text.extract", row.id)
