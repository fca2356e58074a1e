"""A clean transfer for the checks' tests, and ways to spoil one thing in it."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from ingest.checks.context import CheckContext, CheckSettings, ScanOutcome, ScanState, TransferFile
from ingest.readers.fields import list_fields
from ingest.readers.submission import Submission, SubmittedDocument, SubmittedDossier
from preservation.formats.ports import Basis, Identification

TODAY = datetime.date(2026, 11, 24)
LETTERS = {
    level: {field.name: field.letters[0] for field in list_fields() if field.level == level}
    for level in ("dossier", "document")
}
_DOSSIER = {
    "notation": "01.TH",
    "title": "Hồ sơ hội nghị tổng kết",
    "retention": "20 năm",
    "start_date": "02/07/2025",
    "end_date": "30/09/2025",
    "document_total": "1",
    "sheet_total": "2",
}
_DOCUMENT = {
    "ordinal": "1",
    "type_name": "Công văn",
    "number": "687",
    "notation": "UBND-TH",
    "issued_date": "15/08/2025",
    "organ_name": "Ủy ban nhân dân tỉnh",
    "subject": "Về việc tổng kết",
    "page_total": "3",
}


def identified(puid: str = "fmt/18", extension: str = "pdf", mime: str = "application/pdf") -> Identification:
    """Return an identification by signature."""
    return Identification(
        puid, "Format", "1", mime, Basis.SIGNATURE, "PRONOM", "v109", "fido", "1.6.1", "", (extension,)
    )


def unrecognised() -> Identification:
    """Return what an identifier answers when nothing fits."""
    return Identification("", "", "", "", Basis.NONE, "PRONOM", "v109", "fido", "1.6.1")


def file(path: str = "HS/1.pdf", **changes: Any) -> TransferFile:
    """Return a clean file of three pages; its content is told by its path."""
    clean = TransferFile(
        path=path,
        size=1000,
        sha256=path.encode().hex().ljust(64, "0")[:64],
        formats=(identified(),),
        pages=3,
        scan=ScanOutcome(ScanState.CLEAN),
    )
    return dataclasses.replace(clean, **changes)


def document(position: int = 1, path: str = "HS/1.pdf", **values: str | None) -> SubmittedDocument:
    """Return a clean document; a value of None leaves the field out."""
    merged = {**_DOCUMENT, "ordinal": str(position), **values}
    return SubmittedDocument(
        position,
        position + 1,
        {name: text for name, text in merged.items() if text is not None},
        LETTERS["document"],
        path,
        "\\" + path.replace("/", "\\") if path else "",
    )


def dossier(*documents: SubmittedDocument, key: str = "01.TH", **values: str | None) -> SubmittedDossier:
    """Return a clean dossier; a value of None leaves the field out."""
    merged = {**_DOSSIER, **values}
    return SubmittedDossier(
        key,
        2,
        {name: text for name, text in merged.items() if text is not None},
        LETTERS["dossier"],
        documents or (document(),),
    )


def context(
    *dossiers: SubmittedDossier,
    files: tuple[TransferFile, ...] | None = None,
    agency: str = "H40.01.02",
    **changes: Any,
) -> CheckContext:
    """Return a transfer; without arguments a clean one of one dossier with one document."""
    return CheckContext(
        Submission(dossiers or (dossier(),)),
        (file(),) if files is None else files,
        TODAY,
        CheckSettings(agency_code=agency),
        **changes,
    )
