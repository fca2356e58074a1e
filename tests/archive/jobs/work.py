"""Rows that want work, and steps that do it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.jobs.claims import Claim
from archive.jobs.models import Job
from archive.jobs.steps import Step
from ingest.transfers import services
from ingest.transfers.models import Transfer
from tests.province import Province


def waiting_row(database: Database, province: Province) -> uuid.UUID:
    """Return the id of a row in the state that the steps below wait for."""
    with database.write(province.people["submitter"].scope()) as work:
        made = services.create(work, title="Đợt thử", fonds_id=province.fonds, unit_id=province.unit)
        return made.id


def finish(context: Any, claim: Claim) -> None:
    """Do the work at once: note it in the context, and leave the row in another state."""
    context.append((str(claim.row_id), claim.attempt))
    with claim.database.write(SystemScope("test")) as work:
        claim.finish(work, claim.hold(work), "withdrawn")


def stop(work: Any, row: Any, code: str, parameters: dict[str, str | int]) -> None:
    """Leave the row to a person, with the reason."""
    row.state, row.returned_reason = "stopped", f"{code} {parameters}"


def step(run: Callable[[Any, Any], None] = finish, kind: str = "test.step") -> Step:
    """Return a step that works on rows in the state ``receiving``."""
    return Step(kind, Transfer, "receiving", run, stop)


def row_of(database: Database, row_id: uuid.UUID) -> Transfer:
    """Return the row."""
    with database.read(SystemScope("test")) as work:
        return work.session.scalars(select(Transfer).where(Transfer.id == row_id)).one()


def job_of(database: Database, row_id: uuid.UUID) -> Job:
    """Return what people see of the work on the row."""
    with database.read(SystemScope("test")) as work:
        return work.session.scalars(select(Job).where(Job.subject_id == row_id)).one()
