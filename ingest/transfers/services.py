"""Creating a transfer, its state, and the acts that move it from hand to hand."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from archive.accounts.models import Account
from archive.accounts.permissions import allows, allows_on, require, require_on
from archive.audit.events import AuditRecord
from archive.clock import vietnam_date
from archive.database.errors import NotFound
from archive.database.scope import SYSTEM_ACTOR
from archive.database.series import next_number
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Fonds
from archive.description.states import DOSSIER_CLASSES
from archive.jobs.claims import new_job
from archive.jobs.models import Job
from archive.messages.catalogue import catalogue
from ingest.transfers.errors import TransferError
from ingest.transfers.models import Transfer, TransferFile, TransferStep
from ingest.transfers.states import NEEDS, SOURCES, STATES


def get(work: UnitOfWork, transfer_id: uuid.UUID, *, lock: bool = False) -> Transfer:
    """Return a transfer in scope.

    Raises:
        NotFound: there is none, or it may not be seen.
    """
    statement = select(Transfer).where(Transfer.id == transfer_id)
    transfer = work.session.scalar(statement.with_for_update() if lock else statement)
    if transfer is None:
        raise NotFound
    return transfer


def create(
    work: UnitOfWork,
    *,
    title: str,
    fonds_id: uuid.UUID,
    unit_id: uuid.UUID,
    source: str = "unit",
    dossier_class: str = "office",
) -> Transfer:
    """Open a transfer that receives files.

    Raises:
        TransferError: TRF-0001 without a title, TRF-0021 an unknown source or class.
        NotFound: the fonds is not in scope.
    """
    require_on(work.scope, "transfer.create", unit_id)
    if not title.strip():
        raise TransferError("TRF-0001")
    if source not in SOURCES or dossier_class not in DOSSIER_CLASSES:
        raise TransferError("TRF-0021")
    fonds = work.session.scalar(select(Fonds).where(Fonds.id == fonds_id))
    if fonds is None:
        raise NotFound
    transfer = Transfer(
        id=work.ids.new(),
        organization_id=fonds.organization_id,
        unit_id=unit_id,
        fonds_id=fonds_id,
        number=_next_number(work, fonds.organization_id),
        title=title.strip(),
        source=source,
        dossier_class=dossier_class,
        state="receiving",
        version=1,
        attempt=0,
        read_attempt=0,
        check_attempt=0,
        created_by=work.scope.actor,
        created_at=work.now,
        changed_at=work.now,
        mapping={},
    )
    work.add(transfer)
    work.record(
        AuditRecord(
            "transfer.created",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"number": transfer.number, "title": transfer.title, "source": source, "class": dossier_class},
        )
    )
    return transfer


def _next_number(work: UnitOfWork, organization_id: uuid.UUID) -> str:
    series = f"GN-{vietnam_date(work.now).year}"
    return f"{series}-{next_number(work, organization_id, series):04d}"


def needs(transfer: Transfer, act: str) -> None:
    """Do nothing if the act is possible in the transfer's state.

    Raises:
        TransferError: TRF-0002 names the state.
    """
    if transfer.state not in NEEDS[act]:
        raise TransferError("TRF-0002", number=transfer.number, state=STATES[transfer.state][0])


def event_of(transfer: Transfer, act: str) -> AuditRecord:
    """Return the event that something was done with a transfer, which it names by its number."""
    payload = {"number": transfer.number}
    return AuditRecord(act, transfer.organization_id, "transfer", transfer.id, payload=payload)


def note_step(work: UnitOfWork, transfer: Transfer, act: str, remark: str = "") -> None:
    """Write down who did an act, under the name and position of that day."""
    # A person who is not found is a fault: an act must never stand under the system's name instead.
    account = (
        work.session.scalars(select(Account).where(Account.id == work.scope.actor)).one()
        if work.scope.actor != SYSTEM_ACTOR
        else None
    )
    work.add(
        TransferStep(
            id=work.ids.new(),
            organization_id=transfer.organization_id,
            transfer_id=transfer.id,
            version=transfer.version,
            act=act,
            account_id=work.scope.actor,
            person=account.name if account else "Hệ thống",
            position=account.position if account else "",
            at=work.now,
            remark=remark,
        )
    )


def move(work: UnitOfWork, transfer: Transfer, state: str) -> None:
    """Put a transfer into a state; its claim, if any, is void from now on."""
    transfer.state, transfer.changed_at = state, work.now
    transfer.claimed_by, transfer.lease_until = None, None
    transfer.attempt += 1
    kind = {"reading": "transfer.read", "checking": "transfer.check", "sealing": "transfer.seal"}.get(state)
    if kind is not None:
        job = work.session.scalar(select(Job).where(Job.kind == kind, Job.subject_id == transfer.id))
        if job is None:
            job = new_job(work, kind, transfer.id, transfer.organization_id)
        job.state, job.cancel_wanted, job.error_code, job.history = "waiting", False, None, []
        work.ring(kind, transfer.id)


def submit(work: UnitOfWork, transfer_id: uuid.UUID, *, complete: bool, nothing_secret: bool) -> Transfer:
    """Declare and hand in: complete, and nothing of a secrecy grade (R-045, R-068); checks start at once.

    Raises:
        TransferError: TRF-0003 not declared, TRF-0004 no file, TRF-0005 a file is incomplete.
    """
    require(work.scope, "transfer.submit")
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, "transfer.submit", transfer.unit_id)
    needs(transfer, "submit")
    if not (complete and nothing_secret):
        raise TransferError("TRF-0003")
    files = current_files(work, transfer)
    if not files:
        raise TransferError("TRF-0004")
    if waiting := [file.path for file in files if file.received_at is None]:
        raise TransferError("TRF-0005", path=waiting[0], count=len(waiting))
    transfer.submitted_at, transfer.returned_reason = work.now, ""
    note_step(work, transfer, "submit", "Đầy đủ, không có tài liệu mật")
    work.record(
        AuditRecord(
            "transfer.submitted",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"version": transfer.version, "files": len(files)},
        )
    )
    move(work, transfer, "reading")
    return transfer


def current_files(work: UnitOfWork, transfer: Transfer) -> list[TransferFile]:
    """Return the files of the transfer's present version, in the order they came."""
    return list(
        work.session.scalars(
            select(TransferFile)
            .where(TransferFile.transfer_id == transfer.id, TransferFile.last_version.is_(None))
            .order_by(TransferFile.ordinal)
        )
    )


