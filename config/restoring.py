"""Putting a backup back onto an empty machine; started again wherever it was cut off."""

from __future__ import annotations

import json
import os
import tarfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select, update

from archive import faults
from archive.accounts.services import end_sessions
from archive.audit.events import AuditRecord
from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.migrate import refuse_newer, upgrade
from archive.database.scope import SystemScope
from archive.database.snapshots import FILES, check_programs, is_empty, kind_of, put_back
from archive.jobs.claims import free_all
from archive.organizations.services import system_organization
from archive.staging.ports import Staging
from config.buckets import lock_was_tried, open_staging, open_store, try_lock
from config.house import RESTORING, check_floors, make_data_folder
from config.processes import data_lock
from config.session_key import session_key
from config.settings import Settings
from config.tables import SUBJECTS
from config.written_settings import differing
from ingest.transfers.staged import transfers_without_bytes
from preservation.backup.errors import BackupError
from preservation.backup.folders import settle
from preservation.backup.manifest import SETTINGS, Manifest, packages_in, read_manifest
from preservation.backup.verification import Comparison, verify_copy, verify_store
from preservation.evidence.services import set_aside
from preservation.ledger.aside import set_ledger_aside
from preservation.packages.models import PackageVersion
from preservation.storage.errors import ObjectMissing
from preservation.storage.ports import ObjectStore
from search.index.services import request_rebuild

assert SUBJECTS  # noqa: S101 - imported for the tables


_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Marker:
    """What is being put back: digest of the backup's manifest, and an id of this restore."""

    manifest: str
    restore: str


def restore(settings: Settings, folder: Path, keys: Path | None = None) -> list[Comparison]:
    """Put a backup back; return how the store and the settings stand to it.

    The store's objects are not part of a backup: they must lie where the settings say before this begins.

    Args:
        settings: of the machine on which the archive shall be.
        folder: the backup.
        keys: the file of keys that was kept apart; without it new keys are made.

    Raises:
        BackupError: BAK-0002, BAK-0003, BAK-0005 the backup is not sound; BAK-0004 there is an archive already;
            BAK-0006 the settings name another kind of database; BAK-0007 another backup's restore was cut off.
        MigrationError: MIG-0001 the backup is newer than the program.
        SettingsError: SET-0003 the data folder is in use.
        KhoLuuTruError: a server of the settings does not do what it should; started again, this goes on.
    """
    check_floors()
    manifest, digest = read_manifest(folder)
    refuse_newer(manifest.revision)
    make_data_folder(settings)
    with data_lock(settings.data):
        database = Database(settings.database_url)
        try:
            if kind_of(database) != manifest.kind:
                raise BackupError("BAK-0006", backup=manifest.kind, settings=kind_of(database))
            check_programs(database)
            if wrong := [result for result in verify_copy(folder, manifest) if result.state != "good"]:
                raise BackupError("BAK-0005", folder=str(folder), detail=wrong[0].text)
            # Whatever is amiss with store or staging is said before anything is put back.
            store, staging = open_store(settings), open_staging(settings)
            marker = _mark(settings, database, digest)
            if is_empty(database):
                put_back(database, folder / FILES[manifest.kind])
            faults.point("restore.database")
            upgrade(database)
            lost_heads = set_aside(store, manifest.heads, database.clock.now())
            faults.point("restore.heads")
            segments = set_ledger_aside(database, store, uuid.UUID(marker.restore))
            unlocked = _unlocked(database, store)
            _begin_anew(database, marker, manifest, lost_heads, unlocked)
            faults.point("restore.recorded")
            _renew_keys(settings, keys)
            if settings.store and not lock_was_tried(settings):
                try_lock(settings)
            (settings.data / RESTORING).unlink()
            settle(settings.data)
            found = [*_report(settings, folder, manifest, database, store, staging)]
            return found + _noted(lost_heads, segments, len(unlocked))
        finally:
            database.dispose()


def _mark(settings: Settings, database: Database, digest: str) -> _Marker:
    """Return the marker of this restore; the one that a cut-off run left, when it is of the same backup."""
    path = settings.data / RESTORING
    try:
        left = _Marker(**json.loads(path.read_text("ascii")))
    except FileNotFoundError:
        left = None
    if not is_empty(database):
        if left is None:
            raise BackupError("BAK-0004", place=database.url.render_as_string(hide_password=True))
        if left.manifest != digest:
            raise BackupError("BAK-0007", data=str(settings.data))
    if left is not None and left.manifest == digest:
        return left
    made = _Marker(digest, str(uuid.uuid4()))
    fresh = path.with_name(f"{RESTORING}.new")
    with fresh.open("w", encoding="ascii") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    settle(settings.data)
    faults.point("restore.marked")
    return made


