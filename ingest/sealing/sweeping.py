"""Objects that no row knows: what attempts wrote that died before their transaction."""

from __future__ import annotations

import re
import uuid

from sqlalchemy import select

from archive.database.scope import SystemScope
from ingest.sealing.models import Sealing
from ingest.transfers.house import IntakeHouse
from ingest.transfers.models import Transfer, TransferDossier
from preservation.packages.models import PackageVersion
from preservation.storage.ports import ObjectStore

_PACKAGE = re.compile(r"aip/[0-9a-f]{2}/(?P<package>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


def sweep_orphans(house: IntakeHouse) -> int:
    """Delete package objects without a row, once nobody is sealing their transfer; return how many.

    Only what a sealing row accounts for is touched: an object that nothing explains is left for a person.
    """
    keys = set(house.store.keys("aip/"))
    with house.database.read(SystemScope("orphan sweep")) as work:
        keys -= set(work.session.scalars(select(PackageVersion.object_key)))
        states = {
            row.package_id: row.state
            for row in work.session.execute(
                select(Sealing.package_id, Transfer.state)
                .join(TransferDossier, TransferDossier.id == Sealing.transfer_dossier_id)
                .join(Transfer, Transfer.id == TransferDossier.transfer_id)
            )
        }
    swept = 0
    for key in sorted(keys):
        named = _PACKAGE.match(key)
        state = states.get(uuid.UUID(named["package"])) if named else None
        if state is not None and state != "sealing":
            swept += discard(house.store, key)
    return swept


def discard(store: ObjectStore, key: str) -> bool:
    """Delete what an attempt wrote and no row knows, and return whether it was deleted: never what is locked.

    A lock is never set before the row. Where there is one, the row was lost, as by restoring an older database: then
    the object is all that is left of a sealed dossier, and a person decides.
    """
    lock = store.lock(key)
    if lock.held or lock.retained_until is not None:
        return False
    store.delete(key)
    return True
