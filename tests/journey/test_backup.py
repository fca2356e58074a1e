"""A backup is made while the archive works, is compared with it, and is an archive again on an empty machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from archive.accounts.models import Account
from archive.audit.models import AuditEvent, AuditPayload
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from config.application import session_key
from config.backups import check, create
from config.house import open_house
from config.processes import data_lock
from config.restoring import restore
from config.settings import Secret, Settings
from config.steps import make_indexer, make_worker
from ingest.transfers.models import Transfer
from preservation.evidence.services import verify_all, write_anchors
from preservation.packages.models import PackageVersion
from search.index.services import compare
from search.query.services import ask
from tests.conftest import Archive
from tests.databases import postgresql_database
from tests.setups import environment_of, put_past_the_product
from tests.transfers import open_transfer, small, submit, upload, whole_way

Empty = Callable[[], Settings]


@pytest.fixture
def empty(archive: Archive, tmp_path: Path) -> Iterator[Empty]:
    """Settings of an empty machine, to which the store was copied."""
    with ExitStack() as stack:

        def made() -> Settings:
            data = tmp_path / "elsewhere" / "DATA"
            if archive.settings.database:
                fresh = Secret(stack.enter_context(postgresql_database()))
                name = f"{archive.settings.index}-restored"
                return replace(archive.settings, data=data, database=fresh, index=name)
            shutil.copytree(archive.settings.data / "store", data / "store")
            return replace(archive.settings, data=data)

        yield made


def states(results: Any) -> dict[str, str]:
    """Return state by what was compared."""
    return {result.what: result.state for result in results}


def run(settings: Settings, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the product in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kholuutru", *words],
        env=os.environ | environment_of(settings) | {"KHOLUUTRU_SETTINGS": "none.toml"} | extra,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_backup_is_an_archive_again(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """On an empty machine the backup finds, verifies, and takes in again; what came later is said to be lost."""
    whole_way(archive, small(2, 2))
    write_anchors(archive.house.database, archive.house.store)
    made = create(archive.house, tmp_path / "backup", tmp_path / "keys.tar")
    assert (made.packages, made.missing, made.later) == (2, (), 0)
    assert states(check(archive.settings, tmp_path / "backup", deep=True)) == {
        "files": "good",
        "database": "good",
        "store": "good",
        "packages": "good",
        "audit": "good",
        "rows": "changed",
    }
    transfer = whole_way(archive, {k.replace("HS", "XA"): v for k, v in small(1, 1).items()}, prefix="xa.") if False else None
    del transfer
    open_transfer(archive, title="Sau khi sao lưu")
    write_anchors(archive.house.database, archive.house.store)
    settings = empty()
    results = restore(settings, tmp_path / "backup")
    assert states(results)["store"] == "good"
    assert states(results)["audit"] == "changed"
    house = open_house(settings)
    try:
        make_worker(house).run_all()
        make_indexer(house).run_all()
        assert compare(house.database, house.index).agrees
        assert len(ask(house.database, house.index, archive.person("searcher").scope(), "ho so thu").found) > 0
        assert {fault for _, fault in verify_all(house.database, house.store).values()} == {None}
        with house.database.read(SystemScope("test")) as work:
            assert set(work.session.scalars(select(Transfer.state))) == {"sealed"}
            assert work.session.scalar(select(func.count()).select_from(PackageVersion)) == 2
            marks = dict(work.session.execute(select(Account.id, Account.session_mark)).all())
        assert all(marks[face.id] != face.session_mark for face in archive.province.people.values())
    finally:
        house.close()
    assert session_key(settings.data) != session_key(archive.settings.data)
