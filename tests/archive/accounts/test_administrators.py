"""Administrators: what they may give, to whom, and that the owner of an account learns what they did with it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.accounts.errors import AccountError, Forbidden
from archive.accounts.models import Account
from archive.accounts.roles import CONTENT_ROLES, ROLES
from archive.accounts.rules import TECHNICAL, clash
from archive.accounts.services import (
    authenticate,
    change_account,
    change_password,
    create_account,
    find_face,
    hash_password,
    reset_password,
    set_lock,
    set_roles,
)
from archive.audit.models import AuditEvent, AuditPayload
from archive.database.connection import Database
from archive.database.scope import SystemScope
from config.demonstration import _COMMUNE_PEOPLE, _DEPARTMENT_PEOPLE
from tests.archive.clocks import FixedClock
from tests.province import PASSWORD, Province

NEW = "Moi-67890"


@given(st.sets(st.sampled_from(sorted(ROLES))))
def test_only_a_technical_role_beside_content_clashes(roles: set[str]) -> None:
    """Any set of roles is one person's, unless a technical role and one with right to content are both in it."""
    pair = clash(roles, CONTENT_ROLES)
    assert (pair is not None) == (bool(roles & TECHNICAL) and bool(roles & CONTENT_ROLES))
    if pair is not None:
        assert set(pair) <= roles


def test_the_people_of_the_demonstration_may_be() -> None:
    """Two people play all parts of a commune, its administrator's too, but none is a system administrator."""
    for person in (*_DEPARTMENT_PEOPLE, *_COMMUNE_PEOPLE):
        assert clash(person.roles, CONTENT_ROLES) is None
    assert any({"unit_administrator", "archivist"} <= set(person.roles) for person in _COMMUNE_PEOPLE)


def roles_of(database: Database, username: str) -> set[str]:
    """Return what an account holds."""
    face = find_face(database, username=username)
    assert face is not None
    return set(face.roles)


def give(database: Database, province: Province, who: str, target: str, *roles: str) -> None:
    """Change roles as a person."""
    with database.write(province.people[who].scope()) as work:
        set_roles(work, target, roles)


def test_roles_are_changed_and_the_chain_says_from_what_to_what(database: Database, province: Province) -> None:
    """A unit administrator gives an account other roles; the event holds old and new."""
    give(database, province, "unitadmin", "searcher", "clerk", "searcher")
    assert roles_of(database, "searcher") == {"clerk", "searcher"}
    with database.read(SystemScope("test")) as work:
        body = work.session.scalars(
            select(AuditPayload.body)
            .join(AuditEvent, (AuditEvent.chain_id == AuditPayload.chain_id) & (AuditEvent.seq == AuditPayload.seq))
            .where(AuditEvent.act == "account.roles_changed")
        ).one()
    said = json.loads(body)
    assert (said["old"], said["new"]) == (["searcher"], ["clerk", "searcher"])


@pytest.mark.parametrize("who", ["unitadmin", "quantri"])
def test_nobody_changes_his_own_roles(who: str, database: Database, province: Province) -> None:
    """An administrator of either kind is refused on his own account, and holds what he held."""
    before = roles_of(database, who)
    with pytest.raises(AccountError) as caught:
        give(database, province, who, who, *before, "oversight")
    assert caught.value.code == "ACC-0011"
    assert roles_of(database, who) == before


def test_a_system_administrator_never_gets_a_right_to_content(database: Database, province: Province) -> None:
    """Neither a new account nor a changed one holds both; what is refused is not written."""
    quantri = province.people["quantri"]
    with pytest.raises(AccountError) as caught, database.write(quantri.scope()) as work:
        create_account(
            work,
            organization_id=quantri.organization_id,
            username="hai.vai",
            name="Hai vai",
            roles=("system_administrator", "archivist"),
            password_hash="x",
        )
    assert caught.value.code == "ACC-0010"
    assert find_face(database, username="hai.vai") is None
    with database.write(quantri.scope()) as work:
        create_account(
            work,
            organization_id=quantri.organization_id,
            username="thu.hai",
            name="Thứ hai",
            roles=("system_administrator",),
            password_hash="x",
        )
    with pytest.raises(AccountError) as caught:
        give(database, province, "quantri", "thu.hai", "system_administrator", "searcher")
    assert caught.value.code == "ACC-0010"
    assert roles_of(database, "thu.hai") == {"system_administrator"}


def test_a_unit_administrator_cannot_touch_a_system_administrator(database: Database, province: Province) -> None:
    """Roles, password and lock of an account that reaches every body are closed to who reaches one."""
    quantri = province.people["quantri"]
    with database.write(quantri.scope()) as work:
        create_account(
            work,
            organization_id=quantri.organization_id,
            username="don.vi",
            name="Quản trị đơn vị",
            roles=("unit_administrator",),
            password_hash="x",
        )
    face = find_face(database, username="don.vi")
    assert face is not None
    for act in (
        lambda work: set_roles(work, "quantri", ("auditor",)),
        lambda work: reset_password(work, "quantri", "x"),
        lambda work: set_lock(work, "quantri", locked=True),
    ):
        with pytest.raises(Forbidden), database.write(face.scope()) as work:
            act(work)
    assert roles_of(database, "quantri") == {"auditor", "system_administrator"}


def test_the_owner_learns_of_a_reset_until_he_has_chosen_anew(
    database: Database, province: Province, clock: FixedClock
) -> None:
    """A reset ends the sessions, forces a change, is an event, and stands with name and time until the change."""
    before = province.people["archivist"]
    with database.write(province.people["unitadmin"].scope()) as work:
        reset_password(work, "archivist", hash_password(NEW))
    told = authenticate(database, "archivist", NEW)
    assert told.session_mark != before.session_mark
    assert told.must_change_password
    assert (told.password_reset_by, told.password_reset_at) == (province.people["unitadmin"].name, clock.now())
    with database.read(SystemScope("test")) as work:
        event = work.session.scalars(select(AuditEvent).where(AuditEvent.act == "account.password_reset")).one()
        assert (event.actor_id, event.object_id) == (province.people["unitadmin"].id, before.id)
    change_password(database, told, NEW, PASSWORD)
    with database.read(SystemScope("test")) as work:
        row = work.session.scalars(select(Account).where(Account.username == "archivist")).one()
        assert (row.password_reset_at, row.password_reset_by, row.must_change_password) == (None, "", False)


def test_a_person_works_in_a_unit_of_the_own_body(database: Database, province: Province) -> None:
    """A unit of another body, or a body itself, is refused for a new account and for one that is there."""
    administrator = province.people["unitadmin"]
    for place in (province.commune_unit, province.department, province.commune):
        with (
            pytest.raises(AccountError, match="ACC-0012"),
            database.write(administrator.scope()) as work,
        ):
            create_account(
                work,
                organization_id=province.department,
                username="moi",
                name="Người mới",
                roles=("searcher",),
                password_hash="-",
                unit_id=place,
            )
        with (
            pytest.raises(AccountError, match="ACC-0012"),
            database.write(administrator.scope()) as work,
        ):
            change_account(work, "searcher", name="Người khác", position="", unit_id=place)
    with database.write(administrator.scope()) as work:
        change_account(work, "searcher", name="Người khác", position="", unit_id=province.other_unit)
    face = find_face(database, username="searcher")
    assert face is not None
    assert face.unit_id == province.other_unit
