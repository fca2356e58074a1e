"""Bodies and their office units: a tree whose names, places and duties change by date."""

from __future__ import annotations

import datetime
import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, folded_column


class Organization(Base):
    """A body or one of its units; its names and place in the tree are dated terms.

    `body_id` is the tenant: the body itself for a body, the body it belongs to for a unit. `closed_on` closes a
    body without taking away what it left: its fonds stay.
    """

    __tablename__ = "organization"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    body_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[str]
    closed_on: Mapped[datetime.date | None]


class OrganizationTerm(Base):
    """What a body is called, which code it bears and where it stands, from one date to another.

    `valid_to` is the last day, None while it lasts. `transfer_source`: the body is on the list of sources of a
    historical archive (nguồn nộp lưu), which decides who appraises its disposals.
    """

    __tablename__ = "organization_term"
    __folded__ = ("name",)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organization.id"))
    name: Mapped[str]
    name_folded: Mapped[str] = folded_column()
    name_sort: Mapped[str] = folded_column(index=True)
    code: Mapped[str] = mapped_column(default="")
    abbreviation: Mapped[str] = mapped_column(default="")
    transfer_source: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[datetime.date]
    valid_to: Mapped[datetime.date | None]
