"""Opening the house for one command, and acting in it as an account."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from archive.accounts.permissions import require
from archive.accounts.services import AccountFace, find_face
from archive.audit.events import AuditRecord
from archive.database.scope import Scope
from config.beginning import organization_by_code
from config.house import House, open_house
from config.settings import SettingsError, load


@contextmanager
def house() -> Iterator[House]:
    """Open the house by the settings in force."""
    opened = open_house(load())
    try:
        yield opened
    finally:
        opened.close()


def acting_account(opened: House, username: str) -> AccountFace:
    """Return the account to act as.

    Raises:
        SettingsError: SET-0006 there is none, SET-0015 it is locked.
    """
    face = find_face(opened.database, username=username)
    if face is None:
        raise SettingsError("SET-0006", username=username)
    if face.locked:
        # Whoever has the machine's console may know: the database lies beside it.
        raise SettingsError("SET-0015", username=username)
    return face


def managing(
    opened: House, username: str, organization: str, permission: str = "account.manage"
) -> tuple[uuid.UUID, Scope]:
    """Return the body whose accounts or units (`permission`) are to be managed, and the scope for it.

    Raises:
        SettingsError: see `acting_account`.
        Forbidden: the account does not hold the permission, or not for another body.
        NotFound: no body bears the code.
    """
    actor = acting_account(opened, username)
    scope = actor.scope()
    require(scope, permission)
    if not organization:
        return actor.organization_id, scope
    require(scope, "organization.manage")
    return organization_by_code(opened.database, organization, scope)


def note_reading(opened: House, face: AccountFace, act: str, **shown: str | int) -> None:
    """Record that an account was shown a list, in its own body's chain: before anything is printed, as pages do."""
    with opened.database.write(face.scope()) as work:
        work.record(AuditRecord(act, face.organization_id, payload=dict(shown)))
