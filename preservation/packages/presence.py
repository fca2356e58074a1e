"""Whether the store before us is this archive's: the folder of a volume that is not mounted is empty, and obliging."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.organizations.services import system_organization
from preservation.packages.models import PackageVersion
from preservation.storage.errors import ObjectExists, StorageError
from preservation.storage.ports import ObjectStore

IDENTITY = "identity/archive"
"""Key of the object that says whose the store is: the operator's id."""
NEWEST = 20
"""How many packages are looked for."""


def absent_packages(database: Database, store: ObjectStore) -> tuple[int, int]:
    """Return how many of the newest packages the store does not have, and how many were looked for."""
    with database.read(SystemScope("store presence")) as work:
        newest = select(PackageVersion.object_key).order_by(PackageVersion.sealed_at.desc(), PackageVersion.id)
        keys = work.session.scalars(newest.limit(NEWEST)).all()
    return sum(store.stat(key) is None for key in keys), len(keys)


def refuse_other_store(database: Database, store: ObjectStore) -> None:
    """Refuse a store that is not this archive's; one of the time before stores said whose they are is let pass.

    Raises:
        StorageError: STO-0018 the store says nothing and has none of the newest packages; STO-0019 it is another
            archive's.
    """
    operator = _operator(database)
    if operator is None:
        return
    if store.stat(IDENTITY) is None:
        absent, looked_for = absent_packages(database, store)
        if looked_for and absent == looked_for:
            raise StorageError("STO-0018", count=looked_for)
    elif (found := b"".join(store.read(IDENTITY))) != str(operator).encode():
        raise StorageError("STO-0019", archive=str(operator), found=ascii(found[:64].decode("ascii", "replace")))


def mark_store(database: Database, store: ObjectStore) -> None:
    """Write whose the store is, unless it says so already.

    Raises:
        StorageError: as `refuse_other_store`.
    """
    refuse_other_store(database, store)
    own_store(database, store)


def own_store(database: Database, store: ObjectStore) -> None:
    """Write whose the store is, whatever is missing in it: for an archive that was made from this very store."""
    operator = _operator(database)
    if operator is None or store.stat(IDENTITY) is not None:
        return
    body = str(operator).encode()
    try:
        store.put(IDENTITY, (body,), length=len(body))
    except ObjectExists:  # another machine was first
        refuse_other_store(database, store)


def _operator(database: Database) -> uuid.UUID | None:
    with database.read(SystemScope("store presence")) as work:
        return system_organization(work.session)
