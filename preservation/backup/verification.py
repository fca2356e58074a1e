"""Is a backup whole, and is what it tells of still there? Compared with itself, with the store, with the archive."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.scope import SystemScope
from archive.database.snapshots import FILES, counts, counts_in
from archive.errors import KhoLuuTruError
from preservation.backup.manifest import OBJECTS, PACKAGES, SETTINGS, Manifest, PackageLine, mark_of, packages_in
from preservation.fixity.services import judge
from preservation.packages.models import PackageVersion
from preservation.storage.errors import StorageError
from preservation.storage.ports import ObjectStore

State = Literal["good", "changed", "bad", "unknown"]
_NAMED = 5
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Comparison:
    """One result: ``good``, ``changed`` (as is normal), ``bad``, or ``unknown`` when it could not be asked."""

    what: str
    state: State
    text: str

    def to_plain(self) -> dict[str, Any]:
        """Return the result as JSON types."""
        return asdict(self)


def verify_copy(folder: Path, manifest: Manifest) -> Iterator[Comparison]:
    """Compare the files of a backup with what its manifest says of them, and look into the database's copy."""
    expected = {FILES[manifest.kind], SETTINGS, PACKAGES, OBJECTS}
    if expected != manifest.files.keys():
        yield Comparison(
            "files", "bad", f"Bản kê không nêu đủ tệp: {', '.join(sorted(expected ^ manifest.files.keys()))}."
        )
        return
    sound = True
    for name, mark in manifest.files.items():
        try:
            same = mark_of(folder / name) == mark
        except FileNotFoundError:
            same = False
        except OSError as error:
            sound = False
            yield Comparison("files", "unknown", f"Không đọc được {name}: {error.strerror or error}.")
            continue
        if not same:
            sound = False
            yield Comparison("files", "bad", f"Tệp {name} thiếu hoặc khác với lúc sao lưu.")
    if not sound:
        return
    yield Comparison("files", "good", f"{len(manifest.files)} tệp đúng mã băm.")
    yield _guarded("database", lambda: _copy(folder, manifest))


def _copy(folder: Path, manifest: Manifest) -> Comparison:
    found = counts_in(manifest.kind, folder / FILES[manifest.kind])
    differing = [
        f"{name}: {found.get(name)} dòng, bản kê ghi {count}"
        for name, count in manifest.tables.items()
        if found.get(name) != count
    ]
    if differing:
        return Comparison("database", "bad", "; ".join(differing[:_NAMED]) + ".")
    total = sum(manifest.tables.values())
    return Comparison("database", "good", f"{len(manifest.tables)} bảng, {total} dòng, đúng bản kê.")


def verify_store(folder: Path, manifest: Manifest, store: ObjectStore, *, deep: bool = False) -> Iterator[Comparison]:
    """Look for every package of a backup in the store; `deep` reads each of them anew and compares its digests."""
    packages = list(packages_in(folder))
    lost, unread = [], []
    for line in packages:
        try:
            fault = _fault(line, store, deep=deep)
        except StorageError as error:
            unread.append(str(error))
            continue
        if fault and (fault != "thiếu" or line.key not in manifest.missing):
            lost.append(f"{line.key} ({fault})")
    if lost:
        yield Comparison("store", "bad", f"{len(lost)} gói trong kho không như lúc sao lưu: {_some(lost)}.")
    if unread:
        yield Comparison("store", "unknown", f"Không hỏi được kho về {len(unread)} gói: {unread[0]}")
    if manifest.missing:
        yield Comparison(
            "store", "bad", f"Lúc sao lưu kho đã thiếu {len(manifest.missing)} gói: {_some(manifest.missing)}."
        )
    if not (lost or unread or manifest.missing):
        how = "đã đọc lại, đúng mã băm" if deep else "đúng độ dài"
        total = sum(line.length for line in packages)
        yield Comparison("store", "good", f"{len(packages)} gói, {total} byte, còn trong kho, {how}.")


def _fault(line: PackageLine, store: ObjectStore, *, deep: bool) -> str:
    """Return what is wrong with a package in the store; empty when nothing is.

    Raises:
        StorageError: the store cannot be asked.
    """
    stored = store.stat(line.key)
    if stored is None:
        return "thiếu"
    if stored.length != line.length:
        return f"{stored.length} byte thay vì {line.length}"
    if not deep:
        return ""
    row = PackageVersion(
        object_key=line.key, package_id=uuid.UUID(line.package_id), version=line.version, digest=line.digest
    )
    judged, findings = judge(store, row)
    if judged == "unreadable":
        raise StorageError("STO-0007", key=line.key, reason=findings[0].code)
    return "" if judged == "intact" else f"{judged}: {findings[0].code}"


def verify_live(folder: Path, manifest: Manifest, database: Database) -> Iterator[Comparison]:
    """Compare a backup with the archive as it is now: more is normal, fewer or other sealed packages are not."""
    with database.read(SystemScope("backup verification")) as work:
        yield _live_packages(folder, work.session)
        yield _live_chains(manifest, work.session)
        present = counts(work.session)
    grown = [
        f"{name} {present[name] - count:+d}"
        for name, count in manifest.tables.items()
        if name in present and present[name] != count
    ]
    if grown:
        yield Comparison("rows", "changed", f"Từ lúc sao lưu số dòng đã đổi: {', '.join(grown)}.")
    else:
        yield Comparison("rows", "good", "Số dòng của mọi bảng như lúc sao lưu.")


def _live_packages(folder: Path, session: Session) -> Comparison:
    lost: list[str] = []
    total = 0
    for batch in _batches(packages_in(folder)):
        ids = [uuid.UUID(line.id) for line in batch]
        rows = {
            str(row.id): (row.object_key, row.length, row.digest)
            for row in session.scalars(select(PackageVersion).where(PackageVersion.id.in_(ids)))
        }
        lost += [line.key for line in batch if rows.get(line.id) != (line.key, line.length, line.digest)]
        total += len(batch)
    if lost:
        return Comparison("packages", "bad", f"{len(lost)} gói đã niêm phong bị mất hoặc đổi dòng: {_some(lost)}.")
    return Comparison("packages", "good", f"{total} gói đã niêm phong vẫn như lúc sao lưu.")


def _live_chains(manifest: Manifest, session: Session) -> Comparison:
    differing = [
        str(head.chain_id)
        for head in manifest.heads
        if head.seq
        and session.scalar(
            select(AuditEvent.hash).where(AuditEvent.chain_id == head.chain_id, AuditEvent.seq == head.seq)
        )
        != head.hash
    ]
    if differing:
        return Comparison("audit", "bad", f"Chuỗi nhật ký không còn đi qua đầu chuỗi lúc sao lưu: {_some(differing)}.")
    return Comparison("audit", "good", f"{len(manifest.heads)} chuỗi nhật ký đi qua đầu chuỗi lúc sao lưu.")


def _guarded(what: str, compare: Callable[[], Comparison]) -> Comparison:
    """Return the result; an error whose cause lies in this machine is *unknown*, never *bad* and never passed over."""
    try:
        return compare()
    except KhoLuuTruError as error:
        # Without the program nothing is known about the copy; everything else is the copy's own fault.
        return Comparison(what, "unknown" if error.code in {"MIG-0003", "MIG-0004"} else "bad", str(error))


def _batches(lines: Iterator[PackageLine]) -> Iterator[list[PackageLine]]:
    batch: list[PackageLine] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _some(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
