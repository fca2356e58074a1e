"""A backup is made while the archive works, is compared with it, and is an archive again on an empty machine."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command as alembic
from sqlalchemy import func, select

from archive.accounts.models import Account
from archive.audit.models import AuditEvent
from archive.database.connection import Database
from archive.database.migrate import alembic_configuration, require_newest
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from config.backups import check, create
from config.house import House, open_house
from config.ledger import LEDGERS
from config.processes import data_lock
from config.restoring import restore
from config.session_key import session_key
from config.settings import Secret, Settings
from config.steps import make_indexer, make_worker
from ingest.sealing.sweeping import sweep_orphans
from ingest.transfers.models import Transfer
from preservation.backup.manifest import Manifest, mark_of, read_manifest
from preservation.evidence.services import verify_all, write_anchors
from preservation.ledger.services import standings, write_ledger
from preservation.packages.models import PackageVersion
from search.index.services import compare
from search.query.services import ask
from tests.conftest import Archive
from tests.databases import postgresql_database
from tests.setups import environment_of, put_past_the_product
from tests.transfers import answer, open_transfer, small, submit, upload, whole_way, work_off

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


# What does not depend on the set-up is tried on one of them.
embedded = pytest.mark.parametrize("archive", ["embedded"], indirect=True)


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


@embedded
def test_a_restored_chain_goes_on_and_stays_intact(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """Heads that tell of lost rows accuse nobody; a change of the rows that were restored is still found."""
    whole_way(archive, small(1, 1))
    create(archive.house, tmp_path / "backup")
    for number in range(5):
        open_transfer(archive, title=f"Sau {number}")
        write_anchors(archive.house.database, archive.house.store)
    settings = empty()
    restore(settings, tmp_path / "backup")
    house = open_house(settings)
    try:
        assert {fault for _, fault in verify_all(house.database, house.store).values()} == {None}
        with opened_as(house, archive) as restored:
            for number in range(8):
                open_transfer(restored, title=f"Lại {number}")
                write_anchors(house.database, house.store)
        assert {fault for _, fault in verify_all(house.database, house.store).values()} == {None}
        with house.database.write(SystemScope("test")) as work:
            event = work.session.scalars(select(AuditEvent).where(AuditEvent.act == "dossier.sealed")).one()
            event.outcome = "failed"
        assert any(fault for _, fault in verify_all(house.database, house.store).values())
    finally:
        house.close()


def test_a_ledger_that_is_ahead_of_the_backup_is_set_aside(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """The restored archive writes its ledger anew and can be rebuilt from it; the old segments are kept, apart."""
    whole_way(archive, small(1, 1))
    write_ledger(archive.house.database, archive.house.store, LEDGERS)
    create(archive.house, tmp_path / "backup")
    open_transfer(archive, title="Sau khi sao lưu")
    write_ledger(archive.house.database, archive.house.store, LEDGERS)
    settings = empty()
    assert states(restore(settings, tmp_path / "backup"))["ledger"] == "changed"
    house = open_house(settings)
    try:
        assert list(house.store.keys("ledger/")) == []
        assert len(list(house.store.keys("ledger-aside/"))) > 0
        assert write_ledger(house.database, house.store, LEDGERS) > 0
        assert not any(each.contradicted or each.waiting_since for each in standings(house.database, house.store))
    finally:
        house.close()


@embedded
def test_a_ledger_that_is_behind_the_backup_stays(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """Where the ledger tells of nothing that the backup lacks, it goes on where it was."""
    whole_way(archive, small(1, 1))
    write_ledger(archive.house.database, archive.house.store, LEDGERS)
    create(archive.house, tmp_path / "backup")
    settings = empty()
    assert "ledger" not in states(restore(settings, tmp_path / "backup"))
    house = open_house(settings)
    try:
        assert list(house.store.keys("ledger-aside/")) == []
        write_ledger(house.database, house.store, LEDGERS)
        assert not any(each.contradicted for each in standings(house.database, house.store))
    finally:
        house.close()


@contextmanager
def opened_as(house: House, archive: Archive) -> Iterator[Archive]:
    """Yield another house with the same people."""
    yield Archive(house, archive.province, house.settings)


@embedded
def test_a_backup_appears_whole_and_is_its_owners_alone(archive: Archive, tmp_path: Path) -> None:
    """Files 0600 in a folder 0700, recorded in the operator's chain; a second one never goes into the same folder."""
    whole_way(archive, small(1, 1))
    session_key(archive.settings.data)
    create(archive.house, tmp_path / "backup", tmp_path / "keys.tar")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "backup").iterdir()}
    copy = "database.dump" if archive.settings.database else "database.sqlite"
    assert modes == dict.fromkeys((copy, "manifest.json", "objects.jsonl", "packages.jsonl", "settings.toml"), 0o600)
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "keys.tar").stat().st_mode) == 0o600
    with tarfile.open(tmp_path / "keys.tar") as keys:
        assert keys.getnames() == ["session"]
    with archive.house.database.read(SystemScope("test")) as work:
        assert work.session.scalars(select(AuditEvent.act).where(AuditEvent.act == "backup.created")).all()
    with pytest.raises(KhoLuuTruError, match="BAK-0001"):
        create(archive.house, tmp_path / "backup")
    with pytest.raises(KhoLuuTruError, match="BAK-0008"):
        create(archive.house, tmp_path / "another", tmp_path / "another" / "keys")
    assert not (tmp_path / "another").exists()


