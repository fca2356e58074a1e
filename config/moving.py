"""Moving an archive from the embedded defaults to servers: taken up again wherever it was cut off."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import select, update

from archive import faults
from archive.audit.events import AuditRecord
from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.errors import MigrationError
from archive.database.migrate import require_newest, upgrade
from archive.database.moving import clear, copy_rows, digests, refuse_other_archive
from archive.database.scope import SystemScope
from archive.database.snapshots import is_empty, kind_of
from archive.jobs.claims import free_all
from archive.organizations.services import system_organization
from archive.staging.ports import Staging
from config.buckets import lock_was_tried, make_buckets, open_staging, open_store, try_lock
from config.house import MOVING, check_floors, make_data_folder, moved_place
from config.processes import data_lock
from config.session_key import session_key
from config.settings import Settings, SettingsError, load
from config.tables import SUBJECTS
from ingest.transfers.staged import move_staged
from preservation.backup.folders import settle
from preservation.evidence.services import verify_all
from preservation.packages.models import PackageVersion
from preservation.storage.moving import move_object
from preservation.storage.ports import ObjectStore
from search.index.services import request_rebuild

assert SUBJECTS  # noqa: S101 - imported for the tables

_PROBES = "probe/"
_ROWS_AT_ONCE = 500
_TOLD_EVERY = 100


@dataclass(frozen=True, slots=True)
class _Marker:
    """What is being moved: the goal, the state of the source's rows, and an id of this move."""

    place: str
    rows: str
    move: str


@dataclass(frozen=True, slots=True)
class _Place:
    """One side of a move."""

    settings: Settings
    database: Database
    store: ObjectStore
    staging: Staging


def move(settings: Settings, file: Path, tell: Callable[[str], None]) -> None:
    """Move the archive of the present settings to where a settings file says; the source stays as it is.

    Objects go first, the rows after them, so that the goal is no archive until all of it is there.

    Args:
        settings: of the archive, which must not be running.
        file: settings of the goal; the environment does not count for it.
        tell: called with each step of the progress.

    Raises:
        SettingsError: SET-0003 the archive is running; SET-0004 there is none; SET-0012 it is not a move from SQLite
            to PostgreSQL.
        MigrationError: MIG-0006 the source was not upgraded; MIG-0007 the goal holds another archive; MIG-0008 it does
            not take a row; MIG-0009 what was moved differs.
        StorageError: STO-0017 an object differs.
        KhoLuuTruError: a server does not do what it should; started again, this goes on.
    """
    check_floors()
    goal = load({}, file)
    source, target = Database(settings.database_url), Database(goal.database_url)
    try:
        if (kind_of(source), kind_of(target)) != ("sqlite", "postgresql"):
            raise SettingsError("SET-0012", source=kind_of(source), target=kind_of(target), place=str(file))
        if is_empty(source):
            raise SettingsError("SET-0004", data=str(settings.data))
        make_data_folder(goal)
        with ExitStack() as locks:
            for data in dict.fromkeys((settings.data.resolve(), goal.data.resolve())):
                locks.enter_context(data_lock(data))
            require_newest(source)
            make_buckets(goal)
            if goal.store and not lock_was_tried(goal):
                try_lock(goal)
            _move(
                _Place(settings, source, open_store(settings), open_staging(settings)),
                _Place(goal, target, open_store(goal), open_staging(goal)),
                tell,
            )
    finally:
        source.dispose()
        target.dispose()


def _move(source: _Place, target: _Place, tell: Callable[[str], None]) -> None:
    tell("Đọc kho nguồn…")
    rows = digests(source.database)
    upgrade(target.database)
    marker = _mark(source, target, hashlib.sha256(json.dumps(rows).encode()).hexdigest())
    if not _is_finished(target.database, marker):
        refuse_other_archive(source.database, target.database)
        _move_objects(source, target, tell)
        if not _is_same(source.settings, target.settings, "staging"):
            tell(f"Vùng tạm: {move_staged(source.database, source.staging, target.staging)} tệp.")
        copy_rows(source.database, target.database, lambda name, total: tell(f"Bảng {name}: {total} dòng."))
        _compare(source, target, rows)
        tell("Số dòng, mã băm của mọi bảng, các đối tượng và chuỗi nhật ký ở nơi đến khớp với kho nguồn.")
        _finish(target, marker)
    session_key(target.settings.data)
    faults.point("move.finished")
    (target.settings.data / MOVING).unlink()
    _journal(target.settings).unlink(missing_ok=True)
    settle(target.settings.data)


