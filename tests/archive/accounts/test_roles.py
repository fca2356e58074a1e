"""Roles: what each may do and see; technical administrators see no content."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.accounts.errors import Forbidden
from archive.accounts.permissions import allows, record_refusal, require
from archive.accounts.roles import NAMES, NO_CONTENT, ROLES, scope_of
from archive.audit.models import AuditEvent, AuditPayload
from archive.database.connection import Database
from archive.database.scope import SystemScope
from tests.province import Province

ACCOUNT, BODY, UNIT = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
TECHNICAL = ("unit_administrator", "system_administrator", "auditor", "oversight")
CONTENT = {"dossier.view", "document.open", "search.use", "transfer.view", "package.view", "package.export"}


def test_every_role_has_a_name_in_both_languages() -> None:
    """The roles that can be given are the roles that have names."""
    assert set(NAMES) == set(ROLES)
    assert all(vi and en for vi, en in NAMES.values())


@pytest.mark.parametrize("role", TECHNICAL)
def test_technical_roles_have_no_right_to_content(role: str) -> None:
    """Administrators, auditors and oversight hold no permission on content, and their level sees none of it."""
    scope = scope_of(ACCOUNT, BODY, UNIT, (role,))
    assert scope.sensitivity == NO_CONTENT == 0
    assert not scope.permissions & CONTENT


@given(st.lists(st.sampled_from(sorted(ROLES))))
def test_a_scope_is_the_union_of_its_roles(roles: list[str]) -> None:
    """Several roles allow what any of them allows, inside one body, and never more than the third level."""
    scope = scope_of(ACCOUNT, BODY, UNIT, roles)
    assert scope.permissions == frozenset().union(*(ROLES[role] for role in roles))
    assert scope.organizations == {BODY}
    assert scope.sensitivity == max((scope_of(ACCOUNT, BODY, UNIT, [role]).sensitivity for role in roles), default=0)
    assert scope.sensitivity <= 3
    assert scope.units in {None, frozenset({UNIT})}


@pytest.mark.parametrize(
    ("roles", "units"),
    [
        (("submitter",), {UNIT}),
        (("approver",), {UNIT}),
        (("submitter", "approver"), {UNIT}),
        (("submitter", "unit_administrator"), {UNIT}),
        (("submitter", "clerk"), None),
        (("searcher",), None),
        (("auditor",), None),
    ],
)
def test_makers_of_files_see_their_own_unit(roles: tuple[str, ...], units: set[uuid.UUID] | None) -> None:
    """Who only makes files or leads a unit sees that unit; any other role with content opens the whole body."""
    assert scope_of(ACCOUNT, BODY, UNIT, roles).units == units


def test_an_unknown_role_allows_nothing() -> None:
    """A role that the program does not know, left over in the database, gives no right."""
    scope = scope_of(ACCOUNT, BODY, UNIT, ("king",))
    assert (scope.permissions, scope.sensitivity) == (frozenset(), 0)


@given(st.sampled_from(sorted(ROLES)), st.text())
def test_what_no_role_holds_is_denied(role: str, permission: str) -> None:
    """Permission is denied by default."""
    scope = scope_of(ACCOUNT, BODY, UNIT, (role,))
    assert allows(scope, permission) == (permission in ROLES[role])


def test_a_missing_permission_is_named() -> None:
    """What is refused says which permission was missing."""
    with pytest.raises(Forbidden) as caught:
        require(scope_of(ACCOUNT, BODY, UNIT, ("searcher",)), "account.manage")
    assert (caught.value.code, caught.value.parameters) == (
        "GEN-0003",
        {"permission": "Quản lý tài khoản", "permission_en": "Manage accounts"},
    )
    require(scope_of(ACCOUNT, BODY, UNIT, ("unit_administrator",)), "account.manage")


def test_the_system_maintains_and_shows_no_content() -> None:
    """Maintenance may act without roles, and may neither open documents nor search."""
    scope = SystemScope("test")
    assert allows(scope, "index.rebuild")
    for permission in ("document.open", "search.use"):
        with pytest.raises(Forbidden):
            require(scope, permission)


def test_a_refusal_is_an_event(database: Database, province: Province) -> None:
    """Who was refused what stands in the chain of the actor's own body."""
    from sqlalchemy import select

    searcher, wanted = province.people["searcher"], uuid.uuid4()
    record_refusal(database, searcher.scope(), "account.manage", wanted)
    with database.read(SystemScope("test")) as work:
        event, payload = work.session.execute(
            select(AuditEvent, AuditPayload)
            .join(AuditPayload, (AuditPayload.chain_id == AuditEvent.chain_id) & (AuditPayload.seq == AuditEvent.seq))
            .where(AuditEvent.act == "permission.refused")
        ).one()
    assert (event.chain_id, event.actor_id, event.object_id, event.outcome) == (
        *(province.department, searcher.id, wanted),
        "refused",
    )
    assert payload.content() == {"permission": "account.manage"}
