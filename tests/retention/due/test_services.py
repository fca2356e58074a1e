"""Planning a dossier's review, and moving what is due, once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from archive.audit.models import AuditEvent
from archive.clock import VIETNAM
from archive.database.connection import Database
from archive.database.scope import SystemScope, worker_scope
from archive.description.models import Dossier, FilePlan, FilePlanEntry
from archive.outbox.models import OutboxRow
from retention.due.models import RetentionPlan
from retention.due.services import move_due, plan
from tests.archive.dossiers import add_dossier
from tests.province import Province

TODAY = datetime.date(2026, 11, 23)


def planned(database: Database, province: Province, notation: str = "01.TH", **values: Any) -> RetentionPlan:
    """Add a dossier and plan its review, as sealing does."""
    body = province.commune if values.get("of") == "xa" else province.department
    with database.write(worker_scope(body)) as work:
        return plan(work, add_dossier(work, province, notation, **values))


def codes(made: RetentionPlan) -> list[str]:
    """Return the codes of the reasons."""
    return [code for code, _ in made.reasons]


def test_the_lists_period_is_planned(database: Database, province: Province) -> None:
    """Period and closing year of the list make the day; plan, schedule in force and reasons are kept with it."""
    made = planned(database, province, period="10 năm", closing_year=2024, sensitivity=2)
    assert (made.period, made.source, made.closing_year, made.due_on) == (
        *("10 năm", "list", 2024),
        datetime.date(2035, 1, 1),
    )
    assert (made.unit_id, made.sensitivity, made.schedule_key) == (province.unit, 2, "tt10-2022")
    assert codes(made) == ["RET-0021", "RET-0011", "RET-0012", "RET-0013", "RET-0014", "RET-0032"]


@pytest.mark.parametrize(
    ("written", "printed"), [("vĩnh  viễn", "Vĩnh viễn"), ("20", "20 năm"), ("05 (năm) năm", "5 năm")]
)
def test_a_period_is_kept_as_the_schedules_print_it(
    written: str, printed: str, database: Database, province: Province
) -> None:
    """However a list spells a period, the plan has the one spelling that pages count and filter by."""
    assert planned(database, province, period=written).period == printed


def test_the_file_plan_fills_a_missing_period(database: Database, province: Province) -> None:
    """Where the list gives no period, the file plan's line of the same year and notation does, and it is said."""
    made = planned(database, province, "09.KH", period="", closing_year=2024)
    assert (made.period, made.source, made.due_on) == ("5 năm", "file_plan", datetime.date(2030, 1, 1))
    assert codes(made)[0] == "RET-0022"


@pytest.mark.parametrize(
    ("notation", "values"),
    [
        ("09.KH", {"year": 2023}),
        ("08.KH", {}),
        ("09.KH", {"of": "xa"}),
    ],
    ids=["another year", "another notation", "another organization"],
)
def test_a_line_of_another_plan_does_not_count(
    notation: str, values: dict[str, Any], database: Database, province: Province
) -> None:
    """Neither another year's plan nor another line nor the plan of another organization gives a period."""
    made = planned(database, province, notation, period="", **values)
    assert (made.source, made.due_on, codes(made)[:2]) == ("list", None, ["RET-0021", "RET-0003"])


def test_the_list_outweighs_the_file_plan(database: Database, province: Province) -> None:
    """A period that the list gives is taken, also where the file plan has another."""
    assert planned(database, province, "09.KH", period="20 năm").period == "20 năm"


def test_an_unreadable_period_is_kept_as_it_is_written(database: Database, province: Province) -> None:
    """What nobody can read makes no day, stays as it is, and is shown in the reason."""
    made = planned(database, province, period="Lâu dài")
    assert (made.period, made.due_on, made.source) == ("Lâu dài", None, "list")
    assert ["RET-0003", {"period": "Lâu dài"}] in made.reasons


def test_a_file_plan_of_the_own_organization_is_found(database: Database, province: Province) -> None:
    """The commune's own file plan serves the commune."""
    with database.write(worker_scope(province.commune)) as work:
        own = FilePlan(id=work.ids.new(), organization_id=province.commune, year=2024, approved_on=None)
        work.add(own)
        work.session.flush()
        entry = {"notation": "09.KH", "title": "Kế hoạch", "period": "Vĩnh viễn"}
        work.add(FilePlanEntry(id=work.ids.new(), organization_id=province.commune, plan_id=own.id, **entry))
    made = planned(database, province, "09.KH", of="xa", period="")
    assert (made.period, made.source, made.due_on) == ("Vĩnh viễn", "file_plan", None)


