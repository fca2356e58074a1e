"""The buckets of the settings: made at `init`, opened by the house, their locks tried by `init` and `doctor`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, cast

from sqlalchemy import make_url

from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress
from archive.s3.errors import FAILURES, reason
from archive.staging.folder import FolderStaging
from archive.staging.ports import Staging
from archive.staging.s3 import S3Staging
from archive.staging.turns import MachineTurns, PostgresTurns, Turns
from config.addresses import server_address
from config.settings import Settings, SettingsError
from preservation.storage.errors import StorageError
from preservation.storage.folder import FolderStore
from preservation.storage.lock_proof import HARMLESS_TO_LOCKS, Weakness, prove_lock
from preservation.storage.ports import ObjectStore
from preservation.storage.s3 import S3Store

_MODES = ("GOVERNANCE", "COMPLIANCE")


def bucket_address(settings: Settings, setting: Literal["store", "staging"]) -> BucketAddress:
    """Return the bucket that a setting names, with the credentials of the settings.

    Raises:
        SettingsError: SET-0010 the setting is no address of a bucket.
    """
    server = server_address(setting, str(getattr(settings, setting)))
    return BucketAddress(
        host=server.host,
        port=server.port,
        secure=server.secure,
        name=server.name,
        region=settings.store_region,
        access_key=settings.store_access_key.reveal(),
        secret_key=settings.store_secret_key.reveal(),
    )


def make_buckets(settings: Settings) -> None:
    """Make the buckets that are missing, where the credentials may do so.

    Raises:
        StorageError: ``STO-0016`` a bucket could not be made.
    """
    if settings.store:
        _make(Bucket(bucket_address(settings, "store")), lock=True)
    if settings.staging:
        _make(Bucket(bucket_address(settings, "staging")), lock=False)


def _make(bucket: Bucket, *, lock: bool) -> None:
    try:
        if not bucket.exists():
            bucket.client.make_bucket(bucket.name, object_lock=lock)
    except FAILURES as error:
        raise StorageError("STO-0016", bucket=bucket.name, reason=reason(error)) from error


def open_store(settings: Settings) -> ObjectStore:
    """Return the store of the settings.

    Raises:
        SettingsError: SET-0002, SET-0010 the settings of the store cannot be used.
        StorageError: the bucket is not one that can be used, or its server does not answer.
    """
    if not settings.store:
        return FolderStore(settings.data / "store")
    if settings.store_lock_mode not in _MODES:
        raise SettingsError("SET-0002", name="store_lock_mode", value=settings.store_lock_mode)
    return S3Store(
        Bucket(bucket_address(settings, "store"), write_once=True),
        lock_mode=cast("Literal['GOVERNANCE', 'COMPLIANCE']", settings.store_lock_mode),
        proven=lambda: _is_proven(settings),
    )


def open_staging(settings: Settings) -> Staging:
    """Return the staging place of the settings.

    Raises:
        SettingsError: SET-0010 the setting is no address of a bucket.
        StagingError: the bucket is not one that can be used, or its server does not answer.
    """
    if not settings.staging:
        return FolderStaging(settings.data / "staging")
    # Machines that share a bucket share PostgreSQL too; on SQLite there is one machine.
    shared = make_url(settings.database_url).get_backend_name() == "postgresql"
    turns: Turns = PostgresTurns(settings.database_url) if shared else MachineTurns(settings.data / "turns")
    return S3Staging(Bucket(bucket_address(settings, "staging")), turns)


def try_lock(settings: Settings) -> tuple[Weakness, ...]:
    """Try whether the store's server keeps its locks, and keep the result for all processes of this machine.

    Raises:
        StorageError: ``STO-0007`` the server could not be asked; what was known before stays.
    """
    found = prove_lock(Bucket(bucket_address(settings, "store")))
    keep_trial(settings, found)
    return found


def keep_trial(settings: Settings, found: tuple[Weakness, ...]) -> None:
    """Keep what a trial of the store's locks has found."""
    record = _record(settings)
    partial = record.with_suffix(".new")
    partial.write_text(json.dumps({"store": settings.store, "weaknesses": list(found)}), "utf-8")
    partial.replace(record)


def _is_proven(settings: Settings) -> bool:
    seen = _seen(settings)
    return seen is not None and set(seen) <= HARMLESS_TO_LOCKS


def lock_was_tried(settings: Settings) -> bool:
    """Return whether it is known how the store's server keeps its locks."""
    return _seen(settings) is not None


def _seen(settings: Settings) -> list[str] | None:
    """Return the weaknesses that were seen at this store; None when its lock was never tried."""
    try:
        plain = json.loads(_record(settings).read_text("utf-8"))
        weaknesses = plain["weaknesses"] if plain["store"] == settings.store else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return weaknesses if isinstance(weaknesses, list) else None


def _record(settings: Settings) -> Path:
    return settings.data / "store" / "lock-proof.json"
