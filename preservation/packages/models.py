"""Packages (AIP) as rows: which object of the store holds which version of which dossier."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned
from archive.jobs.models import Claimable


class PackageVersion(Base, Owned, Claimable):
    """One sealed version of a dossier's package: one object of the store.

    `digest` is the SHA-256 of the object as it was read back after writing. `state`: ``lock_pending`` until
    retention is set in the store, then ``locked``; `retained_until` and `lock_enforced_by` say what holds.
    """

    __tablename__ = "package_version"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("package_id", "version"),
        ForeignKeyConstraint(["organization_id", "dossier_id"], ["dossier.organization_id", "dossier.id"]),
        Index("ix_package_version_dossier", "organization_id", "dossier_id", "state", "sensitivity", "unit_id"),
        Index("ix_package_version_states", "organization_id", "state", "sensitivity", "unit_id", "dossier_id"),
    )
    organization_id: Mapped[uuid.UUID] = mapped_column()
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    dossier_id: Mapped[uuid.UUID]
    package_id: Mapped[uuid.UUID]
    version: Mapped[int]
    profile: Mapped[str]
    object_key: Mapped[str] = mapped_column(unique=True)
    length: Mapped[int]
    digest: Mapped[str]
    member_total: Mapped[int]
    sealed_at: Mapped[datetime.datetime]
    state: Mapped[str] = mapped_column(index=True)
    retained_until: Mapped[datetime.datetime | None]
    lock_enforced_by: Mapped[str] = mapped_column(default="")
    sensitivity: Mapped[int]


class StoredContent(Base, Owned):
    """Where a content file's bytes lie: the home package's object and the range of the member in it."""

    __tablename__ = "stored_content"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "content_file_id"], ["content_file.organization_id", "content_file.id"]
        ),
        ForeignKeyConstraint(
            ["organization_id", "package_version_id"],
            ["package_version.organization_id", "package_version.id"],
        ),
    )
    content_file_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    package_version_id: Mapped[uuid.UUID] = mapped_column(index=True)
    member: Mapped[str]
    offset: Mapped[int]
    length: Mapped[int]


class PreservationEvent(Base, Owned):
    """A PREMIS-like event: what was done to an object, by which agent, with which outcome.

    `kind` is a term of the Library of Congress event vocabulary (``ingestion``, ``fixity check``, …).
    """

    __tablename__ = "preservation_event"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "dossier_id"], ["dossier.organization_id", "dossier.id"]),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    sensitivity: Mapped[int]
    dossier_id: Mapped[uuid.UUID] = mapped_column(index=True)
    object_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    at: Mapped[datetime.datetime]
    outcome: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    agent: Mapped[str]
