"""Bodies and units change by date; what is older keeps its name of then."""

from __future__ import annotations

import datetime
import uuid

import pytest

from archive.accounts.errors import Forbidden
from archive.database.errors import NotFound
from archive.database.scope import AnyScope, SystemScope
from archive.organizations.errors import OrganizationError
from archive.organizations.services import (
    TermValues,
    change_term,
    close_organization,
    create_organization,
    system_organization,
    term_on,
    tree_on,
)
from config.beginning import organization_by_code, unit_by_name
from tests.conftest import Archive

DAY = datetime.date(2026, 1, 5)
EVERYTHING = SystemScope("test")


def name_on(archive: Archive, organization: uuid.UUID, day: datetime.date) -> str:
    """Return what a body is called on a day."""
    with archive.house.database.read(EVERYTHING) as work:
        return term_on(work.session, organization, day).name


def change(archive: Archive, organization: uuid.UUID, values: TermValues, day: datetime.date | None = None) -> None:
    """Change a body."""
    with archive.house.database.write(EVERYTHING) as work:
        change_term(work, organization, values, day)


def test_a_new_name_holds_from_its_day(archive: Archive) -> None:
    """Before the day the old name holds, from it on the new one; a mistake put right changes the present one alone."""
    body = archive.province.department
    change(archive, body, TermValues("Sở Mới", "H98.01"), DAY)
    before = DAY - datetime.timedelta(days=1)
    assert (name_on(archive, body, before), name_on(archive, body, DAY)) == ("Sở Thử", "Sở Mới")
    change(archive, body, TermValues("Sở Rất Mới", "H98.01"))
    assert (name_on(archive, body, before), name_on(archive, body, DAY)) == ("Sở Thử", "Sở Rất Mới")
    with pytest.raises(OrganizationError) as told:
        change(archive, body, TermValues("Sở Cũ", "H98.01"), before)
    assert told.value.code == "ORG-0003"


def test_a_day_ahead_is_refused(archive: Archive) -> None:
    """A change or a closing is entered when its day has come."""
    body, ahead = archive.province.department, datetime.date(2999, 1, 1)
    with pytest.raises(OrganizationError) as told:
        change(archive, body, TermValues("Sở Mai Sau", "H98.01"), ahead)
    assert told.value.code == "ORG-0005"
    with pytest.raises(OrganizationError) as told, archive.house.database.write(EVERYTHING) as work:
        close_organization(work, body, ahead)
    assert told.value.code == "ORG-0005"


def test_codes_and_names_are_nobody_elses(archive: Archive) -> None:
    """An agency code is one body's at a time, a unit's name one unit's in its body; another body may have the name."""
    province = archive.province
    with pytest.raises(OrganizationError) as told:
        change(archive, province.commune, TermValues("Xã Thử", "H98.01"))
    assert told.value.code == "ORG-0001"
    with pytest.raises(OrganizationError) as told, archive.house.database.write(EVERYTHING) as work:
        create_organization(work, kind="unit", name="phong MOT", body=province.department, valid_from=DAY)
    assert told.value.code == "ORG-0002"
    with archive.house.database.write(EVERYTHING) as work:
        create_organization(work, kind="unit", name="Phòng Một", body=province.commune, valid_from=DAY)


def test_nothing_stands_in_itself(archive: Archive) -> None:
    """A body cannot stand in itself nor in what stands in it."""
    with archive.house.database.read(EVERYTHING) as work:
        top = next(body.id for body in tree_on(work.session, DAY) if body.kind == "province")
    for parent in (top, archive.province.department):
        with pytest.raises(OrganizationError) as told:
            change(archive, top, TermValues("Tỉnh thử", "H98", parent_id=parent))
        assert told.value.code == "ORG-0006"


def test_a_closed_body_stays_as_it_was(archive: Archive) -> None:
    """Closed, a body keeps its last name, frees its code, and changes no more."""
    commune = archive.province.commune
    with archive.house.database.write(EVERYTHING) as work:
        close_organization(work, commune, DAY)
    assert name_on(archive, commune, datetime.date(2030, 1, 1)) == "Xã Thử"
    for act in (
        lambda: change(archive, commune, TermValues("Khác")),
        lambda: close_again(archive, commune),
    ):
        with pytest.raises(OrganizationError) as told:
            act()
        assert told.value.code == "ORG-0004"
    change(archive, archive.province.department, TermValues("Sở Thử", "H98.02"), DAY)


def close_again(archive: Archive, organization: uuid.UUID) -> None:
    """Close a body."""
    with archive.house.database.write(EVERYTHING) as work:
        close_organization(work, organization, DAY)


def test_a_units_administrator_changes_his_own_units(archive: Archive) -> None:
    """He makes and renames units of his body; bodies, and the units of others, are not his."""
    province = archive.province
    scope: AnyScope = archive.person("unitadmin").scope()
    database = archive.house.database
    with database.write(scope) as work:
        create_organization(work, kind="unit", name="Phòng Ba", body=province.department, valid_from=DAY)
        change_term(work, province.other_unit, TermValues("Phòng Hai mới"))
    with pytest.raises(Forbidden), database.write(scope) as work:
        change_term(work, province.department, TermValues("Sở của tôi"))
    with pytest.raises(NotFound), database.write(scope) as work:
        change_term(work, province.commune_unit, TermValues("Phòng của tôi"))
    with pytest.raises(Forbidden), database.write(scope) as work:
        create_organization(work, kind="department", name="Sở của tôi", valid_from=DAY)
    with pytest.raises(NotFound), database.write(scope) as work:
        create_organization(work, kind="unit", name="Phòng của tôi", body=province.commune, valid_from=DAY)


def test_a_closed_body_has_no_new_units(archive: Archive) -> None:
    """Nobody can be put to work in a body that is closed."""
    commune = archive.province.commune
    with archive.house.database.write(EVERYTHING) as work:
        close_organization(work, commune, DAY)
    with pytest.raises(OrganizationError) as told, archive.house.database.write(EVERYTHING) as work:
        create_organization(work, kind="unit", name="Phòng Ba", body=commune, valid_from=DAY)
    assert told.value.code == "ORG-0004"


def test_the_operator_is_neither_changed_nor_closed(archive: Archive) -> None:
    """The system's own body answers like one that does not exist, to whoever manages bodies too."""
    with archive.house.database.read(EVERYTHING) as work:
        operator = system_organization(work.session)
    assert operator is not None
    with pytest.raises(NotFound):
        change(archive, operator, TermValues("Khác"))
    with pytest.raises(NotFound):
        close_again(archive, operator)


def test_a_code_means_who_bears_it_now(archive: Archive) -> None:
    """Commands that name a body by its code reach the one that bore it last; a closed unit's name reaches nobody."""
    province, database = archive.province, archive.house.database
    with database.write(EVERYTHING) as work:
        close_organization(work, province.commune, DAY)
        close_organization(work, province.other_unit, DAY)
        heir = create_organization(work, kind="commune", name="Xã Mới", code="H98.02", valid_from=DAY)
    scope = archive.person("unitadmin").scope()
    assert organization_by_code(database, "H98.02", scope)[0] == heir
    with database.read(EVERYTHING) as work:
        assert unit_by_name(work.session, province.department, "phong mot") == province.unit
        with pytest.raises(NotFound):
            unit_by_name(work.session, province.department, "Phòng Hai")