def withdraw(work: UnitOfWork, transfer_id: uuid.UUID) -> Transfer:
    """Take a transfer back, until the archive has accepted it."""
    require(work.scope, "transfer.submit")
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, "transfer.submit", transfer.unit_id)
    needs(transfer, "withdraw")
    if transfer.stopped_from == "sealing":
        # Both sides have confirmed, and part of it may be sealed: it goes on, it does not go back.
        raise TransferError("TRF-0002", number=transfer.number, state=STATES["sealing"][0])
    note_step(work, transfer, "withdraw")
    work.record(
        AuditRecord(
            "transfer.withdrawn", transfer.organization_id, "transfer", transfer.id, payload={"number": transfer.number}
        )
    )
    move(work, transfer, "withdrawn")
    return transfer


def reopen(work: UnitOfWork, transfer_id: uuid.UUID) -> Transfer:
    """Open a transfer for its next version, returned or not accepted yet; its files stay and are not sent again."""
    require(work.scope, "transfer.submit")
    transfer = get(work, transfer_id, lock=True)
    require_on(work.scope, "transfer.submit", transfer.unit_id)
    needs(transfer, "reopen")
    transfer.version += 1
    note_step(work, transfer, "reopen")
    work.record(
        AuditRecord(
            "transfer.reopened",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"version": transfer.version},
        )
    )
    move(work, transfer, "receiving")
    return transfer


def resume(work: UnitOfWork, transfer_id: uuid.UUID) -> Transfer:
    """Let a stopped transfer go on from the step it stopped in."""
    if not allows(work.scope, "transfer.submit"):
        require(work.scope, "transfer.review")
    transfer = get(work, transfer_id, lock=True)
    if not allows_on(work.scope, "transfer.submit", transfer.unit_id):
        require(work.scope, "transfer.review")
    needs(transfer, "resume")
    note_step(work, transfer, "resume")
    work.record(
        AuditRecord(
            "transfer.resumed",
            transfer.organization_id,
            "transfer",
            transfer.id,
            payload={"state": transfer.stopped_from},
        )
    )
    move(work, transfer, transfer.stopped_from)
    transfer.stopped_from = ""
    return transfer


def stop(work: UnitOfWork, transfer: Transfer, code: str, parameters: dict[str, str | int]) -> None:
    """Leave a transfer to a person after its last attempt; nothing that came in is lost."""
    reason = catalogue().text(code, "vi", parameters)
    work.record(
        AuditRecord(
            "transfer.stopped",
            transfer.organization_id,
            "transfer",
            transfer.id,
            outcome="failed",
            payload={"code": code, "reason": reason},
        )
    )
    from_state = transfer.state
    move(work, transfer, "stopped")
    transfer.stopped_from = from_state