def _mark(source: _Place, target: _Place, rows: str) -> _Marker:
    """Return the marker of this move; what an earlier run moved from another state of the source is taken out."""
    path = target.settings.data / MOVING
    place = moved_place(target.settings)
    try:
        left = _Marker(**json.loads(path.read_text("ascii")))
    except FileNotFoundError:
        left = None
    if left is not None and (left.place, left.rows) == (place, rows):
        return left
    refuse_other_archive(source.database, target.database)
    _refuse_other_objects(source.store, target.store)
    made = _Marker(place, rows, str(uuid.uuid4()))
    fresh = path.with_name(f"{MOVING}.new")
    with fresh.open("w", encoding="ascii") as file:
        json.dump(asdict(made), file)
        file.flush()
        os.fsync(file.fileno())
    _journal(target.settings).unlink(missing_ok=True)
    clear(target.database)
    fresh.rename(path)
    settle(target.settings.data)
    faults.point("move.marked")
    return made


def _refuse_other_objects(source: ObjectStore, target: ObjectStore) -> None:
    for key in target.keys(""):
        if not key.startswith(_PROBES) and source.stat(key) is None:
            raise MigrationError("MIG-0007", place=key)


def _is_same(source: Settings, goal: Settings, part: Literal["store", "staging"]) -> bool:
    """Return whether both sides keep this part at one place: the same bucket, or the same folder."""
    return getattr(source, part) == getattr(goal, part) and bool(getattr(goal, part) or source.data == goal.data)


def _journal(goal: Settings) -> Path:
    return goal.data / "moving-objects"


def _move_objects(source: _Place, target: _Place, tell: Callable[[str], None]) -> None:
    """Move every object; those that an earlier run has moved and compared stand in the journal."""
    if _is_same(source.settings, target.settings, "store"):
        return
    journal = _journal(target.settings)
    done = set(journal.read_text("ascii").splitlines()) if journal.exists() else set()
    keys = [key for key in source.store.keys("") if not key.startswith(_PROBES)]
    length = 0
    with journal.open("a", encoding="ascii", buffering=1) as file:
        for number, key in enumerate(keys, start=1):
            if key not in done:
                length += move_object(source.store, target.store, key, source.database.clock)
                file.write(f"{key}\n")
                faults.point("move.object.noted")
            if number % _TOLD_EVERY == 0 or number == len(keys):
                tell(f"Kho: {number}/{len(keys)} đối tượng, lần này {length} byte.")


def _compare(source: _Place, target: _Place, rows: dict[str, str]) -> None:
    moved = digests(target.database)
    if differing := [name for name in rows if moved.get(name) != rows[name]]:
        raise MigrationError("MIG-0009", what=f"bảng {', '.join(differing)}")
    for key in source.store.keys(""):
        if not key.startswith(_PROBES) and target.store.stat(key) != source.store.stat(key):
            raise MigrationError("MIG-0009", what=key)
    for chain, (_, fault) in verify_all(target.database, target.store).items():
        if fault is not None:
            raise MigrationError("MIG-0009", what=f"chuỗi nhật ký {chain}")
    faults.point("move.compared")


def _is_finished(target: Database, marker: _Marker) -> bool:
    with target.read(SystemScope("move")) as work:
        done = select(AuditEvent.seq).where(AuditEvent.object_id == uuid.UUID(marker.move))
        return work.session.scalar(done) is not None


def _finish(target: _Place, marker: _Marker) -> None:
    """Say in the rows who keeps the locks now, ask for an index, free what was claimed, and record it: as a whole."""
    with target.database.read(SystemScope("move")) as work:
        keys = work.session.scalars(select(PackageVersion.object_key).where(PackageVersion.state == "locked")).all()
    kept = [key for key in keys if target.store.lock(key).enforced_by == "store"]
    with target.database.write(SystemScope("move")) as work:
        free_all(work)
        for portion in _portions(kept):
            of_these = PackageVersion.object_key.in_(portion)
            work.session.execute(update(PackageVersion).where(of_these).values(lock_enforced_by="store"))
        operator = system_organization(work.session)
        if operator is None:
            raise MigrationError("MIG-0009", what="đơn vị vận hành")
        request_rebuild(work, operator)
        payload = {"rows": marker.rows, "locks_kept_by_store": len(kept)}
        work.record(AuditRecord("archive.moved", operator, "archive", uuid.UUID(marker.move), payload=payload))


def _portions(keys: list[str]) -> Iterator[list[str]]:
    yield from (keys[at : at + _ROWS_AT_ONCE] for at in range(0, len(keys), _ROWS_AT_ONCE))
