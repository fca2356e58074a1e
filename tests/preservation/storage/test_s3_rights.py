"""The rights that the documentation asks for are enough, and none of them gets round a lock."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from minio import MinioAdmin
from minio.credentials import StaticProvider
from minio.deleteobjects import DeleteObject

from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress
from archive.staging.ports import StagingKey
from archive.staging.s3 import S3Staging
from archive.staging.turns import MachineTurns
from preservation.storage.errors import ObjectLocked
from preservation.storage.lock_proof import prove_lock
from preservation.storage.s3 import PART, S3Store
from tests.buckets import bucket_for
from tests.structure.sources import ROOT

pytestmark = pytest.mark.network
FAR = datetime.datetime(2095, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[tuple[BucketAddress, BucketAddress]]:
    """Both buckets in the hands of a user who has the documented rights and no other."""
    store, staging = bucket_for(tmp_path / "store", lock=True), bucket_for(tmp_path / "staging", lock=False)
    owner = StaticProvider(store.access_key, store.secret_key)
    admin = MinioAdmin(
        endpoint=f"{store.host}:{store.port}", credentials=owner, region=store.region, secure=store.secure
    )
    name = f"test-{uuid.uuid4().hex[:12]}"
    text = (ROOT / "docs" / "s3-policy.json").read_text("utf-8")
    policy = json.loads(text.replace(":::KHO", f":::{store.name}").replace(":::TAM", f":::{staging.name}"))
    admin.policy_add(name, policy=policy)
    admin.user_add(name, "ordinary-secret")
    admin.policy_set(name, user=name)
    yield (
        replace(store, access_key=name, secret_key="ordinary-secret"),
        replace(staging, access_key=name, secret_key="ordinary-secret"),
    )
    admin.user_remove(name)
    admin.policy_remove(name)


def test_the_documented_rights_are_enough(addresses: tuple[BucketAddress, BucketAddress], tmp_path: Path) -> None:
    """Everything that store and staging do can be done with them, the trial of the lock included."""
    bucket = Bucket(addresses[0], write_once=True)
    store = S3Store(bucket)
    store.put("one", [b"1"], length=1)
    store.put("large", [bytes(PART), b"x"], length=PART + 1)
    assert sum(map(len, store.read("large"))) == PART + 1
    assert list(store.keys()) == ["large", "one"]
    store.hold("one", on=True)
    store.hold("one", on=False)
    store.retain("one", FAR)
    assert store.lock("one").retained_until == FAR
    store.delete("large")
    assert store.sweep(0) == 0
    assert prove_lock(Bucket(addresses[0])) == ()
    staging = S3Staging(Bucket(addresses[1]), MachineTurns(tmp_path / "turns"))
    key = StagingKey(uuid.UUID(int=1), uuid.UUID(int=2), 1, 1)
    list(staging.append(key, 0, [b"0123456789"]))
    list(staging.append(key, 4, [b"x"]))
    assert b"".join(staging.read(key)) == b"0123x"
    staging.delete(key.organization, key.transfer)
    assert staging.size(key) == 0


def test_the_documented_rights_get_round_no_lock(addresses: tuple[BucketAddress, BucketAddress]) -> None:
    """Who has them cannot delete a retained version, not even by asking for the bypass."""
    bucket = Bucket(addresses[0])
    store = S3Store(Bucket(addresses[0], write_once=True))
    store.put("one", [b"1"], length=1)
    store.retain("one", FAR)
    with pytest.raises(ObjectLocked):
        store.delete("one")
    (version,) = bucket.versions_of("one")
    refused = list(
        bucket.client.remove_objects(
            bucket.name, [DeleteObject("one", version.version_id)], bypass_governance_mode=True
        )
    )
    assert [error.code for error in refused] == ["AccessDenied"]
    assert b"".join(store.read("one")) == b"1"
