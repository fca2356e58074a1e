"""Counts of the retention list: one walk, the same numbers as the list has rows."""

from __future__ import annotations

import datetime

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import Scope, worker_scope
from archive.description.models import Dossier
from retention.due.counts import counts_of, standings
from retention.due.services import move_due, plan
from tests.archive.dossiers import add_dossier
from tests.province import Province

TODAY = datetime.date(2026, 11, 23)


def filled(database: Database, province: Province) -> None:
    """Add two dossiers that are due, and one each that will be, is permanent, is unknown."""
    with database.write(worker_scope(province.department)) as work:
        for notation, values in {
            "due": {"closing_year": 2001},
            "also": {"closing_year": 2002, "of": "other"},
            "coming": {"closing_year": 2024},
            "permanent": {"period": "vĩnh viễn"},
            "unknown": {"period": "Lâu dài", "sensitivity": 3},
        }.items():
            plan(work, add_dossier(work, province, notation, **values))
    move_due(database, TODAY)


def test_each_dossier_is_counted_where_it_stands(database: Database, province: Province) -> None:
    """What is due, coming, of a year, permanent or without a day is counted, inside the scope alone."""
    filled(database, province)
    with database.read(worker_scope(province.department)) as work:
        counts = counts_of(standings(work), 2035)
    assert counts == {"due": 2, "coming": 1, "year": 1, "permanent": 1, "unknown": 1}
    limited = Scope(
        province.people["searcher"].id, frozenset({province.department}), frozenset({province.unit}), sensitivity=2
    )
    with database.read(limited) as work:
        counts = counts_of(standings(work), 2012)
    assert counts == {"due": 1, "coming": 1, "year": 1, "permanent": 1, "unknown": 0}
    with database.read(worker_scope(province.commune)) as work:
        assert counts_of(standings(work), 2035) == dict.fromkeys(counts, 0)


def test_a_dossier_repeats_day_and_period_of_its_plan(database: Database, province: Province) -> None:
    """What the plan determined stands in the dossier too, as lists filter, sort and count by it."""
    with database.write(worker_scope(province.department)) as work:
        made = plan(work, add_dossier(work, province, "09.KH", period="", closing_year=2024))
    with database.read(worker_scope(province.department)) as work:
        dossier = work.session.scalars(select(Dossier)).one()
        assert (dossier.due_on, dossier.kept_for) == (made.due_on, "5 năm") == (datetime.date(2030, 1, 1), "5 năm")
