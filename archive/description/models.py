"""What an archive describes: fonds, file plans, dossiers, documents, content files, places of storage."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned, folded_column


class Fonds(Base, Owned):
    """The whole of the records of one body (phông lưu trữ), or a collection; it outlives its body."""

    __tablename__ = "fonds"
    __table_args__ = (UniqueConstraint("organization_id", "id"), UniqueConstraint("organization_id", "code"))
    __folded__ = ("name",)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    name_folded: Mapped[str] = folded_column()
    name_sort: Mapped[str] = folded_column()
    kind: Mapped[str] = mapped_column(default="fonds")


class FilePlan(Base, Owned):
    """Danh mục hồ sơ of one year (NĐ 30/2020 Điều 28); `decision` is the number of what approved it."""

    __tablename__ = "file_plan"
    __table_args__ = (UniqueConstraint("organization_id", "id"), UniqueConstraint("organization_id", "year"))
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    approved_on: Mapped[datetime.date | None]
    decision: Mapped[str] = mapped_column(default="")


class FilePlanEntry(Base, Owned):
    """One line of a file plan; `period` as written, ``20 năm`` or ``Vĩnh viễn``; lines stand by `ordinal`."""

    __tablename__ = "file_plan_entry"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "plan_id"], ["file_plan.organization_id", "file_plan.id"]),
    )
    __folded__ = ("title",)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[uuid.UUID] = mapped_column(index=True)
    ordinal: Mapped[int] = mapped_column(default=0)
    notation: Mapped[str]
    heading: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    title_folded: Mapped[str] = folded_column()
    title_sort: Mapped[str] = folded_column()
    period: Mapped[str]
    maker: Mapped[str] = mapped_column(default="")
    remark: Mapped[str] = mapped_column(default="")
    schedule_item: Mapped[str] = mapped_column(default="")


class StorageLocation(Base, Owned):
    """A place of paper: kho / giá, kệ / hộp, cặp."""

    __tablename__ = "storage_location"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        ForeignKeyConstraint(
            ["organization_id", "parent_id"], ["storage_location.organization_id", "storage_location.id"]
        ),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    parent_id: Mapped[uuid.UUID | None]
    kind: Mapped[str]
    label: Mapped[str]


class Dossier(Base, Owned):
    """A case file (hồ sơ). Its code is stored in parts; the printed code is built from them.

    `naming`: ``year`` (agency code + year + notation) or ``inventory`` (fonds + mục lục số + box + notation).
    The row exists from sealing on; `state`: ``kept`` or ``disposal_review`` of
    `archive.description.states.DOSSIER_STATES`. `revision` counts the changes of the row: the
    index takes it as the version of what it holds. `due_on` and `kept_for` repeat day and period of the retention
    plan, by which dossiers are listed and counted; who writes the plan writes them.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("organization_id", "fonds_id", "code"),
        ForeignKeyConstraint(["organization_id", "fonds_id"], ["fonds.organization_id", "fonds.id"]),
        ForeignKeyConstraint(
            ["organization_id", "location_id"], ["storage_location.organization_id", "storage_location.id"]
        ),
        # One for each order of a list and for each filter that keeps the order, with the columns that scopes and
        # filters ask for: however few rows match, the walk to them stays inside the index.
        # No title among them: PostgreSQL refuses an entry of more than 2,704 bytes.
        Index(
            "ix_dossier_list",
            *("organization_id", "code_sort", "id"),
            *("sensitivity", "unit_id", "state", "closing_year", "due_on", "kept_for"),
        ),
        Index(
            "ix_dossier_titles",
            *("organization_id", "title_sort", "id"),
            *("sensitivity", "unit_id", "state", "closing_year", "due_on", "kept_for"),
        ),
        Index(
            "ix_dossier_documents",
            *("organization_id", "document_total", "id"),
            *("sensitivity", "unit_id", "state", "closing_year"),
        ),
        Index(
            "ix_dossier_units",
            *("organization_id", "unit_id", "code_sort", "id"),
            *("sensitivity", "state", "closing_year"),
        ),
        Index(
            "ix_dossier_states",
            *("organization_id", "state", "code_sort", "id"),
            *("sensitivity", "unit_id", "closing_year", "due_on"),
        ),
        Index(
            "ix_dossier_due",
            *("organization_id", "due_on", "state", "kept_for"),
            *("code_sort", "id", "sensitivity", "unit_id"),
        ),
        # What the clock asks for, of every body.
        Index("ix_dossier_clock", "state", "due_on"),
        # What the desk and the pages of fonds and places count.
        Index("ix_dossier_sealed", "organization_id", "sealed_at", "sensitivity", "unit_id"),
        Index("ix_dossier_fonds", "organization_id", "fonds_id", "sensitivity", "unit_id"),
        Index("ix_dossier_places", "organization_id", "location_id", "sensitivity", "unit_id"),
    )
    __folded__ = ("code", "title")
    # Not by itself an index: nearly every row of a database may be one body's.
    organization_id: Mapped[uuid.UUID] = mapped_column()
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    fonds_id: Mapped[uuid.UUID]
    location_id: Mapped[uuid.UUID | None]
    dossier_class: Mapped[str] = mapped_column(default="office")
    naming: Mapped[str]
    agency_code: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None]
    inventory: Mapped[str] = mapped_column(default="")
    box: Mapped[str] = mapped_column(default="")
    notation: Mapped[str]
    code: Mapped[str]
    code_folded: Mapped[str] = folded_column()
    code_sort: Mapped[str] = folded_column()
    title: Mapped[str]
    title_folded: Mapped[str] = folded_column()
    title_sort: Mapped[str] = folded_column()
    period: Mapped[str]
    due_on: Mapped[datetime.date | None]
    kept_for: Mapped[str] = mapped_column(default="")
    start_date: Mapped[str] = mapped_column(default="")
    end_date: Mapped[str] = mapped_column(default="")
    closing_year: Mapped[int | None]
    document_total: Mapped[int]
    page_total: Mapped[int | None]
    sensitivity: Mapped[int]
    state: Mapped[str]
    values: Mapped[dict[str, Any]]
    sealed_at: Mapped[datetime.datetime | None]
    revision: Mapped[int] = mapped_column(default=1)


