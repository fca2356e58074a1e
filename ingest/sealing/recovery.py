"""A dossier's rows made from its package alone, where the ledger does not tell of it yet."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from archive.database.base import Base
from archive.database.restoring import Plain, to_plain
from archive.description.models import ContentFile, Document, Dossier, Fonds
from ingest.checks.codes import code_of
from ingest.sealing.build import PROFILE, count, derived, document_row, dossier_row, sensitivity_of
from ingest.sealing.errors import SealingError
from ingest.sealing.models import Sealing
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier
from preservation.packages.models import PackageVersion, PreservationEvent, StoredContent
from preservation.packages.recovery import PackageName, StoredPackage
from preservation.packages.rules import version_id

RECOVERY = "recovery"
"""Kind of the event that marks what was made from a package without the ledger's word."""
_MALWARE = {"success": "clean", "failure": "infected"}
_VIRUS_CHECK = "virus check"


def recovered(name: PackageName, stored: StoredPackage, now: datetime.datetime) -> dict[type[Base], list[Plain]]:
    """Return the rows of a dossier; the same ids and values that sealing gave it.

    What packages do not tell is left open: the sender's list as rows, corrections, the account of each act. The
    package waits for its lock. An event marks it, so that a person looks.

    Args:
        name: the object that was taken.
        stored: its directory.
        now: the time of the recovery.

    Raises:
        SealingError: SEA-0005 the metadata is not what sealing writes, and cannot be read as rows.
    """
    try:
        return _rows(name, stored, now)
    except (KeyError, TypeError, ValueError) as error:
        raise SealingError("SEA-0005", retry=False, key=name.key, detail=repr(error)) from error


def _rows(name: PackageName, stored: StoredPackage, now: datetime.datetime) -> dict[type[Base], list[Plain]]:
    if name.version != 1:
        raise ValueError("a later version, which is not made yet")
    told, documents = stored.metadata("dossier"), stored.metadata("documents")
    placement = told["placement"]
    owner: dict[str, Any] = {"organization_id": uuid.UUID(placement["organization"])}
    visible = {**owner, "unit_id": uuid.UUID(placement["unit"])}
    sealing = Sealing(
        dossier_id=uuid.UUID(told["id"]),
        package_id=name.package_id,
        sealed_at=datetime.datetime.fromisoformat(placement["sealedAt"]),
    )
    fonds = Fonds(id=uuid.UUID(placement["fonds"]), kind="fonds", **told["fonds"], **owner)
    code = code_of(told["values"], agency=told["organization"]["code"], fonds=fonds.code)
    if code is None:
        raise ValueError("no code")
    sensitivity = sensitivity_of(str(told["values"].get("access", "")))
    dossier = dossier_row(
        Transfer(fonds_id=fonds.id, dossier_class=placement["class"]),
        TransferDossier(values=told["values"]),
        code,
        sealing,
        sensitivity,
        visible,
    )
    package = PackageVersion(
        id=version_id(name.package_id, name.version),
        dossier_id=dossier.id,
        package_id=name.package_id,
        version=name.version,
        profile=PROFILE,
        object_key=name.key,
        length=stored.length,
        digest=stored.digest(),
        member_total=stored.member_total,
        sealed_at=sealing.sealed_at,
        state="lock_pending",
        attempt=0,
        lock_enforced_by="",
        sensitivity=sensitivity,
        **visible,
    )
    rows: dict[type[Base], list[Base]] = {Fonds: [fonds], Dossier: [dossier], PackageVersion: [package]}
    events = stored.metadata("events")
    scanned = {event["object"]: event["outcome"] for event in events if event["type"] == _VIRUS_CHECK}
    for entry in documents:
        secrecy = max(sensitivity, sensitivity_of(str(entry["values"].get("access", ""))))
        listed = TransferDocument(ordinal=entry["ordinal"], values=entry["values"])
        document = document_row(listed, derived(sealing, f"document/{entry['ordinal']}"), sealing, secrecy, visible)
        file, place = _file(entry, document, sealing, stored, scanned)
        place.package_version_id = package.id
        for row in (document, file, place):
            rows.setdefault(type(row), []).append(row)
    secrecy_of = {str(file.id): file.sensitivity for file in rows.get(ContentFile, []) if isinstance(file, ContentFile)}
    rows[PreservationEvent] = [
        *(_event(event, dossier, secrecy_of.get(event["object"], sensitivity)) for event in events),
        _mark(package, now),
    ]
    count(dossier, [row for row in rows.get(Document, []) if isinstance(row, Document)])
    return {table: [_whole(row) for row in found] for table, found in rows.items()}


def _whole(row: Base) -> Plain:
    """Return a row that was never in a session: what was not said takes the column's default."""
    return {name: value for name, value in to_plain(row).items() if value is not None}


def _file(
    entry: dict[str, Any], document: Document, sealing: Sealing, stored: StoredPackage, scanned: dict[str, str]
) -> tuple[ContentFile, StoredContent]:
    offset, length, crc32 = stored.place(entry["content"])
    file_id = derived(sealing, entry["content"])
    format_ = entry["format"]
    file = ContentFile(
        id=file_id,
        organization_id=document.organization_id,
        unit_id=document.unit_id,
        document_id=document.id,
        original_path=entry["originalName"],
        length=entry["size"],
        sha256=entry["sha256"],
        crc32=crc32,
        format_puid=format_["puid"],
        format_name=format_["name"],
        format_basis=format_["basis"],
        malware_state=_MALWARE.get(scanned.get(str(file_id), ""), "not_scanned"),
        sensitivity=document.sensitivity,
    )
    place = StoredContent(
        organization_id=document.organization_id,
        content_file_id=file_id,
        member=entry["content"],
        offset=offset,
        length=length,
    )
    return file, place


def _event(event: dict[str, Any], dossier: Dossier, sensitivity: int) -> PreservationEvent:
    return PreservationEvent(
        id=uuid.UUID(event["id"]),
        organization_id=dossier.organization_id,
        unit_id=dossier.unit_id,
        sensitivity=sensitivity,
        dossier_id=dossier.id,
        object_id=uuid.UUID(event["object"]),
        kind=event["type"],
        at=datetime.datetime.fromisoformat(event["at"]),
        outcome=event["outcome"],
        detail=event["detail"],
        agent=event["agent"],
    )


def _mark(package: PackageVersion, now: datetime.datetime) -> PreservationEvent:
    return PreservationEvent(
        id=uuid.uuid5(package.id, RECOVERY),
        organization_id=package.organization_id,
        unit_id=package.unit_id,
        sensitivity=package.sensitivity,
        dossier_id=package.dossier_id,
        object_id=package.id,
        kind=RECOVERY,
        at=now,
        outcome="warning",
        detail="Dựng lại từ gói; sổ cái chưa ghi hồ sơ này, cần người xem lại",
        agent="kholuutru",
    )
