"""The step that seals a transfer, dossier by dossier: store first, then one transaction, then the lock."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from sqlalchemy import select

from archive import faults
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.scope import worker_scope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Fonds
from archive.jobs.claims import Claim
from archive.jobs.steps import Step
from archive.messages.rules import Finding
from archive.metadata.dossier_code import DossierCode
from archive.organizations.services import term_on
from ingest.checks.codes import code_of
from ingest.handover.services import FileLine, Minutes, minutes
from ingest.sealing.build import PROFILE, Described, describe
from ingest.sealing.errors import SealingError
from ingest.sealing.metadata import metadata_files, placement
from ingest.sealing.models import Sealing
from ingest.sealing.sweeping import discard
from ingest.transfers import services
from ingest.transfers.content import batches, current_findings, document_rows, dossier_rows, known_code
from ingest.transfers.files import staging_key
from ingest.transfers.house import IntakeHouse
from ingest.transfers.models import Transfer, TransferDocument, TransferDossier, TransferFile
from preservation.packages.bag import Bag, BagContent, build_bag
from preservation.packages.models import PackageVersion, PreservationEvent, StoredContent
from preservation.packages.rules import version_id
from preservation.packages.verification import verify_object
from preservation.storage.ports import ObjectStore
from retention.due.services import plan
from search.text.services import request_texts

SOFTWARE = f"Kho Lưu Trữ {metadata.version('kholuutru')}"


@dataclass(frozen=True, slots=True)
class _Transfer:
    """What one attempt reads once."""

    transfer: Transfer
    rows: list[TransferDossier]
    documents: dict[uuid.UUID, list[TransferDocument]]
    files: dict[int, TransferFile]
    findings: dict[str, list[Finding]]
    minutes: Minutes
    handed_over: dict[str, FileLine]
    organization: str
    agency_code: str
    fonds: Fonds


def seal_transfer(house: IntakeHouse, claim: Claim) -> None:
    """Seal every dossier that is not sealed yet; what was sealed by an earlier attempt stays as it is."""
    scope = worker_scope(claim.organization_id)
    with house.database.read(scope) as work:
        whole = _read(work, claim.row_id)
        waiting = [row for row in whole.rows if row.dossier_id is None]
        # Asked before anything is written, and again in the transaction that counts.
        _refuse_known(work, whole, [_code(whole, row) for row in waiting])
    _keep_list(house, whole)
    claim.total = len(whole.rows)
    done = claim.total - len(waiting)
    for batch in batches(waiting):
        sealings = _sealings(house, claim, batch)
        for row in batch:
            claim.progress(done, claim.total, row.key)
            _seal_dossier(house, claim, whole, row, sealings[row.id])
            done += 1
    with house.database.write(scope) as work:
        transfer = claim.hold(work)
        services.note_step(work, transfer, "sealed")
        work.record(
            AuditRecord(
                "transfer.sealed",
                transfer.organization_id,
                "transfer",
                transfer.id,
                payload={"dossiers": claim.total},
            )
        )
        claim.finish(work, transfer, "sealed")
    # Sealed and verified: the staged bytes have done their duty.
    house.staging.delete(whole.transfer.organization_id, whole.transfer.id)


def _read(work: UnitOfWork, transfer_id: uuid.UUID) -> _Transfer:
    transfer = services.get(work, transfer_id)
    fonds = work.session.scalars(select(Fonds).where(Fonds.id == transfer.fonds_id)).one()
    term = term_on(work.session, transfer.organization_id, vietnam_date(work.now))
    present = minutes(work, transfer)
    findings: dict[str, list[Finding]] = {}
    for finding in current_findings(work, transfer):
        findings.setdefault(finding.where.dossier, []).append(finding)
    return _Transfer(
        transfer=transfer,
        rows=dossier_rows(work, transfer),
        documents=document_rows(work, transfer),
        files={file.ordinal: file for file in services.current_files(work, transfer)},
        findings=findings,
        minutes=present,
        handed_over={line.path: line for line in present.files},
        organization=term.name,
        agency_code=term.code,
        fonds=fonds,
    )


def _keep_list(house: IntakeHouse, whole: _Transfer) -> None:
    """Put the sender's list into the store as it was received; the packages' metadata was read from it."""
    file = next((f for f in whole.files.values() if f.path == whole.transfer.mapping.get("list")), None)
    if file is None:
        return
    key = list_key(whole.transfer.id, file.sha256)
    if house.store.stat(key) is None:
        house.store.put(key, house.staging.read(staging_key(file)), length=file.length)


def list_key(transfer_id: uuid.UUID, sha256: str) -> str:
    """Return the key of a transfer's list in the store."""
    return f"transfer/{transfer_id.hex[:2]}/{transfer_id}/list-{sha256[:16]}.xlsx"


