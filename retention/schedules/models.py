"""Retention schedules (bảng thời hạn lưu trữ) as versions with dates; law, so it belongs to nobody."""

from __future__ import annotations

import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.database.base import Base


class RetentionSchedule(Base):
    """One version of a schedule; `complete` False: rows are missing, and every page says so."""

    __tablename__ = "retention_schedule"
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    valid_from: Mapped[datetime.date]
    valid_to: Mapped[datetime.date | None]
    complete: Mapped[bool]
    remark: Mapped[str]


class RetentionRule(Base):
    """One row of a schedule: a kind of record and its period, as printed."""

    __tablename__ = "retention_rule"
    schedule_key: Mapped[str] = mapped_column(ForeignKey("retention_schedule.key"), primary_key=True)
    group_code: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    group_name: Mapped[str]
    record_type: Mapped[str]
    period: Mapped[str]
    certainty: Mapped[str]
