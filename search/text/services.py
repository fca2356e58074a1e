"""Asking for the texts of content files."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile
from search.text.models import ContentText


def request_texts(work: UnitOfWork, files: Sequence[ContentFile], dossier_id: uuid.UUID) -> None:
    """Write rows that want a dossier's texts; workers take them out after commit, one ringing for the next."""
    rows: list[dict[str, Any]] = [
        {
            "id": work.ids.new(),
            "organization_id": file.organization_id,
            "unit_id": file.unit_id,
            "sensitivity": file.sensitivity,
            "content_file_id": file.id,
            "dossier_id": dossier_id,
            "sha256": file.sha256,
            "state": "pending",
        }
        for file in files
    ]
    work.insert(ContentText, rows)
    if rows:
        work.ring("text.extract", rows[0]["id"])