def _seal_dossier(house: IntakeHouse, claim: Claim, whole: _Transfer, row: TransferDossier, sealing: Sealing) -> None:
    scope = worker_scope(claim.organization_id)
    documents = whole.documents.get(row.id, [])
    code = _code(whole, row)
    described = describe(
        transfer=whole.transfer,
        row=row,
        documents=documents,
        files=whole.files,
        sealing=sealing,
        code=code,
        staging=house.staging,
    )
    bag = _bag(whole, row, code, sealing, described)
    key = object_key(sealing.package_id, 1, claim.attempt)
    _write(house.store, key, bag, row.key)
    with house.database.write(scope) as work:
        claim.hold(work)
        _refuse_known(work, whole, [code])
        package = _package(whole, sealing, key, bag, described, claim)
        # Parents before children: the foreign keys are checked with every row.
        for rows in ([described.dossier], described.documents, described.files, [package]):
            work.session.add_all(rows)
            work.session.flush()
        detail = f"Đọc lại {bag.plan.length} byte, SHA-256 từng thành phần"
        work.insert(PreservationEvent, [*described.events, _event(work, package, "fixity check", detail)])
        work.insert(StoredContent, _stored(bag, described, package))
        request_texts(work, described.files, described.dossier.id)
        package.retained_until = plan(work, described.dossier).retain_until
        sealed_row = work.session.scalars(select(TransferDossier).where(TransferDossier.id == row.id)).one()
        sealed_row.dossier_id = described.dossier.id
        work.record(
            AuditRecord(
                "dossier.sealed",
                claim.organization_id,
                "dossier",
                described.dossier.id,
                payload={"code": str(code), "package": str(sealing.package_id), "digest": bag.tag_manifest_sha256},
                dossier_id=described.dossier.id,
            )
        )
        work.reindex("dossier", described.dossier.id, claim.organization_id)
        work.ring("package.lock", package.id)
    faults.point("seal.recorded")
    for attempt in range(1, claim.attempt):
        earlier = object_key(sealing.package_id, 1, attempt)
        if house.store.stat(earlier) is not None:
            discard(house.store, earlier)


def _stored(bag: Bag, described: Described, package: PackageVersion) -> list[dict[str, Any]]:
    """Return where each content file's bytes lie in the package's object."""
    rows = []
    for file in described.files:
        member = described.members[file.id]
        offset, length = bag.plan.range_of(f"{bag.name}/data/{member}")
        rows.append(
            {
                "organization_id": file.organization_id,
                "content_file_id": file.id,
                "package_version_id": package.id,
                "member": member,
                "offset": offset,
                "length": length,
            }
        )
    return rows


def _sealings(house: IntakeHouse, claim: Claim, rows: Sequence[TransferDossier]) -> dict[uuid.UUID, Sealing]:
    """Return the decision to seal for each dossier; what an earlier attempt decided stands."""
    with house.database.write(worker_scope(claim.organization_id)) as work:
        claim.hold(work)
        wanted = Sealing.transfer_dossier_id.in_([row.id for row in rows])
        sealings = {known.transfer_dossier_id: known for known in work.session.scalars(select(Sealing).where(wanted))}
        for row in rows:
            if row.id not in sealings:
                sealings[row.id] = Sealing(
                    transfer_dossier_id=row.id,
                    organization_id=row.organization_id,
                    dossier_id=work.ids.new(),
                    package_id=work.ids.new(),
                    sealed_at=work.now.replace(microsecond=0),
                )
                work.add(sealings[row.id])
    return sealings


def _bag(whole: _Transfer, row: TransferDossier, code: DossierCode, sealing: Sealing, described: Described) -> Bag:
    dossier = described.dossier
    file_of = {file.document_id: file for file in described.files}
    documents: list[dict[str, Any]] = []
    for document in described.documents:
        file = file_of[document.id]
        documents.append(
            {
                "ordinal": document.ordinal,
                "values": document.values,
                "content": described.members[file.id],
                "originalName": file.original_path,
                "size": file.length,
                "sha256": file.sha256,
                "format": {"puid": file.format_puid, "name": file.format_name, "basis": file.format_basis},
            }
        )
    list_file = next((f for f in whole.files.values() if f.path == whole.transfer.mapping.get("list")), None)
    metadata_members = metadata_files(
        transfer=whole.transfer,
        dossier={
            "id": str(dossier.id),
            "code": str(code),
            "fonds": {"code": whole.fonds.code, "name": whole.fonds.name},
            "organization": {"name": whole.organization, "code": whole.agency_code},
            "values": dossier.values,
            "list": {"name": list_file.path, "sha256": list_file.sha256} if list_file else None,
            "placement": placement(whole.transfer, sealing),
        },
        documents=documents,
        events=described.events,
        findings=[*whole.findings.get("", ()), *whole.findings.get(row.key, ())],
        minutes=whole.minutes,
        handed_over=whole.handed_over,
    )
    return build_bag(
        BagContent(
            package_id=sealing.package_id,
            version=1,
            sealed_at=sealing.sealed_at,
            software=SOFTWARE,
            bag_info=(
                ("Source-Organization", whole.organization),
                ("External-Identifier", str(code)),
                ("Bag-Group-Identifier", whole.fonds.code),
            ),
            metadata=metadata_members,
            content=described.content,
        )
    )