@pytest.mark.parametrize(
    ("values", "until"),
    [
        ({"period": "10 năm", "closing_year": 2024}, 2034),
        ({"period": "5 năm", "closing_year": 2001}, 2026),
        ({"period": "Vĩnh viễn"}, 2036),
        ({"period": ""}, 2036),
        ({"period": "10 năm", "closing_year": None}, 2036),
    ],
    ids=["years", "over already", "permanent", "unknown", "no closing year"],
)
def test_the_store_is_asked_to_hold_to_the_end_of_a_year(
    values: dict[str, Any], until: int, database: Database, province: Province
) -> None:
    """To the end of the last kept year in Vietnam; where there is no day for ten years; never to a day gone by."""
    made = planned(database, province, **values)
    assert made.retain_until == datetime.datetime(until, 12, 31, 23, 59, 59, tzinfo=VIETNAM)


def test_planning_is_an_event_of_the_dossier(database: Database, province: Province) -> None:
    """What was planned stands in the chain, with the dossier whose destruction erases it."""
    from archive.audit.models import AuditPayload

    made = planned(database, province)
    with database.read(SystemScope("test")) as work:
        event = work.session.scalars(select(AuditEvent).where(AuditEvent.act == "retention.planned")).one()
        payload = work.session.scalars(select(AuditPayload).where(AuditPayload.dossier_id == made.dossier_id)).one()
    assert (event.object_kind, event.object_id) == ("dossier", made.dossier_id)
    assert payload.content() == {"period": "10 năm", "due_on": "2035-01-01"}


def states(database: Database) -> dict[str, tuple[str, int]]:
    """Return state and revision of each dossier by notation."""
    with database.read(SystemScope("test")) as work:
        return {d.notation: (d.state, d.revision) for d in work.session.scalars(select(Dossier))}


def test_what_is_due_is_moved_once(database: Database, province: Province) -> None:
    """On the day, and not a day before, a dossier is put under review: once, with an event and a new index entry."""
    planned(database, province, "due", closing_year=2015)
    planned(database, province, "later", closing_year=2016)
    planned(database, province, "never", period="Vĩnh viễn")
    planned(database, province, "unknown", period="")
    planned(database, province, "xa due", of="xa", closing_year=2010)
    assert move_due(database, datetime.date(2025, 12, 31)) == 1
    assert states(database)["due"] == ("kept", 1)
    assert move_due(database, datetime.date(2026, 1, 1)) == 1
    assert move_due(database, datetime.date(2026, 1, 1)) == 0
    assert states(database) == {
        "due": ("disposal_review", 2),
        "later": ("kept", 1),
        "never": ("kept", 1),
        "unknown": ("kept", 1),
        "xa due": ("disposal_review", 2),
    }
    with database.read(SystemScope("test")) as work:
        events = work.session.scalars(select(AuditEvent).where(AuditEvent.act == "retention.due")).all()
        moved = {
            p.dossier_id: p.moved_on
            for p in work.session.scalars(select(RetentionPlan).where(RetentionPlan.moved_on.is_not(None)))
        }
        waiting = work.session.scalars(select(OutboxRow.object_id)).all()
    assert {event.chain_id for event in events} == {province.department, province.commune}
    assert set(moved.values()) == {datetime.date(2025, 12, 31), datetime.date(2026, 1, 1)}
    assert sorted(waiting) == sorted(moved)


def test_a_missed_day_is_made_good(database: Database, province: Province) -> None:
    """After an outage of years all that has become due meanwhile is moved at once."""
    for year in (2001, 2010, 2015):
        planned(database, province, str(year), closing_year=year)
    assert move_due(database, TODAY) == 3


def test_only_what_is_kept_is_moved(database: Database, province: Province) -> None:
    """A dossier that is in another hand already is left there."""
    planned(database, province, "open", closing_year=2001, state="open")
    assert move_due(database, TODAY) == 0


def test_many_are_moved_in_portions(database: Database, province: Province) -> None:
    """More than one portion is moved in one go, none of them twice."""
    from retention.due import services

    with database.write(worker_scope(province.department)) as work:
        for number in range(services._BATCH + 5):
            plan(work, add_dossier(work, province, str(number), closing_year=2001))
    assert move_due(database, TODAY) == services._BATCH + 5
    with database.read(SystemScope("test")) as work:
        count = select(func.count()).select_from(AuditEvent).where(AuditEvent.act == "retention.due")
        assert work.session.scalar(count) == services._BATCH + 5


def test_a_later_look_finds_what_a_person_put_back(database: Database, province: Province) -> None:
    """A dossier that was kept on for another look comes up again the next day."""
    planned(database, province, "due", closing_year=2001)
    assert move_due(database, TODAY) == 1
    with database.write(SystemScope("test")) as work:
        work.session.execute(update(Dossier).values(state="kept"))
    assert move_due(database, TODAY + datetime.timedelta(days=1)) == 1
