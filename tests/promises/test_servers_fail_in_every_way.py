"""Servers that only let read, are full, refuse a right, are slow or hang: work says for what it waits, and goes on."""

from __future__ import annotations

import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from minio import MinioAdmin
from minio.credentials import StaticProvider
from sqlalchemy import NullPool, create_engine, make_url, select
from sqlalchemy.exc import OperationalError

from archive import faults
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from archive.fence.pool import Fence
from archive.jobs.models import Job
from archive.jobs.steps import MAX_ATTEMPTS
from archive.staging.s3 import S3Staging
from archive.staging.turns import MachineTurns
from config.application import create_application
from config.buckets import bucket_address
from config.doctor import CHECKS, examine
from config.settings import Secret, Settings
from config.steps import make_indexer
from ingest.transfers.models import TransferFile
from ingest.transfers.services import resume
from preservation.malware.clamd import ClamdScanner
from preservation.storage.s3 import S3Store
from search.index.errors import IndexBlocked
from search.index.opensearch_index import OpenSearchIndex
from tests.agreement import differences
from tests.archive.clocks import FixedClock
from tests.conftest import Archive, opened
from tests.contract.s3_liar import S3Liar, WireLie, lying
from tests.cutting_proxy import cutting_proxy
from tests.own_servers import servers_of_its_own
from tests.province import Province, make_province
from tests.setups import on_servers
from tests.transfers import answer, index, open_transfer, small, state_of, submit, upload, whole_way, work_off

pytestmark = pytest.mark.network


@pytest.fixture
def settings(initialised_on_postgresql: tuple[str, Province], tmp_path: Path) -> Iterator[Settings]:
    """Settings of a house on the servers, where a worker that is away is not waited for long."""
    with on_servers(tmp_path, initialised_on_postgresql[0]) as made:
        yield replace(made, lease_seconds=1)


@contextmanager
def begun(settings: Settings, province: Province, fence: Fence) -> Iterator[Archive]:
    """A house with an empty index."""
    with opened(settings, province, fence) as archive:
        archive.house.index.finish_rebuild(archive.house.index.begin_rebuild())
        yield archive


@pytest.fixture
def archive(settings: Settings, initialised_on_postgresql: tuple[str, Province], fence: Fence) -> Iterator[Archive]:
    """A house on the servers."""
    with begun(settings, initialised_on_postgresql[1], fence) as archive:
        yield archive


@pytest.fixture(autouse=True)
def _no_hook() -> Iterator[None]:
    yield
    faults.install(None)


def sent(folder: Path, dossiers: int = 2, documents: int = 2) -> Path:
    """Return a folder with what a small transfer sends."""
    for path, body in small(dossiers, documents).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return folder


def submitted(archive: Archive) -> uuid.UUID:
    """Hand in a small transfer."""
    transfer = open_transfer(archive)
    upload(archive, transfer, small())
    submit(archive, transfer)
    return transfer


def page(archive: Archive, address: str = "/giao-nop") -> tuple[int, str]:
    """Return status and text of a page for somebody who is logged in."""
    face, client = archive.person("archivist"), create_application(archive.house).test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    told = client.get(address)
    return told.status_code, told.text


def job_of(archive: Archive, transfer: uuid.UUID, kind: str) -> Job:
    """Return the job of one kind of work on the transfer."""
    with archive.house.database.read(SystemScope("test")) as work:
        return work.session.scalars(select(Job).where(Job.kind == kind, Job.subject_id == transfer)).one()


def persist(archive: Archive, transfer: uuid.UUID, state: str, seconds: float = 60) -> None:
    """Work as the processes do until the transfer is in a state."""
    deadline = time.monotonic() + seconds
    while state_of(archive, transfer) != state:
        work_off(archive)
        assert time.monotonic() < deadline
        time.sleep(0.05)


def agrees(archive: Archive, folder: Path, dossiers: int = 2) -> None:
    """Let what waits be done, and see that nothing was lost or doubled."""
    deadline = time.monotonic() + 60
    while found := differences(archive.house, folder, dossiers=dossiers):
        assert time.monotonic() < deadline, found
        work_off(archive)
        index(archive)
        time.sleep(0.05)


