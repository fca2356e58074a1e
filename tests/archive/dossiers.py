"""Dossiers for tests, put straight into the database."""

from __future__ import annotations

import uuid
from typing import Any

from archive.database.unit_of_work import UnitOfWork
from archive.description.models import ContentFile, Document, Dossier
from tests.province import Province


def add_dossier(work: UnitOfWork, province: Province, notation: str, *, of: str = "", **values: Any) -> Dossier:
    """Add a dossier of the department's first unit; `of` is ``other`` for its second, ``xa`` for the commune."""
    commune = of == "xa"
    body = province.commune if commune else province.department
    unit = province.commune_unit if commune else province.other_unit if of == "other" else province.unit
    made: dict[str, Any] = {
        "unit_id": unit,
        "naming": "year",
        "agency_code": "H98.01",
        "year": 2024,
        "notation": notation,
        "code": f"H98.01.2024.{notation}",
        "title": f"Hồ sơ thử {notation}",
        "period": "10 năm",
        "closing_year": 2024,
        "document_total": 0,
        "sensitivity": 1,
        "state": "kept",
        "values": {},
    }
    dossier = Dossier(
        id=uuid.uuid4(),
        organization_id=body,
        fonds_id=province.commune_fonds if commune else province.fonds,
        **(made | values),
    )
    work.add(dossier)
    work.session.flush()
    return dossier


def add_document(work: UnitOfWork, dossier: Dossier, ordinal: int = 1, **values: Any) -> Document:
    """Add a document to a dossier, with its place and level."""
    made: dict[str, Any] = {
        "type_name": "Quyết định",
        "number": str(ordinal),
        "notation": "QĐ-ST",
        "issued_date": "10/02/2024",
        "subject": f"Về việc thử số {ordinal}",
        "sensitivity": dossier.sensitivity,
        "values": {},
    }
    made |= {"organization_id": dossier.organization_id, "unit_id": dossier.unit_id} | values
    document = Document(id=uuid.uuid4(), dossier_id=dossier.id, ordinal=ordinal, **made)
    work.add(document)
    work.session.flush()
    return document


def add_file(work: UnitOfWork, document: Document, path: str = "HS01/vb-01.pdf") -> ContentFile:
    """Add a content file to a document; its bytes are nowhere."""
    file = ContentFile(
        id=uuid.uuid4(),
        organization_id=document.organization_id,
        unit_id=document.unit_id,
        document_id=document.id,
        original_path=path,
        length=3,
        sha256="00" * 32,
        crc32=0,
        sensitivity=document.sensitivity,
    )
    work.add(file)
    work.session.flush()
    return file
