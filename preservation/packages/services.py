"""Packages after they were sealed: reading a document's bytes, checked on the way out; doubting their locks."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from archive.audit.events import AuditRecord
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.description.models import ContentFile
from preservation.packages.errors import PackageError
from preservation.packages.models import PackageVersion, StoredContent
from preservation.storage.ports import ObjectStore

_ROWS_AT_ONCE = 500


def read_content(store: ObjectStore, key: str, stored: StoredContent, file: ContentFile) -> Iterator[bytes]:
    """Yield a content file's bytes by one range of its package's object.

    The last chunk is given only after the digest of all has been compared with the one taken at receipt: a
    reader of altered bytes sees the stream break off, never a whole file.

    Raises:
        PackageError: PKG-0024 the bytes are not those that came in.
    """
    digest = hashlib.sha256()
    held = b""
    for chunk in store.read(key, offset=stored.offset, length=stored.length):
        if held:
            yield held
        digest.update(chunk)
        held = bytes(chunk)
    if digest.hexdigest() != file.sha256:
        raise PackageError("PKG-0024", path=stored.member, expected=file.sha256, found=digest.hexdigest())
    if held:
        yield held


def doubt_locks(database: Database) -> int:
    """Record that no lock is kept by the store, when the store was seen not to keep them; return how many were.

    From then on pages call each of these locks the product's own word.
    """
    doubted = 0
    while True:
        with database.write(SystemScope("locks doubted")) as work:
            rows = work.session.scalars(
                select(PackageVersion).where(PackageVersion.lock_enforced_by == "store").limit(_ROWS_AT_ONCE)
            ).all()
            for row in rows:
                row.lock_enforced_by = "product"
            for organization, count in Counter(row.organization_id for row in rows).items():
                work.record(AuditRecord("package.lock_doubted", organization, payload={"packages": count}))
        doubted += len(rows)
        if len(rows) < _ROWS_AT_ONCE:
            return doubted
