"""Opening the house for one command, and acting in it as an account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archive.accounts.services import AccountFace, find_face
from archive.audit.events import AuditRecord
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
        SettingsError: SET-0006 there is none, or it is locked.
    """
    face = find_face(opened.database, username=username)
    if face is None or face.locked:
        raise SettingsError("SET-0006", username=username)
    return face


def note_reading(opened: House, face: AccountFace, act: str, **shown: str | int) -> None:
    """Record that an account was shown a list, in its own body's chain: before anything is printed, as pages do."""
    with opened.database.write(face.scope()) as work:
        work.record(AuditRecord(act, face.organization_id, payload=dict(shown)))