class Document(Base, Owned):
    """A document (văn bản, tài liệu) in a dossier."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("dossier_id", "ordinal"),
        ForeignKeyConstraint(["organization_id", "dossier_id"], ["dossier.organization_id", "dossier.id"]),
        Index("ix_document_dossier", "organization_id", "dossier_id"),
    )
    organization_id: Mapped[uuid.UUID] = mapped_column()
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    dossier_id: Mapped[uuid.UUID]
    ordinal: Mapped[int]
    type_name: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")
    notation: Mapped[str] = mapped_column(default="")
    issued_date: Mapped[str] = mapped_column(default="")
    issuer: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    page_count: Mapped[int | None]
    sensitivity: Mapped[int]
    values: Mapped[dict[str, Any]]


class ContentFile(Base, Owned):
    """A file (tệp tin) of a document, as it came in; `sha256` hexadecimal, `length` in bytes."""

    __tablename__ = "content_file"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        ForeignKeyConstraint(["organization_id", "document_id"], ["document.organization_id", "document.id"]),
        Index("ix_content_file_document", "organization_id", "document_id", "malware_state", "sensitivity", "unit_id"),
        Index(
            "ix_content_file_malware", "organization_id", "malware_state", "sensitivity", "unit_id", "document_id", "id"
        ),
    )
    organization_id: Mapped[uuid.UUID] = mapped_column()
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    document_id: Mapped[uuid.UUID]
    original_path: Mapped[str]
    length: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    crc32: Mapped[int]
    format_puid: Mapped[str] = mapped_column(default="")
    format_name: Mapped[str] = mapped_column(default="")
    format_basis: Mapped[str] = mapped_column(default="")
    malware_state: Mapped[str] = mapped_column(default="")
    sensitivity: Mapped[int]