def _unlocked(database: Database, store: ObjectStore) -> list[str]:
    """Return the keys of packages that the store does not hold for as long as their rows say: a copy may lose locks."""
    now = database.clock.now()
    with database.read(SystemScope("restore")) as work:
        locked = select(PackageVersion.object_key, PackageVersion.retained_until).where(
            PackageVersion.state == "locked", PackageVersion.retained_until > now
        )
        rows = work.session.execute(locked).all()
    found = []
    for key, until in rows:
        try:
            kept = store.lock(key).retained_until
        except ObjectMissing:
            continue  # said in the report
        if until is not None and (kept is None or kept < until):
            found.append(key)
    return found


def _begin_anew(
    database: Database, marker: _Marker, manifest: Manifest, lost_heads: int, unlocked: Sequence[str]
) -> None:
    """End sessions, claims and leases of the time of the backup, ask for locks and an index, and record it: once."""
    restored = uuid.UUID(marker.restore)
    with database.write(SystemScope("restore")) as work:
        if work.session.scalar(select(AuditEvent.seq).where(AuditEvent.object_id == restored)):
            return
        end_sessions(work)
        free_all(work)
        for at in range(0, len(unlocked), _ROWS_AT_ONCE):
            of_these = PackageVersion.object_key.in_(unlocked[at : at + _ROWS_AT_ONCE])
            # The workers lock what is in this state, and record it.
            work.session.execute(update(PackageVersion).where(of_these).values(state="lock_pending"))
        operator = system_organization(work.session)
        if operator is None:
            return
        request_rebuild(work, operator)
        payload = {"manifest": marker.manifest, "made_at": manifest.made_at.isoformat(), "lost_heads": lost_heads}
        work.record(AuditRecord("backup.restored", operator, "backup", restored, payload=payload))


def _renew_keys(settings: Settings, keys: Path | None) -> None:
    (settings.data / "keys" / "session").unlink(missing_ok=True)
    if keys is not None:
        with tarfile.open(keys) as archive:
            for member in archive.getmembers():
                body = archive.extractfile(member) if member.isreg() and "/" not in member.name else None
                if body is not None:
                    path = settings.data / "keys" / member.name
                    path.unlink(missing_ok=True)
                    path.touch(mode=0o600)
                    path.write_bytes(body.read())
    session_key(settings.data)


def _report(
    settings: Settings,
    folder: Path,
    manifest: Manifest,
    database: Database,
    store: ObjectStore,
    staging: Staging,
) -> Iterator[Comparison]:
    yield from verify_store(folder, manifest, store)
    if later := set(store.keys("aip/")) - {line.key for line in packages_in(folder)}:
        text = f"{len(later)} gói trong kho không có trong bản sao lưu (niêm phong sau đó): được giữ nguyên."
        yield Comparison("later", "changed", text)
    if numbers := transfers_without_bytes(database, staging):
        text = f"Đợt nộp thiếu tệp tạm, cần nộp lại tệp: {', '.join(numbers)}."
        yield Comparison("staging", "changed", text)
    for name, then, now in differing((folder / SETTINGS).read_text("utf-8"), settings):
        yield Comparison("settings", "changed", f"Thiết lập {name}: lúc sao lưu «{then}», bây giờ «{now}».")


def _noted(lost_heads: int, segments: int, unlocked: int) -> list[Comparison]:
    found = []
    if lost_heads:
        text = f"{lost_heads} đầu chuỗi nhật ký trong kho là của những dòng sau bản sao lưu, đã mất; kho có ghi chú."
        found.append(Comparison("audit", "changed", text))
    if segments:
        text = f"{segments} đoạn sổ gốc kể những việc sau bản sao lưu: được cất riêng trong kho (ledger-aside/)."
        found.append(Comparison("ledger", "changed", text))
    if unlocked:
        found.append(
            Comparison("locks", "changed", f"{unlocked} gói mất khóa khi chép kho: tiến trình nền sẽ khóa lại.")
        )
    return found
