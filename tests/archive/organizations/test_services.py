"""Bodies and units: what they are called on a day, and what stays when they end."""

from __future__ import annotations

import datetime
import uuid

import pytest
from sqlalchemy import select

from archive.audit.models import AuditEvent, AuditPayload
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.organizations.kinds import KINDS
from archive.organizations.models import Organization, OrganizationTerm
from archive.organizations.services import create_organization, names_on, system_organization, term_on
from tests.province import Province

DAY = datetime.date


def rename(database: Database, body: uuid.UUID, name: str, on: datetime.date) -> None:
    """End the term in force the day before, and begin another."""
    with database.write(SystemScope("test")) as work:
        present = work.session.scalars(select(OrganizationTerm).where(OrganizationTerm.subject_id == body)).one()
        present.valid_to = on - datetime.timedelta(days=1)
        work.add(OrganizationTerm(id=work.ids.new(), subject_id=body, name=name, code=present.code, valid_from=on))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (DAY(2019, 1, 1), "Sở Thử"),
        (DAY(2020, 1, 1), "Sở Thử"),
        (DAY(2025, 6, 30), "Sở Thử"),
        (DAY(2025, 7, 1), "Sở Hợp nhất"),
        (DAY(2099, 1, 1), "Sở Hợp nhất"),
    ],
)
def test_a_body_is_called_what_it_was_called_on_that_day(
    day: datetime.date, name: str, database: Database, province: Province
) -> None:
    """Old papers keep the old name; before the first term the first name is taken."""
    rename(database, province.department, "Sở Hợp nhất", DAY(2025, 7, 1))
    with database.read(SystemScope("test")) as work:
        assert term_on(work.session, province.department, day).name == name
        assert names_on(work.session, day)[province.department] == name


def test_a_closed_body_keeps_its_last_name(database: Database, province: Province) -> None:
    """After the last term has ended the body still has its last name: its fonds stay."""
    with database.write(SystemScope("test")) as work:
        term = work.session.scalars(
            select(OrganizationTerm).where(OrganizationTerm.subject_id == province.commune)
        ).one()
        term.valid_to = DAY(2025, 6, 30)
    with database.read(SystemScope("test")) as work:
        assert term_on(work.session, province.commune, DAY(2030, 1, 1)).name == "Xã Thử"
        assert names_on(work.session, DAY(2030, 1, 1))[province.commune] == "Xã Thử"


def test_a_unit_belongs_to_its_body(database: Database, province: Province) -> None:
    """A body is its own tenant; a unit belongs to its body, and its making stands in the body's chain."""
    with database.read(SystemScope("test")) as work:
        bodies = {o.id: o.body_id for o in work.session.scalars(select(Organization))}
        made = work.session.scalars(select(AuditEvent).where(AuditEvent.object_id == province.unit)).one()
        payload = work.session.scalars(
            select(AuditPayload).where(AuditPayload.chain_id == made.chain_id, AuditPayload.seq == made.seq)
        ).one()
    assert bodies[province.department] == province.department
    assert bodies[province.unit] == province.department
    assert (made.act, made.chain_id) == ("organization.created", province.department)
    assert payload.content() == {"kind": "unit", "name": "Phòng Một", "code": ""}


def test_an_unknown_kind_is_refused(database: Database) -> None:
    """A kind that has no name in the house cannot be made."""
    with pytest.raises(ValueError, match="kingdom"), database.write(SystemScope("test")) as work:
        create_organization(work, kind="kingdom", name="X", valid_from=DAY(2020, 1, 1))


def test_the_operator_is_known(database: Database, province: Province) -> None:
    """The one who runs the system has a body of its own, which is nobody else's."""
    with database.read(SystemScope("test")) as work:
        operator = system_organization(work.session)
        assert operator is not None
        assert operator not in {province.department, province.commune}
        assert names_on(work.session, DAY(2099, 1, 1))[operator] == "Đơn vị vận hành hệ thống"


def test_every_kind_has_a_name_in_both_languages() -> None:
    """Kinds are shown in words."""
    assert all(vi and en for vi, en in KINDS.values())
