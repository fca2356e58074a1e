"""How many dossiers stand where by their retention: one walk through an index, for the list and the desk."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from archive.database.unit_of_work import UnitOfWork
from archive.description.models import Dossier
from archive.metadata.periods import PERMANENT


@dataclass(frozen=True, slots=True)
class Standing:
    """Dossiers that stand alike: their day of review, state and period, and how many there are."""

    due_on: datetime.date | None
    state: str
    period: str
    count: int


def standings(work: UnitOfWork) -> Sequence[Standing]:
    """Return how the dossiers in scope stand; few rows, since days of review are first days of years."""
    alike = (Dossier.due_on, Dossier.state, Dossier.kept_for)
    return [Standing(*row) for row in work.session.execute(select(*alike, func.count()).group_by(*alike))]


def counts_of(found: Sequence[Standing], year: int) -> dict[str, int]:
    """Return how many there are for each filter of the list; `year` is that of the filter by year."""
    permanent = PERMANENT.render()
    undated = [standing for standing in found if standing.due_on is None]
    return {
        "due": sum(s.count for s in found if s.state == "disposal_review"),
        "coming": sum(s.count for s in found if s.state == "kept" and s.due_on is not None),
        "year": sum(s.count for s in found if s.due_on is not None and s.due_on.year == year),
        "permanent": sum(s.count for s in undated if s.period == permanent),
        "unknown": sum(s.count for s in undated if s.period != permanent),
    }
