"""The retention plan of a dossier: what was determined, under which law, and why the date is this one."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned


class RetentionPlan(Base, Owned):
    """One dossier's plan; `reasons` are message codes with values, in the order of the reckoning.

    `period`: as the schedules print it, or as it came in when nobody can read it;
    `source`: ``list`` or ``file_plan``, where the period came from; `schedule_key` the version in force when it
    was determined; `retain_until` what the store is asked to hold the package until.
    """

    __tablename__ = "retention_plan"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "dossier_id"], ["dossier.organization_id", "dossier.id"]),
    )
    dossier_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID]
    sensitivity: Mapped[int]
    period: Mapped[str]
    source: Mapped[str]
    schedule_key: Mapped[str | None]
    closing_year: Mapped[int | None]
    due_on: Mapped[datetime.date | None] = mapped_column(index=True)
    retain_until: Mapped[datetime.datetime]
    reasons: Mapped[list[Any]]
    determined_at: Mapped[datetime.datetime]
    moved_on: Mapped[datetime.date | None]
