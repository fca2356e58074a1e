"""Planning a dossier's review, and moving what is due to «Xem xét hủy»."""

from __future__ import annotations

import datetime

from sqlalchemy import select

from archive.audit.events import AuditRecord
from archive.clock import VIETNAM, vietnam_date
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier, FilePlan, FilePlanEntry
from archive.metadata.periods import parse_period
from retention.due.models import RetentionPlan
from retention.due.rules import reckon
from retention.schedules.services import schedule_on

# How long the store holds what has no date: prolonged each year (`ingest.sealing.prolonging`); no lock is for ever.
ROLLING_YEARS = 10
_BATCH = 200


def plan(work: UnitOfWork, dossier: Dossier) -> RetentionPlan:
    """Write the plan of a dossier that is being sealed, and return it.

    The period is the list's; where the list gives none, that of the file plan's line with the same notation.
    """
    text, source = dossier.period, "list"
    if parse_period(text) is None and (entry := _file_plan_entry(work, dossier)) is not None:
        text, source = entry.period, "file_plan"
    period = parse_period(text)
    if period is not None:
        text = period.render()
    reckoning = reckon(period, text, dossier.closing_year)
    today = vietnam_date(work.now)
    schedule = schedule_on(work.session, today)
    reasons: list[tuple[str, dict[str, str | int]]] = [("RET-0021" if source == "list" else "RET-0022", {})]
    reasons += reckoning.reasons
    if schedule is not None:
        reasons.append(("RET-0031" if schedule.complete else "RET-0032", {"schedule": schedule.name}))
    result = RetentionPlan(
        dossier_id=dossier.id,
        organization_id=dossier.organization_id,
        unit_id=dossier.unit_id,
        sensitivity=dossier.sensitivity,
        period=text,
        source=source,
        schedule_key=schedule.key if schedule else None,
        closing_year=dossier.closing_year,
        due_on=reckoning.due_on,
        retain_until=hold_until(reckoning.due_on, today),
        reasons=[[code, values] for code, values in reasons],
        determined_at=work.now,
    )
    work.add(result)
    dossier.due_on, dossier.kept_for = result.due_on, result.period
    work.record(
        AuditRecord(
            "retention.planned",
            dossier.organization_id,
            "dossier",
            dossier.id,
            payload={"period": text, "due_on": reckoning.due_on.isoformat() if reckoning.due_on else None},
            dossier_id=dossier.id,
        )
    )
    return result


def _file_plan_entry(work: UnitOfWork, dossier: Dossier) -> FilePlanEntry | None:
    return work.session.scalar(
        select(FilePlanEntry)
        .join(FilePlan, FilePlan.id == FilePlanEntry.plan_id)
        .where(FilePlan.year == dossier.year, FilePlanEntry.notation == dossier.notation)
        .limit(1)
    )


def hold_until(due_on: datetime.date | None, today: datetime.date) -> datetime.datetime:
    """Return the end of the last kept year, but never a moment that has passed."""
    last_year = due_on.year - 1 if due_on is not None else today.year + ROLLING_YEARS
    return datetime.datetime(max(last_year, today.year), 12, 31, 23, 59, 59, tzinfo=VIETNAM)


def move_due(database: Database, today: datetime.date) -> int:
    """Put dossiers whose day has come under disposal review (TT 05/2025 Điều 48 khoản 3); return how many."""
    moved = 0
    while True:
        with database.write(SystemScope("retention due")) as work:
            rows = work.session.execute(
                select(RetentionPlan, Dossier)
                .join(Dossier, Dossier.id == RetentionPlan.dossier_id)
                .where(Dossier.state == "kept", Dossier.due_on <= today)
                .limit(_BATCH)
                .with_for_update()
            ).all()
            for row, dossier in rows:
                dossier.state, row.moved_on = "disposal_review", today
                dossier.revision += 1
                work.reindex("dossier", dossier.id, dossier.organization_id)
                work.record(
                    AuditRecord(
                        "retention.due",
                        dossier.organization_id,
                        "dossier",
                        dossier.id,
                        payload={"due_on": row.due_on.isoformat() if row.due_on else ""},
                        dossier_id=dossier.id,
                    )
                )
        moved += len(rows)
        if len(rows) < _BATCH:
            return moved
