"""Permission is (actor, act, object), denied by default; scope has decided about the object already."""

from __future__ import annotations

import uuid
from dataclasses import replace

from archive.accounts.errors import Forbidden
from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.scope import AnyScope, Scope, SystemScope


def allows(scope: AnyScope, permission: str) -> bool:
    """Return whether the roles behind the scope hold the permission; a system scope never shows content."""
    if isinstance(scope, SystemScope):
        return not permission.startswith(("document.", "search."))
    return permission in scope.permissions


def require(scope: AnyScope, permission: str) -> None:
    """Do nothing if allowed.

    Raises:
        Forbidden: no role of the actor holds the permission.
    """
    if not allows(scope, permission):
        raise Forbidden(permission)


def allows_on(scope: AnyScope, permission: str, unit_id: uuid.UUID) -> bool:
    """Return whether the permission reaches a row of this unit."""
    elsewhere = isinstance(scope, Scope) and permission in scope.own_unit_only and unit_id != scope.own_unit
    return allows(scope, permission) and not elsewhere


def require_on(scope: AnyScope, permission: str, unit_id: uuid.UUID) -> None:
    """Do nothing if allowed on a row of this unit.

    Raises:
        Forbidden: no role of the actor holds the permission, or only in another unit.
    """
    if not allows_on(scope, permission, unit_id):
        raise Forbidden(permission)


def administering(scope: Scope, body_id: uuid.UUID) -> Scope:
    """Return the scope in which an administrator manages the people of a body.

    Who manages bodies manages the first people of each, so his scope is widened to this one; it holds no right to
    content, so nothing else becomes visible by it. Everybody else has his own body alone.

    Raises:
        Forbidden: the actor manages no accounts, or none of that body.
    """
    require(scope, "account.manage")
    if body_id in scope.organizations:
        return scope
    require(scope, "organization.manage")
    return replace(scope, organizations=frozenset({body_id}), units=None)


def record_refusal(database: Database, scope: Scope, permission: str, object_id: uuid.UUID | None) -> None:
    """Write the refusal into the actor's own chain."""
    for organization_id in scope.organizations:
        database.write_refusal(
            scope,
            AuditRecord(
                "permission.refused",
                organization_id,
                object_id=object_id,
                outcome="refused",
                payload={"permission": permission},
            ),
        )