def object_key(package_id: uuid.UUID, version: int, attempt: int) -> str:
    """Return the key of a package version in the store; holds no name that can change."""
    return f"aip/{package_id.hex[:2]}/{package_id}/v{version}-{attempt}.zip"


def _write(store: ObjectStore, key: str, bag: Bag, dossier: str) -> None:
    """Write the object without retention, read it back and compare every member.

    Raises:
        SealingError: SEA-0001 what was read back is not what was written; the object is removed.
    """
    store.put(key, bag.plan.stream(), length=bag.plan.length)
    faults.point("seal.stored")
    findings = verify_object(store, key, bag.expected, plan=bag.plan)
    if findings:
        store.delete(key)
        raise SealingError("SEA-0001", dossier=dossier, count=len(findings), first=findings[0].code)
    faults.point("seal.verified")


def _code(whole: _Transfer, row: TransferDossier) -> DossierCode:
    code = code_of(row.values, agency=whole.agency_code, fonds=whole.fonds.code)
    if code is None:
        raise SealingError("SEA-0004", retry=False, dossier=row.key)
    return code


def _refuse_known(work: UnitOfWork, whole: _Transfer, codes: Sequence[DossierCode]) -> None:
    if (known := known_code(work, whole.fonds.id, [str(code) for code in codes])) is not None:
        raise SealingError("SEA-0002", retry=False, dossier=known)


def _package(
    whole: _Transfer, sealing: Sealing, key: str, bag: Bag, described: Described, claim: Claim
) -> PackageVersion:
    return PackageVersion(
        id=version_id(sealing.package_id, 1),
        organization_id=claim.organization_id,
        unit_id=whole.transfer.unit_id,
        dossier_id=sealing.dossier_id,
        package_id=sealing.package_id,
        version=1,
        profile=PROFILE,
        object_key=key,
        length=bag.plan.length,
        digest=bag.tag_manifest_sha256,
        member_total=len(bag.expected),
        sealed_at=sealing.sealed_at,
        state="lock_pending",
        attempt=0,
        sensitivity=described.dossier.sensitivity,
    )


def _event(work: UnitOfWork, package: PackageVersion, kind: str, detail: str) -> dict[str, Any]:
    return {
        "id": work.ids.new(),
        "organization_id": package.organization_id,
        "unit_id": package.unit_id,
        "sensitivity": package.sensitivity,
        "dossier_id": package.dossier_id,
        "object_id": package.id,
        "kind": kind,
        "at": work.now,
        "outcome": "success",
        "detail": detail,
        "agent": "kholuutru",
    }


def lock_package(house: IntakeHouse, claim: Claim) -> None:
    """Set retention in the store, after the row exists (never a lock before a row), and record it."""
    scope = worker_scope(claim.organization_id)
    with house.database.read(scope) as work:
        package = work.session.scalars(select(PackageVersion).where(PackageVersion.id == claim.row_id)).one()
        key, until = package.object_key, package.retained_until
    if until is not None:
        present = house.store.lock(key)
        if present.retained_until is None or present.retained_until < until:
            house.store.retain(key, until)
    faults.point("lock.stored")
    lock = house.store.lock(key)
    with house.database.write(scope) as work:
        row = claim.hold(work)
        row.retained_until, row.lock_enforced_by = lock.retained_until, lock.enforced_by
        claim.finish(work, row, "locked" if lock.retained_until else "unlocked")


def _leave_unlocked(work: UnitOfWork, row: PackageVersion, code: str, parameters: dict[str, str | int]) -> None:
    """Leave a package whose lock cannot be set to a person; the package itself is whole."""
    del work, code, parameters
    row.state = "lock_failed"
    row.claimed_by, row.lease_until = None, None


SEAL = Step("transfer.seal", Transfer, "sealing", seal_transfer, services.stop)
LOCK = Step("package.lock", PackageVersion, "lock_pending", lock_package, _leave_unlocked)
