"""The two ways in which a province runs the same house: embedded defaults, and servers by settings alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from minio.deleteobjects import DeleteObject

from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress, connect
from config.buckets import bucket_address, keep_trial, make_buckets
from config.settings import Secret, Settings
from preservation.storage.lock_proof import Weakness, prove_lock
from tests.buckets import bucket_for, remove, settings_of
from tests.contract.opensearch import clear, name_of
from tests.databases import postgresql_database
from tests.servers import require


@contextmanager
def on_servers(folder: Path, template: str) -> Iterator[Settings]:
    """Yield the settings of an archive on PostgreSQL, S3, OpenSearch and clamd; its data folder holds next to nothing.

    Args:
        folder: of this test alone; names of bucket and index derive from it.
        template: the PostgreSQL database to begin with.
    """
    with postgresql_database(template) as url:
        places = [bucket_for(folder / name, lock=name == "store", made=False) for name in ("store", "staging")]
        buckets = settings_of(*places)
        settings = Settings(
            data=folder / "DATA",
            database=Secret(url),
            store=buckets["store"],
            staging=buckets["staging"],
            store_access_key=Secret(buckets["store_access_key"]),
            store_secret_key=Secret(buckets["store_secret_key"]),
            index=f"{require('opensearch')}/{name_of(folder)}",
            scanner=require("clamd"),
        )
        (settings.data / "store").mkdir(parents=True)
        make_buckets(settings)
        keep_trial(settings, _found_on_the_server(bucket_address(settings, "store")))
        yield settings
        clear(folder)
        for place in places:
            remove(place)


_trials: dict[tuple[str, int], tuple[Weakness, ...]] = {}


def _found_on_the_server(store: BucketAddress) -> tuple[Weakness, ...]:
    """Try once for each server, not for each bucket on it: a trial waits some seconds for the end of its own lock."""
    server = store.host, store.port
    if server not in _trials:
        _trials[server] = prove_lock(Bucket(store))
    return _trials[server]


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables with which another process has the same settings."""
    return {
        f"KHOLUUTRU_{setting.name.upper()}": value.reveal() if isinstance(value, Secret) else str(value)
        for setting in fields(settings)
        if (value := getattr(settings, setting.name)) != setting.default
    }


def put_past_the_product(settings: Settings, key: str, content: bytes | None) -> None:
    """Put other bytes in place of an object of the store, or nothing, as somebody who owns the store can."""
    if not settings.store:
        path = settings.data / "store" / "objects" / key
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        return
    address = bucket_address(settings, "store")
    client = connect(address)
    versions = list(client.list_objects(address.name, prefix=key, recursive=True, include_version=True))
    gone = [DeleteObject(version.object_name or "", version.version_id) for version in versions]
    assert not list(client.remove_objects(address.name, gone, bypass_governance_mode=True))
    if content is not None:
        client.put_object(address.name, key, io.BytesIO(content), len(content))