def lets_write(settings: Settings, *, on: bool) -> None:
    """Let the database take writes, or let it read only, for every connection from now on."""
    url = make_url(settings.database.reveal())
    past_it = {"options": "-c default_transaction_read_only=off"}
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=past_it)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{url.database}" SET default_transaction_read_only = {not on}')
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{url.database}' AND pid <> pg_backend_pid()"
        )
    engine.dispose()


@pytest.mark.parametrize("moment", ["claim.taken", "seal.stored", "index.committed"])
def test_a_database_that_only_lets_read_is_waited_for(moment: str, archive: Archive, tmp_path: Path) -> None:
    """In check, seal and index it turns read-only: pages and doctor say so, and afterwards all is done, once."""
    folder, struck = sent(tmp_path / "sent"), []
    transfer = submitted(archive)

    def strike(name: str) -> None:
        if name == moment and not struck:
            struck.append(name)
            lets_write(archive.settings, on=False)

    faults.install(strike)
    with pytest.raises(OperationalError):  # noqa: PT012 - the first that is struck ends the walk
        persist(archive, transfer, "awaiting_approval")
        answer(archive, transfer)
        persist(archive, transfer, "sealed")
        for _ in range(100):
            work_off(archive)
            index(archive)
    assert struck == [moment]
    status, text = page(archive)
    assert (status, "GEN-0008" in text, "chỉ cho đọc" in text) == (503, True, True)
    with pytest.raises(OperationalError):
        submitted(archive)
    found = {result.what: result for result in examine(archive.settings)}["database"]
    assert (found.state, found.text[:8]) == ("bad", "GEN-0008")
    lets_write(archive.settings, on=True)
    if moment == "claim.taken":
        persist(archive, transfer, "awaiting_approval")
        answer(archive, transfer)
    persist(archive, transfer, "sealed")
    agrees(archive, folder)


def test_processes_start_while_the_database_only_lets_read(archive: Archive) -> None:
    """Whoever opens the house meanwhile is told what is the case, not shown a fault."""
    lets_write(archive.settings, on=False)
    found = examine(archive.settings)[-1]
    assert (found.what, found.state) == ("database", "bad")
    from config.house import open_house

    with pytest.raises(KhoLuuTruError) as caught:
        open_house(archive.settings)
    assert (caught.value.code, caught.value.passing) == ("GEN-0008", True)


@pytest.fixture
def small_disk(tmp_path: Path, fence: Fence) -> Iterator[tuple[Archive, Callable[[str], None]]]:
    """A house whose database lies on a disk of 32 MiB of its own, and a way to say SQL to it."""
    with servers_of_its_own("postgresql") as servers, ExitStack() as stack:
        server = make_url(servers.address("POSTGRESQL"))
        engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            data = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar()))
        place = data.parent / "small"
        place.mkdir()
        options = f"size=32m,uid={data.stat().st_uid},mode=700"
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=False).returncode:
            pytest.skip("this user may not mount a small disk")
        stack.callback(subprocess.run, ["umount", "--lazy", place], check=True)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{place}'")
            connection.exec_driver_sql("CREATE DATABASE small TEMPLATE template0 TABLESPACE small")
        url = server.set(database="small")
        own = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

        def say(sql: str) -> None:
            with own.connect() as connection:
                connection.exec_driver_sql(sql)

        settings = Settings(
            data=tmp_path / "DATA", database=Secret(url.render_as_string(hide_password=False)), lease_seconds=1
        )
        with opened(settings, make_province(settings), fence) as archive:
            yield archive, say
        own.dispose()
        engine.dispose()


def test_a_database_without_room_is_waited_for(
    small_disk: tuple[Archive, Callable[[str], None]], tmp_path: Path
) -> None:
    """A full disk costs no attempt: the work says what it waits for, and is done when there is room again."""
    archive, say = small_disk
    folder = sent(tmp_path / "sent")
    transfer = open_transfer(archive)
    upload(archive, transfer, small())
    submit(archive, transfer)
    archive.house.database.clock = clock = FixedClock(archive.house.database.clock.now())
    say("CREATE TABLE filler (line text) WITH (autovacuum_enabled = false)")
    with pytest.raises(OperationalError):
        say("INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 100000)")
    # What remains of the last steps: single pages.
    with pytest.raises(OperationalError):  # noqa: PT012 - the first that finds no room ends it
        for _ in range(10_000):
            say("INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 8)")
    for _ in range(2 * MAX_ATTEMPTS):
        # Whether the claim still finds room or only what follows it: as in the processes, both are waited for.
        with suppress(OperationalError):
            work_off(archive)
        clock.forward(seconds=90)
    status, text = page(archive)
    assert (status, "GEN-0009" in text, "Cơ sở dữ liệu hết chỗ" in text) == (503, True, True)
    assert state_of(archive, transfer) == "reading"
    say("DROP TABLE filler")
    say("CHECKPOINT")
    persist(archive, transfer, "awaiting_approval")
    answer(archive, transfer)
    persist(archive, transfer, "sealed")
    agrees(archive, folder)


