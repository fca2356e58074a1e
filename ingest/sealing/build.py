"""From a submitted dossier to what the package holds and to the rows that describe it."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from archive.accounts.roles import INTERNAL, OPEN, RESTRICTED
from archive.description.models import ContentFile, Document, Dossier
from archive.metadata.dates import read_date
from archive.metadata.dossier_code import DossierCode
from archive.staging.ports import Staging
from archive.text.folding import fold
from ingest.sealing.errors import SealingError
from ingest.sealing.models import Sealing
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier, TransferFile
from preservation.packages.bag import PayloadFile

_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,8})$")
PROFILE = "kholuutru-bag-0"


@dataclass(frozen=True, slots=True)
class Described:
    """A dossier ready to be sealed: its rows, its events (rows of `PreservationEvent`), and its package's content."""

    dossier: Dossier
    documents: tuple[Document, ...]
    files: tuple[ContentFile, ...]
    members: dict[uuid.UUID, str]
    events: tuple[dict[str, Any], ...]
    content: tuple[PayloadFile, ...]


def describe(
    *,
    transfer: Transfer,
    row: TransferDossier,
    documents: Sequence[TransferDocument],
    files: dict[int, TransferFile],
    sealing: Sealing,
    code: DossierCode,
    staging: Staging,
) -> Described:
    """Return the dossier's rows; every id derives from the package, so each attempt makes the same ones.

    Raises:
        SealingError: SEA-0003 a document has no file.
    """
    sensitivity = sensitivity_of(str(row.values.get("access", "")))
    owner: dict[str, Any] = {"organization_id": transfer.organization_id}
    visible = {**owner, "unit_id": transfer.unit_id}
    described: list[Document] = []
    content_files: list[ContentFile] = []
    events: list[dict[str, Any]] = []
    members: dict[uuid.UUID, str] = {}
    payload: list[PayloadFile] = []
    for document in documents:
        file = files.get(document.file_ordinal or 0)
        if file is None:
            raise SealingError("SEA-0003", retry=False, document=document.ordinal, dossier=row.key)
        secrecy = max(sensitivity, sensitivity_of(str(document.values.get("access", ""))))
        name = f"content/{document.ordinal:04d}{_extension(file.path)}"
        document_id = derived(sealing, f"document/{document.ordinal}")
        file_id = derived(sealing, name)
        described.append(document_row(document, document_id, sealing, secrecy, visible))
        facts = file.facts
        content_files.append(
            ContentFile(
                id=file_id,
                document_id=document_id,
                original_path=file.path,
                length=file.length,
                sha256=file.sha256,
                crc32=file.crc32,
                format_puid=facts.get("puid", ""),
                format_name=facts.get("format", ""),
                format_basis=facts.get("basis", ""),
                malware_state=facts.get("malware", "not_scanned"),
                sensitivity=secrecy,
                **visible,
            )
        )
        members[file_id] = name
        payload.append(PayloadFile(name, file.length, file.sha256, file.crc32, partial(_bytes, staging, file)))
        events += _events_of(file, file_id, sealing, {**visible, "sensitivity": secrecy})
    dossier = dossier_row(transfer, row, code, sealing, sensitivity, visible)
    count(dossier, described)
    return Described(dossier, tuple(described), tuple(content_files), members, tuple(events), tuple(payload))


def count(dossier: Dossier, documents: Sequence[Document]) -> None:
    """Write a dossier's totals; the pages are not known unless those of every document are."""
    dossier.document_total = len(documents)
    pages = [document.page_count for document in documents]
    dossier.page_total = sum(p for p in pages if p is not None) if None not in pages else None


def sensitivity_of(text: str) -> int:
    """Return the level of an access regime as lists write it.

    What is not said is internal, never open; what is said in words that nobody knows is restricted.
    """
    folded = fold(text)
    if folded in {"cong khai", "khong han che", "rong rai", "01", "1"}:
        return OPEN
    return RESTRICTED if folded not in {"", "noi bo"} else INTERNAL


def dossier_row(
    transfer: Transfer,
    row: TransferDossier,
    code: DossierCode,
    sealing: Sealing,
    sensitivity: int,
    visible: dict[str, Any],
) -> Dossier:
    """Return the row of a dossier as it is sealed, its totals apart."""
    values = row.values
    end = read_date(str(values.get("end_date", ""))).date
    return Dossier(
        id=sealing.dossier_id,
        fonds_id=transfer.fonds_id,
        dossier_class=transfer.dossier_class,
        naming=code.naming,
        agency_code=code.agency,
        year=code.year,
        inventory=code.inventory,
        box=str(values.get("box", "")),
        notation=str(values.get("notation", "")),
        code=str(code),
        title=str(values.get("title", "")),
        period=str(values.get("retention", "")),
        start_date=str(values.get("start_date", "")),
        end_date=str(values.get("end_date", "")),
        closing_year=end.year if end else None,
        sensitivity=sensitivity,
        state="kept",
        values=dict(values),
        sealed_at=sealing.sealed_at,
        revision=1,
        **visible,
    )


def document_row(
    document: TransferDocument, document_id: uuid.UUID, sealing: Sealing, sensitivity: int, visible: dict[str, Any]
) -> Document:
    """Return the row of a document as it is sealed."""
    values = document.values
    pages = str(values.get("page_total", ""))
    return Document(
        id=document_id,
        dossier_id=sealing.dossier_id,
        ordinal=document.ordinal,
        type_name=str(values.get("type_name", "")),
        number=str(values.get("number", "")),
        notation=str(values.get("notation", "")),
        issued_date=str(values.get("issued_date", "")),
        issuer=str(values.get("organ_name", "")),
        subject=str(values.get("subject", "")),
        page_count=int(pages) if pages.isdecimal() else None,
        sensitivity=sensitivity,
        values=dict(values),
        **visible,
    )


def _events_of(
    file: TransferFile, file_id: uuid.UUID, sealing: Sealing, owner: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    facts = file.facts
    received = file.received_at or sealing.sealed_at
    checked_at = facts.get("checked_at")
    checked = datetime.datetime.fromisoformat(checked_at) if checked_at else received
    for kind, at, outcome, detail, agent in (
        ("ingestion", received, "success", file.path, "kholuutru"),
        ("message digest calculation", received, "success", f"SHA-256 {file.sha256}", "kholuutru"),
        (
            "format identification",
            checked,
            "success" if facts.get("puid") else "failure",
            f"{facts.get('puid', '')} {facts.get('format', '')} ({facts.get('basis', 'none')})".strip(),
            facts.get("identifier", ""),
        ),
        (
            "virus check",
            checked,
            {"clean": "success", "infected": "failure"}.get(facts.get("malware", ""), "not performed"),
            facts.get("malware_detail", ""),
            facts.get("scanner", ""),
        ),
    ):
        yield {
            "id": derived(sealing, f"event/{file_id}/{kind}"),
            "dossier_id": sealing.dossier_id,
            "object_id": file_id,
            "kind": kind,
            "at": at,
            "outcome": outcome,
            "detail": detail,
            "agent": agent,
            **owner,
        }


def derived(sealing: Sealing, name: str) -> uuid.UUID:
    """Return the id of a thing inside version 1 of the package (UUIDv5 of package, version and path)."""
    return uuid.uuid5(sealing.package_id, f"v1/{name}")


def _extension(path: str) -> str:
    found = _EXTENSION.search(path)
    return f".{found.group(1).lower()}" if found else ""


def _bytes(staging: Staging, file: TransferFile) -> Iterator[bytes]:
    return staging.read(staging_key(file))
