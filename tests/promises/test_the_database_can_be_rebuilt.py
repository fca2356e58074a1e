"""The database can be taken away: ledger and packages in the store bring back all but what is said to be lost."""

from __future__ import annotations

import datetime
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archive.accounts.models import Account
from archive.accounts.services import authenticate, hash_password, reset_password
from archive.audit.events import AuditRecord
from archive.audit.models import AuditEvent, AuditPayload
from archive.database.base import Base
from archive.database.scope import SystemScope
from archive.description.models import ContentFile, Document, Dossier
from archive.errors import KhoLuuTruError
from archive.fence.pool import Fence
from config.beginning import initialise
from config.ledger import CHAINS, LEDGERS, LOST, LOST_COLUMNS
from config.rebuild import rebuild
from config.settings import Settings
from config.steps import periodic
from ingest.sealing.errors import SealingError
from ingest.sealing.recovery import recovered
from preservation.evidence.services import anchors_of, verify_all
from preservation.ledger.errors import LedgerError
from preservation.ledger.rebuilding import refuse_unfinished
from preservation.ledger.services import standings, write_ledger
from preservation.packages.models import PackageVersion, PreservationEvent, StoredContent
from preservation.packages.recovery import PackageName, StoredPackage
from preservation.packages.services import read_content
from preservation.packages.validation import validate_stored
from search.index.services import compare
from tests.archive.clocks import FixedClock
from tests.conftest import Archive, opened
from tests.journey.conftest import archive  # noqa: F401 - both set-ups
from tests.province import Province
from tests.rebuilding import holding, open_each, rebuilt, run, tables, without_database, write
from tests.setups import put_past_the_product
from tests.transfers import index, small, whole_way, work_off

# What the rebuild itself adds to the chains.
ADDED = {"archive.rebuilt", "index.rebuild_requested", "system.scope_opened"}
# Of these only what was sealed comes back.
UNSEALED = {"transfer_dossier", "transfer_document", "transfer_file"}
WRITE = (
    "from config.house import open_house; from config.ledger import LEDGERS; from config.settings import load;"
    "from preservation.ledger.services import write_ledger;"
    "house = open_house(load()); write_ledger(house.database, house.store, LEDGERS)"
)


def left_to_soak(point: str) -> Any:
    """Return a parameter that `make soak` tries: each takes some seconds."""
    return pytest.param(point, marks=pytest.mark.soak)