@embedded
def test_secrets_lie_in_the_copy_of_the_database_alone(archive: Archive, tmp_path: Path) -> None:
    """No hash of a password, no secret of the settings, no key stands in any other file of a backup."""
    house = archive.house
    whole_way(archive, small(1, 1))
    key = session_key(archive.settings.data)
    settings = replace(house.settings, index_password=Secret("mật khẩu chỉ mục"), session_key=Secret("khóa chung"))
    house.settings = settings
    create(house, tmp_path / "backup")
    with house.database.read(SystemScope("test")) as work:
        hashes = set(work.session.scalars(select(Account.password_hash)))
    secrets = {key, *hashes} | {
        v.reveal() for f in fields(settings) if isinstance(v := getattr(settings, f.name), Secret)
    }
    for path in (tmp_path / "backup").iterdir():
        if path.suffix not in {".sqlite", ".dump"}:
            text = path.read_text("utf-8")
            assert [secret for secret in secrets if secret and secret in text] == []


def test_a_backup_made_in_a_storm_agrees_with_itself(archive: Archive, tmp_path: Path) -> None:
    """While others write without pause, copy, counts, lists and chain heads tell of one instant."""
    whole_way(archive, small(1, 1))
    ended = threading.Event()

    def write() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            open_transfer(archive, title=f"Đợt {number}")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(3):
            create(archive.house, tmp_path / str(number))
    finally:
        ended.set()
        thread.join()
    for number in range(3):
        found = states(check(archive.settings, tmp_path / str(number)))
        assert (found["database"], found["packages"], found["audit"]) == ("good", "good", "good")
        manifest, _ = read_manifest(tmp_path / str(number))
        assert sum(head.seq for head in manifest.heads) == manifest.tables["audit_event"]


def test_what_was_changed_or_lost_is_named(archive: Archive, tmp_path: Path) -> None:
    """A byte of the backup, a package of the store, a row of the archive: each makes the verification fail."""
    whole_way(archive, small(2, 1))
    folder = tmp_path / "backup"
    create(archive.house, folder)
    verified = run(archive.settings, "backup", "verify", str(folder), "--json")
    assert verified.returncode == 0, verified.stderr
    first, second = archive.house.store.keys("aip/")
    content = b"".join(archive.house.store.read(first))
    put_past_the_product(archive.settings, first, content.replace(b"Catalog", b"Catalox", 1))
    assert states(check(archive.settings, folder))["store"] == "good"
    assert states(check(archive.settings, folder, deep=True))["store"] == "bad"
    put_past_the_product(archive.settings, second, None)
    assert states(check(archive.settings, folder))["store"] == "bad"
    verified = run(archive.settings, "backup", "verify", str(folder), "--json")
    assert (verified.returncode, second in verified.stdout) == (1, True)
    incomplete = create(archive.house, tmp_path / "incomplete")
    assert incomplete.missing == (second,)
    with archive.house.database.write(SystemScope("test")) as work:
        row = work.session.scalars(select(PackageVersion).where(PackageVersion.object_key == first)).one()
        row.digest = "0" * 64
    assert states(check(archive.settings, folder))["packages"] == "bad"
    with (folder / "packages.jsonl").open("a", encoding="utf-8") as lines:
        lines.write("\n")
    assert states(check(archive.settings, folder)) == {"files": "bad"}


def test_a_damaged_copy_of_the_database_is_noticed(archive: Archive, tmp_path: Path) -> None:
    """A copy that was damaged before its digest was taken is found by reading it; nothing is restored from it."""
    create(archive.house, tmp_path / "backup")
    (copy,) = (tmp_path / "backup").glob("database.*")
    body = bytearray(copy.read_bytes())
    middle = len(body) // 2
    body[middle : middle + 4096] = bytes(4096)
    copy.write_bytes(body)
    plain = json.loads((tmp_path / "backup" / "manifest.json").read_text("utf-8"))
    plain["files"][copy.name]["sha256"] = hashlib.sha256(body).hexdigest()
    (tmp_path / "backup" / "manifest.json").write_text(json.dumps(plain), "utf-8")
    assert states(check(archive.settings, tmp_path / "backup"))["database"] == "bad"


