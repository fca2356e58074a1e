"""An archive whose store and staging are buckets: made, opened, refused, and what is said of its lock."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.audit.models import AuditEvent
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress
from archive.staging.s3 import S3Staging
from config.beginning import initialise
from config.buckets import lock_was_tried, make_buckets, open_store, try_lock
from config.doctor import examine
from config.house import make_data_folder, open_house
from config.settings import Settings, SettingsError, load
from preservation.packages.models import PackageVersion
from preservation.packages.services import doubt_locks
from preservation.storage.lock_proof import Weakness
from preservation.storage.s3 import S3Store
from tests.buckets import bucket_for, settings_of
from tests.conftest import Archive
from tests.contract.s3_liar import S3Liar, WireLie, lying
from tests.transfers import whole_way

pytestmark = pytest.mark.network


@pytest.fixture
def addresses(tmp_path: Path) -> tuple[BucketAddress, BucketAddress]:
    """Two buckets that are not there yet."""
    return (
        bucket_for(tmp_path / "store", lock=True, made=False),
        bucket_for(tmp_path / "staging", lock=False, made=False),
    )


def _settings(data: Path, store: BucketAddress, staging: BucketAddress, **more: str) -> Settings:
    values = settings_of(store, staging) | {"data": str(data)} | more
    return load({f"KHOLUUTRU_{name.upper()}": value for name, value in values.items()}, data / "none.toml")


@pytest.fixture
def settings(tmp_path: Path, addresses: tuple[BucketAddress, BucketAddress]) -> Settings:
    """Settings of an archive in these buckets."""
    return _settings(tmp_path / "DATA", *addresses)


def test_beginning_makes_the_buckets_and_tries_the_lock(
    settings: Settings, addresses: tuple[BucketAddress, BucketAddress]
) -> None:
    """After `init` both buckets are there, one with object lock and one without versions, and the doctor is content."""
    initialise(settings)
    assert [Bucket(address).is_versioned() for address in addresses] == [True, False]
    house = open_house(settings)
    try:
        assert (type(house.store), type(house.staging)) == (S3Store, S3Staging)
        house.store.put("one", [b"1"], length=1)
        assert house.store.lock("one").enforced_by == "store"
    finally:
        house.close()
    states = {result.what: result.state for result in examine(settings)}
    assert (states["store"], states["lock"]) == ("ok", "ok")


def test_beginning_again_tries_nothing_again(settings: Settings) -> None:
    """A second `init` leaves buckets and what is known of the lock as they are."""
    assert not lock_was_tried(settings)
    initialise(settings)
    known = (settings.data / "store" / "lock-proof.json").stat().st_mtime_ns
    initialise(settings)
    assert lock_was_tried(settings)
    assert (settings.data / "store" / "lock-proof.json").stat().st_mtime_ns == known


@pytest.fixture
def behind(tmp_path: Path, addresses: tuple[BucketAddress, BucketAddress]) -> Iterator[tuple[Settings, S3Liar]]:
    """An archive whose store is behind a server that does not keep its locks."""
    with lying(addresses[0]) as liar:
        settings = _settings(tmp_path / "DATA", liar.address, addresses[1])
        initialise(settings)
        liar.told(WireLie.FORGETS_LOCKS)
        yield settings, liar


def test_a_server_that_does_not_keep_locks_is_red(behind: tuple[Settings, S3Liar]) -> None:
    """The doctor says what the server let happen, and from then on a lock is called the product's word alone."""
    settings, _ = behind
    (found,) = (result for result in examine(settings) if result.what == "lock")
    assert found.state == "bad"
    assert "cho xóa khi chưa hết thời hạn giữ" in found.text
    store = open_store(settings)
    store.put("one", [b"1"], length=1)
    assert store.lock("one").enforced_by == "product"


def test_a_server_without_conditions_is_a_warning(behind: tuple[Settings, S3Liar]) -> None:
    """Locks that are kept stay the store's own, and the doctor warns that a key can be written twice."""
    settings, liar = behind
    liar.told(WireLie.FORGETS_CONDITIONS)
    (found,) = (result for result in examine(settings) if result.what == "lock")
    assert (found.state, "If-None-Match" in found.text) == ("warn", True)


def test_a_running_process_hears_of_a_failed_trial(behind: tuple[Settings, S3Liar]) -> None:
    """A store that was opened while the lock was thought well says otherwise as soon as it is known."""
    settings, _ = behind
    store = open_store(settings)
    store.put("one", [b"1"], length=1)
    assert store.lock("one").enforced_by == "store"
    assert Weakness.DELETED in try_lock(settings)
    assert store.lock("one").enforced_by == "product"


def test_what_is_known_of_a_lock_is_of_one_store(settings: Settings, tmp_path: Path) -> None:
    """What was seen at another address, or cannot be read, counts as never tried."""
    make_data_folder(settings)
    record = settings.data / "store" / "lock-proof.json"
    for text in ('{"store": "http://other:9000/kho", "weaknesses": []}', "[]", "{", '{"store": 1}'):
        record.write_text(text, "utf-8")
        assert not lock_was_tried(settings)


def test_a_bucket_that_cannot_be_made_is_said(settings: Settings) -> None:
    """Credentials that may not make a bucket, and a server that is away, are said with the bucket's name."""
    wrong = dataclasses.replace(settings, store_secret_key=type(settings.store_secret_key)("wrong-secret"))
    for tried in (wrong, dataclasses.replace(settings, store="http://127.0.0.1:9/kho-tot")):
        with pytest.raises(KhoLuuTruError) as caught:
            make_buckets(tried)
        assert caught.value.code == "STO-0016"


@pytest.mark.parametrize(("name", "value"), [("store_lock_mode", "governance"), ("store", "http://host")])
def test_a_setting_that_cannot_be_used_is_named(settings: Settings, name: str, value: str) -> None:
    """An unknown mode and an address without a bucket are refused by name."""
    with pytest.raises(SettingsError) as caught:
        open_store(dataclasses.replace(settings, **{name: value}))
    assert caught.value.parameters["name"] == name


def test_locks_of_a_store_that_keeps_none_are_doubted(archive: Archive, tmp_path: Path) -> None:
    """Locks set while the store was believed are called the product's word once it was found out, on record."""
    bucket = Bucket(bucket_for(tmp_path / "believed", lock=True), write_once=True)
    archive.house.store = S3Store(bucket, proven=lambda: True)
    whole_way(archive)

    def told() -> set[str]:
        with archive.house.database.read(SystemScope("test")) as work:
            return set(work.session.scalars(select(PackageVersion.lock_enforced_by)))

    assert told() == {"store"}
    assert doubt_locks(archive.house.database) == 2
    assert told() == {"product"}
    with archive.house.database.read(SystemScope("test")) as work:
        assert "package.lock_doubted" in set(work.session.scalars(select(AuditEvent.act)))
    assert doubt_locks(archive.house.database) == 0
