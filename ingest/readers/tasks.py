"""The step that reads a transfer: unpack what is packed, find the list, read it, write its rows."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, select, update

from archive.audit.events import AuditRecord
from archive.database.scope import worker_scope
from archive.errors import KhoLuuTruError
from archive.fence.pool import Fenced, Outcome
from archive.jobs.claims import Claim
from archive.jobs.errors import JobError
from archive.jobs.steps import Step
from archive.messages.rules import Finding, Where
from archive.staging.ports import StagingKey
from ingest.readers.lists import lists_among, one_list
from ingest.readers.mapping import ColumnMapping
from ingest.readers.mappings import headings_key
from ingest.readers.paths import FileIndex
from ingest.readers.spreadsheet import ReadList
from ingest.readers.unpacking import HashedFile, scratch_folder, unpack_into
from ingest.transfers import services
from ingest.transfers.content import batches, write_findings, write_submission
from ingest.transfers.corrections import corrected
from ingest.transfers.errors import TransferError
from ingest.transfers.files import next_ordinal, staging_key
from ingest.transfers.house import IntakeHouse
from ingest.transfers.models import SavedMapping, Transfer, TransferFile

_NOT_YET = -1
_OUTCOMES = {
    Outcome.TIMED_OUT: "đọc quá lâu",
    Outcome.OUT_OF_MEMORY: "cần quá nhiều bộ nhớ",
    Outcome.DONE: "không có gì",
}
log = structlog.get_logger()


def read_transfer(house: IntakeHouse, claim: Claim) -> None:
    """Read one transfer; what its sender has to mend sends it back to him with the reason."""
    scope = worker_scope(claim.organization_id)
    with house.database.read(scope) as work:
        transfer = services.get(work, claim.row_id)
        files = services.current_files(work, transfer)
    findings: list[Finding] = []
    try:
        sent = [file for file in files if file.unpacked_from is None]
        packed = [file for file in sent if file.path.lower().endswith(".zip")]
        if packed and not lists_among([file.path for file in sent]):
            # What an earlier version's archive held is replaced by what the new one holds.
            known = {(f.path, f.sha256): f.facts for f in files if f.unpacked_from is not None}
            for file in packed:
                findings += _unpack(house, claim, transfer, file, known)
            with house.database.read(scope) as work:
                files = [file for file in sent if file not in packed] + _unpacked_now(work.session, claim)
        chosen = one_list([file.path for file in files])
        list_file = next(file for file in files if file.path == chosen)
        read = _read_list(house, claim, transfer, list_file)
        with house.database.read(scope) as work:
            submission, lost = corrected(work, transfer, read.submission)
        findings += lost
    except TransferError as error:
        _send_back(house, claim, error, findings)
        return
    content = [file for file in files if file.id != list_file.id]
    index = FileIndex({f.path: f.other_readings for f in content}, str(Path(list_file.path).parent).removeprefix("."))
    ordinals = {file.path: file.ordinal for file in content}
    file_of: dict[str, int] = {}
    for dossier in submission.dossiers:
        for document in dossier.documents:
            match = index.find(document.path_as_written)
            if match.path:
                file_of[document.path_as_written] = ordinals[match.path]
    write_submission(house.database, scope, transfer, claim.attempt, submission, file_of)
    write_findings(house.database, scope, transfer, "read", claim.attempt, [*findings, *read.findings])
    documents = sum(len(d.documents) for d in submission.dossiers)
    with house.database.write(scope) as work:
        row = claim.hold(work)
        _adopt_unpacked(work.session, claim, transfer)
        row.read_attempt = claim.attempt
        row.mapping = {"list": list_file.path, **read.mapping.to_plain()}
        work.record(
            AuditRecord(
                "transfer.read",
                row.organization_id,
                "transfer",
                row.id,
                payload={"dossiers": len(submission.dossiers), "documents": documents},
            )
        )
        row.changed_at = work.now
        claim.finish(work, row, "checking")
        work.ring("transfer.check", row.id)
    with house.database.read(scope) as work:
        present = {file.staged_attempt for file in services.current_files(work, transfer)}
    for attempt in set(range(1, claim.attempt)) - present:
        house.staging.delete(transfer.organization_id, transfer.id, attempt)


def _read_list(house: IntakeHouse, claim: Claim, transfer: Transfer, file: TransferFile) -> ReadList:
    from ingest.readers.fenced import headings_of, read_list

    scope = worker_scope(claim.organization_id)
    with scratch_folder(house.scratch, f"list-{claim.row_id}-{claim.attempt}") as folder:
        local = folder / "list.xlsx"
        house.staging.fetch(staging_key(file), local)
        mapping: dict[str, Any] | None = None
        if transfer.mapping.get("list") == file.path and "columns" in transfer.mapping:
            mapping = {k: v for k, v in transfer.mapping.items() if k != "list"}
        else:
            guess = ColumnMapping.from_plain(_value(house.fence.run(headings_of, str(local)), file.path)["mapping"])
            with house.database.read(scope) as work:
                saved = work.session.scalar(
                    select(SavedMapping)
                    .where(SavedMapping.unit_id == transfer.unit_id, SavedMapping.headings == headings_key(guess))
                    .order_by(SavedMapping.saved_at.desc())
                    .limit(1)
                )
                if saved is not None:
                    mapping = guess.corrected(saved.mapping).to_plain()
        plain = _value(house.fence.run(read_list, str(local), mapping, wall_seconds=900), file.path)
    read = ReadList.from_plain(plain)
    if not read.submission.dossiers:
        raise TransferError("TRF-0014", path=file.path)
    return read


def _value(result: Fenced[dict[str, Any]], path: str) -> dict[str, Any]:
    """Return what the fenced task gave; what it could not read is the sender's to mend.

    Raises:
        TransferError: the list cannot be read, or takes too much time or memory.
        JobError: JOB-0004 the process ended; that may be the machine's fault, so it is tried again.
    """
    if result.outcome is Outcome.CRASHED:
        raise JobError("JOB-0004", path=path, detail=result.detail)
    if result.outcome is not Outcome.DONE or result.value is None:
        log.warning("list not read", outcome=str(result.outcome), detail=result.detail)
        raise TransferError("TRF-0013", path=path, detail=_OUTCOMES[result.outcome])
    if "error" in result.value:
        error = result.value["error"]
        # What a library says is for who looks after the machine; the sender reads what to do.
        log.info("list refused", code=error["code"], detail=error["detail"])
        raise TransferError(error["code"], **error["parameters"])
    return result.value


def _unpack(
    house: IntakeHouse,
    claim: Claim,
    transfer: Transfer,
    file: TransferFile,
    known: dict[tuple[str, str], dict[str, Any]],
) -> list[Finding]:
    """Unpack one archive: every entry becomes a staged file of this attempt; what is known of its bytes stays."""
    scope = worker_scope(claim.organization_id)
    with house.database.write(scope) as work:
        work.session.execute(
            delete(TransferFile).where(
                TransferFile.transfer_id == transfer.id,
                TransferFile.last_version == _NOT_YET,
                TransferFile.staged_attempt != claim.attempt,
            )
        )
        ordinal = next_ordinal(work, transfer.id)
    with scratch_folder(house.scratch, f"unpack-{claim.row_id}-{claim.attempt}") as folder:
        local = folder / "archive"
        house.staging.fetch(staging_key(file), local)
        entries = folder / "entries"
        entries.mkdir()
        seconds = 120 + file.length / 2_000_000
        result = house.fence.run(unpack_into, str(local), str(entries), house.unpacked_bytes, wall_seconds=seconds)
        if result.outcome is Outcome.CRASHED:
            raise JobError("JOB-0004", path=file.path, detail=result.detail)
        if result.outcome is not Outcome.DONE or result.value is None:
            log.warning("archive not unpacked", outcome=str(result.outcome), detail=result.detail)
            parameters: dict[str, str | int] = {"path": file.path, "detail": _OUTCOMES[result.outcome]}
            return [Finding("RDR-0390", Where(path=file.path), parameters)]
        rows = []
        for number, entry in enumerate(result.value["entries"], start=1):
            source = HashedFile(entries / str(entry["number"]))
            row = TransferFile(
                id=house.database.ids.new(),
                organization_id=transfer.organization_id,
                transfer_id=transfer.id,
                ordinal=ordinal,
                staged_attempt=claim.attempt,
                first_version=transfer.version,
                last_version=_NOT_YET,
                path=entry["path"],
                raw_name=entry["raw_name"],
                name_reading=entry["reading"],
                other_readings=entry["other_readings"],
                unpacked_from=file.ordinal,
                length=entry["length"],
                facts={},
            )
            key = StagingKey(transfer.organization_id, transfer.id, claim.attempt, ordinal)
            for _ in house.staging.append(key, 0, source):
                pass
            source.path.unlink()
            row.sha256, row.crc32, row.received_at = source.sha256, source.crc32, house.database.clock.now()
            row.facts = known.get((row.path, row.sha256), {})
            rows.append(row)
            ordinal += 1
            if number % 50 == 0:
                claim.progress(number, len(result.value["entries"]), entry["path"])
        for batch in batches(rows):
            with house.database.write(scope) as work:
                work.session.add_all(batch)
        shutil.rmtree(entries, ignore_errors=True)
    return [Finding.from_plain(plain) for plain in result.value["findings"]]


def _unpacked_now(session: Any, claim: Claim) -> list[TransferFile]:  # noqa: ANN401 - a session
    return list(
        session.scalars(
            select(TransferFile)
            .where(
                TransferFile.transfer_id == claim.row_id,
                TransferFile.last_version == _NOT_YET,
                TransferFile.staged_attempt == claim.attempt,
            )
            .order_by(TransferFile.ordinal)
        )
    )


def _adopt_unpacked(session: Any, claim: Claim, transfer: Transfer) -> None:  # noqa: ANN401 - a session
    """Make the entries of this attempt files of the version, in place of the archives they came in."""
    unpacked = {file.unpacked_from for file in _unpacked_now(session, claim)}
    if not unpacked:
        return
    session.execute(
        update(TransferFile)
        .where(
            TransferFile.transfer_id == transfer.id,
            TransferFile.last_version.is_(None),
            TransferFile.ordinal.in_(unpacked) | TransferFile.unpacked_from.is_not(None),
        )
        .values(last_version=transfer.version - 1)
    )
    session.execute(
        update(TransferFile)
        .where(
            TransferFile.transfer_id == transfer.id,
            TransferFile.last_version == _NOT_YET,
            TransferFile.staged_attempt == claim.attempt,
        )
        .values(last_version=None)
    )


def _send_back(house: IntakeHouse, claim: Claim, error: KhoLuuTruError, findings: Sequence[Finding]) -> None:
    """Return the transfer to its sender with the reason; what came in stays."""
    scope = worker_scope(claim.organization_id)
    with house.database.read(scope) as work:
        transfer = services.get(work, claim.row_id)
    reason = Finding(error.code, parameters=dict(error.parameters))
    write_findings(house.database, scope, transfer, "read", claim.attempt, [*findings, reason])
    with house.database.write(scope) as work:
        row = claim.hold(work)
        row.read_attempt = row.check_attempt = claim.attempt
        row.returned_reason = str(error)
        services.note_step(work, row, "return_by_system", row.returned_reason)
        work.record(
            AuditRecord(
                "transfer.returned",
                row.organization_id,
                "transfer",
                row.id,
                payload={"code": error.code, "reason": row.returned_reason},
            )
        )
        claim.finish(work, row, "returned")


READ = Step("transfer.read", Transfer, "reading", read_transfer, services.stop)
