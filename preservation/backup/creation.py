"""Making a backup: the database at one instant, and lists of what the store held then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import faults
from archive.audit.events import AuditRecord
from archive.audit.services import heads
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.snapshots import check_programs, copied, counts
from archive.organizations.services import system_organization
from preservation.backup.folders import whole_folder
from preservation.backup.manifest import (
    MANIFEST,
    OBJECTS,
    PACKAGES,
    SETTINGS,
    Manifest,
    ObjectLine,
    PackageLine,
    mark_of,
    read_manifest,
    write_file,
    write_lines,
)
from preservation.packages.models import PackageVersion
from preservation.storage.ports import ObjectStore

_AIP = "aip/"
_ROWS_AT_ONCE = 1000


@dataclass(slots=True)
class _Listed:
    """How many objects the store holds, and the packages among them: length by key."""

    objects: int = 0
    packages: dict[str, int] = field(default_factory=dict)


def create(database: Database, store: ObjectStore, folder: Path, *, settings: str, version: str) -> Manifest:
    """Make a backup in a new folder while the archive may go on working; return what it says of itself.

    The database is copied first; its copy is the truth. Packages are listed from the copy; objects are listed
    from the store afterwards, so there may be more of them, never fewer (unless the archive itself lacks some).

    Args:
        database: copied as it is at one instant.
        store: only listed.
        folder: must not be there, or be empty.
        settings: text of the settings, without secrets.
        version: of the product.

    Raises:
        BackupError: BAK-0001 something is in the folder already.
        DumpError: MIG-0003 … MIG-0005 PostgreSQL's programs cannot do it.
        MigrationError: MIG-0002 the copy of the database is not sound.
        StorageError: the store cannot be listed.
    """
    check_programs(database)
    made_at = database.clock.now()
    with whole_folder(folder) as partial:
        write_file(partial / SETTINGS, settings.encode())
        with copied(database, partial) as snapshot:
            faults.point("backup.copied")
            known = {line.key: line for line in _packages(snapshot.session)}
            write_lines(partial / PACKAGES, iter(known.values()))
            tables, chains = counts(snapshot.session), tuple(heads(snapshot.session))
        faults.point("backup.packages")
        listed = _Listed()
        write_lines(partial / OBJECTS, _objects(store, known, listed))
        faults.point("backup.objects")
        files = {path.name: mark_of(path) for path in sorted(partial.iterdir())}
        manifest = Manifest(
            made_at=made_at,
            version=version,
            kind=snapshot.kind,
            revision=snapshot.revision,
            files=files,
            tables=tables,
            heads=chains,
            packages=len(known),
            package_bytes=sum(line.length for line in known.values()),
            objects=listed.objects,
            later=len(listed.packages.keys() - known.keys()),
            missing=tuple(key for key, line in known.items() if listed.packages.get(key) != line.length),
        )
        write_file(partial / MANIFEST, manifest.to_bytes())
    _record(database, folder, manifest)
    return manifest


def _packages(session: Session) -> Iterator[PackageLine]:
    statement = select(PackageVersion).order_by(PackageVersion.object_key).execution_options(yield_per=_ROWS_AT_ONCE)
    for row in session.scalars(statement):
        yield PackageLine(
            id=str(row.id),
            package_id=str(row.package_id),
            version=row.version,
            key=row.object_key,
            length=row.length,
            digest=row.digest,
            state=row.state,
            retained_until=row.retained_until.isoformat() if row.retained_until else "",
        )


def _objects(store: ObjectStore, known: dict[str, PackageLine], listed: _Listed) -> Iterator[ObjectLine]:
    """Yield every object of the store, and add it to what was listed."""
    for key in store.keys(""):
        stored = store.stat(key)
        if stored is None:  # gone since it was listed: an attempt that was swept, a probe of `doctor`
            continue
        listed.objects += 1
        if key.startswith(_AIP):
            listed.packages[key] = stored.length
        yield ObjectLine(key, stored.length, known=not key.startswith(_AIP) or key in known)


def _record(database: Database, folder: Path, manifest: Manifest) -> None:
    _, digest = read_manifest(folder)
    with database.write(SystemScope("backup")) as work:
        operator = system_organization(work.session)
        if operator is None:
            return
        work.record(
            AuditRecord(
                "backup.created",
                operator,
                payload={
                    "manifest": digest,
                    "folder": folder.name,
                    "packages": manifest.packages,
                    "package_bytes": manifest.package_bytes,
                    "missing": len(manifest.missing),
                },
            )
        )
