"""Locks without a last day: what is kept for ever, or for a period nobody can read, is locked some years ahead."""

from __future__ import annotations

import datetime

from sqlalchemy import or_, select, update

from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.jobs.models import Job
from ingest.sealing.tasks import LOCK
from preservation.packages.models import PackageVersion
from retention.due.models import RetentionPlan
from retention.due.services import hold_until

_BATCH = 200


def prolong_locks(database: Database, today: datetime.date) -> int:
    """Ask for longer locks of packages whose dossier has no day of review; return how many.

    The workers set them in the store, as they did the first time.
    """
    until = hold_until(None, today)
    prolonged = 0
    while True:
        with database.write(SystemScope("locks prolonged")) as work:
            rows = work.session.execute(
                select(PackageVersion, RetentionPlan)
                .join(RetentionPlan, RetentionPlan.dossier_id == PackageVersion.dossier_id)
                .where(
                    RetentionPlan.due_on.is_(None),
                    PackageVersion.state.in_(("locked", "unlocked")),
                    or_(PackageVersion.retained_until.is_(None), PackageVersion.retained_until < until),
                )
                .limit(_BATCH)
                .with_for_update()
            ).all()
            for package, plan in rows:
                package.state = LOCK.state
                package.retained_until = plan.retain_until = until
                work.record(
                    AuditRecord(
                        "retention.prolonged",
                        package.organization_id,
                        "dossier",
                        package.dossier_id,
                        payload={"package": str(package.id), "until": until.isoformat()},
                        dossier_id=package.dossier_id,
                    )
                )
                work.ring(LOCK.kind, package.id)
            # Attempts of earlier years must not use up the patience with this one.
            of_these = Job.subject_id.in_([package.id for package, _ in rows])
            work.session.execute(update(Job).where(Job.kind == LOCK.kind, of_these).values(history=[], state="waiting"))
        prolonged += len(rows)
        if len(rows) < _BATCH:
            return prolonged