@pytest.fixture(scope="module")
def history(initialised: tuple[Path, Province], fence: Fence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of a holding with a history, made once and copied for each test that takes it apart."""
    source, province = initialised
    data = tmp_path_factory.mktemp("history") / "DATA"
    shutil.copytree(source, data)
    with opened(Settings(data=data), province, fence) as made:
        holding(made)
    return data


@pytest.fixture
def told(history: Path, initialised: tuple[Path, Province], fence: Fence, tmp_path: Path) -> Iterator[Archive]:
    """A holding with a history in a data folder of its own."""
    shutil.copytree(history, tmp_path / "DATA")
    with opened(Settings(data=tmp_path / "DATA"), initialised[1], fence) as copied:
        yield copied


def same(before: dict[str, list[dict[str, object]]], after: dict[str, list[dict[str, object]]]) -> None:
    """Compare table by table; the chains have grown by what the rebuild itself did."""
    assert set(before) == set(after)
    new = [event for event in after["audit_event"] if event not in before["audit_event"]]
    assert {str(event["act"]) for event in new} <= ADDED
    for name, rows in before.items():
        if name == "audit_chain":
            continue
        if name in CHAINS:
            assert [row for row in rows if row not in after[name]] == [], name
        elif name == "transfer":
            # What was under way is with its unit again: the files that were sent are gone.
            ended = [row for row in rows if row["state"] in {"sealed", "withdrawn", "returned"}]
            assert [row for row in ended if row not in after[name]] == []
            assert len(rows) == len(after[name]) == len(ended) + 1
        elif name in UNSEALED:
            assert [row for row in after[name] if row not in rows] == [], name
            assert after[name], name
        else:
            assert after[name] == rows, name


def whole(archive: Archive) -> bool:  # noqa: F811 - a fixture
    """Return whether every chain holds, up to each of its anchors."""
    results = verify_all(archive.house.database, archive.house.store)
    return all(fault is None for _, fault in results.values())


def test_everything_comes_back_but_what_is_said_to_be_lost(archive: Archive, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A holding with a history, rebuilt from its store alone, has the same rows, whole chains, packages and index."""
    holding(archive)
    before = tables(archive.house.database)
    empty = [name for name, rows in before.items() if not rows]
    assert empty == [], "a table without rows proves nothing"
    said: list[str] = []
    with rebuilt(archive, tmp_path, said) as (again, done):
        assert not done.problems, said
        assert (done.dossiers, done.recovered) == (3, 0)
        same(before, tables(again.house.database))
        work_off(again)
        index(again)
        house = again.house
        assert whole(again)
        assert compare(house.database, house.index).agrees
        with house.database.read(SystemScope("test")) as work:
            packages = work.session.scalars(select(PackageVersion)).all()
            places = work.session.execute(
                select(ContentFile, StoredContent, PackageVersion.object_key)
                .join(StoredContent, StoredContent.content_file_id == ContentFile.id)
                .join(PackageVersion, PackageVersion.id == StoredContent.package_version_id)
            ).all()
        assert [validate_stored(house.store, package.object_key) for package in packages] == [[]] * 3
        assert {package.state for package in packages} == {"locked"}
        assert len([b"".join(read_content(house.store, key, place, file)) for file, place, key in places]) == 4
        # And the archive goes on: its ledger too.
        open_each(again)
        assert write(again) > 0
        assert whole(again)


def test_what_is_lost_is_said_with_its_reason() -> None:
    """Every table is in the ledger, or on the list of those that may be lost; so is every column that is left out."""
    kept = {ledger.table.__tablename__ for ledger in LEDGERS} | CHAINS
    every = {mapper.class_.__tablename__ for mapper in Base.registry.mappers}
    assert kept & set(LOST) == set()
    assert kept | set(LOST) == every
    assert all(LOST.values())
    assert all(LOST_COLUMNS.values())
    columns = {f"{m.class_.__tablename__}.{c.name}" for m in Base.registry.mappers for c in m.columns}
    assert set(LOST_COLUMNS) <= columns


def test_nobody_logs_in_before_a_new_password_is_set(told: Archive, tmp_path: Path) -> None:
    """Old passwords are gone with the database, locked accounts stay locked, and a new password opens the door."""
    with rebuilt(told, tmp_path) as (again, done):
        database = again.house.database
        assert done.accounts == 31
        with pytest.raises(KhoLuuTruError):
            authenticate(database, "archivist", "Mau-12345")
        with database.write(SystemScope("test")) as work:
            locked = work.session.scalars(select(Account.username).where(Account.locked_at.is_not(None))).all()
            reset_password(work, "archivist", hash_password("Moi-12345"))
        assert locked == ["other.clerk"]
        assert authenticate(database, "archivist", "Moi-12345").must_change_password


def test_the_segments_hold_no_secret(archive: Archive) -> None:  # noqa: F811 - a fixture
    """No password hash, session mark, key or password of the settings lies in the ledger."""
    holding(archive)
    with archive.house.database.read(SystemScope("test")) as work:
        accounts = work.session.scalars(select(Account)).all()
    settings = archive.settings
    secrets = {text for account in accounts for text in (account.password_hash, str(account.session_mark))}
    secrets |= {settings.store_secret_key.reveal(), settings.database.reveal()} - {""}
    secrets |= {path.read_text("latin-1") for path in (settings.data / "keys").glob("*")} - {""}
    store = archive.house.store
    written = "".join(b"".join(store.read(key)).decode() for key in store.keys("ledger/"))
    assert "argon2" not in written
    assert [secret for secret in secrets if secret in written] == []


@pytest.mark.parametrize("archive", ["embedded"], indirect=True)
def test_what_names_a_dossier_lies_with_the_dossier(archive: Archive) -> None:  # noqa: F811 - a fixture
    """Titles, subjects and what was said about a dossier stand in its own segments and in none of the body's."""
    holding(archive)
    with archive.house.database.read(SystemScope("test")) as work:
        words = set(work.session.scalars(select(Dossier.title))) | set(work.session.scalars(select(Document.subject)))
        words |= {p.salt for p in work.session.scalars(select(AuditPayload))}
        dossiers = list(work.session.scalars(select(Dossier.id)))
    store = archive.house.store
    common = "".join(b"".join(store.read(key)).decode() for key in store.keys("ledger/body/"))
    assert [word for word in words if word in common] == []
    for dossier in dossiers:
        prefix = f"ledger/dossier/{dossier.hex[:2]}/{dossier}/"
        assert list(store.keys(prefix))
        assert all(store.lock(key).retained_until is None for key in store.keys(prefix))


def test_nothing_is_written_while_nothing_changes(told: Archive) -> None:
    """A second run without a change in between writes no object."""
    before = list(told.house.store.keys("ledger/"))
    assert write(told) == 0
    assert list(told.house.store.keys("ledger/")) == before


@pytest.mark.parametrize(
    "point", ["ledger.part:1", *map(left_to_soak, ["ledger.part:3", "store.put.written:2", "store.put.renamed:3"])]
)
def test_a_kill_while_the_ledger_is_written(told: Archive, tmp_path: Path, point: str) -> None:
    """Killed at any point, the next run finishes; and lost at that very moment, the archive is still rebuilt whole."""
    kept = tables(told.house.database)
    open_each(told)
    killed = run(told.settings, "-c", WRITE, fault=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    said: list[str] = []
    with rebuilt(told, tmp_path / "a", said) as (again, done):
        assert not done.problems, said
        assert [row for row in kept["dossier"] if row not in tables(again.house.database)["dossier"]] == []
        assert whole(again)
        # The half-written run counts for nothing: what happens now takes the places of what was lost.
        open_each(again)
        assert write(again) > 0
        with rebuilt(again, tmp_path / "b", said) as (once_more, second):
            assert not second.problems, said
            assert whole(once_more)
    assert write(told) > 0
    before = tables(told.house.database)
    with rebuilt(told, tmp_path / "c", said) as (again, done):
        assert not done.problems, said
        same(before, tables(again.house.database))


def killed_and_finished(archive: Archive, folder: Path, point: str) -> None:  # noqa: F811 - a fixture
    """Rebuild by command, killed at a point and run again; compare what came of it."""
    before = tables(archive.house.database)
    fence = archive.house.fence
    with without_database(archive, folder) as settings:
        command = ("-m", "kholuutru", "rebuild", "--from-store")
        killed = run(settings, *command, fault=point)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        with opened(settings, archive.province, fence) as again, pytest.raises(LedgerError, match="LDG-0013"):
            refuse_unfinished(again.house.database)
        assert "LDG-0013" in run(settings, "-m", "kholuutru", "run").stderr
        finished = run(settings, *command)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert "31 tài khoản chưa có mật khẩu" in finished.stdout
        with opened(settings, archive.province, fence) as again:
            refuse_unfinished(again.house.database)
            same(before, tables(again.house.database))
            assert whole(again)
        assert "LDG-0002" in run(settings, *command).stderr


@pytest.mark.parametrize(
    "point", ["rebuild.committed:5", *map(left_to_soak, ["rebuild.rows:3", "rebuild.committed:9", "commit.audit:1"])]
)
def test_a_kill_while_it_is_rebuilt(told: Archive, tmp_path: Path, point: str) -> None:
    """A rebuild that was killed is no archive yet, and run again it comes to the same end."""
    killed_and_finished(told, tmp_path, point)


@pytest.mark.soak
@pytest.mark.parametrize("archive", [pytest.param("servers", marks=pytest.mark.network)], indirect=True)
def test_a_kill_while_it_is_rebuilt_on_servers(archive: Archive, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """The same holds for PostgreSQL and S3."""
    holding(archive)
    killed_and_finished(archive, tmp_path, "rebuild.committed:9")


def test_no_archive_is_begun_on_top_of_another(told: Archive, tmp_path: Path) -> None:
    """Who runs `init` after losing the database is told of the rebuild, and nothing is made."""
    with without_database(told, tmp_path) as settings:
        with pytest.raises(LedgerError, match="LDG-0015"):
            initialise(settings)
        with opened(settings, told.province, told.house.fence) as again:
            assert rebuild(again.house, str).dossiers == 3
        assert initialise(settings) is None


def test_a_database_with_an_archive_is_refused(told: Archive) -> None:
    """Nothing is rebuilt into a database that is in use."""
    with pytest.raises(LedgerError, match="LDG-0002"):
        rebuild(told.house, print)


@pytest.mark.parametrize("archive", ["embedded"], indirect=True)
def test_a_store_without_ledger_is_refused(archive: Archive, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """Packages alone do not say which bodies and people there were."""
    whole_way(archive, small(1, 1))
    with pytest.raises(LedgerError, match="LDG-0003"), rebuilt(archive, tmp_path):
        pass


@pytest.mark.parametrize("archive", ["embedded"], indirect=True)
@pytest.mark.parametrize("part", ["body", "payload", "transfer", "dossier"])
def test_a_segment_that_was_changed_is_noticed(archive: Archive, tmp_path: Path, part: str) -> None:  # noqa: F811 - a fixture
    """One changed letter in a segment is told of, whichever segment it is, and the rest comes back."""
    holding(archive)
    key = next(iter(archive.house.store.keys(f"ledger/{part}/")))
    content = b"".join(archive.house.store.read(key)).replace(b"done", b"dome").replace(b'"seq":', b'"sep":')
    put_past_the_product(archive.settings, key, content)
    said: list[str] = []
    with rebuilt(archive, tmp_path, said) as (_, done):
        assert done.problems["LDG-0004"] == 1, said
        assert any(key in line for line in said)


@pytest.mark.parametrize("part", ["body", "dossier"])
@pytest.mark.parametrize("which", [0, -1])
def test_a_segment_that_was_removed_is_noticed(
    told: Archive,
    tmp_path: Path,
    part: str,
    which: int,
) -> None:
    """The first or the last segment of a stream cannot be taken away unseen."""
    store = told.house.store
    prefix = f"ledger/body/{told.province.department}/" if part == "body" else "ledger/dossier/"
    first = next(iter(store.keys(prefix))).rpartition("/")[0]
    keys = list(store.keys(f"{first}/"))
    assert len(keys) == 2
    put_past_the_product(told.settings, keys[which], None)
    said: list[str] = []
    with rebuilt(told, tmp_path, said) as (again, done):
        # A body's last segment is missed by nothing in the ledger: its anchors tell.
        noticed = done.problems["LDG-0005"] > 0 or not whole(again)
        assert noticed, said


def test_a_segment_put_beside_another_is_noticed(told: Archive, tmp_path: Path) -> None:
    """Of two segments of one number the one that the next names is taken, and both are told of."""
    store = told.house.store
    key = list(store.keys("ledger/dossier/"))[1]
    forged = key[:-70] + "0" * 64 + ".jsonl"
    store.put(forged, (b"{}\n",), length=3)
    before = tables(told.house.database)
    said: list[str] = []
    with rebuilt(told, tmp_path, said) as (again, done):
        assert set(done.problems) == {"LDG-0006"}, said
        assert tables(again.house.database)["dossier"] == before["dossier"]


@pytest.mark.parametrize("archive", ["embedded"], indirect=True)
def test_what_the_ledger_does_not_tell_of_comes_from_its_package(archive: Archive, tmp_path: Path) -> None:  # noqa: F811 - a fixture
    """A dossier sealed after the last segment comes back from its highest complete attempt, marked for a person."""
    write(archive)
    whole_way(archive, small(1, 2), prefix="xa.")
    house = archive.house
    with house.database.read(SystemScope("test")) as work:
        package = work.session.scalars(select(PackageVersion)).one()
    broken = re.sub(r"-\d+\.zip", "-99.zip", package.object_key)
    house.store.put(broken, (b"cut off",), length=7)
    before = tables(house.database)
    said: list[str] = []
    with rebuilt(archive, tmp_path, said) as (again, done):
        # Its transfer is lost, and the list that came with it is named.
        assert (done.dossiers, done.recovered) == (0, 1)
        assert dict(done.problems) == {"LDG-0012": 1, "LDG-0014": 1}, said
        work_off(again)
        after = tables(again.house.database)
        for name in ("document", "content_file", "stored_content"):
            assert after[name] == before[name], name
        for name, differing in (("dossier", "revision"), ("retention_plan", "determined_at")):
            assert [{**row, differing: 0} for row in after[name]] == [{**row, differing: 0} for row in before[name]]
        assert after["package_version"] == before["package_version"]
        with again.house.database.read(SystemScope("test")) as work:
            acts = work.session.scalars(select(AuditEvent.act).where(AuditEvent.object_kind == "dossier")).all()
            marks = work.session.scalars(select(PreservationEvent.outcome).where(PreservationEvent.kind == "recovery"))
            assert marks.all() == ["warning"]
        assert set(acts) == {"dossier.recovered", "retention.planned"}
        assert whole(again)


def test_the_ledger_names_the_sealed_attempt(told: Archive, tmp_path: Path) -> None:
    """The attempt that the ledger names counts, whatever higher one lies beside it, or a restore has set aside."""
    store = told.house.store
    key = next(iter(store.keys("aip/")))
    content = b"".join(store.read(key))
    store.put(re.sub(r"-\d+\.zip", "-99.zip", key), (content,), length=len(content))
    for aside in ("ledger-aside/restore/body/segment", f"anchor-aside/{told.province.department}/head"):
        store.put(aside, (b"x",), length=1)
    before = tables(told.house.database)
    with rebuilt(told, tmp_path) as (again, done):
        assert not done.problems
        assert tables(again.house.database)["package_version"] == before["package_version"]


def test_a_package_that_is_gone_or_broken_is_told_of(told: Archive, tmp_path: Path) -> None:
    """The description comes back, and the package that does not is named."""
    keys = list(told.house.store.keys("aip/"))
    put_past_the_product(told.settings, keys[0], None)
    put_past_the_product(told.settings, keys[1], b"no package at all")
    told.house.store.put("aip/unexplained", (b"x",), length=1)
    told.house.store.put("elsewhere/unexplained", (b"x",), length=1)
    said: list[str] = []
    with rebuilt(told, tmp_path, said) as (again, done):
        assert dict(done.problems) == {"LDG-0007": 2, "LDG-0009": 2}, said
        assert all(any(key in line for line in said) for key in (*keys[:2], "aip/unexplained", "elsewhere/unexplained"))
        assert len(tables(again.house.database)["dossier"]) == 3


def test_what_was_destroyed_does_not_come_back(told: Archive, tmp_path: Path) -> None:
    """A dossier that a chain calls destroyed stays away even where its segments were left, and the chain holds."""
    with told.house.database.write(SystemScope("test")) as work:
        dossier = work.session.scalars(select(Dossier).limit(1)).one()
        work.record(AuditRecord("dossier.destroyed", dossier.organization_id, "dossier", dossier.id))
    write(told)
    said: list[str] = []
    with rebuilt(told, tmp_path, said) as (again, done):
        assert dict(done.problems) == {"LDG-0010": 2}, said
        after = tables(again.house.database)
        assert str(dossier.id) not in {row["id"] for row in after["dossier"]}
        assert len(after["dossier"]) == 2
        assert whole(again)


def test_an_older_database_writes_nothing(told: Archive, tmp_path: Path) -> None:
    """A database that was set back neither overwrites nor contradicts what the ledger tells, and it is said."""
    data = told.settings.data
    shutil.copy(data / "kholuutru.db", tmp_path / "older.db")
    open_each(told)
    write(told)
    stream = f"ledger/body/{told.province.department}/"
    before = list(told.house.store.keys(stream))
    told.house.database.dispose()
    for name in ("kholuutru.db-wal", "kholuutru.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "older.db", data / "kholuutru.db")
    with opened(told.settings, told.province, told.house.fence) as again:
        open_each(again)
        with pytest.raises(LedgerError, match="LDG-0001"):
            write_ledger(again.house.database, again.house.store, LEDGERS)
        assert any(each.contradicted for each in standings(again.house.database, again.house.store))
        assert list(again.house.store.keys(stream)) == before


def test_an_anchor_never_goes_beyond_the_ledger(told: Archive) -> None:
    """What the clock anchors is in the ledger already, so that a chain made from it reaches every anchor."""
    house = told.house
    slot = 600
    begun = (int(house.database.clock.now().timestamp()) // slot + 1) * slot
    clock = FixedClock(datetime.datetime.fromtimestamp(begun, datetime.UTC))
    house.database.clock = clock
    open_each(told)
    assert {"ledger", "audit.anchor"} <= set(periodic(house))
    open_each(told)
    clock.forward(minutes=1)
    assert periodic(house) == []
    written = {each.head.chain_id: each.reached.seq for each in standings(house.database, house.store)}
    anchored = {chain: max(anchors_of(house.store, chain)) for chain in written}
    assert all(anchored[chain] <= seq for chain, seq in written.items())
    assert anchored[told.province.department] == written[told.province.department]
    behind = {each.head.chain_id for each in standings(house.database, house.store) if each.waiting_since is not None}
    assert told.province.department in behind
    clock.forward(minutes=10)
    assert {"ledger", "audit.anchor"} <= set(periodic(house))
    assert not [each for each in standings(house.database, house.store) if each.waiting_since is not None]


def test_a_package_of_an_unknown_body_is_left_alone(told: Archive, tmp_path: Path) -> None:
    """Where neither ledger nor metadata say whose a package is, it is named, and nothing is made of it."""
    store = told.house.store
    stream = f"ledger/body/{told.province.commune}/"
    for key in list(store.keys(stream)):
        put_past_the_product(told.settings, key, None)
    for key in list(store.keys("ledger/dossier/")):
        put_past_the_product(told.settings, key, None)
    said: list[str] = []
    with rebuilt(told, tmp_path, said) as (again, done):
        assert done.problems["LDG-0011"] == 1, said
        assert (done.dossiers, done.recovered) == (0, 2)
        assert done.problems["LDG-0005"] > 0
        assert len(tables(again.house.database)["dossier"]) == 2


def test_rows_without_their_body_are_told_of(told: Archive, tmp_path: Path) -> None:
    """A dossier of which the fonds is lost with its body's segments is named instead of being left out unsaid."""
    for key in list(told.house.store.keys(f"ledger/body/{told.province.commune}/")):
        put_past_the_product(told.settings, key, None)
    said: list[str] = []
    with rebuilt(told, tmp_path, said) as (_, done):
        assert done.problems["LDG-0008"] > 0, said


def test_metadata_that_sealing_did_not_write_is_told_of(told: Archive) -> None:
    """A later version, or metadata of another making, becomes no rows by guessing."""
    store = told.house.store
    key = next(iter(store.keys("aip/")))
    name = PackageName.of(key)
    assert name is not None
    stored = StoredPackage(store, key, name.package_id, name.version)
    with pytest.raises(SealingError, match="SEA-0005"):
        recovered(replace(name, version=2), stored, told.house.database.clock.now())