def test_without_the_archive_nothing_is_called_good(archive: Archive, tmp_path: Path) -> None:
    """Where no archive can be opened, the copy is judged, and the status says that the rest is not known."""
    create(archive.house, tmp_path / "backup")
    away = replace(
        archive.settings,
        data=tmp_path / "nowhere",
        database=Secret("postgresql+psycopg://nobody@127.0.0.1:1/none") if archive.settings.database else Secret(),
    )
    verified = run(away, "backup", "verify", str(tmp_path / "backup"), "--json")
    assert verified.returncode == 2, verified.stderr + verified.stdout
    assert {row["what"]: row["state"] for row in json.loads(verified.stdout)} == {
        "files": "good",
        "database": "good",
        "archive": "unknown",
    }


def test_restoring_refuses_what_it_must_not_do(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """An archive is never written over; a damaged, newer, foreign or half backup is refused, and nothing changes."""
    folder = tmp_path / "backup"
    create(archive.house, folder)
    with pytest.raises(KhoLuuTruError, match="BAK-0004"):
        restore(archive.settings, folder)
    settings = empty()
    with pytest.raises(KhoLuuTruError, match="BAK-0002"):
        restore(settings, tmp_path / "none")
    shutil.copytree(folder, tmp_path / "damaged")
    (tmp_path / "damaged" / "settings.toml").write_text("port = 1\n")
    with pytest.raises(KhoLuuTruError, match="BAK-0005"):
        restore(settings, tmp_path / "damaged")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for change, code in (({"revision": "9999"}, "MIG-0001"), ({"form": 2}, "BAK-0003"), ({"kind": "?"}, "BAK-0002")):
        (tmp_path / "damaged" / "manifest.json").write_text(json.dumps(manifest | change))
        with pytest.raises(KhoLuuTruError, match=code):
            restore(settings, tmp_path / "damaged")
    with data_lock(settings.data), pytest.raises(KhoLuuTruError, match="SET-0003"):
        restore(settings, folder)
    other = Secret() if settings.database else Secret("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(KhoLuuTruError, match="BAK-0006"):
        restore(replace(settings, database=other), folder)
    assert states(restore(settings, folder))["store"] == "good"


SHARE = int(os.environ.get("KHOLUUTRU_SOAK_SHARE", "1"))


def killed_at(always: Sequence[str], embedded: Sequence[str], on_servers: Sequence[str]) -> list[Any]:
    """Return the parameters of kills: the ones that are always tried, and those that a long run takes a share of."""
    more = [pytest.param("embedded", point, marks=pytest.mark.soak) for point in embedded]
    more += [pytest.param("servers", point, marks=[pytest.mark.network, pytest.mark.soak]) for point in on_servers]
    return [*(("embedded", point) for point in always), *more[::SHARE]]


CREATING = killed_at(
    ["backup.objects", "backup.settled"],
    ["backup.copied", "backup.packages", "backup.renamed", "commit.audit"],
    ["backup.copied", "backup.settled"],
)


@pytest.mark.parametrize(("archive", "point"), CREATING, indirect=["archive"])
def test_a_killed_backup_is_no_backup(point: str, archive: Archive, tmp_path: Path) -> None:
    """Killed at the point, there is a whole backup or none; the next run makes one and clears what was left."""
    folder = tmp_path / "copies" / "backup"
    killed = run(archive.settings, "backup", "create", str(folder), KHOLUUTRU_FAULT=f"{point}:1")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if folder.exists():
        assert states(check(archive.settings, folder))["files"] == "good"
        folder.rename(folder.with_name("first"))
    again = run(archive.settings, "backup", "create", str(folder))
    assert again.returncode == 0, again.stderr
    assert {path.name for path in folder.parent.iterdir()} <= {"backup", "first"}
    assert states(check(archive.settings, folder))["database"] == "good"


RESTORING = killed_at(
    ["restore.database", "restore.ledger"],
    ["restore.marked", "restore.noted", "restore.heads", "commit.audit", "restore.recorded"],
    ["restore.database", "commit.audit"],
)


@pytest.mark.parametrize(("archive", "point"), RESTORING, indirect=["archive"])
def test_a_killed_restore_goes_on(point: str, archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """Killed at the point, nothing opens the half archive; run again it is whole, and was restored once."""
    whole_way(archive, small(1, 1))
    create(archive.house, tmp_path / "backup")
    open_transfer(archive)
    write_anchors(archive.house.database, archive.house.store)
    write_ledger(archive.house.database, archive.house.store, LEDGERS)
    settings = empty()
    killed = run(settings, "backup", "restore", str(tmp_path / "backup"), KHOLUUTRU_FAULT=f"{point}:1")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    refused = run(settings, "audit", "verify")
    assert (refused.returncode, "BAK-0007" in refused.stderr or "SET-0004" in refused.stderr) == (1, True)
    again = run(settings, "backup", "restore", str(tmp_path / "backup"), "--json")
    assert again.returncode == 0, again.stderr + again.stdout
    house = open_house(settings)
    try:
        assert {fault for _, fault in verify_all(house.database, house.store).values()} == {None}
        with house.database.read(SystemScope("test")) as work:
            restored = select(func.count()).select_from(AuditEvent).where(AuditEvent.act == "backup.restored")
            assert work.session.scalar(restored) == 1
    finally:
        house.close()


@embedded
def test_packages_sealed_after_the_backup_are_kept(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """A restored archive that knows nothing of a locked package never sweeps it away, but says that it is there."""
    transfer = open_transfer(archive)
    upload(archive, transfer, small(1, 1))
    submit(archive, transfer)
    work_off(archive)
    answer(archive, transfer)
    create(archive.house, tmp_path / "backup")
    work_off(archive)
    (key,) = archive.house.store.keys("aip/")
    settings = empty()
    results = restore(settings, tmp_path / "backup")
    assert states(results)["later"] == "changed"
    assert states(results)["staging"] == "changed"
    house = open_house(settings)
    try:
        with house.database.write(SystemScope("test")) as work:
            work.session.scalars(select(Transfer)).one().state = "stopped"
        sweep_orphans(house)
        assert house.store.stat(key) is not None
    finally:
        house.close()


def test_an_older_backup_is_upgraded(tmp_path: Path) -> None:
    """What was made at an older shape of the database is brought to the newest on its way back."""
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    configuration = alembic_configuration()
    with old.write_engine.begin() as connection:
        configuration.attributes["connection"] = connection
        alembic.upgrade(configuration, "0001")
    with pytest.raises(KhoLuuTruError, match="MIG-0006"):
        require_newest(old)
    old.dispose()
    folder = tmp_path / "backup"
    folder.mkdir()
    with (
        closing(sqlite3.connect(tmp_path / "old.db")) as origin,
        closing(sqlite3.connect(folder / "database.sqlite")) as copy,
    ):
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    for name in ("settings.toml", "packages.jsonl", "objects.jsonl"):
        (folder / name).touch()
    now = datetime.datetime.now(datetime.UTC)
    files = {path.name: mark_of(path) for path in folder.iterdir()}
    manifest = Manifest(now, "0", "sqlite", "0001", files, {"transfer": 0}, (), 0, 0, 0, 0, ())
    (folder / "manifest.json").write_bytes(manifest.to_bytes())
    assert states(restore(Settings(data=tmp_path / "DATA"), folder)) == {"store": "good"}
    house = open_house(Settings(data=tmp_path / "DATA"))
    try:
        require_newest(house.database)
    finally:
        house.close()


@embedded
def test_locks_that_a_copy_of_the_store_has_lost_are_set_again(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """A store that was copied without its locks is said to be so, and locked again by the workers."""
    whole_way(archive, small(1, 1))
    create(archive.house, tmp_path / "backup")
    settings = empty()
    for record in (settings.data / "store").rglob("*@lock"):
        record.unlink()
    assert states(restore(settings, tmp_path / "backup"))["locks"] == "changed"
    house = open_house(settings)
    try:
        (key,) = house.store.keys("aip/")
        assert house.store.lock(key).retained_until is None
        make_worker(house).run_all()
        with house.database.read(SystemScope("test")) as work:
            row = work.session.scalars(select(PackageVersion)).one()
        assert (row.state, house.store.lock(key).retained_until) == ("locked", row.retained_until)
        assert row.retained_until is not None
    finally:
        house.close()


@embedded
def test_a_package_that_the_store_lacks_is_named_when_restoring(archive: Archive, empty: Empty, tmp_path: Path) -> None:
    """The rest is restored all the same; the command ends with 1 and names the object."""
    whole_way(archive, small(2, 1))
    create(archive.house, tmp_path / "backup")
    settings = empty()
    (key, _) = archive.house.store.keys("aip/")
    put_past_the_product(settings, key, None)
    done = run(settings, "backup", "restore", str(tmp_path / "backup"), "--json")
    assert (done.returncode, key in done.stdout) == (1, True), done.stderr
    assert run(settings, "audit", "verify").returncode == 0
