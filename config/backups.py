"""Backups of a house: made while it runs, compared with it, and the keys kept apart from them."""

from __future__ import annotations

import io
import os
import secrets
import tarfile
from pathlib import Path

import psycopg
from sqlalchemy.exc import OperationalError

from archive.audit.events import AuditRecord
from archive.database.migrate import require_newest
from archive.database.scope import SystemScope
from archive.database.snapshots import is_empty
from archive.errors import KhoLuuTruError
from archive.organizations.services import system_organization
from config.house import VERSION, House, open_house
from config.settings import Settings, SettingsError
from config.written_settings import without_secrets
from preservation.backup import creation
from preservation.backup.errors import BackupError
from preservation.backup.folders import settle
from preservation.backup.manifest import Manifest, read_manifest
from preservation.backup.verification import Comparison, verify_copy, verify_live, verify_store


def create(house: House, folder: Path, keys: Path | None = None) -> Manifest:
    """Make a backup of a house that may be running.

    Args:
        house: what is copied.
        folder: a new folder.
        keys: a new file for the folder of keys, which is never part of the backup itself.

    Raises:
        SettingsError: SET-0004 there is no archive.
        BackupError: BAK-0001 something is in the folder; BAK-0008 the keys would lie in it too.
        MigrationError: MIG-0006 the database was not upgraded yet.
        KhoLuuTruError: as `preservation.backup.creation.create`.
    """
    if is_empty(house.database):
        raise SettingsError("SET-0004", data=str(house.settings.data))
    require_newest(house.database)
    if keys is not None:
        if keys.resolve().is_relative_to(folder.resolve()):
            raise BackupError("BAK-0008", file=str(keys))
        keep_keys(house.settings.data, keys)
    return creation.create(
        house.database, house.store, folder, settings=without_secrets(house.settings), version=VERSION
    )


def keep_keys(data: Path, file: Path) -> None:
    """Write the data folder's keys into a new tar file that its owner alone can read, whole or not at all."""
    partial = file.with_name(f".{file.name}.partial-{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            with tarfile.open(fileobj=opened, mode="w") as archive:
                for path in sorted((data / "keys").iterdir()):
                    body = path.read_bytes()
                    member = tarfile.TarInfo(path.name)
                    member.size, member.mode = len(body), 0o600
                    archive.addfile(member, io.BytesIO(body))
            opened.flush()
            os.fsync(opened.fileno())
        # A link never takes the place of what is there.
        os.link(partial, file)
        settle(file.parent)
    finally:
        partial.unlink(missing_ok=True)


def check(settings: Settings, folder: Path, *, deep: bool = False) -> list[Comparison]:
    """Compare a backup with itself, then with the archive of the settings; the archive may be running.

    Args:
        settings: of the archive.
        folder: the backup.
        deep: read every package anew.

    Raises:
        BackupError: BAK-0002, BAK-0003 the folder is no whole backup.
    """
    manifest, digest = read_manifest(folder)
    results = list(verify_copy(folder, manifest))
    if any(result.what == "files" and result.state != "good" for result in results):
        return results
    try:
        house = open_house(settings)
    except (KhoLuuTruError, OSError, psycopg.Error) as error:
        text = f"Không mở được kho để đối chiếu: {error}"
        return [*results, Comparison("archive", "unknown", text)]
    try:
        require_newest(house.database)
        results += verify_store(folder, manifest, house.store, deep=deep)
        results += verify_live(folder, manifest, house.database)
        _record(house, digest, results)
    except OperationalError as error:
        results.append(Comparison("archive", "unknown", f"Không hỏi được cơ sở dữ liệu: {error.orig}"))
    except KhoLuuTruError as error:
        results.append(Comparison("archive", "unknown", str(error)))
    finally:
        house.close()
    return results


def _record(house: House, digest: str, results: list[Comparison]) -> None:
    with house.database.write(SystemScope("backup")) as work:
        operator = system_organization(work.session)
        if operator is not None:
            states = {result.what: result.state for result in results}
            good = not {"bad", "unknown"} & set(states.values())
            payload = {"manifest": digest, "results": states}
            work.record(AuditRecord("backup.verified", operator, outcome="done" if good else "failed", payload=payload))
