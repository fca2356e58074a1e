"""Sealing is the same whoever does it and however often."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from archive import faults
from config.steps import make_worker
from preservation.packages.models import PackageVersion
from tests.conftest import Archive
from tests.transfers import answer, open_transfer, small, state_of, submit, upload, work_off


class _Stop(Exception):  # noqa: N818 - it stands for a death
    pass


def test_another_attempt_writes_the_same_bytes(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that dies after writing and the one after it write the same object, byte for byte."""
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 3))
    submit(archive, transfer)
    work_off(archive)
    answer(archive, transfer)

    def die(name: str) -> None:
        if name == "seal.verified":
            raise _Stop

    faults.install(die)
    try:
        make_worker(archive.house).handle("transfer.seal", str(transfer))
    finally:
        faults.install(None)
    first = list(archive.house.store.keys("aip/"))
    assert len(first) == 1
    before = b"".join(archive.house.store.read(first[0]))
    time.sleep(1.1)  # the pause after a first failure
    work_off(archive)
    assert state_of(archive, transfer) == "sealed"
    with archive.house.database.read(archive.person("archivist").scope()) as work:
        key = work.session.scalars(select(PackageVersion.object_key)).one()
    assert key != first[0]
    assert b"".join(archive.house.store.read(key)) == before
    assert list(archive.house.store.keys("aip/")) == [key]