@pytest.fixture
def liar(archive: Archive) -> Iterator[S3Liar]:
    """A wire to the S3 server over which store and staging go."""
    house, settings = archive.house, archive.settings
    with lying(bucket_address(settings, "store")) as liar:
        from archive.s3.bucket import Bucket

        house.store = S3Store(Bucket(liar.address, write_once=True))
        staging = replace(bucket_address(settings, "staging"), host=liar.address.host, port=liar.address.port)
        house.staging = S3Staging(Bucket(staging), MachineTurns(settings.data / "turns"))
        yield liar
        house.store.bucket.client._http.clear()


def test_a_store_without_room_is_waited_for(archive: Archive, liar: S3Liar, tmp_path: Path) -> None:
    """Upload says that staging is full; sealing waits as long as it takes, and goes on."""
    folder, transfer = sent(tmp_path / "sent"), open_transfer(archive)
    liar.told(WireLie.FULL)
    with pytest.raises(KhoLuuTruError) as caught:
        upload(archive, transfer, small())
    assert (caught.value.code, caught.value.passing) == ("STG-0010", True)
    liar.told(None)
    upload(archive, transfer, small())
    submit(archive, transfer)
    persist(archive, transfer, "awaiting_approval")
    answer(archive, transfer)
    archive.house.database.clock = clock = FixedClock(archive.house.database.clock.now())
    liar.told(WireLie.FULL)
    for _ in range(2 * MAX_ATTEMPTS):
        work_off(archive)
        clock.forward(seconds=90)
    job = job_of(archive, transfer, "transfer.seal")
    assert (job.state, job.error_code) == ("waiting", "STO-0005")
    liar.told(None)
    persist(archive, transfer, "sealed")
    agrees(archive, folder)


def test_a_right_that_is_missing_is_named_and_left_to_a_person(archive: Archive, tmp_path: Path) -> None:
    """With an account that may only read sealing stops and says which right is missing; given it, it is resumed."""
    folder, settings = sent(tmp_path / "sent"), archive.settings
    store = bucket_address(settings, "store")
    owner = StaticProvider(store.access_key, store.secret_key)
    admin = MinioAdmin(
        endpoint=f"{store.host}:{store.port}", credentials=owner, region=store.region, secure=store.secure
    )
    name = f"test-{uuid.uuid4().hex[:12]}"
    admin.user_add(name, "ordinary-secret")
    rights = {
        "reads": ["s3:Get*", "s3:List*"],
        "writes": ["s3:*"],
    }
    for policy, acts in rights.items():
        said = {"Effect": "Allow", "Action": acts, "Resource": [f"arn:aws:s3:::{store.name}*"]}
        admin.policy_add(f"{name}-{policy}", policy={"Version": "2012-10-17", "Statement": [said]})
    admin.policy_set(f"{name}-reads", user=name)
    try:
        from archive.s3.bucket import Bucket

        archive.house.store = S3Store(
            Bucket(replace(store, access_key=name, secret_key="ordinary-secret"), write_once=True)
        )
        transfer = submitted(archive)
        archive.house.database.clock = clock = FixedClock(archive.house.database.clock.now())
        for _ in range(MAX_ATTEMPTS + 1):
            work_off(archive)
            if state_of(archive, transfer) == "awaiting_approval":
                answer(archive, transfer)
            clock.forward(seconds=90)
        assert state_of(archive, transfer) == "stopped"
        status, text = page(archive, f"/giao-nop/{transfer}")
        assert (status, "STO-0020" in text, "không có quyền s3:PutObject" in text) == (200, True, True)
        found = CHECKS["store"]
        with pytest.raises(KhoLuuTruError, match="s3:PutObject"):
            found(archive.house)
        admin.policy_unset(f"{name}-reads", user=name)
        admin.policy_set(f"{name}-writes", user=name)
        with archive.house.database.write(archive.person("archivist").scope()) as work:
            resume(work, transfer)
        persist(archive, transfer, "awaiting_approval") if state_of(archive, transfer) == "reading" else None
        if state_of(archive, transfer) == "awaiting_approval":
            answer(archive, transfer)
        persist(archive, transfer, "sealed")
        agrees(archive, folder)
    finally:
        admin.user_remove(name)
        for policy in rights:
            admin.policy_remove(f"{name}-{policy}")


