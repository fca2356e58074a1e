"""Setting a ledger aside that tells of rows which the restored database does not have."""

from __future__ import annotations

import uuid

from archive import faults
from archive.database.connection import Database
from preservation.ledger.segments import PREFIX, SegmentName
from preservation.ledger.services import standings
from preservation.storage.ports import ObjectStore

_ASIDE = "ledger-aside/"


def set_ledger_aside(database: Database, store: ObjectStore, restore: uuid.UUID) -> int:
    """Keep the segments of an archive that went on after its backup, out of the way of the restored one's.

    The restored database is older than its ledger: the next run would refuse to write (LDG-0001), and a rebuild would
    bring back what restoring has given up. So every segment is copied to ``ledger-aside/<restore>/…``, then removed;
    the next run writes the whole ledger anew. Nothing of it is lost: it may be the last word about what came after
    the backup. Killed, it goes on when it is called again. Returns how many segments lie aside.
    """
    place = f"{_ASIDE}{restore}/"
    begun = next(store.keys(place), None) is not None
    if not begun and not _tells_of_more(database, store):
        return 0
    present = list(store.keys(PREFIX))
    for key in present:
        copy = place + key.removeprefix(PREFIX)
        found = store.stat(key)
        if found is not None and store.stat(copy) is None:
            store.put(copy, store.read(key), length=found.length)
            faults.point("restore.ledger")
    for key in present:
        store.delete(key)
    return sum(1 for _ in store.keys(place))


def _tells_of_more(database: Database, store: ObjectStore) -> bool:
    """Return whether the ledger holds rows, or whole bodies, that the database does not have."""
    known = standings(database, store)
    if any(each.contradicted for each in known):
        return True
    chains = {str(each.head.chain_id) for each in known}
    told = (SegmentName.of(key) for key in store.keys(f"{PREFIX}body/"))
    return any(name is not None and name.stream.split("/")[2] not in chains for name in told)
