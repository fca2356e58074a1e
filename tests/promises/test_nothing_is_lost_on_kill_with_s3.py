"""The same promise with store and staging in buckets: what was written last is on another machine.

Only the points at which that makes a difference are tried; `test_nothing_is_lost_on_kill` has all of them.
"""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from archive.s3.bucket import Bucket
from archive.s3.connection import BucketAddress
from config.buckets import try_lock
from config.demonstration import make_province
from config.house import open_house
from config.settings import Settings, load
from tests.agreement import differences
from tests.buckets import bucket_for, empty, settings_of
from tests.killing import start
from tests.promises.test_nothing_is_lost_on_kill import DOCUMENTS, DOSSIERS
from tests.transfers import small

pytestmark = pytest.mark.network
POINTS = (
    "store.put.renamed",
    *(
        pytest.param(point, marks=pytest.mark.soak)
        for point in ("staging.written", "store.put.written", "seal.stored", "store.lock.written", "store.lock.renamed")
    ),
)


@pytest.fixture(scope="module")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> tuple[BucketAddress, BucketAddress]:
    """The bucket of the store and the one of staging."""
    folder = tmp_path_factory.mktemp("buckets")
    return bucket_for(folder / "store", lock=True), bucket_for(folder / "staging", lock=False)


def _settings(data: Path, buckets: tuple[BucketAddress, BucketAddress]) -> Settings:
    variables = {f"KHOLUUTRU_{name.upper()}": value for name, value in settings_of(*buckets).items()}
    return load({"KHOLUUTRU_DATA": str(data), **variables}, data / "none.toml")


@pytest.fixture(scope="module")
def beginning(
    tmp_path_factory: pytest.TempPathFactory, buckets: tuple[BucketAddress, BucketAddress]
) -> tuple[Path, Path]:
    """A data folder with the demonstration province, its store's lock tried, and a folder with a small transfer."""
    folder = tmp_path_factory.mktemp("kill")
    data, samples = folder / "DATA", folder / "samples"
    make_province(Settings(data=data))
    assert try_lock(_settings(data, buckets)) == ()
    for path, body in small(DOSSIERS, DOCUMENTS).items():
        target = samples / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    return data, samples


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_this_point_loses_nothing_in_the_buckets(
    point: str, beginning: tuple[Path, Path], buckets: tuple[BucketAddress, BucketAddress], tmp_path: Path
) -> None:
    """Killed at the point, the house finishes after a restart; everything agrees, and staging is empty."""
    data, samples = beginning
    copy = tmp_path / "DATA"
    shutil.copytree(data, copy)
    for bucket in buckets:
        empty(bucket)
    variables = {f"KHOLUUTRU_{name.upper()}": value for name, value in settings_of(*buckets).items()}
    killed = start(copy, samples, KHOLUUTRU_FAULT=f"{point}:1", **variables)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    finished = start(copy, samples, **variables)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    house = open_house(_settings(copy, buckets))
    try:
        assert differences(house, samples, dossiers=DOSSIERS) == []
    finally:
        house.close()
    assert list(Bucket(buckets[1]).versions("")) == []
