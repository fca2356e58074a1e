"""Jobs as people see them; the truth about work is the state of the row it is done on."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base, Owned


class Claimable:
    """A row that background work claims: who has it, until when, and which attempt this is."""

    claimed_by: Mapped[str | None]
    lease_until: Mapped[datetime.datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)


class Job(Base, Owned):
    """Progress, errors, cancel wish and history of one kind of work on one thing."""

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[uuid.UUID] = mapped_column(index=True)
    state: Mapped[str]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    current: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime.datetime]
    cancel_wanted: Mapped[bool] = mapped_column(default=False)
    error_code: Mapped[str | None]
    error_parameters: Mapped[dict[str, Any]]
    history: Mapped[list[Any]]


class PeriodRun(Base):
    """A period that the clock has served, so that an outage runs the missed period once."""

    __tablename__ = "period_run"
    job: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime.datetime]
