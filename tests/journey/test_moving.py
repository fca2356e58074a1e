"""An archive moves from the embedded defaults to servers, whole, wherever it is cut off, and works there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.audit.models import AuditEvent
from archive.database.moving import digests
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from archive.fence.pool import Fence
from archive.outbox.models import OutboxRow
from config.buckets import open_store
from config.moving import move
from config.processes import data_lock
from config.settings import Secret, Settings
from config.steps import make_indexer, make_worker
from ingest.transfers.files import staging_key
from ingest.transfers.models import Transfer, TransferFile
from preservation.evidence.services import verify_all, write_anchors
from preservation.fixity.services import verify_package
from preservation.packages.models import PackageVersion
from search.index.services import compare
from search.query.services import ask
from tests.conftest import Archive, opened
from tests.province import Province
from tests.setups import environment_of, on_servers
from tests.transfers import (
    answer,
    index,
    list_file,
    open_transfer,
    row,
    small,
    state_of,
    submit,
    upload,
    whole_way,
    work_off,
)

pytestmark = pytest.mark.network


@pytest.fixture
def goal(tmp_path: Path) -> Iterator[Settings]:
    """Settings of an empty set-up on servers."""
    with on_servers(tmp_path, "template0") as settings:
        yield settings


@pytest.fixture
def archive(initialised: tuple[Path, Province], fence: Fence, tmp_path: Path) -> Iterator[Archive]:
    """An embedded archive with a sealed transfer, one that waits for its sender, and one that waits for approval."""
    source, province = initialised
    shutil.copytree(source, tmp_path / "OLD")
    with opened(Settings(data=tmp_path / "OLD"), province, fence) as made:
        whole_way(made, small(3, 2))
        write_anchors(made.house.database, made.house.store)
        waiting = open_transfer(made, title="Đang nhận")
        upload(made, waiting, {"rỗng.pdf": b"", "một.pdf": b"%PDF-1.4 " + bytes(1000)})
        yield made


def written(goal: Settings, folder: Path) -> Path:
    """Write the settings into a file."""
    lines = [
        f"{setting.name} = {json.dumps(_plain(value))}"
        for setting in fields(Settings)
        if (value := getattr(goal, setting.name)) != setting.default
    ]
    path = folder / "new.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        return value.reveal()
    return str(value) if isinstance(value, Path | str) else value


def run(settings: Settings, file: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kholuutru", "move-to", str(file)],
        env=os.environ | environment_of(settings) | {"KHOLUUTRU_SETTINGS": "none.toml"} | extra,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def test_a_moved_archive_works_where_it_is(archive: Archive, goal: Settings, fence: Fence, tmp_path: Path) -> None:
    """Found after its index is built, verified, locked by the store, open transfers go on; the source is as it was."""
    goal = replace(goal, data=tmp_path / "new" / "DATA")
    before = digests(archive.house.database)
    told: list[str] = []
    move(archive.settings, written(goal, tmp_path), told.append)
    assert any("đối tượng" in line for line in told)
    assert digests(archive.house.database) == before
    with opened(goal, archive.province, fence) as moved:
        house = moved.house
        make_worker(house).run_all()
        make_indexer(house).run_all()
        assert compare(house.database, house.index).agrees
        found = ask(house.database, house.index, archive.person("searcher").scope(), "ho so thu")
        assert len(found.found) > 0
        assert {fault for _, fault in verify_all(house.database, house.store).values()} == {None}
        with house.database.read(SystemScope("test")) as work:
            packages = work.session.scalars(select(PackageVersion)).all()
            waiting = work.session.scalars(select(Transfer.id).where(Transfer.state == "receiving")).one()
            files = work.session.scalars(select(TransferFile).where(TransferFile.transfer_id == waiting)).all()
        assert len(packages) == 3
        assert {p.lock_enforced_by for p in packages} == {"store"}
        for package in packages:
            scope = SystemScope("test")
            assert verify_package(house.database, scope, house.store, package)[0] == "intact"
            lock = house.store.lock(package.object_key)
            assert lock.retained_until == package.retained_until
        # The transfer that was under way when the archive moved is finished where it is now.
        content = {"rỗng.pdf": b"", "một.pdf": b"%PDF-1.4 " + bytes(1000)}
        assert set(content.values()) == {b"".join(house.staging.read(staging_key(file))) for file in files}
        fresh = {path.replace("HS0", "HS9"): body for path, body in small(1, 1).items()} | {
            "danh-muc.xlsx": list_file([row("77.TH", "HS91/vb-01.pdf", 1)])
        }
        transfer = open_transfer(moved, title="Sau khi chuyển")
        upload(moved, transfer, fresh)
        submit(moved, transfer)
        work_off(moved)
        answer(moved, transfer)
        work_off(moved)
        index(moved)
        assert state_of(moved, transfer) == "sealed"
        with house.database.read(SystemScope("test")) as work:
            assert not work.session.scalars(select(OutboxRow.id)).all()


SHARE = int(os.environ.get("KHOLUUTRU_SOAK_SHARE", "1"))
POINTS = ("move.rows:20",)
MORE_POINTS = (
    "store.put.renamed:2",
    "commit.audit:1",
    "move.marked:1",
    "store.put.begun:2",
    "move.object.stored:3",
    "move.object.locked:2",
    "move.object.noted:2",
    "staging.written:1",
    "move.rows:3",
    "move.sequences:1",
    "move.compared:1",
    "move.finished:1",
)


@pytest.mark.parametrize(
    "point", [*POINTS, *(pytest.param(point, marks=pytest.mark.soak) for point in MORE_POINTS[::SHARE])]
)
def test_a_killed_move_goes_on(point: str, archive: Archive, goal: Settings, fence: Fence, tmp_path: Path) -> None:
    """Killed at the point, the goal is no archive yet; run again it is whole, nothing is doubled, and it moved once."""
    file = written(goal, tmp_path)
    before = digests(archive.house.database)
    killed = run(archive.settings, file, KHOLUUTRU_FAULT=point)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    with pytest.raises(KhoLuuTruError, match="SET-0013"), opened(goal, archive.province, fence):
        pass
    again = run(archive.settings, file)
    assert again.returncode == 0, again.stdout + again.stderr
    assert digests(archive.house.database) == before
    with opened(goal, archive.province, fence) as moved:
        after = digests(moved.house.database)
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"audit_chain", "audit_event", "audit_payload", "index_rebuild", "package_version"}
        assert set(moved.house.store.keys("aip/")) == set(archive.house.store.keys("aip/"))
        assert {fault for _, fault in verify_all(moved.house.database, moved.house.store).values()} == {None}
        with moved.house.database.read(SystemScope("test")) as work:
            times = select(func.count()).select_from(AuditEvent).where(AuditEvent.act == "archive.moved")
            assert work.session.scalar(times) == 1


def test_what_changed_between_two_runs_is_moved_as_it_is_now(
    archive: Archive, goal: Settings, fence: Fence, tmp_path: Path
) -> None:
    """Worked with after a move was cut off, the source is moved anew: no row of its former state is left."""
    file = written(goal, tmp_path)
    assert run(archive.settings, file, KHOLUUTRU_FAULT="move.compared:1").returncode == -signal.SIGKILL
    with archive.house.database.write(SystemScope("test")) as work:
        work.session.scalars(select(Transfer).where(Transfer.state == "receiving")).one().title = "Tên mới"
    open_transfer(archive, title="Thêm một đợt")
    move(archive.settings, file, lambda _: None)
    with opened(goal, archive.province, fence) as moved, moved.house.database.read(SystemScope("test")) as work:
        titles = set(work.session.scalars(select(Transfer.title)))
    assert titles == {"Đợt thử", "Tên mới", "Thêm một đợt"}


def test_moving_refuses_what_it_must_not_do(archive: Archive, goal: Settings, fence: Fence, tmp_path: Path) -> None:
    """A running archive, a goal that is no server, and a goal that holds another or a living archive are refused."""
    file = written(goal, tmp_path)
    with data_lock(archive.settings.data), pytest.raises(KhoLuuTruError, match="SET-0003"):
        move(archive.settings, file, lambda _: None)
    embedded = written(Settings(data=tmp_path / "another"), tmp_path / "OLD")
    with pytest.raises(KhoLuuTruError, match="SET-0012"):
        move(archive.settings, embedded, lambda _: None)
    with pytest.raises(KhoLuuTruError, match="SET-0004"):
        move(Settings(data=tmp_path / "none"), file, lambda _: None)
    move(archive.settings, file, lambda _: None)
    with pytest.raises(KhoLuuTruError, match="MIG-0007"):
        move(archive.settings, file, lambda _: None)
    with opened(goal, archive.province, fence) as moved:
        assert {fault for _, fault in verify_all(moved.house.database, moved.house.store).values()} == {None}


def test_a_goal_with_other_objects_is_refused(archive: Archive, goal: Settings, tmp_path: Path) -> None:
    """A bucket that holds what the source does not know is another archive's; its objects are not mixed with ours."""
    store = open_store(goal)
    store.put("aip/00/stranger", (b"x",), length=1)
    with pytest.raises(KhoLuuTruError, match="MIG-0007"):
        move(archive.settings, written(goal, tmp_path), lambda _: None)
    store.delete("aip/00/stranger")
    (key, *_) = archive.house.store.keys("aip/")
    store.put(key, (b"x",), length=1)
    with pytest.raises(KhoLuuTruError, match="STO-0017"):
        move(archive.settings, written(goal, tmp_path), lambda _: None)
