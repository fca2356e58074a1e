"""Loading the schedules that the product ships, and asking which one was in force on a day."""

from __future__ import annotations

import csv
import datetime
import io
import tomllib
import uuid
from importlib import resources

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.audit.events import AuditRecord
from archive.database.unit_of_work import UnitOfWork
from retention.schedules.models import RetentionRule, RetentionSchedule


def load_schedules(work: UnitOfWork, organization_id: uuid.UUID) -> list[str]:
    """Load the shipped schedules that are not there yet; return their keys. Recorded in the operator's chain."""
    folder = resources.files("archive.law").joinpath("schedules")
    listed = tomllib.loads(folder.joinpath("schedules.toml").read_text("utf-8"))
    present = set(work.session.scalars(select(RetentionSchedule.key)))
    loaded = []
    for key, entry in listed.items():
        if key in present:
            continue
        work.add(
            RetentionSchedule(
                key=key,
                name=entry["name"],
                valid_from=entry["valid_from"],
                valid_to=entry.get("valid_to"),
                complete=entry["complete"],
                remark=entry.get("remark", ""),
            )
        )
        work.session.flush()
        table = csv.DictReader(io.StringIO(folder.joinpath(f"{key}.csv").read_text("utf-8")))
        rows = [RetentionRule(schedule_key=key, **row) for row in table]
        work.session.add_all(rows)
        work.record(AuditRecord("schedule.loaded", organization_id, payload={"schedule": key, "rows": len(rows)}))
        loaded.append(key)
    return loaded


def schedule_on(session: Session, day: datetime.date) -> RetentionSchedule | None:
    """Return the common schedule in force on a day, the later one where two overlap; None before the first."""
    return session.scalar(
        select(RetentionSchedule)
        .where(
            RetentionSchedule.valid_from <= day,
            RetentionSchedule.valid_to.is_(None) | (RetentionSchedule.valid_to >= day),
        )
        .order_by(RetentionSchedule.valid_from.desc())
        .limit(1)
    )
