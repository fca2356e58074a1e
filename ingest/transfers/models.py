"""A transfer (đợt nộp): what a sender hands in, version by version, until it is sealed."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned, folded_column
from archive.jobs.models import Claimable


class Transfer(Base, Owned, Claimable):
    """One transfer; `state` is one of `ingest.transfers.states.STATES` and is changed by services only.

    `read_attempt` and `check_attempt` say which attempt's rows and findings are the current ones: rows of
    other attempts are work that was thrown away. `source`: ``unit``, ``contractor``, ``system``; `approver`:
    ``leader`` or ``head``, as the settings said when it was checked; `dossier_class` is that of all its dossiers;
    `rules_number` is the number of the body's rules that judged it last.
    """

    __tablename__ = "transfer"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("organization_id", "number"),
        ForeignKeyConstraint(["organization_id", "fonds_id"], ["fonds.organization_id", "fonds.id"]),
    )
    __folded__ = ("title",)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(index=True)
    fonds_id: Mapped[uuid.UUID]
    number: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="unit", default="unit")
    approver: Mapped[str] = mapped_column(server_default="leader", default="leader")
    dossier_class: Mapped[str] = mapped_column(server_default="office", default="office")
    title: Mapped[str]
    title_folded: Mapped[str] = folded_column()
    title_sort: Mapped[str] = folded_column()
    state: Mapped[str] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime.datetime]
    changed_at: Mapped[datetime.datetime]
    submitted_at: Mapped[datetime.datetime | None]
    read_attempt: Mapped[int] = mapped_column(default=0)
    check_attempt: Mapped[int] = mapped_column(default=0)
    rules_number: Mapped[int] = mapped_column(server_default="0", default=0)
    mapping: Mapped[dict[str, Any]]
    returned_reason: Mapped[str] = mapped_column(default="")
    stopped_from: Mapped[str] = mapped_column(default="")


class TransferStep(Base, Owned):
    """One act of a person on a version of a transfer: who declared, approved, accepted, returned, confirmed."""

    __tablename__ = "transfer_step"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "transfer_id"], ["transfer.organization_id", "transfer.id"]),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[uuid.UUID] = mapped_column(index=True)
    version: Mapped[int]
    act: Mapped[str]
    account_id: Mapped[uuid.UUID]
    person: Mapped[str]
    position: Mapped[str]
    at: Mapped[datetime.datetime]
    remark: Mapped[str] = mapped_column(default="")


class TransferFile(Base, Owned):
    """A file of a transfer: where it lies in staging, what it is called, and what was found out about it.

    `first_version` … `last_version` (None while it lasts) tell which versions of the transfer it is part of:
    a resubmitted version does not send or check it again. `length` is the announced length; `sha256` and
    `crc32` stand once all of it has come in. `facts`: format, pages, malware, as the checks found them.
    """

    __tablename__ = "transfer_file"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "transfer_id"], ["transfer.organization_id", "transfer.id"]),
        UniqueConstraint("transfer_id", "ordinal"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[uuid.UUID] = mapped_column(index=True)
    ordinal: Mapped[int]
    staged_attempt: Mapped[int] = mapped_column(default=0)
    first_version: Mapped[int]
    last_version: Mapped[int | None]
    path: Mapped[str]
    raw_name: Mapped[str] = mapped_column(default="")
    name_reading: Mapped[str] = mapped_column(default="given")
    other_readings: Mapped[list[Any]]
    unpacked_from: Mapped[int | None]
    length: Mapped[int]
    sha256: Mapped[str] = mapped_column(default="")
    crc32: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime.datetime | None]
    facts: Mapped[dict[str, Any]]


class TransferDossier(Base, Owned):
    """A dossier as the list tells of it, with the corrections made since."""

    __tablename__ = "transfer_dossier"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "transfer_id"], ["transfer.organization_id", "transfer.id"]),
        Index("ix_transfer_dossier_current", "transfer_id", "attempt", "position"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[uuid.UUID]
    attempt: Mapped[int]
    version: Mapped[int]
    position: Mapped[int]
    key: Mapped[str]
    row: Mapped[int]
    values: Mapped[dict[str, Any]]
    columns: Mapped[dict[str, Any]]
    dossier_id: Mapped[uuid.UUID | None]


class TransferDocument(Base, Owned):
    """A document as the list tells of it."""

    __tablename__ = "transfer_document"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "transfer_id"], ["transfer.organization_id", "transfer.id"]),
        Index("ix_transfer_document_current", "transfer_id", "attempt", "transfer_dossier_id", "ordinal"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[uuid.UUID]
    transfer_dossier_id: Mapped[uuid.UUID]
    attempt: Mapped[int]
    ordinal: Mapped[int]
    row: Mapped[int]
    path: Mapped[str]
    path_as_written: Mapped[str]
    file_ordinal: Mapped[int | None]
    values: Mapped[dict[str, Any]]
    columns: Mapped[dict[str, Any]]


class TransferFinding(Base, Owned):
    """A finding of one attempt of reading or checking."""

    __tablename__ = "transfer_finding"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "transfer_id"], ["transfer.organization_id", "transfer.id"]),
        Index("ix_transfer_finding_current", "transfer_id", "stage", "attempt", "position"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[uuid.UUID]
    stage: Mapped[str]
    attempt: Mapped[int]
    position: Mapped[int]
    code: Mapped[str]
    level: Mapped[str]
    body: Mapped[dict[str, Any]]


class Correction(Base, Owned):
    """A field corrected in place: what it said, what it says now, who, when."""

    __tablename__ = "correction"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "transfer_id"], ["transfer.organization_id", "transfer.id"]),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    transfer_id: Mapped[uuid.UUID] = mapped_column(index=True)
    version: Mapped[int]
    dossier_key: Mapped[str]
    document_ordinal: Mapped[int]
    field: Mapped[str]
    old: Mapped[str]
    new: Mapped[str]
    account_id: Mapped[uuid.UUID]
    at: Mapped[datetime.datetime]


class TransferMessage(Base, Owned):
    """What sender and archive write to each other about a transfer; `ordinal` tells the order, counted from 1."""

    __tablename__ = "transfer_message"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "transfer_id"], ["transfer.organization_id", "transfer.id"]),
        UniqueConstraint("transfer_id", "ordinal"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    transfer_id: Mapped[uuid.UUID] = mapped_column(index=True)
    ordinal: Mapped[int]
    account_id: Mapped[uuid.UUID]
    person: Mapped[str]
    position: Mapped[str]
    at: Mapped[datetime.datetime]
    text: Mapped[str]


class SavedMapping(Base, Owned):
    """How one unit's lists are read: headings folded, and the field each column means."""

    __tablename__ = "saved_mapping"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(index=True)
    headings: Mapped[str]
    mapping: Mapped[dict[str, Any]]
    saved_by: Mapped[uuid.UUID]
    saved_at: Mapped[datetime.datetime]