def test_an_index_that_lets_read_only_is_waited_for(archive: Archive, tmp_path: Path) -> None:
    """As when the search server's disk is nearly full: search goes on, changes wait and come in when the block ends."""
    folder, house = sent(tmp_path / "sent"), archive.house
    assert isinstance(house.index, OpenSearchIndex)
    whole_way(archive)
    agrees(archive, folder)
    held = house.index.entries()
    server, writing = house.index.server, house.index.writing
    server.request("PUT", f"/{writing}/_settings", {"index.blocks.read_only_allow_delete": True})
    with house.database.write(SystemScope("test")) as work:
        for dossier in held:
            work.reindex("dossier", dossier, archive.province.department)
    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(IndexBlocked) as caught:
            make_indexer(house).run_once()
    assert time.monotonic() - began < 5
    assert (caught.value.code, caught.value.passing) == ("IDX-0007", True)
    assert house.index.entries() == held
    status, text = page(archive, "/tra-cuu?q=thu")
    assert (status, "</mark> 01.TH" in text) == (200, True)
    found = CHECKS["index"](house)
    assert (found.state, "IDX-0007" in found.text, "read_only_allow_delete" in found.text) == ("bad", True, True)
    server.request("PUT", f"/{writing}/_settings", {"index.blocks.read_only_allow_delete": None})
    agrees(archive, folder)
    assert CHECKS["index"](house).state == "ok"


def test_slow_servers_are_only_slow(
    settings: Settings, initialised_on_postgresql: tuple[str, Province], fence: Fence, tmp_path: Path
) -> None:
    """Over wires that hold back every word for a while a transfer goes its whole way, and all agrees."""
    folder = sent(tmp_path / "sent", 1, 2)
    with ExitStack() as stack:
        url = make_url(settings.database.reveal())
        wire, port = stack.enter_context(cutting_proxy(url.host or "", url.port or 0))
        through = url.set(port=port).render_as_string(hide_password=False)
        slow = replace(settings, database=Secret(through), lease_seconds=2)
        wires = [wire]
        for name in ("store", "index"):
            address = make_url(str(getattr(settings, name)))
            wire, port = stack.enter_context(cutting_proxy(address.host or "", address.port or 0))
            wires.append(wire)
            slow = replace(slow, **{name: f"http://127.0.0.1:{port}/{address.database}"})
        with begun(slow, initialised_on_postgresql[1], fence) as archive:
            for wire in wires:
                wire.delay = 0.005
            whole_way(archive, small(1, 2))
            agrees(archive, folder, 1)
            for wire in wires:
                wire.delay = 0.0


def test_a_scanner_that_hangs_costs_a_bounded_time(archive: Archive) -> None:
    """However many files there are, it is asked a few times and then left in peace; each file is «not scanned»."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as silent:
        archive.house.scanner = ClamdScanner(silent.getsockname(), connect_seconds=0.2, silence_seconds=0.5)
        transfer = open_transfer(archive)
        upload(archive, transfer, small(2, 20))
        submit(archive, transfer)
        began = time.monotonic()
        persist(archive, transfer, "awaiting_approval")
        spent = time.monotonic() - began
    with archive.house.database.read(SystemScope("test")) as work:
        facts = [f.facts for f in work.session.scalars(select(TransferFile)) if f.facts and "scan" in f.facts]
    assert len(facts) >= 40
    assert {fact["scan"] for fact in facts} == {"failed"}
    assert all("im lặng" in fact["malware_detail"] for fact in facts)
    assert spent < 40 * 0.4
