"""Running steps: claim, work, finish or give back; and the sweeper that rings again for what stands still."""

from __future__ import annotations

import datetime
import os
import socket
import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import not_, or_, select
from sqlalchemy.exc import OperationalError

from archive.database.connection import Database
from archive.database.errors import DatabaseAway
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from archive.jobs.claims import LEASE, CancelWanted, Claim, ClaimLost, claim, give_back
from archive.jobs.errors import JobError
from archive.jobs.steps import Step

log = structlog.get_logger()


class Worker:
    """Does what the doorbell asks for.

    Args:
        database: where the rows are.
        steps: all kinds of work.
        context: handed to each step's `run`.
        lease: how long a claim holds without renewal; a dead worker's rows wait that long.
    """

    def __init__(
        self,
        database: Database,
        steps: Sequence[Step],
        context: Any,  # noqa: ANN401 - the house, which this floor does not know
        lease: datetime.timedelta = LEASE,
    ) -> None:
        self.database = database
        self.lease = lease
        self.steps: Mapping[str, Step] = {step.kind: step for step in steps}
        self.context = context

    def handle(self, kind: str, row_id: str) -> bool:
        """Do one step on one row; return whether it was done. A lost or doubled ring is harmless."""
        step = self.steps[kind]
        name = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
        taken = claim(self.database, step, uuid.UUID(row_id), name, self.lease)
        if taken is None:
            return False
        try:
            with taken.kept():
                step.run(self.context, taken)
        except ClaimLost:
            log.info("claim lost", kind=kind, row=row_id)
        except CancelWanted:
            self._end(taken, JobError("JOB-0002", retry=False))
        except KhoLuuTruError as error:
            log.warning("step failed", kind=kind, row=row_id, code=error.code)
            self._end(taken, error)
        except OperationalError as error:
            log.warning("database away", kind=kind, row=row_id, exc_info=True)
            self._end(taken, DatabaseAway.because_of(error))
        except Exception:
            # The boundary of all background work: whatever it was, the row must be given back and a person told.
            log.exception("step crashed", kind=kind, row=row_id)
            self._end(taken, None)
        else:
            return True
        return False

    def _end(self, taken: Claim, error: KhoLuuTruError | None) -> None:
        try:
            give_back(taken, error=error, final=isinstance(error, JobError) and not error.retry)
        except OperationalError:
            # The lease runs out by itself, and the row is taken up again.
            log.warning("database away", kind=taken.step.kind, row=str(taken.row_id))

    def waiting(self, *, held: bool = False) -> list[tuple[str, str]]:
        """Return the rings that are due: rows that want work and that nobody holds; or, with `held`, those held."""
        rings: list[tuple[str, str]] = []
        with self.database.read(SystemScope("sweep")) as work:
            for step in self.steps.values():
                table = step.table
                free = or_(table.lease_until.is_(None), table.lease_until < work.now)
                rows = work.session.scalars(
                    select(table.id).where(table.state == step.state, not_(free) if held else free).limit(500)
                )
                rings.extend((step.kind, str(row)) for row in rows)
        return rings

    def run_all(self) -> int:
        """Do everything that waits, one thing after the other, until nothing moves; return how much was done."""
        done = 0
        while True:
            moved = sum(self.handle(kind, row) for kind, row in self.waiting())
            if not moved:
                return done
            done += moved
